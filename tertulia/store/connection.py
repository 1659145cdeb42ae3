"""Opening the store, transactions, migrations."""

import errno
import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from tertulia.core import files
from tertulia.core.errors import StoreError
from tertulia.core.languages import say
from tertulia.core.secret import hide

log = logging.getLogger(__name__)

# The newest migration. Kept here so that an ordinary start need not load Alembic.
NEWEST = "0015"
BUSY_SECONDS = 30.0
# Any number, the same for every Tertulia: the name of the lock under which PostgreSQL migrates.
_MIGRATION_LOCK = 7_423_118


class Database:
    """An engine that begins transactions the way each database needs it."""

    def __init__(self, url: str, root: Path = Path()) -> None:
        self.engine = _engine(url, root)
        self.folder = root / "var"  # what lies beside it
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # SQLite lets one write at a time and has the others look again after a nap; our own threads need not nap.
        self._turn: AbstractContextManager[Any] = threading.RLock() if self.is_sqlite else nullcontext()
        self._open = _Open()
        log = f"{self.engine.url.database}-wal"
        self._log = SharedSync(log, self._write_back) if self.is_sqlite else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """
        Give a transaction that may write: committed at the end, rolled back by an exception.

        One inside of another is a part of it, which an exception undoes alone.
        """
        if self._open.is_writing and (outer := self._open.connection):
            with translate_db_errors(), outer.begin_nested():
                yield outer
            return
        with (
            self._turn,
            translate_db_errors(),
            self.engine.begin() as connection,
            self._open.noted(connection, is_writing=True),
        ):
            yield connection
        if self._log:
            self._log.sync()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that only reads, and never waits for a writer; inside of another, it is that one."""
        if self._open.connection:
            with translate_db_errors():
                yield self._open.connection
            return
        with (
            translate_db_errors(),
            self.engine.connect().execution_options(reading=True) as connection,
            self._open.noted(connection),
        ):
            yield connection

    @contextmanager
    def unmoving(self) -> Iterator[Connection]:
        """Give a reading transaction in which everything is as it was at one moment, whoever writes meanwhile."""
        still = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}  # SQLite is so by itself
        with translate_db_errors(), self.engine.connect().execution_options(reading=True, **still) as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the tables up to date, a copy of the store as it was before beside them; the others wait."""
        with self.reading() as connection:
            if current_schema(connection) == NEWEST:
                return
        with self.writing() as connection:
            if not self.is_sqlite:  # SQLite has the write lock since BEGIN IMMEDIATE
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
            schema = current_schema(connection)
            if schema == NEWEST:
                return
            if schema and schema < NEWEST:
                from tertulia.store.dump import before_migration

                before_migration(connection, self.folder / "backup")
            upgrade(connection)

    def scrub(self) -> None:
        """Leave nothing of what was deleted in SQLite's log; PostgreSQL's own cleaning does it there, in its time."""
        if self.is_sqlite:
            self._checkpoint()

    def _write_back(self) -> None:
        """
        Bring SQLite's log into the database, and that to the disk.

        Raises:
            StoreError: it cannot be written, or somebody reads on for too long.
        """
        if not self._checkpoint():
            raise StoreError(say("store_broken", why="SQLITE_BUSY"))

    def _checkpoint(self) -> bool:
        """Write SQLite's log back, and leave it empty; False where somebody who reads needs it."""
        with self._turn, translate_db_errors():
            bare = self.engine.raw_connection()  # a checkpoint cannot be made inside a transaction
            try:
                busy, *_ = bare.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                raise StoreError(say("store_broken", why=error)) from error
            finally:
                bare.close()
        return not busy

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class _Open(threading.local):
    """The transaction that this thread is in."""

    connection: Connection | None = None
    is_writing: bool = False

    @contextmanager
    def noted(self, connection: Connection, *, is_writing: bool = False) -> Iterator[None]:
        """Be in the transaction of *connection* for the length of the block."""
        outer = self.connection, self.is_writing
        self.connection, self.is_writing = connection, is_writing
        try:
            yield
        finally:
            self.connection, self.is_writing = outer


class SharedSync:
    """
    Brings a file to the disk, once for all who wait for it at the same moment.

    SQLite itself would do so for each commit (``synchronous = FULL``) while the next one waits. What is in its log and
    on the disk is found after a power cut, as then: https://www.sqlite.org/wal.html#how_wal_works

    Once the disk has failed, a second try tells nothing: the system may have dropped what it could not write and say
    that all is well (https://wiki.postgresql.org/wiki/Fsync_Errors), and whatever follows a hole in the log is lost
    with it. Then all is written anew elsewhere.

    Args:
        path: The file.
        write_back: Brings all that is in the file to the disk in another place; raises ``StoreError``.
    """

    def __init__(self, path: str, write_back: Callable[[], None]) -> None:
        self._path, self._write_back = path, write_back
        self._is_torn = False
        self._news = threading.Condition()
        self._asked = self._done = 0
        self._is_busy = False

    def sync(self) -> None:
        """
        Return when all that was written before is on the disk.

        Raises:
            StoreError: it cannot be brought there.
        """
        with self._news:
            self._asked += 1
            mine = self._asked
            while self._is_busy and self._done < mine:
                self._news.wait()
            if self._done >= mine:
                return
            self._is_busy, upto = True, self._asked
        is_done = False
        try:
            self._to_disk()
            is_done = True
        except OSError as error:
            raise StoreError(say("store_broken", why=error.strerror or error)) from error
        finally:
            with self._news:
                self._is_busy = False
                self._done = upto if is_done else self._done
                self._news.notify_all()

    def _to_disk(self) -> None:
        try:
            file = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:  # the last connection closed: the log is in the database, and that on the disk
            return
        try:
            if not self._is_torn:
                os.fsync(file)
        except OSError as error:
            self._is_torn = True
            log.warning("%s", say("store_broken", why=error.strerror or error))
        finally:
            os.close(file)
        if self._is_torn:
            self._write_back()
            self._is_torn = False


def _engine(url: str, root: Path) -> Engine:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(say("store_url")) from None  # a cause would show the password
    if address.get_backend_name() == "postgresql":
        return _postgres(address)
    if address.get_backend_name() != "sqlite":
        raise StoreError(say("store_url"))
    return _sqlite(address, root)


def _postgres(address: URL) -> Engine:
    try:
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ImportError as error:
        raise StoreError(say("store_psycopg")) from error


def _sqlite(address: URL, root: Path) -> Engine:
    path = root / (address.database or "var/tertulia.db")
    try:
        _for_its_owner_alone(path, root)
    except OSError as error:
        raise StoreError(say("store_broken", why=error)) from error
    # Opening a file is cheap, but closing the last connection to it writes the whole log back into it: the service
    # would do so six times for each comment. A fork starts with a pool of its own.
    engine = create_engine(
        address.set(database=str(path)),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=-1,
        connect_args={"timeout": BUSY_SECONDS},
    )
    if hasattr(os, "register_at_fork"):
        # What is registered there stays to the end of the process, and what it holds: the engine need not.
        os.register_at_fork(after_in_child=partial(_forget, weakref.ref(engine)))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _forget(engine: weakref.ref[Engine]) -> None:
    if known := engine():
        known.dispose(close=False)


def _for_its_owner_alone(path: Path, root: Path) -> None:
    """Readers' addresses are in the store: whatever the umask, nobody else on the machine reads it, or its log."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    var = root / "var"
    opened = [var] if path.is_relative_to(var) and files.private_folder(var) else []
    if not path.parent.is_dir():
        files.private_folder(path.parent)
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]
    opened += [file for file in (path, *(one for one in beside if one.exists())) if files.private_file(file)]
    for one in opened:
        log.warning("%s", say("was_open", path=one))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own idea of when to BEGIN comes too late for leases: two readers that both want to write.
    # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # An intent must be on the disk before the wire is touched, also when the power goes: ``SharedSync`` sees to it for
    # each commit. Here the log is brought to the disk before it is written back, so that nothing is torn.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is deleted is overwritten: whoever asked to be erased must not be found in the file's empty pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def current_schema(connection: Connection) -> str:
    """Return the newest migration that the store has seen; "" for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def upgrade(connection: Connection, schema: str = "head") -> None:
    """
    Migrate up to *schema*.

    Raises:
        StoreError: the store, or *schema*, is of a newer Tertulia.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, schema)
    except CommandError as error:
        # A store written by a newer Tertulia names a migration that we do not have.
        raise StoreError(say("store_newer", why=error)) from error


@contextmanager
def translate_db_errors() -> Iterator[None]:
    """Turn the database's exceptions into ours, without password and without what was written."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        origin = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", None) or type(error).__name__
        # PostgreSQL adds which row it was: "DETAIL: Key (email)=(ana@…) already exists".
        told = getattr(getattr(origin, "diag", None), "message_primary", None) or origin
        raise StoreError(say("store_broken", why=hide(str(told)).strip())) from None


def stamp(moment: datetime) -> str:
    """Return a moment as the store keeps it: UTC, and text that sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
