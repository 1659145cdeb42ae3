"""A blog with the comment service at work, for tests: no sockets, a clock that is moved by hand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from tertulia.app import Blog
from tertulia.commands import collect
from tertulia.content.posts import Post, Published
from tertulia.conversation.blog import BlogInfo
from tertulia.core import settings
from tertulia.web import sign_in
from tertulia.web.app import create
from tests.conftest import ROOT
from tests.house import write_posts

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SITE = "https://blog.example"
POST = Post(id="voto", lang="es", title="El voto útil", url=f"{SITE}/2026/11/el-voto-util/", date=NOW)
ENGLISH = Post(id="voto", lang="en", title="The useful vote", url=f"{SITE}/en/2026/11/the-useful-vote/", date=NOW)
OURS = {"Origin": SITE}


class _Compiled(BytecodeCache):
    """The service's templates, compiled once a process: they are the same for every blog of the tests."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is known of a template and its text."""
        if known := self._found.get(f"{bucket.key} {bucket.checksum}"):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next blog."""
        self._found[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


COMPILED = _Compiled()


class Talk:
    """One blog, its service and a browser."""

    def __init__(
        self,
        folder: Path,
        store_url: str = "sqlite:///var/t.db",
        environ=None,
        *,
        same_origin=True,
        service=SITE,
        **named,
    ) -> None:
        self.folder = folder
        self.clock = NOW
        self.rebuilt = 0
        (folder / "output").mkdir(parents=True, exist_ok=True)
        write_posts(folder / "output", Published(site=SITE, title="Blog", lang="es", posts=(POST, ENGLISH)))
        self.settings = settings.load(
            folder, {"SECRET_KEY": "a long and random text", "TERTULIA_STORE": store_url, **(environ or {})}
        )
        self.blog = Blog(folder, settings=self.settings, now=lambda: self.clock)
        self.blog.info = BlogInfo(
            root=ROOT, site=SITE, title="La sobremesa", lang="es", langs=("es", "en"), service=service,
            output=lambda: folder / "output", author="Reme", same_origin=same_origin,
        )  # fmt: skip
        self.store = self.blog.store
        object.__setattr__(self.blog.moderator, "rebuild", self._rebuild)
        self.app = create(self.blog, **named)
        self.app.jinja_env.bytecode_cache = COMPILED
        self.browser = self.app.test_client()

    def _rebuild(self) -> None:
        self.rebuilt += 1

    def later(self, **much) -> None:
        """Let time pass."""
        self.clock += timedelta(**much)

    def fill(self, **fields):
        """The form as a reader fills it in."""
        return {"post": "voto", "lang": "es", "text": "No pito, me quejo.", "name": "Ana", "action": "preview"} | fields

    def preview(self, headers=OURS, **fields):
        """The first sending."""
        return self.browser.post("/comments", data=self.fill(**fields), headers=headers)

    def token(self, **fields) -> str:
        """The token that the preview gives."""
        return field(self.preview(**fields), "token")

    def send(self, headers=OURS, wait=10, **fields):
        """Both sendings, with some time between."""
        token = fields.pop("token", None) or self.token(**fields)
        self.later(seconds=wait)
        data = self.fill(**fields) | {"action": "send", "token": token}
        return self.browser.post("/comments", data=data, headers=headers)

    def said(self, **fields):
        """A comment that was sent, as the store has it."""
        before = {one.key for one in self.store.conversation.find(limit=1000)}
        self.send(**fields)
        return next(one for one in self.store.conversation.find(limit=1000) if one.key not in before)

    def enter(self):
        """Sign the owner in."""
        return self.browser.post(f"/moderation/login/{sign_in.token(self.blog)}", headers=OURS)

    def csrf(self) -> str:
        """The word that the owner's forms carry."""
        return field(self.browser.get("/moderation"), "csrf")

    def do(self, what: str, path: str = "/moderation", **fields):
        """Press a button of the moderation, as its page has it now."""
        return self.press(
            self.browser.get(path if path != "/moderation" else f"{path}?status=all"), what, path, **fields
        )

    def press(self, page, what: str, path: str = "/moderation", **fields):
        """Press a button, and tick boxes, of a page that was opened before."""
        body = page.get_data(as_text=True)
        named = "" if "key" in fields else '(?: [^"]*)?'
        button = re.search(rf'name="do" value="({re.escape(what)}{named})"', body)
        assert button, (what, body)
        data = {"do": button[1], "csrf": field(page, "csrf"), **fields}
        if "key" in fields:
            data["key"] = [re.search(rf'name="key" value="({key} [^"]*)"', body)[1] for key in fields["key"]]
        if path != "/moderation":
            data.setdefault("version", field(page, "version"))
        return self.browser.post(path, data=data, headers=OURS)


@pytest.fixture
def talk(store_url: str, tmp_path: Path) -> Iterator[Talk]:
    """A blog with its service, on a store of each kind."""
    found = Talk(tmp_path, store_url)
    yield found
    found.store.close()


def field(answer, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(f'name="{name}" value="([^"]*)"', answer.get_data(as_text=True))
    assert found, answer.get_data(as_text=True)[:2000]
    return found[1]


def bring(root: Path, **how) -> bool:
    """``python3 tasks.py collect`` for the blog in *root*."""
    return collect.run(root, **how)
