"""A folder of this machine: ``folder:/srv/www/blog``.

Where nothing is yet, or a symbolic link is, the whole site changes at one moment: each deploy fills a folder of its
own beside it (hard links for what stays) and then turns the link. A real folder is filled file by file, each replaced
whole, pages after what they name.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tertulia.core.errors import SettingError, os_words
from tertulia.core.files import is_inside, locked, put_in_place, write_whole
from tertulia.core.languages import say
from tertulia.deploy.base import (
    MANIFEST,
    DeployContext,
    DeployPlan,
    Manifest,
    Target,
    failed,
    read_manifest,
    system_told,
    written,
)

# Beside the link while a folder is being filled: the names of those that may go when it is over, or was cut short.
_NOTE = ".filling"
# Folders of the blog in which no site may be put: what lies there is read, drawn from or deployed itself.
_OF_BLOG = ("content", "output", "plugins", "theme", "var")


class Folder(Target):
    """A folder, or a link to one."""

    def __init__(self, address: str, context: DeployContext) -> None:
        try:
            self._path = context.root / Path(address.removeprefix("//")).expanduser()
        except RuntimeError as error:  # "~somebody" whom this machine does not know
            raise SettingError(f"DEPLOY_TARGET: {error}") from error
        if is_inside(context.root, self._path) or any(is_inside(self._path, context.root / own) for own in _OF_BLOG):
            raise SettingError(say("deploy_into_blog", path=self._path))
        with system_told():
            self.atomic = self._path.is_symlink() or not self._path.exists()
        self._begun = False  # something of the site has changed there

    def manifest(self) -> Manifest:
        try:
            return read_manifest((self._path / MANIFEST).read_bytes())
        except FileNotFoundError:
            return Manifest()
        except OSError as error:
            raise failed(os_words(error)) from error

    def apply(self, output: Path, plan: DeployPlan) -> None:
        self._begun = False
        try:
            if self.atomic:
                self._turn(output, plan)
            else:
                for _name in _fill(output, self._path, plan):
                    self._begun = True
        except OSError as error:
            raise failed(os_words(error), partly=self._begun) from error

    def _turn(self, output: Path, plan: DeployPlan) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        link = self._path.parent.resolve() / self._path.name
        with locked(link.parent):  # of two that turn the same link away, one would leave its folder behind
            self._turn_alone(link, output, plan)

    def _turn_alone(self, link: Path, output: Path, plan: DeployPlan) -> None:
        _sweep(link)
        old = link.resolve() if link.is_symlink() else None
        handle, note = tempfile.mkstemp(prefix=f".{link.name}.", suffix=_NOTE, dir=link.parent)
        fresh = link.with_name(Path(note).name[1:].removesuffix(_NOTE))
        made = [fresh.name]
        if old and old.parent == link.parent and old.name.startswith(f"{link.name}."):
            made.append(old.name)  # only what we made will go
        with os.fdopen(handle, "w", encoding="utf-8") as held:
            _held(held.fileno())
            held.write(json.dumps(made))
            held.flush()
            try:
                fresh.mkdir()
                fresh.chmod(0o755)
                if old and old.is_dir():  # also what others put there
                    shutil.copytree(old, fresh, copy_function=os.link, dirs_exist_ok=True, symlinks=True)
                for _name in _fill(output, fresh, plan):
                    pass  # nobody sees it yet
                turned = fresh.with_name(f"{fresh.name}.link")
                turned.symlink_to(fresh.name)
                put_in_place(turned, link)
            finally:
                _remove_made(link, made)
        Path(note).unlink(missing_ok=True)


def _sweep(link: Path) -> None:
    """Take away what deploys that were killed left beside *link*; one that still runs holds its note."""
    for note in link.parent.iterdir():
        if not (note.name.startswith(f".{link.name}.") and note.name.endswith(_NOTE)):
            continue
        with contextlib.suppress(OSError), note.open("r+", encoding="utf-8") as held:
            if _held(held.fileno()):
                with contextlib.suppress(ValueError):  # killed before it made anything
                    _remove_made(link, json.loads(held.read()))
                note.unlink(missing_ok=True)


def _remove_made(link: Path, made: list[str]) -> None:
    """Remove those of the folders *made* beside *link* that it does not lead to."""
    for name in made:
        folder = link.with_name(name)
        if name.startswith(f"{link.name}.") and folder != link.resolve():
            shutil.rmtree(folder, ignore_errors=True)
            folder.with_name(f"{name}.link").unlink(missing_ok=True)


def _held(handle: int) -> bool:
    """Lock the note; whether it is ours now: no other process holds it. Where nothing can be locked, none ever is."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _fill(output: Path, folder: Path, plan: DeployPlan) -> Iterator[str]:
    """Make *folder* what *plan* says, and give each name that was put or deleted once it was."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / MANIFEST, written(plan.between))
    for name in plan.put:
        # Moved into place, not written into: a hard link's other name keeps the old bytes.
        write_whole(folder / name, (output / name).read_bytes(), durable=False)
        yield name
    for name in plan.delete:
        path = folder / name
        if not path.parent.resolve().is_relative_to(folder.resolve()):
            continue  # by somebody's symbolic link: what lies there is theirs
        path.unlink(missing_ok=True)
        _remove_empty(path.parent, folder)
        yield name
    write_whole(folder / MANIFEST, written(plan.new))


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
