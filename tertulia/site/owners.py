"""Who has each address of the site: one file, one owner; whoever comes second is told and left out.

What the blog makes (home, archive, search, lists, feeds, sitemap) comes before what a file asks for, so that no page
called «Archivo» takes its place; of two files the one whose name comes first stays.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import dirname, normpath
from types import MappingProxyType
from typing import Any, NamedTuple

from tertulia.core.addresses import split_address
from tertulia.core.files import write_new
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.core.setting_kinds import MOUNTS, parse_service
from tertulia.site.contents import Content
from tertulia.site.editions import list_files
from tertulia.site.problems import report
from tertulia.site.series import group_series, place_of

log = logging.getLogger(__name__)

# What plugins of ours write besides pages.
OWN_FILES = (
    *("sitemap.xml", "robots.txt", "posts.json", "_redirects"),
    *(f"feeds/{name}" for name in ("atom.xml", "rss.xml", "feed.json")),
)


# Of 260 characters that any Windows takes, what a page leaves for the names of files beside it.
# https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
SHORT_PATH = 240


class Owners:
    """
    The files of the site by who has them, and the folders that those files need.

    Args:
        folds: Whether, where the site is built, names that differ only in capitals are one.
    """

    def __init__(self, *, folds: bool = False) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._folds = folds
        self.wanted: set[str] = set()  # what somebody asked for that another has, with the folders of it

    def claim(self, path: str, owner: str) -> str:
        """
        Ask for the file at *path* in the output, relative to it.

        Returns:
            "" when it is *owner*'s now; else who has it, or has a file where its folder would be.
        """
        path = normpath(unicodedata.normalize("NFC", path).lstrip("/"))
        path, alike = path.casefold() if self._folds else path, path.casefold()
        folders = list(_folders(path))
        for taken in (self._files.get(path), self._folders.get(path), *map(self._files.get, folders)):
            if taken is not None and taken != owner:
                self.wanted |= {path, *folders}
                return taken
        self._files[path] = owner
        for folder in folders:
            self._folders.setdefault(folder, owner)
        self._alike.setdefault(alike, owner)
        return ""

    def alike(self, path: str, owner: str) -> str:
        """Return who was first to have what is *owner*'s file *path* but for capitals; "" for nobody else."""
        first = self._alike.get(normpath(unicodedata.normalize("NFC", path).lstrip("/")).casefold(), owner)
        return "" if first == owner else first


def _folders(path: str) -> Iterator[str]:
    while path := dirname(path):
        yield path


def claim_own(owners: Owners, settings: Mapping[str, Any], posts: Iterable[Content]) -> None:
    """Claim what the blog itself makes of *posts*, oldest first, and of its *settings*."""
    posts = list(posts)
    own = say("own_page")
    for path in (*OWN_FILES, *_templates(settings), *_lists(settings, posts)):
        owners.claim(path, own)
    for path in service_places(settings):
        owners.claim(path, say("own_service"))


def service_places(settings: Mapping[str, Any]) -> Iterator[str]:
    """
    Yield what the service answers on the site's own host, as if each were a file: nobody gets to see what lies below.

    A preview's is on its host wherever the blog's will be, and says nothing of this.
    """
    written, site = str(settings.get("SERVICE_ADDRESS") or ""), settings["SITE_ADDRESS"]
    service, site = split_address(parse_service(written, site)), split_address(site)
    if service.origin and service.origin == site.origin and not settings["SHOW_UNPUBLISHED"]:
        folder = f"{site.path.rstrip('/')}/"
        for path in (f"{service.path.rstrip('/')}{mount}" for mount in MOUNTS):
            if path.startswith(folder):
                yield path.removeprefix(folder)


def _templates(settings: Mapping[str, Any]) -> Iterator[str]:
    for template in settings["DIRECT_TEMPLATES"]:
        if path := settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html"):
            yield path


def _lists(settings: Mapping[str, Any], posts: list[Content]) -> Iterator[str]:
    labels = {id(one): one for post in posts for one in (*post.tags, *post.categories, *post.authors)}
    yield from filter(None, (getattr(label, "save_as", "") for label in labels.values()))
    days = {post.date.date(): post.date for post in posts}.values()
    for pattern in filter(None, (settings.get(f"{period}_ARCHIVE_SAVE_AS") for period in ("YEAR", "MONTH", "DAY"))):
        yield from {pattern.format(date=date) for date in days}
    for slug, lang in group_series(posts):
        yield place_of(slug, lang, settings)[1]
    yield from list_files(settings, posts, settings["DEFAULT_LANG"])


def without_taken(owners: Owners, contents: Iterable[Content], output: Path) -> set[int]:
    """
    Claim the address of each post or page; tell of those that another has, or that no file of *output* can have.

    Returns:
        ``id()`` of those to leave out.
    """
    left_out = set()
    for content in sorted(contents, key=lambda content: content.shown_path):
        if other := owners.claim(content.save_as, content.shown_path):
            report_taken(content, other)
            left_out.add(id(content))
        elif not _takes(output / content.save_as):
            what = say("long_address", url=content.url)
            report(Problem(content.shown_path, _address_line(content), what, say("long_address_fix")))
            left_out.add(id(content))
        elif other := owners.alike(content.save_as, content.shown_path):
            report_alike(content, other)
    return left_out


def report_alike(content: Content, other: str) -> None:
    """Tell that on a Mac or on Windows *other* would have the address of *content*."""
    what = say("alike_address", other=other, url=content.url)
    report(Problem(content.shown_path, _address_line(content), what, say("alike_address_fix"), "hint"))


def _address_line(content: Content) -> int:
    return content.header_lines.get("slug", content.header_lines.get("title", 1))


def _takes(file: Path) -> bool:
    """Whether the system takes so long a path; Windows does where it has been told to."""
    if len(str(file)) < SHORT_PATH:
        return True
    try:
        write_new(str(file), b"")
        file.unlink()
    except OSError:
        return False
    return True


def report_taken(content: Content, other: str) -> None:
    """Tell that *other* has the address of *content*."""
    what = say("same_address", other=other, url=content.url)
    report(Problem(content.shown_path, _address_line(content), what, say("same_address_fix")))


def leave_out(generator: object, names: Iterable[str], left_out: set[int]) -> None:
    """Take the contents *left_out* off the lists *names* of *generator*, and off the translations of the others."""
    for name in names:
        kept = [content for content in getattr(generator, name) if id(content) not in left_out]
        setattr(generator, name, kept)
        for content in kept:
            content.translations = [other for other in content.translations if id(other) not in left_out]


class PageToWrite(NamedTuple):
    """A page that Pelican or a plugin has asked for."""

    name: str  # its file in the output
    content: Content | None  # the post or page that it shows
    write: Callable[[], str | None]  # the page as it was written, where that is known
    kind: str = ""  # its template, without ".html"
    values: Mapping[str, Any] = MappingProxyType({})  # what it is given besides what all pages are


def without_same_file(
    lists: Iterable[PageToWrite], posts: Iterable[PageToWrite]
) -> tuple[dict[str, PageToWrite], list[PageToWrite]]:
    """
    Return the last look, when every plugin has asked for its pages: of two with one file the list stays, and the first.

    Returns:
        Lists by their file, and the posts and pages that are in nobody's way.
    """
    by_name: dict[str, PageToWrite] = {}
    for page in filter(lambda page: page.name, lists):
        if by_name.setdefault(page.name, page) is not page:
            log.warning("%s; %s", say("same_list", name=page.name), say("same_list_fix"))
    free = []
    for page in posts:
        if page.content and page.name in by_name:
            report_taken(page.content, say("own_page"))
        else:
            free.append(page)
    return by_name, free


def without_taken_files(owners: Owners, files: Iterable[Any]) -> list[Any]:
    """Return the static *files* whose place nobody has; the others are told."""
    kept = []
    for file in files:
        source = f"content/{(file.source_path and file.get_relative_source_path()) or file.save_as}"
        if source == f"content/extra/{file.save_as}":  # ``extra`` puts it there
            continue
        if other := owners.claim(file.save_as, source):
            report(Problem(source, None, say("same_address", other=other, url=file.url), say("same_file_fix")))
        else:
            kept.append(file)
    return kept
