"""The fast run holds what it says: most examples, by what they cost; no whole blog, no browser, no server."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import fast

PAGE = Path(__file__).with_name("test_page.py")
HEAVY_FIXTURES = {"browser", "postgres_url", *fast.WHOLE_BLOG}


def item(name, fixtures=(), marks=()):
    """A test as pytest hands it to us."""
    return SimpleNamespace(
        nodeid=f"tests/test_a.py::{name}",
        fixturenames=list(fixtures),
        get_closest_marker=lambda mark: mark if mark in marks else None,
    )


def names(items, costs=()):
    known = {f"tests/test_a.py::{name}": cost for name, cost in dict(costs).items()}
    return [one.nodeid.partition("::")[2] for one in fast.chosen(items, known)]


def test_what_an_example_costs_says_how_many_are_tried():
    """All of a cheap test and of one that was never measured, the first where it costs more, none of a dear one."""
    items = [item(f"test_{test}[{number}[]") for test in "abcd" for number in range(3)]
    costs = {"test_a": fast.CHEAP - 0.01, "test_b": fast.CHEAP, "test_c": fast.DEAR}
    assert [f"test_a[{n}[]" for n in range(3)] + ["test_b[0[]"] + [f"test_d[{n}[]" for n in range(3)] == names(
        items, costs
    )


@pytest.mark.parametrize(
    ("fixtures", "marks"), [(["tmp_path", "build"], ()), (["site"], ()), ([], ["real"]), ([], ["slow"])]
)
def test_who_makes_a_whole_blog_or_is_marked_waits_for_the_whole_suite(fixtures, marks):
    """One of them is enough; what is not left out stays."""
    assert ["test_b"] == names([item("test_a", fixtures, marks), item("test_b", ["tmp_path"], ["skipif"])])


def test_an_example_that_is_slow_does_not_stand_for_the_others():
    """A store on a real PostgreSQL is left out, the one on SQLite is tried."""
    examples = [item("test_a[postgres]", marks=["real"]), item("test_a[sqlite]")]
    assert ["test_a[sqlite]"] == names(examples, {"test_a": fast.CHEAP})


@pytest.mark.slow
def test_most_of_the_suite_is_in_a_fast_run(request):
    """Six of ten at least, and none that asks for a browser, a database or a whole blog."""
    items = request.session.items
    if len({one.path for one in items}) < 100:
        pytest.skip("only told of the whole suite")
    kept = fast.chosen(items, fast.known_costs())
    assert 0.6 < len(kept) / len(items)
    assert [] == [one.nodeid for one in kept if HEAVY_FIXTURES & set(one.fixturenames)]


@pytest.mark.parametrize("command", [["/usr/bin/chromium", "--headless"], [Path("/usr/lib/x/initdb")], ["java"]])
def test_a_fast_run_starts_nothing_heavy(command):
    """However it is called; what is light is let through."""
    with pytest.raises(RuntimeError, match=Path(command[0]).name):
        fast.refuse_heavy("subprocess.Popen", (str(command[0]), command, None, None))
    fast.refuse_heavy("subprocess.Popen", ("git", ["git", "status"], None, None))
    fast.refuse_heavy("open", ("java", "r", 0))


def test_a_measured_run_writes_what_is_dear_and_keeps_what_did_not_run(tmp_path):
    """The middle one of a test's examples that passed; a test that became cheap is forgotten."""
    costs = tmp_path / "costs.json"
    costs.write_text(json.dumps({"a.py::test_other": 1.0, "a.py::test_cheap": 1.0}))
    meter = fast.Meter(costs)
    for test, seconds, outcome in [
        ("dear[1]", 0.1, "passed"), ("dear[2]", 9.0, "passed"), ("dear[3]", 0.2, "passed"), ("dear[4]", 9.0, "failed"),
        ("cheap", 0.001, "passed"),
    ]:  # fmt: skip
        meter.pytest_runtest_logreport(
            SimpleNamespace(
                nodeid=f"a.py::test_{test}",
                when="call",
                passed=outcome == "passed",
                user_properties=[("cpu_seconds", seconds)],
            )
        )
    meter.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace()))
    assert {"a.py::test_dear": 0.2, "a.py::test_other": 1.0} == json.loads(costs.read_text())


def test_a_fast_run_opens_no_browser():
    """Pytest knows the option; of a file that is all about pages in a browser it takes what needs none."""
    command = [sys.executable, "-m", "pytest", "--fast", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    asked = subprocess.run([*command, __file__, str(PAGE)], cwd=PAGE.parent.parent, capture_output=True, check=True)
    counted = dict(line.split(": ") for line in asked.stdout.decode().splitlines() if ": " in line)
    assert {"tests/test_fast.py", "tests/test_page.py"} >= set(counted) >= {"tests/test_fast.py"}
    assert int(counted.get("tests/test_page.py", "0")) < PAGE.read_text("utf-8").count("\ndef test_") / 2
