"""A whole talk from elsewhere, written down at once: thousands of comments that were decided long ago.

What is known by its source is left as it is, so that the same import again changes nothing. Nobody gets a letter and
nothing is judged: the decisions were the owner's. Whoever was erased stays away, and who is blocked is spam here too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update

from tertulia.store import accounts, erased, recording
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import REACTIONS, comments, reactions, sources, words
from tertulia.store.rows import note, short
from tertulia.store.said import Incoming, Status, Trust, Who

Lessons = Callable[[Incoming], Iterable[str]]
T = TypeVar("T")

# SQLite takes 32,766 values in one question, older ones 999.
_AT_ONCE = 500
_LEARNT = (Status.APPROVED, Status.SPAM)


@dataclass(frozen=True, slots=True)
class OldWord:
    """One thing that was said, and what had become of it."""

    incoming: Incoming
    status: Status
    likes: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import of a talk did."""

    new: int = 0
    same: int = 0  # known before, or the same by another way
    refused: int = 0  # of somebody who was erased
    posts: frozenset[tuple[str, str]] = frozenset()  # (Id, language) where anything is new


def record_many(connection: Connection, decided: Sequence[OldWord], now: datetime, lessons: Lessons) -> Taken:
    """
    Write down what is new of *decided*.

    Args:
        decided: What is answered stands before its answers.
        lessons: What the filter learns from one that was shown, or was spam.
    """
    known = _known(connection, {one.incoming.source for one in decided})
    elsewhere = _addresses(connection)
    has_erased = erased.has_any(connection)
    people: dict[tuple[str, str], int] = {}
    fresh: list[tuple[OldWord, Incoming]] = []
    liked: list[tuple[OldWord, Incoming]] = []
    blocked: set[tuple[str, str]] = set()
    same = refused = 0
    for one in decided:
        incoming = recording.with_safe_links(one.incoming)
        if has_erased:
            if erased.is_erased(connection, incoming):
                refused += 1
                continue
            incoming = erased.cleared(connection, incoming)
        name = (incoming.source, short(incoming.source_id))
        if name in known or (incoming.url and (incoming.post, incoming.lang, incoming.url) in elsewhere):
            same += 1
            continue
        known[name] = 0
        if incoming.url:
            elsewhere.add((incoming.post, incoming.lang, incoming.url))
        who = (incoming.author.network, incoming.author.identity)
        if who not in people:
            trust = accounts.trust_in(connection, incoming.author, accounts.find(connection, incoming.author))
            people[who] = recording.upsert_person(connection, incoming.author)
            if trust == Trust.BLOCKED:
                blocked.add(who)
        is_spam = who in blocked and one.status in (Status.WAITING, Status.APPROVED)
        decided_now = replace(one, status=Status.SPAM) if is_spam else one
        (liked if incoming.kind in REACTIONS else fresh).append((decided_now, incoming))
    _add_comments(connection, fresh, people, now)
    _add_reactions(connection, fresh, liked, people, now)
    _teach(connection, fresh, lessons)
    if fresh or liked:
        note(connection, now, Who.OWNER, "imported", reason=str(len(fresh) + len(liked)))
    posts = frozenset((incoming.post, incoming.lang) for _, incoming in (*fresh, *liked))
    return Taken(len(fresh) + len(liked), same, refused, posts)


def _add_comments(
    connection: Connection, fresh: Sequence[tuple[OldWord, Incoming]], people: dict[tuple[str, str], int], now: datetime
) -> None:
    rows: list[dict[str, Any]] = []
    for one, incoming in fresh:
        rows.append(
            {
                "key": recording.key_of(incoming.source, incoming.source_id),
                "post": incoming.post,
                "lang": incoming.lang,
                "kind": incoming.kind,
                "person": people[incoming.author.network, incoming.author.identity],
                **recording.author_values(incoming.author),
                "in_reply_to": incoming.in_reply_to,
                "text": incoming.text,
                "html": incoming.html,
                "url": incoming.url,
                "fingerprint": recording.fingerprint(incoming.text),
                "status": one.status,
                "decided_by": Who.OWNER if one.status != Status.WAITING else Who.RULES,
                "published_at": stamp(incoming.published),
                "edited_at": stamp(incoming.edited) if incoming.edited else None,
                "received_at": stamp(now),
                "decided_at": stamp(now),
            }
        )
    if not rows:
        return
    connection.execute(insert(comments), rows)
    ids: dict[str, int] = {}
    for keys in _chunks([row["key"] for row in rows]):
        found = connection.execute(select(comments.c.key, comments.c.id).where(comments.c.key.in_(keys)))
        ids.update((row[0], row[1]) for row in found)
    ways = [
        {"comment": ids[row["key"]], "source": incoming.source, "source_id": short(incoming.source_id),
         "url": incoming.url, "seen_at": stamp(now)}
        for row, (_, incoming) in zip(rows, fresh, strict=True)
    ]  # fmt: skip
    connection.execute(insert(sources), ways)
    _hang(connection, fresh, ids)


def _hang(connection: Connection, fresh: Sequence[tuple[OldWord, Incoming]], ids: dict[str, int]) -> None:
    """Give each answer what it answers, wherever that came from."""
    by_source = _known(connection, {incoming.source for _, incoming in fresh})
    place = {
        row.id: (row.post, row.lang)
        for row in connection.execute(select(comments.c.id, comments.c.post, comments.c.lang))
    }
    pairs = []
    for _, incoming in fresh:
        above = by_source.get((incoming.source, short(incoming.in_reply_to))) if incoming.in_reply_to else None
        if above and place.get(above) == (incoming.post, incoming.lang):
            pairs.append({"child": ids[recording.key_of(incoming.source, incoming.source_id)], "above": above})
    if pairs:
        hang = update(comments).where(comments.c.id == bindparam("child")).values(parent=bindparam("above"))
        connection.execute(hang, pairs)


def _add_reactions(
    connection: Connection,
    fresh: Sequence[tuple[OldWord, Incoming]],
    liked: Sequence[tuple[OldWord, Incoming]],
    people: dict[tuple[str, str], int],
    now: datetime,
) -> None:
    rows: list[dict[str, Any]] = []
    for _, incoming in liked:
        rows.append(
            _reaction(incoming, now)
            | {"kind": incoming.kind, "person": people[incoming.author.network, incoming.author.identity]}
        )
    for one, incoming in fresh:
        if one.likes > 0:
            key = recording.key_of(incoming.source, incoming.source_id)
            rows.append(
                _reaction(incoming, now)
                | {"kind": "like", "person": None, "comment": key, "number": one.likes}
                | {"source_id": short(f"{incoming.source_id}/likes")}
            )
    if rows:
        connection.execute(insert(reactions), rows)


def _reaction(incoming: Incoming, now: datetime) -> dict[str, Any]:
    return {
        "post": incoming.post,
        "lang": incoming.lang,
        "source": incoming.source,
        "source_id": short(incoming.source_id),
        "comment": "",
        "number": 1,
        "seen_at": stamp(now),
    }


def _teach(connection: Connection, fresh: Sequence[tuple[OldWord, Incoming]], lessons: Lessons) -> None:
    """Have the filter learn from all at once: how often each word stood in spam and in what was welcome."""
    spam: Counter[str] = Counter()
    ham: Counter[str] = Counter()
    for one, incoming in fresh:
        if one.status in _LEARNT:
            (spam if one.status == Status.SPAM else ham).update(["", *dict.fromkeys(lessons(incoming))])
    every = list({*spam, *ham})
    there: dict[str, tuple[int, int]] = {}
    for some in _chunks(every):
        there.update(
            (row.word, (row.spam, row.ham)) for row in connection.execute(select(words).where(words.c.word.in_(some)))
        )
    new = [{"word": word, "spam": spam[word], "ham": ham[word]} for word in every if word not in there]
    more = [
        {"which": word, "more_spam": there[word][0] + spam[word], "more_ham": there[word][1] + ham[word]}
        for word in every
        if word in there
    ]
    if new:
        connection.execute(insert(words), new)
    if more:
        raised: dict[str, Any] = {"spam": bindparam("more_spam"), "ham": bindparam("more_ham")}
        connection.execute(update(words).where(words.c.word == bindparam("which")).values(raised), more)


def _known(connection: Connection, ways: set[str]) -> dict[tuple[str, str], int]:
    """What came by any of *ways*: (source, its id) → the comment's number; 0 for a reaction."""
    found = {}
    for table, number in ((sources, sources.c.comment), (reactions, None)):
        columns = [table.c.source, table.c.source_id, *([number] if number is not None else [])]
        for row in connection.execute(select(*columns).where(table.c.source.in_(ways))):
            found[row[0], row[1]] = row[2] if number is not None else 0
    return found


def _addresses(connection: Connection) -> set[tuple[str, str, str]]:
    """Where what is known already lives: (post, language, address)."""
    query = select(comments.c.post, comments.c.lang, comments.c.url).where(comments.c.url != "")
    return {(row[0], row[1], row[2]) for row in connection.execute(query)}


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
