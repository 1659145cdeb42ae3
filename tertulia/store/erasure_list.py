"""
Whom not to let in again, beside the store too: an older copy of it that is brought back, by whatever way, brings none.

``var/erased.txt`` holds what the table of erasures does, a line each: salted hashes, which name nobody, and the salts
that they were made with.
"""

import logging
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, insert, select

from tertulia.core.errors import os_words
from tertulia.store import erased
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import erasures
from tertulia.store.journal import Journal
from tertulia.store.rows import remember

log = logging.getLogger(__name__)
FILE_NAME = "erased.txt"
_SALT = "salt "


def write_down(connection: Connection, folder: Path) -> None:
    """Write what the store knows and *folder* does not; on the disk when this returns, before the store has ended."""
    hashes = connection.execute(select(erasures.c.hash)).scalars()
    lines = [*(f"{_SALT}{salt}" for salt in erased.salts(connection)), *sorted(hashes)]
    Journal(folder, FILE_NAME).add(*lines)


def note_leaving(connection: Connection, folder: Path, table: Table, here: ColumnElement[bool], now: datetime) -> None:
    """Note that those *here* in a *table* of who gets letters want none any more, though *folder* cannot hold it."""
    erased.note_leaving(connection, table, here, now)
    _try_to_write_down(connection, folder)


def _try_to_write_down(connection: Connection, folder: Path) -> None:
    """Write it down where that can be: else it is tried again each day, and nobody is kept from leaving."""
    try:
        write_down(connection, folder)
    except OSError as error:
        log.warning("%s", os_words(error))


def heed(connection: Connection, folder: Path, now: datetime) -> bool:
    """Forget whoever the store does not know to be erased, and *folder* does; whether there was anybody."""
    lines = Journal(folder, FILE_NAME).held()
    new = {line for line in lines if not line.startswith(_SALT)} - set(
        connection.execute(select(erasures.c.hash)).scalars()
    )
    if not new:
        _try_to_write_down(connection, folder)  # what came with a copy from another machine
        return False
    connection.execute(insert(erasures), [{"hash": one, "at": stamp(now)} for one in sorted(new)])
    salts = sorted(line.removeprefix(_SALT) for line in lines if line.startswith(_SALT))
    remember(connection, erased.SALTS, " ".join(dict.fromkeys((*erased.salts(connection), *salts))))
    erased.sweep(connection, now)
    return True
