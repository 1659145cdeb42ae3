"""A second witness: what was about to be sent, in a file of its own beside the store.

A network that can be searched needs none: a lost store is mended by looking. Where nothing can be looked at (Telegram,
webhooks, mail) this file is what keeps a lost store from saying everything twice. One key a line, written to the disk
before the wire is touched; ``-key`` when a person decided that it is not there after all. The keys name nobody.
"""

import os
from pathlib import Path

from tertulia.core.files import PRIVATE, private_folder, write_if_changed

FILE_NAME = "sent.txt"


class Journal:
    """The file *folder*/``sent.txt``, or another that only grows."""

    def __init__(self, folder: Path, name: str = FILE_NAME) -> None:
        self._path = folder / name

    def holds(self, key: str) -> bool:
        """Whether *key* was about to be sent, and nobody has said since that it was not."""
        return key in self.held()

    def held(self) -> set[str]:
        """Every key that was about to be sent, and of which nobody has said since that it was not."""
        try:
            lines = self._path.read_text("ascii", "replace").split("\n")
        except FileNotFoundError:
            return set()
        last = {line.removeprefix("-"): line for line in lines if line}
        return {key for key, line in last.items() if key == line}

    def merge(self, other: bytes) -> None:
        """Take in the journal of another machine: what either holds is held, so that it is asked and not sent."""
        known = self.held()
        private_folder(self._path.parent)
        write_if_changed(self._path, other, mode=PRIVATE)
        self.add(*sorted(known))

    def add(self, *keys: str) -> None:
        """Write *keys* down that are not, on the disk when this returns."""
        known = self.held()
        if new := [key for key in keys if key not in known]:
            self._write("\n".join(new))

    def clear(self, key: str) -> None:
        """Forget *key*: a person looked, or the network said no, and it is not there."""
        if self.holds(key):
            self._write(f"-{key}")

    def _write(self, line: str) -> None:
        private_folder(self._path.parent)
        # One write of whole lines: two processes do not mix theirs (O_APPEND).
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
