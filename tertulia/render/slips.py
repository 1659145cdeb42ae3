"""What a text seems to mean and does not say: it is shown as it stands, and its author is told, with the line.

A tag that HTML does not have is shown to nobody (``<nombre>``), a mark calls a note that is not there, a list's lines
become one paragraph (``a) … b) …``), ``##Título`` has no blank, a link has one, a table has more columns than dashes.
"""

import re
from collections.abc import Iterator, Sequence

from markdown import Extension, Markdown
from markdown.extensions.footnotes import FootnoteExtension
from markdown_it.common.html_blocks import block_names
from markdown_it.token import Token

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.core.models import Severity
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.document import Document
from tertulia.render.foreign import shortened

# https://html.spec.whatwg.org/multipage/indices.html#elements-3, and those that browsers still know
_INLINE = """
a abbr acronym applet audio b bdi bdo big blink button br canvas cite code data datalist del dfn em embed font i img
input ins kbd label map mark marquee math meter nobr noscript object output picture portal pre progress q rp rt rb rtc
ruby s samp script select slot small span strike strong style sub sup svg template textarea time tt u var video wbr
image spacer listing plaintext xmp hgroup fencedframe selectedcontent source track param area base bgsound keygen rbc
"""
_ELEMENTS = frozenset(block_names) | frozenset(_INLINE.split())
_CODE = lazy_re.compile(r"(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|\\.|\](?:\(|:)\s*<[^<>\n]*>", re.S)
_TAG = lazy_re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_DRAWING = lazy_re.compile(r"<(?:svg|math)\b", re.I)
_MARK = lazy_re.compile(r"\[\^(?P<name>[^\]\s^]{1,40})\](?![:(])")
_ITEM = (
    r"[ \t]*(?:(?:\(?(?:[a-z]|[ivx]{1,4})\)|[a-z]\.|[ivx]{1,4}\.|\(\d{1,2}\)|\d{1,2}(?:\.-|\.?[º°ª]|-)|#\."
    r"|\(@[\w-]*\)|—)[ \t]+\S|-[^\W\d_]|\d{1,2}[.)][^\W\d_])"
)
_ITEMS = lazy_re.compile(rf"^(?P<first>{_ITEM}.*)\n{_ITEM}", re.M)
_MODULE = lazy_re.compile(r"(?:import|export)\b[^\n]*\bfrom\s+[\"'][^\"'\n]+[\"'];?")  # MDX
_HEADING = lazy_re.compile(r"#{2,6}[^\W\d_][^\n]*")
_LINK = lazy_re.compile(
    r"!?\[[^\[\]\n]+\] \((?:https?://|[\w/.-]+\.(?:png|jpe?g|gif|webp)\))[^()\n]*\)?|(?<!\])\([^()\n]+\)\[https?://[^\]\s]+\]"
)
_DASHES = lazy_re.compile(r"^\|[ ]*:?-{2,}:?[ ]*(?:\|[ ]*:?-{2,}:?[ ]*)*\|?$", re.M)


class SlipsExtension(Extension):
    """Tells of slips. Must come after what changes blocks: private notes, Pandoc's."""

    def __init__(self, footnotes: FootnoteExtension) -> None:
        super().__init__()
        self.footnotes = footnotes

    def extendMarkdown(self, md: Markdown) -> None:
        self.md = md
        assert isinstance(md.parser, CommonMarkParser)
        md.parser.reviews.append(self.reviewed)

    def reviewed(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """Tell what seems to be meant; *tokens* are as they were."""
        document: Document | None = getattr(self.md, "document", None)
        if document is not None:
            for token in tokens:
                if token.type == "inline":
                    for phrase, written, severity in self._slips(token.content, document):
                        _tell(document, phrase, written, severity)
        return tokens

    def _slips(self, content: str, document: Document) -> Iterator[tuple[str, str, Severity]]:
        if "<" in content and not _DRAWING.search(document.body):
            found = next((tag for tag in _TAG.finditer(_bare(content)) if tag["name"].lower() not in _ELEMENTS), None)
            if found:
                yield "unknown_tag", found[0], "warning"
        if "[^" in content and (name := self._missing(content, document)):
            yield "missing_note", name, "warning"
        if "\n" in content:
            if found := _ITEMS.search(content):
                yield "lost_list", found["first"], "hint"
            if "|" in content and (found := _DASHES.search(content)):
                yield "lost_table", found[0], "hint"
        elif content.startswith("##") and _HEADING.fullmatch(content):
            yield "lost_heading", content, "hint"
        elif content.startswith(("import ", "export ")) and _MODULE.fullmatch(content):
            yield "foreign_syntax", content, "warning"
        if ("] (" in content or ")[" in content) and (found := _LINK.search(_bare(content))):
            yield "lost_link", found[0], "hint"

    def _missing(self, content: str, document: Document) -> str:
        for found in _MARK.finditer(_bare(content)):
            is_there = found["name"] in self.footnotes.footnotes or f"[^{found['name']}]:" in document.body
            if not is_there:
                return found[0]
        return ""


def _bare(content: str) -> str:
    return _CODE.sub(" ", content)


def _tell(document: Document, phrase: str, written: str, severity: Severity) -> None:
    """Tell the first of each kind of a post; the others are seen when it is looked after."""
    what = say(phrase, code=shortened(written.strip()))
    fix = say(f"{phrase}_fix")
    if not any(problem.fix == fix for problem in document.problems):
        document.report(what, fix, needle=written, severity=severity)
