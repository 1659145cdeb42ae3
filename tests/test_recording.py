"""What comes in once more and says something else: which column changes, and which stays as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tertulia.store.connection import stamp
from tertulia.store.said import Author, Reason, Status, Who
from tests.test_conversation_store import ANA, APPROVED, NOW, SAID, WAITING

LATER = NOW + timedelta(hours=1)
LIKE = replace(SAID, kind="like", source_id="l1", url="https://mas.example/l1", text="", html="")
LUIS = Author(network="mastodon", identity="https://mas.example/users/luis", name="Luis", handle="@luis@mas.example")


@pytest.fixture
def talk(either_store):
    """The conversation of an empty store."""
    return either_store.conversation


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "same"),
        ({"published": LATER}, "same"),
        ({"kind": "repost"}, "edited"),
        ({"in_reply_to": "1134"}, "edited"),
        ({"author": LUIS}, "edited"),
        ({"url": "https://mas.example/l2"}, "edited"),
        ({"text": "Mirad"}, "edited"),
    ],
)
def test_a_like_that_says_otherwise_is_edited(talk, change, state):
    """It stays one; what it says now is kept, so that it is the same the next time."""
    talk.record(SAID, APPROVED, NOW)
    assert "new" == talk.record(LIKE, APPROVED, NOW).state
    other = replace(LIKE, **change)
    told = talk.record(other, APPROVED, LATER)
    assert (state, state == "edited") == (told.state, told.public)
    assert "same" == talk.record(other, APPROVED, LATER).state


@pytest.mark.parametrize("edited", [None, NOW + timedelta(minutes=7)])
def test_an_edit_has_the_moment_that_its_source_tells(talk, edited):
    """Or that at which we heard of it; what the owner had mended is said otherwise now."""
    key = talk.record(SAID, APPROVED, NOW).key
    assert None is talk.get(key).edited_at
    talk.edit(key, "Mejor.", "<p>Mejor.</p>", Who.OWNER, NOW, version=talk.get(key).version)
    assert stamp(NOW) == talk.get(key).owner_edited_at
    words = {"text": "Lo digo de otra manera.", "html": "<p>Lo digo de otra manera.</p>"}
    assert "edited" == talk.record(replace(SAID, **words, edited=edited), APPROVED, LATER).state
    assert (stamp(edited or LATER), None) == (talk.get(key).edited_at, talk.get(key).owner_edited_at)
    assert words["text"] == talk.get(key).text


def test_what_came_edited_is_edited_from_the_beginning(talk):
    """A reply that was corrected before anybody asked."""
    key = talk.record(replace(SAID, edited=LATER), APPROVED, LATER).key
    assert (stamp(LATER), stamp(NOW)) == (talk.get(key).edited_at, talk.get(key).published_at)


@pytest.mark.parametrize(
    ("change", "verdict", "name"),
    [
        ({}, APPROVED, "Ana"),  # a new name alone brings nothing under words that are public
        ({"text": "Otra cosa.", "html": "<p>Otra cosa.</p>"}, APPROVED, "Ana"),
        ({"text": "Otra cosa.", "html": "<p>Otra cosa.</p>"}, WAITING, "Casino"),
    ],
)
def test_what_is_public_keeps_the_author_that_was_approved(talk, change, verdict, name):
    """Until it waits again, where the owner sees both."""
    key = talk.record(SAID, APPROVED, NOW).key
    talk.record(replace(SAID, author=replace(ANA, name="Casino"), **change), verdict, LATER)
    assert name == talk.get(key).name


def test_what_waits_has_the_name_of_now(talk):
    """And that is a change that the owner hears of."""
    key = talk.record(SAID, WAITING, NOW).key
    assert "edited" == talk.record(replace(SAID, author=replace(ANA, name="Ana Ruiz")), WAITING, LATER).state
    assert "Ana Ruiz" == talk.get(key).name


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Otra cosa."},
        {"html": "<p>No pito, pero me <b>quejo</b> mucho.</p>"},
        {"kind": "quote"},
        {"url": "https://otra.example/"},
        {"in_reply_to": "1"},
    ],
)
def test_what_gives_words_their_sense_is_judged_with_them(talk, change):
    """What is to be read, what it answers, where it lives: one of them alone is an edit."""
    talk.record(replace(SAID, source_id="1", url="https://mas.example/1"), APPROVED, NOW)
    key = talk.record(SAID, APPROVED, NOW).key
    assert "edited" == talk.record(replace(SAID, **change), WAITING, LATER).state
    assert (Status.WAITING, stamp(LATER)) == (talk.get(key).status, talk.get(key).edited_at)
    assert "same" == talk.record(replace(SAID, **change), APPROVED, LATER).state


def test_what_answers_another_hangs_below_it(talk):
    """Below what it answers now; nobody answers themselves."""
    parent = talk.record(replace(SAID, source_id="1", url="https://mas.example/1"), APPROVED, NOW).key
    key = talk.record(SAID, APPROVED, NOW).key
    talk.record(replace(SAID, in_reply_to="1"), APPROVED, LATER)
    assert talk.get(parent).id == talk.get(key).parent
    talk.record(replace(SAID, in_reply_to=SAID.source_id), APPROVED, LATER)
    assert None is talk.get(key).parent


def test_a_place_that_comes_to_be_known_is_no_other_word(talk):
    """What it always said it answers has an address by now: its verdict and its moment stay."""
    above = replace(SAID, source_id="1", url="https://mas.example/1")
    parent = talk.record(above, APPROVED, NOW).key
    told = replace(SAID, in_reply_to="https://otra.example/1")
    key = talk.record(told, APPROVED, NOW).key
    assert None is talk.get(key).parent
    talk.record(replace(above, url=told.in_reply_to), APPROVED, LATER)
    assert "edited" == talk.record(told, WAITING, LATER).state
    assert (talk.get(parent).id, Status.APPROVED, None) == (
        talk.get(key).parent, talk.get(key).status, talk.get(key).edited_at)  # fmt: skip
    assert ["approved"] == [what for _, _, what, _, _ in talk.audit(key)]


BRIDGED = replace(SAID, source="webmention", source_id="https://brid.gy/1 https://blog.example/voto/")


@pytest.mark.parametrize("edited", [None, LATER])
@pytest.mark.parametrize("words", [{}, {"text": "Otra cosa.", "html": "<p>Otra cosa.</p>"}])
def test_who_knows_more_says_when_it_was_edited(talk, edited, words):
    """The moments of a relay are its own; the same words by a better way are no edit."""
    key = talk.record(replace(BRIDGED, **words, published=LATER), APPROVED, LATER).key
    merged = talk.record(replace(SAID, edited=edited), APPROVED, LATER)
    assert (key, "edited" if words else "merged") == (merged.key, merged.state)
    assert (stamp(NOW), stamp(edited) if edited and words else None) == (
        talk.get(key).published_at, talk.get(key).edited_at)  # fmt: skip
    assert (["edited"] if words else []) == [what for _, who, what, _, _ in talk.audit(key) if who == Who.SOURCE]


@pytest.mark.parametrize("first", [BRIDGED, SAID])
def test_a_share_is_counted_by_the_way_that_knows_more(talk, first):
    """Whoever told of it first; and it goes with that way."""
    by_relay, by_network = (replace(one, kind="repost", url=SAID.url) for one in (BRIDGED, SAID))
    order = [by_relay, by_network] if first is BRIDGED else [by_network, by_relay]
    states = [talk.record(one, APPROVED, NOW).state for one in (*order, by_network, by_relay)]
    assert ["new", "new" if first is BRIDGED else "same", "same", "same"] == states
    assert talk.remove(SAID.source, SAID.source_id, LATER).public
    assert "new" == talk.record(by_relay, APPROVED, LATER).state


def test_who_knows_less_may_call_it_a_share_again_and_again(talk):
    """It stays the comment that its network says it is, with two ways."""
    key = talk.record(SAID, APPROVED, NOW).key
    share = replace(BRIDGED, kind="repost")
    assert ["merged", "same", "same"] == [talk.record(share, APPROVED, LATER).state for _ in range(3)]
    assert (Status.APPROVED, 2) == (talk.get(key).status, len(talk.get(key).sources))


def test_other_words_of_what_is_gone_bring_it_not_back(talk):
    """Gone by its only way, edited by another that knows less."""
    key = talk.record(SAID, APPROVED, NOW).key
    bridged = replace(SAID, source="webmention", source_id="w", url=SAID.url)
    talk.record(bridged, APPROVED, NOW)
    for source, name in (("webmention", "w"), ("mastodon", "1134")):
        talk.remove(source, name, NOW)
    assert Status.GONE == talk.get(key).status
    talk.record(replace(SAID, source="pasted", source_id=SAID.url, text="Otra cosa."), APPROVED, LATER)
    assert Status.GONE == talk.get(key).status


def test_what_is_there_brings_nothing_else_back_and_keeps_nothing_away(talk):
    """One is said again while another is gone; that one comes back when it is there itself."""
    key = talk.record(SAID, APPROVED, NOW).key
    other = replace(SAID, source_id="2", url="https://mas.example/2")
    talk.record(other, APPROVED, NOW)
    talk.remove(SAID.source, SAID.source_id, NOW)
    talk.record(other, APPROVED, LATER)
    assert Status.GONE == talk.get(key).status
    talk.record(SAID, APPROVED, LATER)
    assert Status.APPROVED == talk.get(key).status


def test_a_name_of_a_thousand_letters_is_cut(talk):
    """What a stranger calls themselves has an end."""
    key = talk.record(replace(SAID, author=replace(ANA, name="A" * 1000)), APPROVED, NOW).key
    assert "A" * 300 == talk.get(key).name


@pytest.mark.parametrize(
    ("kind", "in_reply_to", "becomes"),
    [("mention", "1", "reply"), ("mention", "", "mention"), ("quote", "1", "quote"), ("comment", "1", "comment")],
)
def test_a_mention_that_answers_somebody_is_an_answer(talk, kind, in_reply_to, becomes):
    """By its place alone: what its source calls otherwise is what it is called."""
    talk.record(replace(SAID, source_id="1", url="https://mas.example/1"), APPROVED, NOW)
    key = talk.record(replace(SAID, kind=kind, in_reply_to=in_reply_to), APPROVED, NOW).key
    assert becomes == talk.get(key).kind


def test_what_comes_in_is_judged_when_it_comes(talk):
    """However long ago it was said."""
    key = talk.record(SAID, APPROVED, LATER).key
    assert (stamp(LATER), stamp(LATER)) == (talk.get(key).decided_at, talk.get(key).received_at)


def test_what_was_withdrawn_keeps_no_newer_words(talk):
    """Who took it back is not asked again: an edit of it, and its source's word that it is there, are the same."""
    key = talk.record(SAID, APPROVED, NOW).key
    talk.decide(key, Status.WITHDRAWN, Who.WRITER, NOW)
    words = {"text": "Otra cosa.", "html": "<p>Otra cosa.</p>"}
    assert "same" == talk.record(replace(SAID, **words), APPROVED, LATER).state
    assert (Status.WITHDRAWN, SAID.text) == (talk.get(key).status, talk.get(key).text)
    share = replace(SAID, kind="repost", text="", html="")
    assert ["new", "same"] == [talk.record(share, APPROVED, LATER).state for _ in range(2)]
    told = talk.record(SAID, APPROVED, LATER)
    assert ("edited", True, Status.WITHDRAWN) == (told.state, told.public, told.status), "one share less is news"
    assert "same" == talk.record(SAID, APPROVED, LATER).state


@pytest.mark.parametrize(("verdict", "status"), [(APPROVED, "approved"), (WAITING, "waiting")])
def test_the_same_words_of_somebody_else_are_judged_as_theirs(talk, verdict, status):
    """A page that says now that another wrote it."""
    key = talk.record(SAID, APPROVED, NOW).key
    assert ("edited", status) == (talk.record(replace(SAID, author=LUIS), verdict, LATER).state, talk.get(key).status)
    assert "Luis" == talk.get(key).name
    assert talk.get(talk.record(replace(SAID, source_id="2", url="", author=LUIS), APPROVED, LATER).key).person == (
        talk.get(key).person
    )


def test_whom_the_owner_trusts_is_called_what_they_call_themselves(talk):
    """Under what is public too."""
    key = talk.record(SAID, APPROVED, NOW).key
    trusted = replace(APPROVED, reasons=(Reason("rule_trusted", {}, 0),))
    assert trusted.is_trust
    assert "edited" == talk.record(replace(SAID, author=replace(ANA, name="Ana Ruiz")), trusted, LATER).state
    assert "Ana Ruiz" == talk.get(key).name


def test_words_take_the_place_of_their_own_share_alone(talk):
    """What one way counted, and another tells in words; who else shared it is counted as before."""
    shared = replace(SAID, kind="repost", source="webmention", source_id="https://brid.gy/1 https://blog.example/voto/")
    others = replace(LIKE, source_id="l2", url="https://mas.example/l2", author=LUIS)
    for reaction in (shared, others):
        assert "new" == talk.record(reaction, APPROVED, NOW).state
    assert "new" == talk.record(SAID, APPROVED, LATER).state
    assert "same" == talk.record(others, APPROVED, LATER).state
    assert "merged" == talk.record(shared, APPROVED, LATER).state


def test_each_like_is_its_own(talk):
    """By its source and its name there: neither alone makes two one, nor does a word that bears the name of one."""
    likes = [LIKE, replace(LIKE, source_id="l2"), replace(LIKE, source="bluesky"), replace(LIKE, source="bluesky",
             source_id=SAID.source_id)]  # fmt: skip
    likes = [replace(one, url="") for one in likes]
    assert ["new"] * 4 == [talk.record(one, APPROVED, NOW).state for one in likes]
    talk.record(SAID, APPROVED, NOW)
    assert ["same"] * 4 == [talk.record(one, APPROVED, LATER).state for one in likes]


@pytest.mark.parametrize("other", [{"source_id": "2"}, {"source": "bluesky"}])
def test_each_comes_back_by_itself(talk, other):
    """What was gone beside it, and what became a mere share beside it, is as it was."""
    second = replace(SAID, url="", text="Yo tampoco.", html="<p>Yo tampoco.</p>", **other)
    keys = [talk.record(one, APPROVED, NOW).key for one in (SAID, second)]
    for one in (SAID, second):
        talk.remove(one.source, one.source_id, NOW)
    assert "edited" == talk.record(SAID, APPROVED, LATER).state
    assert [Status.APPROVED, Status.GONE] == [talk.get(key).status for key in keys]
    assert "edited" == talk.record(second, APPROVED, LATER).state
    talk.record(replace(SAID, kind="repost", text="", html=""), APPROVED, LATER)
    assert [Status.GONE, Status.APPROVED] == [talk.get(key).status for key in keys]
    assert [0, 1] == [len(talk.get(key).sources) for key in keys], "each is seen where it is a comment"
    assert "same" == talk.record(second, WAITING, LATER).state


@pytest.mark.parametrize(("verdict", "who", "at"), [(APPROVED, Who.OWNER, NOW), (WAITING, Who.RULES, LATER)])
def test_what_the_owner_approved_stays_theirs_until_it_waits_again(talk, verdict, who, at):
    """With its day; what waits has the points and the day of the rules."""
    key = talk.record(SAID, WAITING, NOW).key
    assert (2, Who.RULES) == (talk.get(key).points, talk.get(key).decided_by)
    talk.decide(key, Status.APPROVED, Who.OWNER, NOW, version=talk.get(key).version)
    talk.record(replace(SAID, text="Otra cosa."), verdict, LATER)
    said = talk.get(key)
    assert (verdict.status, who, stamp(at), verdict.points) == (
        said.status, said.decided_by, said.decided_at, said.points)  # fmt: skip


def test_the_owners_no_keeps_its_day(talk):
    """Whatever it says now: nobody has decided anew."""
    key = talk.record(SAID, WAITING, NOW).key
    talk.decide(key, Status.REJECTED, Who.OWNER, NOW, version=talk.get(key).version)
    talk.record(replace(SAID, text="Otra cosa."), APPROVED, LATER)
    assert (Status.REJECTED, stamp(NOW)) == (talk.get(key).status, talk.get(key).decided_at)
