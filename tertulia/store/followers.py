"""Who follows the whole talk under a post by mail, with double opt-in; leaving forgets the address."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from tertulia.store import erasure_list
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import NOBODY, followers, letters
from tertulia.store.erased import forget_address
from tertulia.store.letters import NewLetter, put
from tertulia.store.rows import is_one_of, writing


class Follower(msgspec.Struct, frozen=True):
    """Somebody who asked for letters about one talk."""

    id: int
    post: str
    lang: str
    email: str
    state: str

    def __repr__(self) -> str:
        return f"Follower({self.id}, {self.state})"  # a log line never holds an address


class Followers:
    """Those who follow talks: ``ask``, then ``confirm`` from a link in a letter; ``leave`` at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, post: str, lang: str, email: str, now: datetime) -> Follower:
        """Note that somebody gave this address; nothing is sent to it until its owner confirms."""
        with writing(self._database) as connection:
            here = (followers.c.post == post) & (followers.c.lang == lang) & (followers.c.email == email)
            row = connection.execute(select(followers).where(here)).first()
            if row is None:
                values = {"post": post, "lang": lang, "email": email, "state": "pending", "asked_at": stamp(now)}
                connection.execute(insert(followers).values(**values))
            else:
                when = row.asked_at if row.state == "confirmed" else stamp(now)  # by which who leaves is known
                connection.execute(update(followers).where(here).values(asked_at=when))
            return _follower(connection.execute(select(followers).where(here)).one())

    def ask_letter(self, follower: Follower, letter: NewLetter, now: datetime, *, may_write: bool) -> None:
        """
        Put the letter that asks for a yes in the queue, or one to nobody: neither answer nor time tells who follows.

        Args:
            may_write: Whether the address may be written to.
        """
        recipient = letter.recipient if may_write and follower.state == "pending" else NOBODY
        with writing(self._database) as connection:
            put(connection, msgspec.structs.replace(letter, recipient=recipient), now)

    def get(self, number: int) -> Follower | None:
        """Return the follower with this number."""
        with self._database.reading() as connection:
            row = connection.execute(select(followers).where(followers.c.id == number)).first()
            return _follower(row) if row else None

    def confirm(self, number: int) -> None:
        """Record that the owner of the address said yes; twice is once."""
        with writing(self._database) as connection:
            connection.execute(update(followers).where(followers.c.id == number).values(state="confirmed"))

    def leave(self, number: int, now: datetime) -> None:
        """Forget the address, and send nothing of what was to be sent."""
        with writing(self._database) as connection:
            here, folder = followers.c.id == number, self._database.folder
            erasure_list.note_leaving(connection, folder, followers, here, now)
            connection.execute(delete(letters).where(letters.c.tells.like(f"talk % {number}")))
            connection.execute(delete(followers).where(here))

    def of_post(self, post: str, lang: str) -> list[Follower]:
        """Who said yes to letters about this talk."""
        here = (followers.c.post == post) & (followers.c.lang == lang) & (followers.c.state == "confirmed")
        with self._database.reading() as connection:
            return [
                _follower(row) for row in connection.execute(select(followers).where(here).order_by(followers.c.id))
            ]

    def of_address(self, email: str) -> list[Follower]:
        """Every talk that *email* follows: for the export and the erasure of a person."""
        with self._database.reading() as connection:
            query = select(followers).where(is_one_of(followers.c.email, [email]))
            return [_follower(row) for row in connection.execute(query)]

    def forget(self, email: str, now: datetime) -> int:
        """Forget *email* altogether; how many talks it followed."""
        with writing(self._database) as connection:
            found = forget_address(connection, [email], now)
            erasure_list.write_down(connection, self._database.folder)
            return found

    def forget_unconfirmed(self, now: datetime, after: timedelta = timedelta(days=7)) -> int:
        """Forget the addresses that nobody confirmed in a week; return how many."""
        with writing(self._database) as connection:
            old = (followers.c.state == "pending") & (followers.c.asked_at < stamp(now - after))
            return connection.execute(delete(followers).where(old)).rowcount


def _follower(row: Row[tuple[int, str, str, str, str]]) -> Follower:
    return Follower(row.id, row.post, row.lang, row.email, row.state)
