"""Bluesky, or any other server of the AT Protocol that keeps ``app.bsky.feed.post`` records.

API: https://docs.bsky.app and the lexicons app.bsky.feed.post, app.bsky.embed.external, com.atproto.repo.putRecord.
(read 2026-11, bluesky-social/atproto@d6296a1; tried on @atproto/pds 0.5.35)

Exactly once: the key of a record is ours to choose, so it is derived from the post (``record_key``) and written with
``swapRecord: null``, "only if there is none": a second attempt names the same record and cannot make another.

Facets (links, mentions, hashtags) are marked by UTF-8 *byte*: "ñ" is two. A link card is ours to fill in: nobody
fetches the page. Where the author's own words hold the address, the picture goes as a picture, with its alt text.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import regex

from tertulia.core.cuts import count_graphemes
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.core.setting_kinds import address, secret, text
from tertulia.core.settings import Setting
from tertulia.syndication.bare_links import bare_links
from tertulia.syndication.networks import pictures, wire
from tertulia.syndication.networks.base import (
    AnswerPlace,
    Attachment,
    Cannot,
    CredentialsExpiredError,
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
from tertulia.syndication.networks.sightings import OwnPost, Sighting
from tertulia.syndication.summary import Style, links_in

# Lexicon app.bsky.feed.post: maxGraphemes 300, maxLength 3000 (bytes). (read 2026-11)
LENGTH = 300
BYTES_A_GRAPHEME = 10
TAG_LENGTH = 64
# Lexicon app.bsky.embed.images: maxLength 4; no limit of "alt" there, the apps' is 2,000. (read 2026-11)
PICTURES = 4
ALT_LENGTH = 2000
THUMB_BYTES = 1_000_000
PICTURE_BYTES = 2_000_000
POST = "app.bsky.feed.post"
PAGE = 100
PAGES = 20

_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
# As RichText of @atproto/api has them, but for what opens before them: "#8M", "#l'Hospitalet", "#C++"; no figures.
_TAG = regex.compile(r"(?<![^\s(«“\"¿¡])[#＃]((?!\ufe0f)[^\s#«»“”\"()\[\]{}<>/\\|,;:!?¿¡…]+)")
_TAG_TAIL = regex.compile(r"\p{P}+$")
_TELLS = regex.compile(r"[^\p{N}\p{P}\s]")
_MENTION = regex.compile(r"(?<![^\s(«“\"])@((?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9])")


def count(text: str) -> int:
    """Graphemes, or tenths of the bytes where those run out first (3000 bytes for 300 graphemes)."""
    return max(count_graphemes(text), -(-len(text.encode()) // BYTES_A_GRAPHEME))


def record_key(date: datetime, key: str) -> str:
    """
    Return the record key of a post: a TID whose time is the post's and whose rest is *key*'s.

    A TID is 53 bits of microseconds and 10 bits of clock name, in 13 letters that sort
    (https://atproto.com/specs/tid). The second is the post's date; microseconds and clock name come from *key*, so
    that two posts of one second do not meet.
    """
    noise = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    micros = int(date.timestamp()) * 1_000_000 + noise % 1_000_000
    number = (max(micros, 0) % (1 << 53)) << 10 | (noise >> 32) % 1024
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


class Bluesky(Network):
    """A Bluesky account, by app password."""

    name = "bluesky"
    can_search = True
    threads = True
    pictures = PICTURES
    alt_length = ALT_LENGTH
    may_answer = True
    when_edited = "leave"  # apps do not show edits, and quotes keep the old text (social-app#673, open in 2026-08)
    about = "Bluesky: Settings → Privacy and security → App passwords."
    colour = "#0a6ad0"
    listener = "tertulia.syndication.networks.listening.bluesky:BlueskyListener"
    url = Setting(address, "https://bsky.social")
    handle = Setting(text, required=True)
    app_password = Setting(secret, required=True)

    def style(self) -> Style:
        return Style(limit=LENGTH, count=count, tags=3, link=False, handle=handle_on(self.name))

    def publish(self, message: Message, sending: Sending) -> Remote:
        record = self._record(message, sending)
        rkey = record_key(message.date, sending.key)
        sending.before_send()
        return self._put(rkey, record, None, creates=True)

    def look(self, message: Message, sending: Sending) -> Sighting | Cannot | None:
        """Return the record under the post's own key, which nobody else would choose, or what the own posts show."""
        there = self._get(record_key(message.date, sending.key))
        return Sighting(there, verbatim=True) if there else super().look(message, sending)

    def answer_place(self, message: Message) -> AnswerPlace:
        """As it is now in the repository of whoever said it: an answer names the version that it answers."""
        did, _, rest = message.answers.removeprefix("at://").partition("/")
        asked = {"repo": did, "collection": POST, "rkey": rest.rpartition("/")[2]}
        answer = self._xrpc("GET", "com.atproto.repo.getRecord", params=asked, absent="RecordNotFound")
        found = answer or self._seen(message.answers)
        if not found:
            raise RefusedError(say("answer_gone", network=self.label), code=Refusal.GONE)
        parent = Remote(found["uri"], extra={"cid": found["cid"]})
        root = (found["value"].get("reply") or {}).get("root")
        return AnswerPlace(parent, Remote(root["uri"], extra={"cid": root["cid"]}) if root else parent)

    def _seen(self, uri: str) -> dict[str, Any] | None:
        """Return a record that our own server does not hold, as the AppView has seen it."""
        query = urlencode({"uris": uri})
        answer = wire.call(
            self.context.web,
            "GET",
            f"{self.settings.bluesky_appview_url}/xrpc/app.bsky.feed.getPosts?{query}",
            network=self.label,
            now=self.context.now,
        )
        posts = wire.json_object(answer, self.label)["posts"]
        return {"uri": posts[0]["uri"], "cid": posts[0]["cid"], "value": posts[0]["record"]} if posts else None

    def edit(self, remote: Remote, message: Message) -> Remote:
        rkey = remote.id.rpartition("/")[2]
        old = self._xrpc("GET", "com.atproto.repo.getRecord", params=self._named(rkey))
        record = self._record(message, Sending(key="")) | {"createdAt": old["value"]["createdAt"]}
        if "reply" in old["value"]:
            record["reply"] = old["value"]["reply"]
        return self._put(rkey, record, old["cid"], creates=False)

    def delete(self, remote: Remote) -> None:
        self._xrpc("POST", "com.atproto.repo.deleteRecord", json=self._named(remote.id.rpartition("/")[2]))

    def card(self, message: Message) -> bool:
        own_picture = message.picture is not None and not message.drawn
        return message.part == "1" and not (message.link in message.text and own_picture)

    def composer(self, message: Message) -> str:
        return f"https://bsky.app/intent/compose?text={quote(_with_link(message), safe='')}"

    def check(self) -> list[Finding]:
        session = self._login()
        return [
            Finding(True, say("doctor_account", account=session["handle"])),
            Finding(True, say("doctor_limit", limit=LENGTH)),
        ]

    # The record

    def _record(self, message: Message, sending: Sending) -> dict[str, Any]:
        record: dict[str, Any] = {
            "$type": POST,
            "text": message.text,
            "langs": [message.lang],
            "createdAt": self.context.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if facets := self._facets(message.text):
            record["facets"] = facets
        if embed := self._embed(message):
            record["embed"] = embed
        if sending.parent and sending.root:
            record["reply"] = {"root": _strong(sending.root), "parent": _strong(sending.parent)}
        return record

    def _facets(self, text: str) -> list[dict[str, Any]]:
        found: list[tuple[int, int, dict[str, str]]] = []
        taken = links_in(text)
        bare = bare_links(text, taken)
        for start, end in (*taken, *bare):
            uri = text[start:end] if (start, end) in taken else f"https://{text[start:end]}"
            found.append((start, end, {"$type": "app.bsky.richtext.facet#link", "uri": uri}))
        taken += bare
        for match in _TAG.finditer(text):
            tag = _TAG_TAIL.sub("", match[1])
            if _TELLS.search(tag) and count_graphemes(tag) <= TAG_LENGTH and not _within(match, taken):
                end = match.start() + 1 + len(tag)
                found.append((match.start(), end, {"$type": "app.bsky.richtext.facet#tag", "tag": tag}))
        for match in _MENTION.finditer(text):
            if not _within(match, taken) and (did := self._did(match[1])):
                found.append((*match.span(), {"$type": "app.bsky.richtext.facet#mention", "did": did}))
        return [
            {
                "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
                "features": [feature],
            }
            for start, end, feature in sorted(found, key=lambda each: each[0])
        ]

    def _did(self, handle: str) -> str:
        """Who *handle* is, or "" when nobody: then it stays plain text."""
        try:
            found = self._xrpc("GET", "com.atproto.identity.resolveHandle", params={"handle": handle})
        except (RefusedError, RetryLaterError):
            return ""
        return str(found.get("did", ""))

    def _embed(self, message: Message) -> dict[str, Any]:
        if message.part != "1":
            return {}
        if not self.card(message) and message.picture:
            return {"$type": "app.bsky.embed.images", "images": [self._image(each) for each in message.attachments]}
        card: dict[str, Any] = {"uri": message.link, "title": message.title, "description": message.description}
        if message.picture:
            data, kind, _size = pictures.load(
                self.context.output, message.picture, max_bytes=THUMB_BYTES, max_side_px=1200
            )
            card["thumb"] = self._blob(data, kind)
        return {"$type": "app.bsky.embed.external", "external": card}

    def _image(self, picture: Attachment) -> dict[str, Any]:
        data, kind, (width, height) = pictures.load(self.context.output, picture, max_bytes=PICTURE_BYTES)
        ratio = {"width": width, "height": height}
        return {"image": self._blob(data, kind), "alt": picture.alt, "aspectRatio": ratio}

    def _blob(self, data: bytes, kind: str) -> dict[str, Any]:
        answer = self._xrpc("POST", "com.atproto.repo.uploadBlob", data=data, headers={"Content-Type": kind})
        return dict(answer["blob"])

    # The repository

    def _named(self, rkey: str) -> dict[str, str]:
        return {"repo": self._session()["did"], "collection": POST, "rkey": rkey}

    def _put(self, rkey: str, record: dict[str, Any], swap: str | None, *, creates: bool) -> Remote:
        body = {**self._named(rkey), "record": record, "swapRecord": swap}
        try:
            answer = self._xrpc("POST", "com.atproto.repo.putRecord", json=body, creates=creates)
        except RefusedError as error:
            there = self._get(rkey) if creates and error.code is Refusal.EXISTS else None
            if there is None:
                raise
            return there
        return self._remote(answer["uri"], answer["cid"])

    def _get(self, rkey: str) -> Remote | None:
        found = self._xrpc("GET", "com.atproto.repo.getRecord", params=self._named(rkey), absent="RecordNotFound")
        return self._remote(found["uri"], found["cid"]) if found else None

    def own_posts(self, message: Message, sending: Sending) -> Iterator[OwnPost]:
        """For when the key is not the one we would choose today: a post's date is part of it, and gets corrected."""
        asked: dict[str, str | int] = {"repo": self._session()["did"], "collection": POST, "limit": PAGE}
        since = sending.since(message)
        for _page in range(PAGES):
            page = self._xrpc("GET", "com.atproto.repo.listRecords", params=asked)
            records = page.get("records", [])
            for record in records:
                yield self._own_post(record)
            # A server may give fewer than were asked for: only one without a cursor is the last page.
            if not (records and page.get("cursor")) or _older(records[-1]["value"], since):
                return
            asked["cursor"] = page["cursor"]
        raise OutcomeUnknownError(say("net_too_far", network=self.label))

    def _own_post(self, record: dict[str, Any]) -> OwnPost:
        value = record["value"]
        answered = ((value.get("reply") or {}).get("parent") or {}).get("uri", "") or ("?" if "reply" in value else "")
        remote = self._remote(record["uri"], record["cid"])
        return OwnPost(remote, str(value.get("text", "")), _links_of(value), answers=answered)

    def _remote(self, uri: str, cid: str) -> Remote:
        who = self._session()["handle"]
        return Remote(id=uri, url=f"https://bsky.app/profile/{who}/post/{uri.rpartition('/')[2]}", extra={"cid": cid})

    # The session: a login may be used for days, and a server allows few of them (30 in 5 minutes, 300 a day)

    def _session(self) -> dict[str, Any]:
        kept = self.context.memory.get(self._memory_name())
        return kept if kept.get("access") else self._login()

    def _memory_name(self) -> str:
        who = f"{self.url} {self.handle}"
        return f"{self.name}-{hashlib.sha256(who.encode()).hexdigest()[:12]}"

    def _login(self) -> dict[str, Any]:
        body = {
            "identifier": self.handle.lstrip("@"),
            "password": self.app_password.reveal(),
        }
        answer = self._call("POST", "com.atproto.server.createSession", json=body)
        return self._keep(wire.json_object(answer, self.label))

    def _refresh(self) -> None:
        refresh = self.context.memory.get(self._memory_name()).get("refresh", "")
        headers = {"Authorization": f"Bearer {refresh}"}
        try:
            answer = self._call("POST", "com.atproto.server.refreshSession", headers=headers)
        except RefusedError:  # used up, or the password was changed: begin anew
            self._login()
        else:
            self._keep(wire.json_object(answer, self.label))

    def _keep(self, session: dict[str, Any]) -> dict[str, Any]:
        kept = {
            "did": session["did"],
            "handle": session["handle"],
            "access": session["accessJwt"],
            "refresh": session["refreshJwt"],
        }
        self.context.memory.set(self._memory_name(), kept)
        return kept

    def _xrpc(self, method: str, name: str, *, absent: str = "", creates: bool = False, **asked: Any) -> dict[str, Any]:
        """One call as the logged-in account; {} when the answer is the error *absent*."""
        given = asked.pop("headers", {})
        answer = None
        for again in (False, True):
            headers = {"Authorization": f"Bearer {self._session()['access']}", **given}
            answer = self._call(method, name, allow=(400, 401), headers=headers, creates=creates, **asked)
            expired = answer.status == 401 or (
                answer.status == 400 and _error(answer) in ("ExpiredToken", "InvalidToken")
            )
            if not expired or again:
                break
            self._refresh()
        assert answer is not None
        if answer.status == 401:
            raise CredentialsExpiredError(
                say("net_expired", network=self.label, words=wire.own_words(answer), renew=self.advise("renew_bluesky"))
            )
        if answer.status == 400:
            error = _error(answer)
            if absent and error == absent:
                return {}
            words = f"{error}: {wire.own_words(answer, lambda body: body['message'])}"
            code = Refusal.EXISTS if error == "InvalidSwap" else Refusal.OTHER
            raise RefusedError(say("net_refused", network=self.label, status=400, words=words), code=code)
        return wire.json_object(answer, self.label, creates=creates) if answer.body else {}

    def _call(self, method: str, name: str, **asked: Any) -> Any:
        url = f"{self.url}/xrpc/{name}"
        return wire.call(
            self.context.web,
            method,
            url,
            network=self.label,
            now=self.context.now,
            renew=self.advise("renew_bluesky"),
            **asked,
        )


def _strong(remote: Remote) -> dict[str, str]:
    return {"uri": remote.id, "cid": remote.extra["cid"]}


def _within(match: Any, spans: list[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end for start, end in spans)


def _with_link(message: Message) -> str:
    return message.text if message.link in message.text else f"{message.text}\n\n{message.link}"


def _links_of(record: dict[str, Any]) -> tuple[str, ...]:
    text = str(record.get("text", ""))
    written = [text[start:end] for start, end in links_in(text)]
    marked = [
        feature["uri"]
        for facet in record.get("facets") or []
        for feature in facet.get("features", [])
        if "uri" in feature
    ]
    embed = record.get("embed") or {}
    cards = [embed.get("external"), (embed.get("media") or {}).get("external")]  # beside a quoted post
    return (*written, *marked, *(card["uri"] for card in cards if card and "uri" in card))


def _older(record: dict[str, Any], since: datetime) -> bool:
    made = parse_moment(record.get("createdAt"))
    return made is not None and made < since - timedelta(days=1)


def _error(answer: Any) -> str:
    try:
        return str(answer.json().get("error", ""))
    except (FetchError, AttributeError):
        return ""
