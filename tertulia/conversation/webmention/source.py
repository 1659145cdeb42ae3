"""What a page of another site says about one of ours: whether it links to it, of what kind the link is, who wrote it.

Kind, words and dates come from microformats (https://microformats.org/wiki/h-entry), the author by the authorship
algorithm (https://indieweb.org/authorship-spec). A page without them is a mention under its ``<title>``.

Anybody may claim anything in their own HTML. So an author's address, and the address under which a thing lives, are
believed from the same host only, or from a bridge that is known to tell what it saw (``RELAYS``); otherwise the
author is known by both addresses together, and is nobody that the owner ever trusted.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urljoin, urlsplit

import mf2py
from lxml import etree
from lxml import html as lxml_html

from tertulia.conversation.webmention.discovery import HTML_TYPES, base_of, parse
from tertulia.conversation.webmention.pages import without_fragment
from tertulia.core import sanitise
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.core.text import shorten
from tertulia.store.said import Author, Kind

TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/json")
# Bridgy sends what it sees on networks from pages of its own: https://brid.gy/about#which-pages. (read 2026-11)
RELAYS = frozenset(("brid.gy", "www.brid.gy", "fed.brid.gy", "ap.brid.gy", "bsky.brid.gy", "web.brid.gy"))
LONGEST = 10_000  # of what is kept of an answer, in characters
LONGEST_MENTION = 500  # of a page that only mentions: it has its own address
_LONGEST_HTML = 60_000
# mf2py walks the tree by recursion and looks at each root anew: no honest page is deeper or fuller than this.
_DEEPEST, _FULLEST, _MOST_ROOTS, _DEEPEST_ROOT = 120, 20_000, 400, 12

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
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class MentionContent:
    """What a page says about ours."""

    kind: Kind
    author: Author
    avatar: str  # address of the author's picture; "" for none
    url: str
    published: datetime
    edited: datetime | None
    text: str
    html: str


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


def read(
    page: Fetched, source: str, target: str, also: Iterable[str], ask: Callable[[str], Fetched], now: datetime
) -> MentionContent:
    """
    What *page* says about *target*; it is known to link to it.

    Args:
        source: The address that was told to us.
        also: Other addresses of the same post, on networks: an answer to one of them answers it.
        ask: Fetches an author's page, when the source names no more than its address.
    """
    ours = {without_fragment(target), *also}
    tree = parse(page) if page.content_type in HTML_TYPES else None
    found = _microformats(tree, page.url) if tree is not None else {}
    entry = _entry(found, ours)
    if entry is None:
        return _plain(page, tree, source, found, now)
    said = entry["properties"]
    kind = _kind(said, ours)
    host_url = _first_address(said.get("url")) or source
    url = host_url if vouched(source, host_url) else source
    author, avatar = _author(entry, found, source, page.url, ask)
    published = _moment(said.get("published"), now) or now
    edited = _moment(said.get("updated"), now)
    words, markup = _words(said, kind)
    return MentionContent(kind, author, avatar, url, published, edited if edited != published else None, words, markup)


def vouched(source: str, claimed: str) -> bool:
    """Whether the page *source* may speak for the address *claimed*."""
    return _host(source) in RELAYS or _host(source) == _host(claimed)


def with_avatar(author: Author, file: str) -> Author:
    """*author* with the file name of a picture."""
    return replace(author, avatar=file)


def title_of(tree: lxml_html.HtmlElement | None) -> str:
    """The page's own title; "" for none."""
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
                try:
                    found.add(without_fragment(urljoin(base, value.strip())))
                except ValueError:
                    continue
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


def _microformats(tree: lxml_html.HtmlElement, url: str) -> dict[str, Any]:
    if not _is_reasonable(tree):
        return {}
    try:
        found = mf2py.parse(doc=lxml_html.tostring(tree, encoding="unicode"), url=url, html_parser="lxml")
    except (RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return {}  # a parser's mistake on odd HTML: it is a page with a title all the same
    return found if isinstance(found, dict) else {}


def _is_reasonable(tree: lxml_html.HtmlElement) -> bool:
    elements = roots = 0
    waiting = [(tree, 1, 0)]
    while waiting:
        element, depth, inside = waiting.pop()
        elements += 1
        is_root = any(name.startswith("h-") for name in (element.get("class") or "").split())
        roots += is_root
        inside += is_root
        if elements > _FULLEST or depth > _DEEPEST or roots > _MOST_ROOTS or inside > _DEEPEST_ROOT:
            return False
        waiting += [(child, depth + 1, inside) for child in element if isinstance(child.tag, str)]
    return True


def _entry(found: dict[str, Any], ours: set[str]) -> dict[str, Any] | None:
    """The entry that the page is; of several, the first that links to us."""
    entries = []
    for item in found.get("items", []):
        inside = item.get("children", []) if "h-feed" in item.get("type", []) else []
        entries += [one for one in (item, *inside) if _ENTRIES & set(one.get("type", []))]
    about_us = [one for one in entries if _about(one["properties"], ours)]
    return next(iter(about_us), entries[0] if len(entries) == 1 else None)


def _about(said: dict[str, Any], ours: set[str]) -> bool:
    if any(ours & _addresses(said.get(name)) for name, _ in _KINDS):
        return True
    markup = " ".join(one.get("html", "") for one in said.get("content", []) if isinstance(one, dict))
    # "&" is the only sign of an address that HTML writes otherwise
    return any(escape(address, quote=False) in markup or address in markup for address in ours)


def _kind(said: dict[str, Any], ours: set[str]) -> Kind:
    return next((kind for name, kind in _KINDS if ours & _addresses(said.get(name))), "mention")


def _addresses(values: Any) -> set[str]:
    """The addresses in a property: plain ones, and those of an embedded h-cite."""
    found: set[str] = set()
    for value in values if isinstance(values, list) else []:
        if isinstance(value, dict):
            inner = value.get("properties", {}).get("url", [])
            found |= {without_fragment(one) for one in [*inner, value.get("value")] if isinstance(one, str)}
        elif isinstance(value, str):
            found.add(without_fragment(value.strip()))
    return found


def _words(said: dict[str, Any], kind: Kind) -> tuple[str, str]:
    """What it says, plain and as HTML."""
    if kind in ("like", "repost", "bookmark"):
        return "", ""
    content = next((one for one in said.get("content", []) if isinstance(one, dict)), {})
    markup, words = str(content.get("html", "")), str(content.get("value", ""))
    if kind == "mention":
        name, summary = _text(said.get("name")), _text(said.get("summary"))
        words = summary or sanitise.plain(markup[:_LONGEST_HTML]) or words
        is_title = name and not words.startswith(name[:40])
        parts = [name, _short(words)] if is_title else [_short(words)]
        return "\n\n".join(filter(None, parts)), "".join(f"<p>{escape(part)}</p>" for part in parts if part)
    if not markup:
        words = words or _text(said.get("summary")) or _text(said.get("name"))
        markup = f"<p>{escape(words)}</p>" if words else ""
    markup = sanitise.clean(markup[:_LONGEST_HTML])
    words = sanitise.plain(markup)
    if len(words) > LONGEST:
        words = _short(words, LONGEST)
        markup = f"<p>{escape(words)}</p>"
    return words, markup


def _short(words: str, limit: int = LONGEST_MENTION) -> str:
    line = _SPACES.sub(" ", words[: 20 * limit]).strip()
    try:
        return shorten(line, limit)
    except ValueError:  # one endless word
        return line[: limit - 1] + "…"


def _plain(
    page: Fetched, tree: lxml_html.HtmlElement | None, source: str, found: dict[str, Any], now: datetime
) -> MentionContent:
    """A page that tells no more than that it links to us."""
    title = title_of(tree) or _host(source)
    author, avatar = _author({"properties": {}}, found, source, page.url, _ask_nobody)
    return MentionContent("mention", author, avatar, source, now, None, title, f"<p>{escape(title)}</p>")


# Author --------------------------------------------------------------------------------------------------------------


def _author(
    entry: dict[str, Any], found: dict[str, Any], source: str, url: str, ask: Callable[[str], Fetched]
) -> tuple[Author, str]:
    """Who wrote it, and the address of their picture."""
    named = _first(entry["properties"].get("author")) or _first(_feed(found, entry).get("author"))
    page = ""
    card: dict[str, Any] = {}
    if isinstance(named, dict):
        card = named.get("properties", {})
        if not card:
            named = str(named.get("value", ""))
    if isinstance(named, str):
        page = named if _is_address(named) else ""
        card = card or ({} if page else {"name": [named]})
    elif named is None:
        page = next(iter(found.get("rels", {}).get("author", [])), "")
    if page and _is_address(page):
        card = _card_of(page, found) or _card_on(page, ask) or {"url": [page]}
    if not card:
        cards = [one["properties"] for one in found.get("items", []) if "h-card" in one.get("type", [])]
        card = cards[0] if len(cards) == 1 else {}
    address = _first_address(card.get("url")) or _first_address([page]) or _origin(source)
    name = sanitise.one_line(_text(card.get("name")), 120)
    if not name or _is_address(name):
        name = _host(address) or _host(source)
    photo = _first_address([_photo(card.get("photo"))])
    return Author(network="web", identity=_identity(source, address), name=name, url=address), photo


def _identity(source: str, address: str) -> str:
    if vouched(source, address):
        parts = urlsplit(address)
        return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"
    return f"{_host(source)} {address}"


def _feed(found: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    for item in found.get("items", []):
        if "h-feed" in item.get("type", []) and any(one is entry for one in item.get("children", [])):
            return dict(item["properties"])
    return {}


def _card_on(page: str, ask: Callable[[str], Fetched]) -> dict[str, Any]:
    """The h-card of the author's page; {} when it cannot be had."""
    try:
        answer = ask(page)
    except FetchError:
        return {}
    tree = parse(answer) if answer.ok and answer.content_type in HTML_TYPES else None
    return _card_of(page, _microformats(tree, answer.url)) if tree is not None else {}


def _card_of(page: str, found: dict[str, Any]) -> dict[str, Any]:
    """The card on a page that stands for *page*: its address is the page's, or one of the page's ``rel=me``."""
    me = {one.rstrip("/") for one in found.get("rels", {}).get("me", [])} | {page.rstrip("/")}
    for item in found.get("items", []):
        if "h-card" in item.get("type", []):
            addresses = {one.rstrip("/") for one in _addresses(item["properties"].get("url"))}
            if addresses & me:
                return dict(item["properties"]) | {"url": [page]}
    return {}


def _ask_nobody(url: str) -> Fetched:
    raise FetchError(url)


# Small values --------------------------------------------------------------------------------------------------------


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _text(values: Any) -> str:
    value = _first(values)
    value = value.get("value", "") if isinstance(value, dict) else value
    return sanitise.plain(escape(value, quote=False)) if isinstance(value, str) else ""


def _photo(values: Any) -> str:
    value = _first(values)
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _first_address(values: Any) -> str:
    return next((one for one in values or [] if isinstance(one, str) and _is_address(one)), "")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
    return good and len(text) <= 2000 and not re.search(r"[\s<>\"'`\\\x00-\x1f]", text)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _moment(values: Any, now: datetime) -> datetime | None:
    """A date of the page's; one from the future is now, one that makes no sense is none."""
    text = _text(values)
    try:
        found = datetime.fromisoformat(text.replace(" ", "T", 1) if len(text) > 10 else text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return None if found.year < 1990 else min(found, now + timedelta(0))
    except (ValueError, OverflowError):
        return None
