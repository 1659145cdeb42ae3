"""A blog with one network, its fake and a clock that is moved by hand: where the tests of sending live."""

from datetime import timedelta
from pathlib import Path

from PIL import Image

from tertulia.content.posts import FILE_NAME, Cover, Post, PostCredit, Published, encoded
from tertulia.core import settings
from tertulia.core.fetch import Fetcher
from tertulia.store import open_store
from tertulia.store.journal import Journal
from tertulia.syndication.drafts import draft
from tertulia.syndication.networks import network_classes
from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.memory import Memory
from tertulia.syndication.outbox import Outbox
from tests.fakes import NOW, Fake
from tests.stores import empty

POST = Post(
    id="voto-util",
    lang="es",
    title="El voto útil",
    url="https://blog.example/2026/11/el-voto-util/",
    date=NOW - timedelta(hours=2),
    summary="¿Qué tal, ñandú? 👩‍👧 Votar no es pitar falta. O sí & <no>.",
    question="¿A quién votas cuando no votas a nadie?",
    tags=("ClientePitero", "Atención al cliente"),
    credits=(PostCredit("via", "Ana Ruiz", "https://ana.example", {"mastodon": "ana@mas.example"}),),
    cover=Cover("images/plaza.png", "https://blog.example/images/plaza.png", "La plaza, vacía"),
    hash="h1",
)


def write_posts(output: Path, published: Published) -> None:
    """Leave *published* in the folder *output*, as a build does."""
    (output / FILE_NAME).write_bytes(encoded(published))


class House:
    """A blog, one network and its fake, and a clock that is moved by hand."""

    def __init__(self, folder: Path, fake: type[Fake], store: str = "sqlite:///var/t.db") -> None:
        self.folder = folder
        self.store_url = store
        self.fake = fake()
        self.clock = NOW
        self.name = fake.name
        (folder / "output/images").mkdir(parents=True)
        Image.new("RGB", (640, 360), "teal").save(folder / "output/images/plaza.png")
        self.found = settings.load(folder, self.fake.environ())
        self.start()
        self.subscribe("lectora@ejemplo.example")

    def start(self) -> None:
        """Everything anew, as the next run would find it."""
        if hasattr(self, "store"):
            self.store.close()
        self.store = open_store(self.store_url, self.folder)
        context = NetworkContext(
            settings=self.found,
            web=Fetcher([f"127.0.0.1:{self.fake.port}"]),
            output=self.folder / "output",
            memory=Memory(self.folder / "var/networks"),
            now=lambda: self.clock,
            pause=lambda seconds: None,
            readers=self.store.subscribers,
            site="https://blog.example",
            title="Bitácora",
        )
        self.network = network_classes()[self.name](context)
        self.outbox = Outbox(
            store=self.store,
            networks={self.name: self.network},
            snapshots=self.folder / "var/conversation",
            journal=Journal(self.folder / "var"),
            now=lambda: self.clock,
            chance=lambda: 0.5,
        )

    def close(self) -> None:
        """Give back sockets and connections."""
        self.store.close()
        self.fake.close()

    def subscribe(self, email: str) -> int:
        """A reader of the newsletter, who was there before the post."""
        reader = self.store.subscribers.ask(email, "es", NOW - timedelta(days=9))
        self.store.subscribers.confirm(reader.id, NOW - timedelta(days=9))
        return reader.id

    def lose_store(self) -> None:
        """The store is gone, the rest of the folder is not."""
        if not self.store.database.is_sqlite:
            empty(self.store.database)
        for path in (self.folder / "var").glob("t.db*"):
            path.unlink()
        self.start()
        self.subscribe("lectora@ejemplo.example")

    def announce(self, post: Post = POST):
        self.outbox.enqueue([draft(post, self.network)])
        return self.outbox.deliver()

    def until_quiet(self, post: Post = POST) -> str:
        """Run again and again, a day apart; the state in which it ends."""
        for _day in range(6):
            self.clock += timedelta(days=1)
            self.announce(post)
        states = {row.state for row in self.store.deliveries.all()}
        assert len(states) == 1, states
        return states.pop()
