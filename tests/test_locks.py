"""Who writes at one moment on PostgreSQL: two that want the same wait for each other, two that do not do not.

SQLite lets one write at a time, whatever is asked.
"""

import threading
from contextlib import nullcontext
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from tertulia.core.errors import StoreError
from tertulia.store import open_store
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.rows import writing
from tests.fakes import NOW
from tests.stores import emptied
from tests.test_conversation_store import APPROVED, SAID

pytestmark = pytest.mark.real
ROW = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message="{}", words="h")
# Who waits so long for a lock fails instead: the other is in this same thread, and never lets go of it.
IMPATIENT = quote("-c lock_timeout=50")


@pytest.fixture
def one(postgres_url):
    store = emptied(postgres_url)
    yield store
    store.close()


@pytest.fixture
def other(one, postgres_url):
    store = open_store(f"{postgres_url}?options={IMPATIENT}")
    yield store
    store.close()


def rows(number, **more):
    return [replace(ROW, post=f"post {at}", **more) for at in range(1, number + 1)]


def enqueue(store, found):
    for row in found:
        store.deliveries.enqueue([row], NOW)


def test_two_that_write_down_one_post_wait_for_each_other(one, other):
    """Neither sees the other's rows before they are there; of another post, language or network nobody waits."""
    with one.database.writing():
        enqueue(one, [ROW])
        with pytest.raises(StoreError):
            enqueue(other, [replace(ROW, part="2")])
        enqueue(other, [replace(ROW, post="otro"), replace(ROW, lang="en"), replace(ROW, network="bluesky")])
    assert 4 == len(one.deliveries.all())


def test_words_do_not_change_once_somebody_has_taken_them(one, postgres_url):
    """Whoever came to change them waited, and reads then that they are being sent."""
    enqueue(one, [ROW])
    late = open_store(postgres_url)
    change = threading.Thread(target=enqueue, args=(late, [replace(ROW, words="others")]))
    with one.database.writing() as connection:
        held = one.deliveries.claim(NOW, ["mastodon"])
        change.start()
        while not connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():
            pass
    change.join()
    assert [(held.id, "h")] == [(row.id, row.words) for row in one.deliveries.all()]
    late.close()


def test_two_that_send_take_a_row_each(one, other):
    """The next that nobody has; one, however many there are."""
    enqueue(one, rows(3))
    with one.database.writing():
        taken = [store.deliveries.claim(NOW, ["mastodon"]).post for store in (one, other)]
    assert ["post 1", "post 2"] == taken


def test_the_oldest_is_the_first_though_it_was_written_last(one):
    """PostgreSQL puts what changes behind all else."""
    key = one.conversation.record(SAID, APPROVED, NOW).key
    enqueue(one, [*rows(3), *rows(3, lang="en", answer=key)])
    for only_answers in (False, True):
        one.deliveries.release(one.deliveries.claim(NOW, ["mastodon"], only_answers=only_answers))
    found = ["post 1", "post 2", "post 3"]
    assert [found, found] == [[row.post for row in some] for some in (one.deliveries.all(), one.deliveries.answers())]
    held = [one.deliveries.claim(NOW, ["mastodon"]) for _ in range(6)]
    assert found * 2 == [row.post for row in held]
    for row in reversed(held):
        one.deliveries.refused(row, "no")
    assert found == [row.post for row in one.deliveries.refused_answers()]


def test_tasks_are_told_by_name(one):
    """However they came."""
    for name in ("sweep", "collect"):
        one.runs.record(name, NOW)
    assert ["collect", "sweep"] == [run.name for run in one.runs.all()]


@pytest.mark.parametrize("answer", ["", "k"])
def test_only_what_became_of_an_answer_waits_for_the_conversation(one, other, answer):
    """What was announced is recorded whatever is being written there."""
    enqueue(one, [replace(ROW, answer=answer)])
    held = other.deliveries.claim(NOW, ["mastodon"])
    with writing(one.database), pytest.raises(StoreError) if answer else nullcontext():
        other.deliveries.refused(held, "no")
    (row,) = one.deliveries.all() or one.deliveries.answers()
    assert ("sending" if answer else "refused") == row.state
