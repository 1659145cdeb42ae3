"""What folders of Markdown have in common, whichever generator builds a site of them.

Each generator tells, in a file of its own, how it is recognised, where its settings stand, which of its files are posts
and where it put them; the front matter of all is read by ``content.header``, as for any post of ours. Links to files,
``{{< ref >}}``, ``{% post_url %}`` and the like become the addresses that these files had.
"""

import posixpath
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import yaml

from tertulia.content.dates import from_name
from tertulia.content.header import split
from tertulia.content.metadata import Metadata, interpret
from tertulia.core import strict_json
from tertulia.core.addresses import join_address, split_address, web_address
from tertulia.core.slugs import slug_of
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.sources.common import plain
from tertulia.imports.types import LeftOut, Loss, OldAddress, OldAuthor, OldPost, OldSite, Visibility

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx")
_LARGEST_POST = 2_000_000
_NO_POSTS = ("readme", "changelog", "contributing", "license", "code_of_conduct", "security")
_FRONT = re.compile(r"\s*(?:---|\+\+\+|\{\s*\")")
# Two zones: a moment that is another in each was written without one.
_HERE, _THERE = ZoneInfo("UTC"), ZoneInfo("Etc/GMT-5")
# Names of files in a text: Hugo's, Jekyll's, Zola's, Pelican's.
_NAMED = re.compile(
    r"\{\{[<%]\s*(?:rel)?ref\s+\"?(?P<hugo>[^\s\"}]+)\"?[^}]*[>%]\}\}"
    r"|\{%-?\s*(?:post_url|link)\s+(?P<jekyll>[^\s%}]+)\s*-?%\}"
    r"|(?<=\()@/(?P<zola>[^\s)]+)"
    r"|[{|](?:filename|static|attach)[}|](?P<pelican>[^\s)\"'>]+)"
)
_BASE = re.compile(
    r"\{\{-?\s*(?:(?:site|\.Site)\.(?:baseurl|url|github\.url|BaseURL)|baseurl)\s*-?\}\}"
    r"|\{\{-?\s*[\"'](?P<path>[^\"'{}]*)[\"']\s*\|\s*(?:relative_url|absolute_url|url|relURL|absURL)\s*-?\}\}",
    re.I,
)
_RELATIVE = re.compile(
    r"(?:(?P<before>\]\(\s*<?|\bsrc=[\"']|\bhref=[\"'])|(?P<defines>^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*<?))"
    r"(?P<address>(?![a-z][a-z0-9+.-]*:|[/#{<])[^\s<>()\"'{}]+)(?(defines)(?=>?[ \t]*(?:[\"'(][^\n]*)?$))",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What a generator's settings say."""

    address: str = ""
    language: str = ""
    languages: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    patterns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a file was, and where its page stood."""

    address: str  # a path
    slug: str = ""
    is_page: bool = False
    is_draft: bool = False
    lang: str = ""
    date: datetime | None = None
    categories: tuple[str, ...] = ()
    guid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteGenerator:
    """One generator."""

    marks: Sequence[str]  # names of files that tell its folder, "_config.yml"
    settings: Callable[[Callable[[str], bytes]], SiteSettings]  # is given how to read a file; b"" where there is none
    place: Callable[[PurePosixPath, Metadata, SiteSettings], Where | None]  # None for what is neither post nor page
    lists: Callable[[Sequence[OldPost], SiteSettings], Iterator[OldAddress]]
    published: Callable[[PurePosixPath, SiteSettings], str] = lambda path, _: ""  # where a file was, if not at its path
    has_translations_by_slug: bool = False  # of one slug in several languages each is a translation of the others
    words_apart: bool = False  # tags and categories without a comma are words with blanks between


@dataclass(frozen=True, slots=True)
class _FolderFile:
    """One file, read."""

    path: PurePosixPath  # from the folder of the generator
    body: str
    is_html: bool
    meta: Metadata
    where: Where
    is_unreadable: bool
    id: str = ""


def root_of(export: Export, marks: Sequence[str]) -> str | None:
    """Return the folder in *export* in which a generator's own file lies, with "/" at its end; None without any."""
    found = [name for name in export.files for mark in marks if name == mark or name.endswith(f"/{mark}")]
    if not found:
        return None
    nearest = min(found, key=lambda name: (name.count("/"), name))
    mark = next(mark for mark in marks if nearest == mark or nearest.endswith(f"/{mark}"))
    return nearest.removesuffix(mark)


def read(export: Export, generator: SiteGenerator) -> OldSite:
    """
    Return the site in the folder.

    Raises:
        ContentError: a file cannot be read.
    """
    root = root_of(export, generator.marks) or ""
    given = {file.name.removeprefix(root): file for file in export if file.name.startswith(root)}

    def data(name: str) -> bytes:
        return given[name].read() if name in given else b""

    settings = generator.settings(data)
    left_out: list[LeftOut] = []
    sources: list[_FolderFile] = []
    for name in sorted(given):
        found = _source(PurePosixPath(name), given, generator, settings)
        if isinstance(found, LeftOut):
            left_out.append(found)
        elif found:
            sources.append(found)
    sources = list(_told_apart(sources))
    names = _FileNames(root, sources, frozenset(export.files), split_address(settings.address).path)
    names.published = lambda path: generator.published(path, settings)
    together = _translations(sources, settings) if generator.has_translations_by_slug else {}
    posts = tuple(_post(one, names, settings, together.get(one.id, "")) for one in sources)
    addresses = [
        OldAddress(address=_whole(alias, settings), kind="post", target=one.id)
        for one in sources
        for alias in (*one.meta.aliases, *one.meta.old_addresses[1:])
    ]
    authors = dict.fromkeys(name for post in posts for name in post.authors)
    return OldSite(
        address=settings.address,
        authors=tuple(OldAuthor(key=name, name=name) for name in authors),
        posts=posts,
        addresses=(
            *addresses,
            *(replace(one, address=_whole(one.address, settings)) for one in generator.lists(posts, settings)),
        ),
        left_out=tuple(left_out),
        read=tuple(f"post {known}" for known in (*(post.id for post in posts), *(one.id for one in left_out))),
    )


def _source(
    path: PurePosixPath, given: Mapping[str, ExportFile], generator: SiteGenerator, settings: SiteSettings
) -> _FolderFile | LeftOut | None:
    """Return a post or page; why it does not come over; None for what was never meant to."""
    file, is_html = given[path.as_posix()], path.suffix.lower() in (".html", ".htm")
    if not is_html and path.suffix.lower() not in MARKDOWN:
        return LeftOut("file", path.as_posix(), path.as_posix(), "no_markdown") if path.suffix == ".rst" else None
    if file.size_bytes > _LARGEST_POST or (path.stem.lower() in _NO_POSTS and len(path.parts) == 1):
        return None
    text = file.read().decode("utf-8-sig", "replace")
    beside = given.get(path.with_suffix(".meta").as_posix())  # Nikola's, with its text in a file of its own
    if beside:
        text = f"{beside.read().decode('utf-8-sig', 'replace').strip()}\n\n{text}"
    if is_html and not _FRONT.match(text):
        return None
    header = split(text, path.as_posix())
    meta = interpret(header, path.as_posix(), settings.zone or _HERE)
    if not settings.zone and meta.date and interpret(header, path.as_posix(), _THERE).date != meta.date:
        meta.date = meta.date.replace(tzinfo=None)
    if generator.words_apart:
        meta.tags, meta.categories = _apart("tags", meta.tags, text), _apart("categories", meta.categories, text)
    day = from_name(path).day
    if meta.date is None and day:
        meta.date, meta.is_date_of_name = datetime(day.year, day.month, day.day, tzinfo=settings.zone), True
    is_unreadable = any(problem.severity == "error" for problem in header.problems)
    where = generator.place(path, meta, settings)
    if where is None:
        return None
    return _FolderFile(path, header.body, is_html, meta, where, is_unreadable)


def _apart(key: str, read: list[str], text: str) -> list[str]:
    """Return what stands behind *key*, where that is neither a list nor quoted: word by word."""
    found = re.search(rf"^{key}:[ \t]+([^\[\]{{}}\"',\n#&*|>-][^\[\]\"',\n]*)$", text, re.MULTILINE)
    return found[1].split() if found and read == [found[1].strip()] else read


def _told_apart(sources: Sequence[_FolderFile]) -> Iterator[_FolderFile]:
    """Yield each of *sources* with an id of its own: ``2019/a.md`` and ``2019-a.md`` are two."""
    met: set[str] = set()
    for one in sources:
        path = one.path.as_posix()
        known = slug_of(one.path.with_suffix("").as_posix()) or path
        yield replace(one, id=known if known not in met else f"{known}-{sha256(path.encode()).hexdigest()[:6]}")
        met.add(known)


def _translations(sources: Sequence[_FolderFile], settings: SiteSettings) -> dict[str, str]:
    """Return what those of *sources* share that have one slug in several languages, by their ids."""
    groups: dict[tuple[bool, str], list[_FolderFile]] = defaultdict(list)
    for one in sources:
        groups[one.where.is_page, one.where.slug].append(one)
    found = {}
    for group in groups.values():
        languages = {one.meta.lang or settings.language for one in group}
        if 1 < len(group) == len(languages):
            found.update(dict.fromkeys((one.id for one in group), f"slug {group[0].id}"))
    return found


def _post(one: _FolderFile, names: "_FileNames", settings: SiteSettings, together: str) -> OldPost:
    meta, where = one.meta, one.where
    state, kept_back = _state(one)
    title, body = meta.title, names.followed(one)
    if not title and (found := re.match(r"\s*#\s+(.+?)\s*#*\s*(?:\n|$)", body)) and not one.is_html:
        title, body = found[1], body[found.end() :]
    losses = [Loss("template", found[0]) for found in re.finditer(r"\{%-?\s*(?:for|assign|include)\b[^%}]*%\}", body)]
    own = f"{one.path.parent.as_posix()}/{_without_language(one.path, where.lang)}"
    return OldPost(
        id=one.id,
        address=_whole(meta.old_addresses[0] if meta.old_addresses else where.address, settings),
        published=_latest(where.date or meta.date, meta.publish_date),
        modified=meta.modified,
        is_page=where.is_page,
        title=plain(title) if "<" in title else title,
        body=body,
        body_format="html" if one.is_html else "markdown",
        state=state,
        kept_back=kept_back,
        slug=where.slug,
        lang=meta.lang or where.lang or settings.language,
        translates=slug_of(own) if where.lang or settings.languages else together,
        authors=tuple(meta.authors),
        categories=tuple(dict.fromkeys((*meta.categories, *where.categories))),
        tags=tuple(meta.tags),
        series=meta.series,
        summary=plain(meta.summary) if "<" in meta.summary else meta.summary,
        cover=names.file(one, meta.cover) if meta.cover else "",
        cover_alt=meta.cover_alt,
        guid=meta.guid or where.guid,
        losses=tuple(dict.fromkeys(losses)),
    )


def _latest(*moments: datetime | None) -> datetime | None:
    """
    Return the latest: what waits for a day after its own must not be seen before. Of two kinds of clock the first
    holds.
    """
    told = [moment for moment in moments if moment]
    if len({moment.tzinfo is None for moment in told}) > 1:
        told = [moment.replace(tzinfo=None) for moment in told]
    return max(told, default=None)


def _state(one: _FolderFile) -> tuple[Visibility, str]:
    """Whether it may be seen, and why it could not be."""
    if one.is_unreadable:  # perhaps it said "draft"
        return Visibility.DRAFT, "?"
    if one.where.is_draft or one.meta.status not in ("", "published"):
        return Visibility.DRAFT, "" if one.meta.status in ("", "published", "draft") else one.meta.status
    return (Visibility.DRAFT, "expiry") if one.meta.expiry_date else (Visibility.PUBLISHED, "")


def _whole(address: str, settings: SiteSettings) -> str:
    """Return a whole address, of one that counts from the site's; a path, where nobody knows the site's."""
    return web_address(address) if "://" in address else f"{settings.address}/{address.lstrip('/')}"


def _without_language(path: PurePosixPath, lang: str) -> str:
    return path.stem.removesuffix(f".{lang}") if lang else path.stem


class _FileNames:
    """What the files of a folder are called by its own texts."""

    def __init__(self, root: str, sources: Sequence[_FolderFile], files: frozenset[str], base: str) -> None:
        self._root, self._files, self._base = root, files, base.rstrip("/")
        self.published: Callable[[PurePosixPath], str] = lambda _: ""
        self._pages: dict[str, str] = {}
        for one in sources:
            path = one.path.as_posix()
            own = one.meta.old_addresses[0] if one.meta.old_addresses else one.where.address
            address = own if "://" in own else f"{self._base}/{own.lstrip('/')}"
            folder = one.path.parent.as_posix() if one.path.stem in ("index", "_index") else ""
            for name in (path, one.path.with_suffix("").as_posix(), one.path.name, one.path.stem, folder):
                if name:
                    self._pages.setdefault(name, address)

    def followed(self, one: _FolderFile) -> str:
        """Return the text of *one*, in which every name of a file is an address."""
        body = _BASE.sub(
            lambda found: self._base + (f"/{found['path'].lstrip('/')}" if found["path"] is not None else ""), one.body
        )
        body = _NAMED.sub(lambda found: self._named(one, found), body)
        return _RELATIVE.sub(
            lambda found: (found["before"] or found["defines"]) + self.file(one, found["address"]), body
        )

    def _named(self, one: _FolderFile, found: re.Match[str]) -> str:
        name = next(filter(None, found.groupdict().values()), "")
        name, _, place = name.partition("#")
        address = self._page(one, name) or self.file(one, name)
        return f"{address}#{place}" if place else address

    def _page(self, one: _FolderFile, name: str) -> str:
        near = posixpath.normpath(posixpath.join(one.path.parent.as_posix(), name))
        bare = name.strip("/")
        for called in (near, bare, f"content/{bare}", f"_posts/{bare}", PurePosixPath(bare).name):
            if called in self._pages:
                return self._pages[called]
        return ""

    def file(self, one: _FolderFile, target: str) -> str:
        """*target*, as it stands in *one*, as an address from the root; that of a file of the folder is its place."""
        if re.match(r"[a-z][a-z0-9+.-]*:|//|#", target, re.I):
            return target
        name, mark, place = target.partition("#")
        name = unquote(name.partition("?")[0])
        if PurePosixPath(name).suffix.lower() in MARKDOWN and (page := self._page(one, name)):
            return f"{page}{mark}{place}"
        near = posixpath.normpath(posixpath.join(one.path.parent.as_posix(), name)) if not name.startswith("/") else ""
        name = name.removeprefix(f"{self._base}/") if self._base else name
        for inside in filter(None, (near, f"content/{name.lstrip('/')}", name.lstrip("/"))):
            if f"{self._root}{inside}" in self._files:
                return self.published(PurePosixPath(inside)) or f"/{self._root}{inside}"
        if target.startswith("/"):
            return target
        return split_address(join_address(f"https://x.example{self._base}{one.where.address}", target)).path or target


# What settings are written in


def yaml_of(data: bytes) -> dict[str, Any]:
    """Return a file of YAML as a table; empty when it is none."""
    try:
        value = yaml.safe_load(data.decode("utf-8-sig", "replace")) if len(data) < 200_000 else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def table_of(name: str, data: bytes) -> dict[str, Any]:
    """Return a file of TOML, YAML or JSON as a table; empty when it is none."""
    if name.endswith((".yml", ".yaml")):
        return yaml_of(data)
    try:
        if name.endswith(".toml"):
            return tomllib.loads(data.decode("utf-8-sig", "replace"))
        value = strict_json.decode(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def zone_of(name: object) -> ZoneInfo | None:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ValueError, LookupError, OSError):
        return None


def text_of(table: Mapping[str, Any], *names: str) -> str:
    """Return the first of *names* that is text in *table*, whatever its capitals."""
    folded = {str(key).lower(): value for key, value in table.items()}
    return next((value for name in names if isinstance(value := folded.get(name.lower()), str) and value), "")


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """
    Return a pattern such as ``/:year/:title/`` with its words replaced, and without the holes of those that say
    nothing.
    """
    found = re.sub(r":([a-z_]+)|:\[([a-z_]+)\]", lambda word: values.get(word[1] or word[2], ""), pattern)
    return re.sub(r"/{2,}", "/", f"/{found.lstrip('/')}")


def dated(date: datetime | None) -> dict[str, str]:
    """Return what patterns call the parts of a date."""
    if date is None:
        return {}
    return {
        "year": f"{date:%Y}", "month": f"{date:%m}", "day": f"{date:%d}", "i_month": str(date.month),
        "i_day": str(date.day), "y_day": f"{date:%j}", "yearday": f"{date:%j}", "short_year": f"{date:%y}",
        "hour": f"{date:%H}", "minute": f"{date:%M}", "second": f"{date:%S}", "monthname": f"{date:%B}".lower(),
    }  # fmt: skip


def labelled(posts: Sequence[OldPost], tags: str, categories: str = "", ending: str = "/") -> Iterator[OldAddress]:
    """Yield the lists of tags and categories, at *tags* and *categories* followed by the word."""
    for prefix, words, kind in ((tags, "tags", "tag"), (categories, "categories", "category")):
        for word in dict.fromkeys(one for post in posts for one in getattr(post, words)) if prefix else ():
            for written in dict.fromkeys((slug_of(word), word.lower().replace(" ", "-"))):
                yield OldAddress(address=f"{prefix}{written}{ending}", kind=kind, target=word)  # type: ignore[arg-type]


def feeds(*paths: str) -> Iterator[OldAddress]:
    """Return the addresses of feeds."""
    return (OldAddress(address=path, kind="feed") for path in paths)
