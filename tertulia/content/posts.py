"""What the build tells the rest of Tertulia about each published post: ``output/posts.json``.

Publishing and collecting never read Markdown nor Pelican: the build writes this one file, and they read it. It
stands inside the output because it describes that very output (a preview has its own), and ``deploy`` leaves it
at home. It holds nothing that is not on the pages or meant for a network: no drafts, no e-mail addresses.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from tertulia.core import strict_json
from tertulia.core.errors import ContentError
from tertulia.core.languages import say

FILE_NAME = "posts.json"
# Around its posts, each on lines of its own: no text has a line's end in it.
_NONE, _SOME, _BETWEEN, _END = b' "posts": []', b' "posts": [', b",\n  {", b"\n ]"
Addresses = dict[str, tuple[str, ...]]
T = TypeVar("T")


class PostCredit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a post thanks or builds on, with their handle on each network where the people file gives one."""

    kind: str  # "via", "source", "photo" or "thanks"
    name: str
    url: str = ""
    handles: dict[str, str] = {}  # {"mastodon": "ana@mastodon.example", "bluesky": "ana.bsky.social"}


class Cover(msgspec.Struct, frozen=True):
    """The picture of a post, as a file of the output."""

    path: str  # relative to the output folder, "images/plaza.webp"
    url: str  # absolute
    alt: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One published post in one language. *id* and *lang* name it for good, whatever its title or address."""

    id: str
    lang: str
    title: str
    is_note: bool = False  # it has no title of its own: *title* is its first words
    url: str  # absolute
    date: datetime  # with its offset
    modified: datetime | None = None
    summary: str = ""  # plain text
    question: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()  # as the author writes them: "ClientePitero", "Atención al cliente"
    credits: tuple[PostCredit, ...] = ()
    cover: Cover | None = None
    card: Cover | None = None  # the picture drawn for shared links of a post without a cover
    cover_alts: dict[str, str] = {}  # what the cover shows, by network
    pictures: tuple[Cover, ...] = ()  # more of them for the announcement, behind the cover
    said: dict[str, str] = {}  # the author's own words by network: {"mastodon": "…", "x": "no"}
    warning: str = ""  # what its announcement warns of
    audience: str = ""  # who sees the announcement: "unlisted", "followers", "nobody", "" for all
    guid: str = ""  # of the feeds of the site where it was first: it was announced there
    text: str = ""  # the whole post as plain text; only when a network's words ask for a thread
    hash: str = ""  # of what the author wrote; see words_hash

    @property
    def key(self) -> tuple[str, str]:
        """What names the post for good."""
        return (self.id, self.lang)


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """All that one build published."""

    site: str  # absolute address, no slash at the end
    title: str
    lang: str  # the blog's own
    preview: bool = False  # built with drafts on show: never announced
    posts: tuple[Post, ...] = ()
    # Each file of the site that a post or page has or had, and what names whoever had it last.
    addresses: Addresses = {}


class _Addresses(msgspec.Struct, frozen=True):
    addresses: Addresses = {}


class _Key(msgspec.Struct, frozen=True):
    date: datetime
    id: str
    lang: str


def words_hash(*words: str) -> str:
    """Return a short name for exactly these words; it changes when the author changes one of them, and only then."""
    return hashlib.sha256("\x00".join(words).encode()).hexdigest()[:16]


def read(output: Path) -> Published:
    """
    Return what the build in the folder *output* published.

    Raises:
        ContentError: there is no such file, or it is not ours; the message says to build.
    """
    return _read(output, Published)


def read_addresses(output: Path) -> Addresses:
    """
    Return the addresses that the build in the folder *output* noted, without reading its posts.

    Raises:
        ContentError: as of ``read``.
    """
    return _read(output, _Addresses).addresses


def addresses_in(data: bytes) -> Addresses:
    """
    Return the addresses that are noted in *data*, such a file, which is not looked through for it.

    Raises:
        ValueError: it is not as it was written.
    """
    return strict_json.decode(b"{" + data[data.rfind(b'\n "addresses": ') :], type=_Addresses).addresses


def _read(output: Path, shape: type[T]) -> T:
    path = output / FILE_NAME
    try:
        return strict_json.decode(path.read_bytes(), type=shape)
    except FileNotFoundError as error:
        raise ContentError(say("posts_missing", path=path)) from error
    except ValueError as error:
        raise ContentError(say("posts_broken", path=path, why=error)) from error


def encoded(published: Published) -> bytes:
    """Return the file of *published*, the same bytes for the same posts."""
    around = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(published, posts=())), indent=1)
    before, _, after = around.partition(b"\n" + _NONE)  # no text has a line's end in it
    in_order = sorted(published.posts, key=lambda post: (post.date, post.id, post.lang))
    return _joined(before, [_entry(post) for post in in_order], after + b"\n")


def edited(
    data: bytes, *, gone: Iterable[tuple[datetime, str, str]], there: Iterable[Post], addresses: Addresses | None
) -> bytes:
    """
    Return the file *data* with some of its posts edited; the others are not looked into.

    Args:
        gone: Date, Id and language of posts that are not there any more, or not as they were.
        there: Those that are there now.
        addresses: Those to note instead; None for the same.

    Raises:
        LookupError: it is not as it was written, or holds none of a post that is gone.
    """
    entries: list[bytes] = []
    before, begin, after = data.partition(b"\n" + _NONE)
    if not begin:
        at = data.find(b"\n" + _SOME + _BETWEEN[1:])
        end = data.find(_END, at)
        if at < 0 or end < 0:
            raise LookupError(FILE_NAME)
        entries = data[at + len(_SOME + _BETWEEN) : end].split(_BETWEEN)
        before, after = data[:at], data[end + len(_END) :]
    for key in gone:
        at = bisect_left(entries, key, key=_key)
        if at == len(entries) or _key(entries[at]) != key:
            raise LookupError(FILE_NAME)
        del entries[at]
    for post in there:
        entry = _entry(post)
        entries.insert(bisect_left(entries, _key(entry), key=_key), entry)
    if addresses is not None:
        told = msgspec.json.format(msgspec.json.encode(_Addresses(addresses=addresses)), indent=1)
        after = b"," + told.removeprefix(b"{") + b"\n"
    return _joined(before, entries, after)


def _entry(post: Post) -> bytes:
    """Return what stands of *post* between the others, without the brace that each begins with."""
    return msgspec.json.format(msgspec.json.encode(post), indent=1).replace(b"\n", b"\n  ").removeprefix(b"{")


def _key(entry: bytes) -> tuple[datetime, str, str]:
    """Return what an entry is sorted by."""
    found = strict_json.decode(b"{" + entry, type=_Key)
    return found.date, found.id, found.lang


def _joined(before: bytes, entries: Sequence[bytes], after: bytes) -> bytes:
    if not entries:
        return b"".join((before, b"\n", _NONE, after))
    return b"".join((before, b"\n", _SOME, _BETWEEN[1:], _BETWEEN.join(entries), _END, after))
