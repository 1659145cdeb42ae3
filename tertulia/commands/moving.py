"""The whole state of the blog out into one file, and in again: to move it, and to have it back."""

from datetime import UTC, datetime
from pathlib import Path

from tertulia.app import Blog
from tertulia.commands.unpublished import unpublished
from tertulia.conversation import avatars
from tertulia.core.errors import TertuliaError, os_words
from tertulia.core.files import PRIVATE, private_folder, write_whole
from tertulia.core.languages import say
from tertulia.store import dump


def run_dump(root: Path, folder: Path, file: str = "") -> None:
    """Write everything into *file*, as seen from *folder*, or into a new file of ``var/backup/``."""
    with Blog(root) as blog:
        path = folder / file if file else root / "var" / "backup" / f"tertulia-{datetime.now(UTC):%Y%m%d-%H%M%S}.jsonl"
        unpublished(path, blog)
        data = dump.dump(blog.store.database, root / "var")
        if not file:
            private_folder(path.parent)
        write_whole(path, data, mode=PRIVATE)
        print(say("dump_done", n=data.count(b"\n") - 2, path=file or path.relative_to(root)))


def run_restore(root: Path, path: Path, *, moved: bool = False) -> None:
    """
    Bring what ``dump`` wrote into this blog's empty store; the snapshots follow.

    Args:
        moved: Nothing was sent since by where it comes from.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TertuliaError(say("dump_unread", why=os_words(error))) from error
    with Blog(root) as blog:
        rows = dump.restore(blog.store.database, data, root / "var", blog.now(), moved=moved)
        if blog.store.conversation.heed_erasures(blog.now()):
            avatars.prune(blog.snapshots, blog.store.collected.avatars())
        blog.outbox().show_all()
        blog.store.conversation.show_all(blog.snapshots)
        print(say("restore_done", n=rows))
        if not moved:
            print(say("restore_asks"))
            if held := blog.store.letters.held():
                print(say("letters_held", n=held))
