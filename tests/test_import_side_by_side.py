"""Each old page is looked at beside the new one, and every word that differs is marked."""

import re

import pytest

from tertulia.commands.import_site import run_import
from tertulia.core.errors import FetchError, TertuliaError
from tertulia.core.fetch import Fetched
from tertulia.imports.old_pages import PagesOnTheWeb, SavedPages, address_of_saved
from tertulia.imports.page_body import body_of, words_of
from tertulia.imports.side_by_side import compare, page
from tests.importing import NOW, SITE, blog, item, wxr

__all__ = ["blog"]  # a fixture

BODY = "<p>Tres palabras «suyas» — y una nota…</p>\n<p>Otro párrafo con <b>fuer</b>za.</p>"
PAGE = """<!doctype html><html><head><title>Uno</title><script>var menos = "nada";</script></head><body>
<nav><a href="/">Inicio</a></nav><main><article><h1>Uno</h1><div class="entry-content clear">{body}
<div class="sharedaddy">Comparte esto</div></div><footer>Publicado por Ana</footer></article>
<aside>Entradas recientes</aside><div class="comments">Muy bien dicho</div></main></body></html>"""


class OldSite:
    """Answers with the pages it has; counts who asks."""

    def __init__(self, pages=None, *, broken=()):
        self.pages, self.broken, self.asked = pages or {}, broken, []

    def get(self, url, *, accept=(), max_bytes=0):
        self.asked.append(url)
        if url in self.broken:
            raise FetchError("silent")
        found = self.pages.get(url, (404, ""))
        status, text, where = (*found, url)[:3]
        data = text if isinstance(text, bytes) else text.encode()
        return Fetched(where, status, {"content-type": "text/html"}, data)


def address(slug):
    return f"{SITE}/2019/05/{slug}/"


def looked_at(blog, tmp_path, pages, *bodies, origin=""):
    """Import posts with those *bodies* and compare them with what *pages* answers."""
    items = [item(number, body, slug=f"n{number}", title=f"N{number}") for number, body in enumerate(bodies, 1)]
    report = blog.take(wxr(tmp_path / "e.xml", *items))
    if isinstance(pages, OldSite):
        pages = PagesOnTheWeb(blog.root / "pages", pages, origin=origin, pause=lambda seconds: None)
    else:
        pages = SavedPages(pages, report.plan)
    return compare(report, blog.root, pages, NOW, lambda done, whole: None)


def html_of(made):
    return "".join(page(made))


def test_a_page_with_the_same_words_is_equal(blog, tmp_path):
    """Menus, buttons, the talk, quotation marks and dashes make no difference."""
    site = OldSite({address("n1"): (200, PAGE.format(body=BODY))})
    made = looked_at(blog, tmp_path, site, BODY)
    assert (1, 0, 0) == (len(made.equal), len(made.different), len(made.unseen))


def test_words_that_differ_are_marked_worst_first(blog, tmp_path):
    """What is missing in the old page, what is new in the new one; who lost more stands above."""
    more = BODY + "<p>Esto se perdió.</p>"
    site = OldSite(
        {
            address("n1"): (200, PAGE.format(body=BODY.replace("Otro", "Un"))),
            address("n2"): (200, PAGE.format(body=more)),
        }
    )
    made = looked_at(blog, tmp_path, site, BODY, BODY)
    assert ["N2", "N1"] == [one.place.post.title for one in made.different]
    shown = html_of(made)
    assert "<del>Esto se perdió. </del>" in re.sub(r"\s+", " ", shown)
    assert "<del>Un </del>" in shown and "<ins>Otro </ins>" in shown


def test_what_the_owner_wrote_since_is_what_is_compared(blog, tmp_path):
    """A word put right by hand is missing no more."""
    site = OldSite({address("n1"): (200, PAGE.format(body=BODY + "<p>Perdido.</p>"))})
    looked_at(blog, tmp_path, site, BODY)
    (file,) = (path for path in (blog.root / "content").rglob("*.md"))
    file.write_text(file.read_text("utf-8") + "\nPerdido.\n", "utf-8")
    assert 1 == len(looked_at(blog, tmp_path, site, BODY).equal)


def test_each_page_is_asked_for_once(blog, tmp_path):
    """A second run asks for what the first did not get, and for nothing else."""
    site = OldSite({address("n1"): (200, PAGE.format(body=BODY))}, broken=[address("n3")])
    looked_at(blog, tmp_path, site, BODY, BODY, BODY)
    site.asked.clear()
    made = looked_at(blog, tmp_path, site, BODY, BODY, BODY)
    assert [address("n3")] == site.asked
    assert ["", "gone", "silent"] == [one.why for one in made.compared]


@pytest.mark.parametrize("status", [429, 503, None])
def test_a_site_that_is_asked_too_much_is_left_alone(blog, tmp_path, status):
    """At its word, or after three that were not answered."""
    every = [address(f"n{number}") for number in range(1, 9)]
    site = OldSite(dict.fromkeys(every, (status, "")), broken=() if status else every)
    made = looked_at(blog, tmp_path, site, *[BODY] * 8)
    assert (1 if status else 3) == len(site.asked)
    assert {"silent"} == {one.why for one in made.compared}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, ""), "gone"),
        ((410, ""), "gone"),
        ((401, ""), "refused"),
        ((500, ""), "refused"),
        ((200, '<html><body><div id="app"></div><script src="/app.js"></script></body></html>'), "script"),
        ((200, PAGE.format(body="<p>Portada. Bienvenidos.</p>"), f"{SITE}/"), "elsewhere"),
        ((200, PAGE.format(body="<p>Dominio en venta.</p>"), "https://parked.example/"), "elsewhere"),
    ],
)
def test_a_page_that_is_not_there_is_told(blog, tmp_path, answer, why):
    """Not found, closed, filled in by a script, or another page under the same address."""
    long = "<p>" + " ".join(f"palabra{number}" for number in range(60)) + "</p>"
    made = looked_at(blog, tmp_path, OldSite({address("n1"): answer}), long)
    assert [why] == [one.why for one in made.compared]
    assert address("n1").split("/2019")[0] in html_of(made) or "parked" in html_of(made)


def test_a_redirect_to_the_same_post_is_the_same_post(blog, tmp_path):
    """To https, www or a slash at its end."""
    site = OldSite({address("n1"): (200, PAGE.format(body=BODY), "http://www.old.example/2019/05/n1")})
    assert 1 == len(looked_at(blog, tmp_path, site, BODY).equal)


def test_all_pages_of_a_post_are_read(blog, tmp_path):
    """A post that was cut into pages there is one post here."""
    first = f'<p>Uno dos tres.</p><a href="{address("n1")}2/">2</a>'
    pages = {
        address("n1"): (200, PAGE.format(body=first)),
        f"{address('n1')}2/": (200, PAGE.format(body="<p>Cuatro.</p>")),
    }
    made = looked_at(blog, tmp_path, OldSite(pages), "<p>Uno dos tres.</p><!--nextpage--><p>Cuatro.</p>")
    assert [(1, 0)] == [(one.lost, one.added) for one in made.compared]  # the "2" of the link
    assert "<del>2 </del>" in html_of(made)


def test_old_pages_in_another_charset_are_read(blog, tmp_path):
    """As the page says, or as it looks."""
    data = PAGE.format(body=BODY).replace("<head>", '<head><meta charset="windows-1252">').encode("cp1252")
    assert 1 == len(looked_at(blog, tmp_path, OldSite({address("n1"): (200, data)}), BODY).equal)


def test_the_old_site_may_live_elsewhere_now(blog, tmp_path):
    """The address that was given is asked, by the path of each post."""
    site = OldSite({"https://copia.example/2019/05/n1/": (200, PAGE.format(body=BODY))})
    assert 1 == len(looked_at(blog, tmp_path, site, BODY, origin="https://copia.example").equal)


@pytest.mark.parametrize(
    "name",
    ["old.example/2019/05/n1/index.html", "2019/05/n1/index.html", "2019/05/n1.html", "2019/05/n1", "Uno – Viejo.html"],
)
def test_saved_pages_are_found(blog, tmp_path, name):
    """As wget and browsers leave them: by the path, or by what the page says of itself."""
    saved = tmp_path / "saved" / name
    saved.parent.mkdir(parents=True)
    told = f'<head><link href="{address("n1")}" rel="canonical">' if "Viejo" in name else "<head>"
    saved.write_text(PAGE.format(body=BODY).replace("<head>", told), "utf-8")
    made = looked_at(blog, tmp_path, tmp_path / "saved", BODY, BODY)
    assert ["", "not_saved"] == [one.why for one in made.compared]
    assert (SITE if "Viejo" in name else "") == address_of_saved(tmp_path / "saved")


@pytest.mark.parametrize(
    "unseen", [{"status": "private"}, {"date": "2031-05-03 18:30:00", "gmt": "2031-05-03 18:30:00"}]
)
def test_what_nobody_could_see_there_is_not_asked_for(blog, tmp_path, unseen):
    """What was kept back, and what is still to come."""
    report = blog.take(wxr(tmp_path / "e.xml", item(1, BODY, **unseen)))
    site = OldSite()
    compare(report, blog.root, PagesOnTheWeb(tmp_path, site, origin="", pause=lambda _: None), NOW, lambda *_: None)
    assert [] == site.asked


def test_the_report_runs_nothing_of_the_old_page(blog, tmp_path):
    """Whatever its words, they are words."""
    words = "&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(2)&gt;"
    site = OldSite({address("n1"): (200, PAGE.format(body=f"<p>{words}</p>{BODY}"))})
    shown = html_of(looked_at(blog, tmp_path, site, BODY))
    assert "<script" not in shown and "<img" not in shown and "&lt;script&gt;alert" in shown


@pytest.mark.parametrize(
    "around",
    [
        '<div class="post-body entry-content" id="post-body-1">{}</div><div class="post-footer">Ana 10:00</div>',
        '<section class="gh-content">{}<div class="kg-card kg-signup-card">Suscríbete</div></section>',
        '<div class="available-content"><div class="body markup">{}</div></div>',
        '<section data-field="body" class="e-content">{}</section>',
        "<article><header><h1>T</h1></header>{}<footer>Etiquetas: a</footer></article>",
        '<td itemprop="articleBody">{}</td>',
        "<p>Menú</p><main>{}</main>",
    ],
)
def test_the_body_is_found_in_any_theme(around):
    """Blogger's, Ghost's, Substack's, Medium's, and plain HTML."""
    expected = words_of("<p>Una dos tres cuatro cinco seis.</p>")
    page = f'<body><div class="menu">Inicio Archivo</div><table><tr>{around}</tr></table></body>'
    found = body_of(page.format("<p>Una dos tres cuatro cinco siete.</p>"), expected)
    assert ["Una", "dos", "tres", "cuatro", "cinco", "siete."] == [word.shown for word in found if word.key]


@pytest.mark.parametrize("given", [".", "content", "output", "output/feeds/feed.json", "..", "content/posts", "old"])
def test_a_blog_is_not_imported_into_itself(tmp_path, given):
    """Its own feed, read as another program's, would bring all posts twice."""
    blog = tmp_path / "blog"
    for name in ("content/posts/a.md", "output/feeds/feed.json", "pelicanconf.py"):
        (blog / name).parent.mkdir(parents=True, exist_ok=True)
        (blog / name).write_text("{}", "utf-8")
    (blog / "old").symlink_to(blog / "output")
    with pytest.raises(TertuliaError, match="este mismo blog"):
        run_import(blog, blog, [given])


@pytest.mark.parametrize("kind", ["folder", "address"])
def test_import_leaves_the_comparison_in_a_page(tmp_path, capsys, monkeypatch, kind):
    """Of a folder of saved pages, or of the address that was given; the talk alone has no pages."""
    (tmp_path / "pelicanconf.py").write_text(
        "from tertulia.defaults import *\nSITE_ADDRESS = 'https://new.example'\n", "utf-8"
    )
    (tmp_path / "content").mkdir()
    saved = tmp_path / "saved" / "2019" / "05" / "n1.html"
    saved.parent.mkdir(parents=True)
    saved.write_text(PAGE.format(body=BODY + "<p>Perdido.</p>"), "utf-8")
    site = OldSite({address("n1"): (200, saved.read_text("utf-8"))})
    monkeypatch.setattr("tertulia.app.Blog.fetcher", site)
    wxr(tmp_path / "e.xml", item(1, BODY, slug="n1"))
    run_import(tmp_path, tmp_path, ["e.xml"], old_site="saved" if kind == "folder" else SITE)
    (report,) = (tmp_path / "var" / "import").glob("*side-by-side.html")
    assert "<del>Perdido. </del>" in report.read_text("utf-8")
    assert report.name in capsys.readouterr().out
    assert ([] if kind == "folder" else [address("n1")]) == site.asked
