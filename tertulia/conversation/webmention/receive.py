"""Taking webmentions: the request is checked at once and answered; what it says is looked at later.

::

    POST ─ checked ─▶ queued ─ looked at ─▶ taken        it links to us: the conversation has it
                        ▲  │       ├──────▶ refused      it does not, or cannot be looked at
                        └──┘       └──────▶ gone         it did, and no longer does
                      no answer: later

https://www.w3.org/TR/webmention/#receiving-webmentions. The same pair told again is looked at again, in place: so an
edit arrives, and so does a deletion (410; 404 when it says so twice, an hour apart; or the link taken out).
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tertulia.content import snapshot
from tertulia.conversation.webmention import source
from tertulia.conversation.webmention.discovery import USER_AGENT
from tertulia.conversation.webmention.pages import Pages, SitePage, without_fragment
from tertulia.core.addresses import domain_of, host_of, is_web_address
from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.fetch import Fetched, Fetcher
from tertulia.store.mentions import Mention, Mentions
from tertulia.store.said import Incoming, Recorded

log = logging.getLogger(__name__)

# What the conversation calls everything that came this way, by whichever of the two protocols.
SOURCE = "webmention"
LONGEST_ADDRESS = 2000
MAX_BYTES = 1_000_000
TIMEOUT_SECONDS = 15.0
# A queue this long is somebody's attack; the honest are asked to come back.
MOST_QUEUED = 5_000
MOST_QUEUED_OF_HOST = 100
# No answer: once more after these, then it is refused.
WAITS = (timedelta(minutes=2), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
AGAIN_AFTER_404 = timedelta(hours=1)


class NotTakenError(ValueError):
    """The request is refused at once; *reason* is the key of a phrase."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class BusyDomains:
    """Which domains are being asked, by whichever of the threads that look: each by one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._domains: set[str] = set()

    @contextmanager
    def next(self, mentions: Mentions, now: datetime) -> Iterator[Mention | None]:
        """Give the next mention of a domain that nobody is asking; its own is kept from the others until the end."""
        with self._lock:
            mention = mentions.next(now, without=self._domains)
            domain = domain_of(host_of(mention.source)) if mention else ""
            self._domains.add(domain)
        try:
            yield mention
        finally:
            with self._lock:
                self._domains.discard(domain)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes what others tell us, and looks at it; several threads may."""

    mentions: Mentions
    pages: Pages
    web: Fetcher
    take: Callable[[Incoming], Recorded]  # the moderator's
    gone: Callable[[str, str], Recorded]
    now: Callable[[], datetime]
    also: Callable[[SitePage], tuple[str, ...]] = lambda page: ()  # where else a post lives: its announcements
    avatar: Callable[[str], str] = lambda url: ""  # keeps a small copy of a picture; gives its file name
    busy: BusyDomains = field(default_factory=BusyDomains)

    def accept(self, told_source: str, target: str, way: str = "webmention") -> Mention:
        """
        Check a request, and queue it.

        Raises:
            NotTakenError: it makes no sense, or is about no page of ours, or there is too much of it.
        """
        told_source, target = told_source.strip(), target.strip()
        if not (is_web_address(told_source) and is_web_address(target)):
            raise NotTakenError("mention_bad_address")
        if without_fragment(told_source) == without_fragment(target):
            raise NotTakenError("mention_same")
        if not self.pages.is_ours(target):
            raise NotTakenError("mention_not_ours")
        if self.pages.is_ours(told_source):
            raise NotTakenError("mention_own_source")
        if self.pages.find(target) is None:
            raise NotTakenError("mention_no_target")
        known = self.mentions.known(told_source, target)
        if known is None or known.state != "queued":
            host = host_of(told_source)
            if self.mentions.queued(host) >= MOST_QUEUED_OF_HOST:
                raise NotTakenError("mention_too_many", 429)
            if self.mentions.queued() >= MOST_QUEUED:
                raise NotTakenError("mention_too_many", 503)
        return self.mentions.receive(told_source, target, way, self.now())

    def targets_in(self, url: str) -> list[str]:
        """
        Return the pages of ours that the page at *url* links to, posts alone.

        Raises:
            FetchError: it cannot be had.
        """
        answer = self._ask(url)
        linked = source.links_in(answer) if answer.ok else []
        return [link for link in linked if (page := self.pages.find(link)) and page.post]

    def work(self, most: int = 100) -> int:
        """Look at what is due; at how many."""
        done = 0
        while done < most and self._look_at_next():
            done += 1
        if not done:
            self.mentions.purge(self.now())
        return done

    def _look_at_next(self) -> bool:
        with self.busy.next(self.mentions, self.now()) as mention:
            if mention is None:
                return False
            try:
                self._look(mention)
            except Exception:  # a page odder than we thought of: it must not keep the others waiting
                log.exception("looking at %s", host_of(mention.source))
                self._later(mention, "mention_silent")  # which raises when it was the store that failed
            return True

    def _look(self, mention: Mention) -> None:
        page = self.pages.find(mention.target)
        if page is None:
            self._drop(mention, "mention_no_target")
            return
        try:
            answer = self._ask(mention.source)
        except FetchRefusedError as error:
            log.info("webmention from %s refused: %s", host_of(mention.source), error)
            self._refuse(mention, "mention_not_fetched")
            return
        except FetchError:
            self._later(mention, "mention_silent")
            return
        if answer.status == 410:
            self._drop(mention, "mention_gone")
        elif answer.status == 404:
            self._not_found(mention)
        elif not answer.ok:
            self._later(mention, "mention_silent")
        elif answer.content_type and not answer.content_type.startswith(source.TYPES):
            self._refuse(mention, "mention_type")
        elif not source.links_to(answer, mention.target):
            self._drop(mention, "mention_no_link")
        else:
            self._take(mention, page, answer)

    def _take(self, mention: Mention, page: SitePage, answer: Fetched) -> None:
        places = self.also(page)
        read = source.read(answer, mention.source, mention.target, places, ask=self._ask, now=self.now())
        if read.kind in ("like", "repost") and any(read.url.startswith(place) for place in places if place):
            # A bridge tells of a like on our announcement; networks tell us how many there are in all.
            self.mentions.settle(mention, "taken", "mention_counted", self.now(), "")
            return
        # Nobody answers what is not there yet: a page that is older was changed when it linked to us.
        published = max(read.published, min(page.date, self.now())) if page.date else read.published
        author = source.with_avatar(read.author, self.avatar(read.avatar) if read.avatar else "")
        # A comment of ours by its place in the page; a thing said elsewhere by any address that it is known by.
        fragment = mention.target.partition("#")[2]
        answered = [mention.target] if fragment.startswith("c-") else []
        answered += [one for one in read.in_reply_to if one not in places]
        incoming = Incoming(
            source=SOURCE,
            source_id=f"{mention.source} {mention.target}",
            post=page.post,
            lang=page.lang,
            kind=read.kind,
            author=author,
            published=published,
            edited=read.edited if read.edited and read.edited > published else None,
            text=read.text,
            html=read.html,
            url=read.url,
            in_reply_to=" ".join(answered),
        )
        recorded = self.take(incoming)
        if recorded.state == "refused":
            self.mentions.forget(mention)  # who was erased leaves no address behind, not even here
            return
        self.mentions.settle(mention, "taken", "", self.now(), recorded.key if recorded.status else "")

    def _ask(self, url: str) -> Fetched:
        return self.web.request(
            "GET",
            url,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "text/html, application/xhtml+xml, application/json;q=0.8, text/plain;q=0.5",
            },
            max_bytes=MAX_BYTES,
            timeout_seconds=TIMEOUT_SECONDS,
            cut=True,
        )

    def _not_found(self, mention: Mention) -> None:
        # A site that is being put in place answers 404 as well; one that means it says 410.
        if mention.looked_at is None or mention.attempts > 1:
            self._drop(mention, "mention_gone")
        else:
            self.mentions.later(mention, self.now() + AGAIN_AFTER_404, "mention_gone")

    def _later(self, mention: Mention, reason: str) -> None:
        if mention.attempts > len(WAITS):
            self._refuse(mention, "mention_given_up")
        else:
            self.mentions.later(mention, self.now() + WAITS[mention.attempts - 1], reason)

    def _refuse(self, mention: Mention, reason: str) -> None:
        """Nothing comes of it; what it said before stands."""
        self.mentions.settle(mention, "refused", reason, self.now())

    def _drop(self, mention: Mention, reason: str) -> None:
        """Forget it: it says nothing about us, and if it did, it no longer does."""
        recorded = self.gone(SOURCE, f"{mention.source} {mention.target}")
        state = "gone" if recorded.key or recorded.public else "refused"
        self.mentions.settle(mention, state, reason, self.now())


def announcements(snapshots: Path) -> Callable[[SitePage], tuple[str, ...]]:
    """Return a function that says where else the post of a page lives, by its snapshot."""

    def also(page: SitePage) -> tuple[str, ...]:
        known = snapshot.read(snapshots, page.post, page.lang).syndication if page.post else ()
        return tuple(place.url for place in known if place.url)

    return also
