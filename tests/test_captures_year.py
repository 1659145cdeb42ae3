"""A year in the life of thirty captured items: what the page says of each, month after month, is so."""

import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tertulia.core import languages
from tertulia.core.fetch import Fetcher
from tertulia.embeds.capture import canonical, capture
from tertulia.embeds.remove import remove
from tests.embedding import drawn, png, post

START = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
TOOTS, SKEETS, PAGES = 20, 6, 4


class Server:
    """One host: what it says of each path, and a mood in which it says the same to everybody."""

    def __init__(self):
        self.pages = {}  # path → (status, body as JSON or HTML or bytes)
        self.mood = None  # (status, headers)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, body, headers = outer.answer(unquote(self.path))
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                kind = "application/json"
                if isinstance(body, bytes):
                    kind = "image/png" if body.startswith(b"\x89PNG") else "text/html; charset=utf-8"
                self.send_response(status)
                for name, value in ({"Content-Type": kind, "Content-Length": str(len(data))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, path):
        if self.mood:
            return self.mood[0], b"", self.mood[1]
        parts = urlsplit(path)
        key = parse_qs(parts.query).get("uri", [parts.path])[0]
        status, body = self.pages.get(key, (404, {"error": "Record not found"}))
        return status, body, {}

    def toot(self, n, **more):
        """Put a toot on this server, or change the one that is there."""
        path = f"/api/v1/statuses/{1000 + n}"
        account = {"username": f"p{n}", "acct": f"p{n}", "display_name": f"P{n}", "url": f"{self.origin}/@p{n}"}
        before = self.pages[path][1] if path in self.pages else {
            "id": str(1000 + n), "visibility": "public", "edited_at": None, "content": f"<p>Palabras {n}.</p>",
            "url": f"{self.origin}/@p{n}/{1000 + n}", "account": account, "media_attachments": [
                {"type": "image", "url": f"{self.origin}/media/{n}.png", "description": f"Imagen {n}"}],
        }  # fmt: skip
        self.pages[path] = (200, before | more)
        self.pages[f"/media/{n}.png"] = (200, png(20 + n, 10))

    def die(self, path, status=404):
        self.pages[path] = (status, {"error": "Record not found"})


def skeet(n, handle, **more):
    """What the AppView says of a post, the same under its author's handle and DID."""
    author = {"did": f"did:plc:s{n}", "handle": handle, "displayName": f"S{n}"}
    record = {"text": f"Frase {n}.", "createdAt": "2025-01-01T00:00:00Z"}
    uri = f"at://did:plc:s{n}/app.bsky.feed.post/3k{n}"
    return 200, {"thread": {"post": {"uri": uri, "author": author, "record": record, **more}}}


def uri(who, n):
    return f"at://{who}/app.bsky.feed.post/3k{n}"


class Truth:
    """What a reader should find about one item."""

    def __init__(self, url, words):
        self.url, self.words = url, words
        self.is_gone = self.is_edited = self.is_removed = False
        self.more = []  # what else must stand there


@pytest.fixture
def town(socket_enabled):
    """Two servers of toots, an AppView and a newspaper."""
    servers = [Server() for _ in range(4)]
    yield servers
    for server in servers:
        server.http.shutdown()
        server.http.server_close()


def test_a_year_of_thirty_items(tmp_path, town):
    """Edits, new names, dropped copies, moods, deaths, returns, requests: each is told when it is so, and no other."""
    languages.speak("es")
    here, there, sky, paper = town
    web = Fetcher([server.origin.removeprefix("http://") for server in town])
    truths = []
    for n in range(TOOTS):
        here.toot(n)
        truths.append(Truth(f"{here.origin}/@p{n}/{1000 + n}", f"Palabras {n}."))
    # Of toot 3, "here" has only a copy; toot 6 answers toot 19, and toot 7 as well.
    there.toot(3)
    here.toot(3, url=f"{there.origin}/@p3/1003")
    for n in (6, 7):
        here.toot(n, in_reply_to_id="1019")
        truths[n].more.append("Palabras 19.")
    for n in range(SKEETS):
        sky.pages[uri(f"s{n}.test", n)] = sky.pages[uri(f"did:plc:s{n}", n)] = skeet(n, f"s{n}.test")
        truths.append(Truth(f"https://bsky.app/profile/s{n}.test/post/3k{n}", f"Frase {n}."))
    for n in range(PAGES):
        paper.pages[f"/nota/{n}"] = (200, f"<title>Nota {n}.</title>".encode())
        truths.append(Truth(f"{paper.origin}/nota/{n}", f"Nota {n}."))
    post(tmp_path, "\n\n".join(truth.url for truth in truths))
    toots, skeets, pages = truths[:TOOTS], truths[TOOTS : TOOTS + SKEETS], truths[TOOTS + SKEETS :]
    bases = {"bluesky": sky.origin}

    def look(month, *, check=True):
        steps = list(capture(tmp_path, web, START + dt.timedelta(days=30 * month), check=check, bases=bases))
        for truth in truths:
            html = drawn(tmp_path, truth.url)
            told = ("Borrado" in html, "Editado" in html, 'data-embed="' not in html)
            assert (truth.is_gone, truth.is_edited, truth.is_removed) == told, (month, truth.url, html)
            missing = [words for words in [truth.words, *truth.more] if words not in html]
            assert truth.is_removed or [] == missing, (month, truth.url)
        return {step.outcome for step in steps}

    assert {"captured"} == look(0, check=False)
    # February: an edit and a new description.
    here.toot(1, content="<p>Otras palabras 1.</p>", edited_at="2026-02-01T10:00:00Z")
    toots[1].words, toots[1].is_edited, toots[1].more = "Otras palabras 1.", True, ["Palabras 1."]
    described = [{"type": "image", "url": f"{here.origin}/media/2.png", "description": "Una imagen con letras"}]
    here.toot(2, media_attachments=described, edited_at="2026-02-02T10:00:00Z")
    toots[2].is_edited, toots[2].more = True, ["Una imagen con letras"]
    assert {"same", "edited"} == look(1)
    # March: a person changes handle, and a server drops its copy.
    sky.pages[uri("s0.test", 0)] = (400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})
    here.die("/api/v1/statuses/1003")
    assert {"same"} == look(2)
    # April and May: "come back later", in both ways of saying when.
    here.mood = (429, {"Retry-After": "30"})
    paper.mood = (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    assert {"same", "waiting"} == look(3)
    here.mood, paper.mood, sky.mood = (503, {}), (502, {}), (503, {"Retry-After": "5"})
    assert {"waiting", "unavailable"} == look(4)
    here.mood = paper.mood = sky.mood = None
    # June: deaths, in each service's own words.
    here.die("/api/v1/statuses/1004")
    sky.pages[uri("s1.test", 1)] = sky.pages[uri("did:plc:s1", 1)] = (400, {"error": "NotFound"})
    paper.die("/nota/0", 410)
    toots[4].is_gone = skeets[1].is_gone = pages[0].is_gone = True
    assert {"same", "gone"} == look(5)
    # July: not for us, which is no death.
    here.pages["/api/v1/statuses/1008"] = (401, {"error": "token"})
    paper.pages["/nota/1"] = (403, b"")
    paper.pages["/nota/2"] = (451, b"")
    assert {"same"} == look(6)
    # August: one of the dead returns, and so does the copy.
    del here.pages["/api/v1/statuses/1004"], here.pages["/api/v1/statuses/1003"]
    here.toot(4)
    here.toot(3, url=f"{there.origin}/@p3/1003")
    toots[4].is_gone = False
    assert {"same", "back"} == look(7)
    # September: somebody asks to be taken out, by another address of theirs; somebody else, who is quoted.
    remove(tmp_path, f"{here.origin}/users/p5/statuses/1005", START, canonical=lambda url: canonical(url, web))
    remove(tmp_path, f"{here.origin}/@p19/1019", START)
    toots[5].is_removed = toots[19].is_removed = True
    toots[6].more = toots[7].more = []
    assert {"same"} == look(8)
    assert "Palabras 19" not in drawn(tmp_path, toots[6].url)
    # October: a comma is corrected while pictures fail; nothing that was quoted is lost, nor does it come back.
    here.toot(7, content="<p>Palabras 7, y coma.</p>", edited_at="2026-10-02T10:00:00Z")
    here.pages["/media/7.png"] = (503, b"")
    toots[7].words, toots[7].is_edited, toots[7].more = "Palabras 7, y coma.", True, ['alt="Imagen 7"']
    assert {"same", "edited"} == look(9)
    assert "Palabras 19" not in drawn(tmp_path, toots[7].url)
    # November: an author asks not to be shown to people who are not logged in.
    for who in ("s2.test", "did:plc:s2"):
        sky.pages[uri(who, 2)] = skeet(2, "s2.test", labels=[{"val": "!no-unauthenticated"}])
    skeets[2].is_removed = True
    assert {"same", "gone"} == look(10)
    # December: a server closes for good. What it said stays.
    here.http.shutdown()
    here.http.server_close()
    assert {"same", "unavailable"} == look(11)
    assert set() == look(12, check=False)
