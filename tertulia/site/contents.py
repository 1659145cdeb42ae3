"""Posts and pages as the parts of a site see them, and the lists in which the generator keeps them.

``Content`` is a protocol: Pelican's articles satisfy it once the plugins have given them their attributes, and so does
any plain object of a test. What stands in ``PostRecord`` is said there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from tertulia.content.metadata import NOTHING_MORE
from tertulia.content.snapshot import Comment, Syndicated
from tertulia.core import sanitise
from tertulia.core.models import Credit, Picture, Update
from tertulia.core.text import reading_minutes, shorten
from tertulia.site.records import PostRecord


class Content(Protocol):
    """A post or a page that will be written."""

    # of the record
    is_page: bool
    id: str
    has_id: bool
    lang: str
    mark: str
    title: str
    is_note: bool
    date: datetime
    modified: datetime | None
    summary: str
    summary_text: str
    credits: Sequence[Credit]
    updates: Sequence[Update]
    question: str
    content_warning: str
    audience: str
    guid: str
    cover: Picture | None
    cover_alts: dict[str, str]
    pictures: Sequence[Picture]
    words: int
    stems: dict[str, int]
    series_name: str
    aliases: Sequence[str]
    old_addresses: Sequence[str]
    networks: dict[str, str]
    header_lines: dict[str, int]
    shown_path: str
    body: str
    body_line: int
    # of its place in the site
    template: str  # without ".html"
    default_template: str
    slug: str
    url: str  # relative to the site's root
    save_as: str
    content: str  # HTML, links to files resolved
    _content: str  # the same before that; the name is Pelican's
    relative_dir: str  # of its file, under the content folder
    tags: Sequence[Any]
    categories: Sequence[Any]
    authors: Sequence[Any]
    translations: Sequence["Content"]
    related: Sequence["Content"]
    series: Any
    previous: "Content | None"
    next: "Content | None"
    card: Picture | None
    # of the conversation
    syndication: Sequence[Syndicated]
    said: Sequence[Comment]  # oldest first
    comments: Sequence[Any]  # the newest, replies nested
    talk_parts: Sequence[Any]  # what is older
    talk_places: Mapping[str, str]  # by key, the page of each comment that is not on the post's
    talk_folder: str  # of these pages, and of the feeds
    comment_count: int
    counts: Mapping[str, int]
    open: bool  # takes comments
    # for the page
    json_ld: str


# How a link to a file begins that Pelican resolves, '"{filename}…', when all posts are known.
_TO_FILE = ('"{', "'{", '"|', "'|")

# What a post has until somebody gives it more.
DEFAULTS: dict[str, Any] = {
    "related": (), "previous": None, "next": None, "card": None, "syndication": (), "said": (),
    "comments": (), "talk_parts": (), "talk_places": MappingProxyType({}), "talk_folder": "", "comment_count": 0,
    "counts": MappingProxyType({}), "open": False, "json_ld": "",
}  # fmt: skip


# What no key that an author makes up may stand in for: what posts have here, and what Pelican's have.
TAKEN = frozenset(
    {
        *PostRecord.__struct_fields__, *Content.__annotations__, *DEFAULTS, *NOTHING_MORE,
        *("allowed_statuses", "author", "category", "date_format", "default_status", "filename", "get_content"),
        *("get_relative_source_path", "get_siteurl", "get_static_links", "get_summary", "get_url_setting"),
        *("in_default_lang", "is_valid", "locale_date", "locale_modified", "mandatory_properties", "metadata"),
        *("override_save_as", "override_url", "reader", "refresh_metadata_intersite_links", "settings", "source_path"),
        *("status", "timezone", "url_format"),
    }
)  # fmt: skip


_SAID_BY_POSTS = frozenset(Content.__annotations__)


def attributes(record: PostRecord) -> dict[str, Any]:
    """
    Return what Pelican makes attributes of: *record*, its HTML and what the author left out apart, and the defaults.
    """
    status = "hidden" if record.mark == "unlisted" else "published"
    values = DEFAULTS | {"status": status} | record.extra | msgspec.structs.asdict(record)
    if record.series_name:
        values["series"] = record.series_name
    absent = ("content", "extra", *(key for key in ("modified", "template") if not values[key]))
    return {key: value for key, value in values.items() if key not in absent}


def fill_defaults(content: Any) -> None:
    """Give a post that Pelican has just made what it would lack, or work out anew each time it is asked."""
    if not hasattr(content, "shown_path"):
        if content.default_template is None or not hasattr(content, "title"):
            return  # a file, or what Pelican will refuse
        _fill_from_elsewhere(content)
    # Asked for four times a post, and told of the folders of both ends anew each time.
    content.get_relative_source_path = lru_cache(maxsize=2)(content.get_relative_source_path)
    content.series = None  # its name is in the metadata, where others look for it
    content.modified = getattr(content, "modified", None)
    content.override_url, content.override_save_as = content.url, content.save_as


def without_attributes(metadata: Mapping[str, Any], formatted: Collection[str] = ()) -> dict[str, Any]:
    """
    Return *metadata* of a post without what it has as attributes: held twice, that is much memory.

    Args:
        formatted: What Pelican looks for links to files in, beside the summary; it finds it there alone.
    """
    kept = {"summary", *formatted}
    return {name: value for name, value in metadata.items() if name in kept or name not in _SAID_BY_POSTS}


def _fill_from_elsewhere(content: Any) -> None:
    """Give what a reader of somebody else's has read (``READERS``) all that a ``PostRecord`` has."""
    plain = sanitise.plain(content._content or "")
    values = {field: kind() for kind, fields in _EMPTY.items() for field in fields}
    values |= {
        "is_page": content.default_template == "page", "id": content.slug, "words": len(plain.split()), "body_line": 1,
        "mark": "unlisted" if content.status == "hidden" else "",
        "shown_path": f"content/{content.relative_source_path}",
        "cover": None, "minutes": reading_minutes(len(plain.split())), "summary_text": shorten(plain, 300),
        "categories": [content.category] if hasattr(content, "category") else [],
    }  # fmt: skip
    for name, value in {**DEFAULTS, **NOTHING_MORE, **values}.items():
        if not hasattr(content, name):
            setattr(content, name, value)
    for name in ("date", "modified"):
        if moment := getattr(content, name, None):
            setattr(content, name, datetime.fromisoformat(moment.isoformat()))  # Pelican has a kind of its own


# The fields of a ``PostRecord`` that are empty where nothing is known.
_EMPTY: dict[type, tuple[str, ...]] = {
    bool: ("is_note", "has_id"),
    str: ("question", "content_warning", "audience", "series_name", "body", "guid"),
    tuple: ("pictures", "tags", "authors", "credits", "updates", "toc", "aliases", "old_addresses", "files"),
    dict: ("cover_alts", "networks", "header_lines", "stems"),
}


_LISTED = ("articles", "translations")
_HIDDEN = ("hidden_articles", "hidden_translations")
_PAGES = ("pages", "hidden_pages")
POST_LISTS = (*_LISTED, *_HIDDEN)
PAGE_LISTS = ("pages", "translations", "hidden_pages", "hidden_translations")


class Generator(Protocol):
    """What we ask of the generator that holds the posts."""

    settings: dict[str, Any]
    context: dict[str, Any]
    articles: list[Any]
    translations: list[Any]
    hidden_articles: list[Any]
    hidden_translations: list[Any]
    tags: dict[Any, list[Any]]
    categories: list[tuple[Any, list[Any]]]
    authors: list[tuple[Any, list[Any]]]


def leads_to_file(html: str) -> bool:
    """Whether *html* may have links that Pelican resolves; asked of each text five times; most have neither sign."""
    return ("{" in html or "|" in html) and any(start in html for start in _TO_FILE)


def listed(generator: Generator) -> list[Content]:
    """Return posts that stand in lists: originals, then translations."""
    return [*generator.articles, *generator.translations]


def by_date(generator: Generator) -> list[Content]:
    """Return listed posts of every language, oldest first; the same order on every machine."""
    return sorted(listed(generator), key=lambda post: (post.date, post.id, post.lang))


def posts(generator: Generator) -> list[Content]:
    """Every post that is written, unlisted ones too."""
    return [post for name in POST_LISTS for post in getattr(generator, name)]


def everything(generators: Iterable[object]) -> Iterator[Content]:
    """Every post and page that any of *generators* will write."""
    for generator in generators:
        for name in (*POST_LISTS, *_PAGES):
            yield from getattr(generator, name, ())


def line_of(content: Content, needle: str) -> int | None:
    """Return the line of the file on which *needle* first stands in the text, or None."""
    at = content.body.find(needle) if needle else -1
    return None if at < 0 else content.body_line + content.body.count("\n", 0, at)


def changed(post: Content) -> datetime:
    """When *post* last changed: as written, as modified, or with its newest dated update."""
    updates = [datetime.combine(date.fromisoformat(one.date), time(), post.date.tzinfo) for one in post.updates]
    return max(filter(None, [post.date, post.modified, *updates]))
