"""The rows of the inbox, column by column: what each says once something became of what was said."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tertulia.store.inbox import InboxFilter
from tertulia.store.inbox_tables import inbox
from tertulia.store.said import Author
from tertulia.store.settling import OLD, settle_all
from tests.test_inbox_store import NOW, OWNER, answer, later, read, say_, state

OTHER = {"text": "¿Y ahora?", "html": "<p>¿Y ahora?</p>"}


def since(store, key):
    return store.inbox.get(key, NOW).since[11:16]


def row(store, key):
    with store.database.reading() as connection:
        return connection.execute(select(inbox).where(inbox.c.comment == store.conversation.get(key).id)).first()


def test_who_turns_out_to_be_the_author_leaves_the_inbox(store):
    """With all that they said; what others said stays."""
    unknown = Author(network=OWNER.network, identity=OWNER.identity, name="?")
    keys = [say_(store, 1, author=unknown, text="Yo."), say_(store, 2), say_(store, 3, author=unknown, text="También.")]
    assert keys == [key for key in keys if row(store, key)]
    say_(store, 3, author=OWNER, text="Yo mismo.")
    assert [None, keys[1], None] == [row(store, key) and key for key in keys]


@pytest.mark.parametrize(
    ("edited", "found"), [(4, ("answered", False)), (5, ("answered", False)), (6, ("unanswered", True))]
)
def test_an_answer_that_comes_to_be_known_after_an_edit_answers_what_was_there(store, edited, found):
    """What was edited since waits; whoever waits does so since they said the last of it."""
    key = say_(store, 1)
    say_(store, 1, **OTHER, edited=later(edited))
    assert (("unanswered", False), "18:00") == (state(store, key), since(store, key))
    answer(store, 2, to=1, at=5)
    assert (found, "18:06" if found[1] else "18:00") == (state(store, key), since(store, key))


@pytest.mark.parametrize(("late", "found"), [(-1, "unanswered"), (1, "not_needed")])
def test_what_is_old_when_it_comes_waits_for_nobody(store, late, found):
    """An import of ten years is no morning's work."""
    came = NOW + OLD + timedelta(minutes=late)
    key = say_(store, 1, at=(came - NOW) / timedelta(minutes=1), published=NOW)
    assert found == state(store, key, came)[0]


def test_what_was_old_when_the_inbox_began_waits_for_nobody(store):
    """Whenever it came; what it knew already stays as it is."""
    known, new = say_(store, 1), say_(store, 2)
    with store.database.writing() as connection:
        connection.execute(delete(inbox).where(inbox.c.comment == store.conversation.get(new).id))
        settle_all(connection, NOW + OLD + timedelta(minutes=1))
    assert ["unanswered", "not_needed"] == [state(store, key)[0] for key in (known, new)]


def test_a_word_that_has_ended_leaves_nothing_behind(store):
    """Neither until when, nor on which words it was."""
    key = say_(store, 1, edited=later(1))
    store.inbox.set_aside(read(store, key), NOW, until=later(600))
    say_(store, 1, **OTHER, edited=later(2))
    for _ in range(2):
        found = row(store, key)
        assert ("", "", None, 1) == (found.word, found.word_on, found.until, found.is_changed)
        with store.database.writing() as connection:
            settle_all(connection, NOW)


def test_who_was_at_it_is_not_once_it_is_answered(store):
    """Nor is anybody when it waits again; while it waits, whatever else changes, they are."""
    key = say_(store, 1)
    store.inbox.hold(key, "Toni", NOW)
    say_(store, 1, **OTHER, edited=later(1))
    assert "Toni" == store.inbox.get(key, NOW).assignee
    answer(store, 2, to=1, at=5)
    found = row(store, key)
    assert ("", None) == (found.assignee, found.assigned_until)
    store.conversation.remove("mastodon", "2", later(6))
    assert "" == store.inbox.get(key, NOW).assignee


@pytest.mark.parametrize("words", ["ANA", "@ana@mas", "ana.example", "nandu"])
def test_it_is_found_by_what_was_said_and_by_who_said_it(store, words):
    """Name, handle, page and words, without case and accents."""
    who = Author(network="x", identity="1", name="Ana", handle="@ana@mas.example", url="https://ana.example/")
    key = say_(store, 1, author=who, text="El ñandú.")
    say_(store, 2, author=Author(network="x", identity="2", name="Luis"), text="Otra cosa.")
    assert [key] == [one.said.key for one in store.inbox.page(InboxFilter(words=words), NOW).items]
