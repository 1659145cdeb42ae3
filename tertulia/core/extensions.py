"""What others add to Tertulia by entry points: networks, embed providers, deploy targets, importers.

A package that is installed beside ours names what it adds in its own ``pyproject.toml``::

    [project.entry-points."tertulia.networks"]
    pixelfed = "tertulia_pixelfed:Pixelfed"

Names alone are read from the packages' metadata, and only when something asks for a name that we do not know; a
package's code is imported when its kind of thing is put to work, so neither the start of a command nor a build waits.
https://packaging.python.org/en/latest/specifications/entry-points/ (read 2026-11)
"""

import logging
import sys
from collections.abc import Callable, Container
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.core.secret import hide

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

log = logging.getLogger(__name__)

NETWORKS = "tertulia.networks"
PROVIDERS = "tertulia.providers"
TARGETS = "tertulia.targets"
IMPORTERS = "tertulia.importers"

T = TypeVar("T")

_NAME = lazy_re.compile(r"[a-z][a-z0-9_]{0,39}")
# An exception's words may be a page long.
_WORDS_LENGTH = 200


def names(group: str) -> frozenset[str]:
    """Return what others call what they add to *group*; nothing of theirs is imported."""
    return frozenset(point.name for point in _points(group, tuple(sys.path)))


def load(
    group: str, fits: Callable[[str, object], T | None], taken: Container[str] = (), *, only: str = ""
) -> dict[str, T]:
    """
    Return what others add to *group*, by name; a broken one is told in one line and left out.

    Args:
        fits: Gives back what was loaded under a name if it is of the right kind, else None.
        taken: Names that are Tertulia's own, or already given.
        only: Import this one and no other; all when empty.
    """
    found: dict[str, T] = {}
    for point in _points(group, tuple(sys.path)):
        if only and point.name != only:
            continue
        if point.name in taken or point.name in found:
            log.warning("%s", say("extension_taken", name=point.name, group=group))
            continue
        try:
            fitting = fits(point.name, point.load())
        except Exception as error:  # whatever a stranger's module does while it is imported
            _tell(point, f"{type(error).__name__}: {error}")
            continue
        except SystemExit as error:
            _tell(point, f"SystemExit: {error}")
            continue
        if fitting is None:
            _tell(point, say("extension_kind"))
        else:
            found[point.name] = fitting
    return found


def _tell(point: "EntryPoint", why: str) -> None:
    words = hide(" ".join(why.split()))[:_WORDS_LENGTH]
    log.warning("%s", say("extension_broken", name=point.name, group=point.group, why=words))


@cache
def _points(group: str, _path: tuple[str, ...]) -> "tuple[EntryPoint, ...]":
    """Well-named entry points of *group* in what is installed on *_path*, in an order that does not change."""
    from importlib.metadata import entry_points  # e-mail, ZIP and more, which an edit of a text does not wait for

    found = {(point.name, point.value): point for point in entry_points(group=group) if _NAME.fullmatch(point.name)}
    return tuple(found[key] for key in sorted(found))
