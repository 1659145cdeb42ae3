"""Brackets and backticks that are never closed, where a text has many of them.

Python-Markdown looks for the other end of each up to the end of its paragraph, of brackets for each kind of link again:
of twenty thousand that stand open, half a minute long. No author writes so; a broken file or a stranger's text may.
Beyond the first few brackets, what has no other end is text before anybody looks; where backticks stand is looked for
once, and as in CommonMark only as many of them end what some have begun.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from operator import neg

from markdown import Extension, Markdown
from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor

from tertulia.core import lazy_re

_MOST = 30  # open ones in a paragraph that are looked at one by one
_SIGNS = lazy_re.compile(r"\\(?s:.)|(?P<ticks>`+)|\](?P<link>\()?|[\[()]")
_TICKS = lazy_re.compile("`+")
_AS_TEXT = {"[": "&#91;", "(": "&#40;"}


class ClosedCode(Extension):
    """Code in a line, found in one reading."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_Code(BACKTICK_RE), "backtick", 190)  # in the place of Markdown's own


class _Code(BacktickInlineProcessor):
    """Markdown's own, which would look through the whole text for each run of backticks."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.text = ""  # that was looked through; of what is read later, this is the end
        self.runs: dict[int, list[int]] = {}  # how far from the end each begins, far to near, by its length

    def find_code_spans(  # type: ignore[override]
        self, start: int, text: str
    ) -> tuple[int, int | None]:
        """Where the code behind the backticks at *start* begins and ends; None when it never does."""
        rest = text[start:]
        if not self.text.endswith(rest):
            self.text, self.runs = rest, defaultdict(list)
            for found in _TICKS.finditer(rest):
                self.runs[len(found[0])].append(len(rest) - found.start())
        length = len(rest) - len(rest.lstrip("`"))
        behind = len(rest) - length
        runs = self.runs.get(length, [])
        place = bisect_left(runs, -behind, key=neg)
        return start + length, len(text) - runs[place] if place < len(runs) else None


def as_text(content: str) -> str:
    """*content* of a paragraph, its brackets without an end as text where they are many."""
    if content.count("[") <= _MOST:
        return content
    unclosed = _unclosed(content)
    if len(unclosed) <= _MOST:
        return content
    made, kept = [], 0
    for at in unclosed:
        made += [content[kept:at], _AS_TEXT[content[at]]]
        kept = at + 1
    return "".join((*made, content[kept:]))


def _unclosed(content: str) -> list[int]:
    """Where each ``[``, and each ``(`` of a link, stands that has no other end."""
    square: list[int] = []
    round_: list[tuple[int, bool]] = []
    runs: dict[int, list[int]] = defaultdict(list)
    for found in _TICKS.finditer(content):
        runs[len(found[0])].append(found.end())
    at = 0
    while found_sign := _SIGNS.search(content, at):
        at = found_sign.end()
        if ticks := found_sign["ticks"]:  # what stands in code opens nothing
            ends = runs[len(ticks)]
            place = bisect_right(ends, at)
            at = ends[place] if place < len(ends) else at
        elif content[found_sign.start()] == "]":
            if square:
                square.pop()
            if found_sign["link"]:
                round_.append((at - 1, True))
        elif found_sign[0] == "[":
            square.append(found_sign.start())
        elif found_sign[0] == "(":
            round_.append((found_sign.start(), False))
        elif found_sign[0] == ")" and round_:
            round_.pop()
    return sorted((*square, *(place for place, is_link in round_ if is_link)))
