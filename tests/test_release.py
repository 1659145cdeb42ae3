"""A release is whole or not at all: its number, its notes, its wheel, its tag."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

import tertulia
from tertulia.commands import release
from tertulia.core import languages
from tertulia.core.errors import TertuliaError

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 26)
NOTES = "### Added\n\n- Something that a blogger would notice."


@pytest.fixture(autouse=True)
def _english():
    languages.speak("en")
    yield
    languages.speak("es")


def git(root: Path, *arguments: str) -> str:
    """What git says in *root*."""
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path):
    """A small package that is built as ours is, all of it committed."""
    root = tmp_path / "clone"
    (root / "tertulia").mkdir(parents=True)
    (root / "tertulia" / "__init__.py").write_text('"""A package."""\n\n__version__ = "0.1.0"\n')
    shutil.copy(ROOT / ".gitignore", root)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "tertulia"\ndynamic = ["version"]\n'
        '[tool.hatch.version]\npath = "tertulia/__init__.py"\n'
    )
    (root / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## [Unreleased]\n\n{NOTES}\n\n## [0.1.0] - 2026-01-01\n\n- Old.\n"
    )
    git(root, "init", "--quiet")
    git(root, "config", "user.name", "Ana")
    git(root, "config", "user.email", "ana@example.org")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "All")
    return root


def test_a_release_says_its_number_everywhere(clone):
    """Number, notes, wheel and tag agree, the next notes have their place, and git sees nothing left over."""
    made = release.run(clone, "0.2.0", DAY, lambda: True)
    assert ("v0.2.0", NOTES, "tertulia-0.2.0-py2.py3-none-any.whl") == (made.tag, made.notes, made.wheel.name)
    assert '__version__ = "0.2.0"' in git(clone, "show", "v0.2.0:tertulia/__init__.py")
    text = (clone / "CHANGELOG.md").read_text()
    assert f"## [Unreleased]\n\n## [0.2.0] - 2026-11-26\n\n{NOTES}\n\n## [0.1.0]" in text
    assert "" == git(clone, "status", "--porcelain")
    assert NOTES in git(clone, "tag", "--list", "--format=%(contents)", "v0.2.0")


def test_what_is_tried_is_what_is_released(clone):
    """The checks see the new number; when they fail, nothing is released and the files are as they were."""
    seen = []

    def checks() -> bool:
        seen.append((clone / "tertulia" / "__init__.py").read_text())
        return False

    with pytest.raises(TertuliaError, match="as they were"):
        release.run(clone, "0.2.0", DAY, checks)
    assert '__version__ = "0.2.0"' in seen[0]
    assert ("", "") == (git(clone, "status", "--porcelain"), git(clone, "tag", "--list"))


def test_interrupted_checks_leave_the_files_as_they_were(clone):
    """Ctrl+C in the middle is a failure like another, and the same release can be made afterwards."""

    def checks() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        release.run(clone, "0.2.0", DAY, checks)
    assert "" == git(clone, "status", "--porcelain")
    assert "v0.2.0" == release.run(clone, "0.2.0", DAY, lambda: True).tag


def test_a_tag_that_git_refuses_leaves_no_commit(clone):
    """A tag that has to be signed with a key that is not here: the commit goes too, and the files are as they were."""
    git(clone, "config", "tag.gpgSign", "true")
    git(clone, "config", "gpg.program", "false")
    before = git(clone, "rev-parse", "HEAD")
    with pytest.raises(TertuliaError, match="git says"):
        release.run(clone, "0.2.0", DAY, lambda: True)
    assert (before, "") == (git(clone, "rev-parse", "HEAD"), git(clone, "status", "--porcelain"))


@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize("file", ["new.py", "CHANGELOG.md"])
@pytest.mark.parametrize("is_committed", [True, False])
def test_what_somebody_does_meanwhile_is_neither_released_nor_lost(clone, passes, file, is_committed):
    """The checks take minutes; a commit made in them stays, and so does what was only written."""

    def checks() -> bool:
        (clone / file).write_text("Of somebody else.")
        if is_committed:
            git(clone, "add", file)
            git(clone, "commit", "--quiet", "--message", "Work", "--", file)
        return passes

    with pytest.raises(TertuliaError):
        release.run(clone, "0.2.0", DAY, checks)
    assert "Of somebody else." == (clone / file).read_text()
    assert '__version__ = "0.1.0"' in (clone / "tertulia" / "__init__.py").read_text()
    assert ["Work", "All"][not is_committed] == git(clone, "log", "-1", "--format=%s")
    left = [] if is_committed else [file]
    assert left == [line.split()[1] for line in git(clone, "status", "--porcelain").splitlines()]
    assert ("", []) == (git(clone, "tag", "--list"), list((clone / "dist").glob("*")))


def test_a_tag_that_was_made_as_we_were_interrupted_goes_too(clone):
    """Ctrl+C reaches us when git has just done it: the same release can be made afterwards, and no wheel is left."""
    hook = clone / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ngrep -q refs/tags/ && [ "$1" = committed ] && rm "$0" && kill -KILL $PPID\nexit 0\n')
    hook.chmod(0o755)
    before = git(clone, "rev-parse", "HEAD")
    with pytest.raises(TertuliaError):
        release.run(clone, "0.2.0", DAY, lambda: True)
    assert not hook.exists()
    assert (before, "") == (git(clone, "rev-parse", "HEAD"), git(clone, "tag", "--list"))
    assert ("", []) == (git(clone, "status", "--porcelain"), list((clone / "dist").glob("*")))
    assert "v0.2.0" == release.run(clone, "0.2.0", DAY, lambda: True).tag


@pytest.mark.parametrize(
    ("number", "why"),
    [*((odd, "no version") for odd in ("2", "v1.0.0", "1.0", "1.0.0\n", "١.0.0")), ("0.0.9", "before")],
)
def test_a_number_must_be_one(clone, number, why):
    """What is no number, or an older one, is refused before anything is written."""
    with pytest.raises(TertuliaError, match=why):
        release.run(clone, number, DAY, lambda: True)
    assert "" == git(clone, "status", "--porcelain")


def test_a_release_is_made_once(clone):
    """The same number again is refused, and so is a release with nothing to tell."""
    release.run(clone, "0.2.0", DAY, lambda: True)
    with pytest.raises(TertuliaError, match=r"tag v0\.2\.0"):
        release.run(clone, "0.2.0", DAY, lambda: True)
    with pytest.raises(TertuliaError, match="nothing new"):
        release.run(clone, "0.3.0", DAY, lambda: True)


def test_what_is_not_committed_is_not_released(clone):
    """A file that git does not have would be missing for everybody else."""
    (clone / "new.py").write_text("")
    with pytest.raises(TertuliaError, match="does not have"):
        release.run(clone, "0.2.0", DAY, lambda: True)


def test_who_git_does_not_know_is_told_before_the_checks(clone, monkeypatch):
    """A commit needs a name: a machine where git has none says so at once, and not after all that was tried."""
    git(clone, "config", "--unset", "user.name")
    git(clone, "config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("GIT_COMMITTER_NAME", "GIT_AUTHOR_NAME", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    tried = []
    with pytest.raises(TertuliaError, match="who you are"):
        release.run(clone, "0.2.0", DAY, lambda: not tried.append(1))
    assert ([], "") == (tried, git(clone, "status", "--porcelain"))


def test_our_changelog_has_notes_for_the_next_release():
    """The file of this very repository is one that the task can read, also while a release is tried, which has them."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = f"\n{release.UNRELEASED}\n\n## [{tertulia.__version__}] - "
    assert ("- " in release.notes_of(changelog)) != (released in changelog)
