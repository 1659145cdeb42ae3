"""Feeds: read back by someone else's reader, the same on every day, and unharmed by hostile titles."""

import json
from datetime import UTC, datetime, timedelta, timezone

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from PIL import Image

from tertulia.core import addresses
from tertulia.core.models import Credit, Update
from tertulia.site import feeds
from tests.conftest import build_site

SETTINGS = {"SITE_ADDRESS": "https://host.example/blog", "SITEURL": "/blog", "SEARCH": False, "SOCIAL_CARDS": False}
SETTINGS |= {"TAG_FEED_MIN_POSTS": 1}

MADRID = timezone(timedelta(hours=1))
FEED = feeds.Feed(
    id="tag:tertulia.example,2026:feeds/site/",
    title="La sobremesa",
    url="https://tertulia.example/",
    folder="https://tertulia.example/feeds/",
    lang="es",
    writer=feeds.Writer("La sobremesa", "https://tertulia.example/"),
    subtitle="Opiniones y café",
    hub="https://hub.example/",
    stylesheet="/theme/feed.css",
    note="Esto es un feed.",
    back="Volver",
)
ENTRY = feeds.Entry(
    id="tag:tertulia.example,2026:silbato/es",
    url="https://tertulia.example/2026/03/el-silbato/",
    title="El silbato",
    content='<p>Una <em>pitada</em> <a href="https://tertulia.example/etiqueta/a%C3%B1o/">#año</a>.</p>',
    published=datetime(2026, 3, 9, 9, 30, tzinfo=MADRID),
    updated=datetime(2026, 3, 10, 8, 0, tzinfo=MADRID),
    lang="es",
    summary="Lo que vale 1 < 2 & nada más",
    writers=(feeds.Writer("Ana Ruiz", "https://tertulia.example/autor/ana-ruiz/"), feeds.Writer("Begoña")),
    labels=("Opinión", "ClientePitero"),
    cover=feeds.Enclosure("https://tertulia.example/images/silbato.webp", "image/webp", 4321),
    via="https://otro.example/nota",
)


def parsed(name, *entries, feed=FEED):
    """What feedparser reads in the file *name*; a file that is not well-formed fails."""
    written = feeds.write(feed, [feeds.prepare(entry) for entry in entries])[name]
    read = feedparser.parse(written)
    assert not read.bozo, read.get("bozo_exception")
    return read


def json_feed(*entries, feed=FEED):
    """The JSON Feed as Python has it."""
    return json.loads(feeds.write(feed, [feeds.prepare(entry) for entry in entries])[feeds.JSON])


@pytest.mark.parametrize("name", [feeds.ATOM, feeds.RSS])
def test_xml_feeds_say_what_the_post_says(name):
    """Title, id, address, dates, content, summary, categories and cover come back from feedparser unchanged."""
    entry = parsed(name, ENTRY).entries[0]
    expected = {
        "title": ENTRY.title,
        "id": ENTRY.id,
        "link": ENTRY.url,
        "content": ENTRY.content,
        "published": ENTRY.published.astimezone(UTC).timetuple()[:6],
        "authors": ["Ana Ruiz", "Begoña"],
        "tags": list(ENTRY.labels),
        "enclosure": ("https://tertulia.example/images/silbato.webp", "image/webp", "4321"),
    }
    assert expected == {
        "title": entry.title,
        "id": entry.id,
        "link": entry.link,
        "content": entry.content[0].value,
        "published": entry.published_parsed[:6],
        "authors": [author.name for author in entry.authors],
        "tags": [tag.term for tag in entry.tags],
        "enclosure": next((e.href, e.type, e.length) for e in entry.enclosures),
    }


def test_atom_says_more_than_rss_can():
    """Updated, the authors' addresses, the language of each entry and where it was found are in Atom."""
    root = etree.fromstring(feeds.write(FEED, [feeds.prepare(ENTRY)])[feeds.ATOM])
    entry = root.find("{*}entry")
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    assert entry.findtext("{*}updated") == "2026-03-10T08:00:00+01:00"
    assert [uri.text for uri in entry.iterfind("{*}author/{*}uri")] == ["https://tertulia.example/autor/ana-ruiz/"]
    expected = [("alternate", ENTRY.url), ("via", ENTRY.via), ("enclosure", ENTRY.cover.url)]
    assert expected == [(link.get("rel"), link.get("href")) for link in entry.iterfind("{*}link")]


def test_json_feed_says_the_same():
    """The JSON Feed holds the same entry under the names of version 1.1."""
    read = json_feed(ENTRY)
    assert {key: value for key, value in read.items() if key != "items"} == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "La sobremesa",
        "home_page_url": "https://tertulia.example/",
        "feed_url": "https://tertulia.example/feeds/feed.json",
        "description": "Opiniones y café",
        "user_comment": "Esto es un feed.",
        "authors": [{"name": "La sobremesa", "url": "https://tertulia.example/"}],
        "language": "es",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    }
    assert read["items"] == [
        {
            "id": ENTRY.id,
            "url": ENTRY.url,
            "title": ENTRY.title,
            "content_html": ENTRY.content,
            "summary": ENTRY.summary,
            "image": ENTRY.cover.url,
            "date_published": "2026-03-09T09:30:00+01:00",
            "date_modified": "2026-03-10T08:00:00+01:00",
            "authors": [{"name": "Ana Ruiz", "url": "https://tertulia.example/autor/ana-ruiz/"}, {"name": "Begoña"}],
            "tags": ["Opinión", "ClientePitero"],
            "language": "es",
            "external_url": ENTRY.via,
            "attachments": [{"url": ENTRY.cover.url, "mime_type": "image/webp", "size_in_bytes": 4321}],
        }
    ]


@pytest.mark.parametrize("name", [feeds.ATOM, feeds.RSS])
def test_a_feed_names_itself_its_hub_and_its_page(name):
    """``self`` and ``hub`` are in Atom and in RSS, and neither takes the place of the page's own address."""
    read = parsed(name, ENTRY).feed
    assert read.link == FEED.url
    links = {link.rel: link.href for link in read.links}
    assert {"self": FEED.folder + name, "hub": FEED.hub, "alternate": FEED.url} == links


@pytest.mark.parametrize("name", [feeds.ATOM, feeds.RSS])
def test_a_feed_is_as_old_as_its_newest_change(name):
    """The feed's own date is that of the entry changed last, not the moment of the build."""
    older = replace(ENTRY, id="tag:a", updated=ENTRY.published)
    read = parsed(name, older, ENTRY)
    assert read.feed.updated_parsed[:6] == ENTRY.updated.astimezone(UTC).timetuple()[:6]


@pytest.mark.parametrize("name", [feeds.ATOM, feeds.RSS])
def test_an_empty_feed_is_valid_and_has_no_build_date(name):
    """A blog without posts has a feed, dated at the beginning of time."""
    read = parsed(name)
    assert read.entries == []
    assert read.feed.updated_parsed[0] == 1970


@pytest.mark.parametrize("name", [feeds.ATOM, feeds.RSS])
def test_entries_stand_in_the_order_given(name):
    """feedgen would turn them round."""
    entries = [replace(ENTRY, id=f"tag:{n}") for n in "321"]
    assert [entry.id for entry in parsed(name, *entries).entries] == ["tag:3", "tag:2", "tag:1"]


def test_a_prepared_entry_serves_in_many_feeds():
    """The same entries give the same bytes in a second feed, and the first is not changed by it."""
    prepared = [feeds.prepare(ENTRY), feeds.prepare(replace(ENTRY, id="tag:2"))]
    first = feeds.write(FEED, prepared)
    feeds.write(replace(FEED, title="Otro"), prepared[:1])
    assert first == feeds.write(FEED, prepared)


@pytest.mark.parametrize(
    "hostile",
    [
        "]]> <!-- </title></entry>",
        "<script>alert(1)</script>",
        "A\x00B\x0bC\x1b[0m",
        "media \ud83d pareja",
        "AT&T &amp; Cía.",
        "\ufffe\uffff",
        "“‘’” ñ 👩‍👧 \u202e",
        "&lt;b&gt;",
    ],
)
def test_hostile_text_harms_no_feed(hostile):
    """Whatever stands in title, content, names and labels, every format stays well-formed and loses no entry."""
    entry = replace(
        ENTRY,
        title=hostile,
        content=f"<p>{hostile}</p>",
        summary=hostile,
        writers=(feeds.Writer(hostile),),
        labels=(hostile,),
    )
    feed = replace(FEED, title=hostile, subtitle=hostile)
    for name in (feeds.ATOM, feeds.RSS):
        etree.fromstring(feeds.write(feed, [feeds.prepare(entry), feeds.prepare(ENTRY)])[name])
        assert len(parsed(name, entry, ENTRY, feed=feed).entries) == 2
    assert len(json_feed(entry, ENTRY, feed=feed)["items"]) == 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=80))
def test_any_text_at_all_harms_no_feed(title, content):
    """Any title and any content can be written and parsed."""
    entry = feeds.prepare(replace(ENTRY, title=title, content=content, summary=content, labels=(title,)))
    written = feeds.write(replace(FEED, title=title), [entry])
    etree.fromstring(written[feeds.ATOM])
    etree.fromstring(written[feeds.RSS])
    json.loads(written[feeds.JSON])


def test_a_title_keeps_its_signs():
    """A title is text: what looks like markup in it is shown, not obeyed."""
    title = "Si a < b & b > c, ¿qué?"
    assert parsed(feeds.ATOM, replace(ENTRY, title=title)).entries[0].title == title
    assert json_feed(replace(ENTRY, title=title))["items"][0]["title"] == title


def test_ids_hold_on_to_the_post_and_its_language():
    """The id is made of the base, the post's Id and its language; strange characters in an Id do no harm."""
    base = feeds.id_base("https://tertulia.example/blog")
    assert base == "tag:tertulia.example,2026:"
    assert feeds.entry_id(base, "el-silbato", "es") == "tag:tertulia.example,2026:el-silbato/es"
    assert feeds.entry_id(base, "a/b ñ", "en") == "tag:tertulia.example,2026:a%2Fb%20%C3%B1/en"


def test_no_post_can_take_the_id_of_a_feed():
    """A post called "feeds" in a language called "site" would still be no feed."""
    base = feeds.id_base("https://tertulia.example")
    assert feeds.feed_id(base, "site") != feeds.entry_id(base, "feeds", "site")


def test_no_email_address_is_ever_written():
    """feedgen writes e-mail addresses as RSS authors; we give it none."""
    assert b"<author>" not in feeds.write(FEED, [feeds.prepare(ENTRY)])[feeds.RSS].split(b"<item>")[1]


WORDS = {
    "updates": "Actualizaciones", "question": "Una pregunta", "via": "Vía", "source": "Fuente", "photo": "Foto",
    "thanks": "Gracias a",
}  # fmt: skip


def test_credits_updates_and_question_close_the_content_in_words():
    """What the page shows around the text stands after it; credits of one kind are on one line."""
    html = feeds.closing(
        "¿Y tú qué harías?",
        [Update("2026-03-20", "Era el <em>martes</em>.")],
        [
            Credit("thanks", "Ana & Cía.", ""),
            Credit("via", "otro.example", "https://otro.example/?a=1&b=2"),
            Credit("thanks", "Curro", "https://curro.example/"),
        ],
        WORDS,
        lambda date: f"el día {date}",
    )
    assert html == (
        "\n<hr>\n<p><strong>Actualizaciones</strong></p>\n"
        '<p><time datetime="2026-03-20">el día 2026-03-20</time>: Era el <em>martes</em>.</p>\n'
        '<p>Gracias a: Ana &amp; Cía., <a href="https://curro.example/">Curro</a></p>\n'
        '<p>Vía: <a href="https://otro.example/?a=1&amp;b=2">otro.example</a></p>\n'
        "<p><strong>Una pregunta</strong></p>\n<p>¿Y tú qué harías?</p>"
    )


def test_nothing_to_say_adds_nothing():
    """A post without credits, updates and question ends with its text."""
    assert feeds.closing("", [], [], WORDS, str) == ""


def test_a_person_who_opens_a_feed_finds_a_stylesheet_and_links():
    """The stylesheet is named before the root, and heading, explanation and links are there as XHTML."""
    for name in (feeds.ATOM, feeds.RSS):
        written = feeds.write(FEED, [feeds.prepare(ENTRY)])[name]
        assert (
            b'<?xml-stylesheet type="text/css" href="/theme/feed.css"?>' in written.split(b"<feed")[0].split(b"<rss")[0]
        )
        found = etree.fromstring(written).iterfind(".//{http://www.w3.org/1999/xhtml}a")
        assert [(a.get("href"), a.text) for a in found] == [(FEED.url, "Volver"), (ENTRY.url, ENTRY.title)]


PAGE = "https://tertulia.example/blog/2026/03/el-silbato/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/blog/a/">', '<a href="https://tertulia.example/blog/a/">'),
        ('<a href="#fn:1">', f'<a href="{PAGE}#fn:1">'),
        ('<a class="x" href="/etiqueta/año/">', '<a class="x" href="https://tertulia.example/etiqueta/a%C3%B1o/">'),
        ("<a href='../otro/'>", "<a href='https://tertulia.example/blog/2026/03/otro/'>"),
        ('<a href="https://otro.example/ñ?a=1&amp;b=2">', '<a href="https://otro.example/ñ?a=1&amp;b=2">'),
        ('<a href="//otro.example/x">', '<a href="https://otro.example/x">'),
        ('<a href="mailto:a@b.example">', '<a href="mailto:a@b.example">'),
        ('<a href="">', f'<a href="{PAGE}">'),
        ('<a href="http://[">', '<a href="http://[">'),
        ('<a href="//[">', '<a href="//[">'),
        ('<img alt="a > b" src="/i.webp">', '<img alt="a > b" src="https://tertulia.example/i.webp">'),
        (
            '<img src="/i.webp" srcset="/i-1.webp 480w, /i-2.webp 960w">',
            '<img src="https://tertulia.example/i.webp" srcset="https://tertulia.example/i-1.webp 480w, '
            'https://tertulia.example/i-2.webp 960w">',
        ),
        ('<img srcset="data:image/png;base64,AA 1x">', '<img srcset="data:image/png;base64,AA 1x">'),
        ('<video poster="/p.webp" src="v.mp4">', f'<video poster="https://tertulia.example/p.webp" src="{PAGE}v.mp4">'),
        ('<blockquote cite="/x/">', '<blockquote cite="https://tertulia.example/x/">'),
        ('<code>&lt;a href="/x"&gt;</code>', '<code>&lt;a href="/x"&gt;</code>'),
        ('<p>href="/y"</p>', '<p>href="/y"</p>'),
        ("<abbr href>", "<abbr href>"),
        ("1 < 2 y <a", "1 < 2 y <a"),
    ],
)
def test_links_get_their_whole_address(html, expected):
    """Every address in an element that carries one becomes whole; text, code and other sites are left alone."""
    assert expected == addresses.with_whole_links(html, PAGE)


@pytest.mark.parametrize(
    ("site", "path", "expected"),
    [
        ("https://tertulia.example", "", "https://tertulia.example/"),
        ("https://tertulia.example/", "/a/", "https://tertulia.example/a/"),
        ("https://host.example/blog", "etiqueta/año/", "https://host.example/blog/etiqueta/a%C3%B1o/"),
        ("https://tertulia.example", "a%C3%B1o/", "https://tertulia.example/a%C3%B1o/"),
        ("https://tertulia.example", "https://otro.example/ñ", "https://otro.example/%C3%B1"),
    ],
)
def test_whole_addresses_are_encoded_once(site, path, expected):
    """A path becomes an address with the site before it; what is encoded stays so."""
    assert expected == addresses.whole(site, path)


# The plugin, on a small blog ------------------------------------------------------------------------------------------

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
