"""A blog's own looks: colours, styles, icons, logo, and what stands in for a mistake in them."""

import json
import logging
import re
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageChops, ImageFont

from tertulia.site import fonts, palette, signs
from tertulia.site.looks import unfinished
from tests.conftest import ROOT

POST = "Título: Uno\nFecha: 2026-11-02\nAutor: Ana\n\nTexto.\n"
CSS = (ROOT / "theme" / "static" / "site.css").read_text("utf-8")
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#0a5c4a"/></svg>'
)


@pytest.fixture
def blog(tmp_path, build):
    """``blog(files, **settings)``: build a blog with *files* under content/theme/; its home page and what was told."""

    def run(files=(), **settings):
        for path, data in {"../posts/uno.md": POST, **dict(files)}.items():
            file = tmp_path / "content" / "theme" / path
            (tmp_path / "content" / "theme").mkdir(parents=True, exist_ok=True)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data if isinstance(data, bytes) else data.encode())
        lines = [f"COLORS = {settings.get('COLORS')!r}".replace("{", "{\n    ").replace("), ", "),\n    ")]
        lines.append(f"FONTS = {settings.get('FONTS')!r}")
        (tmp_path / "pelicanconf.py").write_text("\n".join(lines), "utf-8")
        settings = {"SEARCH": False, "SOCIAL_CARDS": False, "CACHE_PATH": str(tmp_path / "cache"), **settings}
        told = build(tmp_path / "content", tmp_path / "output", **settings)
        assert [] == [record for record in told if record.exc_info]
        home = (tmp_path / "output" / "index.html").read_text("utf-8")
        return BeautifulSoup(home, "lxml"), [one.getMessage() for one in told if one.levelno >= logging.WARNING]

    run.output = tmp_path / "output"
    return run


def png(width, height):
    file = BytesIO()
    Image.new("RGB", (width, height), "#0a5c4a").save(file, "PNG")
    return file.getvalue()


# ── Colours ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_colour_of_ones_own_reaches_page_feed_icon_and_manifest(blog):
    """One line of settings, and nothing says the theme's colour any more; addresses of what changed do too."""
    plain, _ = blog()
    page, told = blog(COLORS={"accent": ("#0a5c4a", "#7fd1b9"), "paper": ("#fff", "#101010")})
    assert [] == told
    for style in ("site.css", "feed.css"):
        css = (blog.output / "theme" / style).read_text("utf-8")
        assert ("#0a5c4a", "#7fd1b9") == palette.palette_of(css)["accent"]
    assert ["#ffffff", "#101010"] == [meta["content"] for meta in page.find_all("meta", attrs={"name": "theme-color"})]
    assert "#ffffff" == json.loads((blog.output / "theme" / "manifest.webmanifest").read_text())["theme_color"]
    assert "#0a5c4a" in (blog.output / "theme" / "icon.svg").read_text()
    sheets = [one.find("link", rel="stylesheet")["href"] for one in (plain, page)]
    assert sheets[0] != sheets[1]


def test_a_colour_that_cannot_be_read_is_told_with_one_that_can(blog):
    """One line for each scheme that fails, with its line in the settings; the colour is used as chosen."""
    _, told = blog(COLORS={"line": ("#ccc", "#333"), "accent": ("#ff8888", "#ef8a70")})
    near = palette.nearest("#ff8888", ["#fbf8f2", "#f3ede2"])
    assert 1 == len(told)
    assert told[0].startswith("pelicanconf.py:3: COLORS: «accent», en claro") and told[0].endswith(near)
    assert palette.contrast(near, "#f3ede2") >= palette.LEAST_CONTRAST
    assert "#ff8888" in (blog.output / "theme" / "site.css").read_text("utf-8")


def test_a_paper_on_which_words_are_lost_is_told_for_each_of_them():
    """Not only the colour that was changed counts: so do the words that stand on it."""
    known = palette.palette_of(CSS)
    own, problems = palette.chosen({"paper": ("#888888", "#1b1815")}, known, ROOT / "none.py")
    assert {"quiet", "accent", "visited"} <= {name for name in known for one in problems if f"«{name}»" in one.what}
    assert {"paper"} == set(own)


@pytest.mark.parametrize(
    ("colors", "what"),
    [
        ({"acent": ("#000", "#fff")}, "«acent»"),
        ({"accent": "#000"}, "«accent»"),
        ({"accent": ("#000", "white")}, "«accent»"),
        ({"accent": ("#12345", "#fff")}, "«accent»"),
        ({"accent": ("#000", "#fff;} body{display:none")}, "«accent»"),
        ("red", "COLORS"),
    ],
)
def test_what_is_no_colour_is_told_and_changes_nothing(colors, what):
    """A name that the theme does not have, one colour for two, a word, a slip of the finger, another shape."""
    own, problems = palette.chosen(colors, palette.palette_of(CSS), ROOT / "none.py")
    assert ({}, 1) == (own, len(problems))
    assert what in problems[0].what and problems[0].fix


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ff8888", "#00ff00", "#123456"])
@pytest.mark.parametrize("ground", ["#fbf8f2", "#1b1815", "#00ffff"])
def test_the_nearest_colour_can_be_read(colour, ground):
    """Whatever is asked, what is offered has the contrast."""
    assert palette.contrast(palette.nearest(colour, [ground]), ground) >= palette.LEAST_CONTRAST


def test_feed_and_page_have_the_same_colours():
    """Each colour that feed.css names is that of site.css."""
    feed = palette.palette_of((ROOT / "theme" / "static" / "feed.css").read_text("utf-8"))
    assert feed == {name: palette.palette_of(CSS)[name] for name in feed}


# ── Fonts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def published(blog):
    """The files of type that readers can fetch."""
    return sorted(file.name for file in (blog.output / "theme" / "fonts").glob("*.woff2"))


def sheet(blog):
    return (blog.output / "theme" / "site.css").read_text("utf-8")


def test_without_a_choice_only_the_themes_family_is_published(blog):
    """With its licence, and fetched beside the sheet that names it."""
    page, told = blog()
    assert ([], 4, {"alegreya"}) == (told, len(published(blog)), {name[:8] for name in published(blog)})
    assert "/theme/fonts/alegreya.woff2" == page.find("link", rel="preload")["href"]
    assert "Alegreya" in (blog.output / "theme" / "fonts" / "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize("name", fonts.OURS)
def test_each_family_has_upright_and_italic_and_the_letters_of_central_europe(blog, name):
    """Its sheet names files that are there and no others; the second half only for pages that need it."""
    _, told = blog(FONTS=name)
    assert [] == told
    assert published(blog) == sorted(set(re.findall(r"url\(fonts/([^)]+)\)", sheet(blog))))
    assert 4 == len(published(blog)) and 2 == sheet(blog).count("unicode-range: U+0100")
    for file in published(blog):
        face = ImageFont.truetype(blog.output / "theme" / "fonts" / file, 40)
        nothing = bytes(face.getmask("\uffff"))
        for letter in "ğřžšćčőűțșŁİ" if "-ext" in file else "áñ¿«»“”—€":
            assert nothing != bytes(face.getmask(letter)), letter


def test_titles_may_have_a_family_of_their_own_and_the_system_needs_no_file(blog):
    """One role named leaves the other to follow the text."""
    blog(FONTS={"text": "system-sans", "titles": "archivo"})
    assert "--text: system-ui, sans-serif; --titles: Archivo," in sheet(blog)
    assert {"archivo"} == {name[:7] for name in published(blog)}
    page, _ = blog(FONTS={"text": "system-serif"})
    assert ([], None) == (re.findall(r"url\(fonts", sheet(blog)), page.find("link", rel="preload"))


def test_of_two_families_both_are_asked_for_beside_the_sheet(blog):
    """Titles that change their letters late move what stands below them; those of the system need no file."""
    page, _ = blog(FONTS={"text": "newsreader", "titles": "archivo"})
    asked = [link["href"] for link in page.find_all("link", rel="preload", attrs={"as": "font"})]
    assert ["/theme/fonts/newsreader.woff2", "/theme/fonts/archivo.woff2"] == asked
    page, _ = blog(FONTS={"text": "system-sans", "titles": "archivo"})
    asked = [link["href"] for link in page.find_all("link", rel="preload", attrs={"as": "font"})]
    assert ["/theme/fonts/archivo.woff2"] == asked


def test_a_family_of_ones_own_is_files_beside_ones_theme(blog):
    """Regular and italic by their names, with the weights that they have; feeds and pages name them alike."""
    font = (ROOT / "theme" / "fonts" / "literata.woff2").read_bytes()
    _, told = blog({"static/fonts/mia.woff2": font, "static/fonts/mia-italic.woff2": font}, FONTS="mia")
    assert ([], ["mia-italic.woff2", "mia.woff2"]) == (told, published(blog))
    for style in ("site.css", "feed.css"):
        css = (blog.output / "theme" / style).read_text("utf-8")
        assert 'url("fonts/mia.woff2") format("woff2"); font-weight: 400 800;' in css and '--text: "mia",' in css


@pytest.mark.parametrize(
    ("chosen", "what"),
    [
        ("comic-sans", "ninguna letra «comic-sans»; hay alegreya,"),
        ("../../../etc/x", "ninguna letra"),
        ({"text": ["literata"]}, "ninguna letra"),
        ({"texto": "literata"}, "nada que se llame «texto»"),
        (["literata"], "FONTS no se entiende"),
        ("rota", "no se puede leer"),
    ],
)
def test_a_family_that_cannot_be_had_is_told_in_one_line_and_the_themes_stands_in(blog, chosen, what):
    """A name nobody knows, a place outside, a role that is none, a file that is no font."""
    _, told = blog({"static/fonts/rota.woff2": b"x"}, FONTS=chosen)
    assert 1 == len(told) and what in told[0] and told[0].startswith("pelicanconf.py:")
    assert "alegreya.woff2" in published(blog)


# ── Layout and extras ────────────────────────────────────────────────────────────────────────────────────────────

MORE = {
    "../images/plaza.png": png(1200, 800),
    "../posts/dos.md": POST.replace("Uno", "Dos").replace("-02", "-01"),
    "../people.toml": '[ana]\nname = "Ana"\nsite = "https://ana.example/"\nbio = "Escribe."\n',
    "../posts/tres.md": """Título: Tres
Fecha: 2026-11-03
Autor: Ana
Portada: ../images/plaza.png
Texto de portada: Plaza

Texto.

## Una

    código

## Otra

Fin.
""",
}


def test_what_is_not_chosen_is_not_sent(blog):
    """Neither a rule nor a script; each choice adds its own and no other."""
    plain, _ = blog(MORE)
    assert "data-switch" not in sheet(blog) and not (blog.output / "theme" / "switch.js").exists()
    assert not plain.select_one("head > script[src]")
    page, told = blog(MORE, EXTRAS=["switch"])
    assert [] == told and "data-switch" in sheet(blog) and "data-author-box" not in sheet(blog)
    script = page.select_one("head > script[src]")
    address = script["src"].partition("?")[0]
    assert ("/theme/switch.js", "Oscuro", "Claro") == (address, script["data-dark"], script["data-light"])
    assert not script.has_attr("type"), "a module would come after the first picture: a flash"


@pytest.mark.parametrize(
    ("home", "covers", "whole"), [("lead", 1, 0), ("list", 0, 0), ("magazine", 1, 0), ("whole", 1, 3)]
)
def test_the_home_has_four_layouts(blog, home, covers, whole):
    """The newest with its cover, all alike, covers in columns, whole posts; other lists stay as they are."""
    page, told = blog(MORE, LAYOUT={"home": home})
    assert [] == told
    assert (covers, whole) == (len(page.select("main article > figure")), len(page.select("main article > .prose")))
    assert (home in ("lead", "whole")) == ("@layer choices {" not in sheet(blog))


def test_extras_are_there_without_a_script(blog):
    """Covers in every list, the author below the post, contents that are open; the button only where there is code."""
    _, told = blog(MORE, EXTRAS=["covers", "author", "contents", "copy"], TOC_WORDS=0)
    posts = blog.output / "2026" / "11"
    other, post = (BeautifulSoup((posts / name / "index.html").read_text("utf-8"), "lxml") for name in ("uno", "tres"))
    listed = BeautifulSoup((blog.output / "autor" / "ana" / "index.html").read_text("utf-8"), "lxml")
    assert [] == told
    assert 1 == len(listed.select("main article > figure > [data-thumb]"))
    box = post.select_one("[data-author-box]")
    assert ("Quién es Ana", ["Ana", "Escribe.", "Web"]) == (
        box["aria-label"],
        [line.text.strip() for line in box.select("p")],
    )
    assert post.select_one("nav details").has_attr("open")
    assert ("Copiar", "Copiado") == tuple(
        post.select_one("script[data-copy]")[name] for name in ("data-copy", "data-copied")
    )
    assert not other.select("script[data-copy]")


def test_a_picture_across_the_home_tells_nothing_of_the_camera(blog):
    """Two sizes, as large as it is at most, on the home alone; one that cannot be opened is told and left out."""
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ana"
    Image.new("RGB", (1500, 500), "#0a5c4a").save(file, "JPEG", exif=exif)
    page, told = blog({"header.jpg": file.getvalue()})
    picture = page.select_one("body > header [data-header-picture] img")
    assert ([], "1500", "500", "") == (told, picture["width"], picture["height"], picture["alt"])
    names = [part.split()[0].removeprefix("/") for part in picture["srcset"].split(",")]
    with Image.open(blog.output / names[0]) as small, Image.open(blog.output / names[1]) as large:
        assert ((900, 300), (1500, 500), {}) == (small.size, large.size, dict(large.getexif()))
    assert "data-header-picture" not in (blog.output / "archivo" / "index.html").read_text("utf-8")
    page, told = blog({"header.jpg": b"x"})
    assert 1 == len(told) and told[0].startswith("content/theme/header.jpg:")
    assert not page.select("[data-header-picture]")


def test_what_can_be_seen_through_stays_so_in_the_picture_across_the_home(blog):
    """On whatever paper it lies, in light and in dark."""
    file = BytesIO()
    Image.new("RGBA", (300, 100), (10, 92, 74, 0)).save(file, "PNG")
    page, told = blog({"header.png": file.getvalue()})
    source = page.select_one("[data-header-picture] img")["src"].removeprefix("/")
    with Image.open(blog.output / source) as picture:
        assert ([], 0) == (told, picture.convert("RGBA").getpixel((0, 0))[3])


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"LAYOUT": {"home": "grid"}}, "LAYOUT: no hay «grid»; se puede elegir entre lead, list"),
        ({"LAYOUT": {"hom": "list"}}, "LAYOUT: no hay «hom»"),
        ({"LAYOUT": {"home": ["list"]}}, "LAYOUT: no hay"),
        ({"LAYOUT": "magazine"}, "LAYOUT: no hay «magazine»"),
        ({"EXTRAS": ["swich"]}, "EXTRAS: no hay «swich»; se puede elegir entre switch"),
        ({"EXTRAS": "swich"}, "EXTRAS: no hay «swich»"),
        ({"EXTRAS": 3}, "EXTRAS: no hay «3»"),
        ({"DESIGN": "portda"}, "DESIGN: no hay «portda»; se puede elegir entre tertulia"),
    ],
)
def test_a_choice_that_there_is_not_is_told_in_one_line(blog, settings, what):
    """And the page is as if it had not been made."""
    page, told = blog(**settings)
    assert 1 == len(told) and what in told[0]
    assert page.select("main article h2") and "@layer choices {" not in sheet(blog)


def test_links_at_the_foot_are_ones_own(blog):
    """Places say that they are the owner's; a page that stands at the foot has left the menu."""
    page, told = blog(
        {"../pages/privacidad.md": "Título: Privacidad\nSlug: privacidad\nId: priv\n\nNada.\n"},
        SOCIAL=[("Mastodon", "https://m.example/@ana")],
        FOOTER_MENU=[("Privacidad", "privacidad/")],
    )
    assert [] == told
    foot = page.select_one("body > footer")
    assert ["/privacidad/"] == [a["href"] for a in foot.select('nav[aria-label="Más sobre el blog"] a')]
    assert ["https://m.example/@ana"] == [a["href"] for a in foot.select('a[rel="me"]')]
    assert "/privacidad/" not in [a["href"] for a in page.select("body > header nav a")]


EXAMPLES = re.findall(
    r"^## (.*?)\n.*?```python\n(.*?)```",
    (ROOT / "docs" / "looks-examples.md").read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize(("name", "written"), EXAMPLES)
def test_the_blogs_of_the_documentation_are_made_of_what_is_written_there(blog, name, written):
    """Nothing is told of them: no colour is hard to read, no name is unknown."""
    settings = {}
    exec(compile(written, name, "exec"), settings)
    del settings["__builtins__"]
    page, told = blog(**settings)
    assert [] == told and page.h1


# ── Files in content/theme/ ──────────────────────────────────────────────────────────────────────────────────────


def test_styles_of_ones_own_come_last(blog):
    """The blogger's site.css is linked after the theme's on every page, and the theme's stays whole."""
    page, told = blog({"site.css": "h1 { color: red }\n"})
    sheets = [link["href"].partition("?")[0] for link in page.find_all("link", rel="stylesheet")]
    assert ([], ["/theme/site.css", "/theme/own.css"]) == (told, sheets)
    assert (blog.output / "theme" / "site.css").read_text("utf-8").startswith(CSS)


@pytest.mark.parametrize(
    ("css", "line"),
    [
        ("a { color: red }\nb {\n  margin: 0\n", 2),
        ("a { }\n}\n", 2),
        ("/* no end\na { }", 1),
        ("a::before { content: '}' } /* { */\n", None),
    ],
)
def test_a_slip_in_the_styles_is_told_with_its_line(css, line):
    """What is opened and not closed, closed and not opened; signs within words and comments are none."""
    problem = unfinished(css, "content/theme/site.css")
    assert line == (problem.line if problem else None)


def test_a_picture_becomes_icons_of_every_size(blog):
    """A PNG of any shape: square icons, one opaque for Apple, a favicon at the root, a manifest that names the blog."""
    page, told = blog({"icon.png": png(300, 100)})
    assert [] == told
    sizes = {name: Image.open(blog.output / "theme" / f"icon-{name}.png").size for name in (180, 192, 512)}
    assert {px: (px, px) for px in sizes} == sizes
    assert "RGB" == Image.open(blog.output / "theme" / "icon-180.png").mode
    assert {(16, 16), (32, 32), (48, 48)} == Image.open(blog.output / "favicon.ico").info["sizes"]
    manifest = json.loads((blog.output / "theme" / "manifest.webmanifest").read_text("utf-8"))
    assert ("La sobremesa", "/") == (manifest["name"], manifest["start_url"])
    assert {"icon", "apple-touch-icon", "manifest"} <= {rel for link in page.find_all("link") for rel in link["rel"]}


def test_a_drawing_becomes_icons_too(blog):
    """An SVG is the icon as it is, and PNGs are drawn of it."""
    blog({"icon.svg": DRAWING})
    assert DRAWING == (blog.output / "theme" / "icon.svg").read_text()
    assert (10, 92, 74) == Image.open(blog.output / "theme" / "icon-180.png").getpixel((90, 90))


def test_the_icons_of_our_own_sign_lie_ready(tmp_path, monkeypatch):
    """They are those that would be made of it. Whoever changes the sign finds the new ones in ``var/cache``."""
    ready = {file.name: file for file in signs.READY.glob("*/*")}
    monkeypatch.setattr(signs, "READY", tmp_path / "nowhere")
    sign, paper = (ROOT / "theme" / "static" / "icon.svg").read_bytes(), palette.DEFAULT["paper"].light
    made = signs.made_icons(sign, paper, tmp_path)
    assert {signs.mark_of(sign, paper)} == {file.parent.name for file in ready.values()}
    assert sorted(made) == sorted(ready)
    for name, data in made.items():  # another Pillow may write other bytes
        shown = [Image.open(BytesIO(one)).convert("RGBA") for one in (data, ready[name].read_bytes())]
        assert all(most <= 8 for _, most in ImageChops.difference(*shown).getextrema()), name


BROKEN = {
    "drawing": b"<svg nothing",
    "text": b"nothing",
    "cut": png(300, 100)[:200],
    "a wrong length inside": png(300, 100)[:35] + b"\0" + png(300, 100)[36:],
}


@pytest.mark.parametrize(
    ("name", "how"),
    [("icon.png", "text"), ("icon.svg", "drawing"), ("logo.svg", "drawing"),
     ("logo.png", "cut"), ("icon.png", "a wrong length inside")],
)  # fmt: skip
def test_a_broken_picture_is_told_and_the_themes_stands_in(blog, name, how):
    """One line with the file; icon and name are there all the same."""
    page, told = blog({name: BROKEN[how]})
    assert 1 == len(told) and told[0].startswith(f"content/theme/{name}: ")
    assert "(lo que dice no está como debe)" in told[0], "in the blog's language, the same each time"
    assert "La sobremesa" == page.header.a.get_text(strip=True)
    assert (ROOT / "theme" / "static" / "icon.svg").read_bytes() == (blog.output / "theme" / "icon.svg").read_bytes()


def test_a_favicon_of_ones_own_stays(blog):
    """What lies in content/extra/ is served as it is, and nothing is told."""
    _, told = blog({"../extra/favicon.ico": b"mine", "icon.png": png(64, 64)})
    assert ([], b"mine") == (told, (blog.output / "favicon.ico").read_bytes())


def test_a_logo_stands_for_the_name_and_says_it(blog):
    """It has the name as its text, and a size of its own shape."""
    page, _ = blog({"logo.svg": DRAWING})
    logo = page.header.a.img
    assert ("La sobremesa", "128", "64") == (logo["alt"], logo["width"], logo["height"])
    assert "/theme/logo.svg" == logo["src"].partition("?")[0]


def test_head_and_foot_of_ones_own(blog):
    """Both as they are written, on every page."""
    page, _ = blog({"head.html": '<link rel="me" href="https://a.example/">\n', "foot.html": "<p>Hecho en casa</p>\n"})
    assert "https://a.example/" == page.head.find("link", rel="me")["href"]
    assert "Hecho en casa" == page.body.find_all("footer")[-1].find_all("p")[-1].text


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("<p>uno</p>\n{% if x }", ":2"),
        ("{{ name|nothing_of_that_name }}", ":1"),
        ('{% include "parts/nothing.html" %}', ""),
        (b"\xff\xfe", ""),
    ],
)
def test_a_broken_template_is_told_and_the_themes_stands_in(blog, template, line):
    """One line with file and line, not one for each page; the blog is built with the theme's."""
    page, told = blog({"templates/parts/footer.html": template})
    assert 1 == len(told) and told[0].startswith(f"content/theme/templates/parts/footer.html{line}: ")
    assert "Tertulia" in page.body.find_all("footer")[-1].text


def test_a_template_may_go_on_from_the_themes(blog):
    """``!theme/`` is the theme's own, for whoever only adds to it."""
    page, told = blog({"templates/parts/footer.html": '{% include "!theme/parts/footer.html" %}<p id="mine">Y yo.</p>'})
    assert ([], "Y yo.") == (told, page.find(id="mine").text)
    assert page.body.find("footer")
