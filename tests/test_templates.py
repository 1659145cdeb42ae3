"""What templates are given and are: words, dates, addresses, their files and their weight."""

import datetime as dt
import gzip
import re
import shutil
from types import SimpleNamespace

import jinja2
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup
from PIL import ImageFont

from tertulia.core.languages import Languages
from tertulia.site import template_words, templates
from tertulia.site.build import SiteBuild
from tertulia.site.template_loading import WholeTemplates, remembering
from tests.conftest import ROOT, build_site

TEMPLATES = ROOT / "theme" / "templates"
PAGE_BUDGET_BYTES = 14 * 1024  # what a server may send before the first answer of the browser


def page(**context):
    """What a template of a page sees: the settings, their build, and *context*."""
    settings = {
        "DEFAULT_LANG": "es",
        "LANGUAGES": ("es", "en"),
        "PATH": "content",
        "ARTICLE_PATHS": [],
        "PAGE_PATHS": [],
        "TIMEZONE": "UTC",
    }
    settings |= context
    SiteBuild.begin(settings)
    return settings


def test_every_phrase_of_the_templates_exists():
    """Each t("key") of a template is a phrase for readers."""
    used = {
        key for file in TEMPLATES.rglob("*.html") for key in re.findall(r'\bt\("(\w+)"[,)]', file.read_text("utf-8"))
    }
    assert used
    assert set() == used - set(Languages().get("en").phrases)


@pytest.mark.parametrize(
    ("context", "values", "expected"),
    [
        ({}, {"n": 1}, "1 minuto"),
        ({}, {"n": 5}, "5 minutos"),
        ({"page_lang": "en"}, {"n": 1}, "1 minute"),
        ({"article": SimpleNamespace(lang="en")}, {"n": 2}, "2 minutes"),
        ({"page_lang": "en"}, {"n": 2, "lang": "es"}, "2 minutos"),
        ({"page_lang": "fr"}, {"n": 2}, "2 minutos"),
    ],
)
def test_phrases_follow_language_and_number(context, values, expected):
    """A phrase is in the page's language and in the right number; a language we lack gives the blog's."""
    assert expected == template_words.t(page(**context), "minutes", **values)


def test_dates_are_in_words():
    """A date is written as people say it, with no system locale."""
    date = dt.datetime(2026, 11, 21, 23, 30)
    assert "21 de noviembre de 2026" == template_words.date_words(page(), date)
    assert "21 November 2026" == template_words.date_words(page(), "2026-11-21", lang="en")


def test_addresses_are_encoded_once():
    """Paths get the site's prefix and percent-encoding; whole addresses come back as they are."""
    context = {"SITEURL": "/blog", "SITE_ADDRESS": "https://x.example/blog"}
    assert "/blog/etiqueta/a%C3%B1o/" == templates.link(context, "etiqueta/año/")
    assert "/blog/" == templates.link(context, "")
    assert "https://x.example/blog/etiqueta/a%C3%B1o/" == templates.absolute(context, "etiqueta/a%C3%B1o/")
    assert "https://otro.example/%C3%B1" == templates.link(context, "https://otro.example/ñ")


@pytest.mark.parametrize(
    ("name", "lang", "expected"),
    [
        ("Luis", "es", "y"),
        ("Inés", "es", "e"),
        ("Hilario", "es", "e"),
        ("Hierro", "es", "y"),
        ("Ígor", "es", "e"),
        ("Inés", "en", "and"),
    ],
)
def test_conjunction(name, lang, expected):
    """Spanish says "e" before the sound of i, but "y" before a diphthong."""
    assert expected == template_words.conjunction(page(), name, lang)


def test_tags_are_sized_by_the_logarithm_of_their_posts():
    """The least used tag is of size 1, the most used of size 5, and the list goes by name with ñ after n."""
    tags = [
        (SimpleNamespace(name=name, slug=name), range(count))
        for name, count in (("ñu", 1), ("Óxido", 10), ("nube", 100), ("vacía", 0))
    ]
    assert [("nube", 5), ("ñu", 1), ("Óxido", 3)] == [(e["item"].name, e["size"]) for e in templates.counted(tags)]


def test_tags_used_alike_are_of_one_size():
    """Where all tags have as many posts, none is larger."""
    assert [1, 1] == [
        entry["size"] for entry in templates.counted([(SimpleNamespace(name=n, slug=n), range(3)) for n in "ab"])
    ]


def test_embedded_posts_leave_text_alone():
    """Ids and anchors go from the markup; what looks like one in the text stays."""
    html = '<h2 id="a">id="b"</h2><pre>&lt;p id="c"&gt;</pre><a class="x" href="#a">1</a>'
    assert '<h2>id="b"</h2><pre>&lt;p id="c"&gt;</pre><a class="x" href="/p/#a">1</a>' == templates.embedded(
        html, "/p/"
    )


def test_json_cannot_leave_its_script():
    """A title with </script> in JSON-LD stays inside."""
    assert '{"name": "\\u003c/script>"}' == templates.script_safe('{"name": "</script>"}')


def test_the_stylesheet_is_named_by_its_content(tmp_path):
    """The address of a file changes when its content does, from one build to the next, and only then."""
    static = tmp_path / "static"
    static.mkdir()
    (static / "a.css").write_text("a{}")
    before = page(THEME=str(tmp_path))["SITE_BUILD"]
    fingerprint = before.fingerprint("a.css")
    (static / "a.css").write_text("b{}  ")
    assert fingerprint == before.fingerprint("a.css")
    assert fingerprint != page(THEME=str(tmp_path))["SITE_BUILD"].fingerprint("a.css")


def test_a_stylesheet_of_the_bloggers_own_has_a_name_of_its_own(tmp_path):
    """What stands in ``content/theme/static`` is what readers get, so its content is in the address."""
    for folder in ("content/theme/static", "theme/static"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.css").write_text(folder)
    ours, own = (page(PATH=str(tmp_path / name), THEME=str(tmp_path / "theme")) for name in ("none", "content"))
    assert ours["SITE_BUILD"].fingerprint("a.css") != own["SITE_BUILD"].fingerprint("a.css")


def test_compiled_templates_are_kept_where_something_can_be(tmp_path):
    """In a folder made for them; where there can be none, templates are compiled each time."""
    assert templates.bytecode_cache(tmp_path / "new" / "templates") is not None
    assert (tmp_path / "new" / "templates").is_dir()
    (tmp_path / "file").touch()
    assert templates.bytecode_cache(tmp_path / "file" / "templates") is None


def test_another_version_compiles_its_templates_itself(tmp_path, monkeypatch):
    """What an older program compiled calls filters as that one defined them: after an update it is left alone."""
    before = templates.bytecode_cache(tmp_path).pattern
    (tmp_path / "templates.py").write_text("def direction(context, lang): ...")
    monkeypatch.setattr(templates, "__file__", str(tmp_path / "templates.py"))
    assert before != templates.bytecode_cache(tmp_path).pattern


def test_the_link_to_the_page_itself_is_marked(site):
    """In the frame that all pages share, and on no other page."""
    marked = '<li><a href="/acerca-de/" aria-current="page">'
    assert marked in (site / "acerca-de" / "index.html").read_text("utf-8")
    assert "aria-current" not in (site / "index.html").read_text("utf-8").partition("<main")[0]


def test_home_fits_in_the_first_answer(site):
    """The home page and the stylesheet, compressed, fit into 14 KB."""
    parts = [site / "index.html", site / "theme" / "site.css"]
    assert sum(len(gzip.compress(part.read_bytes(), 9)) for part in parts) <= PAGE_BUDGET_BYTES


def test_fonts_come_with_their_licence(site):
    """The fonts that the stylesheet names are in the site, with the licence that they ask for."""
    fonts = site / "theme" / "fonts"
    named = re.findall(r"url\(fonts/([\w.-]+)\)", (site / "theme" / "site.css").read_text("utf-8"))
    assert named
    assert [True] * len(named) == [(fonts / name).is_file() for name in named]
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text("utf-8")


def test_letters_are_offered_where_there_are_letters(tmp_path):
    """The foot of every page has a labelled form when the blog has a newsletter and a service, and else none."""
    content = ROOT / "tests/site/content"
    build_site(content, tmp_path / "a/output", SEARCH=False, NEWSLETTER=True, SERVICE_ADDRESS="https://talk.example")
    build_site(content, tmp_path / "b/output", SEARCH=False, NEWSLETTER=True)
    for page, lang in (("index.html", "es"), ("404.html", "es"), ("en/index.html", "en")):
        foot = BeautifulSoup((tmp_path / "a/output" / page).read_bytes(), "lxml").select_one("body > footer")
        assert foot.form["action"] == "https://talk.example/newsletter"
        field = foot.select_one("input[type=email]")
        assert foot.select_one(f"label[for={field['id']}]").text
        assert foot.select_one(f"#{field['aria-describedby']}").text
        assert foot.select_one("input[name=lang]")["value"] == lang
        assert "/newsletter" not in (tmp_path / "b/output" / page).read_text("utf-8")


def test_a_part_is_the_same_in_its_place(tmp_path, site):
    """Our parts are read as if they stood where they are included; each by itself, no page differs."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests/site/content", content)
    (content / "theme" / "templates").mkdir(parents=True)
    build_site(content, tmp_path / "output", SEARCH=False)
    pages = sorted(path.relative_to(site) for path in site.rglob("*.html"))
    assert pages
    assert [] == [page for page in pages if (site / page).read_bytes() != (tmp_path / "output" / page).read_bytes()]


def test_what_a_part_sets_ends_with_it():
    """Read in its place, a part sees what was set before and by a loop, changes nothing after, and may hold itself."""
    sources = {
        "page": '{% set a = 1 %}\n{% for n in (1, 2) %}\n  {% include "part" %}\n{% endfor %}\n{{ a }}',
        "part": "{% if n > 1 %}\n{{ a }}{{ n }}\n{% endif %}\n{% set a = 5 %}{{ a }}\n",
        "tree": '({{ kin|length }}{% for kin in kin %}{% include "tree" %}{% endfor %})\n',
    }
    drawn = []
    for loader in (jinja2.DictLoader(sources), WholeTemplates(jinja2.DictLoader(sources))):
        made = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)
        drawn.append([made.get_template(name).render(kin=[[[]], []]) for name in ("page", "tree")])
    assert drawn[0] == drawn[1]


def test_compiled_templates_are_not_called_the_old_way(tmp_path):
    """An update that gives a filter the context finds no templates that were compiled without."""
    text = "{{ 'es'|named }}"
    (tmp_path / "page.html").write_text(text)

    def environment():
        made = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), autoescape=True)
        templates.equip(made, {"CACHE_PATH": str(tmp_path / "cache")})
        return made

    def with_context(context, word):
        return f"{context['who']} {word}"

    made = environment()
    made.filters["named"] = str.upper
    made.bytecode_cache = templates.bytecode_cache(tmp_path / "cache" / templates.calls_of(made))
    assert "ES" == made.get_template("page.html").render(who="Ana")
    made = environment()
    made.filters["named"] = jinja2.pass_context(with_context)
    made.bytecode_cache = templates.bytecode_cache(tmp_path / "cache" / templates.calls_of(made))
    assert "Ana es" == made.get_template("page.html").render(who="Ana")


@pytest.mark.parametrize("name", ["alegreya-ext", "alegreya-italic-ext"])
def test_the_font_has_the_names_of_half_of_europe(name):
    """All of Latin Extended-A and the Romanian letters: «Žižek contra Milošević» is one font."""
    font = ImageFont.truetype(ROOT / "theme" / "fonts" / f"{name}.woff2", 40)
    missing = bytes(font.getmask("\uffff"))
    letters = [*map(chr, (*range(0x100, 0x131), *range(0x134, 0x149), *range(0x14A, 0x180), *range(0x218, 0x21C)))]
    assert [] == [letter for letter in letters if letter not in "Œœı" and bytes(font.getmask(letter)) == missing]


@pytest.mark.parametrize("first", [0, 1])
def test_what_is_put_out_is_escaped_as_jinja_does(first):
    """A text, and the same that is marked as HTML already, are equal to each other: none is taken for the other."""
    values = ["<b>&'\"ñ", Markup("<b>&'\"ñ"), 7, None, SimpleNamespace(__html__=lambda: "<i>"), ["<"]]
    values = values[first:] + values[:first]
    source = jinja2.DictLoader({"page.html": "{% for one in values %}{{ one }}|{% endfor %}"})
    plain, ours = (jinja2.Environment(loader=source, autoescape=True) for _ in range(2))
    template = remembering(ours)("page.html")
    expected = plain.get_template("page.html").render(values=values)
    assert [expected, expected] == [template.render(values=values) for _ in range(2)]
    assert "&lt;b&gt;" in expected and "|<b>" in f"|{expected}"
