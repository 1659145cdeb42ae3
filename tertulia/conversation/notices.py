"""Letters about the conversation: to the owner when something waits, to readers when somebody answers them.

They are written into the store and sent later: a mail server that is down costs nobody a comment. A letter to the
owner has links that do what they say, after one more press of a button: mail scanners open links, they do not press.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tertulia.content.networks import label
from tertulia.content.posts import Post
from tertulia.conversation.blog import BlogInfo
from tertulia.conversation.changes import readable
from tertulia.conversation.mail_cut import MARK
from tertulia.conversation.reply_address import OWNER, ReplyAddresses
from tertulia.core import sanitise
from tertulia.core.languages import say
from tertulia.core.smtp import mailbox_of
from tertulia.core.text import shorten
from tertulia.core.tokens import Signer
from tertulia.store import Store
from tertulia.store.delivery_rows import Delivery
from tertulia.store.followers import Follower
from tertulia.store.letters import Letter, NewLetter, Notice
from tertulia.store.said import Said, Status, Who

LONGEST_QUOTE = 1500
MOST_IN_LETTER = 20  # the others are in the queue
GATHER_FOR = timedelta(minutes=10)  # the first of many is told at once, the others together
MOST_GATHERED = 1000
CHANGES_WAIT = timedelta(minutes=5)  # all that changes meanwhile is one letter
REFUSED_REMEMBERED = timedelta(days=365)
_LAST_LETTER = "owner's letter"  # cursor: when, and about which comment


@dataclass(frozen=True, slots=True)
class Notices:
    """Who hears of what."""

    store: Store
    blog: BlogInfo
    signer: Signer
    owner: str  # OWNER_EMAIL; "" for nobody
    now: Callable[[], datetime]
    by_mail: ReplyAddresses | None = None  # where letters can be answered; None: nowhere

    def tell_of(self, status: Status | None) -> bool:
        """Whether anybody may be told of what has just come in, and has that status."""
        return status == Status.APPROVED or (status == Status.WAITING and bool(self.owner))

    def waiting(self, said: Said, *, changed: bool = False) -> None:
        """
        Tell the owner that something waits for a decision.

        Args:
            changed: It waited already, with other words: who writes in a hurry is told of once.
        """
        if not self.owner or (not changed and self._is_told_later(said)):
            return
        due = self.store.letters.retract(self.owner, said.id)
        when = datetime.fromisoformat(due) if due else self.now() + (CHANGES_WAIT if changed else timedelta())
        self._to_owner([said], changed=changed, when=when)

    def gather(self) -> None:
        """Tell the owner in one letter of all that came since the last one, once that is old enough."""
        last, key = self._last_letter()
        if not self.owner or last is None or self.now() < last + GATHER_FOR:
            return
        waiting = self.store.conversation.find(("waiting",), limit=MOST_GATHERED)
        found = [said for said in waiting if datetime.fromisoformat(said.received_at) >= last and said.key != key]
        self.store.conversation.set_cursor(_LAST_LETTER, f"{self.now().isoformat()} -" if found else "")
        if found:
            self._to_owner(found)

    def _is_told_later(self, said: Said) -> bool:
        """Whether the owner was written to so lately that *said* goes with the next letter; if not, it goes now."""
        last, key = self._last_letter()
        told = self.store.conversation.get(key) if key else None
        is_read = told is not None and told.decided_by == Who.OWNER  # who decides reads their letters
        if last is not None and self.now() < last + GATHER_FOR and not is_read:
            return True
        self.store.conversation.set_cursor(_LAST_LETTER, f"{self.now().isoformat()} {said.key}")
        return False

    def _last_letter(self) -> tuple[datetime | None, str]:
        """When the owner was last told of something new, and of what."""
        moment, _, key = self.store.conversation.get_cursor(_LAST_LETTER).partition(" ")
        return (datetime.fromisoformat(moment), key) if moment else (None, "")

    def settled(self, before: Said) -> bool:
        """
        Take back what would be told of a comment as it was, to the owner and to readers.

        Returns:
            Whether there are readers who were not told yet.
        """
        if self.owner:
            self.store.letters.retract(self.owner, before.id)
        return before.status == Status.APPROVED and self.store.letters.retract_told(before.key)

    def gathered(self, keys: Sequence[str]) -> None:
        """Tell the owner in one letter of all that came at once and waits."""
        found = [said for key in keys if (said := self.store.conversation.get(key)) and said.status == "waiting"]
        if self.owner and found:
            self._to_owner(found)

    def asked(self, notice: Notice) -> None:
        """Ask whoever gave this address whether it is theirs."""
        t, lang = self.blog.t, notice.lang
        confirm, leave = self._notice("confirm", notice), self._notice("leave", notice)
        body = t("letter_confirm", lang, blog=self.blog.title, link=confirm, leave=leave)
        subject = _line(t("letter_confirm_subject", lang, blog=self.blog.title))
        letter = NewLetter(recipient=notice.email, subject=subject, body=body, leave=leave, comment=notice.comment)
        self.store.letters.tell([letter], self.now())

    def asked_to_follow(self, follower: Follower, *, may_write: bool) -> None:
        """
        Ask whoever gave this address whether they want letters about the whole talk.

        Args:
            may_write: Whether the address may be written to; if not, all is done but sending.
        """
        t, lang = self.blog.t, follower.lang
        confirm, leave = self._follow("confirm", follower), self._follow("leave", follower)
        title = self._title_of(follower.post, lang)
        body = t("letter_follow", lang, blog=self.blog.title, title=title, link=confirm, leave=leave)
        subject = _line(t("letter_follow_subject", lang, title=title))
        letter = NewLetter(recipient=follower.email, subject=subject, body=body, leave=leave)
        self.store.followers.ask_letter(follower, letter, self.now(), may_write=may_write)

    def published(self, said: Said) -> None:
        """Tell readers who asked for it: who wrote *said*, whom it answers, who follows the talk; each person once."""
        own = self.store.letters.notice_of(said.id)
        found = [*self._public(said, own), *self._answered(said)]
        told = {mailbox_of(letter.recipient) for letter in found} | ({mailbox_of(own.email)} if own else set())
        found += [one for one in self._followed(said) if mailbox_of(one.recipient) not in told]
        self.store.letters.tell(found, self.now())

    def _public(self, said: Said, own: Notice | None) -> Iterator[NewLetter]:
        if own and own.state == "confirmed":
            yield self._to_reader("public", said, own, f"public {said.key}", self._notice("leave", own))

    def _answered(self, said: Said) -> Iterator[NewLetter]:
        for above in self.store.conversation.thread(said)[-1:]:
            notice = self.store.letters.notice_of(above.id)
            is_away = above.status not in (Status.APPROVED, Status.WAITING)
            # What waits may be public yet: the letter waits for the page to show the answer, and is told once.
            if notice and notice.state == "confirmed" and above.person != said.person and not is_away:
                yield self._to_reader("answer", said, notice, f"answer {said.key}", self._notice("leave", notice))

    def _followed(self, said: Said) -> Iterator[NewLetter]:
        for follower in self.store.followers.of_post(said.post, said.lang):
            leave = self._follow("leave", follower)
            yield self._to_reader("talk", said, follower, f"talk {said.key} {follower.id}", leave)

    def _to_reader(self, what: str, said: Said, reader: Notice | Follower, tells: str, leave: str) -> NewLetter:
        words: dict[str, Any] = {"name": said.name, "title": self._title(said)}
        subject = _line(self.blog.t(f"letter_{what}_subject", reader.lang, **words))
        words |= {"quote": _quoted(said), "link": self._link(said), "leave": leave}
        body = self.blog.t(f"letter_{what}", reader.lang, **words)
        return NewLetter(
            recipient=reader.email,
            subject=subject,
            body=self._answerable(body, reader.lang) if what == "answer" else body,
            tells=tells,
            leave=leave,
            page=self._page(said),
            comment=reader.comment if isinstance(reader, Notice) else said.id,
        )

    def _answerable(self, body: str, lang: str) -> str:
        """*body* below the line above which it is answered, where letters can be answered."""
        return f"{MARK} {self.blog.t('letter_above', lang)} {MARK}\n\n{body}" if self.by_mail else body

    def reply_to(self, letter: Letter) -> str:
        """
        Return the address by which *letter* is answered; "" where it is not. Made as it goes: it is good from then on.
        """
        if not self.by_mail or not letter.body.startswith(MARK):
            return ""
        is_owners = not letter.tells
        key = letter.about if is_owners else letter.tells.partition(" ")[2]
        said = self.store.conversation.get(key)
        notice = None if is_owners else self.store.letters.notice_on(letter.about)
        if said is None or (notice is None and not is_owners):
            return ""
        number = notice.id if notice else OWNER
        return self.by_mail.to(letter.recipient, number, key, version=said.digest, now=self.now())

    def updated(self, notice: Notice, post: Post, text: str) -> NewLetter:
        """Return the letter that tells whoever asked for letters that *post* has changed, in its author's words."""
        quote = "\n".join(f"> {line}" for line in text.split("\n"))
        leave = self._notice("leave", notice)
        body = self.blog.t("letter_update", notice.lang, title=post.title, quote=quote, link=post.url, leave=leave)
        subject = _line(self.blog.t("letter_update_subject", notice.lang, title=post.title))
        return NewLetter(recipient=notice.email, subject=subject, body=body, leave=leave, comment=notice.comment)

    def answer_refused(self, row: Delivery) -> bool:
        """
        Tell whoever gave an answer, once, that its network did not take it.

        Returns:
            Whether this was news.
        """
        said = self.store.conversation.get(row.answer)
        member = self.store.team.get(said.identity.removeprefix("owner").strip()) if said else None
        to = (member.email if member else "") or self.owner
        news = f"refused {row.id} {row.attempts}"
        if said is None or not to or not self.store.once.use(news, self.now() + REFUSED_REMEMBERED, self.now()):
            return False
        asked = self.store.conversation.thread(said)[-1:]
        words = {"network": label(row.network), "name": asked[0].name if asked else "", "title": self._title(said)}
        link = f"{self.blog.service}/inbox/{asked[0].key}" if asked else f"{self.blog.service}/inbox"
        body = say("letter_refused", quote=_quoted(said), why=row.reason, link=link, **words)
        about = asked[0].id if asked else said.id
        self.store.letters.write(to, _line(say("letter_refused_subject", **words)), body, self.now(), about)
        return True

    def sign_in(self, token: str, minutes: int) -> None:
        """Send the owner's way into moderation, good for so many *minutes*."""
        link = f"{self.blog.service}/moderation/login/{token}"
        body = say("letter_login", link=link, minutes=minutes)
        self.store.letters.write(self.owner, say("letter_login_subject", blog=self.blog.title), body, self.now())

    def _to_owner(self, found: list[Said], *, changed: bool = False, when: datetime | None = None) -> None:
        parts = [part for said in found[:MOST_IN_LETTER] for part in self._to_decide(said)]
        name, title = found[0].name, self._title(found[0])
        subject = say("letter_changed_subject" if changed else "letter_waiting_subject", name=name, title=title)
        if changed:
            parts.insert(0, say("letter_changed"))
        if len(found) > 1:
            subject = say("letter_gathered_subject", n=len(found))
            parts.insert(0, say("letter_gathered", n=len(found)))
        body = "\n\n".join((*parts, say("letter_queue", link=f"{self.blog.service}/moderation")))
        about = found[0].id if len(found) == 1 else None
        if about is not None:
            body = self._answerable(body, self.blog.lang)
        self.store.letters.write(self.owner, _line(subject), body, when or self.now(), about)

    def _to_decide(self, said: Said) -> Iterator[str]:
        yield say("letter_waiting", name=said.name, title=self._title(said))
        yield _quoted(said)
        yield "\n".join(f"- {say(key, **values)}" for key, values, _ in said.reasons)
        yield "\n".join(f"{say('letter_' + what)}: {self._act(what, said)}" for what in ("approve", "reject", "spam"))
        # Erasing finds a letter by the keys in it.
        yield f"{say('letter_see')}: {self.blog.service}/moderation/{said.key}"

    def _act(self, what: str, said: Said) -> str:
        """Return a link that does *what* to the words that the letter quotes, and to no others."""
        return (
            f"{self.blog.service}/moderation/act/{self.signer.sign('act', [what, said.key, said.version], self.now())}"
        )

    def _notice(self, what: str, notice: Notice) -> str:
        token = self.signer.sign_row("notice", what, notice.id, notice.email, self.now())
        return f"{self.blog.service}/comments/notice/{token}"

    def _follow(self, what: str, follower: Follower) -> str:
        token = self.signer.sign_row("follow", what, follower.id, follower.email, self.now())
        return f"{self.blog.service}/comments/follow/{token}"

    def _page(self, said: Said) -> str:
        """Where readers will see *said*; "" where nobody knows."""
        post = self.blog.post(said.post, said.lang)
        return f"{post.url}#c-{said.key}" if post else ""

    def _link(self, said: Said) -> str:
        return self._page(said) or f"{self.blog.site}#c-{said.key}"

    def _title(self, said: Said) -> str:
        return self._title_of(said.post, said.lang)

    def _title_of(self, post: str, lang: str) -> str:
        found = self.blog.post(post, lang)
        return found.title if found else post


def _quoted(said: Said) -> str:
    words = shorten(readable(said.html) or "…", LONGEST_QUOTE)
    return "\n".join(f"> {line}" for line in words.split("\n"))


def _line(subject: str) -> str:
    """Return a name may hold anything; a header holds one line."""
    return sanitise.one_line(subject, 150)
