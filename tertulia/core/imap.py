"""Reading a mailbox by IMAP: what is new in it and came to one address. https://www.rfc-editor.org/rfc/rfc9051

``IMAP_URL`` says where: ``imaps://user:password@host:993/INBOX``. ``imap://`` begins TLS (STARTTLS); a user and a
password never travel without it. Only mails that came to the address asked for are looked at and marked as read: the
mailbox may be one that somebody reads.
"""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tertulia.core import lazy_re
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.mail_server import TIMEOUT_SECONDS, mail_server
from tertulia.core.secret import Secret, hide

PORT, TLS_PORT = 143, 993
MOST_AT_ONCE = 100  # mails in one visit
_SIZE = lazy_re.compile(rb"RFC822\.SIZE (\d+)")


def read_new(server: Secret, address: str, take: Callable[[bytes], None], most_bytes: int) -> int:
    """
    Hand over each unread mail that came to *address*, and mark it as read once that is done.

    Args:
        address: What the header ``To`` holds, or a part of it.
        take: Given a mail's bytes; what it raises leaves that mail, and those behind it, unread.
        most_bytes: Larger mails are marked as read, and left.

    Returns:
        How many were handed over.

    Raises:
        SettingError: ``IMAP_URL`` makes no sense.
        FetchError: the mailbox cannot be read; the message says why, and holds no password.
    """
    taken = 0
    try:
        with _mailbox(server) as client:
            for number in _unread(client, address)[:MOST_AT_ONCE]:
                if _size(client, number) <= most_bytes and (data := _mail(client, number)):
                    take(data)
                    taken += 1
                _asked(client.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)"))
    except (OSError, imaplib.IMAP4.error) as error:
        why = hide(str(error) or type(error).__name__)
        raise FetchError(say("imap_failed", why=why)) from None
    return taken


@contextmanager
def _mailbox(server: Secret) -> Iterator[imaplib.IMAP4]:
    there = mail_server(server, "imap", PORT, TLS_PORT)
    context = ssl.create_default_context()
    client: imaplib.IMAP4
    if there.begins_with_tls:
        client = imaplib.IMAP4_SSL(there.host, there.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    else:
        client = imaplib.IMAP4(there.host, there.port, timeout=TIMEOUT_SECONDS)
    try:
        if not there.begins_with_tls and "STARTTLS" in client.capabilities:
            client.starttls(context)
        there.refuse_plain(client.sock)
        if there.has_login:
            client.login(there.user, there.password)
        folder = there.folder or "INBOX"
        _asked(client.select('"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'))
        yield client
    finally:
        # Where TLS failed there is no connection left: what went wrong is what is told.
        try:
            client.logout()
        except (OSError, imaplib.IMAP4.error):
            with suppress(OSError):
                client.shutdown()


def _asked(answer: tuple[str, Any]) -> list[Any]:
    status, found = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return list(found)


def _unread(client: imaplib.IMAP4, address: str) -> list[str]:
    found = _asked(client.uid("SEARCH", "UNSEEN", "TO", f'"{address}"'))
    return [number.decode() for line in found if isinstance(line, bytes) for number in line.split()]


def _size(client: imaplib.IMAP4, number: str) -> int:
    found = _asked(client.uid("FETCH", number, "(RFC822.SIZE)"))
    told = next((match for line in found if isinstance(line, bytes) and (match := _SIZE.search(line))), None)
    return int(told[1]) if told else 0


def _mail(client: imaplib.IMAP4, number: str) -> bytes:
    found = _asked(client.uid("FETCH", number, "(BODY.PEEK[])"))
    return next((part[1] for part in found if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")
