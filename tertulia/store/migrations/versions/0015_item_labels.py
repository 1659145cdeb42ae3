"""Labels that the team puts on what was said."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "item_labels",
        sa.Column("comment", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("folded", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("comment", "folded", name="pk_item_labels"),
        sa.ForeignKeyConstraint(
            ["comment"], ["comments.id"], name="fk_item_labels_comment_comments", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_item_labels_folded", "item_labels", ["folded", "comment"])


def downgrade() -> None:
    op.drop_table("item_labels")
