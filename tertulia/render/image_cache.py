"""The pictures that are made already, kept by what is in the original: ``var/cache/images``.

Each is made once, and several at a time, in a process of its own: Pillow lets go of Python's lock while it decodes,
resizes and encodes.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import PIL  # its number alone: who decodes loads the rest
from msgspec.structs import astuple

from tertulia.core import strict_json
from tertulia.core.files import write_whole
from tertulia.core.languages import carried
from tertulia.core.parallel import Aside
from tertulia.render.picture_facts import MAX_BYTES, RECIPE, SUFFIXES, Facts, PictureError, Variant, too_heavy

# A picture, what is known of it, and what is to be made of it.
_Order = tuple[Path, Facts, Sequence[Variant]]


class ImageCache:
    """
    Makes what is published of pictures, and keeps it.

    ``facts`` costs one ``stat`` for a picture that has not changed. ``enqueue`` notes what is not there yet, ``begin``
    starts the work on it, ``finish`` does the rest and waits. The folder may be deleted at any time; everything is
    made again.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = folder
        self._threads = threads or max(1, min(4, os.cpu_count() or 1) - 1)
        self._index: dict[str, list[object]] | None = None  # path → what stat said, and the facts
        self._new = False
        self._enqueued: set[Path] = set()  # the files to be
        self._waiting: list[_Order] = []
        self._begun: list[Aside[dict[Path, PictureError]]] = []

    def facts(self, path: Path) -> Facts:
        """
        Return what is known of the picture at *path*.

        Raises:
            PictureError: see ``look``; or the file cannot be read.
        """
        index = self._read_index()
        try:
            stat = path.stat()
            seen = [stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size]
            known = index.get(str(path))
            if known and known[:3] == seen:
                return Facts(*known[3:])  # type: ignore[arg-type]
            from tertulia.render.images import look  # Pillow: only who has new pictures waits for it

            facts = look(_read(path, stat.st_size), path.name)
        except OSError as error:
            raise _unreadable(path, error) from error
        index[str(path)] = [*seen, *astuple(facts)]
        self._new = True
        return facts

    def path_for(self, facts: Facts, variant: Variant) -> Path:
        """Where the file for *variant* is, or will be once it is made."""
        # Another Pillow may write other bytes; the published name stays, as what is seen does.
        made_by = f"{RECIPE}-{PIL.__version__}"
        name = f"{facts.digest}-{variant.width_px}-{made_by}{SUFFIXES[variant.kind]}"
        return self.folder / facts.digest[:2] / name

    def enqueue(self, path: Path, facts: Facts, wanted: Sequence[Variant]) -> None:
        """Have *wanted* made of the picture at *path*, those that are not there yet."""
        missing = [v for v in wanted if not self._is_there(self.path_for(facts, v))]
        if missing:
            self._waiting.append((path, facts, missing))
            self._enqueued.update(self.path_for(facts, variant) for variant in missing)

    def _is_there(self, path: Path) -> bool:
        """Whether the file is made, or will be."""
        return path in self._enqueued or is_whole(path)

    def begin(self) -> None:
        """Start making what has been ordered until now."""
        if self._waiting:
            self._begun.append(Aside(partial(self._make_all, self._waiting)))
            self._waiting = []

    def finish(self) -> dict[Path, PictureError]:
        """Wait until all that was ordered is made; the originals that could not be, each with its error."""
        failed = self._make_all(self._waiting)
        for begun in self._begun:
            failed |= begun.wait()
        self._waiting, self._begun = [], []
        self._enqueued.clear()
        self._write_index()
        return failed

    def _make_all(self, orders: Sequence[_Order]) -> dict[Path, PictureError]:
        from concurrent.futures import ThreadPoolExecutor

        failed: dict[Path, PictureError] = {}
        make = carried(self._make)
        with ThreadPoolExecutor(self._threads, "image_cache") as pool:
            for (path, _, _), work in [(order, pool.submit(make, *order)) for order in orders]:
                try:
                    work.result()
                except PictureError as error:
                    failed[path] = error
                except OSError as error:
                    failed[path] = _unreadable(path, error)
        return failed

    def _make(self, path: Path, facts: Facts, wanted: Sequence[Variant]) -> None:
        from tertulia.render.images import render

        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != facts.digest:  # saved anew since we looked
            raise PictureError("damaged", path.name)
        for variant, made in zip(wanted, render(data, wanted, path.name), strict=True):
            write_whole(self.path_for(facts, variant), made, durable=False)

    def _read_index(self) -> dict[str, list[object]]:
        if self._index is None:
            try:
                read = strict_json.decode((self.folder / "index.json").read_text("utf-8"))
                self._index = read["pictures"] if read["recipe"] == RECIPE else {}
            except (OSError, ValueError, KeyError, TypeError):  # none yet, or not ours: it only saves time
                self._index = {}
        return self._index

    def _write_index(self) -> None:
        if self._new and self._index is not None:
            text = json.dumps({"recipe": RECIPE, "pictures": self._index}, sort_keys=True)
            write_whole(self.folder / "index.json", text, durable=False)
            self._new = False


# How a file of each kind ends: PNG's last chunk, JPEG's end of image, GIF's trailer. WebP says its length instead.
_ENDS = {".png": b"IEND\xaeB`\x82", ".jpg": b"\xff\xd9", ".gif": b";"}


def is_whole(path: Path) -> bool:
    """
    Whether the picture at *path* is there to its end: after a power cut a file that nobody waited for may be cut.

    What it is is told by its name; of SVG and AVIF only that something is there.
    https://www.w3.org/TR/png-3/#11IEND, https://developers.google.com/speed/webp/docs/riff_container
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 8))
            tail = file.read()
    except OSError:
        return False
    if path.suffix == ".webp":
        return head[:4] == b"RIFF" and int.from_bytes(head[4:], "little") + 8 == size
    return bool(head) and tail.endswith(_ENDS.get(path.suffix, b""))


def _read(path: Path, size_bytes: int) -> bytes:
    if size_bytes > MAX_BYTES:
        raise too_heavy(path.name, size_bytes, MAX_BYTES)
    return path.read_bytes()


def _unreadable(path: Path, error: OSError) -> PictureError:
    return PictureError("unreadable", path.name, cause=error.strerror or type(error).__name__)
