"""Hours in which nothing goes out by itself: ``QUIET_HOURS``, in the blog's zone."""

from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple

from tertulia.core import lazy_re
from tertulia.core.errors import SettingError
from tertulia.core.languages import say

_HOURS = lazy_re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s?-\s?([01]?\d|2[0-3]):([0-5]\d)")


class QuietHours(NamedTuple):
    """From when to when, over midnight too."""

    begin: time
    end: time

    def until(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet ends that *moment* falls into, in *zone*; None where it falls into none."""
        here = moment.astimezone(zone)
        clock = here.time()
        over_midnight = self.begin > self.end
        is_quiet = clock >= self.begin or clock < self.end if over_midnight else self.begin <= clock < self.end
        if not is_quiet:
            return None
        day = here.date() + timedelta(days=1 if over_midnight and clock >= self.begin else 0)
        return datetime.combine(day, self.end, zone)


def quiet_hours(name: str, value: str) -> QuietHours | None:
    """
    Return a kind of setting: "22:00-8:00".

    Raises:
        SettingError: it is none.
    """
    if not value:
        return None
    found = _HOURS.fullmatch(value)
    if not found:
        raise SettingError(say("setting_quiet", name=name))
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begin == end:
        raise SettingError(say("setting_quiet", name=name))
    return QuietHours(begin, end)
