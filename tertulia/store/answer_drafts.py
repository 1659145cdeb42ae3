"""Answers that somebody has begun and not given: one for each thing and each of those who answer."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import comments
from tertulia.store.inbox_tables import answer_drafts
from tertulia.store.rows import writing


class AnswerDrafts:
    """What is being written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, key: str, who: str, text: str, now: datetime) -> None:
        """Keep what *who* has written so far to what is called *key*; nothing written is nothing kept."""
        with writing(self._database) as connection:
            number = connection.execute(select(comments.c.id).where(comments.c.key == key)).scalar()
            if number is None:
                return
            here = (answer_drafts.c.comment == number) & (answer_drafts.c.who == who)
            if not text.strip():
                connection.execute(delete(answer_drafts).where(here))
                return
            values = {"text": text, "saved_at": stamp(now)}
            if not connection.execute(update(answer_drafts).where(here).values(**values)).rowcount:
                connection.execute(insert(answer_drafts).values(comment=number, who=who, **values))

    def get(self, key: str, who: str) -> str:
        """Return what *who* has written so far; "" for nothing."""
        query = select(answer_drafts.c.text).join(comments, comments.c.id == answer_drafts.c.comment)
        with self._database.reading() as connection:
            found = connection.execute(query.where(comments.c.key == key, answer_drafts.c.who == who)).scalar()
            return str(found or "")

    def begun(self, who: str) -> set[str]:
        """Return the keys of all that *who* has begun to answer."""
        query = select(comments.c.key).join(answer_drafts, answer_drafts.c.comment == comments.c.id)
        with self._database.reading() as connection:
            return set(connection.execute(query.where(answer_drafts.c.who == who)).scalars())
