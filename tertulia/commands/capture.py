"""Keeping what posts quote, and their links, from the terminal; the work is in ``tertulia.embeds`` and ``links``."""

import datetime as dt
import threading
from collections.abc import Collection, Iterator
from pathlib import Path

from tertulia.app import Blog
from tertulia.core.errors import ContentError, TertuliaError
from tertulia.core.languages import carried, say, spoken
from tertulia.embeds import archive, capture, keeping, paste, remove
from tertulia.embeds.link_table import LinkTable
from tertulia.embeds.links import LinkRemark, Rotten, expand_all, expander
from tertulia.embeds.links import check as check_links


def run(root: Path, *, check: bool = False, again: str = "", remember_silence: bool = True) -> None:
    """
    Capture what is missing; with *check*, look again at what there is, with *again*, at the item of one address.

    Each item is on disk when its line shows.
    """
    for line in lines(root, check=check, again=again, remember_silence=remember_silence):
        print(line, flush=True)


class InPassing:
    """
    Captures what is new while ``preview`` runs, in the background: a rebuild never waits for the web.

    An address is tried once a run and silence is not recorded: whoever writes may well be offline.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tried: set[str] = set()
        self._busy = threading.Lock()

    def start(self) -> None:
        """Look for new addresses, unless the last look still goes on."""
        if self._busy.acquire(blocking=False):
            threading.Thread(target=carried(self._run), daemon=True, name="tertulia-capture").start()

    def _run(self) -> None:
        try:
            new = {item.url for item in capture.embed_links(self.root / "content")} - self._tried
            self._tried |= new
            for line in lines(self.root, remember_silence=False, only=new) if new else ():
                print(line, flush=True)
        except TertuliaError as error:
            print(error, flush=True)
        finally:
            self._busy.release()


def lines(
    root: Path, *, check: bool = False, again: str = "", remember_silence: bool = True, only: Collection[str] = ()
) -> Iterator[str]:
    """
    Yield the lines of ``run``, for whoever shows them otherwise (``preview``, ``publish``); *only* some addresses.
    """
    blog = Blog(root)
    content, web = root / "content", blog.fetcher
    table = LinkTable.load(content / "links.toml")
    silent: list[str] = []
    steps = capture.capture(
        content,
        web,
        dt.datetime.now(dt.UTC),
        check=check,
        again=again,
        lang=spoken(),
        own=str(blog.conf.get("SITE_ADDRESS", "")),
        resolve=expander(table, web),
        bases=_bases(blog),
        only=only,
        remember_silence=remember_silence,
        offline=lambda: silent.append(say("capture_offline")),
    )
    shown = 0
    try:
        for step in steps:
            shown += 1
            yield capture.tell(step)
        yield from silent
        for short, target in expand_all(content, table, web) if not again else ():
            shown += 1
            yield say("link_expanded", url=short, target=target or "?")
    finally:
        if table.known:
            table.save(content / "links.toml")
    if not shown and not only:
        yield say("capture_nothing")


def _bases(blog: Blog) -> dict[str, str]:
    return {"bluesky": blog.settings.bluesky_appview_url}


def by_hand(root: Path, note: str) -> None:
    """Keep the post that the file *note* describes; with "-", ask at the terminal."""
    path = Path(note)
    try:
        text = paste.ask(input) if note == "-" else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{note}: {say('unreadable_file', reason=error)}") from error
    beside = Path.cwd() if note == "-" else path.parent
    kept = paste.paste(root / "content", text, dt.datetime.now(dt.UTC), beside=beside, shown=note)
    print(say("paste_done", file=f"content/embeds/{kept.provider}/{kept.id}.json"))


def from_archive(root: Path, path: str) -> None:
    """Keep, out of one's own X archive, the posts that the blog quotes."""
    count = 0
    for kept in archive.keep_from(root / "content", Path(path), dt.datetime.now(dt.UTC)):
        count += 1
        lacks = keeping.lacks(kept)
        print(say("archive_kept", url=kept.url) + (f"  ({lacks})" if lacks else ""), flush=True)
    print(say("archive_done", n=count))


def take_out(root: Path, url: str) -> None:
    """Take out what was captured of *url*, because somebody asked, and say what git's history still holds."""
    blog = Blog(root)
    table = LinkTable.load(root / "content" / "links.toml")

    def known_as(address: str) -> str:
        return capture.canonical(
            address, blog.fetcher, lang=spoken(), resolve=expander(table, blog.fetcher), bases=_bases(blog)
        )

    held = remove.remove(root / "content", url, dt.datetime.now(dt.UTC), canonical=known_as)
    print(say("removed_done", n=len(held), url=url))
    for link in remove.in_posts(root / "content"):
        print(say("removed_in_post", path=link.path.relative_to(root).as_posix(), line=link.line))
    commits = remove.history(held)
    print(say("removed_history", n=len(commits)) if commits else say("removed_no_history"))
    for commit in commits:
        print(f"  {commit}")


def links(root: Path, *, apply: bool = False) -> None:
    """Ask every link in the posts whether it still answers; with *apply*, send readers of rotten ones to a copy."""
    path = root / "content" / "links.toml"
    table = LinkTable.load(path)
    total = rotten = 0
    try:
        for found in check_links(root / "content", table, Blog(root).fetcher, dt.datetime.now(dt.UTC), apply=apply):
            total += 1
            rotten += isinstance(found, Rotten)
            if isinstance(found, Rotten | LinkRemark):
                print(found, flush=True)
    finally:
        if table.known:
            table.save(path)
    print(say("links_done", total=total, rotten=rotten))
