"""No webmention makes this machine ask itself or its neighbours; these go through the real ``Fetcher``."""

import pytest

from tertulia.conversation.webmention import send
from tertulia.conversation.webmention.receive import NotTakenError, Receiver
from tertulia.core.fetch import Fetcher
from tests.mentioning import NOW, SOURCE, TARGET, Sites, house
from tests.patience import PATIENCE

__all__ = ["house"]  # a fixture


PRIVATE = (
    "http://127.0.0.1/", "http://127.1/", "http://127.0.0.1:8000/", "http://0/", "http://0.0.0.0/", "http://localhost/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/", "http://printer.local/", "http://localhost.localdomain/", "http://metadata.google.internal/",
    "file:///etc/passwd", "http://user@127.0.0.1/",
)  # fmt: skip


class Connections:
    """Every connection that anybody tries to make; none is made."""

    def __init__(self, monkeypatch, names=()):
        import socket

        self.made: list[object] = []
        answers = dict(names)

        def resolve(host, port, *_args, **_kwargs):
            told = answers.get(host)
            if told is None:
                try:
                    address = socket.inet_ntoa(socket.inet_aton(host))  # as the C library reads "127.1" and "0x7f.1"
                except OSError:
                    if ":" not in host:
                        address = "127.0.0.1"  # whatever has no name of its own leads to this machine
                    else:
                        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (host, port or 80, 0, 0))]
            else:
                address = told.pop(0) if len(told) > 1 else told[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 80))]

        def connect(address, *_args, **_kwargs):
            self.made.append(address)
            raise OSError("no connection in this test")

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
        monkeypatch.setattr("urllib3.connection.connection.create_connection", connect)
        monkeypatch.setattr(socket.socket, "connect", lambda _self, address: connect(address))


def receiving(house, web):
    return Receiver(house.store.mentions, house.pages, web, house.moderator.ingest, house.moderator.gone, lambda: NOW)


@pytest.mark.parametrize("url", PRIVATE)
def test_no_private_source_is_fetched(house, monkeypatch, socket_enabled, url):
    """However an address of this machine or its neighbours is written, no connection is tried."""
    connections = Connections(monkeypatch)
    receiver = receiving(house, Fetcher(timeout_seconds=PATIENCE))
    try:
        receiver.accept(url, TARGET)
    except NotTakenError:
        pass
    else:
        receiver.work()
        assert "refused" == house.store.mentions.known(url, TARGET).state
    assert [] == connections.made


@pytest.mark.parametrize("url", PRIVATE)
def test_no_private_target_is_told(house, monkeypatch, socket_enabled, url):
    """Neither as a link in a post, nor as an endpoint that a page names."""
    connections = Connections(monkeypatch)
    web = Fetcher(timeout_seconds=PATIENCE)
    house.publish(f'<div class="e-content"><a href="{url}">x</a></div>')
    send.Sender(house.store.sent, web, lambda: NOW).run()
    sites = Sites()
    sites.put("https://otro.example/", f'<link rel="webmention" href="{url}">')
    real = sites.request
    sites.request = lambda method, asked, **more: (
        web.request(method, asked, **more) if method == "POST" else real(method, asked)
    )
    house.publish('<div class="e-content"><a href="https://otro.example/">x</a></div>')
    send.Sender(house.store.sent, sites, lambda: NOW).run()
    assert [] == connections.made


def test_a_public_name_is_tried(house, monkeypatch, socket_enabled):
    """The guard's own test: a public address does reach the point of connecting."""
    connections = Connections(monkeypatch, {"ines.example": ["93.184.216.34"]})
    receiver = receiving(house, Fetcher(timeout_seconds=PATIENCE))
    receiver.accept(SOURCE, TARGET)
    receiver.work()
    assert [] != connections.made


def test_a_name_that_changes_its_mind_gains_nothing(house, monkeypatch, socket_enabled):
    """DNS rebinding: what was looked at is what is connected to."""
    connections = Connections(monkeypatch, {"ines.example": ["93.184.216.34", "127.0.0.1"]})
    receiver = receiving(house, Fetcher(timeout_seconds=PATIENCE))
    receiver.accept(SOURCE, TARGET)
    receiver.work()
    assert {"93.184.216.34"} == {address[0] for address in connections.made}


@pytest.mark.parametrize("url", PRIVATE)
def test_a_redirect_to_a_private_address_is_not_followed(house, socket_enabled, httpserver, monkeypatch, url):
    """The first host is public; where it leads is not."""
    from werkzeug import Response

    httpserver.expect_request("/nota").respond_with_response(Response("", 302, {"Location": url}))
    here = f"127.0.0.1:{httpserver.port}"
    told = f"http://{here}/nota"
    receiver = receiving(house, Fetcher([here], timeout_seconds=PATIENCE))
    receiver.accept(told, TARGET)
    import socket

    real = socket.socket.connect
    tried = []

    def connect(self, address):
        tried.append(address[:2])
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    receiver.work()
    assert ({("127.0.0.1", httpserver.port)}, 1) == (set(tried), len(httpserver.log))
