"""Posts as plain HTML, that any program shows: no sizes of pictures, no scripts, no classes of our theme.

What we add while building is not in it: straight quotes stay straight, a quoted post is its address on a line of its
own, ``#tags`` are words. Addresses are whole, so that they lead to the blog from wherever the post lies.
"""

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from lxml import html as lxml_html
from lxml.html import HtmlElement
from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render import captions, pictures
from tertulia.render.converter import converter
from tertulia.render.document import Document
from tertulia.render.picture_facts import PictureError
from tertulia.render.resolver import ImageResolver, PictureNotFoundError

_PLACE = re.compile(r"[{|](filename|static|attach)[}|](.*)", re.S)
_WHOLE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.I)
_ATTRIBUTES = {"a": "href", "img": "src", "video": "src", "audio": "src", "source": "src"}
_ALONE = re.compile(r"<p>\s*<a [^<>]*href=\"(https?://[^\"<>\s]+)\"[^<>]*>([^<>]*)</a>\s*</p>")

Where = Callable[[str], str]  # a file under content/, "posts/x.md" → its whole address; "" when it has none


class PlainHtml:
    """
    What turns the Markdown of one blog into plain HTML.

    Args:
        content: The blog's folder of that name.
        conf: Its settings.
        home: Its address, no slash at its end.
        resolver: Finds its pictures and files where they are published.
        address_of: Where a post is, by its file.
    """

    def __init__(
        self,
        content: Path,
        conf: Mapping[str, Any],
        home: str,
        *,
        people: People,
        tags: Tags,
        resolver: ImageResolver,
        address_of: Where,
    ) -> None:
        self.content, self.home, self.resolver, self.address_of = content, home, resolver, address_of
        self.markdown = converter(
            siteurl="",
            tag_url=str(conf["TAG_URL"]),
            mention_network=str(conf["MENTION_NETWORK"] or ""),
            people=people,
            tags=tags,
            content=content,
            more=[captions.CaptionsExtension(), _FiguresExtension()],
            asked_configs={"codehilite": {"use_pygments": False}},
        )
        self.markdown.treeprocessors.deregister("typography")

    def convert(self, document: Document, file: Path) -> tuple[str, dict[str, str]]:
        """
        Return the HTML of *document*, and its footnotes, name → HTML.

        Args:
            file: Where it is written.
        """
        self.markdown.document = document  # type: ignore[attr-defined]
        self.markdown.reset()
        written = self.markdown.convert(document.body)
        root = lxml_html.fragment_fromstring(written, create_parent="div")
        for element in root.iter(*_ATTRIBUTES):
            name = _ATTRIBUTES[str(element.tag)]
            if address := element.get(name):
                element.set(name, self.whole(address, file, is_shown=element.tag == "img"))
        for link in root.xpath(".//a[contains(concat(' ', @rel, ' '), ' tag ')]"):
            link.drop_tag()
        for span in root.xpath(".//span[@class='p-category']"):
            span.drop_tag()
        for formula in root.iter("{*}math", "math"):
            _as_latex(formula)
        for caption in root.xpath(".//figure[blockquote]/figcaption"):
            _sign(caption)
        notes = _footnotes(root)
        return _ALONE.sub(_embedded, _inner(root)).strip(), notes

    def line(self, written: str, document: Document, file: Path) -> str:
        """Return a line of Markdown as HTML without its paragraph."""
        made, _ = self.convert(Document(document.path, document.lang, written, document.body_line), file)
        only = re.fullmatch(r"<p>((?:(?!</?p>).)*)</p>", made, re.S)
        return only[1] if only else html.escape(written, quote=False)

    def whole(self, address: str, file: Path, *, is_shown: bool = False) -> str:
        """
        *address*, as it stands in *file*, for who is elsewhere.

        Args:
            is_shown: It is that of a picture to be seen, not of what a link opens.
        """
        place = _PLACE.fullmatch(address)
        if not place and _WHOLE.match(address):
            return address
        path, hash_sign, part = (place[2] if place else address).partition("#")
        named = unquote(path)
        if named.endswith(".md"):
            base = posixpath.dirname(file.relative_to(self.content).as_posix())
            inside = posixpath.normpath(named.lstrip("/") if named.startswith("/") else posixpath.join(base, named))
            return f"{self.address_of(inside) or self.home + '/'}{hash_sign}{part}"
        try:
            found = self.resolver.resolve(path, file).src if is_shown else self.resolver.link(path, file)
        except (PictureNotFoundError, PictureError):  # a build says so; what is written stays
            found = ""
        return f"{self.home}/{(found or quote(named, safe='/?=&%')).lstrip('/')}{hash_sign}{part}"


class _FiguresExtension(Extension):
    """A picture that stands alone, with its caption, as a figure."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Figures(md), "figures", pictures.PRIORITY)


class _Figures(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for at, child in enumerate(list(parent)):
                shown = list(child.iter("img"))
                if child.tag == "p" and shown and not _words(child):
                    parent[at] = _figure(child, shown)
        for picture in root.iter("img"):  # inside a sentence there is no room for a caption
            for caption in list(picture):
                picture.set("title", "".join(caption.itertext()))
                picture.remove(caption)


def _words(paragraph: Element) -> str:
    """Return what a paragraph says beside its pictures and their captions."""
    said = "".join(paragraph.itertext())
    for caption in paragraph.iter("figcaption"):
        said = said.replace("".join(caption.itertext()), "", 1)
    return said.strip()


def _figure(paragraph: Element, shown: list[Element]) -> Element:
    """One figure for one picture; several, each in one of its own, are a gallery of WordPress'."""
    made = []
    for picture in shown:
        figure = Element("figure")
        figure.tail = "\n"
        link = next((one for one in paragraph.iter("a") if picture in list(one)), None)
        around: Element = picture
        if link is not None:
            around = Element("a", {"href": link.get("href", "")})
            around.append(picture)
        told = list(picture)
        for caption in told:
            picture.remove(caption)
        picture.tail = None
        figure.append(around)
        figure.extend(told)
        made.append(figure)
    if len(made) == 1:
        return made[0]
    group = Element("figure", {"class": "wp-block-gallery has-nested-images"})
    group.extend(made)
    return group


def _sign(source: HtmlElement) -> None:
    """Who said it, at the end of the quotation itself, as WordPress has it."""
    figure = source.getparent()
    quotation = figure.find("blockquote") if figure is not None else None
    if figure is None or quotation is None:
        return
    source.tag = "cite"
    quotation.append(source)
    figure.drop_tag()


def _as_latex(formula: HtmlElement) -> None:
    """Write a formula as WordPress.com and Jetpack do; https://wordpress.com/support/latex/."""
    told = next((one.text or "" for one in formula.iter() if str(one.tag).rpartition("}")[2] == "annotation"), "")
    if told := told.strip():
        tail = formula.tail
        formula.clear()
        formula.tag = "span"
        formula.text, formula.tail = f"$latex {told}$", tail
        formula.drop_tag()


def _footnotes(root: HtmlElement) -> dict[str, str]:
    """Return the footnotes, taken out; their marks become those of WordPress' own."""
    notes: dict[str, str] = {}
    for item in root.xpath(".//div[@class='footnote']//li[starts-with(@id, 'fn:')]"):
        for back in item.xpath(".//a[contains(@class, 'footnote-backref')]"):
            back.drop_tree()
        inner = re.sub(r"(?:\s|&#160;|\u00a0)+(?=</p>\s*$)", "", _inner(item).strip())
        only = re.fullmatch(r"<p>((?:(?!<p>).)*)</p>", inner, re.S)
        notes[item.get("id")[3:]] = only[1] if only else inner
    for block in root.xpath(".//div[@class='footnote']"):
        block.drop_tree()
    for number, mark in enumerate(root.xpath(".//sup[starts-with(@id, 'fnref')]"), 1):
        link = next(iter(mark.iter("a")), None)
        name = (link.get("href", "") if link is not None else "").removeprefix("#fn:")
        mark.clear(keep_tail=True)
        mark.set("data-fn", name)
        mark.set("class", "fn")
        inner = lxml_html.fragment_fromstring(f'<a href="#{html.escape(name)}">{number}</a>')
        mark.append(inner)
    return notes


def _embedded(found: re.Match[str]) -> str:
    """Return an address alone in its paragraph, for whoever shows what stands there."""
    address, words = html.unescape(found[1]), html.unescape(found[2]).strip()
    shown = re.sub(r"^https?://", "", address).rstrip("/")
    return f"\n{address}\n" if re.sub(r"^https?://", "", words).rstrip("/") in (shown, shown[:69] + "…") else found[0]


def _inner(element: HtmlElement) -> str:
    made = html.escape(element.text or "", quote=False)
    return made + "".join(lxml_html.tostring(child, encoding="unicode") for child in element)
