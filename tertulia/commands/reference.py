"""The interfaces that others build on, told by their own docstrings: one Markdown page."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tertulia.core import paths
from tertulia.syndication.declared import env_example


class Interface(NamedTuple):
    """Some files whose public names others may rely on, and what one does with them."""

    heading: str
    about: str
    files: tuple[str, ...]  # below tertulia/


INTERFACES = (
    Interface("A network", "Entry points `tertulia.networks`.", ("syndication/networks/base.py",)),
    Interface("An embed provider", "Entry points `tertulia.providers`.", ("embeds/types.py",)),
    Interface("A deploy target", "Entry points `tertulia.targets`.", ("deploy/base.py",)),
    Interface("An importer", "Entry points `tertulia.importers`.", ("imports/types.py",)),
    Interface("What loads them", "", ("core/extensions.py",)),
    Interface("The snapshot", "What a build reads of the conversation.", ("content/snapshot.py",)),
)
# What a blogger sets: the names of ``defaults.py`` above this line of it.
HOUSE = "\n# ── Where things are"
HEAD = """# Reference

The interfaces that others build on, with the words of the code: made by `python3 tasks.py docs`. What is not here may
change with any version.
"""


def text(package: Path = paths.PACKAGE) -> str:
    """Return the page."""
    interfaces = (line for one in INTERFACES for line in _interface(one, package))
    return "\n".join([HEAD, *interfaces, *_settings(package)])


def _settings(package: Path) -> Iterator[str]:
    """Yield what stands when a blog does not say, and what its owner alone may see."""
    defaults = (package / "defaults.py").read_text("utf-8")
    yield "\n## Settings\n"
    yield "### Public ones, when a blog does not say\n"
    yield _code(defaults.partition(HOUSE)[0].partition("import paths\n")[2].strip())
    yield "### Keys and addresses, in `.env`\n"
    yield f"```text\n{env_example().strip()}\n```\n"


def _interface(interface: Interface, package: Path) -> Iterator[str]:
    yield f"\n## {interface.heading}\n"
    yield f"{interface.about}\n"
    for name in interface.files:
        tree = ast.parse((package / name).read_text("utf-8"))
        yield f"`tertulia/{name}`\n"
        yield _quoted(ast.get_docstring(tree) or "")
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                yield from _named(node, "###")


def _named(node: ast.ClassDef | ast.FunctionDef, level: str) -> Iterator[str]:
    """Yield a class with its fields and methods, or a function."""
    yield f"\n{level} `{node.name}`\n"
    if isinstance(node, ast.FunctionDef):
        yield _code(
            f"def {node.name}({ast.unparse(node.args)})" + (f" -> {ast.unparse(node.returns)}" if node.returns else "")
        )
    else:
        bases = ", ".join(map(ast.unparse, [*node.bases]))
        fields = [
            ast.unparse(one) for one in node.body if isinstance(one, ast.AnnAssign | ast.Assign) and _is_public(one)
        ]
        yield _code(
            "\n".join([f"class {node.name}" + (f"({bases})" if bases else ""), *(f"    {one}" for one in fields)])
        )
    yield _quoted(ast.get_docstring(node) or "")
    if isinstance(node, ast.ClassDef):
        for one in node.body:
            if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
                yield from _named(one, "####")


def _is_public(node: ast.AnnAssign | ast.Assign) -> bool:
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    return not ast.unparse(target).startswith("_")


def _code(source: str) -> str:
    return f"```python\n{source}\n```\n"


def _quoted(docstring: str) -> str:
    """Return a docstring as it stands: its columns mean something."""
    return f"```text\n{docstring}\n```\n" if docstring else ""
