"""What changed in a comment since somebody read it: word by word, in a page or in a terminal.

Where links lead is part of what is read, so that it is written beside the words they stand behind.
"""

import re
from difflib import SequenceMatcher
from html import escape, unescape
from typing import Literal, NamedTuple

from tertulia.core import sanitise
from tertulia.core.languages import say
from tertulia.store.said import Read, Said, Shown

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\S+\s*|\s+")
# Beyond this product of lengths everything is shown as new: marks on every second word help nobody, and cost time.
_MOST_COMPARED = 250_000


class Piece(NamedTuple):
    """Some words that stayed, came or went."""

    mark: Literal["", "ins", "del"]
    words: str


class Change(NamedTuple):
    """One thing that is not as it was read: its name, and what it was and is."""

    what: str  # status, name, handle, author_url, avatar, url, words, form, unknown
    pieces: tuple[Piece, ...]

    @property
    def title(self) -> str:
        """What changed, in the owner's language."""
        return say(f"changed_{self.what}")

    def __str__(self) -> str:
        shown = {"": "{}", "ins": "{{+{}+}}", "del": "[-{}-]"}
        parts = []
        for mark, words in self.pieces:
            bare = words.rstrip()
            parts.append(shown[mark].format(bare) + words[len(bare) :] if bare else words)
        return f"{self.title}: {''.join(parts)}".rstrip(": ")


def changes(read: Read, before: Shown | None, now: Said) -> list[Change]:
    """
    Return what is not as it was read.

    Args:
        read: What the decision named.
        before: What that showed; None when nobody knows any more.
    """
    status, _, digest = read.version.rpartition(".")
    found = []
    if status and status != now.status:
        found.append(_replaced("status", say(f"status_{status}"), say(f"status_{now.status}")))
    if digest == now.digest:
        return found
    if before is None:
        return [*found, Change("unknown", ())]
    for what in ("name", "handle", "author_url", "avatar", "url"):
        if getattr(before, what) != getattr(now, what):
            found.append(_replaced(what, getattr(before, what), getattr(now, what)))
    was, words = readable(before.html), readable(now.html)
    if was != words:
        found.append(Change("words", compared(was, words)))
    return found or [Change("form", ())]


def readable(html: str) -> str:
    """Return the words of a comment, and where each link leads that does not say so itself."""

    def told(found: re.Match[str]) -> str:
        target, inner = unescape(found[1]), found[2]
        words = unescape(_TAG.sub("", inner)).strip()
        return inner if words == target else f"{inner} &lt;{escape(target)}&gt;"

    return sanitise.plain(_LINK.sub(told, html))


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as one, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) * len(new) > _MOST_COMPARED:
        return (Piece("del", before + "\n"), Piece("ins", after))
    pieces = []
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new])
    for how, i1, i2, j1, j2 in matcher.get_opcodes():
        if how == "equal":
            pieces.append(Piece("", "".join(new[j1:j2])))
            continue
        if i1 < i2:
            pieces.append(Piece("del", _ended("".join(old[i1:i2]))))
        if j1 < j2:
            pieces.append(Piece("ins", _ended("".join(new[j1:j2]))))
    return tuple(pieces)


def _ended(words: str) -> str:
    return words if words[-1:].isspace() else words + " "


def _replaced(what: str, before: str, after: str) -> Change:
    old, new = sanitise.one_line(before, 2000), sanitise.one_line(after, 2000)
    pieces = (Piece("del", old + " "),) if old else ()
    return Change(what, (*pieces, Piece("ins", new)) if new else pieces)
