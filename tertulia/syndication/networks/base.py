"""What every network is to the rest of Tertulia: the nouns, the outcomes and the promises.

One file a network holds one class that fills in ``Network`` and declares all that hangs on it: its settings (an
attribute each, ``Setting``), limits, looks, what it can do, who listens for it. ``content.networks`` names them. What a
network cannot do it says (``CANNOT``), and nothing else in Tertulia asks which network it is talking to.

Outcomes of a request, as exceptions, because each ends what was being done::

    NetworkError
    ├── RetryLaterError        not now: asked to slow down, or down; nothing was made
    ├── CancelledError         no longer wanted; nothing was made
    ├── OutcomeUnknownError    sent, and no answer was understood: it may be there or not
    └── RefusedError           no, in the network's own words; nothing was made
        └── CredentialsExpiredError    the key is no longer good; says how to renew it
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Literal

import msgspec

from tertulia.content.networks import account, label, platform, split_account
from tertulia.content.posts import Post, PostCredit
from tertulia.core.errors import NetworkError, SettingError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.core.settings import Settings, declared
from tertulia.store.subscribers import Subscribers
from tertulia.syndication.networks.expiry import WARN_DAYS, KeyInUse
from tertulia.syndication.networks.memory import Memory
from tertulia.syndication.networks.sightings import PUBLIC, OwnPost, Sighting, sight
from tertulia.syndication.summary import Style

# What reading an answer raises that is not as its documentation says.
ODD_ANSWER = (LookupError, TypeError, ValueError, AttributeError)


class RetryLaterError(NetworkError):
    """
    Not now, and nothing was made.

    *seconds* is how long to leave it alone, 0 when the network did not say; *alone*: others may go on meanwhile.
    """

    def __init__(self, message: str, seconds: float = 0.0, *, alone: bool = False) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.alone = alone


class OutcomeUnknownError(NetworkError):
    """The request left and no clear answer came back; *status* is the answer's, 0 when there was none."""

    def __init__(self, message: str, status: int = 0, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.seconds = seconds


class Refusal(StrEnum):
    """Why a network says no, where something other than telling the owner follows from it."""

    OTHER = "other"
    DUPLICATE = "duplicate"  # these words are there already
    EXISTS = "exists"  # there is a record under this key already
    UNCHANGED = "unchanged"  # it says so already
    GONE = "gone"  # what was meant is not there
    VERSION_RETIRED = "version_retired"  # this version of the API is no longer served


class RefusedError(NetworkError):
    """The network said no, in its own words; *code* is what a program may go by."""

    def __init__(self, message: str, *, code: Refusal = Refusal.OTHER) -> None:
        super().__init__(message)
        self.code = code


class CancelledError(NetworkError):
    """There is nothing to do any longer: the reader left."""


class CredentialsExpiredError(RefusedError):
    """The key is no longer good; the message says how to renew it."""


class Attachment(msgspec.Struct, frozen=True):
    """A picture that goes with a message, as a file of the output and as an address."""

    path: str  # relative to the output folder
    url: str
    alt: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to send to one network: kept in the store before it is sent, word for word."""

    text: str  # as it goes to the network, its markup included
    lang: str
    link: str  # the post's address, in the text or in a card
    title: str  # of the card, or the letter's subject
    description: str = ""  # of the card
    picture: Attachment | None = None
    more: tuple[Attachment, ...] = ()  # pictures behind that one
    drawn: bool = False  # *picture* is the one drawn for shared links: it goes in a card or nowhere
    date: datetime  # of the post
    part: str = "1"  # "1", "2"… of a thread; a subscriber for mail
    visibility: str = PUBLIC  # who sees it, in the network's own word
    warning: str = ""  # what it is folded behind
    answers: str = ""  # what the network calls the thing that it answers; "" for an announcement

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Every picture that goes along."""
        return (self.picture, *self.more) if self.picture else ()


class Remote(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something of ours lives on a network."""

    id: str  # what the network's API calls it
    url: str = ""  # what a person opens; "" where there is none
    extra: dict[str, str] = {}  # what else the API wants to hear again, "cid" on Bluesky


class AnswerPlace(msgspec.Struct, frozen=True):
    """Where an answer goes on a network."""

    parent: Remote
    root: Remote  # what stands on top of the thread
    visibility: str = PUBLIC  # the widest that it may have, in the network's own word


class Cannot:
    """The answer of a network that has no way to do what was asked."""

    def __repr__(self) -> str:
        return "CANNOT"

    def __bool__(self) -> bool:
        return False


CANNOT = Cannot()

EditPolicy = Literal["edit", "leave", "send"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that ``doctor`` looked at."""

    good: bool
    what: str
    fix: str = ""


@contextlib.contextmanager
def understood(network: "Network") -> Iterator[None]:
    """Make an answer of *network* that is not as its documentation says, in the block, a ``NetworkError``."""
    try:
        yield
    except ODD_ANSWER as error:
        raise NetworkError(garbled(network.label, error)) from error


def garbled(network: str, error: Exception) -> str:
    """Return what is told of an answer that cannot be read."""
    return say("net_garbled", network=network) + f" ({type(error).__name__})"


@dataclass(frozen=True, slots=True)
class NetworkContext:
    """What a network works with; all of it comes in from outside."""

    settings: Settings
    web: Fetcher
    output: Path  # where pictures are read from
    memory: Memory  # limits and sessions, kept between runs
    now: Callable[[], datetime]
    pause: Callable[[float], None]  # seconds
    readers: Subscribers | None = None  # of the newsletter
    site: str = ""  # the blog's address and name, for letters
    title: str = ""
    service: str = ""  # where the service answers, for links in letters; the blog's own address when empty


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt at sending, as the adapter sees it."""

    key: str  # the same for every attempt at the same thing; letters and digits
    part: str = "1"  # "1", "2"… of a thread; a reader's number for mail
    # Called right before the one request that makes something public. It writes down that we are about to, and
    # raises when another process has taken over.
    before_send: Callable[[], None] = lambda: None
    parent: Remote | None = None  # the part before, in a thread
    root: Remote | None = None  # the first part, in a thread
    attempt_started_at: datetime | None = None  # when an attempt whose fate is unknown began; None: none did

    def since(self, message: Message) -> datetime:
        """How far back ``look`` must go: no announcement is older than its post, nor than our first attempt."""
        return (self.attempt_started_at or message.date) - timedelta(days=1)


class Network(ABC):
    """One social network, channel or list."""

    name: ClassVar[str]  # of its file, in metadata, settings, store: "mastodon"; "mastodon_2" of a further account
    platform: ClassVar[str]  # *name* without the number of a further account: people have the same handles there
    label: ClassVar[str]  # for people; what ``content.networks`` says of *name* when the class does not
    about: ClassVar[str] = ""  # for ``.env.example``: where its keys are to be had
    colour: ClassVar[str] = "#777"  # of its cards on the preview page
    preview_css: ClassVar[str] = ""  # more of its looks there: declarations for its paragraphs
    # "module:Class" of the Listener that reads its answers; "" where none can be read. Heirs listen in the same way.
    listener: ClassVar[str] = ""
    per_reader: ClassVar[bool] = False  # a part is a reader: their lines are counted, not listed
    can_search: bool  # look() gives a certain answer
    threads: ClassVar[bool] = False  # a post may be a thread
    pictures: ClassVar[int] = 0  # how many go along, the cover first
    alt_length: ClassVar[int] = 10_000  # of the alternative text of one
    warnings: ClassVar[bool] = False  # what is said may be folded behind a content warning
    # Who may be chosen to see what is said, other than everybody: a post's ``Audience`` → the network's own word; the
    # one that most see first.
    audiences: ClassVar[Mapping[str, str]] = MappingProxyType({})
    # Whether we may answer there what somebody said; where not, the phrase that says why.
    may_answer: ClassVar[bool] = False
    no_answer: ClassVar[str] = "no_answer"
    # How many days its key (the setting "token") lives; 0: the network tells; None: it does not end by itself.
    key_days: ClassVar[int | None] = None
    # What happens to what was said when the author changes title, summary or question.
    when_edited: ClassVar[EditPolicy] = "leave"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in vars(cls):
            cls.platform = platform(cls.name)
            if "label" not in vars(cls):
                cls.label = label(cls.name)

    def __init__(self, context: NetworkContext) -> None:
        """
        Put it to work.

        Raises:
            SettingError: one of its settings makes no sense.
        """
        self.context = context
        self.settings = context.settings
        for name in declared(type(self)):
            getattr(self, name)
        if twin := self._twin():
            raise SettingError(say("same_account", name=self.setting_name(""), twin=twin))

    def _twin(self) -> str:
        """Return an account before this one that the owner gave the same keys, by the beginning of its settings."""
        number = split_account(self.name)[1]
        before = [self.platform, *(account(self.platform, each) for each in range(2, int(number)))] if number else []
        mine = self._keys(self.name)
        return next((f"{other}_".upper() for other in before if self._keys(other) == mine), "")

    def _keys(self, name: str) -> list[object]:
        """Return what the owner gave the account *name* of this network, as it is understood."""
        found: list[object] = []
        for each, setting in declared(type(self)).items():
            whole, value = self.settings.written(f"{name}_{each}")
            with contextlib.suppress(SettingError):  # that account's own matter
                found.append(setting.kind(whole, value or setting.default))
        return found

    @classmethod
    def setting_name(cls, name: str) -> str:
        """Return the whole name of its setting *name*, as in ``.env``: "MASTODON_URL" of "url"."""
        return f"{cls.name}_{name}".upper()

    def written(self, name: str) -> tuple[str, str]:
        """Of its setting *name*: the whole name in capitals, and what the owner wrote there."""
        return self.settings.written(f"{self.name}_{name}")

    def needed(self) -> dict[str, bool]:
        """Return the settings without which it is not at work, by whole name, and whether each is given."""
        needed = (name for name, setting in declared(type(self)).items() if setting.required)
        return {self.setting_name(name): bool(getattr(self, name)) for name in needed}

    def advise(self, phrase: str, **named: object) -> str:
        """*phrase*, which names settings as the first account of its network has them, with those of this one."""
        said = say(phrase, **named)
        for name in declared(type(self)):
            said = said.replace(f"{self.platform}_{name}".upper(), self.setting_name(name))
        return said

    def configured(self) -> bool:
        """Whether the owner gave what this network needs."""
        return all(self.needed().values())

    @abstractmethod
    def style(self) -> Style:
        """How this network counts and wants to be spoken to."""

    def picture_limits(self) -> tuple[int, int]:
        """How many pictures go along, and how long the alternative text of one may be."""
        return (self.pictures, self.alt_length)

    def refresh_limits(self) -> None:  # noqa: B027 (most servers publish no limits)
        """Ask the server for the limits that it publishes, where it does and we have not lately."""

    def key_in_use(self) -> KeyInUse | None:
        """Return the key that it is asked with, where keys of its kind end by themselves."""
        if self.key_days is None:
            return None
        return KeyInUse(self.context.memory, self.name, getattr(self, "token"), self.key_days, self.context.now)  # noqa: B009

    def renew_key(self) -> None:
        """
        Exchange the key for one that lives longer, where the network lets us and it is time; else only note its age.

        Raises:
            NetworkError: the network did not let us; the key is as it was.
        """
        if key := self.key_in_use():
            key.ends()

    def key_findings(self) -> list[Finding]:
        """Until when its key is good, without asking anybody; within a week of its end, what to do."""
        key = self.key_in_use()
        left = key.days_left() if key else None
        if key is None or left is None:
            return []
        what = say("key_ended" if left < 0 else "key_ends", date=key.ends())
        return [Finding(left > WARN_DAYS, what, "" if left > WARN_DAYS else self.advise(f"renew_{self.platform}"))]

    @abstractmethod
    def publish(self, message: Message, sending: Sending) -> Remote:
        """
        Make *message* public.

        Raises:
            RetryLaterError, OutcomeUnknownError, RefusedError, CredentialsExpiredError.
        """

    def own_posts(self, message: Message, sending: Sending) -> Iterable[OwnPost] | Cannot:
        """
        Return the account's own posts, newest first, back to ``sending.since(message)``, answers and private ones
        marked.

        Raises:
            OutcomeUnknownError: there are more than may be read.
        """
        return CANNOT

    def look(self, message: Message, sending: Sending) -> Sighting | Cannot | None:
        """Look whether *message*, or a post that links the same, is there already; None is a certain no."""
        posts = self.own_posts(message, sending)
        return posts if isinstance(posts, Cannot) else sight(posts, message, sending.parent)

    def find(self, message: Message, sending: Sending) -> Remote | Cannot | None:
        """Where *message*, or a post that links the same, is already."""
        found = self.look(message, sending)
        return found.remote if isinstance(found, Sighting) else found

    def answer_place(self, message: Message) -> AnswerPlace:
        """
        Where *message*, which answers something, goes: below that, and for no more people to see than that is.

        Raises:
            RetryLaterError, CredentialsExpiredError.
            RefusedError: what it answers is not there any more; or answers are not for us to give (``may_answer``).
        """
        raise RefusedError(say(self.no_answer, network=self.label))

    def addressed(self, text: str, handle: str) -> str:
        """*text* as an answer to whoever is called *handle* there; some networks tell only who is named."""
        return text

    def edit(self, remote: Remote, message: Message) -> Remote | Cannot:
        """Replace what *remote* says by *message*."""
        return CANNOT

    def delete(self, remote: Remote) -> Cannot | None:
        """Take *remote* down; what is gone already is no error."""
        return CANNOT

    def card(self, message: Message) -> bool:
        """Whether *message* goes out with a card that we fill in (title, description, picture)."""
        return False

    def price_cents(self, message: Message) -> float:
        """Return what publishing *message* costs."""
        return 0.0

    def composer(self, message: Message) -> str:
        """Return the network's own page to write this by hand, filled in; "" where there is none."""
        return ""

    def shown(self, message: Message) -> str:
        """*message* as a reader sees it, without markup."""
        return message.text

    def recipients(self, post: Post) -> tuple[str, ...] | None:
        """Return the parts of *post* where they are readers (mail) and not those of a thread; None otherwise."""
        return None

    @abstractmethod
    def check(self) -> list[Finding]:
        """Look at credentials, limits and clock, without posting."""


def handle_on(network: str) -> Callable[[PostCredit], str]:
    """How to name a person on *network*: "@handle" when the people file knows it, else the plain name."""

    def handle(credit: PostCredit) -> str:
        known = credit.handles.get(network) or credit.handles.get(platform(network), "")
        # The people file may hold a whole address where a handle would not do; that is no mention.
        return f"@{known.lstrip('@')}" if known and "://" not in known else credit.name

    return handle
