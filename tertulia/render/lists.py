"""Task lists, and lists that are none.

``- [ ] one`` and ``- [x] two`` are boxes, as GFM has them. Lines that begin with "•", as word processors and telephones
paste them, stay text, and the author is told.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.render.document import Document

_TASK = lazy_re.compile(r"\[([ xX])\]\s+(?=\S)")
# A dash is a bullet with a space behind it; a dialogue's touches its word.
_BULLETS = "•·‣▪●○◦⁃∙"
_BULLET = lazy_re.compile(rf"^[ \t]*(?:[{_BULLETS}]|–(?=[ \t\u00a0]))", re.MULTILINE)


class ListsExtension(Extension):
    """Task lists, and a hint about pasted bullets."""

    def extendMarkdown(self, md: Markdown) -> None:
        # Before what stands in them is read (20).
        md.treeprocessors.register(_Tasks(md), "tasks", 24)
        md.treeprocessors.register(_PastedBullets(md), "pasted_bullets", 23)


class _Tasks(Treeprocessor):
    def run(self, root: Element) -> None:
        for item in root.iter("li"):
            holder = item[0] if not (item.text or "").strip() and len(item) and item[0].tag == "p" else item
            found = _TASK.match((holder.text or "").lstrip())
            if not found:
                continue
            label, box = Element("label"), Element("input", {"type": "checkbox", "disabled": "disabled"})
            if found[1] != " ":
                box.set("checked", "checked")
            box.tail = " " + (holder.text or "").lstrip()[found.end() :]
            holder.text = None
            label.append(box)
            holder.insert(0, label)
            item.set("class", "task-list-item")


class _PastedBullets(Treeprocessor):
    def run(self, root: Element) -> None:
        document: Document | None = getattr(self.md, "document", None)
        if document is None or not _may_hold_bullets(document.body):
            return
        for parent in root.iter():
            if line := _pasted(parent):
                fix = say("pasted_bullets_fix")
                document.report(say("pasted_bullets", mark=line.strip()[0]), fix, needle=line, severity="hint")
                return


def _may_hold_bullets(text: str) -> bool:
    # Most texts hold none of these signs, and the pattern tries every place.
    return any(sign in text for sign in f"{_BULLETS}–") and bool(_BULLET.search(text))


def _pasted(parent: Element) -> str:
    """
    Return the first line of a list that is none: two lines of a paragraph, or two paragraphs, with the same bullet.
    """
    before = ""
    for child in parent:
        lines = _bulleted((child.text or "").split("\n")) if child.tag == "p" else []
        if len(lines) > 1 and lines[0].strip()[0] == lines[1].strip()[0]:
            return lines[0]
        single = lines[0] if lines and lines[0].strip()[0] != "–" else ""
        if single and before and single.strip()[0] == before.strip()[0]:
            return before
        before = single
    return ""


def _bulleted(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if _BULLET.match(line)]
