"""How an attempt may end, and what is known of it from then on: each way, before the request left and after."""

from collections import deque
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from tertulia.content import snapshot
from tertulia.store import open_store
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.journal import Journal
from tertulia.store.tables import Origin
from tertulia.syndication.attempt import DeliveryStep
from tertulia.syndication.messages import encode, key_of, mark_of
from tertulia.syndication.networks.base import (
    CancelledError,
    CredentialsExpiredError,
    Message,
    OutcomeUnknownError,
    RefusedError,
    Remote,
    RetryLaterError,
)
from tertulia.syndication.networks.sightings import Sighting
from tertulia.syndication.outbox import FIRST_WAIT, SETTLE, Outbox
from tests.fakes import NOW

REMOTE = Remote(id="1", url="https://there.example/1")
WORDS = encode(Message(text="El voto", lang="es", link="https://blog.example/voto/", title="El voto", date=NOW))


class There:
    """A network without a wire: what it does next was told to it."""

    name, label, pictures = "there", "There", 0
    context = SimpleNamespace(output=Path())

    def __init__(self, can_search):
        self.can_search = can_search
        self.next = deque()  # (an error or None, whether the request leaves before)
        self.asked = []

    def look(self, message, sending):
        return None

    def answer_place(self, message):
        raise AssertionError("nothing here is an answer")

    def publish(self, message, sending):
        error, leaves = self.next.popleft() if self.next else (None, True)
        self.asked.append(sending.key)
        if leaves:
            sending.before_send()
        if error:
            raise error
        return REMOTE


class Office:
    """An outbox with that network, and a clock that is moved by hand."""

    def __init__(self, folder, can_search=True, chance=0.0):
        self.clock, self.there = NOW, There(can_search)
        self.store = open_store("sqlite:///var/t.db", folder)
        self.outbox = Outbox(
            store=self.store, networks={"there": self.there}, snapshots=folder / "snapshots",
            journal=Journal(folder / "var"), now=lambda: self.clock, chance=lambda: chance,
        )  # fmt: skip

    def add(self, post="voto", **other):
        row = NewDelivery(post=post, lang="es", network="there", part="1", message=WORDS, words="h")
        self.store.deliveries.enqueue([msgspec.structs.replace(row, **other)], NOW)

    def run(self, error=None, leaves=True):
        """Send what is due; the first outcome and its row."""
        if error:
            self.there.next.append((error, leaves))
        outcome = self.outbox.deliver()[0]
        return outcome, self.store.deliveries.get(outcome.delivery.id)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.add()
    yield made
    made.store.close()


@pytest.fixture
def blind(tmp_path):
    """Where nobody can look."""
    made = Office(tmp_path, can_search=False)
    made.add()
    yield made
    made.store.close()


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_each_wait_is_twice_the_one_before_until_the_longest(tmp_path, chance):
    """From a minute to six hours, and up to a quarter more."""
    office = Office(tmp_path, chance=chance)
    office.add()
    for number in range(20):
        outcome, row = office.run(RetryLaterError("503"))
        waited = min(timedelta(minutes=2**number), timedelta(hours=6)) * (1 + chance / 4)
        assert (office.clock + waited, "waiting", "503") == (outcome.until, row.state, row.reason)
        office.clock = outcome.until
    assert "delivered" == office.run()[1].state
    office.store.close()


@pytest.mark.parametrize("told", [1.0, 90.0])
def test_a_network_that_says_how_long_is_taken_at_its_word(office, told):
    """To the second, and however often it was asked before."""
    office.clock = office.run(RetryLaterError("503"))[0].until
    assert office.clock + timedelta(seconds=told) == office.run(RetryLaterError("429", told))[0].until


@pytest.mark.parametrize(("alone", "asked"), [(False, 1), (True, 3)])
def test_what_is_asked_for_later_holds_the_others_back_or_not(office, alone, asked):
    """The network's trouble is everybody's in this run, and in no other; a letter's is its own."""
    office.add("b")
    office.add("c")
    office.run(RetryLaterError("503", alone=alone))
    assert asked == len(office.there.asked)
    office.clock += timedelta(hours=1)
    office.run()
    assert {"delivered"} == {row.state for row in office.store.deliveries.all()}


ENDS = [
    # what is raised, whether the request left; the state, open attempt, journal, needs the owner, waits
    (RetryLaterError("503"), False, "waiting", False, False, False, FIRST_WAIT),
    (RetryLaterError("503"), True, "waiting", False, False, False, FIRST_WAIT),
    (CredentialsExpiredError("401"), False, "waiting", False, False, True, None),
    (CredentialsExpiredError("401"), True, "waiting", False, False, True, None),
    (RefusedError("422"), False, "refused", False, False, False, None),
    (RefusedError("422"), True, "refused", False, False, False, None),
    (CancelledError("left"), False, "withdrawn", False, False, False, None),
    (OutcomeUnknownError("lost"), True, "unknown", True, True, False, SETTLE),
    (OutcomeUnknownError("500", 500), True, "waiting", True, True, False, FIRST_WAIT),
    (OutcomeUnknownError("502", 502, 90.0), True, "waiting", True, True, False, timedelta(seconds=90)),
    (OutcomeUnknownError("499", 499), True, "unknown", True, True, False, SETTLE),
    (TypeError("odd"), False, "waiting", False, False, False, FIRST_WAIT),
    (TypeError("odd"), True, "unknown", True, True, False, SETTLE),
]


@pytest.mark.parametrize(("error", "leaves", "state", "is_open", "is_held", "needs_owner", "waits"), ENDS)
def test_what_is_known_after_each_end(office, error, leaves, state, is_open, is_held, needs_owner, waits):
    """Where one can look."""
    outcome, row = office.run(error, leaves)
    assert (state, state) == (outcome.state, row.state)
    assert (is_open, is_held) == (row.attempt_started_at is not None, office.outbox.journal.holds(key_of(row)))
    assert (needs_owner, waits and office.clock + waits) == (outcome.needs_owner, outcome.until)


@pytest.mark.parametrize(("error", "leaves", "state", "is_open", "is_held", "needs_owner", "waits"), ENDS)
def test_what_is_known_after_each_end_where_nobody_can_look(
    blind, error, leaves, state, is_open, is_held, needs_owner, waits
):
    """What may be there waits for a person; all else is as where one can."""
    outcome, row = blind.run(error, leaves)
    assert ("unknown" if is_open else state) == row.state == outcome.state
    assert (is_open, is_held) == (row.attempt_started_at is not None, blind.outbox.journal.holds(key_of(row)))
    assert (needs_owner, (waits and not is_open and blind.clock + waits) or None) == (
        outcome.needs_owner,
        outcome.until,
    )
    if is_open:
        blind.clock += timedelta(days=99)
        assert [] == blind.outbox.deliver()
        assert 1 == len(blind.there.asked)


@pytest.mark.parametrize("error", [RefusedError("403"), CredentialsExpiredError("401"), RetryLaterError("503"),
                                   TypeError("odd")])  # fmt: skip
def test_who_may_not_look_knows_no_more_than_before(office, error):
    """An attempt whose fate is open stays open: no answer to a look says that nothing was made."""
    office.clock = office.run(OutcomeUnknownError("lost"))[0].until

    def refuse(message, sending):
        raise error

    office.there.look = refuse
    outcome, row = office.run()
    assert row.attempt_started_at is not None and row.state in ("unknown", "waiting")
    assert office.outbox.journal.holds(key_of(row))
    assert (outcome.until is None) == isinstance(error, CredentialsExpiredError)
    assert 1 == len(office.there.asked)


def test_a_later_look_waits_longer_than_the_network_needs_to_settle(office):
    """Attempt by attempt, as any wait."""
    for number in range(5):
        outcome, _ = office.run(OutcomeUnknownError("lost"))
        assert office.clock + max(SETTLE, FIRST_WAIT * 2**number) == outcome.until
        office.clock = outcome.until


@pytest.mark.parametrize(
    ("error", "leaves"),
    [(OutcomeUnknownError("500", 500), True), (CredentialsExpiredError("401"), True), (TypeError("odd"), False)],
)
def test_what_fails_for_all_is_asked_once_a_run(office, error, leaves):
    """A server that is broken, a key that is no longer good, an answer that makes no sense."""
    office.add("b")
    office.run(error, leaves)
    assert 1 == len(office.there.asked)


def test_what_was_tried_is_not_tried_again_in_the_same_run(office, monkeypatch):
    """However long the run lasts; its wait is over when the next begins."""
    office.add("b")

    def publish(message, sending):
        office.there.asked.append(sending.key)
        office.clock += timedelta(days=1)
        raise RetryLaterError("503", alone=True)

    monkeypatch.setattr(office.there, "publish", publish)
    assert [2, 2] == [len(office.outbox.deliver()) for _ in range(2)]
    assert 4 == len(office.there.asked)


@pytest.mark.parametrize("error", [RetryLaterError("503"), CredentialsExpiredError("401")])
def test_what_was_looked_for_and_is_not_there_is_open_no_longer(office, error):
    """Though nothing is sent then either."""
    office.clock = office.run(OutcomeUnknownError("lost"))[0].until
    _, row = office.run(error, leaves=False)
    assert ("waiting", None, False) == (row.state, row.attempt_started_at, office.outbox.journal.holds(key_of(row)))


def test_what_another_process_took_over_is_left_to_it(office):
    """Nothing leaves for it here, and the next is sent."""
    office.add("b")

    def look(message, sending):
        if not office.there.asked:
            office.clock += timedelta(hours=1)
            assert office.store.deliveries.claim(office.clock, ["there"]).post == "voto"

    office.there.look = look
    assert [("voto", "sending"), ("b", "delivered")] == [
        (one.delivery.post, one.state) for one in office.outbox.deliver()
    ]
    first, _ = office.store.deliveries.all()
    assert (None, "sending") == (first.attempt_started_at, first.state)


@pytest.mark.parametrize(("leaves", "state", "attempts"), [(False, "queued", 0), (True, "sending", 1)])
def test_who_stops_it_by_hand_loses_nothing(office, leaves, state, attempts):
    """What had not left goes back into the queue; what may be there is looked for by the next."""
    with pytest.raises(KeyboardInterrupt):
        office.run(KeyboardInterrupt(), leaves)
    (row,) = office.store.deliveries.all()
    assert (state, attempts, leaves) == (row.state, row.attempts, row.attempt_started_at is not None)
    assert ["SENT"] * leaves == ["SENT"] * office.outbox.journal.holds(key_of(row))


def test_what_we_made_is_in_the_journal_and_on_the_page(office, tmp_path):
    """By a name of its own, so that a new store knows it for ours."""
    outcome, row = office.run()
    assert ("delivered", REMOTE.url, Origin.MADE) == (outcome.state, outcome.url, row.origin)
    assert office.outbox.journal.holds(mark_of("there", REMOTE))
    assert (snapshot.Syndicated("there", REMOTE.url, "1", True),) == snapshot.read(
        tmp_path / "snapshots", "voto", "es"
    ).syndication


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({}, True),
        ({"origin": Origin.ADOPTED}, True),
        ({"origin": Origin.FOUND}, False),
        ({"remote": ""}, False),
        ({"remote": encode(Remote(id="1"))}, False),
        ({"part": "2"}, False),
        ({"lang": "en"}, False),
    ],
)
def test_a_page_links_to_what_is_there_and_is_the_announcement(office, tmp_path, change, shown):
    """Of its own language, its first part, with an address; and what was found elsewhere is somebody else's."""
    given = {"part": "1", "lang": "es"} | {name: change[name] for name in change.keys() & {"part", "lang"}}
    new = NewDelivery(post="otro", network="there", message=WORDS, words="h", **given)
    remote, origin = change.get("remote", encode(REMOTE)), change.get("origin", Origin.MADE)
    office.store.deliveries.adopt([new], remote, "", NOW, origin=origin)
    office.outbox.show("otro", "es")
    links = snapshot.read(tmp_path / "snapshots", "otro", "es").syndication
    assert [(REMOTE.url, origin is Origin.MADE)] * shown == [(link.url, link.made) for link in links]


def test_a_link_goes_only_where_the_store_knows_better(office, tmp_path):
    """What waits or was found by somebody says nothing of a link of before; what was taken down does."""
    folder = tmp_path / "snapshots"
    old = snapshot.Syndicated("there", "https://there.example/0", "0")
    kept = []
    for origin, state in ((None, "queued"), (Origin.FOUND, "delivered"), (Origin.MADE, "withdrawn")):
        post = f"post-{state}"
        snapshot.write(folder, snapshot.Conversation(id=post, lang="es", syndication=(old,)))
        if origin:
            new = NewDelivery(post=post, lang="es", network="there", part="1", message=WORDS, words="h")
            office.store.deliveries.adopt([new], encode(REMOTE), "", NOW, origin=origin)
            if state == "withdrawn":
                office.store.deliveries.withdrawn(office.store.deliveries.all(post=post)[0].id)
        else:
            office.add(post)
        office.outbox.show(post, "es")
        kept.append(snapshot.read(folder, post, "es").syndication)
    assert [(old,), (old,), ()] == kept


def test_each_moment_of_a_delivery_is_told(office):
    """In this order: the tests kill it at each."""
    steps = []
    office.outbox.on_step = steps.append
    office.outbox.enqueue([])
    office.run()
    assert list(DeliveryStep) == steps


def test_a_network_that_is_not_there_is_sent_nothing(office):
    """Its keys were taken out, or its name is mistyped; what waits for it waits on."""
    office.add(network="gone", post="otro")
    assert [] == office.outbox.deliver(networks=["gone"])
    assert ["delivered"] == [one.state for one in office.outbox.deliver(networks=["gone", "there"])]
    assert ["queued"] == [row.state for row in office.store.deliveries.all(network="gone")]


def test_what_has_no_name_there_is_noted_under_none(office, monkeypatch):
    """A network that says nothing of what it took: another such is not ours for that."""
    nameless = Remote(id="", url=REMOTE.url)
    monkeypatch.setattr(office.there, "publish", lambda message, sending: nameless)
    assert "delivered" == office.run()[1].state
    assert not office.outbox.journal.holds(mark_of("there", nameless))


@pytest.mark.parametrize(("verbatim", "noted"), [(True, True), (False, False)])
def test_only_what_we_made_is_noted_as_ours(office, verbatim, noted):
    """What was found there is somebody's."""
    office.there.look = lambda message, sending: Sighting(REMOTE, verbatim=verbatim)
    office.run()
    assert noted == office.outbox.journal.holds(mark_of("there", REMOTE))


@pytest.mark.parametrize(("there", "origin", "sent"), [(True, Origin.ADOPTED, 0), (False, Origin.MADE, 1)])
def test_what_was_found_is_taken_for_ours_or_is_said_all_the_same(office, there, origin, sent):
    """As a person says; and the page links to it from then on."""
    office.there.look = lambda message, sending: Sighting(REMOTE, verbatim=False)
    _, row = office.run()
    assert office.outbox.resolve(row, there=there)
    office.there.look = lambda message, sending: None
    assert ["delivered"] * sent == [one.state for one in office.outbox.deliver()]
    (link,) = snapshot.read(office.outbox.snapshots, "voto", "es").syndication
    assert (origin, origin is Origin.MADE) == (office.store.deliveries.get(row.id).origin, link.made)


@pytest.mark.parametrize("there", [True, False])
def test_what_a_person_saw_is_known_to_the_journal(blind, there):
    """What is not there may be sent again; what is there may not."""
    _, row = blind.run(OutcomeUnknownError("lost"))
    assert blind.outbox.resolve(row, there=there)
    assert there == blind.outbox.journal.holds(key_of(row))


def test_the_links_of_a_page_stand_in_one_order(office):
    """By network and address, whenever each came; so that a page is not another for that."""
    folder = office.outbox.snapshots
    links = [("alfa", "https://z.example/1"), ("zeta", "https://a.example/1"), ("zeta", "https://b.example/1")]
    for order in permutations(links):
        had = tuple(snapshot.Syndicated(*link) for link in order)
        snapshot.write(folder, snapshot.Conversation(id="voto", lang="es", syndication=had))
        office.outbox.show("voto", "es")
        assert links == [(link.network, link.url) for link in snapshot.read(folder, "voto", "es").syndication]
