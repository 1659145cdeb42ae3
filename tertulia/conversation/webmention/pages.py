"""Which page of ours an address means.

A page is ours when its host is the site's and a file of the built site answers for it. What stands for another page
(an alias, an old address) is known by its ``canonical`` link.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from tertulia.content.posts import Published
from tertulia.core.addresses import USUAL_PORTS, Address, split_address

_CANONICAL = re.compile(rb'<link rel="canonical" href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of ours, and the post that it is; no post's Id for any other page."""

    url: str
    post: str = ""
    lang: str = ""
    title: str = ""
    date: datetime | None = None  # the post's


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of the blog as last built."""

    site: str  # absolute address, no slash at the end
    output: Callable[[], Path]
    published: Callable[[], Published]
    others: tuple[str, ...] = ()  # other addresses under which the same site is seen: a preview's

    def is_ours(self, url: str) -> bool:
        """Whether *url* lies in our site, http and https alike."""
        parts, homes = split_address(url), [split_address(one) for one in (self.site, *self.others)]
        same_host = (parts.host, _port(parts)) in [(home.host, _port(home)) for home in homes]
        root = homes[0].path.rstrip("/") + "/"
        return parts.is_web and same_host and f"{parts.path}/".startswith(root)

    def find(self, url: str) -> SitePage | None:
        """Return the page that *url* means; None when it is not ours, or nothing is there."""
        if not self.is_ours(url):
            return None
        path = self._path(url)
        if path is None:
            return None
        file = self._file(path)
        if file is None:
            return None
        known = self._posts()
        if path not in known:
            with file.open("rb") as opened:
                canonical = _CANONICAL.search(opened.read(20_000))
            led = self._path(unescape(canonical[1].decode("utf-8", "replace"))) if canonical else None
            path = led if led in known else path
        return known.get(path) or SitePage(url, lang=self.published().lang)

    def _posts(self) -> dict[str, SitePage]:
        found = {}
        for post in self.published().posts:
            if (path := self._path(post.url)) is not None:
                found[path] = SitePage(post.url, post.id, post.lang, post.title, post.date)
        return found

    def _path(self, url: str) -> str | None:
        """Return the path under the site that *url* names, always with the slash or file name of its file."""
        home = split_address(self.site).path.rstrip("/")
        path = unquote(split_address(url).path).removeprefix(home).lstrip("/")
        if "\x00" in path or "\\" in path or any(step in (".", "..") for step in path.split("/")):
            return None
        path = path.removesuffix("index.html")
        return path if not path or path.endswith(("/", ".html", ".htm")) else f"{path}/"

    def _file(self, path: str) -> Path | None:
        folder = self.output()
        file = folder / (f"{path}index.html" if not path or path.endswith("/") else path)
        try:
            inside = file.resolve().is_relative_to(folder.resolve())
            return file if inside and file.is_file() else None
        except (OSError, ValueError):  # a name longer than any file's
            return None


def _port(parts: Address) -> int | None:
    """Return the port, None for the usual one of either scheme."""
    return None if parts.port in USUAL_PORTS.values() else parts.port


def without_fragment(url: str) -> str:
    """*url* without what stands after "#"."""
    return url.partition("#")[0]
