"""What may become of a delivery: every change from every state, and each condition by itself."""

from datetime import timedelta

import msgspec
import pytest

from tertulia.store import open_store
from tertulia.store.connection import stamp
from tertulia.store.deliveries import LEASE
from tertulia.store.delivery_rows import LeaseLostError, NewDelivery
from tertulia.store.tables import DeliveryState, Origin
from tests.fakes import NOW

ROW = NewDelivery(post="voto", lang="es", network="telegram", part="1", message="old", words="h")
LATER = NOW + timedelta(hours=2)
ALL = set(DeliveryState)


@pytest.fixture
def rows(tmp_path):
    """The deliveries of an empty store."""
    store = open_store("sqlite:///var/tertulia.db", tmp_path)
    yield store.deliveries
    store.close()


def make(rows, state, new=ROW):
    """Lead a row to *state*, by the way it has in life; its number."""
    rows.enqueue([new], NOW)
    if state == DeliveryState.QUEUED:
        return rows.all()[-1].id
    held = rows.claim(NOW, [new.network])
    ends = {
        DeliveryState.SENDING: lambda: None,
        DeliveryState.WAITING: lambda: rows.waiting(held, LATER, "429"),
        DeliveryState.UNKNOWN: lambda: rows.unknown(held, "lost", LATER),
        DeliveryState.REFUSED: lambda: rows.refused(held, "no"),
        DeliveryState.DELIVERED: lambda: rows.delivered(held, '{"id":"1"}', NOW),
        DeliveryState.WITHDRAWN: lambda: rows.cancel(held, "nobody wants it"),
    }
    ends[state]()
    return held.id


CHANGES = {
    "there": (lambda rows, id_: rows.resolve(id_, True, "{}", now=LATER), {"unknown"}, "delivered"),
    "not there": (lambda rows, id_: rows.resolve(id_, False, now=LATER), {"unknown"}, "queued"),
    "retry": (lambda rows, id_: rows.retry(id_), {"refused"}, "queued"),
    "withdraw": (lambda rows, id_: rows.withdrawn(id_, "taken down"), ALL - {"sending", "withdrawn"}, "withdrawn"),
    "disown": (lambda rows, id_: rows.disown(rows.get(id_)), set(), "queued"),
    "edit": (lambda rows, id_: rows.edited(id_, "new", "h2", "{}"), {"delivered"}, "delivered"),
    "note": (lambda rows, id_: rows.noted(id_, "h2", "kept"), {"delivered"}, "delivered"),
}


@pytest.mark.parametrize("state", DeliveryState)
@pytest.mark.parametrize("change", CHANGES)
def test_each_change_begins_only_where_it_may(rows, change, state):
    """From any other state nothing is changed, and it says so."""
    do, where, to = CHANGES[change]
    id_ = make(rows, state)
    before = rows.get(id_)
    done = do(rows, id_)
    if state in where:
        assert to == rows.get(id_).state and before != rows.get(id_)
    else:
        assert before == rows.get(id_)
    assert done is None or done == (state in where)


@pytest.mark.parametrize(
    ("change", "state", "values"),
    [
        ("there", "unknown", {"state": "delivered", "remote": "{}", "delivered_at": stamp(LATER), "reason": "",
                              "attempt_started_at": None}),
        ("not there", "unknown", {"state": "queued", "not_before": None, "created_at": stamp(LATER), "reason": "",
                                  "attempt_started_at": None}),
        ("retry", "refused", {"state": "queued", "reason": ""}),
        ("withdraw", "waiting", {"state": "withdrawn", "reason": "taken down", "not_before": None}),
        ("withdraw", "delivered", {"state": "withdrawn", "reason": "taken down"}),
        ("edit", "delivered", {"message": "new", "words": "h2", "remote": "{}", "reason": ""}),
        ("note", "delivered", {"words": "h2", "reason": "kept"}),
    ],
)  # fmt: skip
def test_a_change_is_what_it_says_and_no_more(rows, change, state, values):
    """Of all that is known of a row, whatever came before."""
    rows.enqueue([ROW], NOW)
    held = rows.claim(NOW, ["telegram"])
    rows.mark_in_flight(held, NOW)
    ends = {
        "unknown": lambda: rows.unknown(held, "lost", LATER),
        "refused": lambda: rows.refused(held, "no"),
        "waiting": lambda: rows.waiting(held, LATER, "429"),
        "delivered": lambda: rows.delivered(held, '{"id":"1"}', NOW, "as it was"),
    }
    ends[state]()
    before = rows.get(held.id)
    CHANGES[change][0](rows, held.id)
    assert msgspec.structs.replace(before, **values) == rows.get(held.id)


@pytest.mark.parametrize(
    ("began", "state"), [*((False, state) for state in DeliveryState), (True, DeliveryState.WAITING)]
)
def test_what_has_begun_keeps_its_words(rows, began, state):
    """What was not sent yet takes the newest; what is on its way, there, unsure or taken down keeps what it has."""
    if began:
        rows.enqueue([ROW], NOW)
        held = rows.claim(NOW, ["telegram"])
        rows.mark_in_flight(held, NOW)
        rows.waiting(held, LATER, "500", maybe_sent=True)
    else:
        make(rows, state)
    second = msgspec.structs.replace(ROW, part="2", after="1")
    new = rows.enqueue([msgspec.structs.replace(ROW, message="new", words="h2"), second], LATER)
    fresh = state in ("queued", "waiting", "refused") and not began
    assert ([1, ["new", "old"]] if fresh else [0, ["old"]]) == [new, [row.message for row in rows.all()]]


def test_a_newsletter_without_readers_is_no_row(rows):
    """Nothing is to be said to nobody."""
    assert (0, []) == (rows.enqueue([], NOW), rows.all())


def test_a_post_is_known_there_once_anything_of_it_is(rows):
    """On that network, in that language: another's rows say nothing of it."""
    for other in ({"post": "b"}, {"lang": "en"}, {"network": "x"}):
        rows.enqueue([msgspec.structs.replace(ROW, **other)], NOW)
    assert not rows.exists(ROW.post, ROW.lang, ROW.network)
    rows.enqueue([ROW], NOW)
    assert rows.exists(ROW.post, ROW.lang, ROW.network)


def test_parts_that_are_no_longer_wanted_go(rows):
    """A thread that became shorter leaves none behind, and no other post, language or network is touched."""
    second = msgspec.structs.replace(ROW, part="2", after="1")
    others = [msgspec.structs.replace(ROW, **one) for one in ({"post": "b"}, {"lang": "en"}, {"network": "x"})]
    rows.enqueue([ROW, second], NOW)
    for other in others:
        rows.enqueue([other, msgspec.structs.replace(other, part="2", after="1")], NOW)
    assert 0 == rows.enqueue([msgspec.structs.replace(ROW, words="h2")], NOW)
    assert ["h2", *["h"] * 6] == [row.words for row in rows.all()]


@pytest.mark.parametrize(
    ("state", "minutes", "is_due"),
    [
        (DeliveryState.QUEUED, 0, True),
        (DeliveryState.SENDING, 10, False),
        (DeliveryState.SENDING, 11, True),
        (DeliveryState.WAITING, 119, False),
        (DeliveryState.WAITING, 120, True),
        (DeliveryState.UNKNOWN, 119, False),
        (DeliveryState.UNKNOWN, 120, True),
        (DeliveryState.REFUSED, 9999, False),
        (DeliveryState.DELIVERED, 9999, False),
        (DeliveryState.WITHDRAWN, 9999, False),
    ],
)
def test_when_a_row_may_be_sent(rows, state, minutes, is_due):
    """Each state has its moment, or none."""
    make(rows, state)
    assert is_due == (rows.claim(NOW + timedelta(minutes=minutes), ["telegram"]) is not None)


@pytest.mark.parametrize("end", ["delivered", "refused", "cancel", "withdrawn"])
def test_what_had_to_wait_and_ended_is_not_sent_again(rows, end):
    """The time for which it once waited is over for ever, and means nothing any longer."""
    id_ = make(rows, DeliveryState.WAITING)
    if end == "withdrawn":
        rows.withdrawn(id_)
    else:
        more = {"delivered": ("{}", LATER), "refused": ("no",), "cancel": ("nobody wants it",)}
        getattr(rows, end)(rows.claim(LATER, ["telegram"]), *more[end])
    assert rows.claim(LATER + timedelta(days=1), ["telegram"]) is None


def test_what_may_be_there_already_waits_for_a_person(rows):
    """It is not sent, and says why; without that doubt it is."""
    rows.enqueue([ROW], NOW, doubt="the store is new")
    rows.enqueue([msgspec.structs.replace(ROW, post="other")], NOW)
    assert [("unknown", "the store is new"), ("queued", "")] == [(row.state, row.reason) for row in rows.all()]
    assert "other" == rows.claim(NOW + timedelta(days=1), ["telegram"]).post
    assert rows.claim(NOW + timedelta(days=1), ["telegram"]) is None


def test_what_is_there_already_is_where_its_first_part_is(rows):
    """A thread that is found has one address: nobody edits nor takes down its other parts by that."""
    parts = [ROW, msgspec.structs.replace(ROW, part="2", after="1")]
    assert rows.adopt(parts, '{"id":"9"}', "seen", NOW, origin=Origin.FOUND)
    assert [('{"id":"9"}', "seen"), ("", "seen")] == [(row.remote, row.reason) for row in rows.all()]
    assert rows.claim(NOW + timedelta(days=1), ["telegram"]) is None


def test_what_waits_for_a_person_waits_for_ever(rows):
    """Unknown without a time to look again is never taken."""
    rows.enqueue([ROW], NOW)
    rows.unknown(rows.claim(NOW, ["telegram"]), "look yourself", None)
    assert rows.claim(NOW + timedelta(days=999), ["telegram"]) is None


@pytest.mark.parametrize("other", [{"post": "b"}, {"lang": "en"}, {"network": "x"}, {}])
def test_a_part_waits_for_the_part_before_of_its_own_thread(rows, other):
    """Not for one of another post, language or network, nor for one that was not delivered."""
    rows.enqueue([ROW, msgspec.structs.replace(ROW, part="2", after="1")], NOW)
    held = rows.claim(NOW, ["telegram"])
    if other:
        rows.waiting(held, LATER, "429")
        make(rows, DeliveryState.DELIVERED, msgspec.structs.replace(ROW, **other))
    else:
        rows.refused(held, "no")
    assert rows.claim(NOW, ["telegram"]) is None


def test_a_part_waits_for_that_one_whatever_else_is_there(rows):
    """Another part of the thread is there already."""
    rows.enqueue([msgspec.structs.replace(ROW, part="0"), ROW, msgspec.structs.replace(ROW, part="2", after="1")], NOW)
    rows.delivered(rows.claim(NOW, ["telegram"]), "{}", NOW)
    rows.waiting(rows.claim(NOW, ["telegram"]), LATER, "429")
    assert rows.claim(NOW, ["telegram"]) is None


def test_a_part_waits_for_the_one_that_its_newest_form_names(rows):
    """A thread that was put in another order before it began is said in that order."""
    second = msgspec.structs.replace(ROW, part="2")
    rows.enqueue([second, ROW], NOW)
    rows.enqueue([ROW, msgspec.structs.replace(second, after="1")], NOW)
    assert "1" == rows.claim(NOW, ["telegram"]).part
    assert rows.claim(NOW, ["telegram"]) is None


def test_rows_of_this_run_are_not_taken_twice(rows):
    """What is to be left out is; the others come in the order in which they were written down."""
    for post in ("a", "b", "c", "d"):
        rows.enqueue([msgspec.structs.replace(ROW, post=post)], NOW)
    first, second, third, fourth = (row.id for row in rows.all())
    assert second == rows.claim(NOW, ["telegram"], post="b").id
    assert third == rows.claim(NOW, ["telegram"], exclude=[first]).id
    assert [first, fourth] == [rows.claim(NOW, ["telegram"]).id for _ in range(2)]


@pytest.mark.parametrize("end", ["waiting", "unknown", "refused", "cancel", "release"])
def test_who_lost_the_lease_ends_nothing(rows, end):
    """Only a delivery is true whoever tells it."""
    rows.enqueue([ROW], NOW)
    slow = rows.claim(NOW, ["telegram"])
    quick = rows.claim(LATER, ["telegram"])
    with pytest.raises(LeaseLostError):
        rows.mark_in_flight(slow, LATER)
    more = {
        "waiting": (LATER, "429"),
        "unknown": ("lost", LATER),
        "refused": ("no",),
        "cancel": ("gone",),
        "release": (),
    }
    getattr(rows, end)(slow, *more[end])
    assert quick == rows.get(quick.id)


def test_where_it_is_was_told_by_whoever_came_first(rows):
    """Two that sent, one without a lease: the page links to the first, and the other is not to be seen here."""
    rows.enqueue([ROW], NOW)
    slow = rows.claim(NOW, ["telegram"])
    quick = rows.claim(LATER, ["telegram"])
    rows.delivered(quick, '{"id":"2"}', LATER)
    rows.delivered(slow, '{"id":"1"}', LATER)
    assert ['{"id":"2"}'] == [row.remote for row in rows.all()]


@pytest.mark.parametrize(
    ("end", "more", "state", "is_open", "reason"),
    [
        ("waiting", (LATER, "503"), "waiting", False, "503"),
        ("unknown", ("lost", LATER), "unknown", True, "lost"),
        ("refused", ("no",), "refused", False, "no"),
        ("cancel", ("gone",), "withdrawn", False, "gone"),
        ("release", (), "queued", True, "429"),
        ("delivered", ("{}", LATER), "delivered", False, ""),
    ],
)
def test_whether_an_attempt_may_have_arrived_is_known_to_the_end(rows, end, more, state, is_open, reason):
    """A clear answer closes it, with all that was asked before; nothing else does. The lease is free in any case."""
    make(rows, DeliveryState.WAITING)
    held = rows.claim(LATER, ["telegram"])
    rows.mark_in_flight(held, LATER)
    getattr(rows, end)(held, *more)
    row = rows.get(held.id)
    assert (state, reason, None, is_open) == (row.state, row.reason, row.lease, row.attempt_started_at is not None)
    if end != "delivered":  # what is there is looked at for nothing else
        assert (None if end not in ("waiting", "unknown") else more["unknown" == end]) == _moment(row.not_before)
    assert (stamp(LATER) if end == "delivered" else None) == row.delivered_at
    assert (1 if end == "release" else 2) == row.attempts


def _moment(text):
    return LATER if text else None


def test_the_first_attempt_is_the_one_that_counts(rows):
    """A network keeps a key for an hour from then; and each sign of life makes the lease longer."""
    rows.enqueue([ROW], NOW)
    held = rows.claim(NOW, ["telegram"])
    rows.mark_in_flight(held, NOW)
    rows.mark_in_flight(held, NOW + LEASE)
    assert NOW == rows.get(held.id).attempt_started_at
    assert rows.claim(NOW + LEASE * 2, ["telegram"]) is None


def test_what_was_not_there_is_sent_as_if_for_the_first_time(rows):
    """A person looked: the open attempt is closed, the words may change again."""
    id_ = make(rows, DeliveryState.UNKNOWN)
    assert rows.resolve(id_, False, now=NOW)
    assert (None, None, "") == (rows.get(id_).not_before, rows.get(id_).attempt_started_at, rows.get(id_).reason)
    assert rows.claim(NOW, ["telegram"]) is not None


def test_no_part_hangs_on_what_we_did_not_write(rows):
    """Found where it was to be sent, the whole thread counts as said; what was taken down stays down."""
    parts = [ROW, *(msgspec.structs.replace(ROW, part=part, after="1") for part in ("2", "3"))]
    rows.enqueue(parts, NOW)
    rows.enqueue([msgspec.structs.replace(ROW, post="other")], NOW)
    held = rows.claim(NOW, ["telegram"])
    assert rows.withdrawn(rows.all()[2].id)
    rows.delivered(held, '{"id":"9"}', NOW, origin=Origin.FOUND)
    assert ["delivered", "delivered", "withdrawn", "queued"] == [row.state for row in rows.all()]
    assert ['{"id":"9"}', "", "", ""] == [row.remote for row in rows.all()]
    assert [Origin.FOUND] * 2 == [row.origin for row in rows.all()[:2]]


def test_our_own_part_leaves_the_next_to_be_sent(rows):
    """What we made is one part; the others wait their turn."""
    rows.enqueue([ROW, msgspec.structs.replace(ROW, part="2", after="1")], NOW)
    rows.delivered(rows.claim(NOW, ["telegram"]), "{}", NOW)
    assert ["delivered", "queued"] == [row.state for row in rows.all()]
    assert "2" == rows.claim(NOW, ["telegram"]).part


@pytest.mark.parametrize("origin", [Origin.MADE, Origin.FOUND])
def test_what_is_found_may_be_taken_or_disowned_what_is_ours_neither(rows, origin):
    """Ours is what we wrote: it is not given up for something else, nor sent once more."""
    rows.adopt([ROW], "{}", "", NOW, origin=origin)
    (row,) = rows.all()
    found = origin == Origin.FOUND
    assert [found, found] == [rows.claim_as_own(row, '{"id":"2"}'), found]
    if found:
        assert [('{"id":"2"}', Origin.ADOPTED)] == [(row.remote, row.origin) for row in rows.all()]
        assert not rows.disown(row)
    else:
        assert not rows.disown(row)
        assert [row] == rows.all()


@pytest.mark.parametrize("remote", ["", '{"id":"2"}'])
def test_what_is_taken_for_ours_is_there_in_all_its_parts(rows, remote):
    """Nothing of it waits nor is sent; where it is was seen of one part alone."""
    rows.enqueue([ROW, msgspec.structs.replace(ROW, part="2", after="1")], NOW)
    held = rows.claim(NOW, ["telegram"])
    rows.mark_in_flight(held, NOW)
    rows.unknown(held, "lost", LATER)
    first, second = rows.all()
    for other in ({"post": "b"}, {"lang": "en"}, {"network": "x"}):  # what we wrote elsewhere is in nobody's way
        rows.adopt([msgspec.structs.replace(ROW, **other)], "{}", "", NOW, origin=Origin.MADE)
    elsewhere = rows.all()[2:]
    assert rows.claim_as_own(first, remote)
    taken = {
        "state": "delivered",
        "origin": Origin.ADOPTED,
        "reason": "",
        "not_before": None,
        "attempt_started_at": None,
    }
    parts = [msgspec.structs.replace(first, **taken, remote=remote), msgspec.structs.replace(second, **taken)]
    assert [*parts, *elsewhere] == rows.all()


def test_what_is_disowned_is_as_if_nobody_had_seen_it(rows):
    """But for the note that it was looked at: the same is not found again."""
    rows.adopt([ROW], "{}", "seen", NOW, origin=Origin.FOUND)
    (found,) = rows.all()
    assert rows.disown(found)
    values = {"state": "queued", "origin": Origin.DISOWNED, "remote": "", "reason": ""}
    assert [msgspec.structs.replace(found, **values)] == rows.all()


def test_what_was_found_is_where_it_was_found_and_taken_down_it_stays_down(rows):
    """Taken for ours without another address, it keeps its own; and nobody says it once more."""
    rows.adopt([ROW], "{}", "", NOW, origin=Origin.FOUND)
    rows.adopt([msgspec.structs.replace(ROW, post="down")], "{}", "", NOW, origin=Origin.FOUND)
    found, down = rows.all()
    assert rows.claim_as_own(found)
    assert rows.withdrawn(down.id)
    assert not rows.disown(down)
    assert [("delivered", "{}"), ("withdrawn", "{}")] == [(row.state, row.remote) for row in rows.all()]


def test_nothing_is_taken_for_ours_while_it_is_being_sent(rows):
    """Whoever is on the wire may bring ours home in a moment."""
    make(rows, DeliveryState.SENDING)
    assert not rows.claim_as_own(rows.all()[0], "{}")


def test_what_was_found_and_disowned_is_sent_and_only_that(rows):
    """Another post's find stays what it is."""
    rows.adopt([ROW], "{}", "", NOW, origin=Origin.FOUND)
    rows.adopt([msgspec.structs.replace(ROW, post="other")], "{}", "", NOW, origin=Origin.FOUND)
    assert rows.disown(rows.all()[0])
    assert [("queued", ""), ("delivered", "{}")] == [(row.state, row.remote) for row in rows.all()]
    assert not rows.adopt([ROW], "{}", "", NOW, origin=Origin.FOUND)


def test_a_post_that_moves_takes_what_was_said_of_it(rows):
    """But where its new name has been said already; every other post, and its other language, stay."""
    places = [("voto", "es", "mastodon"), ("voto", "es", "telegram"), ("voto", "en", "mastodon"),
              ("b", "es", "mastodon"), ("new", "ca", "telegram"), ("new", "es", "mastodon"),
              ("b", "ca", "mastodon")]  # fmt: skip
    rows.enqueue([msgspec.structs.replace(ROW, post=post, lang=lang, network=name) for post, lang, name in places], NOW)
    assert 1 == rows.move(("voto", "es"), ("new", "ca"))
    assert [("new", "ca", "mastodon"), *places[1:]] == [(row.post, row.lang, row.network) for row in rows.all()]


def test_what_this_store_knows_to_have_begun(rows):
    """On its way, there, unsure and taken down: all that a new store would not know."""
    assert 0 == rows.begun()
    for number, state in enumerate(DeliveryState):
        made = make(rows, state, msgspec.structs.replace(ROW, post=str(number), network=f"net{number}"))
        assert (str(number), state) == (rows.get(made).post, rows.get(made).state)
    assert rows.get(999) is None
    assert 4 == rows.begun()
    assert dict.fromkeys(DeliveryState, 1) == rows.counts()
    assert 1 == len(rows.all(state=DeliveryState.REFUSED)) == len(rows.all(post="0")) == len(rows.all(network="net3"))
