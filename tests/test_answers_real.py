"""Answers on real servers: Bluesky's own PDS and AppView, and a server that speaks Mastodon's API."""

from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from tertulia.conversation.answer_report import AnswerReport, report
from tertulia.conversation.answering import AnswerDraft, Answering, follow_answers
from tertulia.store.said import Read
from tests.real import servers
from tests.test_collect_real import PASSWORD, House, ask, bluesky, mastodon  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]


def answering(house) -> Answering:
    info = SimpleNamespace(author="Reme", title="Tertulia", site="https://blog.example")
    return Answering(house.moderator, info, house.outbox.networks)


def give(house, said, text: str) -> str:
    """Answer *said* and send it, twice over; the answer's key."""
    given = answering(house).give(Read(said.key, said.version), AnswerDraft(text=text, token=text))
    assert [("delivered", "")] == [(str(outcome.state), outcome.reason or "") for outcome in house.outbox.deliver()]
    assert [] == house.outbox.deliver()
    return given.key


def state(house, said) -> str:
    return house.store.inbox.get(said.key, datetime.now(UTC)).state


def test_mastodon(tmp_path, mastodon):  # noqa: F811
    """One answer, below what it answers, known when it is collected; edited and deleted there; a native one counts."""
    house = House(tmp_path, "mastodon", {"MASTODON_URL": mastodon, "MASTODON_TOKEN": servers.BLOG_TOKEN})
    reader, blog = servers.READER_TOKEN, servers.BLOG_TOKEN
    api = f"{mastodon}/api/v1/statuses"
    first = ask("POST", api, reader, status="@bitacora ¿Y por correo?", in_reply_to_id=house.remote["id"])
    second = ask("POST", api, reader, status="@bitacora ¿Y en blanco?", in_reply_to_id=house.remote["id"])
    house.collect()
    house.approve()
    said, other = house.collect()
    key = give(house, said, "También **vale**.")
    below = ask("GET", f"{api}/{first['id']}/context", reader)["descendants"]
    assert [(first["id"], "public")] == [(one["in_reply_to_id"], one["visibility"]) for one in below]
    assert "También vale." in below[0]["content"]
    assert 3 == len(house.collect()), "what is collected is what was sent"
    assert "answered" == state(house, said)

    ask("POST", api, blog, status="@lectora Ese también.", in_reply_to_id=second["id"])
    house.collect()
    assert "answered" == state(house, other)

    house.moderator.edit(key, "Vale.", house.store.conversation.get(key).version)
    assert [True] == [change.done for change in follow_answers(house.outbox)]
    assert "Vale." in ask("GET", f"{api}/{below[0]['id']}", reader)["content"]
    assert answering(house).take_back(house.outbox, key)
    assert [] == ask("GET", f"{api}/{first['id']}/context", reader)["descendants"]
    assert "unanswered" == state(house, said)
    house.store.close()


def procedure(pds, name, token="", **body):
    """Call a procedure of a PDS past our own code."""
    return ask("POST", f"{pds}/xrpc/{name}", token, **body)


def account(pds, handle):
    """Make an account there."""
    body = {"handle": f"{handle}.test", "email": f"{handle}@blog.example", "password": PASSWORD}
    return procedure(pds, "com.atproto.server.createAccount", **body)


def test_bluesky(tmp_path, bluesky):  # noqa: F811
    """One answer, its parent and root as they are; known when it is collected; deleted there."""
    pds, appview = bluesky

    xrpc = partial(procedure, pds)
    account(pds, "respuestas")
    ana = account(pds, "ana-pregunta")
    environ = {"BLUESKY_URL": pds, "BLUESKY_HANDLE": "respuestas.test", "BLUESKY_APP_PASSWORD": PASSWORD}
    house = House(tmp_path, "bluesky", environ | {"BLUESKY_APPVIEW_URL": appview})
    root = {"uri": house.remote["id"], "cid": house.remote["extra"]["cid"]}
    record = {"$type": "app.bsky.feed.post", "text": "¿Y por correo?", "reply": {"root": root, "parent": root}}
    record["createdAt"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    body = {"repo": ana["did"], "collection": "app.bsky.feed.post", "record": record}
    first = xrpc("com.atproto.repo.createRecord", ana["accessJwt"], **body)
    house.until(lambda said: len(said) == 1)
    house.approve()
    (said,) = house.collect()
    key = give(house, said, "También **vale**.")

    def answers():
        found = ask("GET", f"{appview}/xrpc/app.bsky.feed.getPostThread?uri={first['uri']}&depth=5")
        return [one["post"]["record"] for one in found["thread"].get("replies", [])]

    said_now = house.until(lambda _: len(answers()) == 1)
    wanted = {"root": root, "parent": {"uri": first["uri"], "cid": first["cid"]}}
    assert [("También vale.", wanted)] == [(one["text"], one["reply"]) for one in answers()]
    assert 2 == len(said_now), "what is collected is what was sent"
    assert "answered" == state(house, said)
    assert answering(house).take_back(house.outbox, key)
    house.until(lambda _: answers() == [])
    assert ([], "unanswered") == (answers(), state(house, said))

    # Given in Bluesky's own app, by the blog's account.
    session = {"identifier": "respuestas.test", "password": PASSWORD}
    mine = xrpc("com.atproto.server.createSession", **session)
    below = {"root": root, "parent": {"uri": first["uri"], "cid": first["cid"]}}
    native = record | {"text": "Desde la aplicación.", "reply": below, "createdAt": stamped()}
    xrpc("com.atproto.repo.createRecord", mine["accessJwt"], **body | {"repo": mine["did"], "record": native})
    house.until(lambda _: state(house, said) == "answered")
    assert "answered" == state(house, said)
    house.store.close()


def stamped() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def counted(house, *said) -> AnswerReport:
    """The report on these alone: the server knows talks of other tests."""
    keys = {one.key for one in said}
    return report([one for one in house.store.waits.all(datetime.now(UTC)) if one.key in keys], ZoneInfo("UTC"))


def test_one_person_on_both(tmp_path, mastodon, bluesky):  # noqa: F811
    """What they ask there and here is one person's once the owner says so; so the report counts, until they part."""
    (tmp_path / "m").mkdir()
    (tmp_path / "b").mkdir()
    house = House(tmp_path / "m", "mastodon", {"MASTODON_URL": mastodon, "MASTODON_TOKEN": servers.BLOG_TOKEN})
    pds, appview = bluesky

    xrpc = partial(procedure, pds)
    account(pds, "ambas")
    reader = account(pds, "lectora-bsky")
    environ = {"BLUESKY_URL": pds, "BLUESKY_HANDLE": "ambas.test", "BLUESKY_APP_PASSWORD": PASSWORD}
    other = House(tmp_path / "b", "bluesky", environ | {"BLUESKY_APPVIEW_URL": appview}, store=house.store)
    api = f"{mastodon}/api/v1/statuses"
    asked = {"status": "@bitacora ¿Y con sobre?", "in_reply_to_id": house.remote["id"]}
    ask("POST", api, servers.READER_TOKEN, **asked)
    root = {"uri": other.remote["id"], "cid": other.remote["extra"]["cid"]}
    record = {"$type": "app.bsky.feed.post", "text": "¿Y sin papel?", "reply": {"root": root, "parent": root}}
    body = {"repo": reader["did"], "collection": "app.bsky.feed.post", "record": record | {"createdAt": stamped()}}
    xrpc("com.atproto.repo.createRecord", reader["accessJwt"], **body)
    house.collect()
    other.until(lambda said: {"mastodon", "bluesky"} <= {one.network for one in said})
    house.approve()
    said = house.store.conversation.find()
    there, here = (next(one for one in said if one.text.endswith(words)) for words in ("con sobre?", "sin papel?"))
    assert 2 == counted(house, there, here).people
    house.store.persons.join(there.person, here.person, datetime.now(UTC))
    give(house, there, "Con sobre **vale**.")
    give(other, here, "En blanco **no**.")
    house.collect()
    other.collect()
    now = datetime.now(UTC)
    found = counted(house, there, here)
    assert (1, 2, 2) == (found.people, found.total.said, found.total.answered)
    assert {"bluesky": 1, "mastodon": 1} == {name: one.answered for name, one in found.channels.items()}
    assert ["answered"] * 2 == [state(house, one) for one in (there, here)]
    assert {there.person, here.person} == house.store.persons.members(here.person)
    house.store.persons.separate(here.person, now)
    assert 2 == counted(house, there, here).people
    house.store.close()
