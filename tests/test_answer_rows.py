"""Which of the owner's answers are looked at: those that are to be sent, and those whose comment is another since."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.said import Author, Incoming, Status, Verdict, Who
from tests.fakes import NOW

LATER = NOW + timedelta(hours=2)
SAID = Incoming(
    source="form", source_id="1", post="voto", lang="es", kind="reply", published=NOW, text="Gracias.",
    html="<p>Gracias.</p>", author=Author(network="form", identity="yo", name="Reme", is_owner=True),
)  # fmt: skip
ROW = NewDelivery(post="voto", lang="es", network="mastodon", part="c-1", message="{}", words="h")


@pytest.fixture
def key(store):
    """The owner's answer under a post, which is to be said on two networks; the post is to be announced."""
    made = store.conversation.record(SAID, Verdict("approved"), NOW).key
    store.deliveries.enqueue([replace(ROW, network="telegram", part="1")], NOW)
    for network in ("mastodon", "bluesky"):
        store.deliveries.enqueue([replace(ROW, network=network, answer=made)], NOW)
    return made


def decide(store, key, status):
    said = store.conversation.get(key)
    assert store.conversation.decide(key, status, Who.OWNER, NOW, version=said.version).is_done


def end(store, network, state):
    """Lead the answer on *network* to *state*."""
    rows = store.deliveries
    held = rows.claim(NOW, [network])
    ends = {
        "waiting": lambda: rows.waiting(held, LATER, "429"),
        "refused": lambda: rows.refused(held, "no"),
        "delivered": lambda: rows.delivered(held, '{"id":"1"}', NOW),
        "withdrawn": lambda: rows.cancel(held, "gone"),
    }
    ends[state]()


def test_answers_are_no_announcements(store, key):
    """Each is told apart from the other, all of them or those of one comment."""
    rows = store.deliveries
    assert ["telegram"] == [row.network for row in rows.all()]
    assert ["mastodon", "bluesky"] == [row.network for row in rows.answers()]
    assert ["mastodon", "bluesky"] == [row.network for row in rows.answers(key)]
    assert [] == rows.answers("another")
    assert {"queued": 1} == rows.counts()
    assert "mastodon" == rows.claim(NOW, ["telegram", "mastodon"], only_answers=True).network
    assert "telegram" == rows.claim(NOW, ["telegram", "mastodon"]).network


def test_another_part_is_of_the_same_thread(store, key):
    """By its number, and of the same post, language and network."""
    rows = store.deliveries
    (first, _), (announced,) = rows.answers(), rows.all()
    assert (first, None) == (rows.part(first, "c-1"), rows.part(first, "1"))
    assert (announced, None) == (rows.part(announced, "1"), rows.part(announced, "c-1"))


@pytest.mark.parametrize(
    ("status", "is_told"),
    [(None, True), (Status.WAITING, True), (Status.REJECTED, False), (Status.SPAM, False)],
)
def test_a_refused_answer_is_told_while_it_stands(store, key, status, is_told):
    """What a network did not take is the owner's to look at, and what was sent is not."""
    end(store, "mastodon", "refused")
    end(store, "bluesky", "delivered")
    end(store, "telegram", "refused")
    if status:
        decide(store, key, status)
    assert ["mastodon"] * is_told == [row.network for row in store.deliveries.refused_answers()]


@pytest.mark.parametrize(
    ("state", "as_it_is", "edited", "gone"),
    [
        ("queued", True, True, True),
        ("waiting", False, False, True),
        ("refused", False, False, True),
        ("delivered", False, True, True),
        ("withdrawn", False, False, False),
    ],
)
def test_an_answer_is_looked_at_when_it_is_due_or_its_comment_is_another(store, key, state, as_it_is, edited, gone):
    """Sent when its time has come, edited where it is, taken down or never sent when its comment has gone."""
    if state != "queued":
        end(store, "mastodon", state)
    end(store, "bluesky", "withdrawn")
    rows = store.deliveries

    def seen(now=NOW):
        assert rows.answers_to_see_to(now) == rows.answers_to_see_to(now, key)
        assert [] == rows.answers_to_see_to(now, "another")
        return [row.network for row in rows.answers_to_see_to(now)]

    assert ["mastodon"] * as_it_is == seen()
    assert ["mastodon"] * (state in ("queued", "waiting")) == seen(LATER)
    said = store.conversation.get(key)
    store.conversation.edit(key, "Muchas gracias.", "<p>Muchas gracias.</p>", Who.OWNER, NOW, version=said.version)
    assert ["mastodon"] * edited == seen()
    decide(store, key, Status.REJECTED)
    assert ["mastodon"] * gone == seen()


def test_an_answer_whose_comment_is_in_no_store_is_looked_at(store, key):
    """It was erased: what was said elsewhere is taken down."""
    end(store, "mastodon", "delivered")
    end(store, "bluesky", "delivered")
    store.conversation.erase(store.conversation.get(key).person, NOW)
    assert ["mastodon", "bluesky"] == [row.network for row in store.deliveries.answers_to_see_to(NOW)]


def test_who_waits_is_there_to_be_read(store, key):
    """An answer of a team's member that waits for a word is neither gone nor sent."""
    end(store, "mastodon", "delivered")
    end(store, "bluesky", "delivered")
    decide(store, key, Status.WAITING)
    assert [] == store.deliveries.answers_to_see_to(NOW)
