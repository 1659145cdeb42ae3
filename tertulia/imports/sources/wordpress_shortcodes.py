"""What the shortcodes of WordPress and of its best known plugins stood for, as HTML."""

import re
from collections.abc import Mapping
from html import escape, unescape
from types import MappingProxyType

from tertulia.imports.sources.shortcodes import Handler

_PICTURE = re.compile(
    r"(?P<picture>(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)(?P<words>.*)", re.DOTALL | re.IGNORECASE
)
# Services whose address is made of what they call a thing; of the others an address is given.
_FORMS = {
    "youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}",
    "tweet": "https://twitter.com/i/status/{}", "twitter": "https://twitter.com/i/status/{}",
    "twitter-tweet": "https://twitter.com/i/status/{}", "instagram": "https://www.instagram.com/p/{}/",
    "dailymotion": "https://www.dailymotion.com/video/{}", "gist": "https://gist.github.com/{}",
    "wpvideo": "https://videopress.com/v/{}", "videopress": "https://videopress.com/v/{}",
    "archiveorg": "https://archive.org/details/{}", "ted": "https://www.ted.com/talks/{}",
    "spotify": "https://open.spotify.com/{}", "tiktok": "https://www.tiktok.com/@x/video/{}",
}  # fmt: skip
_ADDRESSED = (
    "embed", "soundcloud", "facebook", "mastodon", "bluesky", "googlemaps", "reddit", "flickr", "pinterest", "twitch",
    "codepen", "mixcloud", "threads", "peertube", "telegram",
)  # fmt: skip
_NAMED_BY = ("url", "href", "src", "link", "id", "video_id", "video", "tweet", "uri", "0")


def _nothing(_given: dict[str, str], _inner: str) -> str:
    """Return a mark for WordPress itself: where notes are listed, where a teaser ends."""
    return ""


def _caption(given: dict[str, str], inner: str) -> str:
    found = _PICTURE.search(inner)
    if not found:
        return inner
    words = (found["words"].strip() or given.get("caption", "")).strip()
    told = f"<figcaption>{words}</figcaption>" if words else ""
    return f"\n\n<figure>{found['picture']}{told}</figure>\n\n"


def _gallery(given: dict[str, str], _inner: str) -> str:
    asked = given.get("ids") or given.get("include") or ""
    return f'\n\n<div data-gallery="{escape(asked)}"></div>\n\n'


def formula(_given: dict[str, str], inner: str) -> str:
    """Return a formula in LaTeX."""
    return f'<span data-formula="{escape(unescape(inner.strip()))}"></span>' if inner.strip() else ""


def _player(kind: str) -> Handler:
    def made(given: dict[str, str], _inner: str) -> str:
        named = next(
            (value for name, value in given.items() if value.startswith(("http", "/")) and name != "poster"), ""
        )
        return f'\n\n<{kind} controls src="{escape(named)}"></{kind}>\n\n' if named else ""

    return made


def _service(name: str) -> Handler:
    """Shortcodes that show something of another site: its address, or what that site calls it."""

    def made(given: dict[str, str], inner: str) -> str | None:
        asked = unescape(inner).strip() or next((given[key] for key in _NAMED_BY if given.get(key)), "")
        asked = asked.lstrip("=").strip()
        if found := re.fullmatch(r"spotify:(\w+):(\w+)", asked):
            asked = f"{found[1]}/{found[2]}"
        if not asked.startswith(("http", "//")):
            form = _FORMS.get(name, "")
            asked = form.format(asked) if form and re.fullmatch(r"[\w@./?=&;+-]{1,120}", asked) else ""
        if name == "youtube":  # "watch?v=x&w=640": the rest is how large it was
            asked = re.sub(r"[&?](?:w|h|rel|start|wmode)=[^&]*", "", asked)
        return f'\n\n<p data-embed="{escape(asked)}"></p>\n\n' if asked else inner or None

    return made


# Every shortcode that is understood, by name.
HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "caption": _caption, "wp_caption": _caption,
        "gallery": _gallery, "slideshow": _gallery, "playlist": _gallery,
        "audio": _player("audio"), "video": _player("video"),
        "latex": formula, "math": formula,
        # Marks for WordPress itself: where notes are listed, where a teaser ends.
        "more": _nothing, "footnotes": _nothing, "footnote_list": _nothing, "references": _nothing, "reflist": _nothing,
        **{name: _service(name) for name in (*_FORMS, *_ADDRESSED)},
    }
)  # fmt: skip
