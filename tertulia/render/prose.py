"""What the author wrote: a rendered post without what stands in it of others, and without what is no prose.

One walk over the page gives its blocks; whatever speaks in the author's name is made of them: summary, word count,
related posts, the text of a thread. Embeds, quotations, pictures with their captions, notes, code and players
are left out, and so is what is no sentence: shortcodes of other generators, formulas, addresses alone.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from lxml import etree

from tertulia.content.private import SUMMARY_ENDS
from tertulia.core import addresses, languages, lazy_re
from tertulia.core.cuts import NO_BREAK_LINE
from tertulia.core.numbers import number_of

# As many words say something, also without a full stop.
SAYING_WORDS = 6

_OTHERS = frozenset(
    (
        *("audio", "blockquote", "button", "canvas", "embed", "figure", "form", "iframe", "nav", "noscript"),
        *("object", "picture", "pre", "script", "select", "style", "svg", "template", "textarea", "video"),
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HOLDERS = frozenset(
    (
        *("address", "article", "aside", "body", "center", "details", "dd", "div", "dl", "dt", "fieldset", "footer"),
        *("header", "html", "li", "main", "ol", "p", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul", "hr"),
    )
)
_NOTE_ROLES = ("doc-endnotes", "doc-footnote", "doc-noteref", "doc-backlink", "note")

_QUOTATION = lazy_re.compile_unicode(r"<(/?)blockquote\b[^>]*>")
# With its source.
_QUOTING_FIGURE = lazy_re.compile_unicode(r"<figure\b(?:[^<]++|<(?!/?figure\b|blockquote\b))*<blockquote\b")
_STRING = etree.XPath("string()")
_SPACES = lazy_re.compile_unicode(r"[ \t\r\n\f]+")
_BROKEN = ("\n", "  ", "\t", "\r", "\f")  # quicker to look for than to replace
_LINE = "\x00"  # between two blocks, while shortcodes that span them are taken out
# Nothing here looks beyond the next of its kind: a text of thousands that never close is read as fast as any other.
_SHORTCODES = lazy_re.compile_unicode(
    r"\{%-?\s*(?P<liquid>\w+)\b[^%]*%\}|\{\{[<%]\s*(?P<hugo>[\w./-]+)(?:\s[^{}]*)?[>%]\}\}"
    r"|<%(?:(?!<%).)*?%>|\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}"
    r"|\[(?P<press>[a-z][\w-]*)(?:\s[^\[\]\x00]*)?\][^\[\x00]*\[/(?P=press)\]"
    r"|\[(?:[a-z][\w-]*\s(?=[^=\[\]\x00]*=)[^\[\]\x00]*|gallery|playlist|more)\]"
    r"|\[\[?_?toc_?\]\]?|\{:[^{}\x00]*\}|\{[.\#][^{}\x00]*\}|(?<=^|\x00):::[^\x00]*",
    re.DOTALL | re.IGNORECASE,
)
_SHORTCODE_ENDS = lazy_re.compile_unicode(
    r"\{%-?\s*end(?P<liquid>\w+)\s*-?%\}|\{\{[<%]\s*/\s*(?P<hugo>[\w./-]+)\s*[>%]\}\}", re.IGNORECASE
)
# In code, the signs of a shortcode are what the author writes about.
_KEPT = {ord("{"): "\ue000", ord("["): "\ue001", ord("}"): "\ue002", ord("]"): "\ue003"}
_PUT_ASIDE = tuple(_KEPT.values())
_GIVEN_BACK = {ord(kept): chr(sign) for sign, kept in _KEPT.items()}
_FORMULAS = lazy_re.compile_unicode(
    r"\$\$.*?\$\$|\\\[.{0,5000}?\\\]|\\\((?:(?!\\[()]).){0,5000}\\\)|\\begin\{.{0,5000}?\\end\{\w+\*?\}|\$[^\s$][^$]*\$",
    re.DOTALL,
)
_ADDRESS = lazy_re.compile_unicode(r"https?://\S+|(?:www\.|(?:[\w-]+\.)+\p{L}{2,}/)\S*")
_WORD = lazy_re.compile_unicode(r"\p{L}[\p{L}\p{M}\p{N}'’-]*")
_ENDS = lazy_re.compile_unicode(r"""[.!?…]["»”’)\]]*$""")


class BlockKind(StrEnum):
    """What a piece of the author's text is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    TABLE = "table"


class Block(NamedTuple):
    """A piece of the author's text, on one line."""

    kind: BlockKind
    text: str
    full: str  # the same with the addresses that are its point
    marker: str = ""  # of an item: "1. ", "• "
    folded: bool = False  # the reader has to open it
    alone: bool = False  # an address and no words


class _Where(NamedTuple):
    """In what a piece of text stands."""

    kind: BlockKind = BlockKind.PARAGRAPH
    folded: bool = False
    marker: str = ""
    depth: int = 0


def blocks(content: str, page: str | None = None) -> list[Block]:
    """
    Return the author's own text, in order.

    Args:
        content: The rendered post.
        page: The post's address, which completes the links of ``full``; without it ``full`` is the text alone.
    """
    if not content.strip():
        return []
    # lxml.html would ask Python for the class of each element: that takes longer than to read them.
    root = etree.fromstring(f"<html><body>{content}</body></html>", etree.HTMLParser())
    found: list[Block] = []
    _walk(root, _Where(), page, found)
    if any("{" in block.text or "[" in block.text for block in found):
        found = _without_shortcodes(found)
    words = "".join([block.text for block in found])
    return [_given_back(block) for block in found] if any(sign in words for sign in _PUT_ASIDE) else found


def parted(content: str) -> tuple[str, str]:
    """
    Return what stands above the author's ``<!--more-->``, "" where there is none; and *content* without that mark.
    """
    found = SUMMARY_ENDS.search(content) if "<!--" in content else None
    return (content[: found.start()], content[: found.start()] + content[found.end() :]) if found else ("", content)


def plain(found: Sequence[Block]) -> str:
    """All of the author's words on one line: what is counted and compared."""
    return " ".join(block.text for block in found if not block.alone)


def opening(found: Sequence[Block]) -> str:
    """Return the first paragraph that says something; "" when none of the author's words does."""
    weak, open_to_all = "", []
    for block in found:  # mostly the first one says something
        if block.folded or block.alone or not _WORD.search(_bare(block.text)):
            continue
        open_to_all.append(block)
        if block.kind is BlockKind.PARAGRAPH:
            if _says(block.text):
                return block.text
            weak = weak or block.text
    items = " ".join(block.text for block in open_to_all if block.kind is BlockKind.ITEM)
    if len(_WORD.findall(weak)) < len(_WORD.findall(items)):
        return items
    return weak or next((block.text for block in open_to_all if block.kind is BlockKind.HEADING), "")


def thread(found: Sequence[Block]) -> str:
    """
    Return the post as the text of a thread: paragraphs, lists with their numbers, headings that hold on to what
    follows.
    """
    text, heading, last = "", "", None
    for block in found:
        if (
            block.folded
            or block.kind is BlockKind.TABLE
            or (block.alone and _WORD.search(_without_addresses(block.text)))
        ):
            continue
        if block.kind is BlockKind.HEADING:
            heading += block.text + NO_BREAK_LINE
            continue
        is_listed = last is block.kind is BlockKind.ITEM and not heading
        text += ("\n" if is_listed else "\n\n") if text else ""
        text += f"{heading}{block.marker}{block.full}"
        heading, last = "", block.kind
    return text


def without_others(content: str) -> str:
    """
    Return the rendered post without what is quoted in it, for who looks for the author's words: embeds, quotations.
    """
    if "data-embed=" not in content:
        if "<blockquote" not in content:
            return content
        if not _QUOTING_FIGURE.search(content) and (bare := _without_quotations(content)):
            return bare
    from lxml import html as lxml_html  # few posts quote with more than a blockquote

    root = lxml_html.fragment_fromstring(content, create_parent="div")
    for element in [each for each in root.iter("blockquote", "figure", "p", "div") if _is_quoted(each)]:
        if element.getparent() is not None:
            element.drop_tree()
    inside = str(lxml_html.tostring(root, encoding="unicode"))
    return inside.removeprefix("<div>").removesuffix("</div>")


def _without_quotations(content: str) -> str:
    """*content* without its quotations; "" where they do not open and close one by one, and have to be parsed."""
    kept, at, depth = [], 0, 0
    for tag in _QUOTATION.finditer(content):
        if not depth:
            kept.append(content[at : tag.start()])
        depth += -1 if tag[1] else 1
        at = tag.end()
        if depth < 0:
            return ""
    return "" if depth or "<!--" in content else "".join((*kept, content[at:]))


def _is_quoted(element: Any) -> bool:
    """Return a quotation, with the line below it that says whose it is, or an embed."""
    is_quotation = element.tag == "blockquote" or (element.tag == "figure" and element.find("blockquote") is not None)
    return is_quotation or "data-embed" in element.attrib


def _walk(element: Any, where: _Where, page: str | None, found: list[Block]) -> None:
    """Add the blocks of *element* to *found*: a run of inline text is one, and each block inside is walked itself."""
    run = full = element.text or ""
    marker = where.marker
    number = _first_number(element) if element.tag == "ol" else 1
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if not tag or _is_others(child):
            apart = "" if tag in ("sup", "a", "span") else " "
            run, full = run + apart, full + apart
        elif tag == "p" and not len(child) and not marker:  # words alone, as most paragraphs are
            _ended(run, full, where, "", found)
            run = full = ""
            _ended(child.text or "", child.text or "", where, "", found)
        elif tag in _HOLDERS or tag in _HEADINGS or _holds_blocks(child):
            if _ended(run, full, where, marker, found):
                marker = ""
            run = full = ""
            inner, number = _inside(child, tag, where, number)
            # The first paragraph of an item carries its number, the others do not.
            inner = inner._replace(marker=marker) if tag == "p" and marker else inner
            before = len(found)
            _walk(child, inner, page, found)
            if marker and any(block.marker == marker for block in found[before:]):
                marker = ""
        else:
            text, whole = _inline(child, page)
            run, full = run + text, full + whole
        if tail := child.tail:
            run, full = run + tail, full + tail
    _ended(run, full, where, marker, found)


def _ended(run: str, full: str, where: _Where, marker: str, found: list[Block]) -> bool:
    """Add a *run* of text that is over to *found*; whether there was any."""
    text = _line(run)
    if text:
        whole = text if full == run else _line(full)
        found.append(Block(where.kind, text, whole, marker, where.folded, _is_address(text)))
    return bool(text)


def _inside(child: Any, tag: str, where: _Where, number: int) -> tuple[_Where, int]:
    if tag in _HEADINGS or (tag == "p" and _is_heading(child)):
        return where._replace(kind=BlockKind.HEADING, marker=""), number
    if tag == "table":
        return where._replace(kind=BlockKind.TABLE, marker=""), number
    if tag == "details":
        return where._replace(folded=True, marker=""), number
    if tag in ("ul", "ol"):
        return where._replace(depth=where.depth + 1, marker=""), number
    if tag == "li":
        number = _number(child, number)
        indent = "  " * (where.depth - 1)
        marker = f"{indent}{number}. " if child.getparent().tag == "ol" else f"{indent}• "
        return where._replace(kind=BlockKind.ITEM, marker=marker), number + 1
    return where._replace(marker="") if where.marker else where, number


def _is_heading(paragraph: Any) -> bool:
    """Whether a paragraph is a heading in all but name: bold, and no sentence."""
    if len(paragraph) != 1 or paragraph[0].tag not in ("b", "strong") or _line(paragraph.text or ""):
        return False
    return not _line(paragraph[0].tail or "").strip(":") and not _ENDS.search(_text_of(paragraph).strip())


def _text_of(element: Any) -> str:
    """All the text in *element*, without comments."""
    return str(_STRING(element))


def _first_number(element: Any) -> int:
    return number_of(element.get("start", "1"), 1)


def _number(item: Any, number: int) -> int:
    return number_of(item.get("value", ""), number)


def _holds_blocks(element: Any) -> bool:
    return any(isinstance(each.tag, str) and each.tag in _HOLDERS for each in element.iter()) if len(element) else False


def _is_others(element: Any) -> bool:
    """Whether *element* is no text of the author's: somebody else's, a note, code, a picture, a table of contents."""
    tag = element.tag
    if tag in _OTHERS:
        return True
    if element.keys():
        told = element.attrib
        if "data-embed" in told or "hidden" in told or told.get("role") in _NOTE_ROLES:
            return True
        classes = told.get("class", "")
        if classes and any(name.startswith(("footnote", "codehilite")) or name == "toc" for name in classes.split()):
            return True
    return tag == "sup" and any(link.get("href", "").startswith("#") for link in element.iter("a"))


def _inline(element: Any, page: str | None) -> tuple[str, str]:
    """Return the text of *element*, and the same with the addresses that are the point of its links."""
    if element.tag == "br":
        return "\n", "\n"
    if element.tag in ("code", "kbd", "samp"):
        code = _text_of(element).translate(_KEPT)
        return code, code
    if element.tag == "math":
        formula = "" if element.get("display") == "block" else element.get("alttext") or element.text_content()
        return formula, formula
    text, full = element.text or "", element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not _is_others(child):
            inner, whole = _inline(child, page)
            text, full = text + inner, full + whole
        text, full = text + (child.tail or ""), full + (child.tail or "")
    return (text, _with_address(element, text, page)) if element.tag == "a" and page is not None else (text, full)


def _with_address(link: Any, text: str, page: str) -> str:
    """
    Return the text of *link*, and where it leads when that is what it is for.

    It is when the text is the address, when it only points ("aquí", "este enlace"), and when the link stands alone.
    """
    href = addresses.join_address(page, link.get("href", "")) if page else link.get("href", "")
    parts = addresses.split_address(href)
    if not parts.is_web or text.lstrip().startswith(("#", "@")):
        return text
    if _ADDRESS.fullmatch(text.strip()) or parts.host.removeprefix("www.") == text.strip().removeprefix("www."):
        return addresses.encoded(href)
    words = [word.casefold() for word in _WORD.findall(text)]
    only_points = bool(words) and set(words) <= languages.current().words("pointer")
    return f"{text} ({addresses.encoded(href)})" if only_points or _stands_alone(link) else text


def _stands_alone(link: Any) -> bool:
    parent = link.getparent()
    if parent is None or parent.tag not in ("p", "li", "dd"):
        return False
    return len(parent) == 1 and not _WORD.search((parent.text or "") + (link.tail or ""))


def _is_address(text: str) -> bool:
    """Whether *text* is an address, and at most says where: "Publicación en Mastodon: mas.to/@ana/1"."""
    bare = _without_addresses(text)
    return bare != text and (
        not _WORD.search(bare) or (bare.rstrip().endswith(":") and len(_WORD.findall(bare)) < SAYING_WORDS)
    )


def _given_back(block: Block) -> Block:
    """*block* with the signs that were put aside in its code; code stands in the text and in ``full`` alike."""
    return block._replace(text=block.text.translate(_GIVEN_BACK), full=block.full.translate(_GIVEN_BACK))


def _line(text: str) -> str:
    for sign in _BROKEN:
        if sign in text:
            return _SPACES.sub(" ", text).strip()
    return text.strip()


# Most texts hold neither formula nor address, and these patterns try every place: so it is asked first.


def _bare(text: str) -> str:
    return _without_addresses(_FORMULAS.sub(" ", text) if "$" in text or "\\" in text else text, " ")


def _without_addresses(text: str, instead: str = "") -> str:
    return _ADDRESS.sub(instead, text) if "/" in text or "www." in text else text


def _says(text: str) -> bool:
    """Whether a paragraph is more than a word on top of others ("Introducción", "Lo dice Ana:")."""
    bare = _bare(text).strip()
    return not bare.endswith(":") and bool(_ENDS.search(bare) or len(_WORD.findall(bare)) >= SAYING_WORDS)


def _without_shortcodes(found: list[Block]) -> list[Block]:
    """*found* without what another generator would have replaced; what stands between two such marks goes too."""
    texts = _cleaned([block.text for block in found])
    fulls = _cleaned([block.full for block in found])
    cleaned = zip(found, texts, fulls, strict=True)
    return [block._replace(text=text, full=full) for block, text, full in cleaned if text]


def _cleaned(texts: list[str]) -> list[str]:
    joined = _LINE.join(texts)
    ends: dict[tuple[str, str], list[int]] = defaultdict(list)
    for end in _SHORTCODE_ENDS.finditer(joined):
        kind = "liquid" if end["liquid"] else "hugo"
        ends[kind, end[kind]].append(end.end())
    made, at = [], 0
    while found := _SHORTCODES.search(joined, at):
        made.append(joined[at : found.start()])
        kind = "liquid" if found["liquid"] else "hugo"
        known = ends.get((kind, found[kind] or ""), [])
        place = bisect_right(known, found.end())
        at = known[place] if place < len(known) else found.end()
        made.append(_LINE * joined.count(_LINE, found.start(), at))
    return [_line(text) for text in "".join((*made, joined[at:])).split(_LINE)]
