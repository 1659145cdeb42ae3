"""The queue of letters and who asked for them, row by row: what goes when, once, and what is taken back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from tertulia.core.errors import StoreError
from tertulia.store import letters, open_store
from tertulia.store.letters import NewLetter
from tertulia.store.rows import HELD_LETTERS, remember, writing
from tertulia.store.tables import subscribers
from tests.test_conversation_store import APPROVED, NOW, SAID

ANA, LUIS = "ana@correo.example", "luis@correo.example"
MINUTE = timedelta(minutes=1)


def new(recipient=ANA, **more):
    return NewLetter(**{"recipient": recipient, "subject": "Hola", "body": "…"} | more)


def said(store, number):
    """A comment that letters may be about: its row and its key."""
    one = replace(SAID, source_id=str(number), url="")
    key = store.conversation.record(one, APPROVED, NOW).key
    return store.conversation.get(key)


def recipients(store, now=NOW + timedelta(days=999), **how):
    return [one.recipient for one in store.letters.due(now, **how)]


def test_what_tells_the_same_is_told_once(store):
    """For as long as it is remembered; what tells nothing may be told again, and others are told their own."""
    for tells, when in (
        ("public k 1", NOW),
        ("public k 1", NOW + letters.TOLD_REMEMBERED),
        ("public k 2", NOW),
        ("", NOW),
        ("", NOW),
    ):
        store.letters.tell([new(tells=tells)], when)
    assert 4 == store.letters.waiting()
    store.letters.tell([new(tells="public k 1")], NOW + letters.TOLD_REMEMBERED + MINUTE)
    assert 5 == store.letters.waiting()


def test_letters_are_queued_all_or_none(store):
    """One that cannot be written takes the others along, and what they tell may be told again."""
    with pytest.raises(Exception, match=r"(?i)null"):
        store.letters.tell([new(tells="public k"), new(subject=None)], NOW)
    assert 0 == store.letters.waiting()
    store.letters.tell([new(tells="public k")], NOW)
    assert 1 == store.letters.waiting()


def test_what_one_would_have_heard_of_one_comment_is_taken_back(store):
    """Theirs and of this comment alone; said is when the first of them was due."""
    one, other = (said(store, number).id for number in (1, 2))
    for recipient, comment, when in ((ANA, one, 5), (ANA, one, 3), (ANA, other, 1), (LUIS, one, 1), (ANA, None, 1)):
        store.letters.write(recipient, "Hola", "…", NOW + when * MINUTE, comment)
    assert "2026-11-22T18:03:00" == store.letters.retract(ANA, one)[:19]
    assert [ANA, LUIS, ANA] == recipients(store)
    assert "" == store.letters.retract(ANA, one)


def test_what_tells_of_one_comment_is_taken_back_to_be_told_another_time(store):
    """However much more is named behind its key; letters of others stay, and are told no second time."""
    told = ["public k", "talk k 7", "public kk", "k", "talk 7 kk 7"]
    store.letters.tell([new(tells=one) for one in told], NOW)
    assert (True, 3) == (store.letters.retract_told("k"), store.letters.waiting())
    assert not store.letters.retract_told("k")
    store.letters.tell([new(tells=one) for one in told], NOW)
    assert 5 == store.letters.waiting()


def test_a_letter_is_taken_for_ten_minutes_when_it_is_due(store):
    """The oldest first and so many at once; not before its moment, nor by a second one who sends."""
    about = said(store, 1)
    store.letters.write("c@correo.example", "Hola", "…", NOW)
    store.letters.write("b@correo.example", "Hola", "…", NOW, about.id)
    store.letters.write("a@correo.example", "Hola", "…", NOW + MINUTE)
    first, second = store.letters.due(NOW)
    assert ("c@correo.example", "", "b@correo.example", about.key) == (
        first.recipient, first.about, second.recipient, second.about,
    )  # fmt: skip
    assert ["a@correo.example"] == recipients(store, NOW + 9 * MINUTE)
    assert ["c@correo.example", "b@correo.example"] == recipients(store, NOW + 10 * MINUTE)
    assert ["c@correo.example", "b@correo.example"] == recipients(store, NOW + 60 * MINUTE, limit=2)
    assert (0, 0, "", "") == (first.attempts, first.looks, first.page, first.leave)


def test_a_letter_to_nobody_costs_as_much_and_goes_nowhere(store):
    """Nobody can tell by it whether an address is known; no number counts it."""
    store.letters.tell([new(letters.NOBODY), new()], NOW)
    assert 1 == store.letters.waiting()
    assert ([ANA], 1) == (recipients(store, NOW), store.letters.waiting())
    (left,) = store.letters.due(NOW + 10 * MINUTE)
    store.letters.sent(left)
    assert 0 == store.letters.waiting()


@pytest.mark.parametrize(
    ("again", "most", "waits"),
    [
        ("failed", letters.ATTEMPTS, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]),
        ("await_page", letters.LOOKS, [1, 2, 4, 8, 16, 32, 64, 128, 256, *[360] * 26]),
    ],
)
def test_what_could_not_go_is_tried_again_later_and_later(store, again, most, waits):
    """Not before, and not for ever; another letter waits for nothing of it."""
    store.letters.tell([new(), new(LUIS)], NOW)
    now = NOW
    letter, other = store.letters.due(now)
    store.letters.sent(other)
    store.letters.tell([new(LUIS)], NOW + timedelta(days=99))
    for minutes in waits:
        assert getattr(store.letters, again)(letter, now)
        assert [] == store.letters.due(now + minutes * MINUTE - timedelta(seconds=1))
        now += minutes * MINUTE
        (letter,) = store.letters.due(now)
    assert most - 1 == letter.attempts + letter.looks == len(waits)
    assert not getattr(store.letters, again)(letter, now)
    assert [LUIS] == recipients(store)


@pytest.mark.parametrize(("sent", "left"), [(True, ["new@correo.example"]), (False, [ANA, LUIS, "new@correo.example"])])
def test_letters_of_an_older_copy_wait_for_the_owners_word(store, sent, left):
    """Those that it had, and no newer one: they have gone since, or they go now."""
    store.letters.tell([new(letters.NOBODY), new(), new(LUIS)], NOW)
    with writing(store.database) as connection:
        remember(connection, "another mark", "1")
        remember(connection, HELD_LETTERS, "3")
    store.letters.tell([new("new@correo.example")], NOW)
    assert (3, 2) == (store.letters.waiting(), store.letters.held())
    assert ["new@correo.example"] == recipients(store, NOW)
    store.letters.release(sent=sent)
    assert (0, left) == (store.letters.held(), recipients(store))


def test_who_asks_for_letters_is_asked_once_more(store):
    """One address a comment, the last that was given; a yes counts once, and for no other."""
    one, other = said(store, 1), said(store, 2)
    first = store.letters.ask(one.id, LUIS, "es", NOW)
    beside = store.letters.ask(other.id, LUIS, "es", NOW)
    notice = store.letters.ask(one.id, ANA, "en", NOW)
    assert (None, "pending") == (store.letters.notice(first.id + 99), notice.state)
    assert [True, False, False] == [store.letters.confirm(number) for number in (notice.id, notice.id, 99)]
    found = store.letters.notice_on(one.key)
    assert (ANA, "en", "confirmed", one.key, one.id) == (found.email, found.lang, found.state, found.key, found.comment)
    assert (LUIS, "pending") == (store.letters.notice_of(other.id).email, store.letters.notice(beside.id).state)
    assert [beside] == store.letters.of_address("LUIS@correo.example")


def test_who_wants_no_more_letters_gets_none_that_waits(store):
    """About this comment; what others wait for, or they about another, goes."""
    other, one = said(store, 1), said(store, 2)
    store.letters.ask(other.id, LUIS, "es", NOW)
    notice = store.letters.ask(one.id, ANA, "es", NOW)
    for recipient, comment in ((ANA, one), (ANA, other), (LUIS, one), (LUIS, other)):
        store.letters.write(recipient, "Hola", "…", NOW, comment.id)
    store.letters.leave(notice.id, NOW)
    left = [(ANA, other.key), (LUIS, one.key), (LUIS, other.key)]
    assert left == [(letter.recipient, letter.about) for letter in store.letters.due(NOW)]
    assert (None, LUIS) == (store.letters.notice_of(one.id), store.letters.notice_of(other.id).email)
    store.letters.leave(notice.id, NOW)


def test_an_address_that_nobody_confirmed_is_forgotten_in_a_week(store):
    """One that was confirmed is not, nor one that was asked since."""
    old, confirmed, young = (said(store, number).id for number in (1, 2, 3))
    store.letters.ask(old, ANA, "es", NOW)
    store.letters.confirm(store.letters.ask(confirmed, ANA, "es", NOW).id)
    store.letters.ask(young, ANA, "es", NOW + MINUTE)
    assert [0, 1, 0] == [
        store.letters.forget_unconfirmed(NOW + timedelta(days=7) + late) for late in (0 * MINUTE, MINUTE, MINUTE)
    ]
    assert [None, "confirmed", "pending"] == [
        found and found.state for found in map(store.letters.notice_of, (old, confirmed, young))
    ]


def test_what_is_logged_of_a_letter_names_nobody(store):
    """Neither the address nor the words."""
    notice = store.letters.ask(said(store, 1).id, ANA, "es", NOW)
    store.letters.tell([new(tells="public k")], NOW)
    (letter,) = store.letters.due(NOW)
    assert ("NewLetter(public k)", f"Letter({letter.id})", f"Notice({notice.id}, pending)") == (
        repr(new(tells="public k")), repr(letter), repr(notice),
    )  # fmt: skip


def test_what_the_database_says_names_nobody(store):
    """PostgreSQL tells which row it was: that would stand in a log."""
    row = {"email": "ana@secreto.example", "lang": "es", "state": "pending", "asked_at": "1"}
    with pytest.raises(StoreError) as told, store.database.writing() as connection:
        connection.execute(insert(subscribers), [row, row])
    assert "subscribers" in str(told.value)
    assert "secreto" not in str(told.value)


def test_who_asks_twice_at_once_is_asked_once(store_url, tmp_path):
    """Two presses of a button, two processes: one reader, and nobody hears that something failed."""
    stores = [open_store(store_url, tmp_path) for _ in range(6)]
    for number in range(5):
        begin = threading.Barrier(len(stores))

        def ask(one, begin=begin, email=f"ana{number}@x.example"):
            begin.wait()
            return one.subscribers.ask(email, "es", NOW).id

        with ThreadPoolExecutor(len(stores)) as at_once:
            assert 1 == len(set(at_once.map(ask, stores)))
    for one in stores:
        one.close()
