"""A newer version of Tertulia, brought into a blog without touching what is the blogger's.

What is the blogger's: ``content/``, both settings files, ``.env``, ``var/``, ``output/``, and any file that no
version of Tertulia ever had. All else is the program's and is made equal to the new version.

A file may be replaced when it is as *some* version of Tertulia had it, which its git hash tells: the whole
history of the source is fetched into ``var/tertulia.git``, apart from the blog's own repository. So nothing needs
to be remembered between updates, a clone and a downloaded archive are the same to us, and an update cut short
is finished by the next one. A file with changes of the blogger's own stops everything, unless they say ``force``;
then their version is kept under ``var/replaced/``.
"""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tertulia.commands import conf
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say

OWN = ("content", "pelicanconf.py", "publishconf.py", ".env", "var", "output", ".git", ".venv")
REMOTES = ("tertulia", "upstream", "origin")  # of the blog's repository, where a new version may come from
CONF = "pelicanconf.py"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the new version."""

    blob: str  # git's hash of its content
    executable: bool


@dataclass(slots=True)
class Plan:
    """What an update would do, as paths."""

    write: list[str] = field(default_factory=list)  # new, or older and untouched here
    delete: list[str] = field(default_factory=list)  # gone from the new version, untouched here
    changed_here: list[str] = field(default_factory=list)  # the blogger's own changes stand in the way


def run(root: Path, origin: str, wanted: str, *, force: bool) -> None:
    """
    Bring the version *wanted* from *origin* ("" and "" for the usual ones), and say what that did.

    Raises:
        TertuliaError: there is nowhere to bring it from, git said no, or the blogger's own changes stand in the way.
    """
    origin = origin or origin_of(root)
    if not origin:
        raise TertuliaError(say("update_no_source"))
    source = Source(root / "var" / "tertulia.git", origin, wanted)
    print(say("update_from", version=source.name, commit=source.commit[:10], origin=origin))
    new, history = source.files(), source.history()
    if "tasks.py" not in new:
        raise TertuliaError(say("update_not_tertulia", origin=origin))
    todo = plan(local_files(root, new.keys() | history.keys()), new, history)
    if todo.changed_here and not force:
        lines = [say("update_changed_here"), *(f"  {path}" for path in todo.changed_here), say("update_force")]
        raise TertuliaError("\n".join(lines))
    kept = carry_out(root, source, todo, new, todo.changed_here)
    n = len(todo.write) + len(todo.delete) + len(todo.changed_here)
    print(say("update_done", n=n) if n else say("update_nothing"))
    if kept:
        print(say("update_kept", folder=kept.relative_to(root)))
    offered = new_settings((root / CONF).read_text("utf-8"), source.read(CONF).decode("utf-8", "replace"))
    if offered:
        print(say("update_settings", file=CONF))
        print("\n".join("  " + line for lines in offered for line in lines.splitlines()))


def plan(local: dict[str, str], new: dict[str, File], history: dict[str, set[str]]) -> Plan:
    """
    What to do with each file.

    Args:
        local: The blog's files, git hash by path; of the program's only.
        new: The new version's files by path.
        history: Every hash that each path ever had in any version.
    """
    todo = Plan()
    for path, file in sorted(new.items()):
        here = local.get(path)
        if here == file.blob:
            continue
        known = here is None or here in history.get(path, ())
        (todo.write if known else todo.changed_here).append(path)
    for path in sorted(local.keys() & history.keys() - new.keys()):
        if local[path] in history[path]:
            todo.delete.append(path)
    return todo


def is_own(path: str) -> bool:
    """Whether *path* belongs to the blogger, whatever a version of Tertulia holds under that name."""
    return PurePosixPath(path).parts[0] in OWN


def git_hash(data: bytes) -> str:
    """The hash by which git knows a file's content. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class Source:
    """Versions of Tertulia in a repository of their own."""

    def __init__(self, folder: Path, origin: str, wanted: str = "") -> None:
        """
        Fetch *origin* into *folder*.

        Args:
            folder: A bare repository, made when it is not there.
            origin: A path or an address that git understands.
            wanted: A tag or branch; "" is the newest tag like v1.2.3, or the source's own branch when it has none.
        """
        self.folder = folder
        if not (folder / "HEAD").exists():
            folder.mkdir(parents=True, exist_ok=True)
            self._git("init", "--bare", "--quiet")
        self._git(
            "fetch", "--quiet", "--prune", "--force", "--no-write-fetch-head", "--", origin,
            "+HEAD:refs/source/HEAD", "+refs/heads/*:refs/source/heads/*", "+refs/tags/*:refs/source/tags/*",
        )  # fmt: skip
        self.name, self.commit = self._choose(wanted)

    def _choose(self, wanted: str) -> tuple[str, str]:
        listed = self._git("for-each-ref", "--sort=version:refname", "--format=%(refname) %(objectname)", "refs/source")
        refs: dict[str, str] = dict(line.split(" ", 1) for line in listed.splitlines())
        if wanted:
            names = [f"refs/source/tags/{wanted}", f"refs/source/heads/{wanted}"]
        else:
            versions = [name for name in refs if name.startswith("refs/source/tags/v") and "-" not in name]
            names = [*versions[-1:], "refs/source/HEAD"]
        for name in names:
            if name in refs:
                return name.removeprefix("refs/source/").partition("/")[2] or "HEAD", refs[name]
        raise TertuliaError(say("update_no_version", version=wanted or "HEAD"))

    def files(self) -> dict[str, File]:
        """The program's files in the chosen version."""
        found = {}
        for entry in self._git("ls-tree", "-r", "-z", self.commit).split("\0"):
            if entry:
                about, path = entry.split("\t", 1)
                mode, kind, blob = about.split()
                if kind == "blob" and mode != "120000" and not is_own(path):
                    found[path] = File(blob, mode == "100755")
        return found

    def history(self) -> dict[str, set[str]]:
        """Every hash that each of the program's paths had in the source's history."""
        found: dict[str, set[str]] = {}
        # -m: what a merge changed against each parent; :<modes> <old hash> <new hash> <status>\0<path>\0
        log = self._git("log", "--all", "-m", "--root", "--raw", "--no-abbrev", "--no-renames", "--format=", "-z")
        entries = iter(log.split("\0"))
        for entry in entries:
            if entry.lstrip("\n").startswith(":"):
                path = next(entries)
                if not is_own(path):
                    found.setdefault(path, set()).update(entry.split()[2:4])
        return found

    def read(self, path: str) -> bytes:
        """A file of the chosen version; b"" when it has none."""
        done = self._call("cat-file", "blob", f"{self.commit}:{path}")
        return b"" if done.returncode else done.stdout

    def _git(self, *arguments: str) -> str:
        done = self._call(*arguments)
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise TertuliaError(say("update_git_failed", reason=(lines or [arguments[0]])[-1]))
        return done.stdout.decode("utf-8", "surrogateescape")

    def _call(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(
                ["git", f"--git-dir={self.folder}", *arguments],
                stdin=subprocess.DEVNULL, capture_output=True, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise TertuliaError(say("update_no_git")) from error


def origin_of(root: Path) -> str:
    """Where the blog's own repository says that Tertulia comes from; "" when it does not say."""
    for remote in REMOTES:
        try:
            done = subprocess.run(
                ["git", "-C", str(root), "config", "--get", f"remote.{remote}.url"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise TertuliaError(say("update_no_git")) from error
        if done.stdout.strip():
            return done.stdout.strip()
    return ""


def local_files(root: Path, paths: set[str]) -> dict[str, str]:
    """The git hash of each of *paths* that is here, newlines as git keeps them."""
    found = {}
    for path in paths:
        file = root / path
        if file.is_symlink():
            found[path] = "link"
        elif file.is_file():
            data = file.read_bytes()
            # Windows clones with \r\n. A text of ours never holds one in git.
            found[path] = git_hash(data if b"\0" in data else data.replace(b"\r\n", b"\n"))
        elif file.exists():
            found[path] = "folder"
    return found


def carry_out(root: Path, source: Source, todo: Plan, new: dict[str, File], forced: list[str]) -> Path | None:
    """
    Write and delete as planned; the folder where *forced* files of the blogger's were kept, if any.

    Everything is fetched into ``var/`` first, so that what can fail fails before a file of the blog is touched.
    """
    staged = root / "var" / "update"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    # What is running now comes last, so that an update cut short can be run again by the version that began it.
    paths = sorted([*todo.write, *forced], key=lambda path: (path == "tasks.py", path.startswith("tertulia/commands/")))
    for number, path in enumerate(paths):
        (staged / str(number)).write_bytes(source.read(path))
        (staged / str(number)).chmod(0o755 if new[path].executable else 0o644)
    kept = None
    for path in forced:
        kept = root / "var" / "replaced" / source.commit[:10]
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(root / path, kept / path)
    for number, path in enumerate(paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / str(number), root / path)
    for path in todo.delete:
        (root / path).unlink()
        _prune(root, (root / path).parent)
    shutil.rmtree(staged)
    return kept


def _prune(root: Path, folder: Path) -> None:
    """Remove *folder* and those above it as long as nothing is left in them."""
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def new_settings(mine: str, theirs: str) -> list[str]:
    """The lines of the settings that the new version's file has and the blogger's has not."""
    known, offered = conf.setting_lines(mine), conf.setting_lines(theirs)
    return [lines for name, lines in offered.items() if name not in known]
