"""Links that stay useful: short ones expanded, rotten ones found, copies put in their place by a table."""

import ast
import datetime as dt
import json
from pathlib import Path

import markdown
import pytest

from tertulia.core.errors import ContentError, FetchError, FetchRefusedError
from tertulia.core.fetch import Fetched
from tertulia.embeds.link_table import KnownLink, LinksExtension, LinkTable
from tertulia.embeds.links import (
    Link,
    LinkRemark,
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
        if isinstance(place, Fetched):
            return place
        return Fetched(url, place, {}, b"")

    def get(self, url, **_):
        self.asked.append(("GET", url))
        closest = next((copy for part, copy in self.copies.items() if part in url), None)
        found = {"closest": {"available": True, "url": closest}} if closest else {}
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
    found = collect(tmp_path)
    assert expected == found
    shown = f"content/{path.relative_to(tmp_path)}"
    assert f"{shown}:2: x" == str(LinkRemark(found[0], "x"))
    assert str(Rotten(found[1], "404", "", "", used=False)).startswith(f"{shown}:4: ")


def test_rotten_link_is_told_with_place_last_answer_and_copy(tmp_path):
    """The report has file, line, what it says, when it last answered, and the copy nearest to the post's date."""
    path = post(tmp_path, "Fecha: 2014-03-02\n\nVer http://vieja.example/nota y https://viva.example/\n")
    shown = f"content/{path.relative_to(tmp_path)}"
    web = LinkWeb({"https://viva.example/": 200}, {"timestamp=20140302": COPY.replace("https", "http", 1)})
    table = LinkTable({"http://vieja.example/nota": KnownLink(answered="2025-01-02")})
    (remark, _) = check(tmp_path, table, web, NOW)
    assert f"{shown}:3: http://vieja.example/nota dice que no está (404); si sigue así" in str(remark)
    found = list(check(tmp_path, table, web, NOW + dt.timedelta(days=7)))
    rotten = next(item for item in found if isinstance(item, Rotten))
    expected = f"{shown}:3: http://vieja.example/nota ya no responde (404); respondió por última vez el 2025-01-02; "
    assert str(rotten) == expected + f"hay copia: {COPY} («python3 tasks.py links --apply» la pone en su lugar)"
    assert "2026-11-22" == table.known["https://viva.example/"].answered
    assert "http://vieja.example/nota" == table.target("http://vieja.example/nota")


def test_apply_sends_readers_to_the_copy_without_touching_the_text(tmp_path):
    """With --apply the table changes, the author's file does not, and the page leads to the copy."""
    path = post(tmp_path, "Fecha: 2014-03-02\n\nVer http://vieja.example/nota\n")
    before = path.read_bytes()
    table = LinkTable()
    web = LinkWeb({}, {"vieja": COPY})
    list(check(tmp_path, table, web, NOW, apply=True))
    assert "" == table.known["http://vieja.example/nota"].use  # once is not enough
    list(check(tmp_path, table, web, NOW + dt.timedelta(days=3), apply=True))
    assert before == path.read_bytes()
    html = markdown.markdown(path.read_text("utf-8"), extensions=[AutolinksExtension(), LinksExtension(table)])
    assert f'<a href="{COPY}">vieja.example/nota</a>' in html


@pytest.mark.parametrize("status", [200, 204, 300, 304, 401, 403, 429, 451, 500, 503, 999])
def test_a_server_that_will_not_say_is_not_called_rotten(tmp_path, status):
    """Asking who we are, or to slow down, proves nothing."""
    post(tmp_path, "https://a.example/")
    table, web = LinkTable(), LinkWeb({"https://a.example/": status})
    for day in (0, 3, 7):
        found = check(tmp_path, table, web, NOW + dt.timedelta(days=day), apply=True)
        assert [] == [item for item in found if isinstance(item, Rotten)]
    assert (status in (200, 204, 300, 304)) == bool(table.known.get("https://a.example/", KnownLink()).answered)


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
    table = LinkTable({"https://a.example/": KnownLink(failed="2026-11-01")})
    (rotten,) = check(tmp_path, table, LinkWeb({}, {"a.example": "https://evil.example/web/1"}), NOW)
    assert "" == rotten.archived


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](https://x.es/wiki/EE._UU.)", ["https://x.es/wiki/EE._UU."]),
        ("[b](https://x.es/wiki/Ocean's_Eleven)", ["https://x.es/wiki/Ocean's_Eleven"]),
        ("[uno](https://a.es/x)/[dos](https://a.es/y)", ["https://a.es/x", "https://a.es/y"]),
        ('<a href="https://x.es/?a=1&amp;b=2">x</a>', ["https://x.es/?a=1&b=2"]),
        ("Nada <!-- https://no.es/ -->", []),
        ("<!--\nhttps://no.es/\n-->\n\nHola", []),
        ("Ver «https://q.es/z», **https://n.es/neg** y (https://p.es/i).", [
            "https://q.es/z", "https://n.es/neg", "https://p.es/i"]),
        ("Ver [r].\n\n[r]: https://ref.es/x 'T'", ["https://ref.es/x"]),
        ("Hola[^1].\n\n[^1]: En https://nota.es/n.", ["https://nota.es/n"]),
        ("~~~\nhttps://no.es/\n~~~\n\n``a https://no.es/``\n\n    https://no.es/", []),
        ("![i](https://img.es/p.png)", ["https://img.es/p.png"]),
        ("<https://ang.es/a>—fin", ["https://ang.es/a"]),
        ("[c](https://c.es/a_\\(b\\))", ["https://c.es/a_(b)"]),
    ],
)  # fmt: skip
def test_links_are_those_of_the_page(tmp_path, text, expected):
    """What is asked is what a reader can follow: no more, no less, letter by letter."""
    post(tmp_path, f"Título: Uno\n\n{text}\n")
    assert expected == [link.url for link in collect(tmp_path)]


def test_page_that_answers_again_gets_its_readers_back(tmp_path):
    """What a run wrote a later run undoes, and says so; a choice made by hand stays."""
    post(tmp_path, "Fecha: 2014-03-02\n\nhttps://a.example/ y https://b.example/")
    by_hand = KnownLink(archived=COPY, use="archived")
    table = LinkTable({"https://b.example/": by_hand})
    dead = LinkWeb({"https://b.example/": 200}, {"a.example": COPY})
    list(check(tmp_path, table, dead, NOW, apply=True))
    list(check(tmp_path, table, dead, NOW + dt.timedelta(days=5), apply=True))
    assert COPY == table.target("https://a.example/")
    alive = LinkWeb({"https://a.example/": 200, "https://b.example/": 200})
    remarks = [str(found) for found in check(tmp_path, table, alive, NOW + dt.timedelta(days=40)) if str(found)]
    assert any("https://a.example/ vuelve a responder" in remark for remark in remarks)
    assert "https://a.example/" == table.target("https://a.example/")
    assert ("", "", "") == (
        (known := table.known["https://a.example/"]).says, known.failed, known.silent,
    )  # fmt: skip
    assert COPY == table.target("https://b.example/")


def test_choice_made_by_hand_outlives_a_bad_minute(tmp_path):
    """Where a blogger sends readers by hand they are sent, whether the page fails, is missing or answers."""
    post(tmp_path, "https://a.example/ y https://b.example/")
    by_hand = KnownLink(archived=COPY, use="archived")
    table = LinkTable({"https://a.example/": by_hand})
    for day, status in enumerate((500, 404, FetchError("no"), 200)):
        web = LinkWeb({"https://a.example/": status, "https://b.example/": 200})
        list(check(tmp_path, table, web, NOW + dt.timedelta(days=40 * day), apply=True))
        assert ("", COPY) == (by_hand.says, table.target("https://a.example/"))


def test_offline_writes_nothing(tmp_path):
    """When nobody answers it is we who are offline, whatever there is among the links that we never ask."""
    post(tmp_path, "https://a.example/ y https://b.example/ y http://127.0.0.1:8000/")
    table = LinkTable()
    nobody = dict.fromkeys(("https://a.example/", "https://b.example/"), FetchError("no"))
    nobody["http://127.0.0.1:8000/"] = FetchRefusedError("no")
    found = list(check(tmp_path, table, LinkWeb(nobody, {"a.example": COPY}), NOW, apply=True))
    assert {LinkRemark} == {type(item) for item in found}
    assert {} == table.known


def test_a_server_that_is_silent_for_weeks_is_rotten(tmp_path):
    """Silence on one day, or on two, is a bad minute; for a month while others answer it is the end."""
    post(tmp_path, "https://a.example/ y https://b.example/")
    table, web = LinkTable(), LinkWeb({"https://a.example/": FetchError("no"), "https://b.example/": 200})
    rotten = [
        any(isinstance(item, Rotten) for item in check(tmp_path, table, web, NOW + dt.timedelta(days=day)))
        for day in (0, 7, 29, 30)
    ]
    assert [False, False, False, True] == rotten


def test_a_server_that_says_no_meanwhile_has_not_been_silent(tmp_path):
    """A wall proves nothing of a page, but that its server answers."""
    post(tmp_path, "https://a.example/ y https://b.example/")
    table = LinkTable()
    for day, status in ((0, FetchError("no")), (15, 403), (31, FetchError("no"))):
        web = LinkWeb({"https://a.example/": status, "https://b.example/": 200})
        found = list(check(tmp_path, table, web, NOW + dt.timedelta(days=day)))
        assert not any(isinstance(item, Rotten) for item in found)


def test_silence_of_those_a_host_sends_to_is_not_its_own(tmp_path):
    """Two addresses that lead to a dead host do not make their own host silent: its other links are asked."""
    urls = [f"https://doi.example/{n}" for n in range(4)]
    post(tmp_path, " ".join(urls))
    dead = FetchError("https://dead.example/: no responde")
    table = LinkTable()
    list(check(tmp_path, table, LinkWeb({urls[0]: dead, urls[1]: dead, urls[2]: 200, urls[3]: 200}), NOW))
    assert ["", "", "2026-11-22", "2026-11-22"] == [table.known[url].answered for url in urls]


@pytest.mark.parametrize(
    ("copy", "taken"),
    [
        ("https://web.archive.org/web/20230301000000/http://a.example/", False),  # nine years after
        ("https://web.archive.org/web/20140901000000/http://a.example/", True),
    ],
)
@pytest.mark.parametrize("status", ["200", "404", "301"])
def test_only_good_and_near_copies_are_taken(tmp_path, copy, taken, status):
    """A copy of an error, or of what stood there nine years later, is no copy of what was linked."""

    class Archive(LinkWeb):
        def get(self, url, **_):
            closest = {"available": True, "url": copy, "status": status}
            body = json.dumps({"archived_snapshots": {"closest": closest}}).encode()
            return Fetched(url, 200, {"content-type": "application/json"}, body)

    post(tmp_path, "Fecha: 2014-03-02\n\nhttps://a.example/")
    table = LinkTable({"https://a.example/": KnownLink(failed="2026-11-01")})
    (rotten,) = check(tmp_path, table, Archive({}), NOW)
    assert (copy if taken and status == "200" else "") == rotten.archived


def test_one_question_at_a_time_for_each_host(tmp_path):
    """Several hosts are asked at once; one that asks to wait, or is silent, is not asked for the rest of its links."""
    text = " ".join(f"https://{host}.example/{n}" for host in ("a", "b", "c") for n in range(6))
    post(tmp_path, text)
    places = {f"https://a.example/{n}": 429 for n in range(6)} | {f"https://b.example/{n}": 200 for n in range(6)}
    web = LinkWeb(places | {f"https://c.example/{n}": FetchError("no") for n in range(6)})
    assert 18 == len(list(check(tmp_path, LinkTable(), web, NOW)))
    asked = [url.split("/")[2] for _, url in web.asked]
    assert (1, 6, 2) == tuple(asked.count(f"{host}.example") for host in ("a", "b", "c"))


@pytest.mark.parametrize(
    ("url", "answered", "page", "said"),
    [
        ("https://a.example/nota#dos", "https://a.example/nota", '<h2 id="uno">Uno</h2>', "no tiene «#dos»"),
        ("https://a.example/nota#uno", "https://a.example/nota", '<h2 id="uno">Uno</h2>', ""),
        ("https://a.example/nota#:~:text=uno", "https://a.example/nota", "<p>Uno</p>", ""),
        ("https://a.example/nota", "https://a.example/", "<title>Inicio</title>", "lleva a la portada"),
        ("https://a.example/nota", "https://a.example/nota", "<title>Página no encontrada</title>", "su título es"),
        ("https://a.example/nota", "https://a.example/otra/", "<title>Nota</title>", ""),
    ],
)
def test_what_answers_and_is_something_else_is_a_hint(tmp_path, url, answered, page, said):
    """A place that the page does not have, a front page, an error that calls itself a page: told, no more."""
    post(tmp_path, f"<{url}>")
    table = LinkTable()
    web = LinkWeb({url: Fetched(answered, 200, {"content-type": "text/html; charset=utf-8"}, page.encode())})
    (found,) = check(tmp_path, table, web, NOW)
    assert (said in str(found)) if said else isinstance(found, Link)
    assert "2026-11-22" == table.known[url].answered


def test_what_is_embedded_is_not_sought_at_its_copy(tmp_path):
    """A quoted post that is gone keeps its capture: readers of links go to the copy, the embed stays as it was kept."""
    url = "https://mas.to/@ana/113400000000000001"
    table = LinkTable({
        url: KnownLink(says="404", archived=COPY, use="archived"), "https://t.co/a": KnownLink(to=url),
    })  # fmt: skip
    assert (COPY, url) == (table.target("https://t.co/a"), table.expanded("https://t.co/a"))
    assert url == expander(table, LinkWeb({}))(url)


def test_two_runs_write_one_table(tmp_path):
    """What another run has written meanwhile stays, also in the entry that both know."""
    path = tmp_path / "links.toml"
    LinkTable({"https://a.example/": KnownLink(says="404")}).save(path)
    one, other = LinkTable.load(path), LinkTable.load(path)
    one.of("https://t.co/a").to = "https://b.example/"
    one.of("https://a.example/").archived = COPY
    other.of("https://a.example/").says = "410"
    one.save(path)
    other.save(path)
    both = LinkTable.load(path).known
    assert (KnownLink(says="410", archived=COPY), "https://b.example/") == (
        both["https://a.example/"], both["https://t.co/a"].to,
    )  # fmt: skip


def test_links_on_the_page_show_their_target():
    """A short address shows where it leads; words chosen by the author stay; others are left alone."""
    table = LinkTable({"https://t.co/a": KnownLink(to="https://www.ejemplo.es/carta/?a=1&b=2")})
    text = "https://t.co/a y [la carta](https://t.co/a) y https://otra.example/"
    html = markdown.markdown(text, extensions=[AutolinksExtension(), LinksExtension(table)])
    target = "https://www.ejemplo.es/carta/?a=1&amp;b=2"
    assert f'<a href="{target}">ejemplo.es/carta/?a=1&amp;b=2</a> y <a href="{target}">la carta</a>' in html
    assert '<a href="https://otra.example/">https://otra.example/</a>' in html


def test_without_a_table_no_link_is_another():
    """A blog without such links has the pages that it had."""
    table = LinkTable({"https://a.example/": KnownLink(answered="2026-01-01")})
    text = "[una](https://a.example/) y <https://a.example/>"
    assert markdown.markdown(text) == markdown.markdown(text, extensions=[LinksExtension(table)])


def test_only_the_task_of_links_asks_the_archive():
    """Its address is in one module, what asks it in one function of the tasks, which nothing else calls."""
    root = Path(__file__).parent.parent / "tertulia"
    users = {"archive.org/wayback": set(), "check_links": set(), "links.check": set(), "capture.links": set()}
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        where = path.relative_to(root).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names = {f"{(node.module or '').rpartition('.')[2]}.{name.name}" for name in node.names}
                for name in names & users.keys():
                    users[name].add(where)
            elif isinstance(node, ast.Constant) and "archive.org/wayback" in str(node.value):
                users["archive.org/wayback"].add(where)
            elif isinstance(node, ast.FunctionDef) and any(
                isinstance(one, ast.Name) and one.id == "check_links" for one in ast.walk(node)
            ):
                users["check_links"].add(f"{where}:{node.name}")
    assert {"embeds/links.py"} == users["archive.org/wayback"]
    assert {"commands/capture.py"} == users["links.check"]
    assert {"commands/capture.py:links"} == users["check_links"]
    assert {"cli.py"} == users["capture.links"]
