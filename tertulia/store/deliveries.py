"""What was said where, what is still to be said, and what we do not know: the outbox's rows.

::

    queued ──claim──▶ sending ──▶ delivered ──▶ withdrawn
                        │  ▲
                        │  └── waiting, unknown, and sending whose lease ended, when their time comes
                        └────▶ waiting · unknown · refused

``unknown`` without a time waits for a person (``resolve``); so does ``refused`` (``retry``). A claim is a lease: only
its holder may send, and it says so in the store (``mark_in_flight``) right before the wire, so that a row without that
mark is known to be unsent whatever happened to its process.
"""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update

from tertulia.core.languages import say
from tertulia.store import arrivals
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import comments
from tertulia.store.delivery_rows import (
    ANNOUNCES,
    FREE,
    SENDING,
    Delivery,
    LeaseLostError,
    NewDelivery,
    delivery_of,
    insertion,
    is_any,
    is_due,
    is_held,
    of_group,
    unbegun,
)
from tertulia.store.rows import writing
from tertulia.store.said import Status
from tertulia.store.tables import DeliveryState, Origin, deliveries

# Longer than any adapter may take from claim to answer, uploads and their waits included.
LEASE = timedelta(minutes=10)


class Deliveries:
    """The rows, in the words of the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Before the wire

    def enqueue(self, wanted: Sequence[NewDelivery], now: datetime, *, doubt: str = "") -> int:
        """
        Write down that one post is to be said on one network, in all its parts at once.

        What has begun stays as it is. What has not takes the words that *wanted* has now.

        Args:
            wanted: Every part of one post, language and network.
            doubt: Why it may be there already; then what is new waits for a person.

        Returns:
            How many rows are new.
        """
        if not wanted:
            return 0
        first = wanted[0]
        group = of_group(first.post, first.lang, first.network)
        with self._database.writing() as connection:
            if not self._database.is_sqlite:
                # Two processes may both find no row yet; the second waits here for the first.
                name = "/".join((first.post, first.lang, first.network))
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
            rows = connection.execute(select(deliveries).where(group).with_for_update()).all()
            if any(not unbegun(row) for row in rows):
                return 0
            kept = {row.part: row for row in rows}
            gone = kept.keys() - {new.part for new in wanted}
            connection.execute(delete(deliveries).where(group, deliveries.c.part.in_(gone)))
            for new in wanted:
                values = {"after": new.after, "message": new.message, "words": new.words}
                if new.part in kept:
                    connection.execute(update(deliveries).where(deliveries.c.id == kept[new.part].id).values(**values))
                else:
                    state = DeliveryState.UNKNOWN if doubt else DeliveryState.QUEUED
                    connection.execute(insertion(new, now, state=state, reason=doubt))
            return len({new.part for new in wanted} - kept.keys())

    def adopt(self, wanted: Sequence[NewDelivery], remote: str, reason: str, now: datetime, *, origin: Origin) -> bool:
        """Write down that *wanted* is there already, as *remote* (JSON); False when there are rows for it."""
        first = wanted[0]
        with self._database.writing() as connection:
            if connection.execute(
                select(deliveries.c.id).where(of_group(first.post, first.lang, first.network))
            ).first():
                return False
            for new in wanted:
                here = remote if new is first else ""
                connection.execute(
                    insertion(
                        new,
                        now,
                        state=DeliveryState.DELIVERED,
                        remote=here,
                        reason=reason,
                        delivered_at=stamp(now),
                        origin=origin,
                    )
                )
            return True

    def claim(
        self,
        now: datetime,
        networks: Iterable[str],
        post: str | None = None,
        exclude: Iterable[int] = (),
        *,
        only_answers: bool = False,
    ) -> Delivery | None:
        """Take the next row that may be sent now, for ``LEASE``; None when there is none."""
        before = deliveries.alias("before")
        in_turn = or_(
            deliveries.c.after.is_(None),
            exists().where(
                before.c.post == deliveries.c.post,
                before.c.lang == deliveries.c.lang,
                before.c.network == deliveries.c.network,
                before.c.part == deliveries.c.after,
                before.c.state == DeliveryState.DELIVERED,
            ),
        )
        query = select(deliveries).where(is_due(now), in_turn, deliveries.c.network.in_(list(networks)))
        if only_answers:
            query = query.where(~ANNOUNCES)
        if post is not None:
            query = query.where(deliveries.c.post == post)
        query = query.where(deliveries.c.id.not_in(list(exclude)))
        query = query.order_by(deliveries.c.id).limit(1).with_for_update(skip_locked=True, of=deliveries)
        with self._database.writing() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            values = {
                "state": DeliveryState.SENDING,
                "lease": uuid.uuid4().hex,
                "lease_until": stamp(now + LEASE),
                "attempts": row.attempts + 1,
            }
            connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))
            return delivery_of(dict(row._mapping) | values)

    def mark_in_flight(self, delivery: Delivery, now: datetime) -> None:
        """
        Write down that the next thing *delivery*'s holder does is to send it.

        Raises:
            LeaseLostError: somebody else holds it by now.
        """
        values = {
            "attempt_started_at": func.coalesce(deliveries.c.attempt_started_at, stamp(now)),
            "lease_until": stamp(now + LEASE),
        }
        with self._database.writing() as connection:
            done = connection.execute(update(deliveries).where(is_held(delivery)).values(**values))
            if done.rowcount != 1:
                raise LeaseLostError(say("lease_lost", network=delivery.network, post=delivery.post))

    # After the wire

    def delivered(
        self, delivery: Delivery, remote: str, now: datetime, reason: str = "", *, origin: Origin = Origin.MADE
    ) -> None:
        """
        Record that it is there, as *remote* (JSON), whoever holds the lease by now.

        A thread of ours cannot hang on what we did not write: then none of its parts is sent.
        """
        values = {
            "state": DeliveryState.DELIVERED,
            "reason": reason,
            "delivered_at": stamp(now),
            "origin": origin,
            "attempt_started_at": None,
            **FREE,
        }
        ended = deliveries.c.state.in_((DeliveryState.DELIVERED, DeliveryState.WITHDRAWN))
        with self._turn(delivery) as connection:
            this = and_(deliveries.c.id == delivery.id, ~ended)
            connection.execute(update(deliveries).where(this).values(**values, remote=remote))
            if delivery.answer:
                arrivals.attach(connection, delivery.answer, delivery.network, remote, now)
            if origin is not Origin.MADE:
                group = of_group(delivery.post, delivery.lang, delivery.network)
                connection.execute(update(deliveries).where(group, ~ended).values(**values))

    def waiting(self, delivery: Delivery, until: datetime, reason: str, *, maybe_sent: bool = False) -> None:
        """
        Record that it is not to be sent before *until*.

        Without *maybe_sent*, nothing was made by this attempt nor by one before.
        """
        values: dict[str, Any] = {"state": DeliveryState.WAITING, "not_before": stamp(until), "reason": reason}
        self._end(delivery, values if maybe_sent else values | {"attempt_started_at": None})

    def unknown(self, delivery: Delivery, reason: str, look_after: datetime | None) -> None:
        """Record that we did not hear back: it is looked for after *look_after*; without one, a person must."""
        not_before = stamp(look_after) if look_after else None
        self._end(delivery, {"state": DeliveryState.UNKNOWN, "not_before": not_before, "reason": reason})

    def refused(self, delivery: Delivery, reason: str) -> None:
        """Record that the network said no, in these words."""
        self._end(
            delivery, {"state": DeliveryState.REFUSED, "not_before": None, "reason": reason, "attempt_started_at": None}
        )

    def cancel(self, delivery: Delivery, reason: str) -> None:
        """Record that nobody wants it any longer."""
        self._end(
            delivery,
            {"state": DeliveryState.WITHDRAWN, "not_before": None, "reason": reason, "attempt_started_at": None},
        )

    def release(self, delivery: Delivery) -> None:
        """Put it back into the queue: nothing was done."""
        self._end(delivery, {"state": DeliveryState.QUEUED, "not_before": None, "attempts": delivery.attempts - 1})

    def _end(self, delivery: Delivery, values: dict[str, Any]) -> None:
        with self._turn(delivery) as connection:
            connection.execute(update(deliveries).where(is_held(delivery)).values(**(FREE | values)))
            if delivery.answer:
                arrivals.settle_key(connection, delivery.answer)

    def _turn(self, delivery: Delivery) -> AbstractContextManager[Connection]:
        """Return a writing transaction; for an answer, on the conversation too."""
        return writing(self._database) if delivery.answer else self._database.writing()

    # Decisions of a person, and what follows an edit

    def resolve(self, row: int, there: bool, remote: str = "", *, now: datetime) -> bool:
        """Record what a person saw: it is there, or it is not and shall be sent. False when the row is not unknown."""
        values: dict[str, Any] = (
            {"state": DeliveryState.DELIVERED, "remote": remote, "delivered_at": stamp(now), "reason": ""}
            if there
            else {"state": DeliveryState.QUEUED, "not_before": None, "reason": "", "created_at": stamp(now)}
        )
        return self._decide(row, (DeliveryState.UNKNOWN,), values | {"attempt_started_at": None})

    def claim_as_own(self, row: Delivery, remote: str = "") -> bool:
        """Take what was found, or *remote* (JSON), for the announcement; False when ours stands there."""
        values: dict[str, Any] = {
            "state": DeliveryState.DELIVERED,
            "origin": Origin.ADOPTED,
            "reason": "",
            "not_before": None,
            "attempt_started_at": None,
        }
        group = of_group(row.post, row.lang, row.network)
        mine = and_(deliveries.c.state == DeliveryState.DELIVERED, deliveries.c.origin == Origin.MADE)
        with self._database.writing() as connection:
            if is_any(connection, and_(group, or_(mine, SENDING))):
                return False
            connection.execute(update(deliveries).where(group).values(**values))
            if remote:
                connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(remote=remote))
            return True

    def disown(self, row: Delivery) -> bool:
        """Have it said all the same, as what was found is no announcement; False when it was not found."""
        values = {"state": DeliveryState.QUEUED, "origin": Origin.DISOWNED, "remote": "", "reason": ""}
        found = and_(deliveries.c.state == DeliveryState.DELIVERED, deliveries.c.origin == Origin.FOUND)
        with self._database.writing() as connection:
            where = and_(of_group(row.post, row.lang, row.network), found)
            return connection.execute(update(deliveries).where(where).values(**values)).rowcount > 0

    def retry(self, row: int) -> bool:
        """Send what was refused once more; False when the row is not refused."""
        return self._decide(row, (DeliveryState.REFUSED,), {"state": DeliveryState.QUEUED, "reason": ""})

    def edited(self, row: int, message: str, words: str, remote: str) -> None:
        """Record that what is there says *message* now."""
        self._decide(
            row, (DeliveryState.DELIVERED,), {"message": message, "words": words, "remote": remote, "reason": ""}
        )

    def noted(self, row: int, words: str, reason: str) -> None:
        """Record that the author's words changed, and that by its policy this network keeps the old ones."""
        self._decide(row, (DeliveryState.DELIVERED,), {"words": words, "reason": reason})

    def withdrawn(self, row: int, reason: str = "") -> bool:
        """Record that it was taken down, or will never be sent; it is not said again."""
        states = (
            DeliveryState.QUEUED,
            DeliveryState.WAITING,
            DeliveryState.UNKNOWN,
            DeliveryState.REFUSED,
            DeliveryState.DELIVERED,
        )
        return self._decide(row, states, {"state": DeliveryState.WITHDRAWN, "reason": reason, "not_before": None})

    def move(self, old: tuple[str, str], new: tuple[str, str]) -> int:
        """Bring what was said of the post *old* (Id, language) to *new*, but where *new* has its own; how many rows."""
        with self._database.writing() as connection:
            networks = select(deliveries.c.network).where(deliveries.c.post == new[0], deliveries.c.lang == new[1])
            taken = list(connection.execute(networks).scalars())
            here = and_(deliveries.c.post == old[0], deliveries.c.lang == old[1], deliveries.c.network.not_in(taken))
            values = {"post": new[0], "lang": new[1]}
            return connection.execute(update(deliveries).where(here).values(**values)).rowcount

    def _decide(self, row: int, states: Sequence[DeliveryState], values: dict[str, Any]) -> bool:
        with self._database.writing() as connection:
            wanted = and_(deliveries.c.id == row, deliveries.c.state.in_(states))
            return connection.execute(update(deliveries).where(wanted).values(**values)).rowcount == 1

    # Reading

    def all(
        self, post: str | None = None, network: str | None = None, state: DeliveryState | None = None
    ) -> list[Delivery]:
        """Return the announcements, in the order in which they were written down."""
        query = select(deliveries).where(ANNOUNCES).order_by(deliveries.c.id)
        for column, value in ((deliveries.c.post, post), (deliveries.c.network, network), (deliveries.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        with self._database.reading() as connection:
            return [delivery_of(row._mapping) for row in connection.execute(query)]

    def answers(self, key: str = "") -> list[Delivery]:
        """Return the answers that are said elsewhere too; that of the comment *key* alone, where it is given."""
        query = select(deliveries).where(deliveries.c.answer == key if key else ~ANNOUNCES).order_by(deliveries.c.id)
        with self._database.reading() as connection:
            return [delivery_of(row._mapping) for row in connection.execute(query)]

    def refused_answers(self) -> list[Delivery]:
        """Return the answers that a network did not take, and that still stand under their post."""
        query = select(deliveries).join(comments, comments.c.key == deliveries.c.answer)
        query = query.where(~ANNOUNCES, deliveries.c.state == DeliveryState.REFUSED)
        query = query.where(comments.c.status.in_((Status.APPROVED, Status.WAITING))).order_by(deliveries.c.id)
        with self._database.reading() as connection:
            return [delivery_of(row._mapping) for row in connection.execute(query)]

    def answers_to_see_to(self, now: datetime, key: str = "") -> list[Delivery]:
        """Answers that are due, whose comment is no longer there to be read, or was edited by the owner."""
        here = comments.c.key == deliveries.c.answer
        is_gone = comments.c.id.is_(None) | comments.c.status.not_in((Status.APPROVED, Status.WAITING))
        is_edited = comments.c.owner_edited_at.is_not(None)
        sent = deliveries.c.state == DeliveryState.DELIVERED
        query = select(deliveries).outerjoin(comments, here).where(~ANNOUNCES)
        query = query.where(deliveries.c.state != DeliveryState.WITHDRAWN, or_(is_due(now), is_gone, sent & is_edited))
        if key:
            query = query.where(deliveries.c.answer == key)
        with self._database.reading() as connection:
            return [delivery_of(row._mapping) for row in connection.execute(query.order_by(deliveries.c.id))]

    def part(self, like: Delivery, part: str) -> Delivery | None:
        """Another part of the same thread."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(deliveries).where(of_group(like.post, like.lang, like.network), deliveries.c.part == part)
            ).first()
            return delivery_of(row._mapping) if row else None

    def get(self, row: int) -> Delivery | None:
        """Return the row with this number."""
        with self._database.reading() as connection:
            found = connection.execute(select(deliveries).where(deliveries.c.id == row)).first()
            return delivery_of(found._mapping) if found else None

    def exists(self, post: str, lang: str, network: str) -> bool:
        """Whether there is any row for this post on this network."""
        with self._database.reading() as connection:
            return is_any(connection, of_group(post, lang, network))

    def begun(self) -> int:
        """How many announcements this store knows to have begun; it forgets none."""
        states = (DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.UNKNOWN, DeliveryState.WITHDRAWN)
        counts = self.counts()
        return sum(counts.get(state, 0) for state in states)

    def counts(self) -> dict[DeliveryState, int]:
        """How many announcements are in each state."""
        with self._database.reading() as connection:
            query = select(deliveries.c.state, func.count()).where(ANNOUNCES).group_by(deliveries.c.state)
            rows = connection.execute(query)
            return {DeliveryState(row[0]): row[1] for row in rows}
