"""Listening on Bluesky: the AppView tells what is public to anybody, without a key (read 2026-11).

https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread, …-get-quotes, …-search-posts, and the account's own
notifications and blocks through its server. Who asks by label not to be shown to people without an account is not
shown; nor is what the author of the thread has hidden, nor anybody whom the account blocks.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.moments import parse_moment
from tertulia.embeds.richtext import HIDING, WARNING, labels, marked_up
from tertulia.store.said import Author, Kind
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import RefusedError, Remote
from tertulia.syndication.networks.bluesky import POST, Bluesky
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

DEPTH = 100  # of answers to answers; the lexicon allows 1000, and no page shows them
PAGE = 100
PAGES = 10
AT_ONCE = 25  # posts or profiles in one question, by the lexicons
_ADDRESS = re.compile(r"https?://(?:www\.)?bsky\.app/profile/([\w.:%-]+)/post/([A-Za-z0-9]+)/?$")


class BlueskyListener(Bluesky, Listener):
    """A Bluesky account, listening."""

    def thread(self, remote: Remote) -> Thread:
        answer = self._view("app.bsky.feed.getPostThread", uri=remote.id, depth=DEPTH, parentHeight=0)
        top = dig(answer, "thread")
        post = dig(top, "post")
        if not isinstance(post, dict):
            return Thread()
        gate = dig(answer, "threadgate") or dig(post, "threadgate")
        hidden = {str(uri) for uri in listed(dig(gate, "record", "hiddenReplies"))}
        said: list[tuple[Any, Kind]] = [(each, "reply") for each in _below(top, hidden)]
        if post.get("quoteCount"):
            said += [(each, "quote") for each in self._quotes(remote.id)]
        counts = {"like": number(post.get("likeCount")), "repost": number(post.get("repostCount"))}
        return Thread(tuple(self._all(said)), counts)

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        found: dict[str, RemoteComment | None] = dict.fromkeys(ids)
        for start in range(0, len(ids), AT_ONCE):
            answer = self._view("app.bsky.feed.getPosts", uris=ids[start : start + AT_ONCE])
            posts = listed(dig(answer, "posts"))
            found.update({heard.id: heard for heard in self._all([(each, _kind(each)) for each in posts])})
            # What was answered and could not be read is not gone; it may be any, where it has no name.
            is_told = isinstance(dig(answer, "posts"), list)
            is_vague = not is_told or any(not isinstance(dig(each, "uri"), str) for each in posts)
            for one in ids[start : start + AT_ONCE]:
                if found[one] is None and (is_vague or one in self.items.odd):
                    del found[one]
        return found

    def feeds(self, site: str) -> dict[str, Feed]:
        mentions: dict[str, Feed] = {"mentions": self._mentions}
        if self.name != self.platform:  # the first account asks everybody already who links the site
            return mentions
        return mentions | {"links": lambda cursor: self._links(site, cursor)}

    def fetch_by_url(self, url: str) -> RemoteComment | None:
        match = _ADDRESS.match(url)
        if not match:
            return None
        uri = f"at://{match[1]}/{POST}/{match[2]}"
        answer = self._view("app.bsky.feed.getPostThread", uri=uri, depth=0, parentHeight=0)
        post = dig(answer, "thread", "post")
        return next(iter(self._all([(post, _kind(post))])), None) if isinstance(post, dict) else None

    def _quotes(self, uri: str) -> Iterator[Any]:
        cursor = ""
        for _page in range(PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = self._view("app.bsky.feed.getQuotes", uri=uri, limit=PAGE, **more) or {}
            yield from listed(answer.get("posts"))
            cursor = str(answer.get("cursor") or "")
            if not cursor:
                return

    def _mentions(self, cursor: str) -> FeedPage:
        """Return posts that name or quote the account, or answer it, since the moment *cursor*."""
        uris: list[str] = []
        newest, after = cursor, ""
        for _page in range(PAGES):
            asked: dict[str, str | int] = {"limit": PAGE} | ({"cursor": after} if after else {})
            answer = self._xrpc("GET", "app.bsky.notification.listNotifications", params=asked)
            seen = listed(answer.get("notifications"))
            fresh = [each for each in seen if not "" < _indexed(each) <= cursor]
            uris += self.items.read(fresh, _spoken)
            newest = max([newest, *map(_indexed, fresh)])
            after = str(answer.get("cursor") or "")
            if len(fresh) < len(seen) or not after or not cursor:
                break
        heard = [one for one in self.recheck(uris).values() if one]
        return FeedPage(tuple(sorted(heard, key=lambda one: one.published)), newest)

    def _links(self, site: str, cursor: str) -> FeedPage:
        """Return posts that link to *site*, since the moment *cursor*."""
        host = re.sub(r"^https?://|/.*$", "", site)
        asked: dict[str, str | int] = {"q": host, "domain": host, "sort": "latest", "limit": PAGE}
        if cursor:
            asked["since"] = cursor
        posts: list[Any] = []
        for _page in range(PAGES if cursor else 1):
            try:
                answer = self._xrpc("GET", "app.bsky.feed.searchPosts", params=asked)
            except RefusedError:  # a server that does not search
                return FeedPage((), cursor)
            posts += listed(answer.get("posts"))
            if not answer.get("cursor"):
                break
            asked["cursor"] = str(answer["cursor"])
        newest = max([cursor, *map(_indexed, posts)])
        heard = self._all([(each, _kind(each)) for each in posts])
        return FeedPage(tuple(sorted(heard, key=lambda one: one.published)), newest)

    # Asking

    def _view(self, method: str, **asked: Any) -> dict[str, Any] | None:
        """Return a public question to the AppView; None when what was asked for is not there."""
        query = urlencode(asked, doseq=True, quote_via=quote)
        answer = wire.call(
            self.context.web,
            "GET",
            f"{self.settings.bluesky_appview_url}/xrpc/{method}?{query}",
            network=self.label,
            now=self.context.now,
            allow=(400, 404),
        )
        return wire.json_object(answer, self.label) if answer.ok else None

    def _all(self, said: Sequence[tuple[Any, Kind]]) -> list[RemoteComment]:
        """Return what may be shown of *said*."""
        profiles = self._profiles({str(post["author"]["did"]) for post, _ in said if _is_post(post)})
        blocked = self._blocked() if said else set()

        def read(one: tuple[Any, Kind]) -> RemoteComment | None:
            post, kind = one
            if not _is_post(post):
                raise TypeError("no post")
            did = str(post["author"]["did"])
            is_out = did in blocked or _hidden(post, profiles.get(did, {}))
            return None if is_out else self._comment(post, kind)

        return self.items.read(said, read)

    def _profiles(self, dids: set[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        asked = sorted(dids)
        for start in range(0, len(asked), AT_ONCE):
            answer = self._view("app.bsky.actor.getProfiles", actors=asked[start : start + AT_ONCE]) or {}
            found.update(self.items.read(listed(answer.get("profiles")), lambda each: (str(each["did"]), each)))
        return found

    def _blocked(self) -> set[str]:
        """Whom the account blocks: public records of its own."""
        asked: dict[str, str | int] = {
            "repo": self._session()["did"],
            "collection": "app.bsky.graph.block",
            "limit": PAGE,
        }
        found: set[str] = set()
        for _page in range(PAGES):
            answer = self._xrpc("GET", "com.atproto.repo.listRecords", params=asked)
            records = listed(answer.get("records"))
            found |= {str(dig(each, "value", "subject")) for each in records}
            if not (records and answer.get("cursor")):
                break
            asked["cursor"] = str(answer["cursor"])
        return found

    def _comment(self, post: dict[str, Any], kind: Kind) -> RemoteComment:
        who, record = post["author"], post["record"]
        handle = sanitise.one_line(str(who.get("handle", "")), 120)
        # "handle.invalid": an account whose handle does not prove itself.
        shown = handle if handle and handle != "handle.invalid" else str(who["did"])
        markup = marked_up(record["text"], record.get("facets"))
        reply = record.get("reply") or {}
        return RemoteComment(
            id=str(post["uri"]),
            kind=kind,
            author=Author(
                network=self.platform,
                identity=str(who["did"]),
                name=name(who.get("displayName"), handle),
                handle=f"@{handle}" if shown == handle else "",
                url=f"https://bsky.app/profile/{quote(shown, safe=':.-')}",
                is_owner=who["did"] == self._session()["did"],
            ),
            avatar=web_address(who.get("avatar")),
            published=parse_moment(record.get("createdAt")) or self.context.now(),
            seen=parse_moment(post.get("indexedAt")),
            text=sanitise.plain(markup),
            html=markup,
            url=f"https://bsky.app/profile/{quote(shown, safe=':.-')}/post/{str(post['uri']).rpartition('/')[2]}",
            in_reply_to=str((reply.get("parent") or {}).get("uri", "")),
            root=str((reply.get("root") or {}).get("uri", "")),
            links=tuple(_addresses(record)),
            likes=number(post.get("likeCount")),
        )


def _below(top: Any, hidden: set[str]) -> Iterator[Any]:
    """Every answer, those above before those below; what is hidden, blocked or gone is left out with all below it."""
    waiting = list(reversed(listed(dig(top, "replies"))))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            yield node  # odd, and told where it is read
        elif "post" in node and str(dig(node, "post", "uri")) not in hidden:
            yield node["post"]
            waiting += reversed(listed(node.get("replies")))


def _indexed(told: Any) -> str:
    """Return the moment by which the AppView orders things; "" where there is none."""
    moment = dig(told, "indexedAt")
    return moment if isinstance(moment, str) and parse_moment(moment) else ""


def _spoken(notification: dict[str, Any]) -> str | None:
    """Return the address of the post in which somebody named, answered or quoted the account."""
    return str(notification["uri"]) if notification.get("reason") in ("mention", "reply", "quote") else None


def _is_post(post: Any) -> bool:
    return (
        isinstance(post, dict)
        and isinstance(post.get("author"), dict)
        and bool(post["author"].get("did"))
        and isinstance(post.get("record"), dict)
        and isinstance(post["record"].get("text"), str)
    )


def _hidden(post: dict[str, Any], profile: dict[str, Any]) -> bool:
    told = labels(post, post["author"], profile, post["record"])
    return bool((HIDING | WARNING) & told) or opted_out(profile.get("description"), profile.get("displayName"))


def _kind(post: dict[str, Any]) -> Kind:
    if dig(post, "record", "reply"):
        return "reply"
    return "quote" if dig(post, "record", "embed", "record") else "mention"


def _addresses(record: dict[str, Any]) -> Iterator[str]:
    """Where a post leads: links in its text and its card; and, as at:// addresses, what it quotes."""
    for facet in record.get("facets") or []:
        for feature in (facet.get("features") or []) if isinstance(facet, dict) else []:
            if isinstance(feature, dict) and (found := web_address(feature.get("uri"))):
                yield found
    embed = record.get("embed") or {}
    card = (embed.get("external") or (embed.get("media") or {}).get("external") or {}).get("uri")
    if found := web_address(card):
        yield found
    quoted = embed.get("record") or {}
    uri = quoted.get("uri") or (quoted.get("record") or {}).get("uri")
    if isinstance(uri, str):
        yield uri
