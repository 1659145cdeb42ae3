"""Letters that wait to be sent, and who asked for one when somebody answers their comment.

The addresses in here never leave the store but on an envelope.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from tertulia.store import erasure_list
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import NOBODY, comments, letters, marks, notices
from tertulia.store.filters import release_once, use_once
from tertulia.store.rows import HELD_LETTERS, is_one_of, remember, writing

# A mail server that is down gets a day: 1, 2, 4… minutes between attempts.
ATTEMPTS = 11
# A page that does not show what a letter leads to gets a week: 1, 2, 4… minutes, at last six hours between looks.
LOOKS = 36
LONGEST_HOLD = timedelta(hours=6)
TOLD_REMEMBERED = timedelta(days=400)  # who was told of something is not told again


class NewLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter to be put in the queue."""

    recipient: str
    subject: str
    body: str
    tells: str = ""  # what is told to whom, so that it is told once; "": may be told again
    leave: str = ""  # the address where one POST ends such letters
    page: str = ""  # it goes when this page shows what is named behind its "#"
    comment: int | None = None  # whose erasure takes the letter with it

    def __repr__(self) -> str:
        return f"NewLetter({self.tells})"


class Letter(msgspec.Struct, frozen=True):
    """One letter, ready to go."""

    id: int
    recipient: str
    subject: str
    body: str
    attempts: int
    leave: str
    page: str
    looks: int
    tells: str
    about: str  # key of the comment whose erasure takes it along

    def __repr__(self) -> str:
        return f"Letter({self.id})"  # a log line never holds an address


class Notice(msgspec.Struct, frozen=True):
    """Who wants to hear of answers to a comment."""

    id: int
    key: str  # of the comment
    comment: int
    email: str
    lang: str
    state: str

    def __repr__(self) -> str:
        return f"Notice({self.id}, {self.state})"


class Letters:
    """The letters, and those who asked for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, recipient: str, subject: str, body: str, now: datetime, comment: int | None = None) -> None:
        """Put a letter in the queue, to go from *now* on; erasing *comment* takes it out again."""
        self.tell([NewLetter(recipient=recipient, subject=subject, body=body, comment=comment)], now)

    def tell(self, found: Iterable[NewLetter], now: datetime) -> None:
        """Put letters in the queue, all or none; of those that tell the same to the same, only the first ever."""
        with writing(self._database) as connection:
            for one in found:
                if not one.tells or use_once(connection, one.tells, now + TOLD_REMEMBERED, now):
                    put(connection, one, now)

    def retract(self, recipient: str, comment: int) -> str:
        """
        Take back what *recipient* would have been told of one comment and was not yet.

        Returns:
            When the first of these letters was due; "" when there was none.
        """
        here = (letters.c.recipient == recipient) & (letters.c.comment == comment)
        with writing(self._database) as connection:
            rows = connection.execute(delete(letters).where(here).returning(letters.c.not_before))
            return min(rows.scalars(), default="")

    def retract_told(self, key: str) -> bool:
        """Take back what somebody would have been told of the comment *key*, to be told another time; whether any."""
        here = letters.c.tells.like(f"% {key}") | letters.c.tells.like(f"% {key} %")
        with writing(self._database) as connection:
            found = connection.execute(delete(letters).where(here).returning(letters.c.tells)).scalars().all()
            for one in found:
                release_once(connection, one)
            return bool(found)

    def due(self, now: datetime, limit: int = 20) -> list[Letter]:
        """Letters that may go now, each taken for ten minutes."""
        with writing(self._database) as connection:
            connection.execute(delete(letters).where(letters.c.recipient == NOBODY))
            ready = (letters.c.not_before <= stamp(now)) & (letters.c.id > _held(connection))
            query = select(letters, comments.c.key).outerjoin(comments, comments.c.id == letters.c.comment)
            rows = connection.execute(query.where(ready).order_by(letters.c.id).limit(limit)).all()
            taken = letters.c.id.in_([row.id for row in rows])
            connection.execute(update(letters).where(taken).values(not_before=stamp(now + timedelta(minutes=10))))
            return [_letter(row) for row in rows]

    def sent(self, letter: Letter) -> None:
        """Record that it is on its way: nothing of it is kept."""
        with writing(self._database) as connection:
            connection.execute(delete(letters).where(letters.c.id == letter.id))

    def failed(self, letter: Letter, now: datetime) -> bool:
        """Record that it was not sent; return whether it is tried again, as long as it fails not too often."""
        if letter.attempts + 1 >= ATTEMPTS:
            self.sent(letter)
            return False
        later = stamp(now + timedelta(minutes=2**letter.attempts))
        with writing(self._database) as connection:
            values = {"attempts": letter.attempts + 1, "not_before": later}
            connection.execute(update(letters).where(letters.c.id == letter.id).values(**values))
        return True

    def await_page(self, letter: Letter, now: datetime) -> bool:
        """Record that its page does not show yet what it leads to; return whether it is looked at again."""
        if letter.looks + 1 >= LOOKS:
            self.sent(letter)
            return False
        later = stamp(now + min(timedelta(minutes=2 ** min(letter.looks, 20)), LONGEST_HOLD))
        with writing(self._database) as connection:
            values = {"looks": letter.looks + 1, "not_before": later}
            connection.execute(update(letters).where(letters.c.id == letter.id).values(**values))
        return True

    def waiting(self) -> int:
        """How many letters have not gone."""
        with self._database.reading() as connection:
            return len(connection.execute(select(letters.c.id).where(letters.c.recipient != NOBODY)).all())

    def held(self) -> int:
        """How many letters of an older copy wait for the owner to say whether they have gone since."""
        with self._database.reading() as connection:
            here = (letters.c.recipient != NOBODY) & (letters.c.id <= _held(connection))
            return len(connection.execute(select(letters.c.id).where(here)).all())

    def release(self, *, sent: bool) -> None:
        """Take the owner's word on what is held: it has gone, or it shall go."""
        with writing(self._database) as connection:
            if sent:
                connection.execute(delete(letters).where(letters.c.id <= _held(connection)))
            remember(connection, HELD_LETTERS, "0")

    # Notices

    def ask(self, comment: int, email: str, lang: str, now: datetime) -> Notice:
        """Note that who wrote *comment* wants to hear of answers; nothing is sent until they confirm."""
        with writing(self._database) as connection:
            here = notices.c.comment == comment
            earlier = here & (notices.c.asked_at != stamp(now))  # whoever leaves later leaves that too
            erasure_list.note_leaving(connection, self._database.folder, notices, earlier, now)
            connection.execute(delete(notices).where(here))
            values = {"comment": comment, "email": email, "lang": lang, "state": "pending", "asked_at": stamp(now)}
            made = connection.execute(insert(notices).values(**values).returning(notices.c.id)).scalar_one()
        found = self.notice(made)
        assert found
        return found

    def notice(self, number: int) -> Notice | None:
        """Return the notice with this number."""
        return self._one(notices.c.id == number)

    def notice_on(self, key: str) -> Notice | None:
        """Return the notice that hangs on the comment called *key*."""
        return self._one(comments.c.key == key)

    def notice_of(self, comment: int) -> Notice | None:
        """Return the notice that hangs on a comment."""
        return self._one(notices.c.comment == comment)

    def confirm(self, number: int) -> bool:
        """Record that the owner of the address said yes; False when nobody asks any more."""
        with writing(self._database) as connection:
            here = (notices.c.id == number) & (notices.c.state == "pending")
            return bool(connection.execute(update(notices).where(here).values(state="confirmed")).rowcount)

    def leave(self, number: int, now: datetime) -> None:
        """Send no more letters, and forget the address."""
        with writing(self._database) as connection:
            here, folder = notices.c.id == number, self._database.folder
            erasure_list.note_leaving(connection, folder, notices, here, now)
            row = connection.execute(select(notices).where(here)).first()
            if row:
                theirs = (letters.c.comment == row.comment) & (letters.c.recipient == row.email)
                connection.execute(delete(letters).where(theirs))
            connection.execute(delete(notices).where(here))

    def forget_unconfirmed(self, now: datetime, after: timedelta = timedelta(days=7)) -> int:
        """Forget the addresses that nobody confirmed in a week; return how many."""
        with writing(self._database) as connection:
            old = (notices.c.state == "pending") & (notices.c.asked_at < stamp(now - after))
            return connection.execute(delete(notices).where(old)).rowcount

    def of_address(self, email: str) -> list[Notice]:
        """Every notice that goes to *email*: for the export and the erasure of a person."""
        with self._database.reading() as connection:
            query = select(notices, comments.c.key).join(comments, comments.c.id == notices.c.comment)
            rows = connection.execute(query.where(is_one_of(notices.c.email, [email])))
            return [Notice(row.id, row.key, row.comment, row.email, row.lang, row.state) for row in rows]

    def _one(self, condition: object) -> Notice | None:
        query = select(notices, comments.c.key).join(comments, comments.c.id == notices.c.comment)
        with self._database.reading() as connection:
            row = connection.execute(query.where(condition)).first()  # type: ignore[arg-type]
            return Notice(row.id, row.key, row.comment, row.email, row.lang, row.state) if row else None


def put(connection: Connection, letter: NewLetter, now: datetime) -> None:
    """Put a letter in the queue, within what else is written at once."""
    connection.execute(insert(letters).values(**msgspec.structs.asdict(letter), not_before=stamp(now)))


def _letter(row: Row[Any]) -> Letter:
    about = row.key or ""
    return Letter(
        row.id, row.recipient, row.subject, row.body, row.attempts, row.leave, row.page, row.looks, row.tells, about
    )


def _held(connection: Connection) -> int:
    """Return the number up to which letters do not go."""
    return int(connection.execute(select(marks.c.value).where(marks.c.name == HELD_LETTERS)).scalar() or 0)
