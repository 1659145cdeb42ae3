"""The text of a rendered block as its reader sees it, in one string, across emphasis, links and raw HTML.

Python-Markdown spreads a sentence over the ``text`` and ``tail`` of many elements, and leaves raw HTML, entities and
escapes in them as placeholders between STX and ETX until the end (``markdown.util``, ``markdown.inlinepatterns``).
What depends on the neighbours of a character (is this quote opening? is this "#" inside a word?) is decided on a
``Run``, and ``Run.spot`` says where in the tree a stretch of it came from.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString
from msgspec import Struct, field

from tertulia.core import lazy_re

# Among the names in ``TextPiece.inside``: the author wrote an HTML tag around this, whatever its name.
RAW = "<raw>"
# Elements whose text is no prose.
CODE = frozenset(
    ("code", "kbd", "math", "pre", "samp", "script", "select", "style", "svg", "textarea", "title", "tt", "var")
)
# Stands for a picture, a footnote mark, a block of HTML: https://www.unicode.org/charts/PDF/UFFF0.pdf
OBJECT = "\ufffc"

_PLACEHOLDER = lazy_re.compile("\x02([^\x02\x03]*)\x03")
_RAW_TAG = lazy_re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "source", "track", "wbr"))
_VOID_TEXT = {"br": "\n", "wbr": ""}
# Of the "formatting elements" those that matter here: https://html.spec.whatwg.org/multipage/parsing.html#formatting
_CARRIED = ("a", "code", "tt")
_ADDRESS = lazy_re.compile(
    r"""(?<![a-z0-9])(?:[a-z0-9]+://|www\.)[^\s<>"«»“”]*[^\s<>"«»“”'’.,;:!?)\]]""", re.IGNORECASE
)


class TextPiece(Struct):
    """A stretch of a run that stands together in one string of the tree."""

    start: int  # in the run's text
    end: int
    element: Element
    tail: bool  # in the element's tail, not in its text
    at: int  # where in that string it begins
    size: int  # how much of that string it is; a placeholder is longer than what it shows
    plain: bool  # ordinary text, not an escape, an entity or code
    inside: frozenset[str]  # names of the elements around it, and RAW


class Spot(Struct):
    """Where a stretch of a run stands in the tree."""

    element: Element
    tail: bool
    start: int
    end: int
    inside: frozenset[str]


_MOST_OPEN = 50  # elements that an author leaves open; of more the outer ones are forgotten


class Run(Struct):
    """The text of one block between its nested blocks."""

    text: str = ""
    pieces: list[TextPiece] = field(default_factory=list)

    def spot(self, start: int, end: int, *, plain: bool = True) -> Spot | None:
        """Where ``text[start:end]`` stands, if in one string; with *plain* all of it must be ordinary text."""
        first = bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1
        last = first
        while self.pieces[last].end < end:
            last += 1
        pieces = self.pieces[first : last + 1]
        head, foot = pieces[0], pieces[-1]
        if any(piece.element is not head.element or piece.tail is not head.tail for piece in pieces):
            return None
        if not head.plain or (plain and not all(piece.plain for piece in pieces)):
            return None
        stop = foot.at + (end - foot.start if foot.plain else foot.size)
        inside = head.inside.union(*(piece.inside for piece in pieces))
        return Spot(head.element, head.tail, head.at + start - head.start, stop, inside)


def runs(md: Markdown, root: Element, wanted: Callable[[str], object]) -> Iterator[Run]:
    """
    Yield the runs of the tree under *root*, in the order of reading. Change the tree only when all are read.

    Args:
        wanted: Whether a text holds what is looked for. A block where it says no, and where no placeholder hides
            anything, is passed over; most are.
    """
    raw = _RawTags(md)
    parts = _Parts(raw)
    todo: list[tuple[Element, bool, frozenset[str]]] = [(root, False, frozenset())]
    while todo:
        element, left, inside = todo.pop()
        if md.is_block_level(element.tag):
            if parts.pieces:
                yield parts.run()
            raw.end_block()
            parts = _Parts(raw)
            if not left:
                text = "".join(element.itertext())
                if "\x02" not in text and not wanted(text):
                    if element is not root:
                        parts.add(element, element.tail, True, inside)
                    continue
        if left:
            parts.add(element, element.tail, True, inside)
            continue
        if element is not root:
            todo.append((element, True, inside))
        if element.tag in ("img", "br") or element.get("id", "").startswith("fnref"):
            parts.show("\n" if element.tag == "br" else OBJECT, element, inside)
        elif isinstance(element.tag, str):  # no comment
            within = inside | {element.tag}
            parts.add(element, element.text, False, within)
            todo.extend((child, False, within) for child in reversed(element))
    if parts.pieces:
        yield parts.run()


def without_addresses(text: str) -> str:
    """*text* with every bare address blanked out, as long as before: what addresses hold is no tag and no quote."""
    if "://" not in text and (("w" not in text and "W" not in text) or "www." not in text.lower()):
        return text
    return _ADDRESS.sub(lambda found: OBJECT * len(found[0]), text)


class _Parts:
    """A run in the making."""

    def __init__(self, raw: "_RawTags") -> None:
        self.pieces: list[TextPiece] = []
        self._raw = raw
        self._texts: list[str] = []
        self._length = 0

    def run(self) -> Run:
        return Run("".join(self._texts), self.pieces)

    def add(self, element: Element, string: str | None, tail: bool, inside: frozenset[str]) -> None:
        """Add the *string* that is the element's text or tail; the white space before a block's first word is none."""
        if not string or (not self.pieces and string.isspace()):
            return
        plain = not isinstance(string, AtomicString)
        at = 0
        for found in _PLACEHOLDER.finditer(string) if "\x02" in string else ():
            self._put(string[at : found.start()], element, tail, at, found.start() - at, plain=plain, inside=inside)
            shown = self._raw.read(found[1])
            self._put(shown, element, tail, found.start(), len(found[0]), plain=False, inside=inside)
            at = found.end()
        self._put(string[at:], element, tail, at, len(string) - at, plain=plain, inside=inside)

    def show(self, shown: str, element: Element, inside: frozenset[str]) -> None:
        """Add what is no text at all."""
        self._put(shown, element, False, 0, 0, plain=False, inside=inside)

    def _put(
        self, shown: str, element: Element, tail: bool, at: int, size: int, *, plain: bool, inside: frozenset[str]
    ) -> None:
        if shown:
            end = self._length + len(shown)
            around = inside | self._raw.names if self._raw.names else inside
            self.pieces.append(TextPiece(self._length, end, element, tail, at, size, plain, around))
            self._texts.append(shown)
            self._length = end


class _RawTags:
    """Reads placeholders, and knows which of the author's own HTML elements are open."""

    def __init__(self, md: Markdown) -> None:
        self.names: frozenset[str] = frozenset()
        self._stash = md.htmlStash.rawHtmlBlocks
        self._open: list[str] = []

    def read(self, placeholder: str) -> str:
        """Return what a reader sees for ``STX placeholder ETX``."""
        if placeholder.isdecimal():  # an escape: "\\#" is "35"
            return chr(int(placeholder))
        if placeholder == "amp":
            return "&"
        kind, _, number = placeholder.partition(":")
        if kind != "wzxhzdk" or not number.isdecimal() or int(number) >= len(self._stash):
            return OBJECT
        raw = self._stash[int(number)]
        return self._tag(raw) if isinstance(raw, str) else OBJECT

    def end_block(self) -> None:
        """Forget what was left open, save what a browser opens again in the next block."""
        if self._open:
            self._keep([name for name in self._open if name in _CARRIED])

    def _tag(self, raw: str) -> str:
        if raw.startswith("&"):
            return html.unescape(raw)
        found = _RAW_TAG.match(raw)
        if not found:
            return "" if raw.startswith("<!--") else OBJECT
        name = found[2].lower()
        if found[1]:
            if name in self._open:
                self._keep(self._open[: len(self._open) - 1 - self._open[::-1].index(name)])
            return ""
        if name in _VOID or raw.endswith("/>"):
            return _VOID_TEXT.get(name, OBJECT)
        if "</" in raw:  # a whole element
            return OBJECT
        self._keep([*self._open, name])
        return ""

    def _keep(self, names: list[str]) -> None:
        self._open = names = names[-_MOST_OPEN:]
        self.names = frozenset((*names, RAW)) if names else frozenset()
