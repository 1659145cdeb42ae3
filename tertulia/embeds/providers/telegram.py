"""Posts of public Telegram channels, from the page that Telegram's own widget shows: https://core.telegram.org/widgets/post"""

from typing import Any

import lxml.html

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.core.sanitise import clean, parse_html
from tertulia.embeds.providers.request import CaptureRequest, moment, text
from tertulia.embeds.types import Capture, NotFoundError, WithheldError

# Of a topic too, "t.me/canal/12/345", the last number is the message's.
PATTERNS = (
    lazy_re.compile(
        r"https?://(?:www\.)?(?:t|telegram)\.(?:me|dog)/(?:s/)?(?P<user>(?!(?:joinchat|share|proxy|addstickers|login)/)[A-Za-z]\w{3,})"
        r"/(?:\d+/)?(?P<id>\d+)(?=[?#]|/?$)"
    ),
)
_BACKGROUND = lazy_re.compile(r"background-image:\s*url\(['\"]?(https://[^'\")]+)")


def capture(request: CaptureRequest) -> Capture:
    """Return the post as the widget shows it."""
    user, id = request.parts["user"], request.parts["id"]
    source = f"https://t.me/{user}/{id}?embed=1&mode=tme"
    answer = request.page(source)
    seen = parse_html(answer.text)
    message = _first(seen, "tgme_widget_message")
    words = _first(seen, "js-message_text")
    if _first(seen, "tgme_widget_message_error") is not None:
        raise NotFoundError(say("embed_gone"))
    if message is None:  # some other page: Telegram's of another year, or one that wants us to wait
        raise WithheldError(say("embed_odd", network="Telegram"))
    photos = [*_all(message, "tgme_widget_message_photo_wrap"), *_all(message, "tgme_widget_message_video_thumb")]
    found = Capture(
        provider=request.provider,
        id=request.id,
        url=f"https://t.me/{user}/{id}",
        kind="post",
        network="Telegram",
        author=request.author(
            _words(_first(message, "tgme_widget_message_owner_name")), f"@{user}", f"https://t.me/{user}"
        ),
        html=_said(words),
        # Words that come up at a press are kept behind one as well.
        warning=say("embed_spoiler") if words is not None and words.find(".//tg-spoiler") is not None else "",
        sensitive=any("spoiler" in photo.get("class", "") for photo in photos),
        published=moment(next(iter(message.xpath(".//time/@datetime")), "")),
        source=source,
    )
    for photo in photos:
        url = _BACKGROUND.search(photo.get("style", ""))
        moving = "video" in photo.get("class", "")
        if url and (picture := request.picture(url[1], video=moving)):
            found.pictures.append(picture)
    if not found.html and not found.pictures:
        raise WithheldError(say("embed_withheld"))
    return found


def _all(inside: Any, name: str) -> list[Any]:
    return list(inside.xpath(f'.//*[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'))


def _first(inside: Any, name: str) -> Any:
    return next(iter(_all(inside, name)), None)


def _words(element: Any) -> str:
    return text(element.text_content(), 100) if element is not None else ""


def _said(element: Any) -> str:
    if element is None:
        return ""
    # The words stand in a <div> with <br>s; as a paragraph they are what every other post is.
    inner = clean(lxml.html.tostring(element, encoding="unicode", with_tail=False))
    return f"<p>{inner}</p>"
