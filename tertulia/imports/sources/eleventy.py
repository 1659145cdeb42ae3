"""Eleventy: its folder. Its settings are a program, which nobody runs: a post was at ``permalink``, or where it lies.

https://www.11ty.dev/docs/permalinks/
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from tertulia.content.dates import from_name
from tertulia.content.metadata import Metadata
from tertulia.core.addresses import web_address
from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.sources import folder
from tertulia.imports.sources.folder import SiteGenerator, SiteSettings, Where
from tertulia.imports.types import OldAddress, OldPost, OldSite

_MARKS = (
    ".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "package.json",
)  # fmt: skip
_INPUTS = ("src", "content", "site", "input")
# Eleventy's own collections and marks that templates ask for, no words for readers.
_NO_TAGS = ("post", "posts", "page", "pages", "all", "nav", "note", "notes")


def _settings(read: Callable[[str], bytes]) -> SiteSettings:
    for name in ("_data/metadata.json", "src/_data/metadata.json", "src/_data/site.json", "_data/site.json"):
        table = folder.table_of(name, read(name))
        if address := web_address(folder.text_of(table, "url", "baseUrl")):
            return SiteSettings(address=address.rstrip("/"), language=folder.text_of(table, "language", "lang")[:2])
    return SiteSettings()


def _place(path: PurePosixPath, meta: Metadata, _settings: SiteSettings) -> Where | None:
    if any(part.startswith(("_", "node_modules")) for part in path.parts) or not meta.lines:
        return None
    parts = path.parts[1:] if path.parts[0] in _INPUTS and len(path.parts) > 1 else path.parts
    folders = parts[:-1]
    name = from_name(PurePosixPath(path.name)).words or path.stem
    if name == "index":
        if not folders:
            return None  # the home page
        name, folders = folders[-1], folders[:-1]
    meta.tags = [tag for tag in meta.tags if tag.lower() not in _NO_TAGS]
    address = "/".join(("", *folders, name, ""))
    return Where(address=address, slug=meta.slug or name, is_page=meta.date is None)


def _lists(posts: Sequence[OldPost], _settings: SiteSettings) -> Iterator[OldAddress]:
    yield from folder.labelled(posts, "/tags/")
    yield from folder.feeds("/feed/feed.xml", "/feed.xml", "/feed/")


_ELEVENTY = SiteGenerator(marks=_MARKS, settings=_settings, place=_place, lists=_lists)


def read(export: Export) -> OldSite:
    """
    Return the site in the folder.

    Raises:
        ContentError: a file cannot be read.
    """
    return folder.read(export, _ELEVENTY)


def recognises(export: Export) -> bool:
    """Whether it is a folder of Eleventy; its own file may be hidden, but not what it is installed by."""
    if folder.root_of(export, _MARKS[:-1]) is not None:
        return True
    root = folder.root_of(export, ("package.json",))
    return root is not None and b"@11ty/eleventy" in export.files[f"{root}package.json"].head()


IMPORTER = Importer("eleventy", "Eleventy", "eleventy", recognises, read)
