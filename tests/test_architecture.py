"""What the house promises of its code and no linter knows: small plugins, no state in modules."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = sorted((ROOT / "plugins").glob("[!_]*.py"))
MODULES = [*PLUGINS, *sorted((ROOT / "tertulia").rglob("*.py"))]
PLUGIN_LINES = 40

MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MAKERS = {"list", "dict", "set", "defaultdict", "Counter", "deque", "OrderedDict", "SimpleNamespace"}
MUTATORS = {
    *("append", "add", "update", "clear", "pop", "popitem", "setdefault", "extend", "insert", "remove", "discard"),
    *("sort", "reverse", "appendleft"),
}
READERS = {"open", "read_text", "read_bytes", "stat", "exists", "is_file", "iterdir", "glob", "rglob", "scandir"}
# Where a rule is broken on purpose, with the reason.
ALLOWED = {
    ("tertulia/commands/check_links.py", "_files_of keeps what a file said"): "a command on a folder that stands",
    ("tertulia/conversation/spam_model.py", "_weights keeps what a file said"): "a file of the package",
    ("tertulia/core/languages.py", "_parsed keeps what a file said"): "by the time and size of the file",
    ("tertulia/core/secret.py", "_hidden is no table"): "a secret is hidden from every log of the process",
    ("tertulia/embeds/dead.py", "catalogue keeps what a file said"): "a file of the package",
    ("tertulia/syndication/bare_links.py", "_pattern keeps what a file said"): "a file of the package",
}


# A group that gives nothing back, in a pattern.
POSSESSIVE = re.compile(r"(?<![\\(])\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_cached(function: ast.FunctionDef) -> bool:
    """Whether a decorator keeps what the function gave; a cached property is its object's own."""
    found = (one.func if isinstance(one, ast.Call) else one for one in function.decorator_list)
    return any(ast.unparse(one).rpartition(".")[2] in ("cache", "lru_cache") for one in found)


def state_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """
    Where *tree* keeps something between calls: (line, what).

    A list, dict or set of a module or a class is a table: named in capitals, and changed by nobody.
    """
    tables: set[str] = set()
    scopes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for scope, node in ((one, node) for one in scopes for node in one.body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or is_field(scope, node):
            continue
        made = isinstance(node.value, ast.Call) and ast.unparse(node.value.func).rpartition(".")[2] in MAKERS
        if not (made or isinstance(node.value, MUTABLE)):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            name = ast.unparse(target)
            tables.add(name)
            if name != name.upper() and not name.startswith("__"):
                yield node.lineno, f"{name} is no table"
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}"
        elif isinstance(node, ast.FunctionDef) and is_cached(node):
            calls = {ast.unparse(n.func).rpartition(".")[2] for n in ast.walk(node) if isinstance(n, ast.Call)}
            if calls & READERS:
                yield node.lineno, f"{node.name} keeps what a file said"
        for changed in changes(node):
            if changed.split(".")[-1] in tables and changed == changed.upper():
                yield node.lineno, f"{changed} is changed"


def is_field(scope: ast.Module | ast.ClassDef, node: ast.Assign | ast.AnnAssign) -> bool:
    """A field of a msgspec struct may have an empty default: it is made anew for each."""
    struct = isinstance(scope, ast.ClassDef) and any(ast.unparse(base).endswith("Struct") for base in scope.bases)
    return struct and isinstance(node, ast.AnnAssign) and "ClassVar" not in ast.unparse(node.annotation)


def changes(node: ast.AST) -> Iterator[str]:
    """The names whose values *node* changes in place."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        yield ast.unparse(node.func.value)
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else []
    for target in [*targets, *([node.target] if isinstance(node, ast.AugAssign) else [])]:
        if isinstance(target, ast.Subscript):
            yield ast.unparse(target.value)
        elif isinstance(node, ast.AugAssign):
            yield ast.unparse(target)


@pytest.mark.slow
def test_no_module_keeps_state():
    """Nothing that happens in one build, request or test can be met in the next."""
    found = [
        f"{shown(path)}:{line}: {what}"
        for path in MODULES
        for line, what in state_in(ast.parse(path.read_text("utf-8")))
        if (shown(path), what) not in ALLOWED
    ]
    assert [] == found, found


@pytest.mark.parametrize(
    "code",
    [
        "_posts: list = []",
        "class A:\n    seen: ClassVar[dict] = dict()",
        "TABLE = {}\ndef f():\n    TABLE['a'] = 1",
        "TABLE = []\ndef f():\n    TABLE.append(1)",
        "class A:\n    TABLE = {1}\n    def f(self):\n        A.TABLE.add(1)",
        "TABLE = {}\ndef f():\n    del TABLE['a']",
        "x = 0\ndef f():\n    global x\n    x = 1",
        "@cache\ndef f(path):\n    return path.read_text()",
        "@functools.lru_cache(maxsize=1)\ndef f(path):\n    return open(path)",
    ],
)
def test_state_is_recognised(code):
    """The test above can fail."""
    assert list(state_in(ast.parse(code)))


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.stem)
def test_a_plugin_is_a_door(path):
    """Under 40 lines, and no function longer than a few: what it does is done in ``tertulia/site``."""
    assert len(path.read_text("utf-8").splitlines()) < PLUGIN_LINES


@pytest.mark.slow
def test_no_pattern_of_pythons_own_holds_a_possessive_group():
    """Python before 3.11.5, which Debian 12 has, finds something else by one; ``regex`` does not."""
    found = []
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        calls = (one for one in ast.walk(tree) if isinstance(one, ast.Call))
        calls = [one for one in calls if ast.unparse(one.func) in ("regex.compile", "lazy_re.compile_unicode")]
        spared = {id(one) for call in calls for one in ast.walk(call)}
        found += [
            f"{shown(path)}:{one.lineno}"
            for one in ast.walk(tree)
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in spared
            and POSSESSIVE.search(one.value)
        ]  # fmt: skip
    assert [] == found


def test_a_migration_is_whole_in_itself():
    """What it did to a store on its day it does to one on any other day, whatever the program has become."""
    files = sorted((ROOT / "tertulia" / "store" / "migrations" / "versions").glob("*.py"))
    assert files
    imported = {
        (file.name, name)
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or "."] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        if name.partition(".")[0] in ("tertulia", "")
    }
    assert set() == imported


HURRIES = re.compile(
    r"""assert\b.*\b(?:monotonic|perf_counter|process_time|thread_time)\(\)\ -   # so many seconds and no more
      | \btimeout=[1-5]?\d\b(?!\.)  | \.wait\([1-5]?\d\)  | \b(?:monotonic|time)\(\)\ \+\ [1-5]?\d$   # or given up soon
    """,
    re.VERBOSE,
)


def test_no_test_is_in_a_hurry():
    """On a busy machine all takes longer: ``tests/patience.py`` says how long is waited, and what is too much work."""
    assert [] == [
        f"{path.name}:{number}"
        for path in sorted((ROOT / "tests").glob("**/*.py"))
        if path.name not in ("patience.py", "mutate.py", "fuzz.py", Path(__file__).name)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if not path.name.startswith("bench") and HURRIES.search(line)
    ]


@pytest.mark.parametrize(
    ("line", "hurries"),
    [
        ("assert time.monotonic() - began < 2", True), ("    assert 4 > time.process_time() - begun", True),
        ("queue.get(timeout=30)", True), ("done.wait(5)", True), ("ends = time.monotonic() + 20", True),
        ("queue.get(timeout=300)", False), ("done.wait(60)", False), ("done.wait(PATIENCE)", False),
        ("took = time.monotonic() - began", False), ("Fetcher(timeout_seconds=0.3)", False),
    ],
)  # fmt: skip
def test_a_hurry_is_recognised(line, hurries):
    """A bound on the clock or on processor time, a limit under a minute; not a limit of ours that a test sets."""
    assert hurries == bool(HURRIES.search(line))
