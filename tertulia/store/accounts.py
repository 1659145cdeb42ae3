"""One account by several doors: the names by which a person is known wherever what they say is told.

A network tells of ``did:plc:…`` or ``@ana@mas.example``, a bridge's webmention of ``https://mas.example/@ana``, a form
of whatever was typed. All of them are written as one kind of name, so that trusting, blocking and erasing hold at every
door:

    ana@mas.example     an account of the fediverse, by handle, address or id
    bluesky:ana.test    a handle of one network; did:plc:… what stays when it changes
    web:ana.example/a   any other page that is somebody's

Names that were proved lead to the person. A name that is only claimed leads to nobody's trust, and yet is kept from
whoever was blocked or erased under it.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from tertulia.core.addresses import split_address
from tertulia.store import profiles, same_person
from tertulia.store.conversation_tables import accounts, comments, decisions, persons, reactions
from tertulia.store.person_tables import Proof
from tertulia.store.rows import short
from tertulia.store.said import Author, Trust
from tertulia.store.settling import settle_person

# Networks of one host: the host of an address, and the network whose handles its paths are.
_HOSTS = {
    "bsky.app": "bluesky",
    "x.com": "x",
    "twitter.com": "x",
    "threads.com": "threads",
    "threads.net": "threads",
    "t.me": "telegram",
    "facebook.com": "facebook",
}
_FORM = "form"
WEB = "web"
# The network of whoever said what is no longer here, and whose answers are.
NOBODY = "nobody"
# What Bridgy Fed calls those whom it brings elsewhere: https://fed.brid.gy/docs#how-fediverse (read 2026-11)
_BRIDGED_HANDLE = re.compile(r"(?P<name>[^.@]+)\.(?P<host>[^@]+)\.ap\.brid\.gy")
_BRIDGED_SITE = re.compile(r"(?P<host>[^@]+)\.web\.brid\.gy")
_BY_IDENTITY = select(persons).where(
    persons.c.network == bindparam("network"), persons.c.identity == bindparam("identity")
)
_ADD = insert(persons).returning(persons.c.id)
_STEPS_OF_PERSONS = ("users", "u", "profile", "user")
_PROFILE = re.compile(r"@(?P<name>[^@]+)(?:@(?P<host>[^@]+))?")  # the page of somebody, also of another host


class Named(Protocol):
    """Whoever has these: an ``Author`` that comes in, or a row of ``persons``."""

    @property
    def network(self) -> Any: ...

    @property
    def identity(self) -> Any: ...

    @property
    def handle(self) -> Any: ...

    @property
    def url(self) -> Any: ...


def names_of(who: Named) -> frozenset[str]:
    """Every name that *who* has, proved or not."""
    return _names(who, claimed=True)


def _names(who: Named, *, claimed: bool) -> frozenset[str]:
    identity = str(who.identity).rpartition(" ")[2]  # of who is not vouched for, the claimed address comes last
    found = {_of_handle(str(who.network), str(who.handle)), _of_address(str(who.url), claimed=claimed)}
    if who.network == WEB:
        found.add(_of_address(_whole(identity), claimed=claimed))
    elif who.network != _FORM:
        found.add(identity if identity.startswith("did:") else _of_address(identity, claimed=claimed))
    return frozenset(short(name) for name in found if name)


def proved(who: Named) -> frozenset[str]:
    """Return the names of *who*, where the way they came proves them: what is typed into a form proves nothing."""
    if who.network in (_FORM, NOBODY) or not getattr(who, "is_vouched", True) or " " in str(who.identity):
        return frozenset()
    if who.network == WEB:  # of a page, its address was judged, and that is the identity
        name = _of_address(_whole(str(who.identity)), claimed=False)
        return frozenset((short(name),) if name else ())
    return _names(who, claimed=False)


def proved_beside(author: Author) -> dict[str, Proof]:
    """Other names of *author* that their network proves, each with how: a site whose domain the handle is, or that it
    has seen to link back.
    """
    if author.network in (_FORM, WEB, NOBODY) or not author.is_vouched:
        return {}
    found = {short(name): Proof.VERIFIED for one in author.links or () if (name := name_of_address(one))}
    bare = author.handle.strip().lstrip("@").casefold()
    if author.network == "bluesky" and (site := name_of_address(f"https://{bare}/")):
        found[short(site)] = Proof.DOMAIN
    return {name: how for name, how in found.items() if name.startswith("web:")}


def name_of_address(url: str) -> str:
    """Return the name that the address of somebody's page is; "" for none."""
    return _of_address(url, claimed=False)


def name_of_handle(network: str, handle: str) -> str:
    """Return the name that a handle is; "" for none."""
    return _of_handle(network, handle)


def is_lasting(who: Named) -> bool:
    """Whether the network calls *who* by something that no rename changes: two such are two persons."""
    identity = str(who.identity)
    return identity.startswith("did:") or identity.isdecimal()


def find(connection: Connection, author: Author) -> Any:
    """Return the row of the person who speaks; None for somebody new."""
    here = {"network": author.network, "identity": short(author.identity)}
    row = connection.execute(_BY_IDENTITY, here).first()
    return row if row is not None else next(iter(_others(connection, author)), None)


def trust_in(connection: Connection, author: Author, row: Any) -> Trust:
    """
    Return what the owner thinks of *author*, whose row is *row*, by whichever account they speak.

    Blocked is also who claims a blocked person's name.
    """
    if row is not None and (known := same_person.trust_of(connection, row.id)) != Trust.UNKNOWN:
        return known
    names = names_of(author)
    if not names:
        return Trust.UNKNOWN
    blocked = select(persons).join(accounts, accounts.c.person == persons.c.id)
    blocked = blocked.where(accounts.c.name.in_(names), persons.c.trust == Trust.BLOCKED)
    if any(not _are_two(author, one) for one in connection.execute(blocked)):
        return Trust.BLOCKED
    # Who comes for the first time may be known already by the page that their other account proves.
    proved_names = proved(author) | proved_beside(author).keys() if row is None else frozenset()
    others = same_person.proved_by(connection, proved_names, author.network) if proved_names else set()
    return same_person.strictest(same_person.trust_of(connection, one) for one in others)


def upsert(connection: Connection, author: Author, row: Any, shown: dict[str, str], now: datetime) -> int:
    """
    Return the number of an author's row, which now has the names that they have; rows of one account become one.

    Args:
        row: As ``find`` gives it.
        shown: Name, handle, url and avatar, as columns.
    """
    if row is None:
        new = {"network": author.network, "identity": short(author.identity), "is_owner": int(author.is_owner)}
        made = connection.execute(_ADD, new | shown).scalar_one()
        write_names(connection, made, proved(author))
        _write_proofs(connection, made, author, now)
        return int(made)
    values: dict[str, Any] = {}
    if author.network == row.network or row.network == WEB:  # who is known by a relay alone is now known better
        values = shown | {"network": author.network, "identity": short(author.identity)}
    if author.is_owner:
        values |= {"is_owner": 1}
    if any(getattr(row, name) != value for name, value in values.items()):
        connection.execute(update(persons).where(persons.c.id == row.id).values(**values))
        if "is_owner" in values and not row.is_owner:
            settle_person(connection, row.id)
    if is_lasting(author):  # a handle is whose it is now
        theirs = select(persons.c.id).where(persons.c.network == author.network, persons.c.id != row.id)
        taken = accounts.c.name.in_(proved(author) - {author.identity}) & accounts.c.person.in_(theirs)
        connection.execute(delete(accounts).where(taken))
    write_names(connection, row.id, proved(author))
    _write_proofs(connection, row.id, author, now)
    for other in _others(connection, author):
        if other.id != row.id:
            _join(connection, row.id, other)
            settle_person(connection, row.id)
    return int(row.id)


def _write_proofs(connection: Connection, person: int, author: Author, now: datetime) -> None:
    if author.is_vouched and author.network not in (_FORM, WEB):
        told = proved_beside(author)
        profiles.lose(connection, person, same_person.write_proofs(connection, person, author, told), now)
        profiles.regain(connection, person, told)


def write_names(connection: Connection, person: int, names: Iterable[str]) -> None:
    """Write down the names of a person that are not yet."""
    new = set(names)
    if new := new and new - written(connection, person):
        connection.execute(insert(accounts), [{"name": name, "person": person} for name in sorted(new)])


def written(connection: Connection, person: int) -> set[str]:
    """Return the names that a person was ever proved to have."""
    return set(connection.execute(select(accounts.c.name).where(accounts.c.person == person)).scalars())


def forget(connection: Connection, person: int) -> None:
    """Delete the names of a person, and what else is kept about them."""
    same_person.forget(connection, person)
    connection.execute(delete(accounts).where(accounts.c.person == person))


def same_account(connection: Connection, who: Any) -> list[Any]:
    """Every row of the account of row *who*, itself included."""
    others = [one for one in _others(connection, who) if one.id != who.id]
    return [who, *others]


def _others(connection: Connection, who: Named) -> list[Any]:
    """
    Return the persons with a proved name of *who*, those of a network first; without those that are sure to be others.
    """
    names = proved(who)
    if not names:
        return []
    query = select(persons).join(accounts, accounts.c.person == persons.c.id).where(accounts.c.name.in_(names))
    rows = {row.id: row for row in connection.execute(query.order_by(persons.c.id))}
    return sorted((row for row in rows.values() if not _are_two(who, row)), key=lambda row: row.network == WEB)


def _are_two(one: Named, other: Named) -> bool:
    """Whether a handle that both had is all that they share: one gave it up, the other took it."""
    lasting = is_lasting(one) and is_lasting(other) and one.network == other.network
    return lasting and short(str(one.identity)) != other.identity


def _join(connection: Connection, into: int, other: Any) -> None:
    """Make row *other* one with *into*: it is the same account, told by another way."""
    for column in (comments.c.person, reactions.c.person, decisions.c.person):
        connection.execute(update(column.table).where(column == other.id).values(person=into))
    names = written(connection, other.id)
    same_person.move(connection, other.id, into)
    forget(connection, other.id)
    write_names(connection, into, names)
    kept = connection.execute(select(persons).where(persons.c.id == into)).one()
    values = {"trust": stricter(kept.trust, other.trust), "is_owner": max(kept.is_owner, other.is_owner)}
    values |= {"no_quotes": max(kept.no_quotes, other.no_quotes)}
    connection.execute(update(persons).where(persons.c.id == into).values(**values))
    connection.execute(delete(persons).where(persons.c.id == other.id))


def stricter(*known: str) -> Trust:
    """
    Return what to think of one person of whom all of that was thought: who was blocked by one door is blocked at all.
    """
    return same_person.strictest(known)


def _whole(identity: str) -> str:
    return identity if "://" in identity else f"https://{identity}"


def _of_handle(network: str, handle: str) -> str:
    bare = handle.strip().lstrip("@").casefold()
    if not bare or any(sign.isspace() for sign in bare):
        return ""
    name, at, host = bare.partition("@")
    if at:
        if host == "bsky.brid.gy":
            return f"bluesky:{name}"
        return _of_address(f"https://{name}") if host == "web.brid.gy" else f"{name}@{host}"
    if network in (_FORM, WEB):
        return ""
    if network == "bluesky":  # where a handle is a domain, and nobody else has one of the bridge's
        if bridged := _BRIDGED_SITE.fullmatch(bare):
            return _of_address(f"https://{bridged['host']}")
        if bridged := _BRIDGED_HANDLE.fullmatch(bare):
            return f"{bridged['name']}@{bridged['host']}"
    return f"{network}:{bare}"


def _of_address(url: str, *, claimed: bool = True) -> str:
    """
    Return the name that an address is.

    Args:
        claimed: A page about somebody of another host, ``/@ana@mas.example``, is theirs. It proves nothing: anybody
            may have such a page.
    """
    parts = split_address(url)
    if not parts.is_web:
        return ""
    host = parts.origin.partition("://")[2].removeprefix("www.")
    steps = [step for step in parts.path.split("/") if step]
    network = _HOSTS.get(host.removeprefix("m.").removeprefix("mobile."), "")
    if network:
        last = steps[1] if network == "bluesky" and len(steps) > 1 and steps[0] == "profile" else (steps or [""])[0]
        return last if last.startswith("did:") else _of_handle(network, last)
    if len(steps) == 1 and (profile := _PROFILE.fullmatch(steps[0])) and (claimed or not profile["host"]):
        return _of_handle("fediverse", f"{profile['name']}@{profile['host'] or host}")
    if len(steps) == 2 and steps[0] in _STEPS_OF_PERSONS:
        return _of_handle("fediverse", f"{steps[1]}@{host}")
    query = f"?{parts.query}" if parts.query else ""
    return f"web:{host}/{'/'.join(steps)}{query}"
