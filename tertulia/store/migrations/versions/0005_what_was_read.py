"""What was read of a comment: the author as approved, old versions, what it takes to undo a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

AUTHOR = (("name", sa.String(300)), ("handle", sa.String(300)), ("author_url", sa.Text), ("avatar", sa.String(200)))
DECISION = (("was", sa.String(12)), ("was_by", sa.String(12)), ("version", sa.String(40)), ("batch", sa.String(16)))


def upgrade() -> None:
    with op.batch_alter_table("comments") as batch:
        for name, kind in AUTHOR:
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=""))
    persons = sa.table("persons", *(sa.column(name) for name in ("id", "name", "handle", "url", "avatar")))
    comments = sa.table("comments", sa.column("person"), *(sa.column(name) for name, _ in AUTHOR))
    for name, _ in AUTHOR:
        of_person = persons.c["url" if name == "author_url" else name]
        asked = sa.select(of_person).where(persons.c.id == comments.c.person).scalar_subquery()
        op.execute(comments.update().values({name: asked}))
    with op.batch_alter_table("decisions") as batch:
        for name, kind in DECISION:
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        batch.add_column(sa.Column("person", sa.Integer))
        batch.create_index("ix_decisions_batch", ["batch"])
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_revisions_comment_comments"),
        sa.UniqueConstraint("comment", "digest", name="uq_revisions_comment"),
    )


def downgrade() -> None:
    op.drop_table("revisions")
    with op.batch_alter_table("decisions") as batch:
        batch.drop_index("ix_decisions_batch")
        for name in ("person", *(name for name, _ in DECISION)):
            batch.drop_column(name)
    with op.batch_alter_table("comments") as batch:
        for name, _ in AUTHOR:
            batch.drop_column(name)
