"""Isso: its database, ``comments.db``.

https://github.com/isso-comments/isso/blob/master/isso/db/comments.py. It is read from memory, so that a
server may go on writing into it. Its pages are paths: the blog's own, or what ``--old-site`` tells. What was typed is
Markdown.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from tertulia.conversation import comment_markup
from tertulia.core.addresses import web_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources.common import page_of, without_gone
from tertulia.imports.types import LeftOut, Loss, OldComment, OldDecision, OldSite

_MAGIC = b"SQLite format 3\x00"
# Bits of a comment's mode: https://github.com/isso-comments/isso/blob/master/isso/db/comments.py. A deleted one that
# was answered stays in the database; a mixture that nobody knows waits.
_ACCEPTED, _DELETED = 1, 4


def read(export: Export) -> OldSite:
    """
    All that the databases hold.

    Raises:
        ContentError: one of them cannot be read.
    """
    comments: list[OldComment] = []
    left_out: list[LeftOut] = []
    gone: dict[str, str] = {}
    dislikes = 0
    for place, file in enumerate(filter(_is_isso, export), 1):
        start = "" if place == 1 else f"{place}."  # two databases both begin at 1
        for row in _rows(file):
            number, parent = f"{start}{row['id']}", f"{start}{row['parent']}" if row["parent"] else ""
            when = _moment(row["created"])
            dislikes += _count(row["dislikes"])
            if _count(row["mode"]) & _DELETED or when is None:
                gone[number] = parent
                left_out.append(LeftOut("comment", number, "", "trash" if when else "no_comment"))
            else:
                comments.append(_comment(number, parent, row, when))
    read = [*(one.id for one in comments), *gone]
    return OldSite(
        comments=without_gone(comments, gone),
        left_out=tuple(left_out),
        losses=(Loss("dislikes", str(dislikes)),) if dislikes else (),
        read=tuple(f"comment {one}" for one in read),
    )


def recognises(export: Export) -> bool:
    """Whether it is a database of Isso."""
    return any(_is_isso(file) for file in export)


IMPORTER = Importer("isso", "Isso", "isso", recognises, read)


def _is_isso(file: ExportFile) -> bool:
    if not file.head().startswith(_MAGIC):
        return False
    try:
        with closing(_opened(file)) as database:
            names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except (ContentError, sqlite3.Error):
        return False
    return names >= {"comments", "threads"}


def _opened(file: ExportFile) -> sqlite3.Connection:
    # Bytes 18 and 19 say whether a log stands beside the file; in memory there is none. https://sqlite.org/fileformat.html
    data = bytearray(file.read())
    data[18:20] = b"\x01\x01"
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.deserialize(bytes(data))
    return database


def _rows(file: ExportFile) -> list[dict[str, Any]]:
    try:
        with closing(_opened(file)) as database:
            if (told := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise ContentError(say("import_broken_file", file=file.name, why=told.splitlines()[-1]))
            threads = {row["id"]: row["uri"] for row in map(dict, database.execute("SELECT * FROM threads"))}
            rows = [dict(row) for row in database.execute("SELECT * FROM comments ORDER BY id")]
        return [{"dislikes": 0, "likes": 0, **row, "uri": threads.get(row["tid"], "")} for row in rows]
    except (sqlite3.Error, KeyError, UnicodeDecodeError) as error:
        raise ContentError(say("import_broken_file", file=file.name, why=error)) from error


def _comment(number: str, parent: str, row: dict[str, Any], when: datetime) -> OldComment:
    text = _text(row["text"])
    return OldComment(
        id=number,
        post=page_of(_text(row["uri"])),
        published=when,
        name=_text(row["author"]),
        site=web_address(_text(row["website"])),
        person=_text(row["email"]).strip().lower(),
        html=comment_markup.to_html(text),
        text=text,
        decision=OldDecision.APPROVED if row["mode"] == _ACCEPTED else OldDecision.WAITING,
        parent=parent,
        anchor=f"isso-{number}",
        likes=_count(row["likes"]),
        edited=_moment(row["modified"]),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
