"""Posts and pages read: from a Markdown file with our metadata to a ``PostRecord``.

Settings:
    SHOW_UNPUBLISHED   drafts, hidden and future posts are built too, and marked. Default False.
    NOW                the moment that decides what is due, ISO 8601; the clock when absent.
    MAX_POST_BYTES     a larger file is not read.
    SLUGIFY_SOURCE     "basename": a post that says no slug has that of its file, as in Pelican. Default "title".
    USE_FOLDER_AS_CATEGORY   a post that says no category has its folder, as in Pelican. Default False.
    TOC_WORDS, DEFAULT_CATEGORY, LANGUAGES, TIMEZONE, MENTION_NETWORK
    IMAGE_SIZES        the ``sizes`` attribute of pictures in the text, when a theme's column is of another width.
    EMBEDS_POLICY      what to do with an embed that its author has deleted: "keep" (the default), "text" or "remove".
                       A post's own "Incrustados:" wins.
"""

import datetime as dt
import html
import logging
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import markdown
import msgspec

from tertulia.content import header, metadata
from tertulia.content.completion import complete
from tertulia.content.credits import credit
from tertulia.content.keys import Kind, key_named
from tertulia.content.metadata import EXTRA_KEYS, Metadata
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import cuts, slugs, text
from tertulia.core.addresses import host_of
from tertulia.core.asked import Answer, Question, answer
from tertulia.core.errors import SettingError
from tertulia.core.languages import date_words, say
from tertulia.core.models import Problem, Update
from tertulia.core.moments import parse_moment
from tertulia.core.setting_kinds import parse_zone
from tertulia.embeds import draw
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.link_table import LinksExtension, LinkTable
from tertulia.embeds.markdown import EmbedsExtension
from tertulia.embeds.types import Policy
from tertulia.render import prose, typography
from tertulia.render.converter import converter
from tertulia.render.document import Document, load
from tertulia.render.elsewhere import ElsewhereExtension
from tertulia.render.pictures import SIZES, PicturesExtension
from tertulia.render.resolver import ImageResolver
from tertulia.site import related
from tertulia.site.contents import TAKEN
from tertulia.site.embeds import pictures_url
from tertulia.site.pelican_settings import markdown_extensions
from tertulia.site.pictures import announced, cover
from tertulia.site.problems import shown_path
from tertulia.site.records import Looked, PostRecord, Reading, TocEntry, UsedFile

log = logging.getLogger(__name__)

SUMMARY_GRAPHEMES = 300
NOTE_TITLE_GRAPHEMES = 60


class PostReader:
    """Reads every post and page of one build."""

    def __init__(
        self, settings: Mapping[str, Any], *, people: People, tags: Tags, links: LinkTable, pictures: ImageResolver
    ) -> None:
        self.settings = settings
        self.people, self.tags, self.links, self.pictures = people, tags, links, pictures
        self.tables: dict[str, People | Tags | LinkTable] = {"people": people, "tags": tags, "links": links}
        self.content = Path(settings["PATH"])
        self.captures = CaptureStore(self.content)
        self.zone = parse_zone(settings["TIMEZONE"])
        self.now = moment(settings.get("NOW"), self.zone)
        self.embeds_policy = policy_of(settings.get("EMBEDS_POLICY", "keep"))
        self.page_folders = tuple(str(self.content / folder) + os.sep for folder in settings["PAGE_PATHS"])
        self.folders = (
            *(str(self.content / folder) + os.sep for folder in settings["ARTICLE_PATHS"]), *self.page_folders,
        )  # fmt: skip

    @cached_property
    def markdown(self) -> markdown.Markdown:
        """What renders the posts of this blog."""
        settings = self.settings
        site = draw.Page(settings["DEFAULT_LANG"], pictures_url(settings), self.zone)
        asked, configs = markdown_extensions(settings.get("MARKDOWN") or {}, settings.get("PELICAN_MARKDOWN") or {})
        return converter(
            asked=asked,
            asked_configs=configs,
            siteurl=settings["SITEURL"],
            tag_url=settings["TAG_URL"],
            mention_network=settings["MENTION_NETWORK"],
            people=self.people,
            tags=self.tags,
            content=self.content,
            more=[
                PicturesExtension(self.pictures, sizes=settings.get("IMAGE_SIZES", SIZES)),
                EmbedsExtension(
                    self.captures,
                    site,
                    policy=self.embeds_policy,
                    resolve=self.links.expanded,
                    own=settings.get("SITE_ADDRESS", ""),
                ),
                LinksExtension(self.links),
                ElsewhereExtension(allowed_hosts(settings)),
            ],
        )

    def read(self, source_path: str) -> Reading:
        """Read and render one file, whatever is in it; its ``Reading`` has no record when it is not to be built."""
        self.pictures.asked, self.pictures.guessed, self.captures.asked = {}, False, {}
        for table in self.tables.values():
            table.asked = {}
        try:
            reading = self._read(source_path)
            looked, asked = tuple(self._looked()), tuple(self._asked())
            return msgspec.structs.replace(reading, looked=looked, asked=asked, guessed=self.pictures.guessed)
        except Exception:  # a fault of ours, or of a plugin's, never takes the other posts along
            log.debug("%s", source_path, exc_info=True)
            shown = shown_path(Path(source_path), self.content)
            problem = Problem(shown, None, say("cannot_process"), say("cannot_process_fix"), "error")
            return Reading(problems=(problem,), due=self.now)

    def _read(self, source_path: str) -> Reading:
        path = Path(source_path)
        shown = shown_path(path, self.content)
        source, problem = load(path, shown, self.settings["MAX_POST_BYTES"])
        if problem:
            return Reading(problems=(problem,), due=self.now)
        is_page = source_path.startswith(self.page_folders)
        if path.stem == "_index" and not is_page:
            problem = Problem(shown, None, say("section_index"), say("section_index_fix"), "hint")
            return Reading(problems=(problem,))
        top = header.split(source, shown)
        meta = metadata.interpret(top, shown, self.zone, self.settings["LANGUAGES"], is_page=is_page)
        written = complete(meta, top, shown, self.place(path), self.zone, is_page=is_page)
        if self.settings.get("USE_FOLDER_AS_CATEGORY") and not (is_page or meta.categories):
            meta.categories = [name] if (name := path.relative_to(self.content).parent.name) else []
        due = self.due(meta)
        mark = self.mark_of(meta, is_page=is_page, shown=shown)
        broken = any(p.severity == "error" for p in meta.problems)
        if broken or (mark in ("draft", "hidden", "scheduled") and not self.settings["SHOW_UNPUBLISHED"]):
            return Reading(problems=tuple(meta.problems), due=due)
        lang = meta.lang or self.settings["DEFAULT_LANG"]
        self.markdown.seeks_posts = False  # type: ignore[attr-defined]
        document = Document(shown, lang, written.body, written.body_line, embeds=meta.embeds)
        try:
            record = self.record(meta, document, self.render(document, written.body), mark=mark, is_page=is_page)
        except RecursionError:  # Markdown nested hundreds of levels deep
            problem = Problem(shown, None, say("too_deep"), say("too_deep_fix"), "error")
            return Reading(problems=(*meta.problems, problem), due=due)
        seeks_posts: bool = self.markdown.seeks_posts or (is_page and bool(document.tags))  # type: ignore[attr-defined]
        return Reading(record, (*meta.problems, *document.problems), due, seeks_posts)

    def _looked(self) -> Iterator[Looked]:
        for (written, beside), found in self.pictures.asked.items():
            yield Looked(written, str(beside), str(found or ""), found is not None)
        for path, was_there in self.captures.asked.items():
            yield Looked("", "", str(path), was_there)

    def _asked(self) -> Iterator[tuple[str, Question, Answer]]:
        for name, table in self.tables.items():
            for question, told in (table.asked or {}).items():
                yield name, question, told
            table.asked = None

    def is_told_the_same(self, asked: Iterable[tuple[str, Question, Answer]]) -> bool:
        """Return whether the tables still answer what a file was told when it was read."""
        return all(answer(self.tables[name], question) == told for name, question, told in asked)

    def due(self, meta: Metadata) -> dt.datetime | None:
        """When the clock alone makes the file read otherwise: at once where it says no date, and has the build's."""
        if meta.date is None:
            return self.now
        told = (meta.date, meta.publish_date, meta.expiry_date, meta.modified, *(when for when, _ in meta.updates))
        return min((moment for moment in told if moment is not None and moment > self.now), default=None)

    def mark_of(self, meta: Metadata, *, is_page: bool, shown: str) -> str:
        """Why a file is not simply published: draft, hidden, unlisted, scheduled or "" when it is."""
        if meta.status in ("draft", "hidden"):
            return meta.status
        if meta.expiry_date is not None and meta.expiry_date <= self.now:
            self.hint(meta, shown, "expired", day=meta.expiry_date.date().isoformat())
            return "hidden"
        if meta.date is None and not is_page:  # nor "unlisted": its address would be another each month
            if not any(problem.severity == "error" for problem in meta.problems):  # one cause, one line
                self.hint(meta, shown, "no_date", today=self.now.date().isoformat())
            return "draft"
        if meta.is_date_of_name:
            self.hint(meta, shown, "date_of_name")
        later = [moment for moment in (meta.date, meta.publish_date) if moment is not None and moment > self.now]
        return "scheduled" if later else meta.status.removeprefix("published")

    def hint(self, meta: Metadata, shown: str, phrase: str, **values: object) -> None:
        """Leave a line that fails nothing."""
        meta.problems.append(Problem(shown, 1, say(phrase, **values), say(f"{phrase}_fix", **values), "hint"))

    def place(self, path: Path) -> Path:
        """*path* relative to its folder of posts or pages."""
        name = str(path)
        folder = next((folder for folder in self.folders if name.startswith(folder)), f"{self.content}{os.sep}")
        return Path(name[len(folder) :])

    def render(self, document: Document, body: str) -> str:
        """Return the HTML of *body*; what the extensions find is left on *document*."""
        self.markdown.document = document  # type: ignore[attr-defined]
        self.markdown.reset()
        return self.markdown.convert(body)

    def record(self, meta: Metadata, document: Document, content: str, *, mark: str, is_page: bool) -> PostRecord:
        """All that is known of a post from its file."""
        settings, lang = self.settings, document.lang
        toc = toc_entries(self.markdown.toc_tokens)  # type: ignore[attr-defined]  # before anything else is rendered
        teaser, content = prose.parted(content)
        own = prose.blocks(content)
        plain = prose.plain(own)
        tallied = text.tally(plain)
        words = text.words(tallied)
        first = prose.plain(prose.blocks(teaser)) or prose.opening(own)
        summary = self.inline(without_html(meta.summary), document) if meta.summary else ""
        summary_text = text.plain(summary) or cuts.shorten(first, SUMMARY_GRAPHEMES)
        if not summary_text and not is_page:
            document.report(say("no_summary"), say("no_summary_fix"), severity="hint")
        # A note that is nothing but a picture is named for what a reader sees of it; one that only quotes, for its day.
        seen = first or text.plain(prose.without_others(content))
        title = typography.plain(meta.title, lang) or text.shorten(seen, NOTE_TITLE_GRAPHEMES)
        slug = self.slug(meta, document.path)
        if meta.modified and meta.modified > self.now and not settings["SHOW_UNPUBLISHED"]:
            self.hint(meta, document.path, "future_change", day=meta.modified.date().isoformat())
            meta.modified = None
        updates = tuple(
            Update(when.date().isoformat(), self.inline(note, document))
            for when, note in meta.updates
            if when <= self.now or settings["SHOW_UNPUBLISHED"]
        )
        picture = cover(meta, document, self.pictures)
        return PostRecord(
            is_page=is_page,
            content=content,
            title=title or date_words(meta.date or self.now, lang),
            is_note=not meta.title,
            date=meta.date or self.now,
            modified=meta.modified,
            mark=mark,
            lang=lang,
            id=meta.id or slug,
            has_id=bool(meta.id),
            slug=slug,
            summary=summary or html.escape(summary_text, quote=False),
            summary_text=summary_text,
            tags=tuple(dict.fromkeys([*meta.tags, *document.tags])),
            categories=tuple(meta.categories) or (settings["DEFAULT_CATEGORY"],),
            authors=tuple(self.names(meta.authors)) or (settings["AUTHOR"],),
            credits=tuple(credit(kind, written, self.people) for kind, written in meta.credits),
            updates=updates,
            question=typography.plain(meta.question, lang),
            content_warning=typography.plain(meta.content_warning, lang),
            audience=meta.audience,
            cover=picture,
            cover_alts=meta.cover_alts,
            pictures=announced(meta, document, self.pictures),
            words=words,
            stems=related.stems(tallied, lang) if settings.get("RELATED_POSTS") else {},
            minutes=text.reading_minutes(words),
            toc=toc if (meta.toc if meta.toc is not None else words >= settings["TOC_WORDS"]) else (),
            series_name=meta.series,
            aliases=tuple(meta.aliases),
            old_addresses=tuple(meta.old_addresses),
            networks=meta.networks,
            template=meta.template,
            guid=meta.guid,
            extra=self.extra(meta, document),
            header_lines=meta.lines,
            shown_path=document.path,
            body=document.body,
            body_line=document.body_line,
            files=tuple(UsedFile(path, use, line) for (path, use), line in document.files.items()),
        )

    def extra(self, meta: Metadata, document: Document) -> dict[str, object]:
        """Return what the keys say that only the theme asks for, and what others say that a theme of others may."""
        found = {**_of_others(meta.written), **meta.extra}
        for key in EXTRA_KEYS:
            if key.kind is Kind.TEXT:
                found[key.name] = typography.plain(str(found[key.name]), document.lang)
            elif key.kind is Kind.INLINE and found[key.name]:
                found[key.name] = self.inline(without_html(str(found[key.name])), document)
        return found

    def slug(self, meta: Metadata, shown: str) -> str:
        """
        Return what stands for the post in its address: as written, where an address can hold it, or made of the title.
        """
        kept = slugs.written_slug(meta.slug)
        of_file = Path(shown).stem if self.settings.get("SLUGIFY_SOURCE") == "basename" else ""
        slug = kept or slugs.slug_of(of_file or meta.title or meta.slug, meta.id)
        if meta.slug and kept != unicodedata.normalize("NFC", meta.slug):
            line = meta.lines.get("slug", 1)
            meta.problems.append(Problem(shown, line, say("odd_slug", slug=meta.slug), say("odd_slug_fix", kept=slug)))
        return slug

    def names(self, authors: Iterable[str]) -> Iterable[str]:
        """Yield authors by name: ``@ana`` and ``ana`` are whom people.toml names so."""
        for name in authors:
            person = self.people.find(name.removeprefix("@"))
            yield person.name if person else name

    def inline(self, note: str, document: Document) -> str:
        """Return a line of Markdown as HTML without its paragraph; what is more than a line stays as it is written."""
        quiet = Document(document.path, document.lang, note, document.body_line, files=document.files)
        rendered = self.render(quiet, note)
        match = re.fullmatch(r"<p>((?:(?!</?p>).)*)</p>", rendered, re.S)
        return match[1] if match else html.escape(typography.plain(note, document.lang), quote=False)


def _of_others(written: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of *written* that can be attributes of a post, and are none of ours or of Pelican's."""
    return {
        name: value for name, value in written.items() if re.fullmatch(r"[a-z][a-z0-9_]*", name) and name not in TAKEN
    }


def allowed_hosts(settings: Mapping[str, Any]) -> list[str]:
    """Return the hosts that a page may ask for what it shows: the blog's own, and those that its owner named."""
    own = host_of(settings.get("SITE_ADDRESS", ""))
    return [host for host in (own, *settings.get("PICTURE_HOSTS", ()), *settings.get("ALLOWED_HOSTS", ())) if host]


def toc_entries(tokens: Iterable[Mapping[str, Any]]) -> tuple[TocEntry, ...]:
    """Markdown's table of contents as ours."""
    return tuple(TocEntry(t["id"], html.unescape(t["name"]), toc_entries(t["children"])) for t in tokens)


def without_html(line: str) -> str:
    """*line* of Markdown with its signs of HTML as text; those in code are text already."""
    return re.sub(r"(`+)(?:(?!\1).)*\1|<(?!https?://)", lambda found: found[0] if found[1] else "&lt;", line)


def policy_of(word: object) -> Policy:
    """
    Return what EMBEDS_POLICY says, in the words of a post's header.

    Raises:
        SettingError: it is none of them.
    """
    words = key_named("embeds").words
    if word not in words:
        raise SettingError(say("setting_choice", name="EMBEDS_POLICY", value=word, words=", ".join(words)))
    return cast(Policy, words[str(word)])


def moment(value: object, zone: ZoneInfo) -> dt.datetime:
    """*value* as an aware moment; the clock when it is empty."""
    if not value:
        return dt.datetime.now(zone)
    found = parse_moment(str(value), zone)
    if found is None:
        raise SettingError(say("setting_date", name="NOW", value=value))
    return found
