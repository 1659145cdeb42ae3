"""Folders that keep their posts back: what other generators say once for all the files of a folder.

    _index.md                  Hugo's section: "cascade: {draft: true}" is of every page below it
    NAME/NAME.json, .11tydata.json, .yaml     Eleventy's data of the folder NAME: "draft: true"

https://gohugo.io/content-management/front-matter/#cascade-1, https://www.11ty.dev/docs/data-template-dir/
"""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from tertulia.content.header import split
from tertulia.content.metadata import interpret

_LARGEST = 100_000  # bytes of a file of data
_DATA = (".json", ".11tydata.json", ".yaml", ".yml", ".11tydata.yaml")


def held(paths: Iterable[str], content: Path, zone: ZoneInfo) -> dict[str, str]:
    """Return the posts among *paths* that a folder keeps back, and the file that says so, as its author knows it."""

    @cache  # most posts share their folders
    def keeper(folder: str) -> str:
        if len(folder) <= len(str(content)):
            return ""
        name = os.path.basename(folder)
        for file in ("_index.md", *(f"{name}{end}" for end in _DATA)):
            path = os.path.join(folder, file)
            if os.path.isfile(path) and _holds(Path(path), zone):
                return f"content/{Path(path).relative_to(content).as_posix()}"
        return keeper(os.path.dirname(folder))

    return {path: file for path in paths if (file := keeper(os.path.dirname(path)))}


def _holds(path: Path, zone: ZoneInfo) -> bool:
    try:
        text = path.read_text("utf-8-sig") if path.stat().st_size <= _LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return False
    if path.name == "_index.md":
        if "cascade" not in text:  # of itself alone it may be a draft
            return False
    elif path.suffix == ".json":
        text = f"---json\n{text}\n---\n"
    else:
        text = f"---\n{text}\n---\n"
    return interpret(split(text, ""), "", zone).status in ("draft", "hidden")
