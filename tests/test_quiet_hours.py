"""Quiet hours: whose clock, over midnight and by day, and what is no hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tertulia.core.errors import SettingError
from tertulia.core.quiet_hours import quiet_hours

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        ("22:00-8:00", "2026-11-26T23:00+01:00", "2026-11-27T08:00+01:00"),
        ("22:00-8:00", "2026-11-27T07:59+01:00", "2026-11-27T08:00+01:00"),
        ("22:00-8:00", "2026-11-27T08:00+01:00", ""),
        ("22:00-8:00", "2026-11-26T21:59+01:00", ""),
        ("22:00 - 8:00", "2026-11-26T21:30+00:00", "2026-11-27T08:00+01:00"),
        ("14:00-16:30", "2026-07-01T14:00+02:00", "2026-07-01T16:30+02:00"),
        ("14:00-16:30", "2026-07-01T16:30+02:00", ""),
        ("22:00-8:00", "2026-10-24T23:00+02:00", "2026-10-25T08:00+01:00"),
    ],
)
def test_the_quiet_ends_at_its_hour_in_the_blogs_zone(hours, moment, until):
    """The day before and the day after; the night in which the clock is put back too."""
    found = quiet_hours("QUIET_HOURS", hours).until(datetime.fromisoformat(moment), MADRID)
    assert until == (found.isoformat(timespec="minutes") if found else "")


@pytest.mark.parametrize("value", ["22", "22:00", "25:00-8:00", "8:00-8:00", "22:00-08:60", "nunca"])
def test_what_is_no_hours_is_refused_by_name(value):
    """One line; nothing at all is no quiet."""
    with pytest.raises(SettingError, match="QUIET_HOURS"):
        quiet_hours("QUIET_HOURS", value)
    assert None is quiet_hours("QUIET_HOURS", "")
