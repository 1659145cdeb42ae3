"""Long talks: how large their pages are, when a browser shows them, and what it takes to decide on twenty-five of one.

    python3 tasks.py bench --long-talk
    python -m tests.bench_long_talk [--runs 3] [--sizes 1000 13000]

The page is built by the blog's own templates, served from the disk, and opened by Chromium without a cache; the browser
itself says when something was first painted (https://www.w3.org/TR/paint-timing/#first-contentful-paint). Decisions are
timed on SQLite, with learning, audit and snapshot, by the processor's clock and by the wall's.
"""

import argparse
import functools
import gzip
import http.server
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tertulia.content import snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.conversation.moderator import Action, Moderator
from tertulia.store import open_store
from tertulia.store.importing import OldWord
from tertulia.store.said import Author, Incoming, Read, Status
from tests.conftest import build_site
from tests.real.browser import CHROMIUM, browser
from tests.talking import NOW

POST = "Título: El voto útil\nFecha: 2020-11-19\nId: voto\n\nVotar no es pitar.\n"
WORDS = "No pito, pero me quejo del asunto número {} con toda la calma que me queda, que no es mucha."
DECIDED = 25
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def built(folder: Path, number: int) -> Path:
    """The output of a blog whose one post has *number* comments, every third an answer."""
    said = [
        Comment(
            id=f"k{one}",
            date=NOW - timedelta(minutes=number - one),
            author=f"Persona {one}",
            html=f"<p>{WORDS.format(one)}</p>",
            parent=f"k{one - 2}" if one > 1 and not one % 3 else "",
        )
        for one in range(number)
    ]
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "content" / "posts" / "voto.md").write_text(POST, encoding="utf-8")
    snapshot.write(folder / "conversation", Conversation(id="voto", lang="es", comments=tuple(said)))
    build_site(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False, SERVICE_ADDRESS="/")
    return folder / "output"


def first_paint(output: Path, path: str, runs: int) -> list[float]:
    """When something of a page was seen, in seconds after it was asked for, in each of *runs* new browsers."""
    handler = functools.partial(_Silent, directory=str(output))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = []
    for _ in range(runs):
        with browser() as page:
            page.open(f"http://127.0.0.1:{server.server_port}/{path}")
            found.append(page.until(_PAINTED) / 1000)
    server.shutdown()
    return found


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def tell_page(number: int, runs: int) -> None:
    """Measure the page of a talk of *number* comments."""
    with tempfile.TemporaryDirectory(prefix="tertulia-bench-") as folder:
        output = built(Path(folder), number)
        page = next(output.glob("2020/*/*/index.html"))
        data = page.read_bytes()
        size = f"{len(data) / 1000:.0f} KB, {len(gzip.compress(data, 6)) / 1000:.0f} KB gzipped"
        seen = first_paint(output, f"{page.parent.relative_to(output)}/", runs) if CHROMIUM else []
        painted = f"first paint {statistics.median(seen):.2f} s ({min(seen):.2f}-{max(seen):.2f})" if seen else "—"
        print(f"page of {number:>6,} comments   {size}   {painted}", flush=True)


def decide(folder: Path, number: int, runs: int) -> None:
    """Time one press that publishes ``DECIDED`` of the comments that wait under a post of *number*."""
    store = open_store("sqlite:///var/t.db", folder)
    said = Incoming(
        source="web", source_id="", post="voto", lang="es", kind="comment", published=NOW,
        author=Author(network="web", identity=""),
    )  # fmt: skip
    talk = [
        replace(
            said,
            source_id=f"otro.example#c{one}",
            author=replace(said.author, identity=f"p{one % 3000}", name=f"Persona {one % 3000}"),
            text=WORDS.format(one),
            html=f"<p>{WORDS.format(one)}</p>",
        )
        for one in range(number)
    ]
    waiting = runs * DECIDED
    old = [OldWord(one, Status.WAITING if at < waiting else Status.APPROVED) for at, one in enumerate(talk)]
    store.conversation.record_many(old, NOW, lambda _: ())
    moderator = Moderator(store, folder / "var" / "conversation", lambda: NOW)
    moderator.show_all()
    wall, processor = [], []
    for _ in range(runs):
        read = [Read(one.key, one.version) for one in store.conversation.find(("waiting",), limit=DECIDED)]
        began = time.perf_counter(), time.process_time()
        done = moderator.apply(Action.APPROVE, read).done
        wall.append(time.perf_counter() - began[0])
        processor.append(time.process_time() - began[1])
        assert done == DECIDED
    assert len(snapshot.read(moderator.snapshots, "voto", "es").comments) == number
    store.close()
    print(
        f"{DECIDED} decisions of {number:,}     {statistics.median(wall):.2f} s ({min(wall):.2f}-{max(wall):.2f})"
        f"   processor {statistics.median(processor):.2f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 13_000])
    asked = parser.parse_args()
    for number in asked.sizes:
        tell_page(number, asked.runs)
    for number in asked.sizes:
        with tempfile.TemporaryDirectory(prefix="tertulia-bench-", ignore_cleanup_errors=True) as folder:
            decide(Path(folder), number, asked.runs)


if __name__ == "__main__":
    main()
