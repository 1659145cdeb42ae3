"""How work by the clock goes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("ran_at", sa.String(40), nullable=False),
        sa.Column("good_at", sa.String(40)),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String(12), nullable=False, server_default="good"),
        sa.PrimaryKeyConstraint("name", name="pk_runs"),
        sa.CheckConstraint("state IN ('good', 'bad', 'overdue')", name="ck_runs_state"),
    )


def downgrade() -> None:
    op.drop_table("runs")
