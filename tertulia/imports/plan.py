"""Where everything of an old site goes, decided before anything is written: files, Ids, addresses, and what links mean.

A post keeps the file that an earlier import gave it. Its Id is the source's prefix and the old number; translations
share that of the first, so that the same export gives the same Ids for ever.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

from tertulia.content.tags import Tags
from tertulia.core import slugs
from tertulia.core.addresses import host_of, join_address, split_address, web_address
from tertulia.core.languages import normal
from tertulia.imports.pictures import PHOTON, Pictures
from tertulia.imports.types import Loss, OldAddress, OldPost, OldSite, Visibility

# Queries by which old addresses name a thing: WordPress' and Blogger's. Others ("utm_source") say nothing.
_TELLING = ("p", "page_id", "attachment_id", "cat", "tag", "author", "m", "feed")
# A heading, in HTML or Markdown.
_HEADING = re.compile(r"<h[1-6]\b[^<>]*>([^\n]{0,300}?)</h[1-6]>|^#{1,6} +([^\n]{1,300}?) *#*$", re.MULTILINE)


@dataclass(slots=True)
class Placed:
    """Where one post goes."""

    post: OldPost
    id: str
    lang: str
    slug: str
    file: str  # under the blog's folder, with "/"
    address: str  # under the site, from its root: "/2019/05/tres-fotos/"
    date: datetime | None
    losses: list[Loss] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        """Whether readers may see it, now or when its day comes; a post without a date is a draft here."""
        return self.post.state is Visibility.PUBLISHED and (self.post.is_page or self.date is not None)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the plan asks of the blog's settings."""

    zone: ZoneInfo
    home: str  # the blog's whole address, no slash at its end
    language: str
    languages: tuple[str, ...]
    patterns: Mapping[str, str]  # ARTICLE_URL and its like
    largest_post_bytes: int = 2_000_000  # a larger file is not read

    @classmethod
    def of(cls, conf: Mapping[str, Any], zone: ZoneInfo) -> "Layout":
        """From the blog's plain settings."""
        patterns = {name: str(value) for name, value in conf.items() if name.endswith("_URL")}
        languages = tuple(conf.get("LANGUAGES") or ("es", "en"))
        return cls(
            zone,
            str(conf.get("SITE_ADDRESS") or "").rstrip("/"),
            str(conf.get("DEFAULT_LANG") or "es"),
            languages,
            patterns,
            int(conf.get("MAX_POST_BYTES") or 2_000_000),
        )


class Plan:
    """
    The places of all that *site* holds.

    Args:
        prefix: Begins the Ids.
        tags: What tags.toml says, which decides the addresses of tags.
        files: The file of each post that came before, by its old id.
        taken: Files that are somebody else's.
    """

    def __init__(
        self,
        site: OldSite,
        *,
        prefix: str,
        layout: Layout,
        pictures: Pictures,
        files: Mapping[str, str],
        tags: Tags,
        taken: Iterable[str] = (),
    ) -> None:
        self.site, self.layout, self.pictures, self.tags = site, layout, pictures, tags
        hosts = {host_of(site.address), *site.hosts} - {""}
        self.hosts = hosts | {f"www.{host}" for host in hosts} | {host.removeprefix("www.") for host in hosts}
        pictures.hosts = frozenset((*self.hosts, *site.file_hosts))
        self.places: dict[str, Placed] = {}
        self._prefix = prefix
        self._firsts: dict[str, str] = {}
        self._given = files
        self._files = {unicodedata.normalize("NFC", name).casefold() for name in (*taken, *files.values())}
        self._slugs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for post in sorted(site.posts, key=_order):
            self.places[post.id] = self._place(post, files.get(post.id, ""))
        self._anchors = {comment.anchor for comment in site.comments}
        self._index = self._indexed()
        public = [place for place in self.places.values() if place.is_public and not place.post.is_page]
        self._there = {
            "category": {slugs.slug_of(name) for place in public for name in place.post.categories},
            "tag": {tags.slug(name) for place in public for name in place.post.tags},
            "month": {f"{place.date:%Y/%m}" for place in public if place.date},
            "year": {f"{place.date:%Y}" for place in public if place.date},
        }
        self._names = {author.key: author.name for author in site.authors}
        self._there["author"] = {
            slugs.slug_of(self._names.get(key, key)) for place in public for key in place.post.authors
        }

    def _place(self, post: OldPost, file: str) -> Placed:
        losses = list(post.losses)
        lang = normal(post.lang) or post.lang.lower() or self.layout.language
        lang = next((one for one in (lang, re.split("[-_]", lang)[0]) if one in self.layout.languages), "")
        if not lang:
            losses.append(Loss("language", post.lang))
            lang = self.layout.language
        date = post.published
        date = date.replace(tzinfo=self.layout.zone) if date and date.tzinfo is None else date
        here = date.astimezone(self.layout.zone) if date else None
        own = slugs.written_slug(post.slug) or slugs.slug_of(post.title, post.id) or f"{self._prefix}-{post.id}"
        kind = "PAGE" if post.is_page else "ARTICLE"
        pattern = self.layout.patterns.get(f"{kind}{'_LANG' if lang != self.layout.language else ''}_URL", "{slug}/")
        month = f"{here:%Y-%m}" if here and not post.is_page else ""
        slug = own
        number = 2
        while slug.casefold() in self._slugs[f"{kind}{month}", lang]:
            slug, number = f"{own}-{number}", number + 1
        self._slugs[f"{kind}{month}", lang].add(slug.casefold())
        if slug != own:
            losses.append(Loss("slug", own))
        ident = self._firsts.setdefault(post.translates or f"#{post.id}", f"{self._prefix}-{post.id}")
        try:
            address = "/" + pattern.format(date=here, slug=slug, lang=lang).lstrip("/") if here or post.is_page else ""
        except (KeyError, ValueError, IndexError, AttributeError, TypeError):  # a pattern of the blogger's own
            address = ""
        return Placed(post, ident, lang, slug, file or self._file(post, slug, lang, here), address, here, losses)

    def part(self, place: Placed, number: int) -> Placed:
        """Where the *number*th part goes of a post that is too long for one file: a post of its own, as public."""
        old = place.post
        title = f"{old.title or place.slug} ({number})"
        post = replace(
            old, id=part_id(old.id, number), title=title, slug=f"{place.slug}-{number}", address="", translates="",
            summary="", cover="", cover_alt="", losses=(),
            guid=f"{old.guid or old.address or place.id}#{number}",
        )  # fmt: skip
        return self._place(post, self._given.get(post.id, ""))

    def _file(self, post: OldPost, slug: str, lang: str, here: datetime | None) -> str:
        name = slugs.shortened(slug)
        ending = ".md" if lang == self.layout.language else f".{lang}.md"
        folder = (
            "content/pages/"
            if post.is_page
            else f"content/posts/{here:%Y}/{here:%Y-%m-%d}_"
            if here
            else "content/posts/"
        )
        for path in (f"{folder}{name}{ending}", f"{folder}{name}-{slugs.slug_of(post.id)}{ending}"):
            if path.casefold() not in self._files:
                break
        self._files.add(unicodedata.normalize("NFC", path).casefold())
        return path

    # What old addresses mean

    def _indexed(self) -> dict[str, OldAddress]:
        index: dict[str, OldAddress] = {}
        for place in self.places.values():
            for address in (place.post.address, place.post.guid):
                if key := self.key(address):
                    index.setdefault(key, OldAddress(address=address, kind="post", target=place.post.id))
        for picture in self.site.pictures:
            for page in picture.pages:
                if key := self.key(page):
                    index.setdefault(key, OldAddress(address=page, kind="file", target=picture.address))
        for one in self.site.addresses:
            if key := self.key(one.address):
                index.setdefault(key, one)
        return index

    @property
    def addresses(self) -> dict[str, OldAddress]:
        """Every old address that is known, by its path from the host's root, with the query that tells something."""
        return self._index

    def key(self, address: str) -> str:
        """Return what names a page of the old site, however its address is spelled; "" for any other."""
        parts = split_address(address)
        if not parts.netloc or parts.host not in self.hosts:
            return ""
        path = unicodedata.normalize("NFC", unquote(parts.path)).rstrip("/") or "/"
        told = [(name, value) for name, value in parse_qsl(parts.query) if name in _TELLING and value]
        if told and path in ("/", split_address(self.site.address).path.rstrip("/") or "/", "/index.php"):
            root = split_address(self.site.address).path.rstrip("/")
            return f"{root}/?{told[0][0]}={told[0][1]}"
        return path

    def is_within(self, address: str) -> bool:
        """Whether *address* may be the old site's: one that lived in a folder shares its host with others."""
        root, parts = split_address(self.site.address), split_address(address)
        folder = root.path.rstrip("/")
        if parts.host.removeprefix("www.") != root.host.removeprefix("www."):
            return parts.host in self.hosts
        return parts.path == folder or parts.path.startswith(f"{folder}/")

    def has_place(self, found: OldAddress, name: str) -> bool:
        """Whether the page of *found* will have a place of that *name*: a comment, the talk, or a heading."""
        if name in self._anchors or name.startswith("comment"):
            return True
        place = self.places.get(found.target) if found.kind == "post" else None
        headings = _HEADING.findall(place.post.body) if place else ()
        return any(name == slugs.slug_of(re.sub("<[^<>]*>", "", "".join(words))) for words in headings)

    def meaning(self, address: str) -> OldAddress | None:
        """Return what stood at an old address; None when nobody knows."""
        return self._index.get(self.key(address)) if self.key(address) else None

    def post_at(self, address: str) -> Placed | None:
        """Return the post that stood at an old address."""
        found = self.meaning(address)
        return self.places.get(found.target) if found and found.kind == "post" else None

    def target(self, found: OldAddress) -> str:
        """
        Return the new address of what stood somewhere, from the site's root; "" where there is nothing to be seen now.
        """
        if found.kind == "post":
            place = self.places.get(found.target)
            return place.address if place and place.is_public else ""
        if found.kind == "file":
            return self.pictures.linked(found.target) or self._page_of(found.target)
        if found.kind == "home":
            return "/"
        if found.kind == "feed":
            return "/feeds/atom.xml"
        name = self._names.get(found.target, found.target) if found.kind == "author" else found.target
        slug = name if found.kind in ("month", "year") else self._slug(found.kind, name)
        if found.kind in self._there and slug not in self._there[found.kind]:
            return ""
        patterns = {"category": "CATEGORY_URL", "tag": "TAG_URL", "author": "AUTHOR_URL"}
        try:
            if found.kind in patterns:
                return "/" + self.layout.patterns[patterns[found.kind]].format(slug=slug)
            year, _, month = slug.partition("/")
            day = datetime(int(year), int(month or 1), 1)
            return "/" + self.layout.patterns[f"{found.kind.upper()}_ARCHIVE_URL"].format(date=day)
        except (KeyError, ValueError, IndexError):
            return ""

    def _slug(self, kind: str, name: str) -> str:
        return self.tags.slug(name) if kind == "tag" else slugs.slug_of(name)

    def _page_of(self, picture: str) -> str:
        """Return the post that an attachment hung on."""
        parent = next((one.parent for one in self.site.pictures if one.address == picture), "")
        place = self.places.get(parent)
        return place.address if place and place.is_public else ""

    def whole(self, address: str, base: str = "") -> str:
        """*address* as seen from the old site: "/x/" and "x/" too; "" when it is none that a page may hold."""
        address = address.strip()
        if re.match(r"(?:mailto|tel):", address, re.I):
            return address
        if re.match(r"[a-z][a-z0-9+.-]*:", address, re.I) and not re.match("https?:", address, re.I):
            return ""
        if address.startswith("//"):
            address = f"https:{address}"
        if not re.match("https?:", address, re.I):
            address = join_address(base or f"{self.site.address}/", address)
        return self._behind_photon(web_address(address))

    def _behind_photon(self, address: str) -> str:
        """Return what of ours WordPress.com's servers for pictures showed: "i0.wp.com/blog.example/x.jpg"."""
        parts = split_address(address)
        host, _, path = parts.path.lstrip("/").partition("/")
        return f"https://{host}/{path}" if PHOTON.fullmatch(parts.host) and host in self.hosts and path else address


@dataclass(slots=True)
class Means:
    """What the addresses in one post mean now; see ``tree.Meanings``."""

    plan: Plan
    place: Placed

    def link(self, address: str) -> str:
        whole = self.plan.whole(address, self.place.post.address)
        if not whole:
            if address:
                self.lose("link", address)
            return ""
        parts = split_address(whole)
        if parts.host not in self.plan.hosts:
            return whole
        if file := self.plan.pictures.linked(whole):
            return file
        found = self.plan.meaning(whole)
        if found is None and not parts.path.strip("/"):
            return "/"
        if found is None and not self.plan.is_within(whole):
            return whole
        new = self.plan.target(found) if found else ""
        if not new:
            self.lose("link_unseen" if found else "link", whole)
            return ""
        if parts.fragment and found and not self.plan.has_place(found, parts.fragment):
            return new  # a link to a place that is not there is told by the build
        return f"{new}#{parts.fragment}" if parts.fragment else new

    def title(self, address: str) -> str:
        place = self.plan.post_at(self.plan.whole(address, self.place.post.address))
        return (place.post.title or place.slug) if place else ""

    def picture(self, address: str) -> str:
        whole = self.plan.whole(address, self.place.post.address)
        place = self.plan.pictures.shown(whole) if whole else ""
        if place:
            return place
        if whole and host_of(whole) not in self.plan.hosts:
            self.lose("foreign_picture", whole)
            return whole
        self.lose(self.plan.pictures.missing(whole), whole or address)
        return ""

    def file(self, address: str) -> str:
        whole = self.plan.whole(address, self.place.post.address)
        place = self.plan.pictures.shown(whole) if whole else ""
        if not place:
            self.lose("file", whole or address)
        return place or (whole if whole and host_of(whole) not in self.plan.hosts else "")

    def lose(self, kind: str, what: str = "") -> None:
        loss = Loss(kind, what)
        if loss not in self.place.losses:
            self.place.losses.append(loss)


def part_id(old: str, number: int) -> str:
    """Return what the ledger calls a further part of the post *old*."""
    return f"{old}.part-{number}"


def _order(post: OldPost) -> tuple[int, str]:
    """Return the oldest id first, numbers as numbers."""
    return (int(post.id), "") if post.id.isdecimal() and len(post.id) < 18 else (10**18, post.id)
