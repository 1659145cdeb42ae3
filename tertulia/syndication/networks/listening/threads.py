"""Listening on Threads: https://developers.facebook.com/docs/threads/retrieve-and-manage-replies (read 2026-11)."""

from collections.abc import Sequence
from typing import Any

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.moments import parse_moment
from tertulia.store.said import Author
from tertulia.syndication.networks import graph
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.listening.answers import listed
from tertulia.syndication.networks.listening.base import (
    Listener,
    RemoteComment,
    Thread,
    as_html,
    name,
    number,
)
from tertulia.syndication.networks.threads import Threads

PAGE = 100
PAGES = 20
_FIELDS = "id,text,username,permalink,timestamp,replied_to{id},is_reply_owned_by_me,hide_status"
_HIDDEN = ("HIDDEN", "COVERED", "BLOCKED", "RESTRICTED")


class ThreadsListener(Threads, Listener):
    """A Threads account, listening."""

    def thread(self, remote: Remote) -> Thread:
        asked: dict[str, str | int] = {"fields": _FIELDS, "reverse": "false", "limit": PAGE}
        heard: list[RemoteComment] = []
        for _page in range(PAGES):
            page = self._call("GET", f"{remote.id}/conversation", params=asked, gone_is_fine=True)
            data = listed(page.get("data"))
            heard += self.items.read(data, lambda each: self._comment(each, remote.id))
            if not (after := graph.following(page)):
                break
            asked["after"] = after
        return Thread(tuple(heard), self._counts(remote.id))

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        return self.items.ask(ids, self._now)

    def _now(self, number_: str) -> RemoteComment | None:
        answer = self._call("GET", number_, params={"fields": _FIELDS}, gone_is_fine=True)
        return self._comment(answer, "") if answer and answer["id"] else None

    def _counts(self, media: str) -> dict[str, int]:
        answer = self._call("GET", f"{media}/insights", params={"metric": "likes,reposts"}, gone_is_fine=True)
        told = dict(self.items.read(listed(answer.get("data")), _metric))
        return {kind: told[name] for kind, name in (("like", "likes"), ("repost", "reposts")) if name in told}

    def _comment(self, reply: dict[str, Any], top: str) -> RemoteComment | None:
        words = str(reply.get("text") or "")
        if not words or reply.get("hide_status") in _HIDDEN:
            return None
        who = sanitise.one_line(str(reply.get("username", "")), 60)
        markup = as_html(words)
        return RemoteComment(
            id=str(reply["id"]),
            kind="reply",
            author=Author(
                network=self.platform,
                identity=who or f"reply {reply['id']}",
                name=name(who, "Threads"),
                handle=f"@{who}" if who else "",
                url=f"https://www.threads.com/@{who}" if who else "",
                is_owner=bool(reply.get("is_reply_owned_by_me")),
            ),
            is_named=bool(who),
            published=parse_moment(reply.get("timestamp")) or self.context.now(),
            text=sanitise.plain(markup),
            html=markup,
            url=web_address(reply.get("permalink")),
            in_reply_to=str((reply.get("replied_to") or {}).get("id") or top),
            root=top,
        )


def _metric(told: dict[str, Any]) -> tuple[str, int]:
    values = told.get("values") or [told.get("total_value") or {}]
    return str(told["name"]), number(values[0].get("value"))
