"""How long a build takes after one edit, beside stock Pelican and Hugo on the same posts, turn about.

    python3 tasks.py bench --edits                        1,000 posts, three of each edit
    python3 tasks.py bench --edits --posts 300
    python3 tasks.py bench --edits --hugo /path/to/hugo   with Hugo, by templates that show less than ours

Each builder has a blog of its own, built once before the clock runs. Then a post's text is edited, another's title,
tags and date, a post is added, one is deleted, and at last nothing is done; after each, the task of every day builds.
The seconds of all processors together are told beside those of the clock: where much else runs on a machine, only they
say something. At the end a text is saved in a running ``preview``: how long until its page, asked for over and over,
shows it.
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

from tests import corpus
from tests.bench import STOCK, environment
from tests.bench_preview import SETTINGS, Preview

ROOT = Path(__file__).resolve().parent.parent
EDITS = ("text", "title", "tag", "date", "new", "deleted", "nothing")
HUGO = """\
baseURL = "https://tertulia.example/"
defaultContentLanguage = "es"
title = "Hugo"
[taxonomies]
tag = "tags"
category = "categories"
author = "authors"
"""
FRAME = """<!doctype html><html lang="es"><head><title>{{ .Title }}</title></head><body>%s</body></html>"""
LAYOUTS = {
    "_default/single.html": FRAME % "<h1>{{ .Title }}</h1><p>{{ .Date }}</p>{{ .Content }}"
    "{{ range .GetTerms `tags` }}<a href='{{ .RelPermalink }}'>{{ .Title }}</a>{{ end }}"
    "{{ with .Prev }}<a href='{{ .RelPermalink }}'>{{ .Title }}</a>{{ end }}"
    "{{ with .Next }}<a href='{{ .RelPermalink }}'>{{ .Title }}</a>{{ end }}"
    "{{ range first 3 (site.RegularPages.Related .) }}<a href='{{ .RelPermalink }}'>{{ .Title }}</a>{{ end }}",
    "_default/list.html": FRAME % "<h1>{{ .Title }}</h1>{{ range (.Paginate .Pages 10).Pages }}"
    "<h2><a href='{{ .RelPermalink }}'>{{ .Title }}</a></h2><p>{{ .Summary }}</p>{{ end }}",
}


class Builder:
    """One generator with a blog of its own: a *folder*, and the *command* that builds it."""

    def __init__(self, folder: Path, command: list[str], posts: Path) -> None:
        self.folder, self.command, self.posts = folder, command, posts
        self.log = folder.with_suffix(".log")  # beside it: what lies in a blog may be read by its settings
        self.seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ("cold", *EDITS)}

    def build(self, name: str) -> None:
        """Build, and note what it took, by the clock and of all processors."""
        began = time.perf_counter()
        ours = {**environment(self.folder), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log, env=ours)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"the build failed:\n{self.log.read_text('utf-8', 'replace')[-2000:]}")
        self.seconds[name].append((time.perf_counter() - began, usage.ru_utime + usage.ru_stime))

    def edit(self, name: str, turn: int) -> None:
        """Do the edit *name*, of another post each *turn*."""
        posts = sorted(self.posts.rglob("*.md"))
        post = posts[(turn * 37 + EDITS.index(name)) % len(posts)]
        text = post.read_text("utf-8")
        if name == "text":
            post.write_text(f"{text}\n\nUna línea más, la {turn}.\n", "utf-8")
        elif name == "title":
            post.write_text(_with(text, "title", f'"Otro título, el {turn}"'), "utf-8")
        elif name == "tag":
            now = (
                ("[facturas, otra]", "[propinas, otra]")
                if text.startswith("---")
                else ("facturas, otra", "propinas, otra")
            )
            post.write_text(_with(text, "tags", now[turn % 2]), "utf-8")
        elif name == "date":  # on the day before, so that its neighbours are others
            before = re.search(r"(?mi)^date: (\d{4})-(\d\d)-(\d\d)(.*)$", text)
            assert before
            day = max(1, int(before[3]) - 1)
            post.write_text(_with(text, "date", f"{before[1]}-{before[2]}-{day:02}{before[4]}"), "utf-8")
        elif name == "new":
            new = re.sub(r"(?m)^(slug|id): (.*)$", rf"\1: \2-{turn}", text, flags=re.I)
            post.with_name(f"nueva-{turn}-{post.name}").write_text(new, "utf-8")
        elif name == "deleted":
            post.unlink()


def _with(text: str, key: str, value: str) -> str:
    """*text* with another *value* of *key* in its header."""
    return re.sub(rf"(?mi)^({key}): .*$", lambda found: f"{found[1]}: {value}", text, count=1)


def builders(folder: Path, posts: int, hugo: str) -> dict[str, Builder]:
    """Each generator with *posts* posts below *folder*."""

    def made(name: str, command: list[str], files: dict[str, str]) -> Builder:
        home = folder / re.sub(r"\W", "", name)
        home.mkdir()
        corpus.write(home, posts)
        for file, text in files.items():
            path = home / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                text.format(root=str(ROOT), content=str(home / "content"), cache=str(home / "cache"))
                if file[-3:] == ".py"
                else text
            )
        return Builder(home, command, home / "content" / "posts")

    ours = [sys.executable, "-m", "tertulia", "build"]
    publish = "from pelicanconf import *\n"
    found = {
        "Tertulia": made("ours", ours, {"pelicanconf.py": SETTINGS, "publishconf.py": publish}),
        "Tertulia, no search": made(
            "quiet", ours, {"pelicanconf.py": f"{SETTINGS}SEARCH = False\n", "publishconf.py": publish}
        ),
        "Pelican, simple theme": made(
            "stock", [sys.executable, "-m", "pelican", "-s", "conf.py", "-o", "output", "-q"], {"conf.py": STOCK}
        ),
    }
    if hugo:
        layouts = {f"layouts/{name}": text for name, text in LAYOUTS.items()}
        found["Hugo"] = made("hugo", [hugo, "--quiet"], {"hugo.toml": HUGO, **layouts})
        for post in found["Hugo"].posts.rglob("*.md"):
            post.write_text(for_hugo(post.read_text("utf-8")), "utf-8")
    return found


def for_hugo(text: str) -> str:
    """A post of the corpus with its header as Hugo reads it."""
    top, _, body = text.partition("\n\n")
    lines = dict(line.split(": ", 1) for line in top.splitlines())
    said = {
        "title": f'"{lines["Title"]}"',
        "date": f"{lines['Date'].replace(' ', 'T')}:00+01:00",
        "slug": lines["Slug"],
    }
    several = {"tags": lines.get("Tags", ""), "categories": lines["Category"], "authors": lines["Author"]}
    said |= {
        name: "[" + ", ".join(f'"{one.strip()}"' for one in held.split(",")) + "]" for name, held in several.items()
    }
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in said.items()) + f"---\n\n{body}"


def saved_to_visible(ours: Builder, runs: int) -> list[float]:
    """Seconds from the moment a text is saved until ``preview`` shows it, of each of *runs* posts."""
    with Preview(ours.folder) as preview:
        return [preview.edit(turn) for turn in range(runs)]


def table(measured: dict[str, Builder], part: Callable[[tuple[float, float]], float]) -> str:
    """Medians, a line for each generator."""
    lines = [f"{'':<24}" + "".join(f"{name:>9}" for name in ("cold", *EDITS))]
    for name, builder in measured.items():
        medians = [statistics.median(map(part, builder.seconds[edit])) for edit in ("cold", *EDITS)]
        lines.append(f"{name:<24}" + "".join(f"{one:>9.2f}" for one in medians))
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
                time.sleep(2.1)  # what was saved a moment ago is read again for safety's sake
                for builder in measured.values():
                    builder.edit(edit, turn)
                    builder.build(edit)
        shown = saved_to_visible(measured["Tertulia"], options.runs)
    print(f"{options.posts:,} posts, medians of {options.runs}, seconds of the clock")
    print(table(measured, lambda one: one[0]))
    print("seconds of all processors")
    print(table(measured, lambda one: one[1]))
    print(f"saved to visible in preview: {statistics.median(shown) * 1000:.0f} ms of the clock")


if __name__ == "__main__":
    main()
