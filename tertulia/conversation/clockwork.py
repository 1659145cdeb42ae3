"""Work by the clock reports on itself: timers lose what is printed, so the store keeps it and the owner is written to.

Everything that runs by the clock ends in ``Clockwork.done``: per task and network, when it last went well and what is
wrong now. The owner gets one letter when that changes, not one a run; ``status``, ``doctor`` and the moderation page
say it at any time, also when mail is what is broken.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.store.letters import NewLetter
from tertulia.store.runs import OVERDUE, Runs, TaskRun

# Below this a busy day fills the disk.
LITTLE_ROOM_BYTES = 200_000_000
# TaskRun when something happens, not by the clock: they are never late.
WHEN_NEEDED = ("letters", "rebuild", "disk", "purge")
LOOK_EVERY = timedelta(hours=1)


@dataclass
class Watched:
    """A run that is under way; whoever runs it sets what was wrong."""

    problem: str = ""


@dataclass
class Clockwork:
    """
    The tasks that run by the clock, and the letter to who is told of them.

    Args:
        owner: Whom to write to; "" writes to nobody.
        free: How many bytes are left where the blog is.
    """

    runs: Runs
    title: str
    owner: str
    now: Callable[[], datetime]
    free: Callable[[], int]
    _looked: datetime | None = None
    _told: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # what goes on: its problem, and when

    def done(self, task: str, network: str = "", problem: str = "") -> None:
        """Record that *task* ran, with what was wrong with it; write to the owner when that is news."""
        name = f"{task} {network}".strip()
        text = say("run_bad", task=name, problem=problem) if problem else say("run_good", task=name)
        self.runs.record(name, self.now(), problem, self._letter(name, text))

    def goes_on(self, task: str, problem: str = "") -> None:
        """As ``done``, for what runs all the time: written down when it changes, and else once an hour."""
        before, when = self._told.get(task, (None, self.now()))
        if problem == before and self.now() < when + LOOK_EVERY:
            return
        self.done(task, problem=problem)
        self._told[task] = (problem, self.now())

    @contextmanager
    def watch(self, task: str) -> Iterator[Watched]:
        """Record how the block goes, whatever it ends with, and how much room is left."""
        watched = Watched()
        try:
            yield watched
        except Exception as error:
            self.done(task, problem=in_words(error))
            raise
        self.done(task, problem=watched.problem)
        self.done("disk", problem=self.room())

    def look(self) -> None:
        """Tell of what has not run for too long, and of the disk: by the service, which is always there."""
        if self._looked and self.now() < self._looked + LOOK_EVERY:
            return
        self._looked = self.now()
        self.runs.mark_overdue(self.now(), self._late_letter, without=WHEN_NEEDED)
        self.done("disk", problem=self.room())

    def problems(self) -> list[tuple[str, str]]:
        """Return what is wrong now: the task, and what."""
        found = [(run.name, self._late(run) or run.problem) for run in self.runs.all() if run.name != "disk"]
        return [(name, problem) for name, problem in [*found, ("disk", self.room())] if problem]

    def room(self) -> str:
        """Return what is wrong with the room on the disk; "" where there is enough."""
        free = self.free()
        return say("run_disk", free=f"{free // 1_000_000} MB") if free < LITTLE_ROOM_BYTES else ""

    def _late(self, run: TaskRun) -> str:
        if run.name in WHEN_NEEDED or datetime.fromisoformat(run.ran_at) > self.now() - OVERDUE:
            return ""
        return say("run_late", since=run.ran_at[:10])

    def _late_letter(self, run: TaskRun) -> NewLetter | None:
        return self._letter(run.name, say("run_bad", task=run.name, problem=self._late(run)))

    def _letter(self, name: str, text: str) -> NewLetter | None:
        if not self.owner or name == "letters":  # what cannot leave tells nobody
            return None
        return NewLetter(recipient=self.owner, subject=say("run_subject", title=self.title, task=name), body=text)


def in_words(error: Exception) -> str:
    """Return what went wrong, as the owner may read it."""
    return str(error) if isinstance(error, TertuliaError) else type(error).__name__


def free_bytes(root: Path) -> int:
    """How much room is left where *root* is."""
    return shutil.disk_usage(root).free
