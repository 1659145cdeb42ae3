"""The one way out to the web: every address is hostile until it has answered decently.

``Fetcher`` wraps one requests session for everything that is fetched or sent: embeds, webmentions, networks' APIs.
requests-hardened resolves a name once, refuses private addresses and connects to the very address it checked, so a
name that changes its mind (DNS rebinding) gains nothing: https://github.com/saleor/requests-hardened (1.3.0). We add
what it leaves open: redirects followed one by one and checked each time, caps on size, total time and content type.

    web = Fetcher()
    page = web.get("https://example.com/", accept=("text/html",))
    page.status, page.url, page.text

Any status is an answer: the caller looks at ``status``. No answer is a ``FetchError`` and what we will not touch is a
``FetchRefusedError``, each with a sentence for the terminal.
"""

import logging
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.auth import AuthBase
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from tertulia import __version__
from tertulia.core import strict_json
from tertulia.core.addresses import Address, join_address, split_address
from tertulia.core.connections import Exchange, PrivateAdapter, public_adapter, retry
from tertulia.core.encodings import encoding_of, media_type
from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.languages import say
from tertulia.core.numbers import number_of

USER_AGENT = f"Tertulia/{__version__} (blog software; fetches what its author quotes)"
REDIRECTS = 5
TIMEOUT_SECONDS = 20.0  # for the whole exchange, redirects included
SILENCE_SECONDS = 10.0  # between two bytes
MAX_BYTES = 5_000_000
_CHUNK = 65_536
_REDIRECT_STATUSES = (301, 302, 303, 307, 308)
# What belongs to the first host only, and must not follow a redirect to another one.
_PERSONAL_HEADERS = ("authorization", "cookie", "proxy-authorization")

# A refused address is told once, by our own sentence.
logging.getLogger("requests_hardened").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Fetched:
    """An answer, whole and within its limits."""

    url: str  # where it came from in the end, redirects followed
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is in the two hundreds."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case: "text/html"; "" when none was told."""
        return media_type(self.headers.get("content-type", ""))

    @cached_property
    def text(self) -> str:
        """The body as text, in the encoding that ``encoding_of`` finds; what cannot be read becomes "�"."""
        encoding = encoding_of(self.body, self.headers.get("content-type", ""))
        return encoding.codec_info.decode(self.body, "replace")[0].removeprefix("\ufeff")

    def json(self) -> Any:
        """
        Return the body as JSON: dict, list, str, …

        Raises:
            FetchError: it is no JSON, or nested so deep that only malice explains it.
        """
        try:
            return strict_json.decode(self.body)
        except ValueError as error:
            raise FetchError(say("web_json", url=self.url)) from error


@dataclass(frozen=True, slots=True)
class _Limits:
    accept: tuple[str, ...]
    max_bytes: int
    cut: bool
    timeout_seconds: float
    ends_at: float


class Fetcher:
    """
    A guarded session; one may serve a whole run.

    Args:
        allow_private: "host:port" pairs that may be private: a test server, one's own service. Nothing by default.
        timeout_seconds: for one exchange from first byte sent to last byte read.
        user_agent: how we introduce ourselves; the blog's address belongs in it.
    """

    def __init__(
        self,
        allow_private: Iterable[str] = (),
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        user_agent: str = USER_AGENT,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._session = requests.Session()
        # No proxies, no ~/.netrc passwords: nothing of the machine reaches a stranger's server.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
        self._session.mount("https://", public_adapter(https=True))
        self._session.mount("http://", public_adapter(https=False))
        for pair in allow_private:
            for origin in _origins(pair):
                self._session.mount(origin, PrivateAdapter(max_retries=retry()))

    def get(
        self,
        url: str,
        *,
        accept: tuple[str, ...] = (),
        max_bytes: int = MAX_BYTES,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """
        Read *url*.

        Args:
            accept: Media types or their beginnings ("image/"); a successful answer of another type is refused.
            max_bytes: Most bytes of body, once decompressed.

        Raises:
            FetchRefusedError: private address, wrong scheme or type, too large, too slow, too many redirects.
            FetchError: no answer.
        """
        asked = {"Accept": ", ".join(f"{kind}*" if kind.endswith("/") else kind for kind in accept) or "*/*"}
        return self.request(
            "GET",
            url,
            headers=asked | dict(headers or {}),
            accept=accept,
            max_bytes=max_bytes,
            timeout_seconds=timeout_seconds,
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        data: Mapping[str, str] | bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        accept: tuple[str, ...] = (),
        max_bytes: int = MAX_BYTES,
        timeout_seconds: float | None = None,
        follow: bool | None = None,
        cut: bool = False,
    ) -> Fetched:
        """
        Send any request, as an API wants it; the same limits hold as in ``get``.

        Args:
            files: name → (file name, bytes, media type), sent as multipart/form-data.
            follow: Follow redirects. By default only what may safely be sent twice: GET and HEAD.
            cut: A body that is too large is cut instead of refused, for those who only ask whether there is one.

        Raises:
            FetchRefusedError, FetchError: as in ``get``.
        """
        seconds = timeout_seconds or self._timeout_seconds
        limits = _Limits(accept, max_bytes, cut, seconds, time.monotonic() + seconds)
        follow = method in ("GET", "HEAD") if follow is None else follow
        asked = requests.Request(
            method, url, params=params, json=json, data=data, files=files, headers=dict(headers or {}), auth=auth
        )
        return Exchange(lambda: self._exchange(asked, limits, follow)).within(seconds, url)

    def _exchange(self, asked: requests.Request, limits: _Limits, follow: bool) -> Fetched:
        first = asked.url
        for _hop in range(REDIRECTS + 1):
            _check(asked.url)
            try:
                prepared = self._session.prepare_request(asked)
                _check(prepared.url or "")
                with self._session.send(
                    prepared,
                    stream=True,
                    allow_redirects=False,
                    timeout=min(SILENCE_SECONDS, limits.timeout_seconds),
                ) as response:
                    target = response.headers.get("location") if response.status_code in _REDIRECT_STATUSES else None
                    if not (follow and target):
                        return _read(response, limits)
                    asked = _redirected(asked, prepared.url or "", self._session.get_redirect_target(response) or "")
            except InvalidIPAddress as error:
                raise FetchRefusedError(say("web_private", host=split_address(asked.url).host)) from error
            except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
                raise FetchRefusedError(say("web_bad_address", url=asked.url)) from error
            except (requests.RequestException, HTTPError, OSError) as error:
                # The socket waits as long as all of it may take: whichever of the two notices first says the same.
                if time.monotonic() >= limits.ends_at:
                    raise _slow(asked.url, limits) from error
                raise FetchError(say("web_silent", url=asked.url, reason=_reason(error))) from error
            except ValueError as error:
                raise FetchRefusedError(say("web_bad_address", url=asked.url)) from error
        raise FetchRefusedError(say("web_redirects", url=first, limit=REDIRECTS))


def _origins(pair: str) -> list[str]:
    """
    Return the URL beginnings that "host:port" stands for: "http://host:port/", and without a port where it is the
    usual.
    """
    host, _, port = pair.lower().rpartition(":")
    usual = {"80": f"http://{host}/", "443": f"https://{host}/"}.get(port)
    return [f"http://{pair.lower()}/", f"https://{pair.lower()}/", *([usual] if usual else [])]


def _check(url: str) -> None:
    parts = split_address(url)
    if parts == Address():
        raise FetchRefusedError(say("web_bad_address", url=url))
    if parts.scheme not in ("http", "https"):
        raise FetchRefusedError(say("web_scheme", url=url))
    if not parts.host:
        raise FetchRefusedError(say("web_bad_address", url=url))
    if "@" in parts.netloc:
        raise FetchRefusedError(say("web_userinfo", url=url))


def _redirected(asked: requests.Request, source: str, target: str) -> requests.Request:
    """Return the same question put to *target*, without what was meant for the first host's eyes only."""
    url = join_address(source, target)
    headers = dict(asked.headers or {})
    auth = asked.auth
    if split_address(source).origin != split_address(url).origin:
        headers = {name: value for name, value in headers.items() if name.lower() not in _PERSONAL_HEADERS}
        auth = None
    if asked.method not in ("GET", "HEAD"):
        raise FetchRefusedError(say("web_redirect_unsent", url=source))
    return requests.Request(asked.method, url, headers=headers, auth=auth)


def _read(response: requests.Response, limits: _Limits) -> Fetched:
    headers = {name.lower(): value for name, value in response.headers.items()}
    kind = media_type(headers.get("content-type", ""))
    if response.ok and limits.accept and not kind.startswith(limits.accept):
        raise FetchRefusedError(say("web_type", url=response.url, type=kind or "?", accept=", ".join(limits.accept)))
    told = number_of(headers.get("content-length", ""))
    if response.request.method != "HEAD" and not limits.cut and told > limits.max_bytes:
        raise FetchRefusedError(say("web_large", url=response.url, limit=limits.max_bytes))
    body = bytearray()
    # read1 hands over what has arrived, so a slow drip is noticed; it inflates no more than it is asked for, so a
    # small body that grows for ever is noticed too.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limits.max_bytes:
            if limits.cut:
                break
            raise FetchRefusedError(say("web_large", url=response.url, limit=limits.max_bytes))
        if time.monotonic() > limits.ends_at:
            raise _slow(response.url, limits)
    return Fetched(response.url, response.status_code, headers, bytes(body[: limits.max_bytes]))


def _slow(url: str, limits: _Limits) -> FetchSlowError:
    return FetchSlowError(say("web_slow", url=url, seconds=f"{limits.timeout_seconds:g}"))


_USUAL = (
    (socket.gaierror, "web_no_name"),
    (ConnectionRefusedError, "web_closed"),
    (ConnectionResetError, "web_broken"),
)


def _reason(error: BaseException) -> str:
    """Return the shortest name of what broke, the innermost exception with a message; the usual ones in our words."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    for kind, phrase in _USUAL:
        if isinstance(error, kind):
            return say(phrase)
    return str(error).split("\n")[0][:120] or type(error).__name__
