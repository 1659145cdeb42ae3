"""What note-taking programs leave in a text besides Markdown, read as they show it.

Un párrafo. ^bloque             the paragraph's name, for ``[[#^bloque]]``; Obsidian
id:: 6634a1b2-…                 what Logseq knows of a block, and shows to nobody
/foto.png "Pie"                 a picture on a line of its own; iA Writer
[toc], [[toc]], [[_TOC_]]       the table of contents, as Typora, VuePress, GitLab write it
`youtube: abc`                  Gatsby's films
READMORE, ===                   where Middleman's and Grav's summaries end
"""

import re
from collections.abc import Sequence

from markdown import Extension, Markdown
from markdown_it.token import Token

from tertulia.core import lazy_re, text
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.picture_facts import PICTURE_SUFFIXES

_CONTENTS = lazy_re.compile(
    r"\[toc\]|\[\[_?toc_?\]\]|\$\{toc\}|@\[toc\](?:\([^()]*\))?|\{\{[<%]?\s*toc\s*[>%]?\}\}|\{%\s*toc\s*%\}", re.I
)
_ENDS_SUMMARY = frozenset(("READMORE", "===", "[[more]]", "[[MORE]]"))
_NAME = lazy_re.compile(r"(?:^|[ \t\n])\^(?=[\w-]*[A-Za-z])(?P<name>[A-Za-z0-9-]+)\s*$")
_PROPERTY = lazy_re.compile(
    r"^[ \t]*(?:(?:id|collapsed|heading|background-color|logseq\.[\w.-]+|ls-type|hl-[\w-]+|created-at|updated-at"
    r"|template(?:-including-parent)?|card-[\w-]+|query-[\w-]+)::(?:[ \t].*)?"
    r"|(?:SCHEDULED|DEADLINE): <[^<>\n]*>)(?:\n|\Z)",
    re.M,
)
_PICTURE = lazy_re.compile(r"/(?P<place>[^\s\"'()<>]+\.(?P<kind>\w+))(?:[ \t]+[\"“'](?P<caption>[^\"”'\n]*)[\"”'])?")
_FILM = lazy_re.compile(r"`(?:(?P<site>youtube|vimeo):[ ]*(?P<id>[\w-]+)|\w+:[ ]*(?P<address>https?://[^\s`]+))`")
_FILMS = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}
_SIGNS = ("^", "::", "/", "oc", "OC", "READMORE", "===", "ore]]", "ORE]]", "SCHEDULED", "DEADLINE", "`")


class NotebooksExtension(Extension):
    """Reads what note-taking programs add. Must come after ``BlocksExtension`` and private notes."""

    def extendMarkdown(self, md: Markdown) -> None:
        assert isinstance(md.parser, CommonMarkParser)
        md.parser.reviews.append(_reviewed)


def _reviewed(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return *tokens* with what those programs mean."""
    ends = []
    for at, token in enumerate(tokens):
        if token.type != "inline" or not any(sign in token.content for sign in _SIGNS):
            continue
        if token.content in _ENDS_SUMMARY and token.level <= 1:
            ends.append(at)
        else:
            token.content = _read(token.content)
    made = list(tokens)
    for at in reversed(ends):
        if made[at - 1].type == "paragraph_open":
            made[at - 1 : at + 2] = [Token("html_block", "", 0, content="<!--more-->\n")]
    return made


def _read(content: str) -> str:
    if _CONTENTS.fullmatch(content):
        return "[TOC]"
    if "\n" not in content:
        if content.startswith("/") and (found := _PICTURE.fullmatch(content)):
            if f".{found['kind'].lower()}" in PICTURE_SUFFIXES:
                caption = found["caption"] or ""
                return f"![{caption}]({found['place']}" + (f' "{caption}")' if caption else ")")
        elif content.startswith("`") and (found := _FILM.fullmatch(content)):
            return found["address"] or _FILMS[found["site"]] + found["id"]
    if "::" in content or "<" in content:
        content = _PROPERTY.sub("", content).rstrip("\n")
    if "^" in content and (found := _NAME.search(content)):
        content = f'{content[: found.start()]}<span id="{text.slugify(found["name"])}"></span>'
    return content
