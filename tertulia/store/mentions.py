"""Webmentions that wait to be looked at, and what became of them; webmentions that we sent, and of which version."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from tertulia.core.addresses import domain_of, host_of
from tertulia.store.connection import Database, stamp
from tertulia.store.mention_tables import mentions, sent_mentions
from tertulia.store.rows import short, writing

# A look that was begun and never ended (the process died) is begun anew after this.
LOOK = timedelta(minutes=5)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A page says that it links to one of ours."""

    id: int
    token: str
    name: str
    source: str
    target: str
    way: str
    state: str
    reason: str
    comment: str
    attempts: int
    received_at: str
    looked_at: str | None


class Mentions:
    """What we were told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, source: str, target: str, way: str, now: datetime) -> Mention:
        """Put a pair in the queue; the same pair again is the same row, looked at again."""
        name = name_of(source, target)
        again: dict[str, Any] = {"state": "queued", "attempts": 0, "not_before": stamp(now), "received_at": stamp(now)}
        with writing(self._database) as connection:
            if connection.execute(update(mentions).where(mentions.c.name == name).values(**again)).rowcount == 0:
                new = {"token": secrets.token_urlsafe(16), "name": name, "source": source, "target": target, "way": way}
                new["host"] = domain_of(host_of(source))[:300]
                connection.execute(insert(mentions).values(**again, **new))
            return _mention(connection.execute(select(mentions).where(mentions.c.name == name)).one())

    def known(self, source: str, target: str) -> Mention | None:
        """Return the row of a pair."""
        return self._one(mentions.c.name == name_of(source, target))

    def by_token(self, token: str) -> Mention | None:
        """Return the row whose status page this is."""
        return self._one(mentions.c.token == token)

    def queued(self, host: str = "") -> int:
        """How many wait, in all or from the domain of one host."""
        query = select(func.count()).where(mentions.c.state == "queued")
        if host:
            query = query.where(mentions.c.host == domain_of(host)[:300])
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def next(self, now: datetime, *, without: Collection[str] = ()) -> Mention | None:
        """
        One that may be looked at, taken for five minutes.

        Those that nobody has looked at come first, and of them those whose domain has told us least: who sends many
        keeps no other waiting.

        Args:
            without: Domains that are being asked just now: a slow one holds no more than one look.
        """
        waiting = mentions.c.state == "queued"
        many = (
            select(mentions.c.host, func.count().label("n")).where(waiting).group_by(mentions.c.host).subquery("many")
        )
        due = (
            select(mentions)
            .join(many, many.c.host == mentions.c.host)
            .where(waiting, mentions.c.not_before <= stamp(now), mentions.c.host.not_in(list(without)))
            .order_by(mentions.c.attempts > 0, many.c.n, mentions.c.not_before, mentions.c.id)
        )
        with writing(self._database) as connection:
            row = connection.execute(due.limit(1)).first()
            if row is None:
                return None
            values = {"not_before": stamp(now + LOOK), "attempts": row.attempts + 1}
            connection.execute(update(mentions).where(mentions.c.id == row.id).values(**values))
            return _mention(connection.execute(select(mentions).where(mentions.c.id == row.id)).one())

    def settle(self, mention: Mention, state: str, reason: str, now: datetime, comment: str | None = None) -> None:
        """Record that it was looked at; *comment* is the key of what became of it, None to leave that as it is."""
        values: dict[str, Any] = {"state": state, "reason": reason, "looked_at": stamp(now)}
        if comment is not None:
            values["comment"] = comment
        self._set(mention, values)

    def later(self, mention: Mention, until: datetime, reason: str) -> None:
        """Record that it could not be looked at, and is to be tried again, not before *until*."""
        self._set(mention, {"not_before": stamp(until), "reason": reason})

    def forget(self, mention: Mention) -> None:
        """Leave no trace of it."""
        with writing(self._database) as connection:
            connection.execute(delete(mentions).where(mentions.c.id == mention.id))

    def purge(self, now: datetime, after: timedelta = timedelta(days=30)) -> int:
        """Forget what was refused, or is gone, longer than *after* ago; how many."""
        old = mentions.c.state.in_(("refused", "gone")) & (mentions.c.received_at < stamp(now - after))
        with writing(self._database) as connection:
            return connection.execute(delete(mentions).where(old)).rowcount

    def _set(self, mention: Mention, values: dict[str, Any]) -> None:
        # One that was told again meanwhile has a newer received_at, and is looked at once more.
        here = (mentions.c.id == mention.id) & (mentions.c.received_at == mention.received_at)
        with writing(self._database) as connection:
            connection.execute(update(mentions).where(here).values(**values))

    def _one(self, condition: Any) -> Mention | None:
        with self._database.reading() as connection:
            row = connection.execute(select(mentions).where(condition)).first()
            return _mention(row) if row else None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One link of ours, and whether the other side knows."""

    id: int
    source: str
    target: str
    version: str  # "" when the link was taken out
    state: str
    was_sent: bool
    endpoint: str
    status_url: str
    reason: str
    attempts: int
    told_at: str | None


class SentMentions:
    """What we told others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def want(self, source: str, targets: Iterable[str], version: str, *, told: bool = False) -> int:
        """
        Write down the links of one post as it is now; what is to be told is queued.

        Args:
            version: Changes when the post does; the same version is told once. "" when the post is gone.
            told: The other sites know of what is new here: an earlier store told them.

        Returns:
            How many are to be told.
        """
        wanted = list(dict.fromkeys(targets)) if version else []
        queued = 0
        with writing(self._database) as connection:
            rows = connection.execute(select(sent_mentions).where(sent_mentions.c.source == source)).all()
            there = {row.target: row for row in rows}
            for target in wanted:
                row = there.get(target)
                fresh = {"version": version, "state": "queued", "attempts": 0, "reason": ""}
                if row is None:
                    values = {"name": _pair(source, target), "source": source, "target": target}
                    known = {"state": "sent", "was_sent": 1} if told else {}
                    connection.execute(insert(sent_mentions).values(values | fresh | known))
                elif row.version != version:
                    connection.execute(update(sent_mentions).where(sent_mentions.c.id == row.id).values(**fresh))
                else:
                    continue
                queued += 1
            for target in there.keys() - set(wanted):
                row = there[target]
                here = sent_mentions.c.id == row.id
                if not row.was_sent:  # they never knew of it
                    connection.execute(delete(sent_mentions).where(here))
                elif row.version:
                    gone = {"version": "", "state": "queued", "attempts": 0, "reason": ""}
                    connection.execute(update(sent_mentions).where(here).values(**gone))
                    queued += 1
        return queued

    def due(self, now: datetime) -> list[Sent]:
        """Return what is to be told now."""
        waits = sent_mentions.c.not_before
        ready = (sent_mentions.c.state == "queued") | ((sent_mentions.c.state == "waiting") & (waits <= stamp(now)))
        return self._all(ready)

    def settle(
        self,
        sent: Sent,
        state: str,
        now: datetime,
        *,
        endpoint: str = "",
        status_url: str = "",
        reason: str = "",
        until: datetime | None = None,
    ) -> None:
        """Record what became of telling it."""
        values: dict[str, Any] = {"state": state, "endpoint": endpoint, "status_url": status_url, "reason": reason}
        values |= {"attempts": sent.attempts + 1, "told_at": stamp(now), "not_before": stamp(until) if until else None}
        if state in ("sent", "removed"):
            values["was_sent"] = int(state == "sent")
        # The post may have changed meanwhile: then the newer version is still to be told.
        here = (sent_mentions.c.id == sent.id) & (sent_mentions.c.version == sent.version)
        with writing(self._database) as connection:
            connection.execute(update(sent_mentions).where(here).values(**values))

    def all(self, source: str = "") -> list[Sent]:
        """Every link that was ever told or is to be, of one post or of all."""
        return self._all(sent_mentions.c.source == source if source else None)

    def sources(self) -> set[str]:
        """Return the posts that have any."""
        with self._database.reading() as connection:
            return set(connection.execute(select(sent_mentions.c.source).distinct()).scalars())

    def counts(self) -> dict[str, int]:
        """How many are in each state."""
        with self._database.reading() as connection:
            rows = connection.execute(select(sent_mentions.c.state, func.count()).group_by(sent_mentions.c.state))
            return {row[0]: row[1] for row in rows}

    def _all(self, condition: Any) -> list[Sent]:
        query = select(sent_mentions).order_by(sent_mentions.c.id)
        if condition is not None:
            query = query.where(condition)
        with self._database.reading() as connection:
            return [_sent(row) for row in connection.execute(query)]


def name_of(source: str, target: str) -> str:
    """Return what names a pair in the queue, and in the conversation as a source id."""
    return short(f"{source} {target}")


def _pair(source: str, target: str) -> str:
    return hashlib.sha256(f"{source} {target}".encode()).hexdigest()


def _mention(row: Any) -> Mention:
    return Mention(**{name: row._mapping[name] for name in Mention.__struct_fields__})


def _sent(row: Any) -> Sent:
    values = {name: row._mapping[name] for name in Sent.__struct_fields__}
    return Sent(**values | {"was_sent": bool(values["was_sent"])})
