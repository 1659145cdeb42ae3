"""Pages of persons that we look at ourselves, for links to profiles that link back; and proofs that are gone.

A proof of this kind (``Proof.REL_ME``) hangs on the row of the page's person, with the day when both links were last
seen. A proof that is gone, of whatever kind, leaves a row that says since when, for the owner's eyes.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from tertulia.store import same_person
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import accounts, comments, persons
from tertulia.store.person_tables import Proof, lost_proofs, proofs
from tertulia.store.rows import writing
from tertulia.store.said import Status

WEB = "web"


class Profile(NamedTuple):
    """A page that is somebody's."""

    person: int
    page: str
    name: str  # as ``accounts`` writes it


class LostProof(NamedTuple):
    """What proved two accounts to be one person's, and does no longer."""

    person: int
    called: str  # what they call themselves
    name: str
    how: Proof
    at: str
    is_same: bool  # something else says so


class Profiles:
    """The pages, and when they were looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, before: datetime, limit: int) -> list[Profile]:
        """Return pages of who has said something, that were not looked at since *before*; the oldest look first."""
        spoken = select(comments.c.person).where(comments.c.status.in_((Status.APPROVED, Status.WAITING)))
        query = (
            select(persons.c.id, persons.c.identity, accounts.c.name)
            .join(accounts, accounts.c.person == persons.c.id)
            .where(persons.c.network == WEB, persons.c.is_owner == 0, persons.c.looked_at < stamp(before))
            .where(accounts.c.name.like("web:%"), persons.c.identity.not_like("% %"), persons.c.id.in_(spoken))
            .order_by(persons.c.looked_at, persons.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Profile(row.id, _whole(row.identity), row.name) for row in rows]

    def known(self, names: Collection[str], but: int) -> set[str]:
        """Return those of *names* that are accounts of somebody who is not of row *but*, nor the owner."""
        query = select(accounts.c.name).join(persons, persons.c.id == accounts.c.person)
        query = query.where(accounts.c.name.in_(names), persons.c.id != but, persons.c.is_owner == 0)
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def seen(self, person: int, names: Mapping[str, bool | None], now: datetime, *, too_old: datetime) -> bool:
        """
        Write down what a look at a person's page showed; whether anything changed.

        Args:
            names: Whether each links back; None where nobody could tell, which takes nothing away before *too_old*.
                What is not among them, the page does not link to.
        """
        with writing(self._database) as connection:
            connection.execute(update(persons).where(persons.c.id == person).values(looked_at=stamp(now)))
            here = (proofs.c.person == person) & (proofs.c.how == Proof.REL_ME)
            before = {row.name: row.seen_at for row in connection.execute(select(proofs).where(here))}
            lost = {
                name
                for name, seen_at in before.items()
                if (linked := names.get(name, False)) is False or (linked is None and seen_at < stamp(too_old))
            }
            lose(connection, person, dict.fromkeys(lost, Proof.REL_ME), now)
            found = {name for name, linked in names.items() if linked}
            for name in sorted(found):
                one = here & (proofs.c.name == name)
                if not connection.execute(update(proofs).where(one).values(seen_at=stamp(now))).rowcount:
                    values = {"person": person, "name": name, "how": Proof.REL_ME, "seen_at": stamp(now)}
                    connection.execute(insert(proofs).values(**values))
            regain(connection, person, found)
            return bool(lost or found - before.keys())

    def unreachable(self, person: int, now: datetime, *, too_old: datetime) -> bool:
        """Write down that a page did not answer: what it proved holds until *too_old*; whether anything changed."""
        here = (proofs.c.person == person) & (proofs.c.how == Proof.REL_ME)
        with self._database.reading() as connection:
            names: dict[str, bool | None] = dict.fromkeys(
                connection.execute(select(proofs.c.name).where(here)).scalars()
            )
        return self.seen(person, names, now, too_old=too_old)

    def lost(self, since: str = "", people: Collection[int] | None = None) -> list[LostProof]:
        """Return the proofs that are gone since a moment, as the store writes them; of *people* alone where given."""
        query = select(lost_proofs, persons.c.name.label("called"), persons.c.handle)
        query = query.join(persons, persons.c.id == lost_proofs.c.person).where(lost_proofs.c.at > since)
        if people is not None:
            query = query.where(lost_proofs.c.person.in_(people))
        with self._database.reading() as connection:
            found = []
            for row in connection.execute(query.order_by(lost_proofs.c.at, lost_proofs.c.person)).all():
                others = select(accounts.c.person).where(accounts.c.name == row.name, accounts.c.person != row.person)
                also = set(connection.execute(others).scalars())
                is_same = bool(also & same_person.group_of(connection, row.person).members)
                called = row.called or row.handle
                found.append(LostProof(row.person, called, row.name, Proof(row.how), row.at, is_same))
            return found


def lose(connection: Connection, person: int, names: Mapping[str, Proof], now: datetime) -> None:
    """Take proofs of a person away, and write down since when they are gone."""
    regain(connection, person, names)
    for name, how in sorted(names.items()):
        connection.execute(delete(proofs).where(proofs.c.person == person, proofs.c.name == name))
        connection.execute(insert(lost_proofs).values(person=person, name=name, how=how, at=stamp(now)))


def regain(connection: Connection, person: int, names: Collection[str]) -> None:
    """Forget that these proofs of a person were gone."""
    if names:
        here = (lost_proofs.c.person == person) & lost_proofs.c.name.in_(list(names))
        connection.execute(delete(lost_proofs).where(here))


def _whole(identity: str) -> str:
    return identity if "://" in identity else f"https://{identity}"
