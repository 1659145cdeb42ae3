"""What the owner sets by environment or ``.env``: addresses, keys, the store. The only reader of ``os.environ``.

A setting is declared once, where it is used, as a ``Setting`` on a class: its name is the attribute's, its type the
kind's. ``Settings`` declares what belongs to the whole blog; each network declares its own. ``.env.example`` and
``doctor`` are computed from what is declared. The environment wins over ``.env``; an empty value counts as absent.
What is public about the blog (title, theme, feeds) is in ``pelicanconf.py`` instead.

A value that opens something is a ``Secret`` (``core.secret``); what else a value may be is in ``core.setting_kinds``.
"""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar, overload

from tertulia.core.errors import SettingError
from tertulia.core.files import read_regular
from tertulia.core.languages import say
from tertulia.core.quiet_hours import quiet_hours
from tertulia.core.setting_kinds import (
    address,
    count,
    database,
    hook,
    mail_folder,
    mail_server,
    mailbox,
    moment,
    private_hosts,
    secret,
    target,
    text,
)


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

    def as_example(self, name: str, about: str) -> Iterator[str]:
        """Its lines in ``.env.example``, under the whole *name*; *about*, in the words of who reads them."""
        yield from (f"# {line}" for line in about.splitlines())
        for example in self.examples or (self.default,):
            yield f"{'' if self.open else '#'}{name}={example}"


def declared(owner: type) -> dict[str, Setting[object]]:
    """Return what *owner* and the classes that it stands on declare, by attribute; its elders' first."""
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
        database,  # it may hold a password
        "sqlite:///var/tertulia.db",
        about="Where conversation and announcements are kept. With PostgreSQL: postgresql://user:password@host/database",
    )
    deploy_target = Setting(
        target,
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
        " A new blog has the day on which it began in pelicanconf.py.",
        examples=("",),
        open=True,
    )
    quiet_hours = Setting(
        quiet_hours,
        about="No announcement goes out by itself in these hours of TIMEZONE, nor an answer that was put off;"
        ' "announce --post ID" does not wait.',
        examples=("22:00-8:00",),
    )
    owner_email = Setting(text, about="Where to write about failures and about comments that wait.")
    secret_key = Setting(
        secret, about="Signs links in letters (unsubscribe, confirm). Any long random text; keep it for good."
    )
    rebuild_hook = Setting(
        hook,
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
        private_hosts, about="host:port pairs that may be fetched though private; for tests and intranets."
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
    mail_answers = Setting(
        mailbox,
        about="Where letters are answered by mail (docs/inbox.md): an address that also gets what comes to"
        " talk+anything@. Read by IMAP_URL, or handed over by the mail server: | python3 tasks.py mail-in",
        examples=("talk@blog.example",),
    )
    imap_url = Setting(
        mail_folder,
        about="The mailbox in which they arrive: imaps://user:password@host:993/INBOX",
    )

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._given = {name: value.strip() for name, value in (given or {}).items() if value.strip()}

    def __repr__(self) -> str:
        return f"Settings({len(self._given)} given)"

    def given(self) -> Iterable[str]:
        """Return the names of all that the owner wrote, in capitals, ours or not."""
        return self._given.keys()

    def written(self, name: str) -> tuple[str, str]:
        """Of the setting *name*: its name in capitals, and what the owner wrote there, "" for nothing."""
        return name.upper(), self._given.get(name.upper(), "")


def load(root: Path = Path(), environ: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings in force in the folder *root*.

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
    """Return the process's environment, for a program that we start (git)."""
    return dict(os.environ)


def read_env(path: Path) -> dict[str, str]:
    """
    Return the lines ``NAME=value`` of a ``.env`` file, as python-dotenv reads them; {} when there is none.

    Nothing is put in place of ``$NAME``: a password may hold a "$".

    Raises:
        SettingError: it cannot be read, or a line is no ``NAME=value``; the message gives its number, never its text.
    """
    if not os.path.lexists(path):
        return {}
    from dotenv.parser import parse_stream

    try:
        written = read_regular(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SettingError(say("setting_encoding", path=path.name)) from error
    except OSError as error:
        raise SettingError(say("setting_file", path=path.name, why=error)) from error
    found: dict[str, str] = {}
    for line in parse_stream(io.StringIO(written)):
        if line.error or (line.key and (line.value is None or not re.fullmatch(r"\w+", line.key))):
            blank = line.original.string[: len(line.original.string) - len(line.original.string.lstrip())]
            raise SettingError(say("setting_line", path=path.name, line=line.original.line + blank.count("\n")))
        if line.key:
            found[line.key] = line.value or ""
    return found
