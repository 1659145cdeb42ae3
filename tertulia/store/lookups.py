"""What may be asked of the conversation: one comment, many, who said them, what was decided; nothing here writes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from tertulia.core.text import fold_for_search
from tertulia.store import accounts, deciding, recording, showing, ways
from tertulia.store.connection import Database
from tertulia.store.conversation_tables import comments, decisions, marks, persons, reactions
from tertulia.store.rows import short
from tertulia.store.said import Incoming, Known, Read, Said, Shown, Trust, judged

_SAID_BEFORE = select(func.count()).where(
    comments.c.fingerprint == bindparam("print"), comments.c.id != bindparam("but")
)
# Places of what is no longer here are no comments.
NOBODYS_ROW = select(persons.c.id).where(persons.c.network == accounts.NOBODY)


@dataclass(frozen=True, slots=True)
class Met:
    """What comes in, beside what the store has of it and of who speaks."""

    incoming: Incoming
    speaker: Any  # the row of the person; None for somebody new
    trust: Trust
    said: Said | None  # the same comment, met before by this way or at its address
    is_known_way: bool

    @property
    def judged(self) -> str:
        """Names what a verdict depends on."""
        return judged(self.said, self.trust)

    def known(self, connection: Connection) -> Known:
        """Return what a verdict needs to know."""
        incoming, said, person = self.incoming, self.said, self.speaker
        counts = _counts_of(connection, person.id) if person else {}
        print_ = recording.fingerprint(incoming.text)
        others = {"print": print_, "but": said.id if said else 0}
        # Two ways call one place by two names.
        is_there = bool(said and ways.parent_of(connection, incoming) == said.parent)
        above = said.in_reply_to if said and (self.is_known_way or not is_there) else incoming.in_reply_to
        return Known(
            trust=self.trust,
            approved=counts.get("approved", 0),
            turned_down=counts.get("rejected", 0) + counts.get("spam", 0),
            repeats=connection.execute(_SAID_BEFORE, others).scalar_one() if print_ else 0,
            status=said.status if said else None,
            text=said.text if said else "",
            html=said.html if said else "",
            url=(said.url if self.is_known_way else incoming.url) if said else "",
            in_reply_to=above if said else "",
            same_person=bool(said and person and said.person == person.id),
            is_owner=bool(person and person.is_owner),
            judged=self.judged,
        )


def meet(connection: Connection, incoming: Incoming) -> Met:
    """Look up what the store has of *incoming*."""
    speaker = accounts.find(connection, incoming.author)
    trust = accounts.trust_in(connection, incoming.author, speaker)
    by_this_way = recording.by_source(connection, incoming.source, incoming.source_id)
    row = by_this_way or ways.comment_at(connection, incoming)
    said = showing.load(connection, row.key) if row else None
    return Met(incoming, speaker, trust, said, by_this_way is not None)


class Lookups:
    """The questions; ``Conversation``, which has them too, is what changes the answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, incoming: Incoming) -> Known:
        """Return what a verdict on *incoming* needs to know."""
        with self._database.reading() as connection:
            return meet(connection, incoming).known(connection)

    def get(self, key: str) -> Said | None:
        """Return the comment that the world calls *key*."""
        with self._database.reading() as connection:
            return showing.load(connection, key)

    def revision(self, read: Read) -> Shown | None:
        """Return what was to be read of a comment in that version; None when that is no longer known."""
        with self._database.reading() as connection:
            return deciding.revision(connection, read)

    def by_source(self, source: str, source_id: str) -> Said | None:
        """Return the comment that *source* calls *source_id*."""
        with self._database.reading() as connection:
            row = recording.by_source(connection, source, source_id)
            return self.get(row.key) if row else None

    def find(
        self,
        statuses: Sequence[str] = (),
        words: str = "",
        *,
        post: str = "",
        person: int | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Said]:
        """
        Comments, the oldest first while they wait and the newest first otherwise.

        Args:
            words: Each stands somewhere in what was said, in who said it or in the post's Id, whatever its case and
                accents. Folded here and not by the database, so that both stores find the same. Whoever is looked
                for exactly is found by ``named``.
        """
        query = showing.with_persons().where(persons.c.network != accounts.NOBODY)
        if statuses:
            query = query.where(comments.c.status.in_(statuses))
        if post:
            query = query.where(comments.c.post == post)
        if person is not None:
            query = query.where(comments.c.person == person)
        query = query.order_by(comments.c.id if tuple(statuses) == ("waiting",) else comments.c.id.desc())
        with self._database.reading() as connection:
            if words:
                found = showing.ids_with(connection, query, fold_for_search(words).split())
                query = query.where(comments.c.id.in_(found[offset : offset + limit]))
            else:
                query = query.limit(limit).offset(offset)
            return showing.to_said(connection, connection.execute(query).all())

    def named(self, who: str) -> list[Said]:
        """
        Return what was said by those who are called *who*, to the letter: a name, a handle with or without "@", a page.
        """
        forms = {unicodedata.normalize(form, who) for form in ("NFC", "NFD")} | {who}
        handles = forms | {f"@{form}" for form in forms}
        if not who.strip():  # most have no page, and that is not what they are called
            return []
        called = [
            column.in_(forms) for column in (comments.c.name, persons.c.name, comments.c.author_url, persons.c.url)
        ]
        called += [column.in_(handles) for column in (comments.c.handle, persons.c.handle)]
        with self._database.reading() as connection:
            rows = connection.execute(showing.with_persons().where(or_(*called)).order_by(comments.c.id.desc())).all()
            return showing.to_said(connection, rows)

    def thread(self, said: Said) -> list[Said]:
        """Return what *said* answers, from the top down, without itself."""
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

    def avatar(self, person: int) -> str:
        """Return the file name of the portrait that a person has today; "" for none."""
        with self._database.reading() as connection:
            return connection.execute(select(persons.c.avatar).where(persons.c.id == person)).scalar() or ""

    def identity(self, person: int) -> str:
        """Return what a person is called where they are known; "" for nobody."""
        with self._database.reading() as connection:
            return connection.execute(select(persons.c.identity).where(persons.c.id == person)).scalar() or ""

    def has_counted(self, source: str, source_id: str) -> bool:
        """Whether *source* has told of this reaction already."""
        here = (reactions.c.source == source) & (reactions.c.source_id == short(source_id))
        with self._database.reading() as connection:
            return connection.execute(select(reactions.c.id).where(here)).first() is not None

    def reactions(self) -> list[tuple[str, str, str, str, int]]:
        """Return what counts everywhere: post, language, key of the comment ("" for the post), kind, how many."""
        with self._database.reading() as connection:
            return [tuple(row) for row in connection.execute(showing.TOTALS).all()]

    def folded(self, limit: int = 100) -> list[Any]:
        """Return the newest shares that said nothing of their own, with the words that they had: rows of reactions."""
        query = select(reactions).where(reactions.c.text != "").order_by(reactions.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return list(connection.execute(query).all())

    def counts(self) -> dict[str, int]:
        """How many comments are in each status."""
        with self._database.reading() as connection:
            query = select(comments.c.status, func.count()).where(comments.c.person.not_in(NOBODYS_ROW))
            return {row[0]: row[1] for row in connection.execute(query.group_by(comments.c.status))}

    def audit(self, key: str = "", limit: int = 100) -> list[tuple[str, str, str, str, str]]:
        """Return the newest decisions: moment, who, what, comment, reason."""
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

    def last_batch(self) -> str:
        """Return what the owner decided last and can still undo; "" for nothing."""
        query = select(decisions.c.batch).where(decisions.c.batch != "").order_by(decisions.c.id.desc()).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).scalar() or ""

    def get_cursor(self, name: str) -> str:
        """Return what was last remembered under *name*; "" for nothing."""
        with self._database.reading() as connection:
            return connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar() or ""


def _counts_of(connection: Connection, person: int) -> dict[str, int]:
    query = select(comments.c.status, func.count()).where(comments.c.person == person).group_by(comments.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}
