"""What people said under each post, wherever they said it: all that may be asked and done.

Whatever brings something in (the form, a webmention, a network's replies) makes an ``Incoming`` of it, asks
``known`` what the store knows of its writer, lets moderation give a ``Verdict``, and calls ``record``. The same thing
recorded twice changes nothing; recorded with other words, it is an edit; seen by a second way under the same address,
it becomes a second source of the same comment::

    waiting ─▶ approved ◀─▶ rejected        decided by the owner
       │  ╲       │
       │   ▶ spam │                         purged after 30 days
       ▼          ▼
    withdrawn    gone                       by who wrote it; deleted where it was said

``show`` writes the snapshot of a post: what is approved, and nothing that is private. The values are in ``said``; how
they become rows, in ``recording``; how rows are shown, in ``showing``; how a person is forgotten, in ``erased``.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from tertulia.content import snapshot
from tertulia.store import erased, recording, showing
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import (
    REACTIONS,
    comments,
    decisions,
    marks,
    persons,
    reactions,
    sources,
)
from tertulia.store.rows import note, remember, short, writing
from tertulia.store.said import (
    Incoming,
    Known,
    Recorded,
    Said,
    Status,
    Trust,
    Verdict,
    Who,
)


class Conversation:
    """The rows, in the words of a conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Coming in

    def known(self, incoming: Incoming) -> Known:
        """What a verdict on *incoming* needs to know."""
        with self._database.reading() as connection:
            person = connection.execute(recording.person_of(incoming.author)).first()
            counts = _counts_of(connection, person.id) if person else {}
            row = recording.by_source(connection, incoming.source, incoming.source_id)
            print_ = recording.fingerprint(incoming.text)
            others = select(func.count()).where(comments.c.fingerprint == print_)
            if row:
                others = others.where(comments.c.id != row.id)
            return Known(
                trust=person.trust if person else "unknown",
                approved=counts.get("approved", 0),
                turned_down=counts.get("rejected", 0) + counts.get("spam", 0),
                repeats=connection.execute(others).scalar_one() if print_ else 0,
                status=row.status if row else None,
                text=row.text if row else "",
                is_owner=bool(person and person.is_owner),
            )

    def record(self, incoming: Incoming, verdict: Verdict, now: datetime) -> Recorded:
        """
        Write *incoming* down, once however often it comes.

        What the owner or the writer decided stays decided: an edit brings new words and no new status to what was
        rejected, marked as spam by hand, or withdrawn.
        """
        incoming = recording.with_safe_links(incoming)
        with self._writing() as connection:
            if erased.is_erased(connection, incoming):
                return Recorded("refused")
            incoming = erased.cleared(connection, incoming)
            person = recording.upsert_person(connection, incoming.author)
            if incoming.kind in REACTIONS:
                return recording.react(connection, incoming, person, now)
            row = recording.by_source(connection, incoming.source, incoming.source_id)
            if row is None and (same := recording.by_address(connection, incoming)):
                recording.add_source(connection, same.id, incoming, now)
                return Recorded("merged", same.key, same.status, same.status == "approved")
            if row is None:
                return recording.add(connection, incoming, verdict, person, now)
            return recording.again(connection, row, incoming, verdict, person, now)

    def remove(self, source: str, source_id: str, now: datetime) -> Recorded:
        """
        It is no longer where it was: with its last source the comment goes too; a reaction is forgotten.

        Its words are kept out of sight until the purge, for the owner may have to answer for what was public.
        """
        with self._writing() as connection:
            known = short(source_id)
            gone = connection.execute(
                delete(reactions)
                .where(reactions.c.source == source, reactions.c.source_id == known)
                .returning(reactions.c.comment)
            ).first()
            if gone:
                return Recorded("edited", gone.comment, None, True)
            row = recording.by_source(connection, source, source_id)
            if row is None or row.status in ("gone", "withdrawn"):
                return Recorded("same", row.key if row else "", row.status if row else None)
            here = (sources.c.source == source) & (sources.c.source_id == known)
            connection.execute(update(sources).where(here).values(gone_at=stamp(now)))
            left = select(sources.c.id).where(sources.c.comment == row.id, sources.c.gone_at.is_(None))
            if connection.execute(left).first():
                return Recorded("edited", row.key, row.status, row.status == "approved")
            _set_status(connection, row, "gone", "source", now)
            return Recorded("edited", row.key, "gone", row.status == "approved")

    def count(
        self,
        post: str,
        lang: str,
        kind: str,
        source: str,
        source_id: str,
        number: int,
        now: datetime,
        comment: str = "",
    ) -> bool:
        """A network told how many there are in all, not who; whether that is news."""
        with self._writing() as connection:
            here = (reactions.c.source == source) & (reactions.c.source_id == short(source_id))
            row = connection.execute(select(reactions).where(here)).first()
            if row and row.number == number:
                return False
            if row:
                connection.execute(update(reactions).where(here).values(number=number, seen_at=stamp(now)))
            elif number:
                values: dict[str, Any] = {
                    "post": post,
                    "lang": lang,
                    "kind": kind,
                    "source": source,
                    "comment": comment,
                }
                values |= {"source_id": short(source_id), "number": number, "seen_at": stamp(now)}
                connection.execute(insert(reactions).values(**values))
            return bool(row or number)

    # Looking

    def get(self, key: str) -> Said | None:
        """The comment that the world calls *key*."""
        with self._database.reading() as connection:
            row = connection.execute(showing.with_persons().where(comments.c.key == key)).first()
            return showing.to_said(connection, [row])[0] if row else None

    def by_source(self, source: str, source_id: str) -> Said | None:
        """The comment that *source* calls *source_id*."""
        with self._database.reading() as connection:
            row = recording.by_source(connection, source, source_id)
            return self.get(row.key) if row else None

    def find(
        self,
        statuses: Sequence[str] = (),
        words: str = "",
        post: str = "",
        person: int | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Said]:
        """Comments, the oldest first while they wait and the newest first otherwise."""
        query = showing.with_persons()
        if statuses:
            query = query.where(comments.c.status.in_(statuses))
        if post:
            query = query.where(comments.c.post == post)
        if person is not None:
            query = query.where(comments.c.person == person)
        for word in words.split():
            escaped = re.sub(r"([%_/])", r"/\1", word.lower())
            like = f"%{escaped}%"
            columns = (comments.c.text, persons.c.name, persons.c.handle, persons.c.url, comments.c.post)
            query = query.where(or_(*(func.lower(column).like(like, escape="/") for column in columns)))
        order = comments.c.id if tuple(statuses) == ("waiting",) else comments.c.id.desc()
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(order).limit(limit).offset(offset)).all()
            return showing.to_said(connection, rows)

    def thread(self, said: Said) -> list[Said]:
        """What *said* answers, from the top down, without itself."""
        above: list[Said] = []
        parent = said.parent
        with self._database.reading() as connection:
            while parent is not None and len(above) < 20:
                row = connection.execute(showing.with_persons().where(comments.c.id == parent)).first()
                if row is None:
                    break
                above += showing.to_said(connection, [row])
                parent = row.parent
        return above[::-1]

    def identity(self, person: int) -> str:
        """What a person is called where they are known; "" for nobody."""
        with self._database.reading() as connection:
            return connection.execute(select(persons.c.identity).where(persons.c.id == person)).scalar() or ""

    def counts(self) -> dict[str, int]:
        """How many comments are in each status."""
        with self._database.reading() as connection:
            rows = connection.execute(select(comments.c.status, func.count()).group_by(comments.c.status))
            return {row[0]: row[1] for row in rows}

    def audit(self, key: str = "", limit: int = 100) -> list[tuple[str, str, str, str, str]]:
        """The newest decisions: moment, who, what, comment, reason."""
        query = select(decisions).order_by(decisions.c.id.desc()).limit(limit)
        if key:
            query = query.where(decisions.c.comment == key)
        with self._database.reading() as connection:
            return [(row.at, row.who, row.what, row.comment, row.reason) for row in connection.execute(query)]

    def posts(self) -> list[tuple[str, str]]:
        """Every post (Id, language) that anything was said about."""
        query = select(comments.c.post, comments.c.lang).union(select(reactions.c.post, reactions.c.lang))
        with self._database.reading() as connection:
            return sorted((row[0], row[1]) for row in connection.execute(query) if row[0])

    # Deciding

    def decide(self, key: str, status: Status, who: Who, now: datetime, reason: str = "") -> Said | None:
        """Give a comment another status; it as it was before, or None when there is none or nothing changes."""
        before = self.get(key)
        if before is None:
            return None
        with self._writing() as connection:
            row = connection.execute(select(comments).where(comments.c.key == key)).first()
            if row is None or (row.status, row.decided_by) == (status, who):
                return None
            _set_status(connection, row, status, who, now, reason)
        return before

    def edit(self, key: str, words: str, html: str, who: Who, now: datetime, verdict: Verdict | None = None) -> bool:
        """Other words, by the owner (which the page will say) or by who wrote it; False when nothing changes."""
        with self._writing() as connection:
            row = connection.execute(select(comments).where(comments.c.key == key)).first()
            if row is None or (row.text == words and row.html == html):
                return False
            when = {"owner_edited_at" if who == "owner" else "edited_at": stamp(now)}
            given = recording.verdict_values(verdict) if verdict else {}
            values = {"text": words, "html": html, "fingerprint": recording.fingerprint(words)} | when | given
            connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
            note(connection, now, who, "edited", key)
            return True

    def trust(self, person: int, trust: Trust, now: datetime) -> bool:
        """What to think of everything a person says from now on."""
        with self._writing() as connection:
            done = connection.execute(update(persons).where(persons.c.id == person).values(trust=trust))
            note(connection, now, "owner", trust, reason=f"person {person}")
            return bool(done.rowcount)

    def purge(self, now: datetime, after: timedelta = timedelta(days=30)) -> int:
        """Forget for good what has been spam, withdrawn or gone for longer than *after*; how many."""
        old = stamp(now - after)
        with self._writing() as connection:
            query = select(comments.c.id).where(
                comments.c.status.in_(("spam", "withdrawn", "gone")),
                func.coalesce(comments.c.decided_at, comments.c.received_at) < old,
            )
            ids = [row.id for row in connection.execute(query)]
            erased.forget(connection, ids)
            return len(ids)

    # What the build reads

    def show(self, folder: Path, post: str, lang: str) -> bool:
        """Write the snapshot of a post; False when it says the same already."""

        def current(before: snapshot.Conversation) -> snapshot.Conversation:
            with self._database.reading() as connection:
                said, counts = showing.public(connection, post, lang)
            return msgspec.structs.replace(before, comments=said, counts=counts)

        return snapshot.update(folder, post, lang, current)

    def show_all(self, folder: Path) -> int:
        """Write every snapshot that is not as it should be; how many. What a crash left undone is done here."""
        known = {(one.id, one.lang) for one in snapshot.read_all(folder) if one.comments or one.counts}
        return sum(self.show(folder, post, lang) for post, lang in sorted(known | set(self.posts())))

    # Cursors and other small things to remember

    def get_cursor(self, name: str) -> str:
        """What was last remembered under *name*; "" for nothing."""
        with self._database.reading() as connection:
            return connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar() or ""

    def set_cursor(self, name: str, value: str) -> None:
        """Keep *value* under *name*: how far a network has been read, for one."""
        with self._writing() as connection:
            remember(connection, name, value)

    # Erasing

    def erase(self, person: int, now: datetime) -> set[tuple[str, str]]:
        """
        Forget a person and all they said, and do not let them be brought back.

        Returns:
            The posts whose snapshots are to be written anew.
        """
        with self._writing() as connection:
            who = connection.execute(select(persons).where(persons.c.id == person)).first()
            if who is None:
                return set()
            touched = erased.erase(connection, who, now)
        self._database.scrub()
        return touched

    def _writing(self) -> Any:
        return writing(self._database)


def _set_status(connection: Connection, row: Any, status: Status, who: Who, now: datetime, reason: str = "") -> None:
    values = {"status": status, "decided_by": who, "decided_at": stamp(now)}
    connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
    note(connection, now, who, status, row.key, reason)


def _counts_of(connection: Connection, person: int) -> dict[str, int]:
    query = select(comments.c.status, func.count()).where(comments.c.person == person).group_by(comments.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}
