"""Sending letters by SMTP: one client for notices and newsletter. https://www.rfc-editor.org/rfc/rfc5321

``SMTP_URL`` says where: ``smtp://user:password@host:587`` begins TLS (STARTTLS) as soon as the server offers it,
``smtps://user:password@host:465`` begins with TLS. A user and a password never travel without it (``mail_server``).
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy, default
from email.utils import format_datetime, make_msgid, parseaddr

from tertulia.core.errors import FetchError, SettingError
from tertulia.core.languages import say
from tertulia.core.mail_server import TIMEOUT_SECONDS, mail_server
from tertulia.core.secret import Secret, hide

# Submission (https://www.rfc-editor.org/rfc/rfc6409); 25 is for servers among themselves.
PORT = 587
TLS_PORT = 465
_DOTLESS = ("gmail.com", "googlemail.com")  # dots in their addresses mean nothing


class _OneLine(UnstructuredHeader, BaseHeader):
    """One long address: Python would fold it as "=?utf-8?q?…", which no mail program reads in this place."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _OneLine)
POLICY = default.clone(header_factory=_headers)  # of every letter of ours


@contextmanager
def connected(server: Secret) -> Iterator[smtplib.SMTP]:
    """
    Give a connection to the mail server of ``SMTP_URL``, logged in, closed at the end.

    Raises:
        SettingError: the setting makes no sense.
        FetchError: there is a password, and no TLS to send it by.
        OSError: the server cannot be reached, or does not let us in.
    """
    there = mail_server(server, "smtp", PORT, TLS_PORT)
    context = ssl.create_default_context()
    client: smtplib.SMTP
    if there.begins_with_tls:
        client = smtplib.SMTP_SSL(there.host, there.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        client = smtplib.SMTP(there.host, there.port, timeout=TIMEOUT_SECONDS)
    try:
        client.ehlo_or_helo_if_needed()
        if not there.begins_with_tls and client.has_extn("starttls"):
            client.starttls(context=context)
        there.refuse_plain(client.sock)
        if there.has_login:
            client.login(there.user, there.password)
        yield client
    finally:
        try:
            client.quit()
        except OSError:  # SMTPException is one
            client.close()


def send(
    server: Secret,
    sender: str,
    recipient: str,
    *,
    subject: str,
    body: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> None:
    """
    Send a letter of plain text.

    Raises:
        SettingError: ``SMTP_URL`` or *sender* makes no sense.
        FetchError: the server did not take it, or has no TLS; the message says why, and names nobody.
    """
    own = address_of(sender)
    try:
        message = EmailMessage(POLICY)
        message["From"], message["To"], message["Subject"] = own, recipient, subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=own.domain)
        # RFC 3834: nobody's holiday answer is wanted.
        message["Auto-Submitted"] = "auto-generated"
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(body, cte="quoted-printable")
        with connected(server) as client:
            client.send_message(message)
    except (OSError, MessageError, ValueError, IndexError) as error:  # the last for an odd recipient
        raise FetchError(say("mail_failed", why=hide(type(error).__name__))) from None


def address_of(sender: str) -> Address:
    """
    Return what ``MAIL_FROM`` says, "Name <ana@blog.example>" or the address alone.

    Raises:
        SettingError: it is no address.
    """
    name, address = parseaddr(sender)
    try:
        found = Address(name, addr_spec=address)
    except Exception as error:  # Python's reader of addresses fails in many ways: AttributeError for '"a@[' is one
        raise SettingError(say("mail_from")) from error
    if not found.username:
        raise SettingError(say("mail_from"))
    return found


def mailbox_of(email: str) -> str:
    """Name the mailbox that *email* leads to, as far as it tells: case, "+anything" and Gmail's dots do not count."""
    name, _, host = email.strip().casefold().rpartition("@")
    name = name.partition("+")[0] or name
    return f"{name.replace('.', '') if host in _DOTLESS else name}@{host}"
