"""Who follows the talk under a post by mail; what a letter tells, how to leave, and which page it waits for."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "followers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("post", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_followers"),
        sa.UniqueConstraint("post", "lang", "email", name="uq_followers_post"),
        sa.CheckConstraint("state IN ('pending', 'confirmed')", name="ck_followers_state"),
    )
    with op.batch_alter_table("letters") as batch:
        batch.add_column(sa.Column("tells", sa.String(120), nullable=False, server_default=""))
        batch.add_column(sa.Column("leave", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("page", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("looks", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("letters") as batch:
        for name in ("looks", "page", "leave", "tells"):
            batch.drop_column(name)
    op.drop_table("followers")
