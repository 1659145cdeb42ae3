"""A second witness: what was about to be sent, in a file of its own beside the store.

A network that can be searched needs none: a lost store is mended by looking. Where nothing can be looked at (Telegram,
webhooks, mail) this file is what keeps a lost store from saying everything twice. One key a line, written to the disk
before the wire is touched; ``-key`` when a person decided that it is not there after all. The keys name nobody.
"""

import os
from pathlib import Path

from tertulia.core.files import PRIVATE, private_folder

FILE_NAME = "sent.txt"


class Journal:
    """The file *folder*/``sent.txt``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def holds(self, key: str) -> bool:
        """Whether *key* was about to be sent, and nobody has said since that it was not."""
        try:
            lines = self._path.read_text("ascii").split("\n")
        except FileNotFoundError:
            return False
        return next((line == key for line in reversed(lines) if line.removeprefix("-") == key), False)

    def add(self, key: str) -> None:
        """Write *key* down, on the disk when this returns."""
        self._write(key)

    def clear(self, key: str) -> None:
        """A person looked, or the network said no: *key* is not there."""
        if self.holds(key):
            self._write(f"-{key}")

    def _write(self, line: str) -> None:
        private_folder(self._path.parent)
        # One write of one short line: two processes do not mix theirs (O_APPEND).
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
