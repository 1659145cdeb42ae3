"""What search engines and old links need: ``sitemap.xml``, ``robots.txt``, and pages that lead from old addresses.

https://www.sitemaps.org/protocol.html, https://www.rfc-editor.org/rfc/rfc9309,
https://developers.google.com/search/docs/specialty/international/localized-versions
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from posixpath import normpath
from urllib.parse import unquote

from tertulia.core.addresses import split_address
from tertulia.core.text import strip_controls

# A sitemap holds no more; a blog that has more needs several, and an index of them.
MOST_ADDRESSES = 50_000


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One page that search engines may show."""

    url: str  # whole and percent-encoded
    changed: datetime | None = None  # when its content last did
    languages: tuple[tuple[str, str], ...] = ()  # (language, address) of the same page in all its languages


def sitemap(addresses: Iterable[SitemapEntry]) -> str:
    """The sitemap of *addresses*, sorted, each once."""
    unique = sorted({address.url: address for address in addresses}.values(), key=lambda address: address.url)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
        *(_url(address) for address in unique[:MOST_ADDRESSES]),
        "</urlset>",
    ]
    return "\n".join(lines) + "\n"


def _url(address: SitemapEntry) -> str:
    parts = [f"<loc>{escape(address.url)}</loc>"]
    if address.changed:
        parts.append(f"<lastmod>{address.changed.isoformat()}</lastmod>")
    if len(address.languages) > 1:
        parts += [
            f'<xhtml:link rel="alternate" hreflang="{escape(lang)}" href="{escape(url)}"/>'
            for lang, url in sorted(address.languages)
        ]
    return f"<url>{''.join(parts)}</url>"


def robots(sitemap_url: str, hidden: Iterable[str] = ()) -> str:
    """``robots.txt``: everybody may read everything but *hidden* paths, and where the sitemap is."""
    rules = [f"Disallow: {path}" for path in hidden] or ["Disallow:"]
    return "\n".join(["User-agent: *", *rules, "", f"Sitemap: {sitemap_url}"]) + "\n"


def alias_path(alias: str, site: str) -> str:
    """
    The path under the site that an old address means, or "" when no page can stand there.

    Args:
        alias: As the author wrote it: ``/viejo/post/``, ``viejo/post.html``, or a whole address of this site.
        site: The site's address; what it has as path is taken off.
    """
    parts, home = split_address(alias.strip()), split_address(site)
    path = unquote(parts.path)
    if parts.netloc:
        if parts.host != home.host:
            return ""
        path = path.removeprefix(home.path.rstrip("/"))
    if parts.query or parts.fragment or not path.strip("/") or strip_controls(path) != path or "\\" in path:
        return ""  # a static host looks at paths only
    clean = normpath("/" + path.lstrip("/")).lstrip("/")
    if clean != path.strip("/"):
        return ""  # "..", "." and "//" may lead out of the site
    return clean if clean.endswith((".html", ".htm")) else f"{clean}/"


def alias_file(path: str) -> str:
    """The file that answers for *path*, as ``alias_path`` gave it."""
    return f"{path}index.html" if path.endswith("/") else path


def redirect_page(title: str, lang: str, url: str, path: str, text: str) -> str:
    """
    A page that leads on at once, for hosts that know no redirects.

    Args:
        url: The whole new address, for search engines.
        path: The new address within the site, where readers are sent; so it works in a preview too.
        text: What the link says.
    """
    to = escape(path)
    return f"""<!doctype html>
<html lang="{escape(lang)}">
<meta charset="utf-8">
<title>{escape(strip_controls(title))}</title>
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url={to}">
<link rel="canonical" href="{escape(url)}">
<p><a href="{to}">{escape(text)}</a></p>
</html>
"""


def redirects_file(pairs: Iterable[tuple[str, str]]) -> str:
    """
    ``_redirects``, for hosts that answer 301 themselves (Netlify, Cloudflare Pages, Codeberg Pages).

    Args:
        pairs: Old and new path, each from the host's root and percent-encoded.
    """
    return "".join(f"{old} {new} 301\n" for old, new in sorted(pairs))
