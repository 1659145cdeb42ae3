"""How the blog treats who speaks to it: how many were answered, how soon, who still waits, who comes back.

Everything said counts where it was said: under its post, on its channel, at its weekday and hour in the blog's zone.
*Answered* is what has an answer of the blog's author, whatever happened since; the share leaves out what was set aside
as needing none. How long somebody waited is from their words to the first answer.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tertulia.store.inbox_tables import ItemState
from tertulia.store.waits import Wait

LONGEST = 10  # how many of those who wait are named
RETURNING = 10  # how many of those who come back are named
MOST_POSTS = 20
Place = TypeVar("Place", str, int, tuple[str, str])
_OPEN = (ItemState.UNANSWERED, ItemState.LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """What was said in one place, and what became of it."""

    said: int = 0
    answered: int = 0
    not_needed: int = 0  # set aside without an answer
    median: timedelta | None = None  # of the time to the first answer; None where there is none
    ninetieth: timedelta | None = None  # nine of ten were answered in no more than this

    @property
    def waiting(self) -> int:
        """How many have had no answer and may hope for one."""
        return self.said - self.answered - self.not_needed

    @property
    def share(self) -> float | None:
        """The part that was answered of what called for it; None where nothing did."""
        wanted = self.said - self.not_needed
        return self.answered / wanted if wanted else None


@dataclass(frozen=True, slots=True)
class ReturningPerson:
    """Somebody who spoke on more than one day."""

    person: int
    name: str
    days: int
    said: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReport:
    """The whole report; places in the order in which they are told."""

    year: int  # 0: of all time
    total: AnswerFigures
    channels: dict[str, AnswerFigures]  # the one with most first
    posts: dict[tuple[str, str], AnswerFigures]  # (Id, language)
    weekdays: list[AnswerFigures]  # Monday first
    hours: list[AnswerFigures]  # from 0 to 23
    longest: list[Wait]  # who has waited longest first
    people: int
    returning: int
    faithful: list[ReturningPerson]  # those of the returning who spoke on most days


def report(waits: Iterable[Wait], zone: ZoneInfo, year: int = 0) -> AnswerReport:
    """
    Count.

    Args:
        zone: Whose weekdays, hours and years.
        year: Of what was said in this one alone; of everything if 0.
    """
    dated = [(one, datetime.fromisoformat(one.said_at).astimezone(zone)) for one in waits]
    if year:
        dated = [(one, when) for one, when in dated if when.year == year]
    channels = _by(dated, lambda one, when: one.channel)
    posts = _by(dated, lambda one, when: (one.post, one.lang))
    weekdays = _by(dated, lambda one, when: when.weekday())
    hours = _by(dated, lambda one, when: when.hour)
    returning = _returning(dated)
    return AnswerReport(
        year=year,
        total=_figures([one for one, _ in dated]),
        channels=channels,
        posts=posts,
        weekdays=[weekdays.get(day, AnswerFigures()) for day in range(7)],
        hours=[hours.get(hour, AnswerFigures()) for hour in range(24)],
        longest=sorted(
            (one for one, _ in dated if one.state in _OPEN),
            key=lambda one: (one.since, one.key),
        )[:LONGEST],
        people=len({one.person for one, _ in dated}),
        returning=len(returning),
        faithful=returning[:RETURNING],
    )


def _by(dated: Sequence[tuple[Wait, datetime]], place: Callable[[Wait, datetime], Place]) -> dict[Place, AnswerFigures]:
    found: dict[Place, list[Wait]] = defaultdict(list)
    for one, when in dated:
        found[place(one, when)].append(one)
    return {name: _figures(some) for name, some in sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))}


def _figures(waits: Sequence[Wait]) -> AnswerFigures:
    times = sorted(
        max(datetime.fromisoformat(one.answered_at) - datetime.fromisoformat(one.said_at), timedelta())
        for one in waits
        if one.answered_at
    )
    return AnswerFigures(
        said=len(waits),
        answered=len(times),
        not_needed=sum(one.state == ItemState.NOT_NEEDED and not one.answered_at for one in waits),
        median=(times[(len(times) - 1) // 2] + times[len(times) // 2]) / 2 if times else None,
        ninetieth=times[math.ceil(0.9 * len(times)) - 1] if times else None,
    )


def _returning(dated: Sequence[tuple[Wait, datetime]]) -> list[ReturningPerson]:
    days: dict[int, set[Any]] = defaultdict(set)
    said: Counter[int] = Counter()
    names: dict[int, str] = {}
    for one, when in dated:
        days[one.person].add(when.date())
        said[one.person] += 1
        names[one.person] = one.name  # as they call themselves now
    found = [ReturningPerson(who, names[who], len(days[who]), said[who]) for who in days if len(days[who]) > 1]
    return sorted(found, key=lambda one: (-one.days, -one.said, one.name, one.person))
