"""An item of the inbox in words, for the page and for the terminal; and the filters that both take."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tertulia.content.posts import Published
from tertulia.content.tone import Tone, tone_of
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.core.text import fold
from tertulia.store.inbox import InboxFilter, InboxItem
from tertulia.store.inbox_tables import ItemState
from tertulia.store.labels import LONGEST
from tertulia.store.person_tables import Role
from tertulia.store.team import AUTHOR, Member

STATES = tuple(state for state in ItemState if state != ItemState.AWAY)
EVERY = "all"
NO_POST = "-"  # as a post's Id: what belongs to none
_IN = re.compile(r"(\d{1,4}) ?([hdm])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def age(item: InboxItem, now: datetime) -> str:
    """How long ago whoever said it began to wait: "3 days"."""
    return how_long(now - datetime.fromisoformat(item.since))


def how_long(time: timedelta) -> str:
    """Return a length of time as people say it: "3 days"."""
    minutes = max(0, int(time.total_seconds()) // 60)
    if minutes < 60:
        return say("inbox_minutes", n=minutes)
    return say("inbox_hours", n=minutes // 60) if minutes < 48 * 60 else say("inbox_days", n=minutes // (24 * 60))


def tone(item: InboxItem) -> str:
    """Return what it seems to be, and the word that this was heard in: "question (?)"; "" for plain talk."""
    if item.tone == Tone.TALK:
        return ""
    by = tone_of(item.said.text).by
    return say(f"inbox_tone_{item.tone}") + (f" ({by})" if by else "")


def called(who: str, author: str) -> str:
    """Return how people call one of the team, whom a row of the store names; *author*: the name of the blog's."""
    return (author or say("who_owner")) if who == AUTHOR else who


def filter_of(asked: Mapping[str, str], published: Published) -> InboxFilter:
    """Return the filter that somebody asks for; what makes no sense leaves nothing out."""
    state, heard = asked.get("state", ""), asked.get("tone", "")
    post, tag, person = asked.get("post", ""), asked.get("tag", ""), asked.get("person", "")
    posts = None
    if post:
        posts = [""] if post == NO_POST else [post]
    elif tag:
        posts = [one.id for one in published.posts if fold(tag) in map(fold, one.tags)]
    return InboxFilter(
        state=None if state == EVERY else ItemState(state) if state in STATES else ItemState.UNANSWERED,
        channel=asked.get("channel", ""),
        tone=Tone(heard) if heard in set(Tone) else None,
        posts=posts,
        person=int(person) if person.isdecimal() and len(person) < 10 else None,
        label=asked.get("label", "")[:LONGEST].replace("\x00", ""),
        words=asked.get("q", "")[:100].replace("\x00", ""),
    )


def within(member: Member, published: Published) -> frozenset[str] | None:
    """
    Return the Ids of all posts that *member* may see the talk of; None where that is every post, and what is of none.
    """
    if member.may(Role.MODERATOR):
        return None
    mine = fold(member.name)
    return frozenset(post.id for post in published.posts if mine in map(fold, post.author.split(", ")))


def channel(name: str) -> str:
    """Return what a channel is called that is no network; "" for a network."""
    return say(f"inbox_channel_{name}") if name in ("form", "web") else ""


def until(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """
    Return the moment that somebody means by *written*: "2h", "3d", "9:00" (the next one), "2026-11-27", "2026-11-27
    9:00".

    Raises:
        TertuliaError: it is none, or it is over.
    """
    here = now.astimezone(zone)
    found = None
    if match := _IN.fullmatch(written.strip()):
        found = now + timedelta(**{_UNITS[match[2]]: int(match[1])})
    elif (match := _CLOCK.fullmatch(written.strip())) and int(match[1]) < 24 and int(match[2]) < 60:
        found = here.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        found += timedelta(days=1 if found <= here else 0)
    else:
        day, _, clock = written.strip().partition(" ")
        try:
            found = datetime.fromisoformat(f"{day} {(clock or '9:00').zfill(5)}").replace(tzinfo=zone)
        except ValueError:
            found = None
    if found is None or found <= now:
        raise TertuliaError(say("inbox_until", written=written))
    return found
