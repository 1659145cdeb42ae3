"""The queue of webmentions and the record of those we sent, on SQLite and, where there is one, on PostgreSQL."""

import threading
from datetime import timedelta

import pytest

from tests.test_conversation_store import NOW

SOURCE, TARGET = "https://ines.example/nota", "https://blog.example/voto/"
MINUTE = timedelta(minutes=1)


def told(store, *sources, now=NOW):
    """What these pages told us, in order."""
    return [store.mentions.receive(f"https://{one}", TARGET, "webmention", now) for one in sources]


def looks(store, now=NOW, **how):
    """What is looked at, one after another, until nothing is left."""
    found = []
    while len(found) < 9 and (one := store.mentions.next(now, **how)):
        found.append(one.source.removeprefix("https://"))
    return found


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


def test_what_is_told_again_is_as_new(store):
    """It is looked at at once, before what was looked at already, and is found by its token."""
    again, other = told(store, "a.example/1", "b.example/1")
    assert ["a.example/1", "b.example/1"] == looks(store)
    (new,) = told(store, "a.example/1", now=NOW + MINUTE)
    assert (again.token, 0, "queued") == (new.token, new.attempts, new.state)
    assert ["a.example/1"] == looks(store, NOW + MINUTE)
    assert ["https://b.example/1", None] == [
        found and found.source for found in map(store.mentions.by_token, (other.token, "x"))
    ]
    assert None is store.mentions.known("https://a.example/1", "https://blog.example/otra/")


def test_who_sends_many_keeps_no_other_waiting(store):
    """First what nobody has looked at, then who told us least, then what is due longest, then what came first."""
    told(store, "many.example/1", "many.example/2", "a.many.example/3", "two.example/1", "two.example/2")
    told(store, "late.example/1", now=NOW + MINUTE)
    told(store, "one.example/1")
    settled = store.mentions.next(NOW)
    assert "https://one.example/1" == settled.source
    assert ["two.example/1", "two.example/2"] == looks(store)[:2]
    assert ["late.example/1", "one.example/1", "two.example/1", "two.example/2"] == looks(store, NOW + 6 * MINUTE)[:4]


def test_what_nobody_has_looked_at_comes_first(store):
    """However much its domain has told us."""
    told(store, "one.example/1")
    assert ["one.example/1"] == looks(store)
    told(store, "two.example/1", "two.example/2", now=NOW + 5 * MINUTE)
    assert ["two.example/1", "two.example/2", "one.example/1"] == looks(store, NOW + 5 * MINUTE)


def test_of_two_that_came_at_once_the_first_is_first(store):
    """And who waits longer before both."""
    told(store, "b.example/1", "a.example/1", now=NOW + MINUTE)
    told(store, "c.example/1")
    assert ["c.example/1", "b.example/1", "a.example/1"] == looks(store, NOW + MINUTE)


def test_what_is_settled_counts_for_its_domain_no_more(store):
    """Nor is it looked at, or counted as waiting."""
    told(store, "a.example/1", "a.example/2", "b.example/1", "b.example/2", "b.example/3")
    assert [5, 2, 3, 0] == [store.mentions.queued(host) for host in ("", "www.a.example", "b.example", "c.example")]
    for number in (1, 2):
        store.mentions.settle(store.mentions.known(f"https://b.example/{number}", TARGET), "taken", "", NOW, "k")
    assert (["b.example/3", "a.example/1", "a.example/2"], 3) == (looks(store), store.mentions.queued())


def test_a_slow_domain_holds_no_more_than_one_look(store):
    """While it is asked, another's turn comes."""
    told(store, "a.example/1", "b.example/1", "b.example/2")
    assert ["b.example/1", "b.example/2"] == looks(store, without=["a.example"])


def test_what_could_not_be_looked_at_waits(store):
    """Until then, with the reason, and no other for it."""
    one, other = told(store, "a.example/1", "b.example/1")
    store.mentions.later(store.mentions.next(NOW), NOW + 9 * MINUTE, "busy")
    assert ["b.example/1"] == looks(store, NOW + 8 * MINUTE)
    assert "a.example/1" in looks(store, NOW + 9 * MINUTE)
    assert ["busy", ""] == [store.mentions.by_token(row.token).reason for row in (one, other)]


def test_what_became_of_it_stands_until_it_is_known_anew(store):
    """Its comment is left as it was where none is named; another row is not touched."""
    one, other = told(store, "a.example/1", "b.example/1")
    store.mentions.settle(one, "taken", "", NOW, "k")
    store.mentions.settle(one, "gone", "410", NOW + MINUTE)
    found = store.mentions.by_token(one.token)
    assert ("gone", "410", "k", "2026-11-22T18:01:00") == (
        found.state, found.reason, found.comment, found.looked_at[:19],
    )  # fmt: skip
    assert ("queued", "", None) == (lambda row: (row.state, row.comment, row.looked_at))(
        store.mentions.by_token(other.token)
    )
    store.mentions.forget(one)
    assert [None, other.id] == [row and row.id for row in map(store.mentions.by_token, (one.token, other.token))]


@pytest.mark.parametrize(("state", "left"), [("refused", 0), ("gone", 0), ("taken", 1), ("queued", 1)])
def test_what_came_to_nothing_is_forgotten_in_a_month(store, state, left):
    """Not a day before, and not what became a comment or waits."""
    (one,) = told(store, "a.example/1")
    store.mentions.settle(one, state, "", NOW)
    for now, there in ((NOW + timedelta(days=30), 1), (NOW + timedelta(days=30, seconds=1), left)):
        store.mentions.purge(now)
        assert there == bool(store.mentions.by_token(one.token))


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
    for source in (SOURCE, "https://blog.example/otra/"):
        store.sent.want(source, ["a"], "1")
    for one in store.sent.due(NOW):
        store.sent.settle(one, "none", NOW)
    assert (0, []) == (store.sent.want(SOURCE, [], "2"), store.sent.all(SOURCE))
    assert ["none"] == [one.state for one in store.sent.all()]


def test_what_an_earlier_store_told_is_told_with_its_next_version(store):
    """And that it is gone: they know of it."""
    assert 2 == store.sent.want(SOURCE, ["a", "b", "a"], "1", told=True)
    assert ([], {"sent": 2}) == (store.sent.due(NOW), store.sent.counts())
    assert 2 == store.sent.want(SOURCE, ["a"], "2", told=True)
    assert [("a", "2"), ("b", "")] == [(one.target, one.version) for one in store.sent.due(NOW)]


def test_a_post_that_is_gone_has_no_links(store):
    """Whatever is said of them; they are told once that each is gone, and another post's are not."""
    for source in (SOURCE, "https://blog.example/otra/"):
        store.sent.want(source, ["a"], "1", told=True)
    assert [1, 0] == [store.sent.want(SOURCE, ["a", "never told"], "") for _ in range(2)]
    assert [("a", "", "")] == [(one.target, one.version, one.reason) for one in store.sent.due(NOW)]
    assert {SOURCE, "https://blog.example/otra/"} == store.sent.sources()
    assert ["1"] == [one.version for one in store.sent.all("https://blog.example/otra/")]
    assert 2 == len(store.sent.all())


def test_a_link_that_could_not_be_told_waits(store):
    """With what is known of the other side; a new version is told at once, and forgets the trouble."""
    store.sent.want(SOURCE, ["a", "b"], "1")
    one, other = store.sent.due(NOW)
    store.sent.settle(other, "none", NOW)
    store.sent.want("https://blog.example/otra/", ["a"], "1", told=True)
    store.sent.settle(one, "waiting", NOW, endpoint="e", status_url="s", reason="busy", until=NOW + MINUTE)
    (found,) = [one for one in store.sent.all(SOURCE) if one.target == "a"]
    assert ("waiting", "e", "s", "busy", 1, False) == (
        found.state, found.endpoint, found.status_url, found.reason, found.attempts, found.was_sent,
    )  # fmt: skip
    assert ([], ["a"]) == (
        store.sent.due(NOW + MINUTE / 2), [one.target for one in store.sent.due(NOW + MINUTE)],
    )  # fmt: skip
    assert 2 == store.sent.want(SOURCE, ["a", "b"], "2")
    assert [("", 0), ("", 0)] == [(one.reason, one.attempts) for one in store.sent.due(NOW)]
    assert ["1"] == [one.version for one in store.sent.all("https://blog.example/otra/")]


def test_a_link_that_was_told_is_told_when_it_goes_also_if_its_last_version_was_not(store):
    """They know of an earlier one; once they know that it is gone, there is nothing to tell of it."""
    store.sent.want(SOURCE, ["a"], "1")
    store.sent.settle(store.sent.due(NOW)[0], "sent", NOW)
    store.sent.want(SOURCE, ["a"], "2")
    store.sent.settle(store.sent.due(NOW)[0], "refused", NOW, reason="no")
    assert 1 == store.sent.want(SOURCE, [], "3")
    (gone,) = store.sent.due(NOW)
    assert ("", "", 0, True, "2026-11-22T18:00:00") == (
        gone.version, gone.reason, gone.attempts, gone.was_sent, gone.told_at[:19],
    )  # fmt: skip
    store.sent.settle(gone, "removed", NOW)
    assert (0, []) == (store.sent.want(SOURCE, [], "4"), store.sent.all())
