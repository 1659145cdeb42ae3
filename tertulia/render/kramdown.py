"""kramdown's braces, as Jekyll's posts have them: https://kramdown.gettalong.org/syntax.html#block-ials

    {: .note #id}      on a line of its own, below a block or above one: its attributes
    {:.no_toc}         below a heading: the table of contents leaves it out
    * toc              a list of one item with {:toc} below is the table of contents, as [TOC] is Python-Markdown's
    {:toc}
    {::options … /}    shown to nobody, as are its definitions; ``{::comment}`` is a note to oneself: ``private``

Attributes at the end of a paragraph or behind a word are Python-Markdown's ``attr_list``, which has learned them there.
"""

from collections.abc import Iterable
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.extensions.attr_list import AttrListTreeprocessor, get_attrs_and_remainder
from markdown.extensions.toc import TocTreeprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from markdown_it.rules_block import StateBlock

from tertulia.core import lazy_re
from tertulia.render.document import Document

TOKEN = "kramdown"

_LINE = lazy_re.compile(r"\{:(?P<list>(?!:|/)[^\n}]*)\}[ \t]*|\{:(?::[^\n]*|/\w*)\}[ \t]*")
_DEFINITION = lazy_re.compile(r"\s*[\w-]+:(?=\s|$)")  # {:name: .class}, to be named elsewhere
_NOTE = "{::comment}"
_TOC = lazy_re.compile(r"[^\n]*\n\{:\s*toc\b[^}\n]*\}\s*")
_HEADING = lazy_re.compile(r"h[1-6]")
_WORDS_OF_HTML = frozenset(("hidden", "open", "reversed", "controls", "loop", "muted", "download", "translate"))
# What braces must hold to be attributes: an id, a class, a value, a word of HTML, Pandoc's "-". {1990} is a text.
_ATTRIBUTES = rf"(?:[#.][^\W\d]|#\w|[\w:@-]+=|-[ ]*\}}|(?:{'|'.join(sorted(_WORDS_OF_HTML))})[ }}])"
_BRACES = rf"\{{(?=:|[ ]*{_ATTRIBUTES})\:?[ ]*([^\}}\n ][^\n]*)\}}"
_LEFT_OUT = frozenset(("no_toc", "no-toc", "unlisted"))  # the last is Pandoc's


def find_braces(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """
    Return the rule for a line of braces, for markdown-it; at the end of a paragraph they are left to ``attr_list``.
    """
    line = _text(state, start)
    found = _LINE.fullmatch(line) if line.startswith("{") and not state.is_code_block(start) else None
    if not found or (line.startswith((_NOTE, "{:/")) and _NOTE in state.src):
        return False
    goes_on = start + 1 < end and not state.isEmpty(start + 1)
    if silent:
        in_paragraph = goes_on and state.sCount[start] >= state.blkIndent and state.parentType == "paragraph"
        return in_paragraph or state.parentType == "table"
    state.line = start + 1
    if found["list"] is not None and not _DEFINITION.match(found["list"]):
        token = state.push(TOKEN, "", 0)
        token.content = found["list"]
        # Between two blocks that it touches, it is the upper one's.
        token.meta = {"above": bool(state.tokens[:-1]) and (not state.isEmpty(start - 1) or not goes_on)}
    return True


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def assign(element: Element, attributes: str, md: Markdown) -> None:
    """Give *element* what stands between the braces; code would take its language from there, and has it already."""
    if not isinstance(element.text, AtomicString):
        _AttributeLists(md).assign_attrs(element, attributes)


class KramdownExtension(Extension):
    """Attribute lists and tables of contents as kramdown has them; comes after those two extensions of Markdown's."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_AttributeLists(md), "attr_list", 8)  # in the place of Markdown's own
        md.treeprocessors.register(_Contents(md), "kramdown_toc", 26)  # before what stands in it is read (20)
        md.treeprocessors.register(_HeadingsLeftOut(md), "no_toc", 4.9)  # after toc (5)


class _AttributeLists(AttrListTreeprocessor):
    """Markdown's own, without the bare words that name something of kramdown's; braces around words are a text."""

    BASE_RE = _BRACES  # type: ignore[misc]
    HEADER_RE = lazy_re.compile(rf"[ ]+{_BRACES}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = lazy_re.compile(rf"\n[ ]*{_BRACES}[ ]*$")  # type: ignore[misc]
    INLINE_RE = lazy_re.compile(rf"^{_BRACES}")  # type: ignore[misc]

    def assign_attrs(self, elem: Element, attrs_string: str, *, strict: bool = False) -> str:
        attributes, remainder = get_attrs_and_remainder(attrs_string)
        unknown = [name for name, value in attributes if value is None and name.lower() not in _WORDS_OF_HTML]
        over = super().assign_attrs(elem, attrs_string, strict=strict)
        for name in unknown if not (strict and remainder) else ():
            elem.attrib.pop(self.sanitize_name(name), None)
        return over


class _Contents(Treeprocessor):
    def run(self, root: Element) -> None:
        document: Document | None = getattr(self.md, "document", None)
        if document is not None and "{:" not in document.body:  # nearly always
            return
        for parent in list(root.iter()):
            for child in parent:
                if child.tag in ("ul", "ol") and len(child) == 1 and _TOC.fullmatch(child[0].text or ""):
                    child.tag, child.text = "p", "[TOC]"
                    child.remove(child[0])


class _HeadingsLeftOut(Treeprocessor):
    def run(self, root: Element) -> None:
        if not self.md.toc_tokens:  # type: ignore[attr-defined]
            return
        headings = (element for element in root.iter() if _HEADING.fullmatch(element.tag))
        left_out = {h.get("id") for h in headings if _LEFT_OUT & set(h.get("class", "").split())}
        if not left_out:
            return
        toc = cast(TocTreeprocessor, self.md.treeprocessors["toc"])
        tokens = _without(self.md.toc_tokens, left_out)  # type: ignore[attr-defined]
        self.md.toc_tokens = tokens  # type: ignore[attr-defined]
        for shown in root.iter("div"):
            if shown.get("class") == toc.toc_class:
                shown[:] = list(toc.build_toc_div(cast(Any, tokens)))


def _without(tokens: Iterable[dict[str, Any]], left_out: set[str | None]) -> list[dict[str, Any]]:
    """*tokens* without those headings; what stands below one is kept a level higher."""
    kept: list[dict[str, Any]] = []
    for token in tokens:
        children = _without(token["children"], left_out)
        kept += children if token["id"] in left_out else [{**token, "children": children}]
    return kept
