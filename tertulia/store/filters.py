"""What the spam filter remembers: words the owner's decisions taught, and things that may be used once."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import used, words
from tertulia.store.rows import remember, writing

# SQLite takes 32,766 values in one question, older ones 999.
_AT_ONCE = 500
_COUNTS = select(words.c.word, words.c.spam, words.c.ham).where(words.c.word.in_(bindparam("wanted", expanding=True)))
_COUNT = (
    update(words)
    .where(words.c.word == bindparam("counted"))
    .values(spam=words.c.spam + bindparam("spam_step"), ham=words.c.ham + bindparam("ham_step"))
)
_DROP_UNCOUNTED = delete(words).where(words.c.spam <= 0, words.c.ham <= 0, words.c.word != "")
_ALIVE = "alive"  # the mark that is written to see whether anything can be


class WordCounts:
    """How often each word stood in spam and in what was welcome."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, asked: Iterable[str]) -> dict[str, tuple[int, int]]:
        """(spam, ham) of each known word; under "" how many comments were learnt from."""
        wanted = ["", *dict.fromkeys(asked)]
        found: dict[str, tuple[int, int]] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                asking = {"wanted": wanted[start : start + _AT_ONCE]}
                found |= {word: (spam, ham) for word, spam, ham in connection.execute(_COUNTS, asking)}
        return found

    def learn(self, from_words: Iterable[str], *, spam: bool, undo: bool = False) -> None:
        """One comment's words, each once; with *undo*, forget that they were learnt."""
        all_words = ["", *dict.fromkeys(from_words)]
        steps = {"spam_step": 0, "ham_step": 0} | {"spam_step" if spam else "ham_step": -1 if undo else 1}
        with writing(self._database) as connection:
            if not undo:
                known = self.counts(all_words)
                if new := [{"word": word} for word in all_words if word not in known]:
                    connection.execute(insert(words), new)
            connection.execute(_COUNT, [{"counted": word} | steps for word in all_words])
            if undo:
                connection.execute(_DROP_UNCOUNTED)


class Once:
    """Form tokens and login links: good once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def use(self, name: str, until: datetime, now: datetime) -> bool:
        """
        Use up *name*; False when it had been used before.

        Args:
            until: When it is not accepted any more anyway, and need not be remembered.
        """
        with self._database.writing() as connection:
            return use_once(connection, name, until, now)

    def release(self, name: str) -> None:
        """Let it be used once more."""
        with self._database.writing() as connection:
            release_once(connection, name)

    def was_used(self, name: str) -> bool:
        """Whether *name* was used up."""
        with self._database.reading() as connection:
            return connection.execute(select(used.c.name).where(used.c.name == _named(name))).first() is not None


def use_once(connection: Connection, name: str, until: datetime, now: datetime) -> bool:
    """As ``Once.use``, within what else is written at once."""
    connection.execute(delete(used).where(used.c.until < stamp(now)))
    try:
        with connection.begin_nested():
            connection.execute(insert(used).values(name=_named(name), until=stamp(until)))
    except IntegrityError:
        return False
    return True


def release_once(connection: Connection, name: str) -> None:
    """As ``Once.release``, within what else is written at once."""
    connection.execute(delete(used).where(used.c.name == _named(name)))


def check(database: Database) -> None:
    """
    Write into the database what it holds already.

    Raises:
        StoreError: nothing can be stored: it does not answer, its disk is full, it may only be read.
    """
    with writing(database) as connection:
        remember(connection, _ALIVE, secrets.token_hex(4))


def _named(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
