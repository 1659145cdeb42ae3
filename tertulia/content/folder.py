"""The folder ``content/``: what lies in it, and only that, may come into the site.

A symbolic link that leads out of it would publish what lies there (``content/images/k.txt -> ../../.env``), and a
pull request may bring one. So it is told, and whoever reads or copies leaves it out. Links from one place of the folder
to another are the author's own business.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tertulia.core import lazy_re
from tertulia.core.files import is_inside

# Lies in ``content/`` as long as that holds the sample which Tertulia comes with.
SAMPLE_MARK = ".sample"

# What editors, systems and version control leave beside files, and what opens other doors: never part of a site.
_LEFT_BESIDE = lazy_re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|\.git(keep|ignore|attributes|modules)?|\.hg|\.svn|node_modules|__pycache__"
    r"|.*~|#.*#|\._.*|\.#.*|.*\.sw[op]|.*\.(bak|orig|tmp|part)",
    re.IGNORECASE,
)
_KEYS = lazy_re.compile(
    r"\.env(\..*)?|.*\.env|\.(ssh|gnupg|aws|netrc|pgpass|npmrc|pypirc|htpasswd)|id_(rsa|dsa|ecdsa|ed25519)(_sk)?"
    r"|.*\.(pem|ppk|p12|pfx|kdbx?|jks)",
    re.IGNORECASE,
)
_SOURCES = frozenset((
    ".md", ".markdown", ".mkd", ".mkdn", ".mdown", ".mdwn", ".mdtxt", ".mdtext", ".mdx", ".qmd", ".rmd", ".rst",
    ".adoc", ".asciidoc", ".textile", ".njk", ".liquid", ".hbs", ".vto",
))  # fmt: skip
_TABLES = frozenset(("people.toml", "tags.toml", "links.toml", "redirects.toml"))


def is_sample(content: Path) -> bool:
    """Whether *content* is still the one that Tertulia came with."""
    return (content / SAMPLE_MARK).exists()


def is_key(path: Path) -> bool:
    """Whether a file, by its name or that of a folder it lies in, is a password or a key to something."""
    return any(_KEYS.fullmatch(part) for part in path.parts)


def is_left_beside(path: Path) -> bool:
    """Whether a file is none that its author made: a backup, a note of the system."""
    return any(_LEFT_BESIDE.fullmatch(part) for part in path.parts)


def may_be_served(path: Path) -> bool:
    """
    Whether a file that a page or a setting asks for may be served as it is.

    Args:
        path: Relative to ``content/``.
    """
    is_own = path.suffix.lower() in _SOURCES or path.parts[:1] == ("embeds",) or path.as_posix() in _TABLES
    return not (is_own or is_key(path) or is_left_beside(path) or path.name.startswith("."))


def links_out(content: Path, below: str = "") -> Iterator[Path]:
    """
    Yield the symbolic links in *content*, to files and to folders, whose end lies outside, be it there or not.

    Args:
        below: The one folder of it that is looked through.
    """
    if below and leads_out(content / below, content):
        yield content / below
    for folder, folders, files in os.walk(content / below):
        for name in sorted([*folders, *files]):
            path = os.path.join(folder, name)  # of thousands: a Path of each would take longer than to look
            if os.path.islink(path) and leads_out(Path(path), content):
                yield Path(path)


def leads_out(path: Path, content: Path) -> bool:
    """Whether *path* in *content* is a symbolic link whose end lies outside."""
    return path.is_symlink() and not is_inside(path, content)


def markdown_files(content: Path) -> list[Path]:
    """Return the posts and pages in *content*, in order; what is a link to elsewhere is none."""
    return [path for path in sorted(content.rglob("*.md")) if is_inside(path, content) and not path.is_fifo()]
