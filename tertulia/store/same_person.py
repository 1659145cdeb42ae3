"""Which accounts are of one person: computed, each time it is asked, from what proves it and from the owner's word.

Two rows of ``persons`` are one person by a link between them, each of which has a proof (``Proof``); never by a name
alone. What the owner said, that two are one or that they are two, wins over everything else. A page that several
accounts of one network are verified by is a team's, or somebody's with two accounts: it proves nothing, and is a
suggestion. Nothing is rewritten by a link, so that it can be taken back at any time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, literal, or_, select, union_all, update

from tertulia.store.conversation_tables import accounts, persons
from tertulia.store.person_tables import Proof, listed_people, lost_proofs, person_links, person_notes, proofs
from tertulia.store.rows import short
from tertulia.store.said import Author, Trust

MOST_ACCOUNTS = 500  # of one person; who has more is a farm, and is no longer followed
MOST_PROOFS = 10  # links in one profile
_TWO = "two"
_STRENGTH = (Proof.OWNER, Proof.FILE, Proof.DOMAIN, Proof.VERIFIED, Proof.REL_ME)
# SQLite takes 32,766 values in one question, older ones 999.
_AT_ONCE = 200


class AccountLink(NamedTuple):
    """Two accounts of one person, by their numbers, and what says so."""

    one: int
    other: int
    proof: Proof


@dataclass(frozen=True, slots=True)
class Group:
    """The accounts of one person."""

    members: frozenset[int]
    links: tuple[AccountLink, ...] = ()

    def is_public(self, one: int, other: int) -> bool:
        """Whether anybody can see that these two are one person."""
        union = _Union()
        for link in self.links:
            if link.proof.is_public:
                union.join(link.one, link.other)
        return union.root(one) == union.root(other)


@dataclass(slots=True)
class _Union:
    """Sets that grow together, but for those that are to stay apart."""

    apart: Collection[tuple[int, int]] = ()
    _of: dict[int, set[int]] = field(default_factory=dict)

    def members(self, one: int) -> set[int]:
        return self._of.setdefault(one, {one})

    def root(self, one: int) -> int:
        return min(self.members(one))

    def join(self, one: int, other: int) -> bool:
        mine, theirs = self.members(one), self.members(other)
        if any(pair(first, second) in self.apart for first in mine for second in theirs):
            return False
        mine |= theirs
        self._of.update(dict.fromkeys(theirs, mine))
        return True


def pair(one: int, other: int) -> tuple[int, int]:
    """Two numbers as the store keeps them, the lower first."""
    return (one, other) if one < other else (other, one)


def groups_of(connection: Connection, people: Iterable[int]) -> dict[int, Group]:
    """Return the accounts of the person of each of *people*, numbers of rows of ``persons``."""
    asked = set(people)
    seen, frontier = set(asked), set(asked)
    found: set[tuple[int, int, str]] = set()
    while frontier and len(seen) < MOST_ACCOUNTS + len(asked):
        news: set[tuple[int, int, str]] = set()
        for some in _chunks(frontier):
            news.update((*pair(row[0], row[1]), row[2]) for row in connection.execute(_around(some)))
        found |= news
        frontier = {one for first, second, how in news if how != _TWO for one in (first, second)} - seen
        seen |= frontier
    union = _Union(apart={(one, other) for one, other, how in found if how == _TWO})
    links = sorted(
        (AccountLink(one, other, Proof(how)) for one, other, how in found if how != _TWO),
        key=lambda link: (_STRENGTH.index(link.proof), link.one, link.other),
    )
    held = [link for link in links if union.join(link.one, link.other)]
    groups: dict[int, Group] = {}
    for one in asked:
        members = frozenset(union.members(one))
        groups[one] = Group(members, tuple(link for link in held if link.one in members))
    return groups


def group_of(connection: Connection, person: int) -> Group:
    """Return the accounts of one person; see ``groups_of``."""
    return groups_of(connection, (person,))[person]


def _around(ids: Collection[int]) -> Any:
    """Return the question for every link of *ids*."""
    # A name that two of one network are proved by is not one person's; but one account may be that of several pages.
    holder, rival = persons.alias(), persons.alias()
    also = proofs.alias()
    shared = (
        select(also.c.person)
        .join(rival, rival.c.id == also.c.person)
        .where(also.c.name == proofs.c.name, also.c.person != proofs.c.person, rival.c.network == holder.c.network)
        .where(proofs.c.how != Proof.REL_ME)
        .exists()
    )
    proved = (
        select(proofs.c.person, accounts.c.person, proofs.c.how)
        .join(accounts, accounts.c.name == proofs.c.name)
        .join(holder, holder.c.id == proofs.c.person)
        .where(accounts.c.person != proofs.c.person, ~shared)
    )
    # Two accounts that one site vouches for are one person's, though the site has said nothing itself.
    second, other = proofs.alias(), persons.alias()
    both = (
        select(proofs.c.person, second.c.person, literal(Proof.VERIFIED.value))
        .join(second, second.c.name == proofs.c.name)
        .join(holder, holder.c.id == proofs.c.person)
        .join(other, other.c.id == second.c.person)
        .where(second.c.person != proofs.c.person, other.c.network != holder.c.network, ~shared)
    )
    also_shared = (
        select(also.c.person)
        .join(rival, rival.c.id == also.c.person)
        .where(also.c.name == second.c.name, also.c.person != second.c.person, rival.c.network == other.c.network)
        .exists()
    )
    mine, theirs = accounts.alias(), accounts.alias()
    entry, same = listed_people.alias(), listed_people.alias()
    listed = (
        select(mine.c.person, theirs.c.person, literal(Proof.FILE.value))
        .join(entry, entry.c.name == mine.c.name)
        .join(same, same.c.entry == entry.c.entry)
        .join(theirs, theirs.c.name == same.c.name)
        .where(mine.c.person.in_(ids), theirs.c.person != mine.c.person)
    )
    here = or_(person_links.c.one.in_(ids), person_links.c.other.in_(ids))
    said = select(person_links.c.one, person_links.c.other, person_links.c.is_same).where(here)
    words = said.with_only_columns(person_links.c.one, person_links.c.other, literal(Proof.OWNER.value))
    apart = said.with_only_columns(person_links.c.one, person_links.c.other, literal(_TWO))
    return union_all(
        proved.where(proofs.c.person.in_(ids)),
        proved.where(accounts.c.person.in_(ids)),
        both.where(proofs.c.person.in_(ids), ~also_shared),
        listed,
        words.where(person_links.c.is_same == 1),
        apart.where(person_links.c.is_same == 0),
    )


# What proves it ------------------------------------------------------------------------------------------------------


def write_proofs(connection: Connection, person: int, author: Author, names: Mapping[str, Proof]) -> dict[str, Proof]:
    """
    Write down what the network of *author* proves of them now, in place of what it said before.

    Args:
        names: Other names of theirs, as ``accounts`` writes them, and how each is proved.

    Returns:
        What it proves no longer.
    """
    told = {short(name): how for name, how in list(names.items())[:MOST_PROOFS]}
    known = {row.name: row.how for row in connection.execute(select(proofs).where(proofs.c.person == person))}
    # A way that tells of no links takes none away.
    kept = {name for name, how in known.items() if how == Proof.VERIFIED} if author.links is None else set()
    if known == told:
        return {}
    old = set(known) - set(told) - kept
    if old:
        connection.execute(delete(proofs).where(proofs.c.person == person, proofs.c.name.in_(old)))
    for name, how in told.items():
        if name in known:
            here = (proofs.c.person == person) & (proofs.c.name == name)
            connection.execute(update(proofs).where(here).values(how=how))
        else:
            connection.execute(insert(proofs).values(person=person, name=name, how=how))
        if how == Proof.DOMAIN:  # a handle is whose it is now
            taken = (proofs.c.name == name) & (proofs.c.how == Proof.DOMAIN) & (proofs.c.person != person)
            connection.execute(delete(proofs).where(taken))
    return {name: Proof(known[name]) for name in sorted(old)}


def proved_by(connection: Connection, names: Collection[str], network: str) -> set[int]:
    """
    Return the accounts of whom one of *names* is proved, as far as that proves anything of an account on *network*.

    It proves nothing where two of one network are proved by it: one gave it up, the other took it.
    """
    query = select(proofs.c.name, proofs.c.person, persons.c.network).join(persons, persons.c.id == proofs.c.person)
    holders: dict[tuple[str, str], list[int]] = {}
    for name, person, where in connection.execute(query.where(proofs.c.name.in_(names))):
        holders.setdefault((name, where), []).append(person)
    return {several[0] for (_, where), several in holders.items() if len(several) == 1 and where != network}


def link(connection: Connection, one: int, other: int, *, is_same: bool, said_by: str, at: str) -> None:
    """Write down the owner's word on two accounts."""
    first, second = pair(one, other)
    here = (person_links.c.one == first) & (person_links.c.other == second)
    values = {"is_same": int(is_same), "said_by": said_by, "at": at}
    if not connection.execute(update(person_links).where(here).values(**values)).rowcount:
        connection.execute(insert(person_links).values(one=first, other=second, **values))


# What a person's row takes along -------------------------------------------------------------------------------------


def move(connection: Connection, old: int, new: int) -> None:
    """Have row *new* have what row *old* has, which is the same account and is about to go."""
    there = set(connection.execute(select(proofs.c.name).where(proofs.c.person == new)).scalars())
    here = proofs.c.person == old
    connection.execute(delete(proofs).where(here, proofs.c.name.in_(there)))
    connection.execute(update(proofs).where(here).values(person=new))
    connection.execute(delete(lost_proofs).where(lost_proofs.c.person == old))
    connection.execute(update(person_notes).where(person_notes.c.person == old).values(person=new))
    theirs = or_(person_links.c.one == old, person_links.c.other == old)
    links = connection.execute(select(person_links).where(theirs)).all()
    for row in links:
        other = row.other if row.one == old else row.one
        first, second = pair(new, other)
        known = (person_links.c.one == first) & (person_links.c.other == second)
        if other != new and connection.execute(select(person_links).where(known)).first() is None:
            link(connection, new, other, is_same=bool(row.is_same), said_by=row.said_by, at=row.at)


def forget(connection: Connection, person: int) -> None:
    """Delete all that is kept about a person beside what they said."""
    connection.execute(delete(proofs).where(proofs.c.person == person))
    connection.execute(delete(lost_proofs).where(lost_proofs.c.person == person))
    connection.execute(delete(person_notes).where(person_notes.c.person == person))
    connection.execute(delete(person_links).where(or_(person_links.c.one == person, person_links.c.other == person)))


# What holds for all accounts -----------------------------------------------------------------------------------------


def trust_of(connection: Connection, person: int) -> Trust:
    """Return what the owner thinks of a person, by whichever account they speak: who is blocked by one is blocked."""
    members = group_of(connection, person).members
    return strictest(connection.execute(select(persons.c.trust).where(persons.c.id.in_(members))).scalars())


def strictest(known: Iterable[str]) -> Trust:
    """
    Return what to think of one person of whom all of that was thought: who was blocked by one door is blocked at all.
    """
    return max(map(Trust, known), key=(Trust.UNKNOWN, Trust.TRUSTED, Trust.BLOCKED).index, default=Trust.UNKNOWN)


def unquotable(connection: Connection) -> frozenset[int]:
    """Every account of those who do not want to be quoted."""
    said = list(connection.execute(select(persons.c.id).where(persons.c.no_quotes == 1)).scalars())
    groups = groups_of(connection, said) if said else {}
    return frozenset(one for group in groups.values() for one in group.members)


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = sorted(ids)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
