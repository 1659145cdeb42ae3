"""The sources that can be imported: each one file and one line here.

A source declares what it is and recognises its exports by what is inside them, not by their names. Packages that are
installed beside ours add sources by the entry points ``tertulia.importers``, whose value is an ``Importer``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from tertulia.core import extensions
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.imports.export import Export
from tertulia.imports.types import OldSite

# Modules of ``imports.sources``, each with its ``IMPORTER``, in the order in which they look at an export.
SOURCES = (
    "wordpress",
    "blogger",
    "disqus",
    "isso",
    "remark42",
    "ghost",
    "medium",
    "substack",
    "tumblr",
    "microblog",
    "nikola",
    "pelican",
    "hugo",
    "eleventy",
    "jekyll",
)


@dataclass(frozen=True, slots=True)
class Importer:
    """One source."""

    kind: str  # "wordpress": for --from, and the source of its comments
    label: str  # as people call it
    prefix: str  # of the Ids that its posts get: "wp"
    recognises: Callable[[Export], bool]  # whether an export is one of its own
    read: Callable[[Export], OldSite]  # may raise ContentError


def importers() -> dict[str, Importer]:
    """Every source there is, ours first, by kind."""
    modules = (import_module(f"tertulia.imports.sources.{name}") for name in SOURCES)
    ours: dict[str, Importer] = {module.IMPORTER.kind: module.IMPORTER for module in modules}
    return ours | extensions.load(extensions.IMPORTERS, _fitting, ours)


def importer_of(export: Export, kind: str = "") -> Importer:
    """
    Return the source that *export* came from.

    Args:
        kind: As the person named it; "" looks inside.

    Raises:
        ContentError: nobody knows it.
    """
    known = importers()
    if kind:
        if kind not in known:
            raise ContentError(say("import_unknown_kind", kind=kind, kinds=", ".join(known)))
        return known[kind]
    found = next((one for one in known.values() if one.recognises(export)), None)
    if found is None:
        names = ", ".join(path.name for path in export.paths)
        raise ContentError(say("import_not_recognised", file=names, kinds=", ".join(known)))
    return found


def _fitting(_name: str, loaded: object) -> Importer | None:
    return loaded if isinstance(loaded, Importer) else None
