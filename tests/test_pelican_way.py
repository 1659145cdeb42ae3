"""The Pelican way: stock themes, Markdown extensions and plugins of others work as they are, or are told by name."""

import importlib.util
import logging
import re
from urllib.parse import unquote

import markdown
import pytest
from pelican.contents import Article
from pelican.settings import DEFAULT_CONFIG
from PIL import Image

from tertulia import defaults
from tertulia.core.errors import SettingError
from tertulia.site.contents import TAKEN
from tests.conftest import ROOT

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
    assert [] == blog(THEME=theme, SOCIAL=defaults.SOCIAL)  # as it is where a blog does not say
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


# A theme of one's own with the contract of Flex (https://github.com/alexandrevicenzi/Flex): each variable that its
# templates read, and none of ours.
FLEX = {
    "base": """<!doctype html><html lang="{{ DEFAULT_LANG }}"><head>
<title>{% block title %}{{ SITENAME }}{% endblock %}</title>
{% if FEED_ALL_ATOM %}<link href="{{ FEED_DOMAIN }}/{{ FEED_ALL_ATOM }}" rel="alternate">{% endif %}
<link rel="stylesheet" href="{{ SITEURL }}/{{ THEME_STATIC_DIR }}/style.css">{% block meta %}{% endblock %}</head><body>
<a href="{{ SITEURL }}/">{{ SITETITLE|default(SITENAME) }}</a>
{% if pages and DISPLAY_PAGES_ON_MENU %}
{% for p in pages %}<a href="{{ SITEURL }}/{{ p.url }}">{{ p.title }}</a>{% endfor %}{% endif %}
{% for name, link in LINKS %}<a href="{{ link }}">{{ name }}</a>{% endfor %}
{% for name, link in MENUITEMS %}<a href="{{ link }}">{{ name }}</a>{% endfor %}
{% block content %}{% endblock %}</body></html>""",
    "index": """{% extends "base.html" %}{% block content %}{% for article in articles_page.object_list %}
<h2><a href="{{ SITEURL }}/{{ article.url }}">{{ article.title }}</a></h2>{{ article.locale_date }}
<a href="{{ SITEURL }}/{{ article.category.url }}">{{ article.category }}</a>{{ article.summary }}{% endfor %}
{% if articles_page.has_other_pages() %}{{ articles_page.number }} / {{ articles_paginator.num_pages }}
{% if articles_page.has_next() %}<a href="{{ SITEURL }}/{{ articles_next_page.url }}">→</a>{% endif %}
{% endif %}{% endblock %}""",
    "article": """{% extends "base.html" %}{% block title %}{{ SITENAME }} - {{ article.title|striptags }}{% endblock %}
{% block meta %}<meta name="description" content="{{ article.summary|striptags|escape }}">
{% for tag in article.tags %}
<meta property="article:tag" content="{{ tag }}">{% endfor %}{% endblock %}
{% block content %}<h1>{{ article.title }}</h1>
<time datetime="{{ article.date.isoformat() }}">{{ article.locale_date }}</time>
{% if article.modified %}{{ article.locale_modified }}{% endif %}{{ article.content }}
{% for t in article.translations %}<a href="{{ SITEURL }}/{{ t.url }}">{{ t.lang }}</a>{% endfor %}
{% for tag in article.tags %}<a href="{{ SITEURL }}/{{ tag.url }}">{{ tag }}</a>{% endfor %}
{% if article.author %}{{ article.author }}{% endif %}
{% if related_posts %}{{ related_posts|length }}{% endif %}{% endblock %}""",
    "page": """{% extends "base.html" %}{% block content %}<h1>{{ page.title }}</h1>{{ page.content }}{% endblock %}""",
    "archives": """{% extends "base.html" %}{% block content %}{% for article in dates %}
{{ article.date.strftime("%d") }}
<a href="{{ SITEURL }}/{{ article.url }}">{{ article.title }}</a>{% endfor %}{% endblock %}""",
    "categories": """{% extends "base.html" %}{% block content %}{% for category, articles in categories|sort %}
<a href="{{ SITEURL }}/{{ category.url }}">{{ category }}</a> {{ articles|count }}{% endfor %}{% endblock %}""",
    "tags": """{% extends "base.html" %}{% block content %}{% for tag, articles in tags|sort %}
<a href="{{ SITEURL }}/{{ tag.url }}">{{ tag }}</a> {{ articles|count }}{% endfor %}{% endblock %}""",
    "authors": """{% extends "base.html" %}{% block content %}{% for author, articles in authors|sort %}
<a href="{{ SITEURL }}/{{ author.url }}">{{ author }}</a> {{ articles|count }}{% endfor %}{% endblock %}""",
    **dict.fromkeys(("category", "tag", "author"), '{% extends "index.html" %}'),
    "period_archives": '{% extends "archives.html" %}',
}


@pytest.fixture
def flex(tmp_path):
    """The folder of that theme."""
    for name, text in FLEX.items():
        (tmp_path / "flex" / "templates").mkdir(parents=True, exist_ok=True)
        (tmp_path / "flex" / "templates" / f"{name}.html").write_text(text, "utf-8")
    (tmp_path / "flex" / "static").mkdir()
    (tmp_path / "flex" / "static" / "style.css").write_text("p { margin: 0 }\n")
    return str(tmp_path / "flex")


def test_a_theme_with_the_contract_of_flex_builds_a_readable_site(blog, flex):
    """What its templates ask for is there: lists, dates, translations, menus, feeds."""
    settings = {
        "LINKS": [("Ana", "https://ana.example")],
        "MENUITEMS": [("Archivo", "/archivo/")],
        "DEFAULT_PAGINATION": 1,
    }
    assert [] == blog(THEME=flex, **settings)
    home, page = blog.page("index.html"), blog.page("2026/11/uno-b-dos/index.html")
    assert "1 / 1" not in home and "→" in home and "Acerca de" in home and "https://ana.example" in home
    assert "<p>Hola <em>mundo</em>" in page and "<h1>Uno &lt;b&gt; &amp; dos</h1>" in page
    assert 'href="/tema/c-a/"' in blog.page("temas/index.html") and "año" in blog.page("etiquetas/index.html")
    for path in re.findall(r'href="(/[^"#]*)"', home + page):
        target = blog.output / unquote(path).strip("/")
        assert target.is_file() or (target / "index.html").is_file(), path


@pytest.mark.parametrize("theme", ["house", "flex"])
def test_the_addresses_that_pelican_has_by_itself_are_kept(blog, flex, theme):
    """By the lines of the documentation: lists that are files, ``tag/x.html``, have their feeds beside them."""
    post = "Título: {n}\nId: {n}\nFecha: 2026-11-0{n}\nEtiquetas: mar\nCategoría: C\n\nHola.\n"
    files = {f"posts/{n}.md": post.format(n=n) for n in range(1, 4)}
    asked = {"THEME": flex} if theme == "flex" else {}
    told = (ROOT / "docs" / "settings.md").read_text("utf-8").partition("Coming from Pelican")[2]
    places = dict(re.findall(r'^([A-Z_]+) = "([^"]+)"$', told, re.MULTILINE))
    of_pelican = [name for name in places if places[name] == DEFAULT_CONFIG.get(name, places[name])]
    told = [line for line in blog(files, DEFAULT_PAGINATION=1, **asked, **places) if "SITEURL" not in line]
    assert (list(places), []) == (of_pelican, told)
    lists = ("tags.html", "categories.html", "authors.html", "archives.html", "tag/mar.html", "category/c.html")
    feeds = ("tag/mar/atom.xml", "category/c/feed.json", "feeds/all.atom.xml", "feeds/c.atom.xml")
    assert [] == [path for path in ("1.html", *lists, *feeds) if not (blog.output / path).is_file()]
    if theme == "house":
        assert 'href="/tag/mar/atom.xml"' in blog.page("tag/mar.html")
        assert 'href="/category/c/atom.xml"' in blog.page("category/c.html")


def test_slugs_and_categories_of_files_are_kept(blog):
    """By Pelican's settings, for what says none; what a post says of itself holds."""
    said = "posts/obras/2023-02-10-puente-viejo.md", "posts/obras/b.md", "pages/yo.md"
    heads = ("Title: A", "Title: B\nDate: 2023-02-11\nSlug: otro\nCategory: Mar", "Title: Acerca de mí")
    asked = {"SLUGIFY_SOURCE": "basename", "USE_FOLDER_AS_CATEGORY": True}
    blog({path: f"{head}\n\nHola.\n" for path, head in zip(said, heads, strict=True)}, **asked)
    there = ("2023/02/puente-viejo", "2023/02/otro", "yo", "tema/obras", "tema/mar")
    assert [] == [path for path in there if not (blog.output / path / "index.html").is_file()]


def test_a_theme_gets_the_keys_that_only_it_knows(blog, flex, tmp_path):
    """As they are written, under their name in small letters, where they stand in for nothing that a post has."""
    names = ("subtitle", "image", "metadata['gallery']", "none", "cover", "url", "content")
    asked = "|".join(f"{{{{ article.{name} }}}}" for name in names)
    (tmp_path / "flex/templates/article.html").write_text(asked)
    head = "Title: A\nDate: 2026-11-01\nId: a\nSubtitle: o casi\nImage: images/a.png\nImage alt: Un mar\n"
    held = "Gallery: puente\nURL: x\nContent: x\nSettings: x\nGet_content: x\n_content: x\n"
    (tmp_path / "content/images").mkdir(parents=True)
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "content/images/a.png")
    told = blog({"posts/a.md": f"{head}{held}\nHola.\n"}, THEME=flex)
    page = blog.page("2026/11/a/index.html")
    assert re.match(r"o casi\|images/a.png\|puente\|\|images/a\.\w+\.png\|2026/11/a/\|<p>Hola", page)
    assert any("Gallery" in line and "un tema" in line for line in told)


def test_what_both_pelican_and_we_serve_as_it_is_is_not_told(blog):
    """Files of ``content/extra/`` that old settings name as well; ``robots.txt`` is the author's."""
    named = ("CNAME", "robots.txt")
    paths = {"STATIC_PATHS": [f"extra/{name}" for name in named]}
    paths["EXTRA_PATH_METADATA"] = {f"extra/{name}": {"path": name} for name in named}
    files = {"extra/CNAME": "blog.example\n", "extra/robots.txt": "User-agent: x\n"}
    assert [] == blog({**POSTS, **files}, **paths)
    assert ["blog.example\n", "User-agent: x\n"] == [blog.page(name) for name in named]


@pytest.mark.real
def test_reflex_which_was_flex_builds_a_readable_site(blog):
    """A fork of Flex that can be installed. It wants CC_LICENSE, under Pelican alone as well."""
    found = importlib.util.find_spec("pelican.themes.reflex")
    if not found:
        pytest.skip("pip install pelican-theme-reflex")
    told = blog(THEME=found.submodule_search_locations[0], CC_LICENSE={})
    assert [] == [line for line in told if line.startswith("content/")]
    page = blog.page("2026/11/uno-b-dos/index.html")
    assert "<p>Hola <em>mundo</em>" in page and "Uno &lt;b&gt; &amp; dos" in page


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
    others = {"DEFAULT_DATE": "fs", "DEFAULT_ORPHANS": 2, "RELATIVE_URLS": True}
    (told,) = blog(TYPOGRIFY=True, **others)
    names = re.match(r"pelicanconf.py: (.*) no hace nada aquí", told)[1].split(", ")
    assert {"TYPOGRIFY", *others} == set(names)
    assert 'href="/2026/11/' in blog.page("index.html")


def test_no_key_of_an_author_stands_in_for_what_pelican_works_with():
    """Each name of its articles is taken."""
    assert set() == {name for name in dir(Article) if not name.startswith("_")} - TAKEN


def test_a_theme_of_others_has_what_pages_of_lists_it_asks_for(blog):
    """There Pelican shares lists out, and obeys."""
    said = blog(THEME="notmyidea", DEFAULT_ORPHANS=2)
    assert [] == [line for line in said if "DEFAULT_ORPHANS" in line]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOC_WORDS", "muchas", "ahí va un número"), ("DEFAULT_PAGINATION", "x", "ahí va un número"),
        ("RELATED_POSTS", None, "ahí va un número"), ("FEED_MAX_ITEMS", -1, "ahí va un número"),
        ("LANGUAGES", ("es"), "ahí va una lista"), ("ALLOWED_HOSTS", "x.example", "ahí va una lista"),
        ("PICTURE_HOSTS", 5, "ahí va una lista"),
    ],
)  # fmt: skip
def test_a_setting_of_another_kind_is_named(blog, name, value, said):
    """In one line, before every post is left out because of it."""
    with pytest.raises(SettingError, match=f"{name} es .*{said}"):
        blog(**{name: value})


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
ALLOWED = ["cdnjs.cloudflare.com", "www.youtube.com"]  # whom the first and the last but one have a browser ask
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
    asked = {"SITEMAP": {"format": "xml"}, "LIQUID_TAGS": ["youtube"], "ALLOWED_HOSTS": ALLOWED}
    told = blog({**POSTS, "posts/m.md": text}, PLUGINS=plugins, **asked)
    uncaptured = [line for line in told if "sin capturar" in line]  # a video of liquid_tags is one of ours
    assert [] == [line for line in told if line.startswith(("content/", "plugins/")) and line not in uncaptured]
    path, words = PLUGINS[name]
    assert words in blog.page(path)
