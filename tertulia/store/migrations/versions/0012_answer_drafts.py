"""Answers that were begun."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "answer_drafts",
        sa.Column("comment", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("saved_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("comment", "who", name="pk_answer_drafts"),
        sa.ForeignKeyConstraint(
            ["comment"], ["comments.id"], name="fk_answer_drafts_comment_comments", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("answer_drafts")
