"""Networks that behave, and misbehave on demand: small HTTP servers on 127.0.0.1, one class a network.

A fake keeps what was made public in ``public``, in order. ``fail_next("drop after")`` makes the next request that
creates something go wrong in that way; everything else goes on working.
"""

import json
import re
import socket
import threading
from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

# What can be wrong with an answer. "before": the server did nothing; "after": it acted, and the line dropped.
FAULTS = ("429", "503 retry", "500", "500 after", "401", "422", "drop before", "drop after", "garbled after")


class Fake:
    """One server; subclasses say what it answers."""

    name = ""

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
            return self.send(*said)

        def send(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
            data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
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
    honours_key = True
    length = 500

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
        return 200, found

    def _page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        posts = [post for post in reversed(self.public) if int(post["id"]) < int(query.get("max_id", "999999999"))]
        if query.get("exclude_replies") == "true":
            posts = [post for post in posts if not post["in_reply_to_id"]]
        return posts[: int(query.get("limit", 20))]

    def _post(self, asked: Asked) -> Any:
        key = asked.headers.get("Idempotency-Key", "")
        if self.honours_key and key in self.keys:
            return 200, self.keys[key]
        body = asked.json
        number = str(len(self.public) + len(self.deleted) + 1000)
        media = body.get("media_ids") or []
        post = {
            "id": number,
            "url": f"{self.url}/@bitacora/{number}",
            "created_at": NOW.isoformat().replace("+00:00", "Z"),
            "text": body["status"],
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
        keys = [key for key in keys if key < asked.query.get("cursor", "z")][: int(asked.query.get("limit", 50))]
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


FAKES: dict[str, type[Fake]] = {fake.name: fake for fake in (FakeMastodon, FakeBluesky)}
