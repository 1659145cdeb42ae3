"""A store that knows less than the snapshot leaves what it never knew; what it does know, it decides."""

import logging
import os
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tertulia.content import snapshot
from tertulia.store import archive, open_store, snapshot_guard
from tertulia.store.importing import OldWord
from tertulia.store.recording import key_of
from tertulia.store.said import Author, Incoming, Status, Verdict, Who
from tests.talking import NOW, Talk
from tests.test_conversation_store import APPROVED, SAID, WAITING

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


@pytest.mark.parametrize(("posts", "waited"), [(["voto"], 1), (["voto", "otro"], 0)])
def test_one_snapshot_is_on_the_disk_and_many_are_written_anew(talk, monkeypatch, posts, waited):
    """When one is decided on, nobody comes by again to write it; of many, the next run brings what a crash left."""
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    for path in talk.blog.snapshots.glob("*.json"):
        path.unlink()
    snapshot_guard.show(talk.store.database, talk.blog.snapshots, [(post, "es") for post in posts])
    written = {path.stat().st_ino for path in talk.blog.snapshots.glob("*.json")}
    assert (True, waited) == (bool(written), len(written.intersection(synced)))


def test_what_is_gone_and_was_answered_keeps_its_place(tmp_path):
    """In the snapshot too; and the place goes with the answer."""
    store, folder = open_store("sqlite:///var/t.db", tmp_path), tmp_path / "conversation"
    keys = [
        store.conversation.record(replace(SAID, source_id=number, url="", in_reply_to=above), APPROVED, NOW).key
        for number, above in (("1", ""), ("2", "1"))
    ]
    for number, places in (("1", keys[:1]), ("2", [])):
        store.conversation.remove("mastodon", number, NOW)
        store.conversation.show(folder, "voto", "es")
        assert places == [one.id for one in snapshot.read(folder, "voto", "es").removed]
    store.close()


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


class Knowing:
    """A store, and what it may know of one comment: each method is one way to have learnt of it."""

    KEY = key_of(SAID.source, SAID.source_id)

    def __init__(self, folder):
        self.folder = folder
        self.store = open_store("sqlite:///var/t.db", folder)
        self.said = self.store.conversation

    def nothing(self):
        """It never came here."""

    def waiting(self):
        """The owner has not read it."""
        self.said.record(SAID, WAITING, NOW)

    def spam_for_a_moment(self):
        """The owner took it back: nobody has said a word on it."""
        self.waiting()
        self.said.decide(self.KEY, Status.SPAM, Who.OWNER, NOW, version=self.said.get(self.KEY).version, batch="b")
        self.said.undo("b", NOW)

    def spam_by_the_rules(self):
        """Nobody here has read it."""
        self.said.record(SAID, Verdict("spam"), NOW)

    def spam_by_the_rules_purged(self):
        """Nor will, a month later; that other words came meanwhile says nothing of them."""
        self.spam_by_the_rules()
        self.said.record(replace(SAID, text="Otra cosa.", html="<p>Otra cosa.</p>"), Verdict("spam"), NOW)
        self._purge()

    def turned_down(self):
        """By the owner."""
        self.waiting()
        self.said.decide(self.KEY, Status.REJECTED, Who.OWNER, NOW, version=self.said.get(self.KEY).version)

    def spam_by_the_owner_purged(self):
        """The owner's no outlives what it was said of."""
        self.waiting()
        self.said.decide(self.KEY, Status.SPAM, Who.OWNER, NOW, version=self.said.get(self.KEY).version)
        self._purge()

    def withdrawn_and_purged(self):
        """So does its writer's."""
        self.waiting()
        self.said.decide(self.KEY, Status.WITHDRAWN, Who.WRITER, NOW)
        self._purge()

    def gone_and_purged(self):
        """And that of the place where it was said."""
        self.waiting()
        self.said.remove(SAID.source, SAID.source_id, NOW)
        self._purge()

    def waiting_with_other_words(self):
        """It was public here."""
        self.said.record(SAID, APPROVED, NOW)
        self.said.record(replace(SAID, text="Otra cosa.", html="<p>Otra cosa.</p>"), WAITING, NOW)

    def waiting_since_it_came_back(self):
        """It was public here by an import, of which no decision is noted."""
        self.said.record_many([OldWord(SAID, Status.APPROVED)], NOW, lambda *_: ())
        self.said.remove(SAID.source, SAID.source_id, NOW)
        self.said.record(SAID, WAITING, NOW)

    def erased(self):
        """Who said it wanted to be forgotten, in another store of which all was told to this one."""
        other = Knowing(self.folder / "other")
        other.waiting()
        other.said.erase(other.said.get(self.KEY).person, NOW)
        archive.load(self.store.database, archive.export(other.store.database))
        other.store.close()

    def _purge(self):
        assert 1 == self.said.purge(NOW + timedelta(days=31))


@pytest.mark.parametrize(
    ("what", "stays"),
    [
        (Knowing.nothing, True),
        (Knowing.waiting, True),
        (Knowing.spam_for_a_moment, True),
        (Knowing.spam_by_the_rules, True),
        (Knowing.spam_by_the_rules_purged, True),
        (Knowing.turned_down, False),
        (Knowing.spam_by_the_owner_purged, False),
        (Knowing.withdrawn_and_purged, False),
        (Knowing.gone_and_purged, False),
        (Knowing.waiting_with_other_words, False),
        (Knowing.waiting_since_it_came_back, False),
        (Knowing.erased, False),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_public_comment_goes_only_where_the_store_can_tell_why(tmp_path, what, stays):
    """It was public here too, somebody whose word counts said no, or they were erased; nobody else goes with it."""
    here = Knowing(tmp_path / "here")
    beside = replace(SAID, source_id="1135", url="", text="Yo tampoco pito.")
    both = Knowing(tmp_path / "both")
    both.said.record_many([OldWord(one, Status.APPROVED) for one in (SAID, beside)], NOW, lambda *_: ())
    both.said.show(tmp_path, "voto", "es")
    both.store.close()
    what(here)
    (written,) = snapshot_guard.show(here.store.database, tmp_path, [("voto", "es")])
    left = {one.id for one in snapshot.read(tmp_path, "voto", "es").comments}
    assert {key_of("mastodon", "1135")} | ({Knowing.KEY} if stays else set()) == left
    assert len(left) == written.kept
    here.store.close()


def test_what_is_public_here_and_there_stands_once(tmp_path):
    """Also where no decision tells why: it waited when it was imported, and the rules let its new words pass."""
    here = Knowing(tmp_path / "here")
    here.said.record_many([OldWord(SAID, Status.WAITING)], NOW, lambda *_: ())
    here.said.record(replace(SAID, text="Otra cosa.", html="<p>Otra cosa.</p>"), APPROVED, NOW)
    snapshot_guard.show(here.store.database, tmp_path, [("voto", "es")])
    snapshot.update(tmp_path, "voto", "es", lambda there: msgspec.structs.replace(there, counts={"like": 5}))
    (written,) = snapshot_guard.show(here.store.database, tmp_path, [("voto", "es")])
    assert ([Knowing.KEY], 0) == ([one.id for one in snapshot.read(tmp_path, "voto", "es").comments], written.kept)
    here.store.close()


@pytest.mark.parametrize(
    ("by_another", "stays"),
    [({}, False), ({"counts": {"like": 1}}, True), ({"removed": (snapshot.Removed(id="c-1", date=NOW),)}, True)],
    ids=["nobody else", "likes", "places"],
)
def test_what_this_store_wrote_it_takes_back_without_a_reason(tmp_path, by_another, stays):
    """No decision tells that it was public: it was imported so, and its other words wait. What another wrote stays."""
    here = Knowing(tmp_path / "here")
    here.said.record_many([OldWord(SAID, Status.APPROVED)], NOW, lambda *_: ())
    snapshot_guard.show(here.store.database, tmp_path, [("voto", "es")])
    snapshot.update(tmp_path, "voto", "es", lambda there: msgspec.structs.replace(there, **by_another))
    here.said.record(replace(SAID, text="Otra cosa.", html="<p>Otra cosa.</p>"), WAITING, NOW)
    (written,) = snapshot_guard.show(here.store.database, tmp_path, [("voto", "es")])
    left = [one.id for one in snapshot.read(tmp_path, "voto", "es").comments]
    assert ([Knowing.KEY] if stays else [], int(stays)) == (left, written.kept)
    here.store.close()


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
        if post == "shown empty":
            snapshot_guard.show(store.database, tmp_path, [(post, "es")])
        like = Incoming(source="mastodon", source_id=post, post=post, lang="es", kind="like", author=ana, published=NOW)
        store.conversation.record(like, APPROVED, NOW)
        if post == "shown":
            for _ in range(2):
                snapshot_guard.show(store.database, tmp_path, [(post, "es")])
        snapshot.update(tmp_path, post, "es", lambda there: msgspec.structs.replace(there, counts={"like": elsewhere}))
        (written,) = snapshot_guard.show(store.database, tmp_path, [(post, "es")])
        return written.kept, snapshot.read(tmp_path, post, "es").counts["like"]

    assert [(0, 1), (1, 5), (0, 1)] == [told("shown", 5), told("never shown", 5), told("as many", 1)]
    assert (1, 5) == told("shown empty", 5)  # there was nothing of it to show
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
