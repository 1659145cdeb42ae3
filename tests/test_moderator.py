"""What follows a decision: pages are shown once, the filter learns and unlearns, who is to be told is told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tertulia.conversation.moderator import Action, Moderator
from tertulia.conversation.rules import Signals
from tertulia.store.said import Author, Read, Status, Trust
from tests.test_conversation_store import ANA, NOW, SAID
from tests.test_ways import NETWORK, PAGE, RELAY

LIKE = replace(SAID, kind="like", source_id="l1", url="", text="", html="", in_reply_to=SAID.source_id)
FORM = replace(SAID, source="form", source_id="f", url="", author=Author(network="form", identity="f", name="Ana"))


class Told:
    """Who would be told what; readers who wait for a letter, if there are any."""

    def __init__(self):
        self.events, self.has_untold = [], False

    def tell_of(self, status):
        return status in (Status.APPROVED, Status.WAITING)

    def waiting(self, said, *, changed=False):
        self.events.append("waits anew" if changed else "waits")

    def published(self, said):
        self.events.append("published")

    def settled(self, before):
        self.events.append("settled")
        return self.has_untold

    def take(self):
        events, self.events = self.events, []
        return events


class Desk:
    """A moderator whose clock may do something, and who hears of what the page and the letters would say."""

    def __init__(self, store, folder):
        self.store, self.folder, self.told, self.rebuilt = store, folder, Told(), 0
        self.clock, self.ticks = NOW, []
        self.moderator = Moderator(store, folder, self.now, self.told, self.rebuild)

    def now(self):
        if self.ticks:
            self.ticks.pop()()
        return self.clock

    def rebuild(self):
        self.rebuilt += 1

    def pages(self):
        return sorted(path.name for path in self.folder.glob("*.json"))

    def come(self, **change):
        return self.moderator.ingest(replace(SAID, **change)).key

    def decide(self, key, status):
        return self.moderator.decide(key, status, self.store.conversation.get(key).version)


@pytest.fixture
def desk(either_store, tmp_path):
    return Desk(either_store, tmp_path / "talk")


@pytest.fixture
def key(desk):
    """Something that was said and published by the owner."""
    key = desk.come()
    desk.decide(key, Status.APPROVED)
    desk.told.take()
    return key


# Showing -------------------------------------------------------------------------------------------------------------


def marked(desk):
    return desk.store.conversation.get_cursor("unshown")


def test_what_changes_together_is_shown_at_the_end(desk, key):
    """Also where one run is inside of another; and nothing is left to be shown."""
    for page in desk.folder.glob("*.json"):
        page.unlink()
    with desk.moderator.together():
        with desk.moderator.together():
            desk.moderator.show([("voto", "es")])
            assert "yes" == marked(desk)
            with desk.moderator.together():
                pass
        assert ([], "yes") == (desk.pages(), marked(desk))
        desk.moderator.show([("voto", "es")])
        assert [] == desk.pages()
    assert (1, "") == (len(desk.pages()), marked(desk))


def test_what_a_run_that_was_cut_off_left_is_shown_first(desk, key):
    """By the next, whatever that one is about."""
    for page in desk.folder.glob("*.json"):
        page.unlink()
    desk.store.conversation.set_cursor("unshown", "yes")
    with desk.moderator.together():
        assert (1, "") == (len(desk.pages()), marked(desk))


def test_what_is_of_no_post_leaves_nothing_to_be_shown(desk):
    """A mention of nothing."""
    with desk.moderator.together():
        desk.moderator.show([("", "es")])
    assert "" == marked(desk)


def test_what_its_writer_takes_back_is_gone_from_the_page(desk, key):
    """At once."""
    before = desk.rebuilt
    assert desk.moderator.withdraw(key).is_done
    assert ([], before + 1) == (desk.store.conversation.find((Status.APPROVED,)), desk.rebuilt)
    assert SAID.text not in "".join(page.read_text("utf-8") for page in desk.folder.glob("*.json"))


def test_who_is_erased_while_their_words_go_is_told_of_to_nobody(desk, key, monkeypatch):
    """The one is written down before the other is followed, which finds nothing and says nothing."""
    person, remove = desk.store.conversation.get(key).person, type(desk.store.conversation).remove

    def then_erase(*asked):
        gone = remove(*asked)
        desk.store.conversation.erase(person, NOW)
        return gone

    monkeypatch.setattr(type(desk.store.conversation), "remove", then_erase)
    assert desk.moderator.gone(SAID.source, SAID.source_id).public
    assert ([], []) == (desk.told.take(), desk.store.conversation.find())


def test_what_is_not_there_is_not_decided(desk):
    """Nor does anything follow."""
    assert "missing" == desk.moderator.withdraw("nothing").state
    assert "missing" == desk.moderator.decide("nothing", Status.APPROVED, "waiting.0").state
    assert [] == desk.told.take()


# Telling -------------------------------------------------------------------------------------------------------------


def test_the_owner_is_told_of_what_waits_and_readers_of_what_is_public(desk):
    """Each once: what the owner does is no news to them, and what is public already is none to readers."""
    key = desk.come()
    assert ["waits"] == desk.told.take()
    desk.come()
    assert [] == desk.told.take()
    desk.come(text="Otra cosa.", html="<p>Otra cosa.</p>")
    assert ["waits anew"] == desk.told.take()
    desk.decide(key, Status.APPROVED)
    assert ["settled", "published"] == desk.told.take()
    desk.decide(key, Status.REJECTED)
    assert ["settled"] == desk.told.take()
    desk.decide(key, Status.APPROVED)
    assert ["settled", "published"] == desk.told.take()


def test_what_the_owner_turns_down_or_takes_back_is_told_to_nobody(desk):
    """Nor does the owner hear of what they put back themselves; what comes from who is trusted is for readers alone."""
    key = desk.come()
    desk.decide(key, Status.REJECTED)
    assert ["waits", "settled"] == desk.told.take()
    said = desk.store.conversation.get(key)
    done = desk.moderator.apply(Action.TRUST, [Read(key, said.version)])
    assert ["settled", "published"] == desk.told.take()
    desk.come(source_id="2", url="", text="Otra cosa.")
    assert ["published"] == desk.told.take()
    desk.moderator.undo(done.batch)
    desk.decide(key, Status.APPROVED)
    desk.told.take()
    other = desk.come(source_id="3", url="", text="Más.")
    done = desk.moderator.apply(Action.APPROVE, [Read(other, desk.store.conversation.get(other).version)])
    desk.told.take()
    desk.moderator.undo(done.batch)
    assert (Status.WAITING, ["settled"]) == (desk.store.conversation.get(other).status, desk.told.take())


@pytest.mark.parametrize("has_untold", [False, True])
def test_who_was_not_told_yet_is_told_of_the_words_of_now(desk, key, has_untold):
    """Corrected before the letter left; who has it gets no second one."""
    desk.told.has_untold = has_untold
    said = desk.store.conversation.get(key)
    desk.moderator.edit(key, "Mejor dicho.", said.version)
    assert ["settled", *["published"] * has_untold] == desk.told.take()


def test_nobody_is_told_of_a_like_that_is_gone(desk, key):
    """The comment below which it stood has not changed."""
    desk.moderator.ingest(LIKE)
    desk.told.take()
    assert desk.moderator.gone(LIKE.source, LIKE.source_id).public
    assert [] == desk.told.take()


def test_what_a_relay_repeats_is_no_news(desk):
    """The owner heard of it; they hear again where the network knows more of who said it."""
    told = []
    for way in (RELAY, NETWORK, PAGE):
        desk.moderator.ingest(way)
        told.append(desk.told.take())
    assert [["waits"], ["waits anew"], []] == told


# Learning ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["gone", "withdrawn", "erased", "waiting"])
def test_the_filter_forgets_what_the_owner_approves_no_longer(desk, key, end):
    """However it went."""
    words = desk.store.words
    assert (0, 1) == words.counts(["quejo"])["quejo"]
    {
        "gone": lambda: desk.moderator.gone(SAID.source, SAID.source_id),
        "withdrawn": lambda: desk.moderator.withdraw(key),
        "erased": lambda: desk.moderator.erase(desk.store.conversation.get(key).person),
        "waiting": lambda: desk.come(text="Compra zapatos baratísimos.", html="<p>Compra zapatos baratísimos.</p>"),
    }[end]()
    assert (0, 0) == words.counts(["quejo"]).get("quejo", (0, 0))


def test_the_filter_forgets_words_that_the_network_says_otherwise(desk):
    """A page had told them, and the owner approved those."""
    key = desk.moderator.ingest(PAGE).key
    desk.decide(key, Status.APPROVED)
    assert {"": (0, 1)} == desk.store.words.counts([])
    desk.moderator.ingest(replace(NETWORK, text="Compra relojes.", html="<p>Compra relojes.</p>"))
    assert {"": (0, 0)} == desk.store.words.counts([])


@pytest.mark.parametrize(
    ("action", "learnt"), [(Action.TRUST, (0, 1)), (Action.APPROVE, (0, 1)), (Action.SPAM, (1, 0))]
)
def test_the_filter_learns_once_whatever_was_pressed(desk, action, learnt):
    """And what is undone it has never learnt."""
    key = desk.come()
    done = desk.moderator.apply(action, [Read(key, desk.store.conversation.get(key).version)])
    assert learnt == desk.store.words.counts(["quejo"])["quejo"]
    desk.moderator.undo(done.batch)
    assert (0, 0) == desk.store.words.counts(["quejo"]).get("quejo", (0, 0))


# Rewriting -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [0, 1, 9])
def test_new_words_are_judged_as_things_are_when_they_are_written(desk, changes):
    """Who decides meanwhile is heard; if they do so again and again, the words wait."""
    key = desk.moderator.ingest(FORM, Signals()).key
    desk.decide(key, Status.APPROVED)
    said = desk.store.conversation.get(key)
    trusts = [Trust.TRUSTED, Trust.UNKNOWN] * 5
    desk.ticks = [
        lambda what=what: desk.store.conversation.trust_person(said.person, what, NOW) for what in trusts[:changes]
    ]
    new = replace(FORM, text="Pues ahora digo otra cosa.", html="<p>Pues ahora digo otra cosa.</p>")
    assert "done" == desk.moderator.rewrite(said, new, Signals()).state
    now = desk.store.conversation.get(key)
    assert (new.text, Status.APPROVED if changes == 1 else Status.WAITING) == (now.text, now.status)


def test_new_words_are_shown_to_whoever_is_asked_for_an_opinion(desk):
    """As those that came first."""
    asked = []
    moderator = replace(desk.moderator, second_opinion=lambda incoming, signals: asked.append(incoming.text))
    key = moderator.ingest(FORM, Signals()).key
    moderator.rewrite(desk.store.conversation.get(key), replace(FORM, text="Otra."), Signals())
    assert [FORM.text, "Otra."] == asked


# Forgetting ----------------------------------------------------------------------------------------------------------


def test_no_portrait_of_the_erased_is_left(desk):
    """That of today, and that which stands beside their words."""
    folder = desk.folder / "avatars"
    folder.mkdir(parents=True)
    for name in ("old.png", "new.png", "other.png"):
        (folder / name).write_bytes(b"")
    key = desk.come(author=replace(ANA, avatar="old.png"))
    desk.decide(key, Status.APPROVED)
    desk.come(author=replace(ANA, avatar="new.png"))
    before = desk.rebuilt
    assert 1 == desk.moderator.erase(desk.store.conversation.get(key).person)
    assert (["other.png"], before + 1) == ([path.name for path in folder.iterdir()], desk.rebuilt)


def test_a_portrait_that_others_have_too_stays(desk):
    """A server gives everybody who has none the same one."""
    (desk.folder / "avatars").mkdir(parents=True)
    (desk.folder / "avatars" / "none.png").write_bytes(b"")
    key = desk.come(author=replace(ANA, avatar="none.png"))
    luis = Author(network="mastodon", identity="https://mas.example/users/luis", name="Luis", avatar="none.png")
    desk.come(source_id="2", url="https://mas.example/@luis/2", author=luis)
    desk.moderator.erase(desk.store.conversation.get(key).person)
    assert ["none.png"] == [path.name for path in (desk.folder / "avatars").iterdir()]


def test_who_never_confirmed_is_forgotten_with_the_spam(desk):
    """Of every list: answers, talks, the newsletter."""
    store = desk.store
    said = store.conversation.get(desk.come())
    store.letters.ask(said.id, "ana@a.example", "es", NOW)
    store.followers.ask("voto", "es", "ana@a.example", NOW)
    store.subscribers.ask("ana@a.example", "es", NOW)
    desk.clock = NOW + timedelta(days=60)
    desk.moderator.sweep()
    assert None is store.letters.notice_of(said.id)
    for forget in (store.followers.forget_unconfirmed, store.subscribers.forget_unconfirmed):
        assert 0 == forget(desk.clock)
