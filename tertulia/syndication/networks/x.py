"""X (formerly Twitter), by its API v2 with OAuth 1.0a keys of one account.

API: https://docs.x.com/x-api/posts/create-post, …/media/upload-media, …/users/get-posts. (read 2026-11, docs@2871328)

Exactly once: X refuses a text that is word for word the last one, and the own timeline can be read; so it is looked
at before sending, which costs a tenth of a cent per post read. There is no free tier: every post is paid for.

Counting follows twitter-text v3 (https://github.com/twitter/twitter-text, config/v3.json): most Latin letters weigh 1,
"…", "€" and everything from other scripts 2, an emoji 2 however it is joined, every link 23, on the text in NFC.
"""

import html
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import regex
from requests_oauthlib import OAuth1

from tertulia.core.languages import say
from tertulia.core.setting_kinds import address, number, secret
from tertulia.core.settings import Setting
from tertulia.core.text import graphemes
from tertulia.syndication.bare_links import bare_links
from tertulia.syndication.networks import pictures, wire
from tertulia.syndication.networks.base import (
    Attachment,
    Finding,
    Message,
    Network,
    OutcomeUnknownError,
    Refusal,
    RefusedError,
    Remote,
    Sending,
    handle_on,
)
from tertulia.syndication.networks.sightings import OwnPost, Sighting
from tertulia.syndication.summary import Style, links_in

LENGTH = 280
LINK_LENGTH = 23
PICTURE_BYTES = 5_000_000
PICTURES = 4  # https://docs.x.com/x-api/posts/create-post, "media_ids" (read 2026-11)
ALT_LENGTH = 1000
PAGE = 100
PAGES = 5

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\ufe0f?\u20e3")


def count(text: str) -> int:
    """How long X says that *text* is."""
    text = unicodedata.normalize("NFC", text)
    length, at = 0, 0
    for start, end in _links(text):
        length += sum(_weight(each) for each in graphemes(text[at:start])) + LINK_LENGTH
        at = end
    return length + sum(_weight(each) for each in graphemes(text[at:]))


def _links(text: str) -> list[tuple[int, int]]:
    whole = links_in(text)
    return sorted([*whole, *bare_links(text, whole)])


def _weight(grapheme: str) -> int:
    if _EMOJI.search(grapheme) and (len(grapheme) > 1 or ord(grapheme) > 0x2000):
        return 2
    return sum(1 if any(low <= ord(mark) <= high for low, high in _LIGHT) else 2 for mark in grapheme)


class X(Network):
    """An X account."""

    name = "x"
    can_search = True
    threads = True
    pictures = PICTURES
    alt_length = ALT_LENGTH
    no_answer = "no_answer_x"
    when_edited = "leave"  # only Premium may edit, and for an hour
    about = 'X: no free tier; a post with a link costs $0.20 (April 2026). "announce --dry-run" shows the price.'
    colour = "#444"
    listener = "tertulia.syndication.networks.listening.x:XListener"
    api_url = Setting(address, "https://api.x.com")
    consumer_key = Setting(secret, required=True)
    consumer_secret = Setting(secret, required=True)
    access_token = Setting(secret, required=True)
    access_secret = Setting(secret, required=True)
    # In cents of a dollar, in force since 2026-04-20: https://docs.x.com/x-api/getting-started/pricing (read 2026-11)
    post_cents = Setting(
        number,
        "1.5",
        about="What X charges for a post, one with a link, an alternative text (April 2026);"
        " it only changes what is shown.",
    )
    link_cents = Setting(number, "20")
    alt_cents = Setting(number, "0.5")
    read_cents = Setting(
        number,
        "100",
        about='Most that "collect" may spend a month on reading answers there, in cents of a dollar; 0 reads nothing.',
    )

    def style(self) -> Style:
        return Style(limit=LENGTH, count=count, tags=2, handle=handle_on(self.name))

    def publish(self, message: Message, sending: Sending) -> Remote:
        body: dict[str, Any] = {"text": message.text}
        if message.picture:
            body["media"] = {"media_ids": [self._upload(picture) for picture in message.attachments]}
        if sending.parent:
            body["reply"] = {"in_reply_to_tweet_id": sending.parent.id}
        who = self._me()["username"]
        sending.before_send()
        try:
            answer = self._call("POST", "/2/tweets", json=body, creates=True)
        except RefusedError as error:
            found = self.look(message, sending) if error.code is Refusal.DUPLICATE else None
            if not isinstance(found, Sighting) or not found.verbatim:
                raise
            return found.remote
        return _remote(wire.json_object(answer, self.label, creates=True)["data"]["id"], who)

    def own_posts(self, message: Message, sending: Sending) -> Iterator[OwnPost]:
        me = self._me()
        asked: dict[str, str | int] = {
            "max_results": PAGE,
            "start_time": _stamp(sending.since(message)),
            "exclude": "retweets",
            "tweet.fields": "entities,created_at,text,referenced_tweets",
        }
        for _page in range(PAGES):
            page = wire.json_object(self._call("GET", f"/2/users/{me['id']}/tweets", params=asked), self.label)
            for post in page.get("data") or []:
                yield _own_post(post, who=me["username"], written=message.text)
            following = (page.get("meta") or {}).get("next_token")
            if not following:
                return
            asked["pagination_token"] = following
        raise OutcomeUnknownError(say("net_too_far", network=self.label))

    def delete(self, remote: Remote) -> None:
        self._call("DELETE", f"/2/tweets/{remote.id}")  # of what is gone already it says "deleted": false

    def price_cents(self, message: Message) -> float:
        cents = self.link_cents if _links(message.text) else self.post_cents
        return cents + self.alt_cents * sum(bool(picture.alt) for picture in message.attachments)

    def composer(self, message: Message) -> str:
        below = f"&in_reply_to={message.answers}" if message.answers.isdecimal() else ""
        return f"https://x.com/intent/post?text={quote(message.text, safe='')}{below}"

    def check(self) -> list[Finding]:
        self.context.memory.delete(self.name)
        answer = self._call("GET", "/2/users/me")
        account = wire.json_object(answer, self.label)["data"]["username"]
        price = self.advise("doctor_price", post=f"{self.post_cents:g}", link=f"{self.link_cents:g}")
        return [
            Finding(True, say("doctor_account", account=f"@{account}")),
            Finding(True, price),
            *wire.clock(answer, self.context.now()),
        ]

    def _me(self) -> dict[str, str]:
        kept = self.context.memory.get(self.name)
        token = self.access_token.reveal().partition("-")[0]  # an access token begins with the account's id
        if kept.get("token_of") != token:
            kept = {**wire.json_object(self._call("GET", "/2/users/me"), self.label)["data"], "token_of": token}
            self.context.memory.set(self.name, kept)
        return kept

    def _upload(self, picture: Attachment) -> str:
        data, kind, _size = pictures.load(self.context.output, picture, max_bytes=PICTURE_BYTES)
        answer = self._call(
            "POST",
            "/2/media/upload",
            data={"media_category": "tweet_image"},
            files={"media": (f"picture.{kind.partition('/')[2]}", data, kind)},
        )
        number = str(wire.json_object(answer, self.label)["data"]["id"])
        if picture.alt:
            alt = {"id": number, "metadata": {"alt_text": {"text": picture.alt[:ALT_LENGTH]}}}
            self._call("POST", "/2/media/metadata", json=alt)
        return number

    def _call(self, method: str, path: str, **asked: Any) -> Any:
        return wire.call(
            self.context.web,
            method,
            self.api_url + path,
            network=self.label,
            now=self.context.now,
            renew=self.advise("renew_x"),
            words=_words,
            refusal=_refusal,
            auth=OAuth1(
                self.consumer_key.reveal(),
                self.consumer_secret.reveal(),
                self.access_token.reveal(),
                self.access_secret.reveal(),
            ),
            **asked,
        )


def _all_words(body: Any) -> list[str]:
    """
    Return what X says is wrong, the cause first: the outer "detail" is the same for every request that it will not
    have.
    """
    errors = body.get("errors")
    inner = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = (inner.get("message"), inner.get("detail"), body.get("detail"), body.get("title"))
    return [words for words in said if isinstance(words, str) and words]


def _words(body: Any) -> str:
    return next(iter(_all_words(body)), "")


def _refusal(body: Any) -> Refusal:
    """X gives no code of its own for this, only words; they are theirs, in English whoever asks."""
    told = any("duplicate content" in words.lower() for words in _all_words(body))
    return Refusal.DUPLICATE if told else Refusal.OTHER


def _remote(number: Any, who: str) -> Remote:
    return Remote(id=str(number), url=f"https://x.com/{who}/status/{number}")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _own_post(post: dict[str, Any], *, who: str, written: str) -> OwnPost:
    """
    *post* with X's short links written out, as far as X tells.

    Args:
        written: What we look for: an address that stands bare in it ("elpais.com/espana") is shown bare.
    """
    text, links, hidden = html.unescape(str(post.get("text", ""))), [], False
    for url in (post.get("entities") or {}).get("urls") or []:
        known = [str(url[name]) for name in ("unwound_url", "expanded_url", "display_url") if url.get(name)]
        links += known
        hidden = hidden or not known
        text = text.replace(url["url"], next((each for each in reversed(known) if each in written), ""))
    answered = [each for each in post.get("referenced_tweets") or [] if each.get("type") == "replied_to"]
    return OwnPost(
        _remote(post["id"], who),
        text,
        None if hidden else tuple(links),
        answers=str(answered[0]["id"]) if answered else "",
    )
