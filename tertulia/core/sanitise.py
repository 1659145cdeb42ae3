"""Strangers' HTML and strangers' words, made safe to show.

``clean`` keeps what a short post may hold (paragraphs, links, emphasis, lists, quotes) and drops the rest with nh3
(https://nh3.readthedocs.io, the Ammonia rules): no pictures, no frames, no styles, no classes, no event handlers.
``plain`` gives the words alone. ``one_line`` is for names and titles: characters that turn the direction of the text
or hide in it are taken out, so that a handle reads as it is.
"""

import html
import re
import unicodedata

import nh3

TAGS = frozenset(
    ("p", "br", "a", "em", "strong", "b", "i", "u", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li")
)
# Where a stranger's link may lead. No "javascript:", no "data:".
SCHEMES = frozenset(("http", "https", "mailto"))
# What to tell search engines and the next site about links we did not write.
LINK_REL = "nofollow ugc noopener"

# Dropped with everything inside: what is in them is no text.
_VOID_CONTENT = frozenset(("script", "style", "svg", "math", "template", "noscript", "iframe", "object", "title"))
# Direction marks, embeddings, overrides and isolates: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
# The right-to-left and left-to-right marks are harmless and stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Zero-width joiners stay: emoji families and Persian need them. The rest hide text.
_HIDDEN = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\ufff9-\ufffb\U000e0000-\U000e007f]")
_BREAKING = re.compile(r"<(?:br|/p|/li|/h[1-6]|/blockquote|/pre|/div|/section)\b[^>]*>", re.IGNORECASE)


def clean(markup: str, *, rel: str = LINK_REL) -> str:
    """
    A stranger's HTML, safe inside our page.

    Args:
        markup: HTML, or anything that pretends to be.
        rel: What every link gets as ``rel``.

    Returns:
        HTML of paragraphs, links, emphasis, lists, quotes and code; links absolute, http, https or mailto.
    """
    return nh3.clean(
        _visible(markup),
        tags=set(TAGS),
        clean_content_tags=set(_VOID_CONTENT),
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_whole_address,
        url_schemes=set(SCHEMES),
        link_rel=rel,
        strip_comments=True,
    )


def plain(markup: str) -> str:
    """The words of a piece of HTML, a line for each paragraph, without tags and without entities."""
    broken = _BREAKING.sub(lambda found: found[0] + "\n", _visible(markup))
    bare = nh3.clean(broken, tags=set(), clean_content_tags=set(_VOID_CONTENT))
    lines = (" ".join(line.split()) for line in html.unescape(bare).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(text: str, limit: int = 300) -> str:
    """*text* on one line, NFC, without control, hidden or direction-turning characters, at most *limit* long."""
    line = " ".join(_visible(unicodedata.normalize("NFC", text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _whole_address(_tag: str, name: str, value: str) -> str | None:
    """Only links that say where they lead: a relative one would lead into our own site."""
    return value if name != "href" or value.strip().lower().startswith(("http://", "https://", "mailto:")) else None


def _visible(text: str) -> str:
    text = _HIDDEN.sub("", _BIDI.sub("", text))
    return "".join(mark for mark in text if mark in "\n\t" or unicodedata.category(mark) not in ("Cc", "Cs", "Co"))
