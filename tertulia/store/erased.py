"""Erasing a person: all they said goes, they stay away if brought back, and others' words no longer name them.

Of the erased only salted hashes are kept, enough to know them by. Networks begin an answer with the handle of whom it
answers, so that a person lives on in other people's comments: links to them and their handle are taken out of it.
What somebody wrote in plain words, a first name say, is theirs and stays.

A store that took in another's export has the salts of both: its own erasures hold in what is brought from before them.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, select, text, update

from tertulia.core import strict_json
from tertulia.core.text import fold
from tertulia.store import accounts, same_person, settling, showing
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import (
    comments,
    decisions,
    erasures,
    followers,
    letters,
    marks,
    notices,
    persons,
    reactions,
    revisions,
    sources,
)
from tertulia.store.inbox_tables import answer_drafts, item_labels
from tertulia.store.mention_tables import sent_mentions
from tertulia.store.person_tables import saved_views
from tertulia.store.recording import fingerprint
from tertulia.store.rows import is_one_of, note, remember, short
from tertulia.store.said import Author, Incoming, Status, Who
from tertulia.store.tables import NO_ADDRESS, DeliveryState, SubscriberState, deliveries, subscribers
from tertulia.store.update_tables import update_tellings

LEFT_OUT = "@…"
# What of a comment is somebody's, or leads to them.
_OF_A_PERSON = ("name", "handle", "author_url", "avatar", "in_reply_to", "text", "html", "url", "fingerprint")

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]»”’']")
_ENDED = (DeliveryState.DELIVERED, DeliveryState.WITHDRAWN, DeliveryState.REFUSED)
_HANDLE = re.compile(r"(?<![\w/@.])@[\w-]+(?:[.@][\w-]+)*")
SALTS = "salt of erasures"  # the mark that holds them, with spaces between; new hashes are made with the first
_SALTS = select(marks.c.value).where(marks.c.name == SALTS)
_ONE_OF_THEM = select(erasures.c.hash).where(erasures.c.hash.in_(bindparam("hashes", expanding=True))).limit(1)


def erase(connection: Connection, who: Any, now: datetime) -> set[tuple[str, str]]:
    """
    Forget the person of row *who*, by all their accounts, and all they said; keep what tells if they come back.

    Returns:
        The posts touched.
    """
    touched: set[tuple[str, str]] = set()
    members = same_person.group_of(connection, who.id).members
    theirs = connection.execute(select(persons).where(persons.c.id.in_(members)).order_by(persons.c.id)).all()
    rows = {one.id: one for row in theirs for one in accounts.same_account(connection, row)}
    for one in rows.values():
        touched |= _erase_row(connection, one, now)
    connection.execute(delete(revisions))  # what others said before they changed it may name them
    touched |= _clear_others(connection)
    _clear_answers(connection)
    note(connection, now, "owner", "erased")
    return touched


def _erase_row(connection: Connection, who: Any, now: datetime) -> set[tuple[str, str]]:
    salt = _salt(connection)
    hashes = {_hash(salt, "person", who.network, who.identity)}
    rows = connection.execute(select(comments).where(comments.c.person == who.id)).all()
    ids = [row.id for row in rows]
    emails = select(notices.c.email).where(notices.c.comment.in_(ids))
    forget_address(connection, connection.execute(emails).scalars().all(), now)
    touched = {(row.post, row.lang) for row in rows}
    seen = connection.execute(select(sources).where(sources.c.comment.in_(ids))).all()
    hashes |= {_hash(salt, "key", row.key) for row in rows}
    hashes |= {_hash(salt, "source", row.source, row.source_id) for row in seen}
    hashes |= {_hash(salt, "address", row.url) for row in [*rows, *seen] if row.url}
    if who.network != "form":  # how others call them; into the form anybody types any address
        hashes |= {_hash(salt, "address", one) for one in (who.url, who.identity) if one}
        hashes |= {_hash(salt, "handle", who.network, _bare(who.handle))} if who.handle else set()
        # A handle that a network gives to another person later is theirs.
        kinds = ("account",) if accounts.is_lasting(who) else ("account", "only account")
        names = accounts.proved(who) | accounts.written(connection, who.id)
        hashes |= {_hash(salt, kind, name) for kind in kinds for name in names}
    liked = connection.execute(select(reactions).where(reactions.c.person == who.id)).all()
    hashes |= {_hash(salt, "source", row.source, row.source_id) for row in liked}
    touched |= {(row.post, row.lang) for row in liked}
    _keep_away(connection, hashes, now)
    connection.execute(delete(reactions).where(reactions.c.person == who.id))
    for row in [*seen, *liked]:  # what told us of them holds their address
        connection.execute(text("DELETE FROM mentions WHERE name = :name"), {"name": row.source_id})
    _stop_answers(connection, ids)
    forget(connection, ids)
    accounts.forget(connection, who.id)
    _drop_views(connection, who)
    # Their number may be given to another person, whom no word on them is about.
    connection.execute(update(decisions).where(decisions.c.person == who.id).values(person=None, batch=""))
    connection.execute(delete(persons).where(persons.c.id == who.id))
    return touched


def _stop_answers(connection: Connection, ids: Sequence[int]) -> None:
    """Send no answer to who is erased that has not gone."""
    above, below = comments.alias(), comments.alias()
    to_them = select(below.c.key).join(above, above.c.id == below.c.parent).where(above.c.id.in_(ids))
    unsent = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.WAITING))
    here = deliveries.c.answer.in_(to_them) & unsent & deliveries.c.attempt_started_at.is_(None)
    connection.execute(update(deliveries).where(here).values(state=DeliveryState.WITHDRAWN, not_before=None))


def _drop_views(connection: Connection, who: Any) -> None:
    """Delete what any of the team has kept to find *who* by."""
    called = {fold(name) for name in (who.name, who.handle, _bare(who.handle), who.url) if name}
    for row in connection.execute(select(saved_views)).all():
        asked = dict(parse_qsl(row.asked))
        if asked.get("person") == str(who.id) or called & {fold(asked.get("q", "")), fold(row.name)}:
            here = (saved_views.c.member == row.member) & (saved_views.c.name == row.name)
            connection.execute(delete(saved_views).where(here))


def _keep_away(connection: Connection, hashes: Iterable[str], now: datetime) -> None:
    for one in sorted(set(hashes) - _hashes(connection)):
        connection.execute(insert(erasures).values(hash=one, at=stamp(now)))


def note_leaving(connection: Connection, table: Table, here: ColumnElement[bool], now: datetime) -> None:
    """Let those *here* in a *table* of who gets letters stay away from it, though an older copy is brought back."""
    if rows := connection.execute(select(table).where(here)).all():
        salt = _salt(connection)
        _keep_away(connection, (_hash(salt, *_reader(table, row)) for row in rows), now)


def _reader(table: Table, row: Any) -> tuple[str, ...]:
    """Return what a row of somebody who gets letters is known by: who asks for them again later is another."""
    told = row._mapping
    return ("reader", table.name, told.get("post", ""), row.email, told.get("confirmed_at") or row.asked_at)


def forget_address(connection: Connection, emails: Sequence[str], now: datetime) -> int:
    """Write to none of *emails* any more, of talks or posts, nor ask whether to; how many talks they followed."""
    to_readers = (letters.c.tells != "") | (letters.c.leave != "")  # the owner's own say neither
    connection.execute(delete(letters).where(is_one_of(letters.c.recipient, emails), to_readers))
    for table in (subscribers, followers):
        note_leaving(connection, table, is_one_of(table.c.email, emails), now)
    connection.execute(
        update(subscribers)
        .where(is_one_of(subscribers.c.email, emails))
        .values(email=NO_ADDRESS, state=SubscriberState.LEFT)
    )
    return connection.execute(delete(followers).where(is_one_of(followers.c.email, emails))).rowcount


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete comments and all that hangs on them; of one that has answers its place stays, and names nobody."""
    answered = set(settling.above(connection, ids)) | set(ids)
    for one in ids:
        row = connection.execute(select(comments.c.parent, comments.c.key).where(comments.c.id == one)).one()
        connection.execute(delete(sources).where(sources.c.comment == one))
        connection.execute(delete(notices).where(notices.c.comment == one))
        connection.execute(delete(revisions).where(revisions.c.comment == one))
        connection.execute(delete(answer_drafts).where(answer_drafts.c.comment == one))
        connection.execute(delete(update_tellings).where(update_tellings.c.comment == one))
        connection.execute(delete(item_labels).where(item_labels.c.comment == one))
        connection.execute(delete(reactions).where(reactions.c.comment == row.key))
        # Letters about it, and those that lead to it: "Ana answered you".
        theirs = "DELETE FROM letters WHERE comment = :one OR body LIKE :key"
        connection.execute(text(theirs), {"one": one, "key": f"%{row.key}%"})
        if _has_answers(connection, one):
            blank = dict.fromkeys(_OF_A_PERSON, "") | {"key": secrets.token_hex(8), "person": _nobody(connection)}
            blank |= {"status": Status.GONE, "decided_by": Who.SOURCE, "reasons": "[]", "points": 0}
            blank |= {"edited_at": None, "owner_edited_at": None}
            connection.execute(update(comments).where(comments.c.id == one).values(**blank))
        else:
            connection.execute(delete(comments).where(comments.c.id == one))
            _drop_places(connection, row.parent)
    settling.settle(connection, answered)


def _has_answers(connection: Connection, number: int) -> bool:
    return connection.execute(select(comments.c.id).where(comments.c.parent == number).limit(1)).first() is not None


def _nobody(connection: Connection) -> int:
    """Return the row of whoever said what is no longer here."""
    known = connection.execute(select(persons.c.id).where(persons.c.network == accounts.NOBODY)).scalar()
    if known is not None:
        return int(known)
    new = insert(persons).values(network=accounts.NOBODY, identity="").returning(persons.c.id)
    return int(connection.execute(new).scalar_one())


def _drop_places(connection: Connection, number: int | None) -> None:
    """Delete places that were kept for an answer which has gone as well."""
    while number is not None and not _has_answers(connection, number):
        row = connection.execute(showing.with_persons().where(comments.c.id == number)).first()
        if row is None or row.network != accounts.NOBODY:
            return
        connection.execute(delete(comments).where(comments.c.id == number))
        number = row.parent


def has_any(connection: Connection) -> bool:
    """Whether anybody was ever erased."""
    return connection.execute(select(erasures.c.hash).limit(1)).first() is not None


def admitted(connection: Connection, incoming: Incoming) -> Incoming | None:
    """*incoming* without the erased persons whom it names; None where it is of such a person, or was erased itself."""
    if not (known := salts(connection)):  # nobody ever was
        return incoming
    return None if _is_erased(connection, incoming, known) else _cleared(connection, incoming)


def _is_erased(connection: Connection, incoming: Incoming, known: Sequence[str]) -> bool:
    """Whether *incoming* is of somebody, or something, that was erased; *known*: the salts."""
    asked = [
        ("source", incoming.source, short(incoming.source_id)),
        *([("address", incoming.url)] if incoming.url else []),
        # Whoever is told of by another way, or claims to be them: they are to be named nowhere.
        *_person(incoming.author, accounts.names_of(incoming.author)),
    ]
    hashes = [_hash(salt, *one) for salt in known for one in asked]
    return connection.execute(_ONE_OF_THEM, {"hashes": hashes}).first() is not None


def _person(who: accounts.Named, names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return what is asked of *who*, of whom *names* are known."""
    kind = "only account" if accounts.is_lasting(who) else "account"
    return [("person", who.network, short(who.identity)), *((kind, name) for name in names)]


def keys_erased(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Those of *keys* that were comments of an erased person."""
    known = _Known(connection)
    return {key for key in keys if known.has(("key", key))}


def sweep(connection: Connection, now: datetime) -> None:
    """Take out whoever is erased and was brought back with all else, as an export from before that does."""
    if not has_any(connection):
        return
    known = _Known(connection)
    for row in connection.execute(select(persons)).all():
        if known.has(*_person(row, accounts.proved(row))):
            _erase_row(connection, row, now)
    ways: dict[int, list[tuple[str, ...]]] = {}
    for row in connection.execute(select(sources)):
        ways.setdefault(row.comment, []).append(("source", row.source, row.source_id))
    names = {row.id: row for row in connection.execute(select(persons))}
    ids = []
    for row in connection.execute(select(comments).order_by(comments.c.id)).all():
        who = names[row.person]
        said_by = Author(network=who.network, identity=who.identity, name="", handle=row.handle, url=row.author_url)
        asked = [("key", row.key), *ways.get(row.id, ()), *_person(said_by, accounts.names_of(said_by))]
        if known.has(*asked, *([("address", row.url)] if row.url else [])):
            ids.append(row.id)
    forget(connection, ids)
    for row in connection.execute(select(reactions)).all():
        if known.has(("source", row.source, row.source_id)):
            connection.execute(delete(reactions).where(reactions.c.id == row.id))
    _send_away(connection, known)
    _clear_others(connection)
    _clear_answers(connection)


def _send_away(connection: Connection, known: "_Known") -> None:
    """Write to nobody who left letters and was brought back."""
    for table in (subscribers, followers, notices):
        for row in connection.execute(select(table).where(table.c.email != NO_ADDRESS)).all():
            if not known.has(_reader(table, row)):
                continue
            if table is subscribers:  # their number stays taken
                gone = {"email": NO_ADDRESS, "state": SubscriberState.LEFT}
                connection.execute(update(table).where(table.c.id == row.id).values(**gone))
            else:
                connection.execute(delete(table).where(table.c.id == row.id))


def _cleared(connection: Connection, incoming: Incoming) -> Incoming:
    """*incoming* without the erased persons whom it names."""
    is_theirs = _asker(_Known(connection), incoming.source)
    html, words = without(incoming.html, incoming.text, is_theirs)
    above = "" if incoming.in_reply_to and is_theirs(incoming.in_reply_to) else incoming.in_reply_to
    return replace(incoming, html=html, text=words, in_reply_to=above)


def without(html: str, text: str, is_theirs: Callable[[str], bool]) -> tuple[str, str]:
    """
    *html* and *text* of a comment without those of whom it speaks and who are erased.

    Args:
        is_theirs: Whether an address, or a handle that begins with an at sign, is that of an erased person.
    """
    for handle in {*_HANDLE.findall(html), *_HANDLE.findall(text)}:
        if is_theirs(handle):
            one = re.compile(rf"(?<![\w/@.]){re.escape(handle)}(?![\w-]|[.@]\w)")
            html, text = one.sub(LEFT_OUT, html), one.sub(LEFT_OUT, text)
    for whole, written, inner in [(found[0], found[1], found[2]) for found in _LINK.finditer(html)]:
        address = unescape(written)
        if is_theirs(address):
            html = html.replace(whole, LEFT_OUT)
            for word in (address, unescape(_TAG.sub("", inner)).strip()):
                text = _alone(word).sub(LEFT_OUT, text) if word else text
    return html, text


def _alone(word: str) -> re.Pattern[str]:
    """Find *word* where it is no part of a longer one: a name, a handle with its host, an address."""
    return re.compile(rf"(?<![\w@]){re.escape(word)}(?![\w-]|[.@]\w)")


def _clear_others(connection: Connection) -> set[tuple[str, str]]:
    """Take the erased out of everybody else's comments and shares; the posts of those that changed."""
    touched, known = set(), _Known(connection)
    first = select(sources.c.source).where(sources.c.comment == comments.c.id).order_by(sources.c.id).limit(1)
    named = comments.c.html.like("%<a %") | comments.c.text.like("%@%") | (comments.c.in_reply_to != "")
    for row in connection.execute(select(comments, first.scalar_subquery().label("source")).where(named)).all():
        is_theirs = _asker(known, row.source or "")
        html, words = without(row.html, row.text, is_theirs)
        above = "" if row.in_reply_to and is_theirs(row.in_reply_to) else row.in_reply_to
        if (html, words, above) != (row.html, row.text, row.in_reply_to):
            values = {"html": html, "text": words, "in_reply_to": above, "fingerprint": fingerprint(words)}
            connection.execute(update(comments).where(comments.c.id == row.id).values(**values))
            settling.settle(connection, [row.id])
            touched.add((row.post, row.lang))
    for row in connection.execute(select(reactions).where(reactions.c.text != "")).all():
        _, words = without("", row.text, _asker(known, row.source))
        if words != row.text:
            connection.execute(update(reactions).where(reactions.c.id == row.id).values(text=words))
    return touched


def _clear_answers(connection: Connection) -> None:
    """Take the erased out of what is kept of the owner's answers: words, where they went, who was told of them."""
    known = _Known(connection)
    for row in connection.execute(select(deliveries).where(deliveries.c.answer != "")).all():
        said, is_theirs = _message(row.message), _asker(known, row.network)
        _, words = without("", str(said.get("text", "")), is_theirs)
        for address in _ADDRESS.findall(words):
            words = words.replace(address, LEFT_OUT) if is_theirs(address) else words
        change = {"text": words} if words != said.get("text", "") else {}
        # What may be on its way is looked for there.
        if row.state in _ENDED and is_theirs(str(said.get("answers", ""))):
            change["answers"] = ""
        if change:
            message = msgspec.json.encode(said | change).decode()
            connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(message=message))
    told = select(sent_mentions.c.id, sent_mentions.c.target).where(sent_mentions.c.source.contains("#c-"))
    is_theirs = _asker(known, accounts.WEB)
    theirs = [row.id for row in connection.execute(told) if is_theirs(row.target)]
    connection.execute(delete(sent_mentions).where(sent_mentions.c.id.in_(theirs)))


def _message(kept: str) -> dict[str, Any]:
    """Return what is kept of an answer; nothing of a damaged one, which must keep nobody from being forgotten."""
    try:
        return strict_json.decode(kept, type=dict[str, Any])
    except ValueError:
        return {}


def _asker(known: "_Known", source: str) -> Callable[[str], bool]:
    """Whether an address, an id or an @handle is that of an erased person; *source*: the network that says it."""

    def is_theirs(word: str) -> bool:
        last = word.rstrip("/").rpartition("/")[2]  # Bluesky links to /profile/did:plc:…
        asked = [("address", word), ("source", source, short(word)), ("person", source, short(last))]
        if word.startswith(("@", "http")):
            called = Author(network=source, identity="", name="", handle=word if word[0] == "@" else "", url=word)
            asked += [("handle", source, _bare(last)), *(("account", name) for name in accounts.names_of(called))]
        return known.has(*asked)

    return is_theirs


def _bare(handle: str) -> str:
    return handle.lstrip("@").casefold()


def _hashes(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(erasures.c.hash)).scalars())


def _hash(salt: str, *words: str) -> str:
    return hashlib.sha256("\x00".join((salt, *words)).encode()).hexdigest()


class _Known:
    """All hashes of the erased, and what it takes to ask them."""

    def __init__(self, connection: Connection) -> None:
        self.salts = salts(connection)
        self.hashes = _hashes(connection) if self.salts else frozenset()

    def has(self, *asked: tuple[str, ...]) -> bool:
        """Whether any of *asked*, each a kind and what names it, is of somebody who was erased."""
        return any(_hash(salt, *one) in self.hashes for salt in self.salts for one in asked)


def salts(connection: Connection) -> tuple[str, ...]:
    """Return what the hashes of this store were made with, its own first."""
    return tuple((connection.execute(_SALTS).scalar() or "").split())


def _salt(connection: Connection) -> str:
    if known := salts(connection):
        return known[0]
    salt = secrets.token_hex(16)
    remember(connection, SALTS, salt)
    return salt
