"""Pelican: its folder, with ``pelicanconf.py`` and ``content/``. Of its settings plain values are read, nothing is run.

https://docs.getpelican.com/en/stable/settings.html#url-settings
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from tertulia.content.metadata import Metadata
from tertulia.core.addresses import host_of, web_address
from tertulia.core.slugs import slug_of
from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.sources import folder
from tertulia.imports.sources.folder import SiteGenerator, SiteSettings, Where
from tertulia.imports.types import OldAddress, OldPost, OldSite

_MARKS = ("pelicanconf.py",)
_PATTERNS = {
    "ARTICLE_URL": "{slug}.html", "PAGE_URL": "pages/{slug}.html", "TAG_URL": "tag/{slug}.html",
    "CATEGORY_URL": "category/{slug}.html", "AUTHOR_URL": "author/{slug}.html", "PATH": "content",
}  # fmt: skip


def plain_settings(data: bytes) -> dict[str, str]:
    """Return the names of a program in Python that are text, as they are written there."""
    try:
        tree = ast.parse(data.decode("utf-8-sig", "replace")) if len(data) < 500_000 else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    found: dict[str, str] = {}
    for one in tree.body if tree else ():
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
            found.update({target.id: one.value.value for target in one.targets if isinstance(target, ast.Name)})
    return found


def _settings(read: Callable[[str], bytes]) -> SiteSettings:
    table = {**_PATTERNS, **plain_settings(read("pelicanconf.py"))}
    address = plain_settings(read("publishconf.py")).get("SITEURL") or table.get("SITEURL", "")
    return SiteSettings(
        address=web_address(f"https:{address}" if address.startswith("//") else address).rstrip("/"),
        language=table.get("DEFAULT_LANG", ""),
        zone=folder.zone_of(table.get("TIMEZONE")),
        patterns=table,
    )


def _place(path: PurePosixPath, meta: Metadata, settings: SiteSettings) -> Where | None:
    content = settings.patterns["PATH"].strip("/") or "content"
    if not path.is_relative_to(content):
        return None
    inside = path.relative_to(content)
    is_page = inside.parts[0] == "pages"
    slug = meta.slug or slug_of(meta.title) or inside.stem
    pattern = settings.patterns["PAGE_URL" if is_page else "ARTICLE_URL"]
    values = {"slug": slug, "date": meta.date, "lang": meta.lang or settings.language}
    values["category"] = slug_of(meta.categories[0]) if meta.categories else ""
    try:
        address = pattern.format(**values)
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        address = f"{slug}.html"
    address = f"/{address.lstrip('/')}"
    guid = f"tag:{host_of(settings.address)},{meta.date:%Y-%m-%d}:{address}" if meta.date and settings.address else ""
    folders = inside.parts[:-1]  # Pelican takes a folder for the category of what is in it
    categories = (folders[-1],) if folders and not is_page and not meta.categories else ()
    return Where(address=address, slug=slug, is_page=is_page, categories=categories, guid=guid)


def _lists(posts: Sequence[OldPost], settings: SiteSettings) -> Iterator[OldAddress]:
    tags, categories = (
        re.match(r"/?(.*?)\{slug\}(.*)", settings.patterns[name]) for name in ("TAG_URL", "CATEGORY_URL")
    )
    if tags:
        yield from folder.labelled(posts, f"/{tags[1]}", ending=tags[2])
    if categories:
        yield from folder.labelled(posts, "", f"/{categories[1]}", ending=categories[2])
    yield from folder.feeds("/feeds/all.atom.xml", "/feeds/all.rss.xml")


_PELICAN = SiteGenerator(marks=_MARKS, settings=_settings, place=_place, lists=_lists)


def read(export: Export) -> OldSite:
    """
    Return the site in the folder.

    Raises:
        ContentError: a file cannot be read.
    """
    return folder.read(export, _PELICAN)


def recognises(export: Export) -> bool:
    """Whether it is a folder of Pelican."""
    return folder.root_of(export, _MARKS) is not None


IMPORTER = Importer("pelican", "Pelican", "pelican", recognises, read)
