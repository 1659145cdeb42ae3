"""What is decided on a comment, inside one transaction: is it what was read, may it be, what it was, how to undo it."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from tertulia.core import strict_json
from tertulia.store import same_person
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import comments, decisions, persons, revisions
from tertulia.store.rows import note
from tertulia.store.said import Decided, Read, Said, Shown, Status, Trust, Who
from tertulia.store.settling import settle
from tertulia.store.showing import load
from tertulia.store.transitions import may

# Old words are kept to show what changed since they were read, no longer than anybody may hold a letter about them.
_REVISIONS = 20


def decide(
    connection: Connection,
    read: Read,
    status: Status,
    who: Who,
    now: datetime,
    *,
    reason: str = "",
    batch: str = "",
) -> Decided:
    """Give the comment that was read another status; the owner's word holds only for the version they read."""
    said = load(connection, read.key)
    if said is None:
        return Decided("missing")
    if who == Who.OWNER and (other := _unread(said, read, status)) is not None:
        return other
    if not may(who, said, status):
        return Decided("refused", said, said)
    if (said.status, said.decided_by) == (status, who):
        return Decided("same", said, said)
    after = _give(connection, said, status, who, now)
    note(
        connection,
        now,
        who,
        status,
        said.key,
        reason=reason,
        batch=batch,
        was=said.status,
        was_by=said.decided_by,
        version=after.version,
    )
    return Decided("done", said, after)


def trust(connection: Connection, read: Read, what: Trust, now: datetime, *, batch: str = "") -> Decided:
    """
    Return what to think of whoever said what was read, by all their accounts.

    Trusting them publishes it; blocking them takes what else of theirs waits to the spam box.
    """
    said = load(connection, read.key)
    if said is None:
        return Decided("missing")
    other = _unread(said, read, Status.APPROVED if what == Trust.TRUSTED else said.status)
    if other is not None and other.state == "stale":
        return other
    also = trust_person(connection, said.person, what, now, batch=batch)
    if what == Trust.TRUSTED and may(Who.OWNER, said, Status.APPROVED):
        # Read a moment ago in this transaction, by its owner's version.
        now_read = Read(said.key, said.version)
        also = [decide(connection, now_read, Status.APPROVED, Who.OWNER, now, batch=batch)]
    return Decided("done", said, load(connection, said.key), tuple(one for one in also if one.is_done))


def trust_person(connection: Connection, person: int, what: Trust, now: datetime, *, batch: str = "") -> list[Decided]:
    """Return what to think of a person, by all their accounts; what of theirs that waited went to the spam box."""
    members = same_person.group_of(connection, person).members
    for row in connection.execute(select(persons).where(persons.c.id.in_(members)).order_by(persons.c.id)).all():
        connection.execute(update(persons).where(persons.c.id == row.id).values(trust=what))
        reason = f"person {row.id}"
        note(connection, now, Who.OWNER, what, reason=reason, batch=batch, was=row.trust, person=row.id)
    if what != Trust.BLOCKED:
        return []
    waits = comments.c.person.in_(members) & (comments.c.status == Status.WAITING)
    keys = list(connection.execute(select(comments.c.key).where(waits).order_by(comments.c.id)).scalars())
    blocked = [
        decide(connection, Read(key, ""), Status.SPAM, Who.RULES, now, reason="blocked", batch=batch) for key in keys
    ]
    return [one for one in blocked if one.is_done]


def undo(connection: Connection, batch: str, now: datetime) -> list[Decided]:
    """Take the owner's decisions of *batch* back, last first; one whose comment has changed since stays as it is."""
    if not batch:
        return []
    rows = connection.execute(select(decisions).where(decisions.c.batch == batch).order_by(decisions.c.id.desc())).all()
    connection.execute(update(decisions).where(decisions.c.batch == batch).values(batch=""))
    return [_undo(connection, row, now) for row in rows]


def _undo(connection: Connection, row: Any, now: datetime) -> Decided:
    if row.person is not None:
        here = (persons.c.id == row.person) & (persons.c.trust == row.what)
        done = connection.execute(update(persons).where(here).values(trust=row.was)).rowcount
        if done:
            note(connection, now, Who.OWNER, row.was, reason=f"person {row.person}")
        of_theirs = select(comments.c.key).where(comments.c.person == row.person).limit(1)
        said = load(connection, connection.execute(of_theirs).scalar() or "")
        return Decided("same" if done and said else "missing", said, said)
    said = load(connection, row.comment)
    if said is None:
        return Decided("missing")
    was = Status(row.was)
    if said.version != row.version:
        return Decided("stale", said, said)
    if not may(Who.OWNER, said, was):
        return Decided("refused", said, said)
    after = _give(connection, said, was, Who(row.was_by), now)
    note(connection, now, Who.OWNER, "undone", said.key, was=said.status, version=after.version)
    return Decided("done", said, after)


def set_status(connection: Connection, said: Said, status: Status, who: Who, now: datetime) -> None:
    """Another status, where the table allows it; written down."""
    if may(who, said, status):
        after = _give(connection, said, status, who, now)
        note(connection, now, who, status, said.key, was=said.status, was_by=said.decided_by, version=after.version)


def last_no(connection: Connection, key: str) -> Status | None:
    """Return what the owner last said of a comment, if it was a no."""
    theirs = (decisions.c.comment == key) & (decisions.c.who == Who.OWNER)
    query = select(decisions.c.what, decisions.c.version).where(theirs).order_by(decisions.c.id.desc())
    for what, version in connection.execute(query):
        word = version.partition(".")[0] if what == "undone" else what
        if word in set(Status):
            return Status(word) if word in (Status.REJECTED, Status.SPAM) else None
    return None


def keep_revision(connection: Connection, said: Said, now: datetime) -> None:
    """Remember what was to be read of *said*, which is about to change."""
    here = revisions.c.comment == said.id
    connection.execute(delete(revisions).where(here, revisions.c.digest == said.digest))
    shown = msgspec.json.encode({name: getattr(said, name) for name in Shown.__struct_fields__}).decode()
    values = {"comment": said.id, "digest": said.digest, "shown": shown, "at": stamp(now)}
    connection.execute(insert(revisions).values(**values))
    kept = select(revisions.c.id).where(here).order_by(revisions.c.id.desc()).limit(_REVISIONS)
    connection.execute(delete(revisions).where(here, revisions.c.id.not_in(list(connection.execute(kept).scalars()))))


def revision(connection: Connection, read: Read) -> Shown | None:
    """Return what was to be read of a comment in that version; None when that is no longer known."""
    query = select(revisions.c.shown).join(comments, comments.c.id == revisions.c.comment)
    query = query.where(comments.c.key == read.key, revisions.c.digest == read.version.rpartition(".")[2])
    found = connection.execute(query).scalar()
    return strict_json.decode(found, type=Shown) if found else None


def _unread(said: Said, read: Read, status: Status) -> Decided | None:
    """Why the owner's word on what they read does not hold for what is there; None when it does."""
    if read.version == said.version:
        return None
    already = said.status == status and read.version.rpartition(".")[2] == said.digest
    return Decided("same" if already else "stale", said, said)


def _give(connection: Connection, said: Said, status: Status, who: Who, now: datetime) -> Said:
    values = {"status": status, "decided_by": who, "decided_at": stamp(now)}
    connection.execute(update(comments).where(comments.c.id == said.id).values(**values))
    settle(connection, [said.id])
    return msgspec.structs.replace(said, status=status, decided_by=who, decided_at=stamp(now))
