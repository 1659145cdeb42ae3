"""Where a site wants to hear that it was linked to: its webmention endpoint.

https://www.w3.org/TR/webmention/#sender-discovers-receiver-webmention-endpoint: the ``Link`` header comes first, then
the first ``<link>`` or ``<a>`` with ``rel="webmention"`` that has a ``href``, in the order of the document. A relative
address stands against the page's own after redirects; an empty one is the page itself.
"""

import re
from collections.abc import Iterator

from lxml import html

from tertulia.core import fetch
from tertulia.core.addresses import join_address, split_address
from tertulia.core.fetch import Fetched, Fetcher
from tertulia.core.sanitise import parse_html

REL = "webmention"
# https://www.w3.org/TR/webmention/#user-agent: who reads their logs shall see why they were asked.
USER_AGENT = f"{fetch.USER_AGENT} Webmention"
# The whole page is of no interest: endpoints stand in the head, or in a footer.
MAX_BYTES = 1_000_000
HTML_TYPES = ("text/html", "application/xhtml+xml", "")
# What looks like an element in here is text to a browser, or nothing at all.
_TEXT_ONLY = (
    *("template", "textarea", "xmp", "noembed", "noframes", "iframe", "script", "style", "plaintext"),
    *("svg", "math", "object"),
)
_PARAMETER = re.compile(r"\s*([^\s=]+)\s*(?:=\s*(.*))?", re.DOTALL)


def discover(target: str, web: Fetcher) -> str:
    """
    Return the endpoint of the page *target*; "" when it has none.

    Raises:
        FetchRefusedError, FetchError: the page could not be asked.
    """
    headers = {"User-Agent": USER_AGENT, "Accept": "text/html, application/xhtml+xml, */*;q=0.5"}
    page = web.request("GET", target, headers=headers, cut=True, max_bytes=MAX_BYTES)
    return endpoint(page) if page.ok else ""


def endpoint(page: Fetched) -> str:
    """Return the endpoint that *page* names, whole; "" for none."""
    found = _in_headers(page.headers.get("link", ""))
    base = page.url
    if found is None and page.content_type in HTML_TYPES and (tree := parse(page)) is not None:
        found, base = _in_document(tree), base_of(tree, page.url)
    if found is None:
        return ""
    whole = join_address(base, found) if found else page.url
    return whole if split_address(whole).is_web else ""


def parse(page: Fetched) -> html.HtmlElement | None:
    """Return the document of *page* as a browser would have it; None when there is nothing in it."""
    text = page.text
    if not text.strip():
        return None
    tree = parse_html(text)
    for title in _all(tree, "title"):
        words = title.text_content()
        for inside in list(title):
            title.remove(inside)
        title.text = words
    for hidden in _all(tree, *_TEXT_ONLY):
        if hidden.getparent() is not None:
            hidden.drop_tree()
    return tree


def _all(tree: html.HtmlElement, *tags: str) -> list[html.HtmlElement]:
    """Return the elements of these kinds, as a list: the tree is about to change."""
    return list(tree.iter(*tags))


def base_of(tree: html.HtmlElement, url: str) -> str:
    """Return what relative addresses in the document stand against."""
    for base in tree.iter("base"):
        if href := base.get("href"):
            return join_address(url, href.strip()) or url
    return url


def _in_headers(header: str) -> str | None:
    values = link_values(header)
    return next((target for target, told in values if REL in told.get("rel", "").lower().split()), None)


def _in_document(tree: html.HtmlElement) -> str | None:
    for element in tree.iter("link", "a"):
        href = element.get("href")
        if href is not None and REL in (element.get("rel") or "").lower().split():
            return str(href).strip()
    return None


def link_values(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Yield the links of a ``Link`` header (RFC 8288), each with its parameters.

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
