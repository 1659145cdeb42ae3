"""The plain values of ``pelicanconf.py``, read and rewritten without running it.

A plain value is a line of its own, ``NAME = literal``, at the top level of the file. All else in it, comments
above all, is left as it stands.
"""

import ast
import contextlib
from pathlib import Path
from typing import Any

from tertulia.core import paths
from tertulia.core.errors import SettingError
from tertulia.core.languages import DEFAULT, say

NAME = "pelicanconf.py"
DEFAULTS_NAME = "tertulia.defaults"
DEFAULTS = paths.PACKAGE / "defaults.py"


def settings(root: Path) -> dict[str, Any]:
    """The plain public settings of the blog in the folder *root*: its own, and the defaults for the rest."""
    own = root / NAME
    return {**read(DEFAULTS), **(read(own) if own.is_file() else {})}


def find(folder: Path) -> Path | None:
    """The blog that *folder* lies in: the nearest folder upwards whose settings begin with our defaults."""
    for place in (folder, *folder.parents):
        try:
            if DEFAULTS_NAME in (place / NAME).read_text("utf-8", "replace"):
                return place
        except OSError:
            continue
    return None


def read(path: Path) -> dict[str, Any]:
    """Every plain value of the settings file *path*; what is computed there is left out."""
    values = {}
    for name, node in _assignments(path.read_text("utf-8"), path).items():
        with contextlib.suppress(ValueError):  # not a literal
            values[name] = ast.literal_eval(node.value)
    return values


def language(path: Path) -> str:
    """The blog's language; Spanish when the settings do not say, or cannot be read."""
    try:
        return str(read(path).get("DEFAULT_LANG") or DEFAULT)
    except (OSError, UnicodeDecodeError, SettingError):
        return DEFAULT


def rewrite(source: str, values: dict[str, str], path: Path | str = "pelicanconf.py") -> str:
    """
    The text of a settings file with new *values*, each on the line it had.

    Args:
        source: The file's text.
        values: New text values by name; a name the file lacks is added at its end.
        path: For messages.
    """
    nodes = _assignments(source, path)
    lines = source.splitlines(keepends=True)
    # From the last line up, so that a value that took several lines does not shift the others.
    for name in sorted(values.keys() & nodes.keys(), key=lambda name: -nodes[name].lineno):
        node = nodes[name].value
        start, end = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        # ast counts columns in UTF-8 bytes.
        before = lines[start].encode()[: node.col_offset].decode()
        after = lines[end].encode()[node.end_col_offset :].decode()
        lines[start : end + 1] = [f"{before}{quoted(values[name])}{after}"]
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines += [f"{name} = {quoted(text)}\n" for name, text in values.items() if name not in nodes]
    return "".join(lines)


def quoted(text: str) -> str:
    """*text* as a Python string in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
    return f'"{escaped}"'


def _assignments(source: str, path: Path | str) -> dict[str, ast.Assign]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise SettingError(say("conf_broken", path=path, line=line, reason=getattr(error, "msg", error))) from error
    return {
        target.id: node
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
