"""Keys that end by themselves: which one is in use, and on which day it ends, as far as that can be told.

Some networks say when a key ends, others only for how long their keys live: then the days are counted from the first on
which we saw it, so the end may come sooner and never later. A network may let us renew its key; the new one is kept in
the network's memory, never in ``.env``, and counts as long as the key in ``.env`` is the one that it came from.
"""

import contextlib
import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tertulia.core.secret import Secret
from tertulia.syndication.networks.memory import Memory

# The owner hears of an end this long before it.
WARN_DAYS = 7


class KeyInUse:
    """
    The key of one network.

    Args:
        name: The network's.
        written: The key as the owner wrote it.
        days: How long a key of this kind lives; 0 when only the network can tell.
    """

    def __init__(self, memory: Memory, name: str, written: Secret, days: int, now: Callable[[], datetime]) -> None:
        self._memory, self._name, self._written, self._days, self._now = memory, f"{name}-key", written, days, now

    def value(self) -> Secret:
        """Return the key to ask with: what became of the owner's by renewing it, else that itself."""
        token = self._known().get("token")
        return Secret(token) if isinstance(token, str) and token else self._written

    def ends(self) -> date | None:
        """Return the day on which it ends, at the latest; None when nobody has told."""
        known = self._known()
        if told := _day(known.get("ends")):
            return told
        seen = _day(known.get("seen"))
        if seen is None:
            self._keep({"seen": self._today().isoformat()})
            seen = self._today()
        return seen + timedelta(days=self._days) if self._days else None

    def days_left(self) -> int | None:
        """Days until it ends, negative when it has; None when nobody has told."""
        ends = self.ends()
        return (ends - self._today()).days if ends else None

    def told(self, ends: datetime | None) -> None:
        """Keep what the network says: it ends at *ends*, or never."""
        known = {name: value for name, value in self._known().items() if name != "ends"}
        self._keep(known | ({"ends": ends.date().isoformat()} if ends else {}))

    def renewed(self, token: str, seconds: float) -> None:
        """Keep the key that the network gave in exchange, good for *seconds*."""
        ends = self._now() + timedelta(seconds=seconds)
        Secret(token)  # from now on it is hidden wherever it might be shown
        self._keep({"token": token, "seen": self._today().isoformat(), "ends": ends.date().isoformat()})

    def _known(self) -> dict[str, Any]:
        known = self._memory.get(self._name)
        return known if known.get("of") == self._mark() else {}

    def _keep(self, known: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # a key that works must not fail for what is worth remembering
            self._memory.set(self._name, {**known, "of": self._mark()})

    def _mark(self) -> str:
        return hashlib.sha256(self._written.reveal().encode()).hexdigest()[:16]

    def _today(self) -> date:
        return self._now().date()


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
