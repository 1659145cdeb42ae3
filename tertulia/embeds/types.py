"""What is kept of an item: plain structs that become one JSON file, its keys in this order."""

import hashlib
from typing import Literal

import msgspec

from tertulia.core.errors import FetchError

Kind = Literal["post", "player", "card", "photo", "code"]
# kept: as it was seen. gone: seen once, no longer there. unavailable: asked for and never had.
# removed: taken out at somebody's request, and not to be asked for again.
State = Literal["kept", "gone", "unavailable", "removed"]
Policy = Literal["keep", "text", "remove"]


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


class Quoted(CaptureStruct):
    """A post beside the post: the one it quotes, or the one it answers."""

    url: str
    author: Author
    html: str
    lang: str = ""
    published: str = ""


class Revision(CaptureStruct):
    """What the text said before its author changed it."""

    html: str
    until: str  # the date on which we noticed, "2026-11-22"


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
    state: State = "kept"
    network: str = ""  # as shown: "Mastodon", "YouTube", or a page's own site name
    author: Author | None = None
    title: str = ""
    html: str = ""
    warning: str = ""  # the author's own content warning
    lang: str = ""
    published: str = ""
    edited: str = ""
    earlier: list[Revision] = []
    counts: dict[str, int] = {}
    pictures: list[Image] = []
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
    hash: str = ""


# What may change without the item having been edited.
_PASSING = frozenset(
    ("state", "edited", "earlier", "counts", "captured", "source", "gone", "reason", "tried", "tries", "again", "hash")
)


def fingerprint(capture: Capture) -> str:
    """SHA-256 over what the item says, without counts and our own dates: equal when nothing was edited."""
    parts = msgspec.to_builtins(capture)
    for name in _PASSING:
        parts.pop(name, None)
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def files_of(capture: Capture) -> list[str]:
    """The names of all pictures that the capture needs beside it."""
    authors = [capture.author, *(beside.author for beside in (capture.quoted, capture.reply_to) if beside)]
    images = [*capture.pictures, capture.poster, *(author.avatar for author in authors if author)]
    return [image.file for image in images if image]
