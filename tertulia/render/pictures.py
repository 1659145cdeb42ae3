"""Pictures in Markdown: figures with captions, sizes, and an eye on what readers who cannot see are told.

    ![Lo que se ve](foto.jpg "Pie de foto")     alone in its paragraph: a figure with its caption
    El logo ![de la casa](logo.svg) de siempre  inside a sentence: an image in the line
    ![Uno](a.jpg) ![Dos](b.jpg "Pie")           several in one paragraph: a figure of figures
    ![""](adorno.png)                           decorates and says nothing: an empty ``alt``, no warning

Where the files are is ``resolver``'s business. A picture at another host becomes a link, so that reading the post asks
nothing of anybody else. A caption is Markdown of one line (see ``captions``). Raw HTML is read too: whatever
way a picture is named, what is published of it is the clean copy. Classes set with ``{.wide}`` end up on the figure.
"""

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from tertulia.core import lazy_re
from tertulia.core.addresses import host_of
from tertulia.core.languages import say
from tertulia.core.models import Picture
from tertulia.core.numbers import number_of
from tertulia.render import captions
from tertulia.render.document import Document
from tertulia.render.picture_facts import PICTURE_SUFFIXES, PictureError
from tertulia.render.resolver import ImageResolver, PictureNotFoundError

# After attr_list (8) has given out its classes; before typography (7.8) and linkify (7.5), which read captions too.
PRIORITY = 7.9
# As wide as the text column where there is room, as the window where there is not; ``em`` is 16 px here.
SIZES = "(min-width: 42em) 39em, 100vw"
WIDE_SIZES = "(min-width: 74em) 66em, 100vw"  # of ``{.wide}``

# An alt text of quotes alone says that there is nothing to say.
_QUOTES = "\"'«»“”‘’"
_ESCAPED = lazy_re.compile(f"{STX}(\\d+){ETX}")
_CAMERA_NAME = lazy_re.compile(r"(?:img|dsc|dscn|pxl|image|imagen|foto|photo|captura)?[-_ ]?\d*$", re.I)
_RAW_TAG = lazy_re.compile(r"<(img|a|source|video|image|input|object|embed)\b((?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>", re.I)
# Raw blocks that hold no markup of the page.
_NO_MARKUP = lazy_re.compile(r"<!--|<\?|<(?:script|style)\b", re.I)
_RAW_LINK = lazy_re.compile(r"<(/?)a\b", re.I)
_RAW_ATTRIBUTE = lazy_re.compile(r"([\w:-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_ADDRESSES = ("src", "href", "poster", "xlink:href", "data")


class PicturesExtension(Extension):
    """
    Pictures of one blog.

    Args:
        resolver: Finds the files.
        content_name: How the content folder begins the path of a ``Document``.
        sizes: The ``sizes`` attribute of pictures in the text.
    """

    def __init__(self, resolver: ImageResolver, content_name: str = "content", sizes: str = SIZES) -> None:
        super().__init__()
        self.resolver = resolver
        self.content_name = content_name
        self.sizes = sizes

    def extendMarkdown(self, md: Markdown) -> None:
        captions.CaptionsExtension().extendMarkdown(md)
        md.treeprocessors.register(_Pictures(md, self), "pictures", PRIORITY)
        self._raw = _RawPictures(md, self)
        md.postprocessors.register(self._raw, "raw_pictures", 35)  # before raw HTML is put back (30)
        md.registerExtension(self)

    def reset(self) -> None:
        """Forget the last document."""
        self._raw.done = 0

    def file_of(self, document: Document) -> Path:
        """Return the post's file."""
        return self.resolver.content / document.path.removeprefix(f"{self.content_name}/")

    def find(self, written: str, alt: str, document: Document, needle: str) -> Picture | None:
        """Return the picture *written*; None when there is none to show, which has then been reported."""
        if written.startswith("data:"):
            document.report(say("picture_inside_text"), say("picture_inside_text_fix"), needle=needle)
            return None
        if self.resolver.is_elsewhere(written):
            host = host_of(written) or written
            document.report(say("picture_elsewhere", host=host), say("picture_elsewhere_fix"), needle=needle)
            return None
        try:
            picture = self.resolver.resolve(written, self.file_of(document), alt)
        except (PictureNotFoundError, PictureError) as error:
            document.report(error.what, error.fix, needle=needle)
            return None
        self._keep(written, "shown", document, needle)
        return picture

    def file_link(self, written: str, document: Document, needle: str) -> str:
        """Return the published address of a file that is linked to; "" when the link is to be left alone."""
        suffix = os.path.splitext(re.split(r"[?#]", written, maxsplit=1)[0])[1].lower()
        if not suffix or self.resolver.is_elsewhere(written):
            return ""
        try:
            address = self.resolver.link(written, self.file_of(document))
        except PictureError as error:
            document.report(error.what, error.fix, needle=needle)
            return ""
        if address:
            self._keep(written, "linked", document, needle)
        elif suffix in PICTURE_SUFFIXES:
            missing = PictureNotFoundError(written, self.resolver.nearest(written, self.file_of(document)))
            document.report(missing.what, missing.fix, needle=needle)
        return address

    def _keep(self, written: str, use: str, document: Document, needle: str) -> None:
        """Leave on *document* that it needs a file, for whoever publishes (see ``ImageResolver.request``)."""
        key = (str(self.resolver.find(written, self.file_of(document))), use)
        if key not in document.files:
            document.files[key] = document.line_of(needle)


class _Pictures(Treeprocessor):
    """Pictures and links to pictures written in Markdown."""

    def __init__(self, md: Markdown, pictures: PicturesExtension) -> None:
        super().__init__(md)
        self.pictures = pictures

    def run(self, root: Element) -> None:
        document: Document = self.md.document  # type: ignore[attr-defined]
        for link in root.iter("a"):
            self._link(link, document)
        images = list(root.iter("img"))
        if not images:
            return
        parents = {child: parent for parent in root.iter() for child in parent}
        shown = 0
        for image in images:
            if self._image(image, parents, document):
                _when_near(image, first=shown == 0)
                shown += 1
        for paragraph in list(root.iter("p")):
            if parents[paragraph].tag != "figure":
                _make_figure(paragraph)
        for image in images:
            if (caption := captions.taken(image)) is not None:  # inside a sentence there is no room for more than words
                image.set("title", _unescaped(captions.plain(caption, self.md)))

    def _link(self, link: Element, document: Document) -> None:
        href = link.get("href", "")
        if "." not in href or self.pictures.resolver.is_elsewhere(href):  # most links of most posts
            return
        href = _unescaped(href)
        address = self.pictures.file_link(href, document, _needle(document, "", href))
        if address:
            link.set("href", address)

    def _image(self, image: Element, parents: dict[Element, Element], document: Document) -> bool:
        """Complete one ``img``, or put words or a link in its place; whether a picture is shown."""
        written, alt = _unescaped(image.get("src", "")), _unescaped(image.get("alt", ""))
        needle = _needle(document, alt, written)
        if self.pictures.resolver.is_at_own_host(written):
            report_alt(alt, written, document, needle)
            return True
        picture = self.pictures.find(written, alt, document, needle)
        if picture is None:
            _put_words(image, parents, "" if written.startswith("data:") else written, self.pictures.resolver)
            return False
        report_alt(alt, written, document, needle)
        if not _words_of(alt):
            image.set("alt", "")
        _complete(image, picture, self.pictures)
        return True


class _RawPictures(Postprocessor):
    """Pictures and links in raw HTML, while it still waits to be put back into the page."""

    def __init__(self, md: Markdown, pictures: PicturesExtension) -> None:
        super().__init__(md)
        self.pictures = pictures
        self.done = 0  # blocks read of this document: toc has this run for every heading

    def run(self, text: str) -> str:
        document: Document = self.md.document  # type: ignore[attr-defined]
        blocks = self.md.htmlStash.rawHtmlBlocks
        first, self.done = self.done, len(blocks)
        open_links = 0
        for number, block in enumerate(blocks[first:], first):
            if not isinstance(block, str) or _NO_MARKUP.match(block):
                continue
            pieces: list[str] = []
            end = 0
            for tag in _RAW_TAG.finditer(block):
                pieces.append(block[end : tag.start()])
                open_links += _links_left_open(pieces[-1])
                pieces.append(self._tag(tag, document, open_links > 0))
                open_links += tag[1].lower() == "a"
                end = tag.end()
            open_links += _links_left_open(block[end:])
            blocks[number] = "".join((*pieces, block[end:]))
        return text

    def _tag(self, tag: re.Match[str], document: Document, inside_link: bool) -> str:
        if tag[1].lower() == "img":
            return self._image(tag, document, inside_link)

        def published(attribute: re.Match[str]) -> str:
            name, value = attribute[1].lower(), _bare(attribute[2])
            if name == "srcset":
                value = ", ".join(self._candidates(value, document, tag[0]))
                return f'{attribute[1]}="{html.escape(value)}"'
            address = self.pictures.file_link(value, document, tag[0]) if name in _ADDRESSES else ""
            return f'{attribute[1]}="{html.escape(address)}"' if address else attribute[0]

        return _RAW_ATTRIBUTE.sub(published, tag[0])

    def _image(self, tag: re.Match[str], document: Document, inside_link: bool) -> str:
        attributes = {name.lower(): _bare(value) for name, value in _RAW_ATTRIBUTE.findall(tag[2])}
        written, alt = attributes.get("src", ""), attributes.get("alt")
        if not written:
            return tag[0]
        if self.pictures.resolver.is_at_own_host(written):
            return tag[0]
        if "elsewhere" in self.md.postprocessors and _can_be_opened(written, self.pictures.resolver):
            return tag[0]  # told of when the page is whole: it may be part of a code that embeds know
        picture = self.pictures.find(written, alt or "", document, tag[0])
        if picture is None:
            words = html.escape(_words_of(alt or ""))
            if not inside_link and _can_be_opened(written, self.pictures.resolver):
                return f'<a href="{html.escape(written)}">{words or html.escape(written)}</a>'
            return words
        report_alt('""' if alt == "" else alt or "", written, document, tag[0])  # in HTML, alt="" is how it is said
        image = Element("img", {**attributes, "alt": alt or ""})
        image.attrib.pop("srcset", None)  # ours knows what was published
        _complete(image, picture, self.pictures)
        _when_near(image, first=False)
        return "<img" + "".join(f' {name}="{html.escape(value)}"' for name, value in image.attrib.items()) + ">"

    def _candidates(self, srcset: str, document: Document, needle: str) -> Iterator[str]:
        for candidate in filter(str.strip, srcset.split(",")):
            written, *density = candidate.split()
            yield " ".join([self.pictures.file_link(written, document, needle) or written, *density])


def report_alt(alt: str, written: str, document: Document, needle: str) -> None:
    """Tell the author of an alternative text that is missing, or that is the name of a file."""
    bare = alt.strip(_QUOTES + " \n\t")
    if not bare and not alt.strip():
        document.report(say("picture_no_alt", name=written), say("picture_no_alt_fix", name=written), needle=needle)
    elif bare == written.rpartition("/")[2] or (bare and _CAMERA_NAME.fullmatch(bare)):
        document.report(say("picture_poor_alt", alt=bare), say("picture_poor_alt_fix"), needle=needle, severity="hint")


def _words_of(alt: str) -> str:
    """
    Return what an alternative text says; "" when it is nothing but quotes, which say that there is nothing to say.
    """
    return alt if alt.strip(_QUOTES + " \n\t") else ""


def _complete(image: Element, picture: Picture, pictures: PicturesExtension) -> None:
    """Give *image* its address and sizes; a width that the author wrote stays, and gets its height."""
    width = image.get("width", "")
    height_px = picture.height_px
    sizes = WIDE_SIZES if "wide" in image.get("class", "").split() else pictures.sizes
    if (width_px := number_of(width)) > 0 and "height" not in image.attrib:
        height_px = max(1, round(height_px * width_px / picture.width_px))
        sizes = f"{width}px"
    image.set("src", f"{pictures.resolver.siteurl}/{picture.src}")
    image.set("width", width or str(picture.width_px))
    image.set("height", image.get("height") or str(height_px))
    if picture.srcset:
        image.set("srcset", picture.srcset)
        image.set("sizes", image.get("sizes") or sizes)


def _when_near(image: Element, *, first: bool) -> None:
    """Have all but the first picture wait until the reader comes near."""
    if not first:
        image.set("loading", image.get("loading") or "lazy")
    image.set("decoding", "async")


def _put_words(image: Element, parents: dict[Element, Element], written: str, resolver: ImageResolver) -> None:
    """Put in the place of a picture that cannot be shown a link to it, or what it would have told."""
    parent, alt = parents[image], _words_of(_unescaped(image.get("alt", "")))
    tail = image.tail
    if _can_be_opened(written, resolver) and "a" not in _tags_above(image, parents):
        image.clear()
        image.tag, image.text, image.tail = "a", alt or written, tail
        image.set("href", written)
        return
    image.tail = None
    place = list(parent).index(image)
    parent.remove(image)
    words = alt + (tail or "")
    if place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + words
    else:
        parent.text = (parent.text or "") + words


def _tags_above(element: Element, parents: dict[Element, Element]) -> Iterator[str]:
    while element in parents:
        element = parents[element]
        yield element.tag


def _can_be_opened(written: str, resolver: ImageResolver) -> bool:
    return resolver.is_elsewhere(written) and bool(re.match(r"(https?:)?//", written, re.I))


def _make_figure(paragraph: Element) -> None:
    """Turn a paragraph of nothing but pictures into a figure, or into a figure of figures."""
    held = _only_pictures(paragraph)
    if not held:
        return
    paragraph.tag, paragraph.text = "figure", None
    for child in list(paragraph):
        paragraph.remove(child)
        child.tail = None
    for child, image in held:
        figure = paragraph if len(held) == 1 else SubElement(paragraph, "figure")
        for name in ("class", "id"):
            if name in image.attrib:
                figure.set(name, image.attrib.pop(name))
        figure.append(child)
        title = image.attrib.pop("title", "")  # of ``{title="…"}``
        caption = captions.taken(image)
        if caption is None and title:
            caption = Element("figcaption")
            caption.text = title
        if caption is not None:
            figure.append(caption)


def _only_pictures(paragraph: Element) -> list[tuple[Element, Element]]:
    """
    Return the pictures of a paragraph that holds nothing else, each with the link around it; [] when it holds more.
    """
    held = []
    if _has_words(paragraph.text):
        return []
    for child in paragraph:
        image = (
            child[0] if child.tag == "a" and len(child) == 1 and not _has_words(child.text, child[0].tail) else child
        )
        if _has_words(child.tail) or image.tag not in ("img", "br"):
            return []
        if image.tag == "img":
            held.append((child, image))
    return held


def _has_words(*texts: str | None) -> bool:
    return any(text and text.strip() for text in texts)


def _needle(document: Document, alt: str, written: str) -> str:
    """Return the piece of Markdown that shows the line: as much of ``![alt](foto.jpg`` as stands there like that."""
    pieces = (f"![{alt}]({written}", f"]({written}", f"]: {written}", written)
    return next((piece for piece in pieces if piece in document.body), "")


def _unescaped(text: str) -> str:
    r"""*text* with ``\_`` and the like, which Markdown hides until the very end, as the author meant them."""
    return _ESCAPED.sub(lambda found: chr(int(found[1])), text)


def _bare(value: str) -> str:
    return html.unescape(value[1:-1] if value[:1] in "\"'" else value)


def _links_left_open(markup: str) -> int:
    return sum(-1 if closing else 1 for closing in _RAW_LINK.findall(markup))
