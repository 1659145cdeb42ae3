"""What the owner sets by environment or ``.env``: addresses, keys, the store. The only reader of ``os.environ``.

``.env.example`` in the project's root names every setting with a word on each. The environment wins over
``.env``; an empty value counts as absent. What is public about the blog (title, theme, feeds) is in
``pelicanconf.py`` instead.

A value that opens something is a ``Secret``: printing it, logging it or raising with it shows dots, and ``hide``
takes every known secret out of a text that came from elsewhere (a library's error, a server's answer).
"""

import logging
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import quote

import msgspec

from tertulia.core.addresses import split_address
from tertulia.core.errors import SettingError
from tertulia.core.languages import say

DOTS = "•••"
# Shorter pieces would blank out ordinary words of a sentence.
SHORTEST_HIDDEN = 6
_hidden: set[str] = set()


class Secret:
    """A value that must never be shown; ``reveal()`` gives it to the one line that needs it."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value
        for piece in _pieces(value):
            _hidden.update(form for form in (piece, quote(piece, safe="")) if len(form) >= SHORTEST_HIDDEN)

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Secret({DOTS if self._value else ''})"

    def __str__(self) -> str:
        return DOTS if self._value else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is neither pickled nor copied")


def _pieces(value: str) -> list[str]:
    """What of *value* must be hidden: all of it, or of an address what is secret in it."""
    parts = split_address(value)
    if "://" not in value or not parts.scheme:
        return [value]
    if parts.scheme in ("http", "https"):  # a webhook's address: its path is the key
        return [value, parts.path.lstrip("/"), parts.query, parts.password or ""]
    return [parts.password or ""]


def hide(text: str) -> str:
    """*text* with every secret known to this process replaced by dots."""
    for piece in sorted(_hidden, key=len, reverse=True):
        text = text.replace(piece, DOTS)
    return text


class HideSecrets(logging.Filter):
    """Takes secrets out of what other people's libraries log (urllib3 logs paths, and a path may hold a token)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _hidden:
            record.msg, record.args = hide(record.getMessage()), ()
        return True


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting, typed. A name in capitals in the environment is the same name in small letters here."""

    # The store and the site
    tertulia_store: Secret = Secret("sqlite:///var/tertulia.db")  # secret because it may hold a password
    deploy_target: str = ""
    announce_since: str = ""  # "2026-11-22" or "2026-11-22T18:00+01:00"; nothing older is announced
    owner_email: str = ""
    secret_key: Secret = Secret()
    rebuild_hook: Secret = Secret()  # a command, or an address that gets a POST, when something public changed
    rebuild_token: Secret = Secret()  # sent to that address as "Authorization: Bearer …"
    trusted_proxies: str = ""  # how many proxies of ours stand before the service; their headers are believed
    akismet_key: Secret = Secret()
    fetch_allow_private: tuple[str, ...] = ()  # "127.0.0.1:8080": may be fetched though private

    # Networks
    mastodon_url: str = ""
    mastodon_token: Secret = Secret()
    bluesky_url: str = "https://bsky.social"
    bluesky_appview_url: str = "https://public.api.bsky.app"
    bluesky_handle: str = ""
    bluesky_app_password: Secret = Secret()
    x_api_url: str = "https://api.x.com"
    x_consumer_key: Secret = Secret()
    x_consumer_secret: Secret = Secret()
    x_access_token: Secret = Secret()
    x_access_secret: Secret = Secret()
    # What a post costs, one with a link, and an alternative text, in cents of a dollar, in force since 2026-04-20:
    # https://docs.x.com/x-api/getting-started/pricing (read 2026-11)
    x_post_cents: str = "1.5"
    x_link_cents: str = "20"
    x_alt_cents: str = "0.5"
    x_read_cents: str = "100"  # most to spend a month on reading X, in cents of a dollar
    linkedin_api_url: str = "https://api.linkedin.com"
    linkedin_token: Secret = Secret()
    linkedin_author: str = ""  # "urn:li:person:…" or "urn:li:organization:…"
    # Each version lives about a year; the calendar is on the "LinkedIn Marketing API versioning" page. (read 2026-11)
    linkedin_version: str = "202610"
    facebook_api_url: str = "https://graph.facebook.com/v26.0"
    facebook_page: str = ""
    facebook_token: Secret = Secret()
    threads_api_url: str = "https://graph.threads.net/v1.0"
    threads_user: str = ""
    threads_token: Secret = Secret()
    telegram_api_url: str = "https://api.telegram.org"
    telegram_token: Secret = Secret()
    telegram_chat: str = ""  # "@channel" or a number
    discord_webhook: Secret = Secret()
    slack_webhook: Secret = Secret()
    webhook_url: Secret = Secret()
    webhook_secret: Secret = Secret()
    smtp_url: Secret = Secret()  # smtp://user:password@host:587 (STARTTLS) or smtps://…:465
    mail_from: str = ""

    # Deploying to S3-compatible storage, by the names every S3 tool knows
    aws_access_key_id: Secret = Secret()
    aws_secret_access_key: Secret = Secret()

    def since(self) -> datetime | None:
        """``ANNOUNCE_SINCE`` as a moment, or None when it is not set."""
        return parse_since(self.announce_since, "ANNOUNCE_SINCE") if self.announce_since else None


def parse_since(value: str, name: str) -> datetime:
    """
    A day or a moment as written by a person.

    A day without an hour begins at midnight UTC; a moment without an offset is UTC too.

    Raises:
        SettingError: *value* is neither; the message says what to write.
    """
    try:
        if len(value) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise SettingError(say("setting_date", name=name, value=value)) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def load(root: Path = Path(), environ: Mapping[str, str] | None = None) -> Settings:
    """
    The settings in force in the folder *root*.

    Args:
        root: The project's folder, where ``.env`` may be.
        environ: In place of the process's environment, for tests.

    Raises:
        SettingError: a value makes no sense.
    """
    given = read_env(root / ".env") | dict(os.environ if environ is None else environ)
    fields: dict[str, Any] = {}
    for name, kind in get_type_hints(Settings).items():
        value = given.get(name.upper(), "").strip()
        if value:
            fields[name] = _typed(name, value, kind)
    settings = Settings(**fields)
    settings.since()  # a wrong date is said at the start, not when the first post is due
    return settings


def environment() -> dict[str, str]:
    """The process's environment, for a program that we start (git)."""
    return dict(os.environ)


def _typed(name: str, value: str, kind: Any) -> Any:
    if kind is Secret:
        return Secret(value)
    if kind == tuple[str, ...]:
        return tuple(part for part in re.split(r"[\s,]+", value) if part)
    if name.endswith("_url") and not split_address(value).is_web:
        raise SettingError(say("setting_address", name=name.upper()))
    if name.endswith("_cents") and not re.fullmatch(r"\d+(\.\d+)?", value):
        raise SettingError(say("setting_number", name=name.upper(), value=value))
    return value.rstrip("/") if name.endswith("_url") else value


def read_env(path: Path) -> dict[str, str]:
    """
    The lines ``NAME=value`` of a ``.env`` file; {} when there is none.

    Comments begin with ``#`` at the start of a line or after a space. Quotes around a value are taken off, and what
    is between them is kept as it is.

    Raises:
        SettingError: a line is no ``NAME=value``; the message gives its number, never its text.
    """
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    for number, written in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        line = written.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not re.fullmatch(r"\w+", name):
            raise SettingError(say("setting_line", path=path.name, line=number))
        if len(value) >= 2 and value[0] in "'\"" and value[0] == value[-1]:
            value = value[1:-1]
        else:
            value = re.sub(r"\s+#.*$", "", value)
        found[name] = value
    return found
