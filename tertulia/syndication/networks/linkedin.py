"""LinkedIn, as a person or as an organisation's page.

API: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api and …/images-api;
"little text": …/shares/little-text-format. (read 2026-11)

Exactly once: there is no idempotency key. An organisation's posts can be listed, so they are looked at; a person's
cannot (r_member_social is not given to everybody), so what was lost on the way waits for a person.

LinkedIn fetches nothing: title, description and picture of the card are sent. In little text fourteen signs have a
meaning, and a text with one of them bare is cut there without a word; each is escaped.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import regex

from tertulia.core.languages import say
from tertulia.core.setting_kinds import address, month_version, secret, text
from tertulia.core.settings import Setting
from tertulia.syndication.networks import pictures, wire
from tertulia.syndication.networks.base import (
    CANNOT,
    Cannot,
    Finding,
    Message,
    Network,
    NetworkContext,
    Refusal,
    RefusedError,
    Remote,
    Sending,
)
from tertulia.syndication.networks.expiry import WARN_DAYS
from tertulia.syndication.networks.sightings import OwnPost
from tertulia.syndication.summary import Style, links_in

LENGTH = 3000
PICTURE_BYTES = 8_000_000
PAGE = 50

# https://learn.microsoft.com/linkedin/marketing/versioning (read 2026-11)
_NO_VERSION = ("NONEXISTENT_VERSION", "VERSION_MISSING")

_RESERVED = regex.compile(r"[\\|{}\[\]()<>#@*_~]")
_HASHTAG = regex.compile(r"(?<![\w#])#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)")

_MARKED_TAG = regex.compile(r"\{hashtag\|\\?#\|([^}]*)\}")  # as it comes back, too
_ESCAPED = regex.compile(r"\\([\\|{}\[\]()<>#@*_~])")


def little_text(text: str) -> str:
    """*text* as LinkedIn wants it: hashtags marked, every other reserved sign escaped, links left alone."""
    marks = [(start, end, text[start:end]) for start, end in links_in(text)]
    for match in _HASHTAG.finditer(text):
        if not any(start <= match.start() < end for start, end, _mark in marks):
            marks.append((*match.span(), "{hashtag|\\#|" + match[1].replace("_", "\\_") + "}"))
    written, at = "", 0
    for start, end, mark in sorted(marks):
        written += _RESERVED.sub(r"\\\g<0>", text[at:start]) + mark
        at = end
    return written + _RESERVED.sub(r"\\\g<0>", text[at:])


def count(text: str) -> int:
    """Return the length of what is sent, escapes included: documented is only "3,000 characters"."""
    return len(little_text(text))


class LinkedIn(Network):
    """A member's or an organisation's posts."""

    name = "linkedin"
    can_search = False
    pictures = 1  # in the card
    key_days = 60
    when_edited = "edit"
    about = "LinkedIn: a token with w_member_social (person) or w_organization_social. Each version lives about a year."
    colour = "#0a66c2"
    api_url = Setting(address, "https://api.linkedin.com")
    token = Setting(secret, required=True)
    author = Setting(text, examples=("urn:li:person:",), required=True)
    # The calendar is on the "LinkedIn Marketing API versioning" page. (read 2026-11)
    version = Setting(month_version, "202610")

    def __init__(self, context: NetworkContext) -> None:
        super().__init__(context)
        self.can_search = ":organization:" in self.author

    def style(self) -> Style:
        return Style(limit=LENGTH, count=count, tags=3, link=False)

    def publish(self, message: Message, sending: Sending) -> Remote:
        article = {"source": message.link, "title": message.title}
        if message.description:
            article["description"] = message.description
        if message.picture:
            article["thumbnail"] = self._upload(message)
            if message.picture.alt:
                article["thumbnailAltText"] = message.picture.alt
        body = {
            "author": self.author,
            "commentary": little_text(message.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "content": {"article": article},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        sending.before_send()
        answer = self._call("POST", "/rest/posts", json=body, creates=True)
        return _remote(answer.headers["x-restli-id"])

    def own_posts(self, message: Message, sending: Sending) -> Iterator[OwnPost] | Cannot:
        """Return the organisation's; a person's posts cannot be listed."""
        return self._organisation_posts(sending.since(message)) if self.can_search else CANNOT

    def _organisation_posts(self, since: datetime) -> Iterator[OwnPost]:
        asked: dict[str, str | int] = {
            "q": "author",
            "author": self.author,
            "count": PAGE,
            "start": 0,
            "sortBy": "CREATED",
        }
        while True:
            answer = self._call("GET", "/rest/posts", params=asked, headers={"X-RestLi-Method": "FINDER"})
            elements = wire.json_object(answer, self.label).get("elements") or []
            for post in elements:
                yield _own_post(post)
            if len(elements) < PAGE or elements[-1].get("createdAt", 0) < since.timestamp() * 1000:
                return
            asked["start"] = int(asked["start"]) + PAGE

    def edit(self, remote: Remote, message: Message) -> Remote:
        patch = {"patch": {"$set": {"commentary": little_text(message.text)}}}
        headers = {"X-RestLi-Method": "PARTIAL_UPDATE"}
        self._call("POST", f"/rest/posts/{quote(remote.id, safe='')}", json=patch, headers=headers)
        return remote

    def delete(self, remote: Remote) -> None:
        headers = {"X-RestLi-Method": "DELETE"}
        # What is gone already is no 404: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api
        self._call("DELETE", f"/rest/posts/{quote(remote.id, safe='')}", headers=headers)

    def card(self, message: Message) -> bool:
        return True

    def composer(self, message: Message) -> str:
        return f"https://www.linkedin.com/sharing/share-offsite/?url={quote(message.link, safe='')}"

    def check(self) -> list[Finding]:
        # Only keys with the scope "openid" may ask who they are; without it a 403 says that the key itself is good.
        answer = self._call("GET", "/v2/userinfo", allow=(403,))
        account = self.author if answer.status == 403 else wire.json_object(answer, self.label).get("name")
        return [
            Finding(True, say("doctor_account", account=account)),
            Finding(True, say("doctor_version", version=self.version)),
        ]

    def key_findings(self) -> list[Finding]:
        """Return the key's end, and the version's: it appeared in the month that is its name, and lives a year."""
        year, month = int(self.version[:4]), int(self.version[4:6])
        ends = date(year + 1, month, 1)
        if ends - self.context.now().date() > timedelta(days=WARN_DAYS):
            return super().key_findings()
        return [
            *super().key_findings(),
            Finding(False, self.advise("linkedin_version_ends", version=self.version, date=ends)),
        ]

    def _upload(self, message: Message) -> str:
        assert message.picture
        data, kind, _size = pictures.load(self.context.output, message.picture, max_bytes=PICTURE_BYTES)
        owner = {"initializeUploadRequest": {"owner": self.author}}
        answer = self._call("POST", "/rest/images", params={"action": "initializeUpload"}, json=owner)
        place = wire.json_object(answer, self.label)["value"]
        self._ask("PUT", place["uploadUrl"], data=data, headers={"Content-Type": kind})
        return str(place["image"])

    def _call(self, method: str, path: str, **asked: Any) -> Any:
        return self._ask(method, self.api_url + path, **asked)

    def _ask(self, method: str, url: str, **asked: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token.reveal()}",
            "LinkedIn-Version": self.version,
            "X-Restli-Protocol-Version": "2.0.0",
            **asked.pop("headers", {}),
        }
        try:
            return wire.call(
                self.context.web,
                method,
                url,
                network=self.label,
                now=self.context.now,
                renew=self.advise("renew_linkedin"),
                refusal=_refusal,
                headers=headers,
                **asked,
            )
        except RefusedError as error:
            if error.code is Refusal.VERSION_RETIRED:
                raise RefusedError(self.advise("linkedin_version", version=self.version), code=error.code) from None
            raise


def _refusal(body: Any) -> Refusal:
    """Each version is retired about a year after it appeared; then every request is answered so."""
    return Refusal.VERSION_RETIRED if body["code"] in _NO_VERSION else Refusal.OTHER


def _remote(urn: str) -> Remote:
    return Remote(id=urn, url=f"https://www.linkedin.com/feed/update/{urn}/")


def _own_post(post: dict[str, Any]) -> OwnPost:
    said = _ESCAPED.sub(r"\1", _MARKED_TAG.sub(r"#\1", str(post.get("commentary") or "")))
    card = ((post.get("content") or {}).get("article") or {}).get("source")
    written = (said[start:end] for start, end in links_in(said))
    visibility = str(post.get("visibility") or "PUBLIC").lower()
    return OwnPost(_remote(post["id"]), said, (*written, *([card] if card else [])), visibility=visibility)
