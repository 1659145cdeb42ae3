"""What tells the preview that files were saved, in folders that are there and in those that are born later."""

import contextlib
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tertulia.core.languages import carried, say

WATCHED = ("content", "theme", "plugins", "tertulia", "var/conversation")
STEP_MS = 10  # several files saved with no longer a pause between them are one change
WATCHED_ENDINGS = (".py", ".toml")  # files at the top of the blog's folder


def watch(root: Path) -> "queue.Queue[set[Path]]":
    """Return a queue that gets the paths that changed, each time files were saved."""
    changes: queue.Queue[set[Path]] = queue.Queue()
    folders = [root / name for name in WATCHED]
    # The top folder by itself, not what is below it: there are .venv, var and output.
    for paths, recursive in ((folders, True), ([root], False)):
        there = _identities(paths)  # what is born from now on is seen, however late the thread starts
        threading.Thread(target=carried(_watch), args=(paths, recursive, root, changes.put, there), daemon=True).start()
    return changes


def _watch(
    paths: list[Path], recursive: bool, root: Path, tell: Callable[[set[Path]], None], there: dict[Path, Any]
) -> None:
    """Watch those of *paths* that exist; one that is born, or replaced, is a change, and watched from then on."""
    polling = None  # asked of the system first; looked for, where that cannot watch so many files
    while True:
        try:
            for batch in _saved(list(there), recursive, root, polling):
                if batch:
                    tell(batch)
                now = _identities(paths)
                if now != there:
                    break
        except OSError as error:
            now = _identities(paths)
            if now == there:
                if polling:
                    raise
                polling = True
                print(say("watch_polling", reason=error), file=sys.stderr)
        born = [path for path in now if now[path] != there.get(path)]
        there = now
        if found := {file for path in born for file in path.rglob("*") if file.is_file() and _is_whole(file)}:
            tell(found)


def _saved(paths: list[Path], recursive: bool, root: Path, polling: bool | None) -> Iterator[set[Path]]:
    """Yield what was saved, batch by batch; nothing, about once a second, when nothing was."""
    from watchfiles import Change, DefaultFilter
    from watchfiles import watch as saved

    usual = DefaultFilter()

    def matters(change: Change, path: str) -> bool:
        return usual(change, path) and _is_whole(Path(path)) and (recursive or concerns_us(Path(path), root))

    if not paths:
        time.sleep(1)
        yield set()
        return
    look = saved(
        *paths,
        recursive=recursive,
        watch_filter=matters,
        force_polling=polling,
        step=STEP_MS,
        rust_timeout=1000,
        yield_on_timeout=True,
    )
    for batch in look:
        yield {Path(path) for _, path in batch}


def _identities(paths: list[Path]) -> dict[Path, Any]:
    """Those of *paths* that are folders, each with what tells it from another in its place."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_dir():
                found[path] = (path.stat().st_dev, path.stat().st_ino)
    return found


def _is_whole(path: Path) -> bool:
    """Whether a file is no passing one, on its way to become another (``core/files.py``), and no lock."""
    return path.suffix != ".part" and path.name != ".lock"


def concerns_us(path: Path, root: Path) -> bool:
    """Whether a file at the top of the blog's folder is one of those a build reads."""
    return path.parent == root and path.name.endswith(WATCHED_ENDINGS) and not path.name.startswith(".")
