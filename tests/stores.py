"""New stores in no time: what the migrations make of nothing is the same each time, so they make it once a process."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import enable_socket
from sqlalchemy import Connection, text

from tertulia.store import Store, connection, open_store
from tertulia.store.connection import Database
from tests.real import postgres

BY_MIGRATIONS = connection.upgrade
COLUMNS = text(
    "SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
)


class AtOnce:
    """Stands for ``connection.upgrade``: the second new store of SQLite gets the tables of the first in one go."""

    def __init__(self) -> None:
        self._statements: list[str] = []

    def __call__(self, opened: Connection, schema: str = "head") -> None:
        """Migrate up to *schema*."""
        if schema != "head" or opened.dialect.name != "sqlite" or connection.current_schema(opened):
            return BY_MIGRATIONS(opened, schema)
        driver: Any = opened.connection.driver_connection
        if not self._statements:
            BY_MIGRATIONS(opened)
            self._statements = made_of(driver)
            return None
        for statement in self._statements:
            driver.execute(statement)
        return None


def made_of(driver: Any) -> list[str]:
    """The statements that make the same tables, and the rows in them, in another file of SQLite."""
    return [line for line in driver.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL for all tests of a process; where there is none they say so and are skipped."""
    if postgres.binaries() is None:
        pytest.skip("SKIPPED: no PostgreSQL here (apt-get install postgresql), so the store was not tried on it")
    # A session's fixture may be made inside a test that may not open sockets; the cluster must find a free port.
    enable_socket()
    with postgres.cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def store_url(request: pytest.FixtureRequest) -> str:
    """Where an empty store is, of each kind."""
    if request.param == "sqlite":
        return "sqlite:///var/t.db"
    url: str = request.getfixturevalue("postgres_url")
    emptied(url).close()
    return url


@pytest.fixture
def either_store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store, of each kind."""
    opened = open_store(store_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(either_store: Store) -> Store:
    """The same, by the name that most tests call it."""
    return either_store


def emptied(url: str) -> Store:
    """The store at *url*, as new."""
    opened = open_store(url)
    empty(opened.database)
    return opened


_AS_MADE: dict[str, Sequence[Any]] = {}  # by the store's address: its columns, when it was new


def empty(database: Database) -> None:
    """Leave nothing in a store on PostgreSQL: no row, or where somebody changed the tables, none of them either."""
    name = str(database.engine.url)
    with database.writing() as opened:
        columns = opened.execute(COLUMNS).all()
        if columns == _AS_MADE.get(name) and connection.current_schema(opened) == connection.NEWEST:
            tables = sorted({row.table_name for row in columns} - {"alembic_version"})
            opened.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
            return
        opened.execute(text("DROP SCHEMA public CASCADE"))
        opened.execute(text("CREATE SCHEMA public"))
    database.engine.dispose()  # its prepared statements are of the old tables
    database.migrate()
    with database.reading() as opened:
        _AS_MADE[name] = opened.execute(COLUMNS).all()
