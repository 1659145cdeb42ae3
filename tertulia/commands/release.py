"""A release of Tertulia itself: its number, its notes, its wheel and its tag, from a clone where all is committed.

What it changes before the tag are two files; a failure on the way puts them back, so that it can be run again. The
checks take minutes: what somebody else commits or writes in the clone meanwhile is neither released nor undone.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tertulia.core.errors import TertuliaError
from tertulia.core.files import write_whole
from tertulia.core.languages import say

VERSION_FILE = Path("tertulia", "__init__.py")
CHANGELOG = Path("CHANGELOG.md")
UNRELEASED = "## [Unreleased]"
_NUMBER = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")  # https://semver.org/, without its endings

Changes = Mapping[Path, tuple[str, str]]  # of each file, relative to the clone, what it said and what it says now


class Release(NamedTuple):
    """What was made."""

    tag: str
    notes: str  # Markdown
    wheel: Path


def notes_of(changelog: str) -> str:
    """Return what *changelog* says of the version to come; "" where it says nothing."""
    _, found, rest = changelog.partition(f"\n{UNRELEASED}\n")
    notes = re.split(r"(?m)^## ", rest)[0].strip()
    return notes if found and re.search(r"(?m)^[-*] ", notes) else ""


def run(root: Path, number: str, today: date, checks: Callable[[], bool]) -> Release:
    """
    Release what is committed in *root* as *number*: write it down, try it, build the wheel, commit and tag.

    Args:
        checks: All that must hold of a release; tried when the files say the new number.

    Raises:
        TertuliaError: It cannot be released; everything is as it was.
    """
    _refuse(root, number)
    changelog = (root / CHANGELOG).read_text("utf-8")
    if not (notes := notes_of(changelog)):
        raise TertuliaError(say("release_no_notes", file=CHANGELOG))
    version = (root / VERSION_FILE).read_text("utf-8")
    heading = f"\n{UNRELEASED}\n\n## [{number}] - {today.isoformat()}\n"
    changes = {
        VERSION_FILE: (version, re.sub(r'(?m)^__version__ = ".*"$', f'__version__ = "{number}"', version)),
        CHANGELOG: (changelog, changelog.replace(f"\n{UNRELEASED}\n", heading, 1)),
    }
    tag, subject = f"v{number}", f"Release {number}"
    before, done = _git(root, "rev-parse", "HEAD"), False
    try:
        for file, (_, now) in changes.items():
            write_whole(root / file, now)
        if not checks():
            raise TertuliaError(say("release_checks"))
        wheel = _wheel(root, number)
        if _git(root, "rev-parse", "HEAD") != before or not _holds_only(root, changes):
            raise TertuliaError(say("release_meanwhile"))
        _git(root, "commit", "--quiet", "--message", subject, "--", *map(str, changes))
        _git(root, "tag", "--annotate", tag, "--cleanup=verbatim", "--message", f"Tertulia {number}\n\n{notes}\n")
        done = True
    finally:
        if not done:
            _undo(root, changes, before, tag, subject)
            for made in (root / "dist").glob(f"*-{number}-*.whl"):
                made.unlink()
    return Release(tag, notes, wheel)


def _holds_only(root: Path, changes: Changes) -> bool:
    """Whether git sees the *changes* in *root*, and no other: somebody may have worked there while the checks ran."""
    changed = {line.split(maxsplit=1)[1] for line in _git(root, "status", "--porcelain").splitlines()}
    ours = all((root / file).read_text("utf-8") == now for file, (_, now) in changes.items())
    return ours and changed == {file.as_posix() for file in changes}


def _undo(root: Path, changes: Changes, before: str, tag: str, subject: str) -> None:
    """Take back the *changes*, our commit and our tag; what somebody else has done meanwhile stays."""
    restored = [file for file, (_, now) in changes.items() if (root / file).read_text("utf-8") == now]
    for file in restored:
        write_whole(root / file, changes[file][0])
    if _git(root, "log", "-1", "--format=%P %s") == f"{before} {subject}":
        if _git(root, "tag", "--list", tag, "--points-at", "HEAD"):
            _git(root, "tag", "--delete", tag)
        _git(root, "reset", "--quiet", "--soft", before)
    if restored:
        _git(root, "add", "--", *map(str, restored))


def _refuse(root: Path, number: str) -> None:
    """Raise for what no release can be made of."""
    present = re.search(r'(?m)^__version__ = "(.*)"$', (root / VERSION_FILE).read_text("utf-8"))
    if not (wanted := _NUMBER.fullmatch(number)):
        raise TertuliaError(say("release_number", number=number))
    was = _NUMBER.match(present[1]) if present else None
    if was and tuple(map(int, wanted.groups())) < tuple(map(int, was.groups())):
        raise TertuliaError(say("release_older", number=number, present=was[0]))
    if _git(root, "status", "--porcelain"):
        raise TertuliaError(say("release_uncommitted"))
    if _git(root, "tag", "--list", f"v{number}"):
        raise TertuliaError(say("release_tagged", tag=f"v{number}"))
    try:
        _git(root, "var", "GIT_COMMITTER_IDENT")  # asked now: the commit comes after minutes of checks
    except TertuliaError as error:
        raise TertuliaError(say("release_nobody")) from error


def _wheel(root: Path, number: str) -> Path:
    """Build the wheel into ``dist/``, and look that it says its number."""
    (root / "dist").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        built = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
            cwd=root, check=False, capture_output=True, text=True,
        )  # fmt: skip
        made = list(Path(folder).glob("*.whl"))
        if built.returncode or not made:
            raise TertuliaError(say("release_wheel", reason=(built.stderr or built.stdout).strip()[-300:]))
        with zipfile.ZipFile(made[0]) as wheel:
            about = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            if f"\nVersion: {number}\n" not in wheel.read(about).decode():
                raise TertuliaError(say("release_wheel", reason=made[0].name))
        kept = root / "dist" / made[0].name
        write_whole(kept, made[0].read_bytes())
    return kept


def _git(root: Path, *arguments: str) -> str:
    """Return what git says."""
    done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise TertuliaError(say("release_git", reason=done.stderr.strip()))
    return done.stdout.strip()
