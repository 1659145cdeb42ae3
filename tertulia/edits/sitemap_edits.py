"""The sitemap after an edit: the lines of what came, went or was changed; every other line stays as it is."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape, unescape
from pathlib import Path
from typing import Any

from tertulia.core import addresses, lazy_re
from tertulia.edits.arrangement import KeptPost
from tertulia.site import sitemap
from tertulia.site.build import SiteBuild

_CHANGED = lazy_re.compile(r"<lastmod>([^<]*)</lastmod>")
_PLACE = lazy_re.compile(r"<url><loc>([^<]*)</loc>")
Move = tuple[datetime | None, bool]  # when was changed what came to a list, or went


class SitemapEdits:
    """
    Lines of the sitemaps that one build has written.

    Args:
        output: Where they are.
    """

    def __init__(self, build: SiteBuild, output: Path) -> None:
        self.build, self.output = build, output
        self._texts: dict[str, dict[str, str]] = {}  # file → lines, by address

    @property
    def is_there(self) -> bool:
        """Whether there is one."""
        return sitemap.__name__ in self.build.beside

    def lose(self, url: str, year: int | None = None) -> None:
        """Let a post of that *year*, or a list, be in it no more."""
        self._lines(year).pop(self._whole(url), None)

    def post(self, post: KeptPost) -> None:
        """Let it tell of *post* as it is now."""
        for entry in sitemap.contents([post], self.build.settings["SITE_ADDRESS"]):
            self.put(entry)

    def list(self, url: str, posts: Iterable[KeptPost], moves: Iterable[Move]) -> None:
        """Let it tell of a list of *posts*, after these *moves*; nothing where it does not name the list."""
        lines, whole = self._lines(None), self._whole(url)
        if whole in lines:
            told = _CHANGED.search(lines[whole])
            when = _newest(told[1] if told else "", posts, moves)
            rest = lines[whole].replace(told[0], "") if told else lines[whole]
            at = rest.index("</loc>") + len("</loc>")
            lines[whole] = rest[:at] + (f"<lastmod>{when}</lastmod>" if when else "") + rest[at:]

    def new_list(self, url: str, posts: Sequence[KeptPost]) -> None:
        """Let it name a list that was not there."""
        for entry in sitemap.one_list(self.build, url, sitemap.shown(posts)):
            self.put(entry)

    def files(self) -> dict[str, bytes]:
        """
        Return the files that are others now.

        Raises:
            LookupError: they may have to be shared out anew.
        """
        found = {name: self._written(lines) for name, lines in self._texts.items()}
        if self._is_one:
            if any(len(lines) > sitemap.MOST_TOGETHER for lines in self._texts.values()):
                raise LookupError(sitemap.MOST_TOGETHER)
            return found
        others = [path for path in self.output.glob("sitemap-*.xml") if path.name not in found]
        count = sum(path.read_text("utf-8").count("\n<url>") for path in others)
        if count + sum(map(len, self._texts.values())) <= sitemap.MOST_TOGETHER:
            raise LookupError(sitemap.MOST_TOGETHER)
        index = (self.output / "sitemap.xml").read_text("utf-8")
        for name, lines in self._texts.items():
            if not 0 < len(lines) <= sitemap.MOST_ADDRESSES:
                raise LookupError(name)
            whens = [datetime.fromisoformat(told[1]) for line in lines.values() if (told := _CHANGED.search(line))]
            when = f"<lastmod>{max(whens).isoformat()}</lastmod>" if whens else ""
            begins = f"<sitemap><loc>{escape(self._whole(name))}</loc>"
            index = re.sub(rf"{re.escape(begins)}[^\n]*", f"{begins}{when}</sitemap>", index)
        return {**found, "sitemap.xml": index.encode()}

    @property
    def _is_one(self) -> bool:
        return not any(self.output.glob("sitemap-*.xml"))

    def put(self, entry: sitemap.SitemapEntry) -> None:
        """Let it have this line."""
        text = sitemap.sitemap([entry])
        self._lines(entry.year)[entry.url] = text[text.index("<url>") : text.index("\n</urlset>")]

    def _lines(self, year: int | None) -> dict[str, str]:
        """
        Return the lines of the file in which posts of that *year* are, or lists.

        Raises:
            LookupError: there is none, or several.
        """
        name = "sitemap.xml" if self._is_one else f"sitemap-{f'{year:04}' if year else 'lists'}.xml"
        if name not in self._texts:
            path = self.output / name
            if not path.is_file() or path.with_stem(f"{path.stem}-2").exists():
                raise LookupError(name)
            lines = (line for line in path.read_text("utf-8").split("\n") if line.startswith("<url>"))
            self._texts[name] = {unescape(found[1]): line for line in lines if (found := _PLACE.match(line))}
        return self._texts[name]

    def _whole(self, url: str) -> str:
        return addresses.whole(self.build.settings["SITE_ADDRESS"], url)

    @staticmethod
    def _written(lines: dict[str, str]) -> bytes:
        empty = sitemap.sitemap(())
        begin, end = empty[: -len("</urlset>\n")], "</urlset>\n"
        return (begin + "".join(f"{lines[url]}\n" for url in sorted(lines)) + end).encode()


def _newest(told: str, posts: Iterable[KeptPost], moves: Iterable[Move]) -> str:
    """
    Return when the newest of the *posts* of a list was changed, as sitemaps tell it.

    Args:
        told: The same of those before; where it is clear from that, only what moved is looked at.
    """
    latest = datetime.fromisoformat(told) if told else None
    for when, comes in moves:
        if latest is None or when is None or (when >= latest and not comes):
            known = (_last_changed(one) for one in posts if not one.mark)
            latest = max(filter(None, known), default=None)
            break
        latest = max(latest, when)
    return latest.isoformat() if latest else ""


def _last_changed(post: Any) -> datetime | None:
    """Return when *post* was changed last; of most that is known, and they are not read for it."""
    when: datetime | None = sitemap.newest([post]) if post.is_read else post.last_changed
    return when
