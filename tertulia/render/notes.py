"""Footnotes that say what they are to who cannot see where they stand.

https://www.w3.org/TR/dpub-aria-1.1/#doc-noteref: the mark in the text, the notes below it and the way back have roles,
and names in the language of the post.
"""

from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.extensions.footnotes import NBSP_PLACEHOLDER, FootnoteExtension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from tertulia.core import languages, lazy_re
from tertulia.core.languages import say

# A paragraph that holds nothing but what was put aside as HTML, and the space before the way back.
_BLOCK = lazy_re.compile(rf"\s*({HTML_PLACEHOLDER_RE.pattern})\s*(?:{NBSP_PLACEHOLDER})?\s*\Z")


class FootnotesExtension(FootnoteExtension):
    """Markdown's own, which looks for a free name among all that point to the same note; here they are counted."""

    def unique_ref(self, reference: str, found: bool = False) -> str:
        """Return a name for one more mark of the note that *reference* names: ``fnref:1``, ``fnref2:1``…"""
        if not found:
            return reference
        count = self.found_refs[reference] = self.found_refs.get(reference, 0) + 1
        name, separator, note = reference.partition(self.get_separator())
        return reference if count == 1 else f"{name}{count}{separator}{note}"


class NotesExtension(Extension):
    """Roles and names for what the extension ``footnotes`` writes."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_EmptyNotes(md), "notes_empty", 19.5)  # before Markdown orders them (19)
        md.treeprocessors.register(_Notes(md), "notes_named", 7)


class _EmptyNotes(Treeprocessor):
    """Gives a note of no words its way back, which Markdown takes for granted."""

    def run(self, root: Element) -> None:
        for notes in (div for div in root.iter("div") if div.get("class") == "footnote"):
            for item in notes.iterfind("ol/li"):
                if item.find(".//a[@class='footnote-backref']") is None:
                    back = {"class": "footnote-backref", "href": f"#fnref:{_name(item.get('id'))}"}
                    SubElement(SubElement(item, "p"), "a", back).text = "↩"


class _Notes(Treeprocessor):
    def run(self, root: Element) -> None:
        notes = next((div for div in root.iter("div") if div.get("class") == "footnote"), None)
        if notes is None:
            return
        for item in notes.iterfind("ol/li"):
            _part_from_block(item)
        document = getattr(self.md, "document", None)
        lang = document.lang if document else languages.DEFAULT
        notes.attrib.update({"role": "doc-endnotes", "aria-label": languages.text("notes", lang)})
        self._leave_out_unused(root, notes, document)
        numbers = {_name(item.get("id")): number for number, item in enumerate(notes.iterfind("ol/li"), 1)}
        for link in root.iter("a"):
            number = numbers.get(_name(link.get("href")))
            if link.get("class") == "footnote-ref":
                link.attrib.update(
                    {"role": "doc-noteref", "aria-label": languages.text("note_number", lang, number=number)}
                )
            elif link.get("class") == "footnote-backref":
                link.attrib.pop("title", None)
                link.attrib.update(
                    {"role": "doc-backlink", "aria-label": languages.text("note_back", lang, number=number)}
                )

    def _leave_out_unused(self, root: Element, notes: Element, document: Any) -> None:
        """Leave out a note that no mark asks for, as everywhere else, and tell its author."""
        asked = {_name(link.get("href")) for link in root.iter("a") if link.get("class") == "footnote-ref"}
        items = notes.find("ol")
        for item in list(items) if items is not None else ():
            if (name := _name(item.get("id"))) not in asked and items is not None:
                items.remove(item)
                if document is not None:
                    document.report(say("unused_note", name=name), say("unused_note_fix"), needle=f"[^{name}]:")
        if items is not None and not len(items):
            parent = next(one for one in root.iter() if notes in list(one))
            parent.remove(notes)


def _part_from_block(item: Element) -> None:
    """Give the way back a paragraph of its own where code or HTML ends a note: neither may stand within one."""
    last = item[-1] if len(item) else None
    if last is not None and last.tag == "p" and (block := _BLOCK.match(last.text or "")):
        way = Element("p")
        way.extend(list(last))
        for link in way:
            last.remove(link)
        last.text = block[1]
        item.append(way)


def _name(address: str | None) -> str:
    """Return what a note is called in ``fn:name``, ``#fn:name``, ``#fnref:name`` and ``#fnref2:name``."""
    return (address or "").partition(":")[2]
