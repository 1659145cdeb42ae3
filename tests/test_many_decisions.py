"""Many decisions in one press, and several at the same moment."""

import threading
from dataclasses import replace
from functools import partial

import pytest

from tertulia.content import snapshot
from tertulia.core.errors import StoreError
from tertulia.store import open_store
from tertulia.store.said import Author, Incoming, Read
from tests.test_decisions import HONEST, REPLY, SPAM, Door, talk

__all__ = ["talk"]  # a fixture


def at_once(*works):
    """Everybody begins at the same moment."""
    barrier = threading.Barrier(len(works))
    failed = []

    def run(work):
        barrier.wait()
        try:
            work()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed


@pytest.mark.slow
@pytest.mark.parametrize("door", ["queue", "letter", "terminal"])
def test_of_two_at_the_same_moment_no_unread_word_is_public(talk, door):
    """Two connections: whoever is first, what is public is what the owner read."""
    other = open_store(str(talk.store.database.engine.url.render_as_string(hide_password=False)))
    theirs = replace(talk.blog.moderator, store=other, notices=None)
    for number in range(12):
        reply = replace(
            REPLY, source_id=f"r{number}", url="", text=f"{HONEST} {number}", html=f"<p>{HONEST} {number}</p>"
        )
        key = talk.blog.moderator.ingest(reply).key
        case = type("One", (), {"key": key})()
        opened = Door(talk, case, door)
        unread = replace(reply, text=SPAM, html=f"<p>{SPAM}</p>")
        at_once(opened.press, partial(theirs.ingest, unread))
        said = talk.store.conversation.get(key)
        assert (said.status == "approved") == (said.text == reply.text)
        public = snapshot.read(talk.blog.snapshots, "voto", "es").comments
        assert not any("casino" in one.html for one in public)
        talk.do(f"reject {key}")
    other.close()


class CountedSnapshots:
    """Counts how often the snapshot of a post is written."""

    def __init__(self, monkeypatch):
        from tertulia.store.conversation import Conversation

        self.shown, real = [], Conversation.show

        def show(conversation, folder, post, lang, *more, **named):
            self.shown.append((post, lang))
            return real(conversation, folder, post, lang, *more, **named)

        monkeypatch.setattr(Conversation, "show", show)


@pytest.mark.parametrize("what", ["approve", "reject", "spam"])
def test_decisions_on_one_post_are_one_snapshot(talk, monkeypatch, what):
    """However many are ticked, and whatever is decided: written once, the site is built once; undone, once more."""
    found = [talk.said(text=f"Palabra {number}") for number in range(5)]
    if what != "approve":
        talk.blog.moderator.apply("approve", [Read(said.key, said.version) for said in found])
    talk.enter()
    counted, before = CountedSnapshots(monkeypatch), talk.rebuilt
    page = talk.browser.get("/moderation?status=all")
    assert 303 == talk.press(page, what, key=[said.key for said in found]).status_code
    assert ([("voto", "es")], before + 1) == (counted.shown, talk.rebuilt)
    talk.blog.moderator.undo(talk.store.conversation.last_batch())
    assert [("voto", "es")] * 2 == counted.shown


def test_one_press_decides_on_all_or_on_nothing(talk, monkeypatch):
    """A store that fails at the third of five has decided on none, learnt nothing, and takes the same press again."""
    read = [Read(said.key, said.version) for said in (talk.said(text=f"Palabra {number}") for number in range(5))]
    conversation = type(talk.store.conversation)
    decide, decided = conversation.decide, []

    def fail_at_the_third(*arguments, **named):
        decided.append(arguments)
        if len(decided) == 3:
            raise StoreError("no room")
        return decide(*arguments, **named)

    with monkeypatch.context() as broken:
        broken.setattr(conversation, "decide", fail_at_the_third)
        with pytest.raises(StoreError):
            talk.blog.moderator.apply("spam", read)
    assert ({"waiting": 5}, {}) == (talk.store.conversation.counts(), talk.store.words.counts(["palabra"]))
    assert 5 == talk.blog.moderator.apply("spam", read).done
    assert (5, 0) == talk.store.words.counts(["palabra"])["palabra"]


def test_what_follows_a_decision_and_fails_does_not_undo_it(talk, monkeypatch):
    """The words of one comment cannot be learnt: it is decided all the same, and those beside it are learnt."""
    read = [Read(said.key, said.version) for said in (talk.said(text=text) for text in ("Manzana", "Ciruela"))]
    learn = type(talk.store.words).learn

    def stumble(words, from_words, **how):
        learn(words, from_words, **how)
        if "manzana" in from_words:
            raise StoreError("no")

    monkeypatch.setattr(type(talk.store.words), "learn", stumble)
    talk.blog.moderator.apply("spam", read)
    assert {"spam": 2} == talk.store.conversation.counts()
    learnt = talk.store.words.counts(["manzana", "ciruela"])
    assert ((1, 0), (1, 0)) == (learnt["ciruela"], learnt[""])


def test_what_comes_in_together_is_one_snapshot(talk, monkeypatch):
    """As from a network; and a run that was cut off is made up for by the next."""
    above = talk.said()
    talk.blog.moderator.decide(above.key, "approved", above.version)
    counted = CountedSnapshots(monkeypatch)
    moderator = talk.blog.moderator
    with moderator.together():
        for number in range(5):
            owner = Author(network="mastodon", identity="reme", name="Reme", is_owner=True)
            moderator.ingest(
                Incoming(
                    source="mastodon", source_id=str(number), post="voto", lang="es", kind="comment", author=owner,
                    published=talk.clock, text=f"Digo {number}", html=f"<p>Digo {number}</p>",
                )
            )  # fmt: skip
        assert [] == counted.shown
    assert [("voto", "es")] == counted.shown
    assert 6 == len(snapshot.read(talk.blog.snapshots, "voto", "es").comments)
    cut_off = moderator.together()
    cut_off.__enter__()
    moderator.decide(above.key, "rejected", talk.store.conversation.get(above.key).version)
    moderator.unshown.clear()  # the process is gone
    del cut_off  # and with it whoever would have ended it, which tells nobody and shows nothing
    assert 6 == len(snapshot.read(talk.blog.snapshots, "voto", "es").comments)
    with moderator.together():
        pass
    assert 5 == len(snapshot.read(talk.blog.snapshots, "voto", "es").comments)


def test_what_could_not_be_shown_is_shown_by_the_next_run(talk, monkeypatch):
    """A disk that refuses one snapshot at the end of a run; and one whose run is left without ending it."""
    above = talk.said()
    conversation, moderator = talk.store.conversation, talk.blog.moderator

    def refuse(*_arguments, **_named):
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(snapshot, "write", refuse)
        with moderator.together():
            moderator.decide(above.key, "approved", above.version)
    assert () == snapshot.read(talk.blog.snapshots, "voto", "es").comments
    with moderator.together():
        assert 1 == len(snapshot.read(talk.blog.snapshots, "voto", "es").comments)
    left = moderator.together()
    left.__enter__()
    moderator.decide(above.key, "rejected", conversation.get(above.key).version)
    del left
    with moderator.together():
        assert () == snapshot.read(talk.blog.snapshots, "voto", "es").comments
