"""Services that speak oEmbed (https://oembed.com) and differ by nothing but data: ``providers.toml``.

The answer's HTML is read for words and for the player's address; none of it is ever put on a page.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import lxml.html

from tertulia.core import lazy_re
from tertulia.core.addresses import web_address
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.sanitise import clean, parse_html
from tertulia.embeds.providers import page
from tertulia.embeds.providers.request import (
    CaptureRequest,
    escaped,
    markup,
    moment,
    number,
    text,
)
from tertulia.embeds.types import Author, Capture, Kind, Part, WithheldError

# Behind an id: nothing, or what begins another part of the address. A piece of a longer word is no id.
END = r"(?=[/?#&]|$)"
_IFRAME = lazy_re.compile(r"<iframe\b[^>]*\ssrc=[\"']([^\"']+)", re.IGNORECASE)
# What asks the reader to go elsewhere, and is no part of the post.
_CALLS = ("View on Threads", "View this post on Instagram", "Ver en Threads", "Ver esta publicación en Instagram")
# How Instagram and Threads sign the posts they let others show, in the languages they may answer in.
_SIGNED = lazy_re.compile(
    r"(?:A post shared by|Una publicación compartida (?:por|de)|Post by|Publicado por) "
    r"(?P<name>.*?)\s*(?:\(?@(?P<handle>[\w.]+)\)?)?(?: on .*| el .*)?$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class OEmbedService:
    """One entry of ``providers.toml``, whose header says what the fields mean."""

    label: str
    kind: Kind
    patterns: tuple[re.Pattern[str], ...]
    endpoint: str = ""
    url: str = ""
    player: str = ""
    player_from: str = ""
    start: str = ""
    at: str = ""
    host_in: str = ""
    shape: str = ""
    pictures: bool = True
    page: bool = False
    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, parts: Mapping[str, str]) -> "OEmbedService":
        """Return the same for an address with these *parts*."""
        for name, differs in self.forms.items():
            if name in parts:
                return replace(self, **differs)
        return self


def service(name: str, entry: dict[str, Any]) -> OEmbedService:
    """
    Read one entry.

    Raises:
        ValueError: it has no pattern, asks nobody and plays nothing, or says something we do not know.
    """
    entry = dict(entry)
    try:
        patterns = tuple(pattern(each) for each in entry.pop("addresses"))
        made = OEmbedService(patterns=patterns, **entry)
        for differs in made.forms.values():
            replace(made, **differs)
    except (AttributeError, KeyError, TypeError, re.error) as error:
        raise ValueError(f"providers.toml, [{name}]: {error}") from error
    if not (made.endpoint or made.player or made.player_from):
        raise ValueError(f"providers.toml, [{name}]: endpoint")
    return made


def pattern(address: str) -> re.Pattern[str]:
    """
    Return what an address looks like: a scheme, *address*, and after it nothing that could belong to the last word.
    """
    return re.compile(("" if address.startswith("http") else "https?://") + f"(?:{address}){END}")


def capture(request: CaptureRequest, service: OEmbedService) -> Capture:
    """Return the item, from its oEmbed answer and, where the entry says so, from its page."""
    service = service.of(request.parts)
    url = _filled(service.url, request) or request.url
    found = _asked(request, service, url) if service.endpoint else _seen(request, service, url)
    if not found.author and (name := request.parts.get("name")):
        found.author = Author(name=name, handle=f"@{name}")
    if service.shape and not found.width_px:
        found.width_px, found.height_px = map(int, service.shape.split("/"))
    told = found.title or found.html or found.pictures or found.author
    if not told and (service.endpoint or not found.player):
        raise WithheldError(say("embed_empty"))
    return found


def _asked(request: CaptureRequest, service: OEmbedService, url: str) -> Capture:
    """Return what the oEmbed answer tells."""
    source = service.endpoint.format(url=escaped(url), origin=re.sub(r"^(https?://[^/]+).*", r"\1", request.url))
    answer = request.json(source)
    if not isinstance(answer, dict):
        raise FetchError(say("embed_odd", network=service.label))
    found = Capture(
        provider=request.provider,
        id=request.id,
        url=url,
        kind=service.kind,
        network=service.label,
        author=_author(answer),
        title=text(answer.get("title")),
        published=moment(answer.get("upload_date")),
        duration_seconds=number(answer.get("duration")),
        player=_player(answer, service, request),
        source=source,
    )
    if service.kind == "player":
        found.width_px, found.height_px = _shape(answer)
    if service.kind == "post":
        _read_words(found, answer)
    if service.pictures:
        _add_pictures(request, found, answer)
    if service.page:
        page.complete(request, found, pictures=service.pictures)
    return found


def _seen(request: CaptureRequest, service: OEmbedService, url: str) -> Capture:
    """Return what the item's own page tells; where none is to be asked, that there is a player."""
    player = _filled(service.player, request)
    if not service.page:
        found = Capture(provider=request.provider, id=request.id, url=url, source=url)
    else:
        found = page.capture(replace(request, url=url), player_from=service.player_from)
        found.url = url
    found.kind, found.network = service.kind, service.label
    found.player = player or found.player
    found.html, found.author = "", found.author or None
    if found.kind == "player" and found.pictures:
        found.poster, found.pictures = found.pictures[0], []
    return found


def _shape(answer: dict[str, Any]) -> tuple[int, int]:
    """Width and height of what is played, which its thumbnail need not have; (0, 0) where they say nothing."""
    width, height = number(answer.get("width")), number(answer.get("height"))
    return (width, height) if width and height and 1 / 4 <= width / height <= 6 else (0, 0)


def _filled(template: str, request: CaptureRequest) -> str:
    return template.format_map(defaultdict(str, request.parts))


def _author(answer: dict[str, Any]) -> Author | None:
    name = text(answer.get("author_name"), 100)
    return Author(name=name, url=web_address(answer.get("author_url"))) if name else None


def _player(answer: dict[str, Any], service: OEmbedService, request: CaptureRequest) -> str:
    if service.player:
        return _filled(service.player, request)
    frame = _IFRAME.search(answer["html"]) if isinstance(answer.get("html"), str) else None
    url = web_address(frame[1].replace("&amp;", "&")) if frame else ""
    own = _filled(service.player_from, request)
    return url if own and url.startswith(own) else ""


def _add_pictures(request: CaptureRequest, found: Capture, answer: dict[str, Any]) -> None:
    if found.kind == "photo" and (picture := request.picture(answer.get("url"), found.title)):
        found.pictures.append(picture)
        return
    # SlideShare calls it "thumbnail".
    url = answer.get("thumbnail_url") or answer.get("thumbnail")
    url = f"https:{url}" if isinstance(url, str) and url.startswith("//") else url
    picture = request.picture(url, part=Part.POSTER if found.kind == "player" else Part.PICTURE)
    if found.kind == "player":
        found.poster = picture
    elif picture:
        found.pictures.append(picture)


def _read_words(found: Capture, answer: dict[str, Any]) -> None:
    """Take text, author and date out of the blockquote that the service would let its script turn into a frame."""
    quoted = answer.get("html")
    if not isinstance(quoted, str) or "<blockquote" not in quoted:
        return
    quote = parse_html(quoted).find(".//blockquote")
    if quote is None:
        return
    words = []
    for paragraph in quote.iterfind(".//p"):
        said = text(paragraph.text_content(), 5000)
        if signed := _SIGNED.match(said):
            found.author = found.author or _signed(signed)
        elif said and said not in _CALLS:
            # Instagram makes one link to itself of the whole caption.
            only = [text(link.text_content(), 5000) for link in paragraph.iterfind("./a")] == [said]
            words.append(markup(said) if only else clean(_source(paragraph)))
    found.html = "".join(words)
    found.author = found.author or _linked_author(quote)
    found.published = found.published or moment(next(iter(quote.xpath(".//time/@datetime")), ""))


def _source(element: Any) -> str:
    return str(lxml.html.tostring(element, encoding="unicode", with_tail=False))


def _signed(signed: re.Match[str]) -> Author:
    handle = text(signed["handle"], 60)
    return Author(name=text(signed["name"], 100).strip("@ ") or handle, handle=f"@{handle}" if handle else "")


def _linked_author(quote: Any) -> Author | None:
    """Facebook: <blockquote><p>text</p>Posted by <a>Name</a> on <a>date</a></blockquote>."""
    link = quote.find("./a")
    before = quote.find("./p")
    if link is None or before is None:
        return None
    name = text(link.text_content(), 100)
    return Author(name=name, url=web_address(link.get("href"))) if name else None
