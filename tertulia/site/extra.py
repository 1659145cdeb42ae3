"""Files of the author's that are served as they are: ``content/extra/`` is the root of the site.

``content/extra/favicon.ico`` → ``/favicon.ico``, ``content/extra/.well-known/acme`` → ``/.well-known/acme``. What the
blog itself makes is never replaced, but for ``robots.txt``.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tertulia.core.files import is_inside
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.site.owners import Owners
from tertulia.site.problems import report, shown_path

FOLDER = "extra"
_OVER = frozenset({"robots.txt"})  # an author's own wins
_NEVER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".gitkeep", ".gitignore"})


def files(content: Path) -> Iterator[Path]:
    """What is to be served, in order; links are not followed out of the blog."""
    for folder, names, found in os.walk(content / FOLDER):
        names[:] = sorted(name for name in names if name not in _NEVER and not Path(folder, name).is_symlink())
        for name in sorted(found):
            path = Path(folder, name)
            if name not in _NEVER and not name.endswith("~") and path.is_file() and is_inside(path, content):
                yield path


def copy(content: Path, output: Path, owners: Owners) -> None:
    """Put them into *output*; each that would stand where the blog has a page of its own is told and left out."""
    for path in files(content):
        name = path.relative_to(content / FOLDER).as_posix()
        owner = "" if name in _OVER else owners.claim(name, shown_path(path, content))
        target = output / name
        if owner or (target.exists() and name not in _OVER):
            what = say("extra_taken", address=f"/{name}", other=owner or say("own_page"))
            report(Problem(shown_path(path, content), None, what, say("extra_taken_fix")))
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        except OSError as error:
            what = say("unreadable_file", reason=error.strerror or type(error).__name__)
            report(Problem(shown_path(path, content), None, what, say("unreadable_file_fix")))
