"""Listening on Mastodon and its kin: https://docs.joinmastodon.org/methods/statuses/#context (read 2026-11).

Without a token a server tells 60 answers, 20 deep; with one, 4096. It knows only those that reached it; since 4.5 it
fetches the missing ones when asked, and says in ``Mastodon-Async-Refresh`` when to ask again.
"""

import re
from collections.abc import Sequence
from functools import partial
from html import escape, unescape
from typing import Any
from urllib.parse import quote

from tertulia.core import sanitise
from tertulia.core.addresses import host_of, site_of, split_address, web_address
from tertulia.core.moments import parse_moment
from tertulia.embeds.providers.mastodon import QUOTE_FALLBACK
from tertulia.store.said import Author, Kind
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.listening.answers import dig, listed
from tertulia.syndication.networks.listening.base import (
    Feed,
    FeedPage,
    Listener,
    RemoteComment,
    Thread,
    name,
    number,
    opted_out,
)
from tertulia.syndication.networks.mastodon import Mastodon

PAGE = 40
PAGES = 10
# How often a server may ask us to come back for answers that it is fetching.
REFRESHES = 2
LONGEST_REFRESH_SECONDS = 10.0

_REFRESH = re.compile(r'retry\s*=\s*"?(\d+)')
_HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>', re.IGNORECASE)
_STATUS = re.compile(r"/(?:@[\w.@-]+|users/[\w.-]+/statuses|notice)/(?:statuses/)?([A-Za-z0-9]{2,40})/?$")


class MastodonListener(Mastodon, Listener):
    """A Mastodon account, listening."""

    def thread(self, remote: Remote) -> Thread:
        answer = self._get(f"/api/v1/statuses/{_safe(remote.id)}")
        if answer is None:
            return Thread()
        status = wire.json_object(answer, self.label)
        if not status.get("id"):
            raise KeyError("id")
        below = self._below(remote.id)
        found = self.items.read(below, self._comment)
        if status.get("quotes_count"):
            found += self.items.read(self._quotes(remote.id), partial(self._comment, kind="quote"))
        counts = {"like": number(status.get("favourites_count")), "repost": number(status.get("reblogs_count"))}
        unlisted = sum(dig(each, "visibility") == "unlisted" for each in below)
        return Thread(tuple(found), counts, unlisted=unlisted)

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        return self.items.ask(ids, self._now)

    def _now(self, number_: str) -> RemoteComment | None:
        answer = self._get(f"/api/v1/statuses/{_safe(number_)}")
        return self._told(wire.json_object(answer, self.label)) if answer else None

    def _told(self, status: dict[str, Any]) -> RemoteComment | None:
        """Return a status that came by itself, whatever it is: only one that says so is no longer public."""
        if not (status.get("id") and status.get("visibility")):
            raise KeyError("visibility")
        return self._comment(status, "reply" if status.get("in_reply_to_id") else _kind(status))

    def feeds(self, site: str) -> dict[str, Feed]:
        return {"mentions": self._mentions}

    def fetch_by_url(self, url: str) -> RemoteComment | None:
        """Any server's post by its address, asked of our own server, which fetches it: so its ids are ours."""
        if not _STATUS.search(split_address(url).path):
            return None
        answer = self._call("GET", "/api/v2/search", params={"q": url, "resolve": "true", "type": "statuses"})
        found = listed(wire.json_object(answer, self.label).get("statuses"))
        return self._told(found[0]) if found else None

    def _below(self, number_: str) -> list[Any]:
        answer = self._call("GET", f"/api/v1/statuses/{_safe(number_)}/context", allow=(404,))
        for _again in range(REFRESHES):
            retry = _REFRESH.search(answer.headers.get("mastodon-async-refresh", ""))
            if not retry:
                break
            self.context.pause(min(float(retry[1]), LONGEST_REFRESH_SECONDS))
            answer = self._call("GET", f"/api/v1/statuses/{_safe(number_)}/context", allow=(404,))
        return listed(wire.json_object(answer, self.label).get("descendants")) if answer.ok else []

    def _quotes(self, number_: str) -> list[Any]:
        answer = self._call(
            "GET", f"/api/v1/statuses/{_safe(number_)}/quotes", params={"limit": PAGE}, allow=(403, 404)
        )
        return listed(answer.json()) if answer.ok else []

    def _mentions(self, cursor: str) -> FeedPage:
        """Notifications of mentions, oldest first; the first time only the newest page."""
        found: list[Any] = []
        asked: dict[str, str | int] = {"types[]": "mention", "limit": PAGE}
        if cursor:
            asked["min_id"] = cursor
        for _page in range(PAGES if cursor else 1):
            page = listed(self._call("GET", "/api/v1/notifications", params=asked, allow=(403, 404)).json())
            found += reversed(page)
            newest = next((one for one in map(_id, page) if one), "")
            if len(page) < PAGE or not newest:
                break
            asked["min_id"] = newest
        heard = self.items.read(found, lambda each: self._told(each["status"]) if each.get("status") else None)
        return FeedPage(tuple(heard), next((one for one in map(_id, reversed(found)) if one), cursor))

    def _comment(self, status: dict[str, Any], kind: Kind = "reply") -> RemoteComment | None:
        account = status.get("account")
        if status.get("visibility") != "public" or not isinstance(account, dict) or status.get("reblog"):
            return None
        if (
            account.get("noindex") is True
            or account.get("limited")
            or opted_out(account.get("note"), *_fields(account))
        ):
            return None
        content = QUOTE_FALLBACK.sub("", str(status.get("content", "")))
        markup = sanitise.clean(content)
        warning = sanitise.one_line(str(status.get("spoiler_text") or ""), 200)
        if warning:
            markup = sanitise.clean(f"<details><summary>{escape(warning)}</summary>{markup}</details>")
        card = status.get("card") if isinstance(status.get("card"), dict) else {}
        links = [unescape(href) for href in _HREF.findall(content)] + [str((card or {}).get("url", ""))]
        return RemoteComment(
            id=str(status["id"]),
            kind=kind,
            author=self._author(account),
            avatar=web_address(account.get("avatar_static") or account.get("avatar")),
            published=parse_moment(status.get("created_at")) or self.context.now(),
            edited=parse_moment(status.get("edited_at")),
            text=sanitise.plain(markup),
            html=markup,
            url=web_address(status.get("url")) or web_address(status.get("uri")),
            in_reply_to=str(status.get("in_reply_to_id") or ""),
            links=tuple(dict.fromkeys(link for link in map(web_address, links) if link)),
            likes=number(status.get("favourites_count")),
        )

    def _author(self, account: dict[str, Any]) -> Author:
        acct = sanitise.one_line(str(account.get("acct", "")), 120)
        # A local account's handle lacks its server.
        handle = acct if "@" in acct else f"{acct}@{host_of(self.url)}"
        url, uri = web_address(account.get("url")), web_address(account.get("uri"))
        # Where an account lives is its server's word; a page on another host is what somebody wrote of themselves.
        url = url if not uri or site_of(uri) == site_of(url) else uri
        return Author(
            network=self.platform,
            identity=url or str(account.get("url") or account.get("uri") or handle),
            name=name(account.get("display_name"), account.get("username")),
            handle=f"@{handle}",
            url=url,
            is_owner=str(account.get("id")) == self._own_id(),
            links=_verified(account),
        )

    def _own_id(self) -> str:
        kept = self.context.memory.get(f"{self.name}-{self._account_key()}-me")
        if not kept:
            account = wire.json_object(self._call("GET", "/api/v1/accounts/verify_credentials"), self.label)
            kept = {"id": str(account["id"])}
            self.context.memory.set(f"{self.name}-{self._account_key()}-me", kept)
        return str(kept["id"])


def _verified(account: dict[str, Any]) -> tuple[str, ...] | None:
    """
    Return the pages that link back to a profile, as our own server has seen for itself; None where nothing is told of
    them.

    https://docs.joinmastodon.org/entities/Account/#verified_at (read 2026-11)
    """
    fields = account.get("fields")
    if not isinstance(fields, list):
        return None
    values = [str(dig(one, "value") or "") for one in fields if dig(one, "verified_at")]
    return tuple(filter(None, (web_address(unescape(found[1])) for value in values if (found := _HREF.search(value)))))


def _id(notification: Any) -> str:
    told = dig(notification, "id")
    return str(told) if isinstance(told, str | int) else ""


def _kind(status: dict[str, Any]) -> Kind:
    return "quote" if status.get("quote") else "mention"


def _fields(account: dict[str, Any]) -> list[str]:
    """Return the profile's own rows, where some write what they want."""
    rows = account.get("fields") or []
    return [str(row.get(part, "")) for row in rows if isinstance(row, dict) for part in ("name", "value")]


def _safe(number_: str) -> str:
    return quote(number_, safe="")
