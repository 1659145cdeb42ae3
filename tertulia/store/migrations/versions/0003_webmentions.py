"""Webmentions: those that we were told, and those that we told others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("name", sa.String(600), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("way", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False, server_default=""),
        sa.Column("comment", sa.String(24), nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_before", sa.String(40), nullable=False),
        sa.Column("received_at", sa.String(40), nullable=False),
        sa.Column("looked_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
        sa.UniqueConstraint("token", name="uq_mentions_token"),
        sa.UniqueConstraint("name", name="uq_mentions_name"),
        sa.CheckConstraint("state IN ('queued', 'taken', 'refused', 'gone')", name="ck_mentions_state"),
    )
    op.create_index("ix_mentions_state_not_before", "mentions", ["state", "not_before"])
    op.create_index("ix_mentions_host_state", "mentions", ["host", "state"])
    op.create_table(
        "sent_mentions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("was_sent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("endpoint", sa.Text, nullable=False, server_default=""),
        sa.Column("status_url", sa.Text, nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_before", sa.String(40)),
        sa.Column("told_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_sent_mentions"),
        sa.UniqueConstraint("name", name="uq_sent_mentions_name"),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'none', 'waiting', 'refused', 'removed')", name="ck_sent_mentions_state"
        ),
    )
    op.create_index("ix_sent_mentions_state", "sent_mentions", ["state"])


def downgrade() -> None:
    op.drop_table("sent_mentions")
    op.drop_table("mentions")
