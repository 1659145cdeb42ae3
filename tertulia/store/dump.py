"""The whole state of a blog in one file, out and in again, between SQLite and PostgreSQL, of any age.

A line is a row as the database has it, or a file of ``var/`` that is no cache: the journal of what was sent, the key
that signs links, what networks let us in with, portraits. The first line names the schema: an older dump is loaded
into a database in memory as it was then, and migrated there. The last line counts the others, so that half a file is
known for what it is. The same state gives the same bytes on both databases.

What is of one store alone stays there: who is signed in, and whether it was restored.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from sqlalchemy import Connection, Integer, MetaData, Table, create_engine, delete, insert, select, text, update

from tertulia.core import files, strict_json
from tertulia.core.errors import StoreError
from tertulia.core.languages import say
from tertulia.store import conversation_tables, inbox_tables, mention_tables, person_tables, update_tables
from tertulia.store.connection import NEWEST, Database, current_schema, stamp, translate_db_errors, upgrade
from tertulia.store.journal import FILE_NAME as JOURNAL
from tertulia.store.journal import Journal
from tertulia.store.rows import HELD_LETTERS, RESTORED, SESSIONS, remember, writing
from tertulia.store.tables import metadata

FORMAT = "tertulia store 1"
# What of ``var/`` cannot be made again. Snapshots can: the store writes them.
KEPT_FILES = (JOURNAL, "secret.key", "networks/*.json", "conversation/avatars/*")
# A store that has nothing else is new: a service that was only started leaves these.
_OF_EVERY_STORE = ("marks", "used", "runs")
_MOST = 2**63

Row = dict[str, Any]
Rows = dict[str, list[Row]]

# They fill ``metadata``.
assert conversation_tables and inbox_tables and mention_tables and person_tables and update_tables


class Head(msgspec.Struct, frozen=True):
    """The first line."""

    format: str
    schema: str


class Line(msgspec.Struct, frozen=True):
    """Any other line: a row, a file, or the end."""

    table: str = ""
    row: Row = {}
    file: str = ""
    base64: str = ""
    end: int = 0


def dump(database: Database, var: Path) -> bytes:
    """Return the whole state as it is now; *var* is the blog's folder of that name."""
    with database.unmoving() as connection:
        lines = lines_of(connection)
    # Read after the rows: a journal that knows more than they do asks; one that knew less would send twice.
    lines += [_line({"file": name, "base64": base64.b64encode(data).decode()}) for name, data in _files(var)]
    return _whole(lines)


def before_migration(connection: Connection, folder: Path) -> None:
    """
    Leave a dump of the store as it is before it is migrated, for its owner alone; the same state is written once.

    Raises:
        StoreError: it cannot be written; then nothing is migrated.
    """
    data = _whole(lines_of(connection))
    digest = binascii.crc32(data)
    try:
        files.private_folder(folder)
        path = folder / f"before-{NEWEST}-{digest:08x}.jsonl"
        files.write_whole(path, data, mode=files.PRIVATE)
    except OSError as error:
        raise StoreError(say("store_broken", why=error)) from error


def restore(database: Database, data: bytes, var: Path, now: datetime, *, moved: bool) -> int:
    """
    Bring a dump into an empty store, whole or not at all; how many rows.

    Args:
        moved: Nothing was sent since the dump was made. Else whatever an older self may have sent since is asked
            about before it is sent.

    Raises:
        StoreError: it is no dump of ours, it is broken, of a newer Tertulia, or the store is not empty.
    """
    head, rows, kept = _read(data)
    if head.schema != NEWEST:
        rows = _migrated(head.schema, rows)
    with writing(database) as connection:
        tables = _tables(connection)
        for table in tables:
            if table.name not in _OF_EVERY_STORE and connection.execute(select(table).limit(1)).first():
                raise StoreError(say("restore_not_empty"))
        for name in _OF_EVERY_STORE:
            if name in metadata.tables:
                connection.execute(delete(metadata.tables[name]))
        _put(connection, tables, rows)
        remember(connection, SESSIONS, secrets.token_hex(8))  # nobody is let in by a session of before
        if not moved:
            remember(connection, RESTORED, stamp(now))
            remember(connection, HELD_LETTERS, str(max((row["id"] for row in rows.get("letters", [])), default=0)))
        _write_files(var, kept)
    return sum(len(each) for each in rows.values())


def lines_of(connection: Connection) -> list[bytes]:
    """Every row of the store behind *connection*, whatever its age, in the order of tables and keys."""
    lines = [_line({"format": FORMAT, "schema": current_schema(connection)})]
    for name, rows in sorted(_rows(connection).items()):
        lines += [_line({"table": name, "row": row}) for row in rows]
    return lines


def _tables(connection: Connection) -> list[Table]:
    """
    Return the store's tables as they are, those first that others point to; a database may hold tables of others too.
    """
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in metadata.tables)
    return found.sorted_tables


def _rows(connection: Connection) -> Rows:
    rows: Rows = {}
    for table in _tables(connection):
        names = [f"{column.name}" for column in table.columns]  # as plain text: SQLAlchemy's own kind is no JSON
        keys = [f"{column.name}" for column in table.primary_key.columns]
        found = [dict(zip(names, row, strict=True)) for row in connection.execute(select(table))]
        if table.name == "marks":
            # What a store cannot know goes with it, whoever carries it on.
            found = [row for row in found if row["name"] != SESSIONS]
        # Sorted here: how text sorts is each database's own.
        rows[f"{table.name}"] = sorted(found, key=lambda row: [row[key] for key in keys])
    return rows


def _put(connection: Connection, tables: list[Table], rows: Rows) -> None:
    if unknown := sorted(rows.keys() - {table.name for table in tables}):
        raise StoreError(say("dump_broken", why=unknown[0]))
    for table in tables:
        mine = rows.get(table.name, [])
        for row in mine:
            _check(table, row)
        own = {key.parent.name for key in table.foreign_keys if key.column.table is table}
        if mine:
            connection.execute(insert(table), [{k: None if k in own else v for k, v in row.items()} for row in mine])
        for name in own:  # an answer may have come before what it answers
            for row in mine:
                if row[name] is not None:
                    connection.execute(update(table).where(table.c.id == row["id"]).values({name: row[name]}))
        if mine and connection.dialect.name == "postgresql" and "id" in table.c:
            count = "SELECT setval(pg_get_serial_sequence(:name, 'id'), :most)"
            connection.execute(text(count), {"name": table.name, "most": max(row["id"] for row in mine)})


def _check(table: Table, row: Row) -> None:
    if row.keys() != set(table.c.keys()):
        raise StoreError(say("dump_broken", why=f"{table.name}: {', '.join(sorted(row.keys() ^ set(table.c.keys())))}"))
    for column in table.columns:
        value = row[column.name]
        kind = int if isinstance(column.type, Integer) else str
        good = type(value) is kind or (value is None and column.nullable)
        if not good or (type(value) is int and not -_MOST <= value < _MOST):
            raise StoreError(say("dump_broken", why=f"{table.name}.{column.name}"))


def _migrated(schema: str, rows: Rows) -> Rows:
    """*rows* of an older schema as they are today."""
    with translate_db_errors(), create_engine("sqlite://").begin() as connection:
        upgrade(connection, schema)
        _put(connection, _tables(connection), rows)
        upgrade(connection)
        return _rows(connection)


def _read(data: bytes) -> tuple[Head, Rows, dict[str, bytes]]:
    lines = data.splitlines()
    rows: Rows = {}
    kept: dict[str, bytes] = {}
    number = 1
    try:
        head = strict_json.decode(lines[0] if lines else b"", type=Head)
        if head.format != FORMAT or not re.fullmatch(r"[0-9]{4}", head.schema):
            raise StoreError(say("dump_format"))
        for each in lines[1:-1]:
            number += 1
            line = strict_json.decode(each, type=Line)
            if line.table:
                rows.setdefault(line.table, []).append(line.row)
            elif line.file:
                kept[_kept_name(line.file)] = held = base64.b64decode(line.base64, validate=True)
                if line.file == JOURNAL and not held.isascii():
                    raise ValueError(line.file)
        number = len(lines)
        if len(lines) < 2 or strict_json.decode(lines[-1], type=Line).end != len(lines) - 1:
            raise StoreError(say("dump_cut"))
    except ValueError as error:
        raise StoreError(say("dump_format") if number == 1 else say("dump_line", line=number)) from error
    return head, rows, kept


def _kept_name(name: str) -> str:
    path = PurePosixPath(name)
    known = any(path.match(pattern) and len(path.parts) == pattern.count("/") + 1 for pattern in KEPT_FILES)
    if not known or path.is_absolute() or path.name.startswith(".") or "\\" in name or "\x00" in name:
        raise ValueError(name)
    return name


def _files(var: Path) -> Iterator[tuple[str, bytes]]:
    for pattern in KEPT_FILES:
        for path in sorted(var.glob(pattern)):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(var).as_posix(), path.read_bytes()


def _write_files(var: Path, kept: dict[str, bytes]) -> None:
    try:
        for name, data in kept.items():
            path = var / name
            if name == JOURNAL:
                Journal(var).merge(data)
            elif name.startswith("networks/") and path.exists():
                continue  # a login that is in use here is the newer one
            else:
                if name.startswith("conversation/"):
                    path.parent.mkdir(parents=True, exist_ok=True)
                else:
                    files.private_folder(path.parent)
                mode = files.PUBLIC if name.startswith("conversation/") else files.PRIVATE
                files.write_if_changed(path, data, mode=mode)
    except OSError as error:
        raise StoreError(say("store_broken", why=error)) from error


def _line(value: Row) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _whole(lines: Iterable[bytes]) -> bytes:
    every = list(lines)
    return b"\n".join([*every, _line({"end": len(every)})]) + b"\n"
