"""Microformats of a stranger's page, and the values in them: https://microformats.org/wiki/microformats2."""

from html import escape
from typing import Any

import mf2py
from lxml import html as lxml_html

from tertulia.conversation.webmention.pages import without_fragment
from tertulia.core import sanitise
from tertulia.core.addresses import is_web_address

# mf2py walks the tree by recursion and looks at each root anew: no honest page is deeper or fuller than this.
_DEEPEST, _FULLEST, _MOST_ROOTS, _DEEPEST_ROOT = 120, 20_000, 400, 12


def parse_microformats(tree: lxml_html.HtmlElement | None, url: str) -> dict[str, Any]:
    """Return the items and rels of a document; {} where there are none, or it is no page that a person made."""
    if tree is None or not _is_reasonable(tree):
        return {}
    try:
        found = mf2py.parse(doc=lxml_html.tostring(tree, encoding="unicode"), url=url, html_parser="lxml")
    except (RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return {}  # a parser's mistake on odd HTML: it is a page with a title all the same
    return found if isinstance(found, dict) else {}


def _is_reasonable(tree: lxml_html.HtmlElement) -> bool:
    elements = roots = 0
    waiting = [(tree, 1, 0)]
    while waiting:
        element, depth, inside = waiting.pop()
        elements += 1
        is_root = any(name.startswith("h-") for name in (element.get("class") or "").split())
        roots += is_root
        inside += is_root
        if elements > _FULLEST or depth > _DEEPEST or roots > _MOST_ROOTS or inside > _DEEPEST_ROOT:
            return False
        waiting += [(child, depth + 1, inside) for child in element if isinstance(child.tag, str)]
    return True


def addresses_in(values: Any) -> set[str]:
    """Return the addresses in a property without what stands after "#": plain ones, and those of an embedded h-cite."""
    return {without_fragment(one) for one in places_in(values)}


def places_in(values: Any) -> set[str]:
    """Return the addresses in a property, whole."""
    found: set[str] = set()
    for value in values if isinstance(values, list) else []:
        if isinstance(value, dict):
            inner = value.get("properties", {}).get("url", [])
            found |= {one for one in [*inner, value.get("value")] if isinstance(one, str)}
        elif isinstance(value, str):
            found.add(value.strip())
    return found


def first(values: Any) -> Any:
    """Return the first value of a property; None for none."""
    return values[0] if isinstance(values, list) and values else None


def text_in(values: Any) -> str:
    """Return the first value of a property, as words."""
    value = first(values)
    value = value.get("value", "") if isinstance(value, dict) else value
    return sanitise.plain(escape(value, quote=False)) if isinstance(value, str) else ""


def photo_in(values: Any) -> str:
    """Return the address in a property that may have a text of its own."""
    value = first(values)
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def first_address(values: Any) -> str:
    """Return the first value that is a web address; "" for none."""
    return next((one for one in values or [] if isinstance(one, str) and is_web_address(one)), "")
