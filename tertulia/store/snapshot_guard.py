"""A store that knows less than a snapshot does not take from it what it never knew.

The snapshot may be the last copy of a conversation: the store was lost, an older one was restored, or
``TERTULIA_STORE`` leads to another. So each store remembers, by digest, what it last wrote for a post. While that
is there, the store may write whatever it likes. Otherwise somebody else wrote it: then a public comment goes only
if this store can tell why (it was public here too, the owner said no, whoever said it was erased), and a number of
likes shrinks only if this store has shown the post before.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Connection, bindparam, or_, select

from tertulia.content import snapshot
from tertulia.store import erased, showing
from tertulia.store.connection import Database
from tertulia.store.conversation_tables import comments, decisions, marks
from tertulia.store.rows import remember, writing
from tertulia.store.said import Status, Who

_SHOWN = select(marks.c.value).where(marks.c.name == bindparam("mark"))


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one snapshot."""

    changed: bool
    kept: int  # how much of it this store knows nothing of, and left as it was


def show(database: Database, folder: Path, posts: Sequence[tuple[str, str]]) -> list[Written]:
    """
    Write the snapshots of *posts*, (Id, language), as far as this store knows them.

    Of many, what the disk does not have yet when the machine goes down is written anew by the next ``show_all``.
    """
    written, shown = [], {}
    for post, lang in posts:
        one, digest = _show(database, folder, post, lang, durable=len(posts) == 1)
        written.append(one)
        if digest:
            shown[_mark(post, lang)] = digest
    if shown:
        with writing(database) as connection:
            for name, digest in shown.items():
                remember(connection, name, digest)
    return written


def _show(database: Database, folder: Path, post: str, lang: str, *, durable: bool) -> tuple[Written, str]:
    """Write one snapshot; the digest to be remembered, "" for none."""
    kept = 0
    shown_now = shown_before = ""

    def current(before: snapshot.Conversation) -> snapshot.Conversation:
        nonlocal kept, shown_now, shown_before
        with database.reading() as connection:
            said, counts, removed = showing.public(connection, post, lang)
            shown_before = _shown(connection, post, lang)
            if shown_before != _digest(before):
                strange = _unexplained(connection, before, {one.id for one in said})
                more = {} if shown_before else {k: n for k, n in before.counts.items() if n > counts.get(k, 0)}
                kept = len(strange) + len(more)
                said = tuple(sorted((*said, *strange), key=lambda one: one.date))
                counts = dict(sorted((counts | more).items()))
        after = msgspec.structs.replace(before, comments=said, counts=counts, removed=removed)
        shown_now = _digest(after)
        return after

    changed = snapshot.update(folder, post, lang, current, durable=durable)
    return Written(changed, kept), shown_now if not kept and shown_now != shown_before else ""


def _unexplained(
    connection: Connection, before: snapshot.Conversation, public: set[str]
) -> tuple[snapshot.Comment, ...]:
    """Return the public comments of *before* whose absence this store cannot account for."""
    missing = [one for one in before.comments if one.id not in public]
    if not missing:
        return ()
    keys = [one.id for one in missing]
    of_these = decisions.c.comment.in_(keys)
    # What the rules alone turned down was never public by this store's word, and stays so when its row is purged.
    no = decisions.c.what.in_((Status.SPAM, Status.WITHDRAWN, Status.GONE)) & (decisions.c.who != Who.RULES)
    noted = set(connection.execute(select(decisions.c.comment).where(of_these, no)).scalars())
    once = or_(decisions.c.what == "approved", decisions.c.was == "approved")
    was_public = set(connection.execute(select(decisions.c.comment).where(of_these, once)).scalars())
    explained = erased.keys_erased(connection, keys) | was_public
    query = select(comments.c.key, comments.c.status, comments.c.decided_by).where(comments.c.key.in_(keys))
    held = {row.key: row for row in connection.execute(query)}
    # What only waits here, or what only the rules turned down, was never public by this store's word.
    explained |= {key for key, row in held.items() if row.decided_by != "rules"}
    explained |= noted - held.keys()
    return tuple(one for one in missing if one.id not in explained)


def _shown(connection: Connection, post: str, lang: str) -> str:
    return connection.execute(_SHOWN, {"mark": _mark(post, lang)}).scalar() or ""


def _mark(post: str, lang: str) -> str:
    return "shown " + hashlib.sha256(f"{post}\x00{lang}".encode()).hexdigest()[:40]


def _digest(conversation: snapshot.Conversation) -> str:
    """Names what the store writes of a snapshot; where the post lives on networks is the outbox's."""
    if not conversation.comments and not conversation.counts:
        return ""
    told = (conversation.comments, conversation.counts, *conversation.removed)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
