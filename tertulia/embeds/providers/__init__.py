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
from pathlib import Path

from tertulia.core import extensions
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
from tertulia.embeds.providers.request import CaptureRequest
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
# Asked in this order: services with a host of their own first, those that any host may run last.
PROVIDERS: dict[str, Provider] = {
    "x": Provider("x", "X", x.capture, x.PATTERNS),
    "bluesky": Provider("bluesky", "Bluesky", bluesky.capture, bluesky.PATTERNS),
    "telegram": Provider("telegram", "Telegram", telegram.capture, telegram.PATTERNS),
    "gist": Provider("gist", "GitHub Gist", gist.capture, gist.PATTERNS),
    **_from_data(),
    "mastodon": Provider("mastodon", "Mastodon", mastodon.capture, mastodon.PATTERNS),
    "page": PAGE,
}


def others() -> list[Provider]:
    """What others add; their code is imported. None of them is asked before ours."""
    return list(extensions.load(extensions.PROVIDERS, _fits, PROVIDERS).values())


def _fits(name: str, loaded: object) -> Provider | None:
    return loaded if isinstance(loaded, Provider) and loaded.name == name else None


def find(url: str, others: Iterable[Provider] = ()) -> Match:
    """Whose *url* is: a known service's, else one's of *others*, else a page's; the last two are kept as a page."""
    for provider in PROVIDERS.values():
        for pattern in provider.patterns:
            if found := pattern.match(url):
                parts = {name: value for name, value in found.groupdict().items() if value}
                # Where any host may run the service, the host is part of the name.
                id = "-".join(parts[name] for name in ("host", "user", "id") if name in parts)
                return Match(provider, id, url, parts)
    host = site_of(url) or "page"
    id = f"{host}-{sha256(url.encode()).hexdigest()[:12]}"
    for provider in others:
        for pattern in provider.patterns:
            if found := pattern.match(url):
                parts = {name: value for name, value in found.groupdict().items() if value}
                return Match(replace(provider, name=PAGE.name), id, url, parts)
    return Match(PAGE, id, url)
