"""Mastodon, and the servers that speak its API: https://docs.joinmastodon.org/methods/statuses/#get

oEmbed would give an iframe, so the public status is read instead. Servers that show it only with a token, and other
software with addresses of the same shape, are asked for a card like any page.
"""

import re
from typing import Any

from tertulia.core import lazy_re
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
from tertulia.embeds.types import Author, Capture, Choice, Elsewhere, NotFoundError, OptedOutError, Part, Quoted

_ID = r"(?P<id>\d{2,}|01[0-9A-HJKMNP-TV-Z]{24})"
_END = r"(?:/embed)?/?(?:[?#]|$)"
_HOST = r"https?://(?P<host>[A-Za-z0-9.-]+(?::\d+)?)"
PATTERNS = (
    lazy_re.compile(_HOST + r"/@[\w.-]+(?:@[\w.-]+)?/(?:statuses/)?" + _ID + _END),
    lazy_re.compile(_HOST + r"/users/[\w.-]+/statuses/" + _ID + _END),
    lazy_re.compile(_HOST + r"/notice/(?P<id>[A-Za-z0-9]{6,})" + _END),  # Pleroma and Akkoma
    lazy_re.compile(_HOST + r"/p/[\w.-]+/(?P<id>\d{15,})" + _END),  # Pixelfed
)
_SHOWN = ("public", "unlisted")
_COUNTS = (("likes", "favourites_count"), ("shares", "reblogs_count"), ("replies", "replies_count"))
# Mastodon 4.5 puts the quoted address in the text as well, for software that knows no quotes.
QUOTE_FALLBACK = lazy_re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)


def capture(request: CaptureRequest) -> Capture:
    """Return the status, with what it answers and what it quotes."""
    parts = split_address(request.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    source = f"{origin}/api/v1/statuses/{request.parts['id']}"
    try:
        status = request.json(source)
    except BusyError:
        raise
    except FetchError as error:
        return _as_page(request, error)
    if not _is_status(status):
        return _as_page(request, FetchError(say("embed_odd", network="Mastodon")))
    if status.get("visibility") not in _SHOWN:
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
        sensitive=status.get("sensitive") is True,
        lang=text(status.get("language"), 12),
        published=moment(status.get("created_at")),
        edited=moment(status.get("edited_at")),
        edits_told="edited_at" in status,
        counts={name: number(status.get(key)) for name, key in _COUNTS if number(status.get(key))},
        poll=_poll(status.get("poll")),
        source=source,
    )
    _add_media(request, found, status)
    found.quoted = _quoted(request, status.get("quote"), origin)
    if status.get("in_reply_to_id"):
        found.reply_to = _asked_beside(request, origin, str(status["in_reply_to_id"]), Part.ANSWERED)
    return found


def _add_media(request: CaptureRequest, found: Capture | Quoted, status: dict[str, Any]) -> None:
    """Add the pictures and emojis of a status, and what plays in it."""
    attachments = status.get("media_attachments")
    for item in attachments if isinstance(attachments, list) else []:
        if not isinstance(item, dict):
            continue
        moving = item.get("type") in ("video", "gifv")
        url = item.get("preview_url") if moving else item.get("url") or item.get("preview_url")
        silent = item.get("type") != "audio"
        if silent and (picture := request.picture(url, item.get("description"), video=moving)):
            found.pictures.append(picture)
        elif moving or not silent:
            found.elsewhere.append(
                Elsewhere(kind="video" if moving else "audio", alt=text(item.get("description"), 1500))
            )
    account = status["account"]
    name, words = text(account.get("display_name")), str(status.get("content"))
    known = [*_list(status.get("emojis")), *_list(account.get("emojis"))]
    found.emojis = request.emojis(known, words, name, text(status.get("spoiler_text")))


def _as_page(request: CaptureRequest, error: FetchError) -> Capture:
    try:
        found = page.capture(request)
    except FetchError:
        raise error from None
    found.network = found.network or split_address(request.url).netloc
    if not isinstance(error, NotFoundError):  # a bad minute: whoever shows it only with a token has said so
        request.missing.append(Part.WORDS)
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
    return clean(content)


def _poll(poll: Any) -> list[Choice]:
    options = _list(poll.get("options")) if isinstance(poll, dict) else []
    choices = []
    for option in options:
        if isinstance(option, dict) and (title := text(option.get("title"), 200)):
            told = isinstance(option.get("votes_count"), int)  # null until the poll has ended, when so asked
            choices.append(Choice(title=title, votes=number(option["votes_count"]) if told else -1))
    return choices


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _quoted(request: CaptureRequest, quote: Any, origin: str) -> Quoted | None:
    if not isinstance(quote, dict) or quote.get("state", "accepted") != "accepted":
        return None
    if quote.get("quoted_status") is None and quote.get("quoted_status_id"):  # told by its number alone
        return _asked_beside(request, origin, str(quote["quoted_status_id"]), Part.QUOTED)
    return _beside(request, quote.get("quoted_status"), split_address(origin).netloc, Part.QUOTED)


def _asked_beside(request: CaptureRequest, origin: str, id: str, part: Part) -> Quoted | None:
    if not id.isalnum():
        return None
    try:
        status = request.json(f"{origin}/api/v1/statuses/{id}")
    except NotFoundError:
        return None
    except FetchError:
        request.missing.append(part)
        return None
    return _beside(request, status, split_address(origin).netloc, part)


def _beside(request: CaptureRequest, status: Any, host: str, part: Part) -> Quoted | None:
    if not _is_status(status):
        return None
    if status.get("visibility") not in _SHOWN:
        request.opted_out.add(part)
        return None
    account = status["account"]
    author = Author(
        name=text(account.get("display_name"), 100) or text(account.get("username"), 100),
        handle=_handle(account, host),
        url=web_address(account.get("url")),
    )
    beside = Quoted(
        url=web_address(status.get("url")) or web_address(status.get("uri")),
        author=author,
        html=_words(status),
        warning=text(status.get("spoiler_text"), 500),
        sensitive=status.get("sensitive") is True,
        lang=text(status.get("language"), 12),
        published=moment(status.get("created_at")),
        poll=_poll(status.get("poll")),
    )
    _add_media(request, beside, status)
    return beside
