"""All that one build shares and remembers between its steps, in one object.

Nothing of it is kept anywhere else, so two builds of one process know nothing of each other. Pelican carries it along
as ``settings["SITE_BUILD"]``: everything that it hands to a plugin leads to the settings of that build.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from jinja2 import Environment
from jinja2.runtime import Context
from msgspec import Struct, field

from tertulia import defaults
from tertulia.content.folder import markdown_files
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import language_check, languages, paths
from tertulia.core.errors import ContentError
from tertulia.core.files import folds_case
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.core.parallel import stream
from tertulia.render.image_cache import ImageCache
from tertulia.render.resolver import ImageResolver
from tertulia.site import looks, moved, template_phrases
from tertulia.site.broken_links import InternalLink
from tertulia.site.build_inputs import next_due
from tertulia.site.contents import Content, Generator, attributes, fill_defaults, without_attributes
from tertulia.site.editions import Editions
from tertulia.site.embeds import load_links
from tertulia.site.looks import Looks
from tertulia.site.owners import Owners, PageToWrite, without_same_file
from tertulia.site.pelican_settings import refuse_to_empty, refuse_unknown_fields
from tertulia.site.pictures import publish, request_files, take_out_missing
from tertulia.site.problems import report, separate_ids
from tertulia.site.put_away import held
from tertulia.site.reading import PostReader
from tertulia.site.reads import Reads
from tertulia.site.records import Alike, Reading
from tertulia.site.search import LaterIndex, SearchIndex
from tertulia.site.shelf import Packed, PostTexts, lay_by, pack
from tertulia.site.state import BuildState, digest_of
from tertulia.site.strays import ENDINGS
from tertulia.site.template_loading import load_ahead
from tertulia.site.themes import Theme
from tertulia.site.up_to_date import stamp_of
from tertulia.site.words import SiteWords

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from tertulia.site.cards import CardSet
    from tertulia.site.facets import Settled
    from tertulia.site.redirects import LedOn
    from tertulia.site.writing import OutputBefore

KEY = "SITE_BUILD"
Table = TypeVar("Table", People, Tags)


class SiteBuild(Struct):
    """One build of one blog."""

    settings: Mapping[str, Any]
    people: People
    tags: Tags
    pictures: ImageResolver
    reader: PostReader
    words: SiteWords
    state: BuildState = field(default_factory=BuildState)  # of the build before
    is_running: bool = False
    fingerprints: dict[str, str] = field(default_factory=dict)  # of the theme's static files
    readings: dict[str, Reading] = field(default_factory=dict)  # files read before Pelican asked for them, by path
    post_pages: list[PageToWrite] = field(default_factory=list)  # when all is known
    list_pages: list[PageToWrite] = field(default_factory=list)
    on_first: dict[str, tuple[str, str]] = field(default_factory=dict)  # file → address and language of its list
    articles: Generator | None = None  # the generator that holds the posts
    contents: list[Content] = field(default_factory=list)  # every post and page
    owners: Owners = field(default_factory=Owners)
    editions: Editions = field(default_factory=Editions)
    looks: Looks = field(default_factory=Looks)
    has_pictures: bool = False  # they are in the output
    lacks_pictures: bool = False  # one that posts show could not be made
    theme: Theme = field(default_factory=Theme)
    remembered: moved.Addresses = field(default_factory=dict)  # who had which address before
    published: moved.Addresses = field(default_factory=dict)  # of those, what a deploy has put there
    led_on: "LedOn | None" = None  # what hosts are told of old addresses
    buried: set[str] = field(default_factory=set)  # files of the output that only say that something is gone
    led_to: set[str] = field(default_factory=set)  # addresses, under SITEURL, that a page of an old one leads to
    beside: set[str] = field(default_factory=set)  # kinds of files that were written beside pages, by their modules
    has_unread: bool = False  # a file is there and could not be read
    due: datetime | None = None  # when the clock alone makes a file read otherwise; None for never
    shared_ids: set[str] = field(default_factory=set)  # that two files name, of which one has the Id
    told: dict[str, list[str]] = field(default_factory=dict)  # of each file, while it was read
    links: list[InternalLink] = field(default_factory=list)  # to be looked up when everything is written
    named_files: set[str] | None = None  # files that texts link to, as they name them; None where nobody has looked
    broken: set[str] = field(default_factory=set)  # paths under the site that links lead to, and at which nothing is
    coming: dict[str, Path] = field(default_factory=dict)  # files that an edit puts into the output, and where they are
    avatars: dict[str, Path] = field(default_factory=dict)  # name in the output → file
    written: dict[str, tuple[bytes, str]] = field(default_factory=dict)  # page → its key, and of what
    taken: set[str] = field(default_factory=set)  # pages that are those of the output before
    innocent: set[str] = field(default_factory=set)  # pages that were seen to ask nobody when they were drawn
    asking: set[str] = field(default_factory=set)  # pages that ask other hosts by themselves: told at each build
    explained: list[str] = field(default_factory=list)  # why each page was drawn
    read_as: dict[str, Reading] = field(default_factory=dict)  # what became of each file, by path, without texts
    texts: dict[str, PostTexts] = field(default_factory=dict)  # the texts of each, by path
    alike: Alike = field(default_factory=Alike)  # what many records say
    labels: dict[Any, Any] = field(default_factory=dict)  # tags, categories and authors, as Pelican has them
    pages: dict[str, PageToWrite] = field(default_factory=dict)  # by file
    page_inputs: "dict[str, Settled]" = field(default_factory=dict)  # of those of which that can be told
    kept: "OutputBefore | None" = None  # takes files from the output before, where that can be told
    environments: list[Environment] = field(default_factory=list)  # of templates
    reads: Reads | None = None  # watches what templates read
    relate: Callable[[], None] | None = None  # gives posts their relatives, which are being worked out
    leaving: Any = None  # what was arranged, on its way to the next edit (``tertulia/edits/arrangement_left.py``)
    rest_of_pages: Callable[[], None] | None = None  # waits until all pages are written, which are being drawn
    cards: "CardSet | None" = None
    search: SearchIndex | LaterIndex | None = None
    search_parts: dict[str, list[str]] = field(default_factory=dict)  # folder → its languages, where there are several

    @classmethod
    def begin(cls, settings: dict[str, Any]) -> "SiteBuild":
        """Read what all posts need, tell of what is wrong in it, and leave a new build in Pelican's *settings*."""
        content = Path(settings["PATH"])
        settings["DEFAULT_LANG"] = languages.normal(settings["DEFAULT_LANG"]) or settings["DEFAULT_LANG"]  # es_ES
        languages.speak(settings["DEFAULT_LANG"], content)
        spoken, asked = languages.current(), template_phrases.asked(settings)
        for problem in language_check.problems(spoken, settings["LANGUAGES"], asked):
            report(problem)
        for problem in template_phrases.problems(asked, settings, spoken):
            report(problem)
        people = _load(People, content / "people.toml")
        tags = _load(Tags, content / "tags.toml")
        cache = ImageCache(Path(settings.get("IMAGE_CACHE_PATH") or "var/cache/images"))
        pictures = ImageResolver(
            content,
            cache,
            siteurl=settings.get("SITEURL", ""),
            site_address=settings.get("SITE_ADDRESS", ""),
            hosts=settings.get("PICTURE_HOSTS", ()),
        )
        reader = PostReader(settings, people=people, tags=tags, links=load_links(content), pictures=pictures)
        build = cls(settings, people, tags, pictures, reader, SiteWords(languages.current()))
        build.owners = Owners(folds=folds_case(content))
        build.looks = looks.load(settings, build.words.setting(settings, "SITENAME", settings["DEFAULT_LANG"]))
        build.state = BuildState.of(settings)
        build.reads = Reads() if has_own_templates(settings) else None
        build.published = moved.published(settings)
        build.remembered = moved.remembered(settings)  # now: the output will be emptied
        settings[KEY] = build
        return build

    @classmethod
    def begin_run(cls, settings: dict[str, Any]) -> None:
        """Begin anew where *settings* have been built with already."""
        build = cls.begin(settings) if cls.of(settings).is_running else cls.of(settings)
        build.is_running = True

    @classmethod
    def of(cls, settings: Mapping[str, Any] | Context) -> "SiteBuild":
        """
        Return the build that *settings*, or a template's context, belong to; what is said next is in its language.
        """
        build = settings[KEY]
        assert isinstance(build, cls)
        if languages.current() is not build.words.languages:  # another build of this process has spoken another
            languages.use(build.words.languages)
        return build

    @property
    def context(self) -> Mapping[str, Any]:
        """What all pages are given."""
        return self.articles.context if self.articles else {}

    @property
    def output(self) -> Path:
        """The folder that readers get."""
        return Path(self.settings["OUTPUT_PATH"])

    @property
    def output_before(self) -> Path | None:
        """
        The folder that readers have until this is done, where files are taken from it.

        None where plugins of others are on: who writes into a file of the new output would write into that one too.
        """
        place = self.settings.get("KEPT_OUTPUT")
        return Path(place) if place and not self.others_plugins else None

    @property
    def others_plugins(self) -> list[str]:
        """Those that are not ours, by name."""
        return sorted(set(map(str, self.settings["PLUGINS"])) - set(defaults.PLUGINS))

    def read_ahead(self, kind: str, folder: str, find: Callable[..., Iterable[str]], environment: Environment) -> None:
        """
        Read posts or pages at once, on all cores, before Pelican asks for them one by one.

        Args:
            kind: "ARTICLE" or "PAGE", as Pelican's settings begin.
            find: Gives the names in *folder*, from where they may lie, what is left out and how they end.
            environment: Of the templates, which are compiled while others read.
        """
        names = list(find(self.settings[f"{kind}_PATHS"], self.settings[f"{kind}_EXCLUDES"], ENDINGS))
        if kind == "ARTICLE" and not names:
            texts = (path.relative_to(folder).as_posix() for path in markdown_files(Path(folder)))
            refuse_to_empty(self.settings, vars(defaults), texts)
        paths = [os.path.join(folder, name) for name in sorted(names)]
        found = self.state.known(paths, self.reader.now, self.pictures.find, self.reader.is_told_the_same)
        known = {path: self._take(path, packed) for path, packed in found}
        changed = [path for path in paths if path not in known]
        looked_ns, stamps = time.time_ns(), [stamp_of(path) for path in changed]
        read = stream(self._read, changed)
        if not self.others_plugins:  # they may still add to what templates know
            load_ahead(environment)
        for path, stamp, (packed, digest) in zip(changed, stamps, read, strict=True):
            known[path] = self._take(path, packed)
            whole, now = self.texts[path].whole, self.reader.now
            self.state.keep(path, packed.reading, stamp=stamp, looked_ns=looked_ns, whole=whole, told=digest, now=now)
        self.due = min(filter(None, (self.due, next_due(known.values(), self.reader.now))), default=None)
        readings, shared = separate_ids(known[path] for path in paths)
        self.readings |= zip(paths, readings, strict=True)
        self.shared_ids |= shared
        for path, keeper in held(paths, Path(folder), self.reader.zone).items():
            self.readings[path] = self._put_away(self.readings[path], keeper)
        said = (attributes(one.record) for one in self.readings.values() if one.record)
        refuse_unknown_fields(self.settings, kind, said)

    def _read(self, path: str) -> tuple[Packed, bytes]:
        """Read the file at *path*, maybe in another process; its digest too, where that is kept."""
        reading = self.reader.read(path)
        return pack(reading), digest_of(reading) if self.state.is_kept else b""

    def _take(self, path: str, packed: Packed) -> Reading:
        """Lay the texts by that the file at *path* has; the rest of what it read as, but what it asked the tables."""
        shelf = self.state.shelf
        self.texts[path] = PostTexts(shelf.put_text(packed.content), shelf.put(packed.whole))
        return msgspec.structs.replace(self.alike.shared(packed.reading), asked=())

    @staticmethod
    def complete(content: Any) -> None:
        """Give a post that Pelican has just made what it would lack; its texts it looks for where they are laid by."""
        fill_defaults(content)
        build = content.settings.get(KEY)
        if build and (texts := build.texts.get(str(content.source_path))):
            lay_by(content, texts, build.state.shelf)
            if build.reads is None and not build.others_plugins:  # else somebody may look for it there
                content.metadata = without_attributes(content.metadata, content.settings["FORMATTED_FIELDS"])

    def whole_reading(self, path: str) -> Reading:
        """Return what the file at *path* read as, with its texts."""
        return texts.back_in(self.read_as[path]) if (texts := self.texts.get(path)) else self.read_as[path]

    def _put_away(self, reading: Reading, keeper: str) -> Reading:
        """Return *reading* as a draft, which *keeper* says that it is."""
        if reading.record is None or reading.record.mark in ("draft", "hidden"):
            return reading
        kept = Problem(reading.record.shown_path, None, say("kept_by", file=keeper), say("kept_by_fix"), "hint")
        record = msgspec.structs.replace(reading.record, mark="draft") if self.settings["SHOW_UNPUBLISHED"] else None
        return msgspec.structs.replace(reading, record=record, problems=(*reading.problems, kept))

    def reading_of(self, path: str) -> Reading:
        """
        Return what became of the file at *path*, without texts: its problems are told, and its pictures asked for.
        """
        reading = self.readings.pop(path, None) or self._take(path, pack(self.reader.read(path)))
        self.read_as[path] = reading
        for problem in reading.problems:
            report(problem)
            self.told.setdefault(problem.path, []).append(problem.what)
        self.has_unread |= reading.record is None and any(one.severity == "error" for one in reading.problems)
        if reading.record:
            request_files(reading.record.files, Path(path), self.pictures)
        return reading

    def add_pages(self, pages: Iterable[PageToWrite]) -> None:
        """Take note of pages to be written: those of posts and pages, and lists."""
        for page in pages:
            (self.post_pages if page.content else self.list_pages).append(page)

    def pages_to_write(self) -> tuple[list[PageToWrite], list[PageToWrite]]:
        """
        Return lists, and posts with pages, so that none writes over another; what is left out is no content any more.
        """
        lists, posts = without_same_file(self.list_pages, self.post_pages)
        self.contents = [content for content in self.contents if content.save_as not in lists]
        return list(lists.values()), posts

    def publish_pictures(self) -> None:
        """Wait for the pictures and files that posts use, and put them into the output; once."""
        if not self.has_pictures:
            self.has_pictures = True
            self.lacks_pictures = publish(self.pictures, self.output, self.output_before)

    def finish_pages(self) -> None:
        """Wait until all is in the output that has been begun: pictures, cards, and the pages that show them."""
        self.publish_pictures()
        if self.cards:
            self.cards.publish(self.output, self.output_before)
        if self.rest_of_pages:
            self.rest_of_pages()
            self.rest_of_pages = None
        if self.lacks_pictures:
            take_out_missing(self.output, self.pictures.siteurl)

    def fingerprint(self, name: str) -> str:
        """Eight characters that change when the theme's static file *name* does; looked at once a build."""
        if name not in self.fingerprints:
            file = paths.theme_file(self.settings["PATH"], f"static/{name}", self.settings["THEME"])
            data = self.looks.files.get(name) or file.read_bytes()
            self.fingerprints[name] = hashlib.sha256(data).hexdigest()[:8]
        return self.fingerprints[name]


def has_own_templates(settings: Mapping[str, Any]) -> bool:
    """Whether a blog has templates that are not ours."""
    folders = [Path(settings["PATH"]).parent / name for name in settings.get("THEME_TEMPLATES_OVERRIDES", ())]
    return Path(settings.get("THEME", paths.THEME)) != paths.THEME or any(folder.is_dir() for folder in folders)


def _load(table: type[Table], path: Path) -> Table:
    """Read *table* from *path*; a broken one is told and counts as empty."""
    try:
        read = table.load(path)
    except ContentError as error:
        log.error("%s", error)
        return table()
    for problem in read.problems:
        report(problem)
    return read
