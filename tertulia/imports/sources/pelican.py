"""Pelican: its folder, with ``pelicanconf.py`` and ``content/``. Of its settings plain values are read, nothing is run.

https://docs.getpelican.com/en/stable/settings.html#url-settings
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from tertulia.content.dates import from_name
from tertulia.content.metadata import Metadata
from tertulia.core.addresses import host_of, web_address
from tertulia.core.slugs import slug_of
from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.sources import folder
from tertulia.imports.sources.folder import SiteGenerator, SiteSettings, Where
from tertulia.imports.types import OldAddress, OldPost, OldSite

_MARKS = ("pelicanconf.py",)
# What the settings that we read are where a blog does not say; "" is False.
_USUAL = {
    "ARTICLE_URL": "{slug}.html", "ARTICLE_LANG_URL": "{slug}-{lang}.html", "PAGE_URL": "pages/{slug}.html",
    "PAGE_LANG_URL": "pages/{slug}-{lang}.html", "TAG_URL": "tag/{slug}.html", "CATEGORY_URL": "category/{slug}.html",
    "AUTHOR_URL": "author/{slug}.html", "FEED_ALL_ATOM": "feeds/all.atom.xml", "FEED_ALL_RSS": "feeds/all.rss.xml",
    "PATH": "content", "DEFAULT_CATEGORY": "misc", "USE_FOLDER_AS_CATEGORY": "True", "SLUGIFY_SOURCE": "title",
    "FILENAME_METADATA": "",
}  # fmt: skip


def plain_settings(data: bytes) -> dict[str, str]:
    """Return the names of a program in Python that are text, as they are written; ``False`` and ``None`` are ""."""
    try:
        tree = ast.parse(data.decode("utf-8-sig", "replace")) if len(data) < 500_000 else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    found: dict[str, str] = {}
    for one in tree.body if tree else ():
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
            value = one.value.value
            if isinstance(value, str | bool | None):
                told = value if isinstance(value, str) else str(value or "")
                found.update({target.id: told for target in one.targets if isinstance(target, ast.Name)})
    return found


def _settings(read: Callable[[str], bytes]) -> SiteSettings:
    table = {**_USUAL, **plain_settings(read("pelicanconf.py"))}
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
    lang = meta.lang or settings.language
    slug = meta.slug or _slug_of_file(inside, settings) or slug_of(meta.title) or inside.stem
    translated = "_LANG" if meta.lang and meta.lang != (settings.language or "en") else ""
    pattern = settings.patterns[f"{'PAGE' if is_page else 'ARTICLE'}{translated}_URL"]
    folders = inside.parts[:-1] if settings.patterns["USE_FOLDER_AS_CATEGORY"] else ()
    category = meta.categories or folders[-1:] or [settings.patterns["DEFAULT_CATEGORY"]]
    categories = () if is_page or meta.categories else tuple(category)
    values = {"slug": slug, "date": meta.date, "lang": lang, "category": slug_of(category[0])}
    try:
        address = pattern.format(**values)
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        address = f"{slug}.html"
    address = f"/{address.lstrip('/')}"
    guid = f"tag:{host_of(settings.address)},{meta.date:%Y-%m-%d}:{address}" if meta.date and settings.address else ""
    return Where(address=address, slug=slug, is_page=is_page, categories=categories, guid=guid)


def _slug_of_file(path: PurePosixPath, settings: SiteSettings) -> str:
    """Return what the name of a file says of its address, where the settings have it say that."""
    if "(?P<slug>" in settings.patterns["FILENAME_METADATA"]:
        return slug_of(from_name(path).words if "(?P<date>" in settings.patterns["FILENAME_METADATA"] else path.stem)
    return slug_of(path.stem) if settings.patterns["SLUGIFY_SOURCE"] == "basename" else ""


def _lists(posts: Sequence[OldPost], settings: SiteSettings) -> Iterator[OldAddress]:
    tags, categories, authors = (
        re.match(r"/?(.*?)\{slug\}(.*)", settings.patterns[f"{name}_URL"]) for name in ("TAG", "CATEGORY", "AUTHOR")
    )
    if tags:
        yield from folder.labelled(posts, f"/{tags[1]}", ending=tags[2])
    if categories:
        yield from folder.labelled(posts, "", f"/{categories[1]}", ending=categories[2])
    if authors:
        for name in dict.fromkeys(name for post in posts for name in post.authors):
            yield OldAddress(address=f"/{authors[1]}{slug_of(name)}{authors[2]}", kind="author", target=name)
    of_all = (settings.patterns[name] for name in ("FEED_ALL_ATOM", "FEED_ALL_RSS"))
    yield from folder.feeds(*(f"/{place.lstrip('/')}" for place in of_all if place))


def _published(path: PurePosixPath, settings: SiteSettings) -> str:
    """Where a file of the folder was on the site."""
    content = settings.patterns["PATH"].strip("/") or "content"
    return f"/{path.relative_to(content)}" if path.is_relative_to(content) else ""


_PELICAN = SiteGenerator(
    marks=_MARKS, settings=_settings, place=_place, lists=_lists, published=_published, has_translations_by_slug=True
)


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
