"""How rows become what is shown: to the owner all of it, to readers what is approved and nothing that is private."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from tertulia.content import snapshot
from tertulia.core import strict_json
from tertulia.core.text import fold_for_search
from tertulia.store.conversation_tables import comments, persons, reactions, sources
from tertulia.store.said import Said, Status, Trust, anchor_of


def with_persons() -> Select[Any]:
    """The question for comments, each with who said it; what they are called is the comment's own."""
    return select(
        comments,
        persons.c.network,
        persons.c.identity,
        persons.c.trust,
        persons.c.is_owner,
    ).join(persons, persons.c.id == comments.c.person)


def ids_with(connection: Connection, query: Select[Any], words: Sequence[str]) -> list[int]:
    """The ids of those comments of *query* in which each of *words* stands, folded, in its order."""
    said = (comments.c.text, comments.c.name, comments.c.handle, comments.c.author_url, comments.c.post)
    who = (persons.c.name, persons.c.handle, persons.c.url)
    found = []
    for row in connection.execute(query.with_only_columns(comments.c.id, *said, *who)):
        shown = fold_for_search("\n".join(text or "" for text in row[1:]))
        if all(word in shown for word in words):
            found.append(row[0])
    return found


def to_said(connection: Connection, rows: Sequence[Any]) -> list[Said]:
    """The rows of ``with_persons`` as values, each with the ways by which it came."""
    ids = [row.id for row in rows]
    query = select(sources).where(sources.c.comment.in_(ids), sources.c.gone_at.is_(None)).order_by(sources.c.id)
    ways: dict[int, list[tuple[str, str, str]]] = {}
    for row in connection.execute(query):
        ways.setdefault(row.comment, []).append((row.source, row.source_id, row.url))
    found = []
    for row in rows:
        values = {name: row._mapping[name] for name in Said.__struct_fields__ if name in row._mapping}
        values["reasons"] = strict_json.decode(values["reasons"], type=list[tuple[str, dict[str, Any], int]])
        values["is_owner"] = bool(values["is_owner"])
        values["status"], values["trust"] = Status(values["status"]), Trust(values["trust"])
        found.append(Said(**values, sources=ways.get(row.id, [])))
    return found


def load(connection: Connection, key: str) -> Said | None:
    """The comment that the world calls *key*."""
    row = connection.execute(with_persons().where(comments.c.key == key)).first()
    return to_said(connection, [row])[0] if row else None


def public(connection: Connection, post: str, lang: str) -> tuple[tuple[snapshot.Comment, ...], dict[str, int]]:
    """What is approved under a post, oldest first, and how many liked or shared it."""
    here = (comments.c.post == post) & (comments.c.lang == lang)
    rows = connection.execute(with_persons().where(here).order_by(comments.c.published_at, comments.c.id)).all()
    above = {row.id: row for row in rows}
    said = to_said(connection, [row for row in rows if row.status == "approved"])
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
        anchors=tuple(filter(None, (anchor_of(called) for _, called, _ in said.sources))),
    )
