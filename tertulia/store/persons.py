"""A person, by whatever accounts they speak: who they are, what the owner keeps about them, who may be the same.

What makes two accounts one person is in ``same_person``; here the owner's word on it is written down, and taken back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from tertulia.store import accounts, same_person
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import accounts as account_names
from tertulia.store.conversation_tables import comments, notices, persons
from tertulia.store.person_tables import Proof, listed_people, person_links, person_notes, proofs
from tertulia.store.rows import writing
from tertulia.store.said import Trust

LONGEST_NOTE = 4000
# Who looks for one person among more is told of these; a name that so many bear says nothing.
_MOST_CANDIDATES = 300


class Likeness(StrEnum):
    """Why two accounts may be of one person."""

    SITE = "site"  # one name, one site
    HANDLE = "handle"  # one name, one handle on two networks
    AVATAR = "avatar"  # one name, one picture
    EMAIL = "email"  # the form was told one address of mail
    PAGE = "page"  # one page vouches for both, and for others of the same network: a team's, or theirs


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a person."""

    id: int
    network: str
    name: str
    handle: str
    url: str
    trust: Trust
    proof: Proof | None  # by which it is known to be theirs; None for the one that was asked for
    seen_at: str = ""  # when both links of ``Proof.REL_ME`` were last there


class PersonNote(NamedTuple):
    """Something that the owner wants to remember of a person."""

    id: int
    text: str
    said_by: str
    at: str


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody who may be the same, with why."""

    account: Account
    why: tuple[Likeness, ...]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """All that is kept about a person beside what they said."""

    accounts: tuple[Account, ...]  # the one that was asked for first
    trust: Trust
    no_quotes: bool
    is_owner: bool  # the blog's own author
    notes: tuple[PersonNote, ...]

    @property
    def members(self) -> frozenset[int]:
        """The numbers of the accounts."""
        return frozenset(one.id for one in self.accounts)


class Persons:
    """Those who speak, each by all their accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, number: int) -> KnownPerson | None:
        """Return the person who has the account *number*."""
        with self._database.reading() as connection:
            group = same_person.group_of(connection, number)
            rows = _rows(connection, group.members)
            if number not in rows:
                return None
            query = select(person_notes).where(person_notes.c.person.in_(group.members)).order_by(person_notes.c.id)
            seen = _seen(connection, group.members)
            notes = tuple(PersonNote(row.id, row.text, row.said_by, row.at) for row in connection.execute(query))
        proof = {one: link.proof for link in reversed(group.links) for one in (link.one, link.other)}
        every = [
            _account(rows[one], proof.get(one), seen.get(one, "") if proof.get(one) == Proof.REL_ME else "")
            for one in sorted(rows, key=lambda one: (one != number, one))
        ]
        first = _account(rows[number], None)
        trust = same_person.strictest(row.trust for row in rows.values())
        return KnownPerson(
            accounts=(first, *every[1:]),
            trust=trust,
            no_quotes=any(row.no_quotes for row in rows.values()),
            is_owner=any(row.is_owner for row in rows.values()),
            notes=notes,
        )

    def members(self, number: int) -> frozenset[int]:
        """Return the numbers of all accounts of the person who has the account *number*."""
        with self._database.reading() as connection:
            return same_person.group_of(connection, number).members

    def groups(self, numbers: Collection[int]) -> dict[int, frozenset[int]]:
        """Of each of many accounts, the numbers of all accounts of its person."""
        with self._database.reading() as connection:
            return {one: group.members for one, group in same_person.groups_of(connection, numbers).items()}

    def unquotable(self) -> frozenset[int]:
        """Return the numbers of all accounts of those who do not want to be quoted."""
        with self._database.reading() as connection:
            return same_person.unquotable(connection)

    # The owner's word

    def join(self, one: int, other: int, now: datetime, *, said_by: str = "") -> bool:
        """Have two accounts be one person's; False where they are one, or one is nobody's or the owner's own."""
        with writing(self._database) as connection:
            if not self._are_strangers(connection, one, other):
                return False
            groups = same_person.groups_of(connection, (one, other))
            for mine in groups[one].members:
                for theirs in groups[other].members:
                    first, second = same_person.pair(mine, theirs)
                    here = (person_links.c.one == first) & (person_links.c.other == second)
                    connection.execute(delete(person_links).where(here, person_links.c.is_same == 0))
            same_person.link(connection, one, other, is_same=True, said_by=said_by, at=stamp(now))
            return True

    def separate(self, one: int, now: datetime, *, said_by: str = "") -> None:
        """Have an account be no longer one of those that it is joined with, whatever proves it."""
        with writing(self._database) as connection:
            for other in same_person.group_of(connection, one).members - {one}:
                same_person.link(connection, one, other, is_same=False, said_by=said_by, at=stamp(now))

    def refuse(self, one: int, other: int, now: datetime, *, said_by: str = "") -> bool:
        """Have two persons be two for good; False where one of them is nobody."""
        with writing(self._database) as connection:
            if not self._are_strangers(connection, one, other):
                return False
            groups = same_person.groups_of(connection, (one, other))
            for mine in groups[one].members - groups[other].members:
                for theirs in groups[other].members - groups[one].members:
                    same_person.link(connection, mine, theirs, is_same=False, said_by=said_by, at=stamp(now))
            return True

    def set_no_quotes(self, number: int, *, no_quotes: bool) -> None:
        """Remember whether a person wants to be quoted."""
        with writing(self._database) as connection:
            members = same_person.group_of(connection, number).members
            connection.execute(update(persons).where(persons.c.id.in_(members)).values(no_quotes=int(no_quotes)))

    def note(self, number: int, text: str, now: datetime, *, said_by: str = "") -> bool:
        """Remember *text* about a person; False when there is no such person, or nothing to remember."""
        kept = text.strip()[:LONGEST_NOTE]
        with writing(self._database) as connection:
            if not kept or number not in _rows(connection, (number,)):
                return False
            values = {"person": number, "text": kept, "said_by": said_by, "at": stamp(now)}
            connection.execute(insert(person_notes).values(**values))
            return True

    def drop_note(self, number: int, note: int) -> None:
        """Forget a note about the person who has the account *number*."""
        with writing(self._database) as connection:
            members = same_person.group_of(connection, number).members
            here = (person_notes.c.id == note) & person_notes.c.person.in_(members)
            connection.execute(delete(person_notes).where(here))

    def list_people(self, entries: Mapping[str, Collection[str]]) -> None:
        """Have those names be one person's that people.toml gives to one; *entries*: of each what it is known by."""
        wanted = {(entry, name) for entry, names in entries.items() for name in names}
        with self._database.reading() as connection:
            known = {(row.entry, row.name) for row in connection.execute(select(listed_people))}
        if wanted == known:
            return
        with writing(self._database) as connection:
            connection.execute(delete(listed_people))
            if wanted:
                rows = [{"entry": entry, "name": name} for entry, name in sorted(wanted)]
                connection.execute(insert(listed_people), rows)

    def _are_strangers(self, connection: Connection, one: int, other: int) -> bool:
        """Whether these are two, both somebody's, and neither the owner's."""
        rows = _rows(connection, (one, other))
        return len(rows) == 2 and not any(row.is_owner for row in rows.values())

    # Who may be the same

    def likely(self, number: int) -> list[Likely]:
        """Others who may be the person of the account *number*, but for those whom the owner said to be others."""
        with self._database.reading() as connection:
            members = same_person.group_of(connection, number).members
            mine = list(_rows(connection, members).values())
            if not mine or any(row.is_owner for row in mine):
                return []
            found = _alike(connection, mine)
            groups = same_person.groups_of(connection, found)
            apart = _apart(connection, members)
            rows = _rows(connection, found)
        seen: set[int] = set()
        likely = []
        for one in sorted(found):
            others = groups[one].members
            if others & (members | apart | seen) or one not in rows:
                continue
            seen |= others
            why = {reason for other in others for reason in found.get(other, ())}
            likely.append(Likely(_account(rows[one], None), tuple(reason for reason in Likeness if reason in why)))
        return likely


def _alike(connection: Connection, mine: list[Any]) -> dict[int, set[Likeness]]:
    """Those who have something in common with the rows *mine*, and what; a name alone is nothing."""
    ids = [row.id for row in mine]
    found: dict[int, set[Likeness]] = {}
    names = {row.name for row in mine if row.name}
    sites = {accounts.name_of_address(row.url) for row in mine} | _names_of(connection, ids)
    sites = {name for name in sites if name.startswith("web:")}
    handles = {_local(row.handle) for row in mine} - {""}
    avatars = {row.avatar for row in mine if row.avatar}
    theirs = persons.c.id.not_in(ids) & (persons.c.is_owner == 0) & (persons.c.network != accounts.NOBODY)
    # A site has its claimed address in many spellings: who bears the name is looked at one by one.
    named = select(persons).where(theirs, persons.c.name.in_(names)).order_by(persons.c.id).limit(_MOST_CANDIDATES)
    candidates = connection.execute(named).all() if names else []
    known: dict[int, set[str]] = {}
    here = [row.id for row in candidates]
    for table in (account_names, proofs):
        for row in connection.execute(select(table.c.person, table.c.name).where(table.c.person.in_(here))):
            known.setdefault(row.person, set()).add(row.name)
    for row in candidates:
        also = known.get(row.id, set()) | {accounts.name_of_address(row.url)}
        why = set()
        if sites & also:
            why.add(Likeness.SITE)
        if _local(row.handle) in handles:
            why.add(Likeness.HANDLE)
        if row.avatar in avatars:
            why.add(Likeness.AVATAR)
        if why:
            found[row.id] = why
    for one in _by_mail(connection, ids):
        found.setdefault(one, set()).add(Likeness.EMAIL)
    for one in _by_page(connection, ids):
        found.setdefault(one, set()).add(Likeness.PAGE)
    return found


def _by_mail(connection: Connection, ids: Collection[int]) -> list[int]:
    """Those of the form who gave an address of mail that one of *ids* gave."""
    asked = select(func.lower(notices.c.email)).join(comments, comments.c.id == notices.c.comment)
    emails = list(connection.execute(asked.where(comments.c.person.in_(ids)).distinct()).scalars())
    if not emails:
        return []
    same = select(comments.c.person).join(notices, notices.c.comment == comments.c.id)
    same = same.where(func.lower(notices.c.email).in_(emails), comments.c.person.not_in(ids)).distinct()
    return list(connection.execute(same.limit(_MOST_CANDIDATES)).scalars())


def _by_page(connection: Connection, ids: Collection[int]) -> list[int]:
    """Those whom a page vouches for that vouches for one of *ids* too."""
    mine = select(proofs.c.name).where(proofs.c.person.in_(ids))
    also = select(account_names.c.name).where(account_names.c.person.in_(ids))
    by_proof = select(proofs.c.person).where(or_(proofs.c.name.in_(mine), proofs.c.name.in_(also)))
    by_name = select(account_names.c.person).where(account_names.c.name.in_(mine))
    query = by_proof.union(by_name).limit(_MOST_CANDIDATES)
    return [one for one in connection.execute(query).scalars() if one not in ids]


def _apart(connection: Connection, members: Collection[int]) -> set[int]:
    here = or_(person_links.c.one.in_(members), person_links.c.other.in_(members))
    rows = connection.execute(select(person_links).where(here, person_links.c.is_same == 0))
    return {one for row in rows for one in (row.one, row.other)} - set(members)


def _names_of(connection: Connection, ids: Collection[int]) -> set[str]:
    return {
        name
        for table in (account_names, proofs)
        for name in connection.execute(select(table.c.name).where(table.c.person.in_(ids))).scalars()
    }


def _local(handle: str) -> str:
    """Return what stands before the server in a handle: "@ana@mas.example" and "ana.bsky.social" are both "ana"."""
    bare = handle.strip().lstrip("@").casefold()
    return bare.partition("@")[0].partition(".")[0]


def _rows(connection: Connection, ids: Collection[int]) -> dict[int, Any]:
    query = select(persons).where(persons.c.id.in_(ids), persons.c.network != accounts.NOBODY)
    return {row.id: row for row in connection.execute(query)}


def _seen(connection: Connection, members: Collection[int]) -> dict[int, str]:
    """When a page and a profile were last seen to link to each other, by the number of either's account."""
    query = select(proofs.c.person, account_names.c.person, proofs.c.seen_at)
    query = query.join(account_names, account_names.c.name == proofs.c.name).order_by(proofs.c.seen_at)
    rows = connection.execute(query.where(proofs.c.person.in_(members), proofs.c.how == Proof.REL_ME))
    return {one: seen_at for page, profile, seen_at in rows for one in (page, profile)}


def _account(row: Any, proof: Proof | None, seen_at: str = "") -> Account:
    return Account(row.id, row.network, row.name, row.handle, row.url, Trust(row.trust), proof, seen_at)
