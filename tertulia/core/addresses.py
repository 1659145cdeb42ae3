"""Addresses: taken apart, compared, judged and made whole, in one place that no text can bring down.

``urlsplit`` and ``urljoin`` raise on brackets, ports and odd signs in hosts, so nothing else in the house may call them
(ruff holds it): strangers' and authors' words go through ``split_address`` and ``join_address``.

Inside the site links carry no host. Feeds, sitemap, JSON-LD and messages to other places need the host, and only
characters that RFC 3986 allows: "etiqueta/año/" becomes ``https://…/etiqueta/a%C3%B1o/``, and a host with ñ is written
as the web's programs know it: "peñabrava.example" is ``xn--peabrava-e3a.example`` (https://www.rfc-editor.org/rfc/rfc5891).
"""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from msgspec import Struct

from tertulia.core import lazy_re
from tertulia.core.visible import visible

# What RFC 3986 lets stand: reserved characters, and "%" because the rest may be encoded already.
SAFE = ":/?#[]@!$&'()*+,;=%~"

LONGEST = 2000  # characters; no browser or server of note promises more
USUAL_PORTS = {"http": 80, "https": 443}
# Hosts whose addresses only stand for others. Several have closed: what they answered is in the table or is lost.
SHORTENERS = frozenset(
    (
        *("t.co", "bit.ly", "j.mp", "ow.ly", "ht.ly", "goo.gl", "fb.me", "tinyurl.com", "is.gd", "v.gd", "buff.ly"),
        *("dlvr.it", "lnkd.in", "flic.kr", "tmblr.co", "wp.me", "amzn.to", "amzn.eu", "cort.as", "xurl.es", "tiny.cc"),
        *("cutt.ly", "rebrand.ly", "shorturl.at", "t.ly", "su.pr", "cli.gs", "post.ly", "twurl.nl", "dld.bz", "adf.ly"),
        *("migre.me", "acortar.link", "ift.tt", "trib.al", "nyti.ms", "bbc.in", "elpa.is", "reut.rs", "redd.it"),
        *("goo.su", "rb.gy"),
    )
)

# What the share buttons of services give instead of an item's address: who is asked once tells which item it is.
_SHARES = lazy_re.compile(
    r"https?://(?:(?:vm|vt)\.tiktok\.com|(?:www\.|m\.)?tiktok\.com/t|fb\.watch|(?:[\w-]+\.)?facebook\.com/share"
    r"|spotify\.(?:app\.)?link|spoti\.fi|on\.soundcloud\.com|(?:maps|soundcloud|youtube|podcasts)\.app\.goo\.gl"
    r"|(?:[\w-]+\.)?reddit\.com/(?:r|u|user)/[\w-]+/s|(?:www\.)?instagram\.com/share|pin\.it)/[^\s]",
    re.IGNORECASE,
)

# May not stand in an address that we take: spaces and what ends an attribute or a link somewhere.
_NOT_IN_ADDRESS = lazy_re.compile(r"[\s<>\"'`\\]")
_LABEL = lazy_re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# Attributes that hold one address, in the elements that carry them; srcset holds several.
_ELEMENT = lazy_re.compile(
    r"<(?:a|area|audio|blockquote|del|embed|iframe|img|input|ins|object|q|source|track|video)\s"
    r"""(?:[^<>"']|"[^"]*"|'[^']*')*>""",
    re.IGNORECASE,
)
_ATTRIBUTE = lazy_re.compile(
    r"""(?P<before>\s(?P<name>href|src|srcset|poster|cite|data)\s*=\s*)(?P<quote>["'])(?P<value>.*?)(?P=quote)""",
    re.IGNORECASE | re.DOTALL,
)
_HOST = lazy_re.compile(r"(?P<before>\s*(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?)(?P<host>[^/?#@:\[\]]+)", re.IGNORECASE)
_HAS_SCHEME = lazy_re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Address(Struct, frozen=True):
    """The parts of an address; all of them empty for a text that is none."""

    scheme: str = ""  # lower case
    netloc: str = ""  # host and port as written
    host: str = ""  # as programs compare it: lower case, ñ by IDNA, no brackets, no dot at its end
    port: int | None = None  # None where none is told
    path: str = ""
    query: str = ""
    fragment: str = ""
    user: str = ""  # what stands before "@", percent-encoded as written
    password: str | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port as browsers say them, "https://tertulia.example"; "" where there is no host."""
        if not (self.scheme and self.host):
            return ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port and self.port != USUAL_PORTS.get(self.scheme) else ""
        return f"{self.scheme}://{host}{port}"

    @property
    def is_web(self) -> bool:
        """Whether it says http or https, and a host."""
        return self.scheme in USUAL_PORTS and bool(self.host)


def split_address(text: str) -> Address:
    """
    Return the parts of *text*; an empty ``Address`` when it makes no sense: brackets, ports, signs that no host bears.
    """
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return Address()
    if "\\" in parts.netloc:  # programs read it in two ways: browsers end the host there
        return Address()
    return Address(
        parts.scheme,
        parts.netloc,
        ascii_host(host),
        port,
        parts.path,
        parts.query,
        parts.fragment,
        parts.username or "",
        parts.password,
    )


def join_address(base: str, reference: str) -> str:
    """Where *reference*, a link on the page *base*, leads; "" when the two make no sense together."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """Return the host of *url* as programs compare it: lower case, ñ by IDNA; "" for none."""
    return split_address(url).host


def site_of(url: str) -> str:
    """Return the host of *url* as people tell sites apart: "www." does not count."""
    return host_of(url).removeprefix("www.")


def domain_of(host: str) -> str:
    """
    Return the part of *host* that one has to pay for, as far as it can be told without the list of public suffixes.

    Two labels, or three below a country's "com", "co", "org"; on hosts that many share ("ana.github.io") it is all of
    them together. For counting, never for believing.
    """
    labels = host.split(".")
    if labels[-1].isdecimal() or ":" in host:
        return host
    is_country = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if is_country else labels[-2:])


def readable_site(url: str) -> str:
    """Return the host of *url* for people: no "www.", its ñ as a reader writes it; "" for none."""
    site = site_of(url)
    if "xn--" not in site:
        return site
    import idna

    try:
        return idna.decode(site)
    except (idna.IDNAError, UnicodeError):
        return site


def is_web_address(text: str, *, most: int = LONGEST) -> bool:
    """
    Whether *text* is a whole http or https address that may be asked, kept and put into a link.

    Not so: without a host that may exist, with a port that cannot be, with a name or password for the server, with
    spaces, quotes, controls or signs that hide or turn the text, longer than *most*.
    """
    if len(text) > most or _NOT_IN_ADDRESS.search(text) or visible(text) != text:
        return False
    parts = split_address(text)
    port_is_fine = parts.port is None or parts.port > 0
    return parts.is_web and "@" not in parts.netloc and port_is_fine and _is_host(parts.host)


def web_address(value: object) -> str:
    """*value* where ``is_web_address`` says yes, "" for anything else that a stranger may send for one."""
    bare = value.strip() if isinstance(value, str) else ""
    return bare if is_web_address(bare) else ""


def is_short(url: str) -> bool:
    """Whether *url* only stands for another: of a shortener, and not its home page, or out of a share button."""
    return (site_of(url) in SHORTENERS and len(split_address(url).path) > 1) or bool(_SHARES.match(url))


_NO_HOST = lazy_re.compile(r"\s|^\.|\.(?:\.|:\d|$)")  # a blank, a name of no letters between two dots


def normalised(url: str) -> str:
    """
    *url* in the one form by which it is compared: two that a server cannot tell apart are the same.

    Case of scheme and host, IDNA, the scheme's usual port, percent-encoding, a slash at the end and what stands after
    "#" do not count. http and https are two, and so are "www." and without.
    """
    url = url.strip().encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    parts = split_address(url)
    host = parts.origin.partition("://")[2]
    if not host or _NO_HOST.search(host):
        return url
    query = f"?{_percent(parts.query, '/?')}" if parts.query else ""
    return f"{parts.origin}{_percent(parts.path, '/').rstrip('/')}{query}"


def same_address(one: str, other: str) -> bool:
    """Whether two addresses name the same thing, however they are written (see ``normalised``)."""
    return one == other or normalised(one) == normalised(other)


def ascii_host(host: str) -> str:
    """*host* in lower-case ASCII, "ñ" by IDNA; one that no IDNA knows comes back in lower case only."""
    host = (unquote(host) if "%" in host else host).lower().removesuffix(".")
    if host.isascii():
        return host
    import idna  # its tables are large, and hardly an address needs them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return bool(ipaddress.IPv6Address(host))
        except ValueError:
            return False
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))


def _percent(text: str, also: str) -> str:
    """*text* with the same signs percent-encoded however it was written; reserved ones stay as they are."""

    def one(found: re.Match[str]) -> str:
        sign = chr(int(found[1], 16))
        return sign if sign in _UNRESERVED else found[0].upper()

    return re.sub(r"%([0-9A-Fa-f]{2})", one, quote(text, safe=SAFE + also, errors="replace"))


def encoded(address: str) -> str:
    """
    *address* as programs read it: characters that may not stand in one percent-encoded, a host with ñ by IDNA.

    Encoded twice it is the same.
    """
    if not address.isascii() and (found := _HOST.match(address)) and not found["host"].isascii():
        host = ascii_host(unquote(found["host"]))
        address = f"{found['before']}{host}{address[found.end() :]}" if host.isascii() else address
    return quote(address, safe=SAFE, errors="replace")


@lru_cache(maxsize=1 << 14)
def whole(site: str, path: str) -> str:
    """
    Return the whole address of *path* in *site*.

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
    joined = join_address(page, value.strip())
    return encoded(joined) if joined else value  # what makes no sense, "//[", is the author's and stays as it is


def _joined_set(page: str, value: str) -> str:
    """Return a srcset, "a.webp 1x, b.webp 2x"; one that holds ``data:`` is left alone, its commas are not ours."""
    if "data:" in value:
        return value
    candidates = [candidate.split(None, 1) for candidate in value.split(",") if candidate.strip()]
    return ", ".join(" ".join([_joined(page, address), *rest]) for address, *rest in candidates)
