"""Telling others that something is new, after a deploy: WebSub hubs and IndexNow.

Both are polite hints: saying one twice does no harm, and a failure is told and forgotten.

WebSub says how readers subscribe to a hub; that a publisher POSTs ``hub.mode=publish`` is convention, not
specification (https://www.w3.org/TR/websub/#publishing). IndexNow: https://www.indexnow.org/documentation
(read 2026-11): the key must lie at the root of the site before it is used.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from tertulia.core.addresses import host_of
from tertulia.core.errors import NetworkError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import Finding

INDEXNOW = "https://api.indexnow.org/indexnow"
MOST_ADDRESSES = 10_000


def websub(web: Fetcher, hub: str, feeds: Iterable[str], now: Callable[[], datetime]) -> list[Finding]:
    """Tell *hub* that each of *feeds* (whole addresses) has changed."""
    return [
        _told("WebSub", what=feed, web=web, url=hub, now=now, data={"hub.mode": "publish", "hub.url": feed})
        for feed in feeds
    ]


def indexnow(
    web: Fetcher,
    *,
    site: str,
    key: str,
    addresses: Iterable[str],
    now: Callable[[], datetime],
    endpoint: str = INDEXNOW,
) -> list[Finding]:
    """Tell search engines that *addresses* are new or changed; *key* is public, and lies at ``site/key.txt``."""
    fresh = list(addresses)[:MOST_ADDRESSES]
    if not fresh:
        return []
    body = {"host": host_of(site), "key": key, "keyLocation": f"{site}/{key}.txt", "urlList": fresh}
    return [_told("IndexNow", what=site, web=web, url=endpoint, now=now, json=body)]


def _told(network: str, *, what: str, web: Fetcher, url: str, now: Callable[[], datetime], **asked: object) -> Finding:
    try:
        wire.call(web, "POST", url, network=network, now=now, **asked)  # type: ignore[arg-type]
    except NetworkError as error:
        return Finding(False, f"{what}: {error}")
    return Finding(True, say("ping_told", network=network, what=what))
