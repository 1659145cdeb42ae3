"""Tables that never widen the page: each stands in a region of its own, which scrolls, also by the keyboard.

A column of nothing but figures is marked, so that the theme can set it to the right and keep each figure in one piece.
"""

import re
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from tertulia.core import languages

# A number, with its sign, currency, share or short unit: "−12.300,50 €", "3/4", "48 h".
_FIGURE = re.compile(r"[+\-−±~≈<>≤≥ ]*[$€£¥]?\s*\d[\d.,:/'’ \u00a0\u202f]*\s*(?:[%‰€$£¥]|[^\W\d_]{1,3})?")
_NOTHING = frozenset(("", "–", "—", "-", "…", "?"))


class TablesExtension(Extension):
    """Wrap every table of Markdown, wherever it stands."""

    def extendMarkdown(self, md: Markdown) -> None:
        # After attr_list (8) has given out classes and typography (7.8) its signs.
        md.treeprocessors.register(_Tables(md), "tables", 7)


class _Tables(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for at, child in enumerate(parent):
                if child.tag == "table":
                    _mark_figures(child)
                    parent[at] = self._region(child)

    def _region(self, table: Element) -> Element:
        document = getattr(self.md, "document", None)
        label = languages.text("table", document.lang if document else languages.DEFAULT)
        region = Element("div", {"role": "region", "aria-label": label, "tabindex": "0"})
        if classes := table.attrib.pop("class", ""):  # ``{.wide}`` is about where it stands
            region.set("class", classes)
        region.tail, table.tail = table.tail, None
        region.append(table)
        return region


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
