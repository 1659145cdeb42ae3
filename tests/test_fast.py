"""The fast run holds what it says: nothing that makes a whole blog or starts a browser, and something of every test."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import fast

PAGE = Path(__file__).with_name("test_page.py")


def item(name, fixtures=(), marks=()):
    """A test as pytest hands it to us."""
    return SimpleNamespace(
        nodeid=f"tests/test_a.py::{name}",
        fixturenames=list(fixtures),
        get_closest_marker=lambda mark: mark if mark in marks else None,
    )


def names(items):
    return [one.nodeid.partition("::")[2] for one in fast.chosen(items)]


def test_two_examples_stand_for_many():
    """The first and the last; of fewer, all."""
    many = [item(f"test_a[{number}]") for number in range(9)]
    few = [item("test_b[[x]"), item("test_b[y]"), item("test_c")]
    assert ["test_a[0]", "test_a[8]", "test_b[[x]", "test_b[y]", "test_c"] == names([*many, *few])


@pytest.mark.parametrize(
    ("fixtures", "marks"), [(["tmp_path", "build"], ()), (["site"], ()), ([], ["real"]), ([], ["slow"])]
)
def test_who_makes_a_whole_blog_or_is_marked_waits_for_the_whole_suite(fixtures, marks):
    """One of them is enough; what is not left out stays."""
    assert ["test_b"] == names([item("test_a", fixtures, marks), item("test_b", ["tmp_path"], ["skipif"])])


def test_an_example_that_is_slow_does_not_stand_for_the_others():
    """A store on a real PostgreSQL is left out, the one on SQLite is tried."""
    examples = [item("test_a[sqlite]"), item("test_a[postgres]", marks=["real"])]
    assert ["test_a[sqlite]"] == names(examples)


def test_a_fast_run_opens_no_browser():
    """Pytest knows the option; of a file that is all about pages in a browser it takes what needs none."""
    command = [sys.executable, "-m", "pytest", "--fast", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    asked = subprocess.run([*command, __file__, str(PAGE)], cwd=PAGE.parent.parent, capture_output=True, check=True)
    counted = dict(line.split(": ") for line in asked.stdout.decode().splitlines() if ": " in line)
    assert {"tests/test_fast.py", "tests/test_page.py"} >= set(counted) >= {"tests/test_fast.py"}
    assert int(counted.get("tests/test_page.py", "0")) < PAGE.read_text("utf-8").count("\ndef test_") / 2
