"""Which service an address belongs to, and how to ask it.

Most services differ only by the shape of their addresses and the place of their oEmbed answer: those are entries of
``providers.toml``. A service that needs more is one file with a ``capture`` function and one line in ``PROVIDERS``.
An address that nobody claims is a page, asked for a card.

Providers that others add by the entry points ``tertulia.providers`` are asked for addresses that would else be a
page's, and what they say is kept in the page's place. So only who captures imports them: a build draws what was
captured, whether their package is there or not.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl

from msgspec import structs

from tertulia.core import extensions, lazy_re
from tertulia.core.addresses import site_of, split_address
from tertulia.embeds.providers import fronts, oembed, page
from tertulia.embeds.providers.request import CaptureRequest
from tertulia.embeds.types import Capture

# How services say at which moment to begin, in an address or in the code of a player.
_STARTS = frozenset(("t", "start", "time_continue", "starttime", "startTime", "time", "begin"))
_MOMENT = lazy_re.compile(
    r"(?P<clock>\d{1,3}(?::\d{1,2}){1,2})|(?=\d)(?:(?P<h>\d{1,9})h)?(?:(?P<m>\d{1,9})m)?(?:(?P<s>\d{1,9})(?:\.\d+)?s?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Provider:
    """One service. ``name`` is also its folder in ``content/embeds/``."""

    name: str
    label: str  # as readers know it; "" for pages of no service in particular
    capture: Callable[[CaptureRequest], Capture]
    patterns: tuple[re.Pattern[str], ...] = ()
    start: str = ""  # how its player is told to begin at {seconds}, "" when it cannot be told
    at: str = ""  # how an item's address is
    host_in: str = ""  # the parameter in which its player wants to know the blog's host


@dataclass(frozen=True, slots=True)
class Match:
    """An address and the service it belongs to."""

    provider: Provider
    id: str  # names the item within its provider, for good
    url: str  # as its service would give it, whatever window on it was pasted
    parts: dict[str, str] = field(default_factory=dict)  # the pattern's named groups


def _from_data() -> dict[str, Provider]:
    entries = tomllib.loads(Path(__file__).with_name("providers.toml").read_text("utf-8"))
    services = {name: oembed.service(name, entry) for name, entry in entries.items()}
    return {
        name: Provider(
            name,
            service.label,
            partial(oembed.capture, service=service),
            service.patterns,
            service.start,
            service.at,
            service.host_in,
        )
        for name, service in services.items()
    }


def _from_code(name: str, label: str) -> Provider:
    """Return the provider that the module *name* beside this one is, by its ``capture`` and its ``PATTERNS``."""
    module = import_module(f"{__name__}.{name}")
    return Provider(name, label, module.capture, module.PATTERNS)


PAGE = Provider("page", "", page.capture)
# Asked in this order: services with a host of their own first, those that any host may run last.
PROVIDERS: dict[str, Provider] = {
    "x": _from_code("x", "X"),
    "bluesky": _from_code("bluesky", "Bluesky"),
    "telegram": _from_code("telegram", "Telegram"),
    "gist": _from_code("gist", "GitHub Gist"),
    **_from_data(),
    "mastodon": _from_code("mastodon", "Mastodon"),
    "page": PAGE,
}


def others() -> list[Provider]:
    """Return what others add; their code is imported. None of them is asked before ours."""
    return list(extensions.load(extensions.PROVIDERS, _fits, PROVIDERS).values())


def _fits(name: str, loaded: object) -> Provider | None:
    return loaded if isinstance(loaded, Provider) and loaded.name == name else None


def find(url: str, others: Iterable[Provider] = ()) -> Match:
    """Whose *url* is: a known service's, else one's of *others*, else a page's; the last two are kept as a page."""
    usual = fronts.usual(url)
    if match := _match(usual, PROVIDERS.values()):
        return match
    host = site_of(url) or "page"
    id = f"{host}-{sha256(url.encode()).hexdigest()[:12]}"
    match = _match(url, others)
    return Match(replace(match.provider, name=PAGE.name), id, url, match.parts) if match else Match(PAGE, id, url)


def _match(url: str, candidates: Iterable[Provider]) -> Match | None:
    for provider in candidates:
        for pattern in provider.patterns:
            if found := pattern.match(url):
                parts = {name: value for name, value in found.groupdict().items() if value is not None}
                # Where any host may run the service, the host is part of the name.
                id = "-".join(parts[name] for name in ("host", "user", "id", "part") if parts.get(name))
                return Match(provider, id, url, parts)
    return None


def start_of(url: str) -> int:
    """
    Return the second at which an address asks to begin ("t=90", "#t=1m30s", "start=1:30"), 0 when it does not say.
    """
    parts = split_address(url)
    for name, value in parse_qsl(f"{parts.query}&{parts.fragment}"):
        if name in _STARTS and (found := _MOMENT.fullmatch(value)):
            hours, minutes, seconds = (min(int(each or 0), 10**6) for each in _three(found))
            return (hours * 60 + minutes) * 60 + seconds
    return 0


def as_used(capture: Capture, url: str, host: str) -> Capture:
    """
    Return a player as one use of it wants it: the same talk may be quoted twice, each time from another moment.

    Args:
        url: As it stands in the post.
        host: The blog's own, for players that want to know it.
    """
    provider = PROVIDERS.get(capture.provider, PAGE)
    seconds = start_of(url)
    player, address = capture.player, capture.url
    if player and provider.host_in and host:
        player = _with(player, f"{provider.host_in}={host}")
    if seconds and player and provider.start:
        player = _with(player, provider.start.format(seconds=seconds))
    if seconds and provider.at:
        address = _with(address, provider.at.format(seconds=seconds))
    return structs.replace(capture, player=player, url=address)


def _with(address: str, piece: str) -> str:
    """*address* with one more parameter, or with a fragment."""
    base, _, _ = address.partition("#")
    return f"{base}{piece}" if piece.startswith("#") else f"{base}{'&' if '?' in base else '?'}{piece}"


def _three(found: re.Match[str]) -> tuple[str | None, str | None, str | None]:
    if found["clock"]:
        hours, minutes, seconds = f"0:0:{found['clock']}".split(":")[-3:]
        return hours, minutes, seconds
    return found["h"], found["m"], found["s"]
