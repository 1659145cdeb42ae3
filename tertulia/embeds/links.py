"""Links that stay useful: short addresses expanded, rotten ones found, archived copies put in their place by a table.

``content/links.toml`` holds what is known of the links in posts; the author's text is never rewritten::

    ["https://t.co/mFn7mcB1vy"]
    to = "https://example.com/carta"        # where the short address led when it was asked

    ["https://example.org/2012/nota"]
    answered = "2025-01-02"                 # the last day on which it answered
    says = "404"                            # what it says now
    archived = "https://web.archive.org/web/20120304050607/https://example.org/2012/nota"
    use = "archived"                        # readers are sent to the copy

Archived copies are looked up with the Internet Archive's availability API, nearest to the post's date:
https://archive.org/help/wayback_api.php
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree.ElementTree import Element

import markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from tertulia.content.folder import markdown_files
from tertulia.core.addresses import is_short, join_address, split_address
from tertulia.core.errors import ContentError, FetchError
from tertulia.core.files import write_if_changed
from tertulia.core.languages import say

if TYPE_CHECKING:  # a build applies the table and must not load what could fetch
    from tertulia.core.fetch import Fetcher

HOPS = 5  # most addresses that may stand for the next one

# A link that answered this recently need not be written down again: the table lives in git.
FRESH_DAYS = 30
# Says nothing about the page: it asks who we are, or wants us to slow down, or (999) is LinkedIn.
UNCLEAR = (401, 402, 403, 405, 406, 407, 418, 420, 429, 451, 999)
WAYBACK = "https://archive.org/wayback/available?url={url}&timestamp={day}"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{|}]+")
CODE_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[`~]*\s*$", re.MULTILINE | re.DOTALL)
_NAMED_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[_-]")
_TOLD_DATE = re.compile(r"^(?:fecha|date):\s*(\d{4}-\d{2}-\d{2})", re.MULTILINE | re.IGNORECASE)


@dataclass(slots=True)
class KnownLink:
    """What the table knows of one address; every field may be empty."""

    to: str = ""
    answered: str = ""
    says: str = ""
    archived: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a post."""

    url: str
    path: Path
    line: int
    date: str  # of the post, ISO; "" when unknown


@dataclass(frozen=True, slots=True)
class Rotten:
    """A link that no longer answers."""

    link: Link
    says: str  # "404", or why there was no answer
    answered: str  # the last day on which it did, "" when that was never seen
    archived: str  # the copy nearest to the post's date, "" when there is none
    used: bool  # whether readers are already sent there

    def __str__(self) -> str:
        parts = [say("link_rotten", url=self.link.url, says=self.says)]
        parts.append(say("link_answered", date=self.answered) if self.answered else say("link_never"))
        if self.archived:
            parts.append(say("link_used" if self.used else "link_archived", url=self.archived))
        return f"{self.link.path}:{self.link.line}: {'; '.join(parts)}"


class LinkTable:
    """``content/links.toml``."""

    def __init__(self, known: dict[str, KnownLink] | None = None) -> None:
        self.known = known or {}

    @classmethod
    def load(cls, path: Path) -> LinkTable:
        """
        Read the table; empty when there is no file.

        Raises:
            ContentError: the file is there and is no such table.
        """
        try:
            entries = tomllib.loads(path.read_text("utf-8"))
            names = {field.name for field in fields(KnownLink)}
            return cls(
                {url: KnownLink(**{k: str(v) for k, v in e.items() if k in names}) for url, e in entries.items()}
            )
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, AttributeError) as error:
            raise ContentError(say("links_unreadable", file=path, reason=error)) from error

    def save(self, path: Path) -> None:
        """Write the table, addresses in order, empty fields left out, whole or not at all."""
        lines = [say("links_header")]
        for url, known in sorted(self.known.items()):
            told = [(field.name, getattr(known, field.name)) for field in fields(KnownLink)]
            lines += ["", f"[{_quoted(url)}]", *(f"{name} = {_quoted(value)}" for name, value in told if value)]
        text = "\n".join(lines) + "\n"
        write_if_changed(path, text)

    def target(self, url: str) -> str:
        """Where readers are sent for *url*: where a short address led, an archived copy, or the address itself."""
        for _step in range(HOPS):  # a table corrected by hand may go in circles
            known = self.known.get(url, KnownLink())
            if known.use == "archived" and known.archived:
                return known.archived
            if not known.to:
                return url
            url = known.to
        return url

    def of(self, url: str) -> KnownLink:
        """The entry of *url*, made when there is none."""
        return self.known.setdefault(url, KnownLink())


def expander(table: LinkTable, web: Fetcher) -> Callable[[str], str]:
    """A function that says where an address leads, asks short ones that are not in *table*, and writes them down."""

    def expand(url: str) -> str:
        target = table.target(url)
        if target == url and is_short(url) and url not in table.known:
            try:
                table.of(url).to, table.of(url).says = follow(url, web)
            except FetchError:
                table.known.pop(url, None)  # silence tells nothing: it is asked again next time
        return table.target(url)

    return expand


def expand_all(content_dir: Path, table: LinkTable, web: Fetcher) -> Iterator[tuple[str, str]]:
    """Expand every short address of the posts that *table* does not know; yields each with its target, "" for none."""
    expand = expander(table, web)
    for link in collect(content_dir):
        if is_short(link.url) and link.url not in table.known:
            target = expand(link.url)
            yield link.url, target if target != link.url else ""


def follow(url: str, web: Fetcher) -> tuple[str, str]:
    """
    Where a short address leads: through every further short one, no step beyond.

    Returns:
        The target and "", or "" and what the service says instead: "404".

    Raises:
        FetchError: it says nothing.
    """
    seen = url
    for _hop in range(HOPS):
        answer = web.request("GET", seen, follow=False, cut=True, max_bytes=100_000)
        place = answer.headers.get("location", "")
        if not place:
            return (seen, "") if seen != url else ("", str(answer.status))
        seen = join_address(seen, place)
        if not split_address(seen).is_web:
            return "", str(answer.status)
        if not is_short(seen):
            return seen, ""
    return "", say("web_redirects", url=url, limit=HOPS)


def collect(content_dir: Path) -> list[Link]:
    """Every address in the posts and pages, code left out, each with the first place where it stands."""
    found: dict[str, Link] = {}
    for path in markdown_files(content_dir):
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
        dated = _TOLD_DATE.search(text) or _NAMED_DATE.match(path.name)
        text = CODE_FENCE.sub(lambda match: re.sub(r"[^\n]", "", match[0]), text)
        text = re.sub(r"`[^`\n]+`", "", text)
        for number, line in enumerate(text.split("\n"), 1):
            for match in _ADDRESS.finditer(line):
                url = _trimmed(match[0])
                found.setdefault(url, Link(url, path, number, dated[1] if dated else ""))
    return list(found.values())


def check(
    content_dir: Path, table: LinkTable, web: Fetcher, now: dt.datetime, *, apply: bool = False
) -> Iterator[Rotten | Link]:
    """
    Ask every link of the posts whether it still answers; the table is brought up to date on the way.

    Args:
        apply: Send readers to the archived copy of what is rotten.

    Yields:
        Each link when it has been asked: itself when it answers, ``Rotten`` when it does not.
    """
    today = now.date()
    for link in collect(content_dir):
        asked = table.known[link.url].to if link.url in table.known and table.known[link.url].to else link.url
        says = state(asked, web)
        if not says:
            _answered(table, link.url, today)
            yield link
            continue
        known = table.of(link.url)
        known.says = says
        known.archived = known.archived or archived(asked, link.date or today.isoformat(), web)
        if apply and known.archived:
            known.use = "archived"
        yield Rotten(link, says, known.answered, known.archived, known.use == "archived")


def state(url: str, web: Fetcher) -> str:
    """ "" when *url* answers or does not want to say, else what it says: "404", "does not answer (…)"."""
    for method in ("HEAD", "GET"):
        try:
            answer = web.request(method, url, cut=True, max_bytes=100_000)
        except FetchError as error:
            if method == "GET":
                return str(error).removeprefix(f"{url}: ")
            continue
        # Some servers know no HEAD, or lie to it.
        if answer.ok or answer.status in UNCLEAR:
            return ""
    return str(answer.status)


def archived(url: str, day: str, web: Fetcher) -> str:
    """The archived copy of *url* nearest to *day* (ISO), "" when there is none or the archive does not answer."""
    try:
        answer = web.get(
            WAYBACK.format(url=quote(url, safe=""), day=day.replace("-", "")), accept=("application/json",)
        )
        closest = answer.json()["archived_snapshots"]["closest"]
        copy = closest["url"] if closest["available"] else ""
    except (FetchError, KeyError, TypeError):
        return ""
    copy = re.sub(r"^http://", "https://", str(copy))
    return copy if copy.startswith("https://web.archive.org/web/") else ""


class LinksExtension(markdown.Extension):
    """Sends readers where the table says; without a table it does not even look."""

    def __init__(self, table: LinkTable) -> None:
        super().__init__()
        self.table = table

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the name is Markdown's
        """Look at links when all of them have been made."""
        if any(known.to or known.use for known in self.table.known.values()):
            md.treeprocessors.register(_Links(self.table, md), "links", 1)


class _Links(Treeprocessor):
    def __init__(self, table: LinkTable, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.table = table

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            url = link.get("href", "")
            target = self.table.target(url)
            if target == url:
                continue
            link.set("href", target)
            # A bare address shows where it leads; words chosen by the author stay.
            if link.text and link.text.strip() in (url, re.sub(r"^https?://", "", url)):
                shown = re.sub(r"^https://web\.archive\.org/web/\d+/", "", target)
                link.text = AtomicString(re.sub(r"^https?://(?:www\.)?", "", shown).rstrip("/"))


def _answered(table: LinkTable, url: str, today: dt.date) -> None:
    known = table.of(url)
    last = dt.date.fromisoformat(known.answered) if known.answered else dt.date.min
    if known.says or (today - last).days >= FRESH_DAYS:
        known.answered, known.says = today.isoformat(), ""


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence, and without a bracket that Markdown opened before it."""
    while url and (url[-1] in ".,;:!?»”*_…" or (url[-1] in ")]" and not _balanced(url))):
        url = url[:-1]
    return url


def _balanced(url: str) -> bool:
    return url.count("(") == url.count(")") and url.count("[") == url.count("]")


def _quoted(value: str) -> str:
    # What JSON writes between quotes, TOML reads.
    return json.dumps(value.replace("\x7f", ""), ensure_ascii=False)
