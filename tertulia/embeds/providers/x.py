"""X, once Twitter.

Two answers, both without a token. The documented one is oEmbed: text, author and date, no pictures
(https://docs.x.com/x-for-websites/oembed-api). The undocumented one is what X's own embedded posts read, with
pictures, the quoted and the answered post; it may change any day, so it is asked once and never relied upon. Its shape
follows the types of vercel/react-tweet, packages/react-tweet/src/api/types (06d919a).
"""

import datetime as dt
import html as entities
import math
import re
from typing import Any

from tertulia.core import lazy_re
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.numbers import number_of
from tertulia.core.sanitise import clean, plain
from tertulia.embeds.providers.request import (
    CaptureRequest,
    escaped,
    markup,
    moment,
    number,
    text,
)
from tertulia.embeds.types import Author, Capture, Choice, Elsewhere, NotFoundError, Part, Quoted, WithheldError

PATTERNS = (
    lazy_re.compile(
        r"https?://(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com/(?:#!/)?(?P<name>\w+|i/web)/status(?:es)?/(?P<id>\d{1,20})(?=[/?#]|$)"
    ),
)
OEMBED = "https://publish.x.com/oembed?url={url}&omit_script=1&dnt=true&lang=en"
SYNDICATION = "https://cdn.syndication.twimg.com/tweet-result?id={id}&lang=en&token={token}"
# Ids since November 2010 hold their moment: milliseconds after this one, in the bits above the 22nd.
# https://docs.x.com/fundamentals/x-ids
_EPOCH_MS = 1_288_834_974_657
_FIRST_DATED_ID = 29_700_000_000
# oEmbed ends a long post so, and then links to it.
_CUT = lazy_re.compile(r"…(?:\s*https?://\S+)?\s*$")
_LONG = 200
# What a stone says of posts that are there for nobody.
_GONE = lazy_re.compile(r"deleted|no longer exists|n[o']t exist", re.IGNORECASE)
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def capture(request: CaptureRequest) -> Capture:
    """Return the post, from whichever of the two answers knows more."""
    id, name = request.parts["id"], request.parts["name"].replace("i/web", "i")
    url = f"https://x.com/{name}/status/{id}"
    gone: NotFoundError | None = None
    known: Any = None
    try:
        known = request.json(OEMBED.format(url=escaped(f"https://twitter.com/{name}/status/{id}")))
    except NotFoundError as error:
        gone = error
    except FetchError:
        pass
    tweet: Any = None
    try:
        tweet = request.json(SYNDICATION.format(id=id, token=token(int(id))))
        knows_more = True
    except FetchError as error:
        knows_more = not isinstance(error, NotFoundError) or isinstance(error, WithheldError)
    if isinstance(tweet, dict) and tweet.get("__typename") == "Tweet" and isinstance(tweet.get("user"), dict):
        return _from_syndication(request, tweet, url)
    if isinstance(known, dict) and isinstance(known.get("html"), str):
        if knows_more and not isinstance(tweet, dict):  # on a better day: pictures, and long posts' ends
            request.missing.append(Part.WORDS)
        return _from_oembed(request, known, url)
    if isinstance(tweet, dict) and tweet.get("__typename") == "TweetTombstone":
        said = text(_tombstone(tweet))
        if _GONE.search(said):
            raise NotFoundError(said)
        # Others stand for posts shown to adults, to followers or to logged-in people only; so does one without a word.
        raise WithheldError(said or say("embed_withheld"))
    if gone:
        raise gone
    raise FetchError(say("embed_odd", network="X"))


def token(id: int) -> str:
    """Return what the undocumented answer wants beside the id: id / 10^15 * pi in base 36, no zeros, no dot."""
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
    """Return the moment that an id holds, "" for the ids of the first years, which hold none."""
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
        sensitive=tweet.get("possibly_sensitive") is True,
        more=_goes_on(tweet),
        lang=text(tweet.get("lang"), 12),
        published=moment(tweet.get("created_at")) or when(int(request.id)),
        # An edited post has a new id, and this says only that there were others before it.
        edits_told=tweet.get("isEdited") is False,
        counts={
            name: number(tweet.get(key))
            for name, key in (("likes", "favorite_count"), ("replies", "conversation_count"))
            if number(tweet.get(key))
        },
        links={link["url"]: link["expanded_url"] for link in _links(tweet)},
        poll=_poll(tweet.get("card")),
        source="syndication",
    )
    avatar = tweet["user"].get("profile_image_url_https")
    who.avatar = request.picture(avatar, width_px=96, part=Part.AVATAR)
    _add_media(request, found, tweet)
    found.quoted = _beside(request, tweet.get("quoted_tweet"))
    found.reply_to = _beside(request, tweet.get("parent"))
    return found


def _add_media(request: CaptureRequest, found: Capture | Quoted, tweet: dict[str, Any]) -> None:
    media = tweet.get("mediaDetails")
    for item in media if isinstance(media, list) else []:
        if not isinstance(item, dict):
            continue
        moving = item.get("type") in ("video", "animated_gif")
        if picture := request.picture(item.get("media_url_https"), item.get("ext_alt_text"), video=moving):
            found.pictures.append(picture)
        elif moving:
            found.elsewhere.append(Elsewhere(kind="video", alt=text(item.get("ext_alt_text"), 1500)))


def _goes_on(tweet: dict[str, Any]) -> bool:
    """Whether the post is a long one, of which this answer tells the beginning only."""
    return tweet.get("note_tweet") is not None and not _note(tweet)


def _note(tweet: dict[str, Any]) -> str:
    """Return the whole words of a long post, where the answer has them: it told only an id in 2025."""
    note: Any = tweet.get("note_tweet")
    for key in ("note_tweet_results", "result"):
        note = note.get(key, note) if isinstance(note, dict) else None
    return note["text"] if isinstance(note, dict) and isinstance(note.get("text"), str) else ""


def _poll(card: Any) -> list[Choice]:
    """
    Return the options of a poll and their votes: "choice1_label", "choice1_count"… of a card "poll2choice_text_only".
    """
    values = card.get("binding_values") if isinstance(card, dict) else None
    if not isinstance(values, dict) or not str(card.get("name")).startswith("poll"):
        return []

    def told(key: str) -> str:
        value = values.get(key)
        return text(value.get("string_value"), 100) if isinstance(value, dict) else ""

    return [
        Choice(title=title, votes=max(number_of(told(f"choice{place}_count"), -1), -1))
        for place in range(1, 5)
        if (title := told(f"choice{place}_label"))
    ]


def _from_oembed(request: CaptureRequest, known: dict[str, Any], url: str) -> Capture:
    """Return the blockquote: <p lang dir>text</p>&mdash; Name (@handle) <a href>Month day, year</a>."""
    quoted = known["html"]
    paragraph = re.search(r"<p\b([^>]*)>(.*?)</p>", quoted, re.DOTALL)
    language = re.search(r'lang="([\w-]+)"', paragraph[1]) if paragraph else None
    author_url = known.get("author_url") if isinstance(known.get("author_url"), str) else ""
    name = re.sub(r"\W", "", (author_url or "").rstrip("/").rpartition("/")[2])[:30]
    # A picture is there only as its pic.twitter.com link, which leads back to the post.
    words = re.sub(r"<a\b[^>]*>pic\.(?:twitter|x)\.com/\w+</a>", "", paragraph[2]) if paragraph else ""
    words = re.sub(r'\?ref_src=[^"]*', "", words)  # X's own mark of where a link was pressed
    plain_words = plain(words)
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
        more=bool(_CUT.search(plain_words)) and len(plain_words) > _LONG,
        lang=language[1] if language else "",
        published=when(int(request.id)) or _day(quoted),
        source="oembed",
        partial=True,
    )


def _day(quoted: str) -> str:
    found = re.search(r">\s*(\w+) (\d{1,2}), (\d{4})\s*</a>", quoted)
    if not found or found[1] not in _MONTHS:
        return ""
    return f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}"


def _words(tweet: dict[str, Any]) -> str:
    told = _note(tweet) or tweet.get("text")
    said = entities.unescape(told) if isinstance(told, str) else ""
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


def _beside(request: CaptureRequest, tweet: Any) -> Quoted | None:
    if not isinstance(tweet, dict) or not str(tweet.get("id_str", "")).isdigit():
        return None
    who = _user(tweet)
    beside = Quoted(
        url=f"https://x.com/{who.handle.removeprefix('@') or 'i'}/status/{tweet['id_str']}",
        author=who,
        html=_words(tweet),
        sensitive=tweet.get("possibly_sensitive") is True,
        more=_goes_on(tweet),
        lang=text(tweet.get("lang"), 12),
        published=moment(tweet.get("created_at")),
        poll=_poll(tweet.get("card")),
    )
    _add_media(request, beside, tweet)
    return beside


def _tombstone(tweet: dict[str, Any]) -> Any:
    stone = tweet.get("tombstone")
    said = stone.get("text") if isinstance(stone, dict) else None
    return said.get("text") if isinstance(said, dict) else said
