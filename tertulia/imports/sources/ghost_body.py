"""The text of a Ghost post: its HTML, or what its editors keep: Lexical since 2023, mobiledoc before.

https://github.com/TryGhost/Koenig, https://github.com/bustle/mobiledoc-kit/blob/main/MOBILEDOC.md (version 0.3). Text,
lists, headings, quotations, code, pictures and the cards that hold words; a card of another kind is told.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from markdown_it import MarkdownIt

from tertulia.core import strict_json
from tertulia.imports.types import Loss

_DEEPEST = 100
# The bits of Lexical's ``format``: https://github.com/facebook/lexical/blob/main/packages/lexical/src/LexicalConstants.ts
_FORMATS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"), (128, "mark"))
_TAGS = frozenset(("strong", "b", "em", "i", "s", "u", "code", "sub", "sup", "mark", "a", "del"))
_SECTIONS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside"))


def html(row: Mapping[str, Any], losses: list[Loss]) -> str:
    """Return the HTML of a post; what cannot come over goes into *losses*."""
    for name, reader in (("html", None), ("lexical", _lexical), ("mobiledoc", _mobiledoc)):
        written = row.get(name)
        if not isinstance(written, str) or not written.strip():
            continue
        if reader is None:
            return written
        try:
            document = strict_json.decode(written)
        except ValueError:
            losses.append(Loss("editor", name))
            continue
        if isinstance(document, dict):
            return reader(document, losses)
    return ""


# Lexical


def _lexical(document: dict[str, Any], losses: list[Loss]) -> str:
    return _node(document.get("root"), losses, 0)


def _nodes(node: Mapping[str, Any], losses: list[Loss], depth: int) -> str:
    children = node.get("children")
    return "".join(_node(child, losses, depth + 1) for child in children) if isinstance(children, list) else ""


def _node(node: Any, losses: list[Loss], depth: int) -> str:
    if not isinstance(node, dict) or depth > _DEEPEST:
        return ""
    kind = _text(node, "type")
    if kind in ("text", "extended-text", "code-highlight"):
        return _formatted(node)
    if kind == "linebreak":
        return "<br>"
    if isinstance(node.get("children"), list):
        inner = _nodes(node, losses, depth)
        match kind:
            case "paragraph":
                return f"<p>{inner}</p>"
            case "heading" | "extended-heading":
                tag = _text(node, "tag")
                return f"<{tag}>{inner}</{tag}>" if tag in _SECTIONS else f"<h2>{inner}</h2>"
            case "quote" | "extended-quote" | "aside":
                return f"<blockquote>{inner}</blockquote>"
            case "list":
                tag = "ol" if node.get("listType") == "number" else "ul"
                return f"<{tag}>{inner}</{tag}>"
            case "listitem":
                return f"<li>{inner}</li>"
            case "link" | "autolink":
                return f'<a href="{escape(_text(node, "url"))}">{inner}</a>'
        return inner
    return _gated(node, _card(kind, node, losses))


def _gated(card: Mapping[str, Any], html: str) -> str:
    """*html* of a card between the marks that Ghost itself writes around what not everybody is shown."""
    seen = card.get("visibility")
    seen = seen if isinstance(seen, dict) else {}
    web = seen.get("web")
    is_open = seen.get("showOnWeb") is not False and not (isinstance(web, dict) and web.get("nonMember") is False)
    return html if is_open else f"<!--kg-gated-block:begin nonMember:false -->{html}<!--kg-gated-block:end-->"


def _formatted(node: Mapping[str, Any]) -> str:
    words, bits = escape(_text(node, "text"), quote=False), node.get("format")
    for bit, tag in _FORMATS:
        if isinstance(bits, int) and bits & bit:
            words = f"<{tag}>{words}</{tag}>"
    return words


def _card(kind: str, card: Mapping[str, Any], losses: list[Loss]) -> str:
    """Return a card of either editor."""
    match kind:
        case "markdown" | "card-markdown":
            return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(_text(card, "markdown")))
        case "html":
            return _text(card, "html")
        case "image":
            return _figure(card)
        case "gallery":
            images = card.get("images")
            shown = (one for one in images if isinstance(one, dict)) if isinstance(images, list) else ()
            return f"<div data-gallery>{''.join(map(_figure, shown))}</div>" + _paragraph(_text(card, "caption"))
        case "code" | "codeblock":
            language = escape(_text(card, "language"))
            written = escape(_text(card, "code"), quote=False)
            return f'<pre><code class="language-{language}">{written}</code></pre>' + _paragraph(_text(card, "caption"))
        case "hr" | "horizontalrule":
            return "<hr>"
        case "embed":
            shown_there = _text(card, "html") or f'<p data-embed="{escape(_text(card, "url"))}"></p>'
            return shown_there + _paragraph(_text(card, "caption"))
        case "bookmark":
            found = card.get("metadata")
            told = _text(found, "title") if isinstance(found, dict) else ""
            about = f" {escape(_text(found, 'description'))}" if isinstance(found, dict) else ""
            return (
                f'<p><a href="{escape(_text(card, "url"))}">{escape(told or _text(card, "url"))}</a>{about}</p>'
                + _paragraph(_text(card, "caption"))
            )
        case "callout":
            return f"<blockquote>{_text(card, 'calloutText')}</blockquote>"
        case "toggle":
            return f"<h4>{_text(card, 'heading')}</h4>{_text(card, 'content')}"
        case "button":
            return f'<p><a href="{escape(_text(card, "buttonUrl"))}">{escape(_text(card, "buttonText"))}</a></p>'
        case "paywall":
            return "<!--members-only-->"
        case "audio" | "video":
            words = _text(card, "caption") or escape(_text(card, "title"))
            return f'<{kind} src="{escape(_text(card, "src"))}"></{kind}>' + _paragraph(words)
        case "header":
            return f"<h2>{_text(card, 'header')}</h2>{_paragraph(_text(card, 'subheader'))}"
        case "product":
            picture = f'<img src="{escape(_text(card, "productImageSrc"))}">' if _text(card, "productImageSrc") else ""
            button = _card(
                "button", {"buttonUrl": _text(card, "productUrl"), "buttonText": _text(card, "productButton")}, []
            )
            words = f"<h4>{_text(card, 'productTitle')}</h4>{_paragraph(_text(card, 'productDescription'))}"
            return picture + words + (button if _text(card, "productUrl") else "")
        case "call-to-action":
            return _paragraph(_text(card, "textValue")) + (
                _card("button", card, []) if _text(card, "buttonUrl") else ""
            )
        case "file":
            name = _text(card, "fileTitle") or _text(card, "fileName")
            return f'<p><a href="{escape(_text(card, "src"))}">{escape(name)}</a></p>'
    losses.append(Loss("card", kind))
    return ""


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>" if words else ""


def _figure(card: Mapping[str, Any]) -> str:
    words = _text(card, "caption")
    shown = f'<img src="{escape(_text(card, "src"))}" alt="{escape(_text(card, "alt"))}">'
    return f"<figure>{shown}<figcaption>{words}</figcaption></figure>" if words else f"<figure>{shown}</figure>"


# mobiledoc


def _mobiledoc(document: dict[str, Any], losses: list[Loss]) -> str:
    sections = document.get("sections")
    made = (_section(one, document, losses) for one in sections) if isinstance(sections, list) else ()
    return "".join(made)


def _section(section: Any, document: Mapping[str, Any], losses: list[Loss]) -> str:
    match section:
        case [1, str(tag), [*markers], *_]:
            inner = _markers(markers, document)
            tag = tag if tag in _SECTIONS else "p"
            return f"<{tag}>{inner}</{tag}>"
        case [2, str(source), *_]:
            return f'<figure><img src="{escape(source)}"></figure>'
        case [3, str(tag), [*items], *_] if tag in ("ul", "ol"):
            inner = "".join(f"<li>{_markers(item, document)}</li>" for item in items if isinstance(item, list))
            return f"<{tag}>{inner}</{tag}>"
        case [10, int(number), *_]:
            match _at(document.get("cards"), number):
                case [str(kind), dict(card), *_]:
                    return _card(kind, card, losses)
    losses.append(Loss("card", "mobiledoc"))
    return ""


def _markers(markers: list[Any], document: Mapping[str, Any]) -> str:
    """Return the words of a section, with what opens and closes around them."""
    made, opened = [], []
    for marker in markers:
        match marker:
            case [int(kind), [*opens], int(closes), value, *_]:
                for number in opens:
                    tag, attributes = _markup(document, number)
                    opened.append(tag)
                    made.append(f"<{tag}{attributes}>")
                if kind == 0:
                    made.append(escape(str(value), quote=False))
                else:
                    match _at(document.get("atoms"), value):
                        case [str(name), str(words), *_]:
                            made.append("<br>" if name == "soft-return" else escape(words, quote=False))
                made += [f"</{opened.pop()}>" for _ in range(min(max(closes, 0), len(opened)))]
    return "".join((*made, *(f"</{tag}>" for tag in reversed(opened))))


def _markup(document: Mapping[str, Any], number: Any) -> tuple[str, str]:
    match _at(document.get("markups"), number):
        case ["a", ["href", str(address), *_], *_]:
            return "a", f' href="{escape(address)}"'
        case [str(tag), *_] if tag in _TAGS:
            return tag, ""
    return "span", ""


def _at(items: Any, number: Any) -> Any:
    if isinstance(items, list) and isinstance(number, int) and 0 <= number < len(items):
        return items[number]
    return None


def _text(node: Any, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""
