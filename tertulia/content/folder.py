"""The folder ``content/``: what lies in it, and only that, may come into the site.

A symbolic link that leads out of it would publish what lies there (``content/images/k.txt -> ../../.env``), and a
pull request may bring one. So it is told, and whoever reads or copies leaves it out. Links from one place of the folder
to another are the author's own business.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from tertulia.core.files import is_inside


def links_out(content: Path) -> Iterator[Path]:
    """The symbolic links in *content*, to files and to folders, whose end lies outside, be it there or not."""
    for folder, folders, files in os.walk(content):
        for path in (Path(folder, name) for name in sorted([*folders, *files])):
            if path.is_symlink() and not is_inside(path, content):
                yield path


def markdown_files(content: Path) -> list[Path]:
    """The posts and pages in *content*, in order; what is a link to elsewhere is none."""
    return [path for path in sorted(content.rglob("*.md")) if is_inside(path, content)]
