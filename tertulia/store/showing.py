"""How rows become what is shown: to the owner all of it, to readers what is approved and nothing that is private."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from tertulia.content import snapshot
from tertulia.core import strict_json
from tertulia.core.text import fold_for_search
from tertulia.store import same_person
from tertulia.store.accounts import NOBODY
from tertulia.store.conversation_tables import comments, decisions, persons, reactions, sources
from tertulia.store.said import Said, Status, Trust, Who, anchor_of
from tertulia.store.ways import PASTED


def with_persons() -> Select[Any]:
    """Return the question for comments, each with who said it; what they are called is the comment's own."""
    return select(
        comments,
        persons.c.network,
        persons.c.identity,
        persons.c.trust,
        persons.c.is_owner,
    ).join(persons, persons.c.id == comments.c.person)


_BY_KEY = with_persons().where(comments.c.key == bindparam("wanted"))


def ids_with(connection: Connection, query: Select[Any], words: Sequence[str]) -> list[int]:
    """Return the ids of those comments of *query* in which each of *words* stands, folded, in its order."""
    said = (comments.c.text, comments.c.name, comments.c.handle, comments.c.author_url, comments.c.post)
    who = (persons.c.name, persons.c.handle, persons.c.url)
    found = []
    for row in connection.execute(query.with_only_columns(comments.c.id, *said, *who)):
        shown = fold_for_search("\n".join(text or "" for text in row[1:]))
        if all(word in shown for word in words):
            found.append(row[0])
    return found


def to_said(connection: Connection, rows: Sequence[Any]) -> list[Said]:
    """Return the rows of ``with_persons`` as values, each with the ways by which it came."""
    if not rows:
        return []
    ways: dict[int, list[tuple[str, str, str]]] = {}
    for row in connection.execute(_WAYS, {"ids": [row.id for row in rows]}):
        ways.setdefault(row.comment, []).append((row.source, row.source_id, row.url))
    found = []
    names = [name for name in Said.__struct_fields__ if rows and name in rows[0]._mapping]
    for row in rows:
        mapping = row._mapping
        values = {name: mapping[name] for name in names}
        values["reasons"] = strict_json.decode(values["reasons"], type=list[tuple[str, dict[str, Any], int]])
        values["is_owner"] = bool(values["is_owner"])
        values["status"], values["trust"] = Status(values["status"]), Trust(values["trust"])
        found.append(Said(**values, sources=ways.get(row.id, [])))
    return found


def load(connection: Connection, key: str) -> Said | None:
    """Return the comment that the world calls *key*."""
    row = connection.execute(_BY_KEY, {"wanted": key}).first()
    return to_said(connection, [row])[0] if row else None


# Made once: an import shows thousands of posts, and making a question takes as long as asking it.
_WAYS = (
    select(sources)
    .where(sources.c.comment.in_(bindparam("ids", expanding=True)), sources.c.gone_at.is_(None))
    .order_by(sources.c.id)
)
_HERE = (comments.c.post == bindparam("post")) & (comments.c.lang == bindparam("lang"))
_UNDER_POST = (
    select(
        *(column for column in comments.c if column.name not in ("text", "reasons")),
        persons.c.network,
        persons.c.is_owner,
    )
    .join(persons, persons.c.id == comments.c.person)
    .where(_HERE)
    .order_by(comments.c.published_at, comments.c.id)
)
_WAYS_UNDER_POST = (
    select(sources.c.comment, sources.c.source, sources.c.source_id, sources.c.url)
    .join(comments, comments.c.id == sources.c.comment)
    .where(_HERE, comments.c.status == Status.APPROVED, sources.c.gone_at.is_(None))
    .order_by(sources.c.id)
)
_BLOCKED = select(persons.c.id).where(persons.c.trust == "blocked")
_COUNTED = or_(reactions.c.person.is_(None), reactions.c.person.not_in(_BLOCKED))
_REACTIONS = (
    select(reactions.c.comment, reactions.c.kind, func.sum(reactions.c.number))
    .where(reactions.c.post == bindparam("post"), reactions.c.lang == bindparam("lang"))
    .where(_COUNTED)
    .group_by(reactions.c.comment, reactions.c.kind)
)
_NAMED = (reactions.c.post, reactions.c.lang, reactions.c.comment, reactions.c.kind)
TOTALS = select(*_NAMED, func.sum(reactions.c.number)).where(_COUNTED).group_by(*_NAMED).order_by(*_NAMED)
_ONCE_PUBLIC = select(decisions.c.comment).where(
    decisions.c.comment.in_(select(comments.c.key).where(_HERE, comments.c.status != Status.APPROVED)),
    or_(decisions.c.what == Status.APPROVED, decisions.c.was == Status.APPROVED),
)


class Public(NamedTuple):
    """What readers see of the talk under a post."""

    comments: tuple[snapshot.Comment, ...]  # oldest first
    counts: dict[str, int]  # how many liked or shared it
    removed: tuple[snapshot.Removed, ...]  # what is no longer here, and has answers that are


def public(connection: Connection, post: str, lang: str) -> Public:
    """Return what is approved under a post, with the places of those whose answers are still there."""
    here = {"post": post, "lang": lang}
    rows = connection.execute(_UNDER_POST, here).all()
    tree = _Tree(rows, set(connection.execute(_ONCE_PUBLIC, here).scalars()), same_person.unquotable(connection))
    shown_rows = [row for row in rows if tree.is_shown(row)]
    into = repeats(connection, shown_rows)
    said = [row for row in shown_rows if row.id not in into]
    ways: dict[int, list[Any]] = {}
    for way in connection.execute(_WAYS_UNDER_POST, here):
        kept = into.get(way.comment)
        ways.setdefault(kept.id if kept else way.comment, []).append(way)
    named = {row.id: row.key for row in shown_rows}
    standing = {named[one]: kept.key for one, kept in into.items()}
    folded: dict[int, list[str]] = {}
    for one, kept in into.items():
        folded.setdefault(kept.id, []).append(f"c-{named[one]}")
    counts: dict[str, int] = {}
    liked: dict[str, int] = {}
    for on, kind, number in connection.execute(_REACTIONS, here):
        if not on:
            counts[kind] = int(number)
        elif kind == "like":
            liked[standing.get(on, on)] = liked.get(standing.get(on, on), 0) + int(number)
    shown = tuple(
        _as_public(
            one,
            ways.get(one.id, ()),
            standing.get(above := tree.above(one.parent), above),
            liked.get(one.key, 0),
            folded.get(one.id, ()),
        )
        for one in said
    )
    return Public(shown, dict(sorted(counts.items())), tree.lines([one.parent for one in said]))


def repeats(connection: Connection, rows: Sequence[Any]) -> dict[int, Any]:
    """
    Return the same words by one person on several channels: of each but the first, by its number, the row that stands
    for all.

    Only where anybody can see that the accounts are one person's; one account that repeats itself has its reasons.
    """
    same: dict[tuple[str, int | None], list[Any]] = {}
    for row in rows:
        if row.fingerprint:
            same.setdefault((row.fingerprint, row.parent), []).append(row)
    several = [found for found in same.values() if len({row.person for row in found}) > 1]
    groups = same_person.groups_of(connection, {row.person for found in several for row in found}) if several else {}
    into: dict[int, Any] = {}
    for found in several:
        for number, row in enumerate(found):
            for first in found[:number]:
                is_other = first.person != row.person and first.id not in into
                if is_other and groups[row.person].is_public(first.person, row.person):
                    into[row.id] = first
                    break
    return into


class _Tree:
    """
    Who answers whom under one post, and what of it readers see.

    Args:
        was_public: Keys of what is not approved and was, some day.
        unquotable: Numbers of those who do not want to be quoted: what they said elsewhere, to others, is not repeated.
    """

    def __init__(
        self, rows: Sequence[Any], was_public: Collection[str], unquotable: Collection[int] = frozenset()
    ) -> None:
        self._rows = {row.id: row for row in rows}
        self._shown: dict[int, bool] = {}
        self._was_public = was_public
        self._unquotable = unquotable

    def is_shown(self, row: Any) -> bool:
        """
        Whether readers see a comment.

        What was published without waiting, the owner's answer or a trusted person's, waits for what it answers: alone
        it would tell of what nobody may read. What the owner read and published stands.
        """
        line = [row]
        while line[-1].id not in self._shown and self._is_approved(line[-1]) and self._parent(line[-1]) in self._rows:
            above = self._rows[self._parent(line[-1])]
            if above in line:
                break
            line.append(above)
        for one in reversed(line):
            if one.id not in self._shown:
                self._shown[one.id] = self._is_approved(one) and self._has_place(one)
        return self._shown[row.id]

    def above(self, parent: int | None) -> str:
        """
        Return the key of the closest that stands above: a comment, or the line of one that is gone; "" for the post.
        """
        for row in self._line(parent):
            if self._shown.get(row.id) or self._leaves_line(row):
                return str(row.key)
        return ""

    def lines(self, parents: Iterable[int | None]) -> tuple[snapshot.Removed, ...]:
        """Return what is gone of all that stands above the comments that are shown."""
        gone: dict[int, Any] = {}
        for parent in parents:
            for row in self._line(parent):
                if self._shown.get(row.id) or row.id in gone:
                    break
                if self._leaves_line(row):
                    gone[row.id] = row
        order = sorted(gone.values(), key=lambda row: (row.published_at, row.id))
        return tuple(
            snapshot.Removed(id=row.key, parent=self.above(row.parent), date=datetime.fromisoformat(row.published_at))
            for row in order
        )

    def _line(self, parent: int | None) -> Iterator[Any]:
        seen = set()
        while parent is not None and parent in self._rows and parent not in seen:
            seen.add(parent)
            yield self._rows[parent]
            parent = self._rows[parent].parent

    def _parent(self, row: Any) -> int | None:
        """Return what a comment answers; of what answers an update that was told there, what that stands below."""
        seen, parent = set(), row.parent
        while parent in self._rows and self._rows[parent].tells_update and parent not in seen:
            seen.add(parent)
            parent = self._rows[parent].parent
        return parent  # type: ignore[no-any-return]

    def _has_place(self, row: Any) -> bool:
        if row.decided_by != Who.RULES or row.kind not in ("reply", "comment"):
            return True
        parent = self._parent(row)
        if parent in self._rows:
            above = self._rows[parent]
            return self._shown.get(above.id, False) or self._was_there(above)
        # A network's id of something that we do not have: private, or never brought in. A web page may name any other.
        return not row.in_reply_to or row.network in ("web", "form") or parent != row.parent

    def _is_approved(self, row: Any) -> bool:
        is_kept_back = row.person in self._unquotable and row.kind in ("mention", "quote")
        return bool(row.status == Status.APPROVED) and not is_kept_back and not row.tells_update

    def _was_there(self, row: Any) -> bool:
        return row.key in self._was_public or row.network == NOBODY

    def _leaves_line(self, row: Any) -> bool:
        return row.status not in (Status.APPROVED, Status.WAITING) and not row.tells_update


def _as_public(said: Any, ways: Sequence[Any], parent: str, likes: int, folded: Sequence[str] = ()) -> snapshot.Comment:
    """
    Return the row of a comment as readers see it, with the rows of its *ways*; *folded*: anchors of what it stands for.
    """
    network, url = said.network, said.url
    if said.is_owner and network == "form":  # an answer from the inbox, which went where it was asked
        network, url = next(((way.source, way.url) for way in ways if way.url), (network, url))
    seen = tuple(
        snapshot.Syndicated(said.network if way.source == PASTED else way.source, way.url) for way in ways if way.url
    )
    return snapshot.Comment(
        id=said.key,
        parent=parent,
        kind=said.kind,
        author=said.name,
        author_url=said.author_url,
        handle=said.handle,
        avatar=said.avatar,
        network=network,
        url=url,
        date=datetime.fromisoformat(said.published_at),
        edited=datetime.fromisoformat(said.edited_at) if said.edited_at else None,
        moderated=bool(said.owner_edited_at),
        is_owner=bool(said.is_owner),
        html=said.html,
        likes=likes,
        sources=seen,
        anchors=tuple(filter(None, (*(anchor_of(way.source_id) for way in ways), *folded))),
    )
