"""The feeds of a small blog: every section has its own, and no more than is public."""

import json

import feedparser
import pytest
from lxml import etree
from PIL import Image

from tertulia.site import feeds
from tests.conftest import build_site

SETTINGS = {"SITE_ADDRESS": "https://host.example/blog", "SITEURL": "/blog", "SEARCH": False, "SOCIAL_CARDS": False}
SETTINGS |= {"TAG_FEED_MIN_POSTS": 1}

POSTS = {
    "silbato.md": """Título: El silbato & el árbitro
Fecha: 2026-03-01 09:30
Id: silbato
Autor: Ana Ruiz
Etiquetas: año
Portada: plaza.png
Texto de portada: La plaza
Vía: https://otro.example/nota
Actualización: 2026-03-20 Era *martes*.

Un texto con [enlace](/blog/acerca-de/) y #ClientePitero.
""",
    "silbato.en.md": "Title: The whistle\nDate: 2026-03-02\nId: silbato\nLang: en\n\nIt blew.\n",
    "only.md": "Title: Only in English\nDate: 2026-03-03\nId: only\nLang: en\nTags: año\n\nHello.\n",
    "borrador.md": "Título: Secreto\nFecha: 2026-03-04\nId: secreto\nEstado: borrador\n\nNada. #ClientePitero\n",
    "futuro.md": "Título: Futuro\nFecha: 2027-03-04\nId: futuro\n\nNada. #ClientePitero\n",
    "oculto.md": "Título: Oculto\nFecha: 2026-03-05\nId: oculto\nEstado: oculto\n\nNada. #ClientePitero\n",
    "aparte.md": "Título: Aparte\nFecha: 2026-03-05\nId: aparte\nEstado: sin listar\n\nNada. #ClientePitero\n",
}


def blog(folder, posts):
    """A content folder with *posts* and one picture."""
    (folder / "posts").mkdir(parents=True)
    (folder / "images").mkdir()
    Image.new("RGB", (640, 480), "teal").save(folder / "images" / "plaza.png")
    for name, text in posts.items():
        (folder / "posts" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """The small blog as published under a path, "/blog"."""
    folder = tmp_path_factory.mktemp("feeds")
    build_site(blog(folder / "content", POSTS), folder / "output", **SETTINGS)
    return folder / "output"


def ids(output, path):
    """The ids of the entries in one feed of *output*."""
    read = feedparser.parse((output / path).read_bytes())
    assert not read.bozo
    return [entry.id.removeprefix("tag:host.example,2026:") for entry in read.entries]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("feeds", ["only/en", "silbato/es"]),
        ("es", ["silbato/es"]),
        ("en", ["only/en", "silbato/en"]),
        ("etiqueta/año", ["only/en", "silbato/es"]),
        ("etiqueta/clientepitero", ["silbato/es"]),
        ("tema/opinion", ["only/en", "silbato/es"]),
        ("autor/ana-ruiz", ["silbato/es"]),
    ],
)
def test_every_section_has_its_feeds(output, folder, expected):
    """Site, languages, tags, categories and authors have all three files, with what is published and listed."""
    for name in (feeds.ATOM, feeds.RSS):
        assert expected == ids(output, f"{folder}/{name}")
    items = json.loads((output / folder / feeds.JSON).read_text("utf-8"))["items"]
    assert expected == [item["id"].removeprefix("tag:host.example,2026:") for item in items]


def test_no_unpublished_post_is_in_any_feed(output):
    """Drafts, hidden, future and unlisted posts are in no feed at all."""
    found = {id for path in output.rglob("*.xml") for id in ids(output, path) if path.name != "sitemap.xml"}
    assert found == {"silbato/es", "silbato/en", "only/en"}


def test_a_preview_feeds_no_more_than_the_blog(tmp_path, output):
    """What only the preview shows stays out of its feeds too."""
    build_site(blog(tmp_path / "content", POSTS), tmp_path / "output", **SETTINGS, SHOW_UNPUBLISHED=True)
    assert ids(tmp_path / "output", "feeds/atom.xml") == ids(output, "feeds/atom.xml")


def test_an_entry_is_whole(output):
    """Content has whole addresses, the update and the credit in words; the cover its real size; the update its date."""
    root = etree.parse(output / "feeds" / "atom.xml").getroot()
    entry = root.findall("{*}entry")[1]
    content = entry.findtext("{*}content")
    assert 'href="https://host.example/blog/acerca-de/"' in content
    assert 'href="https://host.example/blog/etiqueta/clientepitero/"' in content
    assert '<time datetime="2026-03-20">20 de marzo de 2026</time>: Era <em>martes</em>.' in content
    assert 'Vía: <a href="https://otro.example/nota">' in content
    assert entry.findtext("{*}updated") == "2026-03-20T00:00:00+01:00"
    cover = next(link for link in entry.iterfind("{*}link") if link.get("rel") == "enclosure")
    file = output / cover.get("href").removeprefix("https://host.example/blog/")
    assert cover.get("length") == str(file.stat().st_size)


def test_ids_survive_a_new_title_slug_date_and_file(tmp_path, output):
    """A post that keeps its Id keeps its place in people's feed readers."""
    moved = {"otro.md": POSTS["silbato.md"].replace("El silbato", "Otro").replace("2026-03-01 09:30", "2026-02-01")}
    build_site(blog(tmp_path / "content", moved), tmp_path / "output", **SETTINGS)
    assert ids(tmp_path / "output", "feeds/atom.xml") == ["silbato/es"]


def test_ids_survive_a_move_when_their_base_is_written_down(tmp_path):
    """FEED_ID_BASE holds on to the old host's name."""
    settings = SETTINGS | {"SITE_ADDRESS": "https://nueva.example", "SITEURL": ""}
    build_site(blog(tmp_path / "content", POSTS), tmp_path / "output", **settings,
               FEED_ID_BASE="tag:host.example,2026:")  # fmt: skip
    assert ids(tmp_path / "output", "es/atom.xml") == ["silbato/es"]


def test_a_feed_holds_no_more_than_asked_for(tmp_path):
    """FEED_MAX_ITEMS keeps the newest posts."""
    build_site(blog(tmp_path / "content", POSTS), tmp_path / "output", **SETTINGS, FEED_MAX_ITEMS=1)
    assert ids(tmp_path / "output", "feeds/atom.xml") == ["only/en"]


def test_a_blog_with_no_posts_has_a_feed(tmp_path):
    """Whoever subscribes on the first day finds a feed."""
    build_site(blog(tmp_path / "content", {}), tmp_path / "output", **SETTINGS)
    assert ids(tmp_path / "output", "feeds/atom.xml") == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<p>a</p><script>x()</script><p>b</p>", "<p>a</p><p>b</p>"),
        ('<p>a</p><SCRIPT src="x.js"\n></SCRIPT >', "<p>a</p>"),
        ("<style>p{color:red}</style><p>b</p>", "<p>b</p>"),
        ("<p>a</p><script>x(", "<p>a</p>"),
        ('<p onclick="x()" class="c" ONLOAD=y>a</p>', '<p class="c">a</p>'),
        ('<a href="javascript:x()" title="t">a</a>', '<a title="t">a</a>'),
        ("<p>one on two, javascript: no</p>", "<p>one on two, javascript: no</p>"),
        ("<pre>&lt;script&gt;x&lt;/script&gt;</pre>", "<pre>&lt;script&gt;x&lt;/script&gt;</pre>"),
    ],
)
def test_what_runs_stays_out_of_feeds(written, kept):
    """Scripts, styles and attributes that run are a risk to validators; words about them stay."""
    from tertulia.site.post_feeds import without_scripts

    assert kept == without_scripts(written)


def test_a_tag_of_one_post_has_no_feed(tmp_path, build):
    """Its page names none either; TAG_FEED_MIN_POSTS = 1 gives one to all."""
    (tmp_path / "content/posts").mkdir(parents=True)
    for name, tags in (("a", "#mucho #poco"), ("b", "#mucho")):
        text = f"Título: {name}\nId: {name}\nFecha: 2026-11-01\n\nHola {tags}.\n"
        (tmp_path / f"content/posts/{name}.md").write_text(text, "utf-8")
    build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    folder = tmp_path / "output" / "etiqueta"
    assert (True, False) == tuple((folder / tag / "atom.xml").is_file() for tag in ("mucho", "poco"))
    page = (folder / "poco" / "index.html").read_text("utf-8")
    assert "etiqueta/poco/atom.xml" not in page and "feeds/atom.xml" in page
    build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, TAG_FEED_MIN_POSTS=1)
    assert (folder / "poco" / "atom.xml").is_file()


def test_a_picture_that_could_not_be_made_leaves_its_text(tmp_path, build):
    """A JPEG cut in half is told; page, lists and feeds show its text and no address that was not written."""
    from PIL import Image

    for name in ("posts", "images"):
        (tmp_path / "content" / name).mkdir(parents=True)
    Image.effect_noise((900, 700), 90).convert("RGB").save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "content/images/rota.jpg").write_bytes(data[: len(data) // 2])
    text = "Título: A\nId: a\nFecha: 2026-11-01\n\nHola.\n\n![Una & plaza](rota.jpg)\n"
    (tmp_path / "content/posts/a.md").write_text(text, "utf-8")
    records = build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert [r for r in records if r.getMessage().startswith("content/posts/a.md:7: ")]
    for name in ("2026/11/a/index.html", "feeds/atom.xml", "feeds/feed.json"):
        page = (tmp_path / "output" / name).read_text("utf-8")
        assert "images/rota" not in page and "plaza" in page


def test_a_host_with_ñ_is_written_as_programs_know_it(tmp_path, build):
    """With a port and a folder: feeds, ids, enclosures, sitemap, robots, JSON-LD, canonical, posts.json, redirects."""
    for name in ("posts", "images"):
        (tmp_path / "content" / name).mkdir(parents=True)
    Image.new("RGB", (90, 70), "teal").save(tmp_path / "content/images/plaza.jpg")
    cover = "Portada: plaza.jpg\nTexto de portada: Plaza\n"
    text = f"Título: A\nId: año\nFecha: 2026-11-01\n{cover}Alias: /viejo/\n\nHola #año.\n"
    (tmp_path / "content/posts/a.md").write_text(text, "utf-8")
    (tmp_path / "content/posts/b.md").write_text(
        text.replace("año", "b").replace("viejo", "otro").replace(": A", ": B"), "utf-8"
    )
    address = "https://cafeñandu.example:8443/blog"
    build(tmp_path / "content", tmp_path / "output", SITE_ADDRESS=address, SEARCH=False, SOCIAL_CARDS=True)
    files = [file for file in (tmp_path / "output").rglob("*") if file.suffix in (".html", ".xml", ".json", ".txt")]
    assert 20 < len(files)
    for file in files:
        written = file.read_text("utf-8")
        assert "cafeñandu" not in written and "cafe%C3" not in written, file
    home = "https://xn--cafeandu-g3a.example:8443/blog/"
    for name in (
        "feeds/atom.xml",
        "feeds/rss.xml",
        "feeds/feed.json",
        "sitemap.xml",
        "robots.txt",
        "posts.json",
        "index.html",
    ):
        assert home in (tmp_path / "output" / name).read_text("utf-8"), name
    parsed = feedparser.parse((tmp_path / "output/feeds/atom.xml").read_text("utf-8"))
    assert [True] * 2 == [
        one.id.isascii() and one.id.startswith("tag:xn--cafeandu-g3a.example,") for one in parsed.entries
    ]
    for name in ("feeds/atom.xml", "feeds/rss.xml"):
        parsed = feedparser.parse((tmp_path / "output" / name).read_text("utf-8"))
        enclosures = [one.href for entry in parsed.entries for one in entry.get("enclosures", ())]
        assert enclosures and all(one.startswith(f"{home}images/") and one.isascii() for one in enclosures)
