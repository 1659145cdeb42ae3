"""A whole talk from elsewhere, written down at once: thousands of comments that were decided long ago.

What is known by its source is left as it is where the import says the same, so that the same import again changes
nothing. Where it says something new, of the words or of what became of them, that is taken, unless something was
decided here since. Whoever is blocked here stays so. Nobody gets a letter and nothing is judged: the decisions were the
owner's. Whoever was erased stays away.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tertulia.store import accounts, erased, recording
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import REACTIONS, comments, decisions, persons, reactions, sources, words
from tertulia.store.rows import note, short
from tertulia.store.said import Incoming, Status, Trust, Who
from tertulia.store.settling import settle

Lessons = Callable[[Incoming], Iterable[str]]
T = TypeVar("T")

# SQLite takes 32,766 values in one question, older ones 999.
_AT_ONCE = 500
_PLACE = ("id", "post", "lang", "parent")


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
    updated: int = 0  # known, and said or decided otherwise where it comes from
    same: int = 0  # known before, or the same by another way
    refused: int = 0  # of somebody who was erased
    posts: frozenset[tuple[str, str]] = frozenset()  # (Id, language) where anything is new or other


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
    blocked = set(connection.execute(select(persons.c.id).where(persons.c.trust == Trust.BLOCKED)).scalars())
    people: dict[tuple[str, str], int] = {}
    fresh: list[tuple[OldWord, Incoming]] = []
    liked: list[tuple[OldWord, Incoming]] = []
    met: list[tuple[OldWord, Incoming, int]] = []
    same = refused = 0
    for one in decided:
        incoming = recording.with_safe_links(one.incoming)
        if has_erased:
            admitted = erased.admitted(connection, incoming)
            if admitted is None:
                refused += 1
                continue
            incoming = admitted
        name = (incoming.source, short(incoming.source_id))
        if known.get(name):
            met.append((one, incoming, known[name]))
            continue
        if name in known or (incoming.url and (incoming.post, incoming.lang, incoming.url) in elsewhere):
            same += 1
            continue
        known[name] = 0
        if incoming.url:
            elsewhere.add((incoming.post, incoming.lang, incoming.url))
        who = (incoming.author.network, incoming.author.identity)
        if who not in people:
            speaker = accounts.find(connection, incoming.author)
            trust = accounts.trust_in(connection, incoming.author, speaker)
            people[who] = recording.upsert_person(connection, incoming.author, speaker, now)
            if trust == Trust.BLOCKED:  # also who only claims a blocked person's name
                blocked.add(people[who])
        meant = replace(one, status=Status.SPAM) if people[who] in blocked else one
        (liked if incoming.kind in REACTIONS else fresh).append((meant, incoming))
    _add_comments(connection, fresh, people, now)
    _add_reactions(connection, fresh, liked, people, now)
    newer = _newer(connection, met, blocked)
    _update(connection, newer, now)
    words = (*fresh, *((one, incoming) for one, incoming, _ in newer))
    hung = _hang(connection, [*(incoming for _, incoming in fresh), *(incoming for _, incoming, _ in met)])
    _settle(connection, [incoming for _, incoming in (*fresh, *((one, said) for one, said, _ in met))], now)
    _teach(connection, fresh, newer, lessons)
    if words or liked:
        note(connection, now, Who.OWNER, "imported", reason=str(len(words) + len(liked)))
    posts = frozenset((incoming.post, incoming.lang) for _, incoming in (*words, *liked)) | hung
    return Taken(len(fresh) + len(liked), len(newer), same + len(met) - len(newer), refused, posts)


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
                **_decision(one.status, now),
                "published_at": stamp(incoming.published),
                "edited_at": stamp(incoming.edited) if incoming.edited else None,
                "received_at": stamp(now),
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


def _newer(
    connection: Connection, met: Sequence[tuple[OldWord, Incoming, int]], blocked: set[int]
) -> list[tuple[OldWord, Incoming, Row[Any]]]:
    """
    Return what is said or decided otherwise now where it comes from, and was left alone here, each with its row.

    Whatever was decided here since leaves a line in the audit; an import leaves none for a comment.
    """
    rows: dict[int, Row[Any]] = {}
    decided: set[str] = set()
    for numbers in _chunks([number for _, _, number in met]):
        rows.update((row.id, row) for row in connection.execute(select(comments).where(comments.c.id.in_(numbers))))
    for keys in _chunks([row.key for row in rows.values()]):
        decided.update(connection.execute(select(decisions.c.comment).where(decisions.c.comment.in_(keys))).scalars())
    found = []
    for one, incoming, number in met:
        row = rows.get(number)
        if (
            row is None
            or row.key in decided
            or row.person in blocked
            or row.key != recording.key_of(incoming.source, incoming.source_id)
        ):
            continue
        words = (incoming.text, incoming.html, incoming.author.name[:300], incoming.author.url)
        if (row.text, row.html, row.name, row.author_url) != words or row.status != one.status:
            found.append((one, incoming, row))
    return found


def _update(connection: Connection, newer: Sequence[tuple[OldWord, Incoming, Row[Any]]], now: datetime) -> None:
    for one, incoming, row in newer:
        values: dict[str, Any] = {
            **recording.author_values(incoming.author),
            "text": incoming.text,
            "html": incoming.html,
            "fingerprint": recording.fingerprint(incoming.text),
            "edited_at": stamp(incoming.edited) if incoming.edited else None,
        }
        if row.status != one.status:
            values |= _decision(one.status, now)
        connection.execute(update(comments).where(comments.c.id == row.id).values(values))


def _decision(status: Status, now: datetime) -> dict[str, Any]:
    """Return what became of it, as columns of a comment."""
    who = Who.OWNER if status != Status.WAITING else Who.RULES
    return {"status": status, "decided_by": who, "decided_at": stamp(now)}


def _hang(connection: Connection, said: Sequence[Incoming]) -> frozenset[tuple[str, str]]:
    """Give each answer that hangs nowhere what it answers, wherever that came from; the posts where any did."""
    answers = [incoming for incoming in said if incoming.in_reply_to]
    if not answers:
        return frozenset()
    by_source = _known(connection, {incoming.source for incoming in answers})
    places = {row.id: row for row in connection.execute(select(*(comments.c[name] for name in _PLACE)))}
    pairs, posts = [], set()
    for incoming in answers:
        below = by_source.get((incoming.source, short(incoming.source_id)))
        above = by_source.get((incoming.source, short(incoming.in_reply_to)))
        if not below or not above or places[below].parent is not None:
            continue
        if (places[above].post, places[above].lang) == (incoming.post, incoming.lang):
            pairs.append({"child": below, "above": above})
            posts.add((incoming.post, incoming.lang))
    if pairs:
        hang = update(comments).where(comments.c.id == bindparam("child")).values(parent=bindparam("above"))
        connection.execute(hang, pairs)
    return frozenset(posts)


def _settle(connection: Connection, said: Sequence[Incoming], now: datetime) -> None:
    """Have the inbox know of all that came in."""
    for keys in _chunks([recording.key_of(incoming.source, incoming.source_id) for incoming in said]):
        ids = connection.execute(select(comments.c.id).where(comments.c.key.in_(keys))).scalars()
        settle(connection, list(ids), now)


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


def _teach(
    connection: Connection,
    fresh: Sequence[tuple[OldWord, Incoming]],
    newer: Sequence[tuple[OldWord, Incoming, Row[Any]]],
    lessons: Lessons,
) -> None:
    """
    Have the filter learn from all at once: how often each word stood in spam and in what was welcome.

    What became something else is learnt as that; what was learnt of it before is taken back.
    """
    spam: Counter[str] = Counter()
    ham: Counter[str] = Counter()
    learnt = {Status.SPAM: spam, Status.APPROVED: ham}
    for one, incoming in fresh:
        if one.status in learnt:
            learnt[one.status].update(["", *dict.fromkeys(lessons(incoming))])
    for one, incoming, row in newer:
        if row.status != one.status:
            author = replace(incoming.author, name=row.name, url=row.author_url)
            before = replace(incoming, text=row.text, html=row.html, author=author)
            if row.status in learnt:
                learnt[Status(row.status)].subtract(["", *dict.fromkeys(lessons(before))])
            if one.status in learnt:
                learnt[one.status].update(["", *dict.fromkeys(lessons(incoming))])
    every = list({*spam, *ham})
    there: dict[str, tuple[int, int]] = {}
    for some in _chunks(every):
        there.update(
            (row.word, (row.spam, row.ham)) for row in connection.execute(select(words).where(words.c.word.in_(some)))
        )
    new = [
        {"word": word, "spam": max(0, spam[word]), "ham": max(0, ham[word])}
        for word in every
        if word not in there and (spam[word] > 0 or ham[word] > 0)
    ]
    more = [
        {
            "which": word,
            "more_spam": max(0, there[word][0] + spam[word]),
            "more_ham": max(0, there[word][1] + ham[word]),
        }
        for word in every
        if word in there
    ]
    if new:
        connection.execute(insert(words), new)
    if more:
        raised: dict[str, Any] = {"spam": bindparam("more_spam"), "ham": bindparam("more_ham")}
        connection.execute(update(words).where(words.c.word == bindparam("which")).values(raised), more)


def _known(connection: Connection, ways: set[str]) -> dict[tuple[str, str], int]:
    """Return what came by any of *ways*: (source, its id) → the comment's number; 0 for a reaction."""
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
