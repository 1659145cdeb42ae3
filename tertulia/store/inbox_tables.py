"""The table of the inbox: of each thing that somebody said, whether it was answered, and what the owner said of it."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from tertulia.store.tables import metadata


class ItemState(StrEnum):
    """Whether somebody waits; see the column's comment."""

    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    NOT_NEEDED = "not_needed"
    LATER = "later"
    AWAY = "away"


_STATES = ", ".join(f"'{state}'" for state in ItemState)

inbox = Table(
    "inbox",
    metadata,
    Column("comment", Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "state",
        String(12),
        nullable=False,
        comment=(
            "unanswered. answered: by the blog's author, here or where it was said. not_needed: says the owner. later:"
            " not before until. away: not public and not for the owner to decide"
        ),
    ),
    Column("since", String(40), nullable=False, comment="when whoever said it began to wait"),
    Column("channel", String(40), nullable=False, comment="where it was said: form, web, mastodon…"),
    Column("tone", String(12), nullable=False, comment="what tertulia.content.tone hears in it"),
    Column("words", Text, nullable=False, comment="what it is found by, without accents and case"),
    Column("is_changed", Integer, nullable=False, server_default="0", comment="1: edited since it was answered or set"
           " aside"),
    Column("answered_at", String(40), nullable=False, server_default="", comment="the newest answer; empty: none"),
    Column("answered_on", String(40), comment="edited_at of what it answers; null: words of before"),
    Column("word", String(12), nullable=False, server_default="", comment="the owner's: not_needed, later"),
    Column("word_on", String(40), nullable=False, server_default="", comment="edited_at of what they read"),
    Column("until", String(40), comment="later: when it comes back"),
    Column("assignee", String(80), nullable=False, server_default="", comment="who is at it; a blank: the author"),
    Column("assigned_until", String(40), comment="until when, if nothing happens"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    Index("ix_inbox_state_since", "state", "since", "comment"),
    Index("ix_inbox_channel_state_since", "channel", "state", "since", "comment"),
    Index("ix_inbox_since", "since", "comment"),
    Index("ix_inbox_assigned_until", "assigned_until"),
    comment="what waits for an answer: computed from the comments, but for word, until and assignee",
)  # fmt: skip

item_labels = Table(
    "item_labels",
    metadata,
    Column("comment", Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("folded", String(40), primary_key=True, comment="without case and accents"),
    Column("name", String(40), nullable=False, comment="as the team calls it"),
    Index("ix_item_labels_folded", "folded", "comment"),
    comment="what the team has put on items, to find them again",
)

answer_drafts = Table(
    "answer_drafts",
    metadata,
    Column("comment", Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("who", String(80), primary_key=True, comment="whose it is, and nobody else sees it; a blank: the author's"),
    Column("text", Text, nullable=False),
    Column("saved_at", String(40), nullable=False),
    comment="answers that were begun and not given",
)
