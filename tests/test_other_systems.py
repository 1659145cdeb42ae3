"""Where there is neither ``fork`` nor ``fcntl``, and a console knows few letters: Windows, as far as imitation goes.

Names that it has no file for, files that another program has open and disks that do not count capitals are in
``test_files``, ``test_owners`` and here, each by what its system answers; none was tried on that system itself.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from tertulia.content import snapshot
from tertulia.core.errors import ContentError
from tertulia.imports.pictures import Pictures
from tests.conftest import ROOT

# Takes away what Python for Windows lacks, and runs the command line. invoke is imported first: it asks for the system.
WITHOUT = """
import importlib.abc, multiprocessing.context, os, sys
import invoke.terminals

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in ("fcntl", "grp", "pwd", "resource", "termios"):
            raise ModuleNotFoundError(name, name=name)

for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Refuse())
lacking = ("chown", "fchmod", "fork", "forkpty", "getgid", "getuid", "geteuid", "mkfifo", "sched_getaffinity")
for name in lacking:
    delattr(os, name)
kinds = multiprocessing.context._concrete_contexts
for name in ("fork", "forkserver"):
    kinds.pop(name)
multiprocessing.context._default_context = multiprocessing.context.DefaultContext(kinds["spawn"])

from tertulia.cli import main
main()
"""


@pytest.fixture
def blog(tmp_path) -> Path:
    """A new blog with one post to be read."""
    told = run(tmp_path, "new", "blog", "--yes", "--name", "Un blog", "--author", "Ana", "--language", "es")
    assert 0 == told.returncode, told.stderr
    post = "Título: Una → otra\nFecha: 2026-01-02\nId: una\nRaro→: x\n\nHola, ¿qué tal? 😀 «y» #mar\n"
    (tmp_path / "blog/content/posts/una.md").write_bytes(post.replace("\n", "\r\n").encode("utf-8-sig"))
    with (tmp_path / "blog/pelicanconf.py").open("a", encoding="utf-8") as file:
        file.write("SEARCH = SOCIAL_CARDS = False\n")
    return tmp_path / "blog"


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a task in *folder* by a Python that lacks what Windows lacks."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *arguments],
        cwd=folder,
        env={**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", **environment},
        capture_output=True, text=True, encoding="latin-1", check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_blog_is_made_built_and_published_without_fork_and_locks(blog, tmp_path):
    """Each task that writes files or the store does so, with Windows' line ends and mark in a post."""
    (blog / ".env").write_text(f"DEPLOY_TARGET=folder:{tmp_path / 'www'}\n", "utf-8")
    tasks = ("build", "new Otra", "snapshot", "status", "announce --dry-run", "deploy", "comments backup", "build")
    for task in tasks:
        told = run(blog, *task.split())
        assert (task, 0, "") == (task, told.returncode, told.stderr if "Traceback" in told.stderr else "")
    assert "¿qué tal?" in (tmp_path / "www/2026/01/una-otra/index.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_of_few_letters_gets_those_it_has(blog, encoding):
    """What it has no sign for is "?", and nothing stops."""
    told = run(blog, "build", PYTHONIOENCODING=encoding)
    assert 0 == told.returncode and "content/posts/una.md:4: " in told.stderr and "Raro?" in told.stderr


def talked(_before: snapshot.Conversation) -> snapshot.Conversation:
    return snapshot.Conversation(id="Uno", lang="es", counts={"like": 2})


def test_where_capitals_do_not_count_no_post_has_the_talk_of_another(tmp_path, monkeypatch):
    """It is neither shown under the other's post nor written over; one line names both."""
    exact = snapshot.file_for
    monkeypatch.setattr(snapshot, "file_for", lambda folder, post, lang: exact(folder, post.casefold(), lang))
    assert snapshot.update(tmp_path, "Uno", "es", talked)
    assert {} == snapshot.read(tmp_path, "uno", "es").counts
    with pytest.raises(ContentError, match=r"«Uno».*«uno»"):
        snapshot.update(tmp_path, "uno", "es", lambda before: before)
    assert {"like": 2} == snapshot.read(tmp_path, "Uno", "es").counts


@pytest.mark.parametrize(
    ("ident", "name"), [("aux", "%61ux.es.json"), ("Con", "%43on.es.json"), ("año", "a%C3%B1o.es.json")]
)
def test_no_snapshot_has_a_name_that_windows_keeps(tmp_path, ident, name):
    """An id that is one is spelled otherwise, and still is its own."""
    snapshot.update(tmp_path, ident, "es", lambda before: before)
    assert tmp_path / name == snapshot.file_for(tmp_path, ident, "es")


def test_pictures_come_over_under_names_that_every_system_has(tmp_path):
    """Two names that differ in capitals stay two files; what Windows cannot have in a name is spelled otherwise."""
    names = ["2019/Foto.png", "2019/foto.png", "1*a.png", "aux.png", "qué? «sí».png"]
    for name in names:
        (tmp_path / "uploads" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "uploads" / name).write_bytes(name.encode())
    pictures = Pictures(tmp_path / "content", tmp_path / "uploads")
    shown = [pictures.shown(f"https://viejo.example/{quote(name)}") for name in names]
    assert ["/images/2019/Foto.png", "/images/2019/foto-2.png"] == shown[:2]
    assert ["/images/1-a.png", "/images/aux-1.png", "/images/qué- «sí».png"] == shown[2:]
    assert names == [source.relative_to(tmp_path / "uploads").as_posix() for source in pictures.used.values()]
