"""The tables of what was told of a post that changed, and to whom, so that each hears of it once."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from tertulia.store.tables import metadata

post_updates = Table(
    "post_updates",
    metadata,
    Column("name", String(24), primary_key=True, comment="digest of post, language and words: the same is told once"),
    Column("post", String(200), nullable=False),
    Column("lang", String(12), nullable=False),
    Column("text", Text, nullable=False, comment="the author's words"),
    Column("at", String(40), nullable=False, comment="when it was begun: it is for who had spoken by then"),
    Index("ix_post_updates_post_lang", "post", "lang"),
    comment="what the author wanted told to those who took part",
)

update_tellings = Table(
    "update_tellings",
    metadata,
    Column("name", String(24), ForeignKey("post_updates.name"), primary_key=True),
    Column(
        "comment",
        Integer,
        ForeignKey("comments.id", ondelete="CASCADE"),
        primary_key=True,
        comment="what they had said whom it was told to",
    ),
    Index("ix_update_tellings_comment", "comment"),
    comment="who was told; goes with what they said",
)
