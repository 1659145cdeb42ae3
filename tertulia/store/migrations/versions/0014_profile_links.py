"""When a proof was last seen, when a page was last looked at for links to profiles, and the proofs that are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("proofs", sa.Column("seen_at", sa.String(40), nullable=False, server_default=""))
    op.add_column("persons", sa.Column("looked_at", sa.String(40), nullable=False, server_default=""))
    op.create_table(
        "lost_proofs",
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("name", sa.String(600), nullable=False),
        sa.Column("how", sa.String(12), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name="pk_lost_proofs"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_lost_proofs_person_persons"),
    )


def downgrade() -> None:
    op.drop_table("lost_proofs")
    with op.batch_alter_table("persons") as batch:
        batch.drop_column("looked_at")
    with op.batch_alter_table("proofs") as batch:
        batch.drop_column("seen_at")
