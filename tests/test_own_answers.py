"""The rows of the owner's answers: what lies below a comment, what other sites are told, and what is too late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.recording import key_of
from tertulia.store.said import Author, Read, Status, Verdict
from tests.test_conversation_store import APPROVED, NOW, SAID, WAITING

WEB = replace(
    SAID, source="webmention", source_id="w1", url="https://ines.example/nota",
    author=Author(network="web", identity="https://ines.example/", name="Inés"),
)  # fmt: skip
OWNER = Author(network="form", identity="yo", name="Reme", is_owner=True)
OURS = replace(
    SAID, source="form", source_id="1", author=OWNER, text="Gracias.", html="<p>Gracias.</p>", url="",
    in_reply_to=key_of("webmention", "w1"),
)  # fmt: skip
LATER = NOW + timedelta(hours=1)


def record(store, incoming, verdict=APPROVED):
    """Write it down; it as the store has it."""
    return store.conversation.get(store.conversation.record(incoming, verdict, NOW).key)


def ours(above, number, **more):
    """An answer of the owner's to *above*."""
    return replace(OURS, source_id=number, in_reply_to=above.key, text=f"Respuesta {number}", **more)


def test_what_the_author_answered_is_read_from_the_oldest_on(store):
    """To this comment, wherever it was said; nothing of anybody else's."""
    above, other = record(store, WEB), record(store, replace(WEB, source_id="w2", url="https://ines.example/otra"))
    for number, minutes in (("2", 2), ("1", 1), ("3", 2)):
        record(store, ours(above, number, published=NOW + timedelta(minutes=minutes)))
    record(store, ours(other, "4"))
    record(store, replace(SAID, source="form", in_reply_to=above.key, url="", text="Y yo."))
    assert ["Respuesta 1", "Respuesta 2", "Respuesta 3"] == [one.text for one in store.answers.below(above)]


def test_a_site_is_told_of_each_public_answer_to_what_is_public(store):
    """The oldest first; another version when its words are others."""
    above = record(store, WEB)
    first, second = (record(store, ours(above, number)) for number in ("1", "2"))
    told = store.answers.to_web()
    assert [(first.key, "voto", "es", WEB.url), (second.key, "voto", "es", WEB.url)] == [one[:4] for one in told]
    assert 2 == len({one.version for one in told})


@pytest.mark.parametrize(
    ("above", "answer"),
    [
        ({"author": replace(WEB.author, network="mastodon")}, {}),
        ({"url": ""}, {}),
        ({"post": ""}, {"post": ""}),
        ({"verdict": WAITING}, {}),
        ({}, {"author": replace(OWNER, is_owner=False)}),
        ({}, {"tells_update": "u1"}),
        ({}, {"verdict": Verdict("rejected")}),
        ({}, {"in_reply_to": ""}),
    ],
    ids=["of a network", "nowhere", "of no post", "not public", "another's", "tells an update", "turned down", "none"],
)
def test_no_site_is_told_of_what_does_not_concern_it(store, above, answer):
    """Each of these alone is reason enough."""

    def put(incoming, verdict=APPROVED, **more):
        return record(store, replace(incoming, **more), verdict)

    said = put(WEB, **above)
    put(ours(said, "1"), **answer)
    assert [] == store.answers.to_web()


def give(store, to, number="1", seen=(), version="", **how):
    read = Read(to.key, version or to.version)
    return store.answers.give(ours(to, number), APPROVED, NOW, to=read, seen=seen, **how)


def test_an_answer_is_given_once(store):
    """Sent twice it is one, also when another was given since."""
    above = record(store, WEB)
    first = give(store, above)
    assert (first.key, "new") == (key_of("form", "1"), first.state)
    assert "new" == give(store, above, "2", seen=[first.key]).state
    assert ("same", first.key) == (lambda again: (again.state, again.key))(give(store, above))
    assert ["Respuesta 1", "Respuesta 2"] == [one.text for one in store.answers.below(above)]


def test_who_has_not_read_what_stands_there_now_answers_nothing(store):
    """Its words were others, somebody of the blog answered meanwhile, or it is there no more; nothing is written."""
    above = record(store, WEB)
    record(store, replace(SAID, source="form", in_reply_to=above.key, url="", text="Y yo."))
    other = record(store, replace(WEB, source_id="w2", url="https://ines.example/otra"))
    there = give(store, above, "1").key
    record(store, ours(other, "9"))
    record(store, ours(above, "8", tells_update="u1"))
    send = NewDelivery(post="", lang="es", network="mastodon", part="1", message="{}", words="h")
    assert ["stale"] * 4 == [
        give(store, above, "2", send=send).state,
        give(store, above, "2", version="another", seen=[there], send=send).state,
        give(store, above, "2", seen=["another"], send=send).state,
        store.answers.give(ours(above, "2"), APPROVED, NOW, to=Read("gone", ""), seen=[], send=send).state,
    ]
    assert (None, []) == (store.conversation.get(key_of("form", "2")), store.deliveries.answers())
    assert "new" == give(store, above, "2", seen=[there, "another"], send=send).state


@pytest.mark.parametrize(("not_before", "state"), [(None, "queued"), (LATER, "waiting")])
def test_an_answer_is_sent_where_it_was_asked(store, not_before, state):
    """Under its own name, at once or when its moment has come; one that stays here is sent nowhere."""
    above = record(store, WEB)
    send = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message="{}", words="h")
    here = give(store, above, "1").key
    key = give(store, above, "2", seen=[here], send=send, not_before=not_before).key
    (row,) = store.deliveries.answers()
    assert (f"answer {key}", key, state) == (row.post, row.answer, row.state)
    assert (not_before is None) == (row.not_before is None)
    assert (1, 1) == (len(store.deliveries.answers(key)), len(store.deliveries.answers_to_see_to(LATER)))
    assert Status.APPROVED == store.conversation.get(key).status
