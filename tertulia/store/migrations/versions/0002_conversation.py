"""The conversation: persons, comments, where they were seen, reactions, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("network", sa.String(40), nullable=False),
        sa.Column("identity", sa.String(500), nullable=False),
        sa.Column("name", sa.String(300), nullable=False, server_default=""),
        sa.Column("handle", sa.String(300), nullable=False, server_default=""),
        sa.Column("url", sa.Text, nullable=False, server_default=""),
        sa.Column("avatar", sa.String(200), nullable=False, server_default=""),
        sa.Column("trust", sa.String(12), nullable=False, server_default="unknown"),
        sa.Column("is_owner", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("network", "identity", name="uq_persons_network"),
        sa.CheckConstraint("trust IN ('unknown', 'trusted', 'blocked')", name="ck_persons_trust"),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("in_reply_to", sa.Text, nullable=False, server_default=""),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("html", sa.Text, nullable=False, server_default=""),
        sa.Column("url", sa.Text, nullable=False, server_default=""),
        sa.Column("fingerprint", sa.String(40), nullable=False, server_default=""),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(12), nullable=False, server_default="rules"),
        sa.Column("points", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reasons", sa.Text, nullable=False, server_default="[]"),
        sa.Column("published_at", sa.String(40), nullable=False),
        sa.Column("edited_at", sa.String(40)),
        sa.Column("owner_edited_at", sa.String(40)),
        sa.Column("received_at", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.UniqueConstraint("key", name="uq_comments_key"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_comments_person_persons"),
        sa.ForeignKeyConstraint(["parent"], ["comments.id"], name="fk_comments_parent_comments"),
        sa.CheckConstraint("kind IN ('comment', 'reply', 'mention', 'quote')", name="ck_comments_kind"),
        sa.CheckConstraint(
            "status IN ('waiting', 'approved', 'rejected', 'spam', 'withdrawn', 'gone')", name="ck_comments_status"
        ),
    )
    op.create_index("ix_comments_post_lang_status", "comments", ["post", "lang", "status"])
    op.create_index("ix_comments_status_received_at", "comments", ["status", "received_at"])
    for column in ("fingerprint", "person", "parent"):
        op.create_index(f"ix_comments_{column}", "comments", [column])
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("source_id", sa.String(600), nullable=False),
        sa.Column("url", sa.Text, nullable=False, server_default=""),
        sa.Column("seen_at", sa.String(40), nullable=False),
        sa.Column("gone_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("source", "source_id", name="uq_sources_source"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_sources_comment_comments"),
    )
    op.create_index("ix_sources_comment", "sources", ["comment"])
    op.create_table(
        "reactions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("comment", sa.String(24), nullable=False, server_default=""),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("source_id", sa.String(600), nullable=False),
        sa.Column("person", sa.Integer),
        sa.Column("number", sa.Integer, nullable=False, server_default="1"),
        sa.Column("seen_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reactions"),
        sa.UniqueConstraint("source", "source_id", name="uq_reactions_source"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_reactions_person_persons"),
        sa.CheckConstraint("kind IN ('like', 'repost', 'bookmark')", name="ck_reactions_kind"),
    )
    op.create_index("ix_reactions_post_lang", "reactions", ["post", "lang"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(12), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("comment", sa.String(24), nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_comment", "decisions", ["comment"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("comment", name="uq_notices_comment"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_notices_comment_comments"),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'left')", name="ck_notices_state"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("comment", sa.Integer),
        sa.Column("not_before", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
    )
    op.create_table(
        "erasures",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_erasures"),
    )
    op.create_table(
        "words",
        sa.Column("word", sa.String(60), nullable=False),
        sa.Column("spam", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ham", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("word", name="pk_words"),
    )
    op.create_table(
        "used",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("until", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_used"),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )


def downgrade() -> None:
    for table in ("marks", "used", "words", "erasures", "letters", "notices", "decisions", "reactions", "sources"):
        op.drop_table(table)
    op.drop_table("comments")
    op.drop_table("persons")
