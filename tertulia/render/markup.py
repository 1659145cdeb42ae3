"""Small Markdown extensions that every post needs.

``Headings`` makes the author's headings continue the page's: the page has the one ``h1``, so the highest in the
text becomes ``h2``, and no level is skipped on the way down, whatever the author began with. ``LineBreaks`` breaks a
line at a backslash. ``OwnLinks`` lets a link name another post's file as editors do, ``[x](../2024/otra.md)``, and
keeps ``/acerca-de/`` right on a blog that lives in a folder. ``QuoteSources`` puts the source of a quotation under it.
``Strokes`` strikes out and marks.
``SkipPatterns`` saves a quarter of the time: Markdown asks each of some ten kinds of block whether a paragraph is one
of theirs, and tries each of some twenty inline patterns on its text, and most paragraphs hold none of the characters
that these begin with.
"""

import re
import string
from functools import cache, cached_property
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.toc import TocExtension, TocTreeprocessor
from markdown.inlinepatterns import (
    DelimiterProcessor,
    EscapeInlineProcessor,
    HtmlInlineProcessor,
    SubstituteTagInlineProcessor,
)
from markdown.treeprocessors import InlineProcessor, Treeprocessor, UnescapeTreeprocessor
from markdown.util import STX, AtomicString
from markdown_it.common.html_re import HTML_TAG_RE
from pymdownx.delimiterprocessor import Delimiter
from pymdownx.delimiterprocessor import DelimiterProcessor as StrokeProcessor

from tertulia.core import lazy_re

_LEVEL = {f"h{n}": n for n in range(1, 7)}
_SIBLING = lazy_re.compile(r"(?![a-z][a-z0-9+.-]*:|[{/#?])[^#?]+\.md(?=$|[#?])", re.I)


_NAMES = r"<(?:(?:o|st1|w|v|fb|g):)?[A-Za-z]"  # Word's and Facebook's came with many a post
# The quotes of a value may hold what Markdown has put aside.
_TAG = HTML_TAG_RE.pattern.replace("<[A-Za-z]", _NAMES).replace("<\\/[A-Za-z]", _NAMES.replace("<", r"<\/"))
# What never ends is looked for up to the next of its kind, and no further: thousands take no longer than their length.
for _whole, _bounded in (
    (r"<[?][\s\S]*?[?]>", r"<[?](?:(?!<[?])[\s\S])*?[?]>"),
    (r"<![A-Za-z][^>]*>", r"<![A-Za-z][^<>]*>"),
    (r"<!\[CDATA\[[\s\S]*?\]\]>", r"<!\[CDATA\[(?:(?!<!\[CDATA)[\s\S])*?\]\]>"),
):
    _TAG = _TAG.replace(_whole, _bounded)
_IN_TAG = lazy_re.compile(rf"{_TAG}|<[a-zA-Z][a-zA-Z0-9+.-]{{1,31}}:[^\s<>]*>")
_ESCAPE = lazy_re.compile(f"\\\\([{re.escape(string.punctuation)}])")
_NO_HTML = {"<": "&lt;", "&": "&amp;"}

# What a text must hold for an inline pattern to match, by the pattern's name; one not named here is always tried.
NEEDS = {
    "backtick": ("`",),
    "formula": ("$", "\\"),
    "escape": ("\\",),
    "backslash_break": ("\\\n",),
    "footnote": ("[^",),
    "reference": ("[",),
    "link": ("[",),
    "image_link": ("![",),
    "image_reference": ("![",),
    "short_reference": ("[",),
    "short_image_ref": ("![",),
    "autolink": ("<",),
    "automail": ("<",),
    "linebreak": ("  \n",),
    "html": ("<",),
    "bare_address": ("://", "www.", "WWW.", "Www."),
    "entity": ("&",),
    "em_strong": ("*", "_"),
    "delimiter": ("~", "=="),
}
# The same for kinds of block, which are asked with a line's end before them.
BLOCK_NEEDS = {
    "deflist": ("\n:", "\n "),
    "footnote": ("[^",),
    "abbr": ("*[",),
    "reference": ("]:",),
}


class _HeadingLevels(Treeprocessor):
    def run(self, root: Element) -> None:
        open_levels: list[tuple[int, int]] = []  # (as written, as published), outermost first
        for element in root.iter():
            written = _LEVEL.get(element.tag)
            if written is None:
                continue
            while open_levels and open_levels[-1][0] >= written:
                open_levels.pop()
            published = min(6, open_levels[-1][1] + 1) if open_levels else 2
            open_levels.append((written, published))
            element.tag = f"h{published}"


class _OwnLinks(Treeprocessor):
    def __init__(self, md: Markdown, siteurl: str) -> None:
        super().__init__(md)
        self.siteurl = siteurl

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            href = link.get("href", "")
            if _SIBLING.match(href):
                link.set("href", "{filename}" + href)
            elif self.siteurl and re.match(r"/(?!/)", href) and not href.startswith(f"{self.siteurl}/"):
                link.set("href", self.siteurl + href)


class _SkipInlinePatterns(InlineProcessor):
    """Markdown's own, but a pattern is tried only where it can match."""

    # The name that Python gives to InlineProcessor.__handleInline, the one place where patterns are tried. Should
    # Markdown rename it, this is no longer called and all works as before, a little slower.
    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        if isinstance(data, AtomicString):
            return data
        apply = getattr(self, "_InlineProcessor__applyPattern")  # noqa: B009 (a plain access would be renamed)
        for index in range(patternIndex, len(self.inlinePatterns)):
            for need in self._needs[index]:
                if need in data:
                    break
            else:
                continue
            matched, start = True, 0
            while matched:
                data, matched, start = apply(self.inlinePatterns[index], data, index, start)
        return data

    @cached_property
    def _needs(self) -> list[tuple[str, ...]]:
        """What each pattern needs, in the order in which they are tried; every text holds an empty one."""
        names = {id(self.inlinePatterns[name]): name for name in NEEDS if name in self.inlinePatterns}
        return [NEEDS.get(names.get(id(pattern), ""), ("",)) for pattern in self.inlinePatterns]


class _Unescape(UnescapeTreeprocessor):
    """Markdown's own, but a text without escapes is not looked through for them."""

    def unescape(self, text: str) -> str:
        return super().unescape(text) if STX in text else text


def _ask_only_where_needed(processor: BlockProcessor, needs: tuple[str, ...]) -> None:
    """Have *processor* ask whether a block is its own only when the block holds one of what it *needs*."""
    asks = processor.test
    beginnings = tuple(need[1:] for need in needs if need[0] == "\n")

    def test(parent: Element, block: str) -> bool:
        for need in needs:  # no any(): it would cost more than what it asks
            if need in block:
                return asks(parent, block)
        return block.startswith(beginnings) and asks(parent, block)

    processor.test = test  # type: ignore[method-assign]


class SkipPatterns(Extension):
    """Try nothing where it cannot match. Must come after the extensions that add patterns and kinds of block."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.is_block_level = cache(md.is_block_level)  # type: ignore[method-assign]
        md.treeprocessors.register(_SkipInlinePatterns(md), "inline", 20)
        md.treeprocessors.register(_Unescape(md), "unescape", 0)
        for name, needs in BLOCK_NEEDS.items():
            if name in md.parser.blockprocessors:
                _ask_only_where_needed(md.parser.blockprocessors[name], needs)


class _ContentsWhereAsked(TocTreeprocessor):
    """Markdown's own, but a table is only drawn where the text asks for one; headings are read where there are any."""

    is_asked = True

    def run(self, doc: Element) -> None:
        self.is_asked = bool(self.marker) and any(self.marker in (element.text or "") for element in doc.iter())
        if self.is_asked or any(next(doc.iter(f"h{level}"), None) is not None for level in range(1, 7)):
            super().run(doc)

    def build_toc_div(self, toc_list: list[Any]) -> Element:
        return super().build_toc_div(toc_list) if self.is_asked else Element("div")

    def replace_marker(self, root: Element, elem: Element) -> None:
        if self.is_asked:
            super().replace_marker(root, elem)


class Contents(TocExtension):
    """Marks on headings, and ``[TOC]``: the table of contents."""

    TreeProcessorClass = _ContentsWhereAsked


class _QuoteSources(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for at, quote in enumerate(parent):
                if quote.tag == "blockquote" and len(quote) > 1 and _names_source(quote):
                    parent[at] = _with_source(quote)


def _names_source(quote: Element) -> bool:
    """Whether the last paragraph is "— Somebody": in a dialogue the dash touches its word, and others have one too."""
    *before, last = quote
    text = (last.text or "").lstrip()
    says = text[:1] in ("—", "–") and (text[1:2].isspace() or not text[1:]) and bool(text[1:].strip() or len(last))
    return last.tag == "p" and says and not any((other.text or "").lstrip()[:1] in ("—", "–") for other in before)


def _with_source(quote: Element) -> Element:
    """*quote* and its source as a figure; a title in the source, written in italics, is a ``cite``."""
    figure = Element("figure")
    figure.tail, quote.tail = quote.tail, None
    source = quote[-1]
    quote.remove(source)
    source.tag, source.tail = "figcaption", None
    source.text = (source.text or "").lstrip("—– ")
    for title in source.iter("em"):
        title.tag = "cite"
    figure.extend([quote, source])
    return figure


class QuoteSources(Extension):
    """A quotation's last paragraph, when it begins with a dash, is its source."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_QuoteSources(md), "quote_sources", 7.3)  # after typography (7.8) has set the dash


class LineBreaks(Extension):
    """A backslash at the end of a line breaks it, as two blanks do."""

    def extendMarkdown(self, md: Markdown) -> None:
        # Before escapes (180), after code (190).
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"(?<!\\)\\\n", "br"), "backslash_break", 185)


class Strokes(Extension):
    """
    ``~~tachado~~`` and ``==resaltado==``: pymdownx.tilde and pymdownx.mark by the processor that both are made of.

    The two load all that fetches from the web, for another extension of theirs.
    """

    def extendMarkdown(self, md: Markdown) -> None:
        md.registerExtension(self)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, *(sign for sign in "~=" if sign not in md.ESCAPED_CHARS)]
        struck = _Stroke("~", "del", double=True, no_space=True)
        if "delimiter" not in md.inlinePatterns:
            md.inlinePatterns.register(StrokeProcessor(struck, md), "delimiter", 60)
        # Or that of an extension which the blog asks for.
        self.processor = cast(StrokeProcessor, md.inlinePatterns["delimiter"])
        self.processor.add(struck)
        self.processor.add(_Stroke("=", "mark", double=True))

    def reset(self) -> None:
        """Forget the text before."""
        self.processor.reset()


class _Stroke(Delimiter):  # type: ignore[misc]  # pymdownx has no types
    """
    A sign whose patterns are made once a text has it.

    They list all punctuation that there is, and to compile them takes as long as to convert a text.
    """

    def _build_patterns(self, token: str) -> str:
        return token

    def __getattr__(self, name: str) -> Any:
        if name not in ("boundary", "bad", "max_size"):
            raise AttributeError(name)
        super()._build_patterns(self.token)
        return self.__dict__[name]


class _Escape(EscapeInlineProcessor):
    """Markdown's own, but no sign of HTML comes out of it as HTML."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[str | Element | None, int | None, int | None]:
        tag = _IN_TAG.match(data, max(0, data.rfind("<", 0, m.start())))
        if tag and tag.end() > m.start():  # there a backslash is a backslash
            return None, None, None
        return _NO_HTML.get(m[1]) or super().handleMatch(m, data)[0], m.start(), m.end()


class _Emphasis(DelimiterProcessor):
    """Markdown's own, which loses a letter where signs that have no other half cross: there they are text."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        element, start, end = super().handleMatch(m, data)
        if element is None or start is None:
            return element, start, end
        if start >= m.start() and _letters("".join(element.itertext())) == _letters(data[start:end]):
            return element, start, end
        self.reset()
        return None, m.start(), m.end()


def _letters(text: str) -> str:
    return text.replace("*", "").replace("_", "")


class _References(Treeprocessor):
    def run(self, root: Element) -> None:
        for name, (href, title) in self.md.references.items():
            if "\\" in f"{href}{title}":
                self.md.references[name] = (_ESCAPE.sub(r"\1", href), _ESCAPE.sub(r"\1", title) if title else title)


class Escapes(Extension):
    """
    What is a tag and what is a sign, as CommonMark has it: https://spec.commonmark.org/0.31.2/#backslash-escapes

    A backslash before any sign of ASCII takes its meaning away, in definitions of links too; what stands in angle
    brackets and is neither an address nor a tag is text.
    """

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_References(md), "escaped_references", 30)  # before they are used (20)
        md.inlinePatterns.register(HtmlInlineProcessor(f"({_TAG})", md), "html", 90)
        md.ESCAPED_CHARS.extend(sign for sign in string.punctuation if sign not in md.ESCAPED_CHARS)
        md.inlinePatterns.register(_Emphasis("*", "strong,em", md), "em_strong", 60)
        if md.delimiters:
            md.delimiters.add("_", "strong,em", smart=True)
        md.inlinePatterns.register(_Escape(r"\\(.)", md), "escape", 180)


class Headings(Extension):
    """Headings from ``h2`` down, none skipped."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_HeadingLevels(md), "heading_levels", 6)  # before toc (5) reads them


class OwnLinks(Extension):
    """
    ``[x](otra.md)`` is a link to that post, ``[x](/acerca-de/)`` to a page of this blog wherever the blog lives.

    Args:
        siteurl: What stands before every internal address, "" or "/blog".
    """

    def __init__(self, siteurl: str) -> None:
        super().__init__()
        self.siteurl = siteurl

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(
            _OwnLinks(md, self.siteurl), "own_links", 7.95
        )  # before pictures (7.9) and linkify (7.5) add finished ones
