"""The tags of a piece of HTML and where they stand, read as a browser reads them; nothing is built and nothing changed.

For whoever has to replace a piece of a page and leave the rest of it as it is, byte for byte.
https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from html import unescape

from msgspec import Struct

from tertulia.core import lazy_re

# Elements without content, and elements whose content is text whatever it looks like.
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track")
) | {"wbr"}
_RAW_TEXT = frozenset(("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"))

# No group here is possessive: Python before 3.11.5 loses its way in one with anything to go back on inside. Each way on
# begins otherwise instead, so that there is nothing to go back to. https://github.com/python/cpython/issues/106052
_QUOTED = r"\"[^\"]*+\"|'[^']*+'"
ATTRIBUTE = rf"[\s/]*+(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:{_QUOTED}|(?!{_QUOTED})[^\s>]*+)|(?!\s*+=))"
_TOKEN = lazy_re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<rest>(?:{ATTRIBUTE})*)[\s/]*+>",
    re.DOTALL,
)
_NAME_AND_VALUE = lazy_re.compile(
    r"[\s/]*+(?P<name>=?[^\s/>=]++)"
    rf"(?:\s*+=\s*+(?:\"(?P<a>[^\"]*+)\"|'(?P<b>[^']*+)'|(?!{_QUOTED})(?P<c>[^\s>]*+))|(?!\s*+=))"
)


class Tag(Struct, frozen=True, dict=True):
    """One tag: ``html[start:end]``."""

    name: str  # lower case
    closes: bool
    start: int
    end: int
    rest: str  # its attributes as they are written

    @cached_property
    def attributes(self) -> dict[str, str]:
        """Names in lower case, values as they are meant; of two with one name the first counts."""
        found: dict[str, str] = {}
        for attribute in _NAME_AND_VALUE.finditer(self.rest):
            value = attribute["a"] or attribute["b"] or attribute["c"] or ""
            found.setdefault(attribute["name"].lower(), unescape(value) if "&" in value else value)
        return found

    @property
    def classes(self) -> frozenset[str]:
        """The names in its ``class``."""
        return frozenset(self.attributes.get("class", "").split())


def tags(html: str) -> Iterator[Tag]:
    """Every tag of *html* in order; what only looks like one, in comments and scripts, is none."""
    at, last = 0, html.rfind(">")
    while at <= last and (token := _TOKEN.search(html, at)):
        at = token.end()
        if token["name"] is None:
            continue
        name, closes = token["name"].lower(), bool(token["slash"])
        yield Tag(name, closes, token.start(), at, token["rest"])
        if name in _RAW_TEXT and not closes:
            closing = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE).search(html, at)
            at = closing.start() if closing else at  # one that never ends would take the rest of the page along


def closing_of(found: Sequence[Tag], number: int) -> int:
    """Which of the tags *found* closes the one at *number*: that one itself when it has no content, or no end."""
    opening = found[number]
    if opening.name in VOID:
        return number
    depth = 0
    for at in range(number, len(found)):
        if found[at].name == opening.name:
            depth += -1 if found[at].closes else 1
            if depth == 0:
                return at
    return number


def open_at(found: Sequence[Tag], number: int) -> list[Tag]:
    """Return the tags that stand open where the one at *number* begins, the outermost first."""
    around: list[Tag] = []
    for tag in found[:number]:
        if not tag.closes:
            if tag.name not in VOID:
                around.append(tag)
        elif any(each.name == tag.name for each in around):
            while around.pop().name != tag.name:
                pass
    return around
