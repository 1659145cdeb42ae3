"""How what comes in becomes rows: new, the same thing once more, or a reaction; and what it answers."""

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from tertulia.core.addresses import web_address
from tertulia.core.text import fold, without_marks
from tertulia.store import accounts, ways
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import REACTIONS, comments, reactions, sources
from tertulia.store.deciding import keep_revision, last_no, set_status
from tertulia.store.rows import note, short
from tertulia.store.said import Author, Incoming, Recorded, Said, Status, Verdict, Who
from tertulia.store.settling import settle, settle_new
from tertulia.store.transitions import may

# A question that each comment asks several times is put into words once: to build it costs more than to answer it.
_BY_SOURCE = (
    select(comments)
    .join(sources, sources.c.comment == comments.c.id)
    .where(sources.c.source == bindparam("source"), sources.c.source_id == bindparam("source_id"))
)
_UNCOUNT = delete(reactions).where(
    reactions.c.source == bindparam("source"), reactions.c.source_id == bindparam("source_id")
)
_ADD_COMMENT = insert(comments).returning(comments.c.id)
_ADD_SOURCE = insert(sources)

_HREF = re.compile(r'href="([^"]*)"')


def with_safe_links(incoming: Incoming) -> Incoming:
    """Return what the page links to is a web address or nothing: no "javascript:" out of somebody's profile."""
    author = replace(incoming.author, url=web_address(incoming.author.url), avatar=Path(incoming.author.avatar).name)
    return replace(incoming, author=author, url=web_address(incoming.url))


def key_of(source: str, source_id: str) -> str:
    """Return what the world calls a comment: the same for the same source, in whatever store."""
    return hashlib.sha256(f"{source}/{source_id}".encode()).hexdigest()[:16]


def fingerprint(words: str) -> str:
    """
    Return a short name for these words, however they are spaced, capitalised and accented; "" for too few to tell.
    """
    kept = re.findall(r"[^\W_]+", without_marks(words))
    return hashlib.sha256(" ".join(kept).encode()).hexdigest()[:32] if len(kept) >= 4 else ""


def add(connection: Connection, incoming: Incoming, verdict: Verdict, person: int, now: datetime) -> Recorded:
    """Write down what was never seen before."""
    key = key_of(incoming.source, incoming.source_id)
    parent = ways.parent_of(connection, incoming)
    values: dict[str, Any] = {
        "key": key,
        "post": incoming.post,
        "lang": incoming.lang,
        "kind": "reply" if parent and incoming.kind == "mention" else incoming.kind,
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
        "tells_update": incoming.tells_update,
        **verdict_values(verdict),
    }
    number = connection.execute(_ADD_COMMENT, values).scalar_one()
    add_source(connection, number, incoming, now)
    if incoming.source != "form":
        _adopt(connection, number, incoming)
        settle(connection, [number])
    elif parent:
        settle(connection, [number])
    else:  # nobody can have answered what was not there before
        who = {"network": incoming.author.network, "is_owner": incoming.author.is_owner}
        settle_new(connection, SimpleNamespace(**values, **who, id=number))
    note(connection, now, Who.RULES, verdict.status, key)
    return Recorded("new", key, verdict.status, verdict.status == Status.APPROVED)


def take(
    connection: Connection, said: Said | None, incoming: Incoming, verdict: Verdict, person: int, *, now: datetime
) -> Recorded:
    """
    Write down what came in: new, the same once more, or a known thing seen by another way or as another kind.

    Args:
        said: The comment that it is, by this way or by its address; None when there is none.
    """
    is_new_way = said is not None and not _is_way(connection, incoming)
    if incoming.kind in REACTIONS:
        return _as_reaction(connection, said, incoming, person, is_new_way=is_new_way, now=now)
    is_there = said is not None and said.status != Status.GONE
    if not is_there and (share := ways.share_at(connection, incoming)) is not None:
        if ways.knows_more(incoming, share):
            return Recorded("same", share.comment)  # where it was said, it says nothing of its own
        connection.execute(delete(reactions).where(reactions.c.id == share.id))
    counted = incoming.source != "form" and _uncount(connection, incoming)  # our own likes name no comment
    if said is None:
        recorded = add(connection, incoming, verdict, person, now)
    elif is_new_way:
        add_source(connection, said.id, incoming, now)
        _adopt(connection, said.id, incoming)
        settle(connection, [said.id])
        merged = Recorded("merged", said.key, said.status, said.status == Status.APPROVED)
        again_ = again(connection, said, incoming, verdict, person, now=now, takes_over=True)
        recorded = merged if again_.state == "same" else again_
    else:
        recorded = again(connection, said, incoming, verdict, person, now=now)
    if not counted:
        return recorded
    return replace(recorded, public=True, state="edited" if recorded.state == "same" else recorded.state)


def again(
    connection: Connection,
    said: Said,
    incoming: Incoming,
    verdict: Verdict,
    person: int,
    *,
    now: datetime,
    takes_over: bool = False,
) -> Recorded:
    """
    Return the same thing once more: nothing, an edit, or its return.

    What is public keeps the author that was approved, whatever they are called today: only a new verdict on the words,
    or the owner's trust in the person, brings another name, link or picture under them.

    Args:
        takes_over: It is the first word of a way that knows more than those before: author, date and place are its own.
    """
    back = _is_back(connection, incoming)
    if said.status == Status.WITHDRAWN or not ways.speaks(connection, said.id, incoming):
        return Recorded("same", said.key, said.status)
    returned = said.status == Status.GONE and (back or takes_over)  # a way that knows as much sees it, be it a new one
    moved = incoming.url != said.url and ways.is_same_place(connection, incoming.url, said.url)
    told = replace(incoming, url=said.url) if moved else incoming  # a handle that changed is no other place
    words = _words(said, said_only=takes_over) != _words(told, said_only=takes_over)
    author = author_values(incoming.author)
    renamed = any(getattr(said, name) != value for name, value in author.items())
    if takes_over:  # the same name, with what else the network knows of who bears it
        renamed = fold(said.name) != fold(incoming.author.name)
    someone_else = person != said.person
    parent = ways.parent_of(connection, incoming)
    parent = None if parent == said.id else parent
    is_public = said.status == Status.APPROVED
    changed = words or someone_else or returned or (renamed and (takes_over or not is_public or verdict.is_trust))
    if not (changed or takes_over or moved or parent != said.parent):
        return Recorded("same", said.key, said.status)
    values: dict[str, Any] = {"kind": incoming.kind, "url": incoming.url, "person": person, "parent": parent}
    values |= {"in_reply_to": incoming.in_reply_to}
    if words:
        values |= {"text": incoming.text, "html": incoming.html, "fingerprint": fingerprint(incoming.text)}
        values |= {"edited_at": stamp(incoming.edited or now), "owner_edited_at": None}
    if takes_over:
        values |= {"published_at": stamp(incoming.published)}
        values |= {"edited_at": stamp(incoming.edited) if incoming.edited else None} if words else {}
    status = said.status
    if changed:
        # Other words of what is gone bring it back no more than they bring back what was withdrawn.
        still_gone = said.status == Status.GONE and not returned
        given = {} if still_gone else judged_values(connection, said, verdict, now)
        status = given.get("status", said.status)
        values |= given
        keep_revision(connection, said, now)
    if status != Status.APPROVED or not is_public or someone_else or verdict.is_trust or takes_over:
        values |= author
    connection.execute(update(comments).where(comments.c.id == said.id).values(**values))
    settle(connection, [said.id, *([said.parent] if said.parent else [])])
    if changed:
        note(connection, now, Who.SOURCE, "returned" if returned and not words else "edited", said.key)
    state: Literal["edited", "merged"] = "edited" if changed or not takes_over else "merged"
    return Recorded(state, said.key, status, Status.APPROVED in (said.status, status))


def _words(what: Said | Incoming, *, said_only: bool) -> tuple[str, ...]:
    """Return what was said; and, where one way tells it twice, as what, where it lives and what it answers."""
    if said_only:
        return (" ".join(what.text.split()), *sorted(_HREF.findall(what.html)))
    return what.text, what.html, what.kind, what.url, what.in_reply_to


def judged_values(connection: Connection, said: Said, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """
    Return what a verdict on new words changes of a comment: nothing where the owner said no, be it before it was gone.

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


def _is_way(connection: Connection, incoming: Incoming) -> bool:
    """Whether what comes has come by this way before."""
    return by_source(connection, incoming.source, incoming.source_id) is not None


def _as_reaction(
    connection: Connection, said: Said | None, incoming: Incoming, person: int, *, is_new_way: bool, now: datetime
) -> Recorded:
    """
    Return a like or a share, which may have been known as a comment: it counts once, as what the best way says it is.
    """
    if said is None:
        share = ways.share_at(connection, incoming)
        if share is not None and share.kind == incoming.kind:
            if ways.knows_more(incoming, share):
                return Recorded("same", share.comment)
            connection.execute(delete(reactions).where(reactions.c.id == share.id))
        return react(connection, incoming, person, now)
    if not ways.speaks(connection, said.id, incoming):
        if is_new_way:
            add_source(connection, said.id, incoming, now)
        return Recorded("merged" if is_new_way else "same", said.key, said.status)
    if not is_new_way:
        here = (sources.c.source == incoming.source) & (sources.c.source_id == short(incoming.source_id))
        connection.execute(update(sources).where(here, sources.c.gone_at.is_(None)).values(gone_at=stamp(now)))
    set_status(connection, said, Status.GONE, Who.SOURCE, now)
    return react(connection, incoming, person, now)


def _uncount(connection: Connection, incoming: Incoming) -> bool:
    """Forget that this way told of a mere share or like: now it has words of its own."""
    here = {"source": incoming.source, "source_id": short(incoming.source_id)}
    return bool(connection.execute(_UNCOUNT, here).rowcount)


def react(connection: Connection, incoming: Incoming, person: int, now: datetime) -> Recorded:
    """Write down what has no words and only counts: a like, a repost, a bookmark."""
    here = (reactions.c.source == incoming.source) & (reactions.c.source_id == short(incoming.source_id))
    on = _target(connection, incoming)
    row = connection.execute(select(reactions).where(here)).first()
    if row:
        values: dict[str, Any] = {"kind": incoming.kind, "comment": on, "person": person}
        values |= {"url": incoming.url, "text": incoming.text}
        if all(getattr(row, name) == value for name, value in values.items()):
            return Recorded("same", row.comment)
        connection.execute(update(reactions).where(here).values(**values))
        return Recorded("edited", on, None, True)
    new: dict[str, Any] = {
        "post": incoming.post,
        "lang": incoming.lang,
        "kind": incoming.kind,
        "source": incoming.source,
    }
    new |= {"source_id": short(incoming.source_id), "person": person, "comment": on, "seen_at": stamp(now)}
    new |= {"url": incoming.url, "text": incoming.text}
    connection.execute(insert(reactions).values(**new))
    return Recorded("new", on, None, True)


def upsert_person(connection: Connection, author: Author, row: Any, now: datetime) -> int:
    """
    Return the number of an author's *row*, as ``accounts.find`` gives it, which now has the name and portrait they
    have.
    """
    shown = author_values(author)
    shown["url"] = shown.pop("author_url")
    return accounts.upsert(connection, author, row, shown, now)


def author_values(author: Author) -> dict[str, str]:
    """How an author is shown, as columns of a comment."""
    return {
        "name": author.name[:300],
        "handle": author.handle[:300],
        "author_url": author.url,
        "avatar": author.avatar,
    }


def add_source(connection: Connection, comment: int, incoming: Incoming, now: datetime) -> None:
    """Write down one more way by which a comment is known."""
    values: dict[str, Any] = {
        "comment": comment,
        "source": incoming.source,
        "source_id": short(incoming.source_id),
    }
    connection.execute(_ADD_SOURCE, values | {"url": incoming.url, "seen_at": stamp(now)})


def _adopt(connection: Connection, number: int, incoming: Incoming) -> None:
    """Give what answered this comment, and came before it or before this address of it, its place."""
    if orphans := ways.orphans_of(connection, number, incoming):
        connection.execute(update(comments).where(comments.c.id.in_(orphans)).values(parent=number))
        mere = comments.c.id.in_(orphans) & (comments.c.kind == "mention")
        connection.execute(update(comments).where(mere).values(kind="reply"))


def by_source(connection: Connection, source: str, source_id: str) -> Any:
    """Return the row of the comment that *source* calls *source_id*."""
    return connection.execute(_BY_SOURCE, {"source": source, "source_id": short(source_id)}).first()


def _target(connection: Connection, incoming: Incoming) -> str:
    """Return the key of the comment that a reaction is about; "" for the post."""
    number = ways.parent_of(connection, incoming)
    if number is None:
        return ""
    return str(connection.execute(select(comments.c.key).where(comments.c.id == number)).scalar_one())


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as columns of a comment."""
    reasons = [(reason.key, reason.values, reason.points) for reason in verdict.reasons]
    written = msgspec.json.encode(reasons).decode()
    return {"status": verdict.status, "points": verdict.points, "reasons": written, "decided_by": Who.RULES}
