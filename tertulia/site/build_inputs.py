"""All that a build is made of, by name: what must be as it was for the next one to have nothing to do."""

import ast
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tertulia import defaults
from tertulia.core import paths
from tertulia.core.languages import say
from tertulia.site import up_to_date
from tertulia.site.records import Reading
from tertulia.site.security_txt import next_month
from tertulia.site.up_to_date import Stamp, below

if TYPE_CHECKING:
    from tertulia.site.build import SiteBuild

# What stands beside ``content/`` in a blog's folder and may be read: settings, tables, secrets. Not notes of one's own,
# nor the log of who builds by the clock.
_ENDINGS = (".py", ".toml", ".env")
# What settings may import for all that stands in them to be in files that we look at.
_PLAIN = frozenset({"__future__", "pathlib", "pelicanconf", "publishconf", "sys", "tertulia.defaults", "typing"})
# Names by which settings would ask something that is in no file of ours.
_ASKING = frozenset({
    *("environ", "getenv", "open", "read_text", "read_bytes", "iterdir", "glob", "rglob", "walk", "exists", "is_file"),
    *("is_dir", "stat", "argv", "platform", "__import__", "exec", "eval", "home", "expanduser", "cwd", "now", "today"),
    *("lstat", "is_symlink", "is_mount", "readlink", "samefile", "owner", "group", "orig_argv", "modules", "stdin"),
    *("input", "getattr", "vars", "globals", "__dict__", "__builtins__", "hash", "id"),
})  # fmt: skip
_CLOCKS = frozenset({"date", "modified", "updates", "update", "publish_date", "expiry_date"})


def folders(settings: Mapping[str, Any]) -> set[str]:
    """Where our program, the theme and all of the blog lie."""
    content = Path(settings["PATH"])
    found = [*_programs(content), paths.THEME, Path(settings["THEME"]), content]
    found += [content.parent / name for name in settings.get("THEME_TEMPLATES_OVERRIDES", ())]
    return set(map(str, found))


def _programs(content: Path) -> list[Path]:
    """Return the folders of Python's files, where it puts beside them what it has compiled."""
    return [paths.PACKAGE, paths.HOME / "plugins", content.parent / "plugins"]


def names(root: Path, settings: Mapping[str, Any]) -> Iterator[str]:
    """
    Every file and folder that a build of the blog in *root* may read; of libraries, the folder where they are.

    Whole paths: who looks at them again may stand in another folder.
    """
    talk = str(root / (settings.get("CONVERSATION_PATH") or "var/conversation"))
    for place in sorted({*(str(root / folder) for folder in folders(settings)), talk}):
        # A link out of ``content/`` is refused; one in a theme is followed.
        there = below(place, through_links=place != str(root / settings["PATH"]))
        yield from there if os.path.isdir(place) else (place,)
    for folder in {root, paths.HOME}:  # settings of a blog may begin with those of the clone
        yield from (str(path) for path in folder.iterdir() if path.name.endswith(_ENDINGS) and path.is_file())
    yield str(root / (settings.get("ADDRESSES_PATH") or "var/addresses.json"))
    yield str(Path(sys.executable).resolve())
    yield from up_to_date.libraries()


def cannot_tell(root: Path, settings: Mapping[str, Any]) -> str:
    """Why a build may be another though all *names* are what they were, in words; "" where it may not."""
    if others := sorted(set(settings["PLUGINS"]) - set(defaults.PLUGINS)):
        return say("explain_plugins", names=", ".join(others))
    for path in (path for folder in {root, paths.HOME} for path in sorted(folder.glob("*conf.py"))):
        try:
            asked = _asked(ast.parse(path.read_bytes()))
        except (OSError, SyntaxError, ValueError):
            asked = {"?"}
        if asked:
            return say("explain_settings", file=path.name, names=", ".join(sorted(asked)))
    return ""


def _asked(tree: ast.AST) -> set[str]:
    """Return what settings ask beyond the files of the blog."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names} - _PLAIN
        elif isinstance(node, ast.ImportFrom):
            found |= ({node.module or "."} - _PLAIN) | ({one.name for one in node.names} & _ASKING)
        elif isinstance(node, ast.Name | ast.Attribute):
            found |= {node.id if isinstance(node, ast.Name) else node.attr} & _ASKING
    return found


def look(root: Path, settings: Mapping[str, Any], began_ns: int) -> dict[str, Stamp | None] | None:
    """
    Return what all *names* are before anything of them is read but the settings; None where that tells nothing.

    Args:
        began_ns: When the settings were read, or before.
    """
    if not settings.get("INPUTS_PATH"):
        return None
    if (why := cannot_tell(root, settings)) and (build := settings.get("SITE_BUILD")):
        build.explained.append(why)
    if why:
        return None
    programs = tuple(os.path.join(root, folder, "") for folder in _programs(Path(settings["PATH"])))
    return up_to_date.look(names(root, settings), began_ns, programs)


def hand_over(build: "SiteBuild", inputs: dict[str, Stamp | None], mark: str) -> None:
    """
    Leave *inputs*, and when the clock alone makes the build another, for whoever puts the output in its place.

    Args:
        mark: Of what it has arranged.
    """
    now, due = build.reader.now, build.due
    if build.settings.get("SECURITY_CONTACT"):
        due = min(due or next_month(now), next_month(now))
    if due is None or due > now:
        due_ns = None if due is None else int(due.timestamp()) * 1_000_000_000
        up_to_date.hand_over(build.settings["INPUTS_PATH"], (inputs, due_ns, mark))


def next_due(readings: Iterable[Reading], now: datetime) -> datetime | None:
    """
    When the clock alone makes one of *readings* another; None for never.

    A page without a date reads otherwise each time, since it is given the moment of the build, and shows it nowhere.
    """
    dues = [one.due for one in readings if one.due and not (one.due <= now and _is_dateless_page(one))]
    return min(dues, default=None)


def _is_dateless_page(reading: Reading) -> bool:
    record = reading.record
    return record is not None and record.is_page and not _CLOCKS & record.header_lines.keys()
