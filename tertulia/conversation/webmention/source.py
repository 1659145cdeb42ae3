"""What a page of another site says about one of ours: whether it links to it, of what kind the link is, who wrote it.

Kind, words and dates come from microformats (https://microformats.org/wiki/h-entry), the author by the authorship
algorithm (https://indieweb.org/authorship-spec). A page without them is a mention under its ``<title>``.

Anybody may claim anything in their own HTML: what its author's address, and the address under which it lives, are
worth is judged by ``conversation.identity``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from tertulia.conversation.identity import Provenance
from tertulia.conversation.webmention.authorship import Ask, author_of
from tertulia.conversation.webmention.discovery import HTML_TYPES, base_of, parse
from tertulia.conversation.webmention.microformats import (
    addresses_in,
    first_address,
    parse_microformats,
    places_in,
    text_in,
)
from tertulia.conversation.webmention.pages import without_fragment
from tertulia.core import sanitise
from tertulia.core.addresses import host_of, is_web_address, join_address
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.core.moments import parse_moment
from tertulia.core.text import shorten
from tertulia.store.said import Author, Kind

TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/json")
LONGEST = 10_000  # of what is kept of an answer, in characters
LONGEST_MENTION = 500  # of a page that only mentions: it has its own address
_LONGEST_HTML = 60_000

_KINDS: tuple[tuple[str, Kind], ...] = (
    ("in-reply-to", "reply"),
    ("repost-of", "repost"),
    ("like-of", "like"),
    ("favorite-of", "like"),
    ("bookmark-of", "bookmark"),
    ("quotation-of", "quote"),
)
_LINKING = ("href", "src", "cite", "data", "poster", "action")
_ENTRIES = frozenset(("h-entry", "h-cite", "h-review", "h-event", "h-recipe"))
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What a page says about ours."""

    kind: Kind
    author: Author
    avatar: str  # address of the author's picture; "" for none
    url: str
    published: datetime
    edited: datetime | None
    text: str
    html: str
    in_reply_to: tuple[str, ...] = ()  # what it says it answers, besides the post itself


def links_to(page: Fetched, target: str) -> bool:
    """Whether *page* holds the very address *target*, as a link in HTML, a value in JSON, or words in plain text."""
    wanted = without_fragment(target)
    if page.content_type == "application/json":
        try:
            return any(without_fragment(text) == wanted for text in _texts(page.json()))
        except FetchError:
            return False
    if page.content_type == "text/plain":
        words = _ADDRESS.findall(page.text)
        return wanted in {without_fragment(one) for word in words for one in (word, word.rstrip(".,;:!?)]}'"))}
    tree = parse(page)
    return tree is not None and wanted in _links(tree, page.url)


def links_in(page: Fetched) -> list[str]:
    """Every address that an HTML page links to, sorted."""
    tree = parse(page) if page.content_type in HTML_TYPES else None
    return sorted(_links(tree, page.url)) if tree is not None else []


def read(page: Fetched, source: str, target: str, also: Iterable[str], *, ask: Ask, now: datetime) -> SourceReading:
    """
    Return what *page* says about *target*; it is known to link to it.

    Args:
        source: The address that was told to us.
        also: Other addresses of the same post, on networks: an answer to one of them answers it.
        ask: Fetches an author's page, when its card or its word is needed.
    """
    ours = {without_fragment(target), *also}
    provenance = Provenance(told=source, final=page.url)
    tree = parse(page) if page.content_type in HTML_TYPES else None
    found = parse_microformats(tree, page.url)
    entry = _entry(found, ours)
    if entry is None:
        return _as_mention(tree, provenance, found, ask, now)
    said = entry["properties"]
    kind = _kind(said, ours)
    author, avatar = author_of(entry, found, provenance, ask)
    url = provenance.address_of(first_address(said.get("url")), author.url if author.is_vouched else "")
    published = _moment(said.get("published"), now) or now
    edited = _moment(said.get("updated"), now)
    words, markup = _words(said, kind)
    answered = tuple(
        sorted(one for one in places_in(said.get("in-reply-to")) if is_web_address(one) and one not in ours)
    )
    edited = edited if edited != published else None
    return SourceReading(kind, author, avatar, url, published, edited, words, markup, answered)


def with_avatar(author: Author, file: str) -> Author:
    """Return *author* with the file name of a picture."""
    return replace(author, avatar=file)


def title_of(tree: lxml_html.HtmlElement | None) -> str:
    """Return the page's own title; "" for none."""
    found = tree.find(".//title") if tree is not None else None
    return sanitise.one_line(found.text_content(), 200) if found is not None else ""


# Links ---------------------------------------------------------------------------------------------------------------


def _links(tree: lxml_html.HtmlElement, url: str) -> set[str]:
    """Every address that the document links to or shows, whole, without fragments."""
    base = base_of(tree, url)
    found = set()
    for element in tree.iter(etree.Element):
        for name in _LINKING:
            if value := element.get(name):
                found.add(without_fragment(join_address(base, value.strip())))
        # microformats allow a property to be an address without being a link
        if element.tag == "data" and (value := element.get("value")):
            found.add(without_fragment(value.strip()))
    return found


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


# Microformats --------------------------------------------------------------------------------------------------------


def _entry(found: dict[str, Any], ours: set[str]) -> dict[str, Any] | None:
    """Return the entry that the page is; of several, the first that links to us."""
    entries = []
    for item in found.get("items", []):
        inside = item.get("children", []) if "h-feed" in item.get("type", []) else []
        entries += [one for one in (item, *inside) if _ENTRIES & set(one.get("type", []))]
    about_us = [one for one in entries if _about(one["properties"], ours)]
    return next(iter(about_us), entries[0] if len(entries) == 1 else None)


def _about(said: dict[str, Any], ours: set[str]) -> bool:
    if any(ours & addresses_in(said.get(name)) for name, _ in _KINDS):
        return True
    markup = " ".join(one.get("html", "") for one in said.get("content", []) if isinstance(one, dict))
    # "&" is the only sign of an address that HTML writes otherwise
    return any(escape(address, quote=False) in markup or address in markup for address in ours)


def _kind(said: dict[str, Any], ours: set[str]) -> Kind:
    return next((kind for name, kind in _KINDS if ours & addresses_in(said.get(name))), "mention")


def _words(said: dict[str, Any], kind: Kind) -> tuple[str, str]:
    """Return what it says, plain and as HTML."""
    if kind in ("like", "repost", "bookmark"):
        return "", ""
    content = next((one for one in said.get("content", []) if isinstance(one, dict)), {})
    markup, words = str(content.get("html", "")), str(content.get("value", ""))
    if kind == "mention":
        name, summary = text_in(said.get("name")), text_in(said.get("summary"))
        words = summary or sanitise.plain(markup[:_LONGEST_HTML]) or words
        is_title = name and not words.startswith(name[:40])
        short = shorten(" ".join(words[: 20 * LONGEST_MENTION].split()), LONGEST_MENTION)
        parts = [name, short] if is_title else [short]
        return "\n\n".join(filter(None, parts)), "".join(f"<p>{escape(part)}</p>" for part in parts if part)
    if not markup:
        words = words or text_in(said.get("summary")) or text_in(said.get("name"))
        markup = f"<p>{escape(words)}</p>" if words else ""
    markup = sanitise.clean(markup[:_LONGEST_HTML])
    words = sanitise.plain(markup)
    if len(words) > LONGEST:
        words = shorten(words, LONGEST)
        markup = f"<p>{escape(words)}</p>"
    return words, markup


def _as_mention(
    tree: lxml_html.HtmlElement | None, provenance: Provenance, found: dict[str, Any], ask: Ask, now: datetime
) -> SourceReading:
    """Return a page that tells no more than that it links to us."""
    title = title_of(tree) or host_of(provenance.final)
    author, avatar = author_of({"properties": {}}, found, provenance, ask)
    return SourceReading("mention", author, avatar, provenance.page, now, None, title, f"<p>{escape(title)}</p>")


def _moment(values: Any, now: datetime) -> datetime | None:
    """Return a date of the page's; one from the future is now, one that makes no sense is none."""
    found = parse_moment(text_in(values))
    return min(found, now) if found and found.year >= 1990 else None
