"""Footnotes that were written as links to a place below and back: those of word processors, plugins and generators.

A mark is a link to a place further down in the same text; its note is what stands at that place. That it is one tells
the link back, or that the mark is set high.
"""

import re
from urllib.parse import unquote

from lxml import html as lxml_html
from lxml.html import HtmlElement

_HOLDERS = ("li", "p", "div", "dd", "td", "aside")
_SHORT = re.compile(r"[\[({]?\s*(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,6}|[*†‡§¶#]{1,4})\s*[\])}]?")
_NUMBERED = re.compile(r"^\s*(?:[\[(]\s*\w{1,4}\s*[\])]|\d{1,3}[.:)])[\s\u00a0]*")


def taken_out(root: HtmlElement) -> dict[str, str]:
    """Take the notes out of *root* and leave ``data-note`` where their marks were; name → HTML."""
    links = [one for one in root.iter("a") if one.get("href", "").startswith("#") and len(one.get("href", "")) > 1]
    if not links:
        return {}
    places: dict[str, HtmlElement] = {}
    order: dict[HtmlElement, int] = {}
    for number, element in enumerate(root.iter()):
        order[element] = number
        for name in filter(None, (element.get("id"), element.get("name"))):
            places.setdefault(name, element)
    marks: dict[HtmlElement, list[HtmlElement]] = {}  # what holds a note → its marks
    names: dict[HtmlElement, str] = {}
    for link in links:
        name = unquote(link.get("href", "")[1:])
        holder = _holder(places.get(name), root)
        if holder is not None and order[holder] > order[link] and _is_mark(link, holder):
            marks.setdefault(holder, []).append(link)
            names.setdefault(holder, name)
    # What is itself within a note is left to that note.
    outer = {holder: ones for holder, ones in marks.items() if not any(up in marks for up in holder.iterancestors())}
    notes: dict[str, str] = {}
    for holder, ones in outer.items():
        leads_back = {f"#{name}" for one in ones for name in _names(one)}
        if words := _words(holder, leads_back):
            notes[names[holder]] = words
            for one in ones:
                _put_mark(one, names[holder])
            _take(holder, root)
    return notes


def _holder(place: HtmlElement | None, root: HtmlElement) -> HtmlElement | None:
    """Return the item or paragraph of a note, of whose beginning *place* is a part."""
    while place is not None and place is not root:
        if place.tag in _HOLDERS:
            return place
        if place.getprevious() is not None or (place.getparent().text or "").strip():
            before = place.getprevious()
            if before is None or before.tag not in ("a", "sup", "span") or (before.tail or "").strip():
                return None
        place = place.getparent()
    return None


def _is_mark(link: HtmlElement, holder: HtmlElement) -> bool:
    words = link.text_content().strip()
    if not _SHORT.fullmatch(words):
        return False
    back = {f"#{name}" for name in _names(link)}
    is_answered = any(one.get("href") in back for one in holder.iter("a"))
    is_high = link.getparent().tag == "sup" or next(link.iter("sup"), None) is not None
    return is_answered or (is_high and holder.tag in ("li", "p", "div"))


def _names(link: HtmlElement) -> set[str]:
    """Return what a link back to *link* may call it: by its own name, or by one right around, in or before it."""
    near = [link, link.getparent(), *link.iter()]
    for one in (link.getprevious(), link.getparent().getprevious() if link.getparent().tag == "sup" else None):
        if one is not None and not (one.tail or "").strip():
            near.append(one)
    if link.getparent().tag in ("sup", "span"):
        near.append(link.getparent().getparent())
    return {name for one in near if one is not None and one.tag in ("a", "sup", "span", "cite", "b", "em") for name in
            (one.get("id"), one.get("name")) if name}  # fmt: skip


def _words(holder: HtmlElement, leads_back: set[str]) -> str:
    """Return the HTML of a note without the links back."""
    copy = lxml_html.fragment_fromstring(lxml_html.tostring(holder, encoding="unicode", with_tail=False))
    for link in list(copy.iter("a")):
        if link.get("href") in leads_back and link is not copy:
            around = link.getparent()
            link.drop_tree()
            if around is not copy and around.tag in ("sup", "span", "b") and not around.text_content().strip():
                around.drop_tree()
    while not (copy.text or "").strip() and len(copy) and copy[0].tag in ("a", "sup") and not copy[0].text_content():
        copy[0].drop_tag()  # a place without words
    copy.text = _NUMBERED.sub("", copy.text or "")
    for name in ("id", "name"):
        for one in copy.iter():
            one.attrib.pop(name, None)
    if not copy.text_content().strip() and next(copy.iter("img"), None) is None:
        return ""
    return str(lxml_html.tostring(copy, encoding="unicode")).partition(">")[2].rpartition("</")[0].strip()


def _put_mark(link: HtmlElement, name: str) -> None:
    around = link.getparent()
    is_alone = around.tag == "sup" and around.text_content().strip() == link.text_content().strip()
    place = around if is_alone else link
    mark: HtmlElement = lxml_html.Element("sup")
    mark.set("data-note", name)
    mark.tail, place.tail = place.tail, None
    place.getparent().replace(place, mark)


def _take(holder: HtmlElement, root: HtmlElement) -> None:
    """Take a note out, and what is empty without it: its list, the rule above."""
    while holder is not root:
        parent, before = holder.getparent(), holder.getprevious()
        holder.drop_tree()
        if before is not None and before.tag == "hr" and before.getnext() is None and not (before.tail or "").strip():
            before.drop_tree()
        if parent is root or len(parent) or (parent.text or "").strip():
            return
        holder = parent
