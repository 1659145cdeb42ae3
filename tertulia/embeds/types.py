"""What is kept of an item: plain structs that become one JSON file, its keys in this order."""

import hashlib
from enum import StrEnum
from typing import Literal

import msgspec

from tertulia.core.errors import FetchError

Kind = Literal["post", "player", "card", "photo", "code"]
Policy = Literal["keep", "text", "remove"]


class State(StrEnum):
    """What we have of an item; ``capture.TRANSITIONS`` says how one becomes another."""

    KEPT = "kept"  # as it was seen
    GONE = "gone"  # seen once, no longer there
    UNAVAILABLE = "unavailable"  # asked for and never had
    REMOVED = "removed"  # taken out at somebody's request, and not to be asked for again


class Part(StrEnum):
    """What an answer may announce and not bring."""

    WORDS = "words"  # the service itself did not answer: a card stands for the post, or a poorer answer
    PICTURE = "picture"
    AVATAR = "avatar"
    POSTER = "poster"
    ANSWERED = "answered"
    QUOTED = "quoted"
    PAGE = "page"  # which tells a length or a date


class NotFoundError(FetchError):
    """The service answered, and what it said is that the item is gone."""


class WithheldError(NotFoundError):
    """It is not shown to us, or there is nothing in it to show: no proof that it is gone."""


class OptedOutError(NotFoundError):
    """Its author asks that it not be shown where we would show it."""


class CaptureStruct(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A struct whose empty fields are left out of the file."""


class Image(CaptureStruct):
    """A picture beside the JSON, re-encoded by us."""

    file: str  # "1134-3f9a2b1c.webp", a name of ours
    width_px: int
    height_px: int
    alt: str = ""
    video: bool = False  # the first image of a film that stays where it was


class Author(CaptureStruct):
    """Who wrote it, as the service showed them."""

    name: str
    handle: str = ""  # "@ana@mastodon.example"
    url: str = ""
    avatar: Image | None = None


class Choice(CaptureStruct):
    """One option of a poll."""

    title: str
    votes: int = -1  # -1: not told


class Elsewhere(CaptureStruct):
    """What plays and stays where it was: only that it is there, and its author's description, are kept."""

    kind: Literal["audio", "video"]
    alt: str = ""


class Film(CaptureStruct):
    """A film of the blogger's own beside the JSON, as it came out of an archive."""

    file: str  # "1134-3f9a2b1c.mp4"
    loops: bool = False  # what was uploaded as a GIF
    alt: str = ""


class Quoted(CaptureStruct):
    """A post beside the post: the one it quotes, or the one it answers."""

    url: str
    author: Author
    html: str
    lang: str = ""
    published: str = ""
    warning: str = ""
    sensitive: bool = False
    pictures: list[Image] = []
    poll: list[Choice] = []
    elsewhere: list[Elsewhere] = []
    emojis: dict[str, Image] = {}
    more: bool = False


class Revision(CaptureStruct):
    """What the text said before its author changed it."""

    html: str
    until: str  # the date on which we noticed, "2026-11-22"
    pictures: list[Image] = []  # those that it has no more


class File(CaptureStruct):
    """One file of a gist."""

    name: str
    text: str
    language: str = ""
    cut: bool = False


class Capture(CaptureStruct):
    """
    One item as it was.

    ``html`` is sanitised (see ``core.sanitise``), every other text is plain and must be escaped where it is drawn.
    Dates are ISO 8601; what the service dates keeps its time zone, what we date is a plain day.
    """

    provider: str
    id: str
    url: str
    kind: Kind = "card"
    state: State = State.KEPT
    network: str = ""  # as shown: "Mastodon", "YouTube", or a page's own site name
    author: Author | None = None
    title: str = ""
    html: str = ""
    warning: str = ""  # the author's own content warning
    sensitive: bool = False  # its pictures are not to be seen before somebody asks for them
    more: bool = False  # the words go on where they came from
    lang: str = ""
    published: str = ""
    edited: str = ""
    edits_told: bool = False  # the service says whether it was edited; without ``edited`` it says no
    earlier: list[Revision] = []
    counts: dict[str, int] = {}
    pictures: list[Image] = []
    films: list[Film] = []
    elsewhere: list[Elsewhere] = []
    emojis: dict[str, Image] = {}  # shortcode → what its author's server draws for it
    poll: list[Choice] = []
    poster: Image | None = None
    duration_seconds: int = 0
    player: str = ""  # the privacy-friendly player, for a reader's click
    width_px: int = 0  # of the player, with height_px: only their proportion is meant
    height_px: int = 0
    files: list[File] = []
    reply_to: Quoted | None = None
    quoted: Quoted | None = None
    links: dict[str, str] = {}  # short address → where it led
    captured: str = ""
    source: str = ""  # the address that was asked, or "paste", "archive"
    gone: str = ""  # the day on which it was noticed missing
    reason: str = ""  # why it could not be had
    tried: str = ""
    tries: int = 0
    again: bool = False  # it did not answer, so it is worth asking again
    partial: bool = False  # from an answer that tells words and author only
    missing: list[Part] = []  # announced and not had, one entry for each
    hash: str = ""


# What may change without the item having been edited.
_PASSING = frozenset(
    (
        *("state", "edited", "edits_told", "earlier", "counts", "captured", "source"),
        *("gone", "reason", "tried", "tries", "again", "partial", "missing", "hash"),
    )
)


def fingerprint(capture: Capture) -> str:
    """SHA-256 over what the item says, without counts and our own dates: equal when nothing was edited."""
    parts = msgspec.to_builtins(capture)
    for name in _PASSING:
        parts.pop(name, None)
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def besides(capture: Capture) -> list[Quoted]:
    """Return the posts beside the post."""
    return [beside for beside in (capture.reply_to, capture.quoted) if beside]


def files_of(capture: Capture) -> list[str]:
    """Return the names of all files that the capture needs beside it."""
    posts: list[Capture | Quoted] = [capture, *besides(capture)]
    images = [image for post in posts for image in (*post.pictures, *post.emojis.values())]
    images += [post.author.avatar for post in posts if post.author and post.author.avatar]
    images += [capture.poster] if capture.poster else []
    images += [image for before in capture.earlier for image in before.pictures]
    return [*(image.file for image in images), *(film.file for film in capture.films)]
