"""Whole addresses: from a path of the site, or from a page's own links, to what works anywhere.

Inside the site links carry no host. Feeds, sitemap, JSON-LD and messages to other places need the host, and only
characters that RFC 3986 allows: "etiqueta/año/" becomes ``https://…/etiqueta/a%C3%B1o/``.
"""

import re
from collections.abc import Callable
from urllib.parse import quote, urljoin

# What RFC 3986 lets stand: reserved characters, and "%" because the rest may be encoded already.
SAFE = ":/?#[]@!$&'()*+,;=%~"

# Attributes that hold one address, in the elements that carry them; srcset holds several.
_ELEMENT = re.compile(
    r"<(?:a|area|audio|blockquote|del|embed|iframe|img|input|ins|object|q|source|track|video)\s"
    r"""(?:[^<>"']|"[^"]*"|'[^']*')*>""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?P<before>\s(?P<name>href|src|srcset|poster|cite|data)\s*=\s*)(?P<quote>["'])(?P<value>.*?)(?P=quote)""",
    re.IGNORECASE | re.DOTALL,
)
_HAS_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def encoded(address: str) -> str:
    """*address* with every character that may not stand in one percent-encoded; encoded twice it is the same."""
    return quote(address, safe=SAFE)


def whole(site: str, path: str) -> str:
    """
    The whole address of *path* in *site*.

    Args:
        site: ``https://tertulia.example`` or ``https://host.example/blog``, with or without a last slash.
        path: Relative to the site, "2026/11/el-voto-util/"; a whole address comes back encoded.
    """
    if _HAS_SCHEME.match(path):
        return encoded(path)
    return encoded(f"{site.rstrip('/')}/{path.lstrip('/')}")


def with_whole_links(html: str, page: str) -> str:
    """
    *html* with every link, picture and source given its whole address.

    Args:
        html: A piece of a page. Text is left alone, also text that looks like an attribute.
        page: The whole address of the page it comes from; ``#notes`` leads there.
    """
    return _ELEMENT.sub(lambda tag: _ATTRIBUTE.sub(_completer(page), tag[0]), html)


def _completer(page: str) -> Callable[[re.Match[str]], str]:
    def complete(match: re.Match[str]) -> str:
        join = _joined_set if match["name"].lower() == "srcset" else _joined
        return f"{match['before']}{match['quote']}{join(page, match['value'])}{match['quote']}"

    return complete


def _joined(page: str, value: str) -> str:
    if _HAS_SCHEME.match(value):
        return value
    try:
        return encoded(urljoin(page, value.strip()))
    except ValueError:  # an address that makes no sense, "//[": the author's, left as it is
        return value


def _joined_set(page: str, value: str) -> str:
    """A srcset, "a.webp 1x, b.webp 2x"; one that holds ``data:`` is left alone, its commas are not ours."""
    if "data:" in value:
        return value
    candidates = [candidate.split(None, 1) for candidate in value.split(",") if candidate.strip()]
    return ", ".join(" ".join([_joined(page, address), *rest]) for address, *rest in candidates)
