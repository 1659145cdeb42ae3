"""Strangers' HTML, made safe to show and safe to read.

``clean`` keeps what a short post may hold (paragraphs, links, emphasis, lists, quotes) and drops the rest with nh3
(https://nh3.readthedocs.io, the Ammonia rules): no pictures, no frames, no styles, no classes, no event handlers.
``plain`` gives the words alone. ``parse_html`` gives a tree, to look things up in. All three bear any text in a time
that grows with its length and no faster, and none of them raises.
"""

import html
import re
from typing import TYPE_CHECKING

import nh3

from tertulia.core import lazy_re
from tertulia.core.html_tags import ATTRIBUTE
from tertulia.core.text import one_line as one_line
from tertulia.core.text import strip_controls
from tertulia.core.visible import visible

if TYPE_CHECKING:
    from lxml.html import HtmlElement

TAGS = frozenset(
    (
        *("p", "br", "a", "em", "strong", "b", "i", "u", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li"),
        *("details", "summary"),  # what stands behind a content warning
    )
)
# Where a stranger's link may lead. No "javascript:", no "data:".
SCHEMES = frozenset(("http", "https", "mailto"))
# What to tell search engines and the next site about links we did not write.
LINK_REL = "nofollow ugc noopener"

# Dropped with everything inside: what is in them is no text.
_VOID_CONTENT = frozenset(("script", "style", "svg", "math", "template", "noscript", "iframe", "object", "title"))
_BREAKING = lazy_re.compile(
    r"<(?:br|/p|/li|/h[1-6]|/blockquote|/pre|/div|/section|/summary|/details)\b[^<>]*>", re.IGNORECASE
)
# A tag as HTML's own tokeniser reads it: https://html.spec.whatwg.org/multipage/parsing.html#tag-open-state
_ONE_ATTRIBUTE = lazy_re.compile(ATTRIBUTE)
_TAG = lazy_re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{ATTRIBUTE})*")
# Parsers compare each attribute of an element with all before it, and no honest element has so many.
_MOST_ATTRIBUTES = 500
# Ammonia's work grows with elements times depth. Longer markup than this first goes through a parser that stops at
# a depth of 256 (libxml2's own limit), and comes out well-formed.
_MOST_TAGS = 500


def clean(markup: str, *, rel: str = LINK_REL) -> str:
    """
    Return a stranger's HTML, safe inside our page.

    Args:
        markup: HTML, or anything that pretends to be.
        rel: What every link gets as ``rel``.

    Returns:
        HTML of paragraphs, links, emphasis, lists, quotes and code; links absolute, http, https or mailto.
    """
    cleaned = nh3.clean(
        _bearable(markup),
        tags=set(TAGS),
        clean_content_tags=set(_VOID_CONTENT),
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_whole_address,
        url_schemes=set(SCHEMES),
        link_rel=rel,
        strip_comments=True,
    )
    return visible(cleaned)  # once more: what was written as an entity is a character by now


def plain(markup: str) -> str:
    """Return the words of a piece of HTML, a line for each paragraph, without tags and without entities."""
    broken = _BREAKING.sub(lambda found: found[0] + "\n", _bearable(markup))
    bare = nh3.clean(broken, tags=set(), clean_content_tags=set(_VOID_CONTENT))
    lines = (" ".join(line.split()) for line in visible(html.unescape(bare)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def parse_html(text: str | bytes, *, encoding: str | None = None) -> "HtmlElement":
    """
    Return the document *text* as a tree without comments: whole pages and pieces alike, an empty page for what is none.

    Args:
        text: As characters, which is better, or as bytes.
        encoding: Of bytes; None: as the page itself says, else UTF-8.
    """
    from lxml import etree  # most texts need no tree
    from lxml import html as lxml_html

    if isinstance(text, bytes):
        encoding = encoding or (None if b"charset" in text[:4096].lower() else "utf-8")
        data = text.translate(None, bytes(sign for sign in range(32) if sign not in b"\t\n\r\f"))
    else:
        encoding, data = "utf-8", _slim(strip_controls(text)).encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding=encoding, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser) if data.strip() else None
    except (etree.LxmlError, ValueError, LookupError, RecursionError, AssertionError):
        tree = None
    if tree is None:
        return lxml_html.document_fromstring("<html></html>")
    _make_compatible(tree)
    return tree


def _bearable(markup: str) -> str:
    """*markup* that a parser reads in linear time: nesting and attributes beyond reason are taken out."""
    seen = _slim(visible(markup))
    if seen.count("<") <= _MOST_TAGS:
        return seen
    body = parse_html(f"<html><body>{seen}</body></html>").find("body")
    if body is None:
        return ""
    from lxml.html import tostring

    inside: str = tostring(body, encoding="unicode", with_tail=False)
    return inside.removeprefix("<body>").removesuffix("</body>")


def _slim(text: str) -> str:
    """*text* without the tags that have more attributes than anyone would write."""
    return _TAG.sub(lambda tag: "" if _is_bloated(tag[0]) else tag[0], text) if len(text) > _MOST_ATTRIBUTES else text


def _is_bloated(tag: str) -> bool:
    # An attribute is two characters at least.
    return len(tag) > 2 * _MOST_ATTRIBUTES and len(_ONE_ATTRIBUTE.findall(tag)) > _MOST_ATTRIBUTES


def _make_compatible(tree: "HtmlElement") -> None:
    """lxml reads control characters (also out of entities) that it then refuses to write: take them out."""
    from lxml import etree

    for element in tree.iter(etree.Element):
        for place in ("text", "tail"):
            words = getattr(element, place)
            if words and (kept := strip_controls(words)) != words:
                setattr(element, place, kept)
        for name, value in element.attrib.items():
            if (kept := strip_controls(value)) != value:
                element.attrib[name] = kept


def _whole_address(_tag: str, name: str, value: str) -> str | None:
    """Only links that say where they lead: a relative one would lead into our own site."""
    return value if name != "href" or value.strip().lower().startswith(("http://", "https://", "mailto:")) else None
