"""The HTTP headers that a built blog needs and no more, as a web server's settings.

A Content-Security-Policy names where a page may load from; what is missing in it does not work, what is too much in it
protects nobody. So it is read off the built pages: players, pictures of other hosts, forms, what the author's own HTML
holds; and search and service.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tertulia.core.addresses import join_address, split_address
from tertulia.core.errors import TertuliaError
from tertulia.core.html_tags import Tag, tags
from tertulia.core.languages import say

# Two years, as https://hstspreload.org asks for; without "preload", which nobody takes back in a hurry.
_HSTS = "max-age=63072000; includeSubDomains"

# What a page loads, by the directive that speaks of it. Links, scripts and styles are looked at more closely.
_LOADS = {
    ("img", "src"): "img-src",
    ("img", "srcset"): "img-src",
    ("input", "src"): "img-src",
    ("video", "poster"): "img-src",
    ("image", "href"): "img-src",
    ("picture source", "srcset"): "img-src",
    ("source", "src"): "media-src",
    ("track", "src"): "media-src",
    ("audio", "src"): "media-src",
    ("video", "src"): "media-src",
    ("iframe", "src"): "frame-src",
    ("figure", "data-player"): "frame-src",
    ("object", "data"): "object-src",
    ("embed", "src"): "object-src",
    ("script", "src"): "script-src",
    ("form", "action"): "form-action",
    ("button", "formaction"): "form-action",
    ("input", "formaction"): "form-action",
}
_NAMES = frozenset(name.rpartition(" ")[2] for name, _ in _LOADS) | {"link", "style"}
_SCRIPTS = ("", "module", "text/javascript", "application/javascript")
_BY_LINK = {"stylesheet": "style-src", "icon": "img-src", "modulepreload": "script-src", "manifest": "manifest-src"}
_BY_PRELOAD = {"font": "font-src", "image": "img-src", "style": "style-src", "script": "script-src"}
# What need not be named when it says no more than ``default-src``.
_OWN = ("img-src", "media-src", "font-src", "manifest-src")
_OURS = "https://own.invalid"  # stands for the blog's own host, by any name
_STYLE = re.compile(r'<[^>]*\sstyle="')


def of_site(output: Path, service: str = "", *, hsts: bool = False) -> dict[str, str]:
    """
    Give the headers for the site that was built into *output*.

    Args:
        service: The service's address where it has a host of its own; "" or a path where it answers under the blog's.
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
    """Give the Content-Security-Policy for the site in *output*."""
    used: dict[str, set[str]] = {}
    for page in sorted(output.rglob("*.html")):
        text = page.read_text("utf-8", errors="replace")
        for directive, source in _used(text):
            used.setdefault(directive, set()).add(source)
    if (output / "pagefind").is_dir():
        used.setdefault("script-src", set()).add("'wasm-unsafe-eval'")
    if elsewhere := split_address(service).origin if service.startswith(("https://", "http://")) else "":
        for directive in ("connect-src", "form-action"):
            used.setdefault(directive, set()).add(elsewhere)
    rules = {
        "default-src": ["'self'"],
        **{name: ["'self'", *sorted(used.get(name, ()))] for name in ("script-src", "style-src")},
        "style-src-attr": sorted(used.get("style-src-attr", ())),  # a table's columns to the right
        **{name: ["'self'", *sorted(used[name])] for name in _OWN if name in used},
        "frame-src": sorted(used.get("frame-src", ())) or ["'none'"],
        **{name: ["'self'", *sorted(used.get(name, ()))] for name in ("connect-src", "form-action")},
        "object-src": sorted(used.get("object-src", ())) or ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items() if sources)


def _used(page: str) -> Iterator[tuple[str, str]]:
    """Each directive that *page* needs more of, and the source to add."""
    if _STYLE.search(page):
        yield "style-src-attr", "'unsafe-inline'"
    in_picture = False
    for tag in tags(page):
        in_picture = not tag.closes if tag.name == "picture" else in_picture
        if tag.closes or tag.name not in _NAMES:
            continue
        name = "picture source" if in_picture and tag.name == "source" else tag.name
        for attribute, value in tag.attributes.items():
            if directive := _LOADS.get((name, attribute)):
                yield from ((directive, origin) for origin in _origins(attribute, value))
        if tag.name == "link":
            yield from _by_link(tag.attributes)
        elif source := _inside(page, tag):
            yield f"{tag.name}-src", source


def _origins(attribute: str, value: str) -> Iterator[str]:
    """List the other hosts that an attribute names; ``data:`` where the page brings the thing along."""
    addresses = [one.split()[0] for one in value.split(",") if one.split()] if attribute == "srcset" else [value]
    for address in addresses:
        if address.strip().lower().startswith("data:"):
            yield "data:"
            continue
        origin = split_address(join_address(_OURS, address.strip())).origin
        if origin != _OURS and re.fullmatch(r"https?://[\w.:\[\]-]+", origin, re.ASCII):
            yield origin


def _by_link(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for relation in attributes.get("rel", "").lower().split():
        directive = _BY_PRELOAD.get(attributes.get("as", "")) if relation == "preload" else _BY_LINK.get(relation)
        if directive:
            yield from ((directive, origin) for origin in _origins("href", attributes.get("href", "")))


def _inside(page: str, tag: Tag) -> str:
    """Take the hash of a script or style sheet that stands in the page itself; "" where there is none."""
    runs = tag.name == "script" and "src" not in tag.attributes and tag.attributes.get("type", "").lower() in _SCRIPTS
    if not (runs or tag.name == "style"):
        return ""
    closing = re.compile(rf"</{tag.name}[\s/>]", re.IGNORECASE).search(page, tag.end)
    body = page[tag.end : closing.start() if closing else len(page)]
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"


def as_nginx(headers: Mapping[str, str]) -> str:
    """Write them for a ``server`` or ``location``; one with an ``add_header`` of its own inherits none of them."""
    return "".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items())


def as_caddy(headers: Mapping[str, str]) -> str:
    """Write them for a site's block; ``?`` leaves alone what the service says of its own pages."""
    return "header {\n" + "".join(f'\t?{name} "{value}"\n' for name, value in headers.items()) + "}\n"


def as_headers_file(headers: Mapping[str, str]) -> str:
    """Write the file ``_headers`` of Netlify, Cloudflare Pages and others."""
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())


FORMS = {"nginx": as_nginx, "caddy": as_caddy, "_headers": as_headers_file}
