"""One class name has one meaning in the whole package, and exceptions are called errors."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Names that mean two things for a reason; nothing else may join them.
ALLOWED = {
    # Whoever wrote something elsewhere: as a capture keeps them, and as the store does.
    "Author": {"tertulia/embeds/types.py", "tertulia/store/said.py"},
    # The same conversation: as the build reads it from a file, and as the store keeps it.
    "Conversation": {"tertulia/content/snapshot.py", "tertulia/store/conversation.py"},
}


def classes():
    """Every class of the package and the plugins, with the files that have one of that name."""
    found = defaultdict(set)
    for folder in ("tertulia", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found[node.name].add(path.relative_to(ROOT).as_posix())
    return found


def test_one_class_name_has_one_meaning():
    """Whoever reads a name need not ask which of them is meant."""
    twice = {name: files for name, files in classes().items() if len(files) > 1}
    assert {} == {name: files for name, files in twice.items() if not files <= ALLOWED.get(name, set())}


def test_what_is_allowed_twice_is_there_twice():
    """An exception that is no longer needed goes."""
    found = classes()
    assert [] == [name for name, files in ALLOWED.items() if not files <= found[name]]


# Registries, of which a new member is a line beside the imports of the others.
REGISTRIES = {
    "tertulia/embeds/providers/__init__.py",
    "tertulia/syndication/networks/__init__.py",
    "tertulia/syndication/networks/listening/__init__.py",
}


def test_a_packages_front_page_holds_names_and_no_logic():
    """Whoever looks for what a package does finds it in a file that says so by its name."""
    logic = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try)
    pages = list((ROOT / "tertulia").rglob("__init__.py"))
    found = {
        path.relative_to(ROOT).as_posix()
        for path in pages
        if any(isinstance(node, logic) for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    }
    assert set() == found - REGISTRIES


MOST_POSITIONAL = 5


def test_no_call_is_a_row_of_values():
    """More than five arguments by position are mixed up sooner or later; a task's are named on its line."""
    found = []
    for path in sorted((ROOT / "tertulia").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef) or any("task" in ast.unparse(one) for one in node.decorator_list):
                continue
            names = [one.arg for one in (*node.args.posonlyargs, *node.args.args) if one.arg not in ("self", "cls")]
            if len(names) > MOST_POSITIONAL:
                found.append(f"{path.relative_to(ROOT)}: {node.name}({', '.join(names)})")
    assert [] == found


ROOMS = ("web", "syndication", "deploy")


def test_what_is_easily_mixed_up_is_named():
    """No yes or no, and no three values of one type in a row, are handed over by position in these rooms."""
    found = []
    for path in sorted(file for room in ROOMS for file in (ROOT / "tertulia" / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                kinds = [ast.unparse(one.annotation) for one in node.args.args if one.annotation]
                rows = zip(kinds, kinds[1:], kinds[2:], strict=False)
                if "bool" in kinds or any(len(set(row)) == 1 for row in rows):
                    found.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert [] == found
