"""An address alone on its line becomes a piece of the page.

A paragraph whose every line is one http or https address and nothing else is drawn from the captures; inside a
sentence, a list or a quotation an address stays a link. The network is never asked here: what is not captured gives a
warning with its line and a plain link; what was asked for and cannot be had gives a hint and the same link.
"""

import contextlib
import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, cast
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown.blockprocessors import BlockProcessor
from markdown.postprocessors import Postprocessor
from markdown.util import AtomicString
from msgspec.structs import replace

from tertulia.core import lazy_re
from tertulia.core.addresses import host_of
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.sanitise import clean, one_line, plain
from tertulia.embeds import dead, draw, pasted
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.draw import Page
from tertulia.embeds.types import Capture, Policy
from tertulia.render.document import Document

if TYPE_CHECKING:
    from tertulia.embeds.providers import Match

_PLACE = lazy_re.compile("<p>\x02embed:(\\d+)\x03</p>|\x02embed:(\\d+)\x03")
ALONE = lazy_re.compile(r"<?((?i:https?)://[^\s<>\"]+)>?")  # telephones begin a line with a capital


def addresses(block: str) -> list[str]:
    """Return the addresses of a paragraph that holds nothing else, one a line; [] for any other paragraph."""
    # Hidden characters come along when an address is copied out of an app.
    found = [ALONE.fullmatch(one_line(line, 2000)) for line in block.strip().split("\n")]
    return [match[1] for match in found if match] if all(found) else []


class EmbedsExtension(markdown.Extension):
    """
    Draws captured embeds.

    Args:
        captures: Where the captures are.
        page: Whose pictures, calendar and default language the drawings follow.
        policy: What the site does with items that are gone; a post's own word wins.
        resolve: Where a short address leads, itself when unknown: ``LinkTable.expanded``.
        own: The beginning of this blog's own addresses, which stay links. "" for none.
    """

    def __init__(
        self,
        captures: CaptureStore,
        page: Page,
        *,
        policy: Policy = "keep",
        resolve: Callable[[str], str] = lambda url: url,
        own: str = "",
    ) -> None:
        super().__init__()
        self.captures, self.page, self.policy, self.resolve, self.own = captures, page, policy, resolve, own

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the name is Markdown's
        """Look at paragraphs before anybody else does, and put the drawings in when everybody else has finished."""
        self.drawings: list[str] = []
        # Above every block processor of Markdown's own; lists, quotes and code have another parent or begin otherwise.
        embeds = _Embeds(self, md)
        md.parser.blockprocessors.register(embeds, "embeds", 95)
        md.postprocessors.register(_Finished(embeds, md), "embeds", 2)  # when the page is whole
        md.registerExtension(self)

    def reset(self) -> None:
        """Forget the last document."""
        self.drawings.clear()


class _Embeds(BlockProcessor):
    def __init__(self, extension: EmbedsExtension, md: markdown.Markdown) -> None:
        super().__init__(md.parser)
        self.extension, self.md = extension, md

    def test(self, parent: Element, block: str) -> bool:
        return (
            block.lstrip(" <")[:4].lower() == "http" and parent.tag == "div" and not self.parser.state.isstate("list")
        )

    def run(self, parent: Element, blocks: list[str]) -> bool:
        if blocks[0].startswith("    ") or not (found := addresses(blocks[0])):
            return False
        own = self.extension.own
        if own and any(url.startswith(own) for url in found):
            return False
        blocks.pop(0)
        for url in found:
            # Not in Markdown's own stash of raw HTML: that is the author's, whose pictures and links are looked after.
            SubElement(parent, "p").text = AtomicString(self.place(self.drawn(url)))
        return True

    def place(self, drawing: str) -> str:
        """Keep *drawing* for the end, and say what holds its place until then."""
        self.extension.drawings.append(drawing)
        return f"\x02embed:{len(self.extension.drawings) - 1}\x03"

    def link(self, code: pasted.Code) -> str:
        """Return a link to the item of a pasted code, for a line of text; what is to be told of the item is told."""
        self.drawn(code.url, code)
        from tertulia.embeds import providers  # dozens of patterns, of which most texts need none

        target = self.extension.resolve(code.url)
        match = providers.find(target)
        with contextlib.suppress(ContentError):
            capture = self.extension.captures.load(match.provider.name, match.id)
            if capture and capture.title:
                return f'<a href="{escape(target)}">{escape(capture.title)}</a>'
        return f'<a href="{escape(target)}">{escape(draw.readable(target))}</a>'

    def drawn(self, url: str, code: pasted.Code | None = None) -> str:
        """
        Return what stands in the place of an address.

        Args:
            code: The pasted code that it stands in, whose own words are shown where there is no capture.
        """
        from tertulia.embeds import providers

        document = self.document()
        page = self.page()
        target = self.extension.resolve(url)
        match = providers.find(target)
        needle = _needle(document, url, match.id, code)
        instead = _quotation(code.words if code else "", target, match, page) or draw.link(
            target, label_for(match, page)
        )
        try:
            capture = self.extension.captures.load(match.provider.name, match.id)
        except ContentError as error:
            document.report(str(error), say("embed_unreadable_fix"), needle=needle)
            return instead
        if capture is None:
            if service := dead.service(target):
                document.report(say("embed_dead", url=target, name=service.name), needle=needle, severity="hint")
                return dead.note(service, target, page)
            document.report(say("embed_uncaptured", url=target), say("embed_capture_fix"), needle=needle)
            return instead
        if capture.state in ("unavailable", "removed"):
            document.report(_why_not(capture), needle=needle, severity="hint")
            if service := dead.service(target):
                return dead.note(service, target, page)
            # Whoever asked to be taken out meant the words in the pasted code as well.
            return instead if capture.state == "unavailable" else draw.link(target, label_for(match, page))
        page = replace(page, pictures_url=f"{page.pictures_url}/{capture.provider}")
        return draw.draw(providers.as_used(capture, target, host_of(self.extension.own)), page, self.policy(document))

    def document(self) -> Document:
        """Return the document that is being rendered."""
        return getattr(self.md, "document", None) or Document()

    def page(self) -> Page:
        """Return the page on which it is drawn."""
        return replace(self.extension.page, lang=self.document().lang)

    def policy(self, document: Document) -> Policy:
        """Return what the post says, or the blog."""
        return cast(Policy, document.embeds or self.extension.policy)


class _Finished(Postprocessor):
    """Draws what the author pasted as HTML (see ``pasted``), and puts every drawing in its place."""

    def __init__(self, embeds: _Embeds, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.embeds = embeds

    def run(self, text: str) -> str:
        if "<" in text:
            text = pasted.replaced(text, self.draw)
        drawings = self.embeds.extension.drawings
        if not drawings:
            return text
        return _PLACE.sub(lambda place: drawings[int(place[1] or place[2])], text)

    def draw(self, code: pasted.Code, in_line: bool) -> str:
        if code.url == pasted.FLASH:
            return "" if in_line else self.embeds.place(dead.flash_note(self.embeds.page()))
        return self.embeds.place(self.embeds.link(code) if in_line else self.embeds.drawn(code.url, code))


def _needle(document: Document, url: str, id: str, code: pasted.Code | None) -> str:
    """
    Return what of a pasted code stands in the file as it is, to tell its line: the address may have been made of it.
    """
    bare = re.sub(r"^https?:", "", url)
    pieces = (url, code.source if code else "", escape(url), bare, escape(bare), quote(url, safe=""), id)
    return next((piece for piece in pieces if piece and piece in document.body), re.split(r"[-/=]", id)[-1])


def _quotation(words: str, url: str, match: "Match", page: Page) -> str:
    """Return what a pasted code says, as a quotation that says that it is no capture; "" when it says nothing."""
    said = clean(words).strip() if words else ""
    if not plain(said):
        return ""
    label = escape(label_for(match, page) or draw.readable(url))
    return (
        f'<figure class="h-cite" data-embed="pasted">\n<blockquote cite="{escape(url)}">{said}</blockquote>\n'
        f'<figcaption><a class="u-url" href="{escape(url)}">{label}</a> '
        f"<small>{escape(page.say('pasted'))}</small></figcaption>\n</figure>"
    )


def label_for(match: "Match", page: Page) -> str:
    """ "Publicación en Mastodon" for a known service, "" for any other page."""
    return page.say("post_on", network=match.provider.label) if match.provider.label else ""


def _why_not(capture: Capture) -> str:
    if capture.state == "removed":
        return say("embed_removed", url=capture.url, date=capture.gone)
    return say("embed_unavailable", url=capture.url, date=capture.tried, reason=capture.reason)
