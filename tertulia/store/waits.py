"""How long each who spoke waited for an answer: what the report is counted from."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from tertulia.store.connection import Database
from tertulia.store.conversation_tables import comments, persons
from tertulia.store.inbox import Inbox
from tertulia.store.inbox_tables import ItemState, inbox
from tertulia.store.same_person import groups_of
from tertulia.store.settling import FIRST_ANSWERS


class Wait(NamedTuple):
    """One thing that somebody said; moments as the store writes them."""

    key: str
    post: str
    lang: str
    channel: str
    person: int
    name: str
    said_at: str
    since: str  # since when they have waited, where they changed their words
    answered_at: str  # when they were first answered; "" for not yet
    state: ItemState


class Waits:
    """The rows, all of them: two questions, however many there are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, now: datetime) -> list[Wait]:
        """Everything that was said to the blog and is not away, the oldest first."""
        Inbox(self._database).refresh(now)
        query = (
            select(
                comments.c.id,
                *(comments.c[name] for name in ("key", "post", "lang")),
                inbox.c.channel,
                comments.c.person,
                persons.c.name,
                comments.c.published_at,
                inbox.c.since,
                inbox.c.state,
            )
            .join(inbox, inbox.c.comment == comments.c.id)
            .join(persons, persons.c.id == comments.c.person)
            .where(inbox.c.state != ItemState.AWAY)
            .order_by(comments.c.published_at, comments.c.id)
        )
        with self._database.reading() as connection:
            answered = {row[0]: row[1] for row in connection.execute(FIRST_ANSWERS)}
            states = {str(state): state for state in ItemState}
            rows = connection.execute(query).all()
            # All accounts of one person are called by the lowest of their numbers.
            groups = groups_of(connection, {row.person for row in rows})
            persons_ = {one: min(group.members) for one, group in groups.items()}
            return [
                Wait(*row[1:9], answered.get(row[0], ""), states[row[9]])._replace(
                    person=persons_.get(row.person, row.person)
                )
                for row in rows
            ]
