"""Hugo: its folder, with ``content/`` and ``hugo.toml``; Micro.blog's export for Hugo is such a one.

https://gohugo.io/content-management/urls/, https://gohugo.io/content-management/multilingual/
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from tertulia.content.metadata import Metadata
from tertulia.core.addresses import web_address
from tertulia.core.slugs import slug_of
from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.sources import folder
from tertulia.imports.sources.folder import SiteGenerator, SiteSettings, Where
from tertulia.imports.types import OldAddress, OldPost, OldSite

_SETTINGS = tuple(
    f"{place}{name}.{ending}"
    for name in ("hugo", "config")
    for place in ("", "config/_default/")
    for ending in ("toml", "yaml", "yml", "json")
)


def _settings(read: Callable[[str], bytes]) -> SiteSettings:
    table: dict[str, Any] = {}
    for name in _SETTINGS:
        table = folder.table_of(name, read(name)) | table
    languages = table.get("languages")
    permalinks = table.get("permalinks")
    if isinstance(permalinks, dict) and isinstance(permalinks.get("page"), dict):
        permalinks = permalinks["page"]
    return SiteSettings(
        address=web_address(folder.text_of(table, "baseURL")).rstrip("/"),
        language=folder.text_of(table, "defaultContentLanguage", "languageCode")[:2],
        languages=tuple(languages) if isinstance(languages, dict) else (),
        zone=folder.zone_of(folder.text_of(table, "timeZone")),
        patterns={str(key): str(value) for key, value in permalinks.items()} if isinstance(permalinks, dict) else {},
    )


def _place(path: PurePosixPath, meta: Metadata, settings: SiteSettings) -> Where | None:
    if path.parts[0] != "content" or path.stem.partition(".")[0] == "_index":
        return None
    inside = PurePosixPath(*path.parts[1:])
    name, _, lang = inside.stem.partition(".")
    lang = lang if lang in settings.languages else ""
    if not lang and inside.parts[0] in settings.languages:
        lang, inside = inside.parts[0], PurePosixPath(*inside.parts[1:])
    folders = inside.parts[:-1]
    if name == "index" and folders:
        name, folders = folders[-1], folders[:-1]
    section = folders[0] if folders else ""
    slug = meta.slug or name
    values = folder.dated(meta.date) | {
        "section": section, "sections": "/".join(folders), "title": slug_of(meta.title), "slug": slug,
        "filename": name, "contentbasename": name, "slugorfilename": slug, "slugorcontentbasename": slug,
    }  # fmt: skip
    pattern = settings.patterns.get(section or "/", "")
    address = folder.filled(pattern, values) if pattern else f"/{'/'.join((*folders, slug))}/".lower()
    start = f"/{lang}" if lang and lang != settings.language else ""
    return Where(
        address=f"{start}{address}",
        slug=slug,
        is_page=meta.date is None or not folders,
        lang=lang,
    )


def _lists(posts: Sequence[OldPost], _settings: SiteSettings) -> Iterator[OldAddress]:
    yield from folder.labelled(posts, "/tags/", "/categories/")
    yield from folder.feeds("/index.xml", "/posts/index.xml", "/post/index.xml")


_HUGO = SiteGenerator(marks=_SETTINGS, settings=_settings, place=_place, lists=_lists)


def read(export: Export) -> OldSite:
    """
    Return the site in the folder.

    Raises:
        ContentError: a file cannot be read.
    """
    return folder.read(export, _HUGO)


def recognises(export: Export) -> bool:
    """Whether it is a folder of Hugo."""
    root = folder.root_of(export, _SETTINGS)
    return root is not None and any(name.startswith(f"{root}content/") for name in export.files)


IMPORTER = Importer("hugo", "Hugo", "hugo", recognises, read)
