"""What a build remembers for the next one, below ``var/cache``: what its files read as, and what its pages are made of.

All of it can be lost: a file that is missing, damaged or of another epoch is as good as none, and everything is built.
The *epoch* is a digest of all that every page may depend on and that is no post: our code, the libraries, the theme,
the settings, the words, the tables in ``content/``. A new epoch builds everything. Pictures and captures are kept with
the posts that look for them.

Settings:
    STATE_PATH    the folder where it is kept; absent, nothing is: plain ``pelican`` builds everything each time.
    KEPT_OUTPUT   the output that the last build of this kind made; pages that have not changed are taken from there.
"""

import hashlib
import os
import pickle
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tertulia.core import lazy_re, paths
from tertulia.core.asked import Answer, Question
from tertulia.core.files import write_whole
from tertulia.embeds.capture_store import FOLDER as CAPTURES
from tertulia.render.picture_facts import PICTURE_SUFFIXES
from tertulia.render.resolver import FOLDER as IMAGES
from tertulia.site.build_inputs import folders
from tertulia.site.extra import FOLDER as EXTRA
from tertulia.site.records import Looked, Reading
from tertulia.site.shelf import LaidBy, Packed, Shelf, pack
from tertulia.site.strays import ENDINGS
from tertulia.site.up_to_date import PASSED_OVER, Stamp, is_sure, stamp_of

# Readings lie in so many files, so that an edit reads and writes a small part of them.
PARTS = 256
EVER = datetime(1, 1, 1, tzinfo=UTC)  # the date of a page that has none
# What a page is made with and whose version its bytes may depend on.
LIBRARIES = (
    *("babel", "jinja2", "lxml", "markdown", "markdown-it-py", "markupsafe", "nh3", "pelican", "pillow"),
    *("pymdown-extensions", "tzdata"),
)
# Settings that say where a build goes, or that hold what it makes of itself.
_NO_INPUT = frozenset(
    {"OUTPUT_PATH", "PREVIOUS_OUTPUT", "KEPT_OUTPUT", "STATE_PATH", "SITE_BUILD", "NOW", "INPUTS_PATH"}
)
# Tables of which a post depends on what it asked them; and files that no page depends on.
TABLES = ("people.toml", "tags.toml", "links.toml")
_READ_EACH_TIME = ("redirects.toml", "answers.toml")
_PICTURES = tuple(PICTURE_SUFFIXES)
_BY_IDENTITY = lazy_re.compile(r" at 0x[0-9a-f]+")

_NOTHING: Stamp = (0, 0, 0, 0)  # of what cannot be looked at, a link that leads nowhere


class KeptReading(NamedTuple):
    """What a file read as."""

    stamp: Stamp  # of the file, before it was read
    made: datetime
    due: datetime | None  # when it may read otherwise, though nobody touches it
    reading: bytes  # pickled: times keep their zones
    digest: bytes  # of its record
    names: str  # of which posts there were, where it names others; else ""
    looked: tuple[tuple[Looked, Stamp | None], ...]  # for what, and what that was
    asked: tuple[tuple[str, Question, Answer], ...]  # which tables, what, and the answer
    tables: str  # the tables as they were then


class KeptPage(NamedTuple):
    """A page as it was written."""

    key: bytes  # the digest of all that it was made of
    told: str  # of these parts, between zeros, a short digest each, with its name: so that a change can be explained
    stamp: tuple[int, int, int]  # of its file


class BuildState:
    """
    What is known of the build before.

    Args:
        folder: Where it is kept; None where nothing is.
        epoch: The digest of what everything depends on.
        names: The digest of which posts there are, by their files.
        tables: What tells the tables that posts are read with as they are.
    """

    def __init__(self, folder: Path | None = None, epoch: str = "", names: str = "", tables: str = "") -> None:
        self.folder, self.epoch, self.names, self.tables = folder, epoch, names, tables
        self.shelf = Shelf(folder)
        # What is to be kept: of each file its ``KeptReading`` but for the reading, and that; None as it was.
        self._readings: list[dict[str, tuple[LaidBy, LaidBy] | None]] = [{} for _ in range(PARTS)]
        self._before: list[Set[str] | None] = [None] * PARTS  # the files of each part, once it has been looked at
        self._changed: set[int] = set()
        self._retold: set[str] = set()  # files to which other tables than before tell the same
        self.digests: dict[str, bytes] = {}  # of each record, by the file as its author knows it
        self.pages: dict[str, KeptPage] = _load(self._pages, epoch)
        self.is_new = not self.pages
        self.unsure: set[str] = set()  # files that were saved so shortly before that they may be others already

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "BuildState":
        """Return the state that *settings* name, as the last build left it."""
        folder = settings.get("STATE_PATH")
        if not folder:
            return cls()
        content = Path(settings["PATH"])
        tables = repr([stamp_of(str(content / name)) for name in TABLES])
        return cls(Path(folder), epoch_of(settings), names_of(content), tables)

    def known(
        self,
        files: Iterable[str],
        now: datetime,
        find: Callable[[str, Path], Path | None],
        is_told_the_same: Callable[[Iterable[tuple[str, Question, Answer]]], bool],
    ) -> Iterator[tuple[str, Packed]]:
        """
        Yield what those of *files* read as that are what they were, and say the same *now*.

        Args:
            find: Gives the picture that a file means.
            is_told_the_same: Says whether the tables still answer so.
        """
        for at, of_part in groupby(sorted(files, key=_part_of), _part_of):  # one part of them in memory at a time
            held = self._load_part(at)
            for path in of_part:
                kept = held.get(path)
                if kept is None or not (kept.made <= now and (kept.due is None or now < kept.due)):
                    continue
                if kept.names and kept.names != self.names:
                    continue
                if kept.tables != self.tables and not is_told_the_same(kept.asked):
                    continue
                try:
                    if stamp_of(path) != kept.stamp or not all(_is_as_it_was(*one, find) for one in kept.looked):
                        continue
                    reading = pickle.loads(kept.reading)
                    self._note(reading, kept.digest)
                except (OSError, pickle.PickleError, AttributeError, TypeError, ValueError, EOFError):
                    continue
                self._readings[at][path] = None
                if kept.tables != self.tables:
                    self._retold.add(path)
                    self._changed.add(at)
                yield path, pack(reading, kept.reading)

    def _load_part(self, at: int) -> dict[str, KeptReading]:
        held: dict[str, KeptReading] = _load(self._part(at), self.epoch)
        self._before[at] = frozenset(held)  # its keys would hold all of it
        return held

    def keep(
        self,
        path: str,
        reading: Reading,
        *,
        stamp: Stamp | None,
        looked_ns: int,
        whole: LaidBy,
        told: bytes,
        now: datetime,
    ) -> None:
        """
        Remember that the file at *path* reads as *reading*, where anything is remembered.

        Args:
            stamp: The file's before it was read; None where it could not be looked at.
            looked_ns: When that was, by this machine's clock.
            whole: All that was read.
            told: Its digest.
        """
        if not self.folder:
            return
        names = self.names if reading.seeks_posts else ""
        looked = tuple((one, stamp_of(one.path) if one.path else None) for one in reading.looked)
        kept = KeptReading(stamp or _NOTHING, now, reading.due, b"", told, names, looked, reading.asked, self.tables)
        sure = stamp is not None and is_sure(stamp, looked_ns) and not reading.guessed
        sure &= all(one.found == (there is not None) and is_sure(there or _NOTHING, looked_ns) for one, there in looked)
        sure &= reading.due is None or reading.due > now
        if sure:
            rest = self.shelf.put(pickle.dumps(kept, pickle.HIGHEST_PROTOCOL))
            self._readings[_part_of(path)][path] = rest, whole
        else:
            self.unsure.add(path)
        self._note(reading, told)
        self._changed.add(_part_of(path))

    def _note(self, reading: Reading, told: bytes) -> None:
        if reading.record:
            self.digests[reading.record.shown_path] = told

    def save(self, pages: Mapping[str, KeptPage]) -> None:
        """Leave all of it for the next build; the pages last, without which nothing else counts."""
        if not self.folder:
            return
        for at, now in enumerate(self._readings):
            if (before := self._before[at]) is None:
                before = self._load_part(at).keys()
            if at in self._changed or before != now.keys():
                _save(self._part(at), self.epoch, dict(self._kept(at)))
        _save(self._pages, self.epoch, dict(pages))

    def _kept(self, at: int) -> Iterator[tuple[str, KeptReading]]:
        """Yield what is to be kept in one part; another build may have left that part meanwhile."""
        before = self._load_part(at) if None in self._readings[at].values() else {}
        for path, places in self._readings[at].items():
            if places:
                rest, whole = places
                yield path, pickle.loads(rest.read())._replace(reading=whole.read())
            elif kept := before.get(path):
                yield path, kept._replace(tables=self.tables) if path in self._retold else kept

    def value(self, name: str) -> Any:
        """Return what ``keep_value`` left under this *name*, in this epoch; None where nothing was."""
        return _load(self.folder and self.folder / name, self.epoch).get(name)

    def keep_value(self, name: str, value: object) -> None:
        """Remember *value* under its *name*, at once."""
        if self.folder:
            _save(self.folder / name, self.epoch, {name: value})

    def _part(self, at: int) -> Path | None:
        return self.folder / _name(at) if self.folder else None

    @property
    def is_kept(self) -> bool:
        """Whether anything is remembered at all."""
        return self.folder is not None

    @property
    def _pages(self) -> Path | None:
        return self.folder / "pages" if self.folder else None


def reading_at(folder: Path, epoch: str, path: str) -> Reading | None:
    """Return what the file at *path* had read as in a build of *epoch* that kept it in *folder*, or None."""
    kept: KeptReading | None = _load(folder / _name(_part_of(path)), epoch).get(path)
    try:
        return pickle.loads(kept.reading) if kept else None
    except Exception:  # as for a damaged file
        return None


def digest_of(reading: Reading) -> bytes:
    """Of the record, the same in every process; a page that says no date has the build's, and does not show it."""
    record = reading.record
    if record and record.is_page and "date" not in record.header_lines:
        record = msgspec.structs.replace(record, date=EVER)
    return _mark(msgspec.json.encode(record, enc_hook=repr))


def _is_as_it_was(looked: Looked, stamp: Stamp | None, find: Callable[[str, Path], Path | None]) -> bool:
    """Whether what a file made its reader look for is where it was found, and the same; or still is nowhere."""
    if looked.written and str(find(looked.written, Path(looked.beside)) or "") != looked.path:
        return False
    return not looked.path or stamp_of(looked.path) == stamp


def _name(part: int) -> str:
    return f"readings-{part:02}"


def _part_of(path: str) -> int:
    return zlib.crc32(path.encode("utf-8", "surrogatepass")) % PARTS


def _load(path: Path | None, epoch: str) -> dict[str, Any]:
    """Return what *path* holds of this *epoch*; nothing where it cannot be read or is not what was written."""
    try:
        data = path.read_bytes() if path else b""
        mark, packed = data[:16], data[16:]
        if mark != _mark(packed):
            return {}
        of_epoch, held = pickle.loads(packed)
        return held if of_epoch == epoch else {}
    except Exception:  # whatever a damaged file does to those who read it
        return {}


def _save(path: Path | None, epoch: str, held: dict[str, Any]) -> None:
    packed = pickle.dumps((epoch, held), pickle.HIGHEST_PROTOCOL)
    assert path
    write_whole(path, _mark(packed) + packed, mode=0o600, durable=False)


def _mark(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


# ── the epoch ────────────────────────────────────────────────────────────────────────────────────────────────


def epoch_of(settings: Mapping[str, Any]) -> str:
    """
    Return a digest of all that every page may depend on, but the posts, what they show, and what is said under them.
    """
    told = hashlib.blake2b(digest_size=16)
    told.update(repr((sys.version, [_version(name) for name in LIBRARIES])).encode())
    told.update(settings_told(settings).encode())
    for folder in sorted(folders(settings)):
        for path in _files(folder):
            if not _is_of_posts(path, settings):
                told.update(f"{path}\0{stamp_of(path) or _NOTHING}\n".encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def _is_of_posts(path: str, settings: Mapping[str, Any]) -> bool:
    """
    Whether the file at *path* is a post, or what only those depend on that ask for it: a picture, a capture, a table.

    Or what no page depends on, and is read or put into the output by every build.
    """
    content = os.path.join(settings["PATH"], "")
    if not path.startswith(content) or path.startswith(os.path.join(paths.own_theme(content), "")):
        return False
    name = path[len(content) :]
    is_read = name.startswith(
        tuple(os.path.join(one, "") for one in (*settings["ARTICLE_PATHS"], *settings["PAGE_PATHS"]))
    )
    if is_read and name.endswith(ENDINGS):
        return True
    if name in (*TABLES, *_READ_EACH_TIME) or name.startswith(os.path.join(EXTRA, "")):
        return True
    is_picture = name.lower().endswith(_PICTURES) and (is_read or name.startswith(os.path.join(IMAGES, "")))
    return is_picture or name.startswith(os.path.join(CAPTURES, ""))


def names_of(content: Path) -> str:
    """Return a digest of the names of all posts and pages."""
    found = (os.path.join(where, name) for where, _, files in os.walk(content) for name in files)
    return _mark("\0".join(sorted(name for name in found if name.endswith(ENDINGS))).encode("utf-8", "replace")).hex()


def settings_told(settings: Mapping[str, Any]) -> str:
    """Return *settings* in words that are the same in every process; what has none is of this process alone."""
    said = repr(sorted((name, value) for name, value in settings.items() if name.isupper() and name not in _NO_INPUT))
    return f"{said} {time.time_ns()}" if _BY_IDENTITY.search(said) else said


def _version(name: str) -> str:
    from importlib import metadata  # once for each new epoch

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _files(folder: str) -> Iterator[str]:
    """Every file below *folder*, in order."""
    for where, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name not in PASSED_OVER)
        yield from (os.path.join(where, name) for name in sorted(files))
