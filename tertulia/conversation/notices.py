"""Letters about the conversation: to the owner when something waits, to readers when somebody answers them.

They are written into the store and sent later: a mail server that is down costs nobody a comment. A letter to the
owner has links that do what they say, after one more press of a button: mail scanners open links, they do not press.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tertulia.conversation.blog import BlogInfo
from tertulia.conversation.changes import readable
from tertulia.core import sanitise
from tertulia.core.languages import say
from tertulia.core.text import shorten
from tertulia.core.tokens import Signer
from tertulia.store import Store
from tertulia.store.letters import Notice
from tertulia.store.said import Said, Status, Who

LONGEST_QUOTE = 1500
MOST_IN_LETTER = 20  # the others are in the queue
GATHER_FOR = timedelta(minutes=10)  # the first of many is told at once, the others together
MOST_GATHERED = 1000
CHANGES_WAIT = timedelta(minutes=5)  # all that changes meanwhile is one letter
ANSWERS_REMEMBERED = timedelta(days=400)  # who was told of an answer is not told again
_LAST_LETTER = "owner's letter"  # cursor: when, and about which comment


@dataclass(frozen=True, slots=True)
class Notices:
    """Who hears of what."""

    store: Store
    blog: BlogInfo
    signer: Signer
    owner: str  # OWNER_EMAIL; "" for nobody
    now: Callable[[], datetime]

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

    def settled(self, before: Said) -> None:
        """Nobody is written to any more about a comment as it was: neither its owner nor those whom it answered."""
        if self.owner:
            self.store.letters.retract(self.owner, before.id)
        if before.status == Status.APPROVED and self.store.letters.retract_answer(before.key):
            self.store.once.release(_answer(before))

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
        self._write(notice, t("letter_confirm_subject", lang, blog=self.blog.title), body)

    def answered(self, said: Said) -> None:
        """Tell those above in the thread who asked for it that *said* answers them."""
        for above in self.store.conversation.thread(said)[-1:]:
            notice = self.store.letters.notice_of(above.id)
            if notice is None or notice.state != "confirmed" or above.person == said.person:
                continue
            if not self.store.once.use(_answer(said), self.now() + ANSWERS_REMEMBERED, self.now()):
                continue
            post = self.blog.post(said.post, said.lang)
            link = f"{post.url if post else self.blog.site}#c-{said.key}"
            body = self.blog.t(
                "letter_answer",
                notice.lang,
                name=said.name,
                title=self._title(said),
                quote=_quoted(said),
                link=link,
                leave=self._notice("leave", notice),
            )
            self._write(notice, self.blog.t("letter_answer_subject", notice.lang, name=said.name), body)

    def sign_in(self, token: str, minutes: int) -> None:
        """The owner's way into moderation, good for so many *minutes*."""
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
        self.store.letters.write(self.owner, _line(subject), body, when or self.now(), about)

    def _to_decide(self, said: Said) -> Iterator[str]:
        yield say("letter_waiting", name=said.name, title=self._title(said))
        yield _quoted(said)
        yield "\n".join(f"- {say(key, **values)}" for key, values, _ in said.reasons)
        yield "\n".join(f"{say('letter_' + what)}: {self._act(what, said)}" for what in ("approve", "reject", "spam"))
        # Erasing finds a letter by the keys in it.
        yield f"{say('letter_see')}: {self.blog.service}/moderation/{said.key}"

    def _write(self, notice: Notice, subject: str, body: str) -> None:
        self.store.letters.write(notice.email, _line(subject), body, self.now(), notice.comment)

    def _act(self, what: str, said: Said) -> str:
        """A link that does *what* to the words that the letter quotes, and to no others."""
        return (
            f"{self.blog.service}/moderation/act/{self.signer.sign('act', [what, said.key, said.version], self.now())}"
        )

    def _notice(self, what: str, notice: Notice) -> str:
        token = self.signer.sign_row("notice", what, notice.id, notice.email, self.now())
        return f"{self.blog.service}/comments/notice/{token}"

    def _title(self, said: Said) -> str:
        post = self.blog.post(said.post, said.lang)
        return post.title if post else said.post


def _answer(said: Said) -> str:
    return f"answer {said.key}"


def _quoted(said: Said) -> str:
    words = shorten(readable(said.html) or "…", LONGEST_QUOTE)
    return "\n".join(f"> {line}" for line in words.split("\n"))


def _line(subject: str) -> str:
    """A name may hold anything; a header holds one line."""
    return sanitise.one_line(subject, 150)
