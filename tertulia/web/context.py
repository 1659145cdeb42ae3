"""What a page needs while it answers a request: the open blog, and how often somebody has asked for something."""

import secrets
from datetime import datetime

from flask import current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from tertulia.app import Blog
from tertulia.core.tokens import keyed
from tertulia.web.budgets import DailyBudgets, Gate

WINDOW_MINUTES = 10
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
        self._day = ""
        self._salt = b""
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

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
        if self._day != now.date().isoformat():
            self._day, self._salt = now.date().isoformat(), secrets.token_bytes(16)
        item = RateLimitItemPerMinute(most + 1, WINDOW_MINUTES)
        who = keyed(self._salt, address)[:16]
        if not self._limiter.hit(item, what, who):
            return most + 1
        return most + 1 - self._limiter.get_window_stats(item, what, who).remaining
