"""Atom, RSS 2.0 and JSON Feed 1.1 from the same entries.

Atom and RSS are built by feedgen; JSON Feed, which feedgen does not know, is written beside them.
https://www.rfc-editor.org/rfc/rfc4287, https://www.rssboard.org/rss-specification, https://www.jsonfeed.org/version/1.1/

A post stands in many feeds (site, language, tags, categories, authors): it is prepared once and put into each.

Ids are ``tag:`` addresses (RFC 4151): a name that nobody has to look up, made of the site's host, a year that never
changes, the post's own ``Id`` and its language. Slug, title, date, file and host may all change; the id does not, as
long as ``base`` does not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

import msgspec
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from tertulia.core import languages
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

# Atom wants a date even where there is nothing to date.
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)

_ATOM_NS = "http://www.w3.org/2005/Atom"
_DC_NS = "http://purl.org/dc/elements/1.1/"
# What answers what: https://www.rfc-editor.org/rfc/rfc4685
_THREAD_NS = "http://purl.org/syndication/thread/1.0"
_XHTML_NS = "http://www.w3.org/1999/xhtml"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


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
    xml: FeedEntry
    json: msgspec.Raw


def prepare(entry: Entry) -> Prepared:
    """Make *entry* ready for ``write``. Characters that XML cannot hold are gone from it."""
    entry = replace(
        entry,
        title=_line(entry.title) if entry.title else "",
        content=strip_controls(entry.content),
        summary=strip_controls(entry.summary),
        writers=tuple(replace(writer, name=_line(writer.name)) for writer in entry.writers),
        labels=tuple(_line(label) for label in entry.labels),
    )
    return Prepared(entry, _xml_entry(entry), msgspec.Raw(msgspec.json.encode(_json_item(entry))))


def write(feed: Feed, entries: Sequence[Prepared]) -> dict[str, bytes]:
    """
    Return the files of *feed*, by name.

    Args:
        entries: In the order in which they are to stand, newest first.
    """
    feed = replace(feed, title=_line(feed.title), subtitle=strip_controls(feed.subtitle))
    return {
        ATOM: _xml_feed(feed, ATOM, entries).atom_str(),
        RSS: _xml_feed(feed, RSS, entries).rss_str(),
        JSON: _json_feed(feed, entries),
    }


# feedgen -------------------------------------------------------------------------------------------------------------


class _OnceEntry(FeedEntry):  # type: ignore[misc]  # feedgen has no types
    """feedgen's entry, whose elements are built once.

    lxml moves an element that is appended a second time, so it leaves the feed before, which is a string by then.
    """

    def __init__(self) -> None:
        super().__init__()
        self._built: dict[str, etree._Element] = {}

    def atom_entry(self, extensions: bool = True) -> etree._Element:
        if ATOM not in self._built:
            self._built[ATOM] = self._with_whole_links(super().atom_entry(extensions))
            for title in self._built[ATOM].findall("title"):
                title.text = (title.text or "").strip()
        return self._built[ATOM]

    def rss_entry(self, extensions: bool = True) -> etree._Element:
        if RSS not in self._built:
            self._built[RSS] = _without_blank_title(super().rss_entry(extensions))
        return self._built[RSS]

    def _with_whole_links(self, element: etree._Element) -> etree._Element:
        """feedgen 1.0 writes an entry's links with their address only: no rel, no type, so an enclosure is none."""
        for link, said in zip(element.findall("link"), self.link(), strict=True):
            for name, value in said.items():
                link.set(name, value)
        return element


def _without_blank_title(element: etree._Element) -> etree._Element:
    title = element.find("title")
    if title is not None and not (title.text or "").strip():
        element.remove(title)
    return element


class _EntryExtras(BaseEntryExtension):  # type: ignore[misc]
    """What feedgen's entry lacks: its language, authors in RSS without e-mail, a heading for people."""

    entry: Entry

    def extend_atom(self, element: etree._Element) -> etree._Element:
        element.set(_XML_LANG, self.entry.lang)
        return self._with_heading(self._answering(element))

    def extend_rss(self, element: etree._Element) -> etree._Element:
        # RSS's own <author> must be an e-mail address; Dublin Core's takes a name.
        for writer in self.entry.writers:
            etree.SubElement(element, f"{{{_DC_NS}}}creator").text = writer.name
        etree.SubElement(element, f"{{{_DC_NS}}}language").text = self.entry.lang
        return self._with_heading(self._answering(element))

    def _answering(self, element: etree._Element) -> etree._Element:
        if self.entry.answers:
            ref, href = self.entry.answers
            etree.SubElement(element, f"{{{_THREAD_NS}}}in-reply-to", ref=ref, href=href, type="text/html")
        return element

    def _with_heading(self, element: etree._Element) -> etree._Element:
        heading = etree.SubElement(element, f"{{{_XHTML_NS}}}h2", _in(self.entry.lang))
        etree.SubElement(heading, f"{{{_XHTML_NS}}}a", href=self.entry.url).text = self.entry.title or self.entry.url
        return element


class _FeedExtras(BaseExtension):  # type: ignore[misc]
    """What feedgen's feed lacks: the hub in RSS, a stylesheet, and a few words for a person who opens it."""

    feed: Feed
    name: str

    def extend_ns(self) -> dict[str, str]:
        threads = {"thr": _THREAD_NS} if self.feed.is_talk else {}
        return {"h": _XHTML_NS} | ({"dc": _DC_NS} if self.name == RSS else {}) | threads

    def extend_atom(self, root: etree._Element) -> etree._Element:
        return self._for_people(root, root)

    def extend_rss(self, root: etree._Element) -> etree._Element:
        channel = root[0]
        if self.feed.hub:
            etree.SubElement(channel, f"{{{_ATOM_NS}}}link", rel="hub", href=self.feed.hub)
        return self._for_people(root, channel)

    def _for_people(self, root: etree._Element, parent: etree._Element) -> etree._Element:
        """
        Return a heading, an explanation and a real link, in XHTML, shown by a CSS stylesheet.

        CSS and no XSLT: browsers are taking XSLT out (Chromium 156 puts a red warning over every page that uses it),
        and CSS alone cannot make a link out of an Atom element.
        """
        if self.feed.stylesheet:
            href = escape(self.feed.stylesheet)
            root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{href}"'))
        if self.feed.note:
            section = etree.SubElement(parent, f"{{{_XHTML_NS}}}section", _in(self.feed.lang))
            etree.SubElement(section, f"{{{_XHTML_NS}}}h1").text = self.feed.title
            etree.SubElement(section, f"{{{_XHTML_NS}}}p").text = self.feed.note
            address = etree.SubElement(etree.SubElement(section, f"{{{_XHTML_NS}}}p"), f"{{{_XHTML_NS}}}code")
            address.text = self.feed.folder + self.name
            back = etree.SubElement(section, f"{{{_XHTML_NS}}}p")
            etree.SubElement(back, f"{{{_XHTML_NS}}}a", href=self.feed.url).text = self.feed.back
        return root


def _in(lang: str) -> dict[str, str]:
    """Return the attributes of words in *lang*: its name, and its direction where that is not from left to right."""
    direction = languages.current().get(lang).direction
    return {"lang": lang} | ({"dir": direction} if direction != "ltr" else {})


def _line(text: str) -> str:
    """Plain text on one line; feeds show titles so, and an empty one is no title."""
    return " ".join(strip_controls(text).split()) or "…"


def _xml_entry(entry: Entry) -> FeedEntry:
    xml = _OnceEntry()
    xml.id(entry.id)
    xml.title(entry.title or " ")  # Atom will not do without one, a note has none; see ``_OnceEntry``
    xml.link(href=entry.url, rel="alternate", type="text/html", hreflang=entry.lang)
    xml.published(entry.published)
    xml.updated(entry.updated)
    xml.author([_person(writer) for writer in entry.writers])
    xml.category([{"term": label} for label in entry.labels])
    if entry.summary:
        xml.summary(entry.summary)  # text in Atom
        xml.description(escape(entry.summary))  # HTML in RSS; it would become Atom's content,
    xml.content(entry.content, type="html")  # so the content comes after it
    if entry.via:
        xml.link(href=entry.via, rel="via")
    if entry.cover:
        xml.enclosure(entry.cover.url, entry.cover.size_bytes, entry.cover.type)
    xml.register_extension("extras", _EntryExtras)
    xml.extras.entry = entry
    return xml


def _xml_feed(feed: Feed, name: str, entries: Sequence[Prepared]) -> FeedGenerator:
    xml = FeedGenerator()
    xml.id(feed.id)
    xml.title(feed.title)
    xml.subtitle(feed.subtitle or feed.title)  # RSS will not do without one
    xml.author(_person(feed.writer))
    xml.language(feed.lang)
    xml.generator("Tertulia")
    xml.updated(_updated(entries))
    xml.link(href=feed.folder + name, rel="self", type=FORMATS[name][0])
    if feed.hub:
        xml.link(href=feed.hub, rel="hub")
    xml.link(href=feed.url, rel="alternate", type="text/html")  # last: RSS takes the last one as the channel's link
    xml.register_extension("extras", _FeedExtras)
    xml.extras.feed, xml.extras.name = feed, name
    xml.entry([prepared.xml for prepared in entries])
    return xml


def _person(writer: Writer) -> dict[str, str]:
    return {"name": _line(writer.name)} | ({"uri": writer.url} if writer.url else {})


def _updated(entries: Sequence[Prepared]) -> datetime:
    """When anything in the feed last changed: of its newest entry, never of the build."""
    return max((prepared.entry.updated for prepared in entries), default=NOTHING_YET)


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
    return {"name": _line(writer.name)} | ({"url": writer.url} if writer.url else {})


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
