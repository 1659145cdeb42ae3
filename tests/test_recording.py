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
    assert [state, "same"] == [talk.record(other, APPROVED, LATER).state for _ in range(2)]


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


def test_another_place_or_another_answered_is_no_other_word(talk):
    """What it answers is mended in silence: its verdict, its words and its moment stay."""
    parent = talk.record(replace(SAID, source_id="1", url="https://mas.example/1"), APPROVED, NOW).key
    key = talk.record(SAID, APPROVED, NOW).key
    told = replace(SAID, in_reply_to="1")
    assert "edited" == talk.record(told, APPROVED, LATER).state
    assert talk.get(parent).id == talk.get(key).parent
    assert "same" == talk.record(told, APPROVED, LATER).state
    talk.record(replace(told, in_reply_to=SAID.source_id), APPROVED, LATER)
    assert None is talk.get(key).parent, "nobody answers themselves"


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
