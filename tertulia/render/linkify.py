"""``#tags`` and ``@mentions`` in Markdown become links.

A tag starts with "#" and holds letters, digits and "_", one letter at least. A mention is ``@name``,
``@name@server`` or ``@name.domain``; a bare name means whom people.toml names so, else somebody on the default
network, else nobody. What stands in a heading, a link, code, an address, an e-mail address or raw HTML is left alone,
and ``\\#`` and ``\\@`` are a plain "#" and "@". What is seen never changes. A hyphen ends a
tag, as on networks, and that is told: ``#e-mail`` is the tag "e". A colour (``#fff``, ``#1a2b3c``) is no tag; what
looks like a selector of CSS becomes one, and is told.

It works on the finished tree, where it is known what is a link or code, as a whole block's text at once, where it is
known what stands before and after (see ``runs``). Tags found are left on ``md.document.tags``.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from pymdownx.saneheaders import SaneHeadersExtension

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.render import runs
from tertulia.render.document import Document

# After attr_list (8), so that "{#id}" is gone; before abbr (7), which would take a tag apart, and toc (5).
PRIORITY = 7.5

_LEFT_ALONE = runs.CODE | {"a", "button", "h1", "h2", "h3", "h4", "h5", "h6", runs.RAW}

# A letter, digit or "_" before "#" makes it part of a word, "/", "=" and "&" part of an address or an entity, "{" and
# "^" of Markdown's own marks. An emoji may end in U+FE0F, which would pass for an accent.
_APART = r"(?:(?<=\uFE0F)|(?<![\p{L}\p{M}\p{N}_#&/@={^\\]))"
_TAG = lazy_re.compile_unicode(_APART + r"#(?=[\p{N}\p{M}_ªº]*+\p{L})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*+")
# A colour: six or eight hexadecimal digits with a figure among them, one letter three or six times, or three or four
# digits behind the word (#b2b is a tag by itself).
COLOUR = lazy_re.compile_unicode(
    r"#(?:(?=[a-f]*[0-9])(?:[0-9a-f]{6}|[0-9a-f]{8})|([a-f])\1\1(?:\1{3})?)"
    r"|(?<=\b(?:colou?r|background|fondo|border)(?:es|s|-color)?\W{0,3})#[0-9a-f]{3,4}",
    re.IGNORECASE,
)
# A word that goes on behind its tag: #e-mail is the tag "e", as networks have it, and #l'Hospitalet "l".
_GOES_ON = lazy_re.compile_unicode(r"(?:-|(?<=#[dlmnst])['’])[\p{L}\p{N}]", re.IGNORECASE)
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
# A text that speaks of style sheets, or lists selectors and opens a brace.
_STYLES = lazy_re.compile_unicode(
    r"\b(?:CSS|HTML|DOM|jQuery|selector(?:es|s)?|getElementById|querySelector)\b|#[\w-]+\s*\{"
)

# The part of an e-mail address before "@" may end in these: https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3
_NO_MAIL = r"""(?<![\p{L}\p{N}_][.+\-'"’”»!?*%$~])"""
# A handle goes on: longer than we understand, a path, or a domain that is none.
_END = r"(?![\p{L}\p{M}\p{N}_@]|-[\p{L}\p{N}]|/[\p{L}\p{N}_]|\.[\p{Ll}\p{N}])"
_MENTION = lazy_re.compile_unicode(
    _APART + _NO_MAIL + r"@(?:"
    r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*@(?:[\p{L}\p{N}-]+\.)+\p{Ll}{2,}"  # @ana@mastodon.example
    r"|[A-Za-z0-9-]+\.(?:[A-Za-z0-9-]+\.)*[a-z]{2,}"  # @ana.bsky.social
    r"|(?=[\p{N}\p{M}_]*+\p{L})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*"  # @ana
    r")" + _END
)


class LinkifyExtension(Extension):
    """
    Links tags to their pages and mentions to profiles.

    Args:
        tag_url: Slug → address of the tag's page.
        tags: What tags.toml says.
        people: Whom people.toml names.
        default_network: Where a bare name that people.toml lacks is looked for, "x"; "" leaves it plain text.
    """

    def __init__(
        self,
        *,
        tag_url: Callable[[str], str],
        tags: Tags | None = None,
        people: People | None = None,
        default_network: str = "",
    ) -> None:
        super().__init__()
        self.tag_url = tag_url
        self.tags = tags or Tags()
        self.people = people or People()
        self.default_network = default_network

    def extendMarkdown(self, md: Markdown) -> None:
        # Without it "#tag" at the start of a line would be a heading.
        md.registerExtensions([SaneHeadersExtension()], {})
        if "@" not in md.ESCAPED_CHARS:
            md.ESCAPED_CHARS.append("@")
        md.treeprocessors.register(_Linker(md, self), "linkify", PRIORITY)


class _Linker(Treeprocessor):
    def __init__(self, md: Markdown, extension: LinkifyExtension) -> None:
        super().__init__(md)
        self.md: Markdown = md
        self.extension = extension

    def run(self, root: Element) -> None:
        links = [link for run in runs.runs(self.md, root, _may_hold) for link in self._links(run)]
        _insert(root, links)

    def _links(self, run: runs.Run) -> list[tuple[runs.Spot, Element]]:
        if not _may_hold(run.text):
            return []
        text = runs.without_addresses(run.text)
        tags = _TAG.finditer(text) if "#" in text else ()
        mentions = _MENTION.finditer(text) if "@" in text else ()
        found = sorted((*tags, *mentions), key=lambda match: match.start())
        links = []
        for match in found:
            spot = run.spot(*match.span(), plain=False)
            if spot is None or spot.inside & _LEFT_ALONE:
                continue
            source = (spot.element.tail if spot.tail else spot.element.text) or ""
            written = source[spot.start : spot.end]
            if _HEXADECIMAL.issuperset(match[0][1:]) and COLOUR.fullmatch(text, *match.span()):
                continue
            link = self._tag(match, written, run.text) if match[0][0] == "#" else self._mention(match[0], written)
            if link is not None:
                links.append((spot, link))
        return links

    def _tag(self, found: re.Match[str], written: str, around: str) -> Element:
        shown = found[0]
        label = unicodedata.normalize("NFC", shown[1:])
        document: Document = getattr(self.md, "document", None) or Document()
        if label not in document.tags and label.islower() and _STYLES.search(around):
            document.report(say("tag_selector", tag=shown), say("tag_selector_fix"), needle=shown, severity="hint")
        elif _GOES_ON.match(around, found.end()):
            document.report(say("tag_cut", tag=shown), say("tag_cut_fix", tag=shown), needle=shown, severity="hint")
        slugs = {self.extension.tags.slug(known) for known in document.tags}
        if label not in document.tags:
            document.tags.append(label)
        slug = self.extension.tags.slug(label)
        link = Element("a", {"href": self.extension.tag_url(slug), "rel": "tag"})
        if slug in slugs:  # a category is told once
            link.text = AtomicString(written)
            return link
        link.text = AtomicString("#")
        # The "#" is no part of the category: https://microformats.org/wiki/h-entry
        SubElement(link, "span", {"class": "p-category"}).text = AtomicString(written[1:])
        return link

    def _mention(self, shown: str, written: str) -> Element | None:
        url = self.extension.people.profile_url(shown, self.extension.default_network)
        if not url:
            return None
        link = Element("a", {"href": url, "class": "h-card"})
        link.text = AtomicString(written)
        return link


def _may_hold(text: str) -> bool:
    return "#" in text or "@" in text


def _insert(root: Element, links: list[tuple[runs.Spot, Element]]) -> None:
    """Put each link in the tree in place of the text it was made from."""
    by_string: dict[tuple[Element, bool], list[tuple[runs.Spot, Element]]] = defaultdict(list)
    for spot, link in links:
        by_string[spot.element, spot.tail].append((spot, link))
    touched = {element for element, _ in by_string}
    for parent in list(root.iter()):
        if parent not in touched and touched.isdisjoint(parent):
            continue
        children: list[Element] = []
        if made := by_string.get((parent, False)):
            parent.text = _cut(parent.text or "", made)
            children += [link for _, link in made]
        for child in parent:
            children.append(child)
            if made := by_string.get((child, True)):
                child.tail = _cut(child.tail or "", made)
                children += [link for _, link in made]
        parent[:] = children


def _cut(text: str, made: list[tuple[runs.Spot, Element]]) -> str:
    """Return what stays of *text* before the first link; the rest becomes the links' tails."""
    for at, (spot, link) in enumerate(made):
        following = made[at + 1][0].start if at + 1 < len(made) else len(text)
        link.tail = text[spot.end : following]
    return text[: made[0][0].start]
