"""Listening on X, where reading is paid for: https://docs.x.com/x-api/users/get-mentions (read 2026-11).

The account's own mentions are the cheapest way to its answers, a tenth of a cent each; each comes with the thread it
stands in (``conversation_id``). Whether something is still there is asked of oEmbed, which costs nothing.
"""

import html as entities
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from tertulia.core import sanitise
from tertulia.core.addresses import web_address
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.store.said import Author, Kind
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import Remote, RetryLaterError
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
from tertulia.syndication.networks.x import X

# Cents of a dollar, https://docs.x.com/x-api/getting-started/pricing (read 2026-11): "owned reads", and user profiles.
OWNED_CENTS = 0.1
USER_CENTS = 1.0
PAGE = 25
# https://x.com/jack/status/20 is there as long as X is: whoever does not know it (a wall, a proxy) knows nothing.
FIRST_POST = "20"
_FIELDS = {
    "tweet.fields": "author_id,conversation_id,created_at,entities,referenced_tweets,public_metrics",
    "expansions": "author_id",
    "user.fields": "name,username,profile_image_url,description,protected",
}


class XListener(X, Listener):
    """An X account, listening."""

    min_interval = timedelta(days=1)
    oembed_url = "https://publish.x.com/oembed"

    def budget_cents(self) -> float:
        return self.read_cents

    def max_cents_per_look(self) -> float:
        return PAGE * (OWNED_CENTS + USER_CENTS)

    def thread(self, remote: Remote) -> Thread:
        """Only how many liked and shared it; answers come with the mentions."""
        answer = self._call("GET", f"/2/tweets/{remote.id}", params={"tweet.fields": "public_metrics"}, allow=(404,))
        found = wire.json_object(answer, self.label).get("data") if answer.ok else None
        if not isinstance(found, dict):
            return Thread()
        liked, shared = (number(dig(found, "public_metrics", f"{what}_count")) for what in ("like", "retweet"))
        return Thread((), {"like": liked, "repost": shared}, OWNED_CENTS)

    def recheck(self, ids: Sequence[str]) -> dict[str, RemoteComment | None]:
        """Those that are gone; X says nothing free about the rest."""
        gone = [one for one, is_gone in self.items.ask(ids, self._gone).items() if is_gone]
        if gone and self._gone(FIRST_POST):
            raise RetryLaterError(say("net_garbled", network=self.label))
        return dict.fromkeys(gone)

    def feeds(self, site: str) -> dict[str, Feed]:
        return {"mentions": self._mentions}

    def _gone(self, number_: str) -> bool:
        url = f"{self.oembed_url}?omit_script=1&dnt=true&url={quote(f'https://x.com/i/status/{number_}', safe='')}"
        answer = wire.call(self.context.web, "GET", url, network=self.label, now=self.context.now, allow=(403, 404))
        return answer.status in (403, 404)  # 403: its author has closed the account to the public

    def _mentions(self, cursor: str) -> FeedPage:
        """
        Return what is new since *cursor*, one page at a time, for each costs.

        X tells the newest first: while there are older pages, the cursor is "since, newest so far, next page".
        """
        since, newest, following = [*cursor.split(), "", "", ""][:3]
        asked: dict[str, str | int] = {"max_results": PAGE, **_FIELDS}
        asked |= {"since_id": since} if since else {}
        asked |= {"pagination_token": following} if following else {}
        answer = wire.json_object(self._call("GET", f"/2/users/{self._me()['id']}/mentions", params=asked), self.label)
        posts = listed(answer.get("data"))
        users = dict(self.items.read(listed(dig(answer, "includes", "users")), lambda each: (str(each["id"]), each)))
        heard = self.items.read(
            reversed(posts), lambda post: self._comment(post, users.get(str(post.get("author_id")), {}))
        )
        latest = str(max([int(newest or since or 0), *(_number_of(post) for post in posts)]))
        cents = len(posts) * OWNED_CENTS + len(users) * USER_CENTS
        further = str(dig(answer, "meta", "next_token") or "")
        # The first time, what was said before is left where it is.
        more = bool(further and since)
        place = f"{since} {latest} {further}" if more else latest if latest != "0" else ""
        return FeedPage(tuple(heard), place, cents, more)

    def _comment(self, post: dict[str, Any], user: dict[str, Any]) -> RemoteComment | None:
        references = [each for each in listed(post.get("referenced_tweets")) if isinstance(each, dict)]
        kinds = {str(each.get("type")): str(each.get("id")) for each in references}
        if not user or user.get("protected") or opted_out(user.get("description")) or "retweeted" in kinds:
            return None
        who = re.sub(r"\W", "", str(user.get("username", "")))
        markup, links = _marked_up(post)
        kind: Kind = "reply" if "replied_to" in kinds else "quote" if "quoted" in kinds else "mention"
        return RemoteComment(
            id=str(post["id"]),
            kind=kind,
            author=Author(
                network=self.platform,
                identity=str(user["id"]),
                name=name(user.get("name"), who),
                handle=f"@{who}",
                url=f"https://x.com/{who}",
                is_owner=str(user["id"]) == str(self._me()["id"]),
            ),
            avatar=web_address(user.get("profile_image_url")),
            published=parse_moment(post.get("created_at")) or self.context.now(),
            text=sanitise.plain(markup),
            html=markup,
            url=f"https://x.com/{who}/status/{post['id']}",
            in_reply_to=kinds.get("replied_to", ""),
            root=str(post.get("conversation_id", "")),
            links=(*links, *([kinds["quoted"]] if "quoted" in kinds else [])),
            likes=number((post.get("public_metrics") or {}).get("like_count")),
        )


def _number_of(post: Any) -> int:
    """Return the number by which X calls a post, larger for newer ones; 0 for what has none."""
    told = str(dig(post, "id"))
    return int(told) if re.fullmatch("[0-9]{1,20}", told) else 0


def _marked_up(post: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the words as HTML, their t.co links written out, and where they lead."""
    text = entities.unescape(str(post.get("text", "")))
    urls = [each for each in listed(dig(post, "entities", "urls")) if isinstance(each, dict)]
    whole = {str(each.get("url")): web_address(each.get("unwound_url") or each.get("expanded_url")) for each in urls}
    parts = re.split(r"(https://t\.co/\w+)", text)
    out = [
        f'<a href="{entities.escape(whole[part])}">{entities.escape(whole[part].split("://", 1)[1])}</a>'
        if whole.get(part)
        else entities.escape(part)
        for part in parts
    ]
    paragraphs = [part.replace("\n", "<br>") for part in re.split(r"\n\s*\n", "".join(out).strip())]
    return sanitise.clean("".join(f"<p>{part}</p>" for part in paragraphs)), [link for link in whole.values() if link]
