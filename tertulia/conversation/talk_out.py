"""The whole talk, every channel, for other programs: as an Atom feed with its threads, and as a table.

Neither holds an address of mail or a note. What brings the talk to another blog is the JSON of ``store.archive``.

- Threads in Atom: https://www.rfc-editor.org/rfc/rfc4685 (read 2026-11)
- What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-11)
"""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime

from tertulia.conversation.blog import BlogInfo
from tertulia.core.languages import say
from tertulia.core.text import one_line, strip_controls
from tertulia.site import feeds
from tertulia.store import Store
from tertulia.store.said import Said, Status

EVERY = 10_000_000
COLUMNS = (
    *("key", "answers", "post", "lang", "channel", "kind", "person", "name", "handle", "page"),
    *("said", "edited", "status", "state", "address", "text"),
)
# A program that takes another sign for the separator begins a cell where we did not: so after each of them as well.
_UNSEEN = r"[^\S\r\n]|[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
_FORMULA = re.compile(rf"(\A|[;,|\t\r\n\"'])((?:{_UNSEEN})*)(?=[=+\-@＝＋－＠])")


def atom(store: Store, info: BlogInfo) -> bytes:
    """All that readers may see, newest first, each entry with what it answers."""
    about = feeds.Feed(
        id=feeds.feed_id(feeds.id_base(info.site), "talk/whole"),
        title=say("talk_whole", blog=info.title),
        url=info.site,
        folder=f"{info.site}/",
        lang=info.lang,
        writer=feeds.Writer(info.author or info.title, info.site),
        is_talk=True,
    )
    found = _said(store, (Status.APPROVED,))
    keys = {said.id: said.key for said in found}
    entries = (_entry(said, keys.get(said.parent or 0, ""), info) for said in found)
    return feeds.write(about, [feeds.prepare(one) for one in entries])[feeds.ATOM]


def _entry(said: Said, above: str, info: BlogInfo) -> feeds.Entry:
    post = info.post(said.post, said.lang)
    own = feeds.entry_id(feeds.id_base(info.site), said.post or "-", said.lang)
    page = post.url if post else info.site
    root = (post.guid if post else "") or own
    return feeds.Entry(
        id=f"{own}/c/{said.key}",
        url=f"{page}#c-{said.key}" if post else said.url or page,
        title=one_line(f"{said.name or said.handle} · {post.title if post else said.post}", 200),
        content=said.html or "<p>…</p>",
        published=said.published,
        updated=datetime.fromisoformat(said.edited_at) if said.edited_at else said.published,
        lang=said.lang,
        writers=(feeds.Writer(said.name or said.handle, said.author_url),),
        via=said.url,
        answers=(f"{own}/c/{above}", f"{page}#c-{above}") if above else (root, page),
    )


def table(store: Store, now: datetime) -> bytes:
    """Return a row for each thing that was said and is kept, the oldest first; no cell is a formula."""
    found = _said(store, tuple(status for status in Status if status != Status.SPAM))[::-1]
    keys = {said.id: said.key for said in found}
    states = store.inbox.states(now)
    persons = store.persons.groups({said.person for said in found})
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for said in found:
        writer.writerow(
            map(
                _cell,
                (
                    *(said.key, keys.get(said.parent or 0, ""), said.post, said.lang, said.network, said.kind),
                    str(min(persons[said.person])),
                    *(said.name, said.handle, said.author_url, said.published_at, said.edited_at or ""),
                    *(said.status, states.get(said.id, ""), said.url, said.text),
                ),
            )
        )
    return written.getvalue().encode("utf-8-sig")  # by the mark at its beginning spreadsheets know what it is


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1\2'", strip_controls(text))


def _said(store: Store, statuses: Iterable[str]) -> list[Said]:
    return sorted(
        store.conversation.find(tuple(statuses), limit=EVERY), key=lambda one: (one.published_at, one.id), reverse=True
    )
