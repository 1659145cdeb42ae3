"""Saying each post once on each network: the outbox.

``enqueue`` writes down what is to be said before anything is sent; ``deliver`` sends it, and may be killed at any
moment (``DeliveryStep`` names them all) and run again, by several processes at once, without saying anything twice:

- the row is claimed by a lease, and touched in the store right before the one request that makes it public;
- before anything is sent, a network that can be searched is searched, whether or not we remember trying: so a lost
  store, a lost answer and a lost process are all mended by the same look;
- what is found and was not written by us is a reason not to speak, and never ours to edit or delete (``Origin``);
- where nothing can be searched, a row that was touched, that the journal remembers, or that an earlier store may
  have sent (``witness``), waits for a person.
"""

import logging
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tertulia.content import snapshot
from tertulia.content.posts import Post
from tertulia.core import strict_json
from tertulia.core.languages import say
from tertulia.store import Store
from tertulia.store.delivery_rows import Delivery, LeaseLostError, NewDelivery
from tertulia.store.journal import Journal
from tertulia.store.tables import DeliveryState, Origin
from tertulia.syndication.attempt import Attempt, DeliveryStep
from tertulia.syndication.drafts import Draft, is_wanted
from tertulia.syndication.messages import encode, key_of, mark_of, wanted_rows
from tertulia.syndication.networks.base import (
    ODD_ANSWER,
    CancelledError,
    CredentialsExpiredError,
    Network,
    OutcomeUnknownError,
    RefusedError,
    Remote,
    RetryLaterError,
    garbled,
)
from tertulia.syndication.witness import Witness

log = logging.getLogger(__name__)

# A request that we gave up on may still be at work over there: how long before looking whether it arrived.
SETTLE = timedelta(minutes=5)
# Waits double from the first to the last of these where the network does not say how long.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Nobody comes back at the very second: up to this much more is added.
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row in this run."""

    delivery: Delivery
    state: DeliveryState
    reason: str = ""
    url: str = ""
    until: datetime | None = None
    needs_owner: bool = False  # it goes on when the owner has done something


@dataclass(slots=True)
class Outbox:
    """The store, the networks and the clock, and what is done with them."""

    store: Store
    networks: dict[str, Network]  # those that are configured, by name
    snapshots: Path
    journal: Journal
    now: Callable[[], datetime]
    witness: Witness | None = None  # None: this store knows all that was sent
    on_step: Callable[[DeliveryStep], None] = lambda step: None  # told at each step; tests die there
    chance: Callable[[], float] = random.random
    _paused: set[str] = field(default_factory=set)
    _asked: list[Outcome] = field(default_factory=list)

    def enqueue(self, drafts: Iterable[Draft]) -> int:
        """
        Write down what is to be said.

        What the snapshot shows to be somewhere already is adopted instead: that is how a new store learns.

        Returns:
            How many rows are new.
        """
        new = 0
        if self.witness:
            self.witness.begin()
        for draft in drafts:
            wanted = wanted_rows(draft)
            if not wanted or self._adopted(draft, wanted):
                continue
            doubt = self._doubt(draft)
            new += self.store.deliveries.enqueue(wanted, self.now(), doubt=doubt)
            if doubt:
                self._ask(draft, doubt)
        self.on_step(DeliveryStep.ENQUEUED)
        return new

    def _doubt(self, draft: Draft) -> str:
        """Why *draft* may have been said by an earlier store, where nobody can look; "" when it was not."""
        post, network = draft.post, draft.network
        if self.witness is None or network.can_search:
            return ""
        if self.store.deliveries.exists(post.id, post.lang, network.name) or not self.witness.doubts(post):
            return ""
        return say("net_cannot_look", network=network.label)

    def _ask(self, draft: Draft, doubt: str) -> None:
        rows = self.store.deliveries.all(post=draft.post.id, network=draft.network.name, state=DeliveryState.UNKNOWN)
        self._asked += [
            Outcome(row, DeliveryState.UNKNOWN, doubt)
            for row in rows
            if row.lang == draft.post.lang and row.part == "1"
        ] or [Outcome(row, DeliveryState.UNKNOWN, doubt) for row in rows if row.lang == draft.post.lang]

    def unsaid(self, drafts: Iterable[Draft]) -> list[Draft]:
        """Those of *drafts* whose saying has not begun: the rest stays as it was said."""
        begun = {
            (row.post, row.lang, row.network)
            for row in self.store.deliveries.all()
            if row.state not in (DeliveryState.QUEUED, DeliveryState.WAITING, DeliveryState.REFUSED)
        }
        return [draft for draft in drafts if (*draft.post.key, draft.network.name) not in begun]

    def _adopted(self, draft: Draft, wanted: list[NewDelivery]) -> bool:
        post, name = draft.post, draft.network.name
        if self.store.deliveries.exists(post.id, post.lang, name):
            return False
        for known in snapshot.read(self.snapshots, post.id, post.lang).syndication:
            if known.network == name:
                remote = encode(Remote(id=known.id, url=known.url))
                origin = Origin.MADE if known.made else Origin.ADOPTED
                reason = say("adopted_snapshot")
                return self.store.deliveries.adopt(wanted, remote, reason, self.now(), origin=origin)
        return False

    def _unwanted(self, known: Mapping[tuple[str, str], Post], since: datetime | None) -> set[int]:
        """
        Return the rows whose post is gone, leaves their network out, or is for those whom it cannot keep to.

        Nor is wanted what was queued for a day that was corrected since: a post from before *since* of which nothing
        was tried on that network.
        """
        rows = self.store.deliveries.all()
        tried = {(row.post, row.lang, row.network) for row in rows if row.attempts or row.state != DeliveryState.QUEUED}
        return {
            row.id
            for row in rows
            if row.state != DeliveryState.DELIVERED
            and (network := self.networks.get(row.network))
            and not (
                (post := known.get((row.post, row.lang)))
                and is_wanted(post, network)
                and (since is None or post.date >= since or (row.post, row.lang, row.network) in tried)
            )
        }

    def deliver(
        self,
        post: str | None = None,
        networks: Iterable[str] | None = None,
        *,
        posts: Iterable[Post] | None = None,
        since: datetime | None = None,
        only_answers: bool = False,
    ) -> list[Outcome]:
        """
        Send what is due, until nothing more is; each outcome in order.

        Args:
            since: What of *posts* is older, and was not begun, is not sent.
            only_answers: No announcement: what its post says now is not known here.
            posts: All that are public, as their authors want them now: what they no longer want is left as it is.
        """
        self._paused.clear()
        chosen = set(self.networks if networks is None else networks) & self.networks.keys()
        outcomes, self._asked = self._asked, []
        wanted = {post.key: post for post in posts or ()}
        seen = set() if posts is None else self._unwanted(wanted, since)
        claim = self.store.deliveries.claim
        while delivery := claim(self.now(), chosen - self._paused, post, seen, only_answers=only_answers):
            self.on_step(DeliveryStep.CLAIMED)
            seen.add(delivery.id)
            outcomes.append(self._deliver(delivery, wanted.get((delivery.post, delivery.lang))))
        return outcomes

    def _deliver(self, delivery: Delivery, post: Post | None) -> Outcome:
        attempt = Attempt(self, delivery, post)
        try:
            remote, origin, reason = attempt.make()
        except RetryLaterError as error:
            return self._wait(attempt, reason=str(error), seconds=error.seconds, pause=not error.alone)
        except OutcomeUnknownError as error:
            return self._lost(attempt, str(error), error)
        except CredentialsExpiredError as error:
            return self._expired(attempt, str(error))
        except RefusedError as error:
            return self._refuse(attempt, str(error))
        except CancelledError as error:
            self.store.deliveries.cancel(delivery, str(error))
            return Outcome(delivery, DeliveryState.WITHDRAWN, str(error))
        except LeaseLostError as error:
            return Outcome(delivery, DeliveryState.SENDING, str(error))
        except ODD_ANSWER as error:  # our mistake or theirs
            log.debug("answer of %s not understood", delivery.network, exc_info=True)
            told = garbled(attempt.network.label, error)
            return (
                self._lost(attempt, told, None) if attempt.uncertain else self._wait(attempt, reason=told, seconds=0.0)
            )
        except BaseException:  # stopped by hand, disk full: what was not sent goes back
            if not attempt.uncertain:
                self.store.deliveries.release(delivery)
            raise
        self.on_step(DeliveryStep.ANSWERED)
        self.store.deliveries.delivered(delivery, encode(remote), self.now(), reason, origin=origin)
        self.on_step(DeliveryStep.RECORDED)
        if origin is Origin.MADE and remote.id:
            self.journal.add(mark_of(delivery.network, remote))
        self._shown(delivery)
        self.on_step(DeliveryStep.SHOWN)
        return Outcome(delivery, DeliveryState.DELIVERED, reason, remote.url)

    def _wait(self, attempt: "Attempt", *, reason: str, seconds: float, pause: bool = True) -> Outcome:
        if pause:
            self._paused.add(attempt.delivery.network)
        # Without knowing whether an earlier attempt arrived, that stays open; else nothing was made.
        open_ = attempt.uncertain and not attempt.sent
        until = self.now() + self._how_long(attempt.delivery, seconds)
        self.store.deliveries.waiting(attempt.delivery, until, reason, maybe_sent=open_)
        if not open_:
            self.journal.clear(attempt.key)
        return Outcome(attempt.delivery, DeliveryState.WAITING, reason, until=until)

    def _lost(self, attempt: "Attempt", reason: str, error: OutcomeUnknownError | None) -> Outcome:
        if not attempt.network.can_search:
            self.store.deliveries.unknown(attempt.delivery, reason, None)
            return Outcome(attempt.delivery, DeliveryState.UNKNOWN, reason)
        if error and error.status >= 500:  # it answered, badly: waits like any failure, and is looked for first
            self._paused.add(attempt.delivery.network)
            until = self.now() + self._how_long(attempt.delivery, error.seconds)
            self.store.deliveries.waiting(attempt.delivery, until, reason, maybe_sent=True)
            return Outcome(attempt.delivery, DeliveryState.WAITING, reason, until=until)
        until = self.now() + max(SETTLE, self._how_long(attempt.delivery, 0.0))
        self.store.deliveries.unknown(attempt.delivery, reason, until)
        return Outcome(attempt.delivery, DeliveryState.UNKNOWN, reason, until=until)

    def _expired(self, attempt: "Attempt", reason: str) -> Outcome:
        """Return the key is no longer good, which is not the post's fault: it waits, and so do all behind it."""
        self._paused.add(attempt.delivery.network)
        open_ = attempt.uncertain and not attempt.sent
        self.store.deliveries.waiting(attempt.delivery, self.now(), reason, maybe_sent=open_)
        if not open_:
            self.journal.clear(attempt.key)
        return Outcome(attempt.delivery, DeliveryState.WAITING, reason, needs_owner=True)

    def _refuse(self, attempt: "Attempt", reason: str) -> Outcome:
        if attempt.uncertain and not attempt.sent:  # refused to let us look
            return self._lost(attempt, reason, None)
        self.store.deliveries.refused(attempt.delivery, reason)
        self.journal.clear(attempt.key)
        return Outcome(attempt.delivery, DeliveryState.REFUSED, reason)

    def _how_long(self, delivery: Delivery, told_seconds: float) -> timedelta:
        if told_seconds > 0:
            wait = timedelta(seconds=told_seconds)
        else:
            wait = min(FIRST_WAIT * 2 ** min(max(delivery.attempts - 1, 0), 12), LONGEST_WAIT)
        return wait * (1 + JITTER * self.chance())

    def resolve(self, row: Delivery, *, there: bool, url: str = "") -> bool:
        """Record what a person saw of an unknown row: it is there (at *url*), or it is not and shall be sent."""
        if not there:
            self.journal.clear(key_of(row))
        if row.origin is Origin.FOUND:
            done = self.store.deliveries.claim_as_own(row) if there else self.store.deliveries.disown(row)
        else:
            done = self.store.deliveries.resolve(row.id, there, encode(Remote(id="", url=url)), now=self.now())
        self._shown(row)
        return done

    def _shown(self, delivery: Delivery) -> None:
        """Bring the snapshot up to date that tells of *delivery*."""
        if not delivery.answer:
            self.show(delivery.post, delivery.lang)
        elif said := self.store.conversation.get(delivery.answer):
            self.store.conversation.show(self.snapshots, said.post, said.lang)

    def show(self, post: str, lang: str) -> bool:
        """
        Bring the snapshot of a post up to date; whether it changed.

        A link that is public stays, unless the store knows that it was taken down: a new store knows little.
        """
        rows = [row for row in self.store.deliveries.all(post=post) if row.lang == lang]
        settled = (DeliveryState.DELIVERED, DeliveryState.WITHDRAWN)
        ours = {row.network for row in rows if row.state in settled and row.origin is not Origin.FOUND}

        def current(before: snapshot.Conversation) -> snapshot.Conversation:
            links = [known for known in before.syndication if known.network not in ours]
            links += [link for row in rows if (link := _public_link(row))]
            links.sort(key=lambda link: (link.network, link.url))
            return msgspec.structs.replace(before, syndication=tuple(links))

        return snapshot.update(self.snapshots, post, lang, current)

    def show_all(self) -> int:
        """Bring every snapshot up to date; how many changed. What a crash left undone is done here."""
        posts = {(row.post, row.lang) for row in self.store.deliveries.all()}
        return sum(self.show(post, lang) for post, lang in sorted(posts))


def _public_link(row: Delivery) -> snapshot.Syndicated | None:
    if row.state != DeliveryState.DELIVERED or row.part != "1" or not row.remote or row.origin is Origin.FOUND:
        return None
    remote = strict_json.decode(row.remote, type=Remote)
    made = row.origin is Origin.MADE
    return snapshot.Syndicated(row.network, remote.url, remote.id, made) if remote.url else None
