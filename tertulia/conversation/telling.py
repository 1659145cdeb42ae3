"""Telling an update of a post to those who took part, where they took part, if the author says so.

In each thread of a network one message of the author's, below the newest words and naming the others; to who commented
by the form the letter that they asked for. Each person hears of it once, wherever they spoke last and can be reached;
nobody who is blocked, does not want to be quoted, or asked for no letters. It goes by the outbox, as answers do.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tertulia.content.posts import Post
from tertulia.conversation.answering import FORM, Answering, AnswerPreview
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.notices import Notices
from tertulia.core.languages import say
from tertulia.core.smtp import mailbox_of
from tertulia.store.letters import Notice
from tertulia.store.post_updates import PostUpdate, TookPart
from tertulia.store.said import Incoming, Read, Said
from tertulia.syndication.networks.base import Network
from tertulia.syndication.outbox import Outbox

MOST_NAMED = 5  # of one message; the others read it in their thread
_MARKUP = re.compile(r"([\\`*_\[\]~<])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """What is said in one thread."""

    to: Said  # below which it goes
    also: Sequence[Said]  # by the others of the thread to whom it is told
    named: int  # of these, how many by name
    text: str  # as the owner's comment has it
    network: Network
    preview: AnswerPreview


@dataclass(frozen=True, slots=True)
class UpdateLetter:
    """A letter to one reader."""

    said: Said
    notice: Notice


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """What goes where, and to how many, before anything goes."""

    update: PostUpdate
    post: Post
    messages: list[ThreadMessage] = field(default_factory=list)
    letters: list[UpdateLetter] = field(default_factory=list)
    unreached: dict[str, int] = field(default_factory=dict)  # why → how many persons
    told: int = 0  # persons who have heard of it

    @property
    def people(self) -> int:
        """How many persons hear of it."""
        return sum(1 + len(one.also) for one in self.messages) + len(self.letters)

    @property
    def cents(self) -> float:
        """What it costs."""
        return sum(one.preview.cents for one in self.messages)

    @property
    def too_long(self) -> list[ThreadMessage]:
        """The messages that do not fit where they would go."""
        return [one for one in self.messages if not one.preview.fits]


@dataclass(frozen=True, slots=True)
class Telling:
    """The author, telling."""

    answering: Answering
    notices: Notices

    def plan(self, post: Post, text: str) -> UpdatePlan:
        """Return what telling *text* of *post* would do now; what was told before is left out."""
        moderator = self.answering.moderator
        update = moderator.store.updates.named(post.id, post.lang, text.strip(), moderator.now())
        spoken: dict[int, list[TookPart]] = defaultdict(list)
        for one in moderator.store.updates.took_part(update):
            spoken[one.person].append(one)
        plan = UpdatePlan(update, post)
        threads: dict[tuple[int, str], list[TookPart]] = defaultdict(list)
        mailboxes: set[str] = set()
        told = 0
        for theirs in spoken.values():
            if any(one.is_told for one in theirs):
                told += 1
                continue
            why = self._place(theirs, threads, plan, mailboxes)
            if why:
                plan.unreached[why] = plan.unreached.get(why, 0) + 1
        for (_, name), some in sorted(threads.items()):
            plan.messages.append(self._message(post, text.strip(), self.answering.networks[name], some))
        return UpdatePlan(update, post, plan.messages, plan.letters, plan.unreached, told)

    def tell(self, plan: UpdatePlan, not_before: datetime | None = None) -> int:
        """
        Have it told, not before *not_before*; how many messages and letters were put in the queue.

        Whatever was told meanwhile is told no more; who dies in between goes on where they were with the next call.
        """
        moderator = self.answering.moderator
        updates, now = moderator.store.updates, moderator.now()
        done = 0
        for one in plan.messages:
            send = self.answering.to_send(one.to, one.text)
            if send is None:
                continue
            incoming = self._incoming(plan.update, one)
            recorded = updates.tell_in_thread(
                plan.update,
                incoming,
                moderator.judge(incoming),
                now,
                to=Read(one.to.key, one.to.version),
                also=one.also,
                send=send,
                not_before=not_before,
            )
            done += recorded.state == "new"
        for letter in plan.letters:
            written = self.notices.updated(letter.notice, plan.post, plan.update.text)
            done += updates.tell_by_letter(plan.update, written, letter.said, not_before or now)
        return done

    def take_back(self, outbox: Outbox, post: Post, text: str) -> tuple[int, int]:
        """Delete what was told of *text* where that can be done; of how many messages, and how many could not be."""
        moderator = self.answering.moderator
        update = moderator.store.updates.named(post.id, post.lang, text.strip(), moderator.now())
        dropped = moderator.store.updates.drop_letters(update)
        taken = [self.answering.take_back(outbox, key) for key in moderator.store.updates.messages(update)]
        return dropped + sum(taken), len(taken) - sum(taken)

    def _place(
        self,
        theirs: Sequence[TookPart],
        threads: dict[tuple[int, str], list[TookPart]],
        plan: UpdatePlan,
        mailboxes: set[str],
    ) -> str:
        """Choose where one person hears of it, by their newest words that have a way back; why not, for none."""
        if not all(one.may_be_told for one in theirs):
            return say("update_unwelcome")
        for one in theirs:
            way = self.answering.way(one.said)
            if way.network:
                threads[one.root, way.network.name].append(one)
                return ""
            if one.notice:
                mailbox = mailbox_of(one.notice.email)
                if mailbox not in mailboxes:
                    plan.letters.append(UpdateLetter(one.said, one.notice))
                mailboxes.add(mailbox)
                return ""
        said = theirs[0].said
        if said.network == FORM:
            return say("update_no_letters")
        return say("update_own_site") if said.network == "web" else self.answering.way(said).why

    def _message(self, post: Post, text: str, network: Network, some: Sequence[TookPart]) -> ThreadMessage:
        """Return the message of one thread: of the others as many are named as fit."""
        to, also = some[0].said, [one.said for one in some[1:]]
        words = text if post.url in text else f"{text}\n\n{post.url}"
        handles = dict.fromkeys(_handle(said) for said in also if said.handle)
        names = [name for name in handles if name != _handle(to)][:MOST_NAMED]
        while True:
            told = " ".join([*(_MARKUP.sub(r"\\\1", name) for name in names), words])
            preview = self.answering.preview(to, told)
            assert preview
            if preview.fits or not names:
                return ThreadMessage(to=to, also=also, named=len(names), text=told, network=network, preview=preview)
            names.pop()

    def _incoming(self, update: PostUpdate, message: ThreadMessage) -> Incoming:
        return Incoming(
            source=FORM,
            source_id=f"update {update.name} {message.to.key}",
            post=update.post,
            lang=update.lang,
            kind="reply",
            author=self.answering.author(),
            published=self.answering.moderator.now(),
            text=message.text,
            html=to_html(message.text),
            in_reply_to=message.to.key,
            tells_update=update.name,
        )


def _handle(said: Said) -> str:
    return f"@{said.handle.lstrip('@')}"
