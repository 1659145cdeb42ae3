"""Kinds of setting: a name in capitals and what is written there, to a value.

"" gives what stands for nothing; what makes no sense is refused by its name, and never shown where it may be a key.
"""

import re
import shlex
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from tertulia.core.addresses import encoded, is_web_address, split_address
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.core.secret import Secret, hide


def text(_name: str, value: str) -> str:
    """Any words."""
    return value


def secret(_name: str, value: str) -> Secret:
    """Something that opens something."""
    return Secret(value)


def address(name: str, value: str) -> str:
    """
    Return a web address, without a slash at its end.

    Raises:
        SettingError: it is none.
    """
    if value and not _is_address(value):
        raise SettingError(say("setting_address", name=name))
    return value.rstrip("/")


def secret_address(name: str, value: str) -> Secret:
    """Return a web address whose path is a key; see ``address``."""
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


def mail_folder(_name: str, value: str) -> Secret:
    """
    ``imaps://user:password@host:993/INBOX`` or ``imap://…``.

    Raises:
        SettingError: it is neither; the message does not show it.
    """
    if value and not _is_address(value, ("imap", "imaps")):
        raise SettingError(say("imap_url"))
    return Secret(value)


def mailbox(name: str, value: str) -> str:
    """
    Return an address of mail, short enough that a signed word has room behind its "+".

    Raises:
        SettingError: it is none, or too long.
    """
    if value and not re.fullmatch(r"[\w.-]{1,21}@[\w-]+(?:\.[\w-]+)+", value, re.ASCII):
        raise SettingError(say("setting_mailbox", name=name, value=hide(value)))
    return value


def number(name: str, value: str) -> float:
    """
    Return a number from 0 up.

    Raises:
        SettingError: it is none.
    """
    value = value.replace(",", ".")
    if value and not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value):
        raise SettingError(say("setting_number", name=name, value=hide(value)))
    return float(value or 0)


def count(name: str, value: str) -> int:
    """
    Return a whole number from 0 to 99.

    Raises:
        SettingError: it is none.
    """
    if value and not re.fullmatch(r"[0-9]{1,2}", value):
        raise SettingError(say("setting_count", name=name, value=hide(value)))
    return int(value or 0)


def private_hosts(name: str, value: str) -> tuple[str, ...]:
    """
    host:port pairs between blanks or commas.

    Raises:
        SettingError: one of them is none; the message shows it.
    """
    pairs = tuple(part for part in re.split(r"[\s,]+", value) if part)
    for pair in pairs:
        found = re.fullmatch(r"(?:\[[0-9a-fA-F:.]+\]|[^/@:?#\[\]]+):([0-9]{1,5})", pair)
        if not found or not 0 < int(found[1]) < 65536:
            raise SettingError(say("setting_pair", name=name, value=pair))
    return pairs


def hook(name: str, value: str) -> Secret:
    """
    Return a command, or a web address that gets a POST.

    Raises:
        SettingError: it is neither; the message does not show it.
    """
    if re.match(r"\w+://", value):
        return secret_address(name, value)
    try:
        shlex.split(value)
    except ValueError:
        raise SettingError(say("setting_command", name=name)) from None  # a cause would show a piece of it
    return Secret(value)


def target(name: str, value: str) -> str:
    """
    Return a place for the site, "kind:where"; which kinds there are is known to ``deploy.targets``.

    Raises:
        SettingError: it has no kind, or nothing behind it.
    """
    if value and not re.fullmatch(r"[a-z][a-z0-9_]*:.*[^\s:/].*", value):
        raise SettingError(say("deploy_choices"))
    return value


def database(name: str, value: str) -> Secret:
    """
    ``sqlite:///path`` or ``postgresql://user:password@host/database``.

    Raises:
        SettingError: it is neither; the message does not show it.
    """
    scheme, found, rest = value.partition("://")
    known = (scheme == "sqlite" and rest.startswith("/")) or (re.fullmatch(r"postgresql(\+psycopg)?", scheme) and rest)
    if value and not (found and known):
        raise SettingError(say("store_url"))
    return Secret(value)


def month_version(name: str, value: str) -> str:
    """
    Return a version named by its month, "202610".

    Raises:
        SettingError: it is none.
    """
    if value and not re.fullmatch(r"20[0-9]{2}(0[1-9]|1[0-2])", value):
        raise SettingError(say("setting_month", name=name, value=hide(value)))
    return value


def moment(name: str, value: str) -> str:
    """Return a day or a moment, as written: it takes the blog's zone to know which; see ``parse_since``."""
    if value:
        parse_since(value, name, UTC)
    return value


def parse_since(value: str, name: str, zone: tzinfo) -> datetime:
    """
    Return a day or a moment as written by a person.

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
    Return the zone *name*, as ``TIMEZONE`` of ``pelicanconf.py`` tells it.

    Raises:
        SettingError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise SettingError(say("setting_zone", name="TIMEZONE", value=name)) from error


# What the service answers, below its own address.
MOUNTS = ("/comments", "/moderation", "/inbox", "/webmention", "/pingback", "/newsletter", "/healthz")


def parse_service(written: str, site: str) -> str:
    """
    Where the service is, as ``SERVICE_ADDRESS`` of ``pelicanconf.py`` tells it.

    Args:
        written: An address, or a path on the host of *site* ("/", "/talk").

    Returns:
        The whole address, percent-encoded, no slash at the end; "" where there is none, or no *site* yet.

    Raises:
        SettingError: it is neither.
    """
    written = written.strip()
    if not written:
        return ""
    origin = split_address(site).origin
    whole = f"{origin or 'https://own.invalid'}{written}" if written.startswith("/") else written
    if not is_web_address(whole) or written.startswith("//") or set("?#") & set(written):
        raise SettingError(say("setting_service", name="SERVICE_ADDRESS", value=written))
    return encoded(whole).rstrip("/") if origin or whole == written else ""


def _is_address(value: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    parts = split_address(value)
    return parts.scheme in schemes and bool(parts.host) and parts.port != 0
