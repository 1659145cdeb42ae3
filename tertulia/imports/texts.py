"""What is going to be written, out of memory until it is: ten years of posts are more than a small machine has.

The texts lie in a temporary file that has no name and is gone with the process.
"""

import tempfile
from collections.abc import Iterator, Mapping


class Texts(Mapping[str, tuple[str, str]]):
    """Old id → (file under the blog's folder, its text), in the order in which they came."""

    def __init__(self) -> None:
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as we do
        self._places: dict[str, tuple[str, int, int]] = {}  # file, where its text begins, how many bytes

    def put(self, old: str, file: str, text: str) -> None:
        """Keep what goes into *file*."""
        data = text.encode()
        self._places[old] = file, self._spool.seek(0, 2), len(data)
        self._spool.write(data)

    def file(self, old: str) -> str:
        """Return the file of one."""
        return self._places[old][0]

    def __getitem__(self, old: str) -> tuple[str, str]:
        file, start, size_bytes = self._places[old]
        self._spool.seek(start)
        return file, self._spool.read(size_bytes).decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
