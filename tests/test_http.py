"""The way out to the web: what is asked, and what is an answer.

The server listens on 127.0.0.1, so each test names it as the one private address that may be asked; the tests of
private addresses leave it out.
"""

import io
import socket

import pytest
from werkzeug import Response

from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.fetch import Fetched, Fetcher
from tests.fetching import resolving, servers, web
from tests.patience import little_work

__all__ = ["servers", "web"]  # fixtures


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


def test_nothing_of_the_machine_reaches_a_strangers_server(web, httpserver, tmp_path, monkeypatch):
    """No password of ``~/.netrc``, no proxy of the environment: who is asked is the address that was checked."""
    (tmp_path / "netrc").write_text(f"machine {httpserver.host} login ana password secreto\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    httpserver.expect_request("/").respond_with_data("x")
    assert web.get(httpserver.url_for("/")).ok
    assert "Authorization" not in httpserver.log[-1][0].headers


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
