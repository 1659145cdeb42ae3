"""What an answer of a network means: the table on top of ``wire.py``, row by row, and each condition by itself."""

import json
import logging
from datetime import timedelta

import pytest
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from tertulia.core import languages
from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.fetch import Fetched
from tertulia.core.secret import DOTS, Secret
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import (
    CredentialsExpiredError,
    OutcomeUnknownError,
    Refusal,
    RefusedError,
    RetryLaterError,
)
from tests.fakes import NOW

LATER, UNKNOWN, EXPIRED, REFUSED = RetryLaterError, OutcomeUnknownError, CredentialsExpiredError, RefusedError
RETRY = {"retry-after": "90"}


@pytest.fixture(autouse=True)
def _in_english():
    languages.speak("en")


class Web:
    """A server that gives one answer, or fails in one way, and keeps how it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = {}

    def request(self, method, url, **asked):
        self.asked = {"method": method, "url": url, **asked}
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def answer(status, body="", headers=None):
    """What came back."""
    return Fetched("https://net.example/api", status, headers or {}, body.encode())


def failure(*causes, words="no", kind=FetchError):
    """What the fetch raises, with what lies behind it, the nearest first."""
    error = kind(words)
    below = error
    for cause in causes:
        below.__cause__ = cause
        below = cause
    return error


def asked(given, **more):
    """Ask a network whose server gives *given*; what came of it."""
    more = {"network": "Net", "now": lambda: NOW, **more}
    return wire.call(Web(given), "POST", "https://net.example/api", **more)


@pytest.mark.parametrize(
    ("status", "headers", "creating", "asking", "seconds"),
    [
        (429, {}, LATER, LATER, 60),
        (429, RETRY, LATER, LATER, 90),
        (500, {}, UNKNOWN, LATER, 0),
        (500, RETRY, LATER, LATER, 90),
        (502, {}, UNKNOWN, LATER, 0),
        (503, RETRY, LATER, LATER, 90),
        (503, {"retry-after": "0.5"}, LATER, LATER, 0.5),
        (503, {"retry-after": "0"}, UNKNOWN, LATER, 0),
        (503, {"retry-after": "-9"}, UNKNOWN, LATER, 0),
        (401, {}, EXPIRED, EXPIRED, None),
        (401, RETRY, EXPIRED, EXPIRED, None),
        (400, {}, REFUSED, REFUSED, None),
        (403, RETRY, REFUSED, REFUSED, None),
        (422, {}, REFUSED, REFUSED, None),
        (499, {}, REFUSED, REFUSED, None),
        (302, {}, REFUSED, REFUSED, None),
    ],
)
@pytest.mark.parametrize("creates", [True, False])
def test_what_an_answer_means(status, headers, creating, asking, seconds, creates):
    """Whether it may have acted is asked only where something is made; how long to wait is believed."""
    with pytest.raises((LATER, UNKNOWN, REFUSED)) as caught:
        asked(answer(status, "no", headers), creates=creates)
    meant = creating if creates else asking
    assert meant is type(caught.value)
    assert meant is not LATER or seconds == caught.value.seconds
    assert meant is not UNKNOWN or status == caught.value.status
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    redirects = "check its address" in str(caught.value)
    assert (status == 302) == redirects


@pytest.mark.parametrize(("status", "allowed"), [(200, ()), (299, ()), (404, (404, 410)), (410, (404, 410))])
def test_good_and_expected_answers_come_back(status, allowed):
    """All of the two hundreds, and what the caller wants to see for itself."""
    given = answer(status)
    assert given is asked(given, allow=allowed)


def test_what_is_not_allowed_is_no_answer():
    """Another status than those that the caller named is refused as ever."""
    with pytest.raises(REFUSED):
        asked(answer(409), allow=(404,))


REACHED = {
    "no connection": (failure(NewConnectionError(None, "refused")), False),
    "no answer to the call": (failure(ConnectTimeoutError(None, "slow")), False),
    "none, behind its attempts": (failure(MaxRetryError(None, "/", NewConnectionError(None, "refused"))), False),
    "none, behind a library": (failure(OSError(MaxRetryError(None, "/", ConnectTimeoutError(None, "slow")))), False),
    "lost on the way back": (failure(ReadTimeoutError(None, "/", "slow")), True),
    "lost, behind its attempts": (failure(MaxRetryError(None, "/", ReadTimeoutError(None, "/", "slow"))), True),
    "nothing known": (failure(), True),
    "an answer too large": (failure(kind=FetchRefusedError), True),
    "a private address": (failure(ValueError("10.0.0.1"), kind=FetchRefusedError), False),
    "something else below": (failure(ValueError("odd")), True),
    "something without a word below": (failure(OSError()), True),
}


@pytest.mark.parametrize("case", REACHED)
def test_what_was_lost_may_have_arrived(case):
    """Only what never left is a clear no; only where something is made is the rest unknown."""
    error, reached = REACHED[case]
    with pytest.raises((LATER, UNKNOWN)) as caught:
        asked(error, creates=True)
    assert (UNKNOWN if reached else LATER) is type(caught.value)
    with pytest.raises(LATER):
        asked(error)


def test_a_failure_that_causes_itself_comes_to_an_end():
    """Libraries link exceptions as they like."""
    error = failure(OSError("one"))
    error.__cause__.__context__ = error
    assert wire.maybe_sent(error)


def test_a_cause_that_nobody_named_is_seen():
    """What was raised while something else was handled has a context alone."""
    error = FetchError("no")
    error.__context__ = NewConnectionError(None, "refused")
    assert not wire.maybe_sent(error)


@pytest.mark.parametrize("creates", [True, False])
def test_what_makes_something_is_asked_on_a_connection_of_its_own(creates):
    """And follows no redirect: neither may lose an answer, or ask twice. The caller's headers stay as they were."""
    web, headers = Web(answer(200)), {"X-Key": "k"}
    wire.call(web, "POST", "https://n.example", network="Net", now=lambda: NOW, creates=creates, headers=headers)
    own = {"Connection": "close"} if creates else {}
    assert ({"X-Key": "k", **own}, False if creates else None) == (web.asked["headers"], web.asked["follow"])
    assert {"X-Key": "k"} == headers


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": " 90 "}, 90),
        ({"retry-after": ""}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "-5", "x-ratelimit-reset": "30"}, 30),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sun, 22 Nov 2026 18:00:10 GMT"}, 10),
        ({"x-ratelimit-reset-after": "7"}, 7),
        ({"ratelimit-reset": "8"}, 8),
        ({"x-ratelimit-reset": (NOW + timedelta(seconds=9)).isoformat()}, 9),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 11)}, 11),
        ({"retry-after": "5", "x-ratelimit-reset": "30"}, 5),
        ({"retry-after": "900000000"}, 86_400),
        ({"retry-after": "inf"}, 86_400),
    ],
)
def test_how_long_a_server_asks_to_be_left_alone(headers, seconds):
    """Seconds, a date of mail, an ISO date or a Unix time, by whichever header; the first that says something."""
    assert seconds == wire.told_to_wait(headers, NOW)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"retry_after": 7}, 7),
        ({"retry_after": 0.5}, 0.5),
        ({"parameters": {"retry_after": 8}}, 8),
        ({"retry_after": 3, "parameters": {"retry_after": 8}}, 3),
        ({"retry_after": 10**9}, 86_400),
        ({"retry_after": "nan"}, 60),
        ({"retry_after": -5}, 60),
        ({"retry_after": "soon"}, 60),
        ({"retry_after": []}, 60),
        ({"retry_after": [7]}, 60),
        ({"parameters": None}, 60),
        ([], 60),
        ({}, 60),
    ],
)
def test_how_long_an_answer_says_inside(body, seconds):
    """Telegram and Discord say it there; what makes no sense is a minute."""
    with pytest.raises(LATER) as caught:
        asked(answer(429, json.dumps(body)))
    assert seconds == caught.value.seconds


def test_only_who_asks_to_slow_down_says_inside_how_long():
    """A body of any other answer is the network's business."""
    with pytest.raises(UNKNOWN):
        asked(answer(503, '{"retry_after": 7}'), creates=True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"message": "too long", "detail": "no"}', "too long"),
        ('{"error_description": "bad", "error": "no"}', "bad"),
        ('{"detail": "no such picture"}', "no such picture"),
        ('{"error": "no"}', "no"),
        ('{"description": "chat not found"}', "chat not found"),
        ('{"message": "", "error": "no"}', "no"),
        ('{"message": 7, "error": "no"}', "no"),
        ('{"odd": 7}', '{"odd": 7}'),
        ("[1]", "[1]"),
        ("null", "null"),
        ("two\n  lines", "two lines"),
        ("<HTML><body>502</body></HTML>", ""),
        ("x" * 400, "x" * 300),
        ("the key s3cr3t-and-long is bad", f"the key {DOTS} is bad"),
    ],
)
def test_the_networks_own_words(body, words):
    """On one line, shortened, secrets out; no page of HTML."""
    Secret("s3cr3t-and-long")
    assert words == wire.own_words(answer(400, body))


@pytest.mark.parametrize("raised", [KeyError("a"), TypeError("b"), IndexError("c"), AttributeError("d")])
def test_whoever_takes_words_or_reasons_out_of_an_answer_may_stumble(raised):
    """An adapter that finds another shape than it knows still leaves a refusal, with the words as they came."""

    def stumble(_body):
        raise raised

    with pytest.raises(REFUSED) as caught:
        asked(answer(422, '{"odd": 7}'), words=stumble, refusal=stumble)
    assert Refusal.OTHER is caught.value.code and '{"odd": 7}' in str(caught.value)


@pytest.mark.parametrize(("body", "code"), [('{"title": "twice"}', Refusal.DUPLICATE), ("no JSON", Refusal.OTHER)])
def test_the_reason_of_a_refusal_is_the_adapters(body, code):
    """And so are its words; without JSON there is none."""
    with pytest.raises(REFUSED) as caught:
        asked(answer(422, body), words=lambda said: said["title"], refusal=lambda _: Refusal.DUPLICATE)
    assert code is caught.value.code
    assert ("twice" in body) == ("(422): twice" in str(caught.value))


def test_a_good_answer_that_is_not_understood():
    """After making something nobody knows whether it is there; else it may be asked again."""
    assert {"id": "1"} == wire.json_object(answer(200, '{"id": "1"}'), "Net")
    for body in ("[1]", "no JSON"):
        with pytest.raises(UNKNOWN) as caught:
            wire.json_object(answer(200, body), "Net", creates=True)
        assert 200 == caught.value.status
        with pytest.raises(LATER):
            wire.json_object(answer(200, body), "Net")


@pytest.mark.parametrize(("seconds", "told"), [(0, 0), (150, 0), (-150, 0), (151, 1), (-151, 1)])
def test_a_clock_that_is_wrong_is_told(seconds, told):
    """Either way, beyond what signatures bear; a server that tells no time says nothing."""
    theirs = NOW.replace(microsecond=0)
    date = {"date": theirs.isoformat()}
    found = wire.clock(answer(200, headers=date), theirs + timedelta(seconds=seconds))
    assert told == len(found) and all(not one.good and str(seconds) in one.what for one in found)
    assert [] == wire.clock(answer(200), NOW)


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "requests_oauthlib.oauth1_auth", "oauthlib.oauth1.rfc5849"])
def test_no_library_logs_a_secret(name, monkeypatch):
    """Their debug log holds paths and signatures, and those hold keys."""
    Secret("s3cr3t-and-long")
    logger, heard = logging.getLogger(name), logging.Handler()
    records: list[logging.LogRecord] = []
    monkeypatch.setattr(heard, "emit", records.append)
    monkeypatch.setattr(logger, "handlers", [heard])
    monkeypatch.setattr(logger, "disabled", False)
    # Each says something else: Pelican's loggers drop what one of them has said before.
    said = logger.makeRecord(name, logging.DEBUG, "", 0, f"POST /bot%s/{name}", ("s3cr3t-and-long",), None)
    logger.handle(said)
    assert [f"POST /bot{DOTS}/{name}"] == [record.getMessage() for record in records]
