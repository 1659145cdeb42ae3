"""Updates of a post that are told to those who took part: to each person once, and in each thread once.

An update is named by its post and its words, so that the same is never told twice. What is told in a thread is a
comment of the owner's that stands on no page (``comments.tells_update``): the outbox sends it as it sends answers.
Whoever is told leaves a row of ``update_tellings``, written down together with what tells it to them.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select

from tertulia.core.smtp import mailbox_of
from tertulia.store import accounts, recording, same_person, showing
from tertulia.store.answers import send_answer
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import comments, letters, notices, persons
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.letters import NewLetter, Notice, put
from tertulia.store.rows import writing
from tertulia.store.said import Incoming, Read, Recorded, Said, Status, Trust, Verdict
from tertulia.store.update_tables import post_updates, update_tellings

FORM = "form"
SPOKEN = ("comment", "reply")  # to the blog; who mentions it elsewhere speaks to others


class PostUpdate(NamedTuple):
    """Something about a post that its author wants told."""

    name: str
    post: str
    lang: str
    text: str
    at: str  # for who had spoken by then


class TookPart(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody said under a post, as far as telling them of it goes."""

    said: Said
    person: int  # the lowest number of all their accounts
    root: int  # number of the comment that begins the thread
    notice: Notice | None  # the letters that they have asked for
    may_be_told: bool  # not blocked, and not to be quoted is not their wish
    is_told: bool  # they, or their thread


class PostUpdates:
    """What is told of posts, and to whom it was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, post: str, lang: str, text: str, now: datetime) -> PostUpdate:
        """Return the update of a post with these words: the one that was begun, or a new one, of which no row is."""
        name = hashlib.sha256("\x00".join((post, lang, " ".join(text.split()))).encode()).hexdigest()[:24]
        with self._database.reading() as connection:
            row = connection.execute(select(post_updates).where(post_updates.c.name == name)).first()
        return PostUpdate(*row) if row else PostUpdate(name, post, lang, text, stamp(now))

    def messages(self, update: PostUpdate) -> list[str]:
        """Return the keys of the comments that tell *update* in threads."""
        query = select(comments.c.key).where(comments.c.tells_update == update.name).order_by(comments.c.id)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def drop_letters(self, update: PostUpdate) -> int:
        """Take the letters of *update* that have not gone out of the queue; how many."""
        with writing(self._database) as connection:
            here = letters.c.tells.like(f"{_tells(update)} %")
            return connection.execute(delete(letters).where(here)).rowcount

    def took_part(self, update: PostUpdate) -> list[TookPart]:
        """Return all that was said to the blog under the post before *update*, the newest first."""
        with self._database.reading() as connection:
            return _took_part(connection, update)

    def tell_in_thread(
        self,
        update: PostUpdate,
        incoming: Incoming,
        verdict: Verdict,
        now: datetime,
        *,
        to: Read,
        also: Sequence[Said],
        send: NewDelivery,
        not_before: datetime | None,
    ) -> Recorded:
        """
        Write down that *update* is told below *to*, which names whoever said *also*; all of it or nothing.

        Returns:
            ``same``: it was told there; ``stale``: one of them has been told, or it is no more as it was read.
        """
        with writing(self._database) as connection:
            if row := recording.by_source(connection, incoming.source, incoming.source_id):
                return Recorded("same", row.key, row.status)
            keys = {to.key, *(said.key for said in also)}
            there = [one for one in _took_part(connection, update) if one.said.key in keys]
            versions = {one.said.key: one.said.version for one in there}
            is_free = all(one.may_be_told and not one.is_told for one in there)
            if len(there) != len(keys) or not is_free or versions[to.key] != to.version:
                return Recorded("stale", to.key)
            _begin(connection, update)
            speaker = accounts.find(connection, incoming.author)
            person = recording.upsert_person(connection, incoming.author, speaker, now)
            recorded = recording.add(connection, incoming, verdict, person, now)
            send_answer(connection, recorded.key, send, now, not_before)
            _told(connection, update, (one.said.id for one in there))
            return recorded

    def tell_by_letter(self, update: PostUpdate, letter: NewLetter, said: Said, now: datetime) -> bool:
        """Put a letter of *update* in the queue, to whoever said *said*, from *now* on; False: they were told."""
        with writing(self._database) as connection:
            there = next((one for one in _took_part(connection, update) if one.said.id == said.id), None)
            if there is None or there.notice is None or there.is_told or not there.may_be_told:
                return False
            _begin(connection, update)
            put(connection, msgspec.structs.replace(letter, tells=f"{_tells(update)} {there.notice.id}"), now)
            _told(connection, update, (said.id,))
            return True


def exported(connection: Connection, keys: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return every update with the keys of what they had said to whom it was told; *keys*: of comments, by number."""
    told: dict[str, list[str]] = {}
    for row in connection.execute(select(update_tellings).order_by(update_tellings.c.comment)):
        told.setdefault(row.name, []).append(keys[row.comment])
    rows = connection.execute(select(post_updates).order_by(post_updates.c.name))
    return [PostUpdate(*row)._asdict() | {"told": told.get(row.name, [])} for row in rows]


def load(connection: Connection, updates: Iterable[Mapping[str, Any]], numbers: Mapping[str, int]) -> None:
    """Write down what ``exported`` told, beside what is known here; *numbers*: of comments, by key."""
    for one in updates:
        update = PostUpdate(**{name: one[name] for name in PostUpdate._fields})
        _begin(connection, update)
        _told(connection, update, (numbers[key] for key in one["told"] if key in numbers))


def _tells(update: PostUpdate) -> str:
    return f"update {update.name}"


def _begin(connection: Connection, update: PostUpdate) -> None:
    if connection.execute(select(post_updates.c.name).where(post_updates.c.name == update.name)).first() is None:
        connection.execute(insert(post_updates).values(**update._asdict()))


def _told(connection: Connection, update: PostUpdate, ids: Iterable[int]) -> None:
    for one in dict.fromkeys(ids):
        connection.execute(insert(update_tellings).values(name=update.name, comment=one))


def _took_part(connection: Connection, update: PostUpdate) -> list[TookPart]:
    here = (comments.c.post == update.post) & (comments.c.lang == update.lang)
    rows = connection.execute(select(comments.c.id, comments.c.parent, comments.c.tells_update).where(here)).all()
    parents = {row.id: row.parent for row in rows}
    threads = {_root(parents, row.id) for row in rows if row.tells_update == update.name}
    query = showing.with_persons().where(
        here,
        comments.c.status == Status.APPROVED,
        comments.c.kind.in_(SPOKEN),
        comments.c.published_at <= update.at,
        persons.c.is_owner == 0,
    )
    said = showing.to_said(connection, connection.execute(query).all())
    ids_told, told = _told_already(connection, update)
    groups = same_person.groups_of(connection, {one.person for one in said} | told)
    members = {one: group.members for one, group in groups.items()}
    told = {each for one in told for each in members[one]}
    every = sorted(set().union(*members.values()))
    people = {row.id: row for some in _chunks(every) for row in _people(connection, some)}
    asked = {one.comment: one for some in _chunks([one.id for one in said]) for one in _letters(connection, some)}
    mailboxes = {mailbox_of(one.email) for one in asked.values() if one.comment in ids_told}
    found = []
    for one in sorted(said, key=lambda each: (each.published_at, each.id), reverse=True):
        rows = [people[each] for each in members[one.person]]
        is_unwelcome = any(row.trust == Trust.BLOCKED or row.no_quotes or row.is_owner for row in rows)
        root, notice = _root(parents, one.id), asked.get(one.id)
        is_told = one.person in told or (root in threads and one.network != FORM)
        found.append(
            TookPart(
                said=one,
                person=min(members[one.person]),
                root=root,
                notice=notice,
                may_be_told=not is_unwelcome,
                is_told=is_told or (notice is not None and mailbox_of(notice.email) in mailboxes),
            )
        )
    return found


def _told_already(connection: Connection, update: PostUpdate) -> tuple[set[int], set[int]]:
    """Return the comments whose writers were told, and the writers."""
    query = select(comments.c.id, comments.c.person)
    query = query.join(update_tellings, update_tellings.c.comment == comments.c.id)
    rows = connection.execute(query.where(update_tellings.c.name == update.name)).all()
    return {row.id for row in rows}, {row.person for row in rows}


def _people(connection: Connection, ids: Sequence[int]) -> Sequence[Any]:
    query = select(persons.c.id, persons.c.trust, persons.c.no_quotes, persons.c.is_owner)
    return connection.execute(query.where(persons.c.id.in_(ids))).all()


def _letters(connection: Connection, ids: Sequence[int]) -> list[Notice]:
    query = select(notices, comments.c.key).join(comments, comments.c.id == notices.c.comment)
    rows = connection.execute(query.where(notices.c.comment.in_(ids), notices.c.state == "confirmed"))
    return [Notice(row.id, row.key, row.comment, row.email, row.lang, row.state) for row in rows]


def _root(parents: dict[int, int | None], one: int) -> int:
    seen = {one}
    while (above := parents.get(one)) is not None and above in parents and above not in seen:
        seen.add(above)
        one = above
    return one


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + 400] for start in range(0, len(ids), 400)]
