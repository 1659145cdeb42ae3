"""The mutation tests themselves: what they change, what they tell, and that the list of what may live is true."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import mutate
from tests.mutate import EXPLAINED, Reach, identity
from tests.mutations import mutations

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("x = a and b", ["without a in a and b", "without b in a and b"]),
        ("x = a & b", ["without b in a & b", "without a in a & b"]),
        ("x = a < b", ["a < b → a <= b", "a < b → a >= b"]),
        ("x = a in b", ["a in b → a not in b"]),
        ("if a == b: f()", ["a == b → False", "a == b → True", "without f()"]),
        ("x = {'sent', 'gone'}", ["without 'sent' in {'sent', 'gone'}", "without 'gone' in {'sent', 'gone'}"]),
        ("x = [one for one in all_ if one]", ["one → False", "one → True"]),
        (
            "q.where(a, b)",
            ["without q.where(a, b)", "q.where(a, b) → q", "without a in q.where(a, b)", "without b in q.where(a, b)"],
        ),
        ("x = q.values(a=n, b=m)", ["without a=n in q.values(a=n, b=m)", "without b=m in q.values(a=n, b=m)"]),
        (
            "try: f()\nexcept (A, B): x = 2",
            ["except (A, B): raise", "without f()", "without A in (A, B)", "without B in (A, B)"],
        ),
        ("x.y = True", ["without x.y = True", "True → False"]),
        ("class A(B, frozen=True, kw_only=True): x: int = 5", []),
        ("class A(B, omit_defaults=True): x: int = 5", ["True → False"]),
        ("x: list[int] = say('two', n=2)", []),
        ("log.warning('lost')", []),
        ("import a\nif TYPE_CHECKING: f()", []),
    ],
)
def test_changes_are_those_that_tests_of_states_overlook(code, changes):
    """One condition, member, column, step or bound at a time; never words, annotations or what is only logged."""
    assert sorted(changes) == sorted(one.change for one in mutations(ast.parse(code)))


def test_about_what_is_done_at_import_any_test_is_asked(monkeypatch):
    """No test reaches its line; those that come to the module go first, and of one inside a function no other is."""
    monkeypatch.setattr(mutate, "BUDGET_SECONDS", 2.0)
    at_import, inside = mutations(ast.parse("KEPT = True\n\n\ndef f(a):\n    f(a)"))
    assert (False, True) == (at_import.is_inside, inside.is_inside)
    reach = Reach(lines={5: ["slow", "failing"]}, seconds={"elsewhere": 0.5, "slow": 1.5, "elsewhere too": 0.6})
    assert (["slow", "elsewhere"], ["slow"]) == (reach.tests(at_import), reach.tests(inside))
    reach.noticed["elsewhere too"] += 1
    assert ["elsewhere too"] == reach.tests(at_import)[:1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="made for systems with fork")
def test_what_no_test_notices_is_told(tmp_path):
    """What lives is told with its place, unless it is in the list; of the list is told what is no longer there."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "due.py").write_text(
        "LATEST = {'sent', 'gone'}\n\n\ndef is_due(at, now, state):\n    return at <= now and state not in LATEST\n\n\n"
        "def unasked(a, b):\n    return a or b\n"
    )
    (tmp_path / "tests" / "test_due.py").write_text(
        "from due import is_due\n\n\ndef test_due():\n    assert is_due(1, 2, 'new') and not is_due(3, 2, 'new')\n"
        "    assert not is_due(1, 2, 'sent')\n"
    )
    line = "line = 'return at <= now and state not in LATEST'\nwhy = 'a moment is a moment'\n"
    (tmp_path / EXPLAINED).write_text(
        f'[["due.py"]]\n{line}change = "at <= now → at < now"\n[["due.py"]]\n{line}change = "at <= now → at is now"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutate", "due.py"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout.splitlines()
    assert [
        "due.py, asked: tests/test_due.py",
        "  due.py:1: without 'gone' in {'sent', 'gone'}",
        "  due.py:9: without a in a or b",
        "  due.py:9: without b in a or b",
        "  listed in mutants.toml, no longer there: return at <= now and state not in LATEST (at <= now → at is now)",
    ] == said[:-1], done.stderr
    assert said[-1].startswith("  9 of 9 changes made, 5 noticed, 1 explained, 3 to look at (2 where no test comes)")
    assert 1 == done.returncode


@pytest.mark.parametrize("module", sorted(tomllib.loads((ROOT / EXPLAINED).read_text("utf-8"))))
def test_what_may_live_is_still_there(module):
    """Each change in the list is one of its module, and has a reason."""
    text = (ROOT / module).read_text("utf-8")
    there = {identity(change, text.splitlines()) for change in mutations(ast.parse(text))}
    listed = tomllib.loads((ROOT / EXPLAINED).read_text("utf-8"))[module]
    assert [] == [one for one in listed if (one["line"], one["change"]) not in there or not one["why"]]
