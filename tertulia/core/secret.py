"""Values that must never be shown: printing one, logging it or raising with it shows dots.

``hide`` takes every secret known to the process out of a text that came from elsewhere (a library's error, a server's
answer).
"""

import logging
from urllib.parse import quote

from tertulia.core.addresses import split_address

DOTS = "•••"
# Shorter pieces would blank out ordinary words of a sentence.
SHORTEST_HIDDEN = 6
_hidden: set[str] = set()


class Secret:
    """A value that must never be shown; ``reveal()`` gives it to the one line that needs it."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value
        for piece in _pieces(value):
            _hidden.update(form for form in (piece, quote(piece, safe="")) if len(form) >= SHORTEST_HIDDEN)

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Secret({DOTS if self._value else ''})"

    def __str__(self) -> str:
        return DOTS if self._value else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is neither pickled nor copied")


def _pieces(value: str) -> list[str]:
    """Return what of *value* must be hidden: all of it, or of an address what is secret in it."""
    parts = split_address(value)
    if "://" not in value or not parts.scheme:
        return [value]
    if parts.scheme in ("http", "https"):  # a webhook's address: its path is the key
        return [value, parts.path.lstrip("/"), parts.query, parts.password or ""]
    return [parts.password or ""]


def hide(text: str) -> str:
    """*text* with every secret known to this process replaced by dots."""
    for piece in sorted(_hidden, key=len, reverse=True):
        text = text.replace(piece, DOTS)
    return text


class HideSecrets(logging.Filter):
    """Takes secrets out of what other people's libraries log (urllib3 logs paths, and a path may hold a token)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _hidden:
            record.msg, record.args = hide(record.getMessage()), ()
        return True
