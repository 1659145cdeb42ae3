"""The digest of each file of the built site, so that a file is read once, and not at each deploy.

A build takes a page that has not changed as the very file that it was: with its time, size and number, which change
with whatever is written. What is remembered may be lost or damaged: then files are read.
"""

import contextlib
import hashlib
import os
import time
from pathlib import Path

import msgspec

from tertulia.core import strict_json
from tertulia.core.files import write_whole
from tertulia.site.up_to_date import SECOND_NS, TICK_NS

PLACE = "var/cache/digests.json"  # in the blog's folder

Mark = tuple[int, int, int]  # its time in nanoseconds, size and number


class Digests:
    """
    SHA-256 of files.

    Args:
        place: Where they are remembered; None where they are not.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        self._looked_ns = time.time_ns()
        self._before: dict[str, tuple[Mark, str]] = {}
        self._now: dict[str, tuple[Mark, str]] = {}
        if place:
            with contextlib.suppress(OSError, ValueError):
                self._before = strict_json.decode(place.read_bytes(), type=dict[str, tuple[Mark, str]])

    def of(self, path: Path, name: str) -> str:
        """
        Take the digest of the file at *path*, in hexadecimal.

        Args:
            name: What it is remembered by.

        Raises:
            OSError: it cannot be read.
        """
        found = os.stat(path)
        mark = found.st_mtime_ns, found.st_size, found.st_ino
        known = self._before.get(name)
        digest = known[1] if known and known[0] == mark else hashlib.sha256(path.read_bytes()).hexdigest()
        # What was written just now may be written again within the same tick of the clock.
        if self._looked_ns - mark[0] > (TICK_NS if mark[0] % 1_000_000_000 else SECOND_NS):
            self._now[name] = mark, digest
        return digest

    def save(self) -> None:
        """Remember those that were asked for; a disk that is full or cannot be written forgets them."""
        if self._place and self._now != self._before:
            with contextlib.suppress(OSError):
                write_whole(self._place, msgspec.json.encode(self._now), mode=0o600, durable=False)
