"""Telling every site that a post links to, once for each version of the post.

    plan(…)      writes down which links are to be told: new ones, those of a changed post, those taken out
    Sender.run   tells them, and keeps what each site said

What is told is what readers see: the links of the built page, its text and credits, without the conversation under it.
https://www.w3.org/TR/webmention/#sending-webmentions
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from lxml import html

from tertulia.content.posts import Post
from tertulia.conversation.webmention.discovery import USER_AGENT, discover
from tertulia.conversation.webmention.pages import Pages
from tertulia.core.addresses import host_of, join_address, split_address
from tertulia.core.errors import FetchError, FetchRefusedError, StoreError
from tertulia.core.fetch import Fetched, Fetcher
from tertulia.core.languages import say
from tertulia.core.sanitise import parse_html
from tertulia.site.talk_parts import folder as talk_folder
from tertulia.store.answers import WebAnswer
from tertulia.store.mentions import Sent, SentMentions

log = logging.getLogger(__name__)

# No answer, or "later": again after these, then it is given up until the post changes.
WAITS = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1), timedelta(days=3))
REDIRECTS = 3
_KEYS = re.compile(r'<article [^>]*\bid="c-(\w+)"')
_REDIRECTED = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a built page tells others: where it links to, and which version it is."""

    version: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """An answer that stands on a page of ours, as the other site is told of it."""

    source: str  # the answer's own address: the page, and the place on it
    target: str  # what it answers
    version: str
    post: tuple[str, str]  # Id and language


def answer_links(
    answers: Iterable[WebAnswer], pages: Pages, posts: Iterable[Post], since: datetime | None
) -> list[AnswerLink]:
    """
    Return the answers that a built page shows, with the address of each.

    Args:
        since: Older answers are left alone. None: all.
    """
    urls = {post.key: post.url for post in posts}
    shown: dict[tuple[str, str], dict[str, str]] = {}
    found = []
    for one in answers:
        place = (one.post, one.lang)
        url = urls.get(place, "")
        if not url or pages.is_ours(one.url) or (since and datetime.fromisoformat(one.given_at) < since):
            continue
        if place not in shown:
            shown[place] = _shown(pages, url)
        if address := shown[place].get(one.key):
            found.append(AnswerLink(f"{address}#c-{one.key}", one.url, one.version, place))
    return found


def _shown(pages: Pages, url: str) -> dict[str, str]:
    """By key, the page on which each comment of the post at *url* stands: its own, or one of the older parts."""
    home, root = pages.site.rstrip("/"), pages.output()
    own = root / file_of(url, pages.site)
    folder = root / unquote(talk_folder(url).removeprefix(home).lstrip("/"))
    found: dict[str, str] = {}
    for file in (*sorted(folder.glob("*/index.html")), own):
        address = url if file == own else f"{home}/{file.parent.relative_to(root).as_posix()}/"
        try:
            keys = _KEYS.findall(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        found |= dict.fromkeys(keys, address)
    return found


def links_of(page: str, url: str, pages: Pages) -> Linked:
    """
    Return the links of one built post that lead to other sites, in order, each once.

    Args:
        page: Its HTML.
        url: Its whole address.
    """
    tree = parse_html(page)
    entry: html.HtmlElement = next(iter(tree.find_class("h-entry")), tree)
    # Others' words under the post are not ours to announce, nor are our own copies elsewhere.
    for other in entry.find_class("p-comment"):
        other.drop_tree()
    found: dict[str, None] = {}
    for link in entry.iter("a", "area"):
        href = (link.get("href") or "").strip()
        if not href or "u-syndication" in (link.get("class") or "").split():
            continue
        target = join_address(url, href).removesuffix("#")
        if split_address(target).is_web and not pages.is_ours(target):
            found.setdefault(target)
    said = [*entry.find_class("p-name"), *entry.find_class("e-content")]
    words = " ".join(" ".join(one.text_content().split()) for one in said)
    version = hashlib.sha256("\x00".join((words, *found)).encode()).hexdigest()[:32]
    return Linked(version, tuple(found))


def plan(
    sent: SentMentions,
    pages: Pages,
    posts: Iterable[Post],
    since: datetime | None,
    *,
    every: Iterable[Post],
    answers: Iterable[AnswerLink] = (),
    told: bool = False,
) -> int:
    """
    Write down what is to be told.

    Args:
        posts: The posts to look at.
        since: Older posts are left alone, unless they were changed since, or told before; so are those that were
            brought from another site, which told. None: all.
        every: All that is published: what was told of posts that are not among them is taken back.
        answers: The author's to what others said on their own sites, as the pages show them.
        told: They were told already, as the owner says; it is only written down.

    Returns:
        How many links are to be told.
    """
    queued = sum(
        sent.want(post.url, linked.targets, linked.version, told=told)
        for post, linked in linking(sent, pages, posts, since)
    )
    given = list(answers)
    queued += sum(sent.want(one.source, (one.target,), one.version, told=told) for one in given)
    for source in sorted(sent.sources() - {post.url for post in every} - {one.source for one in given}):
        queued += sent.want(source, (), "")
    return queued


def linking(
    sent: SentMentions, pages: Pages, posts: Iterable[Post], since: datetime | None
) -> Iterator[tuple[Post, Linked]]:
    """Those of *posts* that ``plan`` looks at, and what their pages link to."""
    known = sent.sources()
    for post in posts:
        told_there = bool(post.guid) and since is not None and (post.modified or since) <= since
        young = since is None or (max(post.date, post.modified or post.date) >= since and not told_there)
        if not (young or post.url in known):
            continue
        file = pages.output() / file_of(post.url, pages.site)
        if not file.is_file():
            continue
        try:
            linked = links_of(file.read_text("utf-8"), post.url, pages)
        except (OSError, ValueError):  # one odd page keeps no other from being told of
            log.exception("the links of %s", post.url)
            continue
        yield post, linked


def file_of(url: str, site: str) -> Path:
    """Return the file in the output that answers for *url*."""
    path = unquote(split_address(url).path).removeprefix(split_address(site).path.rstrip("/")).lstrip("/")
    return Path(path) / "index.html" if path.endswith("/") or not path else Path(path)


@dataclass(frozen=True, slots=True)
class Sender:
    """Tells other sites what is due."""

    sent: SentMentions
    web: Fetcher
    now: Callable[[], datetime]

    def run(self) -> list[Sent]:
        """Tell everything that is due; what became of each."""
        told = self.sent.due(self.now())
        for one in told:
            try:
                self._tell(one)
            except StoreError:
                raise
            except Exception as error:  # a page odder than we thought of: the others are told all the same
                log.exception("webmention to %s", host_of(one.target))
                self._later(one, type(error).__name__)
        by_id = {one.id: one for one in self.sent.all()}
        return [by_id[one.id] for one in told if one.id in by_id]

    def _tell(self, one: Sent) -> None:
        try:
            endpoint = discover(one.target, self.web)
            answer = self._post(endpoint, one) if endpoint else None
        except FetchRefusedError as error:  # private, too slow, no address: it will be no better tomorrow
            self.sent.settle(one, "refused", self.now(), reason=str(error))
            return
        except FetchError as error:
            self._later(one, str(error))
            return
        if answer is None:
            # A page that has lost its endpoint cannot be told that our link is gone: nothing is left to do.
            self.sent.settle(one, "none" if one.version else "removed", self.now())
        elif answer.ok:
            status_url = (
                join_address(endpoint, answer.headers.get("location", "")) if "location" in answer.headers else ""
            )
            state = "sent" if one.version else "removed"
            self.sent.settle(one, state, self.now(), endpoint=endpoint, status_url=status_url)
        elif answer.status == 429 or answer.status >= 500:
            self._later(one, say("mention_answered", status=answer.status))
        elif not one.version:  # they looked, and found our link gone: some receivers say it in a 4xx
            self.sent.settle(one, "removed", self.now(), endpoint=endpoint)
        else:
            reason = say("mention_answered", status=answer.status)
            self.sent.settle(one, "refused", self.now(), endpoint=endpoint, reason=reason)
        log.info("webmention to %s: %s", host_of(one.target), answer.status if answer else "no endpoint")

    def _post(self, endpoint: str, one: Sent) -> Fetched:
        body = {"source": one.source, "target": one.target}
        for _hop in range(REDIRECTS + 1):
            headers = {"User-Agent": USER_AGENT}
            answer = self.web.request("POST", endpoint, data=body, headers=headers, max_bytes=100_000, cut=True)
            led = answer.headers.get("location", "") if answer.status in _REDIRECTED else ""
            if not led:
                break
            endpoint = join_address(endpoint, led)
        return answer

    def _later(self, one: Sent, reason: str) -> None:
        if one.attempts >= len(WAITS):
            self.sent.settle(one, "refused", self.now(), reason=reason)
        else:
            self.sent.settle(one, "waiting", self.now(), reason=reason, until=self.now() + WAITS[one.attempts])
