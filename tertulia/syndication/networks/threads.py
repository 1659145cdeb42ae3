"""Threads, Meta's.

API: https://developers.facebook.com/docs/threads/posts and …/threads/reference (read 2026-11).

A post is made in two steps: a container, which nobody sees, then its publication. Meta fetches pictures by address,
so the site must be public first. Exactly once: no idempotency key, but the own posts can be listed and are looked at.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import regex

from tertulia.core.errors import NetworkError
from tertulia.core.languages import say
from tertulia.core.setting_kinds import address, secret, text
from tertulia.core.settings import Setting
from tertulia.core.text import graphemes
from tertulia.syndication.networks import graph
from tertulia.syndication.networks.base import (
    Attachment,
    Finding,
    Message,
    Network,
    OutcomeUnknownError,
    RefusedError,
    Remote,
    RetryLaterError,
    Sending,
    handle_on,
)
from tertulia.syndication.networks.expiry import KeyInUse
from tertulia.syndication.networks.sightings import OwnPost
from tertulia.syndication.summary import Style, links_in

LENGTH = 500
# A carousel: https://developers.facebook.com/docs/threads/posts#carousel-posts (read 2026-11)
PICTURES = 20
ALT_LENGTH = 1000
PAGE = 100
PAGES = 10
# "Query a container's status once per minute, for no more than 5 minutes"; most are ready at once.
LOOKS = 10
LOOK_SECONDS = 6.0
KEY_DAYS = 60
RENEWED_AFTER_DAYS = 7

_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")


def count(text: str) -> int:
    """Characters, where an emoji counts as its UTF-8 bytes: "👩‍👧" is 11."""
    return sum(
        len(each.encode()) if _EMOJI.search(each) and not each.isascii() else len(each) for each in graphemes(text)
    )


class Threads(Network):
    """A Threads account."""

    name = "threads"
    can_search = True
    threads = True
    pictures = PICTURES
    alt_length = ALT_LENGTH
    key_days = KEY_DAYS
    when_edited = "leave"  # no way to edit
    about = "Threads: user id and a long-lived token (60 days)."
    colour = "#555"
    listener = "tertulia.syndication.networks.listening.threads:ThreadsListener"
    api_url = Setting(address, "https://graph.threads.net/v1.0")
    user = Setting(text, required=True)
    token = Setting(secret, required=True)

    def style(self) -> Style:
        return Style(limit=LENGTH, count=count, tags=1, handle=handle_on(self.name))  # one topic a post is all it takes

    def publish(self, message: Message, sending: Sending) -> Remote:
        said = {"media_type": "TEXT", "text": message.text}
        if message.more:
            said |= {"media_type": "CAROUSEL", "children": ",".join(map(self._item, message.attachments))}
        elif message.picture:
            said |= _image(message.picture)
        if sending.parent:
            said["reply_to_id"] = sending.parent.id
        container = self._call("POST", f"{self.user}/threads", data=said)["id"]
        if message.picture:
            self._await(container)
        sending.before_send()
        made = self._call("POST", f"{self.user}/threads_publish", data={"creation_id": container}, creates=True)
        return Remote(id=made["id"], url=self._address(made["id"]))

    def own_posts(self, message: Message, sending: Sending) -> Iterator[OwnPost]:
        asked: dict[str, str | int] = {
            "fields": "id,permalink,text,timestamp,link_attachment_url,replied_to",
            "since": int(sending.since(message).timestamp()),
            "limit": PAGE,
        }
        place = "threads" if message.part == "1" else "replies"
        for _page in range(PAGES):
            page = self._call("GET", f"{self.user}/{place}", params=asked)
            yield from map(_own_post, page.get("data", []))
            if not (after := graph.following(page)):
                return
            asked["after"] = after
        raise OutcomeUnknownError(say("net_too_far", network=self.label))

    def delete(self, remote: Remote) -> None:
        self._call("DELETE", remote.id, gone_is_fine=True)

    def composer(self, message: Message) -> str:
        return f"https://www.threads.com/intent/post?text={quote(message.text, safe='')}"

    def check(self) -> list[Finding]:
        account = self._call("GET", self.user, params={"fields": "username"}).get("username", "?")
        return [Finding(True, say("doctor_account", account=f"@{account}"))]

    def key_in_use(self) -> KeyInUse:
        return KeyInUse(self.context.memory, self.name, self.token, KEY_DAYS, self.context.now)

    def renew_key(self) -> None:
        """
        Once a week: a long-lived key that is a day old and has not ended gives another one of sixty days.

        https://developers.facebook.com/docs/threads/get-started/long-lived-tokens (read 2026-11)
        """
        key = self.key_in_use()
        left = key.days_left()
        if left is None or not 0 <= left <= KEY_DAYS - RENEWED_AFTER_DAYS:
            return
        base = re.sub(r"/v[\d.]+$", "", self.api_url)
        given = self._ask("GET", f"{base}/refresh_access_token", params={"grant_type": "th_refresh_token"})
        token, seconds = given.get("access_token"), given.get("expires_in")
        if isinstance(token, str) and token and isinstance(seconds, int | float) and 0 < seconds < 1e8:
            key.renewed(token, seconds)

    def _item(self, picture: Attachment) -> str:
        """Return a picture of a carousel: a container of its own, seen by nobody."""
        item = str(
            self._call("POST", f"{self.user}/threads", data=_image(picture) | {"is_carousel_item": "true"})["id"]
        )
        self._await(item)
        return item

    def _await(self, container: str) -> None:
        for _look in range(LOOKS):
            status = self._call("GET", container, params={"fields": "status,error_message"})
            if status.get("status") == "FINISHED":
                return
            if status.get("status") in ("ERROR", "EXPIRED"):
                words = status.get("error_message", status["status"])
                raise RefusedError(say("net_refused", network=self.label, status=400, words=words))
            self.context.pause(LOOK_SECONDS)
        raise RetryLaterError(say("net_media", network=self.label), 60.0)

    def _address(self, number: str) -> str:
        try:
            return str(self._call("GET", number, params={"fields": "permalink"}).get("permalink", ""))
        except NetworkError:  # it is published all the same
            return ""

    def _call(self, method: str, path: str, **asked: Any) -> dict[str, Any]:
        return self._ask(method, f"{self.api_url}/{path}", **asked)

    def _ask(self, method: str, url: str, **asked: Any) -> dict[str, Any]:
        return graph.call(
            self.context,
            method,
            url,
            network=self.label,
            token=self.key_in_use().value().reveal(),
            renew=self.advise("renew_threads"),
            **asked,
        )


def _image(picture: Attachment) -> dict[str, str]:
    said = {"media_type": "IMAGE", "image_url": picture.url}
    return said | ({"alt_text": picture.alt[:ALT_LENGTH]} if picture.alt else {})


def _own_post(post: dict[str, Any]) -> OwnPost:
    said, card = str(post.get("text", "")), post.get("link_attachment_url")
    links = (*(said[start:end] for start, end in links_in(said)), *([str(card)] if card else []))
    remote = Remote(id=post["id"], url=post.get("permalink", ""))
    return OwnPost(remote, said, links, answers=str((post.get("replied_to") or {}).get("id") or ""))
