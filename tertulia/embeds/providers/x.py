"""X, once Twitter.

Two answers, both without a token. The documented one is oEmbed: text, author and date, no pictures
(https://docs.x.com/x-for-websites/oembed-api). The undocumented one is what X's own embedded posts read, with
pictures, the quoted and the answered post; it may change any day, so it is asked once and never relied upon. Its shape
follows the types of vercel/react-tweet, packages/react-tweet/src/api/types (06d919a).
"""

import contextlib
import datetime as dt
import html as entities
import math
import re
from typing import Any

from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.sanitise import clean
from tertulia.embeds.providers.request import (
    CaptureRequest,
    escaped,
    markup,
    moment,
    number,
    text,
)
from tertulia.embeds.types import Author, Capture, NotFoundError, Quoted, WithheldError

PATTERNS = (
    re.compile(
        r"https?://(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com/(?:#!/)?(?P<name>\w+|i/web)/status(?:es)?/(?P<id>\d+)(?=[/?#]|$)"
    ),
)
OEMBED = "https://publish.x.com/oembed?url={url}&omit_script=1&dnt=true&lang=en"
SYNDICATION = "https://cdn.syndication.twimg.com/tweet-result?id={id}&lang=en&token={token}"
# Ids since November 2010 hold their moment: milliseconds after this one, in the bits above the 22nd.
# https://docs.x.com/fundamentals/x-ids
_EPOCH_MS = 1_288_834_974_657
_FIRST_DATED_ID = 29_700_000_000
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def capture(request: CaptureRequest) -> Capture:
    """The post, from whichever of the two answers knows more."""
    id, name = request.parts["id"], request.parts["name"].replace("i/web", "i")
    url = f"https://x.com/{name}/status/{id}"
    try:
        known: Any = request.json(OEMBED.format(url=escaped(f"https://twitter.com/{name}/status/{id}")))
    except NotFoundError:
        raise
    except FetchError:
        known = None
    tweet: Any = None
    with contextlib.suppress(FetchError):
        tweet = request.json(SYNDICATION.format(id=id, token=token(int(id))))
    if isinstance(tweet, dict) and tweet.get("__typename") == "Tweet" and isinstance(tweet.get("user"), dict):
        return _from_syndication(request, tweet, url)
    if isinstance(known, dict) and isinstance(known.get("html"), str):
        return _from_oembed(request, known, url)
    if isinstance(tweet, dict) and tweet.get("__typename") == "TweetTombstone":
        said = text(_tombstone(tweet))
        # A stone without a word stands for posts shown to adults or logged-in people only.
        raise NotFoundError(said) if said else WithheldError(say("embed_withheld"))
    raise FetchError(say("embed_odd", network="X"))


def token(id: int) -> str:
    """What the undocumented answer wants beside the id: id / 10^15 * pi in base 36, no zeros, no dot."""
    value = id / 1e15 * math.pi
    whole = int(value)
    digits: list[int] = []
    fraction = value - whole
    while whole:
        whole, digit = divmod(whole, 36)
        digits.insert(0, digit)
    for _place in range(11):
        digit = int(fraction * 36)
        fraction = fraction * 36 - digit
        digits.append(digit)
    return "".join("0123456789abcdefghijklmnopqrstuvwxyz"[digit] for digit in digits).replace("0", "") or "1"


def when(id: int) -> str:
    """The moment that an id holds, "" for the ids of the first years, which hold none."""
    if id < _FIRST_DATED_ID:
        return ""
    return dt.datetime.fromtimestamp(((id >> 22) + _EPOCH_MS) // 1000, dt.UTC).isoformat()


def _from_syndication(request: CaptureRequest, tweet: dict[str, Any], url: str) -> Capture:
    who = _user(tweet)
    found = Capture(
        provider=request.provider,
        id=request.id,
        url=f"https://x.com/{who.handle.removeprefix('@')}/status/{request.id}" if who.handle else url,
        kind="post",
        network="X",
        author=who,
        html=_words(tweet),
        lang=text(tweet.get("lang"), 12),
        published=moment(tweet.get("created_at")) or when(int(request.id)),
        counts={
            name: number(tweet.get(key))
            for name, key in (("likes", "favorite_count"), ("replies", "conversation_count"))
            if number(tweet.get(key))
        },
        links={link["url"]: link["expanded_url"] for link in _links(tweet)},
        quoted=_beside(tweet.get("quoted_tweet")),
        reply_to=_beside(tweet.get("parent")),
        source="syndication",
    )
    avatar = tweet["user"].get("profile_image_url_https")
    who.avatar = request.picture(avatar, width_px=96)
    media = tweet.get("mediaDetails")
    for item in media if isinstance(media, list) else []:
        if not isinstance(item, dict):
            continue
        moving = item.get("type") in ("video", "animated_gif")
        if picture := request.picture(item.get("media_url_https"), item.get("ext_alt_text"), video=moving):
            found.pictures.append(picture)
    return found


def _from_oembed(request: CaptureRequest, known: dict[str, Any], url: str) -> Capture:
    """The blockquote: <p lang dir>text</p>&mdash; Name (@handle) <a href>Month day, year</a>."""
    quoted = known["html"]
    paragraph = re.search(r"<p\b([^>]*)>(.*?)</p>", quoted, re.DOTALL)
    language = re.search(r'lang="([\w-]+)"', paragraph[1]) if paragraph else None
    author_url = known.get("author_url") if isinstance(known.get("author_url"), str) else ""
    name = re.sub(r"\W", "", (author_url or "").rstrip("/").rpartition("/")[2])[:30]
    # A picture is there only as its pic.twitter.com link, which leads back to the post.
    words = re.sub(r"<a\b[^>]*>pic\.(?:twitter|x)\.com/\w+</a>", "", paragraph[2]) if paragraph else ""
    words = re.sub(r'\?ref_src=[^"]*', "", words)  # X's own mark of where a link was pressed
    return Capture(
        provider=request.provider,
        id=request.id,
        url=f"https://x.com/{name}/status/{request.id}" if name else url,
        kind="post",
        network="X",
        author=Author(
            name=text(known.get("author_name"), 100), handle=f"@{text(name, 30)}", url=f"https://x.com/{name}"
        ),
        html=clean(f"<p>{words}</p>"),
        lang=language[1] if language else "",
        published=when(int(request.id)) or _day(quoted),
        source="oembed",
    )


def _day(quoted: str) -> str:
    found = re.search(r">\s*(\w+) (\d{1,2}), (\d{4})\s*</a>", quoted)
    if not found or found[1] not in _MONTHS:
        return ""
    return f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}"


def _words(tweet: dict[str, Any]) -> str:
    said = entities.unescape(tweet["text"]) if isinstance(tweet.get("text"), str) else ""
    links = {link["url"]: link["expanded_url"] for link in _links(tweet)}
    links |= {link["url"]: "" for link in _entities(tweet, "media")}
    return markup(said, links)


def _links(tweet: dict[str, Any]) -> list[dict[str, str]]:
    return [link for link in _entities(tweet, "urls") if isinstance(link.get("expanded_url"), str)]


def _entities(tweet: dict[str, Any], kind: str) -> list[dict[str, str]]:
    found = tweet.get("entities")
    items = found.get(kind) if isinstance(found, dict) else None
    return [item for item in items or [] if isinstance(item, dict) and isinstance(item.get("url"), str)]


def _user(tweet: Any) -> Author:
    user = tweet.get("user")
    user = user if isinstance(user, dict) else {}
    handle = re.sub(r"\W", "", text(user.get("screen_name"), 30))
    return Author(
        name=text(user.get("name"), 100) or handle,
        handle=f"@{handle}" if handle else "",
        url=f"https://x.com/{handle}" if handle else "",
    )


def _beside(tweet: Any) -> Quoted | None:
    if not isinstance(tweet, dict) or not str(tweet.get("id_str", "")).isdigit():
        return None
    who = _user(tweet)
    return Quoted(
        url=f"https://x.com/{who.handle.removeprefix('@') or 'i'}/status/{tweet['id_str']}",
        author=who,
        html=_words(tweet),
        lang=text(tweet.get("lang"), 12),
        published=moment(tweet.get("created_at")),
    )


def _tombstone(tweet: dict[str, Any]) -> Any:
    stone = tweet.get("tombstone")
    said = stone.get("text") if isinstance(stone, dict) else None
    return said.get("text") if isinstance(said, dict) else said
