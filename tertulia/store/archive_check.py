"""What an export may hold, field by field: who moves here by a converter brings what strangers wrote elsewhere.

Words become what the page may show, addresses those of the web, moments UTC; anything else that is not of its kind is
refused, with its place, before a row is written.
"""

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.text import one_line
from tertulia.core.visible import visible
from tertulia.store.connection import stamp
from tertulia.store.recording import fingerprint
from tertulia.store.said import Status, Trust, Who

# What becomes part of an address, or of a file's name, has the letters of those.
Key = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_-]{1,24}\Z")]
MaybeKey = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_-]{0,24}\Z")]
Language = Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}(-[0-9A-Za-z]{1,8})*\Z", max_length=12)]
Word = Annotated[str, Meta(pattern=r"\A[\w.:-]{1,40}\Z")]
Id = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]{0,600}\Z")]
Post = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]{0,200}\Z")]
Stamp = Annotated[str, Meta(pattern=r"\A[0-9T:.+-]{0,40}\Z")]  # as the store writes moments; "" for none
Email = Annotated[str, Meta(pattern=r"\A[^\s@]+@[^\s@]+\Z", max_length=320)]
Number = Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)]
Named = tuple[Word, Id]


class ExportedPerson(msgspec.Struct, kw_only=True):
    network: Word
    identity: Id
    name: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""
    trust: Trust = Trust.UNKNOWN
    is_owner: bool = False
    no_quotes: bool = False


class ExportedProof(msgspec.Struct, kw_only=True):
    person: Named
    name: Id
    how: Literal["domain", "verified", "rel_me"]
    seen_at: datetime | None = None


class ExportedLink(msgspec.Struct, kw_only=True):
    one: Named
    other: Named
    is_same: bool
    said_by: Annotated[str, Meta(max_length=80)] = ""
    at: datetime


class ExportedNote(msgspec.Struct, kw_only=True):
    person: Named
    text: Annotated[str, Meta(max_length=20_000)]
    said_by: Annotated[str, Meta(max_length=80)] = ""
    at: datetime


class ExportedWay(msgspec.Struct, kw_only=True):
    source: Word
    source_id: Id
    url: str = ""
    seen_at: datetime
    gone_at: datetime | None = None


class ExportedNotice(msgspec.Struct, kw_only=True):
    email: Email
    lang: Language
    state: Literal["pending", "confirmed", "left"]
    asked_at: datetime


class ExportedItem(msgspec.Struct, kw_only=True):
    """What the owner said of it in the inbox, and what was answered when."""

    word: Literal["", "not_needed", "later"] = ""
    word_on: Stamp = ""
    answered_at: Stamp = ""
    answered_on: Stamp | None = None
    until: datetime | None = None
    is_changed: bool = False


class ExportedComment(msgspec.Struct, kw_only=True):
    key: Key
    post: Post
    lang: Language
    kind: Literal["comment", "reply", "mention", "quote"]
    person: Named
    parent: Key | None
    # An export of before these four were the comment's own has them with the person alone.
    name: str | msgspec.UnsetType = msgspec.UNSET
    handle: str | msgspec.UnsetType = msgspec.UNSET
    author_url: str | msgspec.UnsetType = msgspec.UNSET
    avatar: str | msgspec.UnsetType = msgspec.UNSET
    in_reply_to: str = ""
    text: str = ""
    html: str = ""
    url: str = ""
    status: Status
    decided_by: Who = Who.RULES
    points: Number = 0
    reasons: list[tuple[str, dict[str, Any], Number]] = []
    published_at: datetime
    edited_at: datetime | None = None
    owner_edited_at: datetime | None = None
    received_at: datetime
    decided_at: datetime | None = None
    tells_update: MaybeKey = ""
    sources: list[ExportedWay]
    notice: ExportedNotice | None
    labels: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=100)] = []
    inbox: ExportedItem | None = None


class ExportedReaction(msgspec.Struct, kw_only=True):
    post: Post
    lang: Language
    comment: MaybeKey = ""
    kind: Literal["like", "repost", "bookmark"]
    source: Word
    source_id: Id
    person: Named | None
    number: Number = 1
    seen_at: datetime
    url: str = ""
    text: str = ""


class ExportedDecision(msgspec.Struct, kw_only=True):
    at: datetime
    who: Who
    what: MaybeKey
    comment: MaybeKey = ""
    reason: str = ""
    was: MaybeKey = ""
    was_by: MaybeKey = ""
    version: Annotated[str, Meta(max_length=40)] = ""


class ExportedUpdate(msgspec.Struct, kw_only=True):
    name: Key
    post: Post
    lang: Language
    text: Annotated[str, Meta(max_length=20_000)]
    at: datetime
    told: list[Key] = []


class ExportedTalk(msgspec.Struct, kw_only=True):
    """A whole export, of which the format is known."""

    persons: list[ExportedPerson]
    comments: list[ExportedComment]
    reactions: list[ExportedReaction]
    decisions: list[ExportedDecision]
    words: dict[Annotated[str, Meta(max_length=100)], tuple[Number, Number]]
    erasures: list[Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]]
    marks: dict[Annotated[str, Meta(max_length=200)], str]
    # An export of before there were these has none.
    proofs: list[ExportedProof] = []
    links: list[ExportedLink] = []
    notes: list[ExportedNote] = []
    updates: list[ExportedUpdate] = []


def checked(data: dict[str, Any]) -> dict[str, Any]:
    """
    Return *data* with every field of its kind and harmless; what we do not know is left out.

    Raises:
        ValueError: something is not of its kind; the message says where.
    """
    try:
        whole = msgspec.convert(data, ExportedTalk)
        for person in whole.persons:
            person.name, person.handle = one_line(person.name), one_line(person.handle)
            person.url, person.avatar = web_address(person.url), _file_name(person.avatar)
        for comment in whole.comments:
            _make_harmless(comment)
        for note in whole.notes:
            note.text, note.said_by = visible(note.text), one_line(note.said_by)
        for one in whole.updates:
            one.text = visible(one.text)
        for reaction in whole.reactions:
            reaction.url, reaction.text = web_address(reaction.url), visible(reaction.text)
        return {name: _plain(getattr(whole, name)) for name in ExportedTalk.__struct_fields__}
    except (msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _make_harmless(comment: ExportedComment) -> None:
    for name in ("name", "handle"):
        if (words := getattr(comment, name)) is not msgspec.UNSET:
            setattr(comment, name, one_line(words))
    if comment.author_url is not msgspec.UNSET:
        comment.author_url = web_address(comment.author_url)
    if comment.avatar is not msgspec.UNSET:
        comment.avatar = _file_name(comment.avatar)
    comment.url = web_address(comment.url)
    comment.html = sanitise.clean(comment.html)
    comment.text = visible(comment.text)
    if comment.inbox and comment.inbox.word == "later" and comment.inbox.until is None:
        comment.inbox.word = ""
    for way in comment.sources:
        way.url = web_address(way.url)


def _file_name(written: str) -> str:
    """Return the bare name of a portrait; "" for what leads elsewhere."""
    name = PurePosixPath(written.replace("\\", "/")).name
    return "" if len(name) > 200 or name.startswith(".") else one_line(name)


def _plain(value: Any) -> Any:
    """Structs as dicts, moments as the store keeps them."""
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        more = {"fingerprint": fingerprint(value.text)} if isinstance(value, ExportedComment) else {}
        return {name: _plain(field) for name, field in fields.items() if field is not msgspec.UNSET} | more
    if isinstance(value, datetime):
        return stamp(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
