"""Links that stay useful: short ones expanded, rotten ones found, copies put in their place by a table."""

import datetime as dt

import markdown
import pytest

from tertulia.core import languages
from tertulia.core.errors import ContentError, FetchError
from tertulia.core.fetch import Fetched
from tertulia.embeds.links import (
    KnownLink,
    Link,
    LinksExtension,
    LinkTable,
    Rotten,
    check,
    collect,
    expand_all,
    expander,
)
from tertulia.render.autolinks import AutolinksExtension
from tests.embedding import post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
COPY = "https://web.archive.org/web/20140301000000/http://vieja.example/nota"


@pytest.fixture(autouse=True)
def _spanish():
    languages.speak("es")


class LinkWeb:
    """A web of statuses and redirects: address → status, target, or an exception."""

    def __init__(self, places, copies=None):
        self.places, self.copies, self.asked = places, copies or {}, []

    def request(self, method, url, *, follow=True, **_):
        self.asked.append((method, url))
        place = self.places.get(url, 404)
        if callable(place):
            place = place(method)
        if isinstance(place, Exception):
            raise place
        if isinstance(place, str):
            return Fetched(url, 301, {"location": place}, b"")
        return Fetched(url, place, {}, b"")

    def get(self, url, **_):
        self.asked.append(("GET", url))
        closest = next((copy for part, copy in self.copies.items() if part in url), None)
        found = {"closest": {"available": True, "url": closest}} if closest else {}
        import json

        body = json.dumps({"archived_snapshots": found}).encode()
        return Fetched(url, 200, {"content-type": "application/json"}, body)


def test_short_addresses_are_expanded_once_through_each_other(tmp_path):
    """A short address of a short address leads to its end, and is not asked again."""
    web = LinkWeb({"https://t.co/a": "http://bit.ly/b", "http://bit.ly/b": "https://ejemplo.es/carta"})
    post(tmp_path, "Mira https://t.co/a y https://ejemplo.es/otra.")
    table = LinkTable()
    assert [("https://t.co/a", "https://ejemplo.es/carta")] == list(expand_all(tmp_path, table, web))
    assert "https://ejemplo.es/carta" == table.target("https://t.co/a")
    assert [] == list(expand_all(tmp_path, table, web))
    # Where it leads is not asked: it may be slow, large, or gone.
    assert [("GET", "https://t.co/a"), ("GET", "http://bit.ly/b")] == web.asked


@pytest.mark.parametrize("place", [404, "javascript:alert(1)", "/otra", "https://t.co/a"])
def test_short_address_that_leads_nowhere_stays_as_it_is(place):
    """A dead, mad or circling short address is written down and left alone."""
    web = LinkWeb({"https://t.co/a": place})
    table = LinkTable()
    expand = expander(table, web)
    assert expand("https://t.co/a") in ("https://t.co/a", "https://t.co/otra")
    asked = len(web.asked)
    expand("https://t.co/a")
    assert asked == len(web.asked)


def test_silence_of_a_shortener_is_asked_again():
    """When the service does not answer, nothing is concluded."""
    table = LinkTable()
    expand = expander(table, LinkWeb({"https://t.co/a": FetchError("no")}))
    assert "https://t.co/a" == expand("https://t.co/a")
    assert {} == table.known


def test_table_comes_back_as_it_was_written(tmp_path):
    """What is written can be read, in the order of addresses, and writing it again changes no byte."""
    path = tmp_path / "links.toml"
    known = KnownLink(
        to='https://ejemplo.es/"comillas"', answered="2025-01-02", says="404", archived=COPY, use="archived"
    )
    LinkTable({"https://z.example/ñ": KnownLink(to="https://y.example/"), "https://a.example/": known}).save(path)
    text = path.read_text("utf-8")
    assert text.index("a.example") < text.index("z.example")
    again = LinkTable.load(path)
    assert known == again.known["https://a.example/"]
    again.save(path)
    assert text == path.read_text("utf-8")
    assert {} == LinkTable.load(tmp_path / "no.toml").known


@pytest.mark.parametrize("text", ["[", '"a" = 1', "\x00"])
def test_broken_table_is_one_clear_line(tmp_path, text):
    """A table broken by hand is told with its name."""
    (tmp_path / "links.toml").write_text(text, "utf-8")
    with pytest.raises(ContentError, match=r"links\.toml"):
        LinkTable.load(tmp_path / "links.toml")


def test_table_in_circles_ends():
    """A table that was corrected into a circle still answers."""
    table = LinkTable(
        {
            "https://a.example/": KnownLink(to="https://b.example/"),
            "https://b.example/": KnownLink(to="https://a.example/"),
        }
    )
    assert table.target("https://a.example/").startswith("https://")


def test_collect_knows_place_and_date(tmp_path):
    """Every address is found with its line and its post's date; code and the sentence's punctuation are left out."""
    text = "Fecha: 2014-03-01\nVía: https://a.example/via\n\nVer (https://b.example/x_(y)), y <https://c.example/>.\n"
    text += "`https://no.example/`\n\n```\nhttps://no.example/2\n```\n[d](https://d.example/?a=1 'T')\n"
    path = post(tmp_path, text)
    expected = [
        Link("https://a.example/via", path, 2, "2014-03-01"),
        Link("https://b.example/x_(y)", path, 4, "2014-03-01"),
        Link("https://c.example/", path, 4, "2014-03-01"),
        Link("https://d.example/?a=1", path, 10, "2014-03-01"),
    ]
    assert expected == collect(tmp_path)


def test_rotten_link_is_told_with_place_last_answer_and_copy(tmp_path):
    """The report has file, line, what it says, when it last answered, and the copy nearest to the post's date."""
    path = post(tmp_path, "Fecha: 2014-03-02\n\nVer http://vieja.example/nota y https://viva.example/\n")
    web = LinkWeb({"https://viva.example/": 200}, {"timestamp=20140302": COPY.replace("https", "http", 1)})
    table = LinkTable({"http://vieja.example/nota": KnownLink(answered="2025-01-02")})
    found = list(check(tmp_path, table, web, NOW))
    rotten = next(item for item in found if isinstance(item, Rotten))
    expected = f"{path}:3: http://vieja.example/nota ya no responde (404); respondió por última vez el 2025-01-02; "
    assert str(rotten) == expected + f"hay copia: {COPY} («python3 tasks.py links --apply» la pone en su lugar)"
    assert "2026-11-22" == table.known["https://viva.example/"].answered
    assert "http://vieja.example/nota" == table.target("http://vieja.example/nota")


def test_apply_sends_readers_to_the_copy_without_touching_the_text(tmp_path):
    """With --apply the table changes, the author's file does not, and the page leads to the copy."""
    path = post(tmp_path, "Fecha: 2014-03-02\n\nVer http://vieja.example/nota\n")
    before = path.read_bytes()
    table = LinkTable()
    list(check(tmp_path, table, LinkWeb({}, {"vieja": COPY}), NOW, apply=True))
    assert before == path.read_bytes()
    html = markdown.markdown(path.read_text("utf-8"), extensions=[AutolinksExtension(), LinksExtension(table)])
    assert f'<a href="{COPY}">vieja.example/nota</a>' in html


@pytest.mark.parametrize("status", [200, 204, 401, 403, 429, 999])
def test_a_server_that_will_not_say_is_not_called_rotten(tmp_path, status):
    """Asking who we are, or to slow down, proves nothing."""
    post(tmp_path, "https://a.example/")
    assert [] == [
        r for r in check(tmp_path, LinkTable(), LinkWeb({"https://a.example/": status}), NOW) if isinstance(r, Rotten)
    ]


def test_server_without_head_is_asked_again_with_get(tmp_path):
    """A server that knows no HEAD is alive."""
    post(tmp_path, "https://a.example/")
    web = LinkWeb({"https://a.example/": lambda method: 501 if method == "HEAD" else 200})
    assert [] == [r for r in check(tmp_path, LinkTable(), web, NOW) if isinstance(r, Rotten)]


def test_fresh_answers_do_not_change_the_table(tmp_path):
    """A link seen alive last week is not written again: the table lives in git."""
    post(tmp_path, "https://a.example/")
    table = LinkTable({"https://a.example/": KnownLink(answered="2026-11-15")})
    list(check(tmp_path, table, LinkWeb({"https://a.example/": 200}), NOW))
    assert "2026-11-15" == table.known["https://a.example/"].answered


def test_copy_from_anywhere_but_the_archive_is_refused(tmp_path):
    """An answer that names another host as the copy is not believed."""
    post(tmp_path, "https://a.example/")
    (rotten,) = check(tmp_path, LinkTable(), LinkWeb({}, {"a.example": "https://evil.example/web/1"}), NOW)
    assert "" == rotten.archived


def test_links_on_the_page_show_their_target():
    """A short address shows where it leads; words chosen by the author stay; others are left alone."""
    table = LinkTable({"https://t.co/a": KnownLink(to="https://www.ejemplo.es/carta/?a=1&b=2")})
    text = "https://t.co/a y [la carta](https://t.co/a) y https://otra.example/"
    html = markdown.markdown(text, extensions=[AutolinksExtension(), LinksExtension(table)])
    target = "https://www.ejemplo.es/carta/?a=1&amp;b=2"
    assert f'<a href="{target}">ejemplo.es/carta/?a=1&amp;b=2</a> y <a href="{target}">la carta</a>' in html
    assert '<a href="https://otra.example/">https://otra.example/</a>' in html


def test_without_a_table_nothing_is_added():
    """A blog without such links pays nothing."""
    md = markdown.Markdown(
        extensions=[LinksExtension(LinkTable({"https://a.example/": KnownLink(answered="2026-01-01")}))]
    )
    assert "links" not in md.treeprocessors
