"""Blogger: its old backup, one Atom file, and what Google Takeout gives since 2025.

The old one calls things by https://schemas.google.com/blogger/2008, Takeout by https://schemas.google.com/blogger/2018:
a feed without a host, which stands in ``settings.csv`` beside it, with titles that are escaped twice and pictures in
``Albums/``. Templates and settings do not come over.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from lxml import etree
from lxml.html import HtmlElement

from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources import wxr
from tertulia.imports.sources.common import (
    edited,
    has_class,
    inner,
    lines_of,
    made,
    moment,
    most,
    plain,
    put,
    removed,
    teaser,
    without_gone,
)  # fmt: skip
from tertulia.imports.types import (
    LeftOut,
    OldAddress,
    OldAuthor,
    OldComment,
    OldDecision,
    OldPost,
    OldSite,
    Visibility,
)  # fmt: skip

_MARK = b"tag:blogger.com,1999:blog-"
_ID = re.compile(r"blog-(\d+)(?:\.(?:post|page)-(\d+))?")
# A blog of x.blogspot.com answered in these countries under their own name.
_COUNTRIES = ("com.es", "mx", "com.ar", "cl", "com.co", "pe", "com.br", "pt", "fr", "it", "de", "co.uk", "ca", "in")
_FILE_HOSTS = ("bp.blogspot.com", "blogger.googleusercontent.com", "googleusercontent.com", "ggpht.com")
_SIZE = re.compile(r"/(?:s\d+|w\d+|h\d+)(?:-[a-z0-9-]+)?/(?=[^/]*$)|=(?:s|w|h)\d+(?:-[a-z0-9-]+)?$")
_MORE = re.compile(r"<a\s+name=[\"']?more[\"']?\s*/?>(?:\s*</a>)?|<!--\s*more\s*-->", re.I)
_NOBODY = ("anonymous", "anónimo", "anònim", "unknown", "desconocido")


def read(export: Export) -> OldSite:
    """
    Return the blog in the export's files.

    Raises:
        ContentError: one of them cannot be read, or they are of several blogs.
    """
    found = _BloggerExport(export)
    for file in filter(_is_blogger, export):
        found.take(file)
    return found.site()


def recognises(export: Export) -> bool:
    """Whether it is an export of Blogger."""
    return any(_is_blogger(file) for file in export)


IMPORTER = Importer("blogger", "Blogger", "blogger", recognises, read)


def _is_blogger(file: ExportFile) -> bool:
    return file.suffix in (".xml", ".atom", "") and _MARK in file.head() and b"<feed" in file.head()


@dataclass(frozen=True, slots=True)
class _BloggerEntry:
    """A post, page or comment, whichever export it stands in."""

    id: str
    tag: str  # the whole id, as its feed has it
    kind: str  # "post", "page", "comment", or what does not come over
    state: str  # of Takeout, "LIVE"; the old backup knows "" and "DRAFT"
    fields: dict[str, str]
    labels: tuple[str, ...]
    address: str
    name: str
    profile: str
    is_anonymous: bool
    post: str  # what a comment is about
    parent: str  # the comment that it answers


@dataclass(slots=True)
class _BloggerExport:
    export: Export
    entries: dict[str, _BloggerEntry] = field(default_factory=dict)
    blogs: dict[str, str] = field(default_factory=dict)  # number → title
    address: str = ""
    hosts: dict[str, str] = field(default_factory=dict)  # number → host, of Takeout's settings

    def take(self, file: ExportFile) -> None:
        for element in wxr.elements(file, "feed"):
            name = wxr.local(element)
            if name == "id" and (found := _ID.search(element.text or "")):
                self.blogs.setdefault(found[1], "")
            elif name == "link" and element.get("rel") == "alternate" and not self.address:
                self.address = web_address(element.get("href", "")).rstrip("/")
            elif name == "entry":
                entry = _entry(element)
                if entry and entry.kind in ("post", "page", "comment"):
                    self.entries.setdefault(entry.id, entry)
        if len(self.blogs) > 1:
            raise ContentError(say("import_several_blogs", file=file.name))
        self.address = self.address or self._host_of_takeout()

    def _host_of_takeout(self) -> str:
        """Return the host that ``settings.csv`` names, or that links in the posts lead to most."""
        for file in self.export.named("settings.csv"):
            for row in csv.DictReader(lines_of(file.read())):
                if row.get("blog_id") in self.blogs and (row.get("blog_hostname") or "").strip():
                    return web_address(f"https://{(row.get('blog_hostname') or '').strip()}").rstrip("/")
        links = (
            split_address(href).origin
            for entry in self.entries.values()
            for href in re.findall(r"href=[\"'](https?://[^\"']+\.html)", entry.fields.get("content", ""))
        )
        host = most(link for link in links if re.search(r"\.blogspot\.[a-z.]+$", link))
        return host

    def site(self) -> OldSite:
        posts, comments = [], []
        left_out: list[LeftOut] = []
        gone: dict[str, str] = {}
        thrown = {one.id for one in self.entries.values() if one.kind != "comment" and _is_trash(one)}
        writers = {one.profile for one in self.entries.values() if one.kind != "comment" and one.profile}
        body = _BloggerBody(self.export)
        for one in self.entries.values():
            if one.kind != "comment":
                if one.id in thrown:
                    left_out.append(LeftOut(one.kind, one.id, _title(one), "trash"))
                else:
                    posts.append(self._post(one, body))
                continue
            comment = _comment(one, writers)
            if comment and one.post not in thrown:
                comments.append(comment)
            else:
                gone[one.id] = one.parent
                left_out.append(LeftOut("comment", one.id, one.name, "trash"))
        host = host_of(self.address)
        base = host.partition(".blogspot.")[0] if ".blogspot." in host else ""
        read = (f"{'comment' if one.kind == 'comment' else 'post'} {one.id}" for one in self.entries.values())
        names = dict.fromkeys(name for post in posts for name in post.authors)
        return OldSite(
            address=self.address,
            hosts=tuple(f"{base}.blogspot.{country}" for country in ("com", *_COUNTRIES)) if base else (),
            file_hosts=_FILE_HOSTS,
            authors=tuple(OldAuthor(key=name, name=name) for name in names),
            posts=tuple(posts),
            comments=without_gone(comments, gone),
            addresses=tuple(_lists(posts)),
            left_out=tuple(left_out),
            read=tuple(read),
        )

    def _post(self, one: _BloggerEntry, body: "_BloggerBody") -> OldPost:
        html = one.fields.get("content", "")
        state, kept_back = _state(one)
        address = one.address if split_address(one.address).netloc else ""
        address = address or (f"{self.address}{one.address}" if one.address.startswith("/") else "")
        stem = PurePosixPath(split_address(address).path).stem if address else ""
        # "blog-post_12" is what Blogger calls what has no title.
        slug = "" if re.fullmatch(r"blog-post(?:_\d+)?", stem) and _title(one) else stem
        first = _MORE.split(html, maxsplit=1)[0] if _MORE.search(html) else ""
        return OldPost(
            id=one.id,
            address=address,
            published=moment(one.fields.get("published")),
            is_page=one.kind == "page",
            title=_title(one),
            body=body.html(_MORE.sub("", html)),
            state=state,
            kept_back=kept_back,
            slug=unquote(slug),
            authors=(one.name,) if one.name else (),
            tags=one.labels,
            summary=one_line(one.fields.get("metaDescription", ""), 500) or teaser(first),
            guid=one.tag,
        )


def _entry(element: etree._Element) -> _BloggerEntry | None:
    fields = wxr.texts(element)
    found = _ID.search(fields.get("id", ""))
    if not found or not found[2]:
        return None
    kind, labels = fields.get("type", "").strip().lower(), []
    for child in element:
        scheme, term = child.get("scheme", ""), child.get("term", "")
        if wxr.local(child) == "category" and term:
            if scheme.endswith("g/2005#kind"):
                kind = term.rpartition("#")[2]
            else:
                labels.append(one_line(term, 200))
    author = wxr.texts(next((child for child in element if wxr.local(child) == "author"), etree.Element("none")))
    links = {child.get("rel"): child.get("href", "") for child in element if wxr.local(child) == "link"}
    draft = any(wxr.local(one) == "draft" and (one.text or "").strip() == "yes" for one in element.iter())
    about = next((child.get("ref", "") for child in element if wxr.local(child) == "in-reply-to"), "")
    about = about or fields.get("parent", "")
    answered = fields.get("inReplyTo", "") or (links.get("related") or "").rpartition("/")[2]
    name = one_line(author.get("name", ""), 200)
    profile = web_address(author.get("uri", "").strip())
    is_removed = any(child.get("name") == "blogger.contentRemoved" for child in element)
    # Takeout tells the type in an element of its own, and the state of everything.
    told = fields.get("status", "").strip().upper() or ("UNKNOWN" if "type" in fields else "")
    state = "DRAFT" if draft else told
    return _BloggerEntry(
        id=found[2],
        tag=fields.get("id", "").strip(),
        kind=kind,
        state="REMOVED" if is_removed else "SOFT_TRASHED" if fields.get("trashed", "").strip() else state,
        fields=fields if "status" not in fields else {**fields, "title": unescape(fields.get("title", ""))},
        labels=tuple(dict.fromkeys(labels)),
        address=web_address(links.get("alternate") or "") or fields.get("filename", "").strip(),
        name=name,
        profile=profile,
        is_anonymous=not profile and name.lower() in ("", *_NOBODY),
        post=_last_number(about),
        parent=_last_number(answered),
    )


def _last_number(text: str) -> str:
    found = re.findall(r"\d+", text.rpartition("-")[2] or text)
    return found[-1] if found else ""


def _title(one: _BloggerEntry) -> str:
    return one_line(one.fields.get("title", ""), 1000)


def _is_trash(one: _BloggerEntry) -> bool:
    return "TRASH" in one.state or "DELETE" in one.state


def _state(one: _BloggerEntry) -> tuple[Visibility, str]:
    """Whether it may be seen, and why it could not be; a state that nobody knows counts as one that was not public."""
    if one.state in ("", "LIVE", "SCHEDULED"):
        return Visibility.PUBLISHED, "future" if one.state == "SCHEDULED" else ""
    return Visibility.DRAFT, "" if one.state == "DRAFT" else one.state.lower()


def _comment(one: _BloggerEntry, writers: set[str]) -> OldComment | None:
    """Return a comment; None for one that was removed."""
    when = moment(one.fields.get("published"))
    if when is None or _is_trash(one) or one.state in ("REMOVED", "GHOSTED", "EMPTIED", "EMPTIED_COMMENT"):
        return None
    decision = OldDecision.APPROVED if one.state in ("", "LIVE") else OldDecision.WAITING
    return OldComment(
        id=one.id,
        post=one.post,
        published=when,
        name=one.name,
        site=one.profile,
        # All who signed with no name share one, and are not one.
        person=f"nobody {one.id}" if one.is_anonymous else one.profile,
        html=one.fields.get("content", ""),
        decision=OldDecision.SPAM if "SPAM" in one.state else decision,
        parent=one.parent if one.parent != one.post else "",
        anchor=f"c{one.id}",
        is_owner=one.profile in writers,
    )


def _lists(posts: list[OldPost]) -> Iterator[OldAddress]:
    """Where Blogger had its lists and feeds, as paths."""
    for label in dict.fromkeys(label for post in posts for label in post.tags):
        yield OldAddress(address=f"/search/label/{quote(label)}", kind="tag", target=label)
        yield OldAddress(address=f"/feeds/posts/default/-/{quote(label)}", kind="feed")
    public = [post.published for post in posts if post.published and post.state is Visibility.PUBLISHED]
    for year, month in sorted({(when.year, when.month) for when in public}):
        told = f"{year}/{month:02}"
        yield OldAddress(address=f"/{told}/", kind="month", target=told)
        yield OldAddress(address=f"/{year}_{month:02}_01_archive.html", kind="month", target=told)
        yield OldAddress(address=f"/{year}/", kind="year", target=str(year))
    for path in ("/feeds/posts/default", "/feeds/posts/summary", "/rss.xml", "/atom.xml"):
        yield OldAddress(address=path, kind="feed")
    yield OldAddress(address="/?m=1", kind="home")


class _BloggerBody:
    """Puts what Blogger's editor writes right: captions that are tables, pictures made small."""

    def __init__(self, export: Export) -> None:
        self._albums: dict[str, list[str]] = {}  # name of a picture in Takeout → where it lies
        for file in export:
            if "/albums/" in f"/{file.name}".lower():
                self._albums.setdefault(PurePosixPath(file.name).name.casefold(), []).append(file.name)

    def html(self, written: str) -> str:
        return edited(written, self._edit) if "<" in written else written

    def _edit(self, root: HtmlElement) -> None:
        for image in list(root.iter("img")):
            source = image.get("src", "")
            image.set("src", self._album(source) or full_size(source))
        for table in list(root.iter("table")):
            if has_class(table, "tr-caption-container"):
                image = next(table.iter("img"), None)
                words = next((one for one in table.iter("td") if has_class(one, "tr-caption")), None)
                if image is not None:
                    put(table, _figure(image, words))
        for link in list(root.iter("a")):
            if not plain(inner(link)) and next(link.iter("img"), None) is None and not link.get("href"):
                removed(link)

    def _album(self, source: str) -> str:
        """Return the path of a picture that came with the export; "" for one that did not, or may be one of several."""
        name = PurePosixPath(unquote(split_address(source).path)).name.casefold()
        is_ours = any(host_of(source) == host or host_of(source).endswith(f".{host}") for host in _FILE_HOSTS)
        places = self._albums.get(name, []) if is_ours else []
        return f"/{quote(places[0])}" if len(places) == 1 else ""


def _figure(image: HtmlElement, words: HtmlElement | None) -> HtmlElement:
    figure = made("figure")
    image.tail = None
    figure.append(image)
    if words is not None:
        words.tag = "figcaption"
        words.tail = None
        words.attrib.clear()
        figure.append(words)
    return figure


def full_size(source: str) -> str:
    """Return the address of a picture as it was uploaded, of one that Google made smaller."""
    host = host_of(source)
    if not any(host == one or host.endswith(f".{one}") for one in _FILE_HOSTS):
        return source
    return _SIZE.sub(lambda found: "=s0" if found[0].startswith("=") else "/s0/", source)
