"""HTML of an old post, put in order before it is written down as Markdown.

What a page cannot keep goes (scripts, forms), what services had people paste becomes the address that it shows,
pictures and links get their new places. What is lost on the way is noted.
"""

import re
from typing import Protocol

from lxml import html as lxml_html
from lxml.html import HtmlElement

from tertulia.core.addresses import split_address, web_address
from tertulia.core.text import strip_controls
from tertulia.embeds import dead, pasted
from tertulia.imports import amp, html_notes

_DROPPED = ("script", "style", "noscript", "template", "link", "meta", "title", "head", "svg", "math", "base", "map")
_FORM = ("form", "select", "textarea", "button", "fieldset")
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")
_EMOJI = re.compile(r"(?:^|\s)(?:emoji|wp-smiley|joypixels|twemoji)(?:\s|$)")  # pictures in the place of signs
_PASTED_CLASS = re.compile(
    r"twitter-tweet|twitter-video|instagram-media|tiktok-embed|reddit-embed-bq|reddit-card|bluesky-embed|text-post-media"
    r"|mastodon-embed|fb-post|fb-video"
)
_LAZY = ("data-orig-file", "data-large-file", "data-src", "data-lazy-src", "data-original", "data-lazy", "data-image")
# What holds words in paragraphs, and what is a piece of its own: where a place in either is marked.
_WITH_WORDS = ("p", "div", "li", "dd", "dt", "td", "th", "blockquote", "section", "article", "figcaption", "summary")
_WHOLE = ("pre", "table", "figure", "ul", "ol", "dl", "hr", "details", "audio", "video")
# Nested deeper than any text, by whoever wants a stack to run over.
DEEPEST = 120


class Meanings(Protocol):
    """What old addresses mean now."""

    def link(self, address: str) -> str:
        """Where a link leads now; "" when it leads nowhere."""

    def title(self, address: str) -> str:
        """Return what the post of the old site at *address* is called; "" where there is none."""

    def picture(self, address: str) -> str:
        """Return the place of a picture of ours, or its address elsewhere; "" when it is not to be had."""

    def file(self, address: str) -> str:
        """Return the place of a file of ours; "" when it is not to be had."""

    def lose(self, kind: str, what: str = "") -> None:
        """Note something that does not come over."""


def parse(markup: str) -> HtmlElement:
    """*markup* as a tree whose root is a ``div``."""
    markup = strip_controls(markup)
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    document = lxml_html.document_fromstring(f"<div>{markup}</div>".encode("utf-8", "replace"), parser=parser)
    body = document.find("body")
    root = body if body is not None else document
    root.tag = "div"
    return root


def prepared(markup: str, means: Meanings, notes: dict[str, str] | None = None) -> HtmlElement:
    """
    *markup* as a tree in order.

    Args:
        notes: Takes up the footnotes that were links; without it they stay links.
    """
    root = parse(markup)
    _flatten(root)
    amp.as_html(root)
    if notes is not None:
        notes.update(html_notes.taken_out(root))
    _name_figures(root)
    _drop(root, means)
    _name_embeds(root, means)
    _place_pictures(root, means)
    _lead_links(root, means)
    _nest_lists(root)
    return root


def _flatten(root: HtmlElement) -> None:
    """Take apart what is nested too deep to be anybody's text."""
    todo = [(root, 0)]
    while todo:
        element, depth = todo.pop()
        if depth >= DEEPEST:
            words = element.text_content()
            for child in list(element):
                element.remove(child)
            element.text = words
            continue
        todo += [(child, depth + 1) for child in element]


def _name_figures(root: HtmlElement) -> None:
    """Call a picture with words below it what HTML calls it: WordPress wrote a ``dl`` once, then a ``div``."""
    for around in list(root.iter("dl", "div")):
        if "wp-caption" in around.get("class", "").split() and next(around.iter("img"), None) is not None:
            around.tag = "figure"
            for one in list(around):
                if one.tag == "dt":
                    one.drop_tag()
                elif one.tag == "dd" or "wp-caption-text" in one.get("class", "").split():
                    one.tag = "figcaption"


def _drop(root: HtmlElement, means: Meanings) -> None:
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            _remove(element)
        elif element.tag == "button" and any(up.tag in _HEADS for up in element.iterancestors()):
            for hidden in [one for one in element.iter() if one.get("aria-hidden") == "true"]:
                hidden.drop_tree()
            element.drop_tag()  # it opens what is below: https://www.w3.org/WAI/ARIA/apg/patterns/accordion/
        elif element.tag in _FORM or (element.tag == "input" and element.get("type") != "checkbox"):
            means.lose("form")
            _remove(element)
        elif element.tag in _DROPPED or ":" in element.tag:
            if element.tag == "script" and not element.get("src"):
                means.lose("script")
            if ":" in element.tag and (element.text_content() or "").strip():
                element.drop_tag()
            else:
                _remove(element)


def _name_embeds(root: HtmlElement, means: Meanings) -> None:
    for element in list(root.iter("blockquote", "div", "iframe", "object", "embed")):
        if element.getroottree().getroot() is None or not _is_within(element, root):
            continue
        is_frame = element.tag in ("iframe", "object", "embed")
        if not is_frame and not _PASTED_CLASS.search(element.get("class", "")):
            continue
        code = lxml_html.tostring(element, encoding="unicode", with_tail=False)
        address = next((url for _, url in pasted.addresses(code)), "")
        if not address and is_frame and dead.FLASH.search(code):
            means.lose("flash")
            _replace(element, _made("p", {"data-flash": "1"}))
        elif not address and is_frame:
            source = element.get("src") or element.get("data") or ""
            address = web_address(f"https:{source}" if source.startswith("//") else source)
            means.lose(*(("frame", address) if address else ("card", element.get("class") or str(element.tag))))
            _replace(element, _link_alone(address) if address else None)
        elif address:
            _replace(element, _made("p", {"data-embed": address}))
    for figure in list(root.iter("figure")):
        if "wp-block-embed" in figure.get("class", ""):
            wrapper = next((one for one in figure.iter("div") if "wrapper" in one.get("class", "")), None)
            words = (wrapper.text or "").strip() if wrapper is not None else ""
            if wrapper is not None and web_address(words) and not len(wrapper):
                _replace(wrapper, _made("p", {"data-embed": words}))


def _place_pictures(root: HtmlElement, means: Meanings) -> None:
    for image in list(root.iter("img")):
        if _EMOJI.search(image.get("class", "")) and image.get("alt", "").strip():
            sign = _made("span", {})
            sign.text = image.get("alt", "")
            _replace(image, sign)
            continue
        written = next(
            (image.get(name, "") for name in _LAZY if _is_address(image.get(name, ""))), image.get("src", "")
        )
        around = image.getparent()
        if around is not None and around.tag == "a" and _same_picture(around.get("href", ""), written, means):
            around.attrib.pop("href", None)
        if written.startswith("data:"):
            means.lose("data_picture")
            _remove(image)
            continue
        place = means.picture(written) if written else ""
        words = " ".join(image.get("alt", "").split())
        if place and not split_address(place).netloc:
            keep = {"src": place, "alt": words, "class": image.get("class", "")}
            image.attrib.clear()
            image.attrib.update(keep)
        elif place and (around is None or around.tag != "a" or not around.get("href")):
            link = _made("a", {"href": place})
            link.text = words or place
            _replace(image, link)
        else:
            shown = _made("em", {})
            shown.text = words
            _replace(image, shown if words else None)
    for player in list(root.iter("audio", "video")):
        sources = [player.get("src", ""), *(one.get("src", "") for one in player.iter("source"))]
        written = next(filter(None, sources), "")
        place = means.file(written) if written else ""
        if place and not split_address(place).netloc:
            made = _made(player.tag, {"controls": "controls", "data-file": place})
            _replace(player, made)
        else:
            _replace(player, _link_alone(place) if place else None)


def _lead_links(root: HtmlElement, means: Meanings) -> None:
    asked = {link.get("href", "")[1:] for link in root.iter("a") if link.get("href", "").startswith("#")}
    there = set()
    for element in list(root.iter()):
        name = element.get("id") or (element.get("name") if element.tag == "a" else None)
        if name and name in asked and name not in there:
            there.add(name)
            _mark_place(element, name)
    for link in list(root.iter("a")):
        href = link.attrib.pop("href", "").strip()
        if href.startswith("#") and href[1:] not in there:
            continue
        new = href if href.startswith("#") or not href else means.link(href)
        if new:
            link.set("href", new)


def _mark_place(element: HtmlElement, name: str) -> None:
    """See that a link to *element* goes on finding it."""
    if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return
    if element.tag in _WHOLE:
        place = _made("p", {})
        place.append(_made("a", {"data-anchor": name}))
        element.addprevious(place)
    elif element.tag in _WITH_WORDS:
        anchor = _made("a", {"data-anchor": name})
        anchor.tail, element.text = element.text, None
        element.insert(0, anchor)
    else:
        element.set("data-anchor", name)


def _nest_lists(root: HtmlElement) -> None:
    """Put a list that stands right in a list where its writer meant it: into the item before."""
    for inner in list(root.iter("ul", "ol")):
        outer, before = inner.getparent(), inner.getprevious()
        if outer is not None and outer.tag in ("ul", "ol"):
            if before is not None and before.tag == "li":
                before.append(inner)
            else:
                item = _made("li", {})
                outer.replace(inner, item)
                item.append(inner)


def _same_picture(href: str, written: str, means: Meanings) -> bool:
    """Whether a link around a picture only showed it larger."""
    if not href or href.startswith("#"):
        return False
    ending = re.split(r"[?#]", href)[0].lower()
    if ending.endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")):
        return True
    return bool(means.link(href)) and means.link(href) == means.link(written)


def _is_address(written: str) -> bool:
    return written.startswith(("http://", "https://", "/"))


def _is_within(element: HtmlElement, root: HtmlElement) -> bool:
    return any(one is root for one in element.iterancestors())


def _made(tag: str, attributes: dict[str, str]) -> HtmlElement:
    element: HtmlElement = lxml_html.Element(tag)
    element.attrib.update(attributes)
    return element


def _link_alone(address: str) -> HtmlElement:
    paragraph = _made("p", {})
    link = _made("a", {"href": address})
    link.text = address
    paragraph.append(link)
    return paragraph


def _replace(element: HtmlElement, new: HtmlElement | None) -> None:
    if new is None:
        _remove(element)
        return
    parent = element.getparent()
    if parent is not None:
        new.tail = element.tail
        parent.replace(element, new)


def _remove(element: HtmlElement) -> None:
    """Take *element* out; the words behind it stay."""
    parent = element.getparent()
    if parent is None:
        return
    tail, before = element.tail or "", element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
