"""What a record of Bluesky says: its text with the links in it, and the labels that ask for it not to be shown.

Text is marked up by facets, whose places are UTF-8 byte offsets:
https://docs.bsky.app/docs/advanced-guides/post-richtext. The labels are those of bluesky-social/atproto,
packages/api/src/moderation/const/labels.ts.
"""

import html
import re
from typing import Any
from urllib.parse import quote

from tertulia.core.addresses import web_address
from tertulia.core.sanitise import clean, one_line

# An account may ask by a label on itself that it not be shown to people who are not logged in; a page on the open web
# is just that. The other two are of whoever keeps the network in order.
HIDING = frozenset(("!no-unauthenticated", "!hide", "!takedown"))
# What apps hide behind a warning: an author may quote it, but it does not come up by itself under a post.
WARNING = frozenset(("!warn", "porn", "sexual", "nudity", "graphic-media", "spam"))
# Of these, the ones that cover pictures alone ("blurs": "media" in that file, and the older names of the last).
COVERING = frozenset(("porn", "sexual", "nudity", "graphic-media", "gore", "nsfl"))


def marked_up(words: str, facets: Any) -> str:
    """*words* as HTML with their links; facets that overlap, lie outside or cut a character are left out."""
    data, out, at = words.encode("utf-8", "replace"), [], 0
    for start, end, url in sorted(_places(facets, len(data))):
        if start < at:
            continue
        try:
            before, inside = data[at:start].decode(), data[start:end].decode()
        except UnicodeDecodeError:
            continue
        out += [html.escape(before), f'<a href="{html.escape(url)}">{html.escape(inside)}</a>']
        at = end
    out.append(html.escape(data[at:].decode("utf-8", "replace")))
    paragraphs = re.split(r"\n\s*\n", "".join(out).strip())
    return clean("".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in paragraphs if part.strip()))


def labels(*things: Any) -> set[str]:
    """Return the labels in force on *things*: posts, accounts, profiles, and records, which label themselves."""
    found = set()
    for thing in things:
        told = thing.get("labels") if isinstance(thing, dict) else None
        told = told.get("values") if isinstance(told, dict) else told
        for label in told if isinstance(told, list) else []:
            if isinstance(label, dict) and not label.get("neg"):
                found.add(str(label.get("val")))
    return found


def _places(facets: Any, size: int) -> list[tuple[int, int, str]]:
    found = []
    for facet in facets if isinstance(facets, list) else []:
        index = facet.get("index") if isinstance(facet, dict) else None
        features = facet.get("features") if isinstance(facet, dict) else None
        if not isinstance(index, dict) or not isinstance(features, list):
            continue
        start, end = index.get("byteStart"), index.get("byteEnd")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= size):
            continue
        found += [(start, end, url) for feature in features if isinstance(feature, dict) and (url := _leads(feature))]
    return found


def _leads(feature: dict[str, Any]) -> str:
    def told(name: str) -> str:
        value = feature.get(name)
        return one_line(value, 100) if isinstance(value, str) else ""

    match str(feature.get("$type", "")).rpartition("#")[2]:
        case "link":
            return web_address(feature.get("uri"))
        case "mention" if told("did"):
            return f"https://bsky.app/profile/{quote(told('did'), safe=':')}"
        case "tag" if told("tag"):
            return f"https://bsky.app/hashtag/{quote(told('tag'), safe='')}"
    return ""
