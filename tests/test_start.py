"""A blog of one's own: settings read and rewritten where they stand, ``new``, ``start``."""

import dataclasses
import datetime as dt
import io
import sys
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tertulia.commands import (
    new,
    start,
)
from tertulia.core import conf, languages
from tertulia.core.errors import ContentError, SettingError
from tertulia.syndication.declared import env_example

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))

CONF = '''\
"""Settings."""
# ── Who and where ──
SITENAME = "La sobremesa"  # the blog's name
TAGLINE = {"es": "Una línea",
           "en": "A line"}  # by language
SITE_ADDRESS = "https://tertulia.example"
AUTHOR = "Remedios Luque"
DEFAULT_LANG = "es"  # "es" or "en"
TIMEZONE = "Europe/Madrid"
ANNOUNCE_SINCE = "2020-01-01"
SITEURL = SITE_ADDRESS.removeprefix("https://tertulia.example")
'''


@pytest.fixture
def blog(tmp_path) -> Path:
    """A clone with the sample in it, its path with a blank and an ñ."""
    root = tmp_path / "mi blog ñ"
    for folder in ("content/posts/2021", "content/pages", "content/images"):
        (root / folder).mkdir(parents=True)
    (root / "pelicanconf.py").write_text(CONF, "utf-8")
    (root / "content/.sample").write_text("sample", "utf-8")
    (root / "content/posts/2021/2021-03-09_el-silbato.md").write_text("Título: El silbato\n\nPitó.\n", "utf-8")
    (root / "content/pages/acerca-de.md").write_text("Título: Acerca de\n\nNosotros.\n", "utf-8")
    (root / "content/people.toml").write_text('[reme]\nname = "Remedios"\n', "utf-8")
    return root


ANSWERS = start.Answers("es", "El rincón", "Un sitio", "https://rincon.example", "Ñandú Pérez", "America/Bogota")


def test_values_are_read_without_running_the_file(tmp_path):
    """Literals are values; what is computed is left out."""
    (tmp_path / "c.py").write_text('A = "á"\nB = ("es", "en")\nC = A + "x"\nimport nothing_of_that_name\n', "utf-8")
    assert conf.read(tmp_path / "c.py") == {"A": "á", "B": ("es", "en")}


def test_a_value_is_rewritten_on_its_line():
    """Only the value changes: comments, order and other lines stay, also after a value of several lines."""
    changed = conf.rewrite(CONF, {"SITENAME": "El rincón", "TAGLINE": "Otra", "TIMEZONE": "UTC"})
    expected = (
        CONF.replace('"La sobremesa"', '"El rincón"')
        .replace('{"es": "Una línea",\n           "en": "A line"}', '"Otra"')
        .replace("Europe/Madrid", "UTC")
    )
    assert expected == changed


@pytest.mark.parametrize("text", ['con "comillas"', "barra \\ y más", "línea\nnueva", "", "ñ 👩‍👧 '", '"""', "{x}"])
def test_any_text_survives_rewriting(text):
    """Whatever a person types as a name is read back as it was, and the file still runs."""
    changed = conf.rewrite(CONF, {"SITENAME": text, "NEW_ONE": text})
    space: dict[str, object] = {}
    exec(compile(changed, "conf", "exec"), space)
    assert (text, text) == (space["SITENAME"], space["NEW_ONE"])


def test_broken_settings_are_told_by_line(tmp_path):
    """A settings file that is not Python gives its line, and the language falls back to Spanish."""
    path = tmp_path / "pelicanconf.py"
    path.write_text("A = 1\nB = (\n", "utf-8")
    with pytest.raises(SettingError, match=r"pelicanconf\.py:2: "):
        conf.read(path)
    assert "es" == conf.language(path)


# ── new ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_post_has_its_metadata(tmp_path):
    """A post is written where it belongs with its fields in the blog's language."""
    path = new.create(tmp_path, "  ¿El voto   útil? ", NOON, "1a2b3c4d", author="Ana Ruiz", draft=True)
    assert "posts/2026/2026-11-22_el-voto-util.md" == path.relative_to(tmp_path).as_posix()
    expected = (
        "Título: ¿El voto útil?\nFecha: 2026-11-22 12:00\nId: 1a2b3c4d\nAutor: Ana Ruiz\n"
        "Categoría:\nEtiquetas:\nResumen:\nEstado: borrador\n\nEscribe aquí.\n"
    )
    assert expected == path.read_text("utf-8")


def test_a_new_post_in_english(tmp_path):
    """An English blog gets English keys; another language than the blog's shows in the file's name."""
    languages.speak("en")
    path = new.create(tmp_path, "El año", NOON, "1a2b3c4d", lang="es", draft=False)
    assert "2026-11-22_el-ano.es.md" == path.name
    expected = ["Title: El año", "Date: 2026-11-22 12:00", "Id: 1a2b3c4d", "Lang: es", "Category:", "Tags:", "Summary:"]
    assert expected == path.read_text("utf-8").partition("\n\n")[0].splitlines()


def test_a_new_post_is_understood_by_our_own_reader(tmp_path):
    """What ``new`` writes, the metadata reader takes without one complaint."""
    from tertulia.content import header as headers
    from tertulia.content import metadata

    for language in ("es", "en"):
        languages.speak(language)
        path = new.create(tmp_path / language, "Título: con dos puntos", NOON, "1a2b3c4d", author="Ana", draft=True)
        header = headers.split(path.read_text("utf-8"), "x.md")
        meta = metadata.interpret(header, "x.md", ZoneInfo("Europe/Madrid"))
        assert (meta.problems, meta.status, meta.date, meta.id) == ([], "draft", NOON, "1a2b3c4d")


def test_new_never_overwrites(tmp_path):
    """A second post of the same day and title is refused, and the first stays as it was."""
    path = new.create(tmp_path, "Uno", NOON, "11111111")
    with pytest.raises(ContentError, match="ya hay una entrada"):
        new.create(tmp_path, "Uno", NOON, "22222222")
    assert "11111111" in path.read_text("utf-8")


def test_new_needs_a_title(tmp_path):
    """An empty title is refused; one without a letter takes the id for its name."""
    with pytest.raises(ContentError):
        new.create(tmp_path, "   ", NOON, "11111111")
    assert "2026-11-22_11111111.md" == new.create(tmp_path, "¿?", NOON, "11111111").name


def test_a_long_title_is_cut_at_a_word():
    """The name of the file ends with a whole word."""
    slug = new.short_slug("Lo que nadie cuenta de las colas " * 4)
    assert (True, True) == (len(slug) <= 60, "lo que nadie cuenta de las colas".find(slug.split("-")[-1]) >= 0)


# ── start ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_start_makes_the_clone_ones_own(blog):
    """Names are written, the sample goes aside whole, and a first post and pages are left to edit."""
    done = start.apply(blog, ANSWERS, NOON, "1a2b3c4d")
    values = conf.read(blog / "pelicanconf.py")
    expected = {
        "SITENAME": "El rincón", "TAGLINE": "Un sitio", "SITE_ADDRESS": "https://rincon.example", "DEFAULT_LANG": "es",
        "AUTHOR": "Ñandú Pérez", "TIMEZONE": "America/Bogota", "ANNOUNCE_SINCE": "2026-11-22",
        "DEFAULT_CATEGORY": "Notas", "CONTENT_LICENSE": "", "CONTENT_LICENSE_URL": "",
    }  # fmt: skip
    assert expected == values
    aside = blog / "contenido-de-muestra"
    assert (aside / "posts/2021/2021-03-09_el-silbato.md").exists()
    assert ["reme"] == list(tomllib.loads((aside / "people.toml").read_text("utf-8")))
    assert tomllib.loads((blog / "content/people.toml").read_text("utf-8")) == {"nandu": {"name": "Ñandú Pérez"}}
    posts = [path.name for path in (blog / "content/posts").rglob("*.md")]
    assert ["2026-11-22_aqui-empieza-la-conversacion.md"] == posts
    assert {"acerca-de.md", "comentarios.md", "privacidad.md"} == {p.name for p in (blog / "content/pages").iterdir()}
    assert "@nandu" in (blog / "content/pages/acerca-de.md").read_text("utf-8")
    assert env_example("es") == (blog / ".env").read_text("utf-8")
    assert (False, 5) == (start.is_sample(blog), len(done))


def test_start_again_touches_no_post(blog):
    """The second time only the settings change, and the announcing date stays."""
    start.apply(blog, ANSWERS, NOON, "1a2b3c4d")
    post = next((blog / "content/posts").rglob("*.md"))
    post.write_text("Título: Ya es mía\n", "utf-8")
    (blog / ".env").write_text("SECRET_KEY=x\n", "utf-8")
    later = dt.datetime(2027, 5, 1, tzinfo=NOON.tzinfo)
    start.apply(blog, start.Answers("es", "Otro", "", "https://otro.example", "Ana", "UTC"), later, "ffffffff")
    assert "Título: Ya es mía\n" == post.read_text("utf-8")
    assert [post] == list((blog / "content/posts").rglob("*.md"))
    assert "SECRET_KEY=x\n" == (blog / ".env").read_text("utf-8")
    values = conf.read(blog / "pelicanconf.py")
    assert ("Otro", "2026-11-22") == (values["SITENAME"], values["ANNOUNCE_SINCE"])


def test_an_interrupted_start_can_be_run_again(blog):
    """Cut short after the sample was moved, it goes on without moving the new post."""
    (blog / ".env").write_text("SECRET_KEY=x\n", "utf-8")
    start.set_sample_aside(blog)
    start.first_files(blog / "content", ANSWERS, "nandu", NOON, "11111111")
    start.apply(blog, ANSWERS, NOON, "22222222")
    posts = list((blog / "content/posts").rglob("*.md"))
    assert 1 == len(posts)
    assert "11111111" in posts[0].read_text("utf-8")
    assert "SECRET_KEY=x\n" == (blog / ".env").read_text("utf-8")
    assert (blog / "contenido-de-muestra/posts/2021/2021-03-09_el-silbato.md").exists()


@pytest.mark.parametrize(("sample", "expected"), [(True, ""), (False, {"es": "Una línea", "en": "A line"})])
def test_a_tagline_by_language(blog, sample, expected):
    """The sample's tagline goes; the blogger's own, by language, stays when no other is given."""
    start.write_settings(blog / "pelicanconf.py", dataclasses.replace(ANSWERS, tagline=""), {}, sample=sample)
    assert expected == conf.read(blog / "pelicanconf.py")["TAGLINE"]


@pytest.mark.parametrize("language", sorted(folder.name for folder in start.FIRST.iterdir()))
def test_the_first_files_are_understood(blog, language):
    """Our own reader takes the first post and pages of each language without a complaint."""
    from tertulia.content import header as headers
    from tertulia.content import metadata

    languages.speak(language)
    answers = start.Answers(language, "Ñ", "", "https://x.example", "Ana", "UTC")
    start.first_files(blog / "new", answers, "ana", NOON, "1a2b3c4d")
    files = sorted((blog / "new").rglob("*.md"))
    problems = [
        problem
        for file in files
        for problem in metadata.interpret(
            headers.split(file.read_text("utf-8"), file.name), file.name, ZoneInfo("UTC")
        ).problems
    ]
    assert (4, []) == (len(files), problems)
    assert not any("$" in file.read_text("utf-8") for file in files)


def test_start_asks_until_an_answer_will_do():
    """A bad answer gets one line and the question again; an empty line takes what stands in brackets."""
    typed = iter(["fr", "en", "", "Tagline", "not an address", "blog.example/", "Ana", "Mars/Base", "Europe/London"])
    asked, told = [], []

    def ask(question: str) -> str:
        asked.append(question)
        return next(typed)

    defaults = start.Answers("es", "My blog", "", "https://x.example", "Me", "UTC")
    answers = start.gather(defaults, {}, ask, told.append)
    expected = start.Answers("en", "My blog", "Tagline", "https://blog.example", "Ana", "Europe/London")
    assert expected == answers
    assert (9, 3) == (len(asked), len(told))
    assert "The blog's name [My blog]: " == asked[2]  # the first answer chose the language of the rest


def test_start_by_options_asks_nothing():
    """Given answers are checked and taken, the rest stays."""
    defaults = start.Answers("es", "A", "B", "https://x.example", "C", "UTC")
    answers = start.gather(defaults, {"name": "Z", "tagline": ""}, None, print)
    assert start.Answers("es", "Z", "", "https://x.example", "C", "UTC") == answers
    with pytest.raises(SettingError, match="Marte"):
        start.gather(defaults, {"timezone": "Marte"}, None, print)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://blog.example", "https://blog.example"),
        ("http://blog.example/a/", "http://blog.example/a"),
        ("blog.example", "https://blog.example"),
        ("https://ñandú.example", "https://ñandú.example"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_addresses_that_will_do(typed, expected):
    """An address has a host; https is added, a last slash taken away."""
    assert expected == start.checked_address(typed)


@pytest.mark.parametrize(
    "typed",
    ["ftp://x.example", "https://", "mi blog", "https://x.example/?a=1", "https://x.example/#a", "javascript:alert(1)",
     "https://u:p@x.example", "https://[", "https://x.example:port", "@ana"],
)  # fmt: skip
def test_addresses_that_will_not_do(typed):
    """What cannot be a blog's address is refused in one line."""
    with pytest.raises(SettingError):
        start.checked_address(typed)


def test_start_without_a_person_says_which_options_are_missing(blog, monkeypatch):
    """With nobody to ask and answers missing, nothing is touched."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SettingError, match="--name … --author …"):
        start.run(blog, {"address": "https://x.example"}, yes=False)
    assert (blog / "pelicanconf.py").read_text("utf-8") == CONF
    assert start.is_sample(blog)
