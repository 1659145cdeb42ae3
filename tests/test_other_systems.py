"""Where there is neither ``fork`` nor ``fcntl``, and a console knows few letters: Windows, as far as imitation goes.

What its kernel does otherwise (a file that is open cannot be replaced, names that nobody may have) is not imitated.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

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


def test_a_blog_is_made_built_and_published_without_fork_and_locks(blog, tmp_path):
    """Each task that writes files or the store does so, with Windows' line ends and mark in a post."""
    (blog / ".env").write_text(f"DEPLOY_TARGET=folder:{tmp_path / 'www'}\n", "utf-8")
    tasks = ("build", "new Otra", "snapshot", "status", "announce --dry-run", "deploy", "comments backup", "build")
    for task in tasks:
        told = run(blog, *task.split())
        assert (task, 0, "") == (task, told.returncode, told.stderr if "Traceback" in told.stderr else "")
    assert "¿qué tal?" in (tmp_path / "www/2026/01/una-otra/index.html").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_of_few_letters_gets_those_it_has(blog, encoding):
    """What it has no sign for is "?", and nothing stops."""
    told = run(blog, "build", PYTHONIOENCODING=encoding)
    assert 0 == told.returncode and "content/posts/una.md:4: " in told.stderr and "Raro?" in told.stderr
