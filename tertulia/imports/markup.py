"""The HTML that stays HTML in an imported post: what Markdown has no words for.

Only what a page may hold is written, on lines without a blank one between, so that Markdown leaves all of it alone.
"""

import re
from collections.abc import Sequence
from html import escape

from lxml.html import HtmlElement

# Element → attributes that say something. What is not here is taken apart, its words stay.
_KEPT = {
    "table": (), "thead": (), "tbody": (), "tfoot": (), "tr": (), "caption": (), "colgroup": (), "col": ("span",),
    "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan", "scope"),
    "dl": (), "dt": (), "dd": (), "ul": (), "ol": ("start", "reversed"), "li": (), "p": (), "br": (), "hr": (),
    "blockquote": (), "pre": (), "code": (), "figure": (), "figcaption": (), "img": ("src", "alt"), "a": ("href",),
    "strong": (), "b": (), "em": (), "i": (), "s": (), "del": (), "ins": (), "u": (), "sub": (), "sup": (), "kbd": (),
    "mark": (), "abbr": ("title",), "small": (), "q": (), "cite": (), "h2": (), "h3": (), "h4": (), "h5": (), "h6": (),
}  # fmt: skip
_VOID = ("br", "hr", "img", "col")
_ALIGNED = re.compile(
    r"text-align:\s*(left|center|right)|has-text-align-(left|center|right)|\balign(left|center|right)\b"
)
_RULES = {"left": ":--", "center": ":-:", "right": "--:", "": "---"}
_IN_A_CELL = frozenset(
    ("p", "ul", "ol", "table", "pre", "blockquote", "img", "figure", "h1", "h2", "h3", "h4", "hr", "dl")
)


def quoted(value: str) -> str:
    """*value* for between quotation marks."""
    return _safe(escape(value))


def written(element: HtmlElement) -> str:
    """*element* and all in it as HTML."""
    return re.sub(r"\s*\n\s*", "\n", _element(element, in_pre=False)).strip()


def inline(element: HtmlElement) -> str:
    """Return what stands in *element*, as HTML on one line."""
    return " ".join(_children(element, in_pre=False).split())


def player(element: HtmlElement) -> str:
    """Return what plays a sound or a film of the blog's own."""
    name = "video" if element.tag == "video" else "audio"
    source = quoted(element.get("data-file", ""))
    return f'<div><{name} controls preload="none"><source src="{source}"></{name}></div>'


def simple_rows(table: HtmlElement) -> list[list[HtmlElement]] | None:
    """Return the rows of a table that Markdown can say, the head first; None for any other."""
    if any(one.tag in _IN_A_CELL and one is not table for one in table.iterdescendants()):
        return None
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    rows = [row for row in rows if row]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows) or next(table.iter("tfoot"), None) is not None:
        return None
    heads = [row for row in rows if all(cell.tag == "th" for cell in row)]
    if heads != [rows[0]] or any(cell.tag == "th" for row in rows[1:] for cell in row):
        return None
    if any(cell.get(name, "1") not in ("", "1") for row in rows for cell in row for name in ("colspan", "rowspan")):
        return None
    return rows


def alignment(column: Sequence[HtmlElement]) -> str:
    """How the cells of a *column* stand, as Markdown's rule below the head: as the first that says so."""
    return _RULES[next(filter(None, map(_align, column)), "")]


def _align(cell: HtmlElement) -> str:
    if cell.get("align", "").lower() in _RULES and cell.get("align"):
        return str(cell.get("align")).lower()
    found = _ALIGNED.search(f"{cell.get('style', '')} {cell.get('class', '')}")
    return next(filter(None, found.groups()), "") if found else ""


def _element(element: HtmlElement, *, in_pre: bool) -> str:
    tag = element.tag if element.tag != "h1" else "h2"
    inner = _children(element, in_pre=in_pre or tag == "pre")
    if tag not in _KEPT:
        return inner
    attributes = [(name, element.get(name, "")) for name in _KEPT[tag] if element.get(name) is not None]
    if tag in ("td", "th") and (side := _align(element)):
        attributes.append(("style", f"text-align: {side}"))
    opening = f"<{tag}" + "".join(f' {name}="{quoted(value)}"' for name, value in attributes) + ">"
    return opening if tag in _VOID else f"{opening}{inner}</{tag}>"


def _children(element: HtmlElement, *, in_pre: bool) -> str:
    made = [_text(element.text, in_pre=in_pre)]
    for child in element:
        made += [_element(child, in_pre=in_pre), _text(child.tail, in_pre=in_pre)]
    return "".join(made)


def _text(words: str | None, *, in_pre: bool) -> str:
    made = escape(words or "", quote=False)
    made = made.replace("\n", "&#10;") if in_pre else re.sub(r"[ \t\r\f]*\n\s*", "\n", made)
    return _safe(made)


def _safe(made: str) -> str:
    """*made* without what other generators' shortcodes begin with: our Markdown looks for those in HTML too."""
    return re.sub(r"\{(?=[{%])", "&#123;", made)
