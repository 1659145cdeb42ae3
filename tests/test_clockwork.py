"""Work by the clock reports on itself: one letter when something stops going well, one when it is well again."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tertulia.commands import status
from tertulia.conversation.clockwork import LITTLE_ROOM_BYTES, Clockwork
from tertulia.core.errors import StoreError
from tertulia.web import webmention
from tests.talking import Talk

MAIL = {"OWNER_EMAIL": "reme@correo.example", "SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "blog@correo.example"}


class Clock:
    """A blog whose work is watched, with a disk that fills up by hand."""

    def __init__(self, folder):
        self.talk = Talk(folder, environ=MAIL)
        self.free = 10 * LITTLE_ROOM_BYTES
        self.work = Clockwork(
            runs=self.talk.store.runs, title="Blog", owner="reme@correo.example",
            now=lambda: self.talk.clock, free=lambda: self.free,
        )  # fmt: skip
        self.talk.blog.clockwork = self.work

    def letters(self):
        """The letters that were written since this was asked for last."""
        found = self.talk.store.letters.due(self.talk.clock)
        for letter in found:
            self.talk.store.letters.sent(letter)
        return [letter.body for letter in found]


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "a")


def test_one_letter_when_it_stops_and_one_when_it_is_well(clock):
    """Not one a run, and none for a first run that goes well; another network is another matter."""
    told = []
    for network, problem in [
        ("mastodon", ""), ("x", "budget"), ("mastodon", "401"), ("mastodon", "401"), ("mastodon", "502"),
        ("mastodon", ""), ("mastodon", ""), ("x", ""),
    ]:  # fmt: skip
        clock.work.done("collect", network, problem)
        told.append(len(clock.letters()))
    assert [0, 1, 1, 0, 0, 1, 0, 1] == told


def test_status_says_what_is_wrong_and_fails(clock, capsys):
    """A line and an exit code while it is so, and neither afterwards."""
    clock.work.done("collect", "mastodon", "the key is refused")
    assert not status._tell(clock.talk.blog)
    assert "collect mastodon: ✗ the key is refused" in capsys.readouterr().err
    clock.work.done("collect", "mastodon")
    assert status._tell(clock.talk.blog)


def test_what_breaks_off_is_told_with_its_reason(clock):
    """A run that ends with an error is recorded as such, and the error goes on."""
    with pytest.raises(StoreError), clock.work.watch("webmention"):
        raise StoreError("the store is away")
    assert [("webmention", "the store is away")] == clock.work.problems()
    with clock.work.watch("webmention"):
        pass
    assert [] == clock.work.problems()


def test_a_week_without_a_run_is_told_once(clock):
    """By the service; and no more than once, until it runs again."""
    clock.work.done("collect", "mastodon")
    clock.work.done("rebuild")  # runs when there is something to do
    clock.talk.later(days=6)
    clock.work.look()
    assert [] == clock.letters()
    clock.talk.later(days=2)
    clock.work.look()
    (letter,) = clock.letters()
    assert "2026-11-22" in letter
    clock.talk.later(days=1)
    clock.work.look()
    assert [] == clock.letters()
    assert ["collect mastodon"] == [name for name, _ in clock.work.problems()]
    clock.work.done("collect", "mastodon")
    assert 1 == len(clock.letters())
    clock.work.done("rebuild")
    assert [] == clock.letters()


def test_who_has_no_address_is_told_by_status_alone(clock):
    """What has not run for a week is late there, and stops nothing."""
    work = replace(clock.work, owner="")
    work.done("collect", "mastodon")
    clock.talk.later(days=8)
    work.look()
    assert ([], ["collect mastodon"]) == (clock.letters(), [name for name, _ in work.problems()])


def test_a_disk_that_fills_up_is_told_before_it_is_full(clock):
    """One letter, one line, and one letter when there is room again."""
    clock.free = LITTLE_ROOM_BYTES - 1
    for _run in range(2):
        with clock.work.watch("collect"):
            pass
    assert ["disk"] == [name for name, _ in clock.work.problems()]
    assert 1 == len(clock.letters())
    clock.free = LITTLE_ROOM_BYTES
    clock.work._looked = None
    clock.work.look()
    assert ([], 1) == (clock.work.problems(), len(clock.letters()))


def test_broken_mail_is_told_where_it_can_be_read(clock, socket_enabled):
    """By the page of the moderation, for the owner alone; no letter says that letters do not leave."""
    talk = clock.talk
    assert 303 == talk.browser.get("/moderation/health").status_code
    talk.store.letters.write("ana@correo.example", "Hola", "…", talk.clock)
    assert 0 == talk.blog.background.send_letters()
    assert ["letters"] == [name for name, _ in clock.work.problems()]
    assert 1 == talk.store.letters.waiting()
    talk.enter()
    page = talk.browser.get("/moderation/health").get_data(as_text=True)
    assert '<p role="alert" class="note"><strong>letters</strong>' in page


def test_a_hook_that_fails_is_told(tmp_path):
    """An address or a command; and once it works, that it does."""
    talk = Talk(tmp_path / "a", environ={**MAIL, "REBUILD_HOOK": "false"})
    talk.blog.background.run_hook()
    assert ["rebuild"] == [name for name, _ in talk.blog.clockwork.problems()]
    other = Talk(tmp_path / "b", environ={**MAIL, "REBUILD_HOOK": "true"})
    other.blog.background.run_hook()
    assert [] == other.blog.clockwork.problems()


def test_what_the_service_does_by_itself_is_reported_too(clock, monkeypatch):
    """The thread that looks at webmentions and the daily forgetting: what fails is told, and when it is well again."""
    talk = clock.talk
    at_work = webmention.receiver(talk.blog)

    def break_off(*_arguments):
        raise StoreError("the store is away")

    def sweep():
        with suppress(StoreError):
            talk.blog.background.sweep()

    for work, broken in [
        (lambda: webmention.look_once(talk.blog, at_work), (type(at_work), "work")),
        (sweep, (type(talk.store.letters), "forget_unconfirmed")),
    ]:
        told = []
        for is_broken in (False, True, True, False):
            with monkeypatch.context() as now:
                if is_broken:
                    now.setattr(*broken, break_off)
                work()
            told.append((len(clock.letters()), len(clock.work.problems())))
        assert [(0, 0), (1, 1), (0, 1), (1, 0)] == told


def test_what_goes_on_is_written_down_once_an_hour(clock):
    """And at once when it changes: a thread that looks each half minute does not write each half minute."""
    ran = []
    for minutes, problem in [(0, ""), (59, ""), (2, ""), (0, "the store is away"), (0, "")]:
        clock.talk.later(minutes=minutes)
        clock.work.goes_on("webmention", problem)
        (run,) = clock.talk.store.runs.all()
        ran.append((run.ran_at[11:16], run.problem))
    assert [("18:00", ""), ("18:00", ""), ("19:01", ""), ("19:01", "the store is away"), ("19:01", "")] == ran


def test_a_service_that_runs_on_forgets_what_has_had_its_time(clock):
    """Spam goes after thirty days though nobody starts anything again."""
    talk = clock.talk
    said = talk.said()
    talk.blog.moderator.decide(said.key, "spam", said.version)
    for days, left in ((29, 1), (2, 0)):
        talk.later(days=days)
        talk.blog.background.sweep()
        assert left == len(talk.store.conversation.find(("spam",)))


def test_a_task_that_runs_no_more_is_forgotten(clock):
    """By its name; one that never ran is none."""
    clock.work.done("collect", "x", "budget")
    clock.work.done("collect", "mastodon")
    assert clock.talk.store.runs.forget("collect x")
    assert ["collect mastodon"] == [run.name for run in clock.talk.store.runs.all()]
    assert not clock.talk.store.runs.forget("collect x")
    assert clock.talk.store.runs.forget("collect mastodon")
    clock.talk.later(days=9)
    assert [] == clock.work.problems()


def test_when_it_last_went_well_is_known_while_it_goes_badly(clock):
    """Never, for what never did."""
    clock.work.done("collect", "mastodon")
    for network in ("mastodon", "x"):
        clock.talk.later(days=1)
        clock.work.done("collect", network, "401")
    ran = {run.name: (run.ran_at[:10], run.good_at and run.good_at[:10]) for run in clock.talk.store.runs.all()}
    assert {"collect mastodon": ("2026-11-23", "2026-11-22"), "collect x": ("2026-11-24", None)} == ran


def test_the_owner_is_written_to_once_by_processes_that_run_at_once(clock):
    """The change is decided where it is written down."""
    other = Talk(clock.talk.folder, environ=MAIL)
    news = [
        store.runs.record("collect", clock.talk.clock + timedelta(0), "401")
        for store in (clock.talk.store, other.store)
    ]
    assert [True, False] == news


@pytest.mark.parametrize("late", [False, True])
def test_a_letter_that_could_not_be_written_is_written_the_next_time(clock, late):
    """What stopped is not noted as told while the letter is not there: a store that is full, a process that ends."""
    clock.work.done("collect", "mastodon")
    clock.talk.later(days=8 * late)
    tell = clock.work.look if late else lambda: clock.work.done("collect", "mastodon", "401")
    with clock.talk.store.database.writing() as connection:
        connection.execute(text("CREATE TRIGGER full BEFORE INSERT ON letters BEGIN SELECT RAISE(ABORT, 'full'); END"))
    with pytest.raises(StoreError, match="full"):
        tell()
    with clock.talk.store.database.writing() as connection:
        connection.execute(text("DROP TRIGGER full"))
    clock.talk.later(hours=2)
    tell()
    tell()
    assert 1 == len(clock.letters())
