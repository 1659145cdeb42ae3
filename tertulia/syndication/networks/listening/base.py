"""What every network that is listened to is to the rest of Tertulia.

Etiquette, the same everywhere: only what is public, in full and to everybody; nobody who asks to be left out (a tag
in their profile, a label, a block); likes and reposts as numbers; what was edited or deleted there is so here.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from html import escape
from typing import Any, ClassVar

from tertulia.core import sanitise
from tertulia.store.said import Author, Kind
from tertulia.syndication.networks.base import NetworkContext, Remote
from tertulia.syndication.networks.listening.answers import Items

# In a profile they mean: do not take my words elsewhere. https://brid.gy/about#opt-out (read 2026-11)
_OPT_OUT = re.compile(r"#(?:nobridge|nobot|nobots|noindex)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteComment:
    """One public thing that somebody said on a network; nobody who asked to be left out."""

    id: str  # what the network calls it
    kind: Kind  # "reply", "quote" or "mention"
    author: Author
    is_named: bool = True  # whether the network says who that is: some tell it to keys with a right to names alone
    avatar: str = ""  # address of the author's picture
    published: datetime  # as its writer's program says
    seen: datetime | None = None  # when the network first had it, by the network's own clock
    edited: datetime | None = None
    text: str
    html: str  # cleaned
    url: str = ""
    in_reply_to: str = ""  # id of what it answers
    root: str = ""  # id of what stands on top of its thread, where the network says so
    links: tuple[str, ...] = ()  # where it leads: addresses, and ids of what it quotes
    likes: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """What stands below something of ours, as it is now; what is answered comes before its answers."""

    comments: tuple[RemoteComment, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)  # like, repost
    cents: float = 0.0  # what looking cost
    unlisted: int = 0  # answers left out because they are not for everybody to find


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What is new in a feed, oldest first; *cursor* is where to go on next time."""

    comments: tuple[RemoteComment, ...]
    cursor: str
    cents: float = 0.0  # what reading it cost
    more: bool = False  # there is more, to be asked for once this is written down


Feed = Callable[[str], FeedPage]  # cursor, "" the first time → page


class Listener(ABC):
    """One account, listening."""

    name: ClassVar[str]
    label: ClassVar[str]
    # Not more often than this, where looking costs something.
    min_interval: ClassVar[timedelta] = timedelta(0)

    def __init__(self, context: NetworkContext) -> None:
        self.context = context

    @cached_property
    def items(self) -> Items:
        """Through which the items of an answer are read, so that an odd one costs itself only."""
        return Items(self.label)

    @abstractmethod
    def configured(self) -> bool:
        """Whether the owner gave what it needs."""

    @abstractmethod
    def thread(self, remote: Remote) -> Thread:
        """
        Everything below *remote*.

        Raises:
            RetryLaterError, RefusedError, CredentialsExpiredError.
        """

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        """
        Return what is at *ids* now: None where it is gone, or may no longer be shown; what is unknown is left out.
        """
        return {}

    def feeds(self, site: str) -> dict[str, Feed]:
        """Return what else to read: mentions of the account, posts that link to *site*."""
        return {}

    def fetch_by_url(self, url: str) -> RemoteComment | None:
        """Return what lives at the address *url*; None when it is not of this network, or not to be had."""
        return None

    @property
    def budget_setting(self) -> str:
        """The setting that says how much reading may cost, as the owner writes it."""
        return f"{self.name}_read_cents".upper()

    def budget_cents(self) -> float:
        """Return the most that reading may cost a month; 0 where it is free, or not wanted."""
        return 0.0

    def max_cents_per_look(self) -> float:
        """Return the most that one look at a feed or thread may cost."""
        return 0.0


def as_html(words: str) -> str:
    """Plain *words* as cleaned HTML."""
    parts = (escape(part.strip()).replace("\n", "<br>") for part in re.split(r"\n\s*\n", words) if part.strip())
    return sanitise.clean("".join(f"<p>{part}</p>" for part in parts))


def opted_out(*profile: object) -> bool:
    """Whether a profile's words ask to be left out."""
    return any(isinstance(text, str) and _OPT_OUT.search(sanitise.plain(text)) for text in profile)


def number(value: Any) -> int:
    """Return a count; 0 for what is none."""
    return value if isinstance(value, int) and value > 0 else 0


def name(*told: Any) -> str:
    """Return the first of *told* that says something, on one line."""
    return next((line for one in told if isinstance(one, str) and (line := sanitise.one_line(one, 100))), "?")
