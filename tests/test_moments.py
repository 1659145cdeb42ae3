"""Moments: however they are written, one reader; never a complaint."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tertulia.core.moments import parse_moment

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-22T18:05:00Z", "2026-11-22T18:05:00+00:00"),
        ("2026-11-22 18:05", "2026-11-22T18:05:00+01:00"),
        ("2026-07-22", "2026-07-22T00:00:00+02:00"),
        ("2026-11-22T18:05:00.123-06:00", "2026-11-22T18:05:00.123000-06:00"),
        (" Sun, 22 Nov 2026 18:05:00 GMT ", "2026-11-22T18:05:00+00:00"),
        ("22 Nov 2026 18:05:00 -0000", "2026-11-22T18:05:00+01:00"),
        ("Sun Nov 22 18:05:00 +0000 2026", "2026-11-22T18:05:00+00:00"),  # as archives of X write it
        (1795370700, "2026-11-22T18:05:00+00:00"),
    ],
)
def test_a_moment(written, moment):
    """An offset that is told counts; without one it is the clock of the zone."""
    assert datetime.fromisoformat(moment) == parse_moment(written, MADRID)


@pytest.mark.parametrize(
    "none", ["", "ayer", "2026-13-01", None, True, [], {}, 1e300, float("nan"), "0001-01-01T00:00:00+14:00", "9" * 5000]
)
def test_no_moment(none):
    """What is no moment is None."""
    assert parse_moment(none) is None


@given(st.one_of(st.text(max_size=120), st.datetimes().map(str), st.floats(), st.integers(), st.none()))
@example("9999-12-31T23:59:59-12:00")
@example("Mon, 32 Foo 99999999999999 25:61:61 +9999")
def test_a_moment_can_be_reckoned_with(written):
    """Whatever comes is None, or a moment that every zone can tell and that compares with any other."""
    found = parse_moment(written, MADRID)
    if found is not None:
        assert found.tzinfo
        assert found.astimezone(MADRID) - timedelta(hours=24) < found.astimezone(UTC)
