"""The documentation as a site: every page in both languages, every link, and the two languages side by side."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tertulia.commands import build, build_report, documentation, drawings, key_drawings, looks_pictures, reference
from tertulia.commands.check_links import read_links
from tertulia.core import conf
from tests.conftest import ROOT

SOURCES = list(documentation.sources(ROOT))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[build_report.BuildReport, Path]:
    """How the build of the documentation went, and its folder; without search, which takes longer than all else."""
    folder = tmp_path_factory.mktemp("docs")
    documentation.write(ROOT, folder / "blog")
    with (folder / "blog" / conf.NAME).open("a", encoding="utf-8") as file:
        file.write("SEARCH = False\n")
    report = build.run(folder / "blog", folder / "site", conf.NAME, {}, documentation.with_this_clone)
    return report, folder / "site"


def page(folder, url):
    return BeautifulSoup((folder / url / "index.html").read_text("utf-8"), "html.parser")


@pytest.mark.slow
def test_the_documentation_builds_without_a_complaint(made):
    """No link or anchor leads nowhere, and nothing is written that the program warns of."""
    assert ("", []) == (made[0].failure, [remark.text for remark in made[0].remarks if remark.severity != "hint"])


def test_every_link_of_the_site_leads_somewhere(made):
    """From page to page, to a heading, to a picture; no page asks another host for anything."""
    pages = sorted(path.relative_to(made[1]).as_posix() for path in made[1].rglob("*.html"))
    results = read_links(made[1], pages, "", "https://docs.tertulia.example")
    found = [finding for result in results for finding in result.findings]
    assert [] == [one for one in found if "search/" not in one]


def test_every_page_is_written_in_both_languages():
    """What the table of contents promises is there; a page of one language is told as such."""
    assert [] == documentation.missing(ROOT)


def test_every_document_is_a_page_and_names_its_translation(made):
    """Each Markdown file of docs/ is a page, but for the posts of blogs shown there; of a pair each names the other."""
    told = {source.path for source in SOURCES}
    there = {path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")}
    assert set() == {path.as_posix() for path in there if not path.is_relative_to(looks_pictures.FILES)} - told
    for source in (one for one in SOURCES if one.place.startswith("pages/")):
        others = {one.lang for one in SOURCES if one.name == source.name and one.lang != source.lang}
        named = {link["hreflang"] for link in page(made[1], source.url).select("head link[hreflang]")}
        assert others == named - {source.lang, "x-default"}, source.path


@pytest.mark.parametrize("lang", documentation.LANGUAGES)
def test_every_page_is_reached_from_the_menu(made, lang):
    """From the home page, and from the menu of any page in two steps."""
    home = "" if lang == "en" else f"{lang}/"
    wanted = {f"/{part.url}" for part in SOURCES if part.lang == lang and part.place.startswith("pages/")}
    assert set() == wanted - {link["href"] for link in page(made[1], home).select("main a[href]")}
    menu = [link["href"] for link in page(made[1], home).select("header nav a[href]")]
    reached = set()
    for address in menu:
        if (made[1] / address[1:] / "index.html").is_file():
            reached |= {link["href"] for link in page(made[1], address[1:]).select("nav[data-part] a[href]")}
    assert set() == wanted - reached


def test_links_lead_to_pages_and_what_is_no_page_keeps_its_words():
    """A link to a file of the repository that is no page would be broken; code is left as it stands."""
    source = documentation.Source("x", "es", "docs/es/x.md", "pages/es/x.md")
    places = {"docs/es/y.md": "pages/es/y.md", "CONTRIBUTING.md": "pages/contributing.md", "docs/a.png": "pages/a.png"}
    text = "[y](y.md#z) [c](../../CONTRIBUTING.md) ![A](../a.png) [L](../../LICENSE) `[y](y.md)` <https://a.example> [w](https://w.example)"
    titles = {"docs/es/y.md": "La Y"}
    assert (
        "[y](y.md#z) [c](../contributing.md) ![A](../a.png) L `[y](y.md)` <https://a.example> [w](https://w.example)"
        == documentation.with_links(text, source, places, titles)
    )
    assert "[La Y](y.md#z)" == documentation.with_links("[y.md](y.md#z)", source, places, titles)


def test_the_reference_tells_each_public_name_with_its_words():
    """A class with its fields and methods; what begins with an underscore is nobody else's."""
    text = reference.text()
    assert "### `Network`" in text and "#### `publish`" in text and "### `Message`" in text
    assert not re.search(r"^#+ `_", text, re.M)
    assert "\nDEFAULT_PAGINATION = 10\n" in text and "\n#MASTODON_URL=" in text and "PLUGINS" not in text


def test_the_menu_marks_the_part_that_a_page_is_of(made):
    """As the page itself where it is the first of its part, on the others as what they belong to."""
    for url, part, how in (
        ("first-hour/", "Begin", "page"), ("import/", "Begin", "true"), ("es/keys/", "Publicar", "true"),
    ):  # fmt: skip
        (marked,) = page(made[1], url).select("body > header nav [aria-current]")
        assert (part, how) == (marked.text, marked["aria-current"])


PAIRS = sorted({source.name for source in SOURCES if source.lang == "es" and source.place.startswith("pages/")})
FENCE = re.compile(r"^(`{3,})([^\n]*)\n(.*?)^\1", re.M | re.S)


def skeleton(path):
    """What two languages of one page share: levels of headings, kinds of code, names of tasks, options and settings."""
    text = path.read_text("utf-8")
    blocks = [found[2].strip() for found in FENCE.finditer(text)]
    prose = FENCE.sub("", text)
    code = " ".join([*re.findall(r"`([^`\n]+)`", prose), *(found[3] for found in FENCE.finditer(text))])
    return {
        "levels of headings": [len(marks) for marks in re.findall(r"^(#+) ", prose, re.M)],
        "kinds of code blocks": blocks,
        "rows of tables": len(re.findall(r"^\|", prose, re.M)),
        "tasks": set(re.findall(r"tasks\.py ([a-z-]+)", code)),
        "options": set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", code)),
        "settings": set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", code)),
    }


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_of_a_page_tell_the_same(name):
    """Whoever changes one changes the other."""
    english, spanish = skeleton(ROOT / f"docs/{name}.md"), skeleton(ROOT / f"docs/es/{name}.md")
    assert english == spanish


def test_the_steps_to_each_key_are_drawn_from_their_words():
    """`python3 tasks.py docs --pictures` draws them anew; each stands on its page, and none is left of another text."""
    drawn = key_drawings.drawn(ROOT)
    there = {f"docs/{path.name}": path.read_text("utf-8") for path in (ROOT / "docs").glob("keys-*.svg")}
    pages = "".join((ROOT / page).read_text("utf-8") for page in key_drawings.PAGES.values())
    assert drawn == there
    assert [] == [file for file in drawn if file.removeprefix("docs/") not in pages]


@pytest.mark.parametrize(("step", "rows"), [
    ("1. *Settings → Apps*.", [(0, "menu", "Settings"), (1, "press", "Apps")]),
    ("1. Of the scopes, `read`. *Submit*.", [(0, "tick", "read"), (0, "press", "Submit")]),
    ("1. *Access token* → *Generate*", [(0, "menu", "Access token"), (1, "press", "Generate")]),
    ("1. `/newbot`, a name that ends in `bot`. *Done*", [(0, "write", "/newbot"), (0, "press", "Done")]),
])  # fmt: skip
def test_a_step_is_read_as_it_is_written(step, rows):
    """Ways through menus, rights to tick, words to write, in the order in which they are asked for."""
    (_, steps, keys) = next(key_drawings.networks(f"## Red\n\n{step}\n\n```\nRED_TOKEN=\n```\n"))
    assert (rows, ["RED_TOKEN"]) == (list(steps[0].rows), keys)


def test_the_blogs_that_show_looks_are_made_of_what_their_page_names():
    """Each has a picture, and the files that the page names: `python3 tasks.py docs --pictures` takes it anew."""
    told = (ROOT / looks_pictures.EXAMPLES).read_text("utf-8").split("\n## ")[1:]
    found = list(looks_pictures.examples(ROOT))
    assert len(told) == len(found) and all(example.picture.is_file() for example in found)
    theme = [
        {path.relative_to(one.files).as_posix() for path in (one.files / "content/theme").rglob("*.*")} for one in found
    ]
    assert [set(re.findall(r"`(content/theme/[^`]+)`", text)) for text in told] == theme


def test_the_picture_of_the_rooms_is_drawn_from_their_imports():
    """Each room once, each import an arc that leads down; `python3 tasks.py docs --pictures` draws it anew."""
    assert (ROOT / drawings.ROOMS).read_text("utf-8") == drawings.rooms(ROOT)
    order = drawings.layers(ROOT)
    assert [] == [pair for pair in drawings.imports(ROOT) if order.index(pair[0]) > order.index(pair[1])]
