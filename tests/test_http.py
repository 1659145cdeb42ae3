"""The way out to the web, against a server that means no good.

The server listens on 127.0.0.1, so each test names it as the one private address that may be asked; the tests of
private addresses leave it out.
"""

import contextlib
import gzip
import io
import socket
import threading
import zlib

import pytest
from werkzeug import Response

from tertulia.core import languages
from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.fetch import Fetched, Fetcher
from tests.patience import PATIENCE, eventually, little_work


@pytest.fixture(autouse=True)
def _sockets(socket_enabled):
    """These tests need a server on this machine."""
    languages.speak("en")


@pytest.fixture
def web(httpserver):
    return Fetcher((f"127.0.0.1:{httpserver.port}", f"localhost:{httpserver.port}"), timeout_seconds=PATIENCE)


def resolving(monkeypatch, table):
    """Answer names from *table*: name → addresses, one for each time it is asked."""
    real = socket.getaddrinfo

    def lookup(host, port, *args, **kwargs):
        if host in table:
            answers = table[host]
            address = answers.pop(0) if len(answers) > 1 else answers[0]
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [(kind, socket.SOCK_STREAM, 6, "", (address, port or 0))]
        if host.replace(".", "").isdigit() or ":" in host:
            return real(host, port, *args, **kwargs)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


class RawServer:
    """Sends what it is told, piece by piece, with a pause between; for what no decent server would send."""

    def __init__(self, pieces, pause=0.0):
        self.pieces, self.pause = pieces, pause
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.stop.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    for piece in self.pieces:
                        connection.sendall(piece)
                        if self.pause and self.stop.wait(self.pause):
                            return
                except OSError:
                    continue

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # closing alone leaves the thread waiting, to answer one more
        self.thread.join(PATIENCE)
        self.listener.close()
        assert not self.thread.is_alive()

    def web(self, seconds=PATIENCE):
        return Fetcher((f"127.0.0.1:{self.port}",), timeout_seconds=seconds)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"


def test_get_gives_status_headers_and_text(web, httpserver):
    """A plain page comes back whole, its text in its own character set, and we say who we are."""
    page = Response("Señal".encode("latin-1"), content_type="text/html; charset=iso-8859-1")
    httpserver.expect_request("/", headers={"Accept": "text/html"}).respond_with_response(page)
    answer = web.get(httpserver.url_for("/"), accept=("text/html",))
    assert (answer.status, answer.text, answer.content_type) == (200, "Señal", "text/html")
    sent = httpserver.log[0][0].headers
    assert sent["User-Agent"].startswith("Tertulia/")


def test_why_nobody_answers_is_told_in_the_blogs_words(monkeypatch):
    """A name that nobody knows and a port where nobody listens, as a blogger without a network meets them."""
    resolving(monkeypatch, {})
    with pytest.raises(FetchError, match="nobody knows that name: is it right, and is there a network"):
        Fetcher().get("https://mas.example/")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchError, match="nobody listens there"):
        Fetcher((f"127.0.0.1:{port}",)).get(f"http://127.0.0.1:{port}/")


def test_any_status_is_an_answer(web, httpserver):
    """A 404 is no exception: the caller looks at the status."""
    httpserver.expect_request("/").respond_with_data("gone", status=404, content_type="text/html")
    assert web.get(httpserver.url_for("/"), accept=("application/json",)).status == 404


def test_post_json_with_headers(web, httpserver):
    """An API gets its JSON, its headers and its query."""
    httpserver.expect_request("/api", method="POST", json={"a": "ñ"}, query_string="q=1").respond_with_json({"id": 7})
    answer = web.request("POST", httpserver.url_for("/api"), json={"a": "ñ"}, params={"q": 1}, headers={"X-Key": "k"})
    assert answer.json() == {"id": 7}
    assert httpserver.log[0][0].headers["X-Key"] == "k"


def test_post_with_files(web, httpserver):
    """A picture is uploaded as multipart/form-data with its name and type."""
    httpserver.expect_request("/media", method="POST").respond_with_json({"id": "1"})
    web.request("POST", httpserver.url_for("/media"), files={"file": ("a.webp", b"RIFF", "image/webp")})
    assert b'filename="a.webp"' in httpserver.log[0][0].data


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "javascript:alert(1)",
        "data:text/html,hola",
        "//example.com/",
        "http://",
        "http:///x",
        "http://user:secret@example.com/",
        "http://example.com:port/",
        "http://[::1",
        "http://a..b/",
        "",
    ],
)
def test_only_plain_http_addresses_are_asked(url):
    """Other schemes, passwords and broken addresses are refused before anything is sent."""
    with pytest.raises(FetchRefusedError):
        Fetcher().get(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "2130706433",
        "0x7f000001",
        "127.1",
        "127.0.1",
        "017700000001",
        "0177.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0x7f.1",
        "127.0.0.1.",
        "localhost.",
        "LOCALHOST",
        "127.0.0.1%00",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "ⓛocalhost",
        "xn--127-0-0-1",
        "0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "203.0.113.9",
        "240.0.0.1",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::0001]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::FFFF:169.254.169.254]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2001:0:7f00:1::]",
        "[2001:db8::1]",
        "[fec0::1]",
        "[fe80::1%eth0]",
        "[fe80::1%25eth0]",
        "[::1%25lo]",
        "[::1%lo]",
        "[ff02::1]",
        "[100::1]",
        "[3fff::1]",
        "[5f00::1]",
    ],
)
def test_private_addresses_are_refused(host, monkeypatch):
    """However it is written, an address of this machine or of its network is refused, or is a name that nobody has."""
    connected = connections(monkeypatch)
    with pytest.raises(FetchError):
        Fetcher().get(f"http://{host}/")
    assert [] == connected


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "10.1.2.3", "224.0.0.1", "192.88.99.1", "0.0.0.0", "::1", "::", "::7f00:1", "::ffff:127.0.0.1"),
        *("::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "fec0::1"),
        *("fe80::1", "fc00::1", "ff02::1", "100::1", "3fff::1", "5f00::1", "2001:db8::1"),
    ],
)
def test_a_name_leads_into_no_private_place(monkeypatch, number):
    """Whatever notation the answer of DNS is in, also beside one that is public."""
    connected = connections(monkeypatch)
    for answers in ([number], ["198.41.0.4", number]):
        resolving(monkeypatch, {"inside.example": answers})
        with contextlib.suppress(FetchError):
            Fetcher().get("http://inside.example/")
    assert set() == {address[0] for address in connected} - {"198.41.0.4"}


def test_public_addresses_are_asked(monkeypatch):
    """The guard is no wall."""
    connected = connections(monkeypatch)
    with pytest.raises(FetchError):
        Fetcher().get("http://198.41.0.4/")
    assert {("198.41.0.4", 80)} == set(connected)


def connections(monkeypatch):
    """Where anything would connect to; nothing does."""
    tried = []

    def connect(_socket, address):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect, raising=False)
    return tried


def test_private_address_is_refused_by_the_name_that_leads_there(monkeypatch):
    """A public name that leads into a private network is refused, by its name."""
    resolving(monkeypatch, {"inside.example": ["10.1.2.3"]})
    with pytest.raises(FetchRefusedError, match=r"inside\.example: is an address of a private network"):
        Fetcher().get("https://inside.example/")


def test_name_that_changes_its_mind_is_asked_once(monkeypatch, httpserver):
    """DNS rebinding: the address that was checked is the one that is connected to; a second answer is never read."""
    answers = {"rebind.example": ["10.0.0.7", "127.0.0.1"]}
    resolving(monkeypatch, answers)
    with pytest.raises(FetchRefusedError):
        Fetcher(timeout_seconds=1).get(f"http://rebind.example:{httpserver.port}/")
    assert httpserver.log == []


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://localhost:1/", "file:///etc/passwd"]
)
def test_redirect_into_private_places_is_refused(web, httpserver, target):
    """Every hop is checked as the first one was."""
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": target})
    with pytest.raises(FetchRefusedError):
        web.get(httpserver.url_for("/"))


def test_allowed_pair_is_that_port_and_no_other(httpserver):
    """Allowing one private service opens no other port of the same machine."""
    httpserver.expect_request("/").respond_with_data("hola")
    with pytest.raises(FetchRefusedError):
        Fetcher((f"127.0.0.1:{httpserver.port + 1}",)).get(httpserver.url_for("/"))


def test_redirects_are_followed_and_counted(web, httpserver):
    """Five redirects are followed, the sixth is one too many."""
    for step in range(6):
        headers = {"Location": f"/{step + 1}"}
        httpserver.expect_request(f"/{step}").respond_with_data("", status=302, headers=headers)
    httpserver.expect_request("/6").respond_with_data("aquí")
    assert web.get(httpserver.url_for("/1")).text == "aquí"
    with pytest.raises(FetchRefusedError, match="more than 5 times"):
        web.get(httpserver.url_for("/0"))


def test_redirect_to_another_host_loses_the_password(web, httpserver):
    """What was meant for the first host's eyes does not travel on."""
    there = f"http://localhost:{httpserver.port}/b"
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": there})
    httpserver.expect_request("/b").respond_with_data("ok")
    web.get(f"http://127.0.0.1:{httpserver.port}/a", headers={"Authorization": "Bearer secreto", "X-Plain": "1"})
    sent = httpserver.log[-1][0].headers
    assert "Authorization" not in sent
    assert sent["X-Plain"] == "1"


def test_what_is_sent_is_not_sent_again(web, httpserver):
    """A POST is not repeated at the place to which it is redirected; the redirect itself is the answer."""
    httpserver.expect_request("/").respond_with_data("", status=307, headers={"Location": "/otro"})
    assert web.request("POST", httpserver.url_for("/"), json={}).status == 307
    with pytest.raises(FetchRefusedError, match="not sent again"):
        web.request("POST", httpserver.url_for("/"), json={}, follow=True)


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


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000])
def test_json_that_makes_no_sense_is_a_fetch_error(web, httpserver, body):
    """Broken, empty and bottomless JSON are told as such."""
    httpserver.expect_request("/").respond_with_data(body, content_type="application/json")
    with pytest.raises(FetchError, match="JSON"):
        web.get(httpserver.url_for("/")).json()


def test_no_cookie_is_kept(web, httpserver):
    """A cookie that was set is not sent back."""
    httpserver.expect_request("/").respond_with_data("x", headers={"Set-Cookie": "id=1"})
    web.get(httpserver.url_for("/"))
    web.get(httpserver.url_for("/"))
    assert "Cookie" not in httpserver.log[-1][0].headers


def test_closed_port_is_a_fetch_error():
    """Nobody there is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchError, match="does not answer"):
        Fetcher((f"127.0.0.1:{port}",)).get(f"http://127.0.0.1:{port}/")


def test_unknown_name_is_a_fetch_error(monkeypatch):
    """A name that leads nowhere is an error, not a refusal."""
    resolving(monkeypatch, {})
    with pytest.raises(FetchError) as caught:
        Fetcher().get("https://nowhere.example/")
    assert not isinstance(caught.value, FetchRefusedError)


def test_text_with_an_unknown_charset_is_read_as_utf8(web, httpserver):
    """A character set that does not exist breaks nothing."""
    page = Response(io.BytesIO("ñ".encode()).read(), content_type="text/html; charset=klingon")
    httpserver.expect_request("/").respond_with_response(page)
    assert web.get(httpserver.url_for("/")).text == "ñ"


# What is given up is closed ------------------------------------------------------------------------------------------

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


def test_an_answer_that_says_when_to_come_back_is_an_answer(web, httpserver):
    """``Retry-After`` is for the caller to read; it is not waited for here, and not asked again."""
    for status in (413, 429, 503):
        httpserver.expect_oneshot_request("/").respond_with_data("", status=status, headers={"Retry-After": "1"})
        answer = web.get(httpserver.url_for("/"))
        assert (status, "1") == (answer.status, answer.headers["retry-after"])
    assert 3 == len(httpserver.log)


# Character sets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("ñ€".encode("cp1252"), "text/html; charset=iso-8859-1", "ñ€"),  # as the web reads that name
        ("ñ".encode(), 'text/html; charset="UTF-8"', "ñ"),
        ("ñ".encode("utf-16"), "text/html; charset=utf-8", "ñ"),  # the mark comes before the header
        (b"\xef\xbb\xbf" + "ñ".encode(), "text/html; charset=latin1", "ñ"),
        (b'<meta charset="windows-1252">\xf1', "text/html", '<meta charset="windows-1252">ñ'),
        (b"<meta charset=x-user-defined><!-- -->", "text/html", "<meta charset=x-user-defined><!-- -->"),
        (b"<META content='text/html; charset=latin1' http-equiv=Content-Type>\xf1", "text/html", None),
        (b'<?xml version="1.0" encoding="iso-8859-15"?>\xa4', "application/xhtml+xml", None),
        (b'<!-- <meta charset="koi8-r"> -->\xf1', "text/html", '<!-- <meta charset="koi8-r"> -->ñ'),
        (
            '<meta name="x" content="charset=koi8-r">ñ'.encode(),
            "text/html",
            '<meta name="x" content="charset=koi8-r">ñ',
        ),
        (b'<meta charset="utf-16">\xc3\xb1', "text/html", '<meta charset="utf-16">ñ'),
        (b"\xf1", "text/html", "ñ"),  # no word about it, and no UTF-8
        ("ñ".encode(), "text/html", "ñ"),
        ("ñ".encode(), "text/plain", "ñ"),
        (b"\xf1", "application/json", "�"),
        (b"\xf1", "text/html; charset=klingon", "ñ"),
    ],
)
def test_text_is_read_as_a_browser_would(body, content_type, expected):
    """Byte order mark, header, ``<meta>`` of the first 1,024 bytes, and windows-1252 where nothing else fits."""
    text = Fetched("https://x.example/", 200, {"content-type": content_type}, body).text
    assert text == expected if expected is not None else text[-1] in "ñ€"


@pytest.mark.parametrize(
    "charset",
    ["punycode", "idna", "base64", "hex", "zip", "bz2", "rot13", "uu", "quopri", "undefined", "unicode_escape",
     "raw_unicode_escape", "utf-7", "utf-32", "mbcs", "cp037", "utf-8\x00", "\x00", "ñ", '"', "a" * 9000],
)  # fmt: skip
def test_only_the_webs_own_encodings(charset):
    """Python has codecs that are no character set of the web, some of them slow: none is used, and none raises."""
    body = b"+AOE-a" * 60_000
    answer = Fetched("https://x.example/", 200, {"content-type": f"text/plain; charset={charset}"}, body)
    with little_work():
        assert body.decode() == answer.text
