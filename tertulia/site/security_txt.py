"""``.well-known/security.txt``: whom to tell of a hole in the blog's security. https://www.rfc-editor.org/rfc/rfc9116

It says until when it holds, less than a year as the RFC asks; each build says it anew, from the first of its month so
that builds of one month are the same. A blog that nobody builds for ten months has a file that says it is out of date.
An author's own file in ``content/extra/.well-known/`` wins.

Settings:
    SECURITY_CONTACT    an address of mail, or of a page with a form, or a list of them. "": no file.
    SECURITY_POLICY     the address of a page that says how you deal with what you are told; "" for none.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tertulia.core import addresses
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.site.problems import report

FILE_NAME = ".well-known/security.txt"
MONTHS = 11


def write(settings: Mapping[str, Any], output: Path, now: datetime) -> None:
    """Leave the file in *output*, unless there is one; what is no contact is told and left out."""
    path = output / FILE_NAME
    if path.exists():
        return
    asked = settings.get("SECURITY_CONTACT") or ()
    contacts = list(_addresses("SECURITY_CONTACT", asked))
    if contacts:
        policies = list(_addresses("SECURITY_POLICY", settings.get("SECURITY_POLICY") or ()))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(contacts, policies, settings, now), encoding="utf-8")


def text(contacts: list[str], policies: list[str], settings: Mapping[str, Any], now: datetime) -> str:
    """Return the file, line by line."""
    langs = dict.fromkeys([settings["DEFAULT_LANG"], *settings["LANGUAGES"]])
    lines = [
        *(f"Contact: {one}" for one in contacts),
        f"Expires: {expires(now):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(langs)}",
        f"Canonical: {addresses.whole(settings['SITE_ADDRESS'], FILE_NAME)}",
        *(f"Policy: {one}" for one in policies),
    ]
    return "\n".join(lines) + "\n"


def expires(now: datetime) -> datetime:
    """Until when what is built *now* holds: eleven months from the first of the month."""
    month = now.astimezone(UTC).month - 1 + MONTHS
    return datetime(now.astimezone(UTC).year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def next_month(now: datetime) -> datetime:
    """When what is built says another day than what is built *now*."""
    month = now.astimezone(UTC).month
    return datetime(now.astimezone(UTC).year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _addresses(name: str, asked: Any) -> Iterator[str]:
    for one in [asked] if isinstance(asked, str) else asked:
        written = str(one).strip()
        found = written if addresses.is_web_address(written) and written.startswith("https:") else ""
        if name == "SECURITY_CONTACT" and "@" in written and not found:
            found = _mail(written)
        if found:
            yield found
        else:
            report(Problem("pelicanconf.py", None, say("security_contact", name=name, value=written)))


def _mail(written: str) -> str:
    address = written.removeprefix("mailto:")
    is_one = address.isascii() and address.isprintable() and not set(address) & set(' <>,"')
    return f"mailto:{address}" if is_one and "." in address.rpartition("@")[2] else ""
