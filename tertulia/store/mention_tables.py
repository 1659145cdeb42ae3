"""The tables of webmentions: those that we were told, and those that we told others."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, UniqueConstraint

from tertulia.store.tables import metadata

MENTION_STATES = ("queued", "taken", "refused", "gone")
SENT_STATES = ("queued", "sent", "none", "waiting", "refused", "removed")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words))


mentions = Table(
    "mentions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(40), nullable=False, comment="of the page that tells what became of it"),
    Column("name", String(600), nullable=False, comment="source and target: the source id of what is made of it"),
    Column("host", String(300), nullable=False, comment="of the source"),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("way", String(12), nullable=False, comment="webmention or pingback"),
    Column(
        "state",
        String(12),
        nullable=False,
        comment=(
            "queued: to be looked at, not before not_before. taken: the conversation has it. refused: see reason."
            " gone: it was here, and is no longer there."
        ),
    ),
    Column("reason", String(60), nullable=False, server_default="", comment="key of a phrase"),
    Column("comment", String(24), nullable=False, server_default="", comment="key of the comment, none for a like"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", String(40), nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("looked_at", String(40)),
    UniqueConstraint("token"),
    UniqueConstraint("name"),
    CheckConstraint(_one_of("state", MENTION_STATES), name="state"),
    Index("ix_mentions_state_not_before", "state", "not_before"),
    Index("ix_mentions_host_state", "host", "state"),
    comment="what other sites told us, by webmention or pingback",
)

sent_mentions = Table(
    "sent_mentions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, comment="hash of source and target"),
    Column("source", Text, nullable=False, comment="address of our post"),
    Column("target", Text, nullable=False),
    Column("version", String(40), nullable=False, comment="of the post, when it was last told; empty: link removed"),
    Column(
        "state",
        String(12),
        nullable=False,
        comment=(
            "queued: to be told. sent: accepted. none: takes no webmentions. waiting: again, not before not_before."
            " refused: the other site said no. removed: the link is gone, and the other site knows."
        ),
    ),
    Column("was_sent", Integer, nullable=False, server_default="0", comment="1: the other site accepted it once"),
    Column("endpoint", Text, nullable=False, server_default=""),
    Column("status_url", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", String(40)),
    Column("told_at", String(40)),
    UniqueConstraint("name"),
    CheckConstraint(_one_of("state", SENT_STATES), name="state"),
    Index("ix_sent_mentions_state", "state"),
    comment="what we told other sites about links in our posts",
)
