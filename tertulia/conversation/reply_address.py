"""The address that answers one thing by mail: bound to who has the letter and to what they answer, for a month.

``talk+TOKEN@blog.example``: the part behind "+" is ours (https://www.rfc-editor.org/rfc/rfc5233). It says who may
answer what and until when, in letters and digits that survive being written in capitals, and is signed with the
blog's key; nothing of it is kept.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tertulia.core.smtp import mailbox_of
from tertulia.core.tokens import Signer

GOOD_FOR = timedelta(days=30)
OWNER = 0  # in place of a notice's number
_KEY = re.compile(r"[0-9a-f]{16}")
_TOKEN = re.compile(r"[^@]*\+([a-z2-7]{42})@[^@]+", re.IGNORECASE)
_SIGNED = 10  # bytes of the signature
_LONGEST_LOCAL = 64  # https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What an address says, before it is known who it was made for."""

    text: str  # the token itself
    notice: int  # whose number; ``OWNER`` for the blog's author
    key: str  # of what is answered
    until: datetime
    version: bytes  # of what the letter quoted

    def quotes(self, version: str) -> bool:
        """Whether the letter quoted what has this version."""
        return self.version == _short(version)


class ReplyAddresses:
    """Makes such addresses and reads them; none where there is no place to receive answers."""

    def __init__(self, address: str, signer: Signer) -> None:
        self._local, _, self._host = address.strip().rpartition("@")
        self._signer = signer

    @property
    def begins(self) -> str:
        """How every such address begins."""
        return f"{self._local}+"

    def to(self, recipient: str, notice: int, key: str, *, version: str, now: datetime) -> str:
        """Return the address by which *recipient* answers what has this *key*; "" where there is none."""
        room = _LONGEST_LOCAL - len(self._local.encode()) - 1
        if not self._local or not _KEY.fullmatch(key) or room < 42:
            return ""
        until = ((now + GOOD_FOR).astimezone(UTC).date() - datetime(1970, 1, 1).date()).days
        said = notice.to_bytes(4) + bytes.fromhex(key) + until.to_bytes(2) + _short(version)
        token = base64.b32encode(said + self._sign(said, recipient)).decode().rstrip("=").lower()
        return f"{self._local}+{token}@{self._host}"

    def read(self, address: str) -> ReplyToken | None:
        """Return what *address* says; it proves nothing until ``is_for`` is asked."""
        found = _TOKEN.fullmatch(address.strip())
        if not found or not self._local:
            return None
        try:
            data = base64.b32decode(found[1].upper() + "=" * (-len(found[1]) % 8))
        except (binascii.Error, ValueError):
            return None
        until = datetime.fromtimestamp(int.from_bytes(data[12:14]) * 86_400, UTC) + timedelta(days=1)
        return ReplyToken(found[1].lower(), int.from_bytes(data[:4]), data[4:12].hex(), until, data[14:16])

    def is_for(self, token: ReplyToken, recipient: str) -> bool:
        """Whether *token* was made for *recipient*."""
        data = base64.b32decode(token.text.upper() + "=" * (-len(token.text) % 8))
        return hmac.compare_digest(data[-_SIGNED:], self._sign(data[:-_SIGNED], recipient))

    def _sign(self, said: bytes, recipient: str) -> bytes:
        return bytes.fromhex(self._signer.sign_bytes("mail", said + mailbox_of(recipient).encode()))[:_SIGNED]


def _short(version: str) -> bytes:
    return hashlib.sha256(version.encode()).digest()[:2]
