"""The tables. What each column means is in its comment, which PostgreSQL keeps too.

Moments are ISO 8601 text in UTC with microseconds ("2026-11-22T18:05:00.000000+00:00"): they sort as they are and
read the same on SQLite and PostgreSQL.
"""

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    cast,
    literal,
)

# Names for constraints, because Alembic cannot alter on SQLite what has no name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class DeliveryState(StrEnum):
    """Where a delivery stands; see the column's comment."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Origin(StrEnum):
    """Whose a delivery is: what we did not write is never edited nor deleted."""

    MADE = "made"
    FOUND = "found"
    ADOPTED = "adopted"
    DISOWNED = "disowned"


class SubscriberState(StrEnum):
    """Whether a reader receives letters."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"


class RunState(StrEnum):
    """How work by the clock goes, as its owner was last told."""

    GOOD = "good"
    BAD = "bad"
    OVERDUE = "overdue"


def _one_of(states: type[StrEnum]) -> str:
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))


deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post", String(200), nullable=False, comment="the post's Id"),
    Column("lang", String(12), nullable=False),
    Column("network", String(40), nullable=False),
    Column("part", String(40), nullable=False, comment="1, 2… of a thread; a subscriber's number for mail"),
    Column("after", String(40), comment="the part that must be delivered before this one; null when none"),
    Column(
        "state",
        String(12),
        nullable=False,
        comment=(
            "queued: to be sent. sending: a process holds a lease on it. delivered: it is there. waiting: not before"
            " not_before. unknown: we did not hear back. refused: the network said no. withdrawn: taken down by us."
        ),
    ),
    Column("reason", Text, nullable=False, server_default="", comment="why it is as it is, for the owner"),
    Column("not_before", String(40), comment="waiting and unknown: when to look again"),
    Column("lease", String(40), comment="sending: who holds it"),
    Column("lease_until", String(40), comment="sending: when the lease ends"),
    Column(
        "attempt_started_at",
        String(40),
        comment="when the first attempt whose fate we do not know was about to be sent",
    ),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("message", Text, nullable=False, comment="what is sent, as JSON; frozen once an attempt started"),
    Column("words", String(40), nullable=False, server_default="", comment="hash of the author's words it came from"),
    Column("remote", Text, nullable=False, server_default="", comment="delivered: where it lives, as JSON"),
    Column("created_at", String(40), nullable=False),
    Column("delivered_at", String(40)),
    Column(
        "origin",
        String(12),
        nullable=False,
        server_default=Origin.MADE,
        comment=(
            "made: we write it. found: a public post, not by us, links the article; it is no announcement of ours."
            " adopted: the owner says that it is the announcement. disowned: the owner says that what was found is none"
        ),
    ),
    Column(
        "answer",
        String(24),
        nullable=False,
        server_default="",
        comment="key of the owner's comment that this says where somebody spoke; empty: it announces a post",
    ),
    UniqueConstraint("post", "lang", "network", "part"),
    CheckConstraint(_one_of(DeliveryState), name="state"),
    Index("ix_deliveries_state_not_before", "state", "not_before"),
    Index("ix_deliveries_answer", "answer"),
    comment="one row per post, language, network and part",
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(320), nullable=False, comment="as given, the host in small letters"),
    Column("lang", String(12), nullable=False, server_default="es"),
    Column("state", String(12), nullable=False, comment="pending: asked, not confirmed. confirmed. left"),
    Column("asked_at", String(40), nullable=False),
    Column("confirmed_at", String(40)),
    Column("left_at", String(40)),
    UniqueConstraint("email"),
    CheckConstraint(_one_of(SubscriberState), name="state"),
    comment="readers of the newsletter",
)

# In place of the address of who left: their number, which nobody else is given, and letters' links go on knowing it.
NO_ADDRESS = literal("#").concat(cast(subscribers.c.id, String))

runs = Table(
    "runs",
    metadata,
    Column("name", String(80), primary_key=True, comment="the task, and the network where it has several"),
    Column("ran_at", String(40), nullable=False),
    Column("good_at", String(40), comment="when it last went well"),
    Column("problem", Text, nullable=False, server_default="", comment="what is wrong now; empty: nothing"),
    Column("state", String(12), nullable=False, server_default=RunState.GOOD, comment="as the owner was last told"),
    CheckConstraint(_one_of(RunState), name="state"),
    comment="how work by the clock goes",
)
