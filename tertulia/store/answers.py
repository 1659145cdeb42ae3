"""The owner's answer: the comment under the post and what is to be sent elsewhere, both written down or neither."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from tertulia.store import accounts, recording, showing
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import comments, persons
from tertulia.store.delivery_rows import NewDelivery, insertion
from tertulia.store.rows import writing
from tertulia.store.said import Incoming, Read, Recorded, Said, Status, Verdict
from tertulia.store.tables import DeliveryState


class WebAnswer(NamedTuple):
    """An answer of the owner's, public, to what somebody said on their own site."""

    key: str
    post: str
    lang: str
    url: str  # where they said it
    version: str  # names its words
    given_at: str


class OwnAnswers:
    """What the owner answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def below(self, said: Said) -> list[Said]:
        """Return what the blog's author answered to *said*, here or anywhere, the oldest first."""
        query = showing.with_persons().where(comments.c.parent == said.id, persons.c.is_owner == 1)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(comments.c.published_at, comments.c.id)).all()
            return showing.to_said(connection, rows)

    def to_web(self) -> list[WebAnswer]:
        """Every public answer to something public that lives on its writer's own site, the oldest first."""
        above, speaker = comments.alias(), persons.alias()
        query = (
            select(
                comments.c.key, comments.c.post, comments.c.lang, above.c.url, comments.c.text, comments.c.published_at
            )
            .join(persons, persons.c.id == comments.c.person)
            .join(above, above.c.id == comments.c.parent)
            .join(speaker, speaker.c.id == above.c.person)
            .where(persons.c.is_owner == 1, speaker.c.network == "web", above.c.url != "", comments.c.post != "")
            .where(comments.c.tells_update == "")
            .where(comments.c.status == Status.APPROVED, above.c.status == Status.APPROVED)
            .order_by(comments.c.id)
        )
        with self._database.reading() as connection:
            return [
                WebAnswer(row.key, row.post, row.lang, row.url, _digest(row.text), row.published_at)
                for row in connection.execute(query)
            ]

    def give(
        self,
        incoming: Incoming,
        verdict: Verdict,
        now: datetime,
        *,
        to: Read,
        seen: Sequence[str],
        send: NewDelivery | None = None,
        not_before: datetime | None = None,
    ) -> Recorded:
        """
        Write an answer down.

        Args:
            to: What it answers, as it was read.
            seen: The keys of the answers that were there already when this one was begun.
            send: What is to be said where it was asked; its ``post`` and ``answer`` are given to it here.
            not_before: When it may be sent.

        Returns:
            ``stale``: it is no more what was read, or somebody answered meanwhile; nothing was written. ``same``: this
            very answer was given before.
        """
        incoming = recording.with_safe_links(incoming)
        with writing(self._database) as connection:
            if row := recording.by_source(connection, incoming.source, incoming.source_id):
                return Recorded("same", row.key, row.status)
            said = showing.load(connection, to.key)
            answered = select(comments.c.key).join(persons, persons.c.id == comments.c.person)
            answered = answered.where(comments.c.parent == (said.id if said else 0), persons.c.is_owner == 1)
            answered = answered.where(comments.c.tells_update == "")
            there = set(connection.execute(answered).scalars())
            if said is None or said.version != to.version or not there <= set(seen):
                return Recorded("stale", to.key)
            speaker = accounts.find(connection, incoming.author)
            person = recording.upsert_person(connection, incoming.author, speaker, now)
            recorded = recording.add(connection, incoming, verdict, person, now)
            if send:
                send_answer(connection, recorded.key, send, now, not_before)
            return recorded


def send_answer(
    connection: Connection, key: str, send: NewDelivery, now: datetime, not_before: datetime | None
) -> None:
    """Put the owner's comment *key* in the queue, as *send* says it where somebody spoke, not before *not_before*."""
    new = msgspec.structs.replace(send, post=f"answer {key}", answer=key)
    state = DeliveryState.WAITING if not_before else DeliveryState.QUEUED
    moment = stamp(not_before) if not_before else None
    connection.execute(insertion(new, now, state=state, not_before=moment))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
