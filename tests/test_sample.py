"""The sample shows what the program is for, and leaves no trace in the blog of whoever begins from it."""

import datetime as dt
import gzip
import re
import shutil
from itertools import chain

import mf2py
import pytest
from bs4 import BeautifulSoup

from tertulia.commands import photographs, start
from tertulia.content import snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import files_of
from tests.conftest import ROOT, build_site
from tests.test_templates import PAGE_BUDGET_BYTES

pytestmark = pytest.mark.slow

CONTENT = ROOT / "content"
TALK = CONTENT / "conversation"
LEAD, MUSEUM = "2026/11/quien-contesta-a-las-once-de-la-noche", "2026/11/museo-del-perdon"


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """The sample as a newcomer's first preview builds it, and what the build said."""
    output = tmp_path_factory.mktemp("sample") / "output"
    said = build_site(CONTENT, output, SEARCH=False, SOCIAL_CARDS=False)
    assert [] == [record.getMessage() for record in said if record.levelname in ("WARNING", "ERROR")]
    return output


def page(output, path):
    return BeautifulSoup((output / path / "index.html").read_text("utf-8"), "lxml")


def test_a_post_shows_eight_kinds_of_embed(output):
    """Toot, skeet, tweet, video, slides, sound, code, photo, and a card; a post with its poll stands in another."""
    embeds = page(output, MUSEUM).select("figure[data-embed]")
    expected = ["mastodon", "ivoox", "flickr", "bluesky", "x", "youtube", "speakerdeck", "gist", "page"]
    assert expected == [figure["data-embed"] for figure in embeds]
    assert all(figure.img for figure in embeds if figure["data-embed"] not in ("x", "gist"))
    poll = page(output, "2026/11/se-vota-pero-ya-esta-decidido").select("[data-embed=mastodon] li")
    assert [True, 4] == ["131" in poll[0].text, len(poll)]


def test_the_talk_comes_by_every_way_and_the_owners_answer(output):
    """From the form, a page, Mastodon and Bluesky; counts, a place where something was, a portrait and an initial."""
    talk = page(output, LEAD).select_one("section[aria-labelledby=conversation]")
    assert {"form", "web", "mastodon", "bluesky"} == {said["data-network"] for said in talk.select("article")}
    assert talk.select("article article, ol ol [data-owner]")
    assert all(talk.select_one(mark) for mark in ("[data-initial]", "img", "ol ol ol", "li > p[id].quiet"))
    assert "87 personas" in talk.text
    pictures = {img["src"].rpartition("/")[2] for img in talk.select("article img")}
    assert pictures <= {file.name for file in (output / "avatars").iterdir()}
    english = page(output, "en/2026/03/the-english-i-learnt-on-the-phone")
    assert english.select("[data-owner]")
    for home in ("", "en"):
        assert 3 == len(page(output, home).select("section[aria-labelledby=said] li"))


def test_who_spoke_is_known_to_programs_with_their_picture(output):
    """Name, address and portrait of each comment's author, as a microformats parser reads them."""
    html = (output / LEAD / "index.html").read_text("utf-8")
    (entry,) = (item for item in mf2py.parse(html)["items"] if item["type"] == ["h-entry"])
    people = [said["properties"]["author"][0]["properties"] for said in entry["properties"]["comment"]]
    found = {person["name"][0]: person for person in people}
    assert ["https://cierzo.example/@nieves"] == found["Nieves Barra"]["url"]
    assert found["Nieves Barra"]["photo"][0]["value"].endswith("/avatars/nieves.webp")
    assert "photo" not in found["Encarni"]


def test_its_home_fits_in_the_first_answer(output):
    """With covers, talk and all: the page and the style sheet, compressed, are what a server may send at once."""
    parts = (output / "index.html", output / "theme" / "site.css")
    assert sum(len(gzip.compress(part.read_bytes(), 9)) for part in parts) <= PAGE_BUDGET_BYTES


def test_nothing_of_the_sample_has_to_be_fetched():
    """Each picture of a capture and each portrait is there, and none is there that nothing shows."""
    captures = [*CaptureStore(CONTENT).all()]
    assert {"paste"} == {capture.source for capture in captures}
    needed = {name for capture in captures for name in files_of(capture)}
    assert needed == {file.name for file in (CONTENT / "embeds").rglob("*.webp")}
    talk = chain.from_iterable(one.comments for one in snapshot.read_all(TALK))
    assert {said.avatar for said in talk} - {""} == {file.name for file in (TALK / "avatars").iterdir()}


def test_a_talk_of_ones_own_is_shown_in_place_of_the_samples(tmp_path):
    """Post by post: what the store wrote wins, be it nothing, and the others keep what they came with."""
    own = Comment(id="own", author="Ana", html="<p>Lo mío</p>", date=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    snapshot.write(tmp_path / "conversation", Conversation(id="2026-11-once-noche", lang="es", comments=(own,)))
    snapshot.write(tmp_path / "conversation", Conversation(id="2026-11-portada", lang="es"))
    build_site(CONTENT, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    shown = (LEAD, "2026/11/se-vota-pero-ya-esta-decidido", MUSEUM)
    assert [1, 0, 11] == [len(page(tmp_path / "output", path).select("[data-network]")) for path in shown]


def test_start_takes_the_samples_talk_away(tmp_path):
    """It goes aside with the rest, no page shows it, and no post that is written later under the same Id gets it."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    (tmp_path / "pelicanconf.py").write_text((ROOT / "pelicanconf.py").read_text("utf-8"), "utf-8")
    answers = start.Answers("es", "El rincón", "", "https://rincon.example", "Ana", "UTC")
    start.apply(tmp_path, answers, dt.datetime(2026, 11, 22, tzinfo=dt.UTC), "1a2b3c4d")
    assert {"posts", "pages", "images", "people.toml"} == {one.name for one in content.iterdir()}
    post = "Título: A\nId: 2026-11-once-noche\nFecha: 2026-11-20\nEstado: publicada\n\nTexto.\n"
    (content / "posts" / "a.md").write_text(post, "utf-8")
    shutil.copytree(TALK, content / "conversation")  # even where somebody puts it back
    build_site(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    pages = list((tmp_path / "output").rglob("*.html"))
    assert pages
    assert not any("data-network" in path.read_text("utf-8") for path in pages)
    assert not (tmp_path / "output" / "avatars").exists()
    assert not (tmp_path / "var" / "conversation").exists()


def test_the_pictures_of_the_readme_are_of_pages_that_are_there(output):
    """`python3 tasks.py docs --pictures` takes each anew, of a part of the page where it names one."""
    for name in ("README.md", "README.es.md"):
        shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / name).read_text("utf-8"))
        assert list(photographs.OF_SAMPLE) == shown
    for place in photographs.OF_SAMPLE.values():
        url, _, part = place.partition("#")
        text = (output / url / "index.html").read_text("utf-8")
        assert not part or f'id="{part}"' in text
