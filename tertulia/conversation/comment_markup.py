"""A reader's comment, from a small Markdown to HTML that is safe to show.

markdown-it-py reads it, as CommonMark with HTML switched off: its worst case is linear and its nesting is capped,
which Python-Markdown promises for nobody's text but the author's. What comes out passes ``core.sanitise.clean`` like
any stranger's HTML. https://markdown-it-py.readthedocs.io/en/latest/security.html

Paragraphs, line breaks, emphasis, links, lists, quotes and code; no pictures, no headings, no tables.
"""

import re
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.link import link
from markdown_it.token import Token

from tertulia.core import sanitise

# What a comment needs no more than a letter does.
_OFF = ("heading", "lheading", "image", "table", "hr", "reference")
# A bare address: not its closing punctuation, and of parentheses only those that are opened in it.
_ADDRESS = re.compile(r"https?://[^\s<>\"«»“”]+[^\s<>\"«»“”.,;:!?…)\]'*_]", re.IGNORECASE)


# Each "[" that opens nothing is looked for its end through all that follows, so that many would cost their square. Once
# this many characters were looked through, the other brackets of a comment are brackets.
_MOST_LOOKED_THROUGH = 200_000


@lru_cache(maxsize=64)
def to_html(text: str) -> str:
    """Return the HTML of a comment written in our Markdown, safe inside a page."""
    return sanitise.clean(_markdown().render(text, {})).strip()


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False, "breaks": True})
    markdown.disable(list(_OFF))
    markdown.inline.ruler.at("link", _link)
    markdown.core.ruler.after("inline", "bare_addresses", _link_bare_addresses)
    return markdown


def _link(state: StateInline, silent: bool) -> bool:
    """markdown-it's own rule, for as long as the comment's budget lasts."""
    begin = state.pos
    if state.src[begin] != "[" or state.src.find("]", begin) < 0:
        return False
    looked_through = state.env.get("looked_through", 0)
    if looked_through > _MOST_LOOKED_THROUGH:
        return False
    found = link(state, silent)
    state.env["looked_through"] = looked_through + (state.pos if found else state.posMax) - begin
    return found


def _link_bare_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        inside_link = 0
        children: list[Token] = []
        for token in block.children:
            inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            if token.type == "text" and not inside_link and "://" in token.content:
                children += _split(token)
            else:
                children.append(token)
        block.children = children


def _split(token: Token) -> list[Token]:
    """Return a text token, as text and links."""
    parts: list[Token] = []
    end = 0
    for found in _ADDRESS.finditer(token.content):
        if found.start() > end:
            parts.append(_text(token, token.content[end : found.start()]))
        opening = Token("link_open", "a", 1, attrs={"href": found[0]}, level=token.level)
        parts += [opening, _text(token, found[0]), Token("link_close", "a", -1, level=token.level)]
        end = found.end()
    if end < len(token.content):
        parts.append(_text(token, token.content[end:]))
    return parts


def _text(like: Token, content: str) -> Token:
    return Token("text", "", 0, content=content, level=like.level)
