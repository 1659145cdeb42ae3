"""How long a cold build takes and how much memory it needs, beside stock Pelican on the very same posts.

    python3 tasks.py bench                  1,000 posts, five builds of each, turn about
    python3 tasks.py bench --posts 300
    python3 tasks.py bench --scale          100, 1,000 and 5,000 posts: does anything grow faster than the blog?
    python3 tasks.py bench --before FOLDER  another checkout of ours beside it, such as a worktree of an older commit

Cold: a new process, no cache, an output folder that was not there before; only Python's bytecode is there, from a first
build that is not timed. (Where the environment asks for none, by PYTHONDONTWRITEBYTECODE, a checkout would be compiled
anew for each build, but not what pip compiled when it was installed.) Ours runs with ``publishconf.py`` as it is, all
on. Stock Pelican runs with its ``simple`` theme and no plugins. Of several builds the fastest counts, and the median
is told beside it: what else a machine does can only add to a time. Where much else runs, the seconds of all processors
together say more than those of the clock. Memory is that of all processes of the build together (helpers, the search
index), what they share counted once, looked at ten times a second; where the kernel does not tell that (outside
Linux), the largest resident size of any one of them.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from tests import corpus

ROOT = Path(__file__).resolve().parent.parent

OURS = """\
import sys
sys.path.insert(0, {root!r})
from publishconf import *
PATH = {content!r}
CACHE_PATH = {cache!r} + "/pelican"
IMAGE_CACHE_PATH = {cache!r} + "/images"
CONVERSATION_PATH = {cache!r} + "/conversation"
"""
STOCK = """\
SITENAME = "Pelican"
SITEURL = "https://tertulia.example"
PATH = {content!r}
ARTICLE_PATHS = ["posts"]
STATIC_PATHS = ["images"]
THEME = "simple"
TIMEZONE = "Europe/Madrid"
DEFAULT_LANG = "es"
PLUGINS = []
"""


@dataclass(frozen=True)
class Figures:
    """What builds cost."""

    fastest: float  # seconds of the wall clock
    median: float
    processor: float  # seconds of all processors together, the median
    megabytes: float  # the largest resident size

    @classmethod
    def of(cls, builds: list["Build"], megabytes: float) -> "Figures":
        """The figures of several builds."""
        seconds = [one.seconds for one in builds]
        processor = statistics.median(one.processor for one in builds)
        return cls(min(seconds), statistics.median(seconds), processor, megabytes)


@dataclass(frozen=True)
class Build:
    """What one build cost."""

    seconds: float  # of the wall clock
    processor: float  # seconds, of all its processes
    megabytes: float  # the largest resident size


def environment(folder: Path) -> dict[str, str]:
    """Ours, but Python keeps its bytecode, in *folder*."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def build(settings: str, folder: Path, *, root: Path = ROOT, weigh: bool = False) -> Build:
    """Build ``folder/content`` once, cold, by the checkout *root* with the text of a settings file; or *weigh* it."""
    # Nothing is deleted between builds: for minutes ext4 searches past every inode that was (recently_deleted in
    # https://github.com/torvalds/linux/blob/master/fs/ext4/ialloc.c), which costs the next build seconds.
    fresh = Path(tempfile.mkdtemp(dir=folder))
    cache, output, conf = fresh / "cache", fresh / "output", fresh / "conf.py"
    conf.write_text(settings.format(root=str(root), content=str(folder / "content"), cache=str(cache)), "utf-8")
    log = fresh / "log.txt"
    with log.open("wb") as file:
        began = time.perf_counter()
        command = [sys.executable, "-m", "pelican", "-s", str(conf), "-o", str(output), "--log-handler", "plain"]
        process = subprocess.Popen(
            command, cwd=root, env=environment(folder), stdout=file, stderr=file, start_new_session=True
        )
        watch = Watch(process.pid) if weigh else None
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # Ctrl-C reaches us alone: the build has a session of its own
            os.killpg(process.pid, signal.SIGKILL)
            raise
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not (output / "index.html").exists():
        sys.exit(f"the build failed:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    # Linux counts in KiB, macOS in bytes. https://man7.org/linux/man-pages/man2/getrusage.2.html
    alone = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Build(seconds, usage.ru_utime + usage.ru_stime, (watch.stop() if watch else 0) or alone)


class Watch:
    """Looks at the memory of a process and all its descendants, until told to stop."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._largest = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The most that was seen, in MB; 0 where there is nothing to look at."""
        self._done.set()
        self._thread.join()
        return self._largest

    def _look(self) -> None:
        while not self._done.wait(0.1):
            self._largest = max(self._largest, sum(map(self._share, Path("/proc").glob("[0-9]*"))) / 2**10)

    def _share(self, process: Path) -> int:
        """The process's share of memory in KiB: what it has alone, and its part of what several have."""
        try:
            # Behind the name, which may hold anything: state, parent, group, session.
            # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
            if int((process / "stat").read_text().rpartition(")")[2].split()[3]) != self._session:
                return 0
            found = re.search(r"^Pss:\s+(\d+)", (process / "smaps_rollup").read_text(), re.MULTILINE)
        except OSError:  # it has just ended
            return 0
        return int(found[1]) if found else 0


def measure(posts: int, runs: int, before: Path | None = None) -> dict[str, Figures]:
    """The figures of ours, of stock Pelican and of ours in the checkout *before*, built turn about."""
    builders = {"Tertulia": (OURS, ROOT), "Pelican, simple theme": (STOCK, ROOT)}
    if before:
        builders["Tertulia, before"] = (OURS, before)
    with tempfile.TemporaryDirectory(prefix="bench-") as passing:
        folder = Path(passing)
        corpus.write(folder, posts)
        # Apart, because looking at the memory of several processes ten times a second slows them down; and first: these
        # leave the bytecode.
        weights = {
            name: build(conf, folder, root=root, weigh=True).megabytes for name, (conf, root) in builders.items()
        }
        builds: dict[str, list[Build]] = {name: [] for name in builders}
        for _ in range(runs):
            for name, (settings, root) in builders.items():
                builds[name].append(build(settings, folder, root=root))
    return {name: Figures.of(builds[name], weights[name]) for name in builders}


def row(name: str, posts: int, figures: Figures) -> str:
    """One line of the table."""
    each = 1000 * figures.fastest / posts
    seconds = f"{figures.fastest:>10.1f}{figures.median:>10.1f}{figures.processor:>10.1f}"
    return f"{name:<24}{posts:>7,}{seconds}{figures.megabytes:>10.0f}{each:>12.1f}"


def ratios(ours: Figures, other: Figures) -> str:
    """How many times the other's each figure of ours is."""
    pairs = zip(astuple(ours), astuple(other), strict=True)
    return f"{'ours is times that':<31}" + "".join(f"{mine / theirs:>10.2f}" for mine, theirs in pairs)


def main() -> None:
    """Measure what the command line asks for, and print the table line by line."""
    parser = argparse.ArgumentParser(prog="python3 tasks.py bench")
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    print(
        f"{'':<24}{'posts':>7}{'wall, s':>10}{'median':>10}{'CPU, s':>10}{'peak, MB':>10}{'ms a post':>12}", flush=True
    )
    for posts in (100, 1000, 5000) if options.scale else (options.posts,):
        measured = measure(posts, 1 if options.scale else options.runs, options.before and options.before.resolve())
        for name, figures in measured.items():
            print(row(name, posts, figures))
            if name != "Tertulia":
                print(ratios(measured["Tertulia"], figures), flush=True)


if __name__ == "__main__":
    main()
