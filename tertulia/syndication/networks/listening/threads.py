"""Listening on Threads: https://developers.facebook.com/docs/threads/retrieve-and-manage-replies (read 2026-11)."""

from collections.abc import Sequence
from typing import Any

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.moments import parse_moment
from tertulia.store.said import Author
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.listening.base import (
    Heard,
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
        heard = Heard()
        for _page in range(PAGES):
            page = self._call("GET", f"{remote.id}/conversation", params=asked, gone_is_fine=True)
            heard.take(page.get("data", []), lambda each: self._comment(each, remote.id))
            after = page.get("paging", {}).get("cursors", {}).get("after")
            if len(page.get("data", [])) < PAGE or not after:
                break
            asked["after"] = after
        return Thread(tuple(heard.comments), self._counts(remote.id), odd=heard.odd)

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        found: dict[str, RemoteComment | None] = {}
        for one in ids:
            answer = self._call("GET", one, params={"fields": _FIELDS}, gone_is_fine=True)
            found[one] = self._comment(answer, "") if answer else None
        return found

    def _counts(self, media: str) -> dict[str, int]:
        answer = self._call("GET", f"{media}/insights", params={"metric": "likes,reposts"}, gone_is_fine=True)
        told = {}
        for each in answer.get("data", []):
            values = each.get("values") or [each.get("total_value") or {}]
            told[each.get("name")] = number(values[0].get("value"))
        return {"like": told.get("likes", 0), "repost": told.get("reposts", 0)}

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
                network=self.name,
                identity=who or f"reply {reply['id']}",
                name=name(who, "Threads"),
                handle=f"@{who}" if who else "",
                url=f"https://www.threads.com/@{who}" if who else "",
                is_owner=bool(reply.get("is_reply_owned_by_me")),
            ),
            published=parse_moment(reply.get("timestamp")) or self.context.now(),
            text=sanitise.plain(markup),
            html=markup,
            url=web_address(reply.get("permalink")),
            in_reply_to=str((reply.get("replied_to") or {}).get("id") or top),
            root=top,
        )
