"""The index of a preview, made while its pages are shown already."""

import contextlib
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tertulia.site import search

if TYPE_CHECKING:
    from subprocess import Popen


class BackgroundSearch:
    """
    Pagefind, at work on what the last build has left for it; a newer build ends the work on an older.

    A large blog has an index in parts, made one after another.

    Args:
        folder: Where it works, on the disk of the pages.
        shown: Says which pages are shown now.
    """

    def __init__(self, folder: Path, shown: Callable[[], Path | None]) -> None:
        self._folder, self._shown = folder, shown
        self._process: Popen[str] | None = None
        self._digest = ""
        self._turn = threading.Lock()

    def begin(self, pages: str, digest: str) -> None:
        """Index the folder *pages*, which is deleted then; nothing to do where the last index was of the same."""
        binary = search.executable()
        if not pages or digest == self._digest or binary is None:
            shutil.rmtree(pages or "-", ignore_errors=True)
            return
        self.close()
        target = self._folder / f"search-{digest}"
        with self._turn:
            self._digest = digest
            try:
                self._process = search.start(binary, Path(pages), target, search.laid_out(Path(pages)))
            except OSError:
                return
            work = threading.Thread(target=self._finish, args=(self._process, Path(pages), target), daemon=True)
        work.start()

    def _finish(self, process: "Popen[str]", pages: Path, target: Path) -> None:
        process.communicate()
        parts = search.laid_out(pages)
        shutil.rmtree(pages, ignore_errors=True)
        with self._turn, contextlib.suppress(OSError):
            if process is not self._process or process.returncode:
                shutil.rmtree(target, ignore_errors=True)
                return
            for part in parts:
                search.sort_languages(target / part / search.ENTRY)
            if pages_shown := self._shown():
                aside = target.with_name(f"{target.name}-old")
                with contextlib.suppress(FileNotFoundError):
                    (pages_shown / "pagefind").rename(aside)
                target.rename(pages_shown / "pagefind")
                shutil.rmtree(aside, ignore_errors=True)

    def move(self, old: Path | None, new: Path) -> None:
        """Let the pages in *new* have the index of the *old* ones until they have their own."""
        with self._turn, contextlib.suppress(OSError):
            if old:
                (old / "pagefind").rename(new / "pagefind")

    def close(self) -> None:
        """End what is under way."""
        with self._turn:
            process, self._process = self._process, None
            self._digest = ""
        if process and process.poll() is None:
            process.terminate()
