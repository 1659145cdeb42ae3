"""Where pieces of HTML begin and end, found in a time that grows with the text and no faster.

A pattern such as ``<pre>.*?</pre>`` reads to the end for each of ten thousand elements that never close.
"""

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache

COMMENT = "!--"


def elements(text: str, names: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the outermost elements of *names*, and comments for ``COMMENT``, that are closed: (name, start, end)."""
    never_closed: set[str] = set()
    at = 0
    for found in _opening(tuple(names)).finditer(text):
        name = found[1].lower()
        if found.start() < at or name in never_closed:
            continue
        closing = _closing(name).search(text, found.end())
        if closing is None:
            never_closed.add(name)
            continue
        at = closing.end()
        yield name, found.start(), at


def replaced(text: str, names: Collection[str], make: Callable[[str, str], str]) -> str:
    """*text* with each of ``elements`` replaced by what *make* gives for its name and itself."""
    made, at = [], 0
    for name, start, end in elements(text, names):
        made += [text[at:start], make(name, text[start:end])]
        at = end
    return "".join((*made, text[at:])) if made else text


@cache
def _opening(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("<(" + "|".join(name if name == COMMENT else rf"{name}(?=[\s>/])" for name in names) + ")", re.I)


@cache
def _closing(name: str) -> re.Pattern[str]:
    return re.compile("-->" if name == COMMENT else rf"</{name}\s*>", re.IGNORECASE)
