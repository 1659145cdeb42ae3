"""The author's small TOML files (people, tags), read so that a mistake is told on its line.

Format: https://toml.io/en/v1.0.0. ``tomllib`` keeps no line numbers, so they are looked up again when needed.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tertulia.core import lazy_re
from tertulia.core.errors import ContentError
from tertulia.core.files import is_inside, read_regular
from tertulia.core.languages import say
from tertulia.core.models import Problem

_AT_LINE = lazy_re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class Table:
    """The entries of one such file, ``[ana]`` and what stands under it, and the problems found on the way."""

    def __init__(self, path: str, source: str = "", content: Mapping[str, Any] | None = None) -> None:
        self.path = path  # as shown to the author, "content/people.toml"
        self.problems: list[Problem] = []
        self.entries: dict[str, dict[str, Any]] = {}
        self.alone: list[str] = []  # what stands on top, before any entry
        self._lines = [line.replace('"', "").replace("'", "").strip() for line in source.splitlines()]
        for key, value in (content or {}).items():
            if isinstance(value, dict):
                self.entries[key] = value
            else:
                self.alone.append(key)
                self.report("", key, say("stray_key", key=key), say("stray_key_fix", key=key))

    def report(self, entry: str, name: str, what: str, fix: str = "") -> None:
        """Keep a problem with *name* in *entry*; an empty *entry* is the top of the file, before any."""
        self.problems.append(Problem(self.path, self._line_of(entry, name), what, fix))

    def text(self, entry: str, name: str) -> str:
        """Return the text *name* of *entry*; "" when it is missing or no text, the latter reported."""
        value = self.entries[entry].get(name, "")
        if isinstance(value, str):
            return value.strip()
        self.report(entry, name, say("not_words", key=name), say("not_words_fix", key=name))
        return ""

    def texts(self, entry: str, name: str) -> list[str]:
        """Return the list of texts *name* of *entry*; one text alone counts as a list of one."""
        value = self.entries[entry].get(name, [])
        if isinstance(value, str):
            return [value]
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self.report(entry, name, say("not_a_list", key=name), say("not_a_list_fix", key=name))
        return []

    def translations(self, entry: str, name: str) -> dict[str, str]:
        """Language → text of ``name.es = "…"``; a plain ``name = "…"`` stands under ""."""
        value = self.entries[entry].get(name, {})
        if isinstance(value, str):
            return {"": value.strip()}
        if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            return {lang: text.strip() for lang, text in value.items()}
        self.report(entry, name, say("not_words", key=name), say("not_words_fix", key=f"{name}.es"))
        return {}

    def report_unknown(self, entry: str, known: Iterable[str], synonyms: Mapping[str, str] | None = None) -> None:
        """Report what stands in *entry* under no *known* name, with the nearest of them."""
        names = list(known)
        for name in self.entries[entry]:
            if name in names:
                continue
            from difflib import get_close_matches  # only who wrote a name wrong waits for it

            lower = name.casefold()
            near = (synonyms or {}).get(lower) or next(iter(get_close_matches(lower, names, 1)), "")
            fix = say("unknown_field_near", near=near) if near else say("unknown_field_fix", known=", ".join(names))
            self.report(entry, name, say("unknown_field", key=name), fix)

    def line_of(self, name: str) -> int | None:
        """Return the first line that says *name*, in whichever entry, or that begins an entry of that name."""
        says = re.compile(rf"(?:[\w.-]+\.)?{re.escape(name)}\s*[.=]|\[\s*(?:[\w.-]+\.)?{re.escape(name)}\s*[.\]]")
        return next((number for number, line in enumerate(self._lines, 1) if says.match(line)), None)

    def _line_of(self, entry: str, name: str) -> int | None:
        inside, found = not entry, None
        for number, line in enumerate(self._lines, 1):
            if header := re.match(r"\[\s*([^\]]+?)\s*\]", line):
                inside = header[1] == entry or header[1].startswith(f"{entry}.")
                if inside and (found is None or header[1] == f"{entry}.{name}"):
                    found = number
            elif inside and name and re.match(rf"{re.escape(name)}\s*[.=]", line):
                return number
        return found


def read(path: str | Path) -> Table:
    """
    Return the file at *path*; an absent one has no entries.

    Raises:
        ContentError: the file cannot be read, or is not TOML.
    """
    path = Path(path)
    shown = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
    source = ""
    if not is_inside(path, path.parent):  # a link out of content/, which the build tells
        return Table(shown)
    try:
        source = read_regular(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        return Table(shown, source, tomllib.loads(source))
    except FileNotFoundError:
        return Table(shown)
    except OSError as error:
        raise ContentError(f"{shown}:1: {say('unreadable_toml', reason=error)}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ContentError(f"{shown}:{line}: {say('toml_not_utf8')}; {say('toml_not_utf8_fix')}") from error
    except tomllib.TOMLDecodeError as error:
        where = _AT_LINE.search(str(error))
        line = int(where[1]) if where and where[1] else max(1, len(source.splitlines()))
        key = "toml_twice" if re.match(r"Cannot (?:declare|overwrite|mutate)", str(error)) else "bad_toml"
        raise ContentError(f"{shown}:{line}: {say(key, reason=error)}; {say(f'{key}_fix')}") from error
