"""Listening on a Facebook FeedPage: https://developers.facebook.com/docs/graph-api/reference/object/comments (v26.0).

Names come only with the permission ``pages_read_user_engagement``; a comment without one is somebody's all the same.
"""

from collections.abc import Sequence
from typing import Any

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.moments import parse_moment
from tertulia.store.said import Author
from tertulia.syndication.networks import graph
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.facebook import Facebook
from tertulia.syndication.networks.listening.answers import dig, listed
from tertulia.syndication.networks.listening.base import (
    Listener,
    RemoteComment,
    Thread,
    as_html,
    name,
    number,
)

PAGE = 100
PAGES = 20
_FIELDS = "id,from,message,created_time,permalink_url,parent{id},like_count,is_hidden"


class FacebookListener(Facebook, Listener):
    """A FeedPage's feed, listening."""

    def thread(self, remote: Remote) -> Thread:
        found = self._call(
            "GET",
            remote.id,
            params={"fields": "reactions.summary(true).limit(0),shares"},
            gone_is_fine=True,
        )
        if not found:
            return Thread()
        liked = found["reactions"]["summary"]["total_count"]
        counts = {"like": number(liked), "repost": number(dig(found, "shares", "count"))}
        asked: dict[str, str | int] = {"fields": _FIELDS, "filter": "stream", "order": "chronological", "limit": PAGE}
        heard: list[RemoteComment] = []
        for _page in range(PAGES):
            page = self._call("GET", f"{remote.id}/comments", params=asked)
            data = listed(page.get("data"))
            heard += self.items.read(data, lambda each: self._comment(each, remote.id))
            if not (after := graph.following(page)):
                break
            asked["after"] = after
        return Thread(tuple(heard), counts)

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        return self.items.ask(ids, self._now)

    def _now(self, number_: str) -> RemoteComment | None:
        answer = self._call("GET", number_, params={"fields": _FIELDS}, gone_is_fine=True)
        return self._comment(answer, "") if answer and answer["id"] else None

    def _comment(self, comment: dict[str, Any], top: str) -> RemoteComment | None:
        words = str(comment.get("message") or "")
        if not words or comment.get("is_hidden"):
            return None
        who = comment.get("from") or {}
        markup = as_html(words)
        own = str(who.get("id", "")) == self.page
        return RemoteComment(
            id=str(comment["id"]),
            kind="reply",
            author=Author(
                network=self.platform,
                identity=str(who.get("id") or f"comment {comment['id']}"),
                name=name(who.get("name"), "Facebook"),
                is_owner=own,
            ),
            is_named=bool(who.get("id")),
            published=parse_moment(comment.get("created_time")) or self.context.now(),
            text=sanitise.plain(markup),
            html=markup,
            url=web_address(comment.get("permalink_url")),
            in_reply_to=str((comment.get("parent") or {}).get("id") or top),
            root=top,
            likes=number(comment.get("like_count")),
        )
