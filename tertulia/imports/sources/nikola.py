"""Nikola: its folder, with ``conf.py``, ``posts/`` and ``pages/``. Of its settings plain values are read, none is run.

https://getnikola.com/handbook.html: a header stands above the text, in a comment, or in a file ``.meta`` beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from tertulia.content.metadata import Metadata
from tertulia.core.addresses import web_address
from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.sources import folder
from tertulia.imports.sources.folder import SiteGenerator, SiteSettings, Where
from tertulia.imports.sources.pelican import plain_settings
from tertulia.imports.types import OldAddress, OldPost, OldSite

_MARKS = ("conf.py",)
_PAGES = ("pages", "stories")
# Tags by which Nikola holds a post back or sets it.
_STATES, _NO_TAGS = ("draft", "private"), ("draft", "private", "mathjax", "retired", "featured")


def _settings(read: Callable[[str], bytes]) -> SiteSettings:
    table = plain_settings(read("conf.py"))
    return SiteSettings(
        address=web_address(table.get("SITE_URL", "")).rstrip("/"),
        language=table.get("DEFAULT_LANG", ""),
        zone=folder.zone_of(table.get("TIMEZONE")),
        patterns=table,
    )


def _place(path: PurePosixPath, meta: Metadata, settings: SiteSettings) -> Where | None:
    if path.parts[0] not in ("posts", *_PAGES):
        return None
    name, _, lang = path.stem.partition(".")
    lang = lang if len(lang) == 2 else ""
    slug = meta.slug or name
    is_draft = any(tag.lower() in _STATES for tag in meta.tags)
    meta.tags = [tag for tag in meta.tags if tag.lower() not in _NO_TAGS]
    root = f"/{lang}" if lang else ""
    folders = "/".join(path.parts[:-1])
    address = f"{root}/{folders}/{slug}/"
    return Where(address=address, slug=slug, is_page=path.parts[0] in _PAGES, is_draft=is_draft, lang=lang)


def _lists(posts: Sequence[OldPost], _settings: SiteSettings) -> Iterator[OldAddress]:
    for post in posts:  # without PRETTY_URLS
        if post.address.endswith("/"):
            yield OldAddress(address=f"{post.address.rstrip('/')}.html", kind="post", target=post.id)
    yield from folder.labelled(posts, "/categories/", "/categories/cat_")
    yield from folder.feeds("/rss.xml", "/feed.atom")


_NIKOLA = SiteGenerator(marks=_MARKS, settings=_settings, place=_place, lists=_lists)


def read(export: Export) -> OldSite:
    """
    Return the site in the folder.

    Raises:
        ContentError: a file cannot be read.
    """
    return folder.read(export, _NIKOLA)


def recognises(export: Export) -> bool:
    """Whether it is a folder of Nikola."""
    root = folder.root_of(export, _MARKS)
    if root is None:
        return False
    start = export.files[f"{root}conf.py"].head()
    return b"BLOG_TITLE" in start or b"nikola" in start.lower()


IMPORTER = Importer("nikola", "Nikola", "nikola", recognises, read)
