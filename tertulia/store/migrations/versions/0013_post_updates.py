"""What was told of a post that changed, and to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("comments", sa.Column("tells_update", sa.String(24), nullable=False, server_default=""))
    op.create_table(
        "post_updates",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_post_updates"),
    )
    op.create_index("ix_post_updates_post_lang", "post_updates", ["post", "lang"])
    op.create_table(
        "update_tellings",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("comment", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "comment", name="pk_update_tellings"),
        sa.ForeignKeyConstraint(["name"], ["post_updates.name"], name="fk_update_tellings_name_post_updates"),
        sa.ForeignKeyConstraint(
            ["comment"], ["comments.id"], name="fk_update_tellings_comment_comments", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_update_tellings_comment", "update_tellings", ["comment"])


def downgrade() -> None:
    op.drop_table("update_tellings")
    op.drop_table("post_updates")
    with op.batch_alter_table("comments") as batch:
        batch.drop_column("tells_update")
