"""Collecting from real servers: Bluesky's own PDS and AppView, and a server that speaks Mastodon's API.

The post is announced by our own outbox; readers answer, edit and delete with their own keys; we collect after each.
"""

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tertulia.content import snapshot
from tertulia.content.posts import Post
from tertulia.conversation.collector import Collector
from tertulia.conversation.moderator import Moderator
from tertulia.core import settings
from tertulia.core.fetch import Fetcher
from tertulia.store import open_store
from tertulia.store.journal import Journal
from tertulia.syndication.drafts import draft
from tertulia.syndication.networks import network_classes
from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.listening import listeners
from tertulia.syndication.networks.memory import Memory
from tertulia.syndication.outbox import Outbox
from tests.patience import PATIENCE, eventually
from tests.real import servers
from tests.real.servers import started

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]
PASSWORD = "una-clave-larga"


@pytest.fixture(scope="module")
def mastodon():
    server = servers.mastodon()
    yield started(server)
    server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def bluesky():
    server = servers.bluesky()
    yield started(server)
    server.__exit__(None, None, None)


def ask(method, url, token="", **body):
    """One request of a reader's, past our own code."""
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.loads(answer.read() or b"null")


class House:
    """A blog whose post is announced on one real server, and collected from it."""

    def __init__(self, folder, name, environ, store=None):
        now = datetime.now(UTC)
        self.folder = folder
        self.post = Post(
            id="voto", lang="es", title="El voto útil", url="https://blog.example/2026/11/el-voto-util/",
            date=now - timedelta(hours=1), summary="Votar no es pitar falta.", hash="h1",
        )  # fmt: skip
        found = settings.load(folder, environ)
        hosts = [
            url.split("://")[1].replace(*swap)
            for url in environ.values() if url.startswith("http://")
            for swap in (("127.0.0.1", "localhost"), ("localhost", "127.0.0.1"))
        ]  # fmt: skip
        context = NetworkContext(
            settings=found, web=Fetcher(hosts), output=folder, memory=Memory(folder / "memory"),
            now=lambda: datetime.now(UTC), pause=time.sleep,
        )  # fmt: skip
        self.store = store or open_store("sqlite:///var/t.db", folder)
        self.moderator = Moderator(self.store, folder / "conversation", context.now)
        network = network_classes()[name](context)
        journal = Journal(folder / "var")
        self.outbox = Outbox(self.store, {name: network}, folder / "conversation", journal, context.now)
        self.outbox.enqueue([draft(self.post, network)])
        (outcome,) = self.outbox.deliver()
        assert "delivered" == outcome.state, outcome.reason
        (sent,) = (one for one in self.store.deliveries.all() if one.network == name)
        self.remote = json.loads(sent.remote)
        self.collector = Collector(
            store=self.store, listeners=[one for one in listeners(context) if one.name == name], posts=[self.post],
            site="https://blog.example", lang="es", title="Tertulia",
            find=lambda url: ("voto", "es") if url == self.post.url else None,
            take=self.moderator.ingest, gone=self.moderator.gone,
            show=lambda post, lang: self.store.conversation.show(folder / "conversation", post, lang), now=context.now,
        )  # fmt: skip

    def collect(self):
        """One run; what the store says."""
        (report,) = self.collector.run(everything=True)
        assert [] == report.notes
        return sorted(self.store.conversation.find(), key=lambda one: one.id)

    def until(self, true):
        """Collect until *true* of what the store says: an AppView takes a moment."""
        return eventually(lambda: (said := self.collect()) and true(said) and said, every=0.3)

    def unchanged(self):
        """Whether another run changes nothing."""
        before = (self.store.conversation.find(), self.store.conversation.audit(), self.shown())
        self.collect()
        return before == (self.store.conversation.find(), self.store.conversation.audit(), self.shown())

    def approve(self):
        for one in self.store.conversation.find(("waiting",)):
            self.moderator.decide(one.key, "approved", one.version)

    def shown(self):
        return snapshot.read(self.folder / "conversation", "voto", "es")


def test_mastodon(tmp_path, mastodon):
    """An answer, our own answer to it, one below that; likes; an edit; a deletion; a stranger's mention."""
    house = House(tmp_path, "mastodon", {"MASTODON_URL": mastodon, "MASTODON_TOKEN": servers.BLOG_TOKEN})
    reader, blog = servers.READER_TOKEN, servers.BLOG_TOKEN
    api = f"{mastodon}/api/v1/statuses"
    first = ask("POST", api, reader, status="@bitacora No pito.", in_reply_to_id=house.remote["id"])
    second = ask("POST", api, blog, status="@lectora ¿Por qué?", in_reply_to_id=first["id"])
    third = ask("POST", api, reader, status="@bitacora Por educación.", in_reply_to_id=second["id"])
    ask("POST", f"{api}/{house.remote['id']}/favourite", reader)
    ask("POST", f"{api}/{house.remote['id']}/reblog", reader)
    said = house.collect()
    assert [(None, False), (said[0].id, True), (said[1].id, False)] == [(one.parent, one.is_owner) for one in said]
    assert ["@bitacora No pito.", "@lectora ¿Por qué?", "@bitacora Por educación."] == [one.text for one in said]
    assert {"like": 1, "repost": 1} == house.shown().counts
    house.approve()
    assert house.unchanged()

    ask("PUT", f"{api}/{first['id']}", reader, status="@bitacora Sí pito.")
    assert "@bitacora Sí pito." == house.collect()[0].text
    assert house.unchanged()

    ask("DELETE", f"{api}/{third['id']}", reader)
    assert ["gone"] == [one.status for one in house.collect() if "educación" in one.text]
    assert 2 >= len(house.shown().comments)
    assert house.unchanged()

    ask("POST", api, reader, status=f"@bitacora Lo comento con calma en mi muro: {house.post.url} y hay para rato")
    assert ("mention", "voto") == (house.collect()[-1].kind, house.collect()[-1].post)
    house.store.close()


def test_bluesky(tmp_path, bluesky):
    """Two readers, nested; likes, a quote, a post that links; an edit by putRecord; a deletion; a block."""
    pds, appview = bluesky

    def xrpc(name, token="", **body):
        return ask("POST", f"{pds}/xrpc/{name}", token, **body)

    def account(handle):
        body = {"handle": f"{handle}.test", "email": f"{handle}@blog.example", "password": PASSWORD}
        return xrpc("com.atproto.server.createAccount", **body)

    def write(who, collection="app.bsky.feed.post", **record):
        record |= {"$type": collection, "createdAt": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
        body = {"repo": who["did"], "collection": collection, "record": record}
        return xrpc("com.atproto.repo.createRecord", who["accessJwt"], **body)

    blog, ana, luis = account("tertulia"), account("anaruiz"), account("luisgil")
    environ = {
        "BLUESKY_URL": pds, "BLUESKY_APPVIEW_URL": appview,
        "BLUESKY_HANDLE": "tertulia.test", "BLUESKY_APP_PASSWORD": PASSWORD,
    }  # fmt: skip
    house = House(tmp_path, "bluesky", environ)
    root = {"uri": house.remote["id"], "cid": house.remote["extra"]["cid"]}

    def below(parent):
        return {"reply": {"root": root, "parent": {"uri": parent["uri"], "cid": parent["cid"]}}}

    first = write(ana, text="Señal: no pito.", **below(root))
    write(luis, text="Yo sí.", **below(first))
    write(luis, "app.bsky.feed.like", subject=root)
    write(luis, "app.bsky.feed.repost", subject=root)
    write(luis, text="Esto hay que leerlo despacio", embed={"$type": "app.bsky.embed.record", "record": root})
    said = house.until(lambda said: len(said) == 3 and house.shown().counts.get("repost"))
    assert {"Señal: no pito.": "reply", "Yo sí.": "reply", "Esto hay que leerlo despacio": "quote"} == {
        one.text: one.kind for one in said
    }
    by_text = {one.text: one for one in said}
    assert by_text["Señal: no pito."].id == by_text["Yo sí."].parent
    assert {"like": 1, "repost": 1} == house.shown().counts
    house.approve()
    assert house.unchanged()

    words = "@tertulia.test aquí tu artículo comentado con todo detalle"
    facets = [
        {"index": {"byteStart": 0, "byteEnd": 14}, "features": [_feature("mention", did=blog["did"])]},
        {"index": {"byteStart": 15, "byteEnd": 20}, "features": [_feature("link", uri=house.post.url)]},
    ]
    write(luis, text=words, facets=facets)
    said = house.until(lambda said: len(said) == 4)
    assert ("mention", "voto", words) == (said[-1].kind, said[-1].post, said[-1].text)
    house.moderator.decide(said[-1].key, "rejected", said[-1].version)

    rkey = first["uri"].rpartition("/")[2]
    edited = {"$type": "app.bsky.feed.post", "text": "Señal: sí pito.", **below(root)}
    edited["createdAt"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    named = {"repo": ana["did"], "collection": "app.bsky.feed.post", "rkey": rkey}
    xrpc("com.atproto.repo.putRecord", ana["accessJwt"], **named, record=edited)
    said = house.until(lambda said: "Señal: sí pito." in [one.text for one in said])
    assert ["Señal: sí pito."] == [one.text for one in said if one.text.startswith("Señal")]
    house.approve()

    xrpc("com.atproto.repo.deleteRecord", ana["accessJwt"], **named)
    said = house.until(lambda said: any(one.status == "gone" for one in said))
    assert ["gone"] == [one.status for one in said if one.text.startswith("Señal")]
    assert sorted(["Yo sí.", "Esto hay que leerlo despacio"]) == sorted(
        one.html[3:-4] for one in house.shown().comments
    )

    write(blog, "app.bsky.graph.block", subject=luis["did"])
    said = house.until(lambda said: all(one.status == "gone" for one in said))
    assert ((), {"gone"}) == (house.shown().comments, {one.status for one in said})
    house.store.close()


def _feature(name, **told):
    return {"$type": f"app.bsky.richtext.facet#{name}", **told}
