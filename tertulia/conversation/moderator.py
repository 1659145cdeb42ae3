"""What is done with a comment: taken in, decided, edited, trusted, erased; each with all that follows from it.

What follows: the filter learns, the snapshot of the post is written, the site is built anew, whoever asked for it
gets a letter. The form, webmentions and the networks all come in by ``ingest``.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from tertulia.conversation import bayes
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.notices import Notices
from tertulia.conversation.rules import Case, Signals, judge
from tertulia.store import Store
from tertulia.store.said import (
    Incoming,
    Recorded,
    Said,
    Status,
    Trust,
    Verdict,
)

log = logging.getLogger(__name__)

Decision = Literal["approved", "rejected", "spam"]


@dataclass(frozen=True, slots=True)
class Moderator:
    """Keeps the conversation in order."""

    store: Store
    snapshots: Path
    now: Callable[[], datetime]
    notices: Notices | None = None
    rebuild: Callable[[], None] = lambda: None  # called when what is public has changed
    second_opinion: Callable[[Incoming, Signals], bool | None] | None = None

    # Coming in

    def judge(self, incoming: Incoming, signals: Signals | None = None) -> Verdict:
        """What is to become of *incoming*."""
        known = self.store.conversation.known(incoming)
        words = bayes.words_of(incoming.text, incoming.author.name, incoming.author.url)
        opinion = bayes.opinion(words, self.store.words.counts(words))
        second = self.second_opinion(incoming, signals) if self.second_opinion and signals else None
        return judge(Case(incoming, known, signals, opinion, second))

    def ingest(self, incoming: Incoming, signals: Signals | None = None) -> Recorded:
        """Record *incoming* with its verdict, and do what follows; the same thing again does nothing."""
        before = self.store.conversation.by_source(incoming.source, incoming.source_id)
        recorded = self.store.conversation.record(incoming, self.judge(incoming, signals), self.now())
        if recorded.state in ("same", "refused"):
            return recorded
        log.info("comment %s by %s: %s, %s", recorded.key, incoming.source, recorded.state, recorded.status)
        if before:
            self._learn_anew(before)
        if recorded.public:
            self._show(incoming.post, incoming.lang)
        if self.notices and recorded.state == "new" and recorded.status in ("waiting", "approved"):
            self._tell(self.notices, recorded)
        return recorded

    def gone(self, source: str, source_id: str) -> Recorded:
        """It was deleted where it was said."""
        before = self.store.conversation.by_source(source, source_id)
        recorded = self.store.conversation.remove(source, source_id, self.now())
        if before:
            self._learn_anew(before)
        said = self.store.conversation.get(recorded.key) if recorded.public and recorded.key else None
        if said:
            self._show(said.post, said.lang)
        elif recorded.public:
            self.show_all()
        return recorded

    # Deciding

    def decide(self, key: str, status: Decision, reason: str = "") -> Said | None:
        """The owner's word on a comment; it as it was, or None when nothing changes."""
        before = self.store.conversation.decide(key, status, "owner", self.now(), reason)
        if before is None:
            return None
        self._learn(before, status)
        if "approved" in (before.status, status):
            self._show(before.post, before.lang)
        after = self.store.conversation.get(key)
        if after and status == "approved" and before.decided_at == before.received_at and self.notices:
            self.notices.answered(after)
        return before

    def withdraw(self, key: str) -> Said | None:
        """Who wrote it takes it back."""
        before = self.store.conversation.decide(key, "withdrawn", "writer", self.now())
        if before:
            self._learn_anew(before)
        if before and before.status == "approved":
            self._show(before.post, before.lang)
        return before

    def edit(self, key: str, text: str) -> bool:
        """The owner changes words, and the page will say so."""
        said = self.store.conversation.get(key)
        if said is None or not self.store.conversation.edit(key, text, to_html(text), "owner", self.now()):
            return False
        self._learn_anew(said)
        if said.status == "approved":
            self._show(said.post, said.lang)
        return True

    def rewrite(self, said: Said, incoming: Incoming, signals: Signals) -> Verdict:
        """Who wrote it changes words in time; what was public is judged anew."""
        verdict = self.judge(incoming, signals)
        self.store.conversation.edit(said.key, incoming.text, incoming.html, "writer", self.now(), verdict)
        self._learn_anew(said)
        if "approved" in (said.status, verdict.status):
            self._show(said.post, said.lang)
        return verdict

    def trust(self, key: str, trust: Trust) -> bool:
        """What to think of whoever wrote *key*; blocking takes what waits of them to the spam box."""
        said = self.store.conversation.get(key)
        if said is None:
            return False
        self.store.conversation.trust(said.person, trust, self.now())
        if trust == "blocked":
            for one in self.store.conversation.find(("waiting",), person=said.person, limit=1000):
                self.decide(one.key, "spam")
        for post, lang in {
            (one.post, one.lang) for one in self.store.conversation.find(person=said.person, limit=1000)
        }:
            self._show(post, lang)
        return True

    def erase(self, person: int) -> int:
        """Forget a person everywhere, for good; how many posts changed."""
        said = self.store.conversation.find(person=person, limit=100_000)
        for one in said:
            self._teach(one, undo=True)
        touched = self.store.conversation.erase(person, self.now())
        for name in {one.avatar for one in said if one.avatar}:
            (self.snapshots / "avatars" / Path(name).name).unlink(missing_ok=True)
        for post, lang in sorted(touched):
            self.store.conversation.show(self.snapshots, post, lang)
        if touched:
            self.rebuild()
        return len(touched)

    def sweep(self) -> int:
        """Forget what has been in the spam box long enough; how many."""
        self.store.letters.forget_unconfirmed(self.now())
        return self.store.conversation.purge(self.now())

    def show_all(self) -> int:
        """Bring every snapshot up to date; how many changed."""
        changed = self.store.conversation.show_all(self.snapshots)
        if changed:
            self.rebuild()
        return changed

    def _tell(self, notices: Notices, recorded: Recorded) -> None:
        if recorded.status == "waiting" and not notices.owner:
            return
        said = self.store.conversation.get(recorded.key)
        if said:
            (notices.waiting if recorded.status == "waiting" else notices.answered)(said)

    def _show(self, post: str, lang: str) -> None:
        if post and self.store.conversation.show(self.snapshots, post, lang):
            self.rebuild()

    def _learn(self, before: Said, status: Status) -> None:
        """Spam and welcome words; a changed mind unlearns what it taught before."""
        self._teach(before, undo=True)
        self._teach(msgspec.structs.replace(before, status=status, decided_by="owner"))

    def _learn_anew(self, before: Said) -> None:
        """Learn what is there now instead of what was: erasing finds no other words to forget."""
        after = self.store.conversation.get(before.key)
        what = ("text", "name", "author_url", "status", "decided_by")
        if after is None or any(getattr(before, name) != getattr(after, name) for name in what):
            self._teach(before, undo=True)
            if after:
                self._teach(after)

    def _teach(self, said: Said, *, undo: bool = False) -> None:
        """Learn or unlearn the words of what the owner decided on."""
        if said.decided_by == "owner" and said.status in ("spam", "approved"):
            words = bayes.words_of(said.text, said.name, said.author_url)
            self.store.words.learn(words, spam=said.status == "spam", undo=undo)
