"""A blog's own looks: colours, styles, icons, logo, and what stands in for a mistake in them."""

import json
import logging
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tertulia.site import palette
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


@pytest.mark.parametrize("name", ["icon.png", "icon.svg", "logo.png", "logo.svg"])
def test_a_broken_picture_is_told_and_the_themes_stands_in(blog, name):
    """One line with the file; icon and name are there all the same."""
    page, told = blog({name: b"<svg nothing"})
    assert 1 == len(told) and told[0].startswith(f"content/theme/{name}: ")
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
