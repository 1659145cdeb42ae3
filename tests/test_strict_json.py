"""JSON of strangers: read, or refused in one way."""

import pytest

from tertulia.content import snapshot
from tertulia.core import strict_json
from tertulia.core.errors import ContentError

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
