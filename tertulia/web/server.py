"""The web server of the service: waitress, which no slow sender may hold.

waitress reads a request whole before one of its threads sees it, so a slow sender holds no thread; but it counts
silence only from the last byte on, and a connection that sends one byte now and then would stay for ever. Here a
request must be whole in a time, whichever part of it is slow, and when all places are taken who has waited longest
for its own request makes room. https://docs.pylonsproject.org/projects/waitress/
"""

import time
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

MOST_BYTES = 1_000_000  # larger bodies are not even read
SILENCE_SECONDS = 20
WHOLE_REQUEST_SECONDS = 30.0  # a comment over a telephone's worst line
CLEANUP_SECONDS = 2
# Below the 1,024 open files that many systems give a process.
MOST_CONNECTIONS = 500
THREADS = 8


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, which knows since when a request is awaited."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.awaited_since = self.creation_time

    def received(self, data: bytes) -> bool:
        """Take *data*; the first byte of a request starts its time, and the others do not renew it."""
        if self.request is None and not self.requests:
            self.awaited_since = time.time()
        return bool(super().received(data))

    def is_late(self, now: float, seconds: float) -> bool:
        """Tell whether a request was begun longer than *seconds* ago (*now*: of ``time.time``) and is not whole."""
        return self.request is not None and now - self.awaited_since > seconds

    @property
    def may_go(self) -> bool:
        """Whether it has no whole request that is being answered."""
        return not (self.requests or self.will_close)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """One listening address."""

    channel_class = Channel
    whole_request_seconds = WHOLE_REQUEST_SECONDS
    most_connections = MOST_CONNECTIONS

    def maintenance(self, now: float) -> None:
        """Close who has been silent too long, and whose request is not whole in its time."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_late(now, self.whole_request_seconds):
                channel.will_close = True

    def handle_accept(self) -> None:
        """Let one more in; where there is no place, instead of who has kept us waiting longest."""
        if len(self.active_channels) >= self.most_connections:
            waiting = [channel for channel in self.active_channels.values() if channel.may_go]
            if waiting:
                min(waiting, key=lambda channel: channel.awaited_since).will_close = True  # in the next turn
        super().handle_accept()


def listen(
    application: WSGIApplication, host: str, port: int, *, make: Callable[..., Server] = Server
) -> tuple[list[Server], Callable[[], None]]:
    """
    Listen at *host* and *port*, which may be several addresses.

    Args:
        port: 0 takes one that is free: ``effective_port`` of each server.
        make: The class of the servers.

    Returns:
        The servers, and what answers until it is interrupted.

    Raises:
        OSError: the address cannot be had.
    """
    adjustments = Adjustments(
        host=host,
        port=port,
        threads=THREADS,
        ident="",
        max_request_body_size=MOST_BYTES,
        channel_timeout=SILENCE_SECONDS,
        cleanup_interval=CLEANUP_SECONDS,
        connection_limit=MOST_CONNECTIONS + 50,  # never reached: who is too many takes another's place
        asyncore_use_poll=True,  # select() knows no file above 1,023
        clear_untrusted_proxy_headers=False,  # ProxyFix reads them, as many as TRUSTED_PROXIES allows
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    sockets: dict[int, Any] = {}
    servers = [
        make(application, sockets, True, dispatcher=dispatcher, adj=adjustments, sockinfo=sockinfo)
        for sockinfo in adjustments.listen
    ]

    def answer() -> None:
        try:
            wasyncore.loop(timeout=adjustments.asyncore_loop_timeout, map=sockets, use_poll=True)
        except (SystemExit, KeyboardInterrupt):
            dispatcher.shutdown()

    return servers, answer
