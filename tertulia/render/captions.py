"""A picture's caption is Markdown of one line.

    ![Lo que se ve](foto.jpg "Foto de [Ana](https://ana.example), *2026*")

Python-Markdown keeps a title as an attribute, bare of all that it had understood in it. Here it is a ``figcaption``
inside of the ``img`` until ``pictures`` knows where it goes, so that what reads the text of a post reads captions too.
"""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.inlinepatterns import IMAGE_LINK_RE, ImageInlineProcessor
from markdown.treeprocessors import Treeprocessor

from tertulia.core import lazy_re, text

_RAW_HTML = lazy_re.compile("\x02wzxhzdk:(\\d+)\x03")


class CaptionsExtension(Extension):
    """The title of each picture as a ``figcaption`` below its ``img``."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_Images(IMAGE_LINK_RE, md), "image_link", 150)  # in the place of Markdown's own
        md.treeprocessors.register(_ReferencedTitles(md), "captions", 19)  # once the text has been read (20)


class _Images(ImageInlineProcessor):
    """Markdown's own, but what has been recognised in a title stays recognised."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str | None, int | None, int | None]:
        image, start, end = super().handleMatch(m, data)
        if isinstance(image, Element):
            if title := image.attrib.pop("title", ""):
                SubElement(image, "figcaption").text = title
            for name in ("src", "alt"):
                image.set(name, super().unescape(image.get(name, "")))
        return image, start, end

    def unescape(self, text: str) -> str:
        return text


class _ReferencedTitles(Treeprocessor):
    """Titles of ``![alt][name]``, which stand with the address at ``[name]: foto.jpg "Pie"``."""

    def run(self, root: Element) -> None:
        for image in list(root.iter("img")):
            if not len(image) and (title := image.attrib.pop("title", "")):
                SubElement(image, "figcaption").text = title
                self.md.treeprocessors["inline"].run(image)


def taken(image: Element) -> Element | None:
    """Return the caption of *image*, which no longer holds it; None when it has none."""
    caption = image.find("figcaption")
    if caption is not None:
        image.remove(caption)
    return caption


def plain(caption: Element, md: Markdown) -> str:
    """Return what *caption* says, for the ``title`` of a picture inside a sentence."""
    blocks = md.htmlStash.rawHtmlBlocks
    return _RAW_HTML.sub(lambda found: text.plain(str(blocks[int(found[1])])), "".join(caption.itertext()))
