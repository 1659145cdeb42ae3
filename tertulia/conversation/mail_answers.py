"""An answer that came by mail: taken in as any comment is, or given as the owner's answer; once.

The address that it came to says who may answer what (``reply_address``), and their own address must be the one that
our letter went to. Who forged either is not answered. Whoever had the letter and whose answer is not taken is told
why, once, at the address that we know.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote

from tertulia.conversation import form
from tertulia.conversation.answering import FORM, AnswerDraft, Answering
from tertulia.conversation.blog import BlogInfo
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.form import CommentDraft
from tertulia.conversation.mail_text import MOST_BYTES, ReceivedLetter, read_letter
from tertulia.conversation.moderator import Moderator
from tertulia.conversation.reply_address import OWNER, ReplyAddresses, ReplyToken
from tertulia.core.errors import StoreError, log_failure
from tertulia.core.imap import read_new
from tertulia.core.secret import Secret
from tertulia.core.smtp import mailbox_of
from tertulia.store.letters import NewLetter, Notice
from tertulia.store.said import Author, Incoming, Read, Recorded, Said, Status

log = logging.getLogger(__name__)

# Links of our letters that act for whoever has them, and the word behind them, as ``core.tokens`` signs a list.
_OF_LETTERS = re.compile(
    r"/moderation/act/|/comments/(?:notice|follow)/|(?:WyJ|\.eJ)[\w-]{8,}\.[\w-]{4,8}\.[\w-]{20,}", re.ASCII
)


class MailFate(StrEnum):
    """What became of a mail."""

    TAKEN = "taken"
    AGAIN = "again"  # this very mail was here before
    NOT_OURS = "not_ours"  # answers no letter of ours
    MACHINE = "machine"  # no person wrote it
    REFUSED = "refused"  # its writer is told why


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """What became of a mail, and the key of what came of it."""

    fate: MailFate
    key: str = ""
    why: str = ""  # the phrase of a refusal, or the header that gave a machine away


@dataclass(frozen=True, slots=True)
class _Correspondent:
    """Who had the letter that is answered."""

    email: str
    lang: str
    notice: Notice | None = None  # None: the owner


@dataclass(frozen=True, slots=True)
class MailAnswers:
    """Takes mails."""

    info: BlogInfo
    moderator: Moderator
    addresses: ReplyAddresses
    owner: str  # OWNER_EMAIL
    answering: Callable[[], Answering]
    now: Callable[[], datetime]

    def take(self, data: bytes) -> MailOutcome:
        """Take one mail, as its bytes came; the same again changes nothing."""
        letter = read_letter(data)
        token = next(filter(None, map(self.addresses.read, letter.recipients)), None)
        writer = self._writer(token) if token else None
        if token is None or writer is None:
            return MailOutcome(MailFate.NOT_OURS)
        if letter.machine:
            return MailOutcome(MailFate.MACHINE, why=letter.machine)
        if why := self._wrong(letter, token, writer):
            return self._refuse(token, writer, why)
        said = self.moderator.store.conversation.get(token.key)
        is_there = said is not None and said.status in (Status.APPROVED, Status.WAITING)
        if said is None or not is_there or (writer.notice and not self.info.post(said.post, said.lang)):
            return self._refuse(token, writer, "mail_gone")
        # Noted before anything is done: who dies in between, and comes again, is not told that it was done.
        is_new = self.moderator.store.once.use(f"mail {letter.number}", token.until, self.now())
        recorded = self._comment(letter, token, said, writer) if writer.notice else self._answer(letter, token, said)
        match recorded.state:
            case "new":
                return MailOutcome(MailFate.TAKEN, recorded.key)
            case "same" if not is_new:
                return MailOutcome(MailFate.AGAIN, recorded.key)
            case "same":
                return self._refuse(token, writer, "mail_used")
            case "stale":
                return self._refuse(token, writer, "mail_stale")
            case _:  # too long for the network; or somebody who was erased, and has no letter any more
                return self._refuse(token, writer, "mail_too_long")

    def _writer(self, token: ReplyToken) -> _Correspondent | None:
        if token.notice == OWNER:
            found = _Correspondent(self.owner, self.info.lang) if self.owner else None
        else:
            notice = self.moderator.store.letters.notice(token.notice)
            is_good = notice is not None and notice.state == "confirmed"
            found = _Correspondent(notice.email, notice.lang, notice) if notice and is_good else None
        return found if found and self.addresses.is_for(token, found.email) else None

    def _wrong(self, letter: ReceivedLetter, token: ReplyToken, writer: _Correspondent) -> str:
        """Return the phrase that says what is wrong with a mail; "" for nothing."""
        if mailbox_of(letter.sender) != mailbox_of(writer.email):
            return "mail_other_sender"
        if self.now() > token.until:
            return "mail_expired"
        if _holds_ours(letter.text):
            return "mail_quoted"
        draft = CommentDraft(post="", lang="", text=letter.text, name="-")
        return next((mistake.key for mistake in form.mistakes(draft)), "").replace("comment_too_long", "mail_too_long")

    def _answer(self, letter: ReceivedLetter, token: ReplyToken, said: Said) -> Recorded:
        draft = AnswerDraft(text=letter.text, token=f"mail {token.text}")
        known = self.moderator.store.conversation.by_source(FORM, f"answer {draft.token}")
        if known is None and not token.quotes(said.digest):
            return Recorded("stale", said.key)
        return self.answering().give(Read(said.key, said.version), draft)

    def _comment(self, letter: ReceivedLetter, token: ReplyToken, said: Said, writer: _Correspondent) -> Recorded:
        conversation, letters = self.moderator.store.conversation, self.moderator.store.letters
        notice = writer.notice
        own = conversation.get(notice.key) if notice else None
        if own is None:
            return Recorded("stale", said.key)
        incoming = Incoming(
            source=FORM,
            source_id=f"mail {token.text}",
            post=said.post,
            lang=said.lang,
            kind="reply",
            author=Author(
                network=own.network, identity=conversation.identity(own.person), name=own.name, url=own.author_url
            ),
            published=self.now(),
            text=letter.text,
            html=to_html(letter.text),
            in_reply_to=said.key,
        )
        recorded = self.moderator.ingest(incoming, once=True)
        if recorded.state == "new" and recorded.status != Status.SPAM:
            with log_failure(log, recorded.key):  # who talks by mail goes on by mail
                made = conversation.get(recorded.key)
                asked = letters.ask(made.id, writer.email, writer.lang, self.now()) if made else None
                if asked:
                    letters.confirm(asked.id)
        return recorded

    def _refuse(self, token: ReplyToken, writer: _Correspondent, why: str) -> MailOutcome:
        said = self.moderator.store.conversation.get(token.key)
        post = self.info.post(said.post, said.lang) if said else None
        link = f"{post.url}#c-{token.key}" if post else self.info.site
        if writer.notice is None:
            link = f"{self.info.service}/inbox/{token.key}"
        t, lang = self.info.t, writer.lang
        letter = NewLetter(
            recipient=writer.email,
            subject=t("letter_not_taken_subject", lang, blog=self.info.title),
            body=t("letter_not_taken", lang, why=t(why, lang), link=link),
            tells=f"mail {why} {token.text}",
            comment=said.id if said else None,
        )
        self.moderator.store.letters.tell([letter], self.now())
        return MailOutcome(MailFate.REFUSED, why=why)


def _holds_ours(text: str) -> bool:
    """
    Whether something of our letter is left that nobody else may see: where a program broke quoted lines, it may be.

    However the address is broken in lines or put into that of a firm which looks at every link.
    """
    return _OF_LETTERS.search(unquote("".join(text.split()))) is not None


def read_mailbox(answers: MailAnswers, server: Secret) -> int:
    """
    Take what is new in a mailbox; how many mails.

    One that we cannot bear is left to its reader, with a line in the log, and keeps no other back.

    Raises:
        FetchError, StoreError: the mailbox, or the store, does not answer; what was not taken is there the next time.
    """

    def take(data: bytes) -> None:
        try:
            outcome = answers.take(data)
        except StoreError:
            raise
        except Exception:
            log.exception("a mail that answers")
        else:
            log.info("mail: %s %s%s", outcome.fate, outcome.key, outcome.why)

    return read_new(server, answers.addresses.begins, take, MOST_BYTES)
