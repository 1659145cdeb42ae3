"""``deliveries.origin``: whether we wrote what is there.

What was found before this was known may be the author's own; it stays on the page and is not touched.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# The two reasons, in the languages that there were, with which a row was marked as found.
FOUND = (
    "ya estaba publicado; se ha encontrado allí",
    "it was there already; it was found there",
)


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as batch:
        batch.add_column(sa.Column("origin", sa.String(12), nullable=False, server_default="made"))
    deliveries = sa.table("deliveries", sa.column("origin"), sa.column("reason"))
    op.execute(deliveries.update().where(deliveries.c.reason.in_(FOUND)).values(origin="adopted"))


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("origin")
