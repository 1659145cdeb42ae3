"""Bringing home what was said elsewhere: answers to our announcements, and strangers' posts that lead to an article.

Each run looks at what is due (``due``: new posts often, old ones seldom), asks each network for all that is there now,
and records it. The store knows what is new, what was edited and what is the same; what it has and the network no
longer shows is asked for by name, and goes when it is gone. A second run with nothing new changes nothing.

    thread of an announcement ─┐
    mentions of the account    ├─▶ whose article? ─▶ the moderator's ingest ─▶ store, snapshot
    posts that link to us      ┘
"""

import logging
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import cast

from tertulia.content.posts import Post
from tertulia.conversation.collect_report import CollectPlan, CollectReport
from tertulia.conversation.copies import is_copy
from tertulia.conversation.places import Place, Places
from tertulia.core import strict_json
from tertulia.core.addresses import host_of
from tertulia.core.errors import FetchError, NetworkError, SettingError, StoreError
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.store import Store
from tertulia.store.said import Incoming, Kind, Recorded, author_of
from tertulia.store.tables import DeliveryState, Origin
from tertulia.store.ways import PASTED
from tertulia.syndication.networks.base import Message, Remote
from tertulia.syndication.networks.listening.answers import is_everywhere
from tertulia.syndication.networks.listening.base import Listener, RemoteComment
from tertulia.syndication.summary import hashtag

log = logging.getLogger(__name__)

# How often a thread is looked at, by the age of its post; the last holds for ever.
RHYTHM = (
    (timedelta(days=2), timedelta(0)),
    (timedelta(days=14), timedelta(hours=1)),
    (timedelta(days=90), timedelta(hours=6)),
    (timedelta.max, timedelta(days=7)),
)
AGAIN = timedelta(days=1)
# A network of which so many threads in a row do not answer is left alone until the next run.
MOST_FAILURES = 20
# A feed that never ends is no honest feed.
MOST_PAGES = 50


class StepResult(StrEnum):
    """How one step of a run ended."""

    DONE = "done"
    FAILED = "failed"  # alone: the others are asked
    STOP = "stop"  # there is no use in asking this network for more now


@dataclass(slots=True)
class Collector:
    """The store, the networks and the clock, and what is done with them."""

    store: Store
    listeners: list[Listener]
    posts: list[Post]
    site: str
    lang: str
    title: str  # of the blog: what share buttons add
    find: Callable[[str], tuple[str, str] | None]  # address → (post, language) of the article that it means
    take: Callable[[Incoming], Recorded]  # the moderator's
    gone: Callable[[str, str], Recorded]
    show: Callable[[str, str], object]  # writes the snapshot of a post
    now: Callable[[], datetime]
    together: Callable[[], AbstractContextManager[None]] = nullcontext  # within, each post is shown once, at the end
    expand: Callable[[str], str] = lambda url: url  # where a short address leads
    avatar: Callable[[str], str] = lambda url: ""  # keeps a small copy of a picture; gives its file name
    budget_cents: float | None = None  # for a month, in place of what each network that wants money declares

    def run(self, *, everything: bool = False, network: str = "") -> list[CollectReport]:
        """Look at all that is due; what each network brought."""
        return [self._listen(one, everything) for one in self.listeners if network in ("", one.name)]

    def plan(self, *, everything: bool = False, network: str = "") -> list[CollectPlan]:
        """Return what ``run`` would ask for, and what it may cost; asks nothing."""
        plans = []
        for listener in self.listeners:
            if network in ("", listener.name):
                spoken = self._spoken(listener.name).items()
                due = [place for place, said in spoken if everything or self._due(listener, place, said[0])]
                looks = len(due) + len(listener.feeds(self.site))
                left, most = max(0.0, self._budget(listener) - self.spent(listener.name)), listener.max_cents_per_look()
                if most > left:  # not one look is paid for, so none is made
                    looks = 0
                plans.append(CollectPlan(listener.name, looks, min(looks * most, left)))
        return plans

    def _listen(self, listener: Listener, everything: bool) -> CollectReport:
        report = CollectReport(listener.name)
        spoken = self._spoken(listener.name)
        feeds: list[str] = []
        if self._try(listener, report, lambda: feeds.extend(listener.feeds(self.site))) is StepResult.STOP:
            return report
        steps: list[tuple[str, Callable[[], object]]] = [
            (" ".join(place), partial(self._thread, listener, place, remotes, report))
            for place, remotes in spoken.items()
            if everything or self._due(listener, place, remotes[0])
        ]
        steps += [(name, partial(self._feed, listener, name, spoken, report)) for name in feeds]
        failures = 0
        for number, (about, step) in enumerate(steps):
            if not self._affords(listener, report):
                report.unread = len(steps) - number
                report.notes.append(say("collect_unread", n=report.unread))
                break
            with self.together():
                outcome = self._try(listener, report, step, about)
            self._tell_odd(listener, report)
            failures = failures + 1 if outcome is StepResult.FAILED else 0
            if outcome is StepResult.STOP or failures >= MOST_FAILURES:
                return report
        self._try(listener, report, partial(self._again, listener, spoken, everything, report))
        self._tell_odd(listener, report)
        return report

    def _tell_odd(self, listener: Listener, report: CollectReport) -> None:
        """Note what the network answered and could not be read; everything beside it came home."""
        for about, why in listener.items.take_odd().items():
            report.fail(why, about)

    def _try(
        self, listener: Listener, report: CollectReport, step: Callable[[], object], about: str = ""
    ) -> StepResult:
        """
        Do one thing, and note its failure, which is nobody else's.

        Args:
            about: What failed if it does, for the note.
        """
        try:
            step()
        except (StoreError, SettingError):
            raise
        except (NetworkError, FetchError) as error:
            report.fail(str(error), "" if is_everywhere(error) else about)
            return StepResult.STOP if is_everywhere(error) else StepResult.FAILED
        except Exception as error:  # an answer that is not as its documentation says
            log.debug("answer of %s not understood", listener.name, exc_info=True)
            report.fail(say("net_garbled", network=listener.label) + f" ({type(error).__name__})", about)
            return StepResult.FAILED
        return StepResult.DONE

    # Our announcements

    def _spoken(self, network: str) -> dict[tuple[str, str], list[Remote]]:
        """Where each article was said on a network, all parts of a thread; the first part first."""
        found: dict[tuple[str, str], list[Remote]] = {}
        for row in self.store.deliveries.all(network=network, state=DeliveryState.DELIVERED):
            if row.remote and row.origin is not Origin.FOUND:  # what is said under another's post is not about ours
                remote = strict_json.decode(row.remote, type=Remote)
                remotes = found.setdefault((row.post, row.lang), [])
                remotes.insert(0 if row.part == "1" else len(remotes), remote)
        known = {post.key for post in self.posts}
        return {place: remotes for place, remotes in found.items() if place in known and remotes[0].id}

    def _due(self, listener: Listener, place: tuple[str, str], remote: Remote) -> bool:
        seen = parse_moment(self.store.conversation.get_cursor(_mark(listener, remote.id)), UTC)
        post = next(post for post in self.posts if post.key == place)
        return not seen or self.now() - seen >= max(listener.min_interval, rhythm(post, self.now()))

    def _thread(self, listener: Listener, place: tuple[str, str], remotes: list[Remote], report: CollectReport) -> None:
        report.looked += 1
        thread = listener.thread(remotes[0])
        ours = {remote.id for remote in remotes}
        report.cents += self._spend(listener, thread.cents)
        for heard in thread.comments:
            own_quote = heard.kind == "quote" and heard.author.is_owner
            if heard.id not in ours and not own_quote:
                answered = "" if heard.in_reply_to in ours else heard.in_reply_to
                where = Place(*place, heard.kind, answered)
                self._try(listener, report, partial(self._record, listener, heard, where, report), heard.id)
        report.counts["unlisted"] += thread.unlisted
        self._check(listener, place, {heard.id for heard in thread.comments}, report)
        changed = [
            self.store.conversation.count(
                *place, kind, listener.name, f"{remotes[0].id} {kind}", number=number, now=self.now()
            )
            for kind, number in thread.counts.items()
        ]
        if any(changed):
            report.counts["numbers"] += 1
            self.show(*place)
        self.store.conversation.set_cursor(_mark(listener, remotes[0].id), self.now().isoformat())

    def _check(self, listener: Listener, place: tuple[str, str], seen: set[str], report: CollectReport) -> None:
        """Ask by name for what we have and have not just seen, for a thread may be cut short."""
        missing = sorted(self.store.collected.ids(listener.name, *place) - seen)
        for one, heard in (listener.recheck(missing) if missing else {}).items():
            self._try(listener, report, partial(self._checked, listener, place, one, heard, report), one)

    def _checked(
        self, listener: Listener, place: tuple[str, str], one: str, heard: RemoteComment | None, report: CollectReport
    ) -> None:
        said = self.store.conversation.by_source(listener.name, one)
        if heard is None:
            self._gone(listener, one, report)
        elif said:
            self._record(listener, heard, Place(*place, cast(Kind, said.kind), said.in_reply_to), report)

    def _again(
        self, listener: Listener, spoken: dict[tuple[str, str], list[Remote]], everything: bool, report: CollectReport
    ) -> None:
        """Once a day: what came by a feed, and stands under no announcement of ours, may be edited or gone."""
        mark = f"collect {listener.name} again"
        seen = parse_moment(self.store.conversation.get_cursor(mark), UTC)
        if not everything and (not seen or self.now() - seen < AGAIN):
            if not seen:  # all of it has come just now
                self.store.conversation.set_cursor(mark, self.now().isoformat())
            return
        for place in sorted(self.store.collected.places(listener.name) - spoken.keys()):
            check = partial(self._check, listener, place, set(), report)
            if self._try(listener, report, check, " ".join(place)) is StepResult.STOP:
                return
        self.store.conversation.set_cursor(mark, self.now().isoformat())

    # Feeds

    def _feed(
        self, listener: Listener, name: str, spoken: dict[tuple[str, str], list[Remote]], report: CollectReport
    ) -> None:
        mark = f"collect {listener.name} {name}"
        places = self._places(listener.name, spoken)
        read = listener.feeds(self.site)[name]
        for _page in range(MOST_PAGES):
            cursor = self.store.conversation.get_cursor(mark)
            page = read(cursor)
            report.looked += 1
            report.cents += self._spend(listener, page.cents)
            for heard in page.comments:
                place = partial(places.of, heard, mentions=name != "links")
                take = partial(self._record_placed, listener, heard, place, report)
                self._try(listener, report, take, heard.id)
            if page.cursor != cursor:
                self.store.conversation.set_cursor(mark, page.cursor)
            if not page.more or not self._affords(listener, report):
                return

    def _places(self, network: str, spoken: dict[tuple[str, str], list[Remote]]) -> Places:
        return Places(
            network,
            spoken,
            conversation=self.store.conversation,
            find=self.find,
            expand=self.expand,
            lang=self.lang,
        )

    def _record_placed(
        self, listener: Listener, heard: RemoteComment, place: Callable[[], Place | None], report: CollectReport
    ) -> None:
        if found := place():
            self._record(listener, heard, found, report)

    # Recording

    def _record(self, listener: Listener, heard: RemoteComment, place: Place, report: CollectReport) -> None:
        kind = place.kind
        if kind in ("mention", "quote") and place.post and self._is_copy(listener, heard, place):
            kind = "repost"
        incoming = self._incoming(listener.name, heard, place, kind)
        if not heard.is_named and (said := self.store.conversation.by_source(listener.name, heard.id)):
            incoming = replace(incoming, author=author_of(said))  # who has a name does not lose it
        recorded = self.take(incoming)
        if recorded.state not in ("same", "refused"):
            report.counts["copies" if kind == "repost" else recorded.state] += 1
            if kind == "repost":
                self.show(place.post, place.lang)
        if recorded.key and kind != "repost" and heard.likes is not None and place.post:
            about = (place.post, place.lang, "like", listener.name, f"{heard.id} like")
            news = self.store.conversation.count(*about, number=heard.likes, now=self.now(), comment=recorded.key)
            if news and recorded.status == "approved":
                self.show(place.post, place.lang)

    def _gone(self, listener: Listener, one: str, report: CollectReport) -> None:
        if self.gone(listener.name, one).state == "edited":
            report.counts["gone"] += 1

    def _is_copy(self, listener: Listener, heard: RemoteComment, place: Place) -> bool:
        post = next((post for post in self.posts if post.key == (place.post, place.lang)), None)
        if post is None:
            return False
        rows = self.store.deliveries.all(post=place.post)
        said = [strict_json.decode(row.message, type=Message).text for row in rows if row.lang == place.lang]
        ours = [post.title, post.summary, post.question, self.title, *map(hashtag, post.tags), *said]
        return is_copy(heard.text, ours, hosts={host_of(self.site), *map(host_of, heard.links)} - {""})

    def pasted(
        self,
        heard: RemoteComment,
        network: str,
        post: tuple[str, str] | None = None,
        *,
        is_asked_again: bool = True,
    ) -> Recorded | None:
        """
        Record one thing whose address the owner gave; None when it belongs to no article.

        Args:
            heard: What lives there.
            is_asked_again: The network told of it, by its own id; what was read off a page once has none.
            post: The article it belongs to, where neither a link nor what it answers says so.
        """
        place = self._places(network, self._spoken(network)).of(heard, mentions=False)
        if post and (place is None or not place.post):
            place = Place(*post, heard.kind)
        if place is None:
            return None
        incoming = self._incoming(network, heard, place, place.kind)
        return self.take(incoming if is_asked_again or network == "web" else replace(incoming, source=PASTED))

    def _incoming(self, network: str, heard: RemoteComment, place: Place, kind: Kind) -> Incoming:
        """Return what the conversation takes in, its moments within what can be: after the article, before now."""
        post = next((post for post in self.posts if post.key == (place.post, place.lang)), None)
        known = min(heard.seen or self.now(), self.now())
        published = min(heard.published, known)
        if post and published < post.date:
            published = max(post.date, known) if heard.seen else post.date
        edited = min(heard.edited, self.now()) if heard.edited else None
        heard = replace(heard, published=min(published, self.now()), edited=edited)
        return as_incoming(network, heard, place, kind, self.avatar)

    # Money

    def _affords(self, listener: Listener, report: CollectReport) -> bool:
        most = listener.max_cents_per_look()
        spent = self.spent(listener.name)
        budget = self._budget(listener)
        if not most or spent + most <= budget:
            return True
        report.is_broke = True
        told = {"spent": f"{spent:g}", "budget": f"{budget:g}", "most": f"{most:g}"}
        note = say("collect_budget", setting=listener.budget_setting, **told)
        if note not in report.notes:
            report.notes.append(note)
        return False

    def _budget(self, listener: Listener) -> float:
        return listener.budget_cents() if self.budget_cents is None else self.budget_cents

    def spent(self, network: str) -> float:
        """Return what reading a network has cost this month, in cents."""
        try:
            return float(self.store.conversation.get_cursor(self._purse(network)) or 0)
        except ValueError:  # of an export by other hands: nothing is known to be left
            return math.inf

    def _spend(self, listener: Listener, cents: float) -> float:
        if cents:
            total = self.spent(listener.name) + cents
            self.store.conversation.set_cursor(self._purse(listener.name), f"{total:.3f}".rstrip("0").rstrip("."))
        return cents

    def _purse(self, network: str) -> str:
        return f"collect {network} cents {self.now():%Y-%m}"


def rhythm(post: Post, now: datetime) -> timedelta:
    """How long to leave the threads of *post* alone."""
    age = now - post.date
    return next(wait for until, wait in RHYTHM if age <= until)


def as_incoming(
    network: str, heard: RemoteComment, place: Place, kind: Kind, avatar: Callable[[str], str] = lambda url: ""
) -> Incoming:
    """Return what the conversation takes in."""
    author = heard.author
    if heard.avatar and kind != "repost":
        author = replace(author, avatar=avatar(heard.avatar))
    return Incoming(
        source=network,
        source_id=heard.id,
        post=place.post,
        lang=place.lang,
        kind=kind,
        author=author,
        published=heard.published,
        edited=heard.edited,
        text=heard.text,
        html=heard.html,
        url=heard.url,
        in_reply_to=place.in_reply_to,
    )


def _mark(listener: Listener, remote: str) -> str:
    return f"collect {listener.name} {remote}"[:200]
