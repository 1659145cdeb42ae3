"""Where a mail server is and who we are there, as ``SMTP_URL`` and ``IMAP_URL`` say: ``smtps://user:password@host:465``.

A user and a password never travel without TLS: a server that offers none may be one whose offer somebody on the way has
struck out (https://www.rfc-editor.org/rfc/rfc8314#section-3).
"""

import socket
import ssl
from typing import NamedTuple
from urllib.parse import unquote

from tertulia.core.addresses import split_address
from tertulia.core.errors import FetchError, SettingError
from tertulia.core.languages import say
from tertulia.core.secret import Secret

TIMEOUT_SECONDS = 20.0


class MailServer(NamedTuple):
    """One end of a setting."""

    protocol: str  # "smtp" or "imap"
    host: str
    port: int
    user: str
    password: str
    folder: str  # what stands behind the host
    begins_with_tls: bool  # else STARTTLS, where it is offered

    @property
    def has_login(self) -> bool:
        """Whether there is something that must not travel in the clear."""
        return bool(self.user or self.password)

    def refuse_plain(self, connected: socket.socket | None) -> None:
        """
        Refuse to log in by a connection without TLS.

        Raises:
            FetchError: there is a password, and no TLS to send it by.
        """
        if self.has_login and not isinstance(connected, ssl.SSLSocket):
            raise FetchError(say(f"{self.protocol}_no_tls", host=self.host))


def mail_server(address: Secret, protocol: str, port: int, tls_port: int) -> MailServer:
    """
    Read the setting *address*.

    Args:
        protocol: "smtp" or "imap"; with an "s" behind it, the connection begins with TLS.
        port: Where none is told; *tls_port* with TLS from the beginning.

    Raises:
        SettingError: it makes no sense.
    """
    parts = split_address(address.reveal())
    if parts.scheme not in (protocol, f"{protocol}s") or not parts.host:
        raise SettingError(say(f"{protocol}_url"))
    with_tls = parts.scheme == f"{protocol}s"
    return MailServer(
        protocol,
        parts.host,
        parts.port or (tls_port if with_tls else port),
        unquote(parts.user),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")),
        with_tls,
    )
