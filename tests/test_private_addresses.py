"""What leads into a private network is not asked: by number, by name, by another hop."""

import contextlib
import socket

import pytest

from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.fetch import Fetcher
from tests.fetching import resolving, servers, web

__all__ = ["servers", "web"]  # fixtures


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
