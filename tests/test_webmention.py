"""Webmention both ways: discovery as webmention.rocks has it, receiving and sending as the Recommendation says.

The sites are a dictionary (``Sites``); only the tests of private addresses go through the real ``Fetcher``.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.content.posts import Post, Published
from tertulia.conversation.moderator import Moderator
from tertulia.conversation.webmention import discovery, pingback, send, source
from tertulia.conversation.webmention.pages import Pages
from tertulia.conversation.webmention.receive import NotTakenError, Receiver
from tertulia.core.errors import FetchError, FetchRefusedError, StoreError
from tertulia.core.fetch import Fetched, Fetcher
from tertulia.store import open_store
from tertulia.store.said import Author, Incoming, Verdict
from tests.patience import PATIENCE

EXAMPLES = Path(__file__).parent / "examples" / "webmention"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SITE = "https://blog.example"
TARGET = f"{SITE}/2026/11/el-voto-util/"
SOURCE = "https://ines.example/nota"
POST = Post(id="voto", lang="es", title="El voto útil", url=TARGET, date=NOW - timedelta(days=1))


@dataclass
class Sites:
    """The web as far as a test knows it: address → answer, or the address that it leads to."""

    pages: dict[str, Fetched | str | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: dict[str, Fetched] = field(default_factory=dict)  # to a POST

    def put(self, url, body, status=200, **headers):
        told = {"content-type": "text/html; charset=utf-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
        self.pages[url] = Fetched(url, status, told, body.encode())

    def get(self, url, **_limits):
        return self.request("GET", url)

    def request(self, method, url, *, data=None, **_limits):
        if method == "POST":
            self.posted.append((url, dict(data)))
            return self.answers.get(url, Fetched(url, 202, {}, b""))
        self.asked.append(url)
        found = self.pages.get(url, Fetched(url, 404, {"content-type": "text/html"}, b""))
        if isinstance(found, str):
            return self.request(method, found)
        if isinstance(found, Exception):
            raise found
        return found


class House:
    """A built blog of one post, a store, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.sites = folder, NOW, Sites()
        self.posts = [POST]
        self.output = folder / "output"
        self.write("2026/11/el-voto-util/index.html", "<p>El voto útil</p>")
        self.write("acerca/index.html", "<p>Acerca</p>")
        self.write("viejo/index.html", f'<link rel="canonical" href="{TARGET}">')
        self.store = open_store("sqlite:///var/t.db", folder)
        self.moderator = Moderator(self.store, folder / "var/conversation", lambda: self.clock)
        self.pages = Pages(SITE, lambda: self.output, self.published)
        self.receiver = Receiver(
            mentions=self.store.mentions,
            pages=self.pages,
            web=self.sites,
            take=self.moderator.ingest,
            gone=self.moderator.gone,
            now=lambda: self.clock,
            also=lambda page: ("https://mas.example/@blog/1",),
        )

    def published(self):
        return Published(site=SITE, title="Blog", lang="es", posts=tuple(self.posts))

    def write(self, path, text):
        (self.output / path).parent.mkdir(parents=True, exist_ok=True)
        (self.output / path).write_text(text, "utf-8")

    def tell(self, told_source=SOURCE, target=TARGET):
        """One webmention, looked at; its row."""
        self.receiver.accept(told_source, target)
        self.receiver.work()
        return self.store.mentions.known(told_source, target)

    def said(self):
        return self.store.conversation.find()

    def sender(self):
        return send.Sender(self.store.sent, self.sites, lambda: self.clock)

    def publish(self, body, post=POST):
        """The page of a post as it is now; how many links are to be told."""
        self.write(
            "2026/11/el-voto-util/index.html", f'<article class="h-entry"><h1 class="p-name">T</h1>{body}</article>'
        )
        return send.plan(self.store.sent, self.pages, self.posts, None, every=self.posts)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.store.close()


def example(name):
    return (EXAMPLES / "source" / f"{name}.html").read_text("utf-8")


# Discovery -----------------------------------------------------------------------------------------------------------


def page_of(path):
    head, _, body = path.read_text("utf-8").partition("\n\n")
    told = [line.partition(":")[::2] for line in head.split("\n")]
    headers: dict[str, str] = {}
    for name, value in ((name.lower(), value.strip()) for name, value in told):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value  # as requests joins them
    return Fetched(headers.pop("url"), int(headers.pop("status", "200")), headers, body.encode())


@pytest.mark.parametrize("case", sorted(EXAMPLES.glob("discovery/*.http")), ids=lambda path: path.stem)
def test_endpoint(case):
    """Each page names the endpoint that stands beside it; 01 to 23 are the cases of webmention.rocks."""
    page = page_of(case)
    sites = Sites({"https://otro.example/asked": page})
    expected = case.with_suffix(".endpoint").read_text("utf-8").strip()
    assert expected == discovery.discover("https://otro.example/asked", sites)


def test_all_cases_of_the_suite_are_here():
    """Twenty-three, none lost."""
    here = {path.stem[:2] for path in EXAMPLES.glob("discovery/*.http")}
    assert {f"{number:02}" for number in range(1, 24)} <= here


# What a source says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", sorted(EXAMPLES.glob("source/*.html")), ids=lambda path: path.stem)
def test_source_is_read(case):
    """Kind, author, words and dates come from microformats, or else from the title; nothing in them can act."""
    sites = Sites()
    sites.put(
        "https://ines.example/sobre",
        '<div class="h-card"><a class="u-url u-uid p-name" href="https://ines.example/sobre">Inés de Sobre</a></div>',
    )
    page = Fetched(SOURCE, 200, {"content-type": "text/html"}, case.read_bytes())
    assert source.links_to(page, TARGET)
    found = source.read(
        page, SOURCE, TARGET, ["https://mas.example/@blog/1"], ask=lambda url: sites.request("GET", url), now=NOW
    )
    shown = {
        "kind": found.kind,
        "name": found.author.name,
        "author": found.author.url,
        "identity": found.author.identity,
        "avatar": found.avatar,
        "url": found.url,
        "published": found.published.astimezone(UTC).isoformat(),
        "text": found.text,
        "html": found.html,
    }
    expected = json.loads(case.with_suffix(".json").read_text("utf-8"))
    assert expected == {name: shown[name] for name in expected}


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (f'<a href="{TARGET}">x</a>', "text/html", True),
        (f'<a href="{TARGET}#c-1">x</a>', "text/html", True),
        (f'<img src="{TARGET}">', "text/html", True),
        (f'<video src="{TARGET}"></video>', "text/html", True),
        (f'<blockquote cite="{TARGET}">x</blockquote>', "text/html", True),
        (f'<a href="{TARGET}otra">x</a>', "text/html", False),
        (f'<a href="{TARGET[:-1]}">x</a>', "text/html", False),
        (f'<a href="{TARGET.replace("https", "http")}">x</a>', "text/html", False),
        (f"<p>{TARGET}</p>", "text/html", False),
        (f'<!-- <a href="{TARGET}">x</a> -->', "text/html", False),
        (f'&lt;a href="{TARGET}"&gt;', "text/html", False),
        (f'<template><a href="{TARGET}">x</a></template>', "text/html", False),
        ("", "text/html", False),
        (f"Véase <{TARGET}>.", "text/plain", True),
        (f"Véase {TARGET}otra", "text/plain", False),
        (json.dumps({"a": [{"b": TARGET}]}), "application/json", True),
        (json.dumps({"a": f"x {TARGET}"}), "application/json", False),
        ("{", "application/json", False),
    ],
)
def test_the_exact_link_must_be_there(body, kind, expected):
    """A link in HTML, a value in JSON, a word in plain text; nothing that only looks like one."""
    assert expected == source.links_to(Fetched(SOURCE, 200, {"content-type": kind}, body.encode()), TARGET)


# Receiving -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told_source", "target", "reason"),
    [
        ("", TARGET, "mention_bad_address"),
        ("nota", TARGET, "mention_bad_address"),
        ("ftp://ines.example/nota", TARGET, "mention_bad_address"),
        ("javascript:alert(1)", TARGET, "mention_bad_address"),
        ("https://u:p@ines.example/", TARGET, "mention_bad_address"),
        ("https://ines.example:0/", TARGET, "mention_bad_address"),
        ("https://[::1", TARGET, "mention_bad_address"),
        (f"https://ines.example/{'x' * 2000}", TARGET, "mention_bad_address"),
        (SOURCE, "", "mention_bad_address"),
        (TARGET, TARGET, "mention_same"),
        (f"{TARGET}#a", f"{TARGET}#b", "mention_same"),
        (SOURCE, "https://otro.example/", "mention_not_ours"),
        (SOURCE, "https://blog.example.otro.example/", "mention_not_ours"),
        (SOURCE, "https://blog.example:8443/2026/11/el-voto-util/", "mention_not_ours"),
        (SOURCE, f"{SITE}/2026/11/otra/", "mention_no_target"),
        (SOURCE, f"{SITE}/../var/t.db", "mention_no_target"),
        (SOURCE, f"{SITE}/%2e%2e/var/t.db", "mention_no_target"),
        (SOURCE, f"{SITE}/{'x' * 300}/", "mention_no_target"),
        (f"{SITE}/acerca/", TARGET, "mention_own_source"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(house, told_source, target, reason):
    """A request is checked before anything is queued or fetched."""
    with pytest.raises(NotTakenError) as refused:
        house.receiver.accept(told_source, target)
    assert (reason, 0, []) == (refused.value.reason, house.store.mentions.queued(), house.sites.asked)


@pytest.mark.parametrize(
    ("target", "post"),
    [
        (TARGET, "voto"),
        (f"{TARGET}#c-1", "voto"),
        (TARGET[:-1], "voto"),
        (f"{TARGET}index.html", "voto"),
        (f"{TARGET}?utm_source=x", "voto"),
        ("http://blog.example/2026/11/el-voto-util/", "voto"),
        ("https://BLOG.example/viejo/", "voto"),
        (f"{SITE}/acerca/", ""),
    ],
)
def test_which_page_an_address_means(house, target, post):
    """Fragments, queries and aliases lead to their post; other pages are ours too, and no post."""
    assert post == house.pages.find(target).post


def test_a_preview_is_ours_too(house):
    """The same pages under another address, and nothing under any other."""
    pages = Pages(SITE, house.pages.output, house.published, ("http://127.0.0.1:8000",))
    there = "http://127.0.0.1:8000/2026/11/el-voto-util/"
    assert ("voto", None) == (pages.find(there).post, pages.find(there.replace("8000", "8001")))


def test_a_reply_is_looked_at_later_and_waits_for_the_owner(house):
    """Nothing is fetched by the request; afterwards the reply is in the conversation, before moderation."""
    house.sites.put(SOURCE, example("reply"))
    mention = house.receiver.accept(SOURCE, TARGET)
    assert ("queued", []) == (mention.state, house.sites.asked)
    assert 1 == house.receiver.work()
    (said,) = house.said()
    assert ("voto", "es", "reply", "waiting", "Inés Gil", "https://ines.example/nota") == (
        said.post, said.lang, said.kind, said.status, said.name, said.url,
    )  # fmt: skip
    assert ("taken", said.key) == (
        house.store.mentions.by_token(mention.token).state,
        house.store.mentions.by_token(mention.token).comment,
    )


def test_the_same_pair_again_changes_nothing(house):
    """Told three times, there is one comment, one row and one status page."""
    house.sites.put(SOURCE, example("reply"))
    rows = {house.tell().token for _time in range(3)}
    assert (1, 1) == (len(rows), len(house.said()))


def test_an_edit_arrives(house):
    """The source changed its words and tells again: so do we."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    house.sites.put(SOURCE, example("reply").replace("pero me quejo", "y no me quejo"))
    house.tell()
    assert ["No pito, y no me quejo."] == [said.text for said in house.said()]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("1999-01-01T00:00:00Z", POST.date),
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2031-01-01T00:00:00Z", NOW),
    ],
)
def test_dates_of_a_source_have_bounds(house, said, shown):
    """Nothing answers an article before it is there, nor tomorrow; nothing is changed before it is said."""
    entry = (
        f'<time class="dt-published" datetime="{said}"></time><time class="dt-updated" datetime="2000-01-01"></time>'
    )
    house.sites.put(
        SOURCE,
        f'<div class="h-entry"><a class="u-in-reply-to" href="{TARGET}"></a><p class="e-content">Ya.</p>{entry}</div>',
    )
    house.tell()
    (one,) = house.said()
    assert (shown, None) == (datetime.fromisoformat(one.published_at), one.edited_at)


def test_410_takes_it_back(house):
    """What says that it is gone is gone, from the page too."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    folder = house.folder / "var/conversation"
    assert 1 == len(snapshot.read(folder, "voto", "es").comments)
    house.sites.put(SOURCE, "", status=410)
    assert ("gone", "mention_gone") == (house.tell().state, house.tell().reason)
    assert ("gone", ()) == (house.said()[0].status, snapshot.read(folder, "voto", "es").comments)


def test_404_takes_it_back_when_it_says_so_twice(house):
    """A site that is being put in place answers 404 as well: it is asked again after an hour."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.sites.put(SOURCE, "", status=404)
    house.tell()
    assert "waiting" == house.said()[0].status
    house.clock += timedelta(minutes=61)
    house.receiver.work()
    assert "gone" == house.said()[0].status


def test_404_of_something_new_is_refused(house):
    """Nobody waits for a page that never was."""
    assert ("refused", "mention_gone") == (house.tell().state, house.tell().reason)


def test_a_link_taken_out_takes_it_back(house):
    """The page is there and no longer links to us."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.sites.put(SOURCE, "<p>Otra cosa</p>")
    assert ("gone", "mention_no_link") == (house.tell().state, house.tell().reason)
    assert "gone" == house.said()[0].status


def test_what_came_back_is_there_again(house):
    """A link put back after it was taken out is looked at anew."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.sites.put(SOURCE, "<p>Otra cosa</p>")
    house.tell()
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    assert ["waiting"] == [said.status for said in house.said()]


@pytest.mark.parametrize("kind", ["like", "repost", "bookmark"])
def test_likes_are_numbers(house, kind):
    """A like, a repost, a bookmark count; nobody's face is shown. Gone, they no longer count."""
    house.sites.put(SOURCE, example(kind))
    house.tell()
    house.tell()
    folder = house.folder / "var/conversation"
    assert ({kind: 1}, []) == (snapshot.read(folder, "voto", "es").counts, house.said())
    house.sites.put(SOURCE, "", status=410)
    house.tell()
    assert {} == snapshot.read(folder, "voto", "es").counts


def test_a_like_of_our_announcement_by_a_bridge_is_counted_once(house):
    """The network itself told how many there are; the bridge's copy adds nothing."""
    house.sites.put(
        "https://brid.gy/like/mastodon/1/2",
        f'<div class="h-entry"><a class="u-url" href="https://mas.example/@blog/1#favorited-by-2"></a>'
        f'<a class="u-like-of" href="{TARGET}"></a></div>',
    )
    mention = house.tell("https://brid.gy/like/mastodon/1/2")
    assert ("taken", "mention_counted", []) == (mention.state, mention.reason, house.store.conversation.posts())


def test_a_reply_to_a_comment_finds_its_place(house):
    """The fragment of the target names the comment that is answered."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    key = house.said()[0].key
    other = "https://otro.example/1"
    house.sites.put(
        other,
        f'<div class="h-entry"><a class="u-in-reply-to" href="{TARGET}#c-{key}"></a>'
        '<p class="e-content">Y yo.</p></div>',
    )
    house.tell(other, f"{TARGET}#c-{key}")
    first = house.store.conversation.get(key)
    assert [first.id] == [said.parent for said in house.said() if said.text == "Y yo."]


def test_silence_is_not_deletion(house):
    """A site that does not answer, or fails, is asked again later, and what it said stands."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    for answer in (FetchError("no"), Fetched(SOURCE, 503, {}, b""), Fetched(SOURCE, 403, {}, b"")):
        house.sites.pages[SOURCE] = answer
        assert "queued" == house.tell().state
    for _day in range(6):
        house.clock += timedelta(days=1)
        house.receiver.work()
    row = house.store.mentions.known(SOURCE, TARGET)
    assert ("refused", "mention_given_up", "waiting") == (row.state, row.reason, house.said()[0].status)


def test_a_private_source_is_refused_and_nothing_is_lost(house):
    """What may not be fetched is not fetched again."""
    house.sites.pages[SOURCE] = FetchRefusedError("private")
    assert ("refused", "mention_not_fetched") == (house.tell().state, house.tell().reason)


def test_a_source_that_is_no_page(house):
    """A picture links to nobody."""
    house.sites.put(SOURCE, "GIF89a", content_type="image/gif")
    assert ("refused", "mention_type") == (house.tell().state, house.tell().reason)


def test_a_redirected_source_is_read_where_it_leads(house):
    """Redirects are followed; the address that was told stays its name."""
    house.sites.pages["https://corto.example/1"] = SOURCE
    house.sites.put(SOURCE, example("no-microformats"))
    assert "taken" == house.tell("https://corto.example/1").state


def test_a_flood_from_one_host_is_asked_to_come_back(house):
    """A host has a hundred places in the queue, no more."""
    for number in range(100):
        house.receiver.accept(f"https://ines.example/{number}", TARGET)
    with pytest.raises(NotTakenError) as refused:
        house.receiver.accept("https://ines.example/otra", TARGET)
    assert 429 == refused.value.status
    house.receiver.accept("https://otra.example/1", TARGET)


def test_what_is_seen_by_two_ways_is_one_comment(house):
    """A bridge tells of a reply that was collected already: one comment, two sources."""
    from tertulia.store.said import Author, Incoming

    ana = Author(network="mastodon", identity="https://mas.example/users/ana", name="Ana")
    collected = Incoming(
        source="mastodon", source_id="1134", post="voto", lang="es", kind="reply", author=ana, published=NOW,
        text="Sí.", html="<p>Sí.</p>", url="https://mas.example/@ana/1134",
    )  # fmt: skip
    house.moderator.ingest(collected)
    bridge = "https://brid.gy/comment/mastodon/@blog@mas.example/1/1134"
    house.sites.put(
        bridge,
        f'<div class="h-entry"><a class="u-url" href="{collected.url}"></a>'
        f'<a class="u-in-reply-to" href="{TARGET}"></a><p class="e-content">Sí.</p></div>',
    )
    house.tell(bridge)
    (said,) = house.said()
    assert ["mastodon", "webmention"] == [way[0] for way in said.sources]


def test_who_was_erased_does_not_come_back(house):
    """Neither the words, nor the address in the queue."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.moderator.erase(house.said()[0].person)
    assert (None, []) == (house.store.mentions.known(SOURCE, TARGET), house.said())
    assert (None, []) == (house.tell(), house.said())


def test_what_was_refused_is_forgotten_after_a_month(house):
    """The queue keeps nothing that nobody will ask for."""
    house.tell()
    house.clock += timedelta(days=31)
    house.receiver.work()
    assert None is house.store.mentions.known(SOURCE, TARGET)


# Private addresses ---------------------------------------------------------------------------------------------------

PRIVATE = (
    "http://127.0.0.1/", "http://127.1/", "http://127.0.0.1:8000/", "http://0/", "http://0.0.0.0/", "http://localhost/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/", "http://printer.local/", "http://localhost.localdomain/", "http://metadata.google.internal/",
    "file:///etc/passwd", "http://user@127.0.0.1/",
)  # fmt: skip


class Connections:
    """Every connection that anybody tries to make; none is made."""

    def __init__(self, monkeypatch, names=()):
        import socket

        self.made: list[object] = []
        answers = dict(names)

        def resolve(host, port, *_args, **_kwargs):
            told = answers.get(host)
            if told is None:
                try:
                    address = socket.inet_ntoa(socket.inet_aton(host))  # as the C library reads "127.1" and "0x7f.1"
                except OSError:
                    if ":" not in host:
                        address = "127.0.0.1"  # whatever has no name of its own leads to this machine
                    else:
                        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (host, port or 80, 0, 0))]
            else:
                address = told.pop(0) if len(told) > 1 else told[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 80))]

        def connect(address, *_args, **_kwargs):
            self.made.append(address)
            raise OSError("no connection in this test")

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
        monkeypatch.setattr("urllib3.connection.connection.create_connection", connect)
        monkeypatch.setattr(socket.socket, "connect", lambda _self, address: connect(address))


@pytest.mark.parametrize("url", PRIVATE)
def test_no_private_source_is_fetched(house, monkeypatch, socket_enabled, url):
    """However an address of this machine or its neighbours is written, no connection is tried."""
    connections = Connections(monkeypatch)
    receiver = Receiver(
        house.store.mentions,
        house.pages,
        Fetcher(timeout_seconds=PATIENCE),
        house.moderator.ingest,
        house.moderator.gone,
        lambda: NOW,
    )
    try:
        receiver.accept(url, TARGET)
    except NotTakenError:
        pass
    else:
        receiver.work()
        assert "refused" == house.store.mentions.known(url, TARGET).state
    assert [] == connections.made


@pytest.mark.parametrize("url", PRIVATE)
def test_no_private_target_is_told(house, monkeypatch, socket_enabled, url):
    """Neither as a link in a post, nor as an endpoint that a page names."""
    connections = Connections(monkeypatch)
    web = Fetcher(timeout_seconds=PATIENCE)
    house.publish(f'<div class="e-content"><a href="{url}">x</a></div>')
    send.Sender(house.store.sent, web, lambda: NOW).run()
    sites = Sites()
    sites.put("https://otro.example/", f'<link rel="webmention" href="{url}">')
    real = sites.request
    sites.request = lambda method, asked, **more: (
        web.request(method, asked, **more) if method == "POST" else real(method, asked)
    )
    house.publish('<div class="e-content"><a href="https://otro.example/">x</a></div>')
    send.Sender(house.store.sent, sites, lambda: NOW).run()
    assert [] == connections.made


def test_a_public_name_is_tried(house, monkeypatch, socket_enabled):
    """The guard's own test: a public address does reach the point of connecting."""
    connections = Connections(monkeypatch, {"ines.example": ["93.184.216.34"]})
    receiver = Receiver(
        house.store.mentions,
        house.pages,
        Fetcher(timeout_seconds=PATIENCE),
        house.moderator.ingest,
        house.moderator.gone,
        lambda: NOW,
    )
    receiver.accept(SOURCE, TARGET)
    receiver.work()
    assert [] != connections.made


def test_a_name_that_changes_its_mind_gains_nothing(house, monkeypatch, socket_enabled):
    """DNS rebinding: what was looked at is what is connected to."""
    connections = Connections(monkeypatch, {"ines.example": ["93.184.216.34", "127.0.0.1"]})
    receiver = Receiver(
        house.store.mentions,
        house.pages,
        Fetcher(timeout_seconds=PATIENCE),
        house.moderator.ingest,
        house.moderator.gone,
        lambda: NOW,
    )
    receiver.accept(SOURCE, TARGET)
    receiver.work()
    assert {"93.184.216.34"} == {address[0] for address in connections.made}


@pytest.mark.parametrize("url", PRIVATE)
def test_a_redirect_to_a_private_address_is_not_followed(house, socket_enabled, httpserver, monkeypatch, url):
    """The first host is public; where it leads is not."""
    from werkzeug import Response

    httpserver.expect_request("/nota").respond_with_response(Response("", 302, {"Location": url}))
    here = f"127.0.0.1:{httpserver.port}"
    told = f"http://{here}/nota"
    receiver = Receiver(
        house.store.mentions,
        house.pages,
        Fetcher([here], timeout_seconds=PATIENCE),
        house.moderator.ingest,
        house.moderator.gone,
        lambda: NOW,
    )
    receiver.accept(told, TARGET)
    import socket

    real = socket.socket.connect
    tried = []

    def connect(self, address):
        tried.append(address[:2])
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    receiver.work()
    assert ({("127.0.0.1", httpserver.port)}, 1) == (set(tried), len(httpserver.log))


# Pingback ------------------------------------------------------------------------------------------------------------


def call(source_url=SOURCE, target=TARGET, method="pingback.ping", head="<?xml version='1.0'?>"):
    values = "".join(f"<param><value><string>{one}</string></value></param>" for one in (source_url, target))
    return f"{head}<methodCall><methodName>{method}</methodName><params>{values}</params></methodCall>".encode()


def test_a_pingback_is_read():
    """Source and target, with or without <string>."""
    assert (SOURCE, TARGET) == pingback.read(call())
    assert (SOURCE, TARGET) == pingback.read(call().replace(b"<string>", b"").replace(b"</string>", b""))


ENTITIES = "".join(f"<!ENTITY {name} '{8 * one}'>" for name, one in (("a", "ja"), ("b", "&a;"), ("c", "&b;")))
BOMB = f"<!DOCTYPE x [{ENTITIES}]>"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<x/>",
        b"<methodCall>",
        call(method="system.listMethods"),
        call() + b"x",
        call(source_url="&c;", head=BOMB),
        call(source_url="&c;", head=f"<?xml version='1.0' encoding='utf-16'?>{BOMB}").decode().encode("utf-16"),
        call(source_url="&x;", head="<!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
        call(source_url="x" * 20_000),
        b"<a>" * 5000,
    ],
    ids=range(10),
)
def test_what_is_no_pingback_is_refused(body):
    """Neither other calls, nor broken XML, nor entities that grow or read files."""
    with pytest.raises(pingback.BadCallError):
        pingback.read(body)


def test_answers_are_read_by_pythons_own_client():
    """What we answer is XML-RPC."""
    import xmlrpc.client

    assert ((("<ñ & co>",), None)) == xmlrpc.client.loads(pingback.answer("<ñ & co>"))
    with pytest.raises(xmlrpc.client.Fault) as fault:
        xmlrpc.client.loads(pingback.fault(32, "no"))
    assert (32, "no") == (fault.value.faultCode, fault.value.faultString)


# Sending -------------------------------------------------------------------------------------------------------------


def test_the_links_of_a_post_are_told(house):
    """Every link of text and credits; not our own pages, our own copies, nor others' words under the post."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    house.sites.put("https://dos.example/a", '<a rel="webmention" href="https://hub.example/wm?x=1">wm</a>')
    planned = house.publish(
        '<div class="e-content"><a href="https://uno.example/">1</a> <a href="https://uno.example/#">1</a>'
        f'<a href="/acerca/">p</a><a href="{SITE}/acerca/">p</a><a href="mailto:a@b.c">m</a><a href="#n">n</a></div>'
        '<footer><a href="https://dos.example/a">2</a><a class="u-syndication" href="https://mas.example/@blog/1">M</a>'
        '</footer><article class="p-comment h-cite"><a href="https://tres.example/">3</a></article>'
    )
    told = house.sender().run()
    assert (2, ["sent", "sent"]) == (planned, [one.state for one in told])
    assert [
        ("https://uno.example/wm", {"source": TARGET, "target": "https://uno.example/"}),
        ("https://hub.example/wm?x=1", {"source": TARGET, "target": "https://dos.example/a"}),
    ] == house.sites.posted


def test_a_version_is_told_once(house):
    """The same post again tells nobody; a changed one tells everybody it links to, and whom it no longer does."""
    for name in ("uno", "dos"):
        house.sites.put(f"https://{name}.example/", '<link rel="webmention" href="/wm">')
    both = '<div class="e-content">{} <a href="https://uno.example/">1</a> {}</div>'
    house.publish(both.format("Uno.", '<a href="https://dos.example/">2</a>'))
    house.sender().run()
    assert (0, []) == (house.publish(both.format("Uno.", '<a href="https://dos.example/">2</a>')), house.sender().run())
    house.sites.posted.clear()
    assert 2 == house.publish(both.format("Uno y medio.", ""))
    states = {one.target: one.state for one in house.sender().run()}
    assert {"https://uno.example/": "sent", "https://dos.example/": "removed"} == states
    assert ["https://dos.example/wm", "https://uno.example/wm"] == sorted(url for url, _ in house.sites.posted)
    assert (0, []) == (house.publish(both.format("Uno y medio.", "")), house.sender().run())


def test_comments_under_a_post_make_no_new_version(house):
    """A reader's comment changes the page, and nothing that we told."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    body = '<div class="e-content"><a href="https://uno.example/">1</a></div>'
    house.publish(body)
    house.sender().run()
    assert 0 == house.publish(body + '<article class="p-comment h-cite"><p class="e-content">Hola</p></article>')


def test_a_deleted_post_is_told(house):
    """Its links were told; now everybody hears that it is gone."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    house.sender().run()
    house.posts.clear()
    assert 1 == send.plan(house.store.sent, house.pages, [], None, every=[])
    assert ["removed"] == [one.state for one in house.sender().run()]
    assert 0 == send.plan(house.store.sent, house.pages, [], None, every=[])


def test_an_old_blog_tells_nobody_of_its_past(house):
    """Posts from before ANNOUNCE_SINCE are left alone."""
    house.write(
        "2026/11/el-voto-util/index.html",
        '<article class="h-entry"><div class="e-content"><a href="https://uno.example/">1</a></div></article>',
    )
    since = NOW - timedelta(hours=1)
    assert 0 == send.plan(house.store.sent, house.pages, house.posts, since, every=house.posts)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Fetched("", 200, {}, b""), "sent"),
        (Fetched("", 201, {"location": "/status/1"}, b""), "sent"),
        (Fetched("", 202, {}, b""), "sent"),
        (Fetched("", 400, {}, b"no"), "refused"),
        (Fetched("", 429, {}, b""), "waiting"),
        (Fetched("", 503, {}, b""), "waiting"),
    ],
    ids=lambda each: str(getattr(each, "status", each)),
)
def test_what_the_other_side_says(house, answer, state):
    """Any two hundred is yes; a failure is tried again later; a no is kept."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    house.sites.answers["https://uno.example/wm"] = answer
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    (told,) = house.sender().run()
    where = "https://uno.example/status/1" if answer.status == 201 else ""
    assert (state, where) == (told.state, told.status_url)


def test_silence_is_tried_again_and_then_left(house):
    """Minutes, hours, days; then no more until the post changes."""
    house.sites.pages["https://uno.example/"] = FetchError("silent")
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    states = []
    for _day in range(7):
        states += [one.state for one in house.sender().run()]
        house.clock += timedelta(days=4)
    assert ["waiting"] * 4 + ["refused"] == states


def test_a_site_without_webmention_is_asked_once_a_version(house):
    """No endpoint is an answer too."""
    house.sites.put("https://uno.example/", "<p>Hola</p>")
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    assert (["none"], []) == ([one.state for one in house.sender().run()], house.sender().run())
    assert 1 == len(house.sites.asked)


def test_an_endpoint_that_moved_is_followed(house):
    """A POST that is redirected is sent again where it leads."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="http://uno.example/wm">')
    house.sites.answers["http://uno.example/wm"] = Fetched("", 301, {"location": "https://uno.example/wm"}, b"")
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    assert ["sent"] == [one.state for one in house.sender().run()]
    assert ["http://uno.example/wm", "https://uno.example/wm"] == [url for url, _ in house.sites.posted]


# One odd thing keeps no other back ------------------------------------------------------------------------------------


def test_one_odd_target_keeps_no_other_back(house):
    """Whatever goes wrong with it, it is told later, and the others now."""
    links = "".join(f'<a href="https://{name}.example/">x</a>' for name in ("uno", "dos", "tres"))
    house.publish(f'<div class="e-content">{links}</div>')
    for name in ("uno", "tres"):
        house.sites.put(f"https://{name}.example/", '<link rel="webmention" href="/wm">')
    house.sites.pages["https://dos.example/"] = RecursionError("deep")
    told = {one.target: one.state for one in house.sender().run()}
    assert {"https://uno.example/": "sent", "https://dos.example/": "waiting", "https://tres.example/": "sent"} == told


def test_one_odd_page_of_ours_keeps_no_other_from_being_told_of(house):
    """Its links are read the next time."""
    house.write("2026/11/otra/index.html", '<article class="h-entry"><a href="https://uno.example/">x</a></article>')
    house.posts.append(replace(POST, id="otra", url=f"{SITE}/2026/11/otra/"))
    (house.output / "2026/11/el-voto-util/index.html").write_bytes(b"<p>\xff\xfe</p>")
    assert 1 == send.plan(house.store.sent, house.pages, house.posts, None, every=house.posts)


def test_one_odd_mention_keeps_no_other_back(house):
    """Nor does it, when it is the store that does not take it: it is looked at again later."""
    others = [f"https://ines{number}.example/nota" for number in range(3)]
    for url in others:
        house.sites.put(url, example("reply"))
        house.receiver.accept(url, TARGET)
    take = house.receiver.take

    def odd(incoming):
        if "ines1" in incoming.source_id:
            raise StoreError("invalid byte sequence")
        return take(incoming)

    object.__setattr__(house.receiver, "take", odd)
    house.receiver.work()
    states = [house.store.mentions.known(url, TARGET).state for url in others]
    assert ["taken", "queued", "taken"] == states


def test_a_domain_that_tells_much_keeps_no_other_waiting(house):
    """A hundred names under one domain count as one; who told one thing comes before them."""
    for number in range(100):
        house.receiver.accept(f"https://s{number}.evil.example/x", TARGET)
    with pytest.raises(NotTakenError, match="too_many"):
        house.receiver.accept("https://s100.evil.example/x", TARGET)
    house.receiver.accept(SOURCE, TARGET)
    house.sites.put(SOURCE, example("reply"))
    house.receiver.work(1)
    assert [SOURCE] == house.sites.asked


def test_a_slow_domain_holds_one_look(house):
    """While it is asked, the others are looked at by the other threads, and nothing more is asked of it."""
    slow = [f"https://s{number}.lento.example/x" for number in range(2)]
    house.receiver.accept(slow[0], TARGET)
    with house.receiver.busy.next(house.store.mentions, house.clock) as mention:
        assert slow[0] == mention.source
        house.receiver.accept(slow[1], TARGET)
        house.receiver.accept(SOURCE, TARGET)
        assert 1 == house.receiver.work()
        assert [SOURCE] == house.sites.asked
    assert 1 == house.receiver.work()


@pytest.mark.parametrize(
    ("site", "service", "expected"),
    [
        ("https://blog.example", "/", "https://blog.example"),
        ("https://host.example/blog", "/", "https://host.example"),
        ("https://host.example/blog", "/blog", "https://host.example/blog"),
        ("https://blog.example", "https://talk.example", "https://talk.example"),
    ],
)
def test_every_page_names_its_endpoints_in_full(tmp_path, build, site, service, expected):
    """WordPress' pingback resolves no address: all pages, in every language and folder, give the whole of it."""
    (tmp_path / "posts").mkdir()
    for name, head in {
        "voto": "Title: El voto útil\nId: voto",
        "voto.en": "Title: The vote\nId: voto\nLang: en",
    }.items():
        (tmp_path / "posts" / f"{name}.md").write_text(f"{head}\nDate: 2026-11-22\n\nSin más.\n", "utf-8")
    build(tmp_path, tmp_path / "out", SITE_ADDRESS=site, SERVICE_ADDRESS=service, SOCIAL_CARDS=False)
    pages = [page.read_text("utf-8") for page in (tmp_path / "out").rglob("*.html")]
    named = [page for page in pages if 'rel="pingback"' in page]
    assert len(named) > 4
    wanted = [f'<link rel="{way}" href="{expected}/{way}">' for way in ("webmention", "pingback")]
    assert [] == [page for page in named if not all(link in page for link in wanted)]


# Answers to what others said on their own sites ---------------------------------------------------------------------


def mentioned_and_answered(house, text="Gracias por escribirlo."):
    """Somebody's page about the post, public, and the author's answer to it; the keys of both."""
    eva = Author(network="web", identity="https://eva.example/", name="Eva", url="https://eva.example/")
    theirs = Incoming(
        source="webmention", source_id=f"{SOURCE} {TARGET}", post=POST.id, lang=POST.lang, kind="mention", author=eva,
        published=NOW, text="Lo he leído.", html="<p>Lo he leído.</p>", url=SOURCE,
    )  # fmt: skip
    key = house.store.conversation.record(theirs, Verdict("approved"), NOW).key
    owner = Author(network="form", identity="owner", name="Reme", is_owner=True)
    mine = Incoming(
        source="form", source_id="answer 1", post=POST.id, lang=POST.lang, kind="reply", author=owner, published=NOW,
        text=text, html=f"<p>{text}</p>", in_reply_to=key,
    )  # fmt: skip
    return key, house.store.conversation.record(mine, Verdict("approved"), NOW).key


def planned(house):
    answers = send.answer_links(house.store.answers.to_web(), house.pages, house.posts, None)
    return send.plan(house.store.sent, house.pages, house.posts, None, every=house.posts, answers=answers)


def test_who_wrote_on_their_own_site_is_told_of_the_answer_by_its_address(house):
    """Once, when the built page shows it; again when its words change; taken back when it is taken back."""
    _, answer = mentioned_and_answered(house)
    house.publish("<p>…</p>")
    assert 0 == planned(house), "nobody could see it yet"
    body = f'<article class="p-comment h-cite" id="c-{answer}">Gracias</article>'
    house.publish(body)
    assert (1, 0) == (planned(house), planned(house))
    assert [(f"{TARGET}#c-{answer}", SOURCE)] == [(one.source, one.target) for one in house.store.sent.all()]
    house.sites.put(SOURCE, '<link rel="webmention" href="/wm">')
    house.sender().run()
    assert [{"source": f"{TARGET}#c-{answer}", "target": SOURCE}] == [body for _, body in house.sites.posted]
    said = house.store.conversation.get(answer)
    house.moderator.edit(answer, "Gracias, Eva.", said.version)
    assert (1, 0) == (planned(house), planned(house))
    house.moderator.decide(answer, "rejected", house.store.conversation.get(answer).version)
    assert 1 == planned(house)


def test_an_answer_on_an_older_part_of_the_talk_has_that_pages_address(house):
    """The page that shows it is the one that is told."""
    _, answer = mentioned_and_answered(house)
    house.publish("<p>…</p>")
    house.write("2026/11/el-voto-util/comments/2/index.html", f'<article class="p-comment" id="c-{answer}">…</article>')
    planned(house)
    assert [f"{TARGET}comments/2/#c-{answer}"] == [one.source for one in house.store.sent.all()]


def test_answers_of_before_the_blog_told_anybody_are_left_alone(house):
    """``ANNOUNCE_SINCE`` is theirs too."""
    _, answer = mentioned_and_answered(house)
    house.publish(f'<article class="p-comment" id="c-{answer}">…</article>')
    given = house.store.answers.to_web()
    assert [] == send.answer_links(given, house.pages, house.posts, NOW + timedelta(days=1))
