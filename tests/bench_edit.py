"""How long a build takes after one edit, beside stock Pelican and Hugo on the same posts, turn about.

    python3 tasks.py bench --edits                        1,000 posts, three of each edit
    python3 tasks.py bench --edits --posts 300
    python3 tasks.py bench --edits --hugo /path/to/hugo   with Hugo, whose pages and feeds are as many as ours

Each builder has a blog of its own, built once cold. Then the text of a post is edited, the title of another, the tags
and the date of others, a post is added, another deleted, and at last nothing is done; after each, the command of every
day builds. The seconds of all processors together are told beside those of the clock: where much else runs on a
machine, only they say something. At the end texts are saved in a running ``preview``: how long until their pages,
asked for over and over, show them.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests import corpus, hugo_blog
from tests.bench import STOCK, environment
from tests.bench_preview import Preview

ROOT = Path(__file__).resolve().parent.parent
EDITS = ("text", "title", "tag", "date", "new", "deleted", "nothing")
OURS = [sys.executable, "-m", "tertulia"]


class Builder:
    """One generator with a blog of its own: a *folder*, and the *command* that builds it."""

    def __init__(self, folder: Path, command: list[str], posts: Path) -> None:
        self.folder, self.command, self.posts = folder, command, posts
        self.seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ("cold", *EDITS)}

    def build(self, name: str) -> None:
        """Build, and note what it took, by the clock and of all processors."""
        began = time.perf_counter()
        ours = {**environment(self.folder), "PYTHONPATH": str(ROOT)}
        with (self.folder / "build.log").open("ab") as log:
            process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log, env=ours)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"the build failed:\n{(self.folder / 'build.log').read_text('utf-8', 'replace')[-2000:]}")
        self.seconds[name].append((time.perf_counter() - began, usage.ru_utime + usage.ru_stime))

    def edit(self, name: str, turn: int) -> None:
        """Do the edit *name*, of another post each *turn*."""
        posts = sorted(self.posts.rglob("*.md"))
        # What is new is of the day of the newest; all else is done to old posts, which more lists stand behind.
        post = posts[-1] if name == "new" else posts[(turn * 37 + EDITS.index(name)) % len(posts)]
        text = post.read_text("utf-8")
        if name == "text":
            post.write_text(f"{text}\n\nUna línea más, la {turn}.\n", "utf-8")
        elif name == "new":
            new = re.sub(r"(?m)^(slug|id): (.*)$", rf"\1: \2-{turn}", text, flags=re.I)
            post.with_name(f"nueva-{turn}-{post.name}").write_text(new, "utf-8")
        elif name == "deleted":
            post.unlink()
        elif name != "nothing":
            line = {
                "title": (r"title: .*", f'title: "Otro título, el {turn}"'),
                "tag": (r"(tags: \[)(.*)|(tags: )(.*)", rf"\1\3otra-{turn}, \2\4"),
                "date": (r"date: (\d{4})-(\d\d)-\d\d", rf"date: \1-\2-{turn + 11}"),
            }[name]
            post.write_text(re.sub(f"(?m)^{line[0]}", line[1], text, count=1, flags=re.I), "utf-8")


def builders(folder: Path, posts: int, hugo: str) -> dict[str, Builder]:
    """Each generator with *posts* posts below *folder*."""
    found = {}

    def add(name: str, command: list[str]) -> Path:
        home = folder / re.sub(r"\W", "", name)
        home.mkdir(exist_ok=True)
        corpus.write(home, posts)
        found[name] = Builder(home, command, home / "content" / "posts")
        return home

    for name, more in {"Tertulia": "", "Tertulia, no search": "SEARCH = False\n"}.items():
        home = folder / re.sub(r"\W", "", name)
        said = [
            "--name",
            "La sobremesa",
            "--address",
            "https://tertulia.example",
            "--author",
            "Ana",
            "--language",
            "es",
        ]
        subprocess.run(
            [*OURS, "new", home.name, *said, "--yes"],
            cwd=folder,
            env={**environment(folder), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        for sample in (home / "content" / "posts").rglob("*.md"):
            sample.unlink()
        with add(name, [*OURS, "build"]).joinpath("pelicanconf.py").open("a", encoding="utf-8") as settings:
            settings.write(more)
    home = add("Pelican, simple theme", [sys.executable, *["-m", "pelican", "-s", "conf.py", "-o", "output", "-q"]])
    (home / "conf.py").write_text(STOCK.format(content=str(home / "content")), "utf-8")
    if hugo:
        hugo_blog.write(add("Hugo", [hugo, "--quiet"]))
    return found


def saved_to_visible(ours: Builder, runs: int) -> list[float]:
    """Seconds from the moment a text is saved until ``preview`` shows it, of each of *runs* posts."""
    with Preview(ours.folder) as preview:
        return [preview.edit(turn) for turn in range(runs)]


def table(measured: dict[str, Builder], part: Callable[[tuple[float, float]], float]) -> str:
    """Medians, a line for each generator."""
    lines = [f"{'':<24}" + "".join(f"{name:>10}" for name in ("cold", *EDITS))]
    for name, builder in measured.items():
        medians = [statistics.median(map(part, builder.seconds[edit])) for edit in ("cold", *EDITS)]
        lines.append(f"{name:<24}" + "".join(f"{one:>10.2f}" for one in medians))
    return "\n".join(lines)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python3 tasks.py bench --edits")
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--hugo", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as passing:
        measured = builders(Path(passing), options.posts, options.hugo)
        for builder in measured.values():
            builder.build("cold")
        for turn in range(options.runs):
            for edit in EDITS:
                for builder in measured.values():
                    builder.edit(edit, turn)
                    time.sleep(2.1)  # what was saved a moment ago is read again for safety's sake
                    builder.build(edit)
        shown = saved_to_visible(measured["Tertulia"], options.runs)
    print(f"{options.posts:,} posts, medians of {options.runs}, seconds of the clock")
    print(table(measured, lambda one: one[0]))
    print("seconds of all processors")
    print(table(measured, lambda one: one[1]))
    print(f"saved to visible in preview: {statistics.median(shown) * 1000:.0f} ms of the clock")


if __name__ == "__main__":
    main()
