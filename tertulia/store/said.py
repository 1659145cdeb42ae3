"""What is said about a post, as values: what comes in, what is made of it, and what the owner sees of it.

Nothing here knows of rows or of SQL; ``Conversation`` takes and gives these.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

Kind = Literal["comment", "reply", "mention", "quote", "like", "repost", "bookmark"]
Status = Literal["waiting", "approved", "rejected", "spam", "withdrawn", "gone"]
Trust = Literal["unknown", "trusted", "blocked"]
Who = Literal["rules", "owner", "writer", "source"]


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


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that spoke: the key of its phrase, what goes into it, and its points."""

    key: str
    values: dict[str, str | int]
    points: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of something incoming, and why."""

    status: Status
    points: int = 0
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows before a verdict is given."""

    trust: Trust = "unknown"
    approved: int = 0  # comments of the same person that were approved
    turned_down: int = 0  # rejected, or spam
    repeats: int = 0  # the same words from others, or elsewhere
    status: Status | None = None  # of the same comment, recorded before
    text: str = ""  # its words by then
    is_owner: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What ``record`` did. ``refused``: it was erased, and stays so."""

    state: Literal["new", "edited", "same", "merged", "refused"]
    key: str = ""
    status: Status | None = None
    public: bool = False  # the post's snapshot is to be written anew


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
    name: str
    handle: str
    author_url: str
    network: str
    avatar: str
    trust: Trust
    is_owner: bool
    sources: list[tuple[str, str, str]] = []  # source, source id, address

    @property
    def published(self) -> datetime:
        """When it was said."""
        return datetime.fromisoformat(self.published_at)
