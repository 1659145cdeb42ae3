"""Where a file may go that holds what not everybody may read: outside of what is published."""

from pathlib import Path

from tertulia.app import Blog
from tertulia.core.errors import TertuliaError
from tertulia.core.files import is_inside
from tertulia.core.languages import say


def unpublished(path: Path, blog: Blog) -> Path:
    """
    *path*, where addresses of mail or drafts may be written.

    Raises:
        TertuliaError: it is in a folder of which the next deploy publishes what lies there.
    """
    for folder in (blog.root / "content", blog.root / "output", blog.output):
        if is_inside(path, folder):
            raise TertuliaError(say("export_published", path=path, folder=f"{folder.name}/"))
    return path
