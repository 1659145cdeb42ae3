"""Links that stay useful: collected as the page has them, short ones expanded, all of them asked now and then.

    for found in check(content, table, web, now):
        print(found)

One bad minute proves nothing. A page is rotten when it says "not there" on two days apart, or when its server has been
silent for weeks; what asks who we are, wants us to slow down or will not be read says nothing at all. When a page
answers again its readers are sent to it again. Archived copies are looked up with the Internet Archive's availability
API, nearest to the post's date: https://archive.org/help/wayback_api.php
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from tertulia.content import header
from tertulia.content.folder import markdown_files
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import lazy_re
from tertulia.core.addresses import (
    SHORTENERS,
    host_of,
    is_short,
    join_address,
    normalised,
    split_address,
)
from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.languages import carried, say
from tertulia.core.moments import parse_moment
from tertulia.core.sanitise import parse_html
from tertulia.embeds.link_table import HOPS, KnownLink, LinkTable
from tertulia.embeds.link_table import LinksExtension as LinksExtension
from tertulia.render.converter import converter
from tertulia.render.document import Document

if TYPE_CHECKING:
    import markdown

    from tertulia.core.fetch import Fetched, Fetcher

# A link that answered this recently need not be written down again: the table lives in git.
FRESH_DAYS = 30
# So many days apart must a page say twice that it is not there; so long must a server be silent.
CONFIRM_DAYS = 2
SILENT_DAYS = 30
# A copy taken so long before or after the post was written shows another page.
NEAR_DAYS = 730
# What says that there is nothing.
MISSING = (404, 410)
# 304: it has not changed since nobody knows when; 300: it is there in several forms.
THERE = (300, 304)
BUSY = (420, 429)
HOSTS_AT_ONCE = 8
# After so many questions without an answer the rest of a host's links need not wait for theirs.
SILENT_QUESTIONS = 2
PAGE_BYTES = 500_000
HEADERS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "es,en;q=0.8"}
WAYBACK = "https://archive.org/wayback/available?url={url}&timestamp={day}"
_NAMED_DATE = lazy_re.compile(r"(\d{4}-\d{2}-\d{2})[_-]")
_TOLD_DATE = lazy_re.compile(r"^(?:fecha|date):\s*(\d{4}-\d{2}-\d{2})", re.MULTILINE | re.IGNORECASE)
_SHORTENED = lazy_re.compile(rf"//(?:www\.)?(?:{'|'.join(map(re.escape, sorted(SHORTENERS)))})/", re.IGNORECASE)
_NOTHING_HERE = lazy_re.compile(r"\b404\b|not found|no encontrad|no existe|no longer available", re.IGNORECASE)


class LinkVerdict(StrEnum):
    """What the answer to a question says of a page."""

    ALIVE = "alive"
    MISSING = "missing"  # it says that it is not there
    FAILING = "failing"  # its server is silent or broken
    UNCLEAR = "unclear"  # it asks who we are, wants us to slow down, or will not be read by us


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a post."""

    url: str
    path: Path
    line: int
    date: str  # of the post, ISO; "" when unknown
    shown: str = field(default="", compare=False)  # its file as the author knows it, "content/posts/…"

    @property
    def place(self) -> str:
        """The file and line, as messages begin."""
        return f"{self.shown or self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class LinkRemark:
    """Something about a link that its author may want to know, and that changes nothing yet."""

    link: Link
    words: str

    def __str__(self) -> str:
        return f"{self.link.place}: {self.words}"


@dataclass(frozen=True, slots=True)
class Rotten:
    """A link that no longer answers, and has not for some time."""

    link: Link
    says: str  # "404", or why there was no answer
    answered: str  # the last day on which it did, "" when that was never seen
    archived: str  # the copy nearest to the post's date, "" when there is none that is good and near
    used: bool  # whether readers are already sent there

    def __str__(self) -> str:
        parts = [say("link_rotten", url=self.link.url, says=self.says)]
        parts.append(say("link_answered", date=self.answered) if self.answered else say("link_never"))
        if self.archived:
            parts.append(say("link_used" if self.used else "link_archived", url=self.archived))
        return f"{self.link.place}: {'; '.join(parts)}"


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What was heard of one address."""

    verdict: LinkVerdict
    says: str = ""  # "404", "does not answer (…)"
    hint: str = ""  # what a person should look at though it answers
    silent: bool = False  # nobody said anything
    heard: bool = False  # somebody did: neither silence, nor we who would not ask
    elsewhere: bool = False  # who is silent is another host, to which this one sends us


def expander(table: LinkTable, web: Fetcher) -> Callable[[str], str]:
    """
    Return a function that says where an address leads, asks short ones that are not in *table*, and writes them down.
    """

    def expand(url: str) -> str:
        target = table.expanded(url)
        if target == url and is_short(url) and url not in table.known:
            try:
                table.of(url).to, table.of(url).says = follow(url, web)
            except FetchError:
                table.known.pop(url, None)  # silence tells nothing: it is asked again next time
        return table.expanded(url)

    return expand


def expand_all(content_dir: Path, table: LinkTable, web: Fetcher) -> Iterator[tuple[str, str]]:
    """Expand every short address of the posts that *table* does not know; yields each with its target, "" for none."""
    expand = expander(table, web)
    for link in collect(content_dir, lambda text: _SHORTENED.search(text) is not None):
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


def collect(content_dir: Path, wanted: Callable[[str], bool] = lambda text: "://" in text) -> list[Link]:
    """
    Every address that the rendered posts and pages lead to or load, each with the first place where it stands.

    Args:
        wanted: Whether a file with this text need be looked at.
    """
    found: dict[str, Link] = {}
    reading = converter(
        siteurl="", tag_url="{slug}", mention_network="", people=People(), tags=Tags(), content=content_dir
    )
    for path in markdown_files(content_dir):
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue  # the build tells what is wrong with the file
        if not wanted(text):
            continue
        dated = _TOLD_DATE.search(text) or _NAMED_DATE.match(path.name)
        top = header.split(text, path.name)
        pieces = [(said.value, said.line) for said in top.fields if "://" in said.value]
        shown = f"content/{path.relative_to(content_dir).as_posix()}"
        for piece, line in [*pieces, (top.body, top.body_line)]:
            for url, at in _leads(reading, piece, line):
                found.setdefault(url, Link(url, path, at, dated[1] if dated else "", shown))
    return list(found.values())


def _leads(reading: markdown.Markdown, text: str, line: int) -> Iterator[tuple[str, int]]:
    """Where a piece of Markdown leads once it is HTML, and on which lines."""
    document = Document(body=text, body_line=line)
    reading.document = document  # type: ignore[attr-defined]
    reading.reset()
    try:
        html = reading.convert(text)
    except RecursionError:  # the build tells it
        return
    for element in parse_html(html).iter():
        for name in ("href", "src"):
            url = (element.get(name) or "").strip()
            if split_address(url).is_web:
                written = (url, url.replace("&", "&amp;"), unquote(url), url.rstrip("/"), host_of(url))
                yield url, next((at for form in written if (at := document.line_of(form))), line)


def check(
    content_dir: Path, table: LinkTable, web: Fetcher, now: dt.datetime, *, apply: bool = False
) -> Iterator[Rotten | LinkRemark | Link]:
    """
    Ask every link of the posts whether it still answers; the table is brought up to date on the way.

    Several hosts are asked at once, each of them one question at a time.

    Args:
        apply: Send readers to the archived copy of what is rotten.

    Yields:
        Each link when it has been asked: itself when there is nothing to tell, ``Rotten``, or a ``LinkRemark``.
    """
    hosts: dict[str, list[tuple[Link, str]]] = {}
    for link in collect(content_dir):
        known = table.known.get(link.url, KnownLink())
        asked = known.to or link.url
        hosts.setdefault(host_of(asked), []).append((link, asked))
    silent: list[tuple[Link, str, LinkAnswer]] = []
    heard = False
    with ThreadPoolExecutor(min(HOSTS_AT_ONCE, len(hosts)) or 1, "tertulia-links") as pool:
        asking = [pool.submit(carried(_ask_host), links, web) for links in hosts.values()]
        try:
            for answers in asking:
                for link, asked, answer in answers.result():
                    heard = heard or answer.heard
                    if answer.silent:
                        silent.append((link, asked, answer))
                    else:
                        yield from _told(link, asked, answer, table, web=web, today=now.date(), apply=apply)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    # When nobody at all answers it is we who are offline, and nothing is written down.
    for link, asked, answer in silent:
        if heard:
            yield from _told(link, asked, answer, table, web=web, today=now.date(), apply=apply)
        else:
            yield LinkRemark(link, say("link_failing", url=link.url, says=answer.says))


def _ask_host(links: list[tuple[Link, str]], web: Fetcher) -> list[tuple[Link, str, LinkAnswer]]:
    """Ask one host for its links, one after the other, as long as it bears with us."""
    found: list[tuple[Link, str, LinkAnswer]] = []
    in_vain, last = 0, LinkAnswer(LinkVerdict.UNCLEAR)
    for link, asked in links:
        is_asked = in_vain < SILENT_QUESTIONS and last.says not in map(str, BUSY)
        last = ask(asked, web) if is_asked else last
        if is_asked:
            in_vain = in_vain + 1 if last.silent and not last.elsewhere else 0
        found.append((link, asked, last))
    return found


def ask(url: str, web: Fetcher) -> LinkAnswer:
    """Return what *url* says when it is asked once."""
    try:
        # No HEAD: some servers know none, and others lie to it.
        answer = web.request("GET", url, headers=HEADERS, cut=True, max_bytes=PAGE_BYTES)
    except FetchError as error:
        says = str(error).removeprefix(f"{url}: ")
        if isinstance(error, FetchRefusedError) and not isinstance(error, FetchSlowError):
            return LinkAnswer(LinkVerdict.UNCLEAR, says, hint=says)
        named = host_of(says.partition(": ")[0])  # the error begins with the address that did not answer
        return LinkAnswer(LinkVerdict.FAILING, says, silent=True, elsewhere=named not in ("", host_of(url)))
    if answer.ok or answer.status in THERE:
        return LinkAnswer(LinkVerdict.ALIVE, hint=_hint(url, answer), heard=True)
    says = str(answer.status)
    if answer.status in MISSING:
        return LinkAnswer(LinkVerdict.MISSING, says, heard=True)
    is_broken = answer.status >= 500 and answer.status != 999
    return LinkAnswer(LinkVerdict.FAILING if is_broken else LinkVerdict.UNCLEAR, says, heard=True)


def _hint(url: str, answer: Fetched) -> str:
    """Why a page that answers may not be the one that was meant."""
    was, became = split_address(url), split_address(answer.url)
    moved = normalised(answer.url) != normalised(url)
    if moved and len(was.path) > 1 and len(became.path) <= 1 and not became.query:
        return say("link_to_front", url=url)
    if answer.content_type not in ("text/html", "application/xhtml+xml"):
        return ""
    page = parse_html(answer.text)
    title = page.findtext(".//title") or ""
    if _NOTHING_HERE.search(title):
        return say("link_soft", url=url, title=" ".join(title.split())[:80])
    place = unquote(url.partition("#")[2])
    is_place = place and not place.startswith((":~:", "!", "/")) and len(answer.body) < PAGE_BYTES
    if is_place and not any(place in (part.get("id"), part.get("name")) for part in page.iter()):
        return say("link_no_place", url=url, place=place)
    return ""


def _told(
    link: Link, asked: str, answer: LinkAnswer, table: LinkTable, *, web: Fetcher, today: dt.date, apply: bool
) -> Iterator[Rotten | LinkRemark | Link]:
    """Write down what was heard of *link*, and say what of it is worth saying."""
    if answer.verdict == LinkVerdict.ALIVE:
        known = table.of(link.url)
        back = known.use == "archived" and bool(known.says)
        _answered(known, today)
        if back:
            yield LinkRemark(link, say("link_back", url=link.url))
        yield LinkRemark(link, answer.hint) if answer.hint else link
        return
    known = table.known.get(link.url, KnownLink())
    if answer.verdict == LinkVerdict.UNCLEAR:
        if answer.heard and known.silent:  # whatever it says, its server has not been silent since
            known.silent = ""
        yield LinkRemark(link, say("link_unclear", url=link.url, says=answer.hint)) if answer.hint else link
        return
    if known.use and not known.says:  # its blogger sends readers elsewhere: no run writes into that
        yield link
        return
    known = table.of(link.url)
    known.says = answer.says
    if answer.verdict == LinkVerdict.MISSING:
        known.failed, known.silent = known.failed or today.isoformat(), ""
        rotten = _days(known.failed, today) >= CONFIRM_DAYS
    else:
        known.silent = known.silent or today.isoformat()
        rotten = _days(known.silent, today) >= SILENT_DAYS
    if not rotten:
        key = "link_missing" if answer.verdict == LinkVerdict.MISSING else "link_failing"
        yield LinkRemark(link, say(key, url=link.url, says=answer.says))
        return
    known.archived = known.archived or archived(asked, link.date, web, today)
    if apply and known.archived:
        known.use = "archived"
    yield Rotten(link, answer.says, known.answered, known.archived, known.use == "archived")


def _answered(known: KnownLink, today: dt.date) -> None:
    """Undo what earlier runs wrote of a page that did not answer; what its blogger wrote by hand stays."""
    last = _day(known.answered) or dt.date.min
    if known.says or known.failed or known.silent or (today - last).days >= FRESH_DAYS:
        known.use = "" if known.says and known.use == "archived" else known.use
        known.answered, known.says, known.failed, known.silent = today.isoformat(), "", "", ""


def archived(url: str, day: str, web: Fetcher, today: dt.date) -> str:
    """
    Return the good copy of *url* nearest to *day* (ISO; "" takes any), "" when there is none near or nobody answers.
    """
    when = (day or today.isoformat()).replace("-", "")
    try:
        answer = web.get(WAYBACK.format(url=quote(url, safe=""), day=when), accept=("application/json",))
        closest = answer.json()["archived_snapshots"]["closest"]
        copy = str(closest["url"]) if closest["available"] and str(closest.get("status", 200)) == "200" else ""
    except (FetchError, KeyError, TypeError, AttributeError):
        return ""
    copy = re.sub(r"^http://", "https://", copy)
    taken = re.match(r"https://web\.archive\.org/web/(\d{4})(\d{2})(\d{2})\d*\w*/", copy)
    if not taken:
        return ""
    near, wanted = _day("-".join(taken.groups())), _day(day)
    return copy if near and (not wanted or abs((near - wanted).days) <= NEAR_DAYS) else ""


def _day(value: str) -> dt.date | None:
    moment = parse_moment(value, None) if value else None
    return moment.date() if moment else None


def _days(since: str, today: dt.date) -> int:
    day = _day(since)
    return (today - day).days if day else 0
