"""The task shows what was saved without a build, loads little for it, and what is cut short is built anew."""

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tertulia.commands import build, build_report, edited
from tertulia.content import snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.core import files, languages
from tertulia.edits import kept_site
from tertulia.site import up_to_date
from tertulia.site.up_to_date import TICK_NS
from tests.conftest import ROOT
from tests.editing import TAGGED, Blog, assert_same, blog, gone, new, picture, saying, tree

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture

# What takes long to load, and what no text needs but one with code, pictures that nobody knows yet, a header in YAML.
HEAVY = frozenset({
    *("PIL.Image", "pelican", "pygments", "yaml", "requests", "urllib.request", "email.message", "importlib.metadata"),
    *("multiprocessing", "concurrent.futures", "zipfile", "sqlalchemy", "flask", "invoke", "tertulia.commands.build"),
    *("tertulia.embeds.providers", "tertulia.site.cards", "subprocess", "difflib"),
    *("asyncio", "ssl", "http.client", "socket", "html5lib", "bs4", "pymdownx.tilde", "tertulia.core.fetch"),
    "babel",
})  # fmt: skip


@pytest.fixture
def task(blog, monkeypatch, request):
    """A blog that the task of every day has built; with search where a test asks for it."""
    searched = getattr(request, "param", False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(blog.root)
    languages.speak("es")
    (blog.root / "pelicanconf.py").write_text(
        "from tertulia.defaults import *\nSITENAME = 'x'\nSITE_ADDRESS = 'https://x.example'\n"
        f"SEARCH = {searched}\nSOCIAL_CARDS = False\n",
        "utf-8",
    )
    (blog.root / "publishconf.py").write_text("from pelicanconf import *\n", "utf-8")
    for name in ("pelicanconf.py", "publishconf.py"):
        age(blog.root / name)
    time.sleep(TICK_NS / 1e9)  # for a build that is begun sooner leaves no note
    assert build.into_output(blog.root)
    return blog


def age(path: Path) -> None:
    """Let *path* have been saved a while ago: what was saved just before a build is not trusted."""
    past = time.time_ns() - 10**10
    os.utime(path, ns=(past, past))


def no_build(*_: object, **__: object) -> build_report.BuildReport:
    raise AssertionError("a build was begun")


def page(blog: Blog) -> str:
    return (blog.root / "output/2026/11/dos/index.html").read_text("utf-8")


def whole(blog: Blog) -> dict[str, bytes]:
    """What a build would make that knows nothing."""
    shutil.rmtree(blog.root / "var" / "cache", ignore_errors=True)
    shutil.rmtree(blog.root / "output")
    assert build.into_output(blog.root)
    return tree(blog.root / "output")


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
@pytest.mark.parametrize("task", [False, True], indirect=True, ids=["", "searched"])
def test_the_task_shows_a_text_without_a_build(task, monkeypatch, capfd):
    """Twice; then there is nothing to do. All of it is what a build makes that knows nothing."""
    time.sleep(TICK_NS / 1e9)  # what was saved as the build began is not trusted
    assert build.into_output(task.root)
    with monkeypatch.context() as watched:
        watched.setattr(build, "run", no_build)
        for text in ("Primera. #Redes", "Segunda. #Redes"):
            saying(task, text)()
            assert build.into_output(task.root, explain=True)
            assert text.partition(".")[0] in page(task)
        assert "2026/11/dos/index.html" in capfd.readouterr().out
    shown = tree(task.root / "output")
    assert_same(whole(task), shown)


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
@pytest.mark.parametrize("task", [False, True], indirect=True, ids=["", "searched"])
def test_the_task_shows_what_is_said_without_a_build(task, monkeypatch, capfd):
    """The first word of all, with the picture of who says it; the next, under another post; and all taken back."""
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    folder, when = task.root / "var" / "conversation", dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    one = Comment(id="c", author="Eva", html="<p>Así es.</p>", date=when, avatar="avatars/eva.png")
    with monkeypatch.context() as watched:
        watched.setattr(build, "run", no_build)
        for name, said in (("dos", [one]), ("seis", [one, one]), ("seis", [])):
            picture(folder / "avatars" / "eva.png", 9)
            snapshot.write(folder, Conversation(id=f"id-{name}", lang="es", comments=tuple(said)))
            assert build.into_output(task.root, explain=True)
        (folder / "id-seis.es.json").unlink()
        assert build.into_output(task.root)
    assert "Así es." in page(task)
    assert "2026/11/seis/comments/atom.xml" in capfd.readouterr().out
    shown = tree(task.root / "output")
    assert "avatars/eva.png" in shown
    assert_same(whole(task), shown)


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
def test_the_task_shows_posts_that_come_and_go_without_a_build(task, monkeypatch):
    """A new file, one in a new folder, one that is deleted; then there is nothing to do."""
    for name in task.posts:
        saying(task, TAGGED, name, Etiquetas="Redes", Resumen="Lo de siempre.")()
    with (task.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("RELATED_POSTS = 0\n")
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    with monkeypatch.context() as watched:
        watched.setattr(build, "run", no_build)
        new(task, "nuevo")()
        assert build.into_output(task.root)
        folder = task.root / "content" / "posts" / "2026"
        folder.mkdir()
        (folder / "otra.md").write_text("Título: Otra\nFecha: 2026-11-03\nId: otra\n\nNada. #Redes\n", "utf-8")
        assert build.into_output(task.root)
        gone(task, "dos")()
        assert build.into_output(task.root)
        assert build.into_output(task.root)
    shown = tree(task.root / "output")
    assert {"2026/11/nuevo/index.html", "2026/11/otra/index.html"} <= shown.keys()
    assert "2026/11/dos/index.html" not in shown
    del shown["posts.json"]  # it remembers who had an address
    assert_same({name: held for name, held in whole(task).items() if name != "posts.json"}, shown)


def test_an_edit_loads_nothing_that_only_others_need(task):
    """A build after an edit of a text is mostly the start of Python: what takes long to load waits for who needs it."""
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    saying(task, "Otra cosa. #Redes")()
    code = (
        "import sys; from tertulia.__main__ import nothing_to_build as done\n"
        f"assert done('', strict=False)\nprint(*set({sorted(HEAVY)}) & sys.modules.keys())\n"
        "ours = [[*vars(one).values()] for name, one in sys.modules.items() if name.startswith('tertulia.')]\n"
        "made = {it for held in ours for it in held if isinstance(it, type) and hasattr(it, '__dataclass_fields__')}\n"
        "print(*(it.__name__ for it in made if it.__module__.startswith('tertulia.')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    *_, heavy, slowly_made = said.splitlines()
    assert "Otra cosa." in page(task)
    assert "" == heavy
    # A class of ``dataclasses`` is Python written and compiled at each start, and takes as long as forty of msgspec's.
    assert {"Language", "Series"} >= set(slowly_made.split())


def test_who_waited_for_an_edit_that_was_killed_leaves_it_to_a_build(task, monkeypatch):
    """Some of its files stand in the output, and no note says so."""
    with (task.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("RELATED_POSTS = 0\n")
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    saying(task, "Primera. #Redes")()
    look = looked(task)
    with monkeypatch.context() as dying:
        dying.setattr(kept_site, "write_whole", dying_after(1))
        with pytest.raises(KeyboardInterrupt):
            edited.show(look)
    assert edited.show(look)[0] is None


@pytest.mark.parametrize("name", ["people.toml", "posts/dos.md", "images/plaza"])
def test_a_folder_in_the_place_of_a_file_is_for_a_build(task, name):
    """It says nothing of itself, and what stood there is no more."""
    file = task.root / "content" / name
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        file.write_text("")
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    file.rename(task.root / "aside")
    file.mkdir()
    assert edited.show(looked(task))[0] is None


def looked(blog: Blog) -> up_to_date.Look:
    return up_to_date.look_at(str(blog.root.joinpath(*up_to_date.PLACE)), str(blog.root / "output"))


def dying_after(written: int) -> Callable[..., None]:
    """``write_whole`` that is killed after so many files."""
    left, real = iter([True] * written), files.write_whole

    def write_some(path: Path, data: bytes, **more: object) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        real(path, data, **more)

    return write_some


@pytest.mark.parametrize("written", [0, 1, 3])
def test_the_build_after_one_that_was_killed_is_right(task, monkeypatch, written):
    """Between two files, or with the output done and nothing noted."""
    saying(task, "Otra cosa. #Redes")()
    with monkeypatch.context() as dying:
        dying.setattr(kept_site, "write_whole", dying_after(written))
        dying.setattr(build, "run", no_build)
        with pytest.raises((KeyboardInterrupt, AssertionError)):
            build.into_output(task.root)
    assert build.into_output(task.root)
    assert "Otra cosa." in page(task)
    shown = tree(task.root / "output")
    assert_same(whole(task), shown)


def test_what_only_some_edits_need_waits_for_them():
    """A text that stands in no feed, holds no tag and quotes nobody needs nothing of these."""
    needed = {"feedgen", "dateutil", "lxml.html", "regex", "babel"}
    code = f"import sys, tertulia.commands.edited; print(*set({sorted(needed)}) & sys.modules.keys())"
    assert "" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
def test_an_edit_looks_once_at_what_is_there(task, monkeypatch):
    """Of many posts, a look at each file is most of what it takes."""
    looks, real = [], up_to_date.changed
    monkeypatch.setattr(up_to_date, "changed", lambda note: looks.append(note) or real(note))
    monkeypatch.setattr(build, "run", no_build)
    saying(task, "Otra cosa. #Redes")()
    assert build.into_output(task.root)
    assert 1 == len(looks)


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
@pytest.mark.parametrize("is_more", [False, True], ids=["nothing is left", "more was saved"])
def test_an_edit_that_waited_for_another_goes_by_what_that_has_left(task, monkeypatch, is_more):
    """It had looked before: what it found then is shown, and what was written since is no sign of a stranger."""
    real, others = edited.locked, iter([True])

    @contextmanager
    def locked(folder: Path) -> Iterator[None]:
        if next(others, False):
            assert build.into_output(task.root)
            if is_more:
                saying(task, "Y otra más. #Redes", "seis")()
        with real(folder):
            yield

    monkeypatch.setattr(edited, "locked", locked)
    monkeypatch.setattr(build, "run", no_build)
    saying(task, "Otra cosa. #Redes")()
    for _ in range(2):
        assert build.into_output(task.root)
    assert "Otra cosa." in page(task)
    assert is_more == ("Y otra más." in (task.root / "output/2026/11/seis/index.html").read_text("utf-8"))


def test_a_build_that_was_overtaken_brings_nothing_back(task, monkeypatch):
    """What is taken back while a longer build runs was read by it before; it is not public when that is done."""
    folder, when = task.root / "var" / "conversation", dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    said = Comment(id="c", author="Eva", html="<p>Quítalo.</p>", date=when)
    snapshot.write(folder, Conversation(id="id-dos", lang="es", comments=(said,)))
    assert build.into_output(task.root)
    assert "Quítalo." in page(task)
    real, others = build.run, iter([True])

    def overtaken(*given: object, **more: object) -> build_report.BuildReport:
        report = real(*given, **more)
        if next(others, False):
            snapshot.write(folder, Conversation(id="id-dos", lang="es", comments=()))
            assert build.into_output(task.root)
            assert "Quítalo." not in page(task)
        return report

    monkeypatch.setattr(build, "run", overtaken)
    task.file("pages/nueva.md", "Título: Nueva\n\nUna página.\n")  # for a build of everything
    assert build.into_output(task.root)
    assert "Quítalo." not in "".join(path.read_text("utf-8", "replace") for path in output_files(task))


def output_files(blog: Blog) -> list[Path]:
    return [path for path in (blog.root / "output").rglob("*") if path.is_file()]


@pytest.mark.parametrize("table", ["people.toml", "tags.toml"])
def test_a_table_that_cannot_be_read_leaves_the_site_as_it_was(task, capsys, table):
    """Without it ``@ana`` would be whoever has that name on a network, and tags would move."""
    before = tree(task.root / "output")
    (task.root / "content" / table).write_text('[ana]\nname = "Ana\n', "utf-8")
    assert not build.into_output(task.root)
    assert before == tree(task.root / "output")
    assert f"content/{table}:2" in "".join(capsys.readouterr())
