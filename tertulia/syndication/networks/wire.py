"""One request to a network's API, and what its answer means.

Every adapter asks through ``call``. The request that makes something public is asked with ``creates=True``: only
there does it matter whether a failure came before or after the server acted.

=============================  ==========================  ==========================
what came back                 when it creates             otherwise
=============================  ==========================  ==========================
no connection was made         RetryLaterError             RetryLaterError
sent, no answer                OutcomeUnknownError         RetryLaterError
429; 5xx with ``Retry-After``  RetryLaterError, as told    RetryLaterError, as told
any other 5xx                  OutcomeUnknownError         RetryLaterError
401                            CredentialsExpiredError     CredentialsExpiredError
any other 4xx                  RefusedError, own words     RefusedError, own words
=============================  ==========================  ==========================

A 5xx without ``Retry-After`` may come from a gateway in front of a server that did act, so it is not a no.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from urllib3.exceptions import ConnectTimeoutError

from tertulia.core.errors import FetchError, FetchRefusedError, NetworkError
from tertulia.core.fetch import Fetched, Fetcher
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.core.secret import HideSecrets, hide
from tertulia.syndication.networks.base import (
    CredentialsExpiredError,
    Finding,
    OutcomeUnknownError,
    Refusal,
    RefusedError,
    RetryLaterError,
)

TIMEOUT_SECONDS = 30.0
# What a server says that it will keep us waiting is believed up to a day.
LONGEST_WAIT_SECONDS = 86_400.0
# OAuth signatures are refused beyond five minutes; half of that is worth a word.
CLOCK_SECONDS = 150
# An HTML error page is no words of a network.
WORDS_LENGTH = 300

# urllib3 writes paths into its debug log, and Telegram's paths hold the token.
for _name in ("urllib3.connectionpool", "requests_oauthlib.oauth1_auth", "oauthlib.oauth1.rfc5849"):
    logging.getLogger(_name).addFilter(HideSecrets())


def call(
    web: Fetcher,
    method: str,
    url: str,
    *,
    network: str,
    now: Callable[[], datetime],
    creates: bool = False,
    renew: str = "",
    allow: tuple[int, ...] = (),
    words: Callable[[Any], str] | None = None,
    refusal: Callable[[Any], Refusal] | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str | int] | None = None,
    json: Any = None,
    data: Mapping[str, str] | bytes | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    auth: Any = None,
) -> Fetched:
    """
    Ask *url*; only a good answer comes back.

    Args:
        network: Its name for people, for the messages.
        creates: This request makes something public.
        renew: What to do when the key is no longer good.
        allow: Statuses that the caller wants to see for itself.
        words: Takes the network's words out of the answer's JSON.
        refusal: Takes the reason of a refusal out of it.

    Raises:
        NetworkError: by the table above. No message or cause holds a secret.
    """
    sent_headers = dict(headers or {})
    if creates:
        # A connection kept open may be closed by the server just as we write: an answer lost for nothing.
        sent_headers["Connection"] = "close"
    failure: NetworkError
    try:
        answer = web.request(
            method,
            url,
            params=params,
            json=json,
            data=data,
            files=files,
            headers=sent_headers,
            auth=auth,
            timeout_seconds=TIMEOUT_SECONDS,
            follow=False if creates else None,
        )
    except FetchError as error:
        why = hide(str(error))
        lost = creates and maybe_sent(error)
        failure = (
            OutcomeUnknownError(say("net_lost", network=network))
            if lost
            else RetryLaterError(say("net_down", network=network, why=why))
        )
    else:
        if answer.ok or answer.status in allow:
            return answer
        failure = _meaning(
            answer, network=network, creates=creates, renew=renew, words=words, refusal=refusal, now=now()
        )
    raise failure from None  # a cause would carry the address, and an address may hold a key


def _meaning(
    answer: Fetched,
    *,
    network: str,
    creates: bool,
    renew: str,
    words: Callable[[Any], str] | None,
    refusal: Callable[[Any], Refusal] | None,
    now: datetime,
) -> NetworkError:
    status = answer.status
    seconds = told_to_wait(answer.headers, now) or _told_inside(answer)
    said = own_words(answer, words)
    if status == 429 or (status >= 500 and seconds > 0):
        return RetryLaterError(say("net_slow_down", network=network, status=status), seconds or 60.0)
    if status >= 500:
        message = say("net_failed", network=network, status=status, words=said)
        return OutcomeUnknownError(message, status) if creates else RetryLaterError(message)
    if status == 401:
        return CredentialsExpiredError(say("net_expired", network=network, words=said, renew=renew))
    if status < 400:  # a redirect where none belongs: the base address is not the API's
        return RefusedError(say("net_redirected", network=network, status=status))
    message = say("net_refused", network=network, status=status, words=said)
    return RefusedError(message, code=_refusal(answer, refusal))


def _refusal(answer: Fetched, read: Callable[[Any], Refusal] | None) -> Refusal:
    try:
        return read(answer.json()) if read else Refusal.OTHER
    except (FetchError, AttributeError, KeyError, TypeError, IndexError):
        return Refusal.OTHER


def maybe_sent(error: BaseException) -> bool:
    """Whether the request may have reached the server before *error*; only a clear no is a no."""
    causes = list(_causes(error))
    if any(isinstance(cause, ConnectTimeoutError) for cause in causes):  # NewConnectionError is one
        return False
    # RefusedError with a cause: the address was no good, private or not one at all. Without: too slow or too large.
    return not (isinstance(error, FetchRefusedError) and len(causes) > 1)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        reason = getattr(error, "reason", None)  # urllib3's MaxRetryError
        if isinstance(reason, BaseException):
            yield reason
        inner = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(inner, BaseException):
            yield inner
        error = error.__cause__ or error.__context__


def told_to_wait(headers: Mapping[str, str], now: datetime) -> float:
    """How many seconds the server asks for, by ``Retry-After`` or one of the reset headers; 0.0 when it does not."""
    for name in (
        "retry-after",
        "x-ratelimit-reset-after",
        "ratelimit-reset",
        "x-ratelimit-reset",
        "x-rate-limit-reset",
    ):
        seconds = _seconds(headers.get(name, ""), now)
        if seconds > 0:
            return min(seconds, LONGEST_WAIT_SECONDS)
    return 0.0


def _told_inside(answer: Fetched) -> float:
    """Return what Telegram and Discord say in the answer itself: ``parameters.retry_after``, ``retry_after``."""
    if answer.status != 429:
        return 0.0
    try:
        body = answer.json()
        told = float(body.get("retry_after") or body.get("parameters", {}).get("retry_after") or 0)
        return min(told, LONGEST_WAIT_SECONDS) if told > 0 else 0.0  # "nan" is no number to wait
    except (FetchError, AttributeError, TypeError, ValueError):
        return 0.0


def _seconds(value: str, now: datetime) -> float:
    """Return a number of seconds, a Unix time, an ISO date (Mastodon) or an HTTP date, as seconds from *now*."""
    try:
        number = float(value)
    except ValueError:
        moment = parse_moment(value)
        return (moment - now).total_seconds() if moment else 0.0
    # No server asks for years; so a large number is a Unix time.
    return number - now.timestamp() if number > 1_000_000_000 else number


def own_words(answer: Fetched, words: Callable[[Any], str] | None = None) -> str:
    """Return what the network itself says is wrong, on one line, secrets taken out."""
    text = answer.text
    try:
        body = answer.json()
    except FetchError:
        text = "" if "<html" in text.lower() else text
    else:
        text = _said(body, words) or text
    return hide(" ".join(text.split()))[:WORDS_LENGTH]


def _said(body: Any, words: Callable[[Any], str] | None) -> str:
    try:
        if words:
            return words(body)
        for name in ("message", "error_description", "detail", "error", "description"):
            if isinstance(body.get(name), str) and body[name]:
                return str(body[name])
    except (AttributeError, KeyError, TypeError, IndexError):
        pass
    return ""


def json_object(answer: Fetched, network: str, *, creates: bool = False) -> dict[str, Any]:
    """Return the JSON object of a good answer; one that is not understood after creating is ``OutcomeUnknownError``."""
    try:
        body = answer.json()
    except FetchError:
        body = None
    if isinstance(body, dict):
        return body
    message = say("net_garbled", network=network)
    raise OutcomeUnknownError(message, answer.status) if creates else RetryLaterError(message)


def clock(answer: Fetched, now: datetime) -> list[Finding]:
    """Whether our clock and the server's agree; signatures and leases want that they do."""
    theirs = parse_moment(answer.headers.get("date", ""))
    if not theirs or abs((theirs - now).total_seconds()) <= CLOCK_SECONDS:
        return []
    return [Finding(False, say("doctor_clock", seconds=round((now - theirs).total_seconds())), say("doctor_clock_fix"))]
