"""What a decision writes, what it leaves, and what takes it back: each condition of the store by itself."""

from dataclasses import replace

import pytest

from tertulia.store.said import Read, Status, Trust, Verdict, Who
from tests.test_conversation_store import ANA, APPROVED, NOW, SAID, WAITING

OTHER = replace(SAID, source_id="2", url="", text="Otra cosa muy distinta.", html="<p>Otra cosa muy distinta.</p>")


@pytest.fixture
def talk(either_store):
    """The conversation of an empty store."""
    return either_store.conversation


def decide(talk, key, status, **more):
    """The owner's word on what is there."""
    return talk.decide(key, status, Who.OWNER, NOW, version=talk.get(key).version, **more)


def edited(said, number):
    return replace(said, text=f"Otras palabras, {number}.", html=f"<p>Otras palabras, {number}.</p>")


def test_of_what_is_not_there_nothing_is_decided(talk):
    """Whatever the word, and by whoever."""
    for who in (Who.OWNER, Who.RULES, Who.WRITER):
        assert "missing" == talk.decide("nobody", Status.SPAM, who, NOW).state
    assert "missing" == talk.trust("nobody", Trust.TRUSTED, NOW, version="").state
    assert [] == talk.undo("nothing", NOW) == talk.undo("", NOW)


def test_the_owners_word_on_what_the_rules_said_is_a_word(talk):
    """The same once more is none: it is written down once."""
    key = talk.record(SAID, APPROVED, NOW).key
    before = len(talk.audit(key))
    assert ["done", "same"] == [decide(talk, key, Status.APPROVED).state for _ in range(2)]
    assert ("owner", before + 1) == (talk.get(key).decided_by, len(talk.audit(key)))


def test_two_owners_who_read_the_same_decide_the_same(talk):
    """Who comes second finds it done; who wants something else, or read other words, is asked to read again."""
    key = talk.record(SAID, WAITING, NOW).key
    read = talk.get(key).version
    assert "done" == talk.decide(key, Status.APPROVED, Who.OWNER, NOW, version=read).state
    assert "same" == talk.decide(key, Status.APPROVED, Who.OWNER, NOW, version=read).state
    assert "stale" == talk.decide(key, Status.REJECTED, Who.OWNER, NOW, version=read).state
    assert "done" == talk.trust(key, Trust.TRUSTED, NOW, version=read).state, "what trusting does has been done"
    assert "stale" == talk.trust(key, Trust.BLOCKED, NOW, version="waiting.0").state
    talk.record(edited(SAID, 1), Verdict("approved"), NOW)
    assert "stale" == talk.decide(key, Status.APPROVED, Who.OWNER, NOW, version=read).state
    assert "stale" == talk.trust(key, Trust.TRUSTED, NOW, version=read).state


@pytest.mark.parametrize(("what", "state"), [(Trust.TRUSTED, "stale"), (Trust.BLOCKED, "done")])
def test_who_trusts_what_was_rejected_meanwhile_is_asked_to_read_again(talk, what, state):
    """Trusting would publish it; blocking does what it says, whatever became of the words."""
    key = talk.record(SAID, WAITING, NOW).key
    read = talk.get(key).version
    decide(talk, key, Status.REJECTED)
    assert state == talk.trust(key, what, NOW, version=read).state
    assert (Status.REJECTED, what if state == "done" else Trust.UNKNOWN) == (talk.get(key).status, talk.get(key).trust)


def test_blocking_takes_what_waits_and_nothing_else(talk):
    """What the owner let through stays, what they rejected too; what others said is theirs."""
    luis = replace(ANA, identity="https://mas.example/users/luis", handle="@luis@mas.example")
    keys = []
    for number, (author, status) in enumerate(
        [(ANA, "waiting"), (ANA, "approved"), (ANA, "rejected"), (luis, "waiting")]
    ):
        keys.append(talk.record(replace(SAID, source_id=f"{number}", url="", author=author), WAITING, NOW).key)
        if status != "waiting":
            decide(talk, keys[-1], status)
    blocked = talk.trust_person(talk.get(keys[0]).person, Trust.BLOCKED, NOW, batch="b")
    assert ["spam", "approved", "rejected", "waiting"] == [talk.get(key).status for key in keys]
    assert [keys[0]] == [one.after.key for one in blocked]
    assert "blocked" == talk.audit(keys[0])[0][-1]
    assert [] == talk.trust_person(talk.get(keys[3]).person, Trust.TRUSTED, NOW)
    assert "waiting" == talk.get(keys[3]).status


def test_trusting_who_said_it_publishes_what_was_read(talk):
    """By the owner's word, in the same press; blocking decides on nothing that is public."""
    key = talk.record(SAID, WAITING, NOW).key
    other = talk.record(OTHER, WAITING, NOW).key
    trusted = talk.trust(key, Trust.TRUSTED, NOW, version=talk.get(key).version, batch="b")
    assert ([key], "done") == ([one.after.key for one in trusted.also], trusted.state)
    assert [("approved", "owner"), ("waiting", "rules")] == [
        (talk.get(one).status, talk.get(one).decided_by) for one in (key, other)
    ]
    talk.undo("b", NOW)
    assert ("waiting", Trust.UNKNOWN) == (talk.get(key).status, talk.get(key).trust)


@pytest.mark.parametrize(("what", "status"), [(Trust.BLOCKED, "spam"), (Trust.UNKNOWN, "waiting")])
def test_only_trust_publishes(talk, what, status):
    """And what the owner thinks of one they think of nobody else."""
    luis = replace(ANA, identity="https://mas.example/users/luis", handle="@luis@mas.example")
    key, other = talk.record(SAID, WAITING, NOW).key, talk.record(replace(OTHER, author=luis), WAITING, NOW).key
    assert "done" == talk.trust(key, what, NOW, version=talk.get(key).version).state
    assert [(status, what), ("waiting", Trust.UNKNOWN)] == [
        (talk.get(one).status, talk.get(one).trust) for one in (key, other)
    ]


def test_what_was_undone_is_written_down_as_well(talk):
    """Who looks later sees what is thought of somebody now."""
    person = talk.get(talk.record(SAID, WAITING, NOW).key).person
    talk.trust_person(person, Trust.TRUSTED, NOW, batch="a")
    talk.undo("a", NOW)
    assert ["unknown", "trusted"] == [what for _, _, what, _, why in talk.audit() if why == f"person {person}"]


def test_what_was_withdrawn_is_not_published_by_trust(talk):
    """Who said it is trusted from now on; what they took back stays away."""
    key = talk.record(SAID, WAITING, NOW).key
    talk.decide(key, Status.WITHDRAWN, Who.WRITER, NOW)
    assert () == talk.trust(key, Trust.TRUSTED, NOW, version=talk.get(key).version).also
    assert ("withdrawn", Trust.TRUSTED) == (talk.get(key).status, talk.get(key).trust)


def test_what_was_undone_is_not_undone_again(talk):
    """The last first; another press's work stays."""
    key, other = (talk.record(one, WAITING, NOW).key for one in (SAID, OTHER))
    decide(talk, key, Status.REJECTED, batch="a")
    decide(talk, other, Status.REJECTED, batch="a")
    decide(talk, other, Status.APPROVED, batch="b")
    assert [("stale", other), ("done", key)] == [(one.state, one.before.key) for one in talk.undo("a", NOW)]
    assert ["waiting", "approved"] == [talk.get(one).status for one in (key, other)]
    assert [] == talk.undo("a", NOW)
    assert "rules" == talk.get(key).decided_by, "as it was before"
    assert ["done"] == [one.state for one in talk.undo("b", NOW)]


def test_trust_that_was_given_otherwise_since_is_not_taken_back(talk):
    """The newest word is the one that counts."""
    person = talk.get(talk.record(SAID, WAITING, NOW).key).person
    talk.trust_person(person, Trust.TRUSTED, NOW, batch="a")
    talk.trust_person(person, Trust.BLOCKED, NOW, batch="b")
    assert ["missing"] == [one.state for one in talk.undo("a", NOW)]
    assert Trust.BLOCKED == talk.find(person=person)[0].trust


def test_what_is_no_longer_there_is_not_undone(talk):
    """It was forgotten, with the comment or with the person."""
    key = talk.record(SAID, WAITING, NOW).key
    decide(talk, key, Status.SPAM, batch="a")
    talk.erase(talk.get(key).person, NOW)
    assert ["missing"] == [one.state for one in talk.undo("a", NOW)]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("rejected",), "rejected"),
        (("spam",), "spam"),
        (("approved",), "waiting"),
        (("rejected", "approved"), "waiting"),
        (("approved", "rejected"), "rejected"),
        ((), "waiting"),
    ],
)
def test_what_comes_back_is_where_the_owner_last_put_it_if_that_was_a_no(talk, words, status):
    """A yes was said of what was there, and the rules' no of what they saw."""
    key = talk.record(SAID, WAITING, NOW).key
    for word in words:
        decide(talk, key, word)
    talk.remove("mastodon", "1134", NOW)
    talk.record(SAID, WAITING, NOW)
    assert (status, "owner" if status != "waiting" else "rules") == (talk.get(key).status, talk.get(key).decided_by)


def test_a_no_that_was_undone_is_none(talk):
    """And one that stood before the undone yes stands again."""
    for before, undone, status in (((), "rejected", "waiting"), (("rejected",), "approved", "rejected")):
        said = replace(SAID, source_id=f"{undone}", url="")
        key = talk.record(said, WAITING, NOW).key
        for word in before:
            decide(talk, key, word)
        decide(talk, key, undone, batch=undone)
        talk.undo(undone, NOW)
        talk.remove("mastodon", said.source_id, NOW)
        talk.record(said, WAITING, NOW)
        assert status == talk.get(key).status


def test_the_last_twenty_versions_are_kept(talk):
    """What changed since somebody read it can be shown, and older words are nobody's business."""
    key = talk.record(SAID, WAITING, NOW).key
    other = talk.record(OTHER, WAITING, NOW).key
    talk.record(edited(OTHER, 99), WAITING, NOW)
    read = []
    for number in range(22):
        read.append(talk.get(key).version)
        talk.record(edited(SAID, number), WAITING, NOW)
    known = [talk.revision(Read(key, version)) for version in read]
    assert [None, None, *(f"Otras palabras, {number}." for number in range(1, 21))] == [
        one and one.html[3:-4] for one in known
    ]
    assert talk.revision(Read(other, read[-1])) is None
    assert talk.revision(Read(key, "waiting.0")) is None


def test_words_that_come_again_are_one_version(talk):
    """There and back: each is known once, the last one longest."""
    key = talk.record(SAID, WAITING, NOW).key
    first = talk.get(key).version
    for number in range(40):
        talk.record(edited(SAID, number % 2) if number % 4 else SAID, WAITING, NOW)
    assert SAID.html == talk.revision(Read(key, first)).html
