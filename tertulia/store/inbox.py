"""The inbox: everything that was said to the blog, on every channel, and whether it was answered.

A view over the conversation, with what the owner said of it (``not needed``, ``later``, who is at it). What an item's
state means is in ``settling``; here it is asked for, page by page, and changed by hand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Integer, Select, bindparam, func, or_, select, tuple_, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tertulia.content.tone import Tone
from tertulia.core.numbers import number_of
from tertulia.core.text import fold_for_search
from tertulia.store import same_person, showing
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import comments, marks
from tertulia.store.inbox_tables import ItemState, inbox
from tertulia.store.labels import labels_of, with_label
from tertulia.store.recording import fingerprint
from tertulia.store.rows import remember, writing
from tertulia.store.said import Read, Said, Status
from tertulia.store.settling import settle, settle_all
from tertulia.store.tables import DeliveryState, deliveries

PAGE = 25
# Whoever takes an item and does nothing about it holds it no longer than this.
HOLD_FOR = timedelta(minutes=20)
# Another rule is another number: all rows are then computed anew, once.
RULES = "1"
_RULES = "inbox rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """Which items; what is empty leaves nothing out."""

    state: ItemState | None = ItemState.UNANSWERED
    channel: str = ""
    tone: Tone | None = None
    posts: Sequence[str] | None = None  # Ids: of one, or of all with a tag; [""] is what belongs to no post
    within: Collection[str] | None = None  # Ids of all posts that whoever asks may see the talk of
    person: int | None = None  # an account's number; all accounts of its person are meant
    label: str = ""  # of the team's
    words: str = ""  # each stands somewhere in what was said or in who said it, whatever its case and accents


class Hold(NamedTuple):
    """Somebody of the team is at something else that the same person said."""

    who: str
    key: str
    channel: str


class Copy(NamedTuple):
    """Where a person said the same, and whether that was answered."""

    key: str
    channel: str
    state: ItemState


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody said, and whether it was answered."""

    said: Said
    state: ItemState
    since: str  # when whoever said it began to wait
    channel: str
    tone: Tone
    is_changed: bool  # edited since it was answered or set aside
    until: str | None
    assignee: str  # who is at it now; "" for nobody
    elsewhere: tuple[Hold, ...] = ()  # who is at other things of the same person
    copies: tuple["Copy", ...] = ()  # the same words by the same person elsewhere
    refused_by: str = ""  # the network that did not take the answer; "" for none
    labels: tuple[str, ...] = ()  # of the team's


class InboxPage(msgspec.Struct, frozen=True):
    """Some items, and where to go on; "" where there are no more."""

    items: list[InboxItem]
    after: str = ""


class Inbox:
    """The rows, in the words of an inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, wanted: InboxFilter, now: datetime, *, after: str = "", limit: int = PAGE, newest_first: bool = False
    ) -> InboxPage:
        """
        Items in order: who has waited longest first while they wait, the newest first otherwise.

        Args:
            after: Where the page before ended.
            newest_first: Whatever state is asked for.
        """
        self._ready(now)
        oldest_first = not newest_first and wanted.state in (ItemState.UNANSWERED, ItemState.LATER)
        place = tuple_(inbox.c.since, inbox.c.comment)
        since, _, number = after.partition(" ")
        order = (inbox.c.since, inbox.c.comment) if oldest_first else (inbox.c.since.desc(), inbox.c.comment.desc())
        with self._database.reading() as connection:
            query = _chosen(connection, wanted, select(inbox))
            if last := number_of(number):
                here = tuple_(since, last)
                query = query.where(place > here if oldest_first else place < here)
            rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
            more = f"{rows[limit - 1].since} {rows[limit - 1].comment}" if len(rows) > limit else ""
            ids = [row.comment for row in rows[:limit]]
            found = connection.execute(showing.with_persons().where(comments.c.id.in_(ids))).all()
            said = {one.id: one for one in showing.to_said(connection, found)}
            about = _About.of(connection, said.values(), wanted.within, now)
            items = [_item(row, said[row.comment], now, about) for row in rows[:limit]]
            return InboxPage(items, more)

    def counts(self, now: datetime, wanted: InboxFilter | None = None) -> dict[ItemState, int]:
        """How many items are in each state, whatever state *wanted* asks for."""
        self._ready(now)
        asked = replace(wanted or InboxFilter(), state=None)
        with self._database.reading() as connection:
            query = _chosen(connection, asked, select(inbox.c.state, func.count())).group_by(inbox.c.state)
            found = {ItemState(state): number for state, number in connection.execute(query)}
        return {state: found.get(state, 0) for state in ItemState if state != ItemState.AWAY}

    def states(self, now: datetime) -> dict[int, ItemState]:
        """Return the state of each item, by the number of its comment."""
        self._ready(now)
        with self._database.reading() as connection:
            rows = connection.execute(select(inbox.c.comment, inbox.c.state))
            return {number: ItemState(state) for number, state in rows if state != ItemState.AWAY}

    def channels(self, now: datetime, within: Collection[str] | None = None) -> list[str]:
        """
        Every channel that anything came by.

        Args:
            within: Ids of all posts that whoever asks may see the talk of.
        """
        self._ready(now)
        query = select(func.min(inbox.c.channel)).where(inbox.c.channel > bindparam("last"))
        found: list[str] = []
        with self._database.reading() as connection:
            query = _chosen(connection, InboxFilter(state=None, within=within), query)
            # From one to the next by the index: to look at every row for its channel takes ten times as long.
            while channel := connection.execute(query, {"last": found[-1] if found else ""}).scalar():
                found.append(channel)
        return found

    def get(self, key: str, now: datetime, within: Collection[str] | None = None) -> InboxItem | None:
        """
        Return the item of the comment that the world calls *key*; None for what is none, the owner's own words say.

        Args:
            within: Ids of all posts that whoever asks may see the talk of.
        """
        self._ready(now)
        with self._database.reading() as connection:
            said = showing.load(connection, key)
            row = connection.execute(select(inbox).where(inbox.c.comment == said.id)).first() if said else None
            if said is None or row is None or (within is not None and said.post not in within):
                return None
            return _item(row, said, now, _About.of(connection, [said], within, now))

    def refresh(self, now: datetime) -> None:
        """Have every row say what holds *now*, for who reads them in another way."""
        self._ready(now)

    # The owner's word

    def set_aside(
        self, read: Read, now: datetime, *, until: datetime | None = None, within: Collection[str] | None = None
    ) -> bool:
        """
        Have it wait for nobody, or not before *until*, with its copies; False when it is no more as it was read.

        Whoever said it has the last word: when they change theirs, it is back.

        Args:
            within: Ids of all posts that whoever says so may see the talk of: no copy elsewhere is touched.
        """
        word = ItemState.LATER if until else ItemState.NOT_NEEDED
        values = {"word": word, "until": stamp(until) if until else None}
        return self._say(read, now, values, within, ItemState.UNANSWERED)

    def bring_back(self, read: Read, now: datetime, *, within: Collection[str] | None = None) -> bool:
        """Have it wait for an answer again, with its copies; False when it is no more as it was read."""
        return self._say(read, now, {"word": "", "until": None}, within, ItemState.NOT_NEEDED, ItemState.LATER)

    def hold(self, key: str, who: str, now: datetime) -> str:
        """
        Show the others that *who* is at it, for a while.

        Returns:
            Who is: *who*, or whoever was there before and still is.
        """
        free = or_(
            inbox.c.assignee.in_(("", who)), inbox.c.assigned_until.is_(None), inbox.c.assigned_until <= stamp(now)
        )
        here = inbox.c.comment == select(comments.c.id).where(comments.c.key == key).scalar_subquery()
        with writing(self._database) as connection:
            values = {"assignee": who, "assigned_until": stamp(now + HOLD_FOR)}
            connection.execute(update(inbox).where(here, free).values(**values))
            return connection.execute(select(inbox.c.assignee).where(here)).scalar() or ""

    def held_by(self, person: int, now: datetime) -> tuple[Hold, ...]:
        """Who is at things that a person said, by whatever account; *person*: the number of one."""
        with self._database.reading() as connection:
            members = same_person.group_of(connection, person).members
            held = connection.execute(_HELD, {"now": stamp(now)}).all()
            return tuple(Hold(row.assignee, row.key, row.channel) for row in held if row.person in members)

    def release(self, key: str, who: str) -> None:
        """Show that *who* is no longer at it."""
        here = inbox.c.comment == select(comments.c.id).where(comments.c.key == key).scalar_subquery()
        with writing(self._database) as connection:
            values = {"assignee": "", "assigned_until": None}
            connection.execute(update(inbox).where(here, inbox.c.assignee == who).values(**values))

    def _say(
        self, read: Read, now: datetime, values: dict[str, Any], within: Collection[str] | None, *copies: ItemState
    ) -> bool:
        """
        Write the owner's word on what was read, and on what the same person said under the same post by other accounts.

        Who says the same again, or under another post, asks again.

        Args:
            values: The word, as columns.
            copies: The states in which copies are; what was answered or is not as it was stays so.
        """
        self._ready(now)
        values |= {"assignee": "", "assigned_until": None}
        with writing(self._database) as connection:
            said = showing.load(connection, read.key)
            if said is None or said.version != read.version:
                return False
            also = [one.key for one in _copies(connection, [said], within).get(said.id, ()) if one.state in copies]
            done = 0
            copies_ = [one for key in also if (one := showing.load(connection, key))]
            here = (said.post, said.lang)
            for one in (said, *(one for one in copies_ if (one.post, one.lang) == here and one.person != said.person)):
                word = values | {"word_on": one.edited_at or ""}
                done += connection.execute(update(inbox).where(inbox.c.comment == one.id).values(**word)).rowcount
                settle(connection, [one.id])
            return done > 0

    def _ready(self, now: datetime) -> None:
        """Have all rows there, computed by the present rules, and those back whose time has come."""
        come = (inbox.c.state == ItemState.LATER) & (inbox.c.until <= stamp(now))
        with self._database.reading() as connection:
            is_known = connection.execute(select(marks.c.value).where(marks.c.name == _RULES)).scalar() == RULES
            back = list(connection.execute(select(inbox.c.comment).where(come)).scalars())
        if is_known and not back:
            return
        with writing(self._database) as connection:
            connection.execute(update(inbox).where(come).values(word="", until=None))
            settle(connection, back)
            if not is_known:
                settle_all(connection, now)
                remember(connection, _RULES, RULES)


_HELD = (
    select(inbox.c.comment, inbox.c.assignee, inbox.c.channel, comments.c.key, comments.c.person, comments.c.post)
    .join(comments, comments.c.id == inbox.c.comment)
    .where(inbox.c.assigned_until > bindparam("now"), inbox.c.assignee != "")
)


# Of words that hundreds say ("me quejo, no pito") no more is looked at: those are no copies.
_SAME_WORDS = (
    select(inbox.c.comment, inbox.c.channel, inbox.c.state)
    .add_columns(comments.c.key, comments.c.person, comments.c.post, comments.c.fingerprint)
    .join(comments, comments.c.id == inbox.c.comment)
    .where(comments.c.fingerprint.in_(bindparam("prints", expanding=True)), inbox.c.state != ItemState.AWAY)
    .limit(500)
)
_REFUSED = (
    select(comments.c.parent, deliveries.c.network)
    .join(deliveries, deliveries.c.answer == comments.c.key)
    .where(comments.c.parent.in_(bindparam("ids", expanding=True)), deliveries.c.state == DeliveryState.REFUSED)
    .where(comments.c.status.in_((Status.APPROVED, Status.WAITING)))
)


class _Position(FunctionElement[int]):
    """Where one text begins in another, from 1; 0: nowhere. LIKE, which looks for more, takes five times as long."""

    type = Integer()
    inherit_cache = True


@compiles(_Position)
def _strpos(element: Any, compiler: Any, **named: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **named)})"


@compiles(_Position, "sqlite")
def _instr(element: Any, compiler: Any, **named: Any) -> str:
    return f"instr({compiler.process(element.clauses, **named)})"


def _chosen(connection: Connection, wanted: InboxFilter, query: Select[Any]) -> Select[Any]:
    query = query.where(inbox.c.state == wanted.state if wanted.state else inbox.c.state != ItemState.AWAY)
    if wanted.channel:
        query = query.where(inbox.c.channel == wanted.channel)
    if wanted.tone:
        query = query.where(inbox.c.tone == wanted.tone)
    if wanted.label:
        query = with_label(query, inbox.c.comment, wanted.label)
    if words := fold_for_search(wanted.words).split():
        query = query.where(*(_Position(inbox.c.words, word) > 0 for word in words))
    if wanted.posts is not None or wanted.within is not None or wanted.person is not None:
        query = query.join(comments, comments.c.id == inbox.c.comment)
    if wanted.posts is not None:
        query = query.where(comments.c.post.in_(list(wanted.posts)))
    if wanted.within is not None:
        query = query.where(comments.c.post.in_(list(wanted.within)))
    if wanted.person is not None:
        query = query.where(comments.c.person.in_(same_person.group_of(connection, wanted.person).members))
    return query


@dataclass(frozen=True, slots=True)
class _About:
    """What else is to be known of some items, by the numbers of their comments."""

    held: dict[int, tuple[Hold, ...]]
    copies: dict[int, tuple[Copy, ...]]
    refused: dict[int, str]
    labels: dict[int, tuple[str, ...]]

    @classmethod
    def of(
        cls, connection: Connection, found: Collection[Said], within: Collection[str] | None, now: datetime
    ) -> "_About":
        rows = connection.execute(_REFUSED, {"ids": [said.id for said in found]})
        refused = {row.parent: row.network for row in rows}
        labels = labels_of(connection, [said.id for said in found])
        return cls(_held(connection, found, within, now), _copies(connection, found, within), refused, labels)


def _copies(
    connection: Connection, found: Collection[Said], within: Collection[str] | None
) -> dict[int, tuple[Copy, ...]]:
    """Of each of *found*, where else its person said the same."""
    prints = {said.id: print_ for said in found if (print_ := fingerprint(said.text))}
    rows = connection.execute(_SAME_WORDS, {"prints": sorted(set(prints.values()))}).all() if prints else []
    others = [row for row in rows if within is None or row.post in within]
    if len({row.fingerprint for row in others}) == len(others):
        return {}  # each stands alone
    groups = same_person.groups_of(connection, {row.person for row in others})
    return {
        said.id: tuple(
            Copy(row.key, row.channel, ItemState(row.state))
            for row in others
            if row.comment != said.id
            and row.fingerprint == prints.get(said.id)
            and row.person in groups[said.person].members
        )
        for said in found
        if said.person in groups
    }


def _held(
    connection: Connection, found: Collection[Said], within: Collection[str] | None, now: datetime
) -> dict[int, tuple[Hold, ...]]:
    """Of each of *found*, who is at other things that the same person said."""
    rows = connection.execute(_HELD, {"now": stamp(now)}).all()
    held = [row for row in rows if within is None or row.post in within]
    if not held:
        return {}
    groups = same_person.groups_of(connection, {said.person for said in found})
    return {
        said.id: tuple(
            Hold(row.assignee, row.key, row.channel)
            for row in held
            if row.comment != said.id and row.person in groups[said.person].members
        )
        for said in found
    }


def _item(row: Any, said: Said, now: datetime, about: _About) -> InboxItem:
    is_held = bool(row.assignee) and (row.assigned_until or "") > stamp(now)
    return InboxItem(
        said=said,
        state=ItemState(row.state),
        since=row.since,
        channel=row.channel,
        tone=Tone(row.tone),
        is_changed=bool(row.is_changed),
        until=row.until,
        assignee=row.assignee if is_held else "",
        elsewhere=about.held.get(row.comment, ()),
        copies=about.copies.get(row.comment, ()),
        refused_by=about.refused.get(row.comment, ""),
        labels=about.labels.get(row.comment, ()),
    )
