"""What is said about a post, as values: what comes in, what is made of it, and what the owner sees of it.

Nothing here knows of rows or of SQL; ``Conversation`` takes and gives these. ``Said.version`` names what was read: a
decision carries it, and one that names another version than the present one decides nothing.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import msgspec

_ANCHOR = re.compile(r"[\w.-]+#(?P<anchor>[A-Za-z][\w.:-]{0,99})")

Kind = Literal["comment", "reply", "mention", "quote", "like", "repost", "bookmark"]


class Status(StrEnum):
    """What became of a comment."""

    WAITING = "waiting"  # for the owner
    APPROVED = "approved"  # public
    REJECTED = "rejected"  # by the owner
    SPAM = "spam"  # kept for thirty days
    WITHDRAWN = "withdrawn"  # by who wrote it
    GONE = "gone"  # deleted where it was said


class Trust(StrEnum):
    """What the owner thinks of a person."""

    UNKNOWN = "unknown"
    TRUSTED = "trusted"  # shown at once
    BLOCKED = "blocked"  # spam whatever they say


class Who(StrEnum):
    """Who may lead a comment from one status to another."""

    RULES = "rules"  # the filter speaks through them
    OWNER = "owner"
    WRITER = "writer"  # by the private link
    SOURCE = "source"  # the place where it was said


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said something, as their network knows them."""

    network: str  # "form", "web", "mastodon", "bluesky"…
    identity: str  # what does not change there: an account's address or number, a DID, the URL of a site
    name: str = ""
    handle: str = ""  # "@ana@mastodon.example"
    url: str = ""  # their page
    avatar: str = ""  # a file name in the folder "avatars" beside the snapshots; "" for none
    is_owner: bool = False  # the blog's own author speaking
    is_vouched: bool = True  # the way it came proves who it is; who is not proved is never trusted
    # Pages that link back to their profile, as their network has seen; None where it was not asked.
    links: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing that somebody said, or did, about a post."""

    source: str  # the way it came: "form", "webmention", "pingback", "mastodon", "bluesky", "x"…
    source_id: str  # what that way calls it; with *source* it names the thing for good
    post: str  # the post's Id; "" when it belongs to no post
    lang: str
    kind: Kind
    author: Author
    published: datetime
    text: str = ""  # as written
    html: str = ""  # as cleaned by tertulia.core.sanitise: the only thing that is ever shown
    url: str = ""  # where it lives; "" when it lives here. Two sources with the same address are the same comment
    in_reply_to: str = ""  # source id or address of the comment it answers; "" when it answers the post
    edited: datetime | None = None
    tells_update: str = ""  # the owner's: names the update of the post that this tells to who spoke above


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that spoke: the key of its phrase, what goes into it, and its points."""

    key: str
    values: dict[str, str | int]
    points: int = 0
    # The words (as ``bayes.words_of`` names them) that it went by: nothing else counts them again. Not kept.
    counted: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of something incoming, and why."""

    status: Status
    points: int = 0
    reasons: tuple[Reason, ...] = ()
    judged: str | None = None  # ``Known.judged``: it holds for that alone. None: for whatever is there

    @property
    def is_trust(self) -> bool:
        """Not these words were approved but who says them, and however they are called."""
        return any(reason.key in ("rule_trusted", "rule_owner") for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows before a verdict is given."""

    trust: Trust = Trust.UNKNOWN
    approved: int = 0  # comments of the same person that were approved
    turned_down: int = 0  # rejected, or spam
    repeats: int = 0  # the same words from others, or elsewhere
    status: Status | None = None  # of the same comment, recorded before
    text: str = ""  # its words by then
    html: str = ""
    url: str = ""  # where it lived by then
    in_reply_to: str = ""  # what it answered by then
    same_person: bool = True  # who speaks now is who spoke then
    is_owner: bool = False
    judged: str | None = None  # names the comment and the trust that were looked at


@dataclass(frozen=True, slots=True)
class Recorded:
    """What ``record`` did. ``refused``: it was erased, and stays so."""

    state: Literal["new", "edited", "same", "merged", "refused", "stale"]  # stale: it was judged by what is no more
    key: str = ""
    status: Status | None = None
    public: bool = False  # the post's snapshot is to be written anew
    # What it was until now, by whatever way it came.
    before: "Said | None" = field(default=None, compare=False)


# What a reader of a comment goes by. Of these a version is the digest.
_READ = (
    "post",
    "lang",
    "kind",
    "in_reply_to",
    "text",
    "html",
    "url",
    "name",
    "handle",
    "author_url",
    "avatar",
    "network",
    "identity",
)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One comment with all that the owner may see of it."""

    id: int
    key: str
    post: str
    lang: str
    kind: str
    parent: int | None
    in_reply_to: str
    text: str
    html: str
    url: str
    status: Status
    decided_by: str
    points: int
    reasons: list[tuple[str, dict[str, Any], int]]
    published_at: str
    edited_at: str | None
    owner_edited_at: str | None
    received_at: str
    decided_at: str | None
    person: int
    identity: str
    name: str  # this and the next three as they were read and approved, whatever the person is called today
    handle: str
    author_url: str
    network: str
    avatar: str
    trust: Trust
    is_owner: bool
    sources: list[tuple[str, str, str]] = []  # source, source id, address
    tells_update: str = ""

    @property
    def digest(self) -> str:
        """Names all that is to be read of it."""
        read = msgspec.json.encode([getattr(self, name) for name in _READ])
        return hashlib.sha256(read).hexdigest()[:16]

    @property
    def version(self) -> str:
        """Names what is to be read of it and the status that it has: what a decision is about."""
        return f"{self.status}.{self.digest}"

    @property
    def published(self) -> datetime:
        """When it was said."""
        return datetime.fromisoformat(self.published_at)


class Shown(msgspec.Struct, frozen=True):
    """What was to be read of a comment before it changed."""

    html: str
    url: str
    name: str
    handle: str
    author_url: str
    avatar: str


class Read(NamedTuple):
    """A comment as somebody read it: what a decision names."""

    key: str
    version: str


@dataclass(frozen=True, slots=True)
class Decided:
    """
    What a decision did to one comment.

    ``done``; ``same``: it was so already; ``stale``: it is not what was read; ``refused``: they may not lead it there
    from where it is; ``missing``: there is no such comment. Only ``done`` changed anything.
    """

    state: Literal["done", "same", "stale", "refused", "missing"]
    before: Said | None = None
    after: Said | None = None
    also: tuple["Decided", ...] = ()  # what followed for others of the same person

    @property
    def is_done(self) -> bool:
        """Whether it changed anything."""
        return self.state == "done"


def source_id(host: str, anchor: str) -> str:
    """
    Return what a comment of another site's is called: that site, and what followed "#" in the comment's address there.
    """
    return f"{host}#{anchor}"


def anchor_of(called: str) -> str:
    """Return what followed "#" in the old address of what a source calls *called*; "" for what came another way."""
    found = _ANCHOR.fullmatch(called) if "#" in called else None
    return found["anchor"] if found else ""


def judged(said: Said | None, trust: Trust) -> str:
    """Names what a verdict depends on: the comment as it is, and the trust in who speaks."""
    return f"{said.version if said else ''}|{trust}"


def author_of(said: Said) -> Author:
    """Return who said what is known."""
    return Author(
        network=said.network,
        identity=said.identity,
        name=said.name,
        handle=said.handle,
        url=said.author_url,
        avatar=said.avatar,
        is_owner=said.is_owner,
    )
