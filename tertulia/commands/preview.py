"""The blog as it will be, on this machine: built, served, rebuilt and refreshed whenever a file is saved.

Every build goes to a new folder under ``var/preview/`` and takes the place of the last one only when it is
whole, so a broken build leaves the old pages up, with a note on what is wrong (``tertulia/commands/live.py``).

The page refreshes itself by ``preview.js``, which this server adds to the HTML it sends and to no file, and
which listens here for server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

The server speaks WSGI (PEP 3333). ``mounts`` is where other applications join the same origin: the comment
service, say, under "/comments". What no mount takes is a file of the site.
"""

import gzip
import ipaddress
import json
import mimetypes
import os
import queue
import re
import shutil
import signal
import socket
import socketserver
import sys
import threading
import wsgiref.simple_server
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from tertulia.commands import build_report, try_looks
from tertulia.commands.background_search import BackgroundSearch
from tertulia.commands.capture import InPassing
from tertulia.commands.live import LiveSite
from tertulia.commands.warm import WarmBuilder
from tertulia.commands.watch import watch
from tertulia.core import running
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.site.gone import is_gone

OURS = "/.preview/"  # the addresses this server keeps for itself

# A connection nobody reads any more is noticed when we write to it.
PING_SECONDS = 15

# What mimetypes of an old or bare system gets wrong or does not know.
TYPES = {
    ".avif": "image/avif",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".xsl": "text/xsl",
}


# A host, as RFC 9110, 7.2 lets it stand in "Host": a name or a number, and a port.
_HOST = re.compile(r"(?:\[(?P<number>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::\d*)?", re.ASCII)

Mounts = Callable[["Site", str], tuple[Mapping[str, WSGIApplication], str]]


def run(root: Path, host: str, port: int, mounts: Mounts | None = None) -> None:
    """
    Build, serve and watch until Ctrl-C.

    Args:
        root: The blog's folder.
        host: The address to listen on.
        port: The port; 0 takes any free one.
        mounts: Gives, for the site and our own address, other WSGI applications by the first part of their path, and
            a line to print once the blog is there.

    Raises:
        TertuliaError: the port cannot be had.
    """
    site = Site()
    joined: dict[str, WSGIApplication] = {}
    server = listen(host, port, only_for(own_hosts(host), application(site, joined)))
    port = int(server.server_address[1])
    shown = f"[{host}]" if ":" in host else host
    told, more = None, ""
    if mounts:
        others, more = mounts(site, f"http://{shown}:{port}")
        joined.update(others)
        told = running.tell(root, host, port)
        site.overrides["SERVICE_ADDRESS"] = "/"
    folder = root / "var" / "preview" / str(port)  # the port is ours alone, and so is the folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    changes, builder, index = watch(root), WarmBuilder(root), BackgroundSearch(folder, lambda: site.folder)
    live = LiveSite(root, folder, site, builder, index)
    joined[try_looks.PATH] = try_looks.TryLooks(root, site.overrides, changes)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever stops us, we clear up
    try:
        live.begin()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(say("serving", address=f"http://{shown}:{port}{quote(site.prefix)}/"), flush=True)
        print(say("try_looks", address=f"http://{shown}:{port}{try_looks.PATH}"), flush=True)
        print(more, end="\n" if more else "", flush=True)
        quoted = InPassing(root)
        while True:
            quoted.start()  # what it captures is a changed file, and so is seen at once
            saved = _all_of(changes)
            live.saved(saved)
            print(say("changed", files=", ".join(_shown(saved, root))), flush=True)
    except KeyboardInterrupt:
        print()
    finally:
        live.close()
        site.close()
        server.server_close()
        if told:
            told.close()
        shutil.rmtree(folder, ignore_errors=True)


# ── what is served ───────────────────────────────────────────────────────────────────────────────────────────


class Site:
    """The files of the last good build, and what the last build had to say: a WSGI application."""

    def __init__(self, folder: Path | None = None, prefix: str = "", *, live: bool = True) -> None:
        """
        Args:
            folder: What to serve until the first ``show``.
            prefix: The path under which the site lives, "" or "/blog".
            live: Whether pages refresh themselves; False serves the files as a host would.
        """
        self.folder = folder
        self.prefix = prefix.rstrip("/")
        self.live = live
        self.version = 0
        self.overrides: dict[str, Any] = {"SHOW_UNPUBLISHED": True}  # settings of the next build
        self.note: list[str] = []  # the lines for the page's note
        self.failed = False
        self._run = os.urandom(4).hex()  # a page of an earlier preview must not take our version 3 for its own
        self._turned = threading.Condition()
        self._closed = False

    def show(self, folder: Path, report: build_report.BuildReport) -> None:
        """Serve *folder* from now on, unless its build failed; tell the open pages."""
        with self._turned:
            self.version += 1
            self.failed = bool(report.failure)
            if not self.failed:
                self.folder, self.prefix = folder, report.prefix.rstrip("/")
            title = [say("build_failed"), report.failure] if self.failed else []
            self.note = [*title, *report.of("error"), *report.of("warning")]
            self._turned.notify_all()

    def again(self) -> None:
        """Tell the open pages that some of the files that are served are others."""
        with self._turned:
            self.version += 1
            self._turned.notify_all()

    def close(self) -> None:
        """Let every listening page go."""
        with self._turned:
            self._closed = True
            self._turned.notify_all()

    def news(self) -> str:
        """Return what the open page needs to know, as JSON."""
        return json.dumps({"version": f"{self._run}-{self.version}", "failed": self.failed, "note": self.note})

    def events(self) -> Iterator[bytes]:
        """Yield the news now and after each build, as server-sent events."""
        told = -1
        while True:
            with self._turned:
                if self.version == told and not self._closed:
                    self._turned.wait(PING_SECONDS)
                if self._closed:
                    return
                line = ": ping\n\n" if self.version == told else f"data: {self.news()}\n\n"
                told = self.version
            yield line.encode()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer with a file, a folder's index.html, or 404.html."""
        # WSGI hands the path over as Latin-1, whatever it was.
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace") or "/"
        if path == OURS + "events":
            return _answer(start, "200 OK", "text/event-stream", self.events())
        if path == OURS + "preview.js":
            return _answer(start, "200 OK", "text/javascript", [Path(__file__).with_name("preview.js").read_bytes()])
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _answer(start, "405 Method Not Allowed", "text/plain", [b"GET, HEAD\n"])
        if self.prefix and path in ("/", self.prefix):
            return _redirect(start, self.prefix + "/")
        file = self._file(path[len(self.prefix) :]) if path.startswith(self.prefix + "/") else None
        if file and file.is_dir():
            if not path.endswith("/"):
                return _redirect(start, path + "/")
            file = file / "index.html"
        found = file is not None and file.is_file()
        if not found:
            file = self.folder / "404.html" if self.folder else None
        status = "200 OK" if found else "404 Not Found"
        try:
            body, kind = (file.read_bytes(), media_type(file)) if file else (b"", "text/html; charset=utf-8")
            status = "410 Gone" if found and is_gone(body[:1000].decode("utf-8", "replace")) else status
        except OSError:  # no 404.html; or a build has just taken the folder's place
            status, body, kind = "404 Not Found", b"<!DOCTYPE html><title>404</title><h1>404</h1>", "text/html"
        if self.live and kind.startswith("text/html"):
            body = self.with_script(body)
        packed = not self.live and "charset" in kind and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        if packed:  # as the hosts do that readers get the site from
            body = gzip.compress(body, mtime=0)
        content = [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        return _answer(start, status, kind, content, length=len(body), encoding="gzip" if packed else "")

    def has_page(self, path: str) -> bool:
        """Whether a page of the blog is at *path*, "/blog/newsletter/"."""
        file = self._file(path[len(self.prefix) :]) if path.startswith(self.prefix + "/") else None
        return file is not None and path.endswith("/") and (file / "index.html").is_file()

    def _file(self, path: str) -> Path | None:
        """Return the file at *path* under the site's folder; None when it would be outside."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if not self.folder or ".." in parts or any(sign in part for part in parts for sign in "\\\0:"):
            return None
        return self.folder.joinpath(*parts)

    def with_script(self, page: bytes) -> bytes:
        """*page* with our script at the end of its body."""
        version = f"{self._run}-{self.version}"
        script = f'<script src="{OURS}preview.js" data-version="{version}" defer></script>'.encode()
        at = page.rfind(b"</body>")
        return page + script if at < 0 else page[:at] + script + page[at:]


def application(site: Site, mounts: Mapping[str, WSGIApplication]) -> WSGIApplication:
    """
    One application out of several: a mount gets what lies under its path, *site* gets the rest.

    A page of the blog that is called as a mount is ("newsletter/") is the blog's: its service may be elsewhere.
    """

    def dispatch(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for mount, mounted in mounts.items():
            if path == mount or path.startswith(mount + "/"):
                return (site if site.has_page(path) else mounted)(environ, start)
        return site(environ, start)

    return dispatch


def own_hosts(host: str) -> Callable[[str], bool]:
    """
    Whether a name is one of this server's, which listens on *host*.

    A stranger's page can have the browser ask us under the stranger's own name, and then read our answer with the
    drafts in it ("DNS rebinding"); a number, or a name of this machine, no stranger can lead here.
    """
    mine = {host.casefold(), socket.gethostname().casefold(), f"{socket.gethostname().casefold()}.local"}
    anywhere = host in ("0.0.0.0", "::", "")  # then we may be asked for by any of our numbers

    def is_own(name: str) -> bool:
        name = name.casefold().removesuffix(".")
        if name == "localhost" or name.endswith(".localhost") or name in mine:
            return True
        try:
            number = ipaddress.ip_address(name)
        except ValueError:
            return False
        return number.is_loopback or anywhere

    return is_own


def only_for(is_own: Callable[[str], bool], app: WSGIApplication) -> WSGIApplication:
    """*app* for those who ask for it by a name of ours, whatever the port; 421 for everybody else."""

    def guarded(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked = environ.get("HTTP_HOST")
        found = _HOST.fullmatch(asked or "")
        if asked is not None and not (found and is_own(found["number"] or found["name"])):
            return _answer(start, "421 Misdirected Request", "text/plain", [_told("preview_host", asked)])
        return app(environ, start)

    return guarded


def _told(key: str, host: str) -> bytes:
    return (say(key, host=one_line(host, 80)) + "\n").encode()


def media_type(file: Path) -> str:
    """Return the ``Content-Type`` of a file, from its name."""
    kind = TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    textual = kind.startswith("text/") or kind.endswith(("+json", "+xml", "/json", "/xml"))
    return f"{kind}; charset=utf-8" if textual else kind


def _answer(
    start: StartResponse,
    status: str,
    kind: str,
    body: Iterable[bytes],
    *,
    length: int | None = None,
    encoding: str = "",
) -> Iterable[bytes]:
    # no-store: the next reload must show what was just saved.
    headers = [("Content-Type", kind), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
    headers += [("Content-Encoding", encoding)] if encoding else []
    start(status, headers + ([("Content-Length", str(length))] if length is not None else []))
    return body


def _redirect(start: StartResponse, path: str) -> Iterable[bytes]:
    # "//host" would lead away from here.
    location = "/" + quote(path.lstrip("/"))
    start("302 Found", [("Location", location), ("Cache-Control", "no-store"), ("Content-Length", "0")])
    return []


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────


class PreviewServer(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    """A thread for each request, so that a listening page does not keep the others waiting."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let two servers share a port

    def server_bind(self) -> None:
        """Bind without asking the network for our own name, which can take seconds where there is none."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of anything but a reader who left."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    """Says nothing of each request: the terminal is for the builds."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing."""

    def address_string(self) -> str:
        """Return the number, unresolved."""
        return str(self.client_address[0])


def listen(host: str, port: int, app: WSGIApplication) -> PreviewServer:
    """
    Return a server bound to *host* and *port*, not yet answering.

    Raises:
        TertuliaError: the port is taken or forbidden, or the host is not of this machine.
    """
    import errno

    kind = type("Server6", (PreviewServer,), {"address_family": socket.AF_INET6}) if ":" in host else PreviewServer
    try:
        server: PreviewServer = kind((host, port), Handler)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", None)):
            raise TertuliaError(say("port_busy", port=port, other=port + 1)) from error
        raise TertuliaError(say("port_refused", host=host, port=port, reason=error)) from error
    except OverflowError as error:
        raise TertuliaError(say("bad_port", value=port)) from error
    server.set_app(app)
    return server


def _all_of(changes: "queue.Queue[set[Path]]") -> set[Path]:
    """Wait for a change; all that have come by then."""
    paths = changes.get()
    while not changes.empty():
        paths |= changes.get()
    return paths


def _shown(paths: Iterable[Path], root: Path) -> list[str]:
    """*paths* as names to show, three at most."""
    names = sorted(str(path.relative_to(root)) if path.is_relative_to(root) else str(path) for path in paths)
    return names[:3] + (["…"] if len(names) > 3 else [])
