"""What Facebook and Threads share: Meta's Graph API, whose errors have numbers of their own.

https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11). The HTTP status of a failure is
mostly 400, whatever it is; the code inside says whether to wait, to renew the key or to give up.
"""

from typing import Any

from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.core.languages import say
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import (
    CredentialsExpiredError,
    NetworkContext,
    OutcomeUnknownError,
    RefusedError,
    RetryLaterError,
)

EXPIRED = (102, 190)
SLOW_DOWN = (4, 17, 32, 341, 613)
BROKEN = (1, 2)  # "unknown error" and "service down": it may have acted
GONE = (100, 33)  # code and subcode of "Object … does not exist"
SLOW_DOWN_SECONDS = 900.0


def following(page: dict[str, Any]) -> str:
    """
    Return the cursor of what comes behind *page*; "" for the last.

    A page may hold fewer than were asked for, or nothing at all, and not be the last: what its viewer may not see is
    left out of it. https://developers.facebook.com/docs/graph-api/results (read 2026-11)
    """
    paging = page.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    goes_on = bool(page.get("data")) or bool(isinstance(paging, dict) and paging.get("next"))
    return after if goes_on and isinstance(after, str) else ""


def call(
    context: NetworkContext,
    method: str,
    url: str,
    *,
    network: str,
    token: str,
    renew: str,
    creates: bool = False,
    gone_is_fine: bool = False,
    data: dict[str, str] | None = None,
    params: dict[str, str | int] | None = None,
) -> dict[str, Any]:
    """
    Ask the Graph API; the JSON object of a good answer, {} when what was meant is gone and that is fine.

    Raises:
        RetryLaterError, OutcomeUnknownError, RefusedError, CredentialsExpiredError.
    """
    # The key goes in a header: in the address, where the documentation has it, it would end in logs.
    answer = wire.call(
        context.web,
        method,
        url,
        network=network,
        now=context.now,
        creates=creates,
        renew=renew,
        allow=(400, 401, 403),
        headers={"Authorization": f"Bearer {token}"},
        data=data,
        params=params,
    )
    if answer.ok:
        found = wire.json_object(answer, network, creates=creates)
        if not (found or creates):  # theirs for what is gone is an error with a number
            raise RetryLaterError(say("net_garbled", network=network))
        return found
    return _failure(answer, network=network, renew=renew, creates=creates, gone_is_fine=gone_is_fine)


def _failure(answer: Fetched, *, network: str, renew: str, creates: bool, gone_is_fine: bool) -> dict[str, Any]:
    error = _error(answer)
    code, words = error.get("code"), wire.own_words(answer, lambda body: body["error"]["message"])
    if gone_is_fine and (code, error.get("error_subcode")) == GONE:
        return {}
    if code in EXPIRED or answer.status == 401:
        raise CredentialsExpiredError(say("net_expired", network=network, words=words, renew=renew))
    if code in SLOW_DOWN:
        raise RetryLaterError(
            say("net_slow_down", network=network, status=f"{answer.status}, {code}"), SLOW_DOWN_SECONDS
        )
    if code in BROKEN:
        message = say("net_failed", network=network, status=answer.status, words=words)
        raise OutcomeUnknownError(message, 500) if creates else RetryLaterError(message)
    raise RefusedError(say("net_refused", network=network, status=answer.status, words=words))


def _error(answer: Fetched) -> dict[str, Any]:
    try:
        error = answer.json()["error"]
    except (FetchError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
