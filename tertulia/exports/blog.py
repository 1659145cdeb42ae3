"""All that a blog says, as plain values: what any kind of export is written from.

Posts are read as the build reads them, so that what is no post there is none here, and what is not seen there is
marked as such. Of who commented there is what the page shows, and nothing else: no e-mail address, no IP address.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tertulia.content import header, metadata
from tertulia.content.completion import complete
from tertulia.content.folder import markdown_files
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core.addresses import split_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.slugs import slug_of, written_slug
from tertulia.embeds.link_table import LinkTable
from tertulia.exports.plain_html import PlainHtml
from tertulia.render.document import Document, load
from tertulia.render.image_cache import ImageCache
from tertulia.render.resolver import ImageResolver
from tertulia.site import moved_here
from tertulia.site.reading import PostReader
from tertulia.store.said import Said, Status

Reaction = tuple[str, str, str, str, int]  # post, language, key of the comment or "", kind, how many

# What is in an export of all, beside what is public: not what its writer or its owner took away.
UNDECIDED = (Status.WAITING, Status.SPAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAuthor:
    """Who writes the blog."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPost:
    """One post or page."""

    file: str  # under content/
    id: str
    lang: str
    address: str  # whole
    slug: str
    mark: str  # draft, hidden, unlisted, scheduled; "" when it is public
    is_page: bool
    title: str
    date: datetime | None
    summary: str  # HTML of one line
    html: str
    notes: Mapping[str, str]  # footnotes
    authors: tuple[ExportedAuthor, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    cover: str  # whole address
    cover_alt: str
    guid: str
    old_slugs: tuple[str, ...] = ()  # by which it was asked for before
    modified: datetime | None = None  # when its author last told of a change
    series: str = ""
    order: int = 0  # of a page in the menu that the settings name, from 1; 0 for none


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedBlog:
    """A blog and its talk."""

    name: str
    tagline: str
    home: str  # its address, no slash at its end
    lang: str
    posts: tuple[ExportedPost, ...]
    said: Mapping[str, Sequence[Said]]  # by the file of the post, what is answered before its answers
    above: Mapping[str, str] = field(
        default_factory=dict
    )  # category → the one that it was in, at the site it came from
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # likes, reposts… by the file of the post
    likes: Mapping[str, int] = field(default_factory=dict)  # of comments, by key
    lost: int = 0  # comments on what is no longer there
    unread: tuple[str, ...] = ()  # files that no build would read either, and why


def read(
    root: Path,
    conf: Mapping[str, Any],
    zone: ZoneInfo,
    now: datetime,
    comments: Sequence[Said],
    *,
    reactions: Sequence[Reaction] = (),
) -> ExportedBlog:
    """
    Return the blog in the folder *root*.

    Args:
        conf: Its settings.
        comments: What was said, in any order.
        reactions: What counts of posts and comments; nobody is named.

    Raises:
        ContentError: it has no address, or a table of it is broken.
    """
    home = str(conf.get("SITE_ADDRESS") or "").rstrip("/")
    if not home:
        raise ContentError(say("export_no_address"))
    reader = _PostsOfBlog(root / "content", {**conf, "PATH": str(root / "content"), "NOW": now.isoformat()}, home, zone)
    posts = tuple(reader.posts())
    said, lost = _by_post(posts, comments)
    counts, likes = _counted(posts, reactions)
    return ExportedBlog(
        name=str(conf.get("SITENAME") or ""),
        tagline=str(conf.get("TAGLINE") or ""),
        home=home,
        lang=str(conf["DEFAULT_LANG"]),
        posts=posts,
        said=said,
        above=_hierarchy(posts, reader.moved, str(conf["CATEGORY_URL"])),
        counts=counts,
        likes=likes,
        lost=lost,
        unread=tuple(reader.unread),
    )


class _PostsOfBlog:
    """Reads the posts of one blog."""

    def __init__(self, content: Path, conf: Mapping[str, Any], home: str, zone: ZoneInfo) -> None:
        self.content, self.conf, self.home, self.zone = content, conf, home, zone
        self.people, tags = People.load(content / "people.toml"), Tags.load(content / "tags.toml")
        self.pictures = ImageResolver(content, ImageCache(content.parent / str(conf["IMAGE_CACHE_PATH"])), siteurl="")
        self.reader = PostReader(conf, people=self.people, tags=tags, links=LinkTable(), pictures=self.pictures)
        self.plain = PlainHtml(
            content, conf, home, people=self.people, tags=tags, resolver=self.pictures,
            address_of=lambda file: self.addresses.get(file, ""),
        )  # fmt: skip
        self.addresses: dict[str, str] = {}
        self.menu = _order(conf.get("MENU"), split_address(home).path)
        self.unread: list[str] = []
        self.moved = moved_here.read(content)

    def posts(self) -> Iterator[ExportedPost]:
        """Every post and page, by file; links between them need the addresses of all."""
        found = [one for path in self._files() if (one := self._head(path))]
        self.addresses = {self._name(path): self._address(meta, is_page=is_page) for path, meta, _, is_page in found}
        for path, meta, document, is_page in found:
            yield self._post(path, meta, document, is_page=is_page)

    def _files(self) -> Iterator[Path]:
        folders = [self.content / folder for folder in (*self.conf["ARTICLE_PATHS"], *self.conf["PAGE_PATHS"])]
        for path in markdown_files(self.content):
            if any(path.is_relative_to(folder) for folder in folders):
                yield path

    def _name(self, path: Path) -> str:
        return path.relative_to(self.content).as_posix()

    def _is_page(self, path: Path) -> bool:
        return str(path).startswith(self.reader.page_folders)

    def _head(self, path: Path) -> tuple[Path, metadata.Metadata, Document, bool] | None:
        shown = f"content/{self._name(path)}"
        source, problem = load(path, shown, self.conf["MAX_POST_BYTES"])
        if problem:
            self.unread.append(str(problem))
            return None
        is_page = self._is_page(path)
        top = header.split(source, shown)
        meta = metadata.interpret(top, shown, self.zone, self.conf["LANGUAGES"], is_page=is_page)
        written = complete(meta, top, shown, self.reader.place(path), self.zone, is_page=is_page)
        meta.lang = meta.lang or str(self.conf["DEFAULT_LANG"])
        return path, meta, Document(shown, meta.lang, written.body, written.body_line), is_page

    def _address(self, meta: metadata.Metadata, *, is_page: bool) -> str:
        kind = "PAGE" if is_page else "ARTICLE"
        lang = "" if meta.lang == self.conf["DEFAULT_LANG"] else "_LANG"
        date = meta.date.astimezone(self.zone) if meta.date else None
        if date is None and not is_page:
            return ""
        slug = self.reader.slug(meta, "")
        return f"{self.home}/{str(self.conf[f'{kind}{lang}_URL']).format(date=date, slug=slug, lang=meta.lang)}"

    def _post(self, path: Path, meta: metadata.Metadata, document: Document, *, is_page: bool) -> ExportedPost:
        broken = any(problem.severity == "error" for problem in meta.problems)
        mark = "draft" if broken else self.reader.mark_of(meta, is_page=is_page, shown=document.path)
        try:
            html, notes = self.plain.convert(document, path)
        except RecursionError:  # Markdown nested hundreds of levels deep
            self.unread.append(f"{document.path}: {say('too_deep')}")
            html, notes = "", {}
        slug = self.reader.slug(meta, document.path)
        name = self._name(path)
        return ExportedPost(
            file=name,
            id=meta.id or slug,
            lang=meta.lang,
            address=self.addresses[name],
            slug=slug,
            mark=mark,
            is_page=is_page,
            title=meta.title,
            date=meta.date,
            summary=self.plain.line(meta.summary, document, path) if meta.summary else "",
            html=html,
            notes=notes,
            authors=tuple(map(self._author, filter(None, meta.authors or [str(self.conf["AUTHOR"] or "")]))),
            categories=() if is_page else tuple(meta.categories) or (str(self.conf["DEFAULT_CATEGORY"]),),
            tags=tuple(dict.fromkeys([*meta.tags, *document.tags])),
            cover=self.plain.whole(meta.cover, path, is_shown=True) if meta.cover else "",
            cover_alt=meta.cover_alt,
            guid=meta.guid,
            modified=meta.modified,
            series=meta.series,
            order=self.menu.get(split_address(self.addresses[name]).path.strip("/"), 0) if is_page else 0,
            old_slugs=tuple(_former_slugs(slug, self._former(meta, slug))),
        )

    def _former(self, meta: metadata.Metadata, slug: str) -> Iterator[str]:
        """Where a post was before: by its header, and by the table of redirects."""
        yield from (*meta.aliases, *meta.old_addresses)
        name = f"post:{meta.id or slug}.{meta.lang}"
        yield from (old for old, new in self.moved.items() if new == name)

    def _author(self, written: str) -> ExportedAuthor:
        person = self.people.find(written.removeprefix("@"))
        return ExportedAuthor(key=person.key if person else "", name=person.name if person else written)


def _order(menu: object, folder: str) -> dict[str, int]:
    """Return the place of each path in the menu of the settings, be it one or one for each language."""
    menus = menu.values() if isinstance(menu, Mapping) else [menu]
    paths = [[str(link[1]) for link in one] for one in menus if isinstance(one, Sequence)]
    return {f"{folder}/{path.strip('/')}".strip("/"): at for one in paths for at, path in enumerate(one, 1)}


def _former_slugs(slug: str, addresses: Iterator[str]) -> Iterator[str]:
    """Yield the last part of each old address that is a slug, and not today's."""
    seen = {slug}
    for address in addresses:
        last = split_address(address).path.rstrip("/").rpartition("/")[2]
        if "?" not in address and last not in seen and written_slug(last) == last and not last.isdecimal():
            seen.add(last)
            yield last


def _hierarchy(posts: Sequence[ExportedPost], moved: Mapping[str, str], pattern: str) -> dict[str, str]:
    """Return what category stood in which other, as the addresses of their old lists tell: "/category/outer/inner/"."""
    names = {f"/{pattern.format(slug=slug_of(name))}".rstrip("/"): name for post in posts for name in post.categories}
    lists = {old.rstrip("/"): names[new.rstrip("/")] for old, new in moved.items() if new.rstrip("/") in names}
    found: dict[str, str] = {}
    for old, name in lists.items():
        above = old.rpartition("/")[0]
        outer = lists.get(above) or names.get(above)
        if outer and outer != name and name not in found and name not in _line(outer, found):
            found[name] = outer
    return found


def _line(name: str, above: Mapping[str, str]) -> Iterator[str]:
    """Yield a category and those that it is in."""
    while name:
        yield name
        name = above.get(name, "")


def _counted(
    posts: Sequence[ExportedPost], reactions: Sequence[Reaction]
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """How often each post was liked and shared, by its file, and each comment liked, by its key."""
    files = {(post.id, post.lang): post.file for post in posts}
    counts: dict[str, dict[str, int]] = {}
    likes: dict[str, int] = {}
    for post, lang, comment, kind, number in reactions:
        if comment and kind == "like":
            likes[comment] = number
        elif not comment and (post, lang) in files:
            counts.setdefault(files[post, lang], {})[kind] = number
    return counts, likes


def _by_post(posts: Sequence[ExportedPost], comments: Sequence[Said]) -> tuple[dict[str, list[Said]], int]:
    """Return the comments of each post, by its file, and how many have none."""
    by_key = {(post.id, post.lang): post.file for post in posts}
    by_id = {post.id: post.file for post in reversed(posts)}
    found: dict[str, list[Said]] = {}
    lost = 0
    for said in _in_order(comments):
        file = by_key.get((said.post, said.lang)) or by_id.get(said.post)
        if file:
            found.setdefault(file, []).append(said)
        else:
            lost += 1
    return found, lost


def _in_order(comments: Sequence[Said]) -> Iterator[Said]:
    """Yield the oldest first, but what is answered before its answers."""
    by_id = {said.id: said for said in comments}
    done: set[int] = set()
    for said in sorted(comments, key=lambda one: (one.published, one.id)):
        line = [said]
        while (above := by_id.get(line[-1].parent or 0)) and above.id not in done and above not in line:
            line.append(above)
        for one in reversed(line):
            if one.id not in done:
                done.add(one.id)
                yield one
