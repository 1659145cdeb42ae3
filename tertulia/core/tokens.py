"""Signed words: form tokens, private links, sessions. Whoever holds one was given it by us, and when.

https://itsdangerous.palletsprojects.com
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from tertulia.core import files
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.core.secret import Secret
from tertulia.core.settings import Settings

FILE_NAME = "secret.key"
_SHORTEST_KEY = 16  # whoever guesses the key signs in as the owner, so it must not be a word


def secret_of(settings: Settings, root: Path) -> Secret:
    """
    ``SECRET_KEY``; where none is set, one made once and kept in ``var/``, for this machine's owner only to read.

    Raises:
        SettingError: ``SECRET_KEY`` is so short, or so much of the same, that it could be guessed.
    """
    if settings.secret_key:
        return _strong(settings.secret_key)
    path = root / "var" / FILE_NAME
    files.private_folder(path.parent)
    if not _kept(path):
        with files.locked(path.parent):  # of two that begin at once, one makes it
            if not _kept(path):
                files.write_whole(path, secrets.token_hex(32) + "\n", mode=files.PRIVATE)
    files.private_file(path)
    return Secret(_kept(path))


def _kept(path: Path) -> str:
    """Return the key in the file; "" where there is none, or an empty file: nobody signs with what anybody knows."""
    return path.read_text("ascii").strip() if path.exists() else ""


def _strong(key: Secret) -> Secret:
    written = key.reveal()
    if len(written) < _SHORTEST_KEY or len(set(written)) < _SHORTEST_KEY // 2:
        raise SettingError(say("setting_weak", name="SECRET_KEY", n=_SHORTEST_KEY))
    return key


def keyed(key: bytes, text: str) -> str:
    """Return a name of *text* (HMAC-SHA-256, in hexadecimal) that nobody without *key* can make, or tell a guess by."""
    return hmac.digest(key, text.encode("utf-8", "replace"), "sha256").hex()


class _At(TimestampSigner):
    """A signer whose clock is ours."""

    def __init__(self, *arguments: Any, moment: int, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._moment = moment

    def get_timestamp(self) -> int:
        return self._moment


@dataclass(frozen=True, slots=True)
class RowToken:
    """What a link to a row of the store says."""

    what: str  # to be done
    number: int  # of the row
    mark: str  # of whom the row is about; "" in links of before marks were written


class Signer:
    """Signs for a purpose; what was signed for one is worth nothing for another."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def sign(self, purpose: str, data: Any, now: datetime) -> str:
        """Return *data* (JSON) as a word that fits in a URL."""
        return str(self._at(purpose, now).dumps(data))

    def read(self, purpose: str, token: str, max_age: timedelta, now: datetime) -> tuple[Any, datetime] | None:
        """Return what was signed for *purpose*, and when; None when we did not, or too long ago."""
        if not token:
            return None
        try:
            data, moment = self._at(purpose, now).loads(
                token, max_age=int(max_age.total_seconds()), return_timestamp=True
            )
        except (BadSignature, ValueError):
            return None
        return data, moment.astimezone(UTC)

    def sign_row(self, purpose: str, what: str, number: int, about: str, now: datetime) -> str:
        """
        Return a word that lets its bearer do *what* to row *number*.

        Args:
            about: Whom the row is about: an e-mail address. Stores give numbers again, so a number alone would some day
                act for somebody else. Only a keyed hash of it goes into the word.
        """
        return self.sign(purpose, [what, number, self.mark(about)], now)

    def read_row(self, purpose: str, token: str, max_age: timedelta, now: datetime) -> RowToken | None:
        """
        Return what ``sign_row`` signed for *purpose*; None for any other word. ``is_about`` must be asked of the row.
        """
        match self.read(purpose, token, max_age, now):
            case [[str(what), int(number), str(mark)], _]:
                return RowToken(what, number, mark)
            case [[str(what), int(number)], _]:
                return RowToken(what, number, "")
        return None

    def is_about(self, row: RowToken, about: str) -> bool:
        """Whether *row* was signed for whom the store's row is about now."""
        return hmac.compare_digest(row.mark, self.mark(about))

    def sign_bytes(self, purpose: str, data: bytes) -> str:
        """
        Return the signature of *data* for a *purpose* (HMAC-SHA-256, in hexadecimal), where a whole word has no room.
        """
        key = hmac.digest(self._secret.reveal().encode(), f"bytes {purpose}".encode(), "sha256")
        return hmac.digest(key, data, "sha256").hex()

    def mark(self, text: str) -> str:
        """Return a short name of *text*, by which nobody but us can tell whether a guess is right."""
        return keyed(self._secret.reveal().encode(), f"mark {text}")[:16]

    def _at(self, purpose: str, now: datetime) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._secret.reveal(),
            salt=f"tertulia/{purpose}",
            signer=_At,
            signer_kwargs={"moment": int(now.timestamp())},
        )
