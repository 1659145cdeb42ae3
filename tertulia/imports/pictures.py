"""The old site's pictures and files: found, at the size in which they were uploaded, and copied once.

What posts show is looked for in the folder of uploads that was given. WordPress, Photon and others serve made-smaller
copies under names that tell the original: that is what comes over, under the path it had there, without what the camera
noted.
"""

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from tertulia.core.addresses import host_of, split_address
from tertulia.core.errors import ContentError
from tertulia.core.files import everywhere, write_whole
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.fetching import OldFiles
from tertulia.imports.types import Loss
from tertulia.render.images import clean
from tertulia.render.picture_facts import PICTURE_SUFFIXES, PictureError

PHOTON = re.compile(r"i\d\.wp\.com")
_SMALLER = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w+$)")
_ALTERED = re.compile(r"(?:-scaled|-rotated|-e\d{10,13})(?=\.\w+$)")
# Where exports and sites keep pictures.
_FOLDERS = re.compile(r"^(?:.*?/)?(?:uploads|images|img|media|files|albums|static|assets)/", re.I)
_NO_FILES = (
    ".php",
    ".html",
    ".htm",
    ".asp",
    ".aspx",
    ".cgi",
    ".md",
    ".py",
    ".toml",
    ".json",
    ".js",
    ".css",
    ".exe",
    ".sh",
)
LARGEST_BYTES = 100_000_000


class Pictures:
    """
    The files of the old site that posts use.

    Args:
        content: The blog's ``content``.
        uploads: Where copies of the old site's files lie; None when nobody gave any.
        old_files: Who asks the old site for what is not there; None asks nobody.
        export: What was given to import, which may hold pictures too.
        later: Nobody is asked now, but will be: this is a dry run.
    """

    def __init__(
        self,
        content: Path,
        uploads: Path | None,
        old_files: OldFiles | None = None,
        export: Export | None = None,
        *,
        later: bool = False,
    ) -> None:
        self.content = content
        self.hosts: frozenset[str] = frozenset()  # of the old site, which may be asked
        self._old_files = old_files
        self._later = later
        self.used: dict[str, Path | ExportFile] = {}  # under content/images → the file
        self._names: dict[str, tuple[str, Path | ExportFile]] = {}  # the same, by names without capitals
        self._by_name: dict[str, list[tuple[PurePosixPath, Path | ExportFile]]] = {}
        if uploads:
            for path in sorted(uploads.rglob("*")):
                inside = PurePosixPath(path.relative_to(uploads).as_posix())
                if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                    self._by_name.setdefault(_folded(inside.name), []).append((inside, path))
        for file in export or ():
            if file.suffix and file.suffix not in _NO_FILES:
                inside = PurePosixPath(file.name)
                self._by_name.setdefault(_folded(inside.name), []).append((inside, file))
        self._found: dict[str, str] = {}

    def shown(self, address: str) -> str:
        """Where the file at an old *address* will be, from the site's root: "/images/2019/04/x.jpg"; "" for nowhere."""
        if address not in self._found:
            self._found[address] = self._find(address)
        return self._found[address]

    def linked(self, address: str) -> str:
        """Return the same, for what a link may lead to: a page is no file."""
        ending = PurePosixPath(split_address(address).path).suffix.lower()
        return self.shown(address) if ending and ending not in _NO_FILES else ""

    def _find(self, address: str) -> str:
        for path in _candidates(address):
            alike = [one for one in self._by_name.get(_folded(path.name), []) if _ends_alike(path, one[0], _folded)]
            if alike:  # "Foto.jpg" and "foto.jpg" are two: first whoever is spelled the same
                return self._take(*next((one for one in alike if _ends_alike(path, one[0], _composed)), alike[0]))
        return self._asked(address) if self._old_files and self._may_ask(host_of(address)) else ""

    def missing(self, address: str) -> str:
        """Return as which ``Loss`` a picture that is not here is told."""
        return "picture_later" if self._later and self._may_ask(host_of(address)) else "picture"

    def _may_ask(self, host: str) -> bool:
        return any(host == one or host.endswith(f".{one}") for one in self.hosts)

    def _asked(self, address: str) -> str:
        """Return what the old site gives for *address*, the original first."""
        assert self._old_files is not None
        origin = split_address(address).origin
        for path in _candidates(address):
            file = self._old_files.get(f"{origin}/{quote(path.as_posix())}")
            if file:
                name = re.sub(r"^(?:.*/)?(?:uploads|images|img|media|files)/", "", path.as_posix()) or path.name
                if ".." not in path.parts:
                    return self._kept(name, file)
        return ""

    def _take(self, inside: PurePosixPath, file: Path | ExportFile) -> str:
        name = unicodedata.normalize("NFC", inside.as_posix())
        if isinstance(file, ExportFile):
            short = _FOLDERS.sub("", name)
            name = short if self.used.get(short, file) is file else name
        return self._kept(name, file)

    def _kept(self, name: str, file: Path | ExportFile) -> str:
        """Bring *file* over under *name*, or what every system can call it and no other file here is called."""
        path = PurePosixPath(*map(everywhere, PurePosixPath(name).parts))  # Medium has "1*abc.jpeg"
        for number in itertools.count(1):
            inside = str(path.with_name(f"{path.stem}-{number}{path.suffix}") if number > 1 else path)
            if self._names.setdefault(_folded(inside), (inside, file)) == (inside, file):
                break
        self.used[inside] = file
        return f"/images/{inside}"

    def moved(self) -> dict[str, str]:
        """Old address → new one of every file that posts use."""
        return {old: new for old, new in self._found.items() if new}

    def copy(self, seen: dict[str, str]) -> Iterator[tuple[str, Loss | None]]:
        """
        Bring what is used into ``content/images``; each file with what went wrong with it.

        Args:
            seen: What each was when it was last copied, by name; brought up to date.
        """
        for name, source in sorted(self.used.items()):
            target = self.content / "images" / name
            if name in seen:  # what somebody changed or took away since is theirs
                yield name, None
                continue
            size = source.size_bytes if isinstance(source, ExportFile) else source.stat().st_size
            if size > LARGEST_BYTES:
                yield name, Loss("huge_file", name)
                continue
            try:
                data = source.read() if isinstance(source, ExportFile) else source.read_bytes()
            except ContentError as error:  # a broken zip
                yield name, Loss("broken_picture", f"{name}: {error}")
                continue
            if PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES:
                try:
                    data = clean(data, name)
                except PictureError as error:
                    yield name, Loss("broken_picture", f"{name}: {error.what}")
                    continue
            if target.exists() and hashlib.sha256(target.read_bytes()).digest() != hashlib.sha256(data).digest():
                yield name, Loss("taken_picture", name)
                continue
            write_whole(target, data, durable=False)
            seen[name] = str(size)
            yield name, None


def _candidates(address: str) -> Iterator[PurePosixPath]:
    """Yield the paths under which the file at *address* may lie, the original first."""
    parts = split_address(address)
    path = unquote(parts.path)
    if PHOTON.fullmatch(parts.host):  # i0.wp.com/blog.example/wp-content/…
        path = "/" + path.lstrip("/").partition("/")[2]
    bare = _ALTERED.sub("", _SMALLER.sub("", path))
    for one in dict.fromkeys((bare, _SMALLER.sub("", path), path)):
        if one.strip("/"):
            yield PurePosixPath(unicodedata.normalize("NFC", one.lstrip("/")))
    if bare != path:  # the original of a copy made smaller may itself be a "-scaled" one
        original = PurePosixPath(bare.lstrip("/"))
        yield original.with_name(f"{original.stem}-scaled{original.suffix}")


def _ends_alike(path: PurePosixPath, inside: PurePosixPath, spelled: Callable[[str], str]) -> bool:
    """Whether *inside* the uploads is what *path* on the old site was: all of the one or of the other is the same."""
    there = [spelled(part) for part in path.parts]
    here = [spelled(part) for part in inside.parts]
    length = min(len(there), len(here))
    return there[-length:] == here[-length:]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _composed(name).casefold()
