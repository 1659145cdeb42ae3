"""Labels that the team puts on items of the inbox, to find them again: for the team's eyes alone."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from tertulia.core.text import fold_for_search, one_line
from tertulia.store.connection import Database
from tertulia.store.conversation_tables import comments
from tertulia.store.inbox_tables import item_labels
from tertulia.store.rows import writing

LONGEST = 40
MOST = 10  # on one item
_OF_ITEMS = (
    select(item_labels.c.comment, item_labels.c.name)
    .where(item_labels.c.comment.in_(bindparam("ids", expanding=True)))
    .order_by(item_labels.c.folded)
)


class Labels:
    """The labels; the same whatever their case and accents, and called as they were first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, within: Collection[str] | None = None) -> list[str]:
        """
        Every label that anything has, by name.

        Args:
            within: Ids of all posts that whoever asks may see the talk of.
        """
        query = select(item_labels.c.folded, item_labels.c.name).distinct()
        if within is not None:
            query = query.join(comments, comments.c.id == item_labels.c.comment)
            query = query.where(comments.c.post.in_(list(within)))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(item_labels.c.folded, item_labels.c.name))
            return list({row.folded: row.name for row in reversed(rows.all())}.values())[::-1]

    def put(self, key: str, name: str) -> bool:
        """Put a label on the item of the comment *key*; False for one too many, or for no name."""
        called = one_line(name, LONGEST)
        folded = folded_label(called)
        with writing(self._database) as connection:
            number = connection.execute(select(comments.c.id).where(comments.c.key == key)).scalar()
            if number is None or not folded:
                return False
            here = item_labels.c.comment == number
            there = set(connection.execute(select(item_labels.c.folded).where(here)).scalars())
            if folded in there:
                return True
            if len(there) >= MOST:
                return False
            known = select(item_labels.c.name).where(item_labels.c.folded == folded).limit(1)
            first = connection.execute(known).scalar()
            connection.execute(insert(item_labels).values(comment=number, folded=folded, name=first or called))
            return True

    def take_off(self, key: str, name: str) -> None:
        """Take a label off the item of the comment *key*."""
        with writing(self._database) as connection:
            number = select(comments.c.id).where(comments.c.key == key).scalar_subquery()
            here = (item_labels.c.comment == number) & (item_labels.c.folded == folded_label(name))
            connection.execute(delete(item_labels).where(here))


def folded_label(name: str) -> str:
    """Return what makes two labels the same."""
    return fold_for_search(one_line(name, LONGEST))[:LONGEST].strip()


def labels_of(connection: Connection, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the labels of each of these comments that has any."""
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(_OF_ITEMS, {"ids": list(ids)}):
        found[row.comment] = (*found.get(row.comment, ()), row.name)
    return found


def with_label(query: Any, column: Any, name: str) -> Any:
    """*query* for those alone whose comment, in *column*, has a label."""
    return query.where(column.in_(select(item_labels.c.comment).where(item_labels.c.folded == folded_label(name))))


def load(connection: Connection, labels: Mapping[int, Iterable[str]]) -> None:
    """Write down the labels that an export had on comments, by their numbers."""
    for number, names in labels.items():
        for folded, name in {folded_label(name): one_line(name, LONGEST) for name in names}.items():
            if folded:
                connection.execute(insert(item_labels).values(comment=number, folded=folded, name=name))
