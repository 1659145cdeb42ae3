"""``content/redirects.toml``: addresses of another site that was brought here, and where each leads now.

::

    [redirects]
    "/2018/03/la-parada/" = "post:wp-107.es"     # a post or page, by its Id and language
    "/?p=107" = "post:wp-107.es"                  # a query, which only a server can answer
    "/tag/ano-escolar" = "/etiqueta/ano-escolar/" # anything else, by its address
    "/wp-content/uploads/2019/04/x.jpg" = "/images/2019/04/x.jpg"

An old address stands as it was seen from its host's root, letters as letters, and means the same with and without a
slash at its end.
"""

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from tertulia.core import addresses, toml
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.render.picture_facts import PictureError
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content
from tertulia.site.problems import report

log = logging.getLogger(__name__)

NAME = "redirects.toml"


class Moved(Struct, frozen=True):
    """One old address and where it leads."""

    old: str  # from the host's root: a path, or a path with a query
    new: str  # percent-encoded, from the host's root, or whole
    title: str
    lang: str

    @property
    def is_query(self) -> bool:
        """Whether only a server can answer for it."""
        return "?" in self.old

    @property
    def query(self) -> tuple[str, str, str] | None:
        """Its path, and the name and value of its one parameter; None where servers are not told of such a query."""
        path, _, query = self.old.partition("?")
        match parse_qsl(query):
            case [(name, value)] if re.fullmatch(r"\w+", name) and re.fullmatch(r"[\w.-]+", value):
                return path, name, value
        return None

    @property
    def may_be_page(self) -> bool:
        """Whether a page may stand there: not in the place of a picture, nor of a feed."""
        ending = PurePosixPath(self.old).suffix.lower()
        return not ending or not re.fullmatch(r"\.[a-z][a-z0-9]{1,4}", ending) or ending in (".html", ".htm", ".php")


def read(content: Path) -> Mapping[str, str]:
    """Old address → what it leads to, as written; a file that cannot be read is told."""
    return _pairs(_table(content))


def _pairs(table: toml.Table) -> dict[str, str]:
    return {old: new for old, new in table.entries.get("redirects", {}).items() if _is_pair(old, new)}


def _problems(table: toml.Table, languages: Collection[str]) -> Iterator[Problem]:
    """Yield what in the file leads nobody anywhere, whatever is published."""
    for key in (*table.alone, *(name for name in table.entries if name != "redirects")):
        what, fix = say("redirect_outside", key=key), say("redirect_outside_fix")
        yield Problem(table.path, table.line_of(key), what, fix)
    for old, new in table.entries.get("redirects", {}).items():
        if not _is_pair(old, new) or not _may_lead(old, new, languages):
            yield Problem(table.path, table.line_of(old), say("redirect_odd", key=old), say("redirect_odd_fix"))


def _table(content: Path) -> toml.Table:
    try:
        return toml.read(content / NAME)
    except ContentError as error:
        log.error("%s", error)
        return toml.Table(NAME)


def _is_pair(old: str, new: object) -> bool:
    return isinstance(new, str) and old.startswith("/") and not _is_odd(old + new)


def _may_lead(old: str, new: str, languages: Collection[str]) -> bool:
    """Whether servers can be told of *old*, and *new* is an address, or names a post in one of the *languages*."""
    if "?" in old and not Moved(old, new, "", "").query:
        return False
    if new.startswith("post:"):
        return new.rpartition(".")[2] in languages
    return new.startswith("/") or bool(addresses.web_address(new))


def moved(build: SiteBuild, contents: list[Content]) -> Iterator[Moved]:
    """Yield what the file says and is true; what leads to nothing is told, what leads to a post that waits left out."""
    table = _table(Path(build.settings["PATH"]))
    for problem in _problems(table, build.settings["LANGUAGES"]):
        report(problem)
    pairs = _pairs(table)
    if not pairs:
        return
    siteurl = build.settings["SITEURL"]
    by_id = {f"{content.id}.{content.lang}": content for content in contents}
    words = build.words.text("moved", build.settings["DEFAULT_LANG"])
    for old, written in pairs.items():
        title, lang = words, build.settings["DEFAULT_LANG"]
        if written.startswith("post:"):
            content = by_id.get(written.removeprefix("post:"))
            if content is None:
                continue
            title, lang, new = content.title, content.lang, addresses.whole(siteurl, content.url)
        elif written.startswith("/"):
            new = _published(build, written)
            if not new:
                what, fix = say("redirect_nowhere", old=old, new=written), say("redirect_nowhere_fix")
                report(Problem(table.path, table.line_of(old), what, fix, "hint"))
        else:
            new = addresses.web_address(written)
        if new and _bare(unquote(new)) != _bare(old):
            yield Moved(old, new, title, lang)


def _published(build: SiteBuild, written: str) -> str:
    """Where a page or file of the site is, as it was written in this build; "" when it is not."""
    if written.startswith("/images/"):
        beside = Path(build.settings["PATH"]) / "posts" / "x.md"
        try:
            address = build.pictures.link(written, beside)
        except PictureError:
            return ""
        return (
            address
            if address
            and (build.output / unquote(address).removeprefix(build.settings["SITEURL"]).lstrip("/")).is_file()
            else ""
        )
    file = build.output / written.strip("/")
    return (
        addresses.whole(build.settings["SITEURL"], written) if file.is_file() or (file / "index.html").is_file() else ""
    )


def _bare(path: str) -> str:
    return path.rstrip("/")


def _is_odd(text: str) -> bool:
    """Whether a line of a server's settings could not hold it."""
    return any(ord(sign) < 32 or sign in '"\\`' or ord(sign) == 127 for sign in text)
