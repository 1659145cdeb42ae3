"""What will be shown of a comment, as those see it who judge it: its words in their order, and where its links lead.

Rules, filter and the look at an edit all go by this, and never by the text beside the HTML: a link may hide behind any
word, and only the HTML is ever shown.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote

from tertulia.core import sanitise
from tertulia.core.addresses import site_of, split_address
from tertulia.store.said import Incoming

_BARE = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'«»“”)\]]+", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://|www\.)[\w.-]+", re.IGNORECASE)
# What networks make of "@ana" and "#voto": an address that ends with the name.
_MENTION = re.compile(r"[@#]([\w.@-]+)")
# Ways by which everything that comes was written by whoever sent it.
_WRITTEN = ("webmention", "pingback", "form", "web")


# No comment that a person reads is as long as two of these; the look at an edit stays a few milliseconds.
_MOST_WORDS = 40_000


class ShownLink(NamedTuple):
    """A link as it will be shown."""

    target: str
    words: str

    @property
    def host(self) -> str:
        """Where it leads, without "www."; "" for nowhere."""
        return _site(self.target)

    @property
    def is_disguised(self) -> bool:
        """Its words are the address of another place than the one it leads to."""
        said = _HOST.match(self.words.strip())
        shown = _site(said[0]) if said else self.host
        return not f".{self.host}".endswith(f".{shown}")

    @property
    def is_mention(self) -> bool:
        """A person's or a subject's name as networks link it, which is no link that somebody put there."""
        said = _MENTION.fullmatch(self.words.strip())
        if not said:
            return False
        last = unquote(split_address(self.target).path).rstrip("/").rpartition("/")[2].lstrip("@#").casefold()
        return last in (said[1].casefold(), said[1].partition("@")[0].casefold())


def links_in(html: str, text: str = "") -> list[ShownLink]:
    """
    Every link of *html* with its target, in their order, and every bare address that a reader may copy.

    Args:
        text: What is shown where there is no HTML.
    """
    reader = _Reader()
    if html:
        reader.feed(html)
        reader.close()
    found = [ShownLink(target.strip(), " ".join(words.split())) for target, words in reader.links]
    bare = "".join(reader.outside) if html else text
    return found + [ShownLink(address, address) for address in _BARE.findall(bare)]


def links_of(incoming: Incoming) -> list[ShownLink]:
    """Return the links that a person put into what came in; those that a network makes of names are its own."""
    found = links_in(incoming.html, incoming.text)
    if incoming.source in _WRITTEN:
        return found
    return [link for link in found if not link.is_mention]


def words_in(html: str, text: str = "") -> list[str]:
    """
    Return the words that will be read, in their order; each sign that is no letter, no digit and no space is one too.
    """
    shown = sanitise.plain(html) if html else text
    return re.findall(r"\w+|[^\w\s]", shown.casefold())


def is_small_edit(before: Sequence[str], after: Sequence[str], *, alike: float, most: int) -> bool:
    """Whether at most *most* words were put in or taken out, and at least *alike* of all stand as they stood."""
    both = len(before) + len(after)
    if both > _MOST_WORDS:
        return False
    same = 2 * in_order(before, after)
    return bool(both) and both - same <= most and same / both >= alike


def in_order(before: Sequence[str], after: Sequence[str]) -> int:
    """
    How many words two texts have in common, in the same order (the longest common subsequence).

    Bit-parallel, so that its cost is bounded for any words: https://doi.org/10.1007/978-3-540-27801-6_7 (Hyyrö 2004)
    """
    places: dict[str, int] = {}
    for number, word in enumerate(before):
        places[word] = places.get(word, 0) | 1 << number
    full = (1 << len(before)) - 1
    row = full
    for word in after:
        hit = row & places.get(word, 0)
        row = ((row + hit) | (row - hit)) & full
    return len(before) - row.bit_count()


def _site(address: str) -> str:
    return site_of(address if "://" in address else f"http://{address}")


class _Reader(HTMLParser):
    """Collects links with their words, and the words outside of links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.outside: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href") if tag == "a" else None
        if target:
            self.links.append((target, ""))
            self._open = True
        if tag in ("a", "p", "br", "li", "blockquote", "pre"):
            self.outside.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = False
            self.outside.append(" ")

    def handle_data(self, data: str) -> None:
        if self._open:
            target, words = self.links[-1]
            self.links[-1] = (target, words + data)
        else:
            self.outside.append(data)
