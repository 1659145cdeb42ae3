"""The folder ``content/``: what lies in it, and only that, may come into the site.

A symbolic link that leads out of it would publish what lies there (``content/images/k.txt -> ../../.env``), and a pull
request may bring one. Links from one place of the folder to another are the author's own business.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from tertulia.core.errors import ContentError
from tertulia.core.languages import say

_MOST_SHOWN = 3


def refuse_links_out(content: Path) -> None:
    """
    See that no symbolic link in *content* leads out of it.

    Raises:
        ContentError: some do; nothing of the folder may be read then.
    """
    found = list(links_out(content))
    if found:
        names = ", ".join(f"content/{path.relative_to(content).as_posix()}" for path in found[:_MOST_SHOWN])
        raise ContentError(say("link_out", files=names + (", …" if found[_MOST_SHOWN:] else "")))


def links_out(content: Path) -> Iterator[Path]:
    """The symbolic links in *content*, to files and to folders, whose end lies outside, be it there or not."""
    for folder, folders, files in os.walk(content):
        for path in (Path(folder, name) for name in sorted([*folders, *files])):
            if path.is_symlink() and not is_inside(path, content):
                yield path


def is_inside(path: Path, content: Path) -> bool:
    """Whether *path*, every link on its way followed, ends in *content*; a link that turns in a circle ends nowhere."""
    try:
        return path.resolve().is_relative_to(content.resolve())
    except (OSError, RuntimeError):
        return True


def markdown_files(content: Path) -> list[Path]:
    """The posts and pages in *content*, in order; what is a link to elsewhere is none."""
    return [path for path in sorted(content.rglob("*.md")) if is_inside(path, content)]
