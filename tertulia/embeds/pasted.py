"""The code that services give to be pasted: old posts are full of it, and it fetches from them before any click.

A frame, a ``<blockquote class="twitter-tweet">``, a script that draws a post, an ``<object>`` for Flash: where it shows
an item that we know how to capture, it is drawn like the item's address alone on its line, and the scripts that
services add to their codes are dropped. It is looked for in the finished page, so it does not matter where it stands.
"""

import re
from collections.abc import Callable, Sequence
from html import unescape
from urllib.parse import parse_qsl

from msgspec import Struct

from tertulia.core import lazy_re
from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.html_tags import Tag, closing_of, open_at, tags
from tertulia.embeds import dead

FLASH = "flash"  # in place of an address: Flash content of nobody we know

# The class of a code's outermost element → whose it is.
_CLASSES = {
    "twitter-tweet": "x",
    "twitter-video": "x",
    "instagram-media": "instagram",
    "tiktok-embed": "tiktok",
    "reddit-embed-bq": "reddit",
    "reddit-card": "reddit",
    "bluesky-embed": "bluesky",
    "text-post-media": "threads",
    "mastodon-embed": "mastodon",
    "fb-post": "facebook",
    "fb-video": "facebook",
}
_FRAMES = ("iframe", "frame", "object", "embed", "applet")
_FLICKR = "data-flickr-embed"
_NAMES = (_FLICKR, *(name.lower() for name in _CLASSES))
# How each of these names ends: most pages hold none of it.
_PIECE_OF_NAME = lazy_re.compile(
    "|".join(sorted({"".join(name.rpartition("-")[1:]) for name in _NAMES})), re.IGNORECASE
)
_SCRIPT_OR_FRAME = lazy_re.compile(rf"<(?:script|{'|'.join(_FRAMES)})[\s/>]", re.IGNORECASE)
# Where the item's address stands, the surest place first; of several links the last one is the item's own.
_PLACES = (
    *("data-instgrm-permalink", "data-text-post-permalink", "data-bluesky-uri", "data-embed-url", "data-href", "cite"),
    *("src", "data-src", "data-lazy-src", "data-litespeed-src", "data", "value", "href"),
)
# Scripts that make frames of codes, or let a page talk to a frame: nothing is left for them to do.
_HELPERS = lazy_re.compile(
    r"//(?:platform\.(?:twitter|x)\.com/|(?:www|platform)\.instagram\.com/|www\.tiktok\.com/|embed\.bsky\.app/"
    r"|embed\.reddit(?:media)?\.com/|www\.redditstatic\.com/|www\.threads\.(?:net|com)/|connect\.facebook\.net/"
    r"|embedr\.flickr\.com/|speakerdeck\.com/|gist\.github\.com/|player\.vimeo\.com/api/|w\.soundcloud\.com/player/"
    r"|www\.youtube\.com/iframe_api|open\.spotify\.com/embed/|embed\.twitch\.tv/|(?:api\.)?dmcdn\.net/"
    r"|geo\.dailymotion\.com/|embed\.podcasts\.apple\.com/|(?:www\.)?slideshare\.net/)",
    re.IGNORECASE,
)
_AT = lazy_re.compile(r"at://([^/]+)/app\.bsky\.feed\.post/(\w+)")
_TWITCH = lazy_re.compile(r"[\"']?\b(video|channel)[\"']?\s*:\s*[\"'](\w+)[\"']")
_INLINE_CODE = lazy_re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
# What holds text only: an item in it is a link.
_TEXT_ONLY = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "button", "label", "pre", "caption", "legend"))
# Where a paragraph that stands open around it does not reach into.
_FENCES = frozenset(
    ("table", "td", "th", "caption", "object", "button", "li", "dd", "dt", "blockquote", "div", "details", "figure")
)
_NOTHING = r"(?:\s|<br\s*/?>|&nbsp;|</?(?:a|b|center|em|font|i|small|span|strong|u)(?=[\s>])[^>]*>)*"
_EMPTY = lazy_re.compile(r"<p>\s*</p>\n?")
_BEGUN = lazy_re.compile(rf"<p(?=[\s>])[^>]*>{_NOTHING}\Z")
_ENDING = lazy_re.compile(rf"{_NOTHING}</p\s*>")


class Code(Struct, frozen=True):
    """An embed code: ``html[start:end]``."""

    start: int
    end: int
    url: str  # the item's, ``FLASH``, or "" for a helper that is only dropped
    words: str = ""  # what it says itself, HTML of the service
    source: str = ""  # all of it


def replaced(html: str, draw: Callable[[Code, bool], str]) -> str:
    """
    Return a finished page with every known embed code replaced.

    Args:
        draw: What to put in place of a code; whether it must do in a line of text is told.
    """
    found, known = _codes(html)
    page, at = "", 0
    for number, code in known:
        page += html[at : code.start]
        at = code.end
        if not code.url:
            continue
        around = open_at(found, number)
        if any(tag.name in _TEXT_ONLY for tag in around):
            page += draw(code, True)
        elif inside := _paragraph(around):
            # A paragraph ends where a figure begins, and goes on behind it where it has more to say.
            began = _BEGUN.search(page)
            ends = _ENDING.match(html, at)
            page = page[: began.start()] if began else page + "".join(f"</{tag.name}>" for tag in reversed(inside))
            page += draw(code, False)
            page += "" if ends else "".join(_again(tag) for tag in inside)
            at = ends.end() if ends else at
        else:
            page += draw(code, False)
    page += html[at:]
    return _EMPTY.sub("", page) if known else page


def addresses(text: str) -> list[tuple[int, str]]:
    """Where each embed code of *text*, Markdown, begins, and its item's address; those that we do not know left out."""
    if not _may_hold_codes(text):
        return []
    _, known = _codes(_INLINE_CODE.sub(lambda code: re.sub(r"[^\n]", "`", code[0]), text))
    return [(code.start, code.url) for _, code in known if code.url not in ("", FLASH)]


def _codes(html: str) -> tuple[Sequence[Tag], list[tuple[int, Code]]]:
    """Return the tags of *html*, and its codes with the number of the tag at which each begins."""
    if not _may_hold_codes(html):
        return (), []
    found = list(tags(html))
    known: list[tuple[int, Code]] = []
    number = 0
    while number < len(found):
        if _may_begin(found[number]):
            last = closing_of(found, number)
            if code := _code(html, found[number : last + 1]):
                known.append((number, code))
                number = last
        number += 1
    hosts = {host_of(code.url) for _, code in known}
    # Mastodon's own script is each server's.
    kept = [(at, code) for at, code in known if not code.url.startswith("?") or code.url[1:] in hosts]
    return found, [(at, Code(code.start, code.end, "") if code.url.startswith("?") else code) for at, code in kept]


def _may_hold_codes(html: str) -> bool:
    """Whether it is worth reading the tags of *html*: on most pages there is no code, and this is quickly seen."""
    if _SCRIPT_OR_FRAME.search(html):
        return True
    if not _PIECE_OF_NAME.search(html) and "&#" not in html:  # no letter and no hyphen has a name among the entities
        return False
    written = html.lower()
    meant = unescape(written) if "&" in written else written
    return any(name in meant for name in _NAMES)


def _may_begin(tag: Tag) -> bool:
    """Whether a code may begin with *tag*: to look for the end of every other one would take long on a long page."""
    if tag.closes:
        return False
    return tag.name in ("script", *_FRAMES) or not _CLASSES.keys().isdisjoint(tag.classes) or _FLICKR in tag.attributes


def _code(html: str, element: Sequence[Tag]) -> Code | None:
    """Return the code that *element*, its tags from the first to the last, is; None when it is none."""
    first, end = element[0], element[-1].end
    inner, source = html[first.end : element[-1].start] if len(element) > 1 else "", html[first.start : end]
    if first.name == "script":
        url = _of_script(first, inner)
        return None if url is None else Code(first.start, end, url, "", source)
    owner = next((_CLASSES[name] for name in first.classes if name in _CLASSES), "")
    if owner and first.name in ("blockquote", "div", "section"):
        url = _address(element, owner)
        return Code(first.start, end, url, _words(html, element), source) if url else None
    if first.name == "a" and _FLICKR in first.attributes:
        url = _known(first.attributes.get("href", ""))
        return Code(first.start, end, url, "", source) if url else None
    if first.name in _FRAMES:
        # What stands in an <iframe> for browsers without is text to all others: Bandcamp names the record there.
        url = _address(list(tags(inner))) or _address(element) or _address(list(tags(_srcdoc(first))))
        if not url and dead.FLASH.search(source):
            url = FLASH
        return Code(first.start, end, url, "", source) if url else None
    return None


def _of_script(script: Tag, inner: str) -> str | None:
    """
    Return the address of what a script draws; "" when it is a helper, "?host" when it is one where a post of *host* is.
    """
    attributes = script.attributes
    source = attributes.get("src", "").strip()
    if post := attributes.get("data-telegram-post"):
        return _known(f"https://t.me/{post}") or None
    if "speakerdeck-embed" in script.classes and attributes.get("data-id"):
        return _known(f"https://speakerdeck.com/player/{attributes['data-id']}") or None
    if "dailymotion.com" in source and attributes.get("data-video"):
        return _known(f"https://www.dailymotion.com/video/{attributes['data-video']}") or None
    if "//gist.github.com/" in source:
        return _known(re.sub(r"\.js(?=$|\?)", "", source)) or None
    if "Twitch." in inner and (item := _TWITCH.search(inner)):
        path = f"videos/{item[2]}" if item[1] == "video" else item[2]
        return _known(f"https://www.twitch.tv/{path}") or None
    if split_address(source).path == "/embed.js" or source.endswith("/embed.js"):
        return "" if _HELPERS.search(source) else f"?{host_of(_whole(source))}"
    return "" if _HELPERS.search(source or inner) else None


def _address(element: Sequence[Tag], owner: str = "") -> str:
    """
    Return the address of the item that an embed code shows, "" when it is none that we know, or not the *owner*'s.
    """
    for place in _PLACES:
        for tag in reversed(element):
            if not tag.closes and (url := _known(tag.attributes.get(place, ""), owner)):
                return url
    return ""


def _known(written: str, owner: str = "") -> str:
    """*written* as an address of an item that we know, or the one that it holds in its query."""
    if post := _AT.fullmatch(written):
        written = f"https://bsky.app/profile/{post[1]}/post/{post[2]}"
    url = web_address(_whole(written.strip()))
    if not url:
        return ""
    from tertulia.embeds import providers  # dozens of patterns, of which most texts need none

    provider = providers.find(url).provider
    if (provider is not providers.PAGE and provider.name.startswith(owner)) or dead.service(url):
        return url
    for _, value in parse_qsl(split_address(url).query):
        if value.startswith(("http://", "https://", "//")) and (inner := _known(value, owner)):
            return inner
    return ""


def _whole(written: str) -> str:
    return f"https:{written}" if written.startswith("//") else written


def _srcdoc(frame: Tag) -> str:
    return frame.attributes.get("srcdoc", "")


def _words(html: str, element: Sequence[Tag]) -> str:
    """Return what the first quotation of *element* holds."""
    for number, tag in enumerate(element):
        if tag.name == "blockquote" and not tag.closes:
            last = element[closing_of(element, number)]
            return html[tag.end : last.start]
    return ""


def _paragraph(around: Sequence[Tag]) -> list[Tag]:
    """Of the tags that stand open *around* a place those from its paragraph inwards; [] when it is in none."""
    for number in range(len(around) - 1, -1, -1):
        if around[number].name == "p":
            return list(around[number:])
        if around[number].name in _FENCES:
            break
    return []


def _again(tag: Tag) -> str:
    rest = re.sub(r"\s+id\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", "", tag.rest, flags=re.IGNORECASE)
    return f"<{tag.name}{rest}>"
