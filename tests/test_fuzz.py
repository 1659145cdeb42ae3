"""The fuzz itself, for a moment: every door is tried, and a fault is seen. ``tasks.py fuzz`` does it for long."""

from types import SimpleNamespace

import pytest

from tests.fuzz import Fuzz, Words

pytestmark = pytest.mark.slow


def test_no_door_fails_for_odd_words(tmp_path):
    """Five odd words for each, the same at every run."""
    fuzz = Fuzz(tmp_path, seed=20)
    for _ in range(5):
        fuzz.round()
    assert (0, {5}) == (fuzz.found, set(fuzz.tried.values()))


def test_a_fault_is_seen(tmp_path, capsys):
    """A traceback and a 500 count; what a door refuses does not. The same seed gives the same words."""
    fuzz = Fuzz(tmp_path, seed=20)

    def raising():
        raise IndexError("odd")

    def failing():
        return SimpleNamespace(status_code=500)

    def refusing():
        return SimpleNamespace(status_code=400)

    fuzz.doors = (raising, failing, refusing)
    fuzz.round()
    assert 2 == fuzz.found
    assert "raising, try 1: Traceback" in capsys.readouterr().out
    assert Words(7).some() == Words(7).some()
