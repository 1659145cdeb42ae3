"""Connections of ``fetch``: to no private address, and whose sockets can be shut by who has waited long enough."""

import ipaddress
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tertulia.core.errors import FetchSlowError
from tertulia.core.languages import carried, say

Answer = TypeVar("Answer")

# The one block that IPv6 gives to the open net; all else is private, reserved, or an old way to write an IPv4
# address: https://www.iana.org/assignments/ipv6-unicast-address-assignments/ (read 2026-11)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# What of it leads to an IPv4 address all the same (6to4, RFC 7526), or nowhere (documentation, RFC 9637).
_LEADS_ASTRAY = tuple(map(ipaddress.ip_network, ("2002::/16", "3fff::/20", "192.88.99.0/24")))


class _Watched(HTTPConnection):
    """A connection whose socket the exchange knows, from the first byte on."""

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        _watch(made)
        return made

    def request(self, *arguments: Any, **named: Any) -> None:
        if self.sock is not None:  # kept from an earlier exchange
            _watch(self.sock)
        super().request(*arguments, **named)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class _Watching(HTTPAdapter):
    """An adapter whose connections are watched."""

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class PrivateAdapter(_Watching):
    """For what may be private: a test server, one's own service."""


class _PublicAdapter(_Watching, IPFilterAdapter):  # type: ignore[misc]
    """For all else: only addresses of the open net."""

    def build_connection_pool_key_attributes(self, *arguments: Any, **named: Any) -> Any:
        host, pool = super().build_connection_pool_key_attributes(*arguments, **named)
        address = ipaddress.ip_address(host["host"])
        is_open = address.is_global and (address.version == 4 or address in _GLOBAL_UNICAST)
        if not is_open or address.is_multicast or any(address in network for network in _LEADS_ASTRAY):
            raise InvalidIPAddress(str(address))
        return host, pool


def public_adapter(https: bool) -> HTTPAdapter:
    adapter: HTTPAdapter = _PublicAdapter(is_https_proto=https)  # type: ignore[call-arg]
    adapter.max_retries = retry()
    return adapter


def retry() -> Retry:
    # Only for a connection that could not be made. Retrying on a status would make urllib3 read the whole refused
    # body, and a hostile one has no end; retrying a read would go on behind the back of a caller who has given up.
    # An answer that says "Retry-After" is an answer too: the caller decides when to come back.
    return Retry(
        connect=1,
        read=0,
        status=0,
        redirect=0,
        other=0,
        allowed_methods=("GET", "HEAD"),
        backoff_factor=0.2,
        respect_retry_after_header=False,
    )


class Exchange(threading.Thread, Generic[Answer]):
    """
    One exchange in a thread of its own, which nobody waits for longer than agreed.

    Socket timeouts begin anew with each byte, and headers or chunk sizes that drip are read inside http.client
    where nobody can look at the clock. So what is given up has its sockets shut: the reading ends at once, and
    neither thread nor socket stays behind.
    """

    def __init__(self, work: Callable[[], Answer]) -> None:
        super().__init__(daemon=True, name="tertulia-fetch")
        self._work = carried(work)
        self._answer: Answer | None = None
        self._failure: BaseException | None = None
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._given_up = False

    def run(self) -> None:
        """Do the work, and let go of the sockets."""
        try:
            self._answer = self._work()
        except BaseException as error:
            self._failure = error
        finally:
            with self._lock:
                for handle in self._handles:
                    handle.close()
                self._handles.clear()

    def within(self, seconds: float, url: str) -> Answer:
        """
        Return what comes of it in *seconds*.

        Raises:
            FetchRefusedError: nothing came of it in time.
        """
        self.start()
        self.join(seconds)
        if self.is_alive():
            with self._lock:
                self._given_up = True
                for handle in self._handles:
                    _shut(handle)
            raise FetchSlowError(say("web_slow", url=url, seconds=f"{seconds:g}"))
        if self._failure:
            raise self._failure
        assert self._answer
        return self._answer

    def watch(self, connected: socket.socket) -> None:
        """Remember a socket by a handle of our own: TLS takes the first one away while it greets."""
        handle = socket.socket(fileno=os.dup(connected.fileno()))
        with self._lock:
            self._handles.append(handle)
            if self._given_up:
                _shut(handle)


def _watch(connected: socket.socket) -> None:
    exchange = threading.current_thread()
    if isinstance(exchange, Exchange):
        exchange.watch(connected)


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
