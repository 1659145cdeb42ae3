"""Fetching from servers on this machine, and from those that no decent machine would be."""

import socket
import threading

import pytest

from tertulia.core import languages
from tertulia.core.fetch import Fetcher
from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def servers(socket_enabled):
    """Let a test ask servers on this machine, in English."""
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
