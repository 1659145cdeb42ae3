"""Capture from real servers: Bluesky's own PDS and AppView, and a server that speaks Mastodon's API."""

import datetime as dt
import time

import markdown
import pytest

from tertulia.core import languages
from tertulia.core.fetch import Fetcher
from tertulia.embeds import draw, providers
from tertulia.embeds.capture import capture
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.markdown import EmbedsExtension
from tertulia.render.document import Document
from tests.embedding import png, post
from tests.patience import PATIENCE, eventually
from tests.real import servers
from tests.real.servers import started

pytestmark = pytest.mark.real
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _sockets(socket_enabled):
    """These tests talk to servers on this machine."""
    languages.speak("es")


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


def web_for(*addresses):
    return Fetcher([address.removeprefix("http://") for address in addresses], timeout_seconds=PATIENCE)


def drawn(folder, url):
    md = markdown.Markdown(extensions=[EmbedsExtension(CaptureStore(folder), draw.Page())])
    md.document = Document("a.md", body=url)
    return md.convert(url)


def api(web, method, url, token, **body):
    answer = web.request(method, url, headers={"Authorization": f"Bearer {token}"}, **body)
    assert answer.ok, answer.text
    return answer.json()


def test_mastodon_status_is_captured_edited_and_noticed_gone(tmp_path, mastodon):
    """A status with a picture and an answer, from a server, through an edit, to its deletion."""
    web = web_for(mastodon)
    blog, reader = servers.BLOG_TOKEN, servers.READER_TOKEN
    media = api(
        web, "POST", f"{mastodon}/api/v2/media", blog,
        files={"file": ("a.png", png(), "image/png")}, data={"description": "Una cola"},
    )  # fmt: skip
    first = api(web, "POST", f"{mastodon}/api/v1/statuses", reader, json={"status": "¿Cuánto llevas?"})
    words = {"status": "Cuarenta minutos", "in_reply_to_id": first["id"], "media_ids": [media["id"]], "language": "es"}
    status = api(web, "POST", f"{mastodon}/api/v1/statuses", blog, json=words)
    url = f"{mastodon}/@bitacora/{status['id']}"
    assert "mastodon" == providers.find(url).provider.name
    post(tmp_path, url)
    assert ["captured"] == [step.outcome for step in capture(tmp_path, web, NOW)]
    html = drawn(tmp_path, url)
    assert "Cuarenta minutos" in html
    assert "¿Cuánto llevas?" in html
    assert "Bitácora" in html

    edited = {"status": "Una hora", "language": "es"}
    api(web, "PUT", f"{mastodon}/api/v1/statuses/{status['id']}", blog, json=edited)
    assert ["edited"] == [step.outcome for step in capture(tmp_path, web, LATER, check=True)]
    assert "Una hora" in drawn(tmp_path, url)

    api(web, "DELETE", f"{mastodon}/api/v1/statuses/{status['id']}", blog)
    assert ["gone"] == [step.outcome for step in capture(tmp_path, web, LATER, check=True)]
    assert "Borrado en su origen; se notó el 1 de diciembre de 2026" in drawn(tmp_path, url)


def test_bluesky_post_is_captured_and_noticed_gone(tmp_path, bluesky):
    """A post with facets, a picture and a quotation, by way of the PDS and the AppView, to its deletion."""
    pds, appview = bluesky
    web = web_for(pds, appview, pds.replace("127.0.0.1", "localhost"), appview.replace("127.0.0.1", "localhost"))

    def call(name, token="", **body):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = web.request("POST", f"{pds}/xrpc/{name}", headers=headers, **body)
        assert answer.ok, answer.text
        return answer.json()

    def write(session, collection, record):
        body = {"repo": session["did"], "collection": collection, "record": record}
        return call("com.atproto.repo.createRecord", session["accessJwt"], json=body)

    def account(name):
        return call("com.atproto.server.createAccount", json={
            "handle": f"{name}.test", "email": f"{name}@example.com", "password": "contraseña-larga",
        })  # fmt: skip

    def seen(url):
        """Wait until the AppView has read what was written, or no longer shows it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = web.get(url)
            yield answer
            time.sleep(0.2)

    ana, luis = account("ana"), account("luis")
    when = "2026-11-20T10:00:00.000Z"
    quoted = write(luis, "app.bsky.feed.post", {"text": "Nadie contesta cartas.", "createdAt": when, "langs": ["es"]})
    blob = web.request(
        "POST", f"{pds}/xrpc/com.atproto.repo.uploadBlob", data=png(),
        headers={"Authorization": f"Bearer {ana['accessJwt']}", "Content-Type": "image/png"},
    ).json()["blob"]  # fmt: skip
    text = "Señorías: léanlo en ejemplo.es"
    start = text.encode().index(b"ejemplo")
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://ejemplo.es/carta"}
    made = write(ana, "app.bsky.feed.post", {
        "text": text, "createdAt": when, "langs": ["es"],
        "facets": [{"index": {"byteStart": start, "byteEnd": len(text.encode())}, "features": [link]}],
        "embed": {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"$type": "app.bsky.embed.record", "record": {"uri": quoted["uri"], "cid": quoted["cid"]}},
            "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "Una carta", "image": blob}]},
        },
    })  # fmt: skip
    key = made["uri"].rpartition("/")[2]
    thread = f"{appview}/xrpc/app.bsky.feed.getPostThread?uri={made['uri']}&depth=0"
    assert any(answer.ok for answer in seen(thread))

    url = f"https://bsky.app/profile/{ana['did']}/post/{key}"
    post(tmp_path, url)
    bases = {"bluesky": appview}
    assert ["captured"] == [step.outcome for step in capture(tmp_path, web, NOW, bases=bases)]
    html = drawn(tmp_path, url)
    assert 'léanlo en <a href="https://ejemplo.es/carta"' in html
    assert "Nadie contesta cartas." in html
    assert "@ana.test" in html
    assert "20 de noviembre de 2026" in html
    assert [] == [step.outcome for step in capture(tmp_path, web, LATER, bases=bases)]
    assert ["same"] == [step.outcome for step in capture(tmp_path, web, LATER, check=True, bases=bases)]

    gone = {"repo": ana["did"], "collection": "app.bsky.feed.post", "rkey": key}
    call("com.atproto.repo.deleteRecord", ana["accessJwt"], json=gone)
    assert any(not answer.ok for answer in seen(thread))
    assert ["gone"] == [step.outcome for step in capture(tmp_path, web, LATER, check=True, bases=bases)]
    assert "Borrado en su origen" in drawn(tmp_path, url)


def test_bluesky_label_is_obeyed(tmp_path, bluesky):
    """An account that labels itself as not for logged-out people is not captured."""
    pds, appview = bluesky
    web = web_for(pds, appview)

    def call(name, token="", **body):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return web.request("POST", f"{pds}/xrpc/{name}", headers=headers, **body).json()

    eva = call("com.atproto.server.createAccount", json={
        "handle": "eva.test", "email": "eva@example.com", "password": "contraseña-larga",
    })  # fmt: skip
    label = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    call("com.atproto.repo.putRecord", eva["accessJwt"], json={
        "repo": eva["did"], "collection": "app.bsky.actor.profile", "rkey": "self",
        "record": {"$type": "app.bsky.actor.profile", "displayName": "Eva", "labels": label},
    })  # fmt: skip
    made = call("com.atproto.repo.createRecord", eva["accessJwt"], json={
        "repo": eva["did"], "collection": "app.bsky.feed.post",
        "record": {"text": "Solo para quien ha entrado", "createdAt": "2026-11-20T10:00:00.000Z"},
    })  # fmt: skip
    thread = f"{appview}/xrpc/app.bsky.feed.getPostThread?uri={made['uri']}&depth=0"
    eventually(lambda: "!no-unauthenticated" in web.get(thread).text, every=0.2)
    url = f"https://bsky.app/profile/{eva['did']}/post/{made['uri'].rpartition('/')[2]}"
    post(tmp_path, url)
    assert ["unavailable"] == [step.outcome for step in capture(tmp_path, web, NOW, bases={"bluesky": appview})]
    assert "Solo para quien" not in drawn(tmp_path, url)
