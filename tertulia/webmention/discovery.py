"""Where a site wants to hear that it was linked to: its webmention endpoint.

https://www.w3.org/TR/webmention/#sender-discovers-receiver-webmention-endpoint: the ``Link`` header comes first, then
the first ``<link>`` or ``<a>`` with ``rel="webmention"`` that has a ``href``, in the order of the document. A relative
address stands against the page's own after redirects; an empty one is the page itself.
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from tertulia.http import Fetched, Web

REL = "webmention"
# The whole page is of no interest: endpoints stand in the head, or in a footer.
MAX_BYTES = 1_000_000
HTML_TYPES = ("text/html", "application/xhtml+xml", "")
# What looks like an element in here is text to a browser.
_TEXT_ONLY = frozenset(
    ("template", "textarea", "title", "xmp", "noembed", "noframes", "iframe", "script", "style", "plaintext")
)
_PARAMETER = re.compile(r"\s*([^\s=]+)\s*(?:=\s*(.*))?", re.DOTALL)


def discover(target: str, web: Web) -> str:
    """
    The endpoint of the page *target*; "" when it has none.

    Raises:
        FetchRefused, FetchError: the page could not be asked.
    """
    page = web.request(
        "GET", target, headers={"Accept": "text/html, application/xhtml+xml, */*;q=0.5"}, cut=True, max_bytes=MAX_BYTES
    )
    return endpoint(page) if page.ok else ""


def endpoint(page: Fetched) -> str:
    """The endpoint that *page* names, whole; "" for none."""
    found = _in_headers(page.headers.get("link", ""))
    base = page.url
    if found is None and page.content_type in HTML_TYPES and (tree := parse(page)) is not None:
        found, base = _in_document(tree), base_of(tree, page.url)
    if found is None:
        return ""
    try:
        whole: str = urljoin(base, found) if found else page.url
        return whole if urlsplit(whole).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def parse(page: Fetched) -> html.HtmlElement | None:
    """The document of *page*; None when there is nothing in it. Comments are no part of it."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    text = page.text.replace("\x00", "").encode("utf-8", "replace")
    try:
        return html.document_fromstring(text, parser=parser) if text.strip() else None
    except (etree.ParserError, ValueError):
        return None


def visible(element: html.HtmlElement) -> bool:
    """Whether a browser takes *element* for an element, and not for text."""
    return not any(above.tag in _TEXT_ONLY for above in element.iterancestors())


def base_of(tree: html.HtmlElement, url: str) -> str:
    """What relative addresses in the document stand against."""
    for base in tree.iter("base"):
        if (href := base.get("href")) and visible(base):
            try:
                return str(urljoin(url, href.strip()))
            except ValueError:
                return url
    return url


def _in_headers(header: str) -> str | None:
    values = link_values(header)
    return next((target for target, told in values if REL in told.get("rel", "").lower().split()), None)


def _in_document(tree: html.HtmlElement) -> str | None:
    for element in tree.iter("link", "a"):
        href = element.get("href")
        if href is not None and REL in (element.get("rel") or "").lower().split() and visible(element):
            return str(href).strip()
    return None


def link_values(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """
    The links of a ``Link`` header (RFC 8288), each with its parameters.

    Several headers are one, joined by commas; a comma between ``<>`` or quotes separates nothing.
    """
    for value in _split(header, ","):
        target, *rest = _split(value, ";")
        target = target.strip()
        if not (target.startswith("<") and target.endswith(">")):
            continue
        parameters: dict[str, str] = {}
        for one in rest:
            if found := _PARAMETER.match(one):
                parameters.setdefault(found[1].lower(), _unquoted((found[2] or "").strip()))  # the first one counts
        yield target[1:-1].strip(), parameters


def _split(text: str, separator: str) -> list[str]:
    parts, start, quoted, angled, escaped = [], 0, False, False, False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = sign == "\\", sign != '"'
        elif sign == '"' and not angled:
            quoted = True
        elif sign in "<>":
            angled = sign == "<"
        elif sign == separator and not angled:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
