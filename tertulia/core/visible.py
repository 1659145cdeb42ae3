"""What can be seen of a text, and so what may reach a page, a terminal or a log of a stranger's words.

A terminal takes orders from the signs that nobody sees: escape (also U+009B, in one sign) moves the cursor, colours and
renames, an override of direction turns what stands beside it. So they end where words go out: at the values of every
phrase, at the output of every task, and in what is logged. Needs nothing but Python, as phrases are said before there
is a virtual environment.
"""

import io
import logging
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO

from tertulia.core import lazy_re

# Direction marks, embeddings, overrides and isolates: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
# The right-to-left and left-to-right marks are harmless and stay.
_BIDI = lazy_re.compile("[\u202a-\u202e\u2066-\u2069]")
# Zero-width joiners stay: emoji families and Persian need them. The rest hide text.
_HIDDEN = lazy_re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\ufff9-\ufffb\U000e0000-\U000e007f]")
_PLAIN = lazy_re.compile("[\n\t -~\xa1-\xac\xae-\u02ff]*")  # nothing in here is hidden
_LINE_ENDS = lazy_re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_OUR_OWN = lazy_re.compile("(\033\\[[02]m)")  # what dims a hint, and its end


def visible(text: str) -> str:
    """
    *text* without what nobody sees and what turns its direction: controls (C0 and C1), overrides, hidden signs.

    Line ends and tabs stay; so do zero-width joiners, which emoji families and Persian need.
    """
    if _PLAIN.fullmatch(text):
        return text
    kept = _HIDDEN.sub("", _BIDI.sub("", text))
    return "".join(sign for sign in kept if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Co"))


class VisibleStream:
    """A stream of the terminal that takes no orders from what is written: dimmed and plain text are all it shows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be seen of *text*."""
        self._stream.write("".join(p if _OUR_OWN.fullmatch(p) else visible(p) for p in _OUR_OWN.split(text)))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write what can be seen of *lines*."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard_terminal() -> None:
    """
    From here on this process shows and logs only what can be seen, whoever wrote it.

    Where the terminal has no ñ it shows "?", and what was closed (``>&-``) takes our words all the same.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (as long as the process)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
        setattr(sys, name, VisibleStream(stream))


class OneLine(logging.Filter):
    """Keeps each record of a log on the line that is its own: a stranger's words end none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """As the standard says; nothing is ever left out."""
        record.msg, record.args = visible(_LINE_ENDS.sub(" ", record.getMessage())), ()
        return True
