"""Files of the author's that are served as they are: ``content/extra/`` is the root of the site.

``content/extra/favicon.ico`` → ``/favicon.ico``, ``content/extra/.well-known/acme`` → ``/.well-known/acme``. What the
blog itself makes is never replaced, but for ``robots.txt``. Of a picture a clean copy is served: what the camera noted
about the place stays at home here too.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from tertulia.content.folder import is_key, is_left_beside
from tertulia.core.errors import ContentError
from tertulia.core.files import is_inside, write_whole
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.render.picture_facts import PICTURE_SUFFIXES
from tertulia.site.owners import Owners
from tertulia.site.problems import report, shown_path

FOLDER = "extra"
_OVER = frozenset({"robots.txt"})  # an author's own wins
_PHOTOS = PICTURE_SUFFIXES - {".svg", ".ico"}


def files(content: Path) -> Iterator[Path]:
    """Yield what is to be served, in order; links are not followed out of the blog."""
    for folder, names, found in os.walk(content / FOLDER):
        names[:] = sorted(n for n in names if not is_left_beside(Path(n)) and not Path(folder, n).is_symlink())
        for name in sorted(found):
            path = Path(folder, name)
            if not is_left_beside(Path(name)) and path.is_file() and is_inside(path, content):
                yield path


def copy(content: Path, output: Path, owners: Owners) -> None:
    """Put them into *output*; each that would stand where the blog has a page of its own is told and left out."""
    for path in files(content):
        name = path.relative_to(content / FOLDER).as_posix()
        if is_key(Path(name)):
            report(Problem(shown_path(path, content), None, say("not_served"), say("not_served_fix")))
            continue
        owner = "" if name in _OVER else owners.claim(name, shown_path(path, content))
        target = output / name
        if owner or (target.exists() and name not in _OVER):
            what = say("extra_taken", address=f"/{name}", other=owner or say("own_page"))
            report(Problem(shown_path(path, content), None, what, say("extra_taken_fix")))
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes()
            clean = _clean(data, name) if path.suffix.lower() in _PHOTOS else data
            write_whole(target, clean, durable=False)
        except ContentError as error:
            report(Problem(shown_path(path, content), None, str(error)))
        except OSError as error:
            what = say("unreadable_file", reason=error)
            report(Problem(shown_path(path, content), None, what, say("unreadable_file_fix")))


def _clean(data: bytes, name: str) -> bytes:
    from tertulia.render import images  # Pillow: most blogs have no pictures here

    return images.clean(data, name)
