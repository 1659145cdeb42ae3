"""Taking somebody's words out of the blog when they ask for it.

The capture becomes a mark that holds the address and the day, so that no later ``capture`` brings it back; its pictures
are deleted. Where others quote or answer it, their words stay and the person's go. What git already holds cannot be
taken back by deleting a file, and the person who asks deserves to be told so: ``history`` says in which commits it
still is.
"""

import datetime as dt
import subprocess
from collections.abc import Callable
from pathlib import Path

from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.embeds import items, providers
from tertulia.embeds.capture import EmbedLink, embed_links
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture, State, besides


def remove(
    content_dir: Path, url: str, now: dt.datetime, *, canonical: Callable[[str], str] = lambda url: url
) -> list[Path]:
    """
    Forget what was captured of *url*, wherever it stands and by whichever of its addresses, and never ask for it again.

    Args:
        canonical: The address that the service itself gives the item at *url*; asked when we do not know that one.

    Returns:
        The files whose former content is gone: each JSON and every picture. Empty when all of it had been taken out.

    Raises:
        ContentError: nothing is kept of it and no post quotes it, under any address.
    """
    captures = CaptureStore(content_dir)
    wanted = items.keys(url)
    match = providers.find(url)
    provider, id = match.provider.name, match.id
    held: list[Path] = []
    with captures.locked():
        if _is_unreadable(captures, match):  # whatever it says, it is the person's
            held = [captures.file(provider, id), *captures.pictures(provider, id)]
            _mark(captures, provider, id, url, now)
        if not _holds(captures, wanted):
            wanted |= items.keys(canonical(url))
        if not _holds(captures, wanted):
            quoted = [link for link in embed_links(content_dir) if wanted & items.keys(link.url)]
            for link in quoted:
                match = providers.find(link.url)
                _mark(captures, match.provider.name, match.id, link.url, now)
            if not quoted:
                raise ContentError(say("remove_none", url=url))
        # Whoever captured the item under two addresses gave it two names, and each knows of more addresses.
        everything = list(captures.all())
        while more := {key for kept in everything if wanted & (keys := items.keys_of(kept)) for key in keys} - wanted:
            wanted |= more
        return [*held, *(file for kept in everything for file in _taken_out(captures, kept, wanted, now))]


def in_posts(content_dir: Path) -> list[EmbedLink]:
    """Where codes that an author pasted still hold words, in the post's own file, of what has been taken out."""
    captures = CaptureStore(content_dir)
    found = []
    for link in embed_links(content_dir):
        match = providers.find(link.url)
        line = link.path.read_text("utf-8-sig").splitlines()[link.line - 1]
        if "<" in line.replace(f"<{link.url}>", "") and captures.is_removed(match.provider.name, match.id):
            found.append(link)
    return found


def _is_unreadable(captures: CaptureStore, match: providers.Match) -> bool:
    try:
        captures.load(match.provider.name, match.id)
    except ContentError:
        return True
    return False


def _holds(captures: CaptureStore, wanted: set[str]) -> bool:
    return any(
        wanted & items.keys_of(kept) or any(wanted & items.keys(beside.url) for beside in besides(kept))
        for kept in captures.all()
    )


def _taken_out(captures: CaptureStore, kept: Capture, wanted: set[str], now: dt.datetime) -> list[Path]:
    """Return the files that held something of the item in *kept*, whose own item it is or beside which it stands."""
    held = [captures.file(kept.provider, kept.id), *captures.pictures(kept.provider, kept.id)]
    if wanted & items.keys_of(kept):
        _mark(captures, kept.provider, kept.id, kept.url, now)
        match = providers.find(kept.url)  # its own name for itself, by which others quote it
        _mark(captures, match.provider.name, match.id, kept.url, now)
        return held if kept.state != State.REMOVED else []
    beside = [post for post in besides(kept) if wanted & items.keys(post.url)]
    for post in beside:
        match = providers.find(post.url)
        _mark(captures, match.provider.name, match.id, post.url, now)
        kept.reply_to = None if post is kept.reply_to else kept.reply_to
        kept.quoted = None if post is kept.quoted else kept.quoted
    if not beside:
        return []
    captures.save(kept)
    return [captures.file(kept.provider, kept.id), *(file for file in held if not file.exists())]


def _mark(captures: CaptureStore, provider: str, id: str, url: str, now: dt.datetime) -> None:
    """Leave the mark by which no later ``capture`` brings the item back."""
    if not captures.is_removed(provider, id):
        day = now.date().isoformat()
        mark = Capture(provider=provider, id=id, url=url, state=State.REMOVED, reason=say("removed_reason"), gone=day)
        captures.save(mark)


def history(files: list[Path]) -> list[str]:
    """
    Return the commits that still hold any of *files*, "3f9a2b1 2026-11-22 …" each, newest first; [] outside of git.
    """
    if not files:
        return []
    try:
        done = subprocess.run(
            ["git", "log", "--all", "--format=%h %as %s", "--", *map(str, (path.resolve() for path in files))],
            cwd=files[0].parent,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []
