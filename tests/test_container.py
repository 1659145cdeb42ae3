"""The image holds the program and nothing of the blog: no key, no store, no history."""

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch

import pytest

from tests.conftest import ROOT

CONTAINERFILE = (ROOT / "server" / "Containerfile").read_text("utf-8")


def lines(name):
    """The lines of a file that are neither blank nor remarks."""
    return [line for line in (ROOT / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]


def is_sent(path):
    """
    Whether the builder gets to see *path*: the last pattern that it, or a folder above it, fits decides.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    parts = path.split("/")
    sent = True
    for line in lines(".containerignore"):
        pattern = line.removeprefix("!")
        places = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        if pattern.startswith("**/"):
            fits = any(fnmatch(part, pattern[3:]) for part in parts)
        else:
            fits = any(place == pattern or pattern == "*" for place in places)
        if fits:
            sent = line.startswith("!")
    return sent


def test_both_builders_read_the_same():
    """podman and docker each have a name for that file."""
    assert lines(".containerignore") == lines(".dockerignore")


@pytest.mark.parametrize("folder", ["", "tertulia/", "theme/static/", "content/posts/"])
def test_nothing_that_git_does_not_see_is_sent(folder):
    """Every name in .gitignore, wherever it lies, and git's own folder."""
    names = [line.rstrip("/").replace("*", "x") for line in lines(".gitignore")]
    assert [] == [name for name in [*names, ".git", ".git/config", "var/tertulia.db"] if is_sent(folder + name)]


@pytest.mark.parametrize("name", ["content/posts/draft.md", "pelicanconf.py", "tests/house.py", "docs/index.md"])
def test_nothing_of_the_blog_is_sent(name):
    """What is the blogger's is mounted when it runs."""
    assert not is_sent(name)


def test_all_that_is_copied_is_sent_and_enough_for_the_wheel(tmp_path):
    """A wheel is built from what the Containerfile copies, and nothing is copied whole."""
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.M) for name in line.split()]
    assert copied and "." not in copied
    for name in copied:
        assert is_sent(name), name
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert 1 == len(list((tmp_path / "dist").glob("*.whl")))
