"""How long a cold build takes and how much memory it needs, beside stock Pelican on the very same posts.

    python3 tasks.py bench                  1,000 posts, three builds of each, turn about; medians
    python3 tasks.py bench --posts 300
    python3 tasks.py bench --scale          100, 1,000 and 5,000 posts: does anything grow faster than the blog?

Cold: a new process, no cache, an empty output folder. Ours runs with ``publishconf.py`` as it is, all on. Stock
Pelican runs with its ``simple`` theme and no plugins. Memory is the largest resident size of the process or of any
program it ran (the search index is one), as the kernel tells at its end.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
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
    """What one build cost."""

    seconds: float  # of the wall clock
    megabytes: float  # the largest resident size


def build(settings: str, folder: Path) -> Figures:
    """Build ``folder/content`` once, cold, with the text of a settings file."""
    cache, output = folder / "cache", folder / "output"
    for left in (cache, output):
        shutil.rmtree(left, ignore_errors=True)
    conf = folder / "conf.py"
    conf.write_text(settings.format(root=str(ROOT), content=str(folder / "content"), cache=str(cache)), "utf-8")
    log = folder / "log.txt"
    with log.open("wb") as file:
        began = time.perf_counter()
        command = [sys.executable, "-m", "pelican", "-s", str(conf), "-o", str(output), "--log-handler", "plain"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not (output / "index.html").exists():
        sys.exit(f"the build failed:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    # Linux counts in KiB, macOS in bytes. https://man7.org/linux/man-pages/man2/getrusage.2.html
    return Figures(seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))


def measure(posts: int, runs: int) -> tuple[Figures, Figures]:
    """The medians of ours and of stock Pelican's, built turn about."""
    with tempfile.TemporaryDirectory(prefix="bench-") as passing:
        folder = Path(passing)
        corpus.write(folder, posts)
        ours, stock = [], []
        for _ in range(runs):
            ours.append(build(OURS, folder))
            stock.append(build(STOCK, folder))
    return median(ours), median(stock)


def median(figures: list[Figures]) -> Figures:
    """Each figure's own median."""
    seconds, megabytes = zip(*((each.seconds, each.megabytes) for each in figures), strict=True)
    return Figures(statistics.median(seconds), statistics.median(megabytes))


def row(name: str, posts: int, figures: Figures) -> str:
    """One line of the table."""
    each = 1000 * figures.seconds / posts
    return f"{name:<24}{posts:>7,}{figures.seconds:>10.1f}{figures.megabytes:>10.0f}{each:>12.1f}"


def main() -> None:
    """Measure what the command line asks for, and print the table line by line."""
    parser = argparse.ArgumentParser(prog="python3 tasks.py bench")
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", action="store_true")
    options = parser.parse_args()
    print(f"{'':<24}{'posts':>7}{'wall, s':>10}{'peak, MB':>10}{'ms a post':>12}", flush=True)
    for posts in (100, 1000, 5000) if options.scale else (options.posts,):
        ours, stock = measure(posts, 1 if options.scale else options.runs)
        print(row("Tertulia", posts, ours))
        print(row("Pelican, simple theme", posts, stock))
        print(
            f"{'ratio':<31}{ours.seconds / stock.seconds:>10.2f}{ours.megabytes / stock.megabytes:>10.2f}", flush=True
        )


if __name__ == "__main__":
    main()
