"""Addresses in the text become links, where GFM ends them: https://github.github.com/gfm/#autolinks-extension-

A sentence's punctuation stays outside, and so does a closing bracket that opened outside of the address. Beyond GFM an
address may follow any sign (``«https://…»``), and never holds a quotation mark. A bare e-mail address stays text.
"""

import re
from typing import cast
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor as InlinePattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString
from msgspec import Struct

from tertulia.core import lazy_re

# What has been recognised before waits behind a number: a sign that the author escaped, HTML.
_STASHED = lazy_re.compile("\x02klzzwxh:(\\d+)\x03")
_LETTER = r"[^\W_]|[\U00010000-\U0010ffff]"
_ADDRESS = (
    r"(?i)(?<![^\W_])(?:(?:https?|ftp)://(?:[^\s<>\"«»“”/?#@\x02\x03]*@)?|(?<![/.@-])(?P<www>www\.))"
    rf"(?:{_LETTER})(?:[-_]|{_LETTER}|\.(?=\w|{_LETTER}))*"
    r"(?:[/?#:&](?:[^\s<>\"`«»“”‘’…\x02\x03]|\x02klzzwxh:\d+\x03)*)?"
)
_IN_BRACKETS = r"<((?!javascript:|vbscript:|data:)[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*)>"
_ESCAPED = lazy_re.compile("\x02(\\d+)\x03")
_RAW = lazy_re.compile("\x02wzxhzdk:(\\d+)\x03")
_ENTITY = lazy_re.compile(r"&[a-zA-Z0-9]+;\Z")
_PUNCTUATION = "?!.,:;*_~'—–"
_OPENING = {")": "(", "]": "[", "}": "{"}


def trimmed(address: str) -> str:
    """*address* without what belongs to the sentence around it."""
    excess = {closing: address.count(closing) - address.count(opening) for closing, opening in _OPENING.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if last == ";" and (entity := _ENTITY.search(address, max(0, end - 40), end)):
            end = entity.start()
        elif last in _PUNCTUATION:
            end -= 1
        elif excess.get(last, 0) > 0:
            excess[last] -= 1
            end -= 1
        else:
            break
    return address[:end]


class AutolinksExtension(Extension):
    """Links bare addresses, and ``<scheme:…>`` of any scheme that runs nothing."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_InBrackets(_IN_BRACKETS, md), "autolink", 120)
        md.inlinePatterns.register(_BareAddress(_ADDRESS, md), "bare_address", 85)  # after raw HTML (90)


class _InBrackets(InlinePattern):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        return _link(m[1], self.unescape(m[1])), m.start(), m.end()


class _Seen(Struct, frozen=True):
    """The beginning of a text that has been looked through for the author's own links, so that it is not again."""

    nodes: object  # of the one text in which the numbers mean what they mean
    text: str
    depth: int  # how many are open at its end


class _BareAddress(InlinePattern):
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, pattern: str, md: Markdown) -> None:
        super().__init__(pattern, md)
        self.seen = _Seen({}, "", 0)

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        text = m[0]
        for stashed in _STASHED.finditer(text):
            if not _ESCAPED.fullmatch(self._behind(stashed)):
                text = text[: stashed.start()]
                break
        address = trimmed(text)
        if self._in_raw_link(data[: m.start()]):
            return None, None, None
        written = _STASHED.sub(lambda stashed: chr(int(self._behind(stashed)[1:-1])), address)
        return _link(written, f"http://{written}" if m["www"] else written), m.start(), m.start() + len(address)

    def _in_raw_link(self, before: str) -> bool:
        """Whether the author's own ``<a>`` is open at the end of *before*."""
        nodes = cast(InlineProcessor, self.md.treeprocessors["inline"]).stashed_nodes
        seen = self.seen if self.seen.nodes is nodes and before.startswith(self.seen.text) else _Seen(nodes, "", 0)
        depth = seen.depth
        for stashed in _STASHED.finditer(before, len(seen.text)):
            if raw := _RAW.fullmatch(self._behind(stashed)):
                tag = re.match(r"<(/?)a(?=[\s>])", str(self.md.htmlStash.rawHtmlBlocks[int(raw[1])]), re.I)
                depth += (-1 if tag[1] else 1) if tag else 0
        self.seen = _Seen(nodes, before, depth)
        return depth > 0

    def _behind(self, stashed: re.Match[str]) -> str:
        """Return what waits behind a number, when it is text."""
        kept = cast(InlineProcessor, self.md.treeprocessors["inline"]).stashed_nodes.get(stashed[1])
        return kept if isinstance(kept, str) else ""


def _link(shown: str, href: str) -> Element:
    link = Element("a", {"href": href})
    link.text = AtomicString(shown)
    return link
