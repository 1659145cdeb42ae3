"""What somebody gives to be imported, looked into: files by name, whatever they come packed in.

A folder, a zip, a .gz and several files are all the same to a source: names and bytes. A packed name is only a name:
nothing is ever unpacked onto the disk, so that ``../`` leads nowhere. What claims to be larger than anybody's blog is
not read.
"""

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path, PurePosixPath

from tertulia.core.errors import ContentError, os_words
from tertulia.core.files import is_inside
from tertulia.core.languages import say

LARGEST_FILE_BYTES = 500_000_000
_LARGEST_INNER_BYTES = 200_000_000  # of a zip in a zip, which is read into memory
# A zip that is cut off, encrypted, packed in a way that nobody knows, or damaged where its packer looks.
_BROKEN = (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, OSError, KeyError, ValueError, zlib.error)
_MOST_FILES = 200_000
_HEAD_BYTES = 20_000
_RUBBISH = ("__MACOSX", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export."""

    name: str  # within what was given, with "/"; as the person knows it in messages
    size_bytes: int
    _read: Callable[[int], bytes]
    path: Path | None = None  # where it lies; None when it is packed
    was_read: list[bool] = field(default_factory=list, compare=False)  # not empty once somebody has read all of it

    @property
    def suffix(self) -> str:
        """ ".xml", in lower case."""
        return PurePosixPath(self.name).suffix.lower()

    def head(self) -> bytes:
        """How it begins."""
        return self._read(_HEAD_BYTES)

    def read(self) -> bytes:
        """
        All of it.

        Raises:
            ContentError: it is too large, or broken.
        """
        if self.size_bytes > LARGEST_FILE_BYTES:
            raise ContentError(say("import_huge", file=self.name, limit=LARGEST_FILE_BYTES // 1_000_000))
        data = self._read(LARGEST_FILE_BYTES + 1)
        self.was_read[:] = [True]
        if len(data) > LARGEST_FILE_BYTES:
            raise ContentError(say("import_huge", file=self.name, limit=LARGEST_FILE_BYTES // 1_000_000))
        return data


class Export:
    """
    The files given, by name.

    Args:
        paths: Files and folders.

    Raises:
        ContentError: one of them is not there, or cannot be opened.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        self.files: dict[str, ExportFile] = {}
        for path in paths:
            try:
                for file in _files_of(path):
                    name = file.name if file.name not in self.files else f"{path.parent.name}/{file.name}"
                    while name in self.files:  # two parts of one export may bear the same name
                        name = f"{name}+"
                    self.files[name] = replace(file, name=name)
                    if len(self.files) > _MOST_FILES:
                        raise ContentError(say("import_too_many", file=path.name, limit=_MOST_FILES))
            except OSError as error:
                raise ContentError(say("import_unreadable", why=os_words(error))) from error
            except _BROKEN as error:
                raise ContentError(say("import_broken_zip", file=path.name, why=error)) from error

    def __iter__(self) -> Iterator[ExportFile]:
        return iter(self.files.values())

    def named(self, *endings: str) -> list[ExportFile]:
        """Return the files whose name ends so, in order of name."""
        return [self.files[name] for name in sorted(self.files) if name.lower().endswith(endings)]

    def unread(self) -> list[str]:
        """Return the files that were given by name and that nobody has read."""
        return [file.name for file in self if file.path in self.paths and not file.was_read]


def _files_of(path: Path) -> Iterator[ExportFile]:
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            parts = one.relative_to(path).parts
            is_rubbish = any(part in _RUBBISH or part.startswith(".") for part in parts)
            if one.is_file() and not is_rubbish and is_inside(one, path):  # a link may lead to anybody's keys
                yield _plain(one, one.relative_to(path).as_posix())
    elif path.suffix.lower() == ".gz":
        yield ExportFile(path.stem, 0, lambda limit: _unpacked(path, limit))
    elif zipfile.is_zipfile(path):
        yield from _members(path)
    else:
        yield _plain(path, path.name)


def _plain(path: Path, name: str) -> ExportFile:
    def read(limit: int) -> bytes:
        with path.open("rb") as stream:
            return stream.read(limit)

    return ExportFile(name, path.stat().st_size, read, path)


def _unpacked(path: Path, limit: int) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(limit)
    except (OSError, EOFError, zlib.error) as error:
        raise ContentError(say("import_broken_zip", file=path.name, why=error)) from error


def _members(path: Path) -> Iterator[ExportFile]:
    """Yield the files of a zip; each is read from it when it is asked for."""
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if not parts or _is_rubbish(parts):
            continue

        def read(limit: int, name: str = entry.filename) -> bytes:
            try:
                with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
                    return stream.read(limit)
            except _BROKEN as error:
                raise ContentError(say("import_broken_zip", file=path.name, why=error)) from error

        file = ExportFile("/".join(parts), entry.file_size, read)
        if file.suffix == ".zip" and 0 < entry.file_size <= _LARGEST_INNER_BYTES:  # Tumblr's "posts.zip" is in its zip
            yield from _inner_members(file, path)
        else:
            yield file


def _inner_members(file: ExportFile, path: Path) -> Iterator[ExportFile]:
    """Yield the files of a zip in a zip, in a folder that is called as it; none of those in there."""
    data = file.read()
    if not zipfile.is_zipfile(BytesIO(data)):
        yield file
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
            if entry.is_dir() or not parts or _is_rubbish(parts):
                continue

            def read(limit: int, name: str = entry.filename) -> bytes:
                try:
                    with zipfile.ZipFile(BytesIO(data)) as archive, archive.open(name) as stream:
                        return stream.read(limit)
                except _BROKEN as error:
                    raise ContentError(say("import_broken_zip", file=path.name, why=error)) from error

            yield ExportFile("/".join((file.name.removesuffix(".zip"), *parts)), entry.file_size, read)


def _is_rubbish(parts: Sequence[str]) -> bool:
    return any(part in _RUBBISH or part in ("..", "/") or part.startswith("._") for part in parts)
