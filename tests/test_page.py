"""The page that a reader gets, on any screen and on paper, and what it says of itself to programs."""

import base64
import re
import shutil
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tertulia.content import snapshot
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.embeds import draw
from tertulia.embeds.types import Capture
from tertulia.render.converter import converter
from tertulia.render.document import Document
from tertulia.site import archives, choices, template_words, templates
from tertulia.site.link_notes import link_notes
from tests.conftest import ROOT, build_site
from tests.real.browser import CHROMIUM, browser

pytestmark = pytest.mark.slow

PDFTOTEXT = shutil.which("pdftotext")


def rendered(body, lang="es"):
    """The HTML of some Markdown, as soup."""
    return BeautifulSoup(drawn(body, lang), "lxml")


def drawn(body, lang="es"):
    """The HTML of some Markdown."""
    markdown = converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())
    markdown.document = Document(lang=lang, body=body)
    return markdown.convert(body)


def pages(output):
    """Every page that wants to be found: (path, soup)."""
    for file in sorted(output.rglob("*.html")):
        soup = BeautifulSoup(file.read_text("utf-8"), "lxml")
        if soup.select_one("link[rel=canonical]") and not soup.select_one("meta[http-equiv=refresh]"):
            yield str(file.relative_to(output)), soup


# ── Tables, notes, tags ─────────────────────────────────────────────────────────────────────────────────────────────

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"


@pytest.mark.parametrize(
    "body", [TABLE, f"> {TABLE.replace(chr(10), chr(10) + '> ')}", "- x\n\n    " + TABLE.replace("\n", "\n    ")]
)
def test_a_table_scrolls_by_itself_and_by_the_keyboard_wherever_it_stands(body):
    """In the text, in a quotation, in a list: a region with a name in the post's language."""
    for lang, name in (("es", "Tabla"), ("en", "Table")):
        region = rendered(body, lang).select_one("table").parent
        assert ("region", "0", name) == tuple(region.get(key) for key in ("role", "tabindex", "aria-label"))


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td>a</td></tr></table>",
        "<div>\n<table>\n<tr><td>a</td></tr>\n\n<tr><td><table><tr><td>b</td></tr></table></td></tr>\n</table>\n</div>\n\nfin",
        "- x\n\n  <TABLE class='a>b'>\n  <tr><td>\n\n  *a*\n\n  </td></tr>\n  </TABLE>",
        "<table><tr><td>nunca cerrada",
    ],
)
def test_so_does_a_table_written_as_html(body):
    """Also when it goes on over blocks; one in another scrolls with it, and what stands in code is none."""
    soup = rendered(f"`<table>`\n\n{body}")
    outer = [table for table in soup.select("table") if not table.find_parent("table")]
    assert (
        ["region"] == [table.parent.get("role") for table in outer] == [r["role"] for r in soup.select("[role=region]")]
    )
    assert (
        soup.find(string=re.compile("fin")) is None or soup.find(string=re.compile("fin")).find_parent("table") is None
    )


def test_each_table_of_a_post_has_a_name_of_its_own_and_on_a_list_none_is_a_landmark():
    """Markdown's and HTML's are counted together; where whole posts follow each other each begins again."""
    raw = "<table><tr><td>a</td></tr></table>"
    html = drawn(f"{TABLE}\n\n{raw}\n\n> {TABLE.replace(chr(10), chr(10) + '> ')}\n\n{raw}")
    names = [region["aria-label"] for region in BeautifulSoup(html, "lxml").select("[role=region]")]
    assert sorted(["Tabla", "Tabla 2", "Tabla 3", "Tabla 4"]) == sorted(names)
    listed = BeautifulSoup(templates.embedded(html, "/a/"), "lxml")
    assert [] == listed.select("[role=region]")
    assert 4 == len(listed.select("[role=group][tabindex='0'] > table"))


def test_a_task_is_named_by_its_words():
    """The box and what is to be done are one label; what hangs below it is not in it."""
    labels = rendered("- [ ] una *cosa*\n    - dentro\n- [x] otra\n\n1. [ ] y otra").select(
        "li > label, li > p > label"
    )
    assert ["una cosa", "otra", "y otra"] == [label.text.strip() for label in labels]
    assert all(label.input.has_attr("disabled") for label in labels)


@pytest.mark.parametrize(
    "end", ["    ```\n    código\n    ```", "    <div>\n    a\n    </div>", "    | a |\n    |---|\n    | b |"]
)
def test_a_note_may_end_with_a_block(end):
    """Its way back stands in a paragraph of its own, and no block within one."""
    soup = rendered(f"Uno[^a].\n\n[^a]: Nota.\n\n{end}\n")
    back = soup.select_one(".footnote li a.footnote-backref")
    assert "p" == back.parent.name
    assert not soup.select("p :is(div, pre, table)")
    assert [] == [p for p in soup.select(".footnote p") if not p.text.strip()]


def test_a_column_of_figures_is_known():
    """Figures with signs, shares and units; not one with a word in it."""
    soup = rendered(
        "| qué | uno | dos | tres |\n|---|---|---|---|\n| a | −1.200,5 € | 12 % | 3 |\n| b | 48 h | — | tres |"
    )
    assert ["uno", "dos"] == [cell.text for cell in soup.select("th.number")]
    assert ["−1.200,5 €", "12 %", "48 h", "—"] == [
        cell.text.replace("\xa0", " ").replace("\u202f", " ") for cell in soup.select("td.number")
    ]


def test_a_footnote_says_what_it_is():
    """The mark, the notes and the way back have roles and names; a second mark of one note too."""
    soup = rendered("Uno[^b] y dos[^a] y otra vez[^b].\n\n[^a]: Alfa.\n[^b]: Beta.\n\n    1. lista")
    marks = soup.select("a.footnote-ref")
    assert [("doc-noteref", f"Nota {n}", n) for n in "121"] == [(a["role"], a["aria-label"], a.text) for a in marks]
    notes = soup.select_one(".footnote")
    assert ("doc-endnotes", "Notas") == (notes["role"], notes["aria-label"])
    back = [(a["role"], a["aria-label"]) for a in soup.select("a.footnote-backref")]
    assert [("doc-backlink", f"Volver al texto de la nota {n}") for n in (1, 1, 2)] == back


def test_a_category_is_told_once_by_its_bare_name(site):
    """However often the text and the list below say a tag."""
    for path, soup in pages(site):
        if entry := soup.select_one("body[data-kind=post] article.h-entry"):
            names = Counter(element.text.strip().casefold() for element in entry.select(".p-category"))
            assert [] == [name for name, count in names.items() if count > 1 or name.startswith("#")], path


def test_each_link_is_a_number_on_paper_and_its_address_stands_once():
    """Alike for the same address; none for one that shows its address, a picture, or a page of the blog."""
    noted = link_notes(
        '<p><a href="https://a.example/?x=1&amp;y=2">uno</a> <a rel="x" href="https://b.example/">b</a>'
        ' <a href="https://a.example/?x=1&amp;y=2">otra vez</a> <a href="https://c.example/d">c.example/d</a>'
        ' <a href="/aqui/">aquí</a> <a href="https://e.example/"><img src="f.png" alt="f"></a></p>'
    )
    assert ("https://a.example/?x=1&y=2", "https://b.example/") == noted.addresses
    assert ["1", "2", "1", None, None, None] == [
        a.get("data-number") for a in BeautifulSoup(noted.html, "lxml").select("a")
    ]


def test_a_player_keeps_its_words_beside_its_number_on_paper():
    """What the button says of the service is one attribute, the number of the link another."""
    player = Capture(provider="youtube", id="x", url="https://a.example/v", kind="player", player="https://b.example/")
    drawn = draw.draw(player, draw.Page())
    before, noted = (BeautifulSoup(html, "lxml").select_one("a[data-play]") for html in (drawn, link_notes(drawn).html))
    assert {**before.attrs, "data-number": "1"} == noted.attrs


# ── What a page says of itself ──────────────────────────────────────────────────────────────────────────────────────


def test_no_two_pages_share_a_title_or_a_description(tmp_path):
    """Homes, their second pages, lists and posts of a blog in two languages."""
    output = tmp_path / "output"
    build_site(ROOT / "tests" / "site" / "content", output, SEARCH=False, SOCIAL_CARDS=False, DEFAULT_PAGINATION=2)
    said = [(soup.title.text, soup.select_one("meta[name=description]")["content"]) for _, soup in pages(output)]
    for told in zip(*said, strict=True):
        assert [] == [words for words, count in Counter(told).items() if count > 1]


def test_every_page_has_a_picture_when_shared(site):
    """Its own, or the blog's card in its language."""
    assert [] == [path for path, soup in pages(site) if not soup.select_one('meta[property="og:image"]')]


def test_a_writers_picture_is_there_wherever_it_is_named(tmp_path):
    """On their page, under their posts, when shared, and for search engines: the file that was published."""
    content, output = tmp_path / "content", tmp_path / "output"
    (content / "posts").mkdir(parents=True)
    Image.new("RGB", (200, 200), "#774444").save(content / "ana.jpg")
    (content / "people.toml").write_text('[ana]\nname = "Ana Ruiz"\nphoto = "ana.jpg"\nbio.es = "Escribe."\n', "utf-8")
    for name in ("uno", "dos"):
        post = f"Título: {name}\nFecha: 2026-11-02\nAutor: Ana Ruiz\n\nHola.\n"
        (content / "posts" / f"{name}.md").write_text(post, "utf-8")
    build_site(content, output, SEARCH=False, SOCIAL_CARDS=False, EXTRAS=["author"])
    for path in ("autor/ana-ruiz", "2026/11/uno", "2026/11/dos"):
        html = (output / path / "index.html").read_text("utf-8")
        named = set(re.findall(r'"(?:https://tertulia\.example)?/([^"]*ana[^"]*\.jpg)"', html))
        assert [True] == [(output / name).is_file() for name in named], path
        assert "<img" in html


def kinds(output):
    """Pages enough to see each kind: two of each folder, and what was made to break."""
    seen = Counter()
    for path, _ in pages(output):
        folder = re.sub(r"/\d+/\d+/.*|/[^/]*/index.html$", "", path)
        seen[folder] += 1
        if seen[folder] <= 2 or any(word in path for word in ("constitucionales", "museo", "once-de-la-noche")):
            yield path


# ── On screens and on paper, in a browser ───────────────────────────────────────────────────────────────────────────

LONG = "UnaEtiquetaLarguísimaSinEspaciosQueNoCabeEnUnTeléfono"
CELLS = " | ".join(("uno", "2.300,50", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once"))
WIDE = f"| {CELLS} |\n|{'---|' * 11}\n| {CELLS} |\n| {CELLS} |"
DEEP = "\n".join("    " * level + f"- nivel {level}, {LONG}" for level in range(14))
LONG_FORMULA = "x = " + " + ".join(f"a_{{{number}}}" for number in range(40))
POST = f"""Título: Las telecomunicaciones y las responsabilidades constitucionales
Fecha: 2026-11-19
Id: ancho
Autor: Remedios Alcaide
Etiquetas: Otra{LONG}
Serie: Electrodomésticos-desproporcionadamente-incomprensibles

Mira #{LONG} y esto.

{WIDE}

- en una lista

    {WIDE.replace(chr(10), chr(10) + "    ")}

> {WIDE.replace(chr(10), chr(10) + "> ")}

## Electroencefalografistas responsabilizándose

Una [dirección](https://ejemplo.example/a), https://ejemplo.example/una/direccion/que/no/se/acaba/nunca/y/sigue/y/sigue
y `codigo_muy_largo_sin_espacios_que_sigue_y_sigue_y_sigue_y_sigue`.[^1]

<table><tr><td>cruda</td><td>{LONG}</td><td>{LONG}</td><td>{LONG}</td></tr></table>

{DEEP}

$${LONG_FORMULA}$$

Y en la línea ${LONG_FORMULA}$, que sigue.

[^1]: Una nota.

    De dos párrafos.
"""
OUTSIDE = """[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('[role=region], table')).map(e => e.tagName + ' ' + e.textContent.slice(0, 40)).slice(0, 3)"""


@pytest.fixture(params=choices.DESIGNS)
def served(tmp_path, socket_enabled, request):
    """The blog of tests/site with posts made to break a page, its whole posts on the home, served: its address."""
    content, output = tmp_path / "content", tmp_path / "output"
    shutil.copytree(ROOT / "tests" / "site" / "content", content)
    for name in ("posts/2026", "embeds", "images"):  # those with every kind of embed, and with a talk
        shutil.copytree(ROOT / "content" / name, content / name, dirs_exist_ok=True)
    shutil.copytree(ROOT / "content" / "conversation", tmp_path / "conversation")
    (content / "posts" / "ancho.md").write_text(POST, "utf-8")
    (content / "posts" / "otro.md").write_text(POST.replace("Id: ancho", "Id: otro").replace("-19", "-18"), "utf-8")
    build_site(
        content, output, SEARCH=False, SOCIAL_CARDS=False, HOME_WHOLE_POSTS=True,
        SERVICE_ADDRESS="https://talk.example", NEWSLETTER=True, DESIGN=request.param, EXTRAS=choices.EXTRAS,
    )  # fmt: skip
    with serving(output) as at:
        yield at, output


@contextmanager
def serving(folder):
    """*folder* served by this machine: its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Say nothing."""


in_a_browser = pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so no page was opened")


@pytest.mark.real
@in_a_browser
def test_no_page_is_wider_than_its_window(served):
    """From a small telephone to a desk, and with text at twice its size, whatever words and tables it holds."""
    at, output = served
    wide = []
    with browser() as page:
        for path in kinds(output):
            page.open(f"{at}/{path}")
            for width, size in ((320, ""), (768, ""), (1280, ""), (320, "200%"), (768, "200%")):
                page.size(width, 800)
                page.run(f"document.documentElement.style.fontSize = '{size}'")
                if (found := page.run("document.documentElement.scrollWidth")) > width:
                    wide.append((path, width, size, found, page.run(OUTSIDE)))
    assert [] == wide


@pytest.mark.real
@in_a_browser
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_the_months_of_a_long_archive_stand_in_lines(tmp_path, socket_enabled, monkeypatch, design):
    """No name of a month is broken, and several stand beside each other."""
    monkeypatch.setattr(archives, "MOST_LISTED", 2)
    content, output = tmp_path / "content", tmp_path / "output"
    (content / "posts").mkdir(parents=True)
    for month in range(1, 10):
        (content / "posts" / f"m{month}.md").write_text(f"Título: Uno\nFecha: 2026-0{month}-02\n\nUno.\n", "utf-8")
    build_site(content, output, SEARCH=False, SOCIAL_CARDS=False, DESIGN=design)
    with serving(output) as at, browser() as page:
        page.open(f"{at}/archivo/")
        for width in (320, 1280):
            page.size(width, 800)
            months = "[...document.querySelectorAll('main section li')].map(li => li.getBoundingClientRect())"
            heights, tops = (page.run(f"{months}.map(li => Math.round(li.{side}))") for side in ("height", "top"))
            assert 9 == len(heights) and 1 == len(set(heights)), width
            assert len(set(tops)) < 9, width


@pytest.mark.real
@in_a_browser
def test_titles_are_hyphenated_wherever_they_stand(served):
    """On a post, on the home and in lists, so that a long word ends a line with a hyphen and not anywhere."""
    at, output = served
    with browser() as page:
        page.size(320, 800)
        for path in ("", "archivo/", next(path for path in kinds(output) if "constitucionales" in path)):
            page.open(f"{at}/{path}")
            found = "[...new Set([...document.querySelectorAll('h1, h2, h3')].map(e => getComputedStyle(e).hyphens))]"
            assert ["auto"] == page.run(found), path


ARABIC = """Title: المقهى الذي كان بيتاً
Date: 2026-11-20
Id: maqha
Lang: ar
Author: ليلى حداد
TOC: yes

كان في آخر *الشارع* مقهى صغير، و `git log --oneline`.

## ما بقي

> لا أحد يعود.

- كرسيان

## النهاية

    def hola(): ...
"""
TALK = [("a", "نعم، عندنا واحد!", ""), ("b", "Aquí también.", "a")]


@pytest.mark.real
@in_a_browser
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_a_page_from_right_to_left_is_mirrored_and_code_is_not(tmp_path, socket_enabled, design):
    """Contents, rules of quotations and of answers stand on the right; each comment turns by its own words."""
    content, output = tmp_path / "content", tmp_path / "output"
    (content / "posts").mkdir(parents=True)
    (content / "posts" / "maqha.md").write_text(ARABIC, "utf-8")
    date = datetime(2026, 11, 21, tzinfo=UTC)
    said = [
        snapshot.Comment(id=key, date=date, author="Ana", html=f"<p>{words}</p>", parent=to) for key, words, to in TALK
    ]
    snapshot.write(tmp_path / "conversation", snapshot.Conversation(id="maqha", lang="ar", comments=tuple(said)))
    build_site(
        content, output, SEARCH=False, SOCIAL_CARDS=False, LANGUAGES=("es", "ar"), DESIGN=design, EXTRAS=choices.EXTRAS
    )
    post = next(output.glob("ar/2026/11/*/index.html")).relative_to(output)
    with serving(output) as at, browser() as page:
        page.open(f"{at}/{post}")
        page.size(1440, 900)

        def left(selector):
            return page.run(f"document.querySelector('{selector}').getBoundingClientRect().left")

        def style(selector, name):
            return page.run(f"getComputedStyle(document.querySelector('{selector}')).{name}")

        assert left("main > article > nav") > left(".prose > p")
        assert ("rtl", "ltr", "ltr") == tuple(
            style(one, "direction") for one in ("html", ".prose p code", ".prose pre")
        )
        assert ("0px", "2px") == tuple(style("blockquote", f"border{side}Width") for side in ("Left", "Right"))
        assert ["rtl", "ltr"] == [style(f"#c-{key} > div", "direction") for key, _, _ in TALK]
        assert ("normal", "0px") == (
            style(".prose em", "fontStyle"),
            style("h1", "letterSpacing").replace("normal", "0px"),
        )
        page.size(320, 800)
        assert page.run("document.documentElement.scrollWidth") <= 320
        for feed in ("atom.xml", "rss.xml"):  # as a person sees it who opens it
            page.open(f"{at}/ar/{feed}")
            turned = ["direction", "display"]
            root = page.run(f"{turned}.map(name => getComputedStyle(document.documentElement)[name])")
            assert ["rtl", "block"] == root
            for name in ("code", "published" if feed == "atom.xml" else "pubDate"):
                found = f"[...document.querySelectorAll('*')].find(e => e.localName == '{name}')"
                assert "ltr" == page.run(f"getComputedStyle({found}).direction")


@pytest.mark.real
@in_a_browser
def test_light_or_dark_is_chosen_by_a_button_and_remembered(tmp_path, socket_enabled):
    """The choice is on the page before its body is; the system's own is not kept; without scripts there is none."""
    content, output = tmp_path / "content", tmp_path / "output"
    (content / "posts").mkdir(parents=True)
    (content / "posts" / "uno.md").write_text("Título: Uno\nFecha: 2026-11-02\n\n    código\n\nFin.\n", "utf-8")
    build_site(content, output, SEARCH=False, SOCIAL_CARDS=False, EXTRAS=["switch", "copy"])
    with serving(output) as at, browser() as page:
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

        def seen():
            paper = page.run("getComputedStyle(document.body).backgroundColor")
            button = page.run("document.querySelector('[data-switch] button')?.textContent ?? ''")
            metas = page.run("[...document.querySelectorAll('meta[name=theme-color]')].map(m => m.media).join('; ')")
            return page.run("document.documentElement.dataset.scheme ?? ''"), paper, button, metas

        light, dark = "rgb(251, 248, 242)", "rgb(27, 24, 21)"
        system = "(prefers-color-scheme: light); (prefers-color-scheme: dark)"
        page.open(f"{at}/")
        assert ("", light, "Oscuro", system) == seen()
        page.click("[data-switch] button", leaves=False)
        assert ("dark", dark, "Claro", "not all; all") == seen()
        page.call(
            "Page.addScriptToEvaluateOnNewDocument",
            source="""
            new MutationObserver(() => { if (document.body) window.first ??= document.documentElement.dataset.scheme; })
                .observe(document, {childList: true, subtree: true})""",
        )
        page.open(f"{at}/2026/11/uno/")
        assert (("dark", dark, "Claro", "not all; all"), "dark") == (seen(), page.run("window.first"))
        assert "Copiar" == page.run("document.querySelector('[data-copy-button]').textContent")
        page.click("[data-switch] button", leaves=False)
        assert (("", light, "Oscuro", system), 0) == (seen(), page.run("localStorage.length"))
        page.scripts(False)
        page.open(f"{at}/2026/11/uno/")
        assert ("", light, "", system) == seen()
        assert not page.run("!!document.querySelector('[data-copy-button]')")


@pytest.mark.real
@in_a_browser
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_a_drawing_is_seen_on_dark_paper_and_a_tall_cover_ends_in_the_window(tmp_path, socket_enabled, design):
    """What one can see through keeps the paper for which it was drawn, also where dark is the reader's own choice."""
    content, output = tmp_path / "content", tmp_path / "output"
    (content / "posts").mkdir(parents=True)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><path d="M0 9h90" stroke="#000"/></svg>'
    (content / "posts" / "d.svg").write_text(drawing, "utf-8")
    Image.new("RGB", (300, 2400), "#774444").save(content / "posts" / "c.jpg")
    post = "Título: Uno\nFecha: 2026-11-02\nPortada: c.jpg\nTexto de portada: C\n\n![Una raya](d.svg)\n"
    (content / "posts" / "uno.md").write_text(post, "utf-8")
    build_site(content, output, SEARCH=False, SOCIAL_CARDS=False, EXTRAS=["switch"], DESIGN=design)
    with serving(output) as at, browser() as page:

        def grounds():
            script = (
                "[document.querySelector('.prose img'), document.body].map(e => getComputedStyle(e).backgroundColor)"
            )
            return page.run(script)

        page.size(1280, 800)
        page.open(f"{at}/2026/11/uno/")
        light = grounds()[1]
        page.run("document.documentElement.dataset.scheme = 'dark'")
        by_choice = grounds()
        page.run("delete document.documentElement.dataset.scheme")
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        assert [light, by_choice[1]] == grounds() == by_choice
        assert light != by_choice[1]
        assert page.run("document.querySelector('article > figure img').getBoundingClientRect().height") <= 720


def test_large_numbers_are_read_in_groups():
    """From five digits on, as the language writes them; smaller ones and what is no number stay."""
    shown = [f"{template_words.LargeNumber.of(n, lang)}" for n in (9999, 10234567) for lang in ("es", "en")]
    assert ["9999", "9999", "10.234.567", "10,234,567"] == shown
    assert template_words.LargeNumber.of(None, "es") is None


WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


def overlaps(pdf):
    """Pairs of words of a PDF that lie on each other."""
    boxes = subprocess.run(
        [PDFTOTEXT, "-bbox", pdf, "-"], capture_output=True, text=True, errors="replace", check=True
    ).stdout
    found = []
    for sheet in boxes.split("<page ")[1:]:
        words = sorted(
            (
                (float(left), float(top), float(right), float(bottom), word)
                for left, top, right, bottom, word in WORD.findall(sheet)
            ),
            key=lambda word: word[1],
        )
        for at, (left, top, right, bottom, word) in enumerate(words):
            for other in words[at + 1 :]:
                if other[1] > bottom:
                    break
                across = min(right, other[2]) - max(left, other[0])
                down = min(bottom, other[3]) - max(top, other[1])
                if across > 1 and down > 0.45 * min(bottom - top, other[3] - other[1]):
                    found.append((word, other[4]))
    return found


@pytest.mark.real
@in_a_browser
@pytest.mark.skipif(not PDFTOTEXT, reason="SKIPPED: no pdftotext (poppler-utils), so nothing was printed")
def test_on_paper_no_word_lies_on_another_and_nothing_asks_to_be_pressed(served, tmp_path):
    """Posts, pages and lists, on A4 and on Letter; every cell of a wide table is there, each figure whole."""
    at, output = served
    with browser() as page:
        for path in kinds(output):
            page.open(f"{at}/{path}")
            page.run("document.fonts.ready.then(() => 1)")
            for width, height in ((8.27, 11.69), (8.5, 11)):
                printed = page.call("Page.printToPDF", paperWidth=width, paperHeight=height)
                pdf = tmp_path / "page.pdf"
                pdf.write_bytes(base64.b64decode(printed["data"]))
                assert [] == overlaps(pdf), path
                text = subprocess.run(
                    [PDFTOTEXT, "-layout", pdf, "-"], capture_output=True, text=True, check=True
                ).stdout
                for asks in ("Responder", "Me gusta", "Tu comentario", "Ver cómo queda", "Reproducir aquí"):
                    assert not re.search(rf"\b{asks}\b", text), path
                if "constitucionales" in path:
                    assert 9 == text.count("2.300,50")
                    assert 1 == text.count("https://ejemplo.example/a\n")
                    assert 9 == text.count("once")
