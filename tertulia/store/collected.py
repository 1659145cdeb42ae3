"""What collecting asks of the conversation: what it brought in before, and whose portraits are still shown."""

from sqlalchemy import select

from tertulia.store.connection import Database
from tertulia.store.conversation_tables import comments, persons, reactions, sources

# What an older version read off a page has its address for an id, and no network can be asked for that.
_HAS_ID = sources.c.source_id.not_like("http%")


class Collected:
    """Questions across the tables of the conversation; nothing here writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self, source: str, post: str, lang: str) -> set[str]:
        """Return what *source* calls everything of somebody's that it is known to have under a post."""
        said = select(sources.c.source_id).join(comments, comments.c.id == sources.c.comment)
        said = said.where(sources.c.source == source, sources.c.gone_at.is_(None), _HAS_ID)
        done = select(reactions.c.source_id).where(reactions.c.source == source, reactions.c.person.is_not(None))
        with self._database.reading() as connection:
            return {
                *connection.execute(said.where(comments.c.post == post, comments.c.lang == lang)).scalars(),
                *connection.execute(done.where(reactions.c.post == post, reactions.c.lang == lang)).scalars(),
            }

    def places(self, source: str) -> set[tuple[str, str]]:
        """Return the posts (Id, language) under which *source* is known to have anything of somebody's."""
        said = select(comments.c.post, comments.c.lang).join(sources, comments.c.id == sources.c.comment)
        said = said.where(sources.c.source == source, sources.c.gone_at.is_(None), _HAS_ID)
        done = select(reactions.c.post, reactions.c.lang)
        done = done.where(reactions.c.source == source, reactions.c.person.is_not(None))
        with self._database.reading() as connection:
            return {(row[0], row[1]) for row in connection.execute(said.union(done))}

    def avatars(self) -> set[str]:
        """Return the file names of the portraits of everybody who is known, as they are and as they were approved."""
        query = select(persons.c.avatar).union(select(comments.c.avatar))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars()) - {""}
