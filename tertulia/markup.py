"""Two small Markdown extensions that every post needs.

``Headings`` makes the author's headings continue the page's: the page has the one ``h1``, so the highest in the
text becomes ``h2``, and no level is skipped on the way down, whatever the author began with.
``Siblings`` lets a link name another post's file as editors do: ``[x](../2024/otra.md)``.
"""

import re
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

_LEVEL = {f"h{n}": n for n in range(1, 7)}
_SIBLING = re.compile(r"(?![a-z][a-z0-9+.-]*:|[{/#?])[^#?]+\.md(?=$|[#?])", re.I)


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


class _SiblingLinks(Treeprocessor):
    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            href = link.get("href", "")
            if _SIBLING.match(href):
                link.set("href", "{filename}" + href)


class Headings(Extension):
    """Headings from ``h2`` down, none skipped."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        md.treeprocessors.register(_HeadingLevels(md), "heading_levels", 6)  # before toc (5) reads them


class Siblings(Extension):
    """``[x](otra.md)`` is a link to that post."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_SiblingLinks(md), "sibling_links", 4)
