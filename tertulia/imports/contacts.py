"""E-mail and IP addresses that stand where a name should: many sign with one, and many log in with one.

They are told to nobody and kept nowhere, be it as a name, as a key of ``people.toml`` or in an old address.
"""

import re
from dataclasses import replace
from ipaddress import ip_address

from tertulia.core.text import one_line
from tertulia.core.tokens import keyed
from tertulia.imports.types import OldSite

# Not "@ana@mas.example", which is how somebody is called elsewhere.
_EMAIL = re.compile(r"(?<![\w@])([\w.!#$%&'*+/=?^`{|}~-]{1,64})@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def left_out(site: OldSite, key: bytes) -> OldSite:
    """
    *site* whose names hold no addresses.

    Args:
        key: Tells two apart of whose e-mail address only the beginning is kept.
    """

    def key_of(author: str) -> str:
        return f"{name(author)}-{keyed(key, author)[:6]}" if name(author) != author else author

    return replace(
        site,
        authors=tuple(replace(one, key=key_of(one.key), name=name(one.name)) for one in site.authors),
        posts=tuple(replace(one, authors=tuple(map(key_of, one.authors))) for one in site.posts),
        comments=tuple(replace(one, name=name(one.name)) for one in site.comments),
        addresses=tuple(
            replace(one, target=key_of(one.target)) if one.kind == "author" else one for one in site.addresses
        ),
        left_out=tuple(replace(one, name=name(one.name)) if one.sort == "comment" else one for one in site.left_out),
    )


def name(written: str) -> str:
    """*written* without addresses; of an e-mail address that stands alone, what is before its "@"."""
    found = _EMAIL.search(written)
    if found:
        return one_line(_EMAIL.sub(" ", written), len(written)).strip("<>()[]\"' ,;:-") or found[1]
    try:
        ip_address(written.strip())
    except ValueError:
        return written
    return ""
