"""How Alembic runs our migrations: on the connection and inside the transaction that ``store.open`` holds.

https://alembic.sqlalchemy.org/en/latest/cookbook.html#sharing-a-connection-across-one-or-more-programmatic-migration-commands
"""

from alembic import context

from tertulia.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column: the table is copied
    transactional_ddl=True,  # SQLite can roll back DDL, as long as somebody says BEGIN
)
context.run_migrations()
