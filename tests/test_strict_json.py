"""JSON of strangers: read, or refused in one way."""

import subprocess
import sys

import pytest

from tertulia.content import snapshot
from tertulia.core import strict_json
from tertulia.core.errors import ContentError
from tests.conftest import ROOT

ODD = {
    "nothing": b"",
    "no JSON": b"<!doctype html>",
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "deep and whole": b"[" * 100_000 + b"]" * 100_000,
    "no UTF-8": b'{"a": "\xf1"}',
    "a lone surrogate": '{"a": "\ud800"}'.encode("utf-8", "surrogatepass"),
    "not a number": b"[NaN]",
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_json_is_a_value_error(data):
    """Whatever is wrong with it, how deep it may be: one kind of refusal."""
    with pytest.raises(ValueError, match=r"."):
        strict_json.decode(data)
    with pytest.raises(ValueError, match=r"."):
        strict_json.decode(data, dict[str, str])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (rb'["\ud83d", "bien"]', ["\ufffd", "bien"]),
        (rb'["a\ud83d b\ude00"]', ["a\ufffd b\ufffd"]),
        (rb'["\ud83d\u0041", "\ud83d\ude00"]', ["\ufffdA", "\U0001f600"]),
        (rb'["\\ud83d", "\uD83D"]', [r"\ud83d", "\ufffd"]),
    ],
)
def test_half_a_sign_costs_itself_only(data, said):
    """Networks cut emoji in two: what stands beside is read, and so is what only looks like it."""
    assert said == strict_json.decode(data) == strict_json.decode(data.decode(), list[str])


def test_another_shape_is_a_value_error():
    """JSON that is not of the shape asked for is refused as no JSON is."""
    assert {"a": "ñ"} == strict_json.decode('{"a": "ñ"}', dict[str, str])
    with pytest.raises(ValueError, match="str"):
        strict_json.decode(b'{"a": [1]}', dict[str, str])


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_a_snapshot_that_makes_no_sense_is_told_by_name(tmp_path, data):
    """A broken snapshot is one clear line with its file, never an empty conversation."""
    snapshot.file_for(tmp_path, "a1", "es").write_bytes(data)
    with pytest.raises(ContentError, match=r"a1\.es\.json"):
        snapshot.read(tmp_path, "a1", "es")
    with pytest.raises(ContentError, match=r"a1\.es\.json"):
        snapshot.read_all(tmp_path)


SHAPES = """
import sys, threading
import msgspec
from tertulia.core import strict_json

sys.setswitchinterval(1e-6)
for number in range(150):
    inner = msgspec.defstruct(f"Inner{number}", [(f"b{place}", int, 0) for place in range(20)])
    outer = msgspec.defstruct(f"Outer{number}", [("a", list[inner]), *((f"c{place}", str, "") for place in range(20))])
    begin, read = threading.Barrier(4), []

    def decode(kind, data):
        begin.wait()
        read.append(strict_json.decode(data, kind))

    asked = [(outer, b'{"a": [{"b1": 1}]}')] * 4
    threads = [threading.Thread(target=decode, args=one) for one in asked]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert 4 == len(read), number
"""


def test_threads_that_first_ask_for_a_shape_together_are_all_answered():
    """As the first readers of a service do: a process of its own, because what went wrong here was its end."""
    done = subprocess.run([sys.executable, "-c", SHAPES], cwd=ROOT, check=False, capture_output=True, text=True)
    assert (0, "") == (done.returncode, done.stderr)
