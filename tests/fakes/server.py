"""A small HTTP server on 127.0.0.1 that misbehaves on demand; each network says what its own answers."""

import json
import socket
import threading
from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from tertulia.core.fetch import MAX_BYTES

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
CERTIFICATE = Path(__file__).parent.with_name("examples") / "mail-server.pem"

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
