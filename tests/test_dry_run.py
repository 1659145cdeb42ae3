"""The dry run over ten posts of the kinds that once went wrong: ``examples/announcing``, read line by line.

Beside each post, ``.txt`` is every word that each network would get, its length, card, pictures and warnings. When a
change is meant, ``ANNOUNCING=write`` writes them anew; read each line as the owner of the blog would before keeping it.
"""

import os
import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from tertulia.content import posts
from tertulia.core import languages, settings
from tertulia.core.fetch import Fetcher
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Author, Capture
from tertulia.syndication.drafts import drafts, due
from tertulia.syndication.networks import networks
from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.memory import Memory
from tertulia.syndication.preview_text import as_text
from tests.conftest import build_site
from tests.fakes import FAKES, NOW

EXAMPLES = sorted((Path(__file__).parent / "examples/announcing").glob("*.md"))
TOOT = Capture(
    provider="mastodon",
    id="mas.to/113400000000000077",
    url="https://mas.to/@ana/113400000000000077",
    kind="post",
    network="Mastodon",
    author=Author(name="Ana", handle="@ana@mas.to", url="https://mas.to/@ana"),
    html="<p>PALABRAS AJENAS DE ANA, que nadie más ha dicho.</p>",
    warning="Violencia",
    captured="2026-11-20",
)
PEOPLE = '[ana]\nname = "Ana Ruiz"\nmastodon = "@ana@mas.to"\nbluesky = "ana.bsky.social"\n'
PLAN = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><path d="M0 0h90v60z"/></svg>'


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What would be said of each post: its file's name → the dry run."""
    folder = tmp_path_factory.mktemp("announcing")
    content = folder / "content"
    (content / "images").mkdir(parents=True)
    (content / "people.toml").write_text(PEOPLE, "utf-8")
    (content / "images/plano.svg").write_text(PLAN, "utf-8")
    for name in ("plaza", "oficina", "urna"):
        Image.new("RGB", (640, 360), "teal").save(content / f"images/{name}.png")
    for path in EXAMPLES:
        (content / "posts").mkdir(exist_ok=True)
        shutil.copy(path, content / "posts" / path.name)
    CaptureStore(content).save(TOOT)
    build_site(content, folder / "output", SITE_ADDRESS="https://peñabrava.example", SEARCH=False)
    languages.speak("es")
    given = {}
    for fake in FAKES.values():
        unborn = object.__new__(fake)
        unborn.url, unborn.port = "https://nobody.example", 9
        given |= unborn.environ()
    context = NetworkContext(
        settings=settings.load(folder, given),
        web=Fetcher(),
        output=folder / "output",
        memory=Memory(folder / "var/networks"),
        now=lambda: NOW,
        pause=lambda seconds: None,
    )
    known = networks(context)
    published = posts.read(folder / "output")
    coming = due(published, since=datetime(2026, 11, 1, tzinfo=NOW.tzinfo), now=NOW)
    digest = re.compile(r"\.[0-9a-f]{8}(?=\.\w+)")  # of the file's bytes, in its name
    return {post.id: digest.sub("", as_text(drafts([post], known))) + "\n" for post in coming}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_each_network_gets_is_what_an_owner_would_send(said, path):
    """Every word, length, card, picture and warning is the one that was read and approved."""
    lines = path.read_text("utf-8").splitlines()
    post = next(line.partition(": ")[2] for line in lines if line.startswith("Id: "))
    approved = path.with_suffix(".txt")
    if os.environ.get("ANNOUNCING") == "write":
        approved.write_text(said[post], "utf-8")
    assert approved.read_text("utf-8") == said[post]
