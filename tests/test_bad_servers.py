"""Servers that never end, drip, break off, or lie about what they send: none costs more than it was given."""

import gzip
import threading
import zlib

import pytest

from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.fetch import Fetcher
from tests.fetching import RawServer, servers, web
from tests.patience import eventually

__all__ = ["servers", "web"]  # fixtures


def test_wrong_type_is_refused_before_it_is_read(web, httpserver):
    """A program where a picture was expected is not read."""
    httpserver.expect_request("/").respond_with_data(b"MZ", content_type="application/octet-stream")
    with pytest.raises(FetchRefusedError, match="answers “application/octet-stream”, not image/"):
        web.get(httpserver.url_for("/"), accept=("image/",))


def test_declared_size_is_refused_at_once(web, httpserver):
    """A body that says it is too large is not begun."""
    httpserver.expect_request("/").respond_with_data(b"x" * 2000)
    with pytest.raises(FetchRefusedError, match="larger than 1000 bytes"):
        web.get(httpserver.url_for("/"), max_bytes=1000)


def test_endless_body_is_cut_off():
    """A body without a declared size is refused when it passes the limit, or cut for those who only look."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    pieces = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *([chunk] * 2000)]
    with RawServer(pieces) as server:
        with pytest.raises(FetchRefusedError, match="larger than 1000000 bytes"):
            Fetcher((f"127.0.0.1:{server.port}",)).get(server.url, max_bytes=1_000_000)
        cut = Fetcher((f"127.0.0.1:{server.port}",)).request("GET", server.url, max_bytes=1_000_000, cut=True)
        assert len(cut.body) == 1_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_decompression_bomb_is_refused(web, httpserver, encoding):
    """A small body that inflates past the limit is refused while it inflates."""
    plain = b"\0" * 30_000_000
    body = zlib.compress(plain) if encoding == "deflate" else gzip.compress(plain)
    body = gzip.compress(body) if "," in encoding else body
    httpserver.expect_request("/").respond_with_data(body, headers={"Content-Encoding": encoding})
    with pytest.raises(FetchRefusedError, match="larger than"):
        web.get(httpserver.url_for("/"), max_bytes=1_000_000)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", *([b"x"] * 20_000)],
        [b"HTTP/1.1 200 OK\r\nX: ", *([b"y"] * 20_000)],
        [bytes([byte]) for byte in b"HTTP/1.1 200 OK" + b"K" * 20_000],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *([b"0"] * 20_000)],
        [b""] * 20_000,
    ],
    ids=["body", "headers", "one byte at a time", "chunk size", "nothing"],
)
def test_slow_drip_ends_with_the_deadline(pieces):
    """However a server drags its answer out, a quarter of an hour here, it is the time of the exchange that ends it."""
    with RawServer(pieces, pause=0.05) as server, pytest.raises(FetchSlowError):
        server.web(0.5).get(server.url)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n\r\n",
    ],
)
def test_broken_answer_is_a_fetch_error(answer):
    """Nothing that a server sends raises anything but a FetchError."""
    with RawServer([answer]) as server, pytest.raises(FetchError):
        server.web().get(server.url)


DRIPS = {
    "status line": [bytes([byte]) for byte in b"HTTP/1.1 200 OK" + b"K" * 200],
    "a header": [b"HTTP/1.1 200 OK\r\nX-Drip: ", *([b"a"] * 200)],
    "headers": [b"HTTP/1.1 200 OK\r\n", *([b"X: y\r\n"] * 200)],
    "a chunk's size": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *([b"0"] * 200)],
    "a body": [b"HTTP/1.1 200 OK\r\n\r\n", *([b"a"] * 200)],
    "answers that are none": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 200,
    "nothing": [],
}


class DrippingServer(RawServer):
    """Keeps every connection open, and counts how many the other side has closed."""

    def __init__(self, pieces):
        self.open = 0
        super().__init__(pieces, pause=0.05)

    def _serve(self):
        while not self.stop.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection):
        self.open += 1
        with connection:
            try:
                for piece in self.pieces:
                    connection.sendall(piece)
                    if self.stop.wait(self.pause):
                        return
                while connection.recv(65536):
                    pass
            except OSError:
                pass
            finally:
                self.open -= 1


def fetching():
    return [thread for thread in threading.enumerate() if thread.name == "tertulia-fetch"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS.keys())
def test_what_is_given_up_leaves_no_thread_and_no_socket(pieces, scheme):
    """Whatever part of an answer drips, TLS's greeting too, threads and sockets go back to what they were."""
    with DrippingServer(pieces) as server:
        fetcher = Fetcher((f"127.0.0.1:{server.port}",), timeout_seconds=0.3)
        for _ in range(3):
            with pytest.raises(FetchError):
                fetcher.get(server.url.replace("http:", f"{scheme}:"))
        assert eventually(lambda: not fetching()) and eventually(lambda: server.open == 0)
