"""The rooms of the package one below the other, drawn by their imports: ``docs/rooms.svg``."""

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOMS = "docs/rooms.svg"

ROW_PX, BOX_PX, WIDTH_PX, LEFT_PX = 44, 34, 840, 190
PAPER, INK, QUIET, ACCENT = "#fbf8f2", "#241d18", "#6a5f57", "#9a2622"


def layers(root: Path) -> list[str]:
    """Return the rooms of the package from the doors down, in the order that its import contract holds."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    rows = next(one["layers"] for one in contracts if one["type"] == "layers")
    return [room.strip(" ()") for row in rows for room in row.split("|")]


def room_of(file: Path, package: Path) -> str:
    """Return the room in which a file of the package lies; a file beside the rooms is one of its own."""
    return file.relative_to(package).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[str]:
    """Yield the rooms that *file* imports from when it runs."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("tertulia."))


def imports(root: Path) -> set[tuple[str, str]]:
    """Which room imports from which other."""
    package = root / "tertulia"
    pairs = {
        (room_of(file, package), other)
        for file in package.rglob("*.py")
        for other in imported(file)
        if "first" not in file.relative_to(package).parts
    }
    known = set(layers(root))
    return {(one, other) for one, other in pairs if one != other and {one, other} <= known}


def rooms(root: Path) -> str:
    """Draw the rooms one below the other, with an arc for each import: all of them lead down."""
    names = layers(root)
    used = imports(root)
    base = names[-1]  # which every room imports from: its arcs would say nothing
    height = ROW_PX * len(names) + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {height}" width="{WIDTH_PX}"'
        f' height="{height}" font-family="sans-serif" font-size="15">',
        "<title>The rooms of tertulia/ and what they import</title>",
        f'<rect width="{WIDTH_PX}" height="{height}" fill="{PAPER}"/>',
    ]
    middle = {name: 20 + ROW_PX * number + ROW_PX // 2 for number, name in enumerate(names)}
    for one, other in sorted(used, key=lambda pair: (middle[pair[0]], middle[pair[1]])):
        if other == base:
            continue
        top, bottom = middle[one], middle[other]
        reach = LEFT_PX + 30 + 11 * (abs(bottom - top) // ROW_PX) ** 1.35
        lines.append(
            f'<path d="M{LEFT_PX} {top}C{reach:.0f} {top} {reach:.0f} {bottom} {LEFT_PX + 6} {bottom}"'
            f' fill="none" stroke="{ACCENT}" stroke-opacity=".55" stroke-width="1.4"/>'
            f'<path d="M{LEFT_PX + 9} {bottom - 4}L{LEFT_PX + 1} {bottom}L{LEFT_PX + 9} {bottom + 4}" fill="{ACCENT}"/>'
        )
    for name in names:
        y = middle[name]
        lines.append(
            f'<rect x="20" y="{y - BOX_PX // 2}" width="{LEFT_PX - 20}" height="{BOX_PX}" rx="3" fill="#fff"'
            f' stroke="{QUIET}"/><text x="32" y="{y + 5}" fill="{INK}" font-weight="bold">{name}</text>'
            f'<text x="{LEFT_PX + 290}" y="{y + 5}" fill="{QUIET}" font-size="13">{escape(about(root, name))}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])


def about(root: Path, room: str) -> str:
    """Return what a room is for: what stands first in its docstring, up to a full stop, a colon or a semicolon."""
    folder = root / "tertulia" / room
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    first = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]
    for end in (". ", ": ", "; ", ", once"):
        first = first.partition(end)[0]
    return first.replace("``", "").rstrip(".:,")
