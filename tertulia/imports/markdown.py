"""HTML as our Markdown: what an author would have typed here to get the same page.

Markdown where it can say it, HTML where it cannot. ``convert`` is the way in; ``tree`` has put the HTML in order
before, ``escapes`` keeps text text, ``markup`` writes the HTML that stays HTML.
"""

import re
from collections.abc import Iterator, Mapping

from lxml import html as lxml_html
from lxml.html import HtmlElement

from tertulia.imports import escapes, markup
from tertulia.imports.lines import AS_HTML, BLOCKS, HEADINGS, LineWriter, trimmed
from tertulia.imports.tree import Meanings, prepared

_LANGUAGE = re.compile(r"(?:language-|lang-|brush:\s*)([\w+#.-]+)")
_BREAKS = re.compile(r"\s*(?:\\\n\s*){2,}")


def convert(html: str, means: Meanings, notes: Mapping[str, str] | None = None) -> str:
    """
    *html* as Markdown.

    Args:
        means: What its addresses mean now, and where losses are noted.
        notes: Its footnotes, name → HTML.
    """
    told = dict(notes or {})
    root = prepared(html, means, told)
    writer = _Writer(means, told)
    blocks = [*writer.blocks(root), *writer.footnotes()]
    return joined(blocks)


def joined(blocks: list[str]) -> str:
    """*blocks* one below the other; two lists in a row stay two."""
    made: list[str] = []
    for block in blocks:
        if made and _list_kind(made[-1]) and _list_kind(made[-1]) == _list_kind(block):
            made.append("<!-- -->")
        made.append(block)
    return "\n\n".join(made)


def _list_kind(block: str) -> str:
    found = re.match(r"(?:(- )|(\d{1,9}\. ))", block)
    return "" if not found else "ul" if found[1] else "ol"


class _Writer:
    def __init__(self, means: Meanings, notes: Mapping[str, str]) -> None:
        self._means, self._notes = means, notes
        self._lines = LineWriter(notes)

    # Blocks

    def blocks(self, parent: HtmlElement) -> list[str]:
        """Return the blocks of *parent*."""
        made: list[str] = []
        run: list[HtmlElement | str] = [parent.text or ""]

        def end_run() -> None:
            for piece in _BREAKS.split(self._lines.run(run)):
                words = trimmed(piece)
                if words:
                    made.append(escapes.paragraph(words))
            run.clear()

        for child in parent:
            if child.tag in BLOCKS or child.get("data-embed") or (child.tag not in AS_HTML and _holds_block(child)):
                end_run()
                made += [block for block in self._block(child) if block.strip()]
            else:
                run.append(child)
            run.append(child.tail or "")
        end_run()
        return made

    def _block(self, element: HtmlElement) -> list[str]:
        tag = element.tag
        if address := element.get("data-embed"):
            return [self._shown_page(address)]
        if element.get("data-flash"):
            return ['<object data="flash.swf" type="application/x-shockwave-flash"></object>']
        if element.get("data-gallery") is not None or _is_gallery(element):
            return self._gallery(element)
        if tag in HEADINGS:
            return self._heading(element)
        if tag == "pre":
            return self._verse(element) if "verse" in element.get("class", "") else [_fenced(element)]
        if tag in ("ul", "ol"):
            return self._list(element)
        if tag == "blockquote":
            return self._quote(element)
        if tag == "hr":
            return ["---"]
        if tag == "table":
            return self._table(element)
        if tag == "dl":
            return [markup.written(element)]
        if tag == "figure":
            return self._figure(element)
        if tag in ("audio", "video"):
            return [markup.player(element)]
        if tag == "details":
            return self._details(element)
        return self.blocks(element)

    def _shown_page(self, address: str) -> str:
        """Return what is shown of elsewhere as its address; a post of the old site's own as a link to it."""
        if title := self._means.title(address):
            new = self._means.link(address)
            return f"[{escapes.text(title, in_link=True)}]({escapes.address(new)})" if new else escapes.text(title)
        return address

    def _heading(self, element: HtmlElement) -> list[str]:
        words = self._lines.line(element)
        if not element.text_content().strip():
            return self._pictures(list(element.iter("img")))
        words = re.sub(r"(#+)$", r"\\\1", words)
        anchor = (
            f" {{#{element.get('id')}}}"
            if re.fullmatch(r"[\w-]+", element.get("id", "")) and self._asked(element)
            else ""
        )
        return [f"{'#' * int(element.tag[1])} {words}{anchor}"]

    def _asked(self, element: HtmlElement) -> bool:
        """Whether a link of the same text leads to *element*."""
        root = element.getroottree().getroot()
        return any(link.get("href") == f"#{element.get('id')}" for link in root.iter("a"))

    def _list(self, element: HtmlElement) -> list[str]:
        number = element.get("start", "1")
        count = int(number) if re.fullmatch(r"\d{1,8}", number) else 1
        items = []
        is_loose = False
        for item in element:
            if item.tag != "li":
                continue
            blocks = self.blocks(item)
            is_loose = is_loose or len([block for block in blocks if not _list_kind(block)]) > 1
            items.append(blocks)
        made = []
        for blocks in items:
            marker = f"{count}. " if element.tag == "ol" else "- "
            count += 1
            text = joined(blocks) if is_loose else "\n".join(blocks)
            text = re.sub(r"^(\[[ x]\]) +", r"\1 ", text)
            made.append(marker + text.replace("\n", "\n" + " " * len(marker)) if text else marker.rstrip())
        made = [re.sub(r"\n +(?=\n)", "\n", one) for one in made]
        return [("\n\n" if is_loose else "\n").join(made)] if made else []

    def _verse(self, element: HtmlElement) -> list[str]:
        """Lines that break where they did, set in as they were; a blank line parts two stanzas."""
        element.text = (element.text or "").removeprefix("\n")
        _break_lines(element)
        words = self._lines.run([element.text or "", *(one for child in element for one in (child, child.tail or ""))])
        stanzas = (re.sub(r"[ \n]+$", "", re.sub(r"^(?:\\\n|\n)+", "", one)) for one in _BREAKS.split(words))
        return [escapes.paragraph(one.removesuffix("\\")) for one in stanzas if one.strip("\\ \n")]

    def _quote(self, element: HtmlElement) -> list[str]:
        sources = [one for one in element.iter("cite", "footer") if _is_source(one, element)]
        named = [self._lines.line(one) for one in sources]
        for one in sources:
            one.text, one[:] = None, []
            one.tag = "span"
        blocks = self.blocks(element)
        blocks += [f"— {re.sub(r'^[—–-]+ *', '', name)}" for name in named if name]
        text = joined(blocks)
        return [re.sub(r"(?m)^(?=.)", "> ", text).replace("\n\n", "\n>\n")] if text else []

    def _details(self, element: HtmlElement) -> list[str]:
        summary = next((one for one in element if one.tag == "summary"), None)
        words = markup.inline(summary) if summary is not None else ""
        if summary is not None:
            tail = summary.tail
            element.remove(summary)
            element.text = (element.text or "") + (tail or "")
        return [f"<details>\n<summary>{words}</summary>", joined(self.blocks(element)), "</details>"]

    def _table(self, element: HtmlElement) -> list[str]:
        caption = next((one for one in element if one.tag == "caption"), None)
        told = (
            [escapes.paragraph(self._lines.line(caption))] if caption is not None and self._lines.line(caption) else []
        )
        if caption is not None:
            element.remove(caption)
        rows = markup.simple_rows(element)
        if rows is None:
            return [markup.written(element), *told]
        lines = ["| " + " | ".join(self._cell(cell) for cell in row) + " |" for row in rows]
        lines.insert(1, "|" + "|".join(map(markup.alignment, zip(*rows, strict=True))) + "|")
        return ["\n".join(lines), *told]

    def _cell(self, cell: HtmlElement) -> str:
        return self._lines.line(cell, broken="<br>").replace("|", "\\|") or " "

    # Pictures

    def _figure(self, element: HtmlElement) -> list[str]:
        pictures = list(element.iter("img"))
        caption = next((one for one in element.iter("figcaption")), None)
        holds = {one.tag for one in element.iterdescendants()} & {
            "blockquote",
            "table",
            "pre",
            "audio",
            "video",
            "ul",
            "ol",
            "p",
        }
        if len(pictures) == 1 and not holds - {"p"}:
            return [self._picture(pictures[0], caption)]
        if caption is None or caption.getparent() is not element:
            return self.blocks(element)
        words = self._lines.line(caption)
        _detach(caption)
        return [*self.blocks(element), *([escapes.paragraph(words)] if words else [])]

    def _gallery(self, element: HtmlElement) -> list[str]:
        told = [
            one for one in element.iter("figcaption", "p") if not list(one.iter("img")) and one.getparent() is element
        ]
        shown = self._pictures(list(element.iter("img")))
        # Of a picture that is not to be had, what it showed and what was said of it stay.
        without = [one for one in element.iter("figure", "li") if not _holds(one, ("img", "figure", "li"))]
        shown += [block for one in without for block in self.blocks(one)]
        bare = [one for one in element if one.tag in ("em", "a") and not _holds(one, ("img",))]
        shown += [escapes.paragraph(trimmed(self._lines.run([one]))) for one in bare]
        return [*shown, *(escapes.paragraph(self._lines.line(one)) for one in told if self._lines.line(one))]

    def _pictures(self, pictures: list[HtmlElement]) -> list[str]:
        """Pictures that stand together, each with its caption."""
        lines = []
        for picture in pictures:
            around = next((one for one in picture.iterancestors("figure", "li", "dl")), None)
            caption = None
            if around is not None and len(list(around.iter("img"))) == 1:
                caption = next((one for one in around.iter("figcaption", "dd")), None)
            lines.append(self._picture(picture, caption))
        return ["\n".join(lines)] if lines else []

    def _picture(self, picture: HtmlElement, caption: HtmlElement | None = None) -> str:
        """Return a picture of its own, with its caption and what it leads to."""
        shown = self._lines.picture(picture, self._lines.line(caption) if caption is not None else "")
        around = picture.getparent()
        if around is not None and around.tag == "a" and around.get("href") and not around.text_content().strip():
            return f"[{shown}]({escapes.address(around.get('href', ''))})"
        return shown

    # Footnotes

    def footnotes(self) -> Iterator[str]:
        """Yield the notes that are referred to, and what they say."""
        done = 0
        while done < len(self._lines.marks):  # a note may refer to another
            name = list(self._lines.marks)[done]
            done += 1
            blocks = self.blocks(prepared(self._notes[name], self._means)) or ["…"]
            yield f"[^{done}]: " + "\n\n".join(blocks).replace("\n", "\n    ").replace("\n    \n", "\n\n")
        for name in self._notes:
            if name not in self._lines.marks:
                self._means.lose("note", name)


def _holds_block(element: HtmlElement) -> bool:
    return any(one.tag in BLOCKS or one.get("data-embed") for one in element.iterdescendants())


def _holds(element: HtmlElement, tags: tuple[str, ...]) -> bool:
    return any(one.tag in tags for one in element.iterdescendants())


def _is_gallery(element: HtmlElement) -> bool:
    named = re.search(r"(?:^|[\s_-])gallery(?:$|[\s_-])", element.get("class", ""))
    return bool(named) and element.tag in ("figure", "div", "ul") and len(list(element.iter("img"))) > 0


def _is_source(element: HtmlElement, quote: HtmlElement) -> bool:
    """Whether a ``cite`` names where a quotation comes from: it stands at its end."""
    parent = element.getparent()
    if element.tag == "footer":
        return parent is quote
    last = element.getnext() is None and not (element.tail or "").strip()
    if parent is quote:
        return last
    return last and parent is not None and parent is quote[-1] and parent.tag == "p"


def _detach(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _fenced(element: HtmlElement) -> str:
    for one in list(element.iter("br")):
        one.tail = "\n" + (one.tail or "")
    words = element.text_content().replace("\r\n", "\n").removeprefix("\n").rstrip("\n")
    told = next((one.get("lang") for one in (element, *element.iter("code")) if one.get("lang")), "")
    named = [one.get("class", "") + " " + one.get("data-lang", "") for one in (element, *element.iter("code"))]
    found = _LANGUAGE.search(" ".join(named))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", words)), default=0))
    language = found[1] if found else told if re.fullmatch(r"[\w+#.-]+", told or "") else ""
    return f"{fence}{language}\n{words}\n{fence}"


def _break_lines(element: HtmlElement) -> None:
    """Give *element* a ``br`` for each line end in it, and blanks that stay where a line is set in."""
    for one in list(element.iter()):
        for place, words in (("text", one.text), ("tail", one.tail if one is not element else None)):
            first, *others = (words or "").split("\n")
            if not others:
                continue
            setattr(one, place, first)
            parent, at = (one, 0) if place == "text" else (one.getparent(), one.getparent().index(one) + 1)
            for number, line in enumerate(others):
                made: HtmlElement = lxml_html.Element("br")
                made.tail = "\u00a0" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ")
                parent.insert(at + number, made)
