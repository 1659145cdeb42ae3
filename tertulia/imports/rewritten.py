"""Markdown of another program with its links and pictures leading where they are now; all else stays as it was typed.

Code is not looked into. What runs in a page goes, as it does from HTML.
"""

import re
from html import escape, unescape

from tertulia.core.text import strip_controls
from tertulia.imports import escapes, spans
from tertulia.imports.tree import Meanings

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LIST = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_PIECE = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`)[^`](?:.{0,5000}?[^`])??(?P=ticks)(?!`))"
    r"|(?P<link>(?P<shown>!)?\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]{0,500}\])*)\]"
    r"\(\s*<?(?P<address>[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?P<title>\s+(?:\"[^\"]*\"|'[^']*'))?\s*\))"
    # Not a footnote, nor words behind a colon: an address alone, or with a title.
    r"|(?P<definition>^ {0,3}\[(?!\^)[^\[\]\n]+\]:[ \t]*)<?(?P<target>[^\s<>]+)>?(?=[ \t]*(?:[\"'(][^\n]*)?$)"
    r"|(?P<call>(?:\{\{[<%]\s*(?:figure|img|image)\b|\{%-?\s*include\b)[^{}\n]{0,500}?\bsrc=[\"'])(?P<file>[^\"'{}\n]+)"
    r"|<(?P<tag>[a-zA-Z][\w-]*)(?P<attributes>(?:\s[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*)?)>",
    re.DOTALL | re.MULTILINE,
)
_ATTRIBUTE = re.compile(r"""\s+([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_RUNS = ("srcdoc", "formaction", "action", "background", "ping")


def with_new_links(body: str, means: Meanings) -> str:
    """*body* as it should stand here."""
    made: list[str] = []
    text: list[str] = []
    fence, is_listed, before = "", False, ""

    def end_text() -> None:
        if text:
            made.append(_text("\n".join(text), means))
            text.clear()

    for line in strip_controls(body).split("\n"):
        opens = _FENCE.match(line)
        if fence:
            made.append(line)
            if opens and opens[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif opens:
            end_text()
            made.append(line)
            fence = opens[1]
        elif not is_listed and line.startswith(("    ", "\t")) and not before.strip():
            end_text()
            made.append(line)
            continue  # its next line is code too
        else:
            text.append(line)
            if line.strip() and not line.startswith((" ", "\t")):
                is_listed = bool(_LIST.match(line)) or (is_listed and bool(before.strip()))
            elif _LIST.match(line):
                is_listed = True
        before = line
    end_text()
    return "\n".join(made)


def _text(text: str, means: Meanings) -> str:
    def dropped(_name: str, _piece: str) -> str:
        means.lose("script")
        return ""

    if "<script" in text.lower():
        text = spans.replaced(text, ("script",), dropped)
    return _PIECE.sub(lambda found: _piece(found, means), text)


def _piece(found: re.Match[str], means: Meanings) -> str:
    if found["link"]:
        return _picture(found, means) if found["shown"] else _link(found, means)
    if found["definition"]:
        new = _led(found["target"], means)
        return f"{found['definition']}{escapes.address(new or '#')}"
    if found["call"]:  # a shortcode that shows a picture
        place = means.picture(found["file"])
        return f"{found['call']}{place or found['file']}"
    if found["tag"]:
        return _tag(found["tag"], found["attributes"] or "", means)
    return found[0]


def _link(found: re.Match[str], means: Meanings) -> str:
    words = _PIECE.sub(lambda inner: _piece(inner, means), found["words"])
    new = _led(found["address"], means)
    if not new:
        return words
    return f"[{words}]({found['address'] if new == found['address'] else escapes.address(new)}{found['title'] or ''})"


def _picture(found: re.Match[str], means: Meanings) -> str:
    new, words = means.picture(found["address"]), found["words"]
    if not new:
        return f"*{words}*" if words.strip() else ""
    if "://" in new:  # of another site
        return f"[{words.strip() or new}]({escapes.address(new)})"
    return f"![{words if words.strip() else escapes.alternative('')}]({escapes.address(new)}{found['title'] or ''})"


def _led(address: str, means: Meanings) -> str:
    """Where a link leads now; "" for nowhere."""
    address = unescape(address)
    return address if address.startswith(("#", "{", "mailto:")) or not address else means.link(address)


def _tag(name: str, attributes: str, means: Meanings) -> str:
    """Return a tag of HTML, its addresses led and without what runs."""
    kept: list[str] = []
    values: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(attributes):
        key, value = found[1].lower(), unescape((found[2] or "").strip("\"'"))
        if key.startswith("on") or key in _RUNS:
            means.lose("script")
            continue
        values[key] = value
        if key not in ("href", "src", "poster", "srcset", "data"):
            kept.append(found[0])
    closing = " /" if attributes.rstrip().endswith("/") else ""
    is_picture = name.lower() == "img"
    if is_picture:
        new = means.picture(values.get("src", ""))
        if not new or "://" in new:
            shown = escape(values.get("alt", "") or new, quote=False)
            return f'<a href="{escape(new)}">{shown}</a>' if new else f"<em>{shown}</em>" if shown else ""
        kept += [f' src="{escape(new)}"', *([] if "alt" in values else [' alt=""'])]
    for key in ("href", "src", "poster", "data"):
        if key in values and not (is_picture and key == "src"):
            file = name.lower() in ("audio", "video", "source") or key == "poster"
            new = means.file(values[key]) if file else _led(values[key], means)
            kept += [f' {key}="{escape(new)}"'] if new else []
    return f"<{name}{''.join(kept)}{closing}>"
