"""Services that have closed: an honest note where a broken box would stand.

The catalogue is ``dead.toml``: host names and when each closed. What became of its content is said
by the phrases ``closed_…`` of each language.
"""

import re
import tomllib
from functools import cache
from html import escape
from pathlib import Path

from msgspec import Struct

from tertulia.core import languages, lazy_re
from tertulia.core.addresses import site_of
from tertulia.embeds.draw import Page, readable

# Old embed codes for the Flash player, which no browser has played since January 2021.
FLASH = lazy_re.compile(r"<(?:object|embed)\b[^>]*(?:x-shockwave-flash|D27CDB6E|\.swf)", re.IGNORECASE)


class ClosedService(Struct, frozen=True):
    """One closed service."""

    name: str
    year: int
    key: str  # of its phrase: what became of what people kept there
    hosts: tuple[str, ...] = ()


@cache
def catalogue() -> dict[str, ClosedService]:
    """Return the closed services by host name, "www." left out."""
    entries = tomllib.loads(Path(__file__).with_name("dead.toml").read_text("utf-8"))
    services = [
        ClosedService(entry["name"], entry["year"], f"closed_{key.replace('-', '_')}", tuple(entry["hosts"]))
        for key, entry in entries.items()
    ]
    return {host: service for service in services for host in service.hosts}


def service(url: str) -> ClosedService | None:
    """Return the closed service that *url* belonged to, None when it belongs to none we know."""
    host = site_of(url)
    known = catalogue()
    while host:
        if host in known:
            return known[host]
        host = host.partition(".")[2]
    return None


def note(closed: ClosedService, url: str, page: Page) -> str:
    """Return what stands in place of the item: which service it was, since when it is gone, and where a copy may be."""
    words = languages.text(closed.key, page.lang)
    first = escape(page.say("dead", name=closed.name, year=closed.year, note=words))
    return (
        f'<p role="note" data-embed="dead">{first} '
        f"{escape(page.say('dead_link'))} <code>{escape(readable(url))}</code>. "
        f'<a href="{escape(archive_of(url))}">{escape(page.say("archived"))}</a></p>'
    )


def flash_note(page: Page) -> str:
    """Return what stands in place of a Flash player whose content nobody can name."""
    return f'<p role="note" data-embed="dead">{escape(page.say("flash"))}</p>'


def archive_of(url: str) -> str:
    """Return the Internet Archive's list of copies of *url*: https://web.archive.org/web/*/http://qik.com/video/1."""
    return f"https://web.archive.org/web/*/{url}"
