"""Which service an address belongs to, and how to ask it.

Most services differ only by the shape of their addresses and the place of their oEmbed answer: those are entries of
``providers.toml``. A service that needs more is one file with a ``capture`` function and one line in ``PROVIDERS``.
An address that nobody claims is a page, asked for a card.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from tertulia.core.addresses import site_of
from tertulia.embeds.providers import (
    bluesky,
    gist,
    mastodon,
    oembed,
    page,
    telegram,
    x,
)
from tertulia.embeds.providers.ask import CaptureRequest
from tertulia.embeds.types import Capture


@dataclass(frozen=True, slots=True)
class Provider:
    """One service. ``name`` is also its folder in ``content/embeds/``."""

    name: str
    label: str  # as readers know it; "" for pages of no service in particular
    capture: Callable[[CaptureRequest], Capture]
    patterns: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """An address and the service it belongs to."""

    provider: Provider
    id: str  # names the item within its provider, for good
    url: str
    parts: dict[str, str] = field(default_factory=dict)  # the pattern's named groups


def _from_data() -> dict[str, Provider]:
    entries = tomllib.loads(Path(__file__).with_name("providers.toml").read_text("utf-8"))
    services = {name: oembed.service(name, entry) for name, entry in entries.items()}
    return {
        name: Provider(name, service.label, partial(oembed.capture, service=service), service.patterns)
        for name, service in services.items()
    }


PAGE = Provider("page", "", page.capture)
# OptedOutError in this order: services with a host of their own first, those that any host may run last.
PROVIDERS: dict[str, Provider] = {
    "x": Provider("x", "X", x.capture, x.PATTERNS),
    "bluesky": Provider("bluesky", "Bluesky", bluesky.capture, bluesky.PATTERNS),
    "telegram": Provider("telegram", "Telegram", telegram.capture, telegram.PATTERNS),
    "gist": Provider("gist", "GitHub Gist", gist.capture, gist.PATTERNS),
    **_from_data(),
    "mastodon": Provider("mastodon", "Mastodon", mastodon.capture, mastodon.PATTERNS),
    "page": PAGE,
}


def find(url: str) -> Match:
    """Whose *url* is: a known service's, else a page's."""
    for provider in PROVIDERS.values():
        for pattern in provider.patterns:
            if found := pattern.match(url):
                parts = {name: value for name, value in found.groupdict().items() if value}
                # Where any host may run the service, the host is part of the name.
                id = "-".join(parts[name] for name in ("host", "user", "id") if name in parts)
                return Match(provider, id, url, parts)
    host = site_of(url) or "page"
    return Match(PAGE, f"{host}-{sha256(url.encode()).hexdigest()[:12]}", url)
