"""What a provider gets to work with: the address, a guarded way to the web, and a place for pictures."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tertulia.core import languages, lazy_re
from tertulia.core.addresses import host_of, web_address
from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.core.sanitise import clean, one_line
from tertulia.embeds import pictures
from tertulia.embeds.capture_store import file_stem
from tertulia.embeds.types import Author, Image, NotFoundError, Part, WithheldError
from tertulia.render.picture_facts import MAX_STRANGE_BYTES

if TYPE_CHECKING:  # a build reads what was captured and must not load what could fetch
    from tertulia.core.fetch import Fetched, Fetcher

JSON = ("application/json", "application/activity+json", "text/json", "text/javascript", "application/json+oembed")
HTML = ("text/html", "application/xhtml+xml")
PICTURE = ("image/",)
ANSWER_BYTES = 2_000_000
PICTURE_BYTES = MAX_STRANGE_BYTES
MOST_PICTURES = 12
MOST_EMOJIS = 12
EMOJI_PX = 48
_BUSY = (420, 429, 503)
_SHORTCODE = lazy_re.compile(r":([A-Za-z0-9_]{1,60}):")
_ADDRESS = lazy_re.compile(r"https?://[^\s<>…\"]*[^\s<>…\".,;:!?»”)\]']")


class BusyError(FetchError):
    """The service asks us to come back later."""


@dataclass(slots=True)
class CaptureRequest:
    """One question to one service."""

    url: str
    id: str
    provider: str
    parts: Mapping[str, str]
    web: Fetcher
    lang: str = languages.DEFAULT  # in which language services that translate their labels should answer
    # Where a service's API is, for servers that are not the usual one: {"bluesky": "http://127.0.0.1:2584"}.
    bases: Mapping[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)  # pictures kept so far: name → bytes
    missing: list[Part] = field(default_factory=list)  # what was announced and, today, not had
    opted_out: set[Part] = field(default_factory=set)  # whose authors ask that they not be shown beside the post

    def json(self, url: str) -> Any:
        """
        Return the JSON at *url*.

        Raises:
            NotFoundError: the service says that the item is gone or not for us.
            BusyError: it asks to wait. FetchError: no usable answer.
        """
        return checked(self.web.get(url, accept=JSON, max_bytes=ANSWER_BYTES)).json()

    def page(self, url: str) -> Fetched:
        """Return the HTML page, or the picture, at *url*; raises as ``json`` does."""
        return checked(self.web.get(url, accept=(*HTML, *PICTURE), max_bytes=PICTURE_BYTES))

    def picture(
        self,
        url: Any,
        alt: Any = "",
        *,
        width_px: int = pictures.WIDTH_PX,
        video: bool = False,
        part: Part = Part.PICTURE,
    ) -> Image | None:
        """
        Fetch, re-encode and keep a picture; None when there is none or it cannot be had: the words matter more.

        Args:
            part: What is ``missing`` when it could not be had today and may be had tomorrow.
        """
        if not isinstance(url, str) or not url:
            return None
        try:
            answer = self.web.get(url, accept=PICTURE, max_bytes=PICTURE_BYTES)
        except FetchError as error:
            if isinstance(error, FetchSlowError) or not isinstance(error, FetchRefusedError):
                self.missing.append(part)
            return None
        if answer.status >= 500 or answer.status in (408, 425, *_BUSY):
            self.missing.append(part)
        return self.keep_picture(answer.body, alt, width_px=width_px, video=video) if answer.ok else None

    def keep_picture(
        self, data: bytes, alt: Any = "", *, width_px: int = pictures.WIDTH_PX, video: bool = False
    ) -> Image | None:
        """Re-encode and keep a picture that is already here."""
        if len(self.files) >= MOST_PICTURES + MOST_EMOJIS:
            return None
        described = one_line(alt, 1500) if isinstance(alt, str) else ""
        made = pictures.encode(data, name=file_stem(self.id), alt=described, width_px=width_px)
        if made is None:
            return None
        image, encoded = made
        image.video = image.video or video
        self.files[image.file] = encoded
        return image

    def emojis(self, known: Any, *texts: str) -> dict[str, Image]:
        """
        Return the pictures of the shortcodes (":gato:") that *texts* use, out of the list that their server gives.
        """
        used = {code for words in texts for code in _SHORTCODE.findall(words)}
        found: dict[str, Image] = {}
        for item in known if isinstance(known, list) else []:
            code = item.get("shortcode") if isinstance(item, dict) else None
            if not isinstance(code, str) or code not in used or code in found or len(found) >= MOST_EMOJIS:
                continue
            url = item.get("static_url") or item.get("url")
            if image := self.picture(url, f":{code}:", width_px=EMOJI_PX):
                found[code] = image
        return found

    def author(self, name: Any, handle: str = "", url: Any = "", avatar: Any = "") -> Author:
        """Who wrote it, with the avatar kept."""
        return Author(
            name=text(name, 100) or handle,
            handle=one_line(handle, 120),
            url=web_address(url),
            avatar=self.picture(avatar, width_px=pictures.AVATAR_PX, part=Part.AVATAR),
        )


def text(value: Any, limit: int = 300) -> str:
    """Return a stranger's plain text on one line; "" for anything that is no text."""
    return one_line(value, limit) if isinstance(value, str) else ""


def number(value: Any) -> int:
    """Return a count; 0 for anything that is none."""
    return int(value) if isinstance(value, int | float) and 0 <= value < 1e15 else 0


def moment(value: Any) -> str:
    """Return a service's moment in ISO 8601, with the offset that it gave, or none; "" when it makes no sense."""
    found = parse_moment(value, None)
    return found.isoformat(timespec="seconds") if found else ""


def escaped(value: str) -> str:
    """Ready for the query of an address."""
    return quote(value, safe="")


def checked(answer: Fetched) -> Fetched:
    """
    *answer*, when it is a good one.

    Raises:
        NotFoundError, WithheldError, BusyError, FetchError: what its status says.
    """
    if answer.ok:
        return answer
    if answer.status in (404, 410):
        raise NotFoundError(say("embed_gone"))
    if answer.status in (401, 403, 451):  # not for us, or not where we are: it may well be there for others
        raise WithheldError(say("embed_forbidden"))
    if answer.status in _BUSY:
        raise BusyError(say("embed_busy", host=host_of(answer.url)))
    raise FetchError(say("web_status", url=answer.url, status=answer.status))


def markup(text: str, links: Mapping[str, str] | None = None) -> str:
    """
    Plain text of a post as HTML: paragraphs, line breaks, and addresses as links.

    Args:
        links: What an address in the text stands for: its target, or "" to leave it out (a picture's own link).
    """
    links = links or {}

    def linked(found: re.Match[str]) -> str:
        url = html.unescape(found[0])
        target = links.get(url, url)
        return f'<a href="{html.escape(target)}">{html.escape(target)}</a>' if target else ""

    paragraphs = re.split(r"\n\s*\n", text.strip())
    marked = (_ADDRESS.sub(linked, html.escape(paragraph, quote=False).strip()) for paragraph in paragraphs)
    return clean("".join(f"<p>{paragraph.strip().replace(chr(10), '<br>')}</p>" for paragraph in marked if paragraph))
