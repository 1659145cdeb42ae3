"""A public setting that makes no sense is one line with its name and what to write, before anything is built."""

import errno
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from pelican.settings import DEFAULT_CONFIG

from tertulia import defaults
from tertulia.commands import build
from tertulia.core import conf
from tertulia.core.errors import SettingError
from tertulia.core.public_kinds import OLD, PLACES, TYPES, refuse

ROOT = Path(__file__).parent.parent
OURS = {name: value for name, value in vars(defaults).items() if name.isupper()}
# The theme looks at these itself, and says what there is to choose from.
OF_THE_THEME = {"COLORS", "FONTS", "DESIGN", "LAYOUT", "EXTRAS"}
# Nobody reads these here (docs/settings.md), or they are for the command line of Pelican.
NOT_READ = {
    "DEFAULT_DATE",
    "ARTICLE_TRANSLATION_ID",
    "PAGE_TRANSLATION_ID",
    "ARTICLE_PERMALINK_STRUCTURE",
    "PELICAN_CLASS",
}
KINDS = {name for _, names in TYPES.values() for name in names}
ADDRESSES = {f"{place}_{what}" for place in PLACES for what in ("URL", "SAVE_AS") if "FEED" not in place}
FILES = {f"{place}_{what}" for place in PLACES for what in ("ATOM", "RSS") if "FEED" in place}
ODD = (5, -1, 1.5, b"x", object(), lambda: 0, [1], [None], [[]], [("a", "b", "c")], {1: 2}, {"a": object()}, "\ud800")


def test_every_setting_has_a_kind():
    """Each that we document, each of the house's and each of Pelican's; and what nobody wrote is right."""
    documented = set(re.findall(r"^\|.*", (ROOT / "docs/settings.md").read_text("utf-8"), re.M))
    names = {name for row in documented for name in re.findall(r"`([A-Z][A-Z_]{2,})`", row.split("|")[1])}
    known = set(OLD) | KINDS | ADDRESSES | FILES | OF_THE_THEME | NOT_READ | {"PAGINATION_PATTERNS"}
    assert set() == (names | set(OURS) | set(DEFAULT_CONFIG)) - known
    refuse(DEFAULT_CONFIG | OURS, {})


@pytest.mark.parametrize("name", sorted(KINDS | ADDRESSES | FILES | {"PAGINATION_PATTERNS"}))
def test_another_kind_is_refused_by_name(name):
    """Whatever was written there; and no word of Python's stands in the line."""
    said = {repr(value): refusal(name, value) for value in ODD}
    refused = {value: line for value, line in said.items() if line}
    assert len(refused) >= 7 and "b'x'" in refused, said
    for line in refused.values():
        assert line.startswith(f"{name} es «") and "\n" not in line
        assert not re.search(r"<|object|Path\(|kind_", line)


def refusal(name, value):
    """What is said of a setting; "" when it is taken."""
    try:
        refuse({name: value}, {})
    except SettingError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARTICLE_URL", "{slug"), ("ARTICLE_URL", "{}"), ("ARTICLE_URL", ""), ("ARTICLE_URL", "entradas/"),
        ("ARTICLE_SAVE_AS", "/{slug}.html"), ("ARTICLE_SAVE_AS", "../{slug}.html"), ("ARTICLE_SAVE_AS", "{slug}/"),
        ("TAG_URL", "{date:%Y}/"), ("TAG_SAVE_AS", "etiqueta/index.html"), ("SERIES_URL", "serie/{nombre}/"),
        ("YEAR_ARCHIVE_SAVE_AS", "archivo/index.html"), ("MONTH_ARCHIVE_SAVE_AS", "{date:%m}/index.html"),
        ("ARCHIVES_URL", "{slug}/"), ("INDEX_SAVE_AS", ""), ("PAGINATION_PATTERNS", [(1, "{url}", "{save_as}")]),
        ("PAGINATION_PATTERNS", [(1, "{nope}", "a.html"), (2, "{number}/", "{number}.html")]),
        ("CATEGORY_FEED_ATOM", "feeds/category.xml"), ("TAG_FEED_RSS", "feeds/%s.xml"), ("FEED_ALL_ATOM", "../a.xml"),
        ("FILENAME_METADATA", "("),
        ("INTRASITE_LINK_REGEX", "x"), ("JINJA_ENVIRONMENT", {"a": 1}),
        ("SITE_ADDRESS", "blog.example"), ("MENU", [("Uno",)]), ("SOCIAL", {"a": "b"}),
        ("CLEAN_URLS", True),
    ],
)  # fmt: skip
def test_what_would_leave_out_every_page_is_refused(name, value):
    """An address that cannot be formed, that two things would share, or that is no place of the site."""
    with pytest.raises(SettingError, match=name):
        refuse({name: value}, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARTICLE_URL", "{date:%Y}/{date:%b}/{date:%d}/{slug}/"), ("ARTICLE_URL", "{category}/{slug}.html"),
        ("ARTICLE_URL", "{date.year}/{id}"), ("ARTICLE_URL", "{mood}/{slug}/"), ("CATEGORY_SAVE_AS", ""),
        ("DAY_ARCHIVE_SAVE_AS", "{date:%Y}/{date:%j}.html"), ("FEED_ALL_ATOM", None),
        ("MENU", [["Uno", "uno/"]]), ("MENU", {"es": [("a", "b")]}),
        ("TAGLINE", {"es": "a"}), ("SITENAME", {"es": "a", "ar": "b"}),
        ("CONTENT_LICENSE", {"es": "a"}), ("DEFAULT_PAGINATION", False), ("PATH", Path("content")),
        ("LANGUAGES", {"es"}),
        ("PAGINATION_PATTERNS", DEFAULT_CONFIG["PAGINATION_PATTERNS"]), ("PLUGINS", [SimpleNamespace(register=print)]),
        ("MY_OWN", object()),
    ],
)  # fmt: skip
def test_what_makes_sense_is_taken(name, value):
    """Pelican's ways to write addresses, and ours."""
    refuse({name: value}, {})


@pytest.fixture
def blog(tmp_path, monkeypatch):
    """``blog(lines)`` builds a blog of one post with those lines in its settings; gives the report."""
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "content/posts/a.md").write_text("Título: Uno\nFecha: 2026-01-02\nTema: Ya\n\nHola.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(lines):
        path = tmp_path / "pelicanconf.py"
        path.write_text(f"from tertulia.defaults import *\nSEARCH = SOCIAL_CARDS = False\n{lines}\n", "utf-8")
        return build.run(tmp_path, tmp_path / "output", "pelicanconf.py")

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('ARTICLE_URL = "{nope}/{slug}/"', "ARTICLE_URL es «{nope}/{slug}/», y ahí va una dirección sin «{nope}»"),
        ('PATH = "nada"', "PATH es «nada», y ahí va una carpeta que exista"),
        ('THEME = "nada"', "THEME es «nada», y ahí va la carpeta de un tema"), ("PLUGINS = [5]", "PLUGINS es «[5]»"),
        ("THEME = 5", "THEME es «5»"), ("DEFAULT_LANG = None", "DEFAULT_LANG es «None»"),
        ("PLUGINS = []", "PLUGINS es «[]», y ahí va una lista con los de la casa"),
        ('THEME = "simple"\nPLUGINS = ["suyo"]', "PLUGINS es «['suyo']», y ahí va una lista con los de la casa"),
        ("TEMPLATE_EXTENSIONS = []", "TEMPLATE_EXTENSIONS es «[]», y ahí va una lista de terminaciones"),
        ("MENU = [1]", "MENU es «[1]»"), ("PAGINATION_PATTERNS = 5", "PAGINATION_PATTERNS es «5»"),
        ('ARTICLE_PATHS = ["psots"]', "ARTICLE_PATHS es «['psots']»"), ("ARTICLE_PATHS = []", "ARTICLE_PATHS es «[]»"),
        ('IGNORE_FILES = ["*"]', "IGNORE_FILES es «['*']»"), ('PATH = "content/posts"', "PATH es «"),
        ("SITENAME = Ana", "pelicanconf.py:3: no se sabe qué es «Ana»"),
        ("SITENAME = (", "pelicanconf.py:3: así no es Python"),
        ("import no_such_thing", "pelicanconf.py:3: «no_such_thing» no está instalado"),
        ('SITENAME = "a" + 5', "pelicanconf.py:3: esta línea no se puede calcular"),
    ],
)  # fmt: skip
def test_a_slip_in_the_settings_stops_the_build_with_one_line(blog, lines, said):
    """Nothing is built, and nothing else is told."""
    report = blog(lines)
    assert report.failure.startswith(said) and "\n" not in report.failure
    assert not re.search(r"Error|Traceback|invalid|must", report.failure)
    assert [] == report.remarks


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "file"),
    [
        ('ARTICLE_URL = "{date:%Y}/{slug}/"', "2026/uno/index.html"), ('ARTICLE_URL = "{slug}.html"', "uno.html"),
        ('ARTICLE_SAVE_AS = "blog/{slug}/index.html"', "blog/uno/index.html"),
    ],
)  # fmt: skip
def test_an_address_takes_its_file_along(blog, lines, file):
    """Who sets one of the two need not know of the other; a link leads to what is there."""
    assert "" == blog(lines).failure
    assert Path("output", file).is_file()
    assert f"/{file.removesuffix('index.html')}" in Path("output/index.html").read_text("utf-8")


@pytest.mark.slow
def test_readers_of_pelicans_feeds_go_on_reading(blog):
    """Where the settings that came along name a feed, there is ours, and nothing is written by Pelican."""
    places = {"FEED_ALL_ATOM": "f/all.xml", "CATEGORY_FEED_RSS": "f/{slug}.rss", "AUTHOR_FEED_ATOM": None}
    assert [] == blog("\n".join(f"{name} = {place!r}" for name, place in places.items())).of("warning")
    assert Path("output/feeds/atom.xml").read_bytes() == Path("output/f/all.xml").read_bytes()
    assert Path("output/tema/ya/rss.xml").read_bytes() == Path("output/f/ya.rss").read_bytes()


def test_every_task_refuses_what_a_build_would(tmp_path):
    """Those that only read the plain values too."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 5\n")
    with pytest.raises(SettingError, match="SITENAME es «5»"):
        conf.settings(tmp_path)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b'A = 1\nSOCIAL = {["a", "b"]}\n', "pelicanconf.py:2: "), (b'MENU = {["a"]: 1}\n', "pelicanconf.py:1: "),
        (b"A = " + b"-" * 5000 + b"1\n", "pelicanconf.py:1: "), (b'SITENAME = "Espa\xf1a"\n', "UTF-8"),
        (b'# coding: no-such\nSITENAME = "a"\n', "UTF-8"), ('SITENAME = "a"\n'.encode("utf-16"), "UTF-8"),
        (b'SITENAME = "a"\n' + 'TAGLINE = "b"\n'.encode("utf-16-le"), "UTF-8"),
    ],
)  # fmt: skip
def test_no_task_shows_pythons_own_words(tmp_path, written, said):
    """Of a list where none may stand, of signs without end, of another encoding."""
    (tmp_path / "pelicanconf.py").write_bytes(written)
    with pytest.raises(SettingError, match=re.escape(said)):
        conf.settings(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_blog_is_one_whatever_its_settings_were_saved_in(tmp_path, encoding):
    """Editors of Windows save as UTF-16: what is wrong is told, and not that there is no blog."""
    (tmp_path / "pelicanconf.py").write_text("from tertulia.defaults import *\n", encoding)
    assert conf.is_blog(tmp_path)


def test_what_stops_a_build_is_told_of_the_file_that_it_is_in(tmp_path):
    """Of the settings that the others import, where these cannot be read; and of those that are not there."""
    (tmp_path / "pelicanconf.py").write_text("A = 1\n", "utf-16")
    (tmp_path / "publishconf.py").write_text("from pelicanconf import *\n")
    told = conf.failed(SyntaxError("(unicode error) …"), tmp_path / "publishconf.py")
    assert str(told).startswith(str(tmp_path / "pelicanconf.py")) and "UTF-8" in str(told)
    absent = FileNotFoundError(errno.ENOENT, "No such file or directory", str(tmp_path / "gone.py"))
    assert str(conf.failed(absent, tmp_path / "gone.py")).endswith("gone.py no se puede leer: no está ahí")


@pytest.mark.parametrize(
    "written", [b'\xef\xbb\xbfSITENAME = "Espa\xc3\xb1a"\n', b'# coding: latin-1\nSITENAME = "Espa\xf1a"\n']
)
def test_every_task_reads_the_settings_as_a_build_does(tmp_path, written):
    """With the mark that some editors put in front, and in the encoding that the file names."""
    (tmp_path / "pelicanconf.py").write_bytes(written)
    assert "España" == conf.settings(tmp_path)["SITENAME"]
    new = conf.rewrite(conf.text(tmp_path / "pelicanconf.py"), {"SITENAME": "Año — uno"})
    (tmp_path / "pelicanconf.py").write_bytes(conf.encoded(new))
    assert "Año — uno" == conf.settings(tmp_path)["SITENAME"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ 1|shout }}", "no hay ningún filtro «shout»"), ("{{ 1 is long }}", "no hay ninguna comprobación «long»"),
        ("{{ year() }}", "nadie dice qué es «year»"),
    ],
)  # fmt: skip
def test_what_a_theme_of_ones_own_lacks_is_named(blog, tmp_path, template, said):
    """With its place, and where a blog sets it, in the blog's own language."""
    (tmp_path / "mine/templates").mkdir(parents=True)
    for name in ("index", "article"):
        (tmp_path / f"mine/templates/{name}.html").write_text(f"<p>\n{template}", "utf-8")
    failure = blog('THEME = "mine"\nTHEME_STATIC_PATHS = []').failure
    assert re.match(rf"mine/templates/\w+\.html:2: {said}", failure), failure
