"""The site as the last build left it, for an edit of a text or of a talk: no more of it is read than the edit touches.

A process that has built nothing finds what was arranged (``tertulia/site/site_left.py``), has pages drawn by the same
templates, and writes beside them what else shows the text: feeds, ``posts.json``, related posts, the search. Whatever
it cannot show it leaves to a build.
"""

import contextlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import Environment, FileSystemLoader
from msgspec.structs import replace

from tertulia.content import posts
from tertulia.core import languages
from tertulia.core.files import remove_empty, write_if_changed, write_whole
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.embeds import draw
from tertulia.render.image_cache import ImageCache
from tertulia.render.resolver import ImageResolver
from tertulia.site import broken_links, posts_json, related_kept, schema, search, templates
from tertulia.site.arrangement import LINK, WHOLE, Arrangement, KeptPost
from tertulia.site.build import KEY, SiteBuild
from tertulia.site.contents import TO_FILE, changed
from tertulia.site.elsewhere import asked_by, suspecting
from tertulia.site.embeds import pictures_url
from tertulia.site.reading import PostReader, allowed_hosts
from tertulia.site.records import PostRecord, Reading
from tertulia.site.search import SearchIndex
from tertulia.site.site_left import with_places
from tertulia.site.state import BuildState, digest_of, reading_at
from tertulia.site.tag_edits import TagEdits
from tertulia.site.talk_edits import TalkEdits
from tertulia.site.text_edits import Edit, NeedsBuildError, TextEdits, home_of, set_text

_ID = re.compile(rb"""\s(?:id|name)\s*=\s*["']?([^"'\s>]+)""")


class KeptSite:
    """
    What the last build arranged, and a text that was saved since.

    Args:
        folder: Where it was left.
        output: What that build has written.
        mark: Of it.
        wants_text: Whether a network's words for a post ask for its whole text.
        nest: Gives the comments of a talk as a tree.

    Raises:
        LookupError: nothing was left, or it is of another build.
    """

    def __init__(
        self,
        folder: Path,
        output: Path,
        mark: str,
        wants_text: posts_json.WantsText,
        nest: Callable[..., Sequence[Any]],
    ) -> None:
        self.folder, self.output, self.wants_text = folder, output, wants_text
        self.arrangement = Arrangement(folder)
        if self.arrangement.value("mark") != mark:
            raise LookupError(mark)
        self.kept: dict[str, Any] = self.arrangement.value("site")
        self.report: dict[str, Any] = self.arrangement.value("report")
        self.build = self._build()
        self.tags = TagEdits(self.build, self.arrangement, output)
        self.talk = TalkEdits(self.build, self.arrangement, nest)
        self.drawn: dict[str, bytes] = {}
        self.cards: dict[str, bytes | None] = {}  # of posts that have another title now; None for what goes
        self.renamed: list[KeptPost] = []
        self.values: dict[str, object] = {}
        self.edited: list[str] = []  # why anything was drawn
        self.touched: dict[int, KeptPost] = {}
        self._index: TemporaryDirectory[str] | None = None  # a new one for the search
        self._parts: dict[str, str] = {}  # of it, those that were made anew, and the digests of their pages
        self._relations: related_kept.Stamp | None = None  # of what is known of related posts, when it has changed

    takes_tags = True

    def close(self) -> None:
        """Let go of what is kept."""
        self.arrangement.close()
        if self._index:
            self._index.cleanup()

    def _build(self) -> SiteBuild:
        kept = self.kept
        settings = {**kept["settings"], "OUTPUT_PATH": str(self.output)}
        languages.use(kept["words"].languages)
        pictures = ImageResolver(
            Path(settings["PATH"]),
            ImageCache(Path(settings.get("IMAGE_CACHE_PATH") or "var/cache/images")),
            siteurl=settings.get("SITEURL", ""),
            site_address=settings.get("SITE_ADDRESS", ""),
            hosts=settings.get("PICTURE_HOSTS", ()),
        )
        reader = PostReader(settings, people=kept["people"], tags=kept["tags"], links=kept["links"], pictures=pictures)
        build = SiteBuild(settings, kept["people"], kept["tags"], pictures, reader, kept["words"])
        build.looks, build.editions, build.theme = kept["looks"], kept["editions"], kept["theme"]
        build.state.folder, build.state.epoch = self.folder, kept["epoch"]
        build.fingerprints, build.beside = kept["fingerprints"], kept["beside"]
        build.buried, build.led_to = kept["buried"], kept["led_to"]
        build.search_parts = kept["search_parts"]
        settings[KEY] = build
        return build

    @cached_property
    def environment(self) -> Environment:
        """Where templates are found, as Pelican finds them."""
        settings = self.build.settings
        folders = [*settings["THEME_TEMPLATES_OVERRIDES"], os.path.join(settings["THEME"], "templates")]
        environment = Environment(loader=FileSystemLoader(folders), **settings["JINJA_ENVIRONMENT"])
        environment.filters |= {"strftime": _of_pelican, **settings["JINJA_FILTERS"]}
        environment.globals |= settings["JINJA_GLOBALS"]
        environment.tests |= {"plugin_enabled": _of_pelican, **settings["JINJA_TESTS"]}
        templates.equip(environment, dict(settings), whole=True)
        self.build.environments.append(environment)
        return environment

    # ── what ``TextEdits`` asks for ──────────────────────────────────────────────────────────────────────────

    def post(self, path: str) -> KeptPost | None:
        """Return the post whose file is at *path*, or None."""
        return self.arrangement.post_at(path)

    def reading(self, path: str) -> Reading | None:
        """Return what that file has read as; None where nobody knows."""
        try:
            found: Reading | None = self.arrangement.value(f"reading {path}")
        except LookupError:
            found = reading_at(self.folder, self.kept["epoch"], path)
        if found and found.record and found.record.is_page and "date" not in found.record.header_lines:
            now = self.build.reader.now  # it is given that of each build, and shows it nowhere
            found = replace(found, due=now, record=replace(found.record, date=now))
        return found

    def change(self, post: Any, reading: Reading, values: Mapping[str, Any]) -> None:
        """Let *post*, which has these *values* now, have the text that was read."""
        assert reading.record
        set_text(post, reading.record.content, self.build)
        post.content = post._content
        self.touched[post.number] = post
        self.values[f"reading {post.source_path}"] = reading
        self.build.state.digests[post.shown_path] = digest_of(reading)

    def showing(self, post: KeptPost, size: int) -> Iterable[str]:
        """Yield the pages that show at least so much of *post*."""
        return self.arrangement.showing(post, size)

    def retag(self, post: KeptPost, before: PostRecord, now: PostRecord) -> list[str]:
        """Let *post* have the tags that it has *now*; the pages that list other posts, or tell other counts."""
        return self.tags.retag(post, before, now)

    def rename(self, post: KeptPost) -> Iterable[str]:
        """Let *post*, which has another title now, have the card that says so, and the blog tell of it."""
        from tertulia.site.cards import card_set

        build, src = self.build, post.card and post.card.src
        self.renamed.append(post)
        if src and src.startswith(f"cards/{post.lang}/{post.slug}."):
            cards = card_set(build.settings, build.words, build.looks.card_colors, build.looks.card_font)
            card = cards.redraw(post) if cards else None
            if card is None:
                raise NeedsBuildError(say("edit_pictures", path=Path(post.shown_path).name))
            self.cards |= {src: None, post.card.src: card.read_bytes()}
        newest = self._value(f"newest {post.lang}") or []
        told = self._value("given blog_json_ld")
        if told and post.number in newest:
            posts = [self.arrangement.post(number) for number in newest]
            self._give("blog_json_ld", {**told, post.lang: schema.describe_blog_in(post.lang, posts, build)})
            yield home_of(post.lang, build)

    def _value(self, name: str) -> Any:
        """Return what was left by that *name*, or None."""
        try:
            return self.arrangement.value(name)
        except LookupError:
            return None

    def _give(self, name: str, value: object) -> None:
        """Let all pages be given *value* by that *name*."""
        self.arrangement.give(name, value)
        self.values[f"given {name}"] = value

    def draw(self, name: str) -> None:
        """Draw the page; it is written with all the others."""
        kind, names, values = self.tags.pages.get(name) or self.arrangement.page(name)
        context = {**self.build.settings, **self.arrangement.given(names), "output_file": name, **values}
        self.drawn[name] = self.environment.get_template(f"{kind}.html").render(context).encode()

    # ── an edit, whole ───────────────────────────────────────────────────────────────────────────────────────

    def prepare(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """
        Return the files of the output that show the texts and talks which were saved at *paths*.

        And let ``report`` tell of them. Of what goes there is None.

        Raises:
            NeedsBuildError: a build is needed to show them.
        """
        edits, paths = TextEdits(self), list(paths)
        found = edits.read(path for path in paths if not self.talk.is_of(path))
        for edit in found:
            self._refuse(edit)
        before, told_before = self._complaints(found, [edit.before for edit in found]), self._told_of(found)
        when = [changed(edit.post) for edit in found]
        names = edits.change(found)
        for post, size in self.talk.read(path for path in paths if self.talk.is_of(path)):
            self.touched[post.number] = post
            names += self.showing(post, size)
        names += self._said_last()
        edits.draw_pages(names)
        if when != [changed(edit.post) for edit in found]:
            raise NeedsBuildError(say("edit_arranged", path=Path(found[0].post.shown_path).name))
        self._refuse_pages([*(edit.post for edit in found), *self.talk.posts.values()])
        edits.draw_pages(name for post in self._related_anew(found) for name in self.showing(post, WHOLE))
        self.report["remarks"] = _told_anew(
            self.report["remarks"], before, self._complaints(found, [edit.now for edit in found])
        )
        self.values |= {"report": self.report, **self.talk.values(), **self.tags.values}
        self.edited = [_why(edit) for edit in found]
        self.edited += [say("explain_talk", what=post.shown_path) for post in self.talk.posts.values()]
        files: dict[str, bytes | None] = {**self.drawn, **self._feeds(found), **self._posts_json(told_before, found)}
        files |= self.cards | self.tags.files()
        files |= self.talk.files(self.renamed)
        self._index_anew([*(edit.post for edit in found if edit.size is not None), *self.talk.posts.values()])
        return {name: held for name, held in files.items() if _held(self.output / name) != held}

    def _said_last(self) -> Iterable[str]:
        """Let pages tell what was said last under any post; those where that is another now."""
        if self.talk.posts and (told := self._value("given latest_said")) is not None:
            self._give("latest_said", self.talk.latest(told))
        return self.talk.is_other_home

    def write(self, files: Mapping[str, bytes | None]) -> list[str]:
        """
        Put *files* and the search into the output, each whole, and then leave what is arranged now.

        Returns:
            Whatever was written there, or deleted.
        """
        for name, held in files.items():
            if held is None:
                (self.output / name).unlink(missing_ok=True)
            else:
                write_whole(self.output / name, held, durable=False)
        for name in (name for name, held in files.items() if held is None):
            remove_empty(self.output, name)
        written = [*files, *self._put_index()]
        self.arrangement.change(self.touched.values(), self.values, self.tags.pages, self.tags.cards)
        if self._relations:
            self.build.state.keep_value(related_kept.NOTE, self._relations)
        if self._parts:
            search.note_parts(self.build.state, self.output / search.FOLDER, self._parts)
        return written

    def _refuse(self, edit: Edit) -> None:
        """
        Look whether an *edit* is more than its pages show.

        Raises:
            NeedsBuildError: it is.
        """
        before, now = edit.before.record, edit.now.record
        assert before
        assert now
        edit.post.body, edit.post.body_line = before.body, before.body_line
        shows, showed = (draw.published([one.content], pictures_url(self.build.settings)) for one in (now, before))
        to_files = TO_FILE.search(before.content) or TO_FILE.search(now.content)
        if to_files or shows != showed or edit.now.due != edit.before.due or edit.now.guessed or edit.before.guessed:
            raise NeedsBuildError(say("edit_arranged", path=Path(edit.post.shown_path).name))

    def _refuse_pages(self, posts: Iterable[KeptPost]) -> None:
        """
        Look whether what was drawn asks other hosts, or has lost a place that another page leads to.

        Raises:
            NeedsBuildError: it does, or may.
        """
        own = frozenset(host.lower() for host in allowed_hosts(self.build.settings))
        is_suspect = suspecting(own)
        for page in self.drawn.values():
            if is_suspect(page) and asked_by(page, own):
                raise NeedsBuildError(say("edit_undeclared"))
        for post in posts:
            if post.save_as in self.arrangement.value("anchored"):
                old = (self.output / post.save_as).read_bytes()
                if set(_ID.findall(self.drawn.get(post.save_as, old))) != set(_ID.findall(old)):
                    raise NeedsBuildError(say("edit_arranged", path=Path(post.shown_path).name))

    def _complaints(self, edits: Sequence[Edit], readings: Sequence[Reading]) -> list[Problem]:
        """Return what is wrong with files that read as *readings*, and with the links of their posts as they are."""
        found = [problem for reading in readings for problem in reading.problems]
        told: dict[str, list[str]] = {}
        for problem in found:
            told.setdefault(problem.path, []).append(problem.what)
        slugs = partial(self.arrangement.value, "slugs")
        check = broken_links.LinkCheck(
            self.output, self.build.settings, slugs, told, self.build.buried, tell=found.append
        )
        for name, page in self.drawn.items():
            check.read(self.output / name, page.decode())
        links = list(broken_links.internal_links(edit.post for edit in edits))
        check.check(links)
        self.values["anchored"] = self.arrangement.value("anchored") | set(with_places(check, links))
        return found

    def _related_anew(self, edits: Sequence[Edit]) -> list[Any]:
        """
        Let each post be related to those that it is related to now; the posts for which these are others.

        Raises:
            NeedsBuildError: it has to be worked out for all of them.
        """
        most, numbers = self.build.settings.get("RELATED_POSTS"), self.arrangement.value("numbers")
        keys = {f"{edit.post.id} {edit.post.lang}": edit.post for edit in edits if _is_compared(edit)}
        if not most or not keys:
            return []
        compared = {key: related_kept.as_compared(key, post, self.build.state) for key, post in keys.items()}
        place, state = self.folder / related_kept.KEPT, self.build.state
        try:
            now, self._relations = related_kept.change(place, state.value(related_kept.NOTE), compared, most)
        except LookupError as error:
            raise NeedsBuildError(say("edit_arranged", path=Path(edits[0].post.shown_path).name)) from error
        found = []
        for key, others in now.items():
            post: Any = self.arrangement.post(numbers[key])
            if [f"{other.id} {other.lang}" for other in post.related] != others:
                post.related = [self.arrangement.post(numbers[other]) for other in others]
                self.touched[post.number] = post
                found.append(post)
        return found

    def _feeds(self, edits: Sequence[Edit]) -> dict[str, bytes]:
        """Return the files of the feeds that the posts stand in."""
        from tertulia.site import feeds, post_feeds

        numbers: set[int] = set(self.tags.feeds)
        for edit in edits if any(edit.size is not None for edit in edits) else ():
            with contextlib.suppress(LookupError):
                numbers.update(self.arrangement.value(f"feeds of {edit.post.number}"))
        edited = {edit.post.number for edit in edits}

        def prepared_of(post: KeptPost) -> feeds.Prepared:
            name = f"entry {post.number}"
            entry = None if post.number in edited else self._value(name)
            if entry is None:  # of others, the first edit that asks works it out for those after it
                entry = self.values[name] = post_feeds.entry(post, self.build)
            return feeds.prepare(entry)

        prepared: dict[int, feeds.Prepared] = {}
        files = {}
        for number in sorted(numbers):
            folder, about, posts = self.arrangement.value(f"feed {number}")
            for post in posts:
                if post.number not in prepared:
                    prepared[post.number] = prepared_of(post)
            for name, held in feeds.write(about, [prepared[post.number] for post in posts]).items():
                files[f"{folder}{name}"] = held.encode() if isinstance(held, str) else held
        return files

    def _index_anew(self, posts: Iterable[KeptPost]) -> None:
        """
        Have an index made of what is searched now, where that is not what it was.

        Raises:
            NeedsBuildError: that cannot be done here.
        """
        found = {post.number: post for post in posts if not post.mark}
        if not found or not self.build.settings["SEARCH"]:
            return
        changed: dict[str, dict[str, bytes]] = defaultdict(dict)
        for post in found.values():
            part, name, before = self._searched(search.file_of(post))
            page = search.search_page(post, self.build.settings["SITEURL"], self.build.words).encode()
            if page != before:
                changed[part][name] = page
        if not changed:
            return
        self.values |= {
            f"{search.pieces(part)} {name}": page for part, now in changed.items() for name, page in now.items()
        }
        binary = search.executable()
        if binary is None:
            raise NeedsBuildError(say("no_pagefind"))
        self._index = TemporaryDirectory(prefix=f".{self.output.name}-", dir=self.output.parent)
        anew = {part: {**self.arrangement.values(search.pieces(part)), **now} for part, now in changed.items()}
        index = SearchIndex(binary, anew, Path(self._index.name, search.FOLDER), state=BuildState())
        index.finish()
        if not index.is_done:
            raise NeedsBuildError(say("no_pagefind"))
        self._parts = index.digests

    def _searched(self, name: str) -> tuple[str, str, bytes]:
        """
        Return in which part of the index a page stands, its name there and what it says.

        Raises:
            NeedsBuildError: in none.
        """
        for part in self.build.search_parts or ("",):
            with contextlib.suppress(LookupError):
                return part, name, self.arrangement.value(f"{search.pieces(part)} {name}")
        raise NeedsBuildError(say("edit_undeclared"))

    def _put_index(self) -> list[str]:
        """Put the new index in the place of the old, what leads to all of it last, and delete what nothing leads to."""
        if self._index is None:
            return []
        new, old, touched = Path(self._index.name, search.FOLDER), self.output / search.FOLDER, []
        for part in self._parts:
            names = sorted((Path(part, name) for name in search.files_of(new, part)), key=_leads)
            touched += [
                name for name in names if write_if_changed(old / name, (new / name).read_bytes(), durable=False)
            ]
            for name in {Path(part, name) for name in search.files_of(old, part)} - set(names):
                (old / name).unlink()
                touched.append(name)
        return [Path(search.FOLDER, name).as_posix() for name in touched]

    def _told_of(self, edits: Sequence[Edit]) -> dict[tuple[str, str], posts.Post]:
        """Return what ``posts.json`` says of the posts, as they are at this moment."""
        listed = [edit.post for edit in edits if not edit.post.is_page and not edit.post.mark]
        return {(post.id, post.lang): posts_json.entry(post, self.build, self.wants_text) for post in listed}

    def _posts_json(self, before: Mapping[tuple[str, str], posts.Post], edits: Sequence[Edit]) -> dict[str, bytes]:
        """Return ``posts.json`` as it is now, where it says otherwise than *before*: of many posts, it is long."""
        now = self._told_of(edits)
        if now == before:
            return {}
        published = posts.read(self.output)
        entries = tuple(now.get(one.key, one) for one in published.posts)
        return {posts.FILE_NAME: posts.encoded(replace(published, posts=entries))}


def _told_anew(
    remarks: Sequence[tuple[str, str]], before: Sequence[Problem], now: Sequence[Problem]
) -> list[tuple[str, str]]:
    """Return the *remarks* of a build with those on a file *before* replaced by those of *now*."""
    old, new = ([(one.severity, str(one)) for one in problems] for problems in (before, now))
    kept = [one for one in remarks if tuple(one) not in old]
    return list(dict.fromkeys([*kept, *new]))


def _why(edit: Edit) -> str:
    return say("explain_link" if edit.size == LINK else "explain_text", what=edit.post.shown_path)


def _held(path: Path) -> bytes | None:
    """Return what is in the file at *path*; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _leads(name: Path) -> tuple[bool, str]:
    return name.name == search.ENTRY, str(name)


def _is_compared(edit: Edit) -> bool:
    """Whether an *edit* may relate its post to others: it is listed, and says other words."""
    return not edit.post.is_page and not edit.post.mark and edit.size is not None


def _of_pelican(*_: object) -> str:
    """Stand for what templates of ours never call; compiled ones are kept by the names of all that there is."""
    return ""
