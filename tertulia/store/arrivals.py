"""An answer of ours has arrived where it was sent: that is one more way by which the comment is seen.

So ``collect``, which meets it there, knows it for what it is; and where it was quicker and wrote it down as if it had
been said by hand, the two are one again, with all that answers either.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select, update

from tertulia.core import strict_json
from tertulia.store import erased
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import comments, sources
from tertulia.store.rows import short
from tertulia.store.settling import settle


class _Place(msgspec.Struct, frozen=True):
    """What is read of where it lives."""

    id: str
    url: str = ""


def attach(connection: Connection, key: str, network: str, remote: str, now: datetime) -> None:
    """Write down that the comment *key* lives on *network* too, as *remote* (JSON)."""
    place = strict_json.decode(remote, type=_Place)
    mine = connection.execute(select(comments.c.id).where(comments.c.key == key)).scalar()
    if mine is None or not place.id:
        return
    here = (sources.c.source == network) & (sources.c.source_id == short(place.id))
    other = connection.execute(select(sources.c.comment).where(here)).scalar()
    if other is None:
        values = {"source": network, "source_id": short(place.id), "url": place.url, "seen_at": stamp(now)}
        connection.execute(insert(sources), values | {"comment": mine})
    elif other != mine:
        connection.execute(update(sources).where(sources.c.comment == other).values(comment=mine))
        below = select(comments.c.id).where(comments.c.parent == other)
        moved = list(connection.execute(below).scalars())
        connection.execute(update(comments).where(comments.c.parent == other).values(parent=mine))
        erased.forget(connection, [other])
        settle(connection, moved)
    settle(connection, [mine])


def settle_key(connection: Connection, key: str) -> None:
    """Bring the inbox up to date with what became of the answer *key*."""
    settle(connection, list(connection.execute(select(comments.c.id).where(comments.c.key == key)).scalars()))
