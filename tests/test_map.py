"""The map of the house in docs/how-it-works.md names every file and every step as the code does."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/how-it-works.md").read_text("utf-8")


def listed():
    """Every file that the index names, by room."""
    found = set()
    for room, table in re.findall(r"^### `(tertulia/[\w/]*)`\n(.*?)(?=^### |\Z)", TEXT, re.M | re.S):
        for first in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", table, re.M):
            found |= {f"{room}{name}.py" for name in re.findall(r"`(\w+)`", first)}
    return found


def test_every_file_is_on_the_map():
    """Who adds a file says in one line what it is for; who takes one away takes its line."""
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tertulia").rglob("*.py")
        if path.name != "__init__.py" and not {"migrations", "first", "plugins", "theme"} & set(path.parts)
    }
    assert (set(), set()) == (files - listed(), listed() - files), "docs/how-it-works.md, “Every file”"


@pytest.mark.parametrize(("file", "name"), sorted(set(re.findall(r"`(tertulia/[\w/]+\.py)` `(\w+)`", TEXT))))
def test_each_step_of_a_walk_is_where_the_map_says(file, name):
    """A walk that names what is no longer there leads astray."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    nodes = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, nodes)}
