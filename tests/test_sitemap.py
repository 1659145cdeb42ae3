"""Sitemap, robots and old addresses: what search engines may show, and what leads on."""

import json
import logging
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from lxml import etree, html

from tertulia.site import redirects, sitemap
from tests.conftest import build_site

SITE = "https://tertulia.example/blog"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def parsed(*addresses):
    """The sitemap's ``url`` elements."""
    return etree.fromstring(sitemap.sitemap(addresses).encode()).findall("s:url", NS)


def test_a_page_has_its_address_its_date_and_its_languages():
    """Each page stands with lastmod and one alternate for each language, itself among them."""
    languages = (("es", "https://tertulia.example/a/"), ("en", "https://tertulia.example/en/a/"))
    changed = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    (url,) = parsed(sitemap.SitemapEntry("https://tertulia.example/a/?x=1&y=2", changed, languages))
    assert url.findtext("s:loc", namespaces=NS) == "https://tertulia.example/a/?x=1&y=2"
    assert url.findtext("s:lastmod", namespaces=NS) == "2026-03-09T09:30:00+00:00"
    found = [(link.get("hreflang"), link.get("href")) for link in url.findall("x:link", NS)]
    assert sorted(languages) == found


def test_one_language_needs_no_alternate_and_no_date_no_lastmod():
    """What is not known is not said."""
    (url,) = parsed(sitemap.SitemapEntry("https://tertulia.example/a/", None, (("es", "https://tertulia.example/a/"),)))
    assert [child.tag for child in url] == [f"{{{NS['s']}}}loc"]


def test_each_address_stands_once_in_order():
    """The order in which pages were found makes no difference."""
    one, two = sitemap.SitemapEntry("https://t.example/a/"), sitemap.SitemapEntry("https://t.example/b/")
    assert sitemap.sitemap([two, one, two]) == sitemap.sitemap([one, two])
    assert len(parsed(two, one, two)) == 2


def test_what_one_sitemap_may_not_hold_stands_in_several(monkeypatch):
    """Each address once in one of them, and the index names each of them by its whole address."""
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 2)
    monkeypatch.setattr(sitemap, "MOST_TOGETHER", 2)
    entries = [sitemap.SitemapEntry(f"https://t.example/{name}/") for name in "cabca"]
    assert ["sitemap.xml"] == list(sitemap.sitemaps(entries[:2], "https://t.example"))
    files = sitemap.sitemaps(entries, "https://t.example")
    index = etree.fromstring(files.pop("sitemap.xml").encode())
    named = index.xpath("s:sitemap/s:loc/text()", namespaces=NS)
    assert [f"https://t.example/{name}" for name in files] == named
    held = [etree.fromstring(text.encode()).xpath("s:url/s:loc/text()", namespaces=NS) for text in files.values()]
    assert [["https://t.example/a/", "https://t.example/b/"], ["https://t.example/c/"]] == held


def test_a_large_blog_has_a_sitemap_for_each_year(monkeypatch):
    """A new post is in that of its year and in no other, and the index says when each last changed."""
    monkeypatch.setattr(sitemap, "MOST_TOGETHER", 2)

    def post(name: str, year: int, changed: int) -> sitemap.SitemapEntry:
        return sitemap.SitemapEntry(f"https://t.example/{name}/", datetime(changed, 1, 1, tzinfo=UTC), (), year)

    home = sitemap.SitemapEntry("https://t.example/")
    entries = [home, post("a", 2024, 2026), post("b", 2025, 2025)]
    before = sitemap.sitemaps(entries, "https://t.example")
    after = sitemap.sitemaps([*entries, post("c", 2025, 2027)], "https://t.example")
    assert ["sitemap.xml", "sitemap-2024.xml", "sitemap-2025.xml", "sitemap-lists.xml"] == list(after)
    assert {"sitemap.xml", "sitemap-2025.xml"} == {name for name, text in after.items() if before[name] != text}
    index = etree.fromstring(after["sitemap.xml"].encode())
    assert ["2026", "2027"] == [told[:4] for told in index.xpath("//s:lastmod/text()", namespaces=NS)]


def test_robots_name_the_sitemap():
    """Everybody may read everything."""
    expected = "User-agent: *\nDisallow:\n\nSitemap: https://tertulia.example/sitemap.xml\n"
    assert expected == sitemap.robots("https://tertulia.example/sitemap.xml")


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("/2019/viejo/", "2019/viejo/"),
        ("2019/viejo", "2019/viejo/"),
        ("viejo.html", "viejo.html"),
        ("/viejo.php", "viejo.php/"),
        ("/a%C3%B1o/", "año/"),
        ("https://tertulia.example/blog/viejo/", "viejo/"),
        ("https://otro.example/viejo/", ""),
        ("/?p=12", ""),
        ("/", ""),
        ("", ""),
        ("../../etc/passwd", ""),
        ("/a/../../b/", ""),
        ("/a/%2e%2e/b/", ""),
        ("/a//b/", ""),
        ("/a\\b/", ""),
        ("/a%00b/", ""),
    ],
)
def test_an_alias_is_a_path_inside_the_site(alias, path):
    """Old paths are kept, and none leads out of the output folder."""
    assert path == redirects.alias_path(alias, SITE)


@pytest.mark.parametrize(("path", "file"), [("2019/viejo/", "2019/viejo/index.html"), ("viejo.html", "viejo.html")])
def test_an_alias_is_answered_by_a_file(path, file):
    """A folder answers with its index, a page with itself."""
    assert file == redirects.alias_file(path)


def test_a_redirect_leads_on_and_stays_out_of_search_engines():
    """The page sends readers on, links to the new one, and is not to be indexed."""
    page = html.fromstring(
        redirects.redirect_page('"Hola" <b>', "es", "https://tertulia.example/b/a/", "/b/a/", "Esta página está aquí")
    )
    assert page.findtext(".//title") == '"Hola" <b>'
    assert page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    assert page.xpath('//meta[@http-equiv="refresh"]/@content') == ["0; url=/b/a/"]
    assert page.xpath('//link[@rel="canonical"]/@href') == ["https://tertulia.example/b/a/"]
    assert page.xpath("//a/@href") == ["/b/a/"]


def test_hosts_that_redirect_get_a_list():
    """One line for each old path, sorted."""
    pairs = [("/z/", "/nuevo/"), ("/a", "/nuevo/")]
    assert redirects.redirects_file(pairs) == "/a /nuevo/ 301\n/z/ /nuevo/ 301\n"


# The plugins, on a small blog -----------------------------------------------------------------------------------------

SETTINGS = {"AUTHOR": "Ana", "SITE_ADDRESS": SITE, "SITEURL": "/blog", "SEARCH": False, "SOCIAL_CARDS": False}
POSTS = {
    "posts/a-uno.md": "Título: Uno\nFecha: 2026-03-01\nId: uno\nEtiquetas: año\nAlias: /viejo/uno/, uno.html\n\nSí.\n",
    "posts/a-uno.en.md": "Title: One\nDate: 2026-03-02\nId: uno\nLang: en\nSlug: one\n\nHello.\n",
    "posts/b-dos.md": """Título: Dos
Fecha: 2026-03-03
Modificado: 2026-04-01
Alias: /2026/03/uno/, /viejo/uno/, ../fuera/,
    /dos/

Adiós.
""",
    "posts/borrador.md": "Título: Tres\nFecha: 2026-03-04\nEstado: borrador\nEtiquetas: tres\nAlias: /tres/\n\nNo.\n",
    "posts/aparte.md": "Título: Cuatro\nFecha: 2026-03-05\nEstado: sin listar\nAlias: /cuatro/\n\nNada.\n",
    "pages/acerca-de.md": "Título: Acerca de\n\nYo.\n",
}


def write(content):
    """Write the small blog into the folder *content*."""
    for name, text in POSTS.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(text, encoding="utf-8")
    return content


def warnings(records):
    """What was said aloud."""
    return [record.getMessage() for record in records if record.levelno >= logging.WARNING]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The output of the small blog, and what was logged."""
    folder = tmp_path_factory.mktemp("sitemap")
    records = build_site(write(folder / "content"), folder / "output", **SETTINGS)
    return folder / "output", warnings(records)


def test_the_sitemap_lists_what_is_published_and_nothing_else(built):
    """Posts, pages and lists are there; drafts, unlisted posts, their tags, search and old addresses are not."""
    output, _told = built
    urls = etree.parse(output / "sitemap.xml").findall("s:url", NS)
    paths = {url.findtext("s:loc", namespaces=NS).removeprefix(f"{SITE}/"): url for url in urls}
    assert set(paths) == {
        "", "en/", "2026/03/uno/", "en/2026/03/one/", "2026/03/dos/", "acerca-de/",
        "etiqueta/a%C3%B1o/", "tema/opinion/", "autor/ana/", "archivo/", "archivo/2026/", "archivo/2026/03/",
        "etiquetas/", "temas/", "autores/", "en/tema/opinion/", "en/autor/ana/", "en/archivo/", "en/archivo/2026/",
        "en/archivo/2026/03/", "en/temas/", "en/autores/",
    }  # fmt: skip
    assert paths["2026/03/dos/"].findtext("s:lastmod", namespaces=NS) == "2026-04-01T00:00:00+02:00"
    assert paths["acerca-de/"].find("s:lastmod", NS) is None
    assert [link.get("hreflang") for link in paths["2026/03/uno/"].findall("x:link", NS)] == ["en", "es"]


def test_every_address_in_the_sitemap_is_a_page_that_may_be_indexed(built):
    """Each address has a file in the output, which no robots line forbids and which calls itself by that address."""
    output, _told = built
    for url in etree.parse(output / "sitemap.xml").findall("s:url/s:loc", NS):
        page = html.parse(output / unquote(url.text.removeprefix(f"{SITE}/")) / "index.html")
        assert page.xpath('//meta[@name="robots"]/@content') == []
        assert page.xpath('//link[@rel="canonical"]/@href') == [url.text]


def test_an_old_address_leads_on(built):
    """Aliases of published posts have a page, also of unlisted ones; a draft's have none."""
    output, _told = built
    for old in ("viejo/uno/index.html", "uno.html", "dos/index.html", "cuatro/index.html"):
        assert '<meta http-equiv="refresh" content="0; url=/blog/2026/03/' in (output / old).read_text("utf-8")
    assert not (output / "tres").exists()
    assert "/blog/viejo/uno/ /blog/2026/03/uno/ 301\n" in (output / "_redirects").read_text("utf-8")


def test_an_alias_never_replaces_a_page_and_is_told_on_its_line(built):
    """A real page, another post's alias, and a path outside are each one line that names the file and the line."""
    output, told = built
    assert 'http-equiv="refresh"' not in (output / "2026/03/uno/index.html").read_text("utf-8")
    taken, outside = "quita el alias, o cambia la otra dirección", "ninguna página puede estar en «../fuera/»"
    assert [line.partition("; escribe")[0] for line in sorted(told)] == [
        f"content/posts/b-dos.md:4: en «/2026/03/uno/» ya está content/posts/a-uno.md; {taken}",
        f"content/posts/b-dos.md:4: en «/viejo/uno/» ya está content/posts/a-uno.md; {taken}",
        f"content/posts/b-dos.md:4: {outside}",
    ]


def test_a_second_build_into_the_same_folder_finds_its_own_redirects(tmp_path):
    """A preview does not take the pages of its last build for somebody else's."""
    content = write(tmp_path / "content")
    settings = SETTINGS | {"DELETE_OUTPUT_DIRECTORY": False}
    first = build_site(content, tmp_path / "output", **settings)
    second = build_site(content, tmp_path / "output", **settings)
    assert warnings(first) == warnings(second)


def test_json_ld_is_on_posts_and_read_back(built):
    """A post's page holds one JSON-LD block that names the post, and its translation names the same."""
    output, _told = built
    read = {}
    for path in ("2026/03/uno", "en/2026/03/one"):
        (block,) = html.parse(output / path / "index.html").xpath('//script[@type="application/ld+json"]/text()')
        read[path] = json.loads(block)
    assert read["2026/03/uno"]["@id"] == f"{SITE}/2026/03/uno/#post"
    assert read["2026/03/uno"]["workTranslation"][0]["@id"] == read["en/2026/03/one"]["@id"]
    assert read["en/2026/03/one"]["translationOfWork"] == {"@id": f"{SITE}/2026/03/uno/#post"}
