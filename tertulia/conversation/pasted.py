"""What lives at an address that the owner gave, as anybody may see it: X by oEmbed, Mastodon, Bluesky, any page.

It is read as for an embed. A service of one host says who wrote what is there, and is believed. A server that anybody
may run, and any page, may name any author: it is believed as ``identity`` has it, by where its bytes came from.
"""

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

from tertulia.conversation.identity import Provenance, same_host
from tertulia.core.addresses import host_of, split_address
from tertulia.core.errors import FetchError, TertuliaError
from tertulia.core.fetch import Fetched, Fetcher
from tertulia.core.moments import parse_moment
from tertulia.core.sanitise import plain
from tertulia.embeds import providers
from tertulia.embeds.providers import Match
from tertulia.embeds.providers.request import CaptureRequest
from tertulia.embeds.types import Author as CapturedAuthor
from tertulia.embeds.types import Capture
from tertulia.store.said import Author
from tertulia.syndication.networks.listening.base import RemoteComment


class Trail(Fetcher):
    """A way to the web that remembers which host answered when *url*'s was asked."""

    def __init__(self, web: Fetcher, url: str) -> None:
        self._web, self._url = web, url
        self.final = url  # what answered in the end; another host's address once any answer was another's

    def request(self, method: str, url: str, **named: Any) -> Fetched:
        """As ``Fetcher.request``."""
        answer = self._web.request(method, url, **named)
        if same_host(url, self._url) and not same_host(answer.url, self._url):
            self.final = answer.url
        return answer


def captured(url: str, web: Fetcher, appview: str, now: Callable[[], datetime]) -> tuple[str, RemoteComment | None]:
    """
    Return the network and what is said at *url*; None where no words or no author can be seen.

    Raises:
        TertuliaError: it cannot be had.
    """
    match = providers.find(url)
    trail = Trail(web, match.url)
    ask = CaptureRequest(match.url, match.id, match.provider.name, match.parts, trail, bases={"bluesky": appview})
    try:
        found = match.provider.capture(ask)
    except FetchError as error:
        raise TertuliaError(str(error)) from error
    network = match.provider.name if match.provider is not providers.PAGE else "web"
    words = found.html or f"<p>{found.title}</p>"
    if not (found.author and plain(words)):
        return network, None
    author = _author(network, found.author, match, trail)
    where = _address(found, author, match, trail)
    heard = RemoteComment(
        id=match.parts.get("id", match.id) if network == "x" else where,
        kind="reply" if found.reply_to else "quote" if found.quoted else "mention",
        author=author,
        published=parse_moment(found.published) or parse_moment(found.captured) or now(),
        text=plain(words),
        html=words,
        url=where,
        in_reply_to=found.reply_to.url if found.reply_to else "",
        links=(*_links(words), *found.links.values()),
    )
    return network, heard


def _author(network: str, who: CapturedAuthor, match: Match, trail: Trail) -> Author:
    """Who wrote it, and whether what answered may say so."""
    provenance = Provenance(match.url, trail.final)
    is_vouched = not _anybodys(match) or (bool(who.url) and provenance.may_speak_for(who.url))
    host = who.handle.lstrip("@").partition("@")[2]
    if _anybodys(match) and host not in ("", host_of(provenance.final)):
        is_vouched = False  # a server names its own accounts, and no others
    identity = who.url or who.handle or split_address(match.url).netloc
    if not is_vouched:
        identity = provenance.identity(identity, is_vouched=False)
    return Author(
        network=network, identity=identity, name=who.name, handle=who.handle, url=who.url, is_vouched=is_vouched
    )


def _address(found: Capture, author: Author, match: Match, trail: Trail) -> str:
    """Where it lives: as it says itself, where that is believed."""
    if not _anybodys(match):
        return found.url
    return Provenance(match.url, trail.final).address_of(found.url, author.url if author.is_vouched else "")


def _anybodys(match: Match) -> bool:
    """Whether anybody may run what answers there."""
    return match.provider is providers.PAGE or "host" in match.parts


def _links(markup: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', markup)]
