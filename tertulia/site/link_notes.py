"""Links on paper: a number in the text, and its address once among the notes at the end.

A link that shows its own address has said it already, and one within the blog leads nowhere on paper.
"""

import html
import re

from msgspec import Struct

from tertulia.core import lazy_re

_LINK = lazy_re.compile(
    r'<a\b(?P<before>[^>]*?)\shref="(?P<address>https?://[^"]+)"(?P<after>[^>]*)>(?P<shown>.*?)</a>', re.DOTALL
)
_MARKUP = lazy_re.compile(r"<[^>]*>")
_SCHEME = lazy_re.compile(r"^(?:https?://)?(?:www\.)?|/$")


class Noted(Struct, frozen=True):
    """A text whose links have numbers, and the addresses in their order, the first of them being number 1."""

    html: str
    addresses: tuple[str, ...]


def link_notes(content: str) -> Noted:
    """Return number the links of *content* (HTML) to other places, the same address always alike."""
    if 'href="http' not in content:
        return Noted(content, ())
    numbers: dict[str, int] = {}

    def noted(link: re.Match[str]) -> str:
        address = html.unescape(link["address"])
        shown = html.unescape(_MARKUP.sub("", link["shown"])).strip()
        if not shown or _SCHEME.sub("", shown) == _SCHEME.sub("", address):
            return link[0]
        number = numbers.setdefault(address, len(numbers) + 1)
        return f'<a{link["before"]} href="{link["address"]}" data-number="{number}"{link["after"]}>{link["shown"]}</a>'

    return Noted(_LINK.sub(noted, content), tuple(numbers))
