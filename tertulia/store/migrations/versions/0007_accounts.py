"""One account by several doors; where a share lives and what it said."""

import sqlalchemy as sa
from alembic import op

from tertulia.store.accounts import proved

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(600), nullable=False),
        sa.Column("person", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "person", name="pk_accounts"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_accounts_person_persons"),
    )
    op.create_index("ix_accounts_person", "accounts", ["person"])
    with op.batch_alter_table("reactions") as batch:
        batch.add_column(sa.Column("url", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("text", sa.Text, nullable=False, server_default=""))
    persons = sa.table("persons", *(sa.column(name) for name in ("id", "network", "identity", "handle", "url")))
    accounts = sa.table("accounts", sa.column("name"), sa.column("person"))
    for row in op.get_bind().execute(sa.select(persons)).all():
        for name in sorted(proved(row)):
            op.execute(accounts.insert().values(name=name, person=row.id))


def downgrade() -> None:
    with op.batch_alter_table("reactions") as batch:
        batch.drop_column("text")
        batch.drop_column("url")
    op.drop_table("accounts")
