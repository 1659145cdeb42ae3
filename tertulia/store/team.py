"""The blog's team: who may do what, whose feed has which address, who gets a daily letter, whose views are kept.

The blog's author needs no row and may do all; they have the empty name.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from tertulia.store.connection import Database, stamp
from tertulia.store.inbox_tables import answer_drafts
from tertulia.store.person_tables import Role, members, saved_views
from tertulia.store.rows import writing

MOST_VIEWS = 30  # of one member
LONGEST_NAME = 60
# The blog's author in rows that say who of the team: a name that no member can have, whatever the author is called.
AUTHOR = " "


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team."""

    name: str
    role: Role
    email: str = ""
    feed: str = ""
    told_at: str = ""

    def may(self, role: Role) -> bool:
        """Whether they may do what *role* may."""
        order = (Role.AUTHOR, Role.MODERATOR, Role.OWNER)
        return order.index(self.role) >= order.index(role)


@dataclass(frozen=True, slots=True)
class SavedView:
    """Filters of the inbox under a name."""

    name: str
    asked: str  # as in an address


class Team:
    """Who is of the team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> Member | None:
        """Return the member called *name*; None for nobody of the team."""
        with self._database.reading() as connection:
            row = connection.execute(select(members).where(members.c.name == name)).first()
        return _member(row) if row else Member("", Role.OWNER) if name == "" else None

    def all(self) -> list[Member]:
        """Everybody who has a row, by name."""
        with self._database.reading() as connection:
            return [_member(row) for row in connection.execute(select(members).order_by(members.c.name))]

    def grant(self, name: str, role: Role | None = None) -> Role:
        """Have *name* be of the team, as *role*; as they are, or an owner, if none is given."""
        with writing(self._database) as connection:
            known = connection.execute(select(members.c.role).where(members.c.name == name)).scalar()
            given = Role(role or known or Role.OWNER) if name else Role.OWNER
            if known is None:
                connection.execute(insert(members).values(name=name, role=given))
            else:
                connection.execute(update(members).where(members.c.name == name).values(role=given))
            return given

    def dismiss(self, name: str) -> bool:
        """Have *name* be no longer of the team: no session, feed or letter of theirs goes on; False for nobody."""
        with writing(self._database) as connection:
            connection.execute(delete(saved_views).where(saved_views.c.member == name))
            connection.execute(delete(answer_drafts).where(answer_drafts.c.who == name))
            return connection.execute(delete(members).where(members.c.name == name)).rowcount == 1

    def renew_feed(self, name: str, *, on: bool = True) -> str:
        """Give the feed of *name* another secret, so that no older address opens it; "" with *on* False: none does."""
        self.grant(name)
        secret = secrets.token_hex(8) if on else ""
        self._set(name, feed=secret)
        return secret

    def set_email(self, name: str, email: str) -> None:
        """Have the daily letter of *name* go to *email*; "" for none."""
        self.grant(name)
        self._set(name, email=email)

    def told(self, name: str, now: datetime) -> None:
        """Remember that *name* has had a daily letter."""
        self._set(name, told_at=stamp(now))

    # Views

    def views(self, name: str) -> list[SavedView]:
        """Return the views that *name* has kept, by their names."""
        query = select(saved_views).where(saved_views.c.member == name).order_by(saved_views.c.name)
        with self._database.reading() as connection:
            return [SavedView(row.name, row.asked) for row in connection.execute(query)]

    def keep_view(self, name: str, view: SavedView) -> bool:
        """Keep *view* for *name*, in place of one of that name; False for one too many, or without a name."""
        there = {one.name for one in self.views(name)}
        if not view.name or (view.name not in there and len(there) >= MOST_VIEWS):
            return False
        with writing(self._database) as connection:
            self._drop(connection, name, view.name)
            connection.execute(insert(saved_views).values(member=name, name=view.name, asked=view.asked))
            return True

    def drop_view(self, name: str, view: str) -> None:
        """Forget a view of *name*."""
        with writing(self._database) as connection:
            self._drop(connection, name, view)

    def _drop(self, connection: Any, name: str, view: str) -> None:
        here = (saved_views.c.member == name) & (saved_views.c.name == view)
        connection.execute(delete(saved_views).where(here))

    def _set(self, name: str, **values: str) -> None:
        with writing(self._database) as connection:
            connection.execute(update(members).where(members.c.name == name).values(**values))


def _member(row: Any) -> Member:
    return Member(row.name, Role(row.role), row.email, row.feed, row.told_at)
