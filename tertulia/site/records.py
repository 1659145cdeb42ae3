"""What reading a post gives: one frozen record of plain values, made by no other program's classes.

So a record can come from another process, be kept, and be compared with the one before.
"""

from collections.abc import Hashable
from datetime import datetime
from typing import Any

import msgspec

from tertulia.core.asked import Answer, Question
from tertulia.core.models import Credit, Picture, Problem, Update


class TocEntry(msgspec.Struct, frozen=True):
    """A heading of a long post, and those below it."""

    id: str
    text: str
    children: tuple["TocEntry", ...] = ()


class UsedFile(msgspec.Struct, frozen=True):
    """A file that a post needs published."""

    path: str
    use: str  # "shown" for a picture in all its sizes, "linked" for what a link opens
    line: int | None  # where the post asks for it first


class PostRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One post or page, read and rendered."""

    is_page: bool
    content: str  # HTML
    title: str  # of a note, its first words
    is_note: bool  # the author gave it no title
    date: datetime
    modified: datetime | None
    mark: str  # why it is not simply published: draft, hidden, unlisted, scheduled; "" when it is
    lang: str
    id: str
    has_id: bool  # written by the author; else the slug serves
    slug: str
    summary: str  # HTML
    summary_text: str
    tags: tuple[str, ...]  # labels as written
    categories: tuple[str, ...]
    authors: tuple[str, ...]  # by name
    credits: tuple[Credit, ...]
    updates: tuple[Update, ...]
    question: str
    content_warning: str
    audience: str
    cover: Picture | None
    cover_alts: dict[str, str]  # what it shows, by network
    pictures: tuple[Picture, ...]  # for the announcement only
    words: int
    stems: dict[str, int]  # for related posts
    minutes: int
    toc: tuple[TocEntry, ...]  # empty where none is to be shown
    series_name: str
    aliases: tuple[str, ...]
    old_addresses: tuple[str, ...]  # where another generator had it, by its own header
    networks: dict[str, str]  # the author's own words by network
    guid: str  # of the feeds of the site where it was first
    template: str  # "" for the usual one
    extra: dict[str, object]  # by key, what only the theme asks for; templates find each as an attribute
    header_lines: dict[str, int]  # where each key of the metadata stands
    shown_path: str  # the file as the author knows it, "content/posts/….md"
    body: str  # Markdown, after the metadata
    body_line: int  # the line of the file at which it begins
    files: tuple[UsedFile, ...]


class Alike:
    """What records of many posts say alike: topics, authors, tags, which line says what. It is held once for all."""

    def __init__(self) -> None:
        self._held: dict[Hashable, Any] = {}
        self._lines: dict[tuple[tuple[str, int], ...], dict[str, int]] = {}

    def shared(self, reading: "Reading") -> "Reading":
        """Return *reading* with what others have said before it."""
        if (record := reading.record) is None:
            return reading
        same = {name: self._one(getattr(record, name)) for name in ("lang", "categories", "authors")}
        same["tags"] = tuple(map(self._one, record.tags))
        same["header_lines"] = self._lines.setdefault(tuple(record.header_lines.items()), record.header_lines)
        return msgspec.structs.replace(reading, record=msgspec.structs.replace(record, **same))

    def _one(self, value: Hashable) -> Any:
        return self._held.setdefault(value, value)


class Looked(msgspec.Struct, frozen=True):
    """What a file made its reader look for besides: it reads otherwise when that comes, goes or changes."""

    written: str  # a picture or another file, as the file names it; "" for a capture, which has a path alone
    beside: str  # the file
    path: str  # where it was found; of a capture, where it was looked for
    found: bool


class Reading(msgspec.Struct, frozen=True):
    """What became of one file: a record, unless it is not to be built, and what the author should know."""

    record: PostRecord | None = None
    problems: tuple[Problem, ...] = ()
    due: datetime | None = None  # when the file may read otherwise, though nobody touches it; None for never
    seeks_posts: bool = False  # it names other posts by their files, and reads otherwise when those come and go
    looked: tuple[Looked, ...] = ()
    asked: tuple[tuple[str, Question, Answer], ...] = ()  # a table, what it was asked, and answered
    guessed: bool = False  # it was told what else there is in a folder
