"""Whether a person's page and their profiles link to each other (``rel="me"``), looked at by ourselves and again.

Both ends must say so: https://microformats.org/wiki/rel-me (read 2026-11). What answers and no longer links proves
nothing from then on; what does not answer is given time. A page that has two profiles of one network is a team's, or
somebody's with two accounts, and proves neither.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tertulia.conversation.webmention.discovery import HTML_TYPES, parse
from tertulia.conversation.webmention.microformats import parse_microformats
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.store import Store
from tertulia.store.accounts import name_of_address
from tertulia.store.profiles import Profile

AGAIN = timedelta(days=30)
LONGEST_SILENCE = timedelta(days=90)  # of a page that proved something
MOST_PAGES = 10  # of one run
MOST_LINKS = 10  # of one page
MAX_BYTES = 1_000_000
TIMEOUT_SECONDS = 8.0


class PageReader(Protocol):
    """What fetches pages."""

    def get(self, url: str, *, max_bytes: int = ..., timeout_seconds: float | None = ...) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class ProfileLinks:
    """The look."""

    store: Store
    web: PageReader

    def check(self, now: datetime, most: int = MOST_PAGES) -> list[int]:
        """Look at the pages that are due; the numbers of those of whom more or less is proved than before."""
        return [page.person for page in self.store.profiles.due(now - AGAIN, most) if self._look(page, now)]

    def _look(self, page: Profile, now: datetime) -> bool:
        too_old = now - LONGEST_SILENCE
        links = self._links(page.page, page.name)
        if links is None:
            return self.store.profiles.unreachable(page.person, now, too_old=too_old)
        known = self.store.profiles.known(links.keys(), page.person)
        kinds = {_kind(name) for name in known}
        back: dict[str, bool | None] = {}
        for name, address in links.items():
            if _kind(name) in kinds and (name in known or _kind(name) != "web"):
                theirs = self._links(address, name)
                back[name] = None if theirs is None else page.name in theirs
        several: dict[str, int] = defaultdict(int)
        for name, linked in back.items():
            several[_kind(name)] += linked is not False and _kind(name) != "web"
        proved = {name: linked for name, linked in back.items() if name in known and several[_kind(name)] < 2}
        return self.store.profiles.seen(page.person, proved, now, too_old=too_old)

    def _links(self, address: str, name: str) -> dict[str, str] | None:
        """
        Return what the page at *address* calls the same person's, by name; None where it does not answer.

        Args:
            name: Whose page it is: one that leads elsewhere says nothing.
        """
        try:
            answer = self.web.get(address, max_bytes=MAX_BYTES, timeout_seconds=TIMEOUT_SECONDS)
        except FetchError:
            return None
        if answer.status in (404, 410):
            return {}
        if not answer.ok:
            return None
        if answer.content_type not in HTML_TYPES or name_of_address(answer.url) != name:
            return {}
        me = parse_microformats(parse(answer), answer.url).get("rels", {}).get("me", [])
        found: dict[str, str] = {}
        for one in me:
            if (other := name_of_address(one)) and other != name and len(found) < MOST_LINKS:
                found.setdefault(other, one)
        return found


def _kind(name: str) -> str:
    """Return where an account is: two of one kind are no one person's proof."""
    return name.partition(":")[0] if ":" in name else "fediverse"
