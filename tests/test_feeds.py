"""Feeds: read back by someone else's reader, the same on every day, and unharmed by hostile titles."""

import json
from datetime import UTC, datetime, timedelta, timezone

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from tertulia.core import addresses
from tertulia.core.models import Credit, Update
from tertulia.site import feeds

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
