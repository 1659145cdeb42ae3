"""Who wrote a page of another site, by the authorship algorithm: https://indieweb.org/authorship-spec.

What is found is what the page claims; ``conversation.identity`` says what it is worth.
"""

from collections.abc import Callable
from typing import Any

from tertulia.conversation.identity import Provenance, same_host
from tertulia.conversation.webmention.discovery import HTML_TYPES, parse
from tertulia.conversation.webmention.microformats import (
    addresses_in,
    first,
    first_address,
    parse_microformats,
    photo_in,
    text_in,
)
from tertulia.core import sanitise
from tertulia.core.addresses import host_of, is_web_address
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.store.said import Author

LONGEST_NAME = 120
Ask = Callable[[str], Fetched]


def author_of(entry: dict[str, Any], found: dict[str, Any], provenance: Provenance, ask: Ask) -> tuple[Author, str]:
    """
    Who wrote *entry*, and the address of their picture.

    Args:
        entry: One item of *found*, the microformats of the page.
        ask: Fetches the author's page, when the entry gives no more than its address, or when it must link back.
    """
    card, page = _claimed(entry, found)
    card = card or (_card_of(page, found) if page else {})
    links_back: set[str] = set()
    wanted = page or first_address(card.get("url"))
    if wanted and (not card or _must_link_back(wanted, provenance)):
        there, links_back = _ask_author(wanted, ask)
        card = card or there or {"url": [page]}
    if not card:
        cards = [one["properties"] for one in found.get("items", []) if "h-card" in one.get("type", [])]
        card = cards[0] if len(cards) == 1 else {}
    address = first_address(card.get("url")) or page or provenance.author_address()
    is_vouched = provenance.may_speak_for(address, links_back)
    name = sanitise.one_line(text_in(card.get("name")), LONGEST_NAME)
    if not name or is_web_address(name):
        name = host_of(address) if is_vouched else host_of(provenance.final)
    photo = first_address([photo_in(card.get("photo"))])
    if not is_vouched and not same_host(photo, provenance.final):
        photo = ""  # nobody shows the face of somebody else's site
    identity = provenance.identity(address, is_vouched=is_vouched)
    author = Author(network="web", identity=identity, name=name, url=address, is_vouched=is_vouched)
    return author, photo


def _claimed(entry: dict[str, Any], found: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """
    Return the author's card in the entry, its feed or its page, and the address of their page; {} and "" for none.
    """
    named = first(entry["properties"].get("author")) or first(_feed(found, entry).get("author"))
    card: dict[str, Any] = {}
    if isinstance(named, dict):
        card = named.get("properties", {})
        if not card:
            named = str(named.get("value", ""))
    page = ""
    if isinstance(named, str):
        page = named if is_web_address(named) else ""
        card = card or ({} if page else {"name": [named]})
    elif named is None:
        page = first_address(found.get("rels", {}).get("author", []))
    return card, page


def _must_link_back(address: str, provenance: Provenance) -> bool:
    """Whether only the author's own page can tell that this one is theirs."""
    direct = provenance.is_direct and same_host(address, provenance.final)
    return direct and not provenance.may_speak_for(address)


def _ask_author(page: str, ask: Ask) -> tuple[dict[str, Any], set[str]]:
    """Return the card on the author's own page, and the addresses that it calls its author's; nothing by a redirect."""
    try:
        answer = ask(page)
    except FetchError:
        return {}, set()
    if not (answer.ok and answer.content_type in HTML_TYPES and same_host(page, answer.url)):
        return {}, set()
    found = parse_microformats(parse(answer), answer.url)
    card = _card_of(page, found)
    return card, {*found.get("rels", {}).get("me", []), *card.get("urls", ())}


def _feed(found: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    for item in found.get("items", []):
        if "h-feed" in item.get("type", []) and any(one is entry for one in item.get("children", [])):
            return dict(item["properties"])
    return {}


def _card_of(page: str, found: dict[str, Any]) -> dict[str, Any]:
    """
    Return the card on a page that stands for *page*: its address is the page's, or one of the page's ``rel=me``.

    Returns:
        Its properties, *page* as their ``url`` and all that it calls its own as ``urls``; {} for none.
    """
    me = {one.rstrip("/") for one in found.get("rels", {}).get("me", [])} | {page.rstrip("/")}
    for item in found.get("items", []):
        if "h-card" in item.get("type", []):
            urls = addresses_in(item["properties"].get("url"))
            if {one.rstrip("/") for one in urls} & me:
                return dict(item["properties"]) | {"url": [page], "urls": sorted(urls)}
    return {}
