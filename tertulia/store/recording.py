"""How what comes in becomes rows: new, the same thing once more, or a reaction; and what it answers."""

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, insert, or_, select, update

from tertulia.core.addresses import web_address
from tertulia.core.text import without_marks
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import comments, persons, reactions, sources
from tertulia.store.deciding import keep_revision, last_no
from tertulia.store.rows import note, short
from tertulia.store.said import Author, Incoming, Recorded, Said, Status, Verdict, Who
from tertulia.store.transitions import may


def with_safe_links(incoming: Incoming) -> Incoming:
    """What the page links to is a web address or nothing: no "javascript:" out of somebody's profile."""
    author = replace(incoming.author, url=web_address(incoming.author.url), avatar=Path(incoming.author.avatar).name)
    return replace(incoming, author=author, url=web_address(incoming.url))


def key_of(source: str, source_id: str) -> str:
    """What the world calls a comment: the same for the same source, in whatever store."""
    return hashlib.sha256(f"{source}/{source_id}".encode()).hexdigest()[:16]


def fingerprint(words: str) -> str:
    """A short name for these words, however they are spaced, capitalised and accented; "" for too few to tell."""
    kept = re.findall(r"[^\W_]+", without_marks(words))
    return hashlib.sha256(" ".join(kept).encode()).hexdigest()[:32] if len(kept) >= 4 else ""


def add(connection: Connection, incoming: Incoming, verdict: Verdict, person: int, now: datetime) -> Recorded:
    """Write down what was never seen before."""
    key = key_of(incoming.source, incoming.source_id)
    parent = _parent(connection, incoming)
    values: dict[str, Any] = {
        "key": key,
        "post": incoming.post,
        "lang": incoming.lang,
        "kind": incoming.kind,
        "person": person,
        **author_values(incoming.author),
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
    made = connection.execute(insert(comments).values(**values, **verdict_values(verdict)).returning(comments.c.id))
    number = made.scalar_one()
    add_source(connection, number, incoming, now)
    if incoming.source != "form":  # nobody can have answered what was not there before
        _adopt(connection, number, incoming)
    note(connection, now, Who.RULES, verdict.status, key)
    return Recorded("new", key, verdict.status, verdict.status == Status.APPROVED)


def again(
    connection: Connection, said: Said, incoming: Incoming, verdict: Verdict, person: int, *, now: datetime
) -> Recorded:
    """
    The same thing once more: nothing, an edit, or its return.

    What is public keeps the author that was approved, whatever they are called today: only a new verdict on the words,
    or the owner's trust in the person, brings another name, link or picture under them.
    """
    back = _is_back(connection, incoming)
    if said.status == Status.WITHDRAWN or _is_second_hand(connection, said, incoming):
        return Recorded("same", said.key, said.status)
    returned = back and said.status == Status.GONE
    words = _words(said) != _words(incoming)
    author = author_values(incoming.author)
    renamed = any(getattr(said, name) != value for name, value in author.items())
    someone_else = person != said.person
    parent = _parent(connection, incoming)
    parent = None if parent == said.id else parent
    is_public = said.status == Status.APPROVED
    changed = words or someone_else or returned or (renamed and (not is_public or verdict.is_trust))
    if not (changed or parent != said.parent):
        return Recorded("same", said.key, said.status)
    values: dict[str, Any] = {"kind": incoming.kind, "url": incoming.url, "person": person, "parent": parent}
    values |= {"in_reply_to": incoming.in_reply_to}
    if words:
        values |= {"text": incoming.text, "html": incoming.html, "fingerprint": fingerprint(incoming.text)}
        values |= {"edited_at": stamp(incoming.edited or now), "owner_edited_at": None}
    status = said.status
    if changed:
        # Other words of what is gone bring it back no more than they bring back what was withdrawn.
        still_gone = said.status == Status.GONE and not returned
        given = {} if still_gone else judged_values(connection, said, verdict, now)
        status = given.get("status", said.status)
        values |= given
        keep_revision(connection, said, now)
    if status != Status.APPROVED or not is_public or someone_else or verdict.is_trust:
        values |= author
    connection.execute(update(comments).where(comments.c.id == said.id).values(**values))
    if changed:
        note(connection, now, Who.SOURCE, "returned" if returned and not words else "edited", said.key)
    return Recorded("edited", said.key, status, Status.APPROVED in (said.status, status))


def _words(what: Said | Incoming) -> tuple[str, ...]:
    return what.text, what.html, what.kind, what.url, what.in_reply_to


def judged_values(connection: Connection, said: Said, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """
    What a verdict on new words changes of a comment: nothing where the owner said no, be it before it was gone.

    What was approved by the owner and stays approved stays approved by the owner.
    """
    no = last_no(connection, said.key) if said.status == Status.GONE else None
    if no:
        return {"status": no, "decided_by": Who.OWNER, "decided_at": stamp(now)}
    if not may(Who.RULES, said, verdict.status):
        return {}
    values = verdict_values(verdict) | {"decided_at": stamp(now)}
    if verdict.status == said.status:
        values |= {"decided_by": said.decided_by, "decided_at": said.decided_at}
    return values


def _is_back(connection: Connection, incoming: Incoming) -> bool:
    """Whether it had gone from where it is now seen, which is written down as undone."""
    here = (sources.c.source == incoming.source) & (sources.c.source_id == short(incoming.source_id))
    gone = update(sources).where(here, sources.c.gone_at.is_not(None)).values(gone_at=None)
    return bool(connection.execute(gone).rowcount)


def _is_second_hand(connection: Connection, said: Said, incoming: Incoming) -> bool:
    """A second way tells of the same thing in its own words: those of the first way stand while it is there."""
    query = select(sources).where(sources.c.comment == said.id).order_by(sources.c.id).limit(1)
    first = connection.execute(query).first()
    if first is None or first.gone_at is not None:
        return False
    return (first.source, first.source_id) != (incoming.source, short(incoming.source_id))


def react(connection: Connection, incoming: Incoming, person: int, now: datetime) -> Recorded:
    """Write down what has no words and only counts: a like, a repost, a bookmark."""
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


def upsert_person(connection: Connection, author: Author) -> int:
    """The number of an author's row, which now has the name and the portrait they have."""
    row = connection.execute(person_of(author)).first()
    shown: dict[str, Any] = author_values(author)
    shown["url"] = shown.pop("author_url")
    if row is None:
        values = {"network": author.network, "identity": short(author.identity), "is_owner": int(author.is_owner)}
        made = connection.execute(insert(persons).values(**values, **shown).returning(persons.c.id))
        return int(made.scalar_one())
    if author.is_owner:
        shown |= {"is_owner": 1}
    if any(getattr(row, name) != value for name, value in shown.items()):
        connection.execute(update(persons).where(persons.c.id == row.id).values(**shown))
    return int(row.id)


def author_values(author: Author) -> dict[str, str]:
    """How an author is shown, as columns of a comment."""
    return {
        "name": author.name[:300],
        "handle": author.handle[:300],
        "author_url": author.url,
        "avatar": author.avatar,
    }


def person_of(author: Author) -> Select[Any]:
    """The question for the row of an author."""
    return select(persons).where(persons.c.network == author.network, persons.c.identity == short(author.identity))


def add_source(connection: Connection, comment: int, incoming: Incoming, now: datetime) -> None:
    """Write down one more way by which a comment is known."""
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


def by_source(connection: Connection, source: str, source_id: str) -> Any:
    """The row of the comment that *source* calls *source_id*."""
    query = select(comments).join(sources, sources.c.comment == comments.c.id)
    query = query.where(sources.c.source == source, sources.c.source_id == short(source_id))
    return connection.execute(query).first()


def by_address(connection: Connection, incoming: Incoming) -> Any:
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
    row = by_source(connection, incoming.source, wanted)
    if row is None:
        named = or_(comments.c.url == wanted, comments.c.key == wanted.rpartition("#c-")[2])
        here = (comments.c.post == incoming.post) & (comments.c.lang == incoming.lang)
        row = connection.execute(select(comments).where(here, named).limit(1)).first()
    if row is None or (row.post, row.lang) != (incoming.post, incoming.lang):
        return None
    return int(row.id)


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """A verdict as columns of a comment."""
    reasons = [(reason.key, reason.values, reason.points) for reason in verdict.reasons]
    written = msgspec.json.encode(reasons).decode()
    return {"status": verdict.status, "points": verdict.points, "reasons": written, "decided_by": Who.RULES}
