"""The service's web server against those who take their time."""

import socket
import threading
import time

import pytest

from tertulia.web import server
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("socket_enabled")


def hello(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body) + 2))])
    return [b"ok" + body]


class Quick(server.Server):
    """Cuts off who is slow."""

    whole_request_seconds = 0.3


class Patient(server.Server):
    """Cuts off nobody: whoever is answered beside slow senders has not waited for their end."""

    whole_request_seconds = 3600.0


class Small(Patient):
    most_connections = 20


class Running:
    """A server in a thread, and clients that are closed with it."""

    def __init__(self, monkeypatch, kind):
        monkeypatch.setattr(server, "CLEANUP_SECONDS", 0.1)
        (self.server,), self.answer = server.listen(hello, "127.0.0.1", 0, make=kind)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.clients = []
        self.stopping = False
        self.thread.start()

    def _run(self):
        try:
            self.answer()
        except OSError:
            if not self.stopping:
                raise

    def connect(self, sent=b""):
        client = socket.create_connection(("127.0.0.1", int(self.server.effective_port)), timeout=PATIENCE)
        self.clients.append(client)
        client.sendall(sent)
        return client

    def ask(self, body=b""):
        """What is answered to an honest request."""
        method = b"POST" if body else b"GET"
        client = self.connect(
            method + b" / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
        )
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer.partition(b"\r\n\r\n")[2]

    def close(self):
        self.stopping = True
        for client in self.clients:
            client.close()
        self.server.task_dispatcher.shutdown()
        self.server.close()


@pytest.fixture
def running(monkeypatch):
    made = []

    def start(kind=server.Server):
        made.append(Running(monkeypatch, kind))
        return made[0]

    yield start
    for one in made:
        one.close()


BEGUN = {
    "a header": b"GET / HTTP/1.1\r\nX-Slow: ",
    "a first line": b"G",
    "a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na",
    "a body in chunks": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n64\r\na",
}


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN.keys())
def test_a_request_must_be_whole_in_its_time(running, begun):
    """Bytes that come now and then do not keep a place, whichever part of the request they are of."""
    slow = running(Quick).connect(begun)
    slow.settimeout(0.05)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            slow.sendall(b"1")
            if slow.recv(10) == b"":
                return
        except TimeoutError:
            continue
        except OSError:
            return
    pytest.fail("it is still there")


def test_an_open_connection_may_ask_again_after_a_while(running):
    """Time between two requests is no slowness."""
    at_work = running(Quick)
    client = at_work.connect()
    for pause in (0, 0.6):
        time.sleep(pause)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\nok"):
            answer += client.recv(1000) or pytest.fail("it was closed")


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN.keys())
def test_a_hundred_and_ten_slow_senders_keep_nobody_out(running, begun):
    """Honest requests are answered beside them."""
    at_work = running(Patient)
    for _ in range(110):
        at_work.connect(begun)
    assert b"okhola" == at_work.ask(b"hola")


def test_however_many_wait_who_comes_with_a_request_is_let_in(running):
    """When all places are taken, the one that has waited longest makes room."""
    at_work = running(Small)
    for _ in range(60):
        at_work.connect(b"G")
    assert [b"okhola"] * 5 == [at_work.ask(b"hola") for _ in range(5)]
