"""Patterns that are compiled when they are first needed find what those of ``re`` and ``regex`` do."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import regex

from tertulia.core import lazy_re

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("content", "core", "render", "embeds", "site")


def test_a_lazy_pattern_is_the_pattern():
    """Whatever it is asked for, in text or bytes, and however often."""
    word, number = lazy_re.compile(r"(?P<first>[a-z])\w*", re.I), lazy_re.compile(rb"\d+")
    assert ["Uno", "dos"] == [found[0] for found in word.finditer("Uno dos")]
    assert {"first": 1} == dict(word.groupindex)
    assert (r"(?P<first>[a-z])\w*", re.compile("", re.I).flags) == (word.pattern, word.flags)
    assert b"a-b-" == number.sub(b"-", b"a1b22")
    assert "más" == lazy_re.compile_unicode(r"\p{L}+").match("más allá")[0]
    assert lazy_re.compile_unicode(r"\p{lu}b", re.IGNORECASE).fullmatch("AB")
    assert regex.compile(r"\p{L}+").flags == lazy_re.compile_unicode(r"\p{L}+").flags


def test_nothing_is_compiled_until_it_is_asked():
    """Not even one that cannot be; and what has no name in a pattern has none here."""
    broken = lazy_re.compile("(")
    assert not hasattr(broken, "__wrapped__")
    code = "import sys; from tertulia.core.lazy_re import compile_unicode as c; c('.'); print('regex' in sys.modules)"
    assert ["False"] == subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split()


def test_no_module_that_an_edit_loads_compiles_a_pattern_at_once():
    """Those that it never needs took longer than all else that it imports."""
    found = []
    for path in sorted(path for room in ROOMS for path in (ROOT / "tertulia" / room).rglob("*.py")):
        inside = [
            one
            for top in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(top, (ast.Module, ast.ClassDef))
            for statement in top.body
            if not isinstance(statement, (ast.FunctionDef, ast.ClassDef))
            for one in ast.walk(statement)
        ]
        found += [
            f"{path.relative_to(ROOT)}:{one.lineno}"
            for one in inside
            if isinstance(one, ast.Call) and ast.unparse(one.func) in ("re.compile", "regex.compile")
        ]
    assert [] == found


def test_each_pattern_of_a_module_can_be_compiled():
    """One that cannot be would be met by the first text that asks it, and not where it is written."""
    used, broken = 0, []
    for path in sorted((ROOT / "tertulia").rglob("*.py")):
        if "lazy_re.compile" not in path.read_text("utf-8"):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name.removesuffix(".__init__"))
        for name, held in vars(module).items():
            if type(held) is lazy_re._Lazy:
                used += 1
                try:
                    held.pattern  # noqa: B018  # asked, it is compiled
                except (re.error, regex.error) as error:
                    broken.append(f"{path.relative_to(ROOT)}: {name}: {error}")
    assert [] == broken
    assert used > 100
