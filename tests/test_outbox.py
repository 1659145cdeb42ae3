"""Exactly once: processes are killed at every step, stores are lost, eight run at once, and nothing is said twice."""

import multiprocessing
import os
import signal
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.store import open_store
from tertulia.store.deliveries import LEASE
from tertulia.store.delivery_rows import LeaseLostError, NewDelivery
from tertulia.syndication.attempt import DeliveryStep
from tertulia.syndication.drafts import draft
from tertulia.syndication.networks.base import Attachment, Message, Remote
from tests.fakes import FakeBluesky, FakeMail, FakeMastodon, FakeTelegram, FakeWebhook
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")

# Fork, so that a child costs no imports; it makes its own connections.
FORK = multiprocessing.get_context("fork")


class Forgetful(FakeMastodon):
    """A server that ignores the Idempotency-Key, as GoToSocial 0.20 and snac2 do."""

    honours_key = False


KINDS = (FakeMastodon, Forgetful, FakeBluesky, FakeTelegram, FakeWebhook, FakeMail)
# Where a process may die: at each step that the code names, and on the wire, when the server has acted.
DEATHS = (*DeliveryStep, "on the wire")


OPEN: list[House] = []


@pytest.fixture(autouse=True)
def _close_houses():
    """A cluster has only so many connections."""
    yield
    while OPEN:
        OPEN.pop().close()


def house_of(folder, kind, store_url):
    made = House(folder, kind, store_url)
    OPEN.append(made)
    made.lose_store()  # the cluster is shared between tests
    return made


@pytest.mark.parametrize("lost", [False, True], ids=["", "store lost"])
@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_step_it_is_said_once(tmp_path, store_url, kind, death, lost):
    """kill -9 at any step, with the store kept or lost: later runs end with one post, or ask where nobody can look."""
    if death == DeliveryStep.SEARCHED and kind in (FakeTelegram, FakeWebhook, FakeMail):
        pytest.skip("nobody looks there")
    house = house_of(tmp_path, kind, store_url)
    kill(house, death)
    if lost:
        house.lose_store()
    final = house.until_quiet()
    said = len(house.fake.public)
    if house.network.can_search:
        assert (final, said) == ("delivered", 1)
    else:
        assert (final, said) in {("delivered", 1), ("unknown", 0), ("unknown", 1)}
    untouched = (DeliveryStep.ENQUEUED, DeliveryStep.CLAIMED, DeliveryStep.SEARCHED, DeliveryStep.PREPARED)
    if death in untouched:  # nobody need be asked: it is known that nothing was sent
        assert (final, said) == ("delivered", 1)


def kill(house: House, death: str) -> None:
    """Let a process announce the post, and die by SIGKILL at *death*."""

    def announce() -> None:
        house.start()

        def at(step: DeliveryStep) -> None:
            if step == death:
                os.kill(os.getpid(), signal.SIGKILL)

        house.outbox.on_step = at
        house.announce()

    child = FORK.Process(target=announce)
    house.fake.on_created = lambda: os.kill(child.pid, signal.SIGKILL) if death == "on the wire" else None
    child.start()
    child.join(30)
    house.fake.on_created = lambda: None
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("kind", KINDS)
def test_killed_again_and_again(tmp_path, kind):
    """A process that dies at each step in turn, one death a day, still says it once."""
    house = house_of(tmp_path, kind, "sqlite:///var/t.db")
    for death in (DeliveryStep.CLAIMED, DeliveryStep.PREPARED, DeliveryStep.CLAIMED, DeliveryStep.PREPARED):
        kill(house, death)
        house.clock += timedelta(days=1)
    assert house.until_quiet() == "delivered"
    assert len(house.fake.public) == 1


def test_a_thread_goes_on_where_it_was_killed(tmp_path):
    """Killed after the second part of a thread, the next run adds the third under it, and the order holds."""
    house = house_of(tmp_path, Forgetful, "sqlite:///var/t.db")
    post = replace(POST, cover=None, said={"mastodon": "hilo: " + "Una frase que se lee bien. " * 60})
    seen = []

    def at(step: DeliveryStep) -> None:
        seen.append(step)
        if seen.count(DeliveryStep.ANSWERED) == 2:
            raise KeyboardInterrupt

    house.outbox.on_step = at
    with pytest.raises(KeyboardInterrupt):
        house.announce(post)
    house.outbox.on_step = lambda step: None
    house.clock += timedelta(days=1)
    house.announce(post)
    above = [each["in_reply_to_id"] for each in house.fake.public]
    assert above == [None, *(each["id"] for each in house.fake.public[:-1])]
    assert len(house.fake.public) == len(draft(post, house.network).messages) > 3


@pytest.mark.slow
def test_a_newsletter_goes_on_with_the_next_reader(tmp_path):
    """Killed after 40 of 100 letters, the next run sends the other 60, and asks about the one on the wire."""
    house = house_of(tmp_path, FakeMail, "sqlite:///var/t.db")
    for number in range(99):
        house.subscribe(f"lectora{number}@ejemplo.example")

    def announce() -> None:
        house.start()
        house.announce()

    child = FORK.Process(target=announce)
    house.fake.on_created = lambda: os.kill(child.pid, signal.SIGKILL) if len(house.fake.public) == 40 else None
    child.start()
    child.join(30)
    house.clock += timedelta(days=1)
    house.announce()
    to = [letter["to"] for letter in house.fake.public]
    assert len(to) == len(set(to)) == 100
    assert house.store.deliveries.counts() == {"delivered": 99, "unknown": 1}


@pytest.mark.slow
def test_eight_processes_deliver_five_hundred_rows(tmp_path, store_url):
    """Eight at once on 500 rows: 500 sent, none twice, none lost."""
    house = house_of(tmp_path, FakeTelegram, store_url)
    for number in range(500):
        house.outbox.enqueue([draft(replace(POST, id=f"p{number}", cover=None), house.network)])

    def deliver() -> None:
        house.start()
        house.outbox.deliver()

    children = [FORK.Process(target=deliver) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * 8
    assert house.store.deliveries.counts() == {"delivered": 500}
    assert len(house.fake.public) == 500
    remotes = [msgspec.json.decode(row.remote, type=Remote).id for row in house.store.deliveries.all()]
    assert len(set(remotes)) == 500


@pytest.mark.slow
@pytest.mark.usefixtures("by_migrations")
def test_eight_processes_open_a_new_store(tmp_path, store_url):
    """Migrations run once, whoever comes first, and all others wait for them."""
    house_of(tmp_path, FakeTelegram, store_url).lose_store()

    def open_it() -> None:
        open_store(store_url, tmp_path).deliveries.counts()

    children = [FORK.Process(target=open_it) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 8


@pytest.mark.slow
def test_eight_processes_enqueue_one_post(tmp_path, store_url):
    """The same post enqueued eight times at once is one row."""
    house = house_of(tmp_path, FakeTelegram, store_url)

    def enqueue() -> None:
        house.start()
        house.outbox.enqueue([draft(POST, house.network)])

    children = [FORK.Process(target=enqueue) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 8
    assert len(house.store.deliveries.all()) == 1


def test_who_lost_the_lease_does_not_send(tmp_path):
    """A process that slept through its lease finds out right before the wire."""
    house = house_of(tmp_path, FakeTelegram, "sqlite:///var/t.db")
    house.outbox.enqueue([draft(POST, house.network)])
    deliveries = house.store.deliveries
    slow = deliveries.claim(house.clock, ["telegram"])
    assert deliveries.claim(house.clock + LEASE - timedelta(seconds=1), ["telegram"]) is None
    quick = deliveries.claim(house.clock + LEASE + timedelta(seconds=1), ["telegram"])
    with pytest.raises(LeaseLostError):
        deliveries.mark_in_flight(slow, house.clock + LEASE)
    deliveries.mark_in_flight(quick, house.clock + LEASE)


def test_words_change_until_they_are_sent_and_not_after(tmp_path):
    """What waits takes the author's newest words; what was sent is edited by policy, never sent again."""
    house = house_of(tmp_path, FakeTelegram, "sqlite:///var/t.db")
    house.outbox.enqueue([draft(POST, house.network)])
    house.announce(replace(POST, summary="Mejor dicho.", hash="h2"))
    assert "Mejor dicho." in house.fake.public[0]["text"]
    house.announce(replace(POST, title="Otro título", url="https://blog.example/otro/", hash="h3"))
    assert len(house.fake.public) == 1


def test_a_snapshot_keeps_what_a_new_store_does_not_know(tmp_path):
    """A link that was public stays in the snapshot when the store is new, and leaves it when it is withdrawn."""
    house = house_of(tmp_path, FakeMastodon, "sqlite:///var/t.db")
    folder = house.folder / "var/conversation"
    old = snapshot.Syndicated("bluesky", "https://bsky.app/profile/a/post/1", "at://1")
    snapshot.write(folder, snapshot.Conversation(id=POST.id, lang="es", syndication=(old,)))
    house.announce()
    networks = [link.network for link in snapshot.read(folder, POST.id, "es").syndication]
    assert networks == ["bluesky", "mastodon"]
    house.store.deliveries.withdrawn(house.store.deliveries.all()[0].id)
    house.outbox.show(POST.id, "es")
    assert [link.network for link in snapshot.read(folder, POST.id, "es").syndication] == ["bluesky"]


def test_a_person_decides_what_cannot_be_looked_at(tmp_path):
    """An unknown row waits for ever; "not there" sends it, "there" does not."""
    house = house_of(tmp_path, FakeTelegram, "sqlite:///var/t.db")
    house.fake.fail_next("drop before")
    house.announce()
    row = house.store.deliveries.all()[0]
    assert house.until_quiet() == "unknown"
    assert house.outbox.resolve(row, there=False)
    assert house.until_quiet() == "delivered"
    assert len(house.fake.public) == 1


def test_a_message_is_kept_word_for_word():
    """What is stored is what is sent: every field survives the store's JSON."""
    message = Message(
        text="ñ 👩‍👧", lang="es", link="https://a", title="t", picture=Attachment("p", "u", "alt"), date=POST.date
    )
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


def test_all_parts_are_written_down_or_none(tmp_path):
    """Enqueueing the parts of a post is one transaction."""
    store = open_store("sqlite:///var/t.db", tmp_path)
    parts = [
        NewDelivery(post="a", lang="es", network="m", part=part, message="{}", words="") for part in ("1", "2", "2")
    ]
    with pytest.raises(Exception, match="UNIQUE"):
        store.deliveries.enqueue(parts, POST.date)
    assert store.deliveries.all() == []
