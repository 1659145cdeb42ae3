"""Where captures are kept: ``content/embeds/<provider>/<id>.json``, its pictures beside it.

A picture's name holds a piece of its hash, so a new version never writes over a picture that the old JSON needs.
Pictures go first, the JSON is moved into place last, and only then what nobody needs any more is deleted: killed at
any moment, the store holds the old item or the new one, whole. Whoever looks, asks and then saves does so ``locked``.
"""

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tertulia.core import lazy_re, strict_json
from tertulia.core.errors import ContentError
from tertulia.core.files import is_inside, locked, part_prefix, read_regular, write_if_changed
from tertulia.core.languages import say
from tertulia.embeds.types import Capture, State, files_of, fingerprint

# No file takes this long to be written: an unfinished one that is older was left by a run that was killed.
PART_SECONDS = 3600
_UNSAFE = lazy_re.compile(r"[^A-Za-z0-9._-]+")


def file_stem(id: str) -> str:
    """
    Return the file name, without its end, for an item's id: ASCII letters, digits, dot, hyphen and underscore only.

    Where that makes another word of the id, or cuts it, a piece of its hash tells it from its like: "ana/x-y" and
    "ana-x/y" are two items.
    """
    plain = _plain_stem(id)
    return plain if plain == id else _told_apart(plain, id)


def _plain_stem(id: str) -> str:
    return _UNSAFE.sub("-", id).strip(".-")[:120] or "item"


def _told_apart(plain: str, id: str) -> str:
    return f"{plain[:100]}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"


FOLDER = "embeds"


class CaptureStore:
    """The captures of one blog."""

    def __init__(self, content_dir: Path) -> None:
        self.path = content_dir / FOLDER
        self.asked: dict[Path, bool] = {}  # where something was looked for since somebody emptied it, and was it there

    def file(self, provider: str, id: str) -> Path:
        """Where the item is, or would be: never where another one is."""
        places = self._places(provider, id)
        held = next((file for file in places if self._is_of(file, provider, id)), None)
        return held or (places[1] if _plain_stem(id) == id and places[0].exists() else places[0])

    def load(self, provider: str, id: str) -> Capture | None:
        """
        Return the item as it was captured, None when it never was.

        Raises:
            ContentError: the file is there and cannot be read.
        """
        for file in self._places(provider, id):
            capture = self._read(file)
            self.asked[file] = capture is not None
            # Where capitals do not count in file names, two ids may share a file; only the exact one is meant.
            if capture and (capture.provider, capture.id) == (provider, id):
                return capture
        return None

    def _places(self, provider: str, id: str) -> tuple[Path, Path]:
        """Where the item may be: under its name, and under one that nobody else has or that of earlier years."""
        plain = _plain_stem(id)
        apart = _told_apart(plain, id)
        first, second = (plain, apart) if plain == id else (apart, plain)
        return self.path / provider / f"{first}.json", self.path / provider / f"{second}.json"

    def _read(self, file: Path) -> Capture | None:
        if not is_inside(file, self.path.parent):  # a link out of content/, which the build tells
            return None
        try:
            return strict_json.decode(read_regular(file), type=Capture)
        except FileNotFoundError:
            return None
        except (ValueError, OSError) as error:
            raise ContentError(say("embed_unreadable", file=file, reason=error)) from error

    def _is_of(self, file: Path, provider: str, id: str) -> bool:
        """Whether *file* holds the item; one that cannot be read holds what its name says."""
        try:
            capture = self._read(file)
        except ContentError:
            return file.stem == file_stem(id)
        return capture is not None and (capture.provider, capture.id) == (provider, id)

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Hold the store for the block; another run waits, and then sees what this one has kept."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return locked(self.path.parent)

    def is_removed(self, provider: str, id: str) -> bool:
        """Whether somebody asked for the item to be taken out."""
        try:
            kept = self.load(provider, id)
        except ContentError:
            return False
        return kept is not None and kept.state == State.REMOVED

    def all(self) -> Iterator[Capture]:
        """Every readable item, in a stable order."""
        for file in sorted(self.path.glob("*/*.json")):
            with contextlib.suppress(ValueError, OSError):
                yield strict_json.decode(read_regular(file), type=Capture)

    def save(self, capture: Capture, pictures: Mapping[str, bytes] | None = None) -> bool:
        """
        Keep *capture* and its pictures.

        Returns:
            Whether anything changed on disk.
        """
        file = self.file(capture.provider, capture.id)
        capture.hash = fingerprint(capture)
        for name, data in (pictures or {}).items():
            write_if_changed(file.parent / name, data)
        changed = write_if_changed(file, msgspec.json.format(msgspec.json.encode(capture), indent=1) + b"\n")
        self._sweep(capture, file)
        return changed

    def pictures(self, provider: str, id: str) -> list[Path]:
        """Every picture and film file that belongs to the item, needed or left over."""
        folder, stems = self.path / provider, {file_stem(id), self.file(provider, id).stem}
        # "1134-3f9a2b1c.webp" is of "1134"; "1134-2-3f9a2b1c.webp" is of "1134-2".
        own = re.compile(rf"(?:{'|'.join(map(re.escape, stems))})-[0-9a-f]{{12}}\.(?:webp|mp4)")
        found = sorted(path for path in folder.glob("*.*") if own.fullmatch(path.name))
        others = self._needed_by_others(provider, id) if found else set()
        return [path for path in found if path.name not in others]

    def _needed_by_others(self, provider: str, id: str) -> set[str]:
        """Return the files of items whose names begin as this one's name once did."""
        needed: set[str] = set()
        for file in (self.path / provider).glob(f"{_plain_stem(id)[:100]}*.json"):
            with contextlib.suppress(ContentError):
                if (capture := self._read(file)) and capture.id != id:
                    needed.update(files_of(capture))
        return needed

    def _sweep(self, capture: Capture, file: Path) -> None:
        needed = set(files_of(capture))
        for path in self.pictures(capture.provider, capture.id):
            if path.name not in needed:
                path.unlink(missing_ok=True)
        for path in file.parent.glob(f"{part_prefix(file)}*.part"):
            with contextlib.suppress(FileNotFoundError):  # another run's, finished meanwhile
                if path.stat().st_mtime < time.time() - PART_SECONDS:
                    path.unlink()
