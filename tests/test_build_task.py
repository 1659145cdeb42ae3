"""``build``: told in one line, nothing lost when it fails, where it broke."""

import logging
import os
import re
from pathlib import Path

import pytest

from tertulia.commands import build, build_report
from tertulia.commands.failures import where_it_broke
from tertulia.core import languages
from tertulia.core.errors import ContentError

ROOT = Path(__file__).resolve().parent.parent


PLUGIN = """\
import logging
from pelican import signals
log = logging.getLogger("plugins.talk")
def talk(generator):
    for article in sorted(generator.articles, key=lambda article: article.slug):
        for level, word in ((logging.ERROR, "ERROR"), (logging.WARNING, "AVISO"), (logging.INFO, "PISTA")):
            if word in article.content:
                for _ in range(9):
                    log.log(level, "%s:3: %s", article.slug, word, extra={"hint": word == "PISTA", "limit_msg": "more"})
        if "ROTO" in article.content:
            raise ZeroDivisionError("roto")
def register():
    signals.article_generator_finalized.connect(talk)
"""


@pytest.fixture
def small(tmp_path) -> Path:
    """A blog of three posts that stock Pelican builds, with a plugin that complains when asked to."""
    root = tmp_path / "blog ñ"
    (root / "content/pages").mkdir(parents=True)
    (root / "plugins").mkdir()
    (root / "plugins/__init__.py").write_text("")
    (root / "plugins/talk.py").write_text(PLUGIN, "utf-8")
    settings = (
        'import sys\nsys.path.insert(0, ".")\nSITENAME = "x"\nPATH = "content"\nTHEME = "simple"\nTIMEZONE = "UTC"\n'
        'SITEURL = "/blog"\nPLUGINS = ["plugins.talk"]\nFEED_ALL_ATOM = CATEGORY_FEED_ATOM = None\n'
        'TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None\nOUTPUT_RETENTION = [".git"]\n'
    )
    (root / "pelicanconf.py").write_text(settings, "utf-8")
    (root / "publishconf.py").write_text("from pelicanconf import *\n", "utf-8")
    for name in ("uno", "dos", "tres"):
        say_in(root, name, "Hola.")
    return root


def say_in(root: Path, name: str, text: str) -> None:
    """Write a post."""
    post = f"Title: {name}\nDate: 2024-01-01\n\n{text}\n"
    (root / "content" / f"{name}.md").write_text(post, "utf-8")


def test_a_build_is_told_in_one_line(small, capfd, monkeypatch):
    """The numbers and the seconds, and nothing when nobody complained."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    said = capfd.readouterr()
    assert ("3 entradas y 0 páginas en ", "") == (said.out[:26], said.err)
    assert (small / "output/uno.html").exists()
    assert [
        "content",
        "output",
        "pelicanconf.py",
        "plugins",
        "publishconf.py",
    ] == sorted(path.name for path in small.iterdir() if path.name != "__pycache__")


def test_complaints_are_told_once_each_and_strict_fails(small, capfd, monkeypatch):
    """All different warnings are shown, each once; strict keeps the old output."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    for number in range(7):
        say_in(small, f"otra-{number}", "AVISO PISTA")
    capfd.readouterr()
    assert not build.into_output(small, strict=True)
    said = capfd.readouterr().err
    assert [1] * 7 == [said.count(f"  otra-{number}:3: AVISO\n") for number in range(7)]
    assert (True, True) == ("7 avisos\n" in said, "7 pistas\n" in said)
    assert not (small / "output/otra-0.html").exists()
    assert build.into_output(small)
    assert (small / "output/otra-0.html").exists()


def test_hints_do_not_fail_a_strict_build(small, monkeypatch):
    """A hint is shown and fails nothing."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    say_in(small, "uno", "PISTA")
    assert build.into_output(small, strict=True)


def test_a_failed_build_leaves_the_old_output_whole(small, capfd, monkeypatch):
    """When Pelican dies, the reason is one line with its place, and output/ is what it was."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    before = {path: path.read_bytes() for path in (small / "output").rglob("*") if path.is_file()}
    say_in(small, "uno", "ROTO")
    assert not build.into_output(small)
    assert "  plugins/talk.py:11: ZeroDivisionError: roto\n" in capfd.readouterr().err
    assert before == {path: path.read_bytes() for path in (small / "output").rglob("*") if path.is_file()}
    assert [] == list(small.glob(".output-*"))


def test_an_output_that_leads_to_itself_is_the_systems_word(small, monkeypatch):
    """A link in a circle: an error that a task tells in one line, and the link stays."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (small / "output").symlink_to("output")
    with pytest.raises(NotADirectoryError):
        build.into_output(small)
    assert (small / "output").is_symlink()


@pytest.mark.parametrize("kind", ["raised", "logged"])
def test_a_full_disk_is_told_as_one(small, capfd, monkeypatch, kind):
    """Also where whoever noticed it only logs it, as Pelican does of a file that it cannot copy: output/ stays."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    capfd.readouterr()
    plugin, full = small / "plugins/talk.py", 'OSError(28, "No space left on device")'
    how = {"raised": f"raise {full}", "logged": f"try: raise {full}\n            except OSError: log.warning('ay')"}
    plugin.write_text(plugin.read_text("utf-8").replace('raise ZeroDivisionError("roto")', how[kind]), "utf-8")
    say_in(small, "uno", "ROTO")
    assert not build.into_output(small)
    told = "No se pudo construir el blog:\n  no queda sitio en el disco\noutput/ queda como estaba.\n"
    assert told == capfd.readouterr().err
    assert "ROTO" not in (small / "output/uno.html").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="no limits there")
@pytest.mark.parametrize(("posts", "expected"), [(3, 3), (3000, "no queda sitio en el disco")])
def test_a_build_can_answer_on_a_full_disk(tmp_path, posts, expected):
    """In the room that it has; an answer for which that is too small says why it is none."""
    import resource  # here, for Windows has none

    remarks = [build.Remark("warning", "ay" * 8)] * posts

    def on_full_disk(_root, arguments):
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (build.ROOM, limits[1]))
        try:
            build._answer(arguments[2], build_report.BuildReport(posts=posts, remarks=remarks))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        return 1

    report = build.run(tmp_path, tmp_path / "site", "publishconf.py", process=on_full_disk)
    assert expected in (report.failure, report.posts)


def test_a_plugin_that_cannot_be_loaded_is_a_failure(small, monkeypatch):
    """A blog without one of its plugins is no blog: the build says so and stops."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (small / "plugins/talk.py").write_text("import nothing_of_that_name\n", "utf-8")
    report = build.run(small, small / "new", "publishconf.py")
    assert "nothing_of_that_name" in report.failure
    assert (False, []) == (report.clean, report.of("error"))


def test_overrides_and_the_prefix(small, monkeypatch):
    """Settings given to a build win over the file's, and the report knows where the site lives."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    report = build.run(small, small / "new", "publishconf.py", {"ARTICLE_SAVE_AS": "a/{slug}.html"})
    assert ("/blog", [".git"], 3) == (report.prefix, report.keep, report.posts)
    assert (small / "new/a/uno.html").exists()


def test_what_is_to_be_kept_moves_over(tmp_path):
    """The names in OUTPUT_RETENTION survive a swap; all else is the new folder's."""
    for file in ("old/.git/HEAD", "old/gone.html", "new/index.html"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(file)
    build.swap(tmp_path / "new", tmp_path / "old", [".git", ".nothing"])
    assert {"old/.git/HEAD", "new/index.html"} == {p.read_text() for p in (tmp_path / "old").rglob("*") if p.is_file()}
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("language", "expected"), [("es", "1 entrada y 2 páginas en 3,8 s"), ("en", "1 post and 2 pages in 3.8 s")]
)
def test_numbers_are_written_as_the_language_does(language, expected):
    """One is singular, and Spanish has a comma."""
    languages.speak(language)
    assert expected == build_report.summary(build_report.BuildReport(posts=1, pages=2, seconds=3.84))


def test_a_blog_without_a_post_to_be_seen_is_told_where_drafts_are():
    """Who has written nothing but drafts does not wonder where they went; whoever has a post hears nothing of it."""
    told = {
        (language, posts): languages.speak(language) or build_report.summary(build_report.BuildReport(posts=posts))
        for language in ("es", "en") for posts in (0, 1)
    }  # fmt: skip
    assert told["es", 0].startswith("0 entradas y 0 páginas en 0,0 s: ") and "borradores" in told["es", 0]
    assert told["en", 0].startswith("0 posts and 0 pages in 0.0 s: ") and "drafts" in told["en", 0]
    assert not [said for (_, posts), said in told.items() if posts and ("preview" in said)]


def test_where_it_broke_is_a_place_of_ours(tmp_path):
    """An exception is told by the innermost line of the blog's own files, a template's too."""
    from jinja2 import Environment, FileSystemLoader

    (tmp_path / "page.html").write_text("<p>\n{{ nothing.of.it }}\n")
    (tmp_path / "bad.html").write_text("<p>\n{% for %}\n")
    templates = Environment(loader=FileSystemLoader(tmp_path))
    told = []
    for name in ("page.html", "bad.html"):
        try:
            templates.get_template(name).render()
        except Exception as error:
            told.append(where_it_broke(error, tmp_path).partition(": ")[0])
    assert ["page.html:2", "bad.html:2"] == told


def test_a_template_without_an_end_is_told_in_words_of_ours(tmp_path):
    """One that extends or includes itself, also by way of another: its place, and what it does."""
    from jinja2 import Environment, FileSystemLoader

    languages.speak("es")
    pages = {"own": '{% extends "own.html" %}', "in": '{% include "in.html" %}', "a": '{% extends "b.html" %}'}
    for name, text in (pages | {"b": '{% extends "a.html" %}'}).items():
        (tmp_path / f"{name}.html").write_text(text)
    templates = Environment(loader=FileSystemLoader(tmp_path))
    for name in pages:
        with pytest.raises(RecursionError) as caught:
            templates.get_template(f"{name}.html").render()
        told = where_it_broke(caught.value, tmp_path)
        assert re.match(r"\w+\.html:1: ", told) and "se incluye a sí misma" in told and "Recursion" not in told


def test_what_we_say_ourselves_is_said_once():
    """An error of ours has its place and its cure in its words; another's is told with where it broke."""
    gather = build.Gather()
    for error in (ContentError("content/people.toml:3: mal; bien"), ZeroDivisionError("roto")):
        try:
            raise error
        except Exception as caught:
            gather.emit(logging.makeLogRecord({"levelno": logging.ERROR, "name": "tertulia", "msg": str(caught)}))
    ours, others = (remark.text for remark in gather.remarks)
    assert "content/people.toml:3: mal; bien" == ours
    assert others.startswith("roto (") and "ZeroDivisionError: roto" in others
