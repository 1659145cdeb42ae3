"""The theme: what readers, screen readers and other programs find in the pages. Looks are for eyes: see /patrones/."""

import re
from itertools import pairwise
from urllib.parse import quote

import mf2py
import pytest
from bs4 import BeautifulSoup

from tertulia.site import choices
from tests.conftest import ROOT, build_site

CSS = (ROOT / "theme" / "static" / "site.css").read_text("utf-8")

MICROFORMATS = re.compile(r"\.(?:h|p|u|dt|e)-[a-z]")
HOSTILE = """</title><script>alert(1)</script> "Q" & 'A' {{ SITENAME }} <b>"""

CONTENT = {
    "people.toml": """
[ana]
name = "Ana Ruiz"
site = "https://ana.example/"
mastodon = "@ana@mastodon.example"
bio.es = "Escribe <trenes> & puentes."
""",
    "tags.toml": """
[trenes]
label = "Trenes"
description.es = "Todo lo que anda <sobre raíles>."
""",
    "posts/uno.md": f"""Título: {HOSTILE}
Fecha: 2026-03-01
Id: uno
Idioma: es
Autor: Ana Ruiz, Inés <Gil>
Categoría: Vías & obras
Etiquetas: Trenes, año
Resumen: Un resumen con <script>alert(2)</script> & "comillas".
Vía: Luis <https://luis.example/?a=1&b=2>
Foto: Marta <i>Q</i>
Actualización: 2026-03-05 Llegó *tarde*.
Pregunta: ¿Quién <em>paga</em> el billete?
Serie: La línea <3
Índice: sí

Un párrafo con <q>cita</q> y una nota.[^1]

## Primera parte

Texto.

### Dentro

Texto.

## Segunda parte

Texto.

[^1]: La nota.
""",
    "posts/uno.en.md": """Title: Trains & bridges
Date: 2026-03-01
Id: uno
Lang: en
Author: Ana Ruiz

In English.
""",
    "posts/two.md": """Title: Only in English
Date: 2026-02-01
Id: two
Lang: en
Author: Ana Ruiz
Tags: Trenes

Only English.
""",
    "posts/tres.md": """Título: Un borrador
Fecha: 2026-02-03
Id: tres
Estado: borrador
Autor: Ana Ruiz

Sin terminar.
""",
    "pages/acerca-de.md": """Título: Acerca de
Id: acerca
Slug: acerca-de

Quiénes somos.
""",
}


def build(folder, **settings):
    """The pages of the small hostile site, parsed, by their path."""
    for name, text in CONTENT.items():
        file = folder / "content" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    settings = {"SEARCH": True, "AUTHOR": "Ana Ruiz", "TAG_FEED_MIN_POSTS": 1, **settings}
    build_site(folder / "content", folder / "output", PLUGINS=without_search(), **settings)
    return read(folder / "output")


def without_search():
    """The plugins but for the one that runs Pagefind: its index is not looked at here."""
    from tertulia.defaults import PLUGINS

    return [name for name in PLUGINS if name != "plugins.search"]


def read(folder):
    """Every page below *folder* that is not a mere redirect, parsed, by its path."""
    found = {}
    for file in sorted(folder.rglob("*.html")):
        text = file.read_text("utf-8")
        if 'http-equiv="refresh"' not in text:
            found[file.relative_to(folder).as_posix().removesuffix("index.html")] = BeautifulSoup(text, "html.parser")
    return found


@pytest.fixture(scope="module", params=choices.DESIGNS)
def hostile(tmp_path_factory, request):
    """The small hostile site, in each design: what a page promises, it promises in all of them."""
    return build(tmp_path_factory.mktemp("hostile"), DESIGN=request.param)


@pytest.fixture(scope="module")
def pages(site, hostile):
    """Every page of both sites, by its path."""
    return {f"site/{path}": page for path, page in read(site).items()} | hostile


@pytest.fixture(scope="module")
def post(hostile):
    return hostile[next(path for path in hostile if re.match(r"2026/03/", path))]


def offenders(pages, wrong):
    """What *wrong* finds in each page, by path; pages without a fault are left out."""
    found = {path: [str(fault)[:200] for fault in wrong(page)] for path, page in pages.items()}
    return {path: faults for path, faults in found.items() if faults}


def mf2(folder, path):
    """What a microformats reader makes of the page at *path*."""
    html = str(folder[path])
    return mf2py.parse(doc=html, url=f"https://tertulia.example/{path}")


# ── For everybody ────────────────────────────────────────────────────────────────────────────────────────────────


def test_sites_have_every_kind_of_page(hostile):
    """Home, language home, post, page, tag, category, author, series, archives, lists, search and 404 are there."""
    wanted = ["", "en/", "acerca-de/", "etiqueta/trenes/", "autor/ana-ruiz/", "archivo/", "archivo/2026/"]
    wanted += ["archivo/2026/03/", "etiquetas/", "temas/", "autores/", "buscar/", "404.html", "etiqueta/año/"]
    assert [] == [path for path in wanted if path not in hostile]
    assert any(path.startswith("serie/") for path in hostile)
    assert any(path.startswith("tema/") for path in hostile)


def test_every_page_says_its_language(pages):
    """``html`` carries the language: the post's own, English in the English home, the blog's elsewhere."""
    assert {"es", "en"} == {page.html["lang"] for page in pages.values()}
    assert "en" == pages["en/"].html["lang"]
    assert "es" == pages[""].html["lang"]


def test_a_post_in_another_language_says_so_in_a_list(hostile):
    """An English post's card on a Spanish list has lang="en", and its date is in English."""
    card = next(a for a in hostile[""].find_all("article") if "Only in English" in a.text)
    assert "en" == card["lang"]
    assert "1 February 2026" == card.time.text


def test_language_links_are_in_their_own_tongue(hostile):
    """A link to another language is written in it and says so by lang and hreflang."""
    links = hostile[""].header.find_all("a", hreflang=True)
    assert [("English", "en", "en")] == [(a.text, a["lang"], a["hreflang"]) for a in links]
    assert [("Español", "es", "es")] == [
        (a.text, a["lang"], a["hreflang"]) for a in hostile["en/"].find_all("a", hreflang=True)
    ]


def test_one_h1_and_one_main(pages):
    """Every page has exactly one h1 and one main."""
    counted = {path: (len(page.find_all("h1")), len(page.find_all("main"))) for path, page in pages.items()}
    assert {} == {path: count for path, count in counted.items() if count != (1, 1)}


def test_headings_never_skip_a_level(pages):
    """After an h2 comes at most an h3."""

    def skips(page):
        levels = [int(heading.name[1]) for heading in page.find_all(re.compile(r"^h[1-6]$"))]
        return [(a, b) for a, b in pairwise(levels) if b > a + 1]

    assert {} == offenders(pages, skips)


def test_regions_have_names(pages):
    """Every nav and every section has a name, and what names it exists."""

    def nameless(page):
        for region in page.find_all(["nav", "section"]):
            labelled = region.get("aria-labelledby")
            if not region.get("aria-label") and not (labelled and page.find(id=labelled)):
                yield region

    assert {} == offenders(pages, nameless)


def test_the_skip_link_comes_first(pages):
    """The first thing that takes the focus leads to the content."""

    def wrong(page):
        first = page.body.find(["a", "button", "input", "summary"])
        return [] if first["href"] == "#main" and page.find(id="main") else [first]

    assert {} == offenders(pages, wrong)


def test_links_say_where_they_go(pages):
    """No link is without words, unless it is hidden from those who would hear it."""

    def silent(page):
        for a in page.find_all("a", href=True):
            words = a.get_text(strip=True) or a.get("aria-label") or any(i.get("alt") for i in a.find_all("img"))
            if not words and a.get("aria-hidden") != "true":
                yield a

    assert {} == offenders(pages, silent)


def test_images_have_alt_and_size(pages):
    """Every image has alt, width and height."""

    def wrong(page):
        return [img for img in page.find_all("img") if not {"alt", "width", "height"} <= set(img.attrs)]

    assert {} == offenders(pages, wrong)


def test_images_below_the_first_wait(pages):
    """Every image is loaded only when it comes near, but for a cover and the first of a text."""

    def eager(page):
        images = [img for img in page.find_all("img") if img.get("loading") != "lazy"]
        inside = [img for img in images if img.find_parent(class_="e-content")]
        return [*inside[1:], *[img for img in images if img not in inside][1:]]

    assert {} == offenders(pages, eager)


def test_form_fields_have_labels(pages):
    """Every field has a label of its own."""

    def unlabelled(page):
        fields = [field for field in page.find_all(["input", "textarea", "select"]) if field.get("type") != "hidden"]
        return [field for field in fields if not page.find("label", attrs={"for": field.get("id", "-")})]

    assert {} == offenders(pages, unlabelled)


def test_ids_are_unique(pages):
    """No two elements of a page share an id."""

    def twins(page):
        ids = [element["id"] for element in page.find_all(id=True)]
        return sorted({i for i in ids if ids.count(i) > 1})

    assert {} == offenders(pages, twins)


def test_no_part_of_a_page_is_empty(pages):
    """A post without tags, credits and copies has no foot, and no rule for one."""

    def empty(page):
        parts = page.select("header, footer, nav, section, aside, article, ul, ol, dl, figure")
        return [part for part in parts if not part.find(["img", "input", "data"]) and not part.text.strip()]

    assert {} == offenders(pages, empty)


@pytest.mark.parametrize("design", choices.DESIGNS)
def test_colours_have_contrast(design):
    """Text, quiet text, links and badges reach 4.5:1 on the paper and on raised ground, in both schemes."""
    sheet = choices.Choices(design).design_sheet
    css = CSS + (sheet.read_text("utf-8") if sheet else "")
    tokens = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)}

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        light, dark = sorted((luminance(one), luminance(other)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    texts = ("ink", "quiet", "accent", "visited", "code-word", "code-text", "code-name")
    low = [
        (text, ground, scheme)
        for text in texts
        for ground in ("paper", "raised")
        for scheme in (0, 1)
        if contrast(tokens[text][scheme], tokens[ground][scheme]) < 4.5
    ]
    assert [] == low


# ── Without scripts, without strangers ───────────────────────────────────────────────────────────────────────────


def test_nothing_is_asked_of_another_host(pages):
    """Whatever a browser fetches by itself lies in the site."""

    def outside(page):
        fetched = [e.get("src") for e in page.find_all(src=True)]
        fetched += [e["srcset"] for e in page.find_all(srcset=True)]
        fetched += [link["href"] for link in page.find_all("link", rel=["stylesheet", "icon", "preload"])]
        return [address for address in fetched if re.search(r"(?:^|[\s,])(?:https?:)?//", address)]

    assert {} == offenders(pages, outside)
    assert [] == re.findall(r"url\((?!fonts/)[^)]*\)", CSS)


def test_only_the_search_page_has_a_script(pages):
    """No page but the search runs a script; what is data is no script."""

    def scripts(page):
        return page.find_all("script", type=lambda kind: kind != "application/ld+json")

    assert {"buscar/", "en/buscar/"} == {path.removeprefix("site/") for path in offenders(pages, scripts)}


def test_search_leads_on_without_scripts(hostile):
    """Without JavaScript the search page says so and links to years, all posts and tags."""
    page = hostile["buscar/"]
    links = {a["href"] for a in page.main.find_all("a")}
    assert {"/archivo/", "/archivo/2026/", "/etiqueta/trenes/"} <= links
    assert page.noscript.get_text(strip=True)


def test_the_menu_names_no_search_where_there_is_none(site):
    """With SEARCH = False nothing leads to the search page."""
    assert "/buscar/" not in (site / "index.html").read_text("utf-8").split("<main")[0]


# ── For other programs ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_post_is_an_h_entry(hostile):
    """A microformats reader finds title, text, dates, authors, categories and address of a post."""
    path = next(path for path in hostile if path.startswith("2026/03/"))
    (entry,) = [item for item in mf2(hostile, path)["items"] if item["type"] == ["h-entry"]]
    found = entry["properties"]
    assert [HOSTILE.replace('"Q"', "«Q»").replace("'A'", "“A”").split()] == [
        found["name"][0].split()
    ] or HOSTILE.split()[0] in found["name"][0]
    assert "Un resumen con" in found["summary"][0]
    assert found["content"][0]["value"].startswith("Un párrafo con")
    assert found["published"][0].startswith("2026-03-01T")
    assert [("Ana Ruiz", ["h-card"]), ("Inés <Gil>", ["h-card"])] == [(a["value"], a["type"]) for a in found["author"]]
    assert ["https://tertulia.example/autor/ana-ruiz/"] == found["author"][0]["properties"]["url"]
    assert ["Vías & obras", "Trenes", "año"] == found["category"]
    assert [f"https://tertulia.example/{path}"] == found["url"] == found["uid"]


def test_lists_are_h_feeds(hostile):
    """Home, tag, category, author and archives are feeds whose entries have name, address and date."""
    for path in ("", "en/", "etiqueta/trenes/", "autor/ana-ruiz/", "archivo/", "archivo/2026/", "archivo/2026/03/"):
        (feed,) = [item for item in mf2(hostile, path)["items"] if item["type"] == ["h-feed"]]
        entries = [child for child in feed["children"] if child["type"] == ["h-entry"]]
        assert entries, path
        assert all({"name", "url", "published"} <= set(entry["properties"]) for entry in entries), path
        assert feed["properties"].get("name") or feed["properties"].get("author"), path


def test_an_author_is_an_h_card(hostile):
    """An author's page is an h-card with name, note and profiles; the profiles are rel=me."""
    parsed = mf2(hostile, "autor/ana-ruiz/")
    (feed,) = [item for item in parsed["items"] if item["type"] == ["h-feed"]]
    (card,) = feed["properties"]["author"]
    assert ["Ana Ruiz"] == card["properties"]["name"]
    assert ["Escribe <trenes> & puentes."] == card["properties"]["note"]
    profiles = {"https://ana.example/", "https://mastodon.example/@ana"}
    assert profiles <= set(card["properties"]["url"])
    assert profiles <= set(parsed["rels"]["me"])


def test_no_talk_shows_nothing(hostile):
    """A post without question and comments has no section for them."""
    path = next(path for path in hostile if path.startswith("en/2026/02/"))
    assert hostile[path].find("section", attrs={"aria-labelledby": "conversation"}) is None


def test_the_stylesheet_leaves_microformats_alone():
    """Microformat classes are data: no selector hangs on them, nor on ids."""
    rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", CSS, flags=re.DOTALL)
    selectors = [part.rsplit("}", 1)[-1].rsplit(";", 1)[-1] for part in rules.split("{")]
    assert [] == [selector for selector in selectors if MICROFORMATS.search(selector) or "#" in selector]
    assert "!important" not in rules


def test_every_page_knows_its_own_address(hostile):
    """The canonical address of a page is its own, and the menu marks where one is."""
    found = {path: page.head.find("link", rel="canonical") for path, page in hostile.items()}
    english = {
        path for path in hostile if path.startswith(("etiqueta/", "tema/", "archivo/")) and _is_english(hostile[path])
    }
    wanted = {
        path: f"https://tertulia.example/{'en/' if path in english else ''}{quote(path)}"
        for path in hostile
        if not path.endswith("404.html")
    }
    assert wanted == {path: link["href"] for path, link in found.items() if link}
    assert "Archivo" == hostile["archivo/"].header.find(attrs={"aria-current": "page"}).text


def _is_english(page):
    """A list of the whole blog that holds nothing but English posts."""
    langs = {entry.get("lang") for entry in page.main.find_all(class_="h-entry")}
    return langs == {"en"}


def test_canonical_address_and_open_graph(hostile):
    """A page names its whole address, percent-encoded, and the same in Open Graph."""
    head = hostile["etiqueta/año/"].head
    address = "https://tertulia.example/etiqueta/a%C3%B1o/"
    assert address == head.find("link", rel="canonical")["href"]
    assert address == head.find("meta", property="og:url")["content"]


def test_translations_name_each_other(hostile, post):
    """Each translation lists all of them and the default by hreflang, and links to the others in words."""
    english = hostile[next(path for path in hostile if path.startswith("en/2026/03/"))]
    listed = {link["hreflang"]: link["href"] for link in post.head.find_all("link", hreflang=True)}
    assert {"es", "en", "x-default"} == set(listed)
    assert listed["es"] == listed["x-default"] == post.head.find("link", rel="canonical")["href"]
    assert listed == {link["hreflang"]: link["href"] for link in english.head.find_all("link", hreflang=True)}
    assert ["Español"] == [a.text for a in english.article.header.find_all("a", hreflang=True)]


def test_feeds_are_found_from_every_page(hostile):
    """Every page names the feeds of the site, a section also its own, and the files are there."""
    feeds = [link["href"] for link in hostile["etiqueta/año/"].head.find_all("link", rel="alternate", type=True)]
    assert [
        "/etiqueta/a%C3%B1o/atom.xml",
        "/es/atom.xml",
        "/feeds/atom.xml",
        "/feeds/rss.xml",
        "/feeds/feed.json",
    ] == feeds
    assert "/en/atom.xml" in [link.get("href") for link in hostile["en/"].head.find_all("link", type=True)]


def test_the_author_is_known_to_the_fediverse(post):
    """A shared post names its author's account, and the owner's profiles are rel=me."""
    assert "@ana@mastodon.example" == post.head.find("meta", attrs={"name": "fediverse:creator"})["content"]
    assert "https://mastodon.example/@ana" in [a["href"] for a in post.find_all("a", rel="me")]


def test_not_found_is_not_indexed(hostile):
    """The 404 page asks not to be indexed and has no address of its own."""
    head = hostile["404.html"].head
    assert "noindex" == head.find("meta", attrs={"name": "robots"})["content"]
    assert head.find("link", rel="canonical") is None


# ── A post ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_words_stay_words(hostile):
    """Nothing that an author writes in the metadata becomes markup."""
    for path, page in hostile.items():
        assert [] == page.find_all(string=re.compile("^alert"), name="script"), path
        assert [] == [
            tag for tag in page.find_all(["b", "i", "script"]) if tag.text in ("Q", "alert(1)", "alert(2)")
        ], path
        assert "</title" not in (page.title.string or "").replace(HOSTILE[:8], ""), path


def test_a_hostile_title_is_shown_as_written(post):
    """Title, heading and Open Graph hold the title's characters, template marks too."""
    assert post.h1.text.startswith("</title><script>alert(1)</script>")
    assert "{{ SITENAME }} <b>" in post.h1.text
    assert post.h1.text == post.head.find("meta", property="og:title")["content"]
    assert post.title.text.startswith(post.h1.text)


def test_credits_updates_and_question_are_shown(post):
    """A post shows whom it thanks, its dated notes and its question."""
    credits = [
        (dt_.text, dt_.find_next("dd").get_text(strip=True)) for dt_ in post.article.find("footer").find_all("dt")
    ]
    assert [("Vía", "Luis"), ("Foto", "Marta <i>Q</i>")] == credits
    assert "https://luis.example/?a=1&b=2" == post.article.find("footer").dd.a["href"]
    updates = post.find("section", attrs={"aria-labelledby": "updates"})
    assert ("5 de marzo de 2026", "Llegó tarde.") == (updates.time.text, updates.dd.text.strip())
    assert "¿Quién <em>paga</em> el billete?" in post.find("section", attrs={"aria-labelledby": "conversation"}).text


def test_contents_follow_the_headings(post):
    """The table of contents links to every heading of the text, nested as they are."""
    nav = next(nav for nav in post.find_all("nav") if nav.find("details"))
    assert ["Primera parte", "Dentro", "Segunda parte"] == [a.text for a in nav.find_all("a")]
    assert [True] * 3 == [bool(post.find(id=a["href"].removeprefix("#"))) for a in nav.find_all("a")]
    assert "Dentro" == nav.ol.li.ol.text.strip()


def test_names_are_joined_as_one_speaks(post):
    """Two authors are joined by "y", or by "e" before the sound of i."""
    line = " ".join(post.article.header.text.split())
    assert "Por Ana Ruiz e Inés <Gil> · 1 de marzo de 2026 ·" in line


def test_a_draft_is_marked_in_the_preview_and_nowhere_else(tmp_path, hostile):
    """The preview shows a draft with a visible mark and asks not to index it; the published site lacks it."""
    assert not [path for path in hostile if "borrador" in path]
    preview = build(tmp_path, SHOW_UNPUBLISHED=True)
    draft = preview[next(path for path in preview if "un-borrador" in path)]
    assert "Borrador" == draft.article.find(attrs={"data-mark": "draft"}).text
    assert "noindex" == draft.head.find("meta", attrs={"name": "robots"})["content"]


def test_whole_posts_on_the_home_page_keep_ids_apart(tmp_path):
    """With HOME_WHOLE_POSTS the home shows the texts; their anchors lead to the post and no id stands twice."""
    home = build(tmp_path, HOME_WHOLE_POSTS=True)[""]
    assert "Primera parte" in home.main.text
    assert [] == [element["id"] for element in home.main.find_all(id=True) if element is not home.main]
    note = next(a for a in home.main.find_all("a") if a.text == "1")
    assert note["href"].startswith("/2026/03/")
    assert "#fn" in note["href"]
