"""Readers of the newsletter: who asked, who confirmed, who left. Their addresses never leave the store but by mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from tertulia.store import erasure_list
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import NOBODY
from tertulia.store.letters import NewLetter, put
from tertulia.store.rows import is_one_of, writing
from tertulia.store.tables import NO_ADDRESS, SubscriberState, subscribers


class Subscriber(msgspec.Struct, frozen=True):
    """A reader; *id* is what the outbox knows of them."""

    id: int
    email: str
    lang: str
    state: SubscriberState

    def __repr__(self) -> str:
        return f"Subscriber({self.id}, {self.state})"  # a log line never holds an address


class Subscribers:
    """The list, with double opt-in: ``ask``, then ``confirm`` from a link in a letter; ``leave`` at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self,
        email: str,
        lang: str,
        now: datetime,
        *,
        letter: Callable[[Subscriber], tuple[str, str]] = lambda _reader: ("", ""),
        may_write: bool = False,
    ) -> Subscriber:
        """
        Note that somebody gave this address; it receives nothing until its owner confirms.

        The same is read and written for every address, known or not, so that the time it takes tells nothing: a letter
        that must not go is queued to nobody.

        Args:
            letter: Subject and body of the letter that asks the owner of the address.
            may_write: Whether that letter goes into the queue, where the address is not confirmed yet.
        """
        address = _same_host(email)
        with writing(self._database) as connection:
            row = connection.execute(select(subscribers).where(subscribers.c.email == address)).first()
            if row is None:
                values = {"email": address, "lang": lang, "state": SubscriberState.PENDING, "asked_at": stamp(now)}
                connection.execute(insert(subscribers).values(**values))
            else:
                values = {"asked_at": stamp(now)}
                if row.state != SubscriberState.CONFIRMED:
                    values |= {"lang": lang, "state": SubscriberState.PENDING}
                connection.execute(update(subscribers).where(subscribers.c.id == row.id).values(**values))
            row = connection.execute(select(subscribers).where(subscribers.c.email == address)).one()
            found = _subscriber(row)
            subject, body = letter(found)
            recipient = found.email if may_write and found.state is SubscriberState.PENDING else NOBODY
            asks = NewLetter(recipient=recipient, subject=subject, body=body, tells=f"newsletter {found.id}")
            put(connection, asks, now)
            return found

    def confirm(self, number: int, now: datetime) -> bool:
        """Record that the owner of the address said yes; False when nobody asked."""
        here = (subscribers.c.id == number) & (subscribers.c.state == SubscriberState.PENDING)
        yes = {"state": SubscriberState.CONFIRMED, "confirmed_at": stamp(now)}
        with writing(self._database) as connection:
            return connection.execute(update(subscribers).where(here).values(**yes)).rowcount == 1

    def leave(self, number: int, now: datetime) -> None:
        """Send no more letters, and forget the address; leaving twice is leaving. Their number stays taken."""
        here = (subscribers.c.id == number) & (subscribers.c.state != SubscriberState.LEFT)
        gone = {"state": SubscriberState.LEFT, "left_at": stamp(now), "email": NO_ADDRESS}
        with writing(self._database) as connection:
            erasure_list.note_leaving(connection, self._database.folder, subscribers, here, now)
            connection.execute(update(subscribers).where(here).values(**gone))

    def forget_unconfirmed(self, now: datetime, after: timedelta = timedelta(days=7)) -> int:
        """Forget the addresses that nobody confirmed in a week, and those that older versions kept of who left."""
        old = (subscribers.c.state == SubscriberState.PENDING) & (subscribers.c.asked_at < stamp(now - after))
        left = (subscribers.c.state == SubscriberState.LEFT) & (subscribers.c.email != NO_ADDRESS)
        with writing(self._database) as connection:
            gone = {"state": SubscriberState.LEFT, "email": NO_ADDRESS}
            return connection.execute(update(subscribers).where(old | left).values(**gone)).rowcount

    def of_address(self, email: str) -> list[Subscriber]:
        """Who is written to at *email*, or was asked whether to."""
        with self._database.reading() as connection:
            query = select(subscribers).where(is_one_of(subscribers.c.email, [email]))
            return [_subscriber(row) for row in connection.execute(query)]

    def confirmed(self, before: datetime | None = None) -> list[Subscriber]:
        """Who receives letters; with *before*, only those who were there by then."""
        query = select(subscribers).where(subscribers.c.state == SubscriberState.CONFIRMED).order_by(subscribers.c.id)
        if before is not None:
            query = query.where(subscribers.c.confirmed_at <= stamp(before))
        with self._database.reading() as connection:
            return [_subscriber(row) for row in connection.execute(query)]

    def get(self, number: int) -> Subscriber | None:
        """Return the reader with this number."""
        with self._database.reading() as connection:
            row = connection.execute(select(subscribers).where(subscribers.c.id == number)).first()
            return _subscriber(row) if row else None


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(row.id, row.email, row.lang, SubscriberState(row.state))


def _same_host(email: str) -> str:
    """Return the host of an address has no case; what is before the "@" may have."""
    name, at, host = email.strip().rpartition("@")
    return f"{name}{at}{host.lower()}"
