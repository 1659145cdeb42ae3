"""The blog's style sheet and fonts, for the pages of a service that has a host of its own.

A browser takes a font from another host only where that host allows it, and a free static host asks nobody; so the
service hands out what the last build left, from its own.
"""

from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, abort, send_from_directory

from tertulia.core.addresses import split_address
from tertulia.web.context import current_blog, root

pages = Blueprint("look", __name__)

FOLDER = "theme"
KINDS = (".css", ".woff2", ".svg")
SCRIPT = "switch.js"  # light or dark, where the blog lets its readers choose
KEPT_SECONDS = 3600


def has_look(name: str) -> bool:
    """Whether the last build left a file of that *name* in the look."""
    return (current_blog().info.output() / FOLDER / name).is_file()


def look(name: str) -> str:
    """Where a page of ours finds a file of the look."""
    info = current_blog().info
    if info.same_origin:
        return f"{split_address(info.site).path}/{FOLDER}/{name}"
    # A service that runs without the built site shows the blog's sheet all the same, in the reader's own fonts.
    return f"{root()}/comments/look/{name}" if has_look(name) else f"{info.site}/{FOLDER}/{name}"


@pages.get("/comments/look/<path:name>")
def file(name: str) -> Any:
    """One file of the look that the blog was last built with."""
    if PurePosixPath(name).suffix not in KINDS and name != SCRIPT:
        abort(404)
    return send_from_directory(current_blog().info.output() / FOLDER, name, max_age=KEPT_SECONDS)
