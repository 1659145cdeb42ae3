"""The plain values of ``pelicanconf.py``, read and rewritten without running it.

A plain value is a line of its own, ``NAME = literal``, at the top level of the file. All else in it, comments
above all, is left as it stands.
"""

import ast
import io
import tokenize
import traceback
from pathlib import Path
from typing import Any

from tertulia.core import paths
from tertulia.core.errors import SettingError
from tertulia.core.languages import DEFAULT, normal, say

NAME = "pelicanconf.py"
DEFAULTS_NAME = "tertulia.defaults"
DEFAULTS = paths.PACKAGE / "defaults.py"


def settings(root: Path) -> dict[str, Any]:
    """
    Return the plain public settings of the blog in the folder *root*: its own, and the defaults for the rest.

    Raises:
        SettingError: one makes no sense.
    """
    from tertulia.core import public_kinds

    path = root / NAME
    own = read(path) if path.is_file() else {}
    public_kinds.refuse(own, {})
    return {**read(DEFAULTS), **own}


def find(folder: Path) -> Path | None:
    """Return the blog that *folder* lies in: the nearest folder upwards whose settings begin with our defaults."""
    return next((place for place in (folder, *folder.parents) if is_blog(place)), None)


def is_blog(folder: Path) -> bool:
    """Whether *folder* itself has settings that begin with our defaults."""
    try:
        # Without zeros: a blog whose settings an editor of Windows has saved as UTF-16 is told of that, and is one.
        return DEFAULTS_NAME.encode() in (folder / NAME).read_bytes().replace(b"\0", b"")
    except OSError:
        return False


def below(folder: Path) -> list[Path]:
    """Return the blogs that lie right in *folder*, where somebody may have forgotten to go into one."""
    try:
        return sorted(place for place in folder.iterdir() if is_blog(place))
    except OSError:
        return []


def read(path: Path) -> dict[str, Any]:
    """
    Every plain value of the settings file *path*; what is computed there is left out.

    Raises:
        SettingError: it is no Python, or a value in it is none that Python can make.
    """
    values = {}
    for name, node in _assignments(text(path), path).items():
        try:
            values[name] = ast.literal_eval(node.value)
        except ValueError:  # not a literal
            continue
        except (TypeError, RecursionError, MemoryError) as error:  # {["a"]}: a list in a set
            raise SettingError(say("conf_broken", path=path, line=node.lineno)) from error
    if isinstance(lang := values.get("DEFAULT_LANG"), str):
        values["DEFAULT_LANG"] = normal(lang) or lang
    return values


def text(path: Path) -> str:
    """
    Return the text of the settings file *path*, in the encoding in which Python reads it.

    Raises:
        SettingError: it is in another.
    """
    try:
        with tokenize.open(path) as file:
            source = file.read()
    except (UnicodeDecodeError, SyntaxError) as error:
        line = path.read_bytes()[: getattr(error, "start", 0)].count(b"\n") + 1
        raise SettingError(say("setting_encoding", path=f"{path}:{line}")) from error
    if "\0" in source:  # lines of UTF-16 below others, as PowerShell's ">>" adds them
        line = source[: source.index("\0")].count("\n") + 1
        raise SettingError(say("setting_encoding", path=f"{path}:{line}"))
    return source


def encoded(source: str) -> bytes:
    """Return *source* in the encoding that it names itself; what that has no sign for, as Python writes it."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
    return source.encode(encoding, "backslashreplace")


def language(path: Path) -> str:
    """Return the blog's language; Spanish when the settings do not say, or cannot be read."""
    try:
        return str(read(path).get("DEFAULT_LANG") or DEFAULT)
    except (OSError, SettingError):
        return DEFAULT


def rewrite(source: str, values: dict[str, str], path: Path | str = "pelicanconf.py") -> str:
    """
    Return the text of a settings file with new *values*, each on the line it had.

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


def failed(error: BaseException, path: Path) -> SettingError:
    """
    Return what is wrong with the settings file *path*, on its line, in our words and not in Python's.

    Args:
        error: What came of reading or of running it.
        path: As its owner knows it. Another settings file that it imports is told by that one's name.
    """
    if isinstance(error, OSError) and error.filename and Path(error.filename).name == path.name:
        return SettingError(say("setting_file", path=path, why=error))
    for file in (path, path.with_name(NAME)) if isinstance(error, SyntaxError | ValueError) else ():
        try:
            if file.is_file():
                text(file)
        except SettingError as unread:
            return unread
    if isinstance(error, SyntaxError):
        path = path.with_name(Path(error.filename).name) if error.filename not in (None, "<unknown>") else path
        return SettingError(say("conf_broken", path=path, line=error.lineno or 1))
    folder = path.absolute().parent
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    line = own[-1].lineno if own else 1
    path = path.with_name(Path(own[-1].filename).name) if own else path
    if isinstance(error, NameError) and error.name:
        return SettingError(say("conf_name", name=error.name, path=path, line=line))
    if isinstance(error, ImportError) and error.name:
        return SettingError(say("conf_module", name=error.name, path=path, line=line))
    return SettingError(say("conf_failed", path=path, line=line))


def _assignments(source: str, path: Path | str) -> dict[str, ast.Assign]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise failed(error, Path(path)) from error
    except (RecursionError, MemoryError) as error:  # signs before signs without end
        raise SettingError(say("conf_broken", path=path, line=1)) from error
    nodes = (_plain(node) for node in tree.body)
    return {
        target.id: node
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _plain(node: ast.stmt) -> ast.stmt:
    """Return ``NAME: type = value`` as ``NAME = value``, and anything else as it is."""
    if isinstance(node, ast.AnnAssign) and node.value:
        return ast.copy_location(ast.Assign([node.target], node.value), node)
    return node
