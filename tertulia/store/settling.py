"""What each row of the inbox says, computed from what was said: the one place where "answered" has a meaning.

Whatever changes a comment calls ``settle`` with it in the same transaction, so that no view shows what is no more. The
owner's word (not needed, later) holds until who wrote it changes their words; an answer, wherever it was given, holds
in the same way.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from tertulia.content.tone import tone_of
from tertulia.core.text import fold_for_search
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import comments, persons
from tertulia.store.inbox_tables import ItemState, inbox
from tertulia.store.said import Status
from tertulia.store.tables import DeliveryState, deliveries

# What was older than this when it came in waits for nobody: an import of ten years is no morning's work.
OLD = timedelta(days=30)
# SQLite takes 32,766 values in one question, older ones 999.
_AT_ONCE = 400
_MANY = 5000
_MOST_WORDS = 4000

_ABOVE = select(comments.c.parent).where(
    comments.c.id.in_(bindparam("ids", expanding=True)), comments.c.parent.is_not(None)
)
_EVERY = select(
    *(comments.c[name] for name in ("id", "status", "published_at", "edited_at", "received_at", "text")),
    *(comments.c[name] for name in ("name", "handle", "author_url")),
    persons.c.network,
    persons.c.is_owner,
).join(persons, persons.c.id == comments.c.person)
_SAID = _EVERY.where(comments.c.id.in_(bindparam("ids", expanding=True)))
_KEPT = select(inbox).where(inbox.c.comment.in_(bindparam("ids", expanding=True)))
_ADD = insert(inbox)
_CHANGE = update(inbox).where(inbox.c.comment == bindparam("which"))
_UNSENT = select(deliveries.c.answer).where(deliveries.c.answer != "", deliveries.c.state == DeliveryState.REFUSED)


def _answers(when: Any) -> Select[Any]:
    """
    When the owner answered what: what the network of whoever asked has refused, they never had.

    Who is told that the post has changed is not answered by that.
    """
    return (
        select(comments.c.parent, when)
        .join(persons, persons.c.id == comments.c.person)
        .where(comments.c.parent.is_not(None), persons.c.is_owner == 1, comments.c.tells_update == "")
        .where(comments.c.status.in_((Status.APPROVED, Status.WAITING)), comments.c.key.not_in(_UNSENT))
        .group_by(comments.c.parent)
    )


FIRST_ANSWERS = _answers(func.min(comments.c.published_at))
_EVERY_ANSWER = _answers(func.max(comments.c.published_at))
_ANSWERED = _EVERY_ANSWER.where(comments.c.parent.in_(bindparam("ids", expanding=True)))


def settle(connection: Connection, ids: Collection[int], moment: datetime | None = None) -> None:
    """
    Bring the rows of these comments up to date, and of those that they answer.

    Args:
        moment: What was old then is set aside, where the inbox did not know it; when it came in if not given.
    """
    for some in _chunks(sorted(set(ids))):
        above = connection.execute(_ABOVE, {"ids": some}).scalars()
        for chunk in _chunks(sorted({*some, *above})):
            _settle(connection, chunk, moment)


def settle_new(connection: Connection, said: Any) -> None:
    """Write the row of *said*, of which no row was kept, which answers nothing and which nobody can have answered."""
    _write(connection, [said], {}, {}, None)


def settle_all(connection: Connection, moment: datetime) -> None:
    """Bring every row up to date, each question asked once."""
    answered = {row[0]: row[1] for row in connection.execute(_EVERY_ANSWER)}
    kept = {row.comment: row for row in connection.execute(select(inbox))}
    last = 0
    while rows := connection.execute(_EVERY.where(comments.c.id > last).order_by(comments.c.id).limit(_MANY)).all():
        _write(connection, rows, kept, answered, moment)
        last = rows[-1].id


def settle_person(connection: Connection, person: int) -> None:
    """Bring the rows of all that a person said up to date."""
    settle(connection, list(connection.execute(select(comments.c.id).where(comments.c.person == person)).scalars()))


def above(connection: Connection, ids: Collection[int]) -> list[int]:
    """Return what these comments answer: to be settled once they are gone."""
    return [one for some in _chunks(sorted(ids)) for one in connection.execute(_ABOVE, {"ids": some}).scalars()]


def _settle(connection: Connection, ids: list[int], moment: datetime | None) -> None:
    asked = {"ids": ids}
    kept = {row.comment: row for row in connection.execute(_KEPT, asked)}
    answered = {row[0]: row[1] for row in connection.execute(_ANSWERED, asked)}
    _write(connection, connection.execute(_SAID, asked).all(), kept, answered, moment)


def _write(
    connection: Connection,
    rows: Sequence[Any],
    kept: dict[int, Any],
    answered: dict[int, str],
    moment: datetime | None,
) -> None:
    """Write what is not so already of *rows*, with what is *kept* of each and when each was *answered*."""
    gone, new, changed = [], [], []
    for said in rows:
        before = kept.get(said.id)
        if said.is_owner:
            gone += [said.id] if before else []
            continue
        values = _row(said, before, answered.get(said.id, ""), moment)
        if before is None:
            new.append({"comment": said.id} | values)
        elif any(before._mapping[name] != value for name, value in values.items()):
            changed.append({"which": said.id} | values)
    if gone:
        connection.execute(delete(inbox).where(inbox.c.comment.in_(gone)))
    if new:
        connection.execute(_ADD, new)
    if changed:
        connection.execute(_CHANGE, changed)


def _row(said: Any, before: Any, answered_at: str, moment: datetime | None) -> dict[str, Any]:
    """Return the columns of a row, all of them, so that many go in one statement."""
    edited = said.edited_at or ""
    if answered_at and before is not None and before.answered_at == answered_at:
        answered_on = before.answered_on  # however late an edit comes to be known, it came after what was answered
    else:
        answered_on = edited if answered_at and edited <= answered_at else None
    if before is None:
        is_old = said.published_at < stamp((moment or datetime.fromisoformat(said.received_at)) - OLD)
        word, word_on, until = (ItemState.NOT_NEEDED if is_old else ""), edited, None
    else:
        word, word_on, until = before.word, before.word_on, before.until
    is_ended = bool(word) and word_on != edited
    if is_ended:
        word, until = "", None
    state = ItemState.UNANSWERED
    if said.status not in (Status.APPROVED, Status.WAITING):
        state = ItemState.AWAY
    elif answered_on == edited:
        state = ItemState.ANSWERED
    elif word:
        state = ItemState(word)
    waits = state == ItemState.UNANSWERED
    is_changed = waits and (bool(answered_at) or is_ended or (before is not None and bool(before.is_changed)))
    is_held = waits and before is not None
    return {
        "state": state,
        "since": edited if is_changed and edited else said.published_at,
        "channel": said.network,
        "tone": tone_of(said.text).tone,
        "words": fold_for_search("\n".join((said.name, said.handle, said.author_url, said.text)))[:_MOST_WORDS],
        "is_changed": int(is_changed),
        "answered_at": answered_at,
        "answered_on": answered_on,
        "word": word,
        "word_on": word_on if word else "",
        "until": until,
        "assignee": before.assignee if is_held else "",
        "assigned_until": before.assigned_until if is_held else None,
    }


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
