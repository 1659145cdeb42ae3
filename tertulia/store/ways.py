"""The ways by which one comment is seen, which of them speaks for it, and every address that leads to it.

The network that holds a comment is asked by ``collect``; its own page may send a webmention, or be pasted; a relay
repeats it. Whoever repeats is no witness against the place where it was said: deletion, edit, author, date and place in
the thread follow the best way that there is, in whatever order they came.
"""

import re
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from tertulia.core.addresses import host_of, split_address
from tertulia.store.conversation_tables import accounts, comments, persons, reactions, sources
from tertulia.store.rows import short
from tertulia.store.said import Incoming

WEBMENTION = "webmention"
PASTED = "pasted"  # an address that the owner gave, read once

# Two addresses of one status: https://docs.joinmastodon.org/spec/activitypub/ and what people see (read 2026-11).
_STATUS_URL = re.compile(r"(https?://[^/]+)/@([\w.-]+)/(\w+)")
_STATUS_URI = re.compile(r"(https?://[^/]+)/users/([\w.-]+)/statuses/(\w+)")
_BLUESKY_URL = re.compile(r"https?://(?:www\.)?bsky\.app/profile/([^/]+)/post/(\w+)")
_BLUESKY_URI = re.compile(r"at://([^/]+)/app\.bsky\.feed\.post/(\w+)")
_X_URL = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/([^/]+)/status/(\d+)")


class Rank(IntEnum):
    """How much a way knows of a comment."""

    RELAY = 0  # repeats what was said elsewhere
    PAGE = 1  # the place where it lives, which told us itself or was looked at once
    HOLDER = 2  # where it was said, asked again and again; our own form


def rank(source: str, source_id: str, url: str) -> Rank:
    """
    Return the rank of a way: a webmention is the comment's own page where the page that told it is of the same host.
    """
    if source == WEBMENTION:
        told = source_id.partition(" ")[0]
        return Rank.PAGE if not url or host_of(told) == host_of(url) else Rank.RELAY
    return Rank.PAGE if source in (PASTED, "web") else Rank.HOLDER


def rank_of(incoming: Incoming) -> Rank:
    """Return the rank of the way by which *incoming* comes."""
    return rank(incoming.source, incoming.source_id, incoming.url)


def speaks(connection: Connection, comment: int, incoming: Incoming) -> bool:
    """
    Whether *incoming* has the word on a comment.

    It has not while another way knows more, which when gone has said its last; of two that know as much, the first
    that is still there has it.
    """
    mine, here = rank_of(incoming), (incoming.source, short(incoming.source_id))
    query = select(sources).where(sources.c.comment == comment).order_by(sources.c.id)
    rows = {(row.source, row.source_id): row for row in connection.execute(query)}
    if any(_rank(row) > mine for name, row in rows.items() if name != here):
        return False
    first = next((name for name, row in rows.items() if name == here or (_rank(row) == mine and not row.gone_at)), here)
    return first == here


def outlives(connection: Connection, comment: int, source: str, source_id: str) -> bool:
    """Whether a comment stays when it is gone from one way: another that knows as much still shows it."""
    query = select(sources).where(sources.c.comment == comment)
    rows = {(row.source, row.source_id): row for row in connection.execute(query)}
    mine = _rank(rows[source, short(source_id)])
    others = [_rank(row) for name, row in rows.items() if row.gone_at is None and name != (source, short(source_id))]
    return any(other >= mine for other in others)


def comment_at(connection: Connection, incoming: Incoming) -> Any:
    """Return the row of the comment that lives where *incoming* does, seen before by another way."""
    return _at(connection, incoming, incoming.url) if incoming.url else None


def is_same_place(connection: Connection, one: str, other: str) -> bool:
    """Whether two addresses are of one thing said, whatever its writer was called when each was told."""
    return bool(_forms(connection, one) & _forms(connection, other))


def share_at(connection: Connection, incoming: Incoming) -> Any:
    """Return the row of what another way counted as a mere share, like or bookmark, and lives where *incoming* does."""
    if not incoming.url:
        return None
    here = (reactions.c.post == incoming.post) & (reactions.c.lang == incoming.lang)
    other = (reactions.c.source != incoming.source) | (reactions.c.source_id != short(incoming.source_id))
    same = reactions.c.url.in_(_forms(connection, incoming.url))
    return connection.execute(select(reactions).where(here, other, same).limit(1)).first()


def knows_more(incoming: Incoming, row: Any) -> bool:
    """Whether the way of a row knows at least as much as that of *incoming*."""
    return _rank(row) >= rank_of(incoming)


def parent_of(connection: Connection, incoming: Incoming) -> int | None:
    """
    Return the comment of the same post that *incoming* answers: by our key, an id, or any address that it is known by.
    """
    for wanted in incoming.in_reply_to.split():
        row = _by_name(connection, incoming.source, wanted) or _at(connection, incoming, wanted)
        if row is not None and (row.post, row.lang) == (incoming.post, incoming.lang):
            return int(row.id)
    return None


def orphans_of(connection: Connection, number: int, incoming: Incoming) -> list[int]:
    """Return the comments without a place that answer comment *number*, which *incoming* tells of."""
    here = (comments.c.post == incoming.post) & (comments.c.lang == incoming.lang)
    lost = here & comments.c.parent.is_(None) & (comments.c.in_reply_to != "")
    rows = connection.execute(
        select(comments.c.id, comments.c.in_reply_to, sources.c.source)
        .join(sources, sources.c.comment == comments.c.id)
        .where(lost)
        .order_by(comments.c.id)
    ).all()
    names = _forms(connection, incoming.url)
    if incoming.source == WEBMENTION:
        names |= _forms(connection, incoming.source_id.partition(" ")[0])
    key = connection.execute(select(comments.c.key).where(comments.c.id == number)).scalar_one()
    above = _line_above(connection, number)
    found = []
    for row in rows:
        by_id = row.source == incoming.source and incoming.source_id in row.in_reply_to.split()
        answered = {form for word in row.in_reply_to.split() for form in _forms(connection, word)}
        is_ours = any(word.rpartition("#c-")[2] == key for word in row.in_reply_to.split() if "#c-" in word)
        if (by_id or is_ours or names & answered) and row.id not in above:
            found.append(int(row.id))
    return list(dict.fromkeys(found))


def _line_above(connection: Connection, number: int) -> set[int]:
    line: set[int] = set()
    above: int | None = number
    while above is not None and above not in line:
        line.add(above)
        above = connection.execute(select(comments.c.parent).where(comments.c.id == above)).scalar()
    return line


def _rank(row: Any) -> Rank:
    return rank(row.source, row.source_id, row.url)


def _by_name(connection: Connection, source: str, wanted: str) -> Any:
    """Return the comment that *source* calls *wanted*, or that we do."""
    if source == "form" or "#c-" in wanted:
        key = wanted.rpartition("#c-")[2]
        return connection.execute(select(comments).where(comments.c.key == key)).first()
    query = select(comments).join(sources, sources.c.comment == comments.c.id)
    return connection.execute(query.where(sources.c.source == source, sources.c.source_id == short(wanted))).first()


def _at(connection: Connection, incoming: Incoming, address: str) -> Any:
    forms = _forms(connection, address)
    here = (comments.c.post == incoming.post) & (comments.c.lang == incoming.lang)
    named: list[ColumnElement[bool]] = [comments.c.url.in_(forms), sources.c.url.in_(forms)]
    named += [sources.c.source_id.in_([form for form in forms if form.startswith("at://")])]
    for form in forms:  # the page that told of it: a relay's own address
        begins = func.substr(sources.c.source_id, 1, len(form) + 1) == f"{form} "
        named.append((sources.c.source == WEBMENTION) & begins)
    query = select(comments).join(sources, sources.c.comment == comments.c.id).where(here, or_(*named))
    return connection.execute(query.order_by(comments.c.id).limit(1)).first()


def _forms(connection: Connection, address: str) -> set[str]:
    """Every way of writing *address* that means the same thing said."""
    found = {address}
    address = address.rstrip("/")
    if match := _STATUS_URI.fullmatch(address):
        found.add(f"{match[1]}/@{match[2]}/{match[3]}")
    if match := _STATUS_URL.fullmatch(address):
        found.add(f"{match[1]}/users/{match[2]}/statuses/{match[3]}")
    if match := _X_URL.fullmatch(address):
        found |= {
            f"https://{host}/{who}/status/{match[2]}" for host in ("x.com", "twitter.com") for who in (match[1], "i")
        }
    if match := _BLUESKY_URL.fullmatch(address) or _BLUESKY_URI.fullmatch(address):
        for who in {match[1], *_also_called(connection, match[1])}:
            found |= {f"https://bsky.app/profile/{who}/post/{match[2]}", f"at://{who}/app.bsky.feed.post/{match[2]}"}
    for one in list(found):
        if split_address(one).is_web and "#" not in one and "?" not in one:
            bare = one.partition("://")[2].rstrip("/")
            found |= {f"{scheme}://{bare}{end}" for scheme in ("https", "http") for end in ("", "/")}
    return found


def _also_called(connection: Connection, who: str) -> set[str]:
    """Return the other name of a Bluesky account: its number by its handle, and the other way round."""
    name = who if who.startswith("did:") else f"bluesky:{who.casefold()}"
    person = select(accounts.c.person).where(accounts.c.name == name)
    rows = connection.execute(select(persons).where(persons.c.id.in_(person), persons.c.network == "bluesky"))
    return {one for row in rows for one in (str(row.identity), str(row.handle).lstrip("@")) if one}
