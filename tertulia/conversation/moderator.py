"""What is done with a comment: taken in, decided, edited, trusted, erased; each with all that follows from it.

What follows: the filter learns, the snapshot of the post is written, the site is built anew, whoever asked for it
gets a letter. The form, webmentions and the networks all come in by ``ingest``.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from tertulia.conversation import bayes
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.notices import Notices
from tertulia.conversation.rules import Case, Signals, judge
from tertulia.core.errors import log_failure
from tertulia.store import Store
from tertulia.store.said import (
    Decided,
    Incoming,
    Known,
    Read,
    Recorded,
    Said,
    Status,
    Trust,
    Verdict,
    Who,
)

log = logging.getLogger(__name__)

# Whoever decides on a comment while its new words are judged must hit this many times; then it waits for the owner.
_JUDGED_AGAIN = 4
_UNSHOWN = "unshown"  # cursor: something may have changed that is not shown yet


class Action(StrEnum):
    """What the owner may press, wherever they are asked."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    TRUST = "trust"  # and publish
    BLOCK = "block"
    FORGET = "forget"  # neither trust nor block


ALL = 100_000
LEARNT = (Status.APPROVED, Status.SPAM)  # by the owner's word, the filter learns from these
STATUS_OF = {Action.APPROVE: Status.APPROVED, Action.REJECT: Status.REJECTED, Action.SPAM: Status.SPAM}
TRUST_OF = {Action.TRUST: Trust.TRUSTED, Action.BLOCK: Trust.BLOCKED, Action.FORGET: Trust.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Applied:
    """What one press of a button did, to each comment that it named."""

    batch: str  # undoes it
    results: tuple[tuple[Read, Decided], ...]

    @property
    def done(self) -> int:
        """How many were decided, or were so already."""
        return sum(decided.state in ("done", "same") for _, decided in self.results)

    @property
    def can_undo(self) -> bool:
        """Whether anything changed."""
        return any(decided.is_done for _, decided in self.results)

    @property
    def unread(self) -> list[tuple[Read, Said]]:
        """What is no more as it was read, and was not decided: as it is now."""
        left = [(read, decided) for read, decided in self.results if decided.state in ("stale", "refused")]
        return [(read, decided.after) for read, decided in left if decided.after]


@dataclass(frozen=True, slots=True)
class Moderator:
    """Keeps the conversation in order."""

    store: Store
    snapshots: Path
    now: Callable[[], datetime]
    notices: Notices | None = None
    rebuild: Callable[[], None] = lambda: None  # called when what is public has changed
    second_opinion: Callable[[Incoming, Signals], bool | None] | None = None

    unshown: list[set[tuple[str, str]]] = field(default_factory=list)  # posts that wait to be shown, while ``together``

    @contextmanager
    def together(self) -> Iterator[None]:
        """
        Show each post that changes within once, at the end: what comes in by the hundred is one snapshot.

        A run that was cut off, or left and never ended, leaves a mark, by which the next one shows everything first.
        """
        marks = self.store.conversation
        if not self.unshown and marks.get_cursor(_UNSHOWN):
            self.show_all()
            marks.set_cursor(_UNSHOWN, "")
        posts: set[tuple[str, str]] = set()
        self.unshown.append(posts)
        is_left = False
        try:
            yield
        except GeneratorExit:  # nobody will end it any more, and the store may be closed
            is_left = True
            raise
        finally:
            self.unshown[:] = [one for one in self.unshown if one is not posts]
            if not is_left and self.show(posts) and posts and not self.unshown:
                marks.set_cursor(_UNSHOWN, "")

    def show(self, posts: Iterable[tuple[str, str]]) -> bool:
        """
        Bring the snapshots of some posts up to date, each once; one that cannot be written keeps no other back.

        Returns:
            Whether all were written, or will be at the end of ``together``.
        """
        wanted = {place for place in posts if place[0]}
        if self.unshown:
            if wanted and not any(self.unshown):
                self.store.conversation.set_cursor(_UNSHOWN, "yes")
            self.unshown[-1] |= wanted
            return True
        changed, done = False, 0
        for post, lang in sorted(wanted):
            with log_failure(log, post):
                changed |= self.store.conversation.show(self.snapshots, post, lang)
                done += 1
        with log_failure(log, "the site"):
            if changed:
                self.rebuild()
        return done == len(wanted)

    # Coming in

    def judge(self, incoming: Incoming, signals: Signals | None = None) -> Verdict:
        """Return what is to become of *incoming*."""
        second = self.second_opinion(incoming, signals) if self.second_opinion and signals else None
        return self._judge(incoming, signals, second)

    def ingest(self, incoming: Incoming, signals: Signals | None = None, *, once: bool = False) -> Recorded:
        """
        Record *incoming* with its verdict, and do what follows; the same thing again does nothing.

        Args:
            once: Nor does the same with other words.
        """
        is_asked = once and self.second_opinion  # which is asked about each comment once
        if said := self.store.conversation.by_source(incoming.source, incoming.source_id) if is_asked else None:
            return Recorded("same", said.key, said.status)
        second = self.second_opinion(incoming, signals) if self.second_opinion and signals else None
        verdict = partial(self._verdict, incoming, signals, second)
        recorded = self.store.conversation.record(incoming, verdict, self.now(), once=once)
        if recorded.state in ("same", "refused"):
            return recorded
        before = recorded.before
        log.info("comment %s by %s: %s, %s", recorded.key, incoming.source, recorded.state, recorded.status)
        with log_failure(log, recorded.key):
            if before:
                self._learn_anew(before)
        if recorded.public:
            self.show([(incoming.post, incoming.lang)])
        with log_failure(log, recorded.key):
            is_told = self.notices and recorded.key and (before or self.notices.tell_of(recorded.status))
            if after := self.store.conversation.get(recorded.key) if is_told else None:
                self._write(before, after, tell_owner=True)
        return recorded

    def gone(self, source: str, source_id: str) -> Recorded:
        """Record that it was deleted where it was said."""
        before = self.store.conversation.by_source(source, source_id)
        recorded = self.store.conversation.remove(source, source_id, self.now())
        said = self.store.conversation.get(recorded.key) if recorded.key else None
        if before and said:
            with log_failure(log, said.key):
                self._learn_anew(before)
            self._write(before, said, tell_owner=False)
        if said and recorded.public:
            self.show([(said.post, said.lang)])
        elif recorded.public:
            self.show_all()
        return recorded

    # Deciding

    def decide(self, key: str, status: Status, version: str) -> Decided:
        """Return the owner's word on a comment, as they read it."""
        action = next(action for action, leads_to in STATUS_OF.items() if leads_to == status)
        return self.apply(action, [Read(key, version)]).results[0][1]

    def trust(self, key: str, trust: Trust, version: str) -> Decided:
        """Return what to think of whoever wrote *key*, as it was read; trusting them publishes it."""
        action = next(action for action, leads_to in TRUST_OF.items() if leads_to == trust)
        return self.apply(action, [Read(key, version)]).results[0][1]

    def apply(self, action: Action, read: Iterable[Read], *, batch: str = "") -> Applied:
        """
        Return the owner's word on some comments, each as they read it.

        A comment that is no more what was read stays as it is; ``Applied.unread`` has it as it is now.

        Args:
            batch: What undoes it, where somebody else has to know; a new one if not given.
        """
        batch = batch or secrets.token_hex(8)
        with self.store.database.writing():
            results = tuple((one, self._apply(action, one, batch)) for one in read)
            # What a blocked person likes does not count.
            posts = self._follow([decided for _, decided in results], with_persons=action in TRUST_OF)
        self.show(posts)
        return Applied(batch, results)

    def trust_person(self, person: int, trust: Trust) -> str:
        """Return the owner's word on a person, by all their accounts; what undoes it."""
        batch = secrets.token_hex(8)
        with self.store.database.writing():
            results = self.store.conversation.trust_person(person, trust, self.now(), batch=batch)
            posts = self._follow(results) | self._posts_of([person])
        self.show(posts)
        return batch

    def show_person(self, person: int) -> None:
        """Bring every snapshot up to date in which a person stands."""
        self.show(self._posts_of([person]))

    def undo(self, batch: str) -> list[Decided]:
        """Take back what was decided together; a comment that has changed since stays as it is."""
        with self.store.database.writing():
            results = self.store.conversation.undo(batch, self.now())
            posts = self._follow(results, with_persons=True)
        self.show(posts)
        return results

    def spoken(self, key: str) -> None:
        """Do what follows the owner's own word, which is written down already: it is shown, and told by letter."""
        if said := self.store.conversation.get(key):
            self.show([(said.post, said.lang)])
            if self.notices:
                self._write(None, said, tell_owner=False)

    def withdraw(self, key: str) -> Decided:
        """Who wrote it takes it back."""
        decided = self.store.conversation.decide(key, Status.WITHDRAWN, Who.WRITER, self.now())
        self.show(self._follow([decided]))
        return decided

    def edit(self, key: str, text: str, version: str) -> Decided:
        """Return the owner changes the words that they read, and the page will say so."""
        decided = self.store.conversation.edit(key, text, to_html(text), Who.OWNER, self.now(), version=version)
        self.show(self._follow([decided]))
        return decided

    def rewrite(self, said: Said, incoming: Incoming, signals: Signals) -> Decided:
        """Who wrote it changes words in time; what was public is judged anew."""
        second = self.second_opinion(incoming, signals) if self.second_opinion else None

        def once(*, bound: bool) -> Decided:
            verdict = self._judge(incoming, signals, second)
            if not bound:
                verdict = replace(verdict, status=Status.WAITING, judged=None)
            edit = self.store.conversation.edit
            return edit(said.key, incoming.text, incoming.html, Who.WRITER, self.now(), verdict=verdict)

        for _ in range(_JUDGED_AGAIN):
            decided = once(bound=True)
            if decided.state != "stale":
                break
        else:
            decided = once(bound=False)
        self.show(self._follow([decided], tell_owner=True))
        return decided

    def erase(self, person: int) -> int:
        """Forget a person everywhere, by all their accounts, for good; how many posts changed."""
        members = self.store.persons.members(person)
        said = [one for each in members for one in self.store.conversation.find(person=each, limit=ALL)]
        learnt = [one for one in self.store.conversation.find(LEARNT, limit=ALL) if one.decided_by == Who.OWNER]
        avatars = {one.avatar for one in said} | {self.store.conversation.avatar(each) for each in members}
        touched = self.store.conversation.erase(person, self.now())
        for one in learnt:  # others' words, which named who is erased, no longer do
            self._learn_anew(one)
        for name in avatars - {""} - self.store.collected.avatars():  # a server's empty portrait is everybody's
            (self.snapshots / "avatars" / Path(name).name).unlink(missing_ok=True)
        for post, lang in sorted(touched):
            self.store.conversation.show(self.snapshots, post, lang)  # not shown to have gone is not erased: it is told
        if touched:
            self.rebuild()
        return len(touched)

    def sweep(self) -> int:
        """Forget what has been in the spam box long enough, and who came back by an older copy; how many of the one."""
        if self.store.conversation.heed_erasures(self.now()):
            self.show_all()
        self.store.letters.forget_unconfirmed(self.now())
        self.store.followers.forget_unconfirmed(self.now())
        self.store.subscribers.forget_unconfirmed(self.now())
        return self.store.conversation.purge(self.now())

    def show_all(self) -> int:
        """Bring every snapshot up to date; how many changed."""
        changed = self.store.conversation.show_all(self.snapshots)
        if changed:
            self.rebuild()
        return changed

    def _judge(self, incoming: Incoming, signals: Signals | None, second: bool | None) -> Verdict:
        with self.store.database.reading():
            return self._verdict(incoming, signals, second, self.store.conversation.known(incoming))

    def _verdict(self, incoming: Incoming, signals: Signals | None, second: bool | None, known: Known) -> Verdict:
        case = Case(incoming, known, signals, second_opinion=second)
        learnt = self.store.words.counts(case.facts)
        return replace(judge(case, learnt), judged=known.judged)

    def _apply(self, action: Action, read: Read, batch: str) -> Decided:
        if action in STATUS_OF:
            return self.store.conversation.decide(
                read.key, STATUS_OF[action], Who.OWNER, self.now(), version=read.version, batch=batch
            )
        return self.store.conversation.trust(read.key, TRUST_OF[action], self.now(), version=read.version, batch=batch)

    def _follow(
        self, results: Sequence[Decided], *, tell_owner: bool = False, with_persons: bool = False
    ) -> set[tuple[str, str]]:
        """
        Return what follows decisions: learning and letters.

        Args:
            with_persons: All posts change where whoever is decided on has said something.

        Returns:
            The posts that are to be shown anew, once what was decided is written.
        """
        persons = [one.before.person for one in results if one.before] if with_persons else []
        posts = self._posts_of(persons)
        # Who trusts somebody has decided on a person and on what was read: one change of a comment, followed once.
        changes = {
            (one.before.key, one.before.version): (one.before, one.after)
            for result in results
            for one in (result, *result.also)
            if one.is_done and one.before and one.after
        }
        for before, after in changes.values():
            with log_failure(log, before.key):
                self._learn_anew(before)
            if Status.APPROVED in (before.status, after.status):
                posts.add((before.post, before.lang))
            self._write(before, after, tell_owner=tell_owner)
        return posts

    def _posts_of(self, persons: Iterable[int]) -> set[tuple[str, str]]:
        find, members = self.store.conversation.find, self.store.persons.members
        accounts = {account for person in set(persons) for account in members(person)}
        return {(one.post, one.lang) for account in accounts for one in find(person=account, limit=ALL)}

    def _write(self, before: Said | None, after: Said, *, tell_owner: bool) -> None:
        """
        Write the letters that follow a change; one that cannot be written does not undo what was done.

        Args:
            tell_owner: It was not they who did it.
        """
        if not self.notices or (before and before.version == after.version):
            return
        was = before.status if before else None
        with log_failure(log, after.key):
            is_untold = was != Status.APPROVED
            if before and (was == Status.APPROVED or after.status != Status.WAITING):
                is_untold |= self.notices.settled(before)
            if after.status == Status.WAITING and tell_owner:
                self.notices.waiting(after, changed=before is not None)
            elif after.status == Status.APPROVED and is_untold:
                self.notices.published(after)

    def _learn_anew(self, before: Said) -> None:
        """Learn what is there now instead of what was: erasing finds no other words to forget."""
        after = self.store.conversation.get(before.key)
        what = ("text", "html", "name", "author_url", "status", "decided_by")
        if after and all(getattr(before, name) == getattr(after, name) for name in what):
            return
        with self.store.database.writing():
            self._teach(before, undo=True)
            if after:
                self._teach(after)

    def _teach(self, said: Said, *, undo: bool = False) -> None:
        """Learn or unlearn the words of what the owner decided on."""
        if said.decided_by == Who.OWNER and said.status in LEARNT:
            words = bayes.words_of(said.text, said.name, said.author_url, said.html)
            self.store.words.learn(words, spam=said.status == Status.SPAM, undo=undo)
