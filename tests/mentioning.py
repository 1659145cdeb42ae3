"""A blog that tells and is told by webmention, and the sites around it: a dictionary (``Sites``)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tertulia.content.posts import Post, Published
from tertulia.conversation.moderator import Moderator
from tertulia.conversation.webmention import send
from tertulia.conversation.webmention.pages import Pages
from tertulia.conversation.webmention.receive import Receiver
from tertulia.core.fetch import Fetched
from tertulia.store import open_store

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
