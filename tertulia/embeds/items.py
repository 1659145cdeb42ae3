"""One item has many addresses: what telephones share, what servers hold copies of, what players are called.

Two addresses are of one item when they share a key: the provider's name for it, or the address itself in the form in
which addresses are compared.
"""

from collections.abc import Iterator

from tertulia.core import lazy_re
from tertulia.core.addresses import normalised
from tertulia.embeds import providers
from tertulia.embeds.types import Capture

_EMBEDDED = lazy_re.compile(r"/embed(?:/captioned)?/?(?=[?#]|$)")


def keys(url: str) -> set[str]:
    """By what the item at *url* may be recognised."""
    found = set()
    # Mastodon and Instagram show an item for others' pages under its own address and one word more.
    for form in {url, _EMBEDDED.sub("", url)} - {""}:
        match = providers.find(form)
        found |= {f"{match.provider.name}/{match.id}", _bare(form)}
    return found


def keys_of(capture: Capture) -> set[str]:
    """By what a captured item may be recognised."""
    known = {f"{capture.provider}/{capture.id}", *keys(capture.url)}
    return known | {_bare(capture.player)} if capture.player else known


def others(match: providers.Match, kept: Capture) -> Iterator[providers.Match]:
    """Yield the other addresses at which the item of *match* may be asked for, by what its capture tells."""
    other = providers.find(kept.url)
    if kept.url and (other.provider.name, other.id) != (match.provider.name, match.id):
        yield providers.Match(other.provider, match.id, other.url, other.parts)


def _bare(url: str) -> str:
    """*url* as it is compared here: with or without TLS and "www." it is the same item."""
    return normalised(url).partition("://")[2].removeprefix("www.")
