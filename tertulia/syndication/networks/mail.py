"""The newsletter: each post as a letter to each reader who confirmed.

SMTP (RFC 5321) by the standard library; one-click unsubscribing by RFC 8058: ``List-Unsubscribe`` and
``List-Unsubscribe-Post`` in every letter, and the address in them acts on POST alone. Both lines must be covered by
the DKIM signature that the owner's mail server adds.

Exactly once: a part is a reader, so a run that was killed after 40 of 100 letters goes on with the 41st. SMTP has no
memory and no search: a letter whose "250" we did not hear waits for a person. ``Message-ID`` is the same for every
attempt, and some mail programs show such a letter once.

A reader gets what is published after they confirmed, with a day's grace; never the archive.
"""

import hmac
import html
import re
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from tertulia.content.posts import Post
from tertulia.core import languages, smtp
from tertulia.core.addresses import host_of
from tertulia.core.cuts import count_graphemes
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.secret import hide
from tertulia.core.settings import Settings
from tertulia.core.tokens import Signer, keyed
from tertulia.store.subscribers import Subscriber, Subscribers
from tertulia.store.tables import SubscriberState
from tertulia.syndication.networks.base import (
    CancelledError,
    CredentialsExpiredError,
    Finding,
    Message,
    Network,
    OutcomeUnknownError,
    RefusedError,
    Remote,
    RetryLaterError,
    Sending,
)
from tertulia.syndication.summary import Style

LENGTH = 20_000  # a letter has no limit; a summary that long is no summary
GRACE = timedelta(days=1)
# How long the link in a letter acts.
AGES = {"confirm": timedelta(days=30), "leave": timedelta(days=3650)}


class Mail(Network):
    """The newsletter's list."""

    name = "mail"
    can_search = False
    preview_css = "font-family: Georgia, serif"
    per_reader = True

    def style(self) -> Style:
        # Title, summary and link are laid out by the letter itself.
        return Style(limit=LENGTH, count=count_graphemes, tags=0, link=False)

    def needed(self) -> dict[str, bool]:
        # The whole blog's, not the newsletter's own: letters to the owner and to who comments go the same way.
        return {name.upper(): bool(getattr(self.settings, name)) for name in ("smtp_url", "mail_from", "secret_key")}

    def recipients(self, post: Post) -> tuple[str, ...]:
        """Return the readers of this post's language who had confirmed when it came out."""
        if self.context.readers is None:
            return ()
        there = self.context.readers.confirmed(before=post.date + GRACE)
        return tuple(str(reader.id) for reader in there if reader.lang == post.lang)

    def publish(self, message: Message, sending: Sending) -> Remote:
        reader = self.context.readers.get(int(sending.part)) if self.context.readers else None
        if reader is None or reader.state is not SubscriberState.CONFIRMED:
            raise CancelledError(say("mail_left"))
        letter = self._letter(message, reader, sending.key)
        _send(self.settings, letter, sending)
        return Remote(id=str(letter["Message-ID"]))

    def card(self, message: Message) -> bool:
        return False

    def composer(self, message: Message) -> str:
        body = f"{message.text}\n\n{message.link}"
        return f"mailto:?subject={quote(message.title, safe='')}&body={quote(body, safe='')}"

    def check(self) -> list[Finding]:
        with _connected(self.settings):
            pass
        readers = len(self.context.readers.confirmed()) if self.context.readers else 0
        return [Finding(True, say("doctor_readers", readers=readers))]

    def _letter(self, message: Message, reader: Subscriber, key: str) -> EmailMessage:
        leave = self.leave_address(reader)
        letter = EmailMessage(smtp.POLICY)
        letter["Subject"] = " ".join(message.title.split())
        letter["From"] = smtp.address_of(self.settings.mail_from)
        letter["To"] = reader.email
        letter["Date"] = format_datetime(self.context.now())
        host = self.settings.mail_from.rpartition("@")[2].rstrip("> ")
        letter["Message-ID"] = f"<{key}@{host}>"
        letter["Content-Language"] = message.lang
        letter["List-Id"] = f"<newsletter.{host_of(self.context.site) or host}>"
        letter["List-Unsubscribe"] = f"<{leave}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        why = languages.text("newsletter_why", message.lang, title=self.context.title)
        letter.set_content(
            f"{message.title}\n\n{message.text}\n\n{message.link}\n\n-- \n{why}\n"
            f"{languages.text('newsletter_leave', message.lang)}: {leave}\n"
        )
        letter.add_alternative(_as_html(message, why=why, leave=leave), subtype="html")
        return letter

    def leave_address(self, reader: Subscriber) -> str:
        """Where a reader leaves with one click."""
        base = self.context.service or self.context.site
        return _service_address(self.settings, base=base, purpose="leave", reader=reader, now=self.context.now())


def confirmation(settings: Settings, *, service: str, title: str, reader: Subscriber, now: datetime) -> EmailMessage:
    """
    Return the letter that asks the owner of an address whether they want letters; *service* is where it is answered.
    """
    address = _service_address(settings, base=service, purpose="confirm", reader=reader, now=now)
    letter = EmailMessage(smtp.POLICY)
    letter["Subject"] = languages.text("newsletter_confirm_subject", reader.lang, title=title)
    letter["From"] = smtp.address_of(settings.mail_from)
    letter["To"] = reader.email
    letter["Date"] = format_datetime(now)
    letter["Auto-Submitted"] = "auto-generated"
    asked = languages.text("newsletter_confirm", reader.lang, title=title)
    letter.set_content(f"{asked}\n\n{address}\n\n{languages.text('newsletter_confirm_not', reader.lang)}\n")
    return letter


def to_owner(settings: Settings, *, subject: str, text: str) -> None:
    """Send a letter to ``OWNER_EMAIL``; nothing when there is no such address or no mail server."""
    if not (settings.owner_email and settings.smtp_url and settings.mail_from):
        return
    letter = EmailMessage(smtp.POLICY)
    letter["Subject"] = subject
    letter["From"] = smtp.address_of(settings.mail_from)
    letter["To"] = settings.owner_email
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    _send(settings, letter, Sending(key=""))


def token(settings: Settings, purpose: str, reader: Subscriber, now: datetime) -> str:
    """Return what proves that a link came in a letter of ours to *reader*, for *purpose* alone."""
    return Signer(settings.secret_key).sign_row("newsletter", purpose, reader.id, reader.email, now)


def reader_of(
    settings: Settings, readers: Subscribers, *, purpose: str, given: str, now: datetime
) -> Subscriber | None:
    """Return the reader whom the token *given* is for; None when it is not ours, too old, or its reader is gone."""
    if not settings.secret_key:
        return None
    signer = Signer(settings.secret_key)
    read = signer.read_row("newsletter", given, AGES[purpose], now)
    if read is None:
        return _leaving_of_old(settings, readers, given) if purpose == "leave" else None
    reader = readers.get(read.number)
    if reader is None or read.what != purpose:
        return None
    has_left = purpose == "leave" and reader.state is SubscriberState.LEFT  # their address is forgotten already
    return reader if has_left or signer.is_about(read, reader.email) else None


def _leaving_of_old(settings: Settings, readers: Subscribers, given: str) -> Subscriber | None:
    """Letters of before carry a link signed by hand, for ever: whoever presses it may still leave."""
    number = given.partition("-")[0]
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    signed = keyed(settings.secret_key.reveal().encode(), f"newsletter leave {number}")
    good = hmac.compare_digest(f"{number}-{signed[:32]}".encode(), given.encode("utf-8", "replace"))
    return readers.get(int(number)) if good else None


def _service_address(settings: Settings, *, base: str, purpose: str, reader: Subscriber, now: datetime) -> str:
    return f"{base.rstrip('/')}/newsletter/{purpose}?token={token(settings, purpose, reader, now)}"


def _as_html(message: Message, *, why: str, leave: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in message.text.split("\n\n"))
    picture = "".join(
        f'<p><img src="{html.escape(shown.url)}" alt="{html.escape(shown.alt)}"'
        ' style="max-width: 100%; height: auto"></p>'
        for shown in message.attachments
    )
    link = html.escape(message.link)
    read, stop = (html.escape(languages.text(f"newsletter_{key}", message.lang)) for key in ("read", "leave"))
    direction = languages.current().get(message.lang).direction
    return (
        f'<!doctype html><html lang="{html.escape(message.lang)}" dir="{direction}"><meta charset="utf-8">'
        f"<title>{html.escape(message.title)}</title>"
        '<body style="font: 1.1em/1.6 Georgia, serif; max-width: 34em; margin: 1em auto; padding: 0 1em">'
        f'<h1 style="font-size: 1.4em"><a href="{link}" style="color: inherit">{html.escape(message.title)}</a></h1>'
        f'{picture}{paragraphs}<p><a href="{link}">{read}</a></p>'
        f'<p style="font-size: .8em; color: #666">{html.escape(why)} '
        f'<a href="{html.escape(leave)}">{stop}</a></p></body></html>\n'
    )


# SMTP


def _send(settings: Settings, letter: EmailMessage, sending: Sending) -> None:
    """
    Hand *letter* to the mail server.

    Until the "." that ends the letter nothing was promised; what is lost after it is unknown.
    """
    sender, to = parseaddr(str(letter["From"]))[1], parseaddr(str(letter["To"]))[1]
    with _connected(settings) as server:
        try:
            _expect(server.mail(sender))
            _expect(server.rcpt(to))
        except OSError as error:
            raise RetryLaterError(say("net_down", network="SMTP", why=_why(error)), alone=True) from None
        sending.before_send()
        try:
            _expect(server.data(letter.as_bytes(policy=letter.policy.clone(linesep="\r\n"))))
        except smtplib.SMTPDataError as error:  # refused before the letter was sent
            _expect((error.smtp_code, _bytes(error.smtp_error)))
        except OSError:
            raise OutcomeUnknownError(say("net_lost", network="SMTP")) from None


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Give a logged-in connection; what keeps us from one, in the outbox's terms."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(smtp.connected(settings.smtp_url))
        except smtplib.SMTPAuthenticationError as error:
            words = hide(_why(error))
            raise CredentialsExpiredError(
                say("net_expired", network="SMTP", words=words, renew=say("renew_mail"))
            ) from None
        except FetchError as error:
            raise RetryLaterError(str(error)) from None
        except OSError as error:
            raise RetryLaterError(say("net_down", network="SMTP", why=_why(error))) from None
        yield server


def _expect(answer: tuple[int, bytes]) -> None:
    """250 and friends go on; 4xx is later, 5xx is no, in the server's words."""
    code, words = answer[0], hide(answer[1].decode("utf-8", "replace"))
    if code < 400:
        return
    if code < 500:
        raise RetryLaterError(say("net_slow_down", network="SMTP", status=f"{code} {words}"), alone=True)
    raise RefusedError(say("net_refused", network="SMTP", status=code, words=words))


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _why(error: Exception) -> str:
    words = getattr(error, "smtp_error", b"")
    return hide(_bytes(words).decode("utf-8", "replace") or str(error) or type(error).__name__)
