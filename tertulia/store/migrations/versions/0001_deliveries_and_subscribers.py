"""Deliveries and subscribers: the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("network", sa.String(40), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("after", sa.String(40)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("not_before", sa.String(40)),
        sa.Column("lease", sa.String(40)),
        sa.Column("lease_until", sa.String(40)),
        sa.Column("touched_at", sa.String(40)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("words", sa.String(40), nullable=False, server_default=""),
        sa.Column("remote", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("delivered_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("post", "lang", "network", "part", name="uq_deliveries_post"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'delivered', 'waiting', 'unknown', 'refused', 'withdrawn')",
            name="ck_deliveries_state",
        ),
    )
    op.create_index("ix_deliveries_state_not_before", "deliveries", ["state", "not_before"])
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False, server_default="es"),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", sa.String(40), nullable=False),
        sa.Column("confirmed_at", sa.String(40)),
        sa.Column("left_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("email", name="uq_subscribers_email"),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'left')", name="ck_subscribers_state"),
    )


def downgrade() -> None:
    op.drop_table("subscribers")
    op.drop_table("deliveries")
