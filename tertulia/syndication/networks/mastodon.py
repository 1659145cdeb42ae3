"""Mastodon, and every server that speaks its API (GoToSocial, Pleroma, Akkoma, snac, Friendica…).

API: https://docs.joinmastodon.org/methods/statuses/ and …/media/ and …/instance/ (read 2026-11).

Exactly once: the ``Idempotency-Key`` keeps a repeated request from making a second post, for an hour and on
Mastodon itself; GoToSocial 0.20 and snac2 ignore it. So the own timeline is looked at before anything is sent.
An author is shown all of their own posts, letters to one person included, so each one's visibility is looked at.
"""

import hashlib
import html as entities
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import regex

from tertulia.core import sanitise
from tertulia.core.cuts import count_graphemes
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.core.setting_kinds import address, secret
from tertulia.core.settings import Setting
from tertulia.syndication.networks import pictures, wire
from tertulia.syndication.networks.base import (
    AnswerPlace,
    Attachment,
    Finding,
    Message,
    Network,
    OutcomeUnknownError,
    Refusal,
    RefusedError,
    Remote,
    RetryLaterError,
    Sending,
    handle_on,
)
from tertulia.syndication.networks.sightings import PUBLIC, OwnPost
from tertulia.syndication.summary import Style, links_in

# Used until the server has been asked; https://docs.joinmastodon.org/entities/Instance/ names them. (read 2026-11)
LENGTH = 500
LINK_LENGTH = 23  # every link counts as much, whatever its length: https://docs.joinmastodon.org/user/posting/#links
PICTURES = 4
ALT_LENGTH = 1500
PICTURE_BYTES = 16_777_216
LIMITS_LAST = timedelta(days=1)

# A picture is ready at once or the server answers 202 and goes on working.
MEDIA_LOOKS = 20
MEDIA_PAUSE_SECONDS = 1.5

# The widest first: https://docs.joinmastodon.org/entities/Status/#visibility (read 2026-11)
VISIBILITIES = (PUBLIC, "unlisted", "private", "direct")

PAGE = 40
# Some 2,000 posts back; further than that the answer is "unknown".
PAGES = 50

# What Mastodon says of a post that is not there: https://docs.joinmastodon.org/methods/statuses/#404-not-found
NOT_FOUND = {"error": "Record not found"}
_MENTION_HOST = regex.compile(r"(?<=(?<![\w@])@[\w.-]*\w)@[\w-]+(?:\.[\w-]+)+")


def count(text: str, link_length: int = LINK_LENGTH) -> int:
    """Graphemes, each link as *link_length* and ``@user@host`` as ``@user``."""
    length, at = 0, 0
    for start, end in links_in(text):
        length += count_graphemes(_MENTION_HOST.sub("", text[at:start])) + link_length
        at = end
    return length + count_graphemes(_MENTION_HOST.sub("", text[at:]))


class Mastodon(Network):
    """A Mastodon account."""

    name = "mastodon"
    can_search = True
    threads = True
    pictures = PICTURES
    alt_length = ALT_LENGTH
    warnings = True
    audiences = MappingProxyType({"unlisted": "unlisted", "followers": "private"})
    when_edited = "edit"
    may_answer = True
    about = "Mastodon and compatible servers: Preferences → Development → New application (read, write)."
    colour = "#595aff"
    listener = "tertulia.syndication.networks.listening.mastodon:MastodonListener"
    url = Setting(address, examples=("https://mastodon.example",), required=True)
    token = Setting(secret, required=True)

    def style(self) -> Style:
        limits = self._limits()
        link_length = int(limits.get("link_length", LINK_LENGTH))
        return Style(
            limit=int(limits.get("length", LENGTH)),
            count=lambda text: count(text, link_length),
            tags=4,
            handle=handle_on(self.name),
        )

    def picture_limits(self) -> tuple[int, int]:
        limits = self._limits()
        return (int(limits.get("pictures", PICTURES)), int(limits.get("alt_length", ALT_LENGTH)))

    def refresh_limits(self) -> None:
        """Ask the server for its limits, once a day."""
        read_at = self._limits().get("read_at", "")
        if read_at and self.context.now() - datetime.fromisoformat(read_at) < LIMITS_LAST:
            return
        answer = self._call("GET", "/api/v2/instance", allow=(404,))
        if answer.status == 404:  # servers older than 4.0, and some others
            answer = self._call("GET", "/api/v1/instance")
        found = wire.json_object(answer, self.label).get("configuration") or {}
        statuses, media = found.get("statuses") or {}, found.get("media_attachments") or {}
        known = {
            "length": statuses.get("max_characters"),
            "pictures": statuses.get("max_media_attachments"),
            "link_length": statuses.get("characters_reserved_per_url"),
            "alt_length": media.get("description_limit"),
            "picture_bytes": media.get("image_size_limit"),
        }
        limits = {name: value for name, value in known.items() if isinstance(value, int) and value > 0}
        self.context.memory.set(
            f"{self.name}-{self._account_key()}", limits | {"read_at": self.context.now().isoformat()}
        )

    def publish(self, message: Message, sending: Sending) -> Remote:
        body: dict[str, Any] = {"status": message.text, "language": message.lang, "visibility": message.visibility}
        if message.warning:
            body |= {"spoiler_text": message.warning, "sensitive": True}
        if message.attachments:
            body["media_ids"] = [self._upload(picture) for picture in message.attachments]
        if sending.parent:
            body["in_reply_to_id"] = sending.parent.id
        sending.before_send()
        answer = self._call(
            "POST", "/api/v1/statuses", json=body, headers={"Idempotency-Key": sending.key}, creates=True
        )
        return _remote(wire.json_object(answer, self.label, creates=True))

    def answer_place(self, message: Message) -> AnswerPlace:
        answer = self._get(f"/api/v1/statuses/{quote(message.answers, safe='')}")
        if answer is None:
            raise RefusedError(say("answer_gone", network=self.label), code=Refusal.GONE)
        above = wire.json_object(answer, self.label)
        theirs = str(above.get("visibility") or PUBLIC)
        # A word of another server that we do not know is as narrow as can be.
        widths = {name: at for at, name in enumerate(VISIBILITIES)}
        ours = max(message.visibility, theirs, key=lambda one: widths.get(one, len(widths)))
        visibility = ours if ours in widths else VISIBILITIES[-1]
        return AnswerPlace(Remote(str(above["id"])), Remote(str(above["id"])), visibility)

    def addressed(self, text: str, handle: str) -> str:
        """Who is not named is not told."""
        if not handle or regex.search(rf"(?i)(?<![\w@]){regex.escape(handle)}(?![\w.-]*\w)", text):
            return text
        return f"{handle} {text}"

    def own_posts(self, message: Message, sending: Sending) -> Iterator[OwnPost]:
        for status in self._own_statuses(since=sending.since(message), replies=message.part != "1"):
            yield _own_post(status)

    def edit(self, remote: Remote, message: Message) -> Remote:
        now = wire.json_object(self._call("GET", f"/api/v1/statuses/{remote.id}"), self.label)
        # Pictures that are not named again are taken off, and so is a content warning that the author put there.
        warning = message.warning or now.get("spoiler_text") or ""
        kept = {"spoiler_text": warning, "sensitive": bool(message.warning or now.get("sensitive"))}
        media = [str(item["id"]) for item in now.get("media_attachments", [])]
        body = {"status": message.text, "language": message.lang, "media_ids": media, **kept}
        return _remote(wire.json_object(self._call("PUT", f"/api/v1/statuses/{remote.id}", json=body), self.label))

    def delete(self, remote: Remote) -> None:
        answer = self._call("DELETE", f"/api/v1/statuses/{remote.id}", allow=(404, 410))
        if not answer.ok:
            self._believe(answer)

    def composer(self, message: Message) -> str:
        if self.url:
            return f"{self.url}/share?text={quote(message.text, safe='')}"
        # Mastodon's own page that asks for the reader's server.
        return f"https://share.joinmastodon.org/#text={quote(message.text, safe='')}"

    def check(self) -> list[Finding]:
        answer = self._call("GET", "/api/v1/accounts/verify_credentials")
        account = wire.json_object(answer, self.label)
        self.context.memory.delete(f"{self.name}-{self._account_key()}")
        self.refresh_limits()
        style = self.style()
        return [
            Finding(True, say("doctor_account", account=account.get("acct", "?"))),
            Finding(True, say("doctor_limit", limit=style.limit)),
            *wire.clock(answer, self.context.now()),
        ]

    def _call(self, method: str, path: str, **asked: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token.reveal()}", **asked.pop("headers", {})}
        return wire.call(
            self.context.web,
            method,
            self.url + path,
            network=self.label,
            now=self.context.now,
            renew=say("renew_mastodon", url=self.url, setting=self.setting_name("token")),
            headers=headers,
            **asked,
        )

    def _get(self, path: str) -> Fetched | None:
        """
        Return what is at *path*; None when the server says that there is nothing.

        Raises:
            RetryLaterError: what says so is no server of ours.
        """
        answer: Fetched = self._call("GET", path, allow=(404, 410))
        if answer.ok:
            return answer
        self._believe(answer)
        return None

    def _believe(self, gone: Fetched) -> None:
        """
        Take *gone* for the server's word that something is not there, and not for that of a broken proxy in its place.

        Mastodon has words of its own for it; of who has others, or none as snac2, the account must be there at the
        same time.

        Raises:
            RetryLaterError: it is no word of the server.
        """
        with suppress(FetchError):
            if gone.json() == NOT_FOUND:
                return
        answer = self._call("GET", "/api/v1/accounts/verify_credentials", allow=(403, 404, 410))
        if not (answer.ok and wire.json_object(answer, self.label).get("id")):
            raise RetryLaterError(say("net_garbled", network=self.label))

    def _limits(self) -> dict[str, Any]:
        return self.context.memory.get(f"{self.name}-{self._account_key()}")

    def _account_key(self) -> str:
        """Return a name for this server and key, so that what is remembered is never another account's."""
        both = f"{self.url} {self.token.reveal()}"
        return hashlib.sha256(both.encode()).hexdigest()[:12]

    def _upload(self, picture: Attachment) -> str:
        limits = self._limits()
        data, kind, _size = pictures.load(
            self.context.output, picture, max_bytes=int(limits.get("picture_bytes", PICTURE_BYTES))
        )
        alt = picture.alt[: self.picture_limits()[1]]
        answer = self._call(
            "POST",
            "/api/v2/media",
            data={"description": alt} if alt else None,
            files={"file": (f"picture.{kind.partition('/')[2]}", data, kind)},
        )
        media = wire.json_object(answer, self.label)
        for _look in range(MEDIA_LOOKS):
            if media.get("url") and answer.status == 200:
                return str(media["id"])
            self.context.pause(MEDIA_PAUSE_SECONDS)
            answer = self._call("GET", f"/api/v1/media/{media['id']}")
            media = wire.json_object(answer, self.label)
        raise RetryLaterError(say("net_media", network=self.label), 60.0)

    def _own_statuses(self, *, since: datetime, replies: bool) -> Iterator[dict[str, Any]]:
        """Our own posts of every visibility, newest first, back to *since*; boosts left out."""
        account = wire.json_object(self._call("GET", "/api/v1/accounts/verify_credentials"), self.label)
        asked: dict[str, str | int] = {"limit": PAGE, "exclude_reblogs": "true"}
        if not replies:
            asked["exclude_replies"] = "true"
        for _page in range(PAGES):
            page = self._call("GET", f"/api/v1/accounts/{account['id']}/statuses", params=asked).json()
            if not isinstance(page, list):
                raise RetryLaterError(say("net_garbled", network=self.label))
            fresh = [status for status in page if (parse_moment(status.get("created_at")) or since) >= since]
            yield from (status for status in fresh if not status.get("reblog"))
            if not page or len(fresh) < len(page):  # pinned posts are not mixed in unless asked for
                return
            asked["max_id"] = str(page[-1]["id"])
        raise OutcomeUnknownError(say("net_too_far", network=self.label))


def _remote(status: dict[str, Any]) -> Remote:
    return Remote(id=str(status["id"]), url=str(status.get("url") or status.get("uri") or ""))


def _own_post(status: dict[str, Any]) -> OwnPost:
    content = str(status.get("content", ""))
    said = sanitise.plain(content)
    links = [entities.unescape(href) for href in regex.findall(r'href="([^"]*)"', content)]
    return OwnPost(
        _remote(status),
        said,
        (*links, *(said[start:end] for start, end in links_in(said))),
        visibility=str(status.get("visibility") or PUBLIC),
        answers=str(status.get("in_reply_to_id") or ""),
    )
