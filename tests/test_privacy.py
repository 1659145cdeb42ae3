"""What docs/privacy.md promises to who only reads, and of the machine that a comment came from."""

import datetime as dt

import pytest

from tertulia.core import paths
from tertulia.web.budgets import DailyBudgets
from tertulia.web.context import RateCounter

NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
MACHINE = "203.0.113.7"


@pytest.mark.parametrize("script", sorted(paths.THEME.rglob("*.js")), ids=lambda path: path.name)
def test_pages_set_no_cookie_and_count_no_visit(script):
    """No script of the theme has a word for either."""
    text = script.read_text("utf-8")
    ways = ("document.cookie", "cookieStore", "sendBeacon", "new Image", "XMLHttpRequest")
    assert [] == [way for way in ways if way in text]


def counted_by(now: dt.datetime) -> tuple[set[str], set[str]]:
    """The names under which two counters know one machine on that day, and on one day more."""
    budgets, rates = DailyBudgets(), RateCounter()
    names = []
    for moment in (now, now + dt.timedelta(days=1)):
        budgets.spend(moment, ("letters by", MACHINE, 3))
        rates.hit("comment", MACHINE, moment)
        names.append({*budgets._spent, *rates._hits})
    return names[0], names[1]


def test_a_machine_is_known_for_a_day_and_by_no_address():
    """Under a name that is another tomorrow, and in another process: nobody can work the address out, or join days."""
    today, tomorrow = counted_by(NOON)
    elsewhere, _ = counted_by(NOON)
    assert (2, 2) == (len(today), len(tomorrow)) and not today & tomorrow and not today & elsewhere
    assert not any(MACHINE in name for name in today | tomorrow)
