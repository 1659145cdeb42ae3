"""What all who write rows of the conversation share: whose turn it is, ids that fit, what is noted and remembered."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, insert, text, update

from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import decisions, marks

# Any number, the same for every Tertulia: the name of the lock under which PostgreSQL writes the conversation.
_LOCK = 7_423_119
# The cursor under which the owner's sessions are named: it moves in no export, so that no import lets anybody back in.
SESSIONS = "sessions"
# When the store was restored from a copy that may know less than the world does: what waited then is asked about.
RESTORED = "restored"
# From when on it is known what this store said; posts of before may have been said by another.
FIRST_SAID = "first said"
# The number of the last letter of an older copy that may have gone since; until the owner says, none of them goes.
HELD_LETTERS = "held letters"
# Cursors of what is collected begin so; no others move in an export: they are of the letters and the days of one store.
COLLECT = "collect "
OF_ONE_STORE = (SESSIONS, RESTORED, FIRST_SAID, HELD_LETTERS)
_NOTE = insert(decisions)
# Longer ids of a source are known by their hash: PostgreSQL indexes no more than 2,700 bytes.
_LONGEST_ID = 500


@contextmanager
def writing(database: Database) -> Iterator[Connection]:
    """Give a writing transaction on the conversation; on PostgreSQL one at a time, as on SQLite."""
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        yield connection


def short(name: str) -> str:
    """Return an id of a source that fits into an index."""
    if len(name.encode()) <= _LONGEST_ID:
        return name
    return f"{name[:200]}…{hashlib.sha256(name.encode()).hexdigest()}"


def is_one_of(column: Column[Any], emails: Iterable[str]) -> ColumnElement[bool]:
    """Whether an address of mail is one of *emails*, however it is capitalised: who asks to be forgotten means all."""
    return func.lower(column).in_([email.lower() for email in emails])


def note(
    connection: Connection, now: datetime, who: str, what: str, comment: str = "", *, reason: str = "", **more: Any
) -> None:
    """Write down who decided what; *more*: what it takes to undo it."""
    values = {"at": stamp(now), "who": who, "what": what, "comment": comment, "reason": reason} | more
    connection.execute(_NOTE, values)


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep *value* under *name*, whatever was there before."""
    done = connection.execute(update(marks).where(marks.c.name == name).values(value=value))
    if done.rowcount == 0:
        connection.execute(insert(marks).values(name=name, value=value))
