"""The queue of webmentions and the record of those we sent, on SQLite and, where there is one, on PostgreSQL."""

import threading
from datetime import timedelta

from tests.test_conversation_store import NOW, store

__all__ = ["store"]  # a fixture: an empty store of each kind
SOURCE, TARGET = "https://ines.example/nota", "https://blog.example/voto/"


def test_a_pair_is_one_row(store):
    """Told again, it goes back in the queue under the same token."""
    first = store.mentions.receive(SOURCE, TARGET, "webmention", NOW)
    taken = store.mentions.next(NOW)
    store.mentions.settle(taken, "taken", "", NOW, "k")
    again = store.mentions.receive(SOURCE, TARGET, "pingback", NOW + timedelta(hours=1))
    assert (first.token, "queued", "k", 1) == (again.token, again.state, again.comment, store.mentions.queued())


def test_two_that_look_never_take_the_same(store):
    """Each row goes to one of them, and comes back when that one never answered."""
    for number in range(20):
        store.mentions.receive(f"{SOURCE}/{number}", TARGET, "webmention", NOW)
    taken: list[int] = []

    def look():
        while mention := store.mentions.next(NOW):
            taken.append(mention.id)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (20, 20) == (len(taken), len(set(taken)))
    assert None is store.mentions.next(NOW + timedelta(minutes=4))
    assert 2 == store.mentions.next(NOW + timedelta(minutes=6)).attempts


def test_one_told_again_while_it_is_looked_at_is_looked_at_once_more(store):
    """What was found in the meantime may be old already."""
    store.mentions.receive(SOURCE, TARGET, "webmention", NOW)
    taken = store.mentions.next(NOW)
    store.mentions.receive(SOURCE, TARGET, "webmention", NOW + timedelta(seconds=5))
    store.mentions.settle(taken, "taken", "", NOW, "k")
    assert "queued" == store.mentions.known(SOURCE, TARGET).state


def test_addresses_of_any_length_fit(store):
    """As long as they may be, in any alphabet, and told apart by their last letter."""
    long = "https://ines.example/" + "ñ" * 1900
    for end in "ab":
        store.mentions.receive(long + end, TARGET, "webmention", NOW)
    store.sent.want(TARGET, [long + "a", long + "b"], "v1")
    assert (2, 2) == (store.mentions.queued(), len(store.sent.due(NOW)))


def test_a_link_is_told_once_a_version(store):
    """New, the same, changed, taken out, put back."""
    steps = []
    for targets, version in (
        (["a", "b"], "1"), (["a", "b"], "1"), (["a", "b"], "2"), (["a"], "3"), (["a"], "3"), (["a", "b"], "4"),
    ):  # fmt: skip
        steps.append(store.sent.want(SOURCE, targets, version))
        for one in store.sent.due(NOW):
            store.sent.settle(one, "sent" if one.version else "removed", NOW)
    assert [2, 0, 2, 2, 0, 2] == steps


def test_a_newer_version_is_not_settled_by_an_older_answer(store):
    """The post changed while its first version was being told."""
    store.sent.want(SOURCE, ["a"], "1")
    (first,) = store.sent.due(NOW)
    store.sent.want(SOURCE, ["a"], "2")
    store.sent.settle(first, "sent", NOW)
    assert ["2"] == [one.version for one in store.sent.due(NOW)]


def test_a_link_nobody_heard_of_is_forgotten_when_it_goes(store):
    """A site that takes no webmentions need not hear that a link is gone."""
    store.sent.want(SOURCE, ["a"], "1")
    (one,) = store.sent.due(NOW)
    store.sent.settle(one, "none", NOW)
    assert (0, []) == (store.sent.want(SOURCE, [], "2"), store.sent.all())
