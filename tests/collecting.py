"""A blog that collects: ``Village`` is a network that behaves, ``Api`` a real one's answers of an example file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tertulia.content import snapshot
from tertulia.content.posts import Post
from tertulia.conversation.collector import Collector
from tertulia.conversation.moderator import Moderator
from tertulia.core import settings
from tertulia.core.fetch import Fetched
from tertulia.store import open_store
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.said import Author
from tertulia.syndication.networks.base import Message, NetworkContext, Remote
from tertulia.syndication.networks.listening import listeners
from tertulia.syndication.networks.listening.base import FeedPage, Listener, RemoteComment, Thread
from tertulia.syndication.networks.memory import Memory

EXAMPLES = Path(__file__).parent / "examples" / "collect"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
URL = "https://blog.example/2026/11/el-voto-util/"
POST = Post(
    id="voto", lang="es", title="El voto útil", url=URL, date=NOW - timedelta(hours=8),
    summary="Votar no es pitar falta.", question="¿A quién votas?",
)  # fmt: skip
ANNOUNCED = {"mastodon": "1000", "bluesky": "at://did:plc:me/app.bsky.feed.post/3root", "x": "5000", "telegram": "42",
             "facebook": "pagina_1", "threads": "900", "village": "1000"}  # fmt: skip


class Village(Listener):
    """A network of one square: what is said below our announcement, who mentions us, who links to us."""

    name = "village"
    label = "Village"

    def __init__(self):
        self.said: dict[str, RemoteComment] = {}
        self.elsewhere: dict[str, RemoteComment] = {}
        self.counts: dict[str, int] = {}
        self.price = self.thread_cents = 0.0
        self.cut = 1000  # no thread is told longer than this
        self.trouble: Exception | None = None
        self.broken: dict[str, Exception] = {}  # what one thread, the feed or one question alone meets with
        self.asked: list[str] = []

    def configured(self):
        return True

    def say(self, id_, text="No pito.", parent="1000", who="ana", **more):
        author = Author(network="village", identity=who, name=who.title(), url=f"https://v.example/{who}")
        heard = RemoteComment(
            id=id_, kind="reply", author=author, published=NOW - timedelta(hours=1), text=text, html=f"<p>{text}</p>",
            url=f"https://v.example/{id_}", in_reply_to=parent, likes=0,
        )  # fmt: skip
        self.said[id_] = replace(heard, **more)

    def mention(self, id_, text, *links, who="eva", **more):
        self.say(id_, text, parent="", who=who, **more)
        self.elsewhere[id_] = replace(self.said.pop(id_), kind="mention", links=links)

    def thread(self, remote):
        self.asked.append("thread")
        if found := self.trouble or self.broken.get(remote.id):
            raise found
        below = [one for one in self.said.values() if one.root in ("", remote.id)]
        return Thread(tuple(below)[: self.cut], dict(self.counts), cents=self.thread_cents)

    def recheck(self, ids):
        self.asked += [f"still {one}" for one in ids]
        return {one: self.said.get(one) or self.elsewhere.get(one) for one in ids}

    def feeds(self, site):
        return {"mentions": self.read}

    def read(self, cursor):
        self.asked.append(f"mentions {cursor}")
        if "mentions" in self.broken:
            raise self.broken["mentions"]
        fresh = [one for id_, one in self.elsewhere.items() if id_ > cursor]
        return FeedPage(tuple(fresh), max([cursor, *(one.id for one in fresh)]), self.price)

    def max_cents_per_look(self):
        return self.price


class House:
    """A blog of one announced post, and whoever listens for it."""

    def __init__(self, folder, *listening):
        self.clock = NOW
        self.folder = folder
        self.store = open_store("sqlite:///var/t.db", folder)
        self.rebuilt = 0
        self.moderator = Moderator(self.store, folder / "conversation", lambda: self.clock, rebuild=self._rebuild)
        self.short: dict[str, str] = {}
        for one in listening:
            self.announce(one.name)
        self.collector = Collector(
            store=self.store,
            listeners=list(listening),
            posts=[POST],
            site="https://blog.example",
            lang="es",
            title="Tertulia",
            find=lambda url: ("voto", "es") if url.partition("?")[0] == URL else None,
            take=self.moderator.ingest,
            gone=self.moderator.gone,
            show=lambda post, lang: self.store.conversation.show(folder / "conversation", post, lang),
            now=lambda: self.clock,
            expand=lambda url: self.short.get(url, url),
        )

    def _rebuild(self):
        self.rebuilt += 1

    def announce(self, network, *remotes, post="voto"):
        """The post was said there, in as many parts as it has ids."""
        ids = remotes or (ANNOUNCED[network],)
        words = Message(text=f"El voto útil {URL} #ClientePitero", lang="es", link=URL, title="", date=POST.date)
        message = msgspec.json.encode(words).decode()
        parts = [str(number) for number in range(1, len(ids) + 1)]
        rows = [
            NewDelivery(post=post, lang="es", network=network, part=part, after=after, message=message, words="h")
            for part, after in zip(parts, [None, *parts], strict=False)
        ]
        self.store.deliveries.enqueue(rows, NOW)
        for one in ids:
            row = self.store.deliveries.claim(NOW, {network}, None, set())
            where = Remote(id=one, url=f"https://{network}.example/{one}")
            self.store.deliveries.delivered(row, msgspec.json.encode(where).decode(), NOW)

    def run(self, **how):
        self.clock += timedelta(minutes=20)
        return self.collector.run(**how)

    def said(self):
        return sorted(self.store.conversation.find(), key=lambda one: one.id)

    def shown(self):
        return snapshot.read(self.folder / "conversation", "voto", "es")


@pytest.fixture
def village() -> Village:
    """A network on which nobody has said anything."""
    return Village()


@pytest.fixture
def house(tmp_path: Path, village: Village) -> Iterator[House]:
    """A blog that listens to it."""
    made = House(tmp_path, village)
    yield made
    made.store.close()


class Api:
    """A network's API made of one example file: path → what it answers."""

    def __init__(self, name):
        self.answers = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
        self.asked: list[tuple[str, dict]] = []
        self.headers: dict[str, dict[str, str]] = {}
        self.pages: dict[str, list] = {}  # what a path answers, one after the other

    def request(self, method, url, *, params=None, json=None, **_more):
        parts = urlsplit(url)
        asked = parse_qs(parts.query) | dict(params or {}) | dict(json or {})
        self.asked.append((parts.path, asked))
        if self.pages.get(parts.path):
            self.answers[parts.path] = self.pages[parts.path].pop(0)
        found = self.answers.get(parts.path, {"error": "Record not found"})
        status = 404 if parts.path not in self.answers else 200
        body = msgspec.json.encode(found)
        return Fetched(url, status, {"content-type": "application/json", **self.headers.get(parts.path, {})}, body)


ENVIRON = {
    "MASTODON_URL": "https://mas.example", "MASTODON_TOKEN": "t",
    "BLUESKY_HANDLE": "bitacora.test", "BLUESKY_APP_PASSWORD": "p",
    "X_CONSUMER_KEY": "a", "X_CONSUMER_SECRET": "b", "X_ACCESS_TOKEN": "1-c", "X_ACCESS_SECRET": "d",
    "TELEGRAM_TOKEN": "1:t", "TELEGRAM_CHAT": "@bitacora",
    "FACEBOOK_API_URL": "https://graph.example", "FACEBOOK_PAGE": "pagina", "FACEBOOK_TOKEN": "t",
    "THREADS_API_URL": "https://graph.example", "THREADS_USER": "u", "THREADS_TOKEN": "t",
}  # fmt: skip


def listener(name, folder):
    """The listener of a network, and the API that it asks."""
    api = Api(name)
    context = NetworkContext(
        settings=settings.load(folder, ENVIRON), web=api, output=folder, memory=Memory(folder / "memory"),
        now=lambda: NOW, pause=lambda seconds: None,
    )  # fmt: skip
    return next(one for one in listeners(context) if one.name == name), api
