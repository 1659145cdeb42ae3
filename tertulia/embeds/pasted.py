"""The code that services give to be pasted: old posts are full of it, and it fetches from them before any click.

An ``<iframe>``, a ``<blockquote class="twitter-tweet">`` with its script, an ``<object>`` for Flash: where it shows an
item that we know how to capture, it is drawn like the item's address alone on its line, and its script is dropped.
"""

import re
from collections.abc import Callable
from html import unescape

from tertulia.core.addresses import web_address
from tertulia.embeds import dead, providers

_PIECE = re.compile(
    r"<blockquote\b[^>]*\bclass=[\"'][^\"']*(?:twitter-tweet|twitter-video|instagram-media|tiktok-embed|reddit-embed-bq"
    r"|reddit-card|bluesky-embed|text-post-media|mastodon-embed)[^\"']*[\"'].*?</blockquote>"
    r"|<div\b[^>]*\bclass=[\"']fb-(?:post|video)[\"'].*?</div>"
    r"|<iframe\b.*?</iframe>|<object\b.*?</object>|<embed\b[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"<script\b[^>]*\bsrc=[\"'](?:https?:)?//(?:platform\.(?:twitter|x)\.com|(?:www|platform)\.instagram\.com"
    r"|www\.tiktok\.com|embed\.bsky\.app|embed\.reddit(?:media)?\.com|www\.threads\.(?:net|com)|connect\.facebook\.net"
    r"|embedr\.flickr\.com)/[^\"']*[\"'][^>]*>\s*</script>\s*",
    re.IGNORECASE,
)
# Where the item's address stands, the surest place first; of several links the last one is the item's own.
_PLACES = tuple(
    re.compile(rf"\b{name}=[\"']([^\"']+)", re.IGNORECASE)
    for name in ("data-instgrm-permalink", "data-text-post-permalink", "data-href", "cite", "src", "href")
)


def replaced(raw: str, draw: Callable[[str], str], foreign: Callable[[str], None]) -> str:
    """
    A piece of the author's raw HTML with every known embed code replaced.

    Args:
        draw: What to put in place of an item's address; "flash" stands for Flash content of nobody we know.
        foreign: Called with the address of a frame that we do not know, and that stays as it is.
    """

    def one(found: re.Match[str]) -> str:
        piece = found[0]
        if url := address_in(piece):
            return draw(url)
        if dead.FLASH.search(piece):
            return draw("flash")
        if source := re.search(r"<iframe\b[^>]*\bsrc=[\"']((?:https?:)?//[^\"']+)", piece, re.IGNORECASE):
            foreign(source[1])
        return piece

    return _SCRIPT.sub("", _PIECE.sub(one, raw)) if "<" in raw else raw


def addresses(text: str) -> list[tuple[int, str]]:
    """Where each embed code of *text* begins, and the address of its item; those of no item we know left out."""
    return [(found.start(), url) for found in _PIECE.finditer(text) if (url := address_in(found[0]))]


def address_in(piece: str) -> str:
    """The address of the item that an embed code shows, "" when it is none that we know."""
    for place in _PLACES:
        for found in reversed(place.findall(piece)):
            url = web_address(unescape(f"https:{found}" if found.startswith("//") else found))
            if url and (providers.find(url).provider is not providers.PAGE or dead.service(url)):
                return url
    return ""
