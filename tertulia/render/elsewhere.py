"""What a browser would fetch from other hosts by itself, in a finished page: none of it is published without a word.

A reader of the blog asks the blog, and nobody else is told who reads. So a frame, a film or a picture of another host
becomes a link, its scripts, styles and hints are left out, and the author is told, with the line and what to do.
What is named in ``ALLOWED_HOSTS`` stays: that is the author's decision, and the privacy page's to tell.

What fetches: https://html.spec.whatwg.org/multipage/indices.html#attributes-3 (every attribute that holds a URL).
"""

import re
from base64 import b64decode
from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from html import escape
from urllib.parse import unquote_to_bytes

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from msgspec import Struct

from tertulia.core import lazy_re
from tertulia.core.addresses import readable_site, split_address
from tertulia.core.html_tags import Tag, closing_of, open_at, tags
from tertulia.core.languages import say
from tertulia.render.document import Document


class LoadKind(StrEnum):
    """What is fetched; the phrases are named for it."""

    FRAME = "frame"
    FORM = "form"
    PICTURE = "picture"
    SCRIPT = "script"
    STYLE = "style"
    HINT = "hint"


# Elements that may fetch, for a quick look before a page is read tag by tag.
FETCHING = (
    "applet|audio|base|button|embed|feimage|form|frame|iframe|image|input|link|meta|object|portal"
    "|script|style|track|use|video"
)
# The attributes of drawings that take a style's url(): https://www.w3.org/TR/SVG2/propidx.html
_DRAWN = ("clip-path", "cursor", "fill", "filter", "marker-end", "marker-mid", "marker-start", "mask", "stroke")
# How an address of another host may begin: browsers read no tab and no line's end in it, and these names of the slash.
BEGINNING = r"/[\t\r\n]*/|\\|&#|&b?sol;"
# Where a tag seems to end inside of a quoted value, or holds what may begin another: no quick look is to be trusted.
UNCLEAR_END = r"(?:[^<>\"']++|\"[^\">]*+\"|'[^'>]*+')*(?:<|\"(?![^\">]*+\")|'(?![^'>]*+'))"
STYLED = rf"(?:background|style|{'|'.join(_DRAWN)})"
_SUSPECT = lazy_re.compile(
    rf"<(?:{FETCHING})[\s>/]|<(?:img|source)[\s/](?:[^>]*(?:{BEGINNING})|{UNCLEAR_END})", re.IGNORECASE
)
_SUSPECT_STYLE = lazy_re.compile(rf"[\s/\"']{STYLED}\s*=(?:[^>]*|\s*\"[^\"]*|\s*'[^']*)(?:{BEGINNING})", re.IGNORECASE)
_WHOLE_ELEMENTS = {"iframe", "frame", "object", "embed", "applet", "portal", "audio", "video"}
_ADDRESSES = {
    "iframe": ("src", "srcdoc"),
    "frame": ("src",),
    "object": ("data", "classid", "codebase"),
    "embed": ("src",),
    "applet": ("code", "codebase", "archive"),
    "portal": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src", "srcset"),
    "track": ("src",),
    "param": ("value",),
    "img": ("src", "srcset"),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "input": ("src",),
    "script": ("src", "href", "xlink:href"),
    "link": ("href", "imagesrcset"),
}
# What is style wherever it stands, and what runs or shows an address that holds all of it ("data:").
_STYLES = ("style", *_DRAWN)
_READS_DATA = frozenset(("iframe", "frame", "object", "embed", "script", "link"))
# Links that only say something; all others make a browser fetch, or make it ready to.
_TELLING = frozenset(
    (
        *(
            "alternate",
            "amphtml",
            "archives",
            "author",
            "bookmark",
            "canonical",
            "first",
            "help",
            "home",
            "hub",
            "index",
        ),
        *(
            "last",
            "license",
            "me",
            "micropub",
            "next",
            "nofollow",
            "noopener",
            "noreferrer",
            "pingback",
            "prev",
            "self",
        ),
        *("privacy-policy", "search", "shortlink", "tag", "terms-of-service", "token_endpoint", "up", "webmention"),
        *("authorization_endpoint", "edituri", "in-reply-to", "payment", "profile", "schema.dc", "syndication", "via"),
    )
)
_SCRIPTS = frozenset(
    (
        *("", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/x-javascript"),
        *("importmap", "speculationrules"),
    )
)
# Where a link that stands for a frame makes a paragraph of its own.
_HOLDS_PARAGRAPHS = frozenset(
    ("article", "aside", "blockquote", "center", "details", "div", "figure", "footer", "header", "main", "section")
)
_HOST = lazy_re.compile(r"(?:(?:https?|wss?|ftp):/*|/{2,})(?P<host>[^/?#]+)", re.IGNORECASE)
_CONTROLS = lazy_re.compile(r"[\t\r\n]")
# "//a.example" is an address where it begins a string; elsewhere it is a comment.
_IN_SCRIPT = lazy_re.compile(
    r"(?:https?:\\?/\\?/|(?<=[\"'`])\\?/\\?/)(?:[\w-]+\.)+[a-z]{2,}[^\s\"'<>`]*", re.IGNORECASE
)
_IMPORT = lazy_re.compile(r"@import\s+(?:url\()?\s*[\"']?(?P<url>[^\"')\s;]+)[^;]*;?", re.IGNORECASE)
_URL = lazy_re.compile(r"(?:url|src)\(\s*(?P<quote>[\"']?)(?P<url>[^\"')]+)(?P=quote)[^)]*\)", re.IGNORECASE)
_IMAGE_SET = lazy_re.compile(r"image-set\((?:[^()]|\([^()]*\))*\)", re.IGNORECASE)
_STRING = lazy_re.compile(r"\"([^\"]*)\"|'([^']*)'")
_COMMENT = lazy_re.compile(r"/\*.*?\*/", re.DOTALL)
_ESCAPE = lazy_re.compile(r"\\(?:([0-9a-f]{1,6})\s?|([^\n]))", re.IGNORECASE)
_EMPTY = lazy_re.compile(r"<p>\s*</p>\n?")
_REFRESH = lazy_re.compile(r"^[\s\d.;,]*url\s*=\s*[\"']?(?P<url>[^\"']+)", re.IGNORECASE)


class Load(Struct, frozen=True):
    """Something that a browser would fetch from another host."""

    kind: LoadKind
    url: str  # as it is meant
    start: int  # ``html[start:end]`` is to be replaced …
    end: int
    instead: str  # … by this, which fetches nothing


def loads(html: str, is_own: Callable[[str], bool] = lambda host: False) -> Iterator[Load]:
    """
    Yield what a browser that shows *html* fetches from other hosts by itself, in order.

    Args:
        is_own: Whether a host may be asked: the blog's own, and whom its owner allows.
    """
    if not _is_suspect(html):
        return
    finder = _Finder(html, is_own)
    end = 0
    for number, tag in enumerate(finder.tags):
        if tag.start >= end and not tag.closes and (load := finder.load(number)):
            yield load
            end = load.end


def addresses_in_style(style: str) -> Iterator[str]:
    """Return what a stylesheet loads: other sheets, fonts, pictures."""
    without_names = re.sub(r"@namespace[^;]*;", "", style)  # those are names, not addresses
    # As it is written and as it is meant: what only looks like a comment or an escape must hide nothing.
    forms = (without_names, _ESCAPE.sub(_unescaped, _COMMENT.sub(" ", without_names)))
    return iter(dict.fromkeys(url for form in forms for url in _named_in_style(form)))


def _named_in_style(style: str) -> Iterator[str]:
    yield from (found["url"] for pattern in (_IMPORT, _URL) for found in pattern.finditer(style))
    for images in _IMAGE_SET.finditer(style):
        yield from (found[1] or found[2] for found in _STRING.finditer(images[0]))


def _unescaped(escape: re.Match[str]) -> str:
    code = int(escape[1], 16) if escape[1] else 0
    return escape[2] or (chr(code) if 0 < code < 0x110000 else "\ufffd")


def _is_suspect(html: str) -> bool:
    """Whether it is worth reading the tags of *html*: most pages fetch nothing, and this is quickly seen."""
    if _SUSPECT.search(html):
        return True
    written = html.lower()  # that pattern would be tried at every space
    return any(word in written for word in ("style", "background", "url(")) and bool(_SUSPECT_STYLE.search(html))


def without_loads(html: str, is_own: Callable[[str], bool], tell: Callable[[Load], None]) -> str:
    """*html* so that a browser fetches nothing from other hosts; each piece that changes is told."""
    pieces, at = [], 0
    for load in loads(html, is_own):
        tell(load)
        pieces += [html[at : load.start], load.instead]
        at = load.end
    return _EMPTY.sub("", "".join((*pieces, html[at:]))) if pieces else html


def host_asked(written: str) -> str:
    """Return the host that a browser asks for the address *written*, "" for one of the page's own host or of none."""
    cleaned = _CONTROLS.sub("", written.strip("\0 \t\r\n\f")).replace("\\", "/")
    found = _HOST.match(cleaned)
    return (split_address(f"https://{found['host']}").host or found["host"].lower()) if found else ""


class _Finder:
    """What the tags of one page fetch from other hosts."""

    def __init__(self, html: str, is_own: Callable[[str], bool]) -> None:
        self.html, self.is_own = html, is_own
        self.tags = list(tags(html))

    def load(self, number: int) -> Load | None:
        """Return what the element that begins with the tag at *number* fetches."""
        tag = self.tags[number]
        if tag.name in _WHOLE_ELEMENTS and (load := self._whole(number)):
            return load
        if tag.name == "script":
            return self._script(number)
        if tag.name == "style":
            return self._style(number)
        if tag.name in ("base", "link", "meta"):
            return self._of_head(tag)
        attributes = tag.attributes
        where = attributes.get("action" if tag.name == "form" else "formaction", "")
        if tag.name in ("form", "button", "input") and (url := self.foreign(where)):
            return Load(LoadKind.FORM, url, tag.start, tag.end, self.html[tag.start : tag.end])
        found = {name: url for name in self._names(tag) if (url := self._first(tag, name))}
        if not found:
            return None
        url = next(iter(found.values()))
        shown = tag.name == "img" and "src" in found
        instead = self._link(number, url, attributes.get("alt", "")) if shown else _without(tag, found)
        return Load(LoadKind.PICTURE, url, tag.start, tag.end, instead)

    def foreign(self, written: str) -> str:
        """*written* when it is at a host that may not be asked, else ""."""
        host = host_asked(written)
        return _whole(written) if host and not self.is_own(host) else ""

    def _names(self, tag: Tag) -> Iterator[str]:
        """Return the attributes of *tag* whose addresses are fetched, where it has them."""
        return (name for name in (*_ADDRESSES.get(tag.name, ()), "background", *_STYLES) if name in tag.attributes)

    def _first(self, tag: Tag, name: str) -> str:
        """Return the first address of another host in the attribute *name*."""
        value = tag.attributes[name]
        if name in ("srcset", "imagesrcset"):
            values = [one.split()[0] for one in value.split(",") if one.strip()]
        elif name in _STYLES:
            values = list(addresses_in_style(value))
        elif name == "srcdoc":
            return next((load.url for load in loads(value, self.is_own)), "")
        else:
            values = [value, *(self._inside(value) if tag.name in _READS_DATA else ())]
        return next((url for each in values if (url := self.foreign(each))), "")

    def _inside(self, written: str) -> Iterator[str]:
        """Yield what the page, the style or the script asks that stands in a "data:" address itself."""
        try:
            kind, data = unquote_to_bytes(_CONTROLS.sub("", written)).partition(b",")[::2]
            text = (b64decode(data + b"==") if b";base64" in kind.lower() else data).decode("utf-8", "replace")
        except ValueError:
            return
        if not kind.strip().lower().startswith(b"data:"):
            return
        yield from (load.url for load in loads(text, self.is_own))
        yield from addresses_in_style(text)
        yield from _addresses_in_script(text)

    def _whole(self, number: int) -> Load | None:
        """Return a frame, a film or a song, of which nothing is left when what it shows is elsewhere."""
        tag, last = self.tags[number], closing_of(self.tags, number)
        inside = [each for each in self.tags[number : last + 1] if not each.closes]
        urls = (self._first(each, name) for each in inside for name in self._names(each) if name != "poster")
        url = next(filter(None, urls), "")
        if not url:
            return None
        title = tag.attributes.get("title", "")
        return Load(LoadKind.FRAME, url, tag.start, self.tags[last].end, self._link(number, url, title))

    def _script(self, number: int) -> Load | None:
        tag, last = self.tags[number], self.tags[closing_of(self.tags, number)]
        url = next((url for name in self._names(tag) if (url := self._first(tag, name))), "")
        if not url and tag.attributes.get("type", "").lower().strip() in _SCRIPTS:
            inner = self.html[tag.end : last.start]
            url = next(filter(self.foreign, _addresses_in_script(inner)), "")
        return Load(LoadKind.SCRIPT, url, tag.start, last.end, "") if url else None

    def _style(self, number: int) -> Load | None:
        tag, last = self.tags[number], self.tags[closing_of(self.tags, number)]
        inner = self.html[tag.end : last.start]
        url = next(filter(None, map(self.foreign, addresses_in_style(inner))), "")
        if not url:
            return None
        left = _IMPORT.sub(lambda found: "" if self.foreign(found["url"]) else found[0], inner)
        left = _URL.sub(lambda found: "none" if self.foreign(found["url"]) else found[0], left)
        if any(map(self.foreign, addresses_in_style(left))):  # written so that no piece of it can be told
            left = ""
        return Load(LoadKind.STYLE, url, tag.end, last.start, left)

    def _of_head(self, tag: Tag) -> Load | None:
        attributes, kind = tag.attributes, LoadKind.HINT
        if tag.name == "meta":
            refresh = attributes.get("http-equiv", "").lower() == "refresh"
            where = _REFRESH.search(attributes.get("content", "")) if refresh else None
            url = self.foreign(where["url"]) if where else ""
        elif tag.name == "base":
            url = self.foreign(attributes.get("href", ""))
        else:
            rels = set(attributes.get("rel", "").lower().split())
            kind = LoadKind.STYLE if "stylesheet" in rels else kind
            url = (
                "" if rels <= _TELLING else next((u for name in self._names(tag) if (u := self._first(tag, name))), "")
            )
        return Load(kind, url, tag.start, tag.end, "") if url else None

    def _link(self, number: int, url: str, words: str) -> str:
        """Return a link to what is not fetched, or its words alone where a link is open already."""
        around = open_at(self.tags, number)
        shown = escape(" ".join(words.split()) or _readable(url), quote=False)
        if not url.startswith("http") or any(tag.name in ("a", "button") for tag in around):
            return shown
        link = f'<a href="{escape(url)}">{shown}</a>'
        alone = self.tags[number].name != "img" and (not around or around[-1].name in _HOLDS_PARAGRAPHS)
        return f"<p>{link}</p>" if alone else link


def _addresses_in_script(script: str) -> Iterator[str]:
    return (found[0].replace("\\/", "/") for found in _IN_SCRIPT.finditer(script))


def _whole(written: str) -> str:
    """Return an address for a link: with its scheme, on one line."""
    url = _CONTROLS.sub("", written.strip()).replace("\\", "/")
    return f"https:{url}" if url.startswith("//") else url


def _readable(url: str) -> str:
    shown = f"{readable_site(url)}{split_address(url).path.rstrip('/')}" or url
    return shown if len(shown) <= 70 else shown[:69] + "…"


def _without(tag: Tag, names: Collection[str]) -> str:
    """*tag* without the attributes *names*."""
    left = "".join(f' {name}="{escape(value)}"' for name, value in tag.attributes.items() if name not in names)
    return f"<{tag.name}{left}>"


class ElsewhereExtension(Extension):
    """
    Leaves nothing in a post that a browser would fetch from other hosts by itself.

    Args:
        hosts: The blog's own, and those that its owner allows.
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        super().__init__()
        self.hosts = frozenset(host.lower() for host in hosts if host)

    def extendMarkdown(self, md: Markdown) -> None:
        """Look at the page when it is whole, but for the drawings of embeds (2), which fetch nothing."""
        md.postprocessors.register(_Elsewhere(md, self), "elsewhere", 1.9)


class _Elsewhere(Postprocessor):
    def __init__(self, md: Markdown, extension: ElsewhereExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, text: str) -> str:
        document: Document = getattr(self.md, "document", None) or Document()
        return without_loads(text, self.extension.hosts.__contains__, lambda load: _report(document, load, text))


def _report(document: Document, load: Load, text: str) -> None:
    host = readable_site(load.url) or load.url
    phrase = "picture_elsewhere" if load.kind is LoadKind.PICTURE else f"elsewhere_{load.kind}"
    what, fix = say(phrase, host=host), say(f"{phrase}_fix", host=host)
    bare = re.sub(r"^https?:", "", load.url)
    needles = (text[load.start : load.end], load.url, bare, escape(load.url), escape(bare), host)
    needle = next((each for each in needles if each and each in document.body), "")
    # What stands in a heading is read for the table of contents too.
    if (what, document.line_of(needle)) not in {(problem.what, problem.line) for problem in document.problems}:
        document.report(what, fix, needle=needle)
