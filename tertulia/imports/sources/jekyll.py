"""Jekyll: its folder, with ``_posts/`` and ``_config.yml``; Micro.blog's export for Jekyll is such a one.

https://jekyllrb.com/docs/permalinks/, https://jekyllrb.com/docs/structure/
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from tertulia.content.dates import from_name
from tertulia.content.metadata import Metadata
from tertulia.core.addresses import web_address
from tertulia.core.slugs import slug_of
from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.sources import folder
from tertulia.imports.sources.folder import SiteGenerator, SiteSettings, Where
from tertulia.imports.types import OldAddress, OldPost, OldSite

_BUILT_IN = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


def _settings(read: Callable[[str], bytes]) -> SiteSettings:
    table = folder.yaml_of(read("_config.yml"))
    base = folder.text_of(table, "baseurl").strip("/")
    address = web_address(folder.text_of(table, "url")).rstrip("/")
    permalink = folder.text_of(table, "permalink") or "date"
    return SiteSettings(
        address=f"{address}/{base}".rstrip("/") if address else "",
        language=folder.text_of(table, "lang", "locale")[:2],
        zone=folder.zone_of(folder.text_of(table, "timezone")),
        patterns={"posts": _BUILT_IN.get(permalink, permalink)},
    )


def _place(path: PurePosixPath, meta: Metadata, settings: SiteSettings) -> Where | None:
    folders = path.parts[:-1]
    if "_posts" in folders or "_drafts" in folders:
        at = folders.index("_posts") if "_posts" in folders else folders.index("_drafts")
        name = from_name(PurePosixPath(path.name)).words or path.stem
        day = from_name(PurePosixPath(path.name)).day
        date = meta.date or (datetime(day.year, day.month, day.day) if day else None)
        categories = tuple(dict.fromkeys((*folders[:at], *meta.categories)))
        slug = meta.slug or name
        values = folder.dated(date) | {
            "title": slug, "slug": slug_of(slug), "output_ext": ".html",
            "categories": "/".join(slug_of(one) for one in categories),
        }  # fmt: skip
        address = folder.filled(settings.patterns.get("posts", ""), values)
        return Where(
            address=address,
            slug=slug,
            is_draft="_drafts" in folders,
            categories=folders[:at],
            # jekyll-feed calls a post by its address without the ending.
            guid=settings.address + re.sub(r"\.html$", "", address) if settings.address else "",
        )
    if any(part.startswith("_") for part in folders) or not meta.lines:
        return None
    here = "/".join(folders)
    slug = path.stem if path.stem != "index" else (folders[-1] if folders else "")
    if not slug:  # the home page
        return None
    ending = (
        "/" if path.stem == "index" else f"/{path.stem}{'/' if settings.patterns['posts'][-1:] == '/' else '.html'}"
    )
    return Where(address=f"/{here}{ending}".replace("//", "/"), slug=slug, is_page=True)


def _lists(posts: Sequence[OldPost], _settings: SiteSettings) -> Iterator[OldAddress]:
    yield from folder.labelled(posts, "/tags/", "/categories/")
    yield from folder.labelled(posts, "/tag/", "/category/")
    yield from folder.feeds("/feed.xml", "/atom.xml", "/rss.xml")


_MARKS = ("_config.yml", "_config.yaml")
_JEKYLL = SiteGenerator(marks=_MARKS, settings=_settings, place=_place, lists=_lists, words_apart=True)


def read(export: Export) -> OldSite:
    """
    Return the site in the folder.

    Raises:
        ContentError: a file cannot be read.
    """
    return folder.read(export, _JEKYLL)


def recognises(export: Export) -> bool:
    """Whether it is a folder of Jekyll."""
    return any("_posts" in PurePosixPath(name).parts[:-1] for name in export.files)


IMPORTER = Importer("jekyll", "Jekyll", "jekyll", recognises, read)
