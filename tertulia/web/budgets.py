"""What strangers may cause in a day, counted by machine, by recipient and in all; in memory alone.

Windows of minutes, for what only costs us work, are ``context.RateCounter``'s. Here are the things that reach somebody
else: letters, and numbers that the page shows.
"""

import ipaddress
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tertulia.core.smtp import mailbox_of
from tertulia.core.tokens import keyed

MOST_READ_AT_ONCE = 3  # texts of strangers: the service's other threads stay free to answer
MOST_WAITING = 3  # for one of these places: people who send at the same moment
SHORT = 2_000  # characters: whatever is in them, they are read in a moment and need no place
PATIENCE_SECONDS = 1.0  # several times what the worst text takes
MOST_LETTERS_TO_ONE = 1  # in a day, to an address that did not confirm that it is its owner's
MOST_LETTERS_BY_ONE = 10  # in a day, caused by one machine
MOST_LETTERS = 500  # in a day, in all: a mail server that sends more on strangers' word is soon on a blocklist
MOST_LIKES_BY_ONE = 10  # in a day, of one thing, from one machine: a family, an office

# IPv6 gives each customer 2^64 addresses or more: https://www.rfc-editor.org/rfc/rfc6177
_IPV6_PREFIX = 64


class DailyBudgets:
    """How often what was done today. Names are kept as hashes, under a salt that is new every day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day = ""
        self._salt = b""
        self._spent: Counter[str] = Counter()

    def spend(self, now: datetime, *wanted: tuple[str, str, int]) -> bool:
        """
        Count something once more, if there is room for it everywhere.

        Args:
            now: The day is that of its own zone; with a new one all counts begin anew.
            wanted: (what, by or for whom, how often in a day) for each limit that applies.

        Returns:
            Whether there was room; if not, nothing is counted.
        """
        with self._lock:
            if self._day != now.date().isoformat():
                self._day, self._salt = now.date().isoformat(), secrets.token_bytes(16)
                self._spent.clear()
            names = [(self._name(what, who), most) for what, who, most in wanted]
            if any(self._spent[name] >= most for name, most in names):
                return False
            self._spent.update(name for name, _ in names)
            return True

    def spend_letter(self, now: datetime, *, recipient: str, machine: str) -> bool:
        """
        Count a letter that *machine* causes to *recipient*, who never said that they want any.

        Returns:
            Whether it may be written; if not, nothing is counted.
        """
        return self.spend(
            now,
            ("letter to", mailbox_of(recipient), MOST_LETTERS_TO_ONE),
            ("letters by", machine, MOST_LETTERS_BY_ONE),
            ("letters", "", MOST_LETTERS),
        )

    def _name(self, what: str, who: str) -> str:
        return keyed(self._salt, f"{what} {who}")[:24]


class Gate:
    """
    Lets a few in at once; a few more wait a moment, and the others are turned away at once.

    Who waits holds a thread of the service, so that places and waiting together leave some of them free.
    """

    def __init__(self, *, most: int = MOST_READ_AT_ONCE, waiting: int = MOST_WAITING) -> None:
        self._places = threading.BoundedSemaphore(most)
        self._waiting = threading.BoundedSemaphore(waiting)

    @contextmanager
    def enter(self, patience_seconds: float = PATIENCE_SECONDS, *, length: int = SHORT + 1) -> Iterator[bool]:
        """
        Take a place for the length of the block.

        Args:
            patience_seconds: How long to wait for one where waiting is possible.
            length: Of the text, in characters; a short one is let in without a place.

        Returns:
            A context manager; what it gives is whether there is a place.
        """
        if length <= SHORT:
            yield True
            return
        is_in = self._places.acquire(blocking=False) or self._wait(patience_seconds)
        try:
            yield is_in
        finally:
            if is_in:
                self._places.release()

    def _wait(self, seconds: float) -> bool:
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._places.acquire(timeout=seconds)
        finally:
            self._waiting.release()


def machine_of(address: str) -> str:
    """Name what counts as one machine: an IPv4 address, or the /64 that an IPv6 *address* lies in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _IPV6_PREFIX), strict=False))
