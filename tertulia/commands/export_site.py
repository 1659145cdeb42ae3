"""Taking the blog elsewhere, from the terminal. The work is in ``tertulia/exports``."""

from pathlib import Path

from tertulia.app import Blog
from tertulia.commands.unpublished import unpublished
from tertulia.core.errors import TertuliaError
from tertulia.core.files import write_whole
from tertulia.core.languages import say
from tertulia.exports import blog as exported
from tertulia.exports import folder as as_folder
from tertulia.exports import wxr as as_wxr
from tertulia.store.said import Status

_MOST = 10_000_000


def run(root: Path, called_from: Path, *, wxr: str = "", folder: str = "", everything: bool = False) -> None:
    """
    Write the blog into a file or a folder, seen from *called_from*.

    Args:
        everything: With the comments that wait, and with spam; not those that somebody took away.

    Raises:
        TertuliaError: nobody said where to, or nothing can be written there.
    """
    if not (wxr or folder):
        raise TertuliaError(say("export_where"))
    statuses = (Status.APPROVED, *(exported.UNDECIDED if everything else ()))
    with Blog(root) as blog:
        for path in filter(None, (wxr, folder)):
            unpublished(called_from / path, blog)
        said = blog.store.conversation.find(statuses, limit=_MOST)
        found = exported.read(
            root, blog.conf, blog.zone, blog.now(), said, reactions=blog.store.conversation.reactions()
        )
    try:
        if wxr:
            write_whole(called_from / wxr, as_wxr.write(found))
            _tell(found, wxr)
        if folder:
            as_folder.write(found, root / "content", called_from / folder)
            _tell(found, folder)
    except OSError as error:
        raise TertuliaError(say("export_unwritten", path=wxr or folder, why=error)) from error
    for line in found.unread:
        print(f"  {line}")
    if found.lost:
        print("  " + say("export_lost", n=found.lost))


def _tell(found: exported.ExportedBlog, path: str) -> None:
    comments = sum(len(said) for said in found.said.values())
    print(say("export_done", posts=len(found.posts), comments=comments, path=path))
