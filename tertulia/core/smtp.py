"""Sending a letter by SMTP. https://www.rfc-editor.org/rfc/rfc5321

``SMTP_URL`` says where: ``smtp://user:password@host:587`` (STARTTLS where the server offers it, and always before a
password) or ``smtps://user:password@host:465``.
"""

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.settings import Secret, hide

TIMEOUT_SECONDS = 20.0


def send(
    server: Secret,
    sender: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> None:
    """
    Send a letter of plain text.

    Raises:
        FetchError: the server did not take it; the message says why, and names nobody.
    """
    try:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, recipient, subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or "localhost")
        # RFC 3834: nobody's holiday answer is wanted.
        message["Auto-Submitted"] = "auto-generated"
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(body, cte="quoted-printable")
        _deliver(urlsplit(server.reveal()).geturl(), message)
    except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
        raise FetchError(say("mail_failed", why=hide(type(error).__name__))) from None


def _deliver(address: str, message: EmailMessage) -> None:
    parts = urlsplit(address)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    context = ssl.create_default_context()
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    with server:
        if not secure and ((server.ehlo()[0] and server.has_extn("starttls")) or parts.password):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
