"""Any page as a card: its oEmbed answer when it offers one, else Open Graph, else its title and description.

https://oembed.com/#section4 (discovery), https://ogp.me. What a page says of itself is a stranger's text.
"""

import html
from typing import Any

from tertulia.core import lazy_re
from tertulia.core.addresses import join_address, readable_site, web_address
from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.languages import say
from tertulia.core.numbers import number_of
from tertulia.core.sanitise import parse_html
from tertulia.embeds.providers.request import CaptureRequest, moment, text
from tertulia.embeds.types import Author, Capture, NotFoundError, Part, WithheldError

DESCRIPTION_CHARACTERS = 400
# How a page says that it is not for children: https://developers.google.com/search/docs/specialty/explicit/guidelines
_ADULT = ("adult", "mature", "restricted", "rta-5042-1996-1400-1577-rta")
_DURATION = lazy_re.compile(r"P(?:(\d{1,9})D)?T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?")
_JSON_LD_DURATION = lazy_re.compile(r'"duration"\s*:\s*"(P[0-9DTHMS.]+)"')


def capture(request: CaptureRequest, *, player_from: str = "") -> Capture:
    """
    Return a card: title, description, picture, site. A picture alone is kept as a photo.

    Args:
        player_from: How the address of a player begins that the page may name.
    """
    answer = request.page(request.url)
    host = readable_site(answer.url)
    found = Capture(provider=request.provider, id=request.id, url=request.url, network=host, source=answer.url)
    if answer.content_type.startswith("image/"):
        picture = request.keep_picture(answer.body)
        if picture is None:
            raise WithheldError(say("embed_empty"))
        found.kind, found.pictures = "photo", [picture]
        return found
    said = _Said(parse_html(answer.text), answer.url)
    _discover(request, found, said)
    found.network = said.meta("og:site_name") or found.network
    found.title = found.title or said.title()
    found.html = _paragraph(said.meta("og:description", "twitter:description", "description"))
    found.lang = said.lang()
    if player_from:
        named = web_address(said.meta("og:video:secure_url", "og:video", "og:video:url", "twitter:player"))
        found.player = named if named.startswith(player_from) else ""
        found.duration_seconds = said.seconds(answer.text)
    found.sensitive = said.meta("rating").lower() in _ADULT
    found.published = moment(said.meta("article:published_time", "og:article:published_time"))
    name = said.meta("author", "article:author")
    if not found.author and name and not web_address(name):
        found.author = Author(name=name)
    if not found.pictures and (picture := request.picture(said.picture(), said.meta("og:image:alt"))):
        found.pictures = [picture]
    if not found.title:
        raise WithheldError(say("embed_empty"))
    return found


def complete(request: CaptureRequest, found: Capture, *, pictures: bool) -> None:
    """Look in the item's own page for what its oEmbed answer left out; a page that cannot be had changes nothing."""
    try:
        answer = request.page(found.url)
    except FetchError as error:
        _note_missing(request, error)
        return
    if answer.content_type.startswith("image/"):
        return
    said = _Said(parse_html(answer.text), answer.url)
    found.title = found.title or said.title()
    found.published = found.published or moment(said.meta("article:published_time", "datePublished", "uploadDate"))
    found.duration_seconds = found.duration_seconds or said.seconds(answer.text)
    if pictures and found.kind == "player" and found.poster is None:
        found.poster = request.picture(said.picture(), part=Part.POSTER)


class _Said:
    """What a page says of itself in its head."""

    def __init__(self, tree: Any, url: str) -> None:
        self.tree, self.url = tree, url
        self._meta: dict[str, str] = {}
        for tag in tree.iter("meta"):
            name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
            content = text(tag.get("content"), 2000)
            if name and content:
                self._meta.setdefault(name, content)

    def meta(self, *names: str) -> str:
        return next((self._meta[name] for name in names if name in self._meta), "")

    def title(self) -> str:
        tag = self.tree.find(".//title")
        return text(self.meta("og:title", "twitter:title") or (tag.text if tag is not None else ""))

    def lang(self) -> str:
        return text(self.tree.get("lang"), 12) or self.meta("og:locale").replace("_", "-")

    def picture(self) -> str:
        url = self.meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
        return web_address(join_address(self.url, url)) if url else ""

    def seconds(self, source: str) -> int:
        for name in ("og:video:duration", "video:duration", "music:duration"):
            if seconds := number_of(self.meta(name)):
                return min(max(seconds, 0), 10**6)
        in_script = _JSON_LD_DURATION.search(source)
        return _seconds(self.meta("duration") or (in_script[1] if in_script else ""))

    def oembed(self) -> str:
        for link in self.tree.iter("link"):
            if link.get("type") in ("application/json+oembed", "text/json+oembed") and link.get("href"):
                return web_address(join_address(self.url, link.get("href")))
        return ""


def _discover(request: CaptureRequest, found: Capture, said: _Said) -> None:
    """Add what the page's own oEmbed answer tells, pictures of photo pages above all; a bad answer changes nothing."""
    url = said.oembed()
    if not url:
        return
    try:
        answer = request.json(url)
    except FetchError as error:
        _note_missing(request, error)
        return
    if not isinstance(answer, dict):
        return
    found.title = text(answer.get("title"))
    found.network = text(answer.get("provider_name"), 60) or found.network
    if name := text(answer.get("author_name"), 100):
        found.author = Author(name=name, url=web_address(answer.get("author_url")))
    if answer.get("type") == "photo" and (picture := request.picture(answer.get("url"), found.title)):
        found.kind, found.pictures = "photo", [picture]


def _note_missing(request: CaptureRequest, error: FetchError) -> None:
    """Remember to ask again for what did not answer; a no, and what we will not touch, stay as they are."""
    refused = isinstance(error, FetchRefusedError) and not isinstance(error, FetchSlowError)
    if not isinstance(error, NotFoundError) and not refused:
        request.missing.append(Part.PAGE)


def _paragraph(words: str) -> str:
    shown = text(words, DESCRIPTION_CHARACTERS)
    return f"<p>{html.escape(shown, quote=False)}</p>" if shown else ""


def _seconds(duration: str) -> int:
    """ISO 8601: "PT4M13S" is 253."""
    found = _DURATION.fullmatch(duration)
    if not found:
        return 0
    days, hours, minutes, seconds = (min(int(part or 0), 10**6) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
