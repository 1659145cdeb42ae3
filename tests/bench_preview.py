"""Ten minutes of an author who saves a text every three seconds, in ``preview`` of a large blog.

    python3 -m tests.bench_preview                    10,000 posts, 10 minutes, 20 saves a minute
    python3 -m tests.bench_preview --posts 1000 --minutes 2

Told are the seconds from each save until its page shows it (asked for over and over), and at each minute how much
memory all processes hold together. At the end every page that was edited must show all that was saved, and so must a
second look when all is quiet, which is when a build has replaced what was drawn at once: a save that was lost, or a
page that went back, ends it with an error.
"""

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import corpus
from tests.bench import environment

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """\
from tertulia.defaults import *
SITENAME = "La sobremesa"
SITE_ADDRESS = "https://tertulia.example"
AUTHOR = "Remedios Alcaide"
"""
LONGEST_SECONDS = 60  # until a text that was saved counts as lost


class Preview:
    """``preview`` of the blog in *folder*, from its first page to Ctrl-C."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.posts = sorted((folder / "content/posts").rglob("*.md"))
        self.saved: dict[str, list[str]] = {}  # address → the words that its page must hold

    def __enter__(self) -> "Preview":
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        ours = {**environment(self.folder), "PYTHONPATH": str(ROOT)}
        self.log = (self.folder / "preview.log").open("wb")
        command = [sys.executable, "-m", "tertulia", "preview", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=self.log, stderr=self.log, env=ours, start_new_session=True
        )
        while "</html>" not in self.page("/"):
            if self.process.poll() is not None:
                sys.exit((self.folder / "preview.log").read_text("utf-8", "replace")[-2000:])
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()

    def page(self, address: str) -> str:
        """What is served at *address*; "" where nothing is."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}", timeout=30) as answer:
                return str(answer.read().decode())
        except (OSError, urllib.error.URLError):
            return ""

    def edit(self, turn: int) -> float:
        """
        Save one more line of a post.

        Returns:
            The seconds until its page shows it.
        """
        post = self.posts[(turn * 37 + 5) % len(self.posts)]
        text = post.read_text("utf-8")
        slug, date = (re.search(rf"(?m)^{key}: (.*)$", text) for key in ("Slug", "Date"))
        assert slug
        assert date
        address, word = f"/{date[1][:4]}/{date[1][5:7]}/{slug[1]}/", f"guardada{turn}x"
        began = time.perf_counter()
        post.write_text(f"{text}\n\nUna línea más, {word}.\n", "utf-8")
        self.saved.setdefault(address, []).append(word)
        while word not in self.page(address):
            if time.perf_counter() - began > LONGEST_SECONDS:
                sys.exit(f"lost: {post}, {word}")
            time.sleep(0.002)
        return time.perf_counter() - began

    def stale(self) -> list[str]:
        """Addresses whose pages do not show all that was saved."""
        return [address for address, words in self.saved.items() if not set(words) <= set(self._words(address))]

    def _words(self, address: str) -> list[str]:
        return re.findall(r"guardada\d+x", self.page(address))

    def megabytes(self) -> dict[str, float]:
        """Memory of the server, and of it with all its children, what they share counted once (Linux)."""
        members, found = [self.process.pid], {self.process.pid}
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, parent = int(place.parent.name), int(place.read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent in found:
                found.add(pid)
                members.append(pid)
        each = [_proportional(pid) for pid in members]
        return {"server": each[0], "all": sum(each)}


def _proportional(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"(?m)^Pss:\s+(\d+) kB", text)
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.bench_preview")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--saves", type=int, default=20, help="a minute")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as passing:
        folder = Path(passing)
        corpus.write(folder, options.posts)
        for name, text in (("pelicanconf.py", SETTINGS), ("publishconf.py", "from pelicanconf import *\n")):
            (folder / name).write_text(text, "utf-8")
        began = time.perf_counter()
        with Preview(folder) as preview:
            print(f"first page after {time.perf_counter() - began:.0f} s, {_told(preview)}", flush=True)
            turn = 0
            for minute in range(options.minutes):
                times = []
                for _ in range(options.saves):
                    due = time.perf_counter() + 60 / options.saves
                    times.append(preview.edit(turn))
                    turn += 1
                    time.sleep(max(0.0, due - time.perf_counter()))
                shown = f"{statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f}"
                print(f"minute {minute + 1}: shown after {shown}; {_told(preview)}", flush=True)
            lost = preview.stale()
            time.sleep(60)  # all is quiet: a build replaces what was drawn at once
            lost += preview.stale()
            print(f"{turn} saves, {len(lost)} pages that do not show what was saved; {_told(preview)}")
    if lost:
        sys.exit("\n".join(lost))


def _told(preview: Preview) -> str:
    held = preview.megabytes()
    return f"the server holds {held['server']:.0f} MB, all processes {held['all']:.0f}"


if __name__ == "__main__":
    main()
