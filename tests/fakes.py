"""Networks that behave, and misbehave on demand: small HTTP servers on 127.0.0.1, one class a network.

A fake keeps what was made public in ``public``, in order. ``fail_next("drop after")`` makes the next request that
creates something go wrong in that way; everything else goes on working.
"""

import base64
import hmac
import json
import os
import re
import socket
import socketserver
import ssl
import threading
from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from tertulia.core.fetch import MAX_BYTES

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
CERTIFICATE = Path(__file__).with_name("examples") / "mail-server.pem"

# What can be wrong with an answer. "before": the server did nothing; "after": it acted, and the line dropped.
FAULTS = (
    "429",
    "503 retry",
    "500",
    "500 after",
    "401",
    "422",
    "drop before",
    "drop after",
    "garbled after",
    "huge after",
)


class Fake:
    """One server; subclasses say what it answers."""

    name = ""
    faults_known = FAULTS
    # What a post of ``public`` says that is for one reader, or answers one; nothing where everybody may read all.
    to_one: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.public: list[dict[str, Any]] = []
        self.deleted: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        self.faults: deque[str] = deque()
        self.lock = threading.RLock()
        self.on_created: Any = lambda: None  # called when something was made public, before the answer
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail_next(self, *faults: str) -> None:
        self.faults.extend(faults)

    # What subclasses say

    def environ(self) -> dict[str, str]:
        """The settings that lead to this server."""
        raise NotImplementedError

    def creates(self, method: str, path: str) -> bool:
        """Whether this request makes something public."""
        raise NotImplementedError

    def answer(self, method: str, path: str, asked: "Asked") -> Any:
        """(status, JSON or text[, headers])."""
        raise NotImplementedError

    def alts(self) -> list[str]:
        """Alternative texts of pictures that are public."""
        return [alt for post in self.public for alt in post.get("alts", [])]

    def expired(self) -> Any:
        """How this network says that the key is no longer good."""
        return 401, {"error": "The access token is invalid"}

    def refusal(self) -> Any:
        """How this network says that it will not have this."""
        return 422, {"error": "Validation failed: Text is not to our liking"}


class Asked:
    """A request's query, headers and body."""

    def __init__(self, query: dict[str, str], headers: Any, body: bytes) -> None:
        self.query, self.headers, self.body = query, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    @property
    def form(self) -> dict[str, Any]:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + self.body)
            parts = {}
            for part in message.get_payload():
                name = part.get_param("name", header="content-disposition")
                data = part.get_payload(decode=True)
                parts[name] = data if part.get_filename() else data.decode()
            return parts
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = unquote(parts.path)
            asked = Asked(query, self.headers, body)
            with fake.lock:
                fake.requests.append((self.command, path))
                creating = fake.creates(self.command, path)
                fault = fake.faults.popleft() if creating and fake.faults else ""
                if fault == "drop before":
                    return self.drop()
                said = _failure(fake, fault)
                if said is None:
                    said = fake.answer(self.command, path, asked)
                    if creating and said[0] < 300:
                        fake.on_created()
                if fault == "drop after":
                    return self.drop()
                if fault == "500 after":
                    said = 500, {"error": "Something went wrong"}
                if fault == "garbled after":
                    said = 200, "<html>?"
                if fault == "huge after":
                    said = 200, "x" * (MAX_BYTES + 1)
            return self.send(*said)

        def send(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
            data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")  # as RFC 9112, section 9.6 wants it said
            self.end_headers()
            self.wfile.write(data)

        def drop(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

        def date_time_string(self, timestamp: Any = None) -> str:
            return format_datetime(NOW, usegmt=True)

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler


def _failure(fake: Fake, fault: str) -> Any:
    if fault == "401":
        return fake.expired()
    if fault == "422":
        return fake.refusal()
    return {
        "429": (429, {"error": "Too many requests"}, {"Retry-After": "90"}),
        "503 retry": (503, {"error": "Down for maintenance"}, {"Retry-After": "120"}),
        "500": (500, {"error": "Something went wrong"}),
    }.get(fault)


class FakeMastodon(Fake):
    """A Mastodon-API server; ``honours_key = False`` for those that ignore the Idempotency-Key."""

    name = "mastodon"
    to_one: ClassVar = {"visibility": "direct"}
    honours_key = True
    length = 500
    most_pictures = 4

    def __init__(self) -> None:
        super().__init__()
        self.media: dict[str, str] = {}
        self.keys: dict[str, dict[str, Any]] = {}

    def environ(self) -> dict[str, str]:
        return {"MASTODON_URL": self.url, "MASTODON_TOKEN": "mastodon-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/api/v1/statuses")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if path == "/api/v2/instance":
            statuses = {"max_characters": self.length, "characters_reserved_per_url": 23}
            statuses["max_media_attachments"] = self.most_pictures
            return 200, {"configuration": {"statuses": statuses, "media_attachments": {"description_limit": 1500}}}
        if asked.headers.get("Authorization") != "Bearer mastodon-secret-token":
            return self.expired()
        if path == "/api/v1/accounts/verify_credentials":
            return 200, {"id": "7", "acct": "bitacora"}
        if path == "/api/v1/accounts/7/statuses":
            return 200, self._page(asked.query)
        if path == "/api/v2/media":
            number = str(len(self.media) + 1)
            self.media[number] = asked.form.get("description", "")
            return 202, {"id": number, "url": None}
        if path.startswith("/api/v1/media/"):
            return 200, {"id": path.rpartition("/")[2], "url": f"{self.url}/media"}
        if path == "/api/v1/statuses":
            return self._post(asked)
        found = next((post for post in self.public if post["id"] == path.rpartition("/")[2]), None)
        if found is None:
            return 404, {"error": "Record not found"}
        if method == "DELETE":
            self.public.remove(found)
            self.deleted.append(found)
        if method == "PUT":
            found.update(text=asked.json["status"], content=_as_html(asked.json["status"]))
            found.update(spoiler_text=asked.json.get("spoiler_text", ""), sensitive=asked.json.get("sensitive", False))
        return 200, found

    def by_hand(self, text: str, link: str, visibility: str = "public") -> None:
        """The owner writes *text* and *link* in the network's own app."""
        self._post(Asked({}, {}, json.dumps({"status": f"{text} {link}", "visibility": visibility}).encode()))

    def _page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        posts = [post for post in reversed(self.public) if int(post["id"]) < int(query.get("max_id", "999999999"))]
        if query.get("exclude_replies") == "true":
            posts = [post for post in posts if not post["in_reply_to_id"]]
        return posts[: int(query.get("limit", 20))]

    def _post(self, asked: Asked) -> Any:
        key = asked.headers.get("Idempotency-Key", "")
        if key and self.honours_key and key in self.keys:
            return 200, self.keys[key]
        body = asked.json
        number = str(len(self.public) + len(self.deleted) + 1000)
        media = body.get("media_ids") or []
        post = {
            "id": number,
            "url": f"{self.url}/@bitacora/{number}",
            "created_at": NOW.isoformat().replace("+00:00", "Z"),
            "text": body["status"],
            "visibility": body.get("visibility", "public"),
            "spoiler_text": body.get("spoiler_text", ""),
            "content": _as_html(body["status"]),
            "language": body.get("language"),
            "in_reply_to_id": body.get("in_reply_to_id"),
            "media_attachments": [{"id": each, "description": self.media[each]} for each in media],
            "alts": [self.media[each] for each in media],
        }
        self.public.append(post)
        self.keys[key] = post
        return 200, post


def _as_html(text: str) -> str:
    """Text as Mastodon shows it: long links shortened by hidden spans, mentions without their host."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(
        r"https?://(\S+)",
        lambda m: (
            f'<a href="{m[0]}"><span class="invisible">https://</span><span class="ellipsis">{m[1][:20]}</span>'
            f'<span class="invisible">{m[1][20:]}</span></a>'
        ),
        text,
    )
    text = re.sub(
        r"(?<![\w/@])@(\w+)@[\w.-]+\w", r'<span class="h-card"><a href="https://x">@<span>\1</span></a></span>', text
    )
    return "".join(f"<p>{part}</p>" for part in text.replace("\n\n", "\0").replace("\n", "<br />").split("\0"))


class FakeBluesky(Fake):
    """A PDS with one account; every login and access token lives for ``token_life`` requests."""

    name = "bluesky"
    did = "did:plc:abcdefghijklmnop"

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[str, Any]] = {}
        self.tokens = {"access-0"}
        self.logins = 0
        self.refreshes = 0

    def environ(self) -> dict[str, str]:
        return {
            "BLUESKY_URL": self.url,
            "BLUESKY_HANDLE": "bitacora.test",
            "BLUESKY_APP_PASSWORD": "bluesky-secret-pass",
        }

    def creates(self, method: str, path: str) -> bool:
        return path == "/xrpc/com.atproto.repo.putRecord"

    def expired(self) -> Any:
        self.tokens.clear()
        self.broken = True
        return 400, {"error": "ExpiredToken", "message": "Token has expired"}

    def refusal(self) -> Any:
        return 400, {"error": "InvalidRequest", "message": "Record/text must not be to our dislike"}

    broken = False  # the app password was taken back

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        name = path.removeprefix("/xrpc/")
        if name in ("com.atproto.server.createSession", "com.atproto.server.refreshSession"):
            if self.broken:
                return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            self.logins += name.endswith("createSession")
            self.refreshes += name.endswith("refreshSession")
            token = f"access-{self.logins}-{self.refreshes}"
            self.tokens = {token}
            return 200, {"did": self.did, "handle": "bitacora.test", "accessJwt": token, "refreshJwt": "refresh-secret"}
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 400, {"error": "ExpiredToken", "message": "Token has expired"}
        return getattr(self, name.rpartition(".")[2])(asked)

    def uploadBlob(self, asked: Asked) -> Any:
        kind, size = asked.headers["Content-Type"], len(asked.body)
        return 200, {"blob": {"$type": "blob", "ref": {"$link": f"bafy{size}"}, "mimeType": kind, "size": size}}

    def resolveHandle(self, asked: Asked) -> Any:
        if asked.query["handle"] == "ana.bsky.social":
            return 200, {"did": "did:plc:ana"}
        return 400, {"error": "InvalidRequest", "message": "Unable to resolve handle"}

    def getRecord(self, asked: Asked) -> Any:
        record = self.records.get(asked.query["rkey"])
        if record is None:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, record

    def listRecords(self, asked: Asked) -> Any:
        keys = sorted(self.records, reverse=True)
        keys = [key for key in keys if key < asked.query.get("cursor", "z")][
            : min(int(asked.query.get("limit", 50)), 2)
        ]
        return 200, {"records": [self.records[key] for key in keys], "cursor": keys[-1] if keys else ""}

    def putRecord(self, asked: Asked) -> Any:
        body = asked.json
        there = self.records.get(body["rkey"])
        if "swapRecord" in body and body["swapRecord"] != (there["cid"] if there else None):
            return 400, {"error": "InvalidSwap", "message": "Record was at another cid"}
        record = {
            "uri": f"at://{self.did}/app.bsky.feed.post/{body['rkey']}",
            "cid": f"cid{len(self.records)}{len(json.dumps(body))}",
            "value": body["record"],
        }
        self.records[body["rkey"]] = record
        self._show()
        return 200, record

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* with *link* as a card."""
        embed = {"$type": "app.bsky.embed.external", "external": {"uri": link, "title": "", "description": ""}}
        rkey = f"3k{len(self.records):011}"
        value = {"text": text, "createdAt": NOW.isoformat(), "embed": embed}
        self.records[rkey] = {"uri": f"at://{self.did}/app.bsky.feed.post/{rkey}", "cid": f"hand{rkey}", "value": value}
        self._show()

    def deleteRecord(self, asked: Asked) -> Any:
        gone = self.records.pop(asked.json["rkey"], None)
        if gone:
            self.deleted.append(gone)
        self._show()
        return 200, {}

    def _show(self) -> None:
        self.public[:] = [
            {
                "text": record["value"]["text"],
                "alts": [image["alt"] for image in record["value"].get("embed", {}).get("images", [])],
                **record,
            }
            for record in self.records.values()
        ]


class FakeX(Fake):
    """X's API v2: one account, media, the own timeline with its links written out."""

    name = "x"
    to_one: ClassVar = {"referenced_tweets": [{"type": "replied_to", "id": "1"}]}

    def __init__(self) -> None:
        super().__init__()
        self.media: dict[str, str] = {}

    def environ(self) -> dict[str, str]:
        return {
            "X_API_URL": self.url,
            "X_CONSUMER_KEY": "x-consumer-key",
            "X_CONSUMER_SECRET": "x-consumer-secret-1",
            "X_ACCESS_TOKEN": "42-x-access-token",
            "X_ACCESS_SECRET": "x-access-secret-2",
        }

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/2/tweets")

    def expired(self) -> Any:
        return 401, {"title": "Unauthorized", "detail": "Unauthorized"}

    def refusal(self) -> Any:
        return 403, {"title": "Forbidden", "detail": "You are not permitted to perform this action."}

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not asked.headers.get("Authorization", "").startswith("OAuth "):
            return self.expired()
        if path == "/2/users/me":
            return 200, {"data": {"id": "42", "username": "bitacora"}}
        if path == "/2/media/upload":
            number = str(len(self.media) + 1)
            self.media[number] = ""
            return 200, {"data": {"id": number}}
        if path == "/2/media/metadata":
            self.media[asked.json["id"]] = asked.json["metadata"]["alt_text"]["text"]
            return 200, {"data": {}}
        if path == "/2/users/42/tweets":
            return 200, {"data": list(reversed(self.public)), "meta": {}}
        if path == "/2/tweets":
            return self._post(asked.json)
        found = [post for post in self.public if post["id"] == path.rpartition("/")[2]]
        for post in found:
            self.public.remove(post)
            self.deleted.append(post)
        return 200, {"data": {"deleted": bool(found)}}

    def _post(self, body: dict[str, Any]) -> Any:
        if any(post["written"] == body["text"] for post in self.public):
            return 403, {"detail": "You are not allowed to create a Tweet with duplicate content."}
        urls = re.findall(r"https?://\S+", body["text"])
        short = body["text"]
        for number, url in enumerate(urls):
            short = short.replace(url, f"https://t.co/{number}abcdefghi")
        post = {
            "id": str(len(self.public) + len(self.deleted) + 9000),
            "text": short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "written": body["text"],
            "entities": {
                "urls": [{"url": f"https://t.co/{n}abcdefghi", "expanded_url": url} for n, url in enumerate(urls)]
            },
            "alts": [self.media[each] for each in body.get("media", {}).get("media_ids", [])],
        }
        self.public.append(post)
        return 201, {"data": {"id": post["id"], "text": post["text"]}}

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* and *link* in the network's own app."""
        self._post({"text": f"{text} {link}"})


class FakeLinkedIn(Fake):
    """LinkedIn's REST API for one author; ``commentary`` is read as little text, and cut where it would be."""

    name = "linkedin"
    to_one: ClassVar = {"visibility": "LOGGED_IN"}
    author = "urn:li:person:abc"

    def environ(self) -> dict[str, str]:
        return {
            "LINKEDIN_API_URL": self.url,
            "LINKEDIN_TOKEN": "linkedin-secret-token",
            "LINKEDIN_AUTHOR": self.author,
        }

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/rest/posts")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if asked.headers.get("Authorization") != "Bearer linkedin-secret-token":
            return self.expired()
        if path == "/v2/userinfo":
            return 403, {"message": "Not enough permissions"}
        if path == "/rest/images":
            return 200, {"value": {"uploadUrl": f"{self.url}/upload/1", "image": "urn:li:image:1"}}
        if path == "/upload/1":
            return 201, {}
        if (method, path) == ("GET", "/rest/posts"):
            return 200, {"elements": list(reversed(self.public))}
        if path == "/rest/posts":
            return self._post(asked.json)
        found = next((post for post in self.public if post["id"] == path.removeprefix("/rest/posts/")), None)
        if found is None:
            return 404, {"message": "Not found"}
        if method == "DELETE":
            self.public.remove(found)
        else:
            found["text"] = read_little_text(asked.json["patch"]["$set"]["commentary"])
        return 204, ""

    def _post(self, body: dict[str, Any]) -> Any:
        urn = f"urn:li:share:{len(self.public) + 1}"
        alt = body["content"]["article"].get("thumbnailAltText")
        self.public.append(
            {"id": urn, "text": read_little_text(body["commentary"]), "alts": [alt] if alt else [], **body}
        )
        return 201, "", {"x-restli-id": urn}


class FakeOrganisation(FakeLinkedIn):
    """The same for an organisation, whose posts can be listed."""

    author = "urn:li:organization:5"

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* with *link* as a card."""
        self._post({"commentary": text, "content": {"article": {"source": link}}, "visibility": "PUBLIC"})


def read_little_text(text: str) -> str:
    """What LinkedIn shows of a commentary: cut without a word at the first reserved sign that is not escaped."""
    shown = ""
    while text:
        if tag := re.match(r"\{hashtag\|\\#\|([^}]*)\}", text):
            shown, text = f"{shown}#" + re.sub(r"\\(.)", r"\1", tag[1]), text[tag.end() :]
        elif url := re.match(r"https?://\S+", text):
            shown, text = shown + url[0], text[url.end() :]
        elif text[0] == "\\":
            shown, text = shown + text[1], text[2:]
        elif text[0] in "|{}[]()<>#@*_~":
            return shown
        else:
            shown, text = shown + text[0], text[1:]
    return shown


class FakeGraph(Fake):
    """What Facebook and Threads share: errors with numbers."""

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("Authorization") == f"Bearer {self.name}-secret-token"

    def expired(self) -> Any:
        return 400, {"error": {"message": "Error validating access token", "code": 190, "type": "OAuthException"}}

    def refusal(self) -> Any:
        return 400, {"error": {"message": "(#100) Invalid parameter", "code": 100}}

    def gone(self) -> Any:
        return 400, {"error": {"message": "Object does not exist", "code": 100, "error_subcode": 33}}

    def page(self, posts: list[dict[str, Any]], asked: Asked) -> Any:
        """As Meta does: pages shorter than asked for, an empty one before the last, and an end that has no "next"."""
        newest_first, start = list(reversed(posts)), int(asked.query.get("after", -3))
        data, end = newest_first[max(start, 0) : start + 3], start + 3
        following = {"next": f"{self.url}/…", "cursors": {"after": str(end)}} if end < len(newest_first) else {}
        return 200, {"data": data, "paging": following}


class FakeFacebook(FakeGraph):
    """A Page."""

    name = "facebook"
    to_one: ClassVar = {"privacy": {"value": "SELF"}}
    access_ends = 0  # seconds since 1970; never

    def environ(self) -> dict[str, str]:
        return {"FACEBOOK_API_URL": self.url, "FACEBOOK_PAGE": "77", "FACEBOOK_TOKEN": "facebook-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/77/feed")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not self.authorised(asked):
            return self.expired()
        if path == "/debug_token":
            return 200, {"data": {"expires_at": 0, "data_access_expires_at": self.access_ends}}
        if path == "/77":
            return 200, {"id": "77", "name": "Bitácora"}
        if path == "/77/posts":
            return self.page(self.public, asked)
        if path == "/77/feed":
            number = f"77_{len(self.public) + len(self.deleted) + 1}"
            link = asked.form["link"]
            attachments = {"data": [{"unshimmed_url": link}]}
            said = asked.form["message"]
            self.public.append({"id": number, "text": said, "message": said, "attachments": attachments})
            return 200, {"id": number}
        found = next((post for post in self.public if post["id"] == path[1:]), None)
        if found is None:
            return self.gone()
        if method == "DELETE":
            self.public.remove(found)
        else:
            found["text"] = found["message"] = asked.form["message"]
        return 200, {"success": True}

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* with *link* as a card."""
        number = f"77_{len(self.public) + len(self.deleted) + 1}"
        card = {"data": [{"unshimmed_url": link}]}
        self.public.append({"id": number, "text": text, "message": text, "attachments": card})


class FakeThreads(FakeGraph):
    """A Threads account: containers that nobody sees, then posts."""

    name = "threads"
    to_one: ClassVar = {"replied_to": {"id": "1"}}

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, dict[str, Any]] = {}
        self.token = "threads-secret-token"

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("Authorization") == f"Bearer {self.token}"

    def environ(self) -> dict[str, str]:
        return {"THREADS_API_URL": self.url, "THREADS_USER": "88", "THREADS_TOKEN": "threads-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return path == "/88/threads_publish"

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not self.authorised(asked):
            return self.expired()
        if path == "/refresh_access_token":
            self.token = f"{self.token}-anew"
            return 200, {"access_token": self.token, "token_type": "bearer", "expires_in": 5_184_000}
        if path == "/88":
            return 200, {"username": "bitacora"}
        if (method, path) == ("POST", "/88/threads"):
            number = f"c{len(self.containers) + 1}"
            self.containers[number] = dict(asked.form)
            return 200, {"id": number}
        if path in ("/88/threads", "/88/replies"):
            return self.page(
                [post for post in self.public if ("reply_to_id" in post) == path.endswith("replies")], asked
            )
        if path == "/88/threads_publish":
            made = self.containers[asked.form["creation_id"]]
            number = str(len(self.public) + len(self.deleted) + 500)
            children = [self.containers[child] for child in made.get("children", "").split(",") if child]
            assert all(child["is_carousel_item"] == "true" for child in children)
            alts = [one["alt_text"] for one in (children or [made]) if "alt_text" in one]
            self.public.append({**made, "id": number, "permalink": f"{self.url}/post/{number}", "alts": alts})
            return 200, {"id": number}
        if path[1:] in self.containers:
            return 200, {"status": "FINISHED"}
        found = next((post for post in self.public if post["id"] == path[1:]), None)
        if found is None:
            return self.gone()
        if method == "DELETE":
            self.public.remove(found)
            return 200, {"success": True}
        return 200, found

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* and *link* in the network's own app."""
        number = str(len(self.public) + len(self.deleted) + 500)
        self.public.append(
            {"id": number, "permalink": f"{self.url}/post/{number}", "text": f"{text} {link}", "alts": []}
        )


class FakeTelegram(Fake):
    """The Bot API for one channel."""

    name = "telegram"

    def environ(self) -> dict[str, str]:
        return {
            "TELEGRAM_API_URL": self.url,
            "TELEGRAM_TOKEN": "123456:telegram-secret-token",
            "TELEGRAM_CHAT": "@bitacora",
        }

    def creates(self, method: str, path: str) -> bool:
        return path.endswith("/sendMessage")

    def expired(self) -> Any:
        return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}

    def refusal(self) -> Any:
        return 400, {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"}

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        head, _, name = path.rpartition("/")
        if head != "/bot123456:telegram-secret-token":
            return self.expired()
        body = asked.json
        if name == "getMe":
            return 200, {"ok": True, "result": {"username": "bitacora_bot"}}
        if name == "getChat":
            return 200, {"ok": True, "result": {"title": "Bitácora"}}
        if name == "sendMessage":
            number = len(self.public) + len(self.deleted) + 1
            self.public.append({"id": number, **body})
            return 200, {"ok": True, "result": {"message_id": number}}
        found = next((post for post in self.public if post["id"] == body["message_id"]), None)
        if found is None:
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: message to delete not found"}
        if name == "deleteMessage":
            self.public.remove(found)
        else:
            found["text"] = body["text"]
        return 200, {"ok": True, "result": True}


class FakeDiscord(Fake):
    """One webhook."""

    name = "discord"

    def environ(self) -> dict[str, str]:
        return {"DISCORD_WEBHOOK": f"{self.url}/api/webhooks/1/discord-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/api/webhooks/1/discord-secret-token")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not path.startswith("/api/webhooks/1/discord-secret-token"):
            return 404, {"message": "Unknown Webhook", "code": 10015}
        if method == "GET":
            return 200, {"name": "Bitácora"}
        if method == "POST":
            assert asked.query["wait"] == "true"
            assert asked.json["allowed_mentions"] == {"parse": []}
            number = str(len(self.public) + 600)
            self.public.append({"id": number, "text": asked.json["content"]})
            return 200, {"id": number}
        found = next((post for post in self.public if post["id"] == path.rpartition("/")[2]), None)
        if found is None:
            return 404, {"message": "Unknown Message", "code": 10008}
        if method == "DELETE":
            self.public.remove(found)
            return 204, ""
        found["text"] = asked.json["content"]
        return 200, found


class FakeSlack(Fake):
    """One incoming webhook."""

    name = "slack"

    def environ(self) -> dict[str, str]:
        return {"SLACK_WEBHOOK": f"{self.url}/services/T0/B0/slack-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return method == "POST"

    def expired(self) -> Any:
        return 401, "invalid_token"

    def refusal(self) -> Any:
        return 400, "invalid_payload"

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        self.public.append({"text": asked.json["text"]})
        return 200, "ok"


class FakeWebhook(Fake):
    """A service that checks the signature and follows updates and withdrawals."""

    name = "webhook"
    faults_known = tuple(fault for fault in FAULTS if fault != "garbled after")  # any 2xx is a yes

    def environ(self) -> dict[str, str]:
        return {"WEBHOOK_URL": f"{self.url}/events", "WEBHOOK_SECRET": "webhook-secret-words"}

    def creates(self, method: str, path: str) -> bool:
        return method == "POST"

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        number, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
        signed = hmac.digest(b"webhook-secret-words", f"{number}.{moment}.".encode() + asked.body, "sha256")
        if asked.headers["webhook-signature"] != "v1," + base64.b64encode(signed).decode():
            return 400, {"error": "bad signature"}
        data = asked.json["data"]
        found = next((post for post in self.public if post["key"] == data["key"]), None)
        if asked.json["type"] == "post.published":
            self.public.append(data)
        elif asked.json["type"] == "post.updated" and found:
            found.update(data)
        elif found:
            self.public.remove(found)
        return 202, {}


class FakeMail(Fake):
    """
    A mail server: what it accepted is in ``public``, each line it was told in ``heard``. Just enough SMTP (RFC 5321).

    It offers STARTTLS with a certificate of its own making, unless *stripped*: then it is a server, or somebody on the
    way to one, that hides the offer and would take a password in the clear. One that is *smtps* begins with TLS.
    """

    name = "mail"
    # SMTP knows no answer that is neither yes nor no: 4xx is "later", 5xx is "no", and both are meant.
    faults_known = ("429", "503 retry", "401", "422", "drop before", "drop after")

    def __init__(self, stripped: bool = False, smtps: bool = False) -> None:
        super().__init__()
        self.close()
        self.stripped, self.smtps = stripped, smtps
        self.heard: list[str] = []
        os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)  # whom this process trusts
        fake = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                fake.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Session)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def environ(self) -> dict[str, str]:
        return {
            "SMTP_URL": f"smtp://ana:mail-secret-pass@127.0.0.1:{self.port}",
            "MAIL_FROM": "La bitácora <cartas@blog.example>",
            "SECRET_KEY": "signing-secret-key",
        }

    def serve(self, session: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            session.wfile.write(line.encode() + b"\r\n")

        def secure() -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            session.connection = context.wrap_socket(session.connection, server_side=True)
            session.rfile = session.connection.makefile("rb")
            session.wfile = session.connection.makefile("wb", buffering=0)

        if self.smtps:
            secure()
        say("220 fake ESMTP")
        to = fault = ""
        secured = self.stripped or self.smtps
        while line := session.rfile.readline():
            verb = line.split()[0].upper().decode() if line.split() else ""
            self.heard.append(
                ("TLS " if secured and not self.stripped else "") + line.decode("utf-8", "replace").strip()
            )
            if verb == "EHLO":
                say("250-fake")
                say("250 AUTH PLAIN LOGIN" if secured else "250 STARTTLS")
            elif verb == "STARTTLS" and not secured:
                say("220 Go ahead")
                secure()
                secured = True
            elif verb == "AUTH" and not secured:
                say("530 5.7.0 Must issue a STARTTLS command first")
            elif verb == "AUTH":
                if self.faults and self.faults[0] == "401":
                    fault = self.faults.popleft()
                say("535 5.7.8 Authentication credentials invalid" if fault == "401" else "235 2.7.0 Accepted")
            elif verb == "MAIL":
                fault = self.faults.popleft() if self.faults else ""
                say("421 4.7.0 Too many messages" if fault in ("429", "503 retry") else "250 OK")
            elif verb == "RCPT":
                to = line.decode().split("<")[1].split(">")[0]
                say("250 OK")
            elif verb == "DATA":
                if fault == "drop before":
                    session.connection.shutdown(socket.SHUT_RDWR)
                    return
                say("354 Go ahead")
                if not self._take(session, to, fault):
                    return
                say("550 5.7.1 Refused by policy" if fault == "422" else "250 OK")
            elif verb == "QUIT":
                if fault != "hang up":
                    say("221 Bye")
                return
            else:
                say("250 OK")

    def _take(self, session: socketserver.StreamRequestHandler, to: str, fault: str) -> bool:
        data = b""
        while (line := session.rfile.readline()) != b".\r\n":
            data += line.removeprefix(b".") if line.startswith(b"..") else line
        if fault == "422":
            return True
        letter = message_from_bytes(data, policy=policy.default)
        plain = letter.get_body(("plain",)).get_content()
        with self.lock:
            self.public.append({"text": plain, "to": to, "letter": letter, "raw": data})
        self.on_created()
        if fault == "drop after":
            session.connection.shutdown(socket.SHUT_RDWR)
            return False
        return True


FAKES: dict[str, type[Fake]] = {
    fake.name: fake
    for fake in (
        FakeMastodon,
        FakeBluesky,
        FakeX,
        FakeLinkedIn,
        FakeFacebook,
        FakeThreads,
        FakeTelegram,
        FakeDiscord,
        FakeSlack,
        FakeWebhook,
        FakeMail,
    )
}
