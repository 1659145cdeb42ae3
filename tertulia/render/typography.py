"""Right quotes, dashes and spaces, whatever the keyboard gave.

Spanish quotes are « » with “ ” and then ‘ ’ inside (RAE, Ortografía, https://www.rae.es/ortografía/las-comillas),
English ones “ ” and ‘ ’. A straight apostrophe becomes ’, "--" and "---" become – and — ("--" that touches a word on
one side is the raya of Spanish), "..." becomes …; the space before % and the one in "n.º 3" no longer break. Quotes the
author typed stay as they are, and count for what is nested in what. A mark after a number (5' 11") and one with no
partner stay straight, and so does ``\\"``.

A whole block is read at once (see ``runs``), so that a quote knows its neighbours beyond a link or emphasis.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from tertulia.core import languages, lazy_re
from tertulia.render import runs
from tertulia.render.document import Document

if TYPE_CHECKING:
    import regex

# After attr_list (8) has taken its '{title="…"}', before linkify (7.5), abbr (7) and toc (5).
PRIORITY = 7.8

NO_BREAK_SPACE = "\u00a0"
APOSTROPHE = "’"

_STRAIGHT = "\"'"
_OPENING, _CLOSING = "«“‘", "»”’"
_DASHES = "-–—"
# A straight quote after one of these opens, as it does after a space.
_BEFORE_OPENING = "([{¿¡/=" + _OPENING + _DASHES
_AFTER_CLOSING = ".,;:!?)]}…" + _CLOSING
_DECADE = lazy_re.compile_unicode(r"\d\ds?\b")  # los '90, the '90s
# No sentence nests deeper; it keeps a text full of quotes that never close from taking for ever.
_DEPTH = 20

_QUOTE = lazy_re.compile(f"[{_STRAIGHT}{_OPENING}{_CLOSING}]")  # which finds single signs in half of the time of regex
_OTHER = lazy_re.compile_unicode(
    r"(?<!-)-{2,3}(?!-)|(?<!\.)\.{3}(?!\.)|(?<=\d)[ \n](?=%)|(?<=\bn\.º)[ \n](?=\d)", re.IGNORECASE
)
_REPLACEMENTS = {"--": "–", "---": "—", "...": "…", " ": NO_BREAK_SPACE, "\n": NO_BREAK_SPACE}
_CANDIDATES_BUT_QUOTES = ("%", "--", "...", "n.º", "N.º")
_CANDIDATES = ('"', "'", *_CANDIDATES_BUT_QUOTES)

Edit = tuple[int, int, str]  # start, end, what stands there instead


def plain(text: str, lang: str) -> str:
    """Plain *text*, such as a title, with right quotes, dashes and spaces for *lang*."""
    return _applied(text, edits(text, lang, lambda start, end: True))


def edits(text: str, lang: str, editable: Callable[[int, int], bool]) -> list[Edit]:
    """
    Return what to change in *text*, in order.

    Args:
        text: A whole block as its reader sees it.
        lang: "es", "en", "es-MX"…
        editable: Whether ``text[start:end]`` may change; a straight quote that may not is no quote.
    """
    if not _may_change(text):
        return []
    scanned = runs.without_addresses(text)
    places = [
        found.start()
        for found in _QUOTE.finditer(scanned)
        if found[0] not in _STRAIGHT or editable(found.start(), found.end())
    ]
    changes = [(at, at + 1, mark) for at, mark in _quotes(scanned, places, lang).items()]
    changes += [
        (*found.span(), _dash(found, lang) or _REPLACEMENTS[found[0]])
        for found in (_OTHER.finditer(scanned) if _may_change(scanned, _CANDIDATES_BUT_QUOTES) else ())
        if editable(*found.span())
    ]
    return sorted(changes)


def _dash(found: "regex.Match[str]", lang: str) -> str:
    """Return what the language puts for a "--" that touches a word on one side; "" for anything else."""
    if found[0] != "--":
        return ""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    touches = not (before.isspace() or before in _BEFORE_OPENING), not (after.isspace() or after in _AFTER_CLOSING)
    return languages.current().sign("dash", lang) if touches[0] != touches[1] else ""


class TypographyExtension(Extension):
    """Typography in the language of ``md.document``; *lang* when there is none."""

    def __init__(self, lang: str = languages.DEFAULT) -> None:
        super().__init__()
        self.lang = lang

    def extendMarkdown(self, md: Markdown) -> None:
        md.ESCAPED_CHARS.extend(mark for mark in _STRAIGHT if mark not in md.ESCAPED_CHARS)
        md.treeprocessors.register(_Typesetter(md, self.lang), "typography", PRIORITY)


class _Typesetter(Treeprocessor):
    def __init__(self, md: Markdown, lang: str) -> None:
        super().__init__(md)
        self.md: Markdown = md
        self.lang = lang

    def run(self, root: Element) -> None:
        document: Document | None = getattr(self.md, "document", None)
        lang = document.lang if document else self.lang
        by_string: dict[tuple[Element, bool], list[Edit]] = defaultdict(list)
        for run in runs.runs(self.md, root, _may_change):
            for start, end, new in edits(run.text, lang, partial(_prose, run)):
                if spot := run.spot(start, end):
                    by_string[spot.element, spot.tail].append((spot.start, spot.end, new))
        for (element, tail), changes in by_string.items():
            if tail:
                element.tail = _applied(element.tail or "", changes)
            else:
                element.text = _applied(element.text or "", changes)


def _may_change(text: str, candidates: Sequence[str] = _CANDIDATES) -> bool:
    for candidate in candidates:  # noqa: SIM110 (any() would cost more than what it asks)
        if candidate in text:
            return True
    return False


def _prose(run: runs.Run, start: int, end: int) -> bool:
    spot = run.spot(start, end)
    return spot is not None and not spot.inside & runs.CODE


def _applied(text: str, changes: list[Edit]) -> str:
    parts, at = [], 0
    for start, end, new in changes:
        parts += [text[at:start], new]
        at = end
    return "".join((*parts, text[at:]))


def _quotes(text: str, places: list[int], lang: str) -> dict[int, str]:
    """Place → mark for every straight quote among *places* that is sure what it is."""
    closing, marks = _paired(text, places, _elided(languages.current().sign("elided", lang)))
    ladder = languages.current().quotes(lang)
    taken = _typed_inside(text, places, closing, ladder)
    open_pairs: list[tuple[int | None, int]] = []  # where each closes, and its step on the ladder
    for at in places:
        if at not in closing:
            continue
        ended = (index for index, (end, _) in enumerate(open_pairs) if end is not None and end < at)
        del open_pairs[next(ended, _DEPTH) :]
        end = closing[at]
        around = open_pairs[-1][1] if open_pairs else None
        step = _step(text[at], ladder, around)
        if text[at] in _STRAIGHT and step in taken[at]:
            free = (other for other in range(len(ladder)) if other not in taken[at] and other != around)
            step = next(free, step)
        open_pairs.append((end, step))
        if text[at] in _STRAIGHT:
            marks[at] = ladder[step][0]
            if end is not None:
                marks[end] = ladder[step][1]
    return marks


def _typed_inside(
    text: str, places: list[int], closing: dict[int, int | None], ladder: tuple[str, ...]
) -> dict[int, set[int]]:
    """Place of each opening quote → the steps of the quotes that the author typed directly inside it."""
    taken: dict[int, set[int]] = defaultdict(set)
    around: list[int] = []
    for at in places:
        while around and (closing[around[-1]] or len(text)) < at:
            around.pop()
        if at not in closing:
            continue
        if text[at] not in _STRAIGHT and around:
            taken[around[-1]] |= {step for step, pair in enumerate(ladder) if text[at] == pair[0]}
        around.append(at)
    return taken


@cache
def _elided(written: str) -> "regex.Pattern[str]":
    """Find behind an apostrophe a word that begins with one: 'tis, rock 'n' roll. In quotes such a word is a word."""
    words = "|".join(map(re.escape, written.split()))
    return lazy_re.compile_unicode(rf"(?:{words})\b(?!')|n(?=')" if words else r"(?!)", re.IGNORECASE)


def _step(mark: str, ladder: tuple[str, ...], around: int | None) -> int:
    """How far down the *ladder* a quote opened by *mark* stands, inside one at step *around* or inside none."""
    typed = next((step for step, pair in enumerate(ladder) if mark == pair[0]), None)
    if typed is not None:
        return typed
    if around is None:
        return len(ladder) - 1 if mark == "'" else 0
    return around + 1 if around + 1 < len(ladder) else len(ladder) - 2


def _paired(text: str, places: list[int], elided: "regex.Pattern[str]") -> tuple[dict[int, int | None], dict[int, str]]:
    """
    Find which quotes belong together.

    Returns:
        Place of each opening quote → that of its closing one, None when it never closes; and the apostrophes.
    """
    closing: dict[int, int | None] = {}
    apostrophes: dict[int, str] = {}
    waiting: list[int] = []  # opening quotes not closed yet, innermost last
    for at in places:
        mark, before, after = text[at], text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
        in_word = mark == "'" and (
            (before.isalnum() and after.isalnum())
            or bool(_DECADE.match(text, at + 1))
            or (not before.isalnum() and bool(elided.match(text, at + 1)))
            or (text[at - 2 : at].lower() == "'n" and at - 2 in apostrophes)
        )
        if mark in _OPENING or (mark in _STRAIGHT and not in_word and _opens(before, after, at - 1 in waiting[-1:])):
            waiting.append(at)
            continue
        partner = None if in_word else _partner(text, waiting, mark)
        if partner is not None:
            for lost in waiting[partner + 1 :]:
                _leave(text, lost, closing, apostrophes)
            closing[waiting[partner]] = at
            del waiting[partner:]
        elif mark == "'" and (in_word or before.isalpha()):
            apostrophes[at] = APOSTROPHE
        elif mark == '"' and after.isalnum() and not before.isalnum():  # "one","two"
            waiting.append(at)
    for lost in waiting:
        _leave(text, lost, closing, apostrophes)
    return closing, apostrophes


def _leave(text: str, at: int, closing: dict[int, int | None], apostrophes: dict[int, str]) -> None:
    """
    Leave a quote that never closes: a single one was an apostrophe (’90s), a double one goes on in the next paragraph.
    """
    if text[at] != "'":
        closing[at] = None
    elif text[at + 1 : at + 2].isalnum():
        apostrophes[at] = APOSTROPHE


def _opens(before: str, after: str, before_opens: bool) -> bool:
    if after.isspace():
        return False
    if before.isspace() or before_opens:
        return True
    return before in _BEFORE_OPENING and not (before in _DASHES and after in _AFTER_CLOSING)


def _partner(text: str, waiting: list[int], mark: str) -> int | None:
    """Index in *waiting* of the quote that *mark* closes, if there is one."""
    opener = _OPENING[_CLOSING.index(mark)] if mark in _CLOSING else mark
    for index in reversed(range(max(0, len(waiting) - _DEPTH), len(waiting))):
        waits = text[waiting[index]]
        if waits == opener:
            return index
        if mark in "'’" and waits != "'":  # an apostrophe rather than half of a quote across another
            return None
    return None
