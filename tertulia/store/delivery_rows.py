"""The outbox's rows as values, and the questions about them that ``Deliveries`` puts together."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, insert, or_, select

from tertulia.core.errors import StoreError
from tertulia.store.connection import stamp
from tertulia.store.tables import DeliveryState, Origin, deliveries


class LeaseLostError(StoreError):
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
    answer: str = ""  # key of the owner's comment that this says elsewhere


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One row, as it was when it was read."""

    id: int
    post: str
    lang: str
    network: str
    part: str
    after: str | None
    state: DeliveryState
    reason: str
    not_before: str | None
    lease: str | None
    attempt_started_at: datetime | None
    attempts: int
    message: str
    words: str
    remote: str
    created_at: str
    delivered_at: str | None
    origin: Origin
    answer: str


ANNOUNCES = deliveries.c.answer == ""
SENDING = deliveries.c.state == DeliveryState.SENDING
FREE: dict[str, Any] = {"lease": None, "lease_until": None}


def is_due(now: datetime) -> Any:
    moment = stamp(now)
    again = deliveries.c.state.in_((DeliveryState.WAITING, DeliveryState.UNKNOWN))
    return or_(
        deliveries.c.state == DeliveryState.QUEUED,
        and_(again, deliveries.c.not_before <= moment),
        and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.lease_until < moment),
    )


def of_group(post: str, lang: str, network: str) -> Any:
    return and_(deliveries.c.post == post, deliveries.c.lang == lang, deliveries.c.network == network)


def is_held(delivery: Delivery) -> Any:
    return and_(
        deliveries.c.id == delivery.id,
        deliveries.c.state == DeliveryState.SENDING,
        deliveries.c.lease == delivery.lease,
    )


def unbegun(row: Any) -> bool:
    return (
        row.state in (DeliveryState.QUEUED, DeliveryState.WAITING, DeliveryState.REFUSED)
        and row.attempt_started_at is None
    )


def is_any(connection: Connection, condition: Any) -> bool:
    return connection.execute(select(deliveries.c.id).where(condition).limit(1)).first() is not None


def insertion(new: NewDelivery, now: datetime, **values: Any) -> Any:
    return insert(deliveries).values(**msgspec.structs.asdict(new), created_at=stamp(now), **values)


def delivery_of(row: Any) -> Delivery:
    values = {name: row[name] for name in Delivery.__struct_fields__}
    if values["attempt_started_at"]:
        values["attempt_started_at"] = datetime.fromisoformat(values["attempt_started_at"])
    return Delivery(**values | {"state": DeliveryState(values["state"]), "origin": Origin(values["origin"])})
