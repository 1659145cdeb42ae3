"""What the exports of several services have in common: moments, HTML that is put right, comments that were removed."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from lxml import html as lxml_html
from lxml.html import HtmlElement

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.text import one_line
from tertulia.imports.tree import parse
from tertulia.imports.types import OldComment

_LONGEST_TEASER = 500


def moment(text: object) -> datetime | None:
    """Return an ISO moment, in Greenwich's time where it tells none; None when it is none."""
    try:
        when = datetime.fromisoformat(str(text or "").strip())
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        when.astimezone(UTC)  # the year 1 has no other zones
    except (ValueError, OverflowError):
        return None
    return when


def page_of(told: str) -> str:
    """Return what a service for talk calls a page, as an address or a path; "" for what is neither: "12 https://x/?p=12"."""
    for word in reversed(told.split()):
        if address := web_address(f"https:{word}" if word.startswith("//") else word):
            return address
    return told.strip() if told.strip().startswith("/") and " " not in told.strip() else ""


def edited(html: str, edit: Callable[[HtmlElement], None]) -> str:
    """*html* after *edit* has had its tree."""
    root = parse(html)
    edit(root)
    return inner(root)


def inner(element: HtmlElement) -> str:
    """Return the HTML of what stands in *element*."""
    made = lxml_html.tostring(element, encoding="unicode", with_tail=False)
    return str(made).partition(">")[2].rpartition("</")[0]


def has_class(element: HtmlElement, *names: str) -> bool:
    """Whether it is of one of these classes."""
    return not set(element.get("class", "").split()).isdisjoint(names)


def made(tag: str, /, *, text: str | None = None, **attributes: str) -> HtmlElement:
    """Return a new element; ``data_embed`` is the attribute ``data-embed``."""
    element: HtmlElement = lxml_html.Element(tag)
    element.attrib.update({name.replace("_", "-"): value for name, value in attributes.items()})
    element.text = text
    return element


def put(element: HtmlElement, new: HtmlElement) -> None:
    """Put *new* in the place of *element*."""
    parent = element.getparent()
    if parent is not None:
        new.tail, element.tail = element.tail, None
        parent.replace(element, new)


def removed(element: HtmlElement) -> None:
    """Take *element* out; the words behind it stay."""
    if element.getparent() is not None:
        element.drop_tree()


def plain(html: str) -> str:
    """Return the words of *html* on one line."""
    return one_line(sanitise.plain(html), 2000)


def teaser(html: str) -> str:
    """
    Return what stands before a post's "read more", for its summary; "" where that is no summary but half of the post.
    """
    words = plain(html)
    return words if len(words) <= _LONGEST_TEASER else ""


def most(values: Iterable[str]) -> str:
    """Return the value that occurs most, the first of several; "" for none."""
    counted: dict[str, int] = {}
    for value in filter(None, values):
        counted[value] = counted.get(value, 0) + 1
    return max(counted, key=counted.__getitem__, default="")


def without_gone(comments: Iterable[OldComment], gone: Mapping[str, str]) -> tuple[OldComment, ...]:
    """
    *comments*, those that answered what was removed hung on what that had answered.

    Args:
        gone: What was removed: id → what it answered, "" for nothing.
    """

    def lifted(parent: str) -> str:
        met = set()
        while parent in gone and parent not in met:
            met.add(parent)
            parent = gone[parent]
        return "" if parent in met else parent

    return tuple(replace(one, parent=lifted(one.parent)) if one.parent in gone else one for one in comments)


def lines_of(data: bytes) -> list[str]:
    """Text that may begin with a byte order mark, by line."""
    return re.split(r"\r\n|\n|\r", data.decode("utf-8-sig", "replace"))
