"""How work by the clock goes: when each task last ran, when it last went well, what is wrong now."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from tertulia.store.connection import Database, stamp
from tertulia.store.letters import NewLetter, put
from tertulia.store.rows import writing
from tertulia.store.tables import RunState, runs

# Whatever runs by the clock runs more often than this.
OVERDUE = timedelta(days=7)


class TaskRun(msgspec.Struct, frozen=True):
    """One task, on one network where it has several."""

    name: str
    ran_at: str
    good_at: str | None
    problem: str
    state: RunState


class Runs:
    """The tasks that run by the clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, name: str, now: datetime, problem: str = "", letter: NewLetter | None = None) -> bool:
        """
        Write down that a task ran, and what was wrong with it; and, where that is news, *letter*: both or neither.

        Returns:
            Whether it goes well now and did not before, or the other way round: a first run that goes well is no news.
        """
        good = not problem
        state = RunState.GOOD if good else RunState.BAD
        values: dict[str, Any] = {"ran_at": stamp(now), "problem": problem, "state": state}
        values |= {"good_at": stamp(now)} if good else {}
        here = runs.c.name == name
        with writing(self._database) as connection:
            before = connection.execute(select(runs.c.state).where(here)).scalar()
            if before is None:
                connection.execute(insert(runs).values(name=name, **values))
            else:
                connection.execute(update(runs).where(here).values(**values))
            is_news = state != (before or RunState.GOOD)
            if is_news and letter:
                put(connection, letter, now)
            return is_news

    def mark_overdue(
        self, now: datetime, letter: Callable[[TaskRun], NewLetter | None], *, without: Collection[str] = ()
    ) -> None:
        """Write down which tasks have not run for too long, and the *letter* on each of which that is news."""
        late = (runs.c.ran_at < stamp(now - OVERDUE)) & (runs.c.state != RunState.OVERDUE)
        with writing(self._database) as connection:
            rows = connection.execute(select(runs).where(late, runs.c.name.not_in(list(without)))).all()
            names = [row.name for row in rows]
            connection.execute(update(runs).where(runs.c.name.in_(names)).values(state=RunState.OVERDUE))
            for found in map(letter, map(_run, rows)):
                if found:
                    put(connection, found, now)

    def forget(self, name: str) -> bool:
        """Forget a task that runs no more; whether it was known."""
        with writing(self._database) as connection:
            return connection.execute(delete(runs).where(runs.c.name == name)).rowcount == 1

    def all(self) -> list[TaskRun]:
        """Every task that has run, by name."""
        with self._database.reading() as connection:
            return [_run(row) for row in connection.execute(select(runs).order_by(runs.c.name))]


def _run(row: Any) -> TaskRun:
    return TaskRun(row.name, row.ran_at, row.good_at, row.problem, RunState(row.state))
