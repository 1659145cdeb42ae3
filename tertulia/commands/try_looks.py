"""A page of the preview on which colours, fonts, layouts and extras are tried with the mouse.

What is chosen there holds for the builds of the running preview alone; the page gives the lines that make it last, for
``pelicanconf.py``. Nothing of it is in a build.
"""

import html
import json
import queue
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from tertulia.core import conf, paths, strict_json
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import current, say
from tertulia.core.numbers import number_of
from tertulia.site import choices, fonts, palette

PATH = "/.preview/looks"
SETTINGS = ("COLORS", "FONTS", "DESIGN", "LAYOUT", "EXTRAS")
MOST_BYTES = 20_000
LABELS = (
    "colors",
    "fonts",
    "design",
    "layout",
    "extras",
    "lines",
    "lines_hint",
    "text",
    "titles",
    "usual",
    "scheme",
    "light",
    "dark",
)


class TryLooks:
    """
    The page and what it sends: a WSGI application.

    Args:
        root: The blog's folder.
        overrides: The settings of the preview's next build that win over the blog's.
        changes: Gets something when the blog is to be built again.
    """

    def __init__(self, root: Path, overrides: dict[str, Any], changes: "queue.Queue[set[Path]]") -> None:
        self.root, self.overrides, self.changes = root, overrides, changes
        # Asked for here: the server answers on threads that know no blog.
        self.lang, self.title = current().blog, say("try_title")
        self.words = {key: say(f"try_{key}") for key in LABELS}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Return the page, its script, or a choice taken."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == f"{PATH}/looks.js":
            return _answer(start, "200 OK", "text/javascript", Path(__file__).with_suffix(".js").read_bytes())
        if path != PATH:
            return _answer(start, "404 Not Found", "text/plain", b"404\n")
        if method == "POST":
            # A page of another site can send no JSON here without asking first, and is not answered when it asks.
            taken = environ.get("CONTENT_TYPE", "") == "application/json" and self.take(_body(environ))
            return _answer(start, "204 No Content" if taken else "400 Bad Request", "text/plain", b"")
        if self.forget():
            self.changes.put({self.root / conf.NAME})
        return _answer(start, "200 OK", "text/html", self.page().encode())

    def take(self, body: bytes) -> bool:
        """Build with what was chosen; False where *body* is no choice."""
        try:
            chosen = strict_json.decode(body)
        except ValueError:
            return False
        if not isinstance(chosen, dict) or not set(chosen) <= set(SETTINGS):
            return False
        self.forget()
        self.overrides |= chosen
        self.changes.put({self.root / conf.NAME})
        return True

    def forget(self) -> bool:
        """Let the blog's own settings hold again; whether others did."""
        held = [name for name in SETTINGS if name in self.overrides]
        for name in held:
            del self.overrides[name]
        return bool(held)

    def page(self) -> str:
        """Return the page, as the blog's settings are now."""
        try:
            own = conf.settings(self.root)
        except (TertuliaError, OSError, UnicodeDecodeError):
            own = {}  # the preview's note tells what is wrong
        content = self.root / "content"
        sheet = palette.palette_of(paths.theme_file(content, "static/site.css").read_text("utf-8"))
        palettes = {}
        for design in choices.DESIGNS:
            of_design = choices.Choices(design).design_sheet
            palettes[design] = {**sheet, **(palette.palette_of(of_design.read_text("utf-8")) if of_design else {})}
        data = {
            "own": {name: own.get(name) for name in SETTINGS},
            "palettes": palettes,
            "fonts": list(fonts.known(content)),
            "designs": list(choices.DESIGNS),
            "layout": choices.LAYOUT,
            "extras": choices.EXTRAS,
            "words": self.words,
        }
        title = html.escape(self.title)
        safe = json.dumps(data, ensure_ascii=False, default=str).replace("<", "\\u003c")
        page = Template(Path(__file__).with_suffix(".html").read_text("utf-8"))
        return page.substitute(lang=self.lang, title=title, data=safe, script=f"{PATH}/looks.js")


def _body(environ: WSGIEnvironment) -> bytes:
    size = number_of(environ.get("CONTENT_LENGTH", ""))
    return environ["wsgi.input"].read(size) if 0 <= size <= MOST_BYTES else b""


def _answer(start: StartResponse, status: str, kind: str, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "no-store")]
    start(status, [*headers, ("Content-Length", str(len(body))), ("X-Content-Type-Options", "nosniff")])
    return [body]
