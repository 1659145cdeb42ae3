"""Links and references of a built site, from its files: which lead nowhere, and what a page would fetch from elsewhere.

Nothing but Python is needed, and nobody is asked.
"""

import functools
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from lxml import html

from tertulia.core.addresses import split_address
from tertulia.core.languages import say

# What a browser fetches by itself: attributes by element. A link is followed by a person; these are not.
FETCHED = {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "script": ("src",),
    "input": ("src",),
    "object": ("data",),
}
# What leads somewhere when a person asks for it.
FOLLOWED = {"a": ("href",), "area": ("href",), "form": ("action",), "blockquote": ("cite",), "q": ("cite",)}
FETCHED_RELS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "apple-touch-icon"}

# Addresses that the service answers, not a file.
SERVICE_PATHS = ("/comments", "/webmention", "/moderation", "/likes")


@dataclass(slots=True)
class Result:
    """What one of the examinations found."""

    name: str  # as shown
    scope: str = ""  # how much was looked at
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # worth a look; they fail nothing
    skipped: str = ""  # why it was not run; "" when it was


@dataclass(frozen=True, slots=True)
class Reference:
    """An address that a page holds."""

    page: str  # the file that holds it, "2026/11/el-voto-util/index.html"
    address: str  # as written
    fetched: bool  # the browser asks for it by itself


def read_links(site: Path, pages: list[str], prefix: str, address: str) -> Iterator[Result]:
    """Broken links inside the site, and what pages and styles would fetch from elsewhere."""
    anchors: dict[str, set[str]] = {}
    references: list[Reference] = []
    for page in pages:
        anchors[page], found = read_page(site / page, page)
        references += found
    for sheet in sorted(site.rglob("*.css")):
        name = sheet.relative_to(site).as_posix()
        style = re.sub(r"@namespace[^;]*;", "", sheet.read_text("utf-8", "replace"))  # those are names, not addresses
        urls = re.findall(r"""url\(\s*["']?([^"')]+)""", style)
        references += [Reference(name, url, fetched=True) for url in urls]
    broken, outside = set(), set()
    for reference in references:
        where = inside(reference, prefix, address)
        if where is None:
            if reference.fetched and not reference.address.lower().startswith(("data:", "blob:")):
                outside.add(f"{reference.page}: {reference.address}")
        elif not leads_somewhere(where, site, anchors):
            broken.add(f"{reference.page}: {reference.address}")
    for feed in sorted(site.rglob("*.xml")):
        name = feed.relative_to(site).as_posix()
        for url in set(re.findall(rf"{re.escape(address)}[^\s\"'<>&\]]*", feed.read_text("utf-8", "replace"))):
            where = inside(Reference(name, url, fetched=False), prefix, address)
            if where is not None and not leads_somewhere((where[0], ""), site, anchors):
                broken.add(f"{name}: {url}")
    scope = say("check_scope_links", pages=len(pages), links=len(references))
    yield Result(say("check_links"), scope, sorted(broken))
    yield Result(say("check_fetched"), scope, sorted(outside))


def read_page(file: Path, name: str) -> tuple[set[str], list[Reference]]:
    """Return the anchors and the references of one page."""
    document = html.document_fromstring(file.read_bytes() or b"<html></html>", parser=html.HTMLParser(encoding="utf-8"))
    anchors: set[str] = set()
    found = []
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        anchors.update(anchor for anchor in (element.get("id"), element.get("name")) if anchor)
        attributes = {str(attribute): str(value) for attribute, value in element.items()}
        found += [Reference(name, address, fetched) for address, fetched in addresses_of(element.tag, attributes)]
    return anchors, found


def addresses_of(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Every address in one element, and whether a browser fetches it by itself."""
    for attribute in FETCHED.get(tag, ()):
        value = attributes.get(attribute, "").strip()
        if attribute == "srcset":
            yield from ((part.split()[0], True) for part in value.split(",") if part.strip())
        elif value:
            yield value, True
    for attribute in FOLLOWED.get(tag, ()):
        if attribute in attributes:
            yield attributes[attribute].strip(), False
    if tag == "link" and "href" in attributes:
        rels = set(attributes.get("rel", "").lower().split())
        yield attributes["href"].strip(), bool(FETCHED_RELS & rels)
    if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
        target = re.search(r"url=\s*['\"]?([^'\"]+)", attributes.get("content", ""), re.IGNORECASE)
        if target:
            yield target[1].strip(), False


def inside(reference: Reference, prefix: str, address: str) -> tuple[str, str] | None:
    """Return the path under the site's folder and the fragment that *reference* means; None when it leads elsewhere."""
    url = reference.address
    if address and (url == address or url.startswith((address + "/", address + "#", address + "?"))):
        url = prefix + url[len(address) :] or "/"
    parts = split_address(url)
    if parts.scheme or parts.netloc or url.startswith("//"):
        return None
    path = unquote(parts.path)
    if path.startswith(SERVICE_PATHS):
        return None
    if not path:
        path = reference.page
    elif path.startswith("/"):
        # An absolute path outside the prefix is on our host and not in our site.
        path = path[len(prefix) :].lstrip("/") if path == prefix or path.startswith(prefix + "/") else "\0"
        path = path or "index.html"
    else:
        path = posixpath.join(posixpath.dirname(reference.page), path)
    return posixpath.normpath(path) + ("/" if path.endswith("/") else ""), unquote(parts.fragment)


def leads_somewhere(where: tuple[str, str], site: Path, anchors: dict[str, set[str]]) -> bool:
    """Whether there is a file for a path, and in it what the fragment names."""
    path, fragment = where
    files = _files_of(site)
    if path.endswith("/") or path == ".":
        path = posixpath.normpath(posixpath.join(path, "index.html"))
    elif path not in files and f"{path}/index.html" in files:
        path = f"{path}/index.html"
    if path not in files:
        return False
    # https://html.spec.whatwg.org/multipage/browsing-the-web.html#scrolling-to-a-fragment
    return (
        not fragment or path not in anchors or fragment in anchors[path] or fragment.lower() == "top" or "=" in fragment
    )


@functools.cache
def _files_of(site: Path) -> frozenset[str]:
    return frozenset(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
