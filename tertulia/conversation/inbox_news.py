"""What waits in the inbox, told to who is not looking at it: an Atom feed, and a letter a day for who wants it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tertulia.content.networks import label
from tertulia.conversation import inbox_words
from tertulia.conversation.blog import BlogInfo
from tertulia.core import sanitise
from tertulia.core.languages import say
from tertulia.core.text import one_line, shorten
from tertulia.core.tokens import Signer
from tertulia.site import feeds
from tertulia.store import Store
from tertulia.store.inbox import InboxFilter, InboxItem
from tertulia.store.team import Member

IN_FEED = 50
IN_LETTER = 20
LETTER_AT = time(7)  # of the blog's day
# A feed is read for years by a program; what ends it is the secret in the store.
FEED_FOR = timedelta(days=3650)
_PURPOSE = "inbox feed"


def feed_address(info: BlogInfo, signer: Signer, member: Member, now: datetime) -> str:
    """Where the feed of *member* is; "" where they have none."""
    return f"{info.service}/inbox/feed/{signer.sign(_PURPOSE, [member.name, member.feed], now)}" if member.feed else ""


def reader_of(store: Store, signer: Signer, token: str, now: datetime) -> Member | None:
    """Whose feed the address with *token* is; None where it opens nothing, or nothing any more."""
    match signer.read(_PURPOSE, token, FEED_FOR, now):
        case ([str() as name, str() as secret], _):
            member = store.team.get(name)
            return member if member and secret and member.feed == secret else None
    return None


def feed(store: Store, info: BlogInfo, member: Member, now: datetime) -> bytes:
    """Return the Atom feed of what waits that *member* may see, the newest first; no address of mail is in it."""
    wanted = InboxFilter(within=inbox_words.within(member, info.published()))
    newest = store.inbox.page(wanted, now, limit=IN_FEED, newest_first=True).items
    page = f"{info.service}/inbox"
    about = feeds.Feed(
        id=feeds.feed_id(feeds.id_base(info.site), f"inbox/{member.name}/mine"),
        title=f"{say('inbox_title')} · {info.title}",
        url=page,
        folder=f"{page}/",
        lang=info.lang,
        writer=feeds.Writer(info.author or info.title, info.site),
        is_talk=True,
    )
    entries = [feeds.prepare(_entry(item, info)) for item in newest]
    return feeds.write(replace(about), entries)[feeds.ATOM]


def _entry(item: InboxItem, info: BlogInfo) -> feeds.Entry:
    said = item.said
    post = info.post(said.post, said.lang)
    own = feeds.entry_id(feeds.id_base(info.site), said.post or "-", said.lang)
    since = datetime.fromisoformat(item.since)
    return feeds.Entry(
        id=f"{own}/inbox/{said.key}",
        url=f"{info.service}/inbox/{said.key}",
        title=one_line(f"{said.name or said.handle} · {_channel(item)} · {post.title if post else said.post}", 200),
        content=said.html or "<p>…</p>",
        published=said.published,
        updated=max(since, said.published),
        lang=said.lang,
        writers=(feeds.Writer(said.name or said.handle, said.author_url),),
        answers=(own, post.url) if post else None,
    )


def write_daily_letters(store: Store, info: BlogInfo, now: datetime, zone: ZoneInfo) -> int:
    """Write to each of the team who wants it what waits, once a day; nothing where nothing does; how many letters."""
    written = 0
    today = datetime.combine(now.astimezone(zone).date(), LETTER_AT, zone)
    for member in store.team.all():
        told = datetime.fromisoformat(member.told_at) if member.told_at else None
        if not member.email or now < today or (told is not None and told >= today):
            continue
        wanted = InboxFilter(within=inbox_words.within(member, info.published()))
        page = store.inbox.page(wanted, now, limit=IN_LETTER)
        with store.database.writing():
            store.team.told(member.name, now)
            if page.items:
                number = sum(store.inbox.counts(now, wanted).get(one, 0) for one in (wanted.state,) if one)
                store.letters.write(member.email, *_letter(page.items, number, info, now), now)
                written += 1
    return written


def _letter(items: Sequence[InboxItem], number: int, info: BlogInfo, now: datetime) -> tuple[str, str]:
    lines = []
    for item in items:
        words = shorten(one_line(sanitise.plain(item.said.html), 300), 80)
        name = one_line(item.said.name or item.said.handle, 60)
        lines.append(f"{name} · {_channel(item)} · {inbox_words.age(item, now)}\n{words}\n")
        lines.append(f"{info.service}/inbox/{item.said.key}\n\n")
    subject = say("letter_daily_subject", n=number, blog=info.title)
    mine = f"{info.service}/inbox/mine"
    return one_line(subject, 200), say("letter_daily", n=number, items="".join(lines).strip(), link=mine)


def _channel(item: InboxItem) -> str:
    return inbox_words.channel(item.channel) or label(item.channel)
