"""What people said under each post, wherever they said it: all that may be done with it.

Whatever brings something in (the form, a webmention, a network's replies) makes an ``Incoming`` of it, asks
``known`` what the store knows of its writer, lets moderation give a ``Verdict``, and calls ``record``. The same thing
recorded twice changes nothing; recorded with other words, it is an edit; seen by a second way under the same address,
it becomes a second source of the same comment. Who may decide what of it is in ``transitions``.

``show`` writes the snapshot of a post: what is approved, and nothing that is private. The values are in ``said``; how
they become rows, in ``recording``; how they are decided on, in ``deciding``; how rows are shown, in ``showing``; how a
person is forgotten, in ``erased``; what may be asked, in ``lookups``.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from tertulia.content import snapshot
from tertulia.core.languages import say
from tertulia.store import (
    deciding,
    erased,
    erasure_list,
    importing,
    recording,
    same_person,
    showing,
    snapshot_guard,
    ways,
)
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import (
    comments,
    followers,
    persons,
    reactions,
    revisions,
    sources,
)
from tertulia.store.lookups import NOBODYS_ROW, Lookups, meet
from tertulia.store.rows import note, remember, short, writing
from tertulia.store.said import (
    Decided,
    Incoming,
    Known,
    Read,
    Recorded,
    Status,
    Trust,
    Verdict,
    Who,
    judged,
)
from tertulia.store.settling import settle
from tertulia.store.transitions import may
from tertulia.store.update_tables import post_updates

log = logging.getLogger(__name__)


class Conversation(Lookups):
    """The rows, in the words of a conversation: what changes them, beside what ``Lookups`` asks."""

    # Coming in

    def record(
        self,
        incoming: Incoming,
        verdict: Verdict | Callable[[Known], Verdict],
        now: datetime,
        *,
        once: bool = False,
    ) -> Recorded:
        """
        Write *incoming* down, once however often it comes.

        What the owner or the writer decided stays decided: an edit brings new words and no new status to what was
        rejected, marked as spam by hand, or withdrawn.

        Args:
            verdict: On *incoming*; or what gives it, asked while nobody else writes, of what is known at that moment.
            once: What came by this way before stays as it is, whatever it says now.

        Returns:
            What was done. ``stale``: the comment, or the trust in its writer, is not what the verdict was given on;
            nothing was done, and it is to be judged again.
        """
        incoming = recording.with_safe_links(incoming)
        with self._writing() as connection:
            admitted = erased.admitted(connection, incoming)
            if admitted is None:
                return Recorded("refused")
            met = meet(connection, admitted)
            said = met.said
            if once and said and met.is_known_way:
                return Recorded("same", said.key, said.status)
            if callable(verdict):
                verdict = verdict(met.known(connection))
            if verdict.judged not in (None, met.judged):
                return Recorded("stale", said.key if said else "", said.status if said else None)
            person = recording.upsert_person(connection, admitted.author, met.speaker, now)
            said = showing.load(connection, said.key) if said else None  # its person may be another's row by now
            recorded = recording.take(connection, said, admitted, verdict, person, now=now)
            return replace(recorded, before=met.said)

    def record_many(
        self, decided: Sequence[importing.OldWord], now: datetime, lessons: importing.Lessons
    ) -> importing.Taken:
        """Write down a talk that was decided elsewhere, all of it or nothing: see ``importing``."""
        with self._writing() as connection:
            return importing.record_many(connection, decided, now, lessons)

    def remove(self, source: str, source_id: str, now: datetime) -> Recorded:
        """
        Record that it is no longer where it was; a reaction is forgotten.

        The comment goes with the best of its ways: a relay that still repeats it is no witness against the place where
        it was said, nor does a relay's deletion take away what is still there.

        Its words are kept out of sight until the purge, for the owner may have to answer for what was public.
        """
        with self._writing() as connection:
            known = short(source_id)
            gone = connection.execute(
                delete(reactions)
                .where(reactions.c.source == source, reactions.c.source_id == known)
                .returning(reactions.c.comment)
            ).first()
            if gone:
                return Recorded("edited", gone.comment, None, True)
            row = recording.by_source(connection, source, source_id)
            said = showing.load(connection, row.key) if row else None
            if said is None or not may(Who.SOURCE, said, Status.GONE):
                return Recorded("same", said.key if said else "", said.status if said else None)
            here = (sources.c.source == source) & (sources.c.source_id == known)
            connection.execute(update(sources).where(here).values(gone_at=stamp(now)))
            is_public = said.status == Status.APPROVED
            if ways.outlives(connection, said.id, source, source_id):
                return Recorded("edited", said.key, said.status, is_public)
            deciding.set_status(connection, said, Status.GONE, Who.SOURCE, now)
            return Recorded("edited", said.key, Status.GONE, is_public)

    def count(
        self,
        post: str,
        lang: str,
        kind: str,
        source: str,
        source_id: str,
        *,
        number: int,
        now: datetime,
        comment: str = "",
    ) -> bool:
        """Record how many a network says there are in all, not who; return whether that is news."""
        with self._writing() as connection:
            here = (reactions.c.source == source) & (reactions.c.source_id == short(source_id))
            row = connection.execute(select(reactions).where(here)).first()
            if row and row.number == number:
                return False
            if row:
                connection.execute(update(reactions).where(here).values(number=number, seen_at=stamp(now)))
            elif number:
                values: dict[str, Any] = {
                    "post": post,
                    "lang": lang,
                    "kind": kind,
                    "source": source,
                    "comment": comment,
                }
                values |= {"source_id": short(source_id), "number": number, "seen_at": stamp(now)}
                connection.execute(insert(reactions).values(**values))
            return bool(row or number)

    # Deciding

    def decide(
        self,
        key: str,
        status: Status,
        who: Who,
        now: datetime,
        *,
        version: str = "",
        reason: str = "",
        batch: str = "",
    ) -> Decided:
        """
        Give a comment another status, where ``transitions`` allows it.

        Args:
            version: What the owner read, and decides on; nothing is decided on anything else.
            batch: Names all that one press of a button decided, so that it can be undone.
        """
        with self._writing() as connection:
            return deciding.decide(connection, Read(key, version), status, who, now, reason=reason, batch=batch)

    def trust(self, key: str, trust: Trust, now: datetime, *, version: str, batch: str = "") -> Decided:
        """Record what to think of who said *key*, in all they say from now on; trusting publishes what was read."""
        with self._writing() as connection:
            return deciding.trust(connection, Read(key, version), trust, now, batch=batch)

    def trust_person(self, person: int, trust: Trust, now: datetime, *, batch: str = "") -> list[Decided]:
        """Record what to think of a person, by all their accounts; what else was decided by that."""
        with self._writing() as connection:
            return deciding.trust_person(connection, person, trust, now, batch=batch)

    def undo(self, batch: str, now: datetime) -> list[Decided]:
        """Take back what was decided together; a comment that has changed since stays as it is."""
        with self._writing() as connection:
            return deciding.undo(connection, batch, now)

    def edit(
        self,
        key: str,
        words: str,
        html: str,
        who: Who,
        now: datetime,
        *,
        version: str = "",
        verdict: Verdict | None = None,
    ) -> Decided:
        """
        Give a comment other words, by the owner (which the page will say) or by who wrote it.

        Args:
            version: What the owner read and touches up.
            verdict: On the writer's new words; ``stale`` when it was given on another comment than the present one.
        """
        with self._writing() as connection:
            said = showing.load(connection, key)
            if said is None:
                return Decided("missing")
            if who == Who.OWNER and said.version != version:
                return Decided("stale", said, said)
            if not may(who, said, said.status if who == Who.OWNER else Status.WITHDRAWN):
                return Decided("refused", said, said)
            if (said.text, said.html) == (words, html):
                return Decided("same", said, said)
            trust = same_person.trust_of(connection, said.person) if verdict else said.trust
            if verdict and verdict.judged not in (None, judged(said, trust)):
                return Decided("stale", said, said)
            deciding.keep_revision(connection, said, now)
            when = {"owner_edited_at" if who == Who.OWNER else "edited_at": stamp(now)}
            given = recording.judged_values(connection, said, verdict, now) if verdict else {}
            values = {"text": words, "html": html, "fingerprint": recording.fingerprint(words)} | when | given
            connection.execute(update(comments).where(comments.c.id == said.id).values(**values))
            settle(connection, [said.id])
            note(connection, now, who, "edited", key)
            return Decided("done", said, showing.load(connection, key))

    def purge(self, now: datetime, after: timedelta = timedelta(days=30)) -> int:
        """Forget for good what has been spam, withdrawn or gone for longer than *after*; how many."""
        old = stamp(now - after)
        with self._writing() as connection:
            query = select(comments.c.id).where(
                comments.c.status.in_(("spam", "withdrawn", "gone")),
                comments.c.person.not_in(NOBODYS_ROW),
                func.coalesce(comments.c.decided_at, comments.c.received_at) < old,
            )
            ids = [row.id for row in connection.execute(query)]
            erased.forget(connection, ids)
            connection.execute(delete(revisions).where(revisions.c.at < old))
            return len(ids)

    def move(self, old: tuple[str, str], new: tuple[str, str], now: datetime) -> int:
        """Bring all that was said about the post *old* (Id, language) to the post *new*; how many comments."""
        values = {"post": new[0], "lang": new[1]}
        with self._writing() as connection:
            here = (comments.c.post == old[0]) & (comments.c.lang == old[1])
            keys = list(connection.execute(select(comments.c.key).where(here).order_by(comments.c.id)).scalars())
            connection.execute(update(comments).where(here).values(**values))
            there = (reactions.c.post == old[0]) & (reactions.c.lang == old[1])
            connection.execute(update(reactions).where(there).values(**values))
            own = select(followers.c.email).where(followers.c.post == new[0], followers.c.lang == new[1])
            told = (followers.c.post == old[0]) & (followers.c.lang == old[1])
            connection.execute(delete(followers).where(told, followers.c.email.in_(own)))
            connection.execute(update(followers).where(told).values(**values))
            changed = (post_updates.c.post == old[0]) & (post_updates.c.lang == old[1])
            connection.execute(update(post_updates).where(changed).values(**values))
            for key in keys:
                note(connection, now, Who.OWNER, "moved", key, reason=f"{'.'.join(old)} → {'.'.join(new)}")
            return len(keys)

    # What the build reads

    def show(self, folder: Path, post: str, lang: str) -> bool:
        """Write the snapshot of a post; False when it says the same already."""
        return self._show(folder, [(post, lang)]) > 0

    def show_many(self, folder: Path, posts: Sequence[tuple[str, str]]) -> int:
        """Write the snapshots of *posts*, (Id, language); how many changed."""
        return self._show(folder, posts)

    def show_all(self, folder: Path) -> int:
        """Write every snapshot that is not as it should be; how many. What a crash left undone is done here."""
        known = {(one.id, one.lang) for one in snapshot.read_all(folder) if one.comments or one.counts}
        return self._show(folder, sorted(known | set(self.posts())))

    def _show(self, folder: Path, posts: Sequence[tuple[str, str]]) -> int:
        written = snapshot_guard.show(self._database, folder, posts)
        if kept := sum(one.kept for one in written):
            log.warning("%s", say("snapshot_kept", n=kept, posts=sum(one.kept > 0 for one in written), folder=folder))
        return sum(one.changed for one in written)

    # Cursors and other small things to remember

    def set_cursor(self, name: str, value: str) -> None:
        """Keep *value* under *name*: how far a network has been read, for one."""
        with self._writing() as connection:
            remember(connection, name, value)

    # Erasing

    def erase(self, person: int, now: datetime) -> set[tuple[str, str]]:
        """
        Forget a person and all they said, and do not let them be brought back.

        Returns:
            The posts whose snapshots are to be written anew.
        """
        with self._writing() as connection:
            who = connection.execute(select(persons).where(persons.c.id == person)).first()
            if who is None:
                return set()
            touched = erased.erase(connection, who, now)
            erasure_list.write_down(connection, self._database.folder)
        self._database.scrub()
        return touched

    def heed_erasures(self, now: datetime) -> bool:
        """Forget whoever an older copy of the store has brought back; whether there was anybody."""
        with self._writing() as connection:
            found = erasure_list.heed(connection, self._database.folder, now)
        if found:
            self._database.scrub()
        return found

    def _writing(self) -> Any:
        return writing(self._database)
