"""Whom a post thanks or builds on: what the author wrote, as names and addresses.

Understood: ``@ana`` (a person of people.toml, or a profile), an address, ``Nombre <dirección>``,
``Nombre (dirección)``, ``[Nombre](dirección)``, the name of a person of people.toml, any other name. Names and
addresses may hold parentheses.
"""

from typing import Literal, cast
from urllib.parse import unquote

from tertulia.content.people import People
from tertulia.core import lazy_re
from tertulia.core.addresses import readable_site, split_address
from tertulia.core.models import Credit

Kind = Literal["via", "source", "photo", "thanks"]

# The name ends where an address is opened for the last time.
_NAMED = lazy_re.compile(
    r"(?:\[(?P<linked>.+)\]|(?P<name>.+?))\s*(?:<(?P<angled>https?://[^\s<>]+)>|\((?P<round>https?://[^\s<>]+)\))"
)
_ADDRESS = lazy_re.compile(r"<?(https?://[^\s<>]+)>?")


def credit(kind: str, written: str, people: People) -> Credit:
    """Return the credit for one item of ``Vía:`` and the like; its ``url`` is "" when only a name is known."""
    kind = cast(Kind, kind)
    written = written.strip()
    if named := _NAMED.fullmatch(written):
        name = (named["linked"] or named["name"]).strip()
        return Credit(kind, name, named["angled"] or named["round"])
    if alone := _ADDRESS.fullmatch(written):
        return Credit(kind, bare(alone[1]), alone[1])
    if written.startswith("@"):
        person = people.find(written[1:])
        if person:
            return Credit(kind, person.name, person.site or people.profile_url(written) or "")
        return Credit(kind, written, people.profile_url(written) or "")
    person = next((p for p in people if p.name.casefold() == written.casefold()), None)
    return Credit(kind, written, person.site if person else "")


def bare(url: str) -> str:
    """*url* as one would say it: no scheme, no ``www.``, no slash at the end, no query."""
    return unquote(readable_site(url) + split_address(url).path.rstrip("/"))
