"""The blog in each of its languages: every list, whole, in the language of whoever reads it."""

import logging
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pelican.utils import process_translations

from tertulia.site.editions import by_groups
from tests.conftest import build_site

POST = "Title: {title}\nDate: {date}\nId: {id}\nLang: {lang}\nAuthor: Ana\nCategory: {topic}\nTags: {tags}\n\n{text}\n"
POSTS = (
    ("es", "uno", "2026-03-01", "Uno", "Prensa", "trenes, pan", "Un #trenes."),
    ("en", "uno", "2026-03-02", "One", "Prensa", "trenes", "By #trenes."),
    ("es", "dos", "2026-04-01", "Dos", "Prensa", "pan", "Dos."),
    ("en", "three", "2025-05-01", "Three", "News", "trenes, tea", "Three."),
)
SETTINGS = {
    "SEARCH": False, "SOCIAL_CARDS": False, "DEFAULT_PAGINATION": 1, "TAG_FEED_MIN_POSTS": 1, "SITEURL": "/blog",
    "SITE_ADDRESS": "https://tertulia.example/blog", "CONTENT_LICENSE": "CC BY 4.0",
    "CONTENT_LICENSE_URL": "https://creativecommons.org/licenses/by/4.0/deed.es",
}  # fmt: skip
ENGLISH_LISTS = {
    "en/", "en/archivo/", "en/archivo/2025/", "en/archivo/2025/05/", "en/archivo/2026/", "en/archivo/2026/03/",
    "en/etiquetas/", "en/etiqueta/trenes/", "en/etiqueta/tea/", "en/temas/", "en/tema/news/", "en/tema/prensa/",
    "en/autores/", "en/autor/ana/", "en/buscar/",
}  # fmt: skip


def built(folder, posts, **settings):
    """Build *posts*; the pages of the blog by address."""
    (folder / "content" / "posts").mkdir(parents=True)
    for lang, name, date, title, topic, tags, text in posts:
        header = POST.format(title=title, date=date, id=name, lang=lang, topic=topic, tags=tags, text=text)
        (folder / "content" / "posts" / f"{name}.{lang}.md").write_text(header, "utf-8")
    (folder / "content" / "tags.toml").write_text(
        '[trenes]\ndescription.es = "De vías."\ndescription.en = "On rails."\n', "utf-8"
    )
    build_site(folder / "content", folder / "output", **{**SETTINGS, **settings})
    return {
        file.relative_to(folder / "output").as_posix().removesuffix("index.html"): BeautifulSoup(
            file.read_text("utf-8"), "lxml"
        )
        for file in sorted((folder / "output").rglob("*.html"))
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("editions")


@pytest.fixture(scope="module")
def pages(folder):
    return built(folder, POSTS)


def test_every_list_is_there_in_english(pages):
    """Home, archive, years, months, tags, topics, authors and search: each has its own below ``en/``, page two too."""
    lists = {path for path in pages if path.startswith("en/") and "/pagina/" not in path}
    assert ENGLISH_LISTS | {"en/404.html"} == lists - {"en/2026/03/one/", "en/2025/05/three/"}
    assert {"en/pagina/2/", "en/etiqueta/trenes/pagina/2/", "en/autor/ana/pagina/2/"} <= set(pages)


def test_an_english_list_holds_english_posts_only(pages):
    """Whatever the list, no Spanish title stands in it, and it says its language."""
    lists = {path: page for path, page in pages.items() if path.startswith("en/")}
    assert {"en"} == {page.html["lang"] for page in lists.values()}
    assert [] == [path for path, page in lists.items() if {"Uno", "Dos"} & {a.text for a in page.find_all("a")}]
    assert ["#tea", "#trenes"] == [a.text for a in pages["en/etiquetas/"].main.find_all("a")]
    assert "On rails." == pages["en/etiqueta/trenes/"].find(class_="p-summary").text


def test_an_english_page_leads_to_english_pages(pages):
    """No link of it leads to a page of another language, save those that say so by hreflang."""
    astray = {
        (path, a["href"])
        for path, page in pages.items()
        if path.startswith("en/")
        for a in page.find_all("a", href=True)
        if a["href"].startswith("/blog/") and not a["href"].startswith(("/blog/en/", "/blog/feeds/"))
        if a.get("hreflang") != "es"
    }
    assert set() == astray


def test_a_link_to_the_other_language_says_so(pages):
    """On a Spanish list an English post is marked by lang and hreflang."""
    card = pages["tema/news/"].find("article", lang="en")
    assert ["en"] == [a.get("hreflang") for a in card.h2.find_all("a")]


def test_every_internal_link_leads_somewhere(pages, folder):
    """What the lists of a language link to was written."""
    lost = {
        a["href"]
        for page in pages.values()
        for a in page.find_all(["a", "link"], href=True)
        if a["href"].startswith("/blog/")
        for place in [folder / "output" / a["href"].removeprefix("/blog/").partition("#")[0].partition("?")[0]]
        if not (place if place.suffix else place / "index.html").is_file()
    }
    assert set() == lost


def test_lists_that_are_each_others_like_say_so(pages, folder):
    """By hreflang in the head of both and in the sitemap; a list that one language has alone names no other."""

    def named(path):
        links = pages[path].head.find_all("link", hreflang=True)
        return {link["hreflang"]: link["href"] for link in links}

    site = "https://tertulia.example/blog/"
    for path in (
        "archivo/",
        "archivo/2026/03/",
        "etiquetas/",
        "etiqueta/trenes/",
        "tema/prensa/",
        "autor/ana/",
        "autores/",
    ):
        both = {"es": f"{site}{path}", "en": f"{site}en/{path}", "x-default": f"{site}{path}"}
        assert (both, both) == (named(path), named(f"en/{path}"))
    assert ({}, {}) == (named("etiqueta/pan/"), named("en/etiqueta/tea/"))
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    urls = etree.parse(folder / "output" / "sitemap.xml").findall("s:url", space)
    told = {
        url.findtext("s:loc", namespaces=space): [link.get("href") for link in url.findall("x:link", space)]
        for url in urls
    }
    pair = [f"{site}en/etiqueta/trenes/", f"{site}etiqueta/trenes/"]
    assert [pair, pair, []] == [told[pair[0]], told[pair[1]], told[f"{site}en/etiqueta/tea/"]]


def test_the_language_switch_leads_to_the_same_page(pages):
    """A post to its translation, a list to its like, what has none to the home page."""

    def switch(path):
        return pages[path].header.find("a", hreflang=True)["href"]

    assert "/blog/2026/03/uno/" == switch("en/2026/03/one/")
    assert "/blog/en/etiqueta/trenes/" == switch("etiqueta/trenes/")
    assert "/blog/en/" == switch("etiqueta/pan/")


def test_an_old_address_goes_on_working(pages, folder):
    """A tag that only English posts have keeps its page, which says where it belongs, and is not in the sitemap."""
    canonical = pages["etiqueta/tea/"].head.find("link", rel="canonical")["href"]
    assert "https://tertulia.example/blog/en/etiqueta/tea/" == canonical
    assert "/blog/etiqueta/tea/<" not in (folder / "output" / "sitemap.xml").read_text("utf-8")
    assert ["#pan", "#trenes"] == [a.text for a in pages["etiquetas/"].main.find_all("a")]


def test_feeds_and_licence_are_those_of_the_language(pages, folder):
    """A page offers the feed of its language first; tags, topics and authors have one in each; so does the licence."""
    feeds = [link["href"] for link in pages["en/2026/03/one/"].head.find_all("link", type="application/atom+xml")]
    assert ["/blog/en/atom.xml", "/blog/feeds/atom.xml"] == feeds
    assert "/blog/es/atom.xml" == pages["archivo/"].head.find("link", type="application/atom+xml")["href"]
    feed = (folder / "output" / "en" / "etiqueta" / "trenes" / "atom.xml").read_text("utf-8")
    assert ["One", "Three"] == sorted(
        set(etree.fromstring(feed.encode()).xpath("//*[local-name()='entry']/*[local-name()='title']/text()"))
    )
    licences = [pages[path].find("a", rel="license")["href"] for path in ("", "en/archivo/")]
    assert ["https://creativecommons.org/licenses/by/4.0/deed." + lang for lang in ("es", "en")] == licences


def test_servers_are_told_which_page_is_for_the_lost_of_each_language(pages, folder):
    """Hosts that read ``_redirects``, and each server whose rules a build writes."""
    written = {
        name: (folder / "output" / name).read_text("utf-8").splitlines()
        for name in ("_redirects", "_redirects.nginx.conf", "_redirects.htaccess", "_redirects.caddy")
    }
    assert "/blog/en/* /blog/en/404.html 404" in written["_redirects"]
    assert '  "~^/blog/en/" "/blog/en/404.html";' in written["_redirects.nginx.conf"]
    assert "ErrorDocument 404 /blog/en/404.html" in written["_redirects.htaccess"]
    assert "    rewrite * /blog/en/404.html" in written["_redirects.caddy"]


def test_a_lost_reader_is_spoken_to_in_every_language(pages):
    """Hosts with one page for all lost addresses: each part has its language, its words and its ways."""
    other = pages["404.html"].find("section", lang="en")
    assert {"/blog/en/", "/blog/en/buscar/", "/blog/en/archivo/"} == {a["href"] for a in other.find_all("a")}
    assert other.h2.text == pages["en/404.html"].h1.text
    assert pages["en/404.html"].find(lang="es", name="section") is None


def test_no_two_pages_share_a_title(pages):
    """A tag is called the same in both languages; the titles of its pages are not, nor their descriptions."""
    own = {path: page for path, page in pages.items() if page.head.find("link", rel="canonical")}
    own = {
        path: page
        for path, page in own.items()
        if page.head.find("link", rel="canonical")["href"].endswith(f"/blog/{path}")
    }
    titles = Counter(page.title.text for page in own.values())
    assert [] == [title for title, count in titles.items() if count > 1]
    described = Counter(page.head.find("meta", attrs={"name": "description"})["content"] for page in own.values())
    assert [] == [words for words, count in described.items() if count > 1]


def test_a_blog_of_one_language_gets_nothing_new(tmp_path):
    """No folder, no link, no feed of a language."""
    found = built(tmp_path, [post for post in POSTS if post[0] == "es"])
    assert [] == [path for path in found if path.startswith(("en/", "es/"))]
    assert [] == [path for path, page in found.items() if page.find(hreflang=True) or "/blog/es/" in str(page)]


def test_a_page_with_the_address_of_an_english_list_is_told(tmp_path, build):
    """The list stays, and whoever wrote the page reads where and why it is not there."""
    (tmp_path / "content" / "posts").mkdir(parents=True)
    (tmp_path / "content" / "pages").mkdir()
    text = POST.format(title="One", date="2026-03-02", id="one", lang="en", topic="News", tags="tea", text="Yes.")
    (tmp_path / "content" / "posts" / "one.md").write_text(text, "utf-8")
    (tmp_path / "content" / "pages" / "mine.md").write_text("Title: Mine\nLang: en\nSlug: archivo\n\nNo.\n", "utf-8")
    told = build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    warned = [one.getMessage() for one in told if one.levelno >= logging.WARNING]
    assert [True] == [line.startswith("content/pages/mine.md:3:") and "en/archivo/" in line for line in warned]


def test_a_third_language_and_what_hides(tmp_path):
    """Catalan and a regional code get lists of their own; a draft gives none, an unlisted post no list page."""
    posts = [
        *POSTS,
        ("ca", "uno", "2026-03-03", "U", "Premsa", "trenes", "Un."),
        ("pt-br", "uno", "2026-03-04", "Um", "Imprensa", "trenes", "Um."),
        ("ca", "ocult", "2026-03-05", "Ocult", "Premsa\nStatus: unlisted", "amagat", "Un #amagat."),
        ("gl", "non", "2026-03-06", "Non", "Prensa\nStatus: draft", "trenes", "Non."),
    ]
    found = built(tmp_path, posts, LANGUAGES=("es", "en", "ca", "pt-br", "gl"), MENU={
        "es": [("Todo", "archivo/")], "ca": [("Tot", "archivo/"), ("Fora", "https://a.example/")],
    }, CONTENT_LICENSE_URL={"es": "https://a.example/licencia", "ca": "https://a.example/llicencia"})  # fmt: skip
    assert {"ca/archivo/", "pt-br/archivo/", "en/archivo/"} == {path for path in found if path.endswith("/archivo/")}
    assert [] == [path for path in found if path.startswith("gl/") or "amagat" in path]
    links = {link["hreflang"] for link in found["etiqueta/trenes/"].head.find_all("link", hreflang=True)}
    assert {"es", "en", "ca", "pt-br", "x-default"} == links
    assert ["/blog/ca/archivo/", "https://a.example/"] == [a["href"] for a in found["ca/"].header.nav.find_all("a")][:2]
    assert "/blog/en/archivo/" == found["en/"].header.nav.a["href"]
    assert "https://a.example/llicencia" == found["ca/tema/premsa/"].find("a", rel="license")["href"]
    hidden = next(page for path, page in found.items() if "ocult" in path)
    assert "amagat" not in {a.text for a in hidden.main.find_all("a")}
    assert 3 == len(found["404.html"].main.find_all("section", lang=True))


def test_an_english_blog_with_spanish_posts(tmp_path):
    """What is said of Spanish and English holds the other way round."""
    found = built(tmp_path, POSTS, DEFAULT_LANG="en")
    assert {"es/archivo/", "es/etiqueta/pan/"} <= set(found) and "en/archivo/" not in found
    assert "/blog/es/buscar/" in {a["href"] for a in found["404.html"].find("section", lang="es").find_all("a")}
    assert ["#tea", "#trenes"] == [a.text for a in found["etiquetas/"].main.find_all("a")]


def test_a_blog_without_a_post_in_its_own_language_still_lists_what_it_has(tmp_path):
    """Clouds and indexes of the blog are never empty for want of a language."""
    found = built(tmp_path, [post for post in POSTS if post[0] == "en"])
    assert ["#tea", "#trenes"] == [a.text for a in found["etiquetas/"].main.find_all("a")]


def test_a_series_names_its_translation_where_both_do(tmp_path):
    """In head and sitemap; a series whose parts another language spreads over two names the one that names it back."""
    posts = [
        ("es", "uno", "2026-03-01", "Uno", "Prensa\nSeries: Trenes", "pan", "Uno."),
        ("en", "uno", "2026-03-02", "One", "Press\nSeries: Trains", "pan", "One."),
        ("es", "dos", "2026-04-01", "Dos", "Prensa\nSeries: Trenes", "pan", "Dos."),
        ("en", "dos", "2026-04-02", "Two", "Press\nSeries: Boats", "pan", "Two."),
    ]
    found = built(tmp_path, posts)
    named = {
        path: {link["hreflang"]: link["href"] for link in page.head.find_all("link", hreflang=True)}
        for path, page in found.items()
        if "serie/" in path
    }
    site = "https://tertulia.example/blog/"
    both = {"es": f"{site}serie/trenes/", "en": f"{site}en/serie/trains/", "x-default": f"{site}serie/trenes/"}
    assert {"serie/trenes/": both, "en/serie/trains/": both, "en/serie/boats/": {}} == named
    assert 2 == (tmp_path / "output" / "sitemap.xml").read_text("utf-8").count('/en/serie/trains/"')


class Post:
    """As much of a post as tells a translation."""

    def __init__(self, name: int, post_id: str, lang: str, *, is_marked: bool) -> None:
        self.name, self.id, self.lang, self.in_default_lang, self.source_path = name, post_id, lang, lang == "es", ""
        self.metadata = {"translation": "true"} if is_marked else {}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("es", "en", "de")), st.booleans()), max_size=9))
def test_translations_are_found_as_pelican_finds_them(rows):
    """In the same order, whichever share an Id, a language or a mark; only not each compared with each."""
    found = []
    for process in (process_translations, lambda posts, by: by_groups(process_translations, posts, by)):
        posts = [Post(n, post_id, lang, is_marked=mark) for n, (post_id, lang, mark) in enumerate(rows)]
        kinds = process(posts, "id")
        found.append([[one.name for one in kind] for kind in kinds])
        found[-1] += [[one.name for one in post.translations] for post in posts]
    assert found[0] == found[1]
