"""The words of a post's body in a page of any site: without menus, sidebars, sharing buttons and the talk.

Nobody marks a body in the same way. The places that themes are known to use are looked at first, then the elements that
HTML has for it; among them that one is taken which holds most of what is expected, and among equals the smallest.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from tertulia.core.sanitise import parse_html

# Names under which themes and services have the text of one post: class, id, itemprop, data-field.
_BODIES = re.compile(
    r"e-content|entry-?_*content|post-?_*content|post-?_*body|post-?_*text|article-?_*(?:content|body)|articlebody"
    r"|single-?_*content|blog-?_*content|blog-?post-?_*content|page-?_*content|the-?content|gh-content|kg-canvas"
    r"|post-full-content|td-post-content|wp-block-post-content|available-content|storycontent|post-entry|entry-?_*text"
    r"|elementor-widget-theme-post-content|section-inner|body"
)
_ELEMENTS = ("article", "main", "body")
# What themes and plugins put into a body that its author did not write.
_FURNITURE = re.compile(
    r"sharedaddy|jp-relatedposts|sd-(?:sharing|like).*|addtoany.*|a2a_.*|heateor.*|ssba.*|shareaholic.*|jetpack-likes.*"
    r"|post-?navigation|nav-?links|page-links|post-nav-links|entry-(?:meta|header|footer|title|tags|categories)"
    r"|post-(?:meta|header|footer|title|tags|share|author|info)|author-(?:box|bio|info)|abh_box|related-?posts|yarpp.*"
    r"|comments?|comments?-(?:area|list|section|wrapper|form)|comment-?respond|disqus_thread|isso-thread|remark42"
    r"|wp-block-(?:post-comments|comments|post-navigation-link|post-terms|post-date|post-title|post-author.*)"
    r"|screen-reader-text|visually-hidden|sr-only|skip-link|subscribe.*|subscription-widget.*|wpcnt|wordads.*|adsbygoogle"
    r"|google-auto-placed|(?:ez-)?toc[-_]?(?:container)?|lwptoc.*|breadcrumbs?|widget-area|sidebar|cookie.*|blog-pager"
    r"|twitter-tweet|instagram-media|fb-post|wp-block-embed__wrapper|wp-embedded-content|reader-publish|crayon-.*num.*"
    r"|gutter|footnote-back|footnote_?backlink|pencraft|post-ufi.*|kg-signup-card|button-wrapper|image-link-expand"
)
_NO_WORDS = (
    "script", "style", "noscript", "template", "iframe", "object", "svg", "form", "button", "select", "input", "nav",
    "textarea", "audio", "video", "canvas", "math",
)  # fmt: skip
_AROUND = ("header", "footer", "aside")  # of a whole page or article
_BREAKING = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "blockquote",
        "figure",
        "figcaption",
        "table",
        "tr",
        "td",
        "th",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "details",
        "summary",
        "address",
    ]
)
_TYPOGRAPHY = re.compile(r"[^\w$€£+=<>{}\[\]@#%&*/\\^~|]+|_")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_TOO_FEW = 0.8  # of what the whole page shares with what is expected


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    shown: str
    key: str  # what is compared; "" for what is no word: a line's end, a dash, an address


def words_of(markup: str) -> list[Word]:
    """Return the words of a piece of HTML that was made here."""
    return _words(_spoken(f"<body>{markup}</body>"), clean=False)


def body_of(page: str, expected: Sequence[Word]) -> list[Word]:
    """
    Return the words of the post's body in the whole *page*.

    Args:
        expected: What was imported of it.
    """
    root = _spoken(page)
    wanted = _pairs(expected)
    bodies = list(root.iter("body"))[:1] or [root]
    whole = _words(bodies[0])
    enough = _TOO_FEW * (_pairs(whole) & wanted).total()
    for candidates in (_named(root), *(list(root.iter(name)) for name in _ELEMENTS)):
        rated = [((_pairs(words) & wanted).total(), -len(words), words) for words in map(_words, candidates) if words]
        if rated and max(rated)[0] >= enough:
            return max(rated, key=lambda one: one[:2])[2]
    return whole


def _spoken(page: str) -> HtmlElement:
    root = parse_html(page)
    for element in list(root.iter(*_NO_WORDS)):
        if element.getparent() is not None:
            element.drop_tree()
    return root


def _named(root: HtmlElement) -> list[HtmlElement]:
    """Return the elements that a theme calls a post's body, 200 at most."""
    found = []
    for element in root.iter("div", "section", "article", "td", "main"):
        if any(_BODIES.fullmatch(name) for name in _names(element)):
            found.append(element)
    return found[:200]


def _names(element: HtmlElement) -> list[str]:
    told = (element.get(name, "") for name in ("class", "id", "itemprop", "data-field"))
    return " ".join(told).lower().split()


def _words(element: HtmlElement, *, clean: bool = True) -> list[Word]:
    return [_word(shown) for shown in re.findall(r"\n|\S+", "".join(_text(element, clean=clean)))]


def _word(shown: str) -> Word:
    if shown == "\n" or _ADDRESS.match(shown):
        return Word(shown, "")
    return Word(shown, _TYPOGRAPHY.sub("", shown))


def _text(top: HtmlElement, *, clean: bool) -> Iterator[str]:
    """Yield what a reader sees in *top*, a line for each paragraph."""
    walk = etree.iterwalk(top, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if clean and element is not top and _is_furniture(element, name):
                walk.skip_subtree()
                continue
            if name in _BREAKING:
                yield "\n"
            if name == "img" and re.search(r"\b(?:emoji|wp-smiley)\b", element.get("class", "")):
                yield element.get("alt", "")
            yield element.text or ""
        else:
            if name in _BREAKING:
                yield "\n"
            if element is not top:
                yield element.tail or ""


def _is_furniture(element: HtmlElement, name: str) -> bool:
    if name in _AROUND and not any(above.tag == "blockquote" for above in element.iterancestors()):
        return True
    return any(_FURNITURE.fullmatch(one) for one in _names(element))


def _pairs(words: Sequence[Word]) -> Counter[tuple[str, str]]:
    keys = [word.key for word in words if word.key]
    return Counter(pairwise(keys))
