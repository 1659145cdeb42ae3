"""What people said under each post, wherever they said it: the rows of the conversation.

Whatever brings something in (the form, a webmention, a network's replies) makes an ``Incoming`` of it, asks
``known`` what the store knows of its writer, lets moderation give a ``Verdict``, and calls ``record``. The same thing
recorded twice changes nothing; recorded with other words, it is an edit; seen by a second way under the same address,
it becomes a second source of the same comment::

    waiting ─▶ approved ◀─▶ rejected        decided by the owner
       │  ╲       │
       │   ▶ spam │                         purged after 30 days
       ▼          ▼
    withdrawn    gone                       by who wrote it; deleted where it was said

``show`` writes the snapshot of a post: what is approved, and nothing that is private.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Select, delete, func, insert, or_, select, text, update

from tertulia import snapshot
from tertulia.store import erased
from tertulia.store.connection import Database, stamp
from tertulia.store.conversation_tables import (
    REACTIONS,
    comments,
    decisions,
    erasures,
    marks,
    notices,
    persons,
    reactions,
    sources,
)

Kind = Literal["comment", "reply", "mention", "quote", "like", "repost", "bookmark"]
Status = Literal["waiting", "approved", "rejected", "spam", "withdrawn", "gone"]
Trust = Literal["unknown", "trusted", "blocked"]
Who = Literal["rules", "owner", "writer", "source"]

# Any number, the same for every Tertulia: the name of the lock under which PostgreSQL writes the conversation.
_LOCK = 7_423_119
# Longer ids of a source are known by their hash: PostgreSQL indexes no more than 2,700 bytes.
_LONGEST_ID = 500
_SALT = "salt of erasures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said something, as their network knows them."""

    network: str  # "form", "web", "mastodon", "bluesky"…
    identity: str  # what does not change there: an account's address or number, a DID, the URL of a site
    name: str = ""
    handle: str = ""  # "@ana@mastodon.example"
    url: str = ""  # their page
    avatar: str = ""  # a file name in the folder "avatars" beside the snapshots; "" for none
    is_owner: bool = False  # the blog's own author speaking


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing that somebody said, or did, about a post."""

    source: str  # the way it came: "form", "webmention", "pingback", "mastodon", "bluesky", "x"…
    source_id: str  # what that way calls it; with *source* it names the thing for good
    post: str  # the post's Id; "" when it belongs to no post
    lang: str
    kind: Kind
    author: Author
    published: datetime
    text: str = ""  # as written
    html: str = ""  # as cleaned by tertulia.html: the only thing that is ever shown
    url: str = ""  # where it lives; "" when it lives here. Two sources with the same address are the same comment
    in_reply_to: str = ""  # source id or address of the comment it answers; "" when it answers the post
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that spoke: the key of its phrase, what goes into it, and its points."""

    key: str
    values: dict[str, str | int]
    points: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of something incoming, and why."""

    status: Status
    points: int = 0
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows before a verdict is given."""

    trust: Trust = "unknown"
    approved: int = 0  # comments of the same person that were approved
    turned_down: int = 0  # rejected, or spam
    repeats: int = 0  # the same words from others, or elsewhere
    status: Status | None = None  # of the same comment, recorded before
    text: str = ""  # its words by then
    is_owner: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What ``record`` did. ``refused``: it was erased, and stays so."""

    state: Literal["new", "edited", "same", "merged", "refused"]
    key: str = ""
    status: Status | None = None
    public: bool = False  # the post's snapshot is to be written anew


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One comment with all that the owner may see of it."""

    id: int
    key: str
    post: str
    lang: str
    kind: str
    parent: int | None
    in_reply_to: str
    text: str
    html: str
    url: str
    status: Status
    decided_by: str
    points: int
    reasons: list[tuple[str, dict[str, Any], int]]
    published_at: str
    edited_at: str | None
    owner_edited_at: str | None
    received_at: str
    decided_at: str | None
    person: int
    name: str
    handle: str
    author_url: str
    network: str
    avatar: str
    trust: Trust
    is_owner: bool
    sources: list[tuple[str, str, str]] = []  # source, source id, address

    @property
    def published(self) -> datetime:
        """When it was said."""
        return datetime.fromisoformat(self.published_at)


class Conversation:
    """The rows, in the words of a conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Coming in

    def known(self, incoming: Incoming) -> Known:
        """What a verdict on *incoming* needs to know."""
        with self._database.reading() as connection:
            person = connection.execute(_person(incoming.author)).first()
            counts = _counts_of(connection, person.id) if person else {}
            row = _by_source(connection, incoming.source, incoming.source_id)
            print_ = fingerprint(incoming.text)
            others = select(func.count()).where(comments.c.fingerprint == print_)
            if row:
                others = others.where(comments.c.id != row.id)
            return Known(
                trust=person.trust if person else "unknown",
                approved=counts.get("approved", 0),
                turned_down=counts.get("rejected", 0) + counts.get("spam", 0),
                repeats=connection.execute(others).scalar_one() if print_ else 0,
                status=row.status if row else None,
                text=row.text if row else "",
                is_owner=bool(person and person.is_owner),
            )

    def record(self, incoming: Incoming, verdict: Verdict, now: datetime) -> Recorded:
        """
        Write *incoming* down, once however often it comes.

        What the owner or the writer decided stays decided: an edit brings new words and no new status to what was
        rejected, marked as spam by hand, or withdrawn.
        """
        incoming = _with_safe_links(incoming)
        with self._writing() as connection:
            if self._erased(connection, incoming):
                return Recorded("refused")
            incoming = self._cleared(connection, incoming)
            person = _upsert_person(connection, incoming.author)
            if incoming.kind in REACTIONS:
                return _react(connection, incoming, person, now)
            row = _by_source(connection, incoming.source, incoming.source_id)
            if row is None and (same := _by_address(connection, incoming)):
                _add_source(connection, same.id, incoming, now)
                return Recorded("merged", same.key, same.status, same.status == "approved")
            if row is None:
                return _insert(connection, incoming, verdict, person, now)
            return _again(connection, row, incoming, verdict, person, now)

    def remove(self, source: str, source_id: str, now: datetime) -> Recorded:
        """
        It is no longer where it was: with its last source the comment goes too; a reaction is forgotten.

        Its words are kept out of sight until the purge, for the owner may have to answer for what was public.
        """
        with self._writing() as connection:
            known = short(source_id)
            gone = connection.execute(
                delete(reactions)
                .where(reactions.c.source == source, reactions.c.source_id == known)
                .returning(reactions.c.comment)
            ).first()
            if gone:
                return Recorded("edited", gone.comment, None, True)
            row = _by_source(connection, source, source_id)
            if row is None or row.status in ("gone", "withdrawn"):
                return Recorded("same", row.key if row else "", row.status if row else None)
            here = (sources.c.source == source) & (sources.c.source_id == known)
            connection.execute(update(sources).where(here).values(gone_at=stamp(now)))
            left = select(sources.c.id).where(sources.c.comment == row.id, sources.c.gone_at.is_(None))
            if connection.execute(left).first():
                return Recorded("edited", row.key, row.status, row.status == "approved")
            _set_status(connection, row, "gone", "source", now)
            return Recorded("edited", row.key, "gone", row.status == "approved")

    def count(
        self,
        post: str,
        lang: str,
        kind: str,
        source: str,
        source_id: str,
        number: int,
        now: datetime,
        comment: str = "",
    ) -> bool:
        """A network told how many there are in all, not who; whether that is news."""
        with self._writing() as connection:
            here = (reactions.c.source == source) & (reactions.c.source_id == short(source_id))
            row = connection.execute(select(reactions).where(here)).first()
            if row and row.number == number:
                return False
            if row:
                connection.execute(update(reactions).where(here).values(number=number, seen_at=stamp(now)))
            elif number:
                values: dict[str, Any] = {
                    "post": post,
                    "lang": lang,
                    "kind": kind,
                    "source": source,
                    "comment": comment,
                }
                values |= {"source_id": short(source_id), "number": number, "seen_at": stamp(now)}
                connection.execute(insert(reactions).values(**values))
            return bool(row or number)

    # Looking

    def one(self, key: str) -> Said | None:
        """The comment that the world calls *key*."""
        with self._database.reading() as connection:
            row = connection.execute(_all().where(comments.c.key == key)).first()
            return _said(connection, [row])[0] if row else None

    def by_source(self, source: str, source_id: str) -> Said | None:
        """The comment that *source* calls *source_id*."""
        with self._database.reading() as connection:
            row = _by_source(connection, source, source_id)
            return self.one(row.key) if row else None

    def find(
        self,
        statuses: Sequence[str] = (),
        words: str = "",
        post: str = "",
        person: int | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Said]:
        """Comments, the oldest first while they wait and the newest first otherwise."""
        query = _all()
        if statuses:
            query = query.where(comments.c.status.in_(statuses))
        if post:
            query = query.where(comments.c.post == post)
        if person is not None:
            query = query.where(comments.c.person == person)
        for word in words.split():
            escaped = re.sub(r"([%_/])", r"/\1", word.lower())
            like = f"%{escaped}%"
            columns = (comments.c.text, persons.c.name, persons.c.handle, persons.c.url, comments.c.post)
            query = query.where(or_(*(func.lower(column).like(like, escape="/") for column in columns)))
        order = comments.c.id if tuple(statuses) == ("waiting",) else comments.c.id.desc()
        with self._database.reading() as connection:
            return _said(connection, connection.execute(query.order_by(order).limit(limit).offset(offset)).all())

    def thread(self, said: Said) -> list[Said]:
        """What *said* answers, from the top down, without itself."""
        above: list[Said] = []
        parent = said.parent
        with self._database.reading() as connection:
            while parent is not None and len(above) < 20:
                row = connection.execute(_all().where(comments.c.id == parent)).first()
                if row is None:
                    break
                above += _said(connection, [row])
                parent = row.parent
        return above[::-1]

    def identity(self, person: int) -> str:
        """What a person is called where they are known; "" for nobody."""
        with self._database.reading() as connection:
            return connection.execute(select(persons.c.identity).where(persons.c.id == person)).scalar() or ""

    def counts(self) -> dict[str, int]:
        """How many comments are in each status."""
        with self._database.reading() as connection:
            rows = connection.execute(select(comments.c.status, func.count()).group_by(comments.c.status))
            return {row[0]: row[1] for row in rows}

    def audit(self, key: str = "", limit: int = 100) -> list[tuple[str, str, str, str, str]]:
        """The newest decisions: moment, who, what, comment, reason."""
        query = select(decisions).order_by(decisions.c.id.desc()).limit(limit)
        if key:
            query = query.where(decisions.c.comment == key)
        with self._database.reading() as connection:
            return [(row.at, row.who, row.what, row.comment, row.reason) for row in connection.execute(query)]

    def posts(self) -> list[tuple[str, str]]:
        """Every post (Id, language) that anything was said about."""
        query = select(comments.c.post, comments.c.lang).union(select(reactions.c.post, reactions.c.lang))
        with self._database.reading() as connection:
            return sorted((row[0], row[1]) for row in connection.execute(query) if row[0])

    # Deciding

    def decide(self, key: str, status: Status, who: Who, now: datetime, reason: str = "") -> Said | None:
        """Give a comment another status; it as it was before, or None when there is none or nothing changes."""
        before = self.one(key)
        if before is None:
            return None
        with self._writing() as connection:
            row = connection.execute(select(comments).where(comments.c.key == key)).first()
            if row is None or (row.status, row.decided_by) == (status, who):
                return None
            _set_status(connection, row, status, who, now, reason)
        return before

    def edit(self, key: str, words: str, html: str, who: Who, now: datetime, verdict: Verdict | None = None) -> bool:
        """Other words, by the owner (which the page will say) or by who wrote it; False when nothing changes."""
        with self._writing() as connection:
            row = connection.execute(select(comments).where(comments.c.key == key)).first()
            if row is None or (row.text == words and row.html == html):
                return False
            when = {"owner_edited_at" if who == "owner" else "edited_at": stamp(now)}
            given = _verdict_values(verdict) if verdict else {}
            values = {"text": words, "html": html, "fingerprint": fingerprint(words)} | when | given
            connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
            _note(connection, now, who, "edited", key)
            return True

    def trust(self, person: int, trust: Trust, now: datetime) -> bool:
        """What to think of everything a person says from now on."""
        with self._writing() as connection:
            done = connection.execute(update(persons).where(persons.c.id == person).values(trust=trust))
            _note(connection, now, "owner", trust, reason=f"person {person}")
            return bool(done.rowcount)

    def purge(self, now: datetime, after: timedelta = timedelta(days=30)) -> int:
        """Forget for good what has been spam, withdrawn or gone for longer than *after*; how many."""
        old = stamp(now - after)
        with self._writing() as connection:
            query = select(comments.c.id).where(
                comments.c.status.in_(("spam", "withdrawn", "gone")),
                func.coalesce(comments.c.decided_at, comments.c.received_at) < old,
            )
            ids = [row.id for row in connection.execute(query)]
            forget(connection, ids)
            return len(ids)

    # What the build reads

    def show(self, folder: Path, post: str, lang: str) -> bool:
        """Write the snapshot of a post; False when it says the same already."""

        def current(before: snapshot.Conversation) -> snapshot.Conversation:
            with self._database.reading() as connection:
                said, counts = _public(connection, post, lang)
            return msgspec.structs.replace(before, comments=said, counts=counts)

        return snapshot.update(folder, post, lang, current)

    def show_all(self, folder: Path) -> int:
        """Write every snapshot that is not as it should be; how many. What a crash left undone is done here."""
        known = {(one.id, one.lang) for one in snapshot.read_all(folder) if one.comments or one.counts}
        return sum(self.show(folder, post, lang) for post, lang in sorted(known | set(self.posts())))

    # Small things to remember

    def mark(self, name: str) -> str:
        """What was last remembered under *name*; "" for nothing."""
        with self._database.reading() as connection:
            return connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar() or ""

    def remember(self, name: str, value: str) -> None:
        """Keep *value* under *name*: how far a network has been read, for one."""
        with self._writing() as connection:
            _remember(connection, name, value)

    # Erasing

    def erase(self, person: int, now: datetime) -> set[tuple[str, str]]:
        """
        Forget a person and all they said, and do not let them be brought back.

        Returns:
            The posts whose snapshots are to be written anew.
        """
        with self._writing() as connection:
            who = connection.execute(select(persons).where(persons.c.id == person)).first()
            if who is None:
                return set()
            salt = _salt(connection)
            hashes = {_hash(salt, "person", who.network, who.identity)}
            rows = connection.execute(select(comments).where(comments.c.person == person)).all()
            ids = [row.id for row in rows]
            touched = {(row.post, row.lang) for row in rows}
            seen = connection.execute(select(sources).where(sources.c.comment.in_(ids))).all()
            hashes |= {_hash(salt, "source", row.source, row.source_id) for row in seen}
            hashes |= {_hash(salt, "address", row.url) for row in [*rows, *seen] if row.url}
            if who.network != "form":  # how others call them; into the form anybody types any address
                hashes |= {_hash(salt, "address", one) for one in (who.url, who.identity) if one}
                hashes |= {_hash(salt, "handle", who.network, _bare(who.handle))} if who.handle else set()
            liked = connection.execute(select(reactions).where(reactions.c.person == person)).all()
            hashes |= {_hash(salt, "source", row.source, row.source_id) for row in liked}
            touched |= {(row.post, row.lang) for row in liked}
            for one in sorted(hashes - _hashes(connection)):
                connection.execute(insert(erasures).values(hash=one, at=stamp(now)))
            connection.execute(delete(reactions).where(reactions.c.person == person))
            for row in [*seen, *liked]:  # what told us of them holds their address
                connection.execute(text("DELETE FROM mentions WHERE name = :name"), {"name": row.source_id})
            forget(connection, ids)
            connection.execute(delete(persons).where(persons.c.id == person))
            touched |= _clear_others(connection, salt)
            _note(connection, now, "owner", "erased")
        self._database.scrub()
        return touched

    def _erased(self, connection: Connection, incoming: Incoming) -> bool:
        salt = connection.execute(select(marks.c.value).where(marks.c.name == _SALT)).scalar()
        if not salt:
            return False
        hashes = [
            _hash(salt, "person", incoming.author.network, short(incoming.author.identity)),
            _hash(salt, "source", incoming.source, short(incoming.source_id)),
            *([_hash(salt, "address", incoming.url)] if incoming.url else []),
        ]
        return connection.execute(select(erasures.c.hash).where(erasures.c.hash.in_(hashes))).first() is not None

    def _cleared(self, connection: Connection, incoming: Incoming) -> Incoming:
        """*incoming* without the erased persons whom it names."""
        salt = connection.execute(select(marks.c.value).where(marks.c.name == _SALT)).scalar()
        if not salt:
            return incoming
        is_theirs = _asker(salt, _hashes(connection), incoming.source)
        html, words = erased.without(incoming.html, incoming.text, is_theirs)
        above = "" if incoming.in_reply_to and is_theirs(incoming.in_reply_to) else incoming.in_reply_to
        return replace(incoming, html=html, text=words, in_reply_to=above)

    def _writing(self) -> Any:
        return writing(self._database)


# Helpers that the other modules of this folder use too ---------------------------------------------------------------


class writing:
    """A writing transaction on the conversation; on PostgreSQL one at a time, as on SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._transaction: Any = None

    def __enter__(self) -> Connection:
        self._transaction = self._database.writing()
        connection: Connection = self._transaction.__enter__()
        if not self._database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        return connection

    def __exit__(self, *error: Any) -> Any:
        return self._transaction.__exit__(*error)


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete comments and all that hangs on them; what answered them answers what they answered."""
    for one in ids:
        row = connection.execute(select(comments.c.parent, comments.c.key).where(comments.c.id == one)).one()
        connection.execute(update(comments).where(comments.c.parent == one).values(parent=row.parent))
        connection.execute(delete(sources).where(sources.c.comment == one))
        connection.execute(delete(notices).where(notices.c.comment == one))
        connection.execute(delete(reactions).where(reactions.c.comment == row.key))
        # Letters about it, and those that lead to it: "Ana answered you".
        theirs = "DELETE FROM letters WHERE comment = :one OR body LIKE :key"
        connection.execute(text(theirs), {"one": one, "key": f"%{row.key}%"})
        connection.execute(delete(comments).where(comments.c.id == one))


def _hashes(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(erasures.c.hash)).scalars())


def _asker(salt: str, known: frozenset[str], source: str) -> Callable[[str], bool]:
    """Whether an address, an id or an @handle is that of an erased person; *source*: the network that says it."""

    def is_theirs(word: str) -> bool:
        last = word.rstrip("/").rpartition("/")[2]  # Bluesky links to /profile/did:plc:…
        asked = [("address", word), ("source", source, short(word)), ("person", source, short(last))]
        asked += [("handle", source, _bare(last))] if word.startswith(("@", "http")) else []
        return not known.isdisjoint(_hash(salt, *one) for one in asked)

    return is_theirs


def _bare(handle: str) -> str:
    return handle.lstrip("@").casefold()


def _clear_others(connection: Connection, salt: str) -> set[tuple[str, str]]:
    """Take the erased out of everybody else's comments; the posts of those that changed."""
    touched, known = set(), _hashes(connection)
    first = select(sources.c.source).where(sources.c.comment == comments.c.id).order_by(sources.c.id).limit(1)
    named = comments.c.html.like("%<a %") | comments.c.text.like("%@%") | (comments.c.in_reply_to != "")
    for row in connection.execute(select(comments, first.scalar_subquery().label("source")).where(named)).all():
        is_theirs = _asker(salt, known, row.source or "")
        html, words = erased.without(row.html, row.text, is_theirs)
        above = "" if row.in_reply_to and is_theirs(row.in_reply_to) else row.in_reply_to
        if (html, words, above) != (row.html, row.text, row.in_reply_to):
            values = {"html": html, "text": words, "in_reply_to": above, "fingerprint": fingerprint(words)}
            connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
            touched.add((row.post, row.lang))
    return touched


def fingerprint(words: str) -> str:
    """A short name for these words, however they are spaced, capitalised and accented; "" for too few to tell."""
    bare = unicodedata.normalize("NFD", words.casefold())
    kept = re.findall(r"[^\W_]+", "".join(mark for mark in bare if not unicodedata.combining(mark)))
    return hashlib.sha256(" ".join(kept).encode()).hexdigest()[:32] if len(kept) >= 4 else ""


def key_of(source: str, source_id: str) -> str:
    """What the world calls a comment: the same for the same source, in whatever store."""
    return hashlib.sha256(f"{source}/{source_id}".encode()).hexdigest()[:16]


def _with_safe_links(incoming: Incoming) -> Incoming:
    """What the page links to is a web address or nothing: no "javascript:" out of somebody's profile."""
    author = replace(incoming.author, url=_link(incoming.author.url), avatar=Path(incoming.author.avatar).name)
    return replace(incoming, author=author, url=_link(incoming.url))


def _link(address: str) -> str:
    bare = address.strip()
    harmless = bare.lower().startswith(("https://", "http://")) and not re.search(r"[\s<>\"'`\\\x00-\x1f]", bare)
    return bare if harmless else ""


# Writing -------------------------------------------------------------------------------------------------------------


def _insert(connection: Connection, incoming: Incoming, verdict: Verdict, person: int, now: datetime) -> Recorded:
    key = key_of(incoming.source, incoming.source_id)
    parent = _parent(connection, incoming)
    values: dict[str, Any] = {
        "key": key,
        "post": incoming.post,
        "lang": incoming.lang,
        "kind": incoming.kind,
        "person": person,
        "parent": parent,
        "in_reply_to": incoming.in_reply_to,
        "text": incoming.text,
        "html": incoming.html,
        "url": incoming.url,
        "fingerprint": fingerprint(incoming.text),
        "published_at": stamp(incoming.published),
        "edited_at": stamp(incoming.edited) if incoming.edited else None,
        "received_at": stamp(now),
        "decided_at": stamp(now),
    }
    made = connection.execute(insert(comments).values(**values, **_verdict_values(verdict)).returning(comments.c.id))
    number = made.scalar_one()
    _add_source(connection, number, incoming, now)
    if incoming.source != "form":  # nobody can have answered what was not there before
        _adopt(connection, number, incoming)
    _note(connection, now, "rules", verdict.status, key)
    return Recorded("new", key, verdict.status, verdict.status == "approved")


def _again(
    connection: Connection, row: Any, incoming: Incoming, verdict: Verdict, person: int, now: datetime
) -> Recorded:
    """The same thing once more: nothing, an edit, or its return."""
    here = (sources.c.source == incoming.source) & (sources.c.source_id == short(incoming.source_id))
    back = connection.execute(update(sources).where(here, sources.c.gone_at.is_not(None)).values(gone_at=None)).rowcount
    first = connection.execute(
        select(sources).where(sources.c.comment == row.id).order_by(sources.c.id).limit(1)
    ).first()
    returned = bool(back) and row.status == "gone"
    second_hand = first is not None and (first.source, first.source_id) != (incoming.source, short(incoming.source_id))
    # A second way tells of the same thing in its own words: those of the first way stand while it is there.
    if second_hand and first and first.gone_at is None:
        return Recorded("same", row.key, row.status)
    changed = (row.text, row.html, row.kind, row.url) != (incoming.text, incoming.html, incoming.kind, incoming.url)
    parent = _parent(connection, incoming)
    if parent == row.id:
        parent = None
    if not (changed or returned or parent != row.parent or person != row.person):
        return Recorded("same", row.key, row.status)
    values: dict[str, Any] = {"kind": incoming.kind, "url": incoming.url, "person": person, "parent": parent}
    values |= {"in_reply_to": incoming.in_reply_to}
    status = row.status
    if changed:
        values |= {"text": incoming.text, "html": incoming.html, "fingerprint": fingerprint(incoming.text)}
        values |= {"edited_at": stamp(incoming.edited or now), "owner_edited_at": None}
    stands = row.decided_by in ("owner", "writer") and row.status in ("rejected", "spam", "withdrawn")
    if (changed or returned) and not stands:
        values |= _verdict_values(verdict) | {"decided_at": stamp(now)}
        status = verdict.status
    connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
    if changed or returned:
        _note(connection, now, "source", "edited" if changed else "returned", row.key)
    return Recorded("edited", row.key, status, "approved" in (row.status, status))


def _react(connection: Connection, incoming: Incoming, person: int, now: datetime) -> Recorded:
    here = (reactions.c.source == incoming.source) & (reactions.c.source_id == short(incoming.source_id))
    on = _target(connection, incoming)
    row = connection.execute(select(reactions).where(here)).first()
    if row:
        if (row.kind, row.comment, row.person) == (incoming.kind, on, person):
            return Recorded("same", row.comment)
        values: dict[str, Any] = {"kind": incoming.kind, "comment": on, "person": person}
        connection.execute(update(reactions).where(here).values(**values))
        return Recorded("edited", on, None, True)
    new: dict[str, Any] = {
        "post": incoming.post,
        "lang": incoming.lang,
        "kind": incoming.kind,
        "source": incoming.source,
    }
    new |= {"source_id": short(incoming.source_id), "person": person, "comment": on, "seen_at": stamp(now)}
    connection.execute(insert(reactions).values(**new))
    return Recorded("new", on, None, True)


def _upsert_person(connection: Connection, author: Author) -> int:
    row = connection.execute(_person(author)).first()
    shown: dict[str, Any] = {
        "name": author.name[:300],
        "handle": author.handle[:300],
        "url": author.url,
        "avatar": author.avatar,
    }
    if row is None:
        values = {"network": author.network, "identity": short(author.identity), "is_owner": int(author.is_owner)}
        made = connection.execute(insert(persons).values(**values, **shown).returning(persons.c.id))
        return int(made.scalar_one())
    if author.is_owner:
        shown |= {"is_owner": 1}
    if any(getattr(row, name) != value for name, value in shown.items()):
        connection.execute(update(persons).where(persons.c.id == row.id).values(**shown))
    return int(row.id)


def _add_source(connection: Connection, comment: int, incoming: Incoming, now: datetime) -> None:
    values: dict[str, Any] = {
        "comment": comment,
        "source": incoming.source,
        "source_id": short(incoming.source_id),
    }
    connection.execute(insert(sources).values(**values, url=incoming.url, seen_at=stamp(now)))


def _adopt(connection: Connection, number: int, incoming: Incoming) -> None:
    """What answered this comment and came before it finds its place."""
    names = [name for name in (incoming.source_id, incoming.url) if name]
    orphans = comments.c.parent.is_(None) & comments.c.in_reply_to.in_(names) & (comments.c.id != number)
    here = (comments.c.post == incoming.post) & (comments.c.lang == incoming.lang)
    connection.execute(update(comments).where(orphans, here).values(parent=number))


def _set_status(connection: Connection, row: Any, status: Status, who: Who, now: datetime, reason: str = "") -> None:
    values = {"status": status, "decided_by": who, "decided_at": stamp(now)}
    connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
    _note(connection, now, who, status, row.key, reason)


def _note(connection: Connection, now: datetime, who: str, what: str, comment: str = "", reason: str = "") -> None:
    values = {"at": stamp(now), "who": who, "what": what, "comment": comment, "reason": reason}
    connection.execute(insert(decisions).values(**values))


def _remember(connection: Connection, name: str, value: str) -> None:
    done = connection.execute(update(marks).where(marks.c.name == name).values(value=value))
    if done.rowcount == 0:
        connection.execute(insert(marks).values(name=name, value=value))


def _salt(connection: Connection) -> str:
    import secrets

    salt = connection.execute(select(marks.c.value).where(marks.c.name == _SALT)).scalar()
    if not salt:
        salt = secrets.token_hex(16)
        _remember(connection, _SALT, salt)
    return salt


# Reading -------------------------------------------------------------------------------------------------------------


def _all() -> Select[Any]:
    return select(
        comments,
        persons.c.name,
        persons.c.handle,
        persons.c.url.label("author_url"),
        persons.c.network,
        persons.c.avatar,
        persons.c.trust,
        persons.c.is_owner,
    ).join(persons, persons.c.id == comments.c.person)


def _said(connection: Connection, rows: Sequence[Any]) -> list[Said]:
    ids = [row.id for row in rows]
    query = select(sources).where(sources.c.comment.in_(ids), sources.c.gone_at.is_(None)).order_by(sources.c.id)
    ways: dict[int, list[tuple[str, str, str]]] = {}
    for row in connection.execute(query):
        ways.setdefault(row.comment, []).append((row.source, row.source_id, row.url))
    found = []
    for row in rows:
        values = {name: row._mapping[name] for name in Said.__struct_fields__ if name in row._mapping}
        values["reasons"] = msgspec.json.decode(values["reasons"], type=list[tuple[str, dict[str, Any], int]])
        values["is_owner"] = bool(values["is_owner"])
        found.append(Said(**values, sources=ways.get(row.id, [])))
    return found


def _public(connection: Connection, post: str, lang: str) -> tuple[tuple[snapshot.Comment, ...], dict[str, int]]:
    """What is approved under a post, oldest first, and how many liked or shared it."""
    here = (comments.c.post == post) & (comments.c.lang == lang)
    rows = connection.execute(_all().where(here).order_by(comments.c.published_at, comments.c.id)).all()
    above = {row.id: row for row in rows}
    said = _said(connection, [row for row in rows if row.status == "approved"])
    counts: dict[str, int] = {}
    liked: dict[str, int] = {}
    query = select(reactions.c.comment, reactions.c.kind, func.sum(reactions.c.number)).where(
        reactions.c.post == post, reactions.c.lang == lang
    )
    blocked = select(persons.c.id).where(persons.c.trust == "blocked")
    query = query.where(or_(reactions.c.person.is_(None), reactions.c.person.not_in(blocked)))
    for on, kind, number in connection.execute(query.group_by(reactions.c.comment, reactions.c.kind)):
        if not on:
            counts[kind] = int(number)
        elif kind == "like":
            liked[on] = int(number)
    shown = tuple(_as_public(one, _nearest(one.parent, above), liked.get(one.key, 0)) for one in said)
    return shown, dict(sorted(counts.items()))


def _nearest(parent: int | None, rows: dict[int, Any]) -> str:
    """The key of the closest comment above that is public; "" for the post itself."""
    seen = set()
    while parent is not None and parent in rows and parent not in seen:
        if rows[parent].status == "approved":
            return str(rows[parent].key)
        seen.add(parent)
        parent = rows[parent].parent
    return ""


def _as_public(said: Said, parent: str, likes: int) -> snapshot.Comment:
    ways = tuple(snapshot.Syndicated(source, url) for source, _, url in said.sources if url)
    return snapshot.Comment(
        id=said.key,
        parent=parent,
        kind=said.kind,
        author=said.name,
        author_url=said.author_url,
        handle=said.handle,
        avatar=said.avatar,
        network=said.network,
        url=said.url,
        date=said.published,
        edited=datetime.fromisoformat(said.edited_at) if said.edited_at else None,
        moderated=bool(said.owner_edited_at),
        is_owner=said.is_owner,
        html=said.html,
        likes=likes,
        sources=ways,
    )


def _person(author: Author) -> Select[Any]:
    return select(persons).where(persons.c.network == author.network, persons.c.identity == short(author.identity))


def _counts_of(connection: Connection, person: int) -> dict[str, int]:
    query = select(comments.c.status, func.count()).where(comments.c.person == person).group_by(comments.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def _by_source(connection: Connection, source: str, source_id: str) -> Any:
    query = select(comments).join(sources, sources.c.comment == comments.c.id)
    query = query.where(sources.c.source == source, sources.c.source_id == short(source_id))
    return connection.execute(query).first()


def _by_address(connection: Connection, incoming: Incoming) -> Any:
    """The same thing, seen before by another way."""
    if not incoming.url:
        return None
    here = (comments.c.post == incoming.post) & (comments.c.lang == incoming.lang)
    return connection.execute(select(comments).where(here, comments.c.url == incoming.url).limit(1)).first()


def _target(connection: Connection, incoming: Incoming) -> str:
    """The key of the comment that a reaction is about; "" for the post."""
    number = _parent(connection, incoming)
    if number is None:
        return ""
    return str(connection.execute(select(comments.c.key).where(comments.c.id == number)).scalar_one())


def _parent(connection: Connection, incoming: Incoming) -> int | None:
    """The comment that *incoming* answers, by source id, by address, or by our own key."""
    wanted = incoming.in_reply_to
    if not wanted:
        return None
    row = _by_source(connection, incoming.source, wanted)
    if row is None:
        named = or_(comments.c.url == wanted, comments.c.key == wanted.rpartition("#c-")[2])
        here = (comments.c.post == incoming.post) & (comments.c.lang == incoming.lang)
        row = connection.execute(select(comments).where(here, named).limit(1)).first()
    if row is None or (row.post, row.lang) != (incoming.post, incoming.lang):
        return None
    return int(row.id)


def _verdict_values(verdict: Verdict) -> dict[str, Any]:
    reasons = [(reason.key, reason.values, reason.points) for reason in verdict.reasons]
    written = msgspec.json.encode(reasons).decode()
    return {"status": verdict.status, "points": verdict.points, "reasons": written, "decided_by": "rules"}


def short(name: str) -> str:
    """An id of a source that fits into an index."""
    if len(name.encode()) <= _LONGEST_ID:
        return name
    return f"{name[:200]}…{hashlib.sha256(name.encode()).hexdigest()}"


def _hash(salt: str, *words: str) -> str:
    return hashlib.sha256("\x00".join((salt, *words)).encode()).hexdigest()
