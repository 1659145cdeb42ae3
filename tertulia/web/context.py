"""What a page needs while it answers a request: the open blog, and how often somebody has asked for something."""

import secrets
import threading
from collections import deque
from datetime import datetime, timedelta

from flask import current_app

from tertulia.app import Blog
from tertulia.core.tokens import keyed
from tertulia.web.budgets import DailyBudgets, Gate

WINDOW_MINUTES = 10
_MOST_KEPT = 10_000  # addresses, before those are forgotten that have been quiet
MOST_IN_WINDOW = 60  # anything sent from one place beyond this is asked to wait


def current_blog() -> Blog:
    """Return the blog that the application answering this request serves."""
    blog: Blog = current_app.extensions["blog"]
    return blog


def root() -> str:
    """Return what stands before every path of ours, as readers' browsers see it."""
    return current_blog().info.prefix


def rate_counter() -> "RateCounter":
    """Return the counter of the application answering this request."""
    counter: RateCounter = current_app.extensions["rate_counter"]
    return counter


def daily_budgets() -> DailyBudgets:
    """Return the budgets of the application answering this request."""
    budgets: DailyBudgets = current_app.extensions["daily_budgets"]
    return budgets


def reading_gate() -> Gate:
    """Return what keeps the application answering this request from reading too many texts at once."""
    gate: Gate = current_app.extensions["reading_gate"]
    return gate


class RateCounter:
    """How often one address did something in the last minutes; kept in memory, under a salt that is new every day."""

    def __init__(self, most: int = MOST_IN_WINDOW) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._day = ""
        self._salt = b""
        self._hits: dict[str, deque[datetime]] = {}
        self._swept_at = _MOST_KEPT

    def hit(self, what: str, address: str, now: datetime, most: int = 0) -> int:
        """
        Increment the count of *address* doing *what*, and return it.

        Args:
            what: The kind of thing that is counted.
            most: Beyond how many to stop counting; the counter's own limit when 0.

        Returns:
            How many times in the window, this one included; more than *most* means: too many.
        """
        most = most or self.most
        since = now - timedelta(minutes=WINDOW_MINUTES)
        with self._lock:
            if self._day != now.date().isoformat():
                self._day, self._salt = now.date().isoformat(), secrets.token_bytes(16)
                self._hits.clear()
            hits = self._hits.setdefault(self._name(what, address), deque())
            while hits and hits[0] <= since:
                hits.popleft()
            if len(hits) <= most:
                hits.append(now)
            count = len(hits)
            if len(self._hits) > self._swept_at:
                self._hits = {name: each for name, each in self._hits.items() if each and each[-1] > since}
                self._swept_at = max(_MOST_KEPT, 2 * len(self._hits))
            return count

    def take_back(self, what: str, address: str) -> None:
        """Count the last of *address* doing *what* no more: nothing came of it."""
        with self._lock:
            if hits := self._hits.get(self._name(what, address)):
                hits.pop()

    def _name(self, what: str, address: str) -> str:
        return keyed(self._salt, f"{what} {address}")[:24]
