"""A theme written from nothing, as docs/own-theme.md tells it: the page is built, and all that it promises is there."""

import re

import pytest
from bs4 import BeautifulSoup

from tertulia.site.templates import FILTERS, GLOBALS
from tests.conftest import ROOT

DOC = (ROOT / "docs" / "own-theme.md").read_text("utf-8")
TEMPLATES = ROOT / "theme" / "templates"
POST = "Título: Uno\nFecha: 2026-11-02\nAutor: Ana\nEtiquetas: mar\nSerie: S\nId: uno\n\nTexto.\n"


def part(heading):
    """The text of a part of the page."""
    return DOC.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def names(text):
    """What stands as code in *text*."""
    return re.findall(r"`([^`]+)`", text)


@pytest.fixture
def blog(tmp_path, build):
    """``blog(files, **settings)``: a blog whose theme is that of the page, with *files* of its own; what was told."""

    def run(files=(), **settings):
        code = re.findall(r"```(?:html|css)\n(?:<!--|/\*) (\S+) (?:-->|\*/)\n(.*?)```", DOC, re.DOTALL)
        assert ["templates/language.html", "templates/base.html", "templates/article.html", "static/site.css"] == [
            name for name, _ in code
        ]
        for name, text in {
            **{f"mine/{name}": text for name, text in code},
            "content/posts/uno.md": POST,
            **dict(files),
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        settings = {"THEME": str(tmp_path / "mine"), "SEARCH": False, "SOCIAL_CARDS": False, **settings}
        told = build(tmp_path / "content", tmp_path / "output", **settings)
        assert [] == [record for record in told if record.exc_info]
        return [one.getMessage() for one in told if one.levelname in ("WARNING", "ERROR")]

    run.output = tmp_path / "output"
    run.page = lambda path: BeautifulSoup((tmp_path / "output" / path / "index.html").read_text("utf-8"), "lxml")
    return run


def test_the_smallest_theme_makes_a_whole_blog(blog):
    """Its own frame, post and style; lists, feeds, icons and the talk are ours."""
    assert [] == blog(SERVICE_ADDRESS="https://talk.example", COLORS={"ink": ("#222", "#ddd")})
    post, tag = blog.page("2026/11/uno"), blog.page("etiqueta/mar")
    assert ("Uno", "Texto.") == (post.h1.text, post.select_one(".e-content").text.strip())
    assert post.select_one("form[data-form=comment]") and not post.select_one("body > footer")
    assert ("#mar", ["Uno"]) == (tag.h1.text, [one.text for one in tag.select("h2 a")])
    css = (blog.output / "theme" / "site.css").read_text("utf-8")
    assert "max-width: 40em" in css and "--ink: light-dark(#222222, #dddddd)" in css and "--measure: 34em" not in css
    assert all(
        (blog.output / name).is_file() for name in ("theme/comments.js", "theme/feed.css", "favicon.ico", "404.html")
    )


def test_ones_own_looks_win_over_ones_own_theme(blog):
    """A template and a file of content/theme/ stand in for the theme's of that name."""
    told = blog(
        {"content/theme/templates/article.html": "<title>own</title>", "content/theme/static/site.css": "/* own */\n"}
    )
    assert ([], "own") == (told, blog.page("2026/11/uno").title.text)
    assert (blog.output / "theme" / "site.css").read_text("utf-8").startswith("/* own */\n")


def test_a_broken_template_of_ones_theme_leaves_the_rest(blog):
    """It is told by name and line."""
    told = blog({"content/theme/templates/tag.html": "{% if %}"})
    assert 1 == len(told) and told[0].startswith("content/theme/templates/tag.html:1:")
    assert "#mar" == blog.page("etiqueta/mar").h1.text


def test_all_that_a_post_is_said_to_have_it_has(blog):
    """Each name of the page, in a template."""
    said = names(part("What a post has").partition(" A page has")[0])
    asked = "".join(f"{{% if article.{name} is not defined %}}<i>{name}</i>{{% endif %}}" for name in said)
    assert len(said) > 30 and [] == blog({"content/theme/templates/article.html": f"<p>{asked}</p>"})
    assert [] == [missing.text for missing in blog.page("2026/11/uno").select("i")]


def test_templates_parts_and_blocks_are_those_that_are_told():
    """Who adds one says what it is for."""
    told = re.findall(r"^\| ((?:`[\w]+`(?:, )?)+) \|", part("Templates"), re.MULTILINE)
    assert sorted(path.stem for path in TEMPLATES.glob("*.html")) == sorted(
        name for cell in told for name in names(cell)
    )
    rows = re.findall(r"^\| (?!for)[^|]+\| (`.*) \|$", part("Parts"), re.MULTILINE)
    assert sorted(path.stem for path in TEMPLATES.glob("parts/*.html")) == sorted(
        name for cell in rows for name in names(cell)
    )
    blocks = {
        name for path in TEMPLATES.glob("*.html") for name in re.findall(r"{% block (\w+)", path.read_text("utf-8"))
    }
    assert blocks == {"head", "header", "main", "main_attributes", "list_header"}
    assert all(f"`{name}`" in part("Templates") for name in blocks)


def test_functions_and_filters_are_those_that_are_told():
    """All of them, and no others."""
    cells = "".join(re.findall(r"^\| (`.*?) \| (?=[^`])", part("Functions and filters"), re.MULTILINE)).replace(
        "\\|", "|"
    )
    functions = {name for code in names(cells) for name in re.findall(r"^(\w+)\(", code)}
    filters = {name for code in names(cells) for name in re.findall(r"\|(\w+)", code)}
    assert functions == {one.__name__ for one in GLOBALS}
    assert filters == {one.__name__ for one in FILTERS}


def test_a_phrase_that_nobody_has_is_told_where_it_is_asked_for(blog):
    """Once, by file and line and with the nearest that there is; the page is built, and shows its name."""
    told = blog({
        "mine/templates/parts/mine.html": '<p>\n{{ t("minutez", n=3) }}{{ t("minutez", n=3) }}</p>',
        "mine/templates/article.html": '<title>{{ t("minutes", n=2) }}</title>{% include "parts/mine.html" %}',
        "content/theme/templates/tag.html": '{{ t("wholly_else") }}{{ t(tag.name) }}{{ t("from_us") }}',
        "content/theme/templates/page.html": '{% set t = language %}{{ t("qqq") }}',
        "content/theme/languages/es.toml": '[readers.own]\nfrom_us = "nuestra"\n',
    })  # fmt: skip
    places = [re.match(r"(\S+): .*?«(\w+)»", line).groups() for line in told]
    assert [("content/theme/templates/tag.html:1", "wholly_else"), ("mine/templates/parts/mine.html:2", "minutez")] == (
        sorted(places)
    )
    (near,) = [line for line in told if "minutez" in line]
    assert "¿quisiste decir «minutes»?" in near and "content/theme/languages/es.toml" in near
    assert "minutez" in blog.page("2026/11/uno").text
