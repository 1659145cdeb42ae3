"""What the owner sets by environment or ``.env``: addresses, keys, the store. The only reader of ``os.environ``.

A setting is declared once, where it is used, as a ``Setting`` on a class: its name is the attribute's, its type the
kind's. ``Settings`` declares what belongs to the whole blog; each network declares its own. ``.env.example`` and
``doctor`` are computed from what is declared. The environment wins over ``.env``; an empty value counts as absent.
What is public about the blog (title, theme, feeds) is in ``pelicanconf.py`` instead.

A value that opens something is a ``Secret``: printing it, logging it or raising with it shows dots, and ``hide``
takes every known secret out of a text that came from elsewhere (a library's error, a server's answer).
"""

import io
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar, overload
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tertulia.core.addresses import split_address
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment

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


# Kinds of setting: a name in capitals and what is written there, to a value. "" gives what stands for nothing.


def text(_name: str, value: str) -> str:
    """Any words."""
    return value


def secret(_name: str, value: str) -> Secret:
    """Something that opens something."""
    return Secret(value)


def address(name: str, value: str) -> str:
    """
    A web address, without a slash at its end.

    Raises:
        SettingError: it is none.
    """
    if value and not _is_address(value):
        raise SettingError(say("setting_address", name=name))
    return value.rstrip("/")


def secret_address(name: str, value: str) -> Secret:
    """A web address whose path is a key; see ``address``."""
    return Secret(address(name, value))


def mail_server(_name: str, value: str) -> Secret:
    """
    ``smtp://user:password@host:587`` or ``smtps://…:465``.

    Raises:
        SettingError: it is neither; the message does not show it.
    """
    if value and not _is_address(value, ("smtp", "smtps")):
        raise SettingError(say("smtp_url"))
    return Secret(value)


def number(name: str, value: str) -> float:
    """
    A number from 0 up.

    Raises:
        SettingError: it is none.
    """
    value = value.replace(",", ".")
    if value and not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value):
        raise SettingError(say("setting_number", name=name, value=hide(value)))
    return float(value or 0)


def count(name: str, value: str) -> int:
    """
    A whole number from 0 to 99.

    Raises:
        SettingError: it is none.
    """
    if value and not re.fullmatch(r"[0-9]{1,2}", value):
        raise SettingError(say("setting_count", name=name, value=hide(value)))
    return int(value or 0)


def several(_name: str, value: str) -> tuple[str, ...]:
    """Words between blanks or commas."""
    return tuple(part for part in re.split(r"[\s,]+", value) if part)


def moment(name: str, value: str) -> str:
    """A day or a moment, as written: it takes the blog's zone to know which; see ``parse_since``."""
    if value:
        parse_since(value, name, UTC)
    return value


def _is_address(value: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    parts = split_address(value)
    return parts.scheme in schemes and bool(parts.host) and parts.port != 0


class DeclaresSettings(Protocol):
    """An object whose class declares settings."""

    def written(self, name: str) -> tuple[str, str]:
        """Of the setting *name*: its whole name in capitals, and what the owner wrote there, "" for nothing."""


T_co = TypeVar("T_co", covariant=True)


class Setting(Generic[T_co]):
    """
    One setting: an attribute of the class that declares it, read when it is asked for.

    Args:
        kind: Makes a value of what is written; raises ``SettingError`` for what makes no sense.
        default: In place of nothing.
        about: A line or more for ``.env.example``; a new paragraph begins there.
        examples: What stands after "=" in ``.env.example``, a line each; the default when there are none.
        required: Without it whatever declares it is not at work.
        open: Stands in ``.env.example`` without "#".
    """

    def __init__(
        self,
        kind: Callable[[str, str], T_co],
        default: str = "",
        *,
        about: str = "",
        examples: tuple[str, ...] = (),
        required: bool = False,
        open: bool = False,
    ) -> None:
        self.kind = kind
        self.default = default
        self.about = about
        self.examples = examples
        self.required = required
        self.open = open
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: DeclaresSettings, owner: type) -> T_co: ...
    def __get__(self, instance: DeclaresSettings | None, owner: type) -> T_co | Self:
        if instance is None:
            return self
        name, value = instance.written(self.name)
        return self.kind(name, value or self.default)

    def as_example(self, name: str) -> Iterator[str]:
        """Its lines in ``.env.example``, under the whole *name*."""
        yield from (f"# {line}" for line in self.about.splitlines())
        for example in self.examples or (self.default,):
            yield f"{'' if self.open else '#'}{name}={example}"


def declared(owner: type) -> dict[str, Setting[object]]:
    """What *owner* and the classes that it stands on declare, by attribute; its elders' first."""
    found: dict[str, Setting[object]] = {}
    for one in reversed(owner.__mro__):
        for name, value in vars(one).items():
            if isinstance(value, Setting):
                found[name] = value
            else:
                found.pop(name, None)
    return found


class Settings:
    """What belongs to the whole blog, and what is written for those who declare more (networks)."""

    tertulia_store = Setting(
        secret,  # it may hold a password
        "sqlite:///var/tertulia.db",
        about="Where conversation and announcements are kept. With PostgreSQL: postgresql://user:password@host/database",
    )
    deploy_target = Setting(
        text,
        about='Where "publish" puts the site (docs/deploy.md): a folder, rsync, S3-compatible storage, a git branch.',
        examples=(
            "folder:/srv/www/blog",
            "rsync:me@example.org:/srv/www/blog",
            "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-west-1",
            "git:origin#gh-pages",
        ),
    )
    # By the names that every tool for S3-compatible storage knows.
    aws_access_key_id = Setting(secret)
    aws_secret_access_key = Setting(secret)
    announce_since = Setting(
        moment,
        about="Nothing dated before this day, in the zone of TIMEZONE, is ever announced."
        ' "start" writes the day on which the blog began.',
        examples=("",),
        open=True,
    )
    owner_email = Setting(text, about="Where to write about failures and about comments that wait.")
    secret_key = Setting(
        secret, about="Signs links in letters (unsubscribe, confirm). Any long random text; keep it for good."
    )
    rebuild_hook = Setting(
        secret,
        about="Run or called when the conversation changes: a command, or an address that gets a POST"
        " (with the token, if any).",
        examples=("python3 tasks.py build",),
    )
    rebuild_token = Setting(secret)  # sent to that address as "Authorization: Bearer …"
    trusted_proxies = Setting(
        count,
        about="How many proxies of yours stand before the service (1 behind nginx or Caddy):"
        " their X-Forwarded headers are believed.",
    )
    akismet_key = Setting(
        secret,
        about="Asks Akismet about comments from the form; Akismet is told their words,"
        " and the name and IP address of the writer.",
    )
    fetch_allow_private = Setting(
        several, about="host:port pairs that may be fetched though private; for tests and intranets."
    )
    # Asked for embeds too, so no network's own.
    bluesky_appview_url = Setting(
        address,
        "https://public.api.bsky.app",
        about="Where posts of Bluesky are read that anybody may see: for embeds, and for answers to yours.",
    )
    smtp_url = Setting(
        mail_server,
        about="Newsletter and letters to the owner: smtp://user:password@host:587 (STARTTLS)"
        " or smtps://user:password@host:465",
    )
    mail_from = Setting(text)

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._given = {name: value.strip() for name, value in (given or {}).items() if value.strip()}

    def __repr__(self) -> str:
        return f"Settings({len(self._given)} given)"

    def written(self, name: str) -> tuple[str, str]:
        """Of the setting *name*: its name in capitals, and what the owner wrote there, "" for nothing."""
        return name.upper(), self._given.get(name.upper(), "")


def parse_since(value: str, name: str, zone: tzinfo) -> datetime:
    """
    A day or a moment as written by a person.

    Args:
        name: Where it was written, for the message.
        zone: The blog's. A day begins there at midnight, and an hour without an offset is of its clock.

    Raises:
        SettingError: *value* is neither; the message says what to write.
    """
    found = parse_moment(value, zone)
    if found is None:
        raise SettingError(say("setting_date", name=name, value=value))
    return found


def parse_zone(name: str) -> ZoneInfo:
    """
    The zone *name*, as ``TIMEZONE`` of ``pelicanconf.py`` tells it.

    Raises:
        SettingError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise SettingError(say("setting_zone", name="TIMEZONE", value=name)) from error


def load(root: Path = Path(), environ: Mapping[str, str] | None = None) -> Settings:
    """
    The settings in force in the folder *root*.

    Args:
        root: The project's folder, where ``.env`` may be.
        environ: In place of the process's environment, for tests.

    Raises:
        SettingError: a value makes no sense.
    """
    settings = Settings(read_env(root / ".env") | dict(os.environ if environ is None else environ))
    for name in declared(Settings):
        getattr(settings, name)  # what makes no sense is said at the start, not when it is first needed
    return settings


def environment() -> dict[str, str]:
    """The process's environment, for a program that we start (git)."""
    return dict(os.environ)


def read_env(path: Path) -> dict[str, str]:
    """
    The lines ``NAME=value`` of a ``.env`` file, as python-dotenv reads them; {} when there is none.

    Nothing is put in place of ``$NAME``: a password may hold a "$".

    Raises:
        SettingError: it cannot be read, or a line is no ``NAME=value``; the message gives its number, never its text.
    """
    if not path.is_file():
        return {}
    from dotenv.parser import parse_stream

    try:
        written = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingError(say("setting_encoding", path=path.name)) from error
    except OSError as error:
        raise SettingError(say("setting_file", path=path.name, why=error.strerror)) from error
    found: dict[str, str] = {}
    for line in parse_stream(io.StringIO(written)):
        if line.error or (line.key and (line.value is None or not re.fullmatch(r"\w+", line.key))):
            blank = line.original.string[: len(line.original.string) - len(line.original.string.lstrip())]
            raise SettingError(say("setting_line", path=path.name, line=line.original.line + blank.count("\n")))
        if line.key:
            found[line.key] = line.value or ""
    return found
