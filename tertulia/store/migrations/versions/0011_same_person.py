"""Who is the same person, and by what; the owner's notes on them; who may do what; views that somebody saved."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("persons", sa.Column("no_quotes", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "proofs",
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("name", sa.String(600), nullable=False),
        sa.Column("how", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name="pk_proofs"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_proofs_person_persons"),
    )
    op.create_index("ix_proofs_name", "proofs", ["name"])
    op.create_table(
        "listed_people",
        sa.Column("entry", sa.String(200), nullable=False),
        sa.Column("name", sa.String(600), nullable=False),
        sa.PrimaryKeyConstraint("entry", "name", name="pk_listed_people"),
    )
    op.create_index("ix_listed_people_name", "listed_people", ["name"])
    op.create_table(
        "person_links",
        sa.Column("one", sa.Integer, nullable=False),
        sa.Column("other", sa.Integer, nullable=False),
        sa.Column("is_same", sa.Integer, nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name="pk_person_links"),
        sa.ForeignKeyConstraint(["one"], ["persons.id"], name="fk_person_links_one_persons"),
        sa.ForeignKeyConstraint(["other"], ["persons.id"], name="fk_person_links_other_persons"),
    )
    op.create_index("ix_person_links_other", "person_links", ["other"])
    op.create_table(
        "person_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_person_notes_person_persons"),
    )
    op.create_index("ix_person_notes_person", "person_notes", ["person"])
    op.create_table(
        "members",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("email", sa.String(320), nullable=False, server_default=""),
        sa.Column("feed", sa.String(40), nullable=False, server_default=""),
        sa.Column("told_at", sa.String(40), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name", name="pk_members"),
        sa.CheckConstraint("role IN ('owner', 'moderator', 'author')", name="ck_members_role"),
    )
    op.create_table(
        "saved_views",
        sa.Column("member", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("member", "name", name="pk_saved_views"),
    )
    op.create_index("ix_inbox_assigned_until", "inbox", ["assigned_until"])
    # A handle of Bluesky is a domain, which only its owner can have given it.
    op.execute(
        "INSERT INTO proofs (person, name, how) SELECT a.person, 'web:' || substr(a.name, 9) || '/', 'domain'"
        " FROM accounts a WHERE a.name LIKE 'bluesky:%'"
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_assigned_until", "inbox")
    for table in ("saved_views", "members", "person_notes", "person_links", "listed_people", "proofs"):
        op.drop_table(table)
    with op.batch_alter_table("persons") as batch:
        batch.drop_column("no_quotes")
