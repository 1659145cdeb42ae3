"""Atom and RSS 2.0, built by feedgen with what it lacks.

https://www.rfc-editor.org/rfc/rfc4287, https://www.rssboard.org/rss-specification
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from tertulia.core import languages
from tertulia.site.feeds import ATOM, FORMATS, RSS, Entry, Feed, Prepared, Writer, one_line

# Atom wants a date even where there is nothing to date.
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)

_ATOM_NS = "http://www.w3.org/2005/Atom"
_DC_NS = "http://purl.org/dc/elements/1.1/"
# What answers what: https://www.rfc-editor.org/rfc/rfc4685
_THREAD_NS = "http://purl.org/syndication/thread/1.0"
_XHTML_NS = "http://www.w3.org/1999/xhtml"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


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


def entry(entry: Entry) -> FeedEntry:
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


def feed(feed: Feed, name: str, entries: Sequence[Prepared]) -> FeedGenerator:
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
    return {"name": one_line(writer.name)} | ({"uri": writer.url} if writer.url else {})


def _updated(entries: Sequence[Prepared]) -> datetime:
    """When anything in the feed last changed: of its newest entry, never of the build."""
    return max((prepared.entry.updated for prepared in entries), default=NOTHING_YET)
