"""A Facebook Page. Personal profiles cannot be posted to since August 2018.

API: https://developers.facebook.com/docs/pages-api/posts (read 2026-11, v26.0).

Exactly once: no idempotency key, but the Page's own posts can be listed, so they are looked at before sending.
Facebook draws the card from the page's Open Graph; what we send is text and link.
"""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tertulia.core.cuts import count_graphemes
from tertulia.core.errors import NetworkError
from tertulia.core.languages import say
from tertulia.core.setting_kinds import address, secret, text
from tertulia.core.settings import Setting
from tertulia.syndication.networks import graph
from tertulia.syndication.networks.base import (
    Finding,
    Message,
    Network,
    OutcomeUnknownError,
    Remote,
    Sending,
)
from tertulia.syndication.networks.sightings import PUBLIC, OwnPost
from tertulia.syndication.summary import Style, links_in

LENGTH = 63_206
PAGE = 100
PAGES = 10


class Facebook(Network):
    """A Page's feed."""

    name = "facebook"
    can_search = True
    when_edited = "edit"
    key_days = 0
    about = "Facebook: a Page (profiles cannot be posted to) and its Page token with pages_manage_posts."
    colour = "#0f62d6"
    listener = "tertulia.syndication.networks.listening.facebook:FacebookListener"
    api_url = Setting(address, "https://graph.facebook.com/v26.0")
    page = Setting(text, required=True)
    token = Setting(secret, required=True)

    def style(self) -> Style:
        return Style(limit=LENGTH, count=count_graphemes, tags=2, link=False)

    def publish(self, message: Message, sending: Sending) -> Remote:
        sending.before_send()
        said = {"message": message.text, "link": message.link}
        return _remote(self._call("POST", f"{self.page}/feed", data=said, creates=True)["id"])

    def own_posts(self, message: Message, sending: Sending) -> Iterator[OwnPost]:
        asked: dict[str, str | int] = {
            "fields": "id,message,created_time,is_published,privacy,attachments{unshimmed_url}",
            "since": int(sending.since(message).timestamp()),
            "limit": PAGE,
        }
        for _page in range(PAGES):
            page = self._call("GET", f"{self.page}/posts", params=asked)
            yield from map(_own_post, page.get("data", []))
            if not (after := graph.following(page)):
                return
            asked["after"] = after
        raise OutcomeUnknownError(say("net_too_far", network=self.label))

    def edit(self, remote: Remote, message: Message) -> Remote:
        self._call("POST", remote.id, data={"message": message.text})
        return remote

    def delete(self, remote: Remote) -> None:
        self._call("DELETE", remote.id, gone_is_fine=True)

    def composer(self, message: Message) -> str:
        return f"https://www.facebook.com/sharer/sharer.php?u={quote(message.link, safe='')}"

    def check(self) -> list[Finding]:
        page = self._call("GET", self.page, params={"fields": "name"})
        self._ask_when_the_key_ends()
        return [Finding(True, say("doctor_account", account=page.get("name", "?")))]

    def _ask_when_the_key_ends(self) -> None:
        """https://developers.facebook.com/docs/graph-api/reference/debug_token (read 2026-11); 0 is never."""
        with contextlib.suppress(NetworkError):  # it works, as we have just seen; when it ends is worth a try
            told = self._call("GET", "debug_token", params={"input_token": self.token.reveal()}).get("data")
            ends = (
                [told.get(name) for name in ("expires_at", "data_access_expires_at")] if isinstance(told, dict) else []
            )
            moments = [end for end in ends if isinstance(end, int) and 0 < end < 1e11]
            if ends and (key := self.key_in_use()):
                key.told(datetime.fromtimestamp(min(moments), UTC) if moments else None)

    def _call(self, method: str, path: str, **asked: Any) -> dict[str, Any]:
        return graph.call(
            self.context,
            method,
            f"{self.api_url}/{path}",
            network=self.label,
            token=self.token.reveal(),
            renew=self.advise("renew_facebook"),
            **asked,
        )


def _remote(number: str) -> Remote:
    return Remote(id=number, url=f"https://www.facebook.com/{number}")


def _own_post(post: dict[str, Any]) -> OwnPost:
    said = str(post.get("message", ""))
    cards = [str(each.get("unshimmed_url", "")) for each in post.get("attachments", {}).get("data", [])]
    seen_by = str((post.get("privacy") or {}).get("value") or "EVERYONE").upper()
    is_public = post.get("is_published", True) and seen_by == "EVERYONE"
    return OwnPost(
        _remote(post["id"]),
        said,
        (*cards, *(said[start:end] for start, end in links_in(said))),
        visibility=PUBLIC if is_public else seen_by.lower(),
    )
