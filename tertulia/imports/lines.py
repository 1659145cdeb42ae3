"""What stands in a line of an old post, as Markdown: words, emphasis, links, code, marks of footnotes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from tertulia.imports import escapes, markup

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HOLDERS = frozenset((
    "address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dt", "fieldset", "figcaption",
    "footer", "header", "hgroup", "li", "main", "menu", "nav", "section", "summary",
))  # fmt: skip
BLOCKS = (
    frozenset(("p", "blockquote", "pre", "ul", "ol", "dl", "table", "hr", "figure", "audio", "video", *HEADINGS))
    | _HOLDERS
)
_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*", "cite": "*", "var": "*", "dfn": "*"}
_STRUCK = ("s", "strike", "del")
AS_HTML = ("sub", "sup", "kbd", "mark", "abbr", "small", "u", "ins", "samp", "bdo", "ruby", "rt", "rp", "time")
BREAK = "\\\n"


@dataclass(slots=True)
class LineWriter:
    """Writes lines down, and counts the footnotes in the order in which their marks are met."""

    notes: Mapping[str, str]  # by name
    marks: dict[str, int] = field(default_factory=dict)  # the number of each that was met

    def line(self, element: HtmlElement, broken: str = " ") -> str:
        """All of *element* on one line."""
        pieces: list[HtmlElement | str] = [element.text or ""]
        for child in element:
            pieces += [child, child.tail or ""]
        words = trimmed(self.run(pieces))
        return re.sub(r"\s*\\\n\s*", broken, words).replace("\n", " ")

    def run(self, pieces: list[HtmlElement | str], *, in_link: bool = False, inside: str = "") -> str:
        """Return what stands in a line: words and the elements between them."""
        made: list[str] = []
        for at, piece in enumerate(pieces):
            if isinstance(piece, str):
                made.append(escapes.text(escapes.collapsed(piece), in_link=in_link))
            else:
                before = pieces[at - 1] if at else ""
                after = pieces[at + 1] if at + 1 < len(pieces) else ""
                touches = _ends_in_word(before) or _begins_with_word(after)
                made.append(self._inline(piece, touches=touches, in_link=in_link, inside=inside))
        return "".join(made)

    def _inside(self, element: HtmlElement, *, in_link: bool, inside: str) -> str:
        pieces: list[HtmlElement | str] = [element.text or ""]
        for child in element:
            pieces += [child, child.tail or ""]
        return self.run(pieces, in_link=in_link, inside=inside)

    def _inline(self, element: HtmlElement, *, touches: bool, in_link: bool, inside: str) -> str:
        tag = element.tag
        if name := element.get("data-note"):
            return self._mark(name)
        if formula := element.get("data-formula"):
            return f"${formula.strip()}$"
        if anchor := element.get("data-anchor"):
            element.attrib.pop("data-anchor")
            return f'<a id="{markup.quoted(anchor)}"></a>' + self._inline(
                element, touches=touches, in_link=in_link, inside=inside
            )
        if tag == "br":
            return BREAK
        if tag == "img":
            return self.picture(element)
        if tag == "input":
            return "[x] " if element.get("checked") is not None else "[ ] "
        if tag in ("code", "tt"):
            words = element.text_content()
            return escapes.code(words) or (f"<code>{escapes.text(words)}</code>" if words.strip() else "")
        if tag == "a":
            return self._link(element, in_link=in_link, inside=inside)
        if tag in _EMPHASIS or tag in _STRUCK:
            mark = _EMPHASIS.get(tag, "~~")
            html = "del" if tag in _STRUCK else "strong" if mark == "**" else "em"
            words = self._inside(element, in_link=in_link, inside=html)
            return _around(
                words, lambda core: f"{mark}{core}{mark}" if not (touches or inside) else f"<{html}>{core}</{html}>"
            )
        words = self._inside(element, in_link=in_link, inside=inside)
        if tag == "q":
            return _around(words, lambda core: f'"{core}"')
        if tag in AS_HTML:
            title = (
                f' title="{markup.quoted(element.get("title", ""))}"' if tag == "abbr" and element.get("title") else ""
            )
            return _around(words, lambda core: f"<{tag}{title}>{core}</{tag}>")
        if tag in BLOCKS:  # in a line that cannot hold one
            return f" {words} "
        return words

    def _link(self, element: HtmlElement, *, in_link: bool, inside: str) -> str:
        target = element.get("href", "")
        words = self._inside(element, in_link=in_link or bool(target), inside=inside)
        if not target or in_link:
            return words
        title = escapes.title(element.get("title", ""))
        told = f' "{title}"' if title and "\n" not in title else ""
        return _around(words.replace(BREAK, " "), lambda core: f"[{core}]({escapes.address(target)}{told})")

    def picture(self, picture: HtmlElement, caption: str = "") -> str:
        """Return a picture with what it shows and what is said of it."""
        told = ' "{}"'.format(re.sub(r'(?<!\\)"', '\\"', caption)) if caption else ""
        return f"![{escapes.alternative(picture.get('alt', ''))}]({escapes.address(picture.get('src', ''))}{told})"

    def _mark(self, name: str) -> str:
        if name not in self.notes:
            return ""
        return f"[^{self.marks.setdefault(name, len(self.marks) + 1)}]"


def _around(words: str, make: Callable[[str], str]) -> str:
    """*words* within something, the blanks and breaks at their ends left outside."""
    core = words.strip(" \n")
    while core.endswith(BREAK.strip()) and not core.endswith("\\\\"):
        core = core[:-1].rstrip(" \n")
    while core.startswith(BREAK):
        core = core[2:].lstrip(" \n")
    if not core:
        return words
    at = words.index(core)
    return words[:at] + make(core) + words[at + len(core) :]


def trimmed(words: str) -> str:
    """*words* without blanks around breaks, and without breaks at either end."""
    words = re.sub(r" *\\\n *", lambda _: BREAK, words)
    words = re.sub(r"^(?:\s|\\\n)+", "", words)
    return re.sub(r"(?:\s|(?<!\\)\\\n)+$", "", words + "\n").strip(" \n")


def _ends_in_word(piece: HtmlElement | str) -> bool:
    if isinstance(piece, str):
        return piece[-1:].isalnum() or piece[-1:] in ("*", "_", "~", "\\")
    return str(piece.tag) != "br"


def _begins_with_word(piece: HtmlElement | str) -> bool:
    if isinstance(piece, str):
        return piece[:1].isalnum() or piece[:1] in ("*", "_", "~")
    return str(piece.tag) != "br"
