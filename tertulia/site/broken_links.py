"""Links that lead nowhere: told with their line, once everything is written.

Looked up is whatever a post asks of this blog: links and all that a page loads, in Markdown and in HTML, relative or in
full, with "http:" or "https:", "www." or not, and "#anchors". Other hosts are nobody's business here.

Settings:
    OWN_HOSTS     hosts whose addresses are this blog's too: where it lived before. ``["ana.blogspot.example"]``
    OTHER_PATHS   what else is on this host and not the blog's, by how the path begins: ``["tienda/", "nube/"]``
"""

import html
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from tertulia.core import lazy_re
from tertulia.core.addresses import Address, join_address, site_of, split_address
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.embeds.draw import without_embeds
from tertulia.site.contents import Content, leads_to_file, line_of
from tertulia.site.problems import report

# The same in all of Pelican's ways, those too that it is not told of when they lead nowhere.
_ANY_FILE_LINK = lazy_re.compile(r"""["'][{|]\w+[}|]([^"'#?]+)""")
_FILE_LINK = lazy_re.compile(r'"\{(?:filename|static|attach)\}([^"#?]+)[^"]*"')
_COMMENT = lazy_re.compile(r"<!--.*?-->", re.DOTALL)
# Every element that leads somewhere or loads something, and the attributes that say what.
_ELEMENT = lazy_re.compile(
    r"<(?:a|area|audio|embed|iframe|image|img|input|link|object|script|source|track|use|video)\s"
    r"""(?:[^<>"']|"[^"]*"|'[^']*')*>""",
    re.IGNORECASE,
)
_ATTRIBUTE = lazy_re.compile(
    r"""\s(?P<name>href|src|srcset|poster|data|xlink:href)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+))""",
    re.IGNORECASE,
)
_ID = lazy_re.compile(r"""\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SAME_ON_EVERY_PAGE = lazy_re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")
_OF_WORDPRESS = lazy_re.compile(r"(?:p|page_id|attachment_id)=\d+")
_DATED = lazy_re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_]")
_ENDING = lazy_re.compile(r"\.(?:html?|php|md|markdown|aspx?)$", re.IGNORECASE)


def is_redirect(page: str) -> bool:
    """Whether *page* is one of ours that only leads on."""
    return '<meta http-equiv="refresh"' in page[:500]


class InternalLink(NamedTuple):
    """A link of *content* that may lead to this blog."""

    content: Content
    href: str  # as it stands in the page, under SITEURL
    where: str = "body"  # or the key of the metadata that holds it, or "embed"


def without_broken_file_links(
    content: Content, html: str, folder: str, known: Collection[str], where: str = "body"
) -> str:
    """
    *html* with links to files that are no post turned into "#", each told on its line.

    Args:
        folder: Where the post's file is, relative to the content folder.
        known: Every file that is published.
        where: As of an ``InternalLink``.
    """
    for match in set(_FILE_LINK.findall(html)):
        target = unquote(match)
        inside = target.lstrip("/") if target.startswith("/") else os.path.join(folder, target)
        if os.path.normpath(inside) not in known:
            report(_broken(InternalLink(content, target, where), [target]))
            html = re.sub(rf'"\{{(?:filename|static|attach)\}}{re.escape(match)}[^"]*"', '"#"', html)
    return html


def turn_off_broken_file_links(contents: Iterable[Content], known: Collection[str]) -> set[str]:
    """Do so in all of *contents*; the files that they link to, as they name them, those too that are not there."""
    named: set[str] = set()
    for content in contents:
        html = content._content
        named |= files_named(html)
        content._content = without_broken_file_links(content, html, content.relative_dir, known)
        named |= _follow_in_summary(content, known)
    return named


def _follow_in_summary(content: Any, known: Collection[str]) -> set[str]:
    """Lead the links to files in the summary of *content*, where Pelican does not look; the files that it names."""
    html = content.metadata.get("summary") or ""
    if named := files_named(html):
        html = without_broken_file_links(content, html, content.relative_dir, known, "summary")
        content.metadata["summary"] = content._update_content(html, content.get_siteurl())
        content.get_summary.cache.clear()  # Pelican remembers what it was
    return named


def files_named(html: str) -> set[str]:
    """Return the files that *html* links to, as it names them, before it is known where they are published."""
    return set(_ANY_FILE_LINK.findall(html)) if leads_to_file(html) else set()


def unlink_unknown_tags(contents: Iterable[Content], context: Mapping[str, Any]) -> None:
    """Leave the ``#tags`` of pages that no post has as the words that they are: they have no page to lead to."""
    there = {f"{context['SITEURL']}/{quote(tag.url)}" for tag, _ in context.get("tags", ())}
    for page in contents:
        if page.default_template == "page" and ' rel="tag">' in page._content:
            page._content = _TAG.sub(
                lambda found: found[0] if found["to"] in there else _ANY_TAG.sub("", found["words"]), page._content
            )


_TAG = lazy_re.compile(r'<a href="(?P<to>[^"]*)" rel="tag">(?P<words>.*?)</a>', re.S)
_ANY_TAG = lazy_re.compile("<[^>]*>")


def internal_links(contents: Iterable[Content]) -> Iterator[InternalLink]:
    """Yield what *contents* link to and load, to be looked up when everything is written."""
    for content in contents:
        page = content.content
        own = without_embeds(page)
        mine = frozenset(addresses_in(own)) if own is not page else None
        for href in dict.fromkeys(addresses_in(page)):
            if _may_be_ours(href) and not _is_anchor_of(page, href):
                yield InternalLink(content, href, "body" if mine is None or href in mine else "embed")
        for update in content.updates:
            yield from (
                InternalLink(content, href, "update") for href in addresses_in(update.html) if _may_be_ours(href)
            )
        for credit in content.credits:
            if _may_be_ours(credit.url):
                yield InternalLink(content, credit.url, credit.kind)


def addresses_in(page: str) -> Iterator[str]:
    """Every address that the HTML *page* leads to or loads, as it is meant."""
    for element in _ELEMENT.finditer(_COMMENT.sub("", page) if "<!--" in page else page):
        for found in _ATTRIBUTE.finditer(element[0]):
            value = html.unescape(found["a"] or found["b"] or found["c"] or "").strip()
            if found["name"].lower() == "srcset":
                yield from () if "data:" in value else (one.split()[0] for one in value.split(",") if one.strip())
            else:
                yield value


def _is_anchor_of(page: str, href: str) -> bool:
    """Whether *href* is a place of *page* itself, as those of footnotes are: nothing to look up."""
    return href[:1] == "#" and len(href) > 1 and f' id="{href[1:]}"' in page


def _may_be_ours(href: str) -> bool:
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", href)
    return bool(href) and (not scheme or scheme[0].lower() in ("http:", "https:"))


_OUR_PICTURE = lazy_re.compile(r"images/.+\.[0-9a-f]{8}\.\w+")


def names_of(path: str) -> tuple[str, str]:
    """Return the slugs that whoever wrote *path* may have meant."""
    last = _ENDING.sub("", path.rpartition("/")[2])
    return last.lower(), _DATED.sub("", last).lower()


class LinkCheck:
    """
    Looks up addresses in a site that has been written.

    Args:
        output: Where it has been.
        by_slug: Gives the addresses of its posts and pages, to guess what was meant: see ``addresses_by_slug``.
        told: What has been told of each file while it was read, as of a missing picture: once is enough.
        buried: Files that only say that something is gone.
        tell: Is given what is wrong.
    """

    def __init__(
        self,
        output: Path,
        settings: Mapping[str, Any],
        by_slug: Callable[[], Mapping[str, str]] = dict,
        told: Mapping[str, Sequence[str]] = MappingProxyType({}),
        buried: Collection[str] = (),
        *,
        tell: Callable[[Problem], object] = report,
    ) -> None:
        self._tell = tell
        self.buried = {output / name for name in buried}
        self.output, self.siteurl, self._by_slug, self.told = output, settings["SITEURL"], by_slug, told
        self.site = split_address(settings.get("SITE_ADDRESS", ""))
        own = [settings.get("SITE_ADDRESS", ""), *(f"http://{host}" for host in settings.get("OWN_HOSTS", ()))]
        self.hosts = {site_of(address) for address in own} - {""}
        others = [*settings.get("OTHER_PATHS", ()), *settings.get("OUTPUT_RETENTION", ())]
        self.others = tuple(path.strip("/") for path in others)
        self.anchors: dict[Path, frozenset[str] | None] = {}
        self.made: Mapping[str, bool] = {}  # files that will be there, or will not, whatever is there now
        self.broken: set[str] = set()  # paths under the site at which nothing is

    def check(self, links: Iterable[InternalLink]) -> set[str]:
        """Tell of every one that leads nowhere; the paths under the site at which nothing is."""
        fine: set[str] = set()  # looked up once, though hundreds of posts may link to a tag
        for link in links:
            if link.href not in fine and self.leads(link) and _SAME_ON_EVERY_PAGE.match(link.href):
                fine.add(link.href)
        return self.broken

    def leads(self, link: InternalLink) -> bool:
        """Whether *link* leads somewhere, or is not ours to judge; told when it does not."""
        parts = split_address(link.href)
        path = self.path_of(link.content, link.href, parts)
        if path is None or any(f"{path}/".startswith(f"{other}/") for other in self.others):
            return True
        file = self.file_at(path)
        if file is None:
            self.broken.add(path)
        if file is None and (self.was_told(link) or self.is_made_by_us(link, path)):
            return False
        if file is None or (not path and _OF_WORDPRESS.match(parts.query)):
            self._tell(_broken(link, self.spellings(link.href), self.guess(path)))
            return False
        if parts.fragment and not self.has_anchor(file, parts.fragment):
            spellings = [*self.spellings(link.href), f"#{parts.fragment}"]
            self._tell(_broken(link, spellings, phrase="broken_anchor"))
            return False
        return True

    def was_told(self, link: InternalLink) -> bool:
        """Whether whoever read the file has named this address already."""
        named = [f"{mark[0]}{spelling}{mark[1]}" for spelling in self.spellings(link.href) for mark in ("«»", "“”")]
        return any(name in what for what in self.told.get(link.content.shown_path, ()) for name in named)

    def is_made_by_us(self, link: InternalLink, path: str) -> bool:
        """Whether this is a size of a picture, with our mark in its name: whoever could not make it has told why."""
        return bool(_OUR_PICTURE.fullmatch(path)) and not any(
            line_of(link.content, s) for s in self.spellings(link.href)
        )

    def path_of(self, content: Content, href: str, parts: Address) -> str | None:
        """
        Return the path under the site that *href* means on the page of *content*; None when it is not of this blog.
        """
        if parts == Address() and href not in ("", "#"):
            return None  # what makes no sense is told by those who read it
        if parts.netloc or parts.scheme:
            if site_of(f"http://{parts.netloc}") not in self.hosts:
                return None
            at_home = site_of(f"http://{parts.netloc}") == self.site.host.removeprefix("www.")
            if at_home and parts.port not in (None, 80, 443, self.site.port):
                return None
            home = self.site.path.rstrip("/") if at_home else ""
            if home and not f"{parts.path}/".startswith(f"{home}/"):
                return None
            return unquote(parts.path).removeprefix(home).strip("/")
        joined = join_address(f"http://h{self.siteurl}/{content.url}", href)
        return unquote(split_address(joined).path).removeprefix(self.siteurl).strip("/")

    def file_at(self, path: str) -> Path | None:
        """Return the file that a host answers with for *path*; None when there is none."""
        file = os.path.join(self.output, path)  # thousands of links are looked up: a Path of each would take longer
        for name in (file, os.path.join(file, "index.html")):
            if self._is_there(name) and (found := Path(name)) not in self.buried:
                return found
        return None  # also longer than a name may be, or with a sign that none may hold

    def _is_there(self, name: str) -> bool:
        will_be = self.made.get(os.path.relpath(name, self.output)) if self.made else None
        return os.path.isfile(name) if will_be is None else will_be

    def has_anchor(self, file: Path, fragment: str) -> bool:
        """Whether the page *file* has a place called *fragment*; what is no page of ours is believed."""
        if file not in self.anchors:
            self.read(file, file.read_text("utf-8", errors="replace") if file.suffix in (".html", ".htm") else "")
        known = self.anchors[file]
        name = fragment.partition(":~:")[0]
        return known is None or name.lower() in ("", "top") or name in known or unquote(name) in known

    def read(self, file: Path, page: str) -> None:
        """Know the places of *page*, which is *file* or will be."""
        found = {html.unescape(a or b or c) for a, b, c in _ID.findall(page)}
        self.anchors[file] = None if not page or is_redirect(page) else frozenset(found)

    def guess(self, path: str) -> str:
        """Return the address of the one post or page whose slug ends *path*; "" when there is none, or several."""
        found = (self._addresses.get(name) for name in names_of(path))
        return next((f"/{url}" for url in found if url is not None), "")

    @cached_property
    def _addresses(self) -> Mapping[str, str]:
        return self._by_slug()

    def spellings(self, href: str) -> list[str]:
        """How the author may have written *href*, the likeliest first."""
        short = href.removeprefix(self.siteurl) if href.startswith("/") else href
        return list(dict.fromkeys([short, href, unquote(short), unquote(href), short.lstrip("/")]))


def urls_by_slug(contents: Iterable[Content]) -> dict[str, list[str]]:
    """Return the addresses of *contents* by their last part."""
    found: dict[str, list[str]] = defaultdict(list)
    for content in contents:
        found[content.slug.lower()].append(content.url)
    return dict(found)


def only_ones(by_slug: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the addresses of those that no other has the slug of."""
    return {slug: urls[0] for slug, urls in by_slug.items() if len(urls) == 1}


def addresses_by_slug(contents: Iterable[Content]) -> dict[str, str]:
    """Return the addresses of *contents* by their last part, where no other has the same."""
    return only_ones(urls_by_slug(contents))


def _broken(link: InternalLink, spellings: Sequence[str], guess: str = "", phrase: str = "broken_link") -> Problem:
    content = link.content
    lines = [line_of(content, spelling) for spelling in spellings]
    if link.where == "embed":  # whose words they are cannot correct them any more, and nor can who cites them
        fix = say("broken_link_embed_fix")
        return Problem(content.shown_path, None, say(phrase, target=spellings[0]), fix, "hint")
    line = next(filter(None, lines), None) if link.where == "body" else content.header_lines.get(link.where)
    fix = say("broken_link_guess", url=guess) if guess else say(f"{phrase}_fix")
    return Problem(content.shown_path, line, say(phrase, target=spellings[0]), fix)
