"""A preview builds in a process that is ready, and is searched when its pages are shown already."""

import os
import signal
import stat
import sys

import pytest

from tertulia.commands import build
from tertulia.commands.background_search import BackgroundSearch
from tertulia.commands.warm import WarmBuilder
from tertulia.site import search
from tests.conftest import ROOT
from tests.patience import eventually

linux = pytest.mark.skipif(sys.platform != "linux", reason="this system has a new process for each build")
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def blog(tmp_path, monkeypatch):
    """One post, a theme of Pelican's, no plugins: what a build costs without us."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "uno.md").write_text("Title: Uno\nDate: 2026-11-21\n\nHola.\n", "utf-8")
    (tmp_path / "conf.py").write_text('PATH = "content"\nTHEME = "simple"\nPLUGINS = []\nDEFAULT_LANG = "es"\n')
    return tmp_path


@pytest.fixture
def builder(blog):
    """One that is ended with the test."""
    made = WarmBuilder(blog)
    yield made
    made.close()


def test_a_ready_process_builds_what_a_new_one_does(blog, builder):
    """Build after build, each with what is in the files then, and what goes wrong told."""
    for text in ("Hola.", "Adiós."):
        (blog / "content" / "uno.md").write_text(f"Title: Uno\nDate: 2026-11-21\n\n{text}\n", "utf-8")
        assert "" == build.run(blog, blog / text, "conf.py", process=builder.run).failure
        assert text in (blog / text / "uno.html").read_text("utf-8")
    (blog / "conf.py").write_text("PATH = 1 / 0\n")
    failure = build.run(blog, blog / "three", "conf.py", process=builder.run).failure
    assert failure.startswith("conf.py:1: esta línea no se puede calcular")


@linux
def test_a_ready_process_that_died_is_done_without(blog, builder):
    """The build that finds it dead is made all the same."""
    assert "" == build.run(blog, blog / "one", "conf.py", process=builder.run).failure
    assert builder._process
    os.kill(builder._process.pid, signal.SIGKILL)
    builder._process.wait()
    assert "" == build.run(blog, blog / "two", "conf.py", process=builder.run).failure


@linux
def test_a_program_that_changed_is_imported_anew(blog, builder, monkeypatch):
    """A process that holds the old one builds nothing more."""
    build.run(blog, blog / "one", "conf.py", process=builder.run)
    first = builder._process
    monkeypatch.setattr("tertulia.commands.warm.code_stamp", lambda: "otro")
    build.run(blog, blog / "two", "conf.py", process=builder.run)
    assert first is not builder._process


def pagefind(folder, script):
    """A program in the place of Pagefind, which gets ``--site PAGES --output-path TARGET``."""
    program = folder / "pagefind.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.mark.skipif(os.name == "nt", reason="the program in Pagefind's place is a shell's")
def test_the_index_comes_to_the_pages_that_are_shown(tmp_path, monkeypatch):
    """Those of a newer build, if there has been one; until then they have the index of the older."""
    script = 'mkdir -p "$4"; cp "$2"/* "$4"; echo "{}" > "$4/pagefind-entry.json"'
    monkeypatch.setattr(search, "executable", lambda: pagefind(tmp_path, script))
    one, two = tmp_path / "1", tmp_path / "2"
    shown = [one]
    index = BackgroundSearch(tmp_path, lambda: shown[-1])
    for folder, name in ((one, "uno"), (two, "dos")):
        folder.mkdir()
        pages = tmp_path / f"pages-{name}"
        (pages / "all").mkdir(parents=True)
        (pages / "all" / f"{name}.html").write_text(name)
        index.move(one if folder is two else None, folder)
        shown.append(folder)
        index.begin(str(pages), name)
        assert eventually((folder / "pagefind" / f"{name}.html").exists)
        assert not pages.exists()
    assert not (two / "pagefind" / "uno.html").exists()
    index.close()
