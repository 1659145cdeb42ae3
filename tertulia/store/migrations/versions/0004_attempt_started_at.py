"""``deliveries.touched_at`` says what it is: ``attempt_started_at``."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("touched_at", new_column_name="attempt_started_at")


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("attempt_started_at", new_column_name="touched_at")
