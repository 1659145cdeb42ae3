"""The whole conversation as one JSON, out and in again; and a copy of the store while it is at work.

The file is for people as much as for programs: every comment with who said it, what it answers by key, every way it
was seen, what was decided. ``docs/comments.md`` describes it. Likes, the learnt words and the erasures are in it too,
so that whoever was erased stays erased in another store.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from tertulia.core import files, strict_json
from tertulia.core.errors import StoreError
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.store import accounts, erased, labels, post_updates, same_person
from tertulia.store.archive_check import checked
from tertulia.store.connection import Database
from tertulia.store.conversation_tables import accounts as account_names
from tertulia.store.conversation_tables import (
    comments,
    decisions,
    erasures,
    followers,
    marks,
    notices,
    persons,
    reactions,
    sources,
    words,
)
from tertulia.store.inbox_tables import ItemState, inbox, item_labels
from tertulia.store.person_tables import lost_proofs, person_links, person_notes, proofs
from tertulia.store.rows import COLLECT, OF_ONE_STORE, is_one_of, writing
from tertulia.store.said import Trust
from tertulia.store.settling import settle_all
from tertulia.store.tables import subscribers

FORMAT = "tertulia conversation 1"

_COMPUTED = ("since", "channel", "tone", "words")  # of a row of the inbox, from the talk
MOST_SALTS = 20  # of one export: each is asked of everything that comes in

Row = dict[str, Any]


def export(database: Database) -> dict[str, Any]:
    """Everything as it is at one moment, as plain lists and dicts."""
    with database.unmoving() as connection:
        people = {row["id"]: row for row in _rows(connection, persons)}
        keys = {row["id"]: row["key"] for row in _rows(connection, comments)}
        ways: dict[int, list[Row]] = {}
        for row in _rows(connection, sources):
            ways.setdefault(row["comment"], []).append(_without(row, "id", "comment"))
        asked = {row["comment"]: _without(row, "id", "comment") for row in _rows(connection, notices)}
        waits = {row["comment"]: _item(row) for row in _rows(connection, inbox)}
        labelled = labels.labels_of(connection, list(connection.execute(select(item_labels.c.comment)).scalars()))
        return {
            "format": FORMAT,
            "persons": [_person(row) for row in people.values()],
            "comments": [
                _without(row, "id", "reasons")
                | {
                    "person": _named(people[row["person"]]),
                    "parent": keys.get(row["parent"]),
                    "reasons": strict_json.decode(row["reasons"]),
                    "sources": ways.get(row["id"], []),
                    "notice": asked.get(row["id"]),
                    "labels": list(labelled.get(row["id"], ())),
                    "inbox": waits.get(row["id"]),
                }
                for row in _rows(connection, comments)
            ],
            "reactions": [
                _without(row, "id") | {"person": _named(people[row["person"]]) if row["person"] else None}
                for row in _rows(connection, reactions)
            ],
            # What undoes a decision is of this store alone.
            "decisions": [_without(row, "id", "batch", "person") for row in _rows(connection, decisions)],
            "words": {row["word"]: [row["spam"], row["ham"]] for row in _rows(connection, words)},
            "erasures": [row["hash"] for row in _rows(connection, erasures)],
            "marks": {row["name"]: row["value"] for row in _rows(connection, marks) if _moves(row["name"])},
            "proofs": [
                _of(row, people, "person") | {"seen_at": row["seen_at"] or None} for row in _rows(connection, proofs)
            ],
            "links": [_of(row, people, "one", "other") for row in _rows(connection, person_links)],
            "notes": [_without(_of(row, people, "person"), "id") for row in _rows(connection, person_notes)],
            "updates": post_updates.exported(connection, keys),
        }


def load(database: Database, data: dict[str, Any], now: datetime | None = None) -> int:
    """
    Put an export into a store without comments; how many there are now.

    Whoever was erased or blocked here stays so, though the export is older than that. What else the store has of its
    own (likes, learnt words, decisions) stays beside what comes.

    Raises:
        StoreError: it is no export of ours, it contradicts itself, or the store is not empty.
    """
    if data.get("format") != FORMAT:
        raise StoreError(say("archive_format"))
    try:
        data = checked(data)
        with writing(database) as connection:
            if connection.execute(select(comments.c.id).limit(1)).first():
                raise StoreError(say("archive_not_empty"))
            _load(connection, data, now or datetime.now(UTC))
            return connection.execute(select(func.count()).select_from(comments)).scalar_one()
    except (KeyError, ValueError) as error:
        raise StoreError(say("archive_broken", why=one_line(str(error), 200))) from error


def of_person(database: Database, person: int | None, email: str = "") -> dict[str, Any]:
    """
    All that is held on one person, by all their accounts, for them: also what the owner has noted about them.

    Args:
        person: None for who has said nothing, and is known by their address of mail alone.
        email: That address; those under which somebody asked for letters about what they said are known here.
    """
    whole = export(database)
    with database.reading() as connection:
        members = same_person.group_of(connection, person).members if person is not None else frozenset()
        rows = connection.execute(select(persons).where(persons.c.id.in_(members)).order_by(persons.c.id)).all()
    named = [_named(dict(row._mapping)) for row in rows]
    said = [one for one in whole["comments"] if one["person"] in named]
    keys = {one["key"] for one in said}
    emails = [one["notice"]["email"] for one in said if one["notice"]] + ([email] if email else [])
    with database.reading() as connection:
        query = select(followers).where(is_one_of(followers.c.email, emails)).order_by(followers.c.id)
        follows = [_without(dict(row._mapping), "id") for row in connection.execute(query)]
        query = select(subscribers).where(is_one_of(subscribers.c.email, emails)).order_by(subscribers.c.id)
        reads = [_without(dict(row._mapping), "id") for row in connection.execute(query)]
    return {
        "format": FORMAT,
        "follows": follows,
        "newsletter": reads,
        "persons": [one for one in whole["persons"] if _named(one) in named],
        "proofs": [one for one in whole["proofs"] if one["person"] in named],
        "notes": [one for one in whole["notes"] if one["person"] in named],
        "comments": said,
        "reactions": [one for one in whole["reactions"] if one["person"] in named],
        "decisions": [one for one in whole["decisions"] if one["comment"] in keys],
    }


def backup(database: Database, path: Path) -> None:
    """
    Make a whole copy of an SQLite store while others write to it. https://www.sqlite.org/backup.html

    Raises:
        StoreError: it is not SQLite (``pg_dump`` does it there), or the copy cannot be written.
    """
    if not database.is_sqlite:
        raise StoreError(say("backup_postgres"))
    part = path.with_name(path.name + ".part")
    try:
        if not path.parent.is_dir():
            files.private_folder(path.parent)
        files.private_file(part)
        here = str(database.engine.url.database)
        with closing(sqlite3.connect(here)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreError(say("store_broken", why=error)) from error


def _load(connection: Connection, data: dict[str, Any], now: datetime) -> None:
    mine = _kept_persons(connection)
    people: dict[tuple[str, str], int] = {}
    called = {(row["network"], row["identity"]): row for row in data["persons"]}
    for row in data["persons"]:
        values = row | {name: int(row[name]) for name in ("is_owner", "no_quotes")}
        if known := mine.get((row["network"], row["identity"])):
            made = known.id
            values["trust"] = accounts.stricter(known.trust, row["trust"])
            values["no_quotes"] = max(known.no_quotes, values["no_quotes"])
            connection.execute(update(persons).where(persons.c.id == made).values(**values))
        else:
            made = connection.execute(insert(persons).values(**values).returning(persons.c.id)).scalar_one()
        people[row["network"], row["identity"]] = made
        accounts.write_names(connection, made, accounts.proved(SimpleNamespace(**row)))
    _load_persons(connection, data, people)
    numbers: dict[str, int] = {}
    for row in _parents_first(data["comments"]):
        values = (
            _author(called[tuple(row["person"])])
            | _without(row, "sources", "notice", "revisions", "labels", "inbox")
            | {
                "person": people[tuple(row["person"])],
                "parent": numbers[row["parent"]] if row["parent"] else None,
                "reasons": msgspec.json.encode(row["reasons"]).decode(),
            }
        )
        number = connection.execute(insert(comments).values(**values).returning(comments.c.id)).scalar_one()
        numbers[row["key"]] = number
        _many(connection, sources, [way | {"comment": number} for way in row["sources"]])
        if row["notice"]:
            _many(connection, notices, [row["notice"] | {"comment": number}])
        if row["inbox"]:  # the rest of it is computed below
            item = {"comment": number, "state": ItemState.UNANSWERED} | dict.fromkeys(_COMPUTED, "")
            _many(connection, inbox, [item | row["inbox"] | {"is_changed": int(row["inbox"]["is_changed"])}])
    liked = [row | {"person": people[tuple(row["person"])] if row["person"] else None} for row in data["reactions"]]
    _many(connection, reactions, _new(connection, liked, reactions, "source", "source_id"))
    _many(connection, decisions, _new(connection, data["decisions"], decisions, "at", "who", "what", "comment"))
    post_updates.load(connection, data["updates"], numbers)
    labels.load(connection, {numbers[row["key"]]: row["labels"] for row in data["comments"]})
    _learn(connection, data["words"])
    _remember(connection, data)
    settle_all(connection, now)
    erased.sweep(connection, now)


def _load_persons(connection: Connection, data: dict[str, Any], people: dict[tuple[str, str], int]) -> None:
    """Load what the export has of persons beside their names; what this store says of two accounts stays."""
    for row in data["proofs"]:
        values = row | {"person": people[tuple(row["person"])]}
        here = (proofs.c.person == values["person"]) & (proofs.c.name == row["name"])
        if connection.execute(select(proofs).where(here)).first() is None:
            connection.execute(insert(proofs).values(**values | {"seen_at": row["seen_at"] or ""}))
    for row in data["links"]:
        one, other = same_person.pair(people[tuple(row["one"])], people[tuple(row["other"])])
        here = (person_links.c.one == one) & (person_links.c.other == other)
        if one != other and connection.execute(select(person_links).where(here)).first() is None:
            values = {"is_same": int(row["is_same"]), "said_by": row["said_by"], "at": row["at"]}
            connection.execute(insert(person_links).values(one=one, other=other, **values))
    theirs = [row | {"person": people[tuple(row["person"])]} for row in data["notes"]]
    _many(connection, person_notes, _new(connection, theirs, person_notes, "person", "text", "at"))


def _kept_persons(connection: Connection) -> dict[tuple[str, str], Any]:
    """Return the persons of whom this store thinks or has something, which an export does not undo; the others go."""
    liked = select(reactions.c.person).where(reactions.c.person.is_not(None))
    nobody = (persons.c.trust == Trust.UNKNOWN) & (persons.c.no_quotes == 0) & persons.c.id.not_in(liked)
    for column in (person_notes.c.person, person_links.c.one, person_links.c.other):
        nobody &= persons.c.id.not_in(select(column))
    strangers = select(persons.c.id).where(nobody)
    connection.execute(delete(proofs).where(proofs.c.person.in_(strangers)))
    connection.execute(delete(lost_proofs).where(lost_proofs.c.person.in_(strangers)))
    connection.execute(delete(account_names).where(account_names.c.person.in_(strangers)))
    connection.execute(update(decisions).values(batch=""))  # who is undone by number may be another from here on
    connection.execute(delete(persons).where(nobody))
    return {(row.network, row.identity): row for row in connection.execute(select(persons))}


def _new(connection: Connection, rows: list[Row], table: Table, *names: str) -> list[Row]:
    """Those of *rows* that the store does not have yet, known by their columns *names*; its own are the newer ones."""
    there = {tuple(row) for row in connection.execute(select(*(table.c[name] for name in names)))}
    return [row for row in rows if tuple(row[name] for name in names) not in there]


def _learn(connection: Connection, counts: dict[str, tuple[int, int]]) -> None:
    """Take in learnt words: of each the higher count, for the same comments may have taught both."""
    mine = {row.word: (row.spam, row.ham) for row in connection.execute(select(words))}
    both = {word: tuple(map(max, count, mine.get(word, (0, 0)))) for word, count in counts.items()}
    connection.execute(delete(words).where(words.c.word.in_(mine.keys() & both.keys())))
    _many(connection, words, [{"word": word, "spam": spam, "ham": ham} for word, (spam, ham) in both.items()])


def _remember(connection: Connection, data: dict[str, Any]) -> None:
    """Remember the marks and erasures of the export beside this store's erasures: whoever was erased here stays so."""
    salts = dict.fromkeys((*erased.salts(connection), *data["marks"].get(erased.SALTS, "").split()[:MOST_SALTS]))
    there = set(connection.execute(select(erasures.c.hash)).scalars())
    new = dict.fromkeys(one for one in data["erasures"] if one not in there)
    _many(connection, erasures, [{"hash": one, "at": ""} for one in new])
    connection.execute(delete(marks).where(marks.c.name.not_in(OF_ONE_STORE)))
    kept = {name: value for name, value in data["marks"].items() if _moves(name)}
    kept |= {erased.SALTS: " ".join(salts)} if salts else {}
    _many(connection, marks, [{"name": name, "value": value} for name, value in kept.items()])


def _moves(mark: str) -> bool:
    """Whether a mark is of the conversation, and not of one store's letters, days and snapshots."""
    return mark.startswith(COLLECT) or mark == erased.SALTS


def _author(person: Row) -> Row:
    """Return what an older export, which has it with the person alone, says of who is shown with a comment."""
    return {"author_url": person["url"]} | {name: person[name] for name in ("name", "handle", "avatar")}


def _parents_first(rows: Sequence[Row]) -> list[Row]:
    """Comments in an order in which each finds what it answers."""
    by_key = {row["key"]: row for row in rows}
    ordered: dict[str, Row] = {}
    for row in rows:
        line = [row]
        while (parent := line[-1]["parent"]) and parent not in ordered:
            if any(one["key"] == parent for one in line):
                raise ValueError(f"{parent} answers itself")
            line.append(by_key[parent])
        for one in reversed(line):
            ordered[one["key"]] = one
    return list(ordered.values())


def _rows(connection: Connection, table: Table) -> list[Row]:
    order = table.primary_key.columns.values()[0]
    return [
        {str(name): value for name, value in row._mapping.items()}
        for row in connection.execute(select(table).order_by(order))
    ]


def _many(connection: Connection, table: Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _item(row: Row) -> Row:
    """Return what of a row of the inbox cannot be computed from the talk."""
    names = ("word", "word_on", "answered_at", "answered_on", "until")
    return {name: row[name] for name in names} | {"is_changed": bool(row["is_changed"])}


def _person(row: Row) -> Row:
    return _without(row, "id", "looked_at") | {name: bool(row[name]) for name in ("is_owner", "no_quotes")}


def _of(row: Row, people: dict[int, Row], *names: str) -> Row:
    """*row* with persons by what they are called where they are known."""
    flags = {"is_same": bool(row["is_same"])} if "is_same" in row else {}
    return row | flags | {name: _named(people[row[name]]) for name in names}


def _named(row: Row) -> list[str]:
    return [row["network"], row["identity"]]


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}
