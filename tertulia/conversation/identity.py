"""Whom a page may speak for: what an address that was told to us is worth once the bytes have come from somewhere.

Anybody may claim anything in their own HTML, any site may redirect to any other, and many people may write on one
host. So an author, and the address under which a thing lives, are believed only where the page itself came from:

- told and final address are of the same host, and so is what is claimed;
- the author's path is a beginning of the page's path, or the author's own page links back (``rel="me"``, h-card);
- a bridge that is known to tell what it saw (``RELAYS``) speaks for others from its own pages, never by a redirect.

All else is known by both addresses together, and never passes for somebody whom the owner trusts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from tertulia.core.addresses import USUAL_PORTS, Address, host_of, split_address

# Bridgy shows what it saw on networks on pages of its own: https://brid.gy/about#which-pages (read 2026-11).
# web.brid.gy is not among them: what it shows comes from web pages, which can speak for themselves.
RELAYS = frozenset(("brid.gy", "www.brid.gy", "fed.brid.gy", "ap.brid.gy", "bsky.brid.gy"))
# A bridge's page about one address, "/convert/web/https://mas.example/@ana/1": it speaks for that host alone.
_ABOUT = re.compile(r"https?:/*[^/?#\s]+", re.IGNORECASE)
# What a bridge only passes on is its writer's: without an address of the web that we understand, it speaks for nobody.
_PASSED_ON = re.compile(r"/+(?:convert|r)/", re.IGNORECASE)
_SLASHES = re.compile(r":/*")
# How hosts that many share write where one person begins: "/@ana", "/~ana", "/u/ana".
_PERSON = re.compile(r"[@~].")
_PEOPLE = frozenset(
    ("u", "user", "users", "usuario", "usuarios", "member", "members", "people", "profile", "profiles", "blogs")
)
_PERSON_PARAMETERS = frozenset(
    (
        *("u", "user", "userid", "user_id", "username", "uid", "usuario", "member", "account", "who"),
        *("author", "autor", "profile", "perfil", "blog", "name"),
    )
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a page was asked for, and where it came from in the end, redirects followed."""

    told: str
    final: str

    @property
    def is_direct(self) -> bool:
        """Whether the host that was asked is the host that answered."""
        return same_host(self.told, self.final)

    @property
    def page(self) -> str:
        """The address that the page may be known by: its own, or the told one when another host answered."""
        return self.final if self.is_direct else self.told

    def may_speak_for(self, author: str, links_back: Iterable[str] = ()) -> bool:
        """
        Whether this page's word on who wrote it is good enough.

        Args:
            author: The author's address, as the page gives it.
            links_back: Addresses that the author's own page calls theirs.
        """
        if not self.is_direct:
            return False
        if _relays(self.final, author):
            return True
        if not same_host(self.final, author):
            return False
        return covers(author, self.final) or any(covers(address, self.final) for address in links_back)

    def address_of(self, claimed: str, author: str = "") -> str:
        """
        Return the address under which what the page says is known: *claimed* where that is believed, else the page's
        own.

        Args:
            author: The author's address, where ``may_speak_for`` it; "" for an author that is not believed.
        """
        if not claimed or not self.is_direct:
            return self.page
        if _relays(self.final, claimed):
            return claimed
        ours = same_host(self.final, claimed) and (
            _same_page(claimed, self.final)
            or covers(self.final, claimed)
            or (_steps(split_address(author)) and covers(author, self.final) and covers(author, claimed))
        )
        return claimed if ours else self.page

    def author_address(self) -> str:
        """Whose page it is when it names nobody: its host's, or that of the person whose path it has."""
        parts = split_address(self.final)
        return f"{parts.origin}/{'/'.join(_person(parts))}" if parts.origin else self.final

    def identity(self, author: str, *, is_vouched: bool) -> str:
        """Return what does not change about an author: their address, or both addresses together."""
        if is_vouched:
            parts = split_address(author)
            query = f"?{parts.query}" if parts.query else ""
            fragment = f"#{parts.fragment}" if parts.fragment else ""
            return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{query}{fragment}"
        hosts = dict.fromkeys((host_of(self.told), host_of(self.final)))
        return " ".join((*hosts, author))


def covers(owner: str, page: str) -> bool:
    """
    Whether *page* lies under the address *owner*, on the same host.

    A path counts by its steps: ``/@ana`` covers ``/@ana/9``, not ``/@anabel``. The whole host covers no page that
    stands in one person's place. An address with a query or a fragment covers only itself: servers ignore what they
    do not know, so anybody's page can be asked for with anybody's query.
    """
    ours, theirs = split_address(owner), split_address(page)
    beginning, path = _steps(ours), _steps(theirs)
    if not same_host(owner, page) or beginning is None or path is None or ours.fragment:
        return False
    if ours.query:
        return (beginning, ours.query) == (path, theirs.query)
    if not beginning:
        return not _person(theirs)
    return path[: len(beginning)] == beginning


def same_host(one: str, other: str) -> bool:
    """Whether both addresses are of one host and port, http and https alike."""
    first, second = split_address(one), split_address(other)
    return first.is_web and second.is_web and (first.host, _port(first)) == (second.host, _port(second))


def _port(parts: Address) -> int | None:
    """Return the port; None for the usual one of either scheme."""
    return None if parts.port in USUAL_PORTS.values() else parts.port


def _relays(page: str, claimed: str) -> bool:
    parts = split_address(page)
    if not parts.is_web or parts.host not in RELAYS or _port(parts) is not None:
        return False
    asked = _decoded(f"{parts.path}?{parts.query}").replace("\\", "/")
    about = _ABOUT.search(asked)
    if about is None and "/at:/" in asked:
        return host_of(claimed) == "bsky.app"
    if about is None:
        return _PASSED_ON.match(asked) is None
    return host_of(_SLASHES.sub("://", about[0], count=1)) == host_of(claimed)


def _decoded(text: str) -> str:
    """*text* without percent signs, however often it was encoded."""
    for _ in range(5):
        text, before = unquote(text), text
        if text == before:
            break
    return text


def _same_page(one: str, other: str) -> bool:
    first, second = split_address(one), split_address(other)
    steps = _steps(first)
    return steps is not None and (steps, first.query) == (_steps(second), second.query)


def _person(parts: Address) -> list[str]:
    """Return the steps of the path, or the query, that name one person of a host that many share; [] for none."""
    steps = [step for step in parts.path.split("/") if step]
    first = unquote(steps[0]) if steps else ""
    if _PERSON.match(first):
        return steps[:1]
    if first.lower() in _PEOPLE and len(steps) > 1:
        return steps[:2]
    named = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)} & _PERSON_PARAMETERS
    return [f"{'/'.join(steps)}?{parts.query}"] if named else []


def _steps(parts: Address) -> list[str] | None:
    """Return the steps of the path, decoded; None where they may mean another path than they seem to."""
    steps = [unquote(step) for step in parts.path.split("/") if step]
    odd = any(step in (".", "..") or re.search(r"[/\\%\x00-\x1f]", step) for step in steps)
    return None if odd else steps
