"""Mastodon, and the servers that speak its API: https://docs.joinmastodon.org/methods/statuses/#get

oEmbed would give an iframe, so the public status is read instead. Servers that show it only with a token, and other
software with addresses of the same shape, are asked for a card like any page.
"""

import re
from typing import Any

from tertulia.core.addresses import split_address, web_address
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.sanitise import clean
from tertulia.embeds.providers import page
from tertulia.embeds.providers.request import (
    BusyError,
    CaptureRequest,
    moment,
    number,
    text,
)
from tertulia.embeds.types import Author, Capture, OptedOutError, Quoted

_ID = r"(?P<id>\d{2,}|01[0-9A-HJKMNP-TV-Z]{24})"
_END = r"(?:/embed)?/?(?:[?#]|$)"
_HOST = r"https?://(?P<host>[A-Za-z0-9.-]+(?::\d+)?)"
PATTERNS = (
    re.compile(_HOST + r"/@[\w.-]+(?:@[\w.-]+)?/(?:statuses/)?" + _ID + _END),
    re.compile(_HOST + r"/users/[\w.-]+/statuses/" + _ID + _END),
    re.compile(_HOST + r"/notice/(?P<id>[A-Za-z0-9]{6,})" + _END),  # Pleroma and Akkoma
    re.compile(_HOST + r"/p/[\w.-]+/(?P<id>\d{15,})" + _END),  # Pixelfed
)
_COUNTS = (("likes", "favourites_count"), ("shares", "reblogs_count"), ("replies", "replies_count"))
# Mastodon 4.5 puts the quoted address in the text as well, for software that knows no quotes.
QUOTE_FALLBACK = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)


def capture(request: CaptureRequest) -> Capture:
    """The status, with what it answers and what it quotes."""
    parts = split_address(request.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        status = request.json(f"{origin}/api/v1/statuses/{request.parts['id']}")
    except BusyError:
        raise
    except FetchError as error:
        return _as_page(request, error)
    if not _is_status(status):
        return _as_page(request, FetchError(say("embed_odd", network="Mastodon")))
    if status.get("visibility") not in ("public", "unlisted"):
        raise OptedOutError(say("embed_not_public"))
    host = parts.netloc
    account = status["account"]
    found = Capture(
        provider=request.provider,
        id=request.id,
        url=web_address(status.get("url")) or request.url,
        kind="post",
        network="Mastodon",
        author=request.author(
            account.get("display_name"), _handle(account, host), account.get("url"), account.get("avatar")
        ),
        html=_words(status),
        warning=text(status.get("spoiler_text"), 500),
        lang=text(status.get("language"), 12),
        published=moment(status.get("created_at")),
        edited=moment(status.get("edited_at")),
        counts={name: number(status.get(key)) for name, key in _COUNTS if number(status.get(key))},
        quoted=_quoted(status.get("quote"), host),
        source=f"{origin}/api/v1/statuses/{request.parts['id']}",
    )
    if status.get("in_reply_to_id"):
        found.reply_to = _answered(request, origin, str(status["in_reply_to_id"]), host)
    attachments = status.get("media_attachments")
    for item in attachments if isinstance(attachments, list) else []:
        if isinstance(item, dict):
            moving = item.get("type") in ("video", "gifv")
            url = item.get("preview_url") if moving else item.get("url") or item.get("preview_url")
            if item.get("type") != "audio" and (picture := request.picture(url, item.get("description"), video=moving)):
                found.pictures.append(picture)
    return found


def _as_page(request: CaptureRequest, error: FetchError) -> Capture:
    try:
        found = page.capture(request)
    except FetchError:
        raise error from None
    found.network = found.network or split_address(request.url).netloc
    return found


def _is_status(status: Any) -> bool:
    return (
        isinstance(status, dict) and isinstance(status.get("account"), dict) and isinstance(status.get("content"), str)
    )


def _handle(account: dict[str, Any], host: str) -> str:
    name = text(account.get("acct"), 120)
    return f"@{name}" if "@" in name else f"@{name}@{host}"


def _words(status: dict[str, Any]) -> str:
    content = status["content"]
    if isinstance(status.get("quote"), dict):
        content = QUOTE_FALLBACK.sub("", content)
    return clean(content) + _poll(status.get("poll"))


def _poll(poll: Any) -> str:
    options = poll.get("options") if isinstance(poll, dict) else None
    titles = [text(option.get("title"), 200) for option in options or [] if isinstance(option, dict)]
    return clean("<ul>" + "".join(f"<li>{title}</li>" for title in map(_escape, titles)) + "</ul>") if titles else ""


def _escape(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def _quoted(quote: Any, host: str) -> Quoted | None:
    if not isinstance(quote, dict) or quote.get("state", "accepted") != "accepted":
        return None
    return _beside(quote.get("quoted_status"), host)


def _answered(request: CaptureRequest, origin: str, id: str, host: str) -> Quoted | None:
    if not id.isalnum():
        return None
    try:
        return _beside(request.json(f"{origin}/api/v1/statuses/{id}"), host)
    except FetchError:
        return None


def _beside(status: Any, host: str) -> Quoted | None:
    if not _is_status(status) or status.get("visibility") not in ("public", "unlisted"):
        return None
    account = status["account"]
    author = Author(
        name=text(account.get("display_name"), 100) or text(account.get("username"), 100),
        handle=_handle(account, host),
        url=web_address(account.get("url")),
    )
    return Quoted(
        url=web_address(status.get("url")) or web_address(status.get("uri")),
        author=author,
        html=_words(status),
        lang=text(status.get("language"), 12),
        published=moment(status.get("created_at")),
    )
