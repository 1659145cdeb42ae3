"""Strangers' words give no orders: neither to the terminal, nor to the log, nor in what is kept."""

import datetime as dt
import io
import logging
import sys

import pytest

from tertulia.core import visible
from tertulia.core.errors import FetchRefusedError
from tertulia.core.languages import say
from tertulia.core.visible import OneLine, VisibleStream
from tertulia.embeds.capture import capture, tell
from tests.embedding import FakeWeb, post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ORDERS = ("\x1b[31m", "\x9b31m", "\x07", "\x7f", "\r", "\b", "\u202e", "\u2066", "\u200b", "\x00", "\U000e0041")


@pytest.mark.parametrize("order", ORDERS)
def test_no_value_of_a_phrase_gives_orders(order):
    """What a phrase is given, text, file name or exception, comes out as what can be seen of it."""
    for value in (f"a{order}b", ValueError(f"a{order}b")):
        said = say("bad_port", value=value)
        assert visible.visible(said) == said
        assert "a" in said


@pytest.mark.parametrize("order", ORDERS)
def test_no_output_of_a_task_gives_orders(order, monkeypatch):
    """Whatever is printed, to either stream, by whatever way: the terminal does not move."""
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setattr(sys, "stderr", shown)
    visible.guard_terminal()
    print(f"Ana{order}", "año")
    print(f"Luis{order}", file=sys.stderr)
    sys.stdout.writelines([f"{order}ñ\n"])
    rest = order[1:] if order[0] in "\x1b\x9b" else ""
    assert f"Ana{rest} año\nLuis{rest}\n{rest}ñ\n" == shown.getvalue()


def test_a_hint_may_be_dim():
    """The one order we give ourselves, less light, stands."""
    shown = io.StringIO()
    VisibleStream(shown).write("\033[2muna pista\033[0m\033[2J")
    assert "\033[2muna pista\033[0m[2J" == shown.getvalue()


@pytest.mark.parametrize("order", [*ORDERS, "\n2026-11-22 INFO approved", "\x85", "\u2028"])
def test_a_record_of_the_log_is_one_line(order):
    """A stranger's address ends no line of the log and adds none."""
    shown = io.StringIO()
    handler = logging.StreamHandler(shown)
    handler.addFilter(OneLine())
    handler.handle(logging.LogRecord("t", logging.INFO, "f", 1, "webmention from %s: %s", (f"a{order}b", "no"), None))
    assert 1 == len(shown.getvalue().splitlines())
    assert shown.getvalue().endswith("no\n")
    assert order not in shown.getvalue()


def test_a_captures_reason_holds_none(tmp_path):
    """What a server says of itself is kept and told as far as it can be seen."""
    refused = FetchRefusedError(say("web_type", url="https://a.example/", type="image\x1b[31m", accept="text/html"))
    post(tmp_path, "https://a.example/")
    steps = list(capture(tmp_path, FakeWeb({"https://a.example/": refused}), NOW))
    kept = next((tmp_path / "embeds").rglob("*.json")).read_text("utf-8")
    assert "\x1b" not in tell(steps[0])
    assert "\\u001b" not in kept
    assert "\x1b" not in kept
