"""What was said where, what is still to be said, and what we do not know: the outbox's rows.

::

    queued ──claim──▶ sending ──▶ delivered ──▶ withdrawn
                        │  ▲
                        │  └── waiting, unknown, and sending whose lease ended, when their time comes
                        └────▶ waiting · unknown · refused

``unknown`` without a time waits for a person (``resolve``); so does ``refused`` (``retry``). A claim is a lease: only
its holder may send, and it says so in the store (``touch``) right before the wire, so that a row nobody touched is
known to be unsent whatever happened to its process.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from tertulia.core.errors import StoreError
from tertulia.core.languages import say
from tertulia.store.connection import Database, stamp
from tertulia.store.tables import deliveries

# Longer than any adapter may take from claim to answer, uploads and their waits included.
LEASE = timedelta(minutes=10)


class LeaseLost(StoreError):
    """Another process has taken the row over; nothing was sent by us."""


class NewDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be sent."""

    post: str
    lang: str
    network: str
    part: str
    after: str | None = None
    message: str  # JSON
    words: str  # hash of the author's words


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One row, as it was when it was read."""

    id: int
    post: str
    lang: str
    network: str
    part: str
    after: str | None
    state: str
    reason: str
    not_before: str | None
    lease: str | None
    touched_at: datetime | None
    attempts: int
    message: str
    words: str
    remote: str
    created_at: str
    delivered_at: str | None


class Deliveries:
    """The rows, in the words of the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Before the wire

    def enqueue(self, wanted: Sequence[NewDelivery], now: datetime) -> int:
        """
        Write down that one post is to be said on one network, in all its parts at once.

        What has begun stays as it is. What has not takes the words that *wanted* has now.

        Args:
            wanted: Every part of one post, language and network.

        Returns:
            How many rows are new.
        """
        if not wanted:
            return 0
        first = wanted[0]
        group = _group(first.post, first.lang, first.network)
        with self._database.writing() as connection:
            if not self._database.is_sqlite:
                # Two processes may both find no row yet; the second waits here for the first.
                name = "/".join((first.post, first.lang, first.network))
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
            rows = connection.execute(select(deliveries).where(group).with_for_update()).all()
            if any(not _unbegun(row) for row in rows):
                return 0
            kept = {row.part: row for row in rows}
            gone = kept.keys() - {new.part for new in wanted}
            connection.execute(delete(deliveries).where(group, deliveries.c.part.in_(gone)))
            for new in wanted:
                values = {"after": new.after, "message": new.message, "words": new.words}
                if new.part in kept:
                    connection.execute(update(deliveries).where(deliveries.c.id == kept[new.part].id).values(**values))
                else:
                    connection.execute(_insertion(new, now, state="queued"))
            return len({new.part for new in wanted} - kept.keys())

    def adopt(self, wanted: Sequence[NewDelivery], remote: str, reason: str, now: datetime) -> bool:
        """Write down that *wanted* is there already, as *remote* (JSON); False when there are rows for it."""
        first = wanted[0]
        with self._database.writing() as connection:
            if connection.execute(select(deliveries.c.id).where(_group(first.post, first.lang, first.network))).first():
                return False
            for new in wanted:
                here = remote if new is first else ""
                connection.execute(
                    _insertion(new, now, state="delivered", remote=here, reason=reason, delivered_at=stamp(now))
                )
            return True

    def claim(
        self, now: datetime, networks: Iterable[str], post: str | None = None, not_these: Iterable[int] = ()
    ) -> Delivery | None:
        """Take the next row that may be sent now, for ``LEASE``; None when there is none."""
        moment = stamp(now)
        before = deliveries.alias("before")
        due = or_(
            deliveries.c.state == "queued",
            and_(deliveries.c.state.in_(("waiting", "unknown")), deliveries.c.not_before <= moment),
            and_(deliveries.c.state == "sending", deliveries.c.lease_until < moment),
        )
        in_turn = or_(
            deliveries.c.after.is_(None),
            exists().where(
                before.c.post == deliveries.c.post,
                before.c.lang == deliveries.c.lang,
                before.c.network == deliveries.c.network,
                before.c.part == deliveries.c.after,
                before.c.state == "delivered",
            ),
        )
        query = select(deliveries).where(due, in_turn, deliveries.c.network.in_(list(networks)))
        if post is not None:
            query = query.where(deliveries.c.post == post)
        skipped = list(not_these)
        if skipped:
            query = query.where(deliveries.c.id.not_in(skipped))
        query = query.order_by(deliveries.c.id).limit(1).with_for_update(skip_locked=True, of=deliveries)
        with self._database.writing() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            values = {
                "state": "sending",
                "lease": uuid.uuid4().hex,
                "lease_until": stamp(now + LEASE),
                "attempts": row.attempts + 1,
            }
            connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))
            return _delivery(dict(row._mapping) | values)

    def touch(self, delivery: Delivery, now: datetime) -> None:
        """
        Write down that the next thing *delivery*'s holder does is to send it.

        Raises:
            LeaseLost: somebody else holds it by now.
        """
        values = {
            "touched_at": func.coalesce(deliveries.c.touched_at, stamp(now)),
            "lease_until": stamp(now + LEASE),
        }
        with self._database.writing() as connection:
            done = connection.execute(update(deliveries).where(_held(delivery)).values(**values))
            if done.rowcount != 1:
                raise LeaseLost(say("lease_lost", network=delivery.network, post=delivery.post))

    # After the wire

    def delivered(self, delivery: Delivery, remote: str, now: datetime, reason: str = "") -> None:
        """It is there, as *remote* (JSON). True whoever holds the lease by now."""
        values = {"state": "delivered", "remote": remote, "reason": reason, "delivered_at": stamp(now)}
        with self._database.writing() as connection:
            row = and_(deliveries.c.id == delivery.id, deliveries.c.state.not_in(("delivered", "withdrawn")))
            connection.execute(update(deliveries).where(row).values(**values, **_FREE, touched_at=None))

    def waiting(self, delivery: Delivery, until: datetime, reason: str, *, maybe_sent: bool = False) -> None:
        """Not before *until*. Without *maybe_sent*, nothing was made by this attempt nor by one before."""
        values: dict[str, Any] = {"state": "waiting", "not_before": stamp(until), "reason": reason}
        self._end(delivery, values if maybe_sent else values | {"touched_at": None})

    def unknown(self, delivery: Delivery, reason: str, look_after: datetime | None) -> None:
        """We did not hear back; look for it after *look_after*, or, without one, a person must."""
        not_before = stamp(look_after) if look_after else None
        self._end(delivery, {"state": "unknown", "not_before": not_before, "reason": reason})

    def refused(self, delivery: Delivery, reason: str) -> None:
        """The network said no, in these words."""
        self._end(delivery, {"state": "refused", "not_before": None, "reason": reason, "touched_at": None})

    def moot(self, delivery: Delivery, reason: str) -> None:
        """Nobody wants it any longer."""
        self._end(delivery, {"state": "withdrawn", "not_before": None, "reason": reason, "touched_at": None})

    def release(self, delivery: Delivery) -> None:
        """Nothing was done: back in the queue."""
        self._end(delivery, {"state": "queued", "not_before": None, "attempts": delivery.attempts - 1})

    def _end(self, delivery: Delivery, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(deliveries).where(_held(delivery)).values(**(_FREE | values)))

    # Decisions of a person, and what follows an edit

    def resolve(self, row: int, there: bool, remote: str = "", *, now: datetime) -> bool:
        """A person looked: it is there, or it is not and shall be sent. False when the row is not unknown."""
        values: dict[str, Any] = (
            {"state": "delivered", "remote": remote, "delivered_at": stamp(now), "reason": ""}
            if there
            else {"state": "queued", "not_before": None, "reason": ""}
        )
        return self._decide(row, ("unknown",), values | {"touched_at": None})

    def retry(self, row: int) -> bool:
        """Send what was refused once more; False when the row is not refused."""
        return self._decide(row, ("refused",), {"state": "queued", "reason": "", "not_before": None})

    def edited(self, row: int, message: str, words: str, remote: str) -> None:
        """What is there says *message* now."""
        self._decide(row, ("delivered",), {"message": message, "words": words, "remote": remote, "reason": ""})

    def noted(self, row: int, words: str, reason: str) -> None:
        """The author's words changed, and by its policy this network keeps the old ones."""
        self._decide(row, ("delivered",), {"words": words, "reason": reason})

    def withdrawn(self, row: int, reason: str = "") -> bool:
        """It was taken down, or will never be sent; it is not said again."""
        states = ("queued", "waiting", "unknown", "refused", "delivered")
        return self._decide(row, states, {"state": "withdrawn", "reason": reason, "not_before": None})

    def _decide(self, row: int, states: Sequence[str], values: dict[str, Any]) -> bool:
        with self._database.writing() as connection:
            wanted = and_(deliveries.c.id == row, deliveries.c.state.in_(states))
            return connection.execute(update(deliveries).where(wanted).values(**values)).rowcount == 1

    # Reading

    def all(self, post: str | None = None, network: str | None = None, state: str | None = None) -> list[Delivery]:
        """Rows in the order in which they were written down."""
        query = select(deliveries).order_by(deliveries.c.id)
        for column, value in ((deliveries.c.post, post), (deliveries.c.network, network), (deliveries.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        with self._database.reading() as connection:
            return [_delivery(row._mapping) for row in connection.execute(query)]

    def part(self, like: Delivery, part: str) -> Delivery | None:
        """Another part of the same thread."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(deliveries).where(_group(like.post, like.lang, like.network), deliveries.c.part == part)
            ).first()
            return _delivery(row._mapping) if row else None

    def one(self, row: int) -> Delivery | None:
        """The row with this number."""
        with self._database.reading() as connection:
            found = connection.execute(select(deliveries).where(deliveries.c.id == row)).first()
            return _delivery(found._mapping) if found else None

    def known(self, post: str, lang: str, network: str) -> bool:
        """Whether there is any row for this post on this network."""
        with self._database.reading() as connection:
            return _any(connection, _group(post, lang, network))

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        with self._database.reading() as connection:
            rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
            return {row[0]: row[1] for row in rows}


_FREE: dict[str, Any] = {"lease": None, "lease_until": None}


def _group(post: str, lang: str, network: str) -> Any:
    return and_(deliveries.c.post == post, deliveries.c.lang == lang, deliveries.c.network == network)


def _held(delivery: Delivery) -> Any:
    return and_(deliveries.c.id == delivery.id, deliveries.c.state == "sending", deliveries.c.lease == delivery.lease)


def _unbegun(row: Any) -> bool:
    return row.state in ("queued", "waiting", "refused") and row.touched_at is None


def _any(connection: Connection, condition: Any) -> bool:
    return connection.execute(select(deliveries.c.id).where(condition).limit(1)).first() is not None


def _insertion(new: NewDelivery, now: datetime, **values: Any) -> Any:
    return insert(deliveries).values(**msgspec.structs.asdict(new), created_at=stamp(now), **values)


def _delivery(row: Any) -> Delivery:
    values = {name: row[name] for name in Delivery.__struct_fields__}
    if values["touched_at"]:
        values["touched_at"] = datetime.fromisoformat(values["touched_at"])
    return Delivery(**values)
