"""Sitemap, robots and old addresses: what search engines may show, and what leads on."""

from datetime import UTC, datetime

import pytest
from lxml import etree, html

from tertulia import sitemap

SITE = "https://tertulia.example/blog"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def parsed(*addresses):
    """The sitemap's ``url`` elements."""
    return etree.fromstring(sitemap.sitemap(addresses).encode()).findall("s:url", NS)


def test_a_page_has_its_address_its_date_and_its_languages():
    """Each page stands with lastmod and one alternate for each language, itself among them."""
    languages = (("es", "https://tertulia.example/a/"), ("en", "https://tertulia.example/en/a/"))
    changed = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    (url,) = parsed(sitemap.Address("https://tertulia.example/a/?x=1&y=2", changed, languages))
    assert url.findtext("s:loc", namespaces=NS) == "https://tertulia.example/a/?x=1&y=2"
    assert url.findtext("s:lastmod", namespaces=NS) == "2026-03-09T09:30:00+00:00"
    found = [(link.get("hreflang"), link.get("href")) for link in url.findall("x:link", NS)]
    assert sorted(languages) == found


def test_one_language_needs_no_alternate_and_no_date_no_lastmod():
    """What is not known is not said."""
    (url,) = parsed(sitemap.Address("https://tertulia.example/a/", None, (("es", "https://tertulia.example/a/"),)))
    assert [child.tag for child in url] == [f"{{{NS['s']}}}loc"]


def test_each_address_stands_once_in_order():
    """The order in which pages were found makes no difference."""
    one, two = sitemap.Address("https://t.example/a/"), sitemap.Address("https://t.example/b/")
    assert sitemap.sitemap([two, one, two]) == sitemap.sitemap([one, two])
    assert len(parsed(two, one, two)) == 2


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
    assert path == sitemap.alias_path(alias, SITE)


@pytest.mark.parametrize(("path", "file"), [("2019/viejo/", "2019/viejo/index.html"), ("viejo.html", "viejo.html")])
def test_an_alias_is_answered_by_a_file(path, file):
    """A folder answers with its index, a page with itself."""
    assert file == sitemap.alias_file(path)


def test_a_redirect_leads_on_and_stays_out_of_search_engines():
    """The page sends readers on, links to the new one, and is not to be indexed."""
    page = html.fromstring(
        sitemap.redirect_page('"Hola" <b>', "es", "https://tertulia.example/b/a/", "/b/a/", "Esta página está aquí")
    )
    assert page.findtext(".//title") == '"Hola" <b>'
    assert page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    assert page.xpath('//meta[@http-equiv="refresh"]/@content') == ["0; url=/b/a/"]
    assert page.xpath('//link[@rel="canonical"]/@href') == ["https://tertulia.example/b/a/"]
    assert page.xpath("//a/@href") == ["/b/a/"]


def test_hosts_that_redirect_get_a_list():
    """One line for each old path, sorted."""
    pairs = [("/z/", "/nuevo/"), ("/a", "/nuevo/")]
    assert sitemap.redirects_file(pairs) == "/a /nuevo/ 301\n/z/ /nuevo/ 301\n"
