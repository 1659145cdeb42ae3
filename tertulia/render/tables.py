"""Tables that never widen the page: each stands in a region of its own, which scrolls, also by the keyboard.

A column of nothing but figures is marked, so that the theme can set it to the right and keep each figure in one piece.
"""

import html
import re
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from tertulia.core import languages, lazy_re

# A number, with its sign, currency, share or short unit: "−12.300,50 €", "3/4", "48 h".
_FIGURE = lazy_re.compile(r"[+\-−±~≈<>≤≥ ]*[$€£¥]?\s*\d[\d.,:/'’ \u00a0\u202f]*\s*(?:[%‰€$£¥]|[^\W\d_]{1,3})?")
# A tag of a table; in what stands verbatim there is none.
_TABLE_TAG = lazy_re.compile(
    r"(?P<verbatim><(script|style|textarea)\b.*?</\2)|<(?P<end>/?)table\b(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>",
    re.IGNORECASE | re.DOTALL,
)
_REGION_ENDS = 'tabindex="0">'
_NOTHING = frozenset(("", "–", "—", "-", "…", "?"))


class TablesExtension(Extension):
    """Wrap every table, Markdown's and HTML's, wherever it stands."""

    def extendMarkdown(self, md: Markdown) -> None:
        # After attr_list (8) has given out classes and typography (7.8) its signs.
        md.treeprocessors.register(_Tables(md), "tables", 7)
        md.postprocessors.register(_RawTables(md), "raw_tables", 15)  # after HTML is back in its place (30)


class _Tables(Treeprocessor):
    def run(self, root: Element) -> None:
        number = 0
        for parent in list(root.iter()):
            for at, child in enumerate(parent):
                if child.tag == "table":
                    number += 1
                    _mark_figures(child)
                    parent[at] = self._region(child, number)

    def _region(self, table: Element, number: int) -> Element:
        region = Element("div", _attributes(self.md, number))
        if classes := table.attrib.pop("class", ""):  # ``{.wide}`` is about where it stands
            region.set("class", classes)
        region.tail, table.tail = table.tail, None
        region.append(table)
        return region


class _RawTables(Postprocessor):
    """Tables that the author wrote as HTML, over as many blocks as they go on."""

    def run(self, text: str) -> str:
        if "<table" not in text.lower():
            return text
        number = text.count(_REGION_ENDS)
        made, at, open_tags = [], 0, 0
        is_wrapped = False
        for tag in _TABLE_TAG.finditer(text):
            if tag["verbatim"] or (tag["end"] and not open_tags):
                continue
            open_tags += -1 if tag["end"] else 1
            if not tag["end"] and open_tags == 1:
                is_wrapped = not text.endswith(_REGION_ENDS, 0, tag.start())  # Markdown's has a region already
                if is_wrapped:
                    number += 1
                    attributes = _attributes(self.md, number).items()
                    opening = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes)
                    made += [text[at : tag.start()], f"<div{opening}>"]
                    at = tag.start()
            elif tag["end"] and not open_tags and is_wrapped:
                made += [text[at : tag.end()], "</div>"]
                at = tag.end()
        if open_tags and is_wrapped:  # it is never closed: what follows is in it for a browser too
            return "".join((*made, text[at:], "</div>"))
        return "".join((*made, text[at:]))


def _attributes(md: Markdown, number: int) -> dict[str, str]:
    """
    Return what makes an element a region that scrolls by the keyboard; from the second on its name has its *number*.
    """
    document = getattr(md, "document", None)
    label = languages.text("table", document.lang if document else languages.DEFAULT)
    return {"role": "region", "aria-label": f"{label} {number}" if number > 1 else label, "tabindex": "0"}


def _mark_figures(table: Element) -> None:
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    body = [row for row in rows if any(cell.tag == "td" for cell in row)]
    for column in range(max(map(len, rows), default=0)):
        said = ["".join(row[column].itertext()).strip() for row in body if column < len(row)]
        written = [words for words in said if words not in _NOTHING]
        if written and all(_FIGURE.fullmatch(words) for words in written):
            for row in rows:
                if column < len(row):
                    row[column].set("class", " ".join(filter(None, (row[column].get("class"), "number"))))
