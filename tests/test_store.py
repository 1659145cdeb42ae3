"""The store opens by itself, on SQLite and PostgreSQL, and keeps what it is told."""

import gc
import os
import sqlite3
import weakref
from datetime import timedelta

import msgspec
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tertulia.core.errors import StoreError
from tertulia.store import connection, open_store
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.journal import Journal
from tertulia.store.tables import metadata
from tests.fakes import NOW
from tests.stores import BY_MIGRATIONS, AtOnce, made_of

ROW = NewDelivery(post="voto", lang="es", network="telegram", part="1", message="{}", words="h")


@pytest.fixture
def store(tmp_path):
    return open_store("sqlite:///var/tertulia.db", tmp_path)


def test_a_new_store_is_made_where_it_is_told(tmp_path, store):
    """A relative path is under the blog's folder; WAL, so that readers never wait."""
    with sqlite3.connect(tmp_path / "var/tertulia.db") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.usefixtures("by_migrations")
def test_migrations_lead_to_the_tables(store):
    """What the migrations make is what ``tables.py`` says, and the constant names the newest of them."""
    with store.database.reading() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "render_as_batch": True})
        differences = [each for each in compare_metadata(context, metadata) if "comment" not in str(each[0])]
    assert differences == []
    folder = str(connection.Path(connection.__file__).parent / "migrations")
    assert ScriptDirectory(folder).get_current_head() == connection.NEWEST


def test_a_store_of_the_tests_is_what_the_migrations_make(tmp_path):
    """Table by table, index by index: what is quick in them hides nothing."""
    made = []
    at_once = AtOnce()
    for number, upgrade in enumerate((BY_MIGRATIONS, at_once, at_once)):
        database = connection.Database(f"sqlite:///{number}.db", tmp_path)
        with database.writing() as opened:
            upgrade(opened)
            # A table's constraints are a set to Alembic: in what order it writes them says nothing.
            lines = "\n".join(made_of(opened.connection.driver_connection)).split("\n")
            made.append(sorted(line.strip(" \t,") for line in lines))
        database.close()
    assert made[0] and made == [made[0]] * 3


def test_of_a_closed_store_nothing_stays_in_memory(tmp_path):
    """Whoever opens many in one process holds none but the last: not for a fork that may come either."""
    opened = open_store("sqlite:///var/tertulia.db", tmp_path)
    engine = weakref.ref(opened.database.engine)
    opened.close()
    del opened
    gc.collect()
    assert engine() is None


def test_a_store_of_a_newer_tertulia_is_left_alone(tmp_path, store):
    """A migration that we do not have is said, and nothing is changed."""
    with sqlite3.connect(tmp_path / "var/tertulia.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"docs/es/moving\.md"):
        open_store("sqlite:///var/tertulia.db", tmp_path)


@pytest.mark.parametrize(
    "url", ["mysql://ana:p4ssw0rd@h/x", "nonsense p4ssw0rd", "postgresql://ana:p4ssw0rd@127.0.0.1:9/x"]
)
def test_a_store_that_cannot_be_opened_says_so_without_its_password(tmp_path, url, socket_enabled):
    """The message helps, and holds no secret."""
    with pytest.raises(StoreError) as caught:
        open_store(url, tmp_path)
    assert "p4ssw0rd" not in str(caught.value)


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(store):
    """A lease holds others off; when it ends the row can be claimed again, and is known to be untouched."""
    store.deliveries.enqueue([ROW], NOW)
    first = store.deliveries.claim(NOW, ["telegram"])
    assert (first.state, first.attempts) == ("sending", 1)
    assert store.deliveries.claim(NOW, ["telegram"]) is None
    again = store.deliveries.claim(NOW + timedelta(hours=1), ["telegram"])
    assert (again.id, again.attempt_started_at, again.attempts) == (first.id, None, 2)


def test_a_touched_row_is_remembered_as_touched(store):
    """Whoever claims it after a crash learns when the first attempt was about to be sent."""
    store.deliveries.enqueue([ROW], NOW)
    store.deliveries.mark_in_flight(store.deliveries.claim(NOW, ["telegram"]), NOW)
    again = store.deliveries.claim(NOW + timedelta(hours=1), ["telegram"])
    assert again.attempt_started_at == NOW


def test_words_of_a_row_whose_first_attempt_is_open_stay(store):
    """It waits, and may have arrived all the same: new words would be said of what is there with the old ones."""
    store.deliveries.enqueue([ROW], NOW)
    held = store.deliveries.claim(NOW, ["telegram"])
    store.deliveries.mark_in_flight(held, NOW)
    store.deliveries.waiting(held, NOW + timedelta(hours=1), "500", maybe_sent=True)
    assert 0 == store.deliveries.enqueue([msgspec.structs.replace(ROW, message="other", words="h2")], NOW)
    (kept,) = store.deliveries.all()
    assert (ROW.message, ROW.words) == (kept.message, kept.words)


def test_what_was_taken_down_stays_so_whoever_comes_late(store):
    """A process that lost its lease tells that it delivered, after another did and the owner took the post down."""
    store.deliveries.enqueue([ROW], NOW)
    slow = store.deliveries.claim(NOW, ["telegram"])
    quick = store.deliveries.claim(NOW + timedelta(hours=1), ["telegram"])
    store.deliveries.delivered(quick, "{}", NOW)
    assert store.deliveries.withdrawn(quick.id)
    store.deliveries.delivered(slow, "{}", NOW)
    assert ["withdrawn"] == [row.state for row in store.deliveries.all()]


def test_a_store_of_before_keeps_what_it_knows(tmp_path, store):
    """The column that was renamed still says when the open attempt began."""
    store.deliveries.enqueue([ROW], NOW)
    store.deliveries.mark_in_flight(store.deliveries.claim(NOW, ["telegram"]), NOW)
    config = Config()
    config.set_main_option("script_location", str(connection.Path(connection.__file__).parent / "migrations"))
    with store.database.writing() as conn:
        config.attributes["connection"] = conn
        command.downgrade(config, "0003")
        assert [connection.stamp(NOW)] == list(conn.execute(text("SELECT touched_at FROM deliveries")).scalars())
    store.close()
    again = open_store("sqlite:///var/tertulia.db", tmp_path)
    assert [NOW] == [row.attempt_started_at for row in again.deliveries.all()]
    again.close()


def test_only_the_chosen_networks_and_posts_are_claimed(store):
    """--network and --post narrow what is taken."""
    store.deliveries.enqueue([ROW], NOW)
    assert store.deliveries.claim(NOW, ["mastodon"]) is None
    assert store.deliveries.claim(NOW, ["telegram"], post="otro") is None
    assert store.deliveries.claim(NOW, ["telegram"], post="voto") is not None


def test_parts_wait_for_the_part_before(store):
    """The second part of a thread is claimed when the first is delivered."""
    second = NewDelivery(post="voto", lang="es", network="telegram", part="2", after="1", message="{}", words="h")
    store.deliveries.enqueue([ROW, second], NOW)
    first = store.deliveries.claim(NOW, ["telegram"])
    assert store.deliveries.claim(NOW, ["telegram"]) is None
    store.deliveries.delivered(first, "{}", NOW)
    assert store.deliveries.claim(NOW, ["telegram"]).part == "2"


def test_a_waiting_row_waits(store):
    """Not before its time, and then it goes."""
    store.deliveries.enqueue([ROW], NOW)
    store.deliveries.waiting(store.deliveries.claim(NOW, ["telegram"]), NOW + timedelta(minutes=5), "429")
    assert store.deliveries.claim(NOW + timedelta(minutes=4), ["telegram"]) is None
    assert store.deliveries.claim(NOW + timedelta(minutes=5), ["telegram"]) is not None


def test_a_delivery_is_true_whoever_holds_the_lease(store):
    """A process that lost its lease and did send says so, and it counts."""
    store.deliveries.enqueue([ROW], NOW)
    slow = store.deliveries.claim(NOW, ["telegram"])
    store.deliveries.claim(NOW + timedelta(hours=1), ["telegram"])
    store.deliveries.delivered(slow, '{"id":"1"}', NOW)
    assert store.deliveries.counts() == {"delivered": 1}


def test_subscribers_confirm_and_leave(store):
    """Double opt-in: asked, confirmed, left, and asked again; twice the same address is one reader."""
    first = store.subscribers.ask("Ana@Ejemplo.EXAMPLE", "es", NOW)
    assert store.subscribers.confirmed() == []
    assert store.subscribers.confirm(first.id, NOW)
    assert not store.subscribers.confirm(first.id, NOW)
    assert [reader.email for reader in store.subscribers.confirmed()] == ["Ana@ejemplo.example"]
    assert store.subscribers.ask("Ana@ejemplo.example", "es", NOW).state == "confirmed"
    store.subscribers.leave(first.id, NOW)
    store.subscribers.leave(first.id, NOW)
    assert store.subscribers.confirmed() == []
    assert store.subscribers.ask("Ana@ejemplo.example", "es", NOW).state == "pending"
    again = store.subscribers.of_address("Ana@ejemplo.example")
    assert [first.id] != [reader.id for reader in again]
    assert "@" not in store.subscribers.get(first.id).email


def test_an_address_that_nobody_confirmed_or_that_left_is_forgotten(store):
    """In a week, or at once; a number of who is forgotten is given to nobody else, so no old link reads another's."""
    asked = store.subscribers.ask("ana@ejemplo.example", "es", NOW)
    reads = store.subscribers.ask("eva@ejemplo.example", "es", NOW)
    store.subscribers.confirm(reads.id, NOW)
    assert 0 == store.subscribers.forget_unconfirmed(NOW + timedelta(days=6))
    assert 1 == store.subscribers.forget_unconfirmed(NOW + timedelta(days=8))
    assert 0 == store.subscribers.forget_unconfirmed(NOW + timedelta(days=8))
    assert ["eva@ejemplo.example"] == [reader.email for reader in store.subscribers.confirmed()]
    assert [] == store.subscribers.of_address("ana@ejemplo.example")
    assert not store.subscribers.confirm(asked.id, NOW)
    assert store.subscribers.ask("luis@ejemplo.example", "es", NOW).id not in (asked.id, reads.id)


def test_a_subscriber_is_never_printed_with_its_address(store):
    """A log line or a traceback holds a number."""
    assert "ana@" not in repr(store.subscribers.ask("ana@ejemplo.example", "es", NOW))


def test_the_journal_remembers_the_last_word(tmp_path):
    """Written, cleared and written again; an unfinished line harms nobody."""
    journal = Journal(tmp_path)
    assert not journal.holds("a1")
    journal.add("a1")
    journal.add("b2")
    assert journal.holds("a1")
    journal.clear("a1")
    assert not journal.holds("a1")
    journal.add("a1")
    assert journal.holds("a1")
    assert journal.holds("b2")


def test_the_journal_is_on_the_disk_when_it_says_so(tmp_path, monkeypatch):
    """A machine that loses its power right after knows what was about to be sent; and no file is left open."""
    steps, real = [], {name: getattr(os, name) for name in ("write", "fsync", "close")}

    def watch(name):
        def step(handle, *more):
            steps.append((name, handle))
            return real[name](handle, *more)

        return step

    for name in real:
        monkeypatch.setattr(os, name, watch(name))
    Journal(tmp_path).add("a1")
    (handle,) = {handle for name, handle in steps if name == "write"}
    assert ["write", "fsync", "close"] == [name for name, one in steps if one == handle]


def test_a_journal_takes_in_anothers(tmp_path):
    """What either machine was about to send is asked for and not sent, though one of them cleared it since."""
    journal = Journal(tmp_path / "var")
    for key in ("mine", "both"):
        journal.add(key)
    journal.merge(b"both\ntheirs\n-both\nsettled\n-settled\n")
    assert {"mine", "both", "theirs"} == journal.held()
    journal.clear("theirs")
    journal.clear("nothing")
    assert {"mine", "both"} == journal.held()
    assert 0o600 == (tmp_path / "var" / "sent.txt").stat().st_mode & 0o777
