"""Atom, RSS 2.0 and JSON Feed 1.1 from the same entries.

Atom and RSS are built by feedgen (``feed_xml``); JSON Feed, which feedgen does not know, is written here.
https://www.jsonfeed.org/version/1.1/

A post stands in many feeds (site, language, tags, categories, authors): it is prepared once and put into each.

Ids are ``tag:`` addresses (RFC 4151): a name that nobody has to look up, made of the site's host, a year that never
changes, the post's own ``Id`` and its language. Slug, title, date, file and host may all change; the id does not, as
long as ``base`` does not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tertulia.core.addresses import host_of
from tertulia.core.models import Credit, Update
from tertulia.core.text import strip_controls

FILES = ATOM, RSS, JSON = "atom.xml", "rss.xml", "feed.json"

# File name → (media type, the name people know it by); autodiscovery lists them in this order.
FORMATS = {
    ATOM: ("application/atom+xml", "Atom"),
    RSS: ("application/rss+xml", "RSS"),
    JSON: ("application/feed+json", "JSON Feed"),
}

# A tag: address carries a date on which its owner had the name. Any date will do and none may ever change it.
ID_YEAR = "2026"


class Writer(Struct, frozen=True):
    """Who wrote a post. Never an e-mail address."""

    name: str
    url: str = ""


class Enclosure(Struct, frozen=True):
    """The cover as a file of its own."""

    url: str
    type: str  # "image/webp"
    size_bytes: int


class Entry(Struct, frozen=True):
    """One post, ready for any feed: every address whole, every date with its offset."""

    id: str
    url: str
    title: str  # plain text; "" for a note
    content: str  # HTML
    published: datetime
    updated: datetime
    lang: str
    summary: str = ""  # plain text
    writers: tuple[Writer, ...] = ()
    labels: tuple[str, ...] = ()  # categories and tags as the reader sees them
    cover: Enclosure | None = None
    via: str = ""  # where the author found it
    answers: tuple[str, str] | None = None  # id and address of what it answers, in a feed of comments


class Feed(Struct, frozen=True):
    """What a feed says of itself."""

    id: str
    title: str
    url: str  # the page it belongs to
    folder: str  # whole address of the folder that holds atom.xml, rss.xml and feed.json, with its last slash
    lang: str
    writer: Writer
    subtitle: str = ""
    hub: str = ""  # WebSub hub, "" for none
    stylesheet: str = ""
    note: str = ""  # told to a person who opens the feed in a browser
    back: str = ""  # text of the link back to the page
    is_talk: bool = False  # its entries answer something


def id_base(site: str) -> str:
    """Return the beginning of every id of *site*: ``tag:tertulia.example,2026:``."""
    return f"tag:{host_of(site) or 'localhost'},{ID_YEAR}:"


def entry_id(base: str, post: str, lang: str) -> str:
    """Return the id of the post whose ``Id`` is *post*, in *lang*."""
    return f"{base}{quote(post, safe='')}/{quote(lang, safe='')}"


def feed_id(base: str, section: str) -> str:
    """Return the id of a feed; *section* is "site" or "etiqueta/opinion". Posts have one slash, feeds two or more."""
    return f"{base}feeds/{quote(section.strip('/'))}/"


def closing(
    question: str,
    updates: Iterable[Update],
    credits: Iterable[Credit],
    words: Mapping[str, str],
    in_words: Callable[[str], str],
) -> str:
    """
    Return what the page shows around a post, said in words at the end of a feed's content.

    Args:
        words: "updates", "question" and the four kinds of credit → what to call them, in the post's language.
        in_words: An ISO date → "21 de noviembre de 2026".

    Returns:
        HTML, "" when there is nothing to say.
    """
    parts = [f"<p><strong>{escape(words['updates'])}</strong></p>"] if (updates := tuple(updates)) else []
    parts += [
        f'<p><time datetime="{escape(update.date)}">{escape(in_words(update.date))}</time>: {update.html}</p>'
        for update in updates
    ]
    named: dict[str, list[str]] = defaultdict(list)
    for credit in credits:
        named[credit.kind].append(_credited(credit))
    parts += [f"<p>{escape(words[kind])}: {', '.join(names)}</p>" for kind, names in named.items()]
    if question:
        parts.append(f"<p><strong>{escape(words['question'])}</strong></p>\n<p>{escape(question)}</p>")
    return "\n<hr>\n" + "\n".join(parts) if parts else ""


def _credited(credit: Credit) -> str:
    name = escape(credit.name)
    return f'<a href="{escape(credit.url)}">{name}</a>' if credit.url else name


class Prepared(Struct):
    """An entry in the form each format wants, built once however many feeds hold it."""

    entry: Entry
    xml: Any  # feedgen's
    json: msgspec.Raw


def prepare(entry: Entry) -> Prepared:
    """Make *entry* ready for ``write``. Characters that XML cannot hold are gone from it."""
    entry = replace(
        entry,
        title=one_line(entry.title) if entry.title else "",
        content=strip_controls(entry.content),
        summary=strip_controls(entry.summary),
        writers=tuple(replace(writer, name=one_line(writer.name)) for writer in entry.writers),
        labels=tuple(one_line(label) for label in entry.labels),
    )
    from tertulia.site import feed_xml  # feedgen and lxml: most edits stand in no feed

    return Prepared(entry, feed_xml.entry(entry), msgspec.Raw(msgspec.json.encode(_json_item(entry))))


def write(feed: Feed, entries: Sequence[Prepared]) -> dict[str, bytes]:
    """
    Return the files of *feed*, by name.

    Args:
        entries: In the order in which they are to stand, newest first.
    """
    from tertulia.site import feed_xml

    feed = replace(feed, title=one_line(feed.title), subtitle=strip_controls(feed.subtitle))
    return {
        ATOM: feed_xml.feed(feed, ATOM, entries).atom_str(),
        RSS: feed_xml.feed(feed, RSS, entries).rss_str(),
        JSON: _json_feed(feed, entries),
    }


def one_line(text: str) -> str:
    """Plain text on one line; feeds show titles so, and an empty one is no title."""
    return " ".join(strip_controls(text).split()) or "…"


# JSON Feed -----------------------------------------------------------------------------------------------------------


def _json_item(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "image": entry.cover.url if entry.cover else "",
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [_json_author(writer) for writer in entry.writers],
        "tags": list(entry.labels),
        "language": entry.lang,
        "external_url": entry.via,
        "attachments": _json_attachments(entry.cover),
        "_in_reply_to": dict(zip(("id", "url"), entry.answers, strict=True)) if entry.answers else None,
    }
    return {key: value for key, value in item.items() if value}


def _json_author(writer: Writer) -> dict[str, str]:
    return {"name": one_line(writer.name)} | ({"url": writer.url} if writer.url else {})


def _json_attachments(cover: Enclosure | None) -> list[dict[str, object]]:
    return [{"url": cover.url, "mime_type": cover.type, "size_in_bytes": cover.size_bytes}] if cover else []


def _json_feed(feed: Feed, entries: Sequence[Prepared]) -> bytes:
    hubs = [{"type": "WebSub", "url": feed.hub}] if feed.hub else []
    fields: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.folder + JSON,
        "description": feed.subtitle,
        "user_comment": feed.note,
        "authors": [_json_author(feed.writer)],
        "language": feed.lang,
        "hubs": hubs,
    }
    kept: dict[str, object] = {key: value for key, value in fields.items() if value}
    return msgspec.json.encode(kept | {"items": [prepared.json for prepared in entries]})
