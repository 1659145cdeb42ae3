"""What follows an answer, killed at any moment: an hour that it waits for, an edit, a deletion, a change of mind."""

import os
import signal
from datetime import timedelta

import pytest

from tertulia.conversation.answering import follow_answers
from tertulia.conversation.moderator import Moderator
from tertulia.store.deliveries import Deliveries
from tertulia.store.said import Status
from tertulia.syndication.attempt import DeliveryStep
from tests.test_answers import DEATHS, FORK, Desk, Sky, Square

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Wire(Square):
    """A server that tells when something on it has been changed or deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.on_changed = lambda: None

    def answer(self, method, path, asked):
        said = super().answer(method, path, asked)
        if method in ("PUT", "DELETE"):
            self.on_changed()
        return said


def die(*_arguments, **_named) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies(desk: Desk, work, wire: str = "") -> None:
    """Have *work* done by a process that does not live to its end."""

    def run() -> None:
        desk.start()
        work()

    child = FORK.Process(target=run)
    if wire:
        setattr(desk.fake, wire, lambda: os.kill(child.pid, signal.SIGKILL))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    if wire:
        setattr(desk.fake, wire, lambda: None)
    desk.start()


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("kind", [Square, Sky])
def test_an_answer_that_waits_for_its_hour_goes_once(tmp_path, kind, death):
    """Killed at any step of the morning: one answer, and none before its hour."""
    desk = Desk(tmp_path, kind)
    key = desk.hear()
    desk.give(key, not_before=desk.clock + timedelta(hours=9))
    assert ([], []) == (desk.run(), desk.fake.public)
    desk.clock += timedelta(hours=9, minutes=1)

    def work() -> None:
        desk.outbox.on_step = lambda step: die() if step == death else None
        desk.run()

    dies(desk, work, "on_created" if death == "on the wire" else "")
    assert ("delivered", 1, "answered") == (desk.quiet(), len(desk.fake.below()), desk.state(key))
    desk.close()


@pytest.mark.parametrize("death", ["before the wire", "on the wire", "before it is recorded"])
def test_an_edit_arrives_whatever_dies(tmp_path, monkeypatch, death):
    """What the owner corrected stands there in the end, once, as it stands under the post."""
    desk = Desk(tmp_path, Wire)
    given = desk.give(desk.hear())
    desk.run()
    desk.moderator.edit(given.key, "Vale, sí.", desk.store.conversation.get(given.key).version)

    def work() -> None:
        if death == "before the wire":
            monkeypatch.setattr(type(desk.network), "edit", die)
        if death == "before it is recorded":
            monkeypatch.setattr(Deliveries, "edited", die)
        follow_answers(desk.outbox)

    dies(desk, work, "on_changed" if death == "on the wire" else "")
    follow_answers(desk.outbox)
    assert (["@ana@mas.example Vale, sí."], []) == (desk.fake.below(), follow_answers(desk.outbox))
    assert ("delivered", 1) == (desk.quiet(), len(desk.fake.public))
    desk.close()


@pytest.mark.parametrize("death", ["before the page", "before the wire", "on the wire", "before it is recorded"])
def test_a_deletion_arrives_whatever_dies(tmp_path, monkeypatch, death):
    """Gone from the page, it goes from where it was sent; whoever asked waits again, and nothing is sent once more."""
    desk = Desk(tmp_path, Wire)
    key = desk.hear()
    given = desk.give(key)
    desk.run()

    def work() -> None:
        if death == "before the page":
            monkeypatch.setattr(Moderator, "show", die)
        if death == "before the wire":
            monkeypatch.setattr(type(desk.network), "delete", die)
        if death == "before it is recorded":
            monkeypatch.setattr(Deliveries, "withdrawn", die)
        desk.answering.take_back(desk.outbox, given.key)

    dies(desk, work, "on_changed" if death == "on the wire" else "")
    follow_answers(desk.outbox)
    assert (Status.REJECTED, "unanswered") == (desk.store.conversation.get(given.key).status, desk.state(key))
    assert ("withdrawn", [], 1) == (desk.quiet(), desk.fake.public, len(desk.fake.deleted))
    desk.close()


@pytest.mark.parametrize("step", [step for step in DeliveryStep if step != DeliveryStep.ENQUEUED])
def test_taken_back_while_it_is_on_its_way_it_does_not_stay(tmp_path, step):
    """Somebody thinks better of it at any moment of its sending: in the end it is nowhere."""
    desk = Desk(tmp_path, Square)
    key = desk.hear()
    given = desk.give(key)
    taken = []

    def at(now: DeliveryStep) -> None:
        if now == step:
            taken.append(desk.answering.take_back(desk.outbox, given.key))

    desk.outbox.on_step = at
    desk.run()
    desk.outbox.on_step = lambda step: None
    follow_answers(desk.outbox)
    assert ("withdrawn", [], "unanswered") == (desk.quiet(), desk.fake.public, desk.state(key))
    assert 1 == len(taken)
    desk.close()
