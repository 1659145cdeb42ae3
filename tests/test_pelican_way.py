"""The Pelican way: stock themes, Markdown extensions and plugins of others work as they are, or are told by name."""

import importlib.util
import logging
import re
from urllib.parse import unquote

import markdown
import pytest

POSTS = {
    "posts/a.md": "Título: Uno <b> & dos\nId: a\nFecha: 2026-11-01\nSerie: S\nCategoría: C & A\n\nHola *mundo* #año.\n",
    "posts/b.md": "Título: Otra\nId: b\nFecha: 2026-11-02\nSerie: S\nIdioma: en\n\nHello.\n",
    "pages/c.md": "Título: Acerca de\nId: c\n\nPágina.\n",
}


@pytest.fixture
def blog(tmp_path, build):
    """``blog(files, **settings)``: build; gives what was told, hints too. ``blog.page(path)`` reads a page."""

    def run(files=POSTS, **settings):
        for path, text in files.items():
            (tmp_path / "content" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "content" / path).write_text(text, "utf-8")
        kept = {"SEARCH": False, "SOCIAL_CARDS": False, **settings}
        records = build(tmp_path / "content", tmp_path / "output", **kept)
        assert not [r for r in records if r.exc_info]
        return [r.getMessage() for r in records if r.levelno >= logging.WARNING or getattr(r, "hint", False)]

    run.page = lambda path: (tmp_path / "output" / path).read_text("utf-8")
    run.output = tmp_path / "output"
    return run


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_a_stock_theme_builds_a_readable_site(blog, theme):
    """Its content is HTML, its titles are text, its feeds are ours, and it links to nothing that it cannot draw."""
    assert [] == blog(THEME=theme)
    page = blog.page("2026/11/uno-b-dos/index.html")
    assert "<p>Hola <em>mundo</em>" in page
    assert ">Uno &lt;b&gt; &amp; dos</a>" in page
    assert "C &amp; A" in page
    assert "feeds/atom.xml" in page
    home = blog.page("index.html")
    assert "Otra" in home and "&lt;p&gt;" not in home
    for path in re.findall(r'href="(/[^"#]*)"', home + page):
        target = blog.output / unquote(path).strip("/")
        assert target.is_file() or (target / "index.html").is_file(), path
    assert "/en/</loc>" not in blog.page("sitemap.xml") and "/serie/" not in blog.page("sitemap.xml")
    assert "<title>Uno &lt;b&gt; &amp; dos</title>" in blog.page("feeds/atom.xml").replace(' type="text"', "")


class Shout(markdown.Extension):
    """Someone's extension: the page says that it was there."""

    def extendMarkdown(self, md):
        md.postprocessors.register(Shouting(md), "shout", 0)


class Shouting(markdown.postprocessors.Postprocessor):
    def run(self, text):
        return text + "<p>¡Grito!</p>"


def test_the_markdown_setting_is_honoured(blog):
    """Extensions by name and as objects, their settings and those of ours; Pelican's defaults change nothing."""
    asked = {
        "extensions": ["markdown.extensions.admonition", Shout()],
        "extension_configs": {"markdown.extensions.toc": {"permalink": "¶"}, "markdown.extensions.extra": {}},
    }
    text = "Título: A\nId: a\nFecha: 2026-11-01\n\n## Título\n\n!!! note\n    Nota.\n"
    assert [] == blog({"posts/a.md": text}, MARKDOWN=asked)
    page = blog.page("2026/11/a/index.html")
    assert 'class="admonition note"' in page and "¡Grito!" in page and "¶" in page


def test_an_extension_that_is_not_there_is_one_line(blog):
    """The blog is built without it."""
    (told,) = blog(MARKDOWN={"extensions": ["no_such_extension"]})
    assert told.startswith("MARKDOWN: no se puede usar la extensión «no_such_extension»")


def test_settings_that_do_nothing_here_are_named(blog):
    """All in one line, and only what the blog itself sets."""
    assert [] == blog()
    (told,) = blog(TYPOGRIFY=True, USE_FOLDER_AS_CATEGORY=False, DEFAULT_DATE="fs")
    assert told.startswith("pelicanconf.py: TYPOGRIFY, DEFAULT_DATE no hace nada aquí")


# What each plugin of others is there for, and where it shows. One that is not installed is skipped.
PLUGINS = {
    "render_math": ("2026/11/m/index.html", 'class="math"'),
    "series": ("2026/11/m/index.html", "Fórmulas"),
    "more_categories": ("2026/11/m/index.html", "Ciencia"),
    "neighbors": ("2026/11/m/index.html", "E = mc"),
    "sitemap": ("sitemap.xml", "/2026/11/m/"),
    "liquid_tags": ("2026/11/m/index.html", "youtube.com/embed/abcdefghijk"),
    "image_process": ("2026/11/m/index.html", "E = mc"),
}
MATHS = "Título: M\nId: m\nFecha: 2026-11-03\nSerie: Fórmulas\nCategoría: Ciencia\n\nEs $E = mc^2$, con E = mc.\n"


@pytest.mark.real
@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_of_others_builds_and_does_its_job(blog, name):
    """In a blog with a page and a series, which some of them read too."""
    if not importlib.util.find_spec("pelican.plugins") or not importlib.util.find_spec(f"pelican.plugins.{name}"):
        pytest.skip(f"pip install pelican-{name.replace('_', '-')}")
    from tertulia import defaults

    text = MATHS + ("\n{% youtube abcdefghijk %}\n" if name == "liquid_tags" else "")
    plugins = [*defaults.PLUGINS, f"pelican.plugins.{name}"]
    told = blog({**POSTS, "posts/m.md": text}, PLUGINS=plugins, SITEMAP={"format": "xml"}, LIQUID_TAGS=["youtube"])
    assert [] == [line for line in told if line.startswith(("content/", "plugins/"))]
    path, words = PLUGINS[name]
    assert words in blog.page(path)
