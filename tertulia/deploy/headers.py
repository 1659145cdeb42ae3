"""The HTTP headers that a built blog needs and no more, as a web server's settings.

A Content-Security-Policy names where a page may load from; what is missing in it does not work, what is too much in it
protects nobody. So it is made from what the blog uses: the players in its pages, its search, its service.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from tertulia.core.addresses import split_address
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say

_PLAYER = re.compile(r'\bdata-player="([^"]*)"')
_STYLE = re.compile(r'<[^>]*\sstyle="')
# Two years, as https://hstspreload.org asks for; without "preload", which nobody takes back in a hurry.
_HSTS = "max-age=63072000; includeSubDomains"


def of_site(output: Path, service: str = "", *, hsts: bool = False) -> dict[str, str]:
    """
    Work out the headers for the site that was built into *output*.

    Args:
        service: The service's address where it has a host of its own; "" or "/" where it answers under the blog's.
        hsts: Also that the blog, and every name below its own, is only ever asked for by https.

    Raises:
        TertuliaError: nothing was built there.
    """
    if not (output / "index.html").is_file():
        raise TertuliaError(say("deploy_empty", folder=output))
    headers = {
        "Content-Security-Policy": policy(output, service),
        "X-Content-Type-Options": "nosniff",
        # YouTube plays for a page that says which site it is, and for no other.
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    return headers | ({"Strict-Transport-Security": _HSTS} if hsts else {})


def policy(output: Path, service: str = "") -> str:
    """
    Work out the Content-Security-Policy for the site in *output*, from what its pages hold.

    Args:
        service: As in ``of_site``.
    """
    players: set[str] = set()
    has_styles = False
    for page in output.rglob("*.html"):
        text = page.read_text("utf-8", errors="replace")
        players |= {split_address(unescape(address)).origin for address in _PLAYER.findall(text)}
        has_styles = has_styles or bool(_STYLE.search(text))
    has_search = (output / "pagefind").is_dir()
    elsewhere = split_address(service).origin if service.startswith(("https://", "http://")) else ""
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *(["'wasm-unsafe-eval'"] if has_search else [])],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"] if has_styles else [],  # a table's columns to the right
        "frame-src": sorted(players - {""}) or ["'none'"],
        "connect-src": ["'self'", *([elsewhere] if elsewhere else [])],
        "form-action": ["'self'", *([elsewhere] if elsewhere else [])],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items() if sources)


def as_nginx(headers: Mapping[str, str]) -> str:
    """Write *headers* for nginx's ``server`` or ``location``; one with an ``add_header`` of its own inherits none."""
    return "".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items())


def as_caddy(headers: Mapping[str, str]) -> str:
    """Write *headers* for Caddy's block of a site; ``?`` leaves alone what the service says of its own pages."""
    return "header {\n" + "".join(f'\t?{name} "{value}"\n' for name, value in headers.items()) + "}\n"


def as_headers_file(headers: Mapping[str, str]) -> str:
    """Write *headers* as the file ``_headers`` of Netlify, Cloudflare Pages and others."""
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())


FORMS = {"nginx": as_nginx, "caddy": as_caddy, "_headers": as_headers_file}
