"""The inbox; answers to what was said elsewhere, among what is delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("comment", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("since", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("tone", sa.String(12), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("is_changed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("answered_at", sa.String(40), nullable=False, server_default=""),
        sa.Column("answered_on", sa.String(40)),
        sa.Column("word", sa.String(12), nullable=False, server_default=""),
        sa.Column("word_on", sa.String(40), nullable=False, server_default=""),
        sa.Column("until", sa.String(40)),
        sa.Column("assignee", sa.String(80), nullable=False, server_default=""),
        sa.Column("assigned_until", sa.String(40)),
        sa.PrimaryKeyConstraint("comment", name="pk_inbox"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_inbox_comment_comments", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('unanswered', 'answered', 'not_needed', 'later', 'away')", name="ck_inbox_state"),
    )
    op.create_index("ix_inbox_state_since", "inbox", ["state", "since", "comment"])
    op.create_index("ix_inbox_channel_state_since", "inbox", ["channel", "state", "since", "comment"])
    op.create_index("ix_inbox_since", "inbox", ["since", "comment"])
    op.add_column("deliveries", sa.Column("answer", sa.String(24), nullable=False, server_default=""))
    op.create_index("ix_deliveries_answer", "deliveries", ["answer"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_answer", "deliveries")
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("answer")
    op.drop_table("inbox")
