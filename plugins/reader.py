"""Posts and pages: from a Markdown file with our metadata to what Pelican calls content.

Every attribute that templates and other plugins may ask of an article is set here or by the plugin named in
``docs/how-it-works.md``. What is wrong with a file is logged on its line and the rest of the site is built.

Settings:
    SHOW_UNPUBLISHED   drafts, hidden and future posts are built too, and marked. Default False.
    NOW                the moment that decides what is due, ISO 8601; the clock when absent.
    MAX_POST_BYTES     a larger file is not read.
    TOC_WORDS, DEFAULT_CATEGORY, LANGUAGES, TIMEZONE, MENTION_NETWORK
"""

import datetime as dt
import html
import logging
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import markdown
from pelican import signals
from pelican.contents import Author, Category, Tag
from pelican.readers import BaseReader

from tertulia.content import metadata
from tertulia.content.credits import credit
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import language_check, languages, text
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.models import Problem, Update
from tertulia.core.parallel import spread
from tertulia.render import typography
from tertulia.render.document import Document, load
from tertulia.render.linkify import LinkifyExtension
from tertulia.render.markup import Headings, OwnLinks, QuoteSources, SkipPatterns
from tertulia.site import related

from . import embeds, images

log = logging.getLogger(__name__)

LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "hint": logging.INFO}
SUMMARY_GRAPHEMES = 300
FILES = {"PEOPLE": "people.toml", "TAG_NAMES": "tags.toml"}


def tell(problem: Problem) -> None:
    """Log *problem*; a hint is marked as one, so that the task line can show it quietly."""
    log.log(LEVELS[problem.severity], "%s", problem, extra={"hint": problem.severity == "hint"})


@dataclass(slots=True)
class Reading:
    """What became of one file: nothing that Pelican made, so that it can come from another process."""

    content: str = ""
    values: dict[str, Any] = field(default_factory=lambda: {"status": "skip"})
    problems: list[Problem] = field(default_factory=list)


class PostReader(BaseReader):
    """Reads every ``.md`` of the author's."""

    file_extensions = ("md", "markdown")
    ahead: ClassVar[dict[str, Reading]] = {}  # files read before Pelican asked for them, by path

    def __init__(self, settings):
        super().__init__(settings)
        content = Path(settings["PATH"])
        languages.speak(settings["DEFAULT_LANG"], content)
        self.zone = ZoneInfo(settings["TIMEZONE"])
        self.now = moment(settings.get("NOW"), self.zone)
        self.people = settings["PEOPLE"]
        self.page_folders = tuple(str(content / folder) + os.sep for folder in settings["PAGE_PATHS"])

    @cached_property
    def markdown(self):
        """What renders; Pelican makes seven readers, of which one or two are asked to read."""
        return markdown_for(self.settings)

    def read(self, source_path):
        """The HTML and metadata of one file, as Pelican wants them; ``skip`` when it is not to be built."""
        reading = self.ahead.pop(source_path, None) or self.work(source_path)
        for problem in reading.problems:
            tell(problem)
        values = reading.values
        if values["status"] != "skip":
            values["tags"] = [Tag(label, self.settings) for label in values["tags"]]
            values["categories"] = [Category(name, self.settings) for name in values["categories"]]
            values["authors"] = [Author(name, self.settings) for name in values["authors"]]
            values["category"], values["author"] = values["categories"][0], values["authors"][0]
        return reading.content, values

    def work(self, source_path):
        """Read and render one file."""
        path = Path(source_path)
        shown = shown_path(path, self.settings)
        source, problem = load(path, shown, self.settings["MAX_POST_BYTES"])
        if problem:
            return Reading(problems=[problem])
        header = metadata.split(source, shown)
        meta = metadata.interpret(header, shown, self.zone, self.settings["LANGUAGES"])
        mark = self.mark_of(meta, source_path.startswith(self.page_folders), shown)
        broken = any(p.severity == "error" for p in meta.problems)
        if broken or (mark in ("draft", "hidden", "scheduled") and not self.settings["SHOW_UNPUBLISHED"]):
            return Reading(problems=meta.problems)
        lang = meta.lang or self.settings["DEFAULT_LANG"]
        document = Document(shown, lang, header.body, header.body_line, embeds=meta.embeds)
        try:
            content = self.render(document, header.body)
            values = self.values(meta, mark, document, content)
        except RecursionError:  # Markdown nested hundreds of levels deep
            problem = Problem(shown, None, say("too_deep"), say("too_deep_fix"), "error")
            return Reading(problems=[*meta.problems, problem])
        return Reading(content, values, [*meta.problems, *document.problems])

    def mark_of(self, meta, page, shown):
        """Why a file is not simply published: draft, hidden, unlisted, scheduled or "" when it is."""
        if not meta.title:
            meta.problems.append(Problem(shown, 1, say("no_title"), say("no_title_fix"), "error"))
        if meta.status in ("draft", "hidden", "unlisted"):
            return meta.status
        if meta.date is None:
            if page or "date" in meta.lines:  # one that makes no sense has been told
                return ""
            fix = say("no_date_fix", today=self.now.date().isoformat())
            meta.problems.append(Problem(shown, 1, say("no_date"), fix, "hint"))
            return "draft"
        return "scheduled" if meta.date > self.now else ""

    def render(self, document, body):
        """The HTML of *body*; what the extensions find is left on *document*."""
        self.markdown.document = document
        self.markdown.reset()
        return self.markdown.convert(body)

    def values(self, meta, mark, document, content):
        """What an article or page will be asked for; names where Pelican will want objects."""
        toc = entries(self.markdown.toc_tokens)  # before anything else is rendered
        plain = text.plain(content)
        words = text.words(plain)
        curly = lambda value: typography.plain(value, document.lang)  # noqa: E731
        summary = curly(meta.summary) or text.shorten(first_paragraph(content) or plain, SUMMARY_GRAPHEMES)
        values = {
            "title": curly(meta.title),
            "date": meta.date or self.now,
            "status": "hidden" if mark == "unlisted" else "published",
            "mark": mark,
            "indexable": not mark,
            "lang": document.lang,
            "slug": meta.slug or text.slugify(meta.title),
            "summary": html.escape(summary, quote=False),
            "summary_text": summary,
            "tags": list(dict.fromkeys([*meta.tags, *document.tags])),
            "categories": meta.categories or [self.settings["DEFAULT_CATEGORY"]],
            "authors": self.names(meta.authors),
            "credits": [credit(kind, written, self.people) for kind, written in meta.credits],
            "updates": [Update(date, self.inline(note, document)) for date, note in meta.updates],
            "question": curly(meta.question),
            "cover": images.cover(meta, document, self.settings),
            "words": words,
            "stems": related.stems(plain, document.lang) if self.settings.get("RELATED_POSTS") else {},
            "minutes": text.reading_minutes(words),
            "toc": toc if (meta.toc if meta.toc is not None else words >= self.settings["TOC_WORDS"]) else [],
            "series_name": meta.series,
            "aliases": meta.aliases,
            "networks": meta.networks,
            "header_lines": meta.lines,
            "shown_path": document.path,
            "source_text": document,
            "related": [], "previous": None, "next": None, "series": None, "syndication": [], "comments": [],
        }  # fmt: skip
        values["id"] = meta.id or values["slug"]
        values["has_id"] = bool(meta.id)
        if meta.modified:
            values["modified"] = meta.modified
        if meta.template:
            values["template"] = meta.template
        return values

    def names(self, authors):
        """Authors by name: ``@ana`` and ``ana`` are whom people.toml names so."""
        people = [self.people.find(name.removeprefix("@")) for name in authors]
        return [p.name if p else name for p, name in zip(people, authors, strict=True)] or [self.settings["AUTHOR"]]

    def inline(self, note, document):
        """A line of Markdown as HTML without its paragraph."""
        quiet = Document(document.path, document.lang, note, document.body_line, files=document.files)
        return self.render(quiet, note).removeprefix("<p>").removesuffix("</p>")


def markdown_for(settings):
    """The Markdown of this blog: who understands what, in one place."""
    tags, people = settings["TAG_NAMES"], settings["PEOPLE"]
    siteurl, tag_url = settings["SITEURL"], settings["TAG_URL"]
    return markdown.Markdown(
        extensions=[
            "pymdownx.saneheaders",  # "#clientepitero" at the start of a line is a tag, "# Título" a heading
            "pymdownx.magiclink",  # bare addresses become links
            "pymdownx.tilde",  # ~~tachado~~
            "footnotes",
            "tables",
            "def_list",
            "fenced_code",
            "codehilite",
            "attr_list",
            "md_in_html",
            "abbr",
            "sane_lists",
            "toc",
            SkipPatterns(),
            Headings(),
            QuoteSources(),
            OwnLinks(siteurl),
            images.markdown_extension(settings),
            embeds.markdown_extension(settings),
            embeds.links_extension(settings),
            typography.TypographyExtension(),
            LinkifyExtension(
                tag_url=lambda slug: f"{siteurl}/{tag_url.format(slug=quote(slug))}",
                tags=tags,
                people=people,
                default_network=settings["MENTION_NETWORK"],
            ),
        ],
        extension_configs={
            "pymdownx.tilde": {"subscript": False},
            "codehilite": {"guess_lang": False},
            "toc": {"slugify": lambda value, _separator: text.slugify(value), "permalink": False},
            "footnotes": {"BACKLINK_TITLE": "↩ {}", "UNIQUE_IDS": False},
        },
        output_format="html",
    )


def entries(tokens):
    """Markdown's table of contents as ``{id, text, children}``."""
    return [{"id": t["id"], "text": html.unescape(t["name"]), "children": entries(t["children"])} for t in tokens]


def first_paragraph(content):
    """The text of the first paragraph, without footnote marks; "" when there is none."""
    start = content.find("<p>")
    end = content.find("</p>", start)
    return text.plain(content[start:end]) if 0 <= start < end else ""


def moment(value, zone):
    """*value* as an aware moment; the clock when it is empty."""
    if not value:
        return dt.datetime.now(zone)
    read = dt.datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=zone)


def shown_path(path, settings):
    """*path* as the author knows it: ``content/posts/…``."""
    return f"content/{path.relative_to(settings['PATH']).as_posix()}"


def load_names(pelican):
    """Read people.toml and tags.toml once; a broken one is told and counts as empty."""
    settings = pelican.settings
    languages.speak(settings["DEFAULT_LANG"], Path(settings["PATH"]))
    for problem in language_check.problems(languages.current(), settings["LANGUAGES"]):
        tell(problem)
    for setting, table in (("PEOPLE", People), ("TAG_NAMES", Tags)):
        try:
            settings[setting] = table.load(Path(settings["PATH"], FILES[setting]))
        except ContentError as error:
            log.error("%s", error)
            settings[setting] = table()
        for problem in settings[setting].problems:
            tell(problem)


def settle(content):
    """Give a post what Pelican would otherwise lack or work out anew each time it is asked."""
    if hasattr(content, "shown_path"):
        content.modified = getattr(content, "modified", None)
        content.override_url, content.override_save_as = content.url, content.save_as


def read_ahead(generator):
    """Read all posts at once, on all cores, before Pelican asks for them one by one."""
    reader = PostReader(generator.settings)
    paths = [
        os.path.join(generator.path, name)
        for name in generator.get_files(
            generator.settings["ARTICLE_PATHS"], exclude=generator.settings["ARTICLE_EXCLUDES"]
        )
        if name.endswith(PostReader.file_extensions)
    ]
    PostReader.ahead.clear()
    PostReader.ahead.update(zip(paths, spread(reader.work, paths), strict=True))


def add_reader(readers):
    """Have every Markdown file read by us."""
    for extension in PostReader.file_extensions:
        readers.reader_classes[extension] = PostReader


def register():
    signals.initialized.connect(load_names)
    signals.readers_init.connect(add_reader)
    signals.article_generator_init.connect(read_ahead)
    signals.content_object_init.connect(settle)
