"""The old site's pages as its readers had them: asked for one by one, or from a folder in which they were saved.

What was had lies in ``var/import/pages`` under a name of its address, so that a comparison that was interrupted goes on
where it was. The site is asked for one page at a time, with a pause between; when it says that it is too much, or has
not answered three times in a row, it is left alone until the next run.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import msgspec

from tertulia.core import strict_json
from tertulia.core.addresses import split_address
from tertulia.core.encodings import encoding_of
from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.files import PRIVATE, is_inside, write_whole
from tertulia.core.sanitise import parse_html
from tertulia.imports.fetching import Web
from tertulia.imports.plan import Plan

_HTML = ("text/html", "application/xhtml+xml")
_LARGEST_BYTES = 5_000_000
_PAUSE_SECONDS = 0.5
_MOST_IN_VAIN = 3
_TOO_MUCH = (429, 503)
_PAGES = (".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", "")
_MOST_SAVED = 100_000


class Unreachable(StrEnum):
    """Why there is no old page to look at; each is the phrase ``import_side_…``."""

    GONE = "gone"  # 404, 410
    REFUSED = "refused"  # any other status
    SILENT = "silent"  # no answer, or too much was asked
    NO_PAGE = "no_page"  # no HTML
    NOT_SAVED = "not_saved"  # not in the folder


class OldPage(msgspec.Struct, frozen=True):
    """What came of asking for one page."""

    address: str  # where it was found in the end
    html: str = ""
    problem: Unreachable | None = None


class OldPages:
    """Where old pages come from."""

    def get(self, address: str) -> OldPage:
        """Return the page that stood at *address*."""
        raise NotImplementedError


@dataclass(slots=True)
class PagesOnTheWeb(OldPages):
    """
    The pages that the old site still shows.

    Args:
        origin: Where it can be asked now, ``https://old.example``; "" asks where each page was.
        pause: Waits for so many seconds.
    """

    folder: Path  # what was had already
    web: Web
    origin: str
    pause: Callable[[float], None]
    _in_vain: Counter[str] = field(default_factory=Counter)  # by origin, failures in a row
    _has_asked: bool = False

    def get(self, address: str) -> OldPage:
        parts = split_address(address)
        origin = self.origin or parts.origin
        asked = origin + parts.path + (f"?{parts.query}" if parts.query else "")
        kept = self.folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:40]}.json"
        try:
            return strict_json.decode(kept.read_bytes(), type=OldPage)
        except (OSError, ValueError):  # not had yet, or broken
            pass
        if self._in_vain[origin] >= _MOST_IN_VAIN:
            return OldPage(asked, problem=Unreachable.SILENT)
        if self._has_asked:
            self.pause(_PAUSE_SECONDS)
        self._has_asked = True
        page = self._asked(asked, origin)
        if page.problem is not Unreachable.SILENT:
            self._in_vain[origin] = 0
            write_whole(kept, msgspec.json.encode(page), mode=PRIVATE, durable=False)
        return page

    def _asked(self, address: str, origin: str) -> OldPage:
        try:
            answer = self.web.get(address, accept=_HTML, max_bytes=_LARGEST_BYTES)
        except FetchRefusedError:
            return OldPage(address, problem=Unreachable.NO_PAGE)
        except FetchError:
            self._in_vain[origin] += 1
            return OldPage(address, problem=Unreachable.SILENT)
        if answer.status in _TOO_MUCH:
            self._in_vain[origin] = _MOST_IN_VAIN
            return OldPage(address, problem=Unreachable.SILENT)
        if not answer.ok:
            return OldPage(address, problem=Unreachable.GONE if answer.status in (404, 410) else Unreachable.REFUSED)
        return OldPage(answer.url, answer.text)


class SavedPages(OldPages):
    """
    Pages that somebody saved: by ``wget -r``, by a browser, or from a copy of a static site.

    A page is found by the address that it gives of itself (``rel=canonical``, ``og:url``), else by its path.

    Args:
        plan: Tells which addresses mean the same.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder, self._plan = folder, plan

    def get(self, address: str) -> OldPage:
        path = self._by_key.get(self._plan.key(address)) or self._by_path.get(_path_key(split_address(address).path))
        if path is None:
            return OldPage(address, problem=Unreachable.NOT_SAVED)
        html = _text(path)
        return OldPage(address, html) if html.strip() else OldPage(address, problem=Unreachable.NO_PAGE)

    @cached_property
    def _files(self) -> list[Path]:
        return list(_saved(self._folder))

    @cached_property
    def _by_key(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for path in self._files:
            for address in _own_addresses(_text(path)):
                if key := self._plan.key(address):
                    found.setdefault(key, path)
        return found

    @cached_property
    def _by_path(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for path in self._files:
            inside = path.relative_to(self._folder).as_posix()
            first, _, rest = inside.partition("/")
            if first.removeprefix("www.") in self._plan.hosts and rest:  # as wget leaves them
                inside = rest
            found.setdefault(_path_key(inside), path)
        return found


def address_of_saved(folder: Path) -> str:
    """Return the origin that most pages saved in *folder* say to be of; "" when none says."""
    origins = Counter(split_address(one).origin for path in _saved(folder) for one in _own_addresses(_text(path))[:1])
    return next((origin for origin, _ in origins.most_common() if origin), "")


def _saved(folder: Path) -> Iterator[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _PAGES)
    for number, path in enumerate(path for path in found if path.is_file() and is_inside(path, folder)):
        if number < _MOST_SAVED and path.stat().st_size <= _LARGEST_BYTES:
            yield path


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    return encoding_of(data, "text/html").codec_info.decode(data, "replace")[0].removeprefix("\ufeff")


def _own_addresses(html: str) -> list[str]:
    """Return what a page says that its address is."""
    if "canonical" not in html and "og:url" not in html:
        return []
    root = parse_html(html[:200_000])
    told = root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return [str(one).strip() for one in told]


def _path_key(path: str) -> str:
    """Return a path however it was saved: "2019/05/uno/index.html", "2019/05/uno.html"."""
    path = unquote(path).strip("/")
    for ending in ("index.html", "index.htm", "index.php"):
        if path == ending or path.endswith(f"/{ending}"):
            path = path.removesuffix(ending).rstrip("/")
    return path.removesuffix(".html").removesuffix(".htm").casefold()
