"""A store that knows less than the snapshot leaves what it never knew; what it does know, it decides."""

import logging

import msgspec
import pytest

from tertulia.content import snapshot
from tertulia.store import archive, open_store, snapshot_guard
from tertulia.store.said import Author, Incoming, Status
from tests.talking import NOW, Talk
from tests.test_conversation_store import APPROVED

LIKE = {"post": "voto", "lang": "es"}


@pytest.fixture
def talk(tmp_path):
    """A blog with two public comments and a like."""
    made = Talk(tmp_path / "blog")
    for name in ("Ana", "Luis"):
        said = made.said(name=name, text=f"Soy {name}.")
        made.blog.moderator.decide(said.key, Status.APPROVED, said.version)
    made.browser.post("/comments/like", data=LIKE)
    yield made
    made.blog.close()


def public(talk):
    """Who is seen under the post, and the numbers."""
    found = snapshot.read(talk.blog.snapshots, "voto", "es")
    return [one.author for one in found.comments], found.counts


def other(talk, name="other", **how):
    """Another store beside the same snapshots: a lost one, or a wrong ``TERTULIA_STORE``."""
    beside = Talk(talk.folder, f"sqlite:///{name}.db", **how)
    beside.clock = talk.clock
    return beside


def test_an_empty_store_takes_nothing_away(talk, caplog):
    """Whatever asks for the snapshots, and however often; and it is said in a line."""
    before = (["Ana", "Luis"], {"like": 1})
    assert before == public(talk)
    empty = other(talk)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            empty.blog.moderator.show_all()
            empty.store.conversation.show(talk.blog.snapshots, "voto", "es")
            assert before == public(talk)
    assert "TERTULIA_STORE" in caplog.text
    empty.blog.close()


def test_what_comes_to_an_empty_store_stands_beside_the_rest(talk):
    """A new comment appears, is withdrawn again, and takes nobody with it; likes do not fall to one."""
    empty = other(talk)
    said = empty.said(name="Eva", text="Llego tarde.")
    empty.blog.moderator.decide(said.key, Status.APPROVED, said.version)
    assert (["Ana", "Luis", "Eva"], {"like": 1}) == public(talk)
    empty.blog.moderator.withdraw(said.key)
    assert (["Ana", "Luis"], {"like": 1}) == public(talk)
    empty.blog.close()


def test_an_older_store_does_not_unpublish(talk, tmp_path):
    """What waited when the copy was made and was approved since stays public; what it knows to be rejected goes."""
    waiting = talk.said(name="Eva", text="Espero.")
    archive.backup(talk.store.database, talk.folder / "older.db")
    talk.blog.moderator.decide(waiting.key, Status.APPROVED, waiting.version)
    older = other(talk, "older")
    older.blog.moderator.show_all()
    assert ["Ana", "Luis", "Eva"] == public(talk)[0]
    ana = next(one for one in older.store.conversation.find() if one.name == "Ana")
    older.blog.moderator.decide(ana.key, Status.REJECTED, ana.version)
    assert ["Luis", "Eva"] == public(talk)[0]
    older.blog.close()


def test_erasing_holds_for_a_snapshot_that_another_copy_wrote(talk):
    """The snapshot as it was before the erasure, brought back by a backup, is put right."""
    old = {path: path.read_bytes() for path in talk.blog.snapshots.glob("*.json")}
    ana = next(one for one in talk.store.conversation.find() if one.name == "Ana")
    talk.blog.moderator.erase(ana.person)
    assert ["Luis"] == public(talk)[0]
    for path, data in old.items():
        path.write_bytes(data)
    said = talk.said(name="Eva", text="Aquí estoy.")
    talk.blog.moderator.decide(said.key, Status.APPROVED, said.version)
    assert ["Luis", "Eva"] == public(talk)[0]


def test_the_store_that_wrote_a_snapshot_may_empty_it(tmp_path):
    """The last like that is taken back goes, and so does the last comment."""
    store = open_store("sqlite:///var/t.db", tmp_path)
    like = Incoming(
        source="mastodon", source_id="1", post="voto", lang="es", kind="like",
        author=Author(network="mastodon", identity="ana", name="Ana"), published=NOW,
    )  # fmt: skip
    store.conversation.record(like, APPROVED, NOW)
    store.conversation.show(tmp_path, "voto", "es")
    assert {"like": 1} == snapshot.read(tmp_path, "voto", "es").counts
    store.conversation.remove("mastodon", "1", NOW)
    store.conversation.show(tmp_path, "voto", "es")
    assert {} == snapshot.read(tmp_path, "voto", "es").counts
    store.close()


def test_a_number_shrinks_only_where_this_store_has_shown_the_post(tmp_path):
    """That post and no other, however often; and as many as it knows are none that it does not know."""
    store = open_store("sqlite:///var/t.db", tmp_path)
    ana = Author(network="mastodon", identity="ana", name="Ana")

    def told(post, elsewhere):
        """One like of ours; *elsewhere*: what another wrote into the snapshot. What becomes of it here."""
        like = Incoming(source="mastodon", source_id=post, post=post, lang="es", kind="like", author=ana, published=NOW)
        store.conversation.record(like, APPROVED, NOW)
        if post == "shown":
            for _ in range(2):
                snapshot_guard.show(store.database, tmp_path, [(post, "es")])
        snapshot.update(tmp_path, post, "es", lambda there: msgspec.structs.replace(there, counts={"like": elsewhere}))
        (written,) = snapshot_guard.show(store.database, tmp_path, [(post, "es")])
        return written.kept, snapshot.read(tmp_path, post, "es").counts["like"]

    assert [(0, 1), (1, 5), (0, 1)] == [told("shown", 5), told("never shown", 5), told("as many", 1)]
    store.close()


def test_who_changes_a_snapshot_waits_until_another_is_ready(tmp_path, monkeypatch):
    """What two write at once is there twice over: the store's comments and the outbox's links undo nothing."""
    fcntl = pytest.importorskip("fcntl")
    locked = fcntl.flock
    # Who would wait fails instead: the other is in this same thread.
    monkeypatch.setattr(fcntl, "flock", lambda file, how: locked(file, how | fcntl.LOCK_NB))

    def liked(there):
        return msgspec.structs.replace(there, counts={"like": 1})

    def linked(there):
        with pytest.raises(BlockingIOError):
            snapshot.update(tmp_path, "voto", "es", liked)
        return msgspec.structs.replace(there, syndication=(snapshot.Syndicated("mastodon", "https://mas.example/1"),))

    assert snapshot.update(tmp_path, "voto", "es", linked)
    assert snapshot.update(tmp_path, "voto", "es", liked)
    found = snapshot.read(tmp_path, "voto", "es")
    assert ({"like": 1}, 1) == (found.counts, len(found.syndication))
