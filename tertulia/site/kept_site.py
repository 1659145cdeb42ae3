"""The site as the last build left it, for edits of texts and talks: no more of it is read than the edits touch.

A process that has built nothing finds what was arranged (``tertulia/site/site_left.py``), has pages drawn by the same
templates, and writes beside them what else shows the texts: feeds, ``posts.json``, related posts, the search. Posts may
come, go and move (``tertulia/site/moves.py``). Whatever it cannot show it leaves to a build.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader
from msgspec.structs import replace

from tertulia.core import languages, lazy_re
from tertulia.core.files import remove_empty, write_whole
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.embeds import draw
from tertulia.render.image_cache import ImageCache
from tertulia.render.resolver import ImageResolver
from tertulia.site import broken_links, moved, posts_json, related_kept, schema, templates
from tertulia.site.arrangement import LINK, WHOLE, Arrangement, KeptPost
from tertulia.site.arrivals import Arrivals
from tertulia.site.arrivals import name_of as looked_for
from tertulia.site.build import KEY, SiteBuild
from tertulia.site.build_inputs import next_due
from tertulia.site.card_edits import CardEdits
from tertulia.site.contents import leads_to_file
from tertulia.site.elsewhere import asked_by, suspecting
from tertulia.site.embeds import pictures_url
from tertulia.site.kept_search import KeptSearch
from tertulia.site.label_edits import uses_of
from tertulia.site.moves import Moves, PostPlace
from tertulia.site.posts_json_edits import PostsJsonEdits
from tertulia.site.problems import no_ids
from tertulia.site.reading import PostReader, allowed_hosts
from tertulia.site.records import PostRecord, Reading
from tertulia.site.site_left import files_led_to, with_places
from tertulia.site.state import digest_of, reading_at
from tertulia.site.talk_edits import TalkEdits, name_of
from tertulia.site.text_edits import Edit, NeedsBuildError, TextEdits, set_text

_ID = lazy_re.compile(rb"""\s(?:id|name)\s*=\s*["']?([^"'\s>]+)""")


class Saved(NamedTuple):
    """What became of texts."""

    edits: list[Edit]
    comes: list[Edit]  # of no post yet
    goes: list[Edit]
    drafts: list[Edit]  # of no post, before and now

    @property
    def all(self) -> list[Edit]:
        """All of them."""
        return [*self.edits, *self.comes, *self.goes, *self.drafts]


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
        self.folder, self.output = folder, output
        self.arrangement = Arrangement(folder)
        if self.arrangement.value("mark") != mark:
            raise LookupError(mark)
        self.kept: dict[str, Any] = self.arrangement.value("site")
        self.report: dict[str, Any] = self.arrangement.value("report")
        build = self.build = self._build()
        self.moves = Moves(build, self.arrangement, output, self.kept["page_rules"])
        self.arrivals = Arrivals(build, self.arrangement, self.moves)
        self.cards = CardEdits(build, self.arrangement)
        self.talk = TalkEdits(build, self.arrangement, nest)
        self.search = KeptSearch(build, self.arrangement, output)
        self.told = PostsJsonEdits(build, output, wants_text)
        self.due: datetime | None = None  # when the clock alone makes a file that was saved another
        self.drawn: dict[str, bytes] = {}
        self.renamed: list[KeptPost] = []
        self.edited: list[str] = []  # why anything was drawn
        self.touched: dict[int, KeptPost] = {}
        self._sought: list[str] = []  # files that came, or went
        self._moved: dict[int, KeptPost] = {}  # in lists
        self._relations: related_kept.Stamp | None = None  # of what is known of related posts, when it has changed

    movable = frozenset({"tags", "date", "categories", "authors"})

    def close(self) -> None:
        """Let go of what is kept."""
        self.arrangement.close()
        self.search.close()

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
        build.led_to, build.published, build.has_unread = kept["led_to"], kept["published"], kept["has_unread"]
        build.buried, build.led_on = self.arrangement.value("buried"), self.arrangement.value("led on")
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
        self.arrangement.leave(f"reading {post.source_path}", reading)
        self.build.state.digests[post.shown_path] = digest_of(reading)

    def showing(self, post: KeptPost, size: int) -> Iterable[str]:
        """Yield the pages that show at least so much of *post*."""
        return self.arrangement.showing(post, size)

    def place_of(self, post: KeptPost) -> PostPlace | None:
        """Return where *post* stands; None where that is nowhere."""
        return None if post.is_page else self.moves.place_of(post)

    def move(self, post: Any, was: PostPlace | None, before: PostRecord, now: PostRecord) -> None:
        """
        Let *post* stand where it stands *now*.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        if was is None:
            return
        self.moves.asked = Path(post.shown_path)
        if any(getattr(before, name) != getattr(now, name) for name in self.movable):
            self.moves.refuse(post)
            self.moves.labels.respell(uses_of(before, self.build), uses_of(now, self.build))
            for name, value in self.arrivals.labels(now).items():
                setattr(post, name, value)
            post.date = now.date
            if self.arrivals.place_of(now) != (post.url, post.save_as):
                self.moves.cannot("edit_address")
        place = self.moves.place_of(post)
        if place != was:
            self.moves.move(post, was, place)
            self._moved[post.number] = post
        if (before.date, before.authors) != (now.date, now.authors):
            self.cards.say(post)
        if before.date != now.date:
            self.cards.move(post, comes=True)
            self.search.moved.append((before.date, post))

    def rename(self, post: KeptPost) -> list[str]:
        """Let *post*, which has another title now, have the card that says so, and the blog tell of it."""
        self.renamed.append(post)
        self.cards.say(post)
        return []

    def draw(self, name: str) -> None:
        """Draw the page; it is written with all the others."""
        kind, names, values = self.moves.page(name)
        context = {**self.build.settings, **self.arrangement.given(names), "output_file": name, **values}
        self.drawn[name] = self.environment.get_template(f"{kind}.html").render(context).encode()

    # ── an edit, whole ───────────────────────────────────────────────────────────────────────────────────────

    def prepare(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """
        Return the files of the output that show the texts and talks which were saved, or deleted, at *paths*.

        And let ``report`` tell of them. Of what goes there is None.

        Raises:
            NeedsBuildError: a build is needed to show them.
        """
        paths = list(paths)
        texts = [path for path in paths if not self.talk.is_of(path)]
        try:
            return self._prepare(self._sorted(texts), [path for path in paths if self.talk.is_of(path)])
        except LookupError as error:
            raise NeedsBuildError(say("edit_arranged", path=Path([*texts, *paths][0]).name)) from error

    def _sorted(self, paths: Iterable[str]) -> Saved:
        """Return what became of the texts at *paths*."""
        edits, saved = TextEdits(self), Saved([], [], [], [])
        moving: list[str] = []
        for path in paths:
            post, before, is_there = self.post(path), self.reading(path), os.path.isfile(path)
            if post is None and before is None:
                if self.arrivals.is_nothing(path):
                    continue
                if not is_there:
                    raise NeedsBuildError(say("edit_other", path=Path(path).name))
            if before is None or not is_there:
                self._sought.append(path)
            if post is None:
                now = self.arrivals.read(path) if is_there else Reading()
                if before and before.record:  # it was left out
                    raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
                self.arrangement.leave(f"reading {path}", now)
                moving.append(path)
                (saved.comes if now.record else saved.drafts).append(Edit(None, before or Reading(), now, WHOLE))
                continue
            now = self.build.reader.read(path) if is_there else Reading()
            if now.record:
                saved.edits.append(edits.edit_of(post, now))
            elif before is None or before.record is None or not self.arrivals.may_go(post, before.record, now):
                raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
            else:
                moving.append(path)
                self.arrangement.leave(f"reading {path}", now)
                saved.goes.append(Edit(post, before, now, WHOLE))
        self.arrivals.refuse_named(moving)
        return saved

    def _prepare(self, saved: Saved, talks: Sequence[str]) -> dict[str, bytes | None]:
        edits, goes = TextEdits(self), [edit.post for edit in saved.goes]
        self.arrivals.refuse_sought(self._sought, self.reading)
        for edit in saved.edits:
            self._refuse(edit)
        for edit in (*saved.edits, *saved.goes):  # a complaint names the line
            if was := edit.before.record:
                edit.post.body, edit.post.body_line = was.body, was.body_line
        before = self._complaints([*saved.edits, *saved.goes], [edit.before for edit in saved.all])
        told_before = self.told.told_of(edit.post for edit in saved.edits)
        for edit in saved.goes:
            self._go(edit)
        names = edits.change(saved.edits)
        comes = [self._come(edit, goes) for edit in saved.comes]
        for post in self.moves.changes.gone:
            self.arrivals.bury(post)
        self.arrivals.refuse_beside()
        found = [*saved.edits, *comes]
        for post, size in self.talk.read(talks):
            self.touched[post.number] = post
            names += self.showing(post, size)
        names += self._said_last()
        carded = self.cards.finish()
        names += [name for post in carded for name in self.showing(post, WHOLE)]
        self.touched |= {post.number: post for post in carded}
        elsewhere = [*self._moved.values(), *(edit.post for edit in comes)]
        names += self.moves.finish(elsewhere, self.renamed)
        self._draw(names)
        self._refuse_pages([*(edit.post for edit in found), *self.talk.posts.values()])
        self._refuse_lost([edit.post for edit in found], goes)
        self._draw(name for post in self._related_anew(found, goes) for name in self._showing_whole(post))
        now = self._complaints(found, [edit.now for edit in saved.all])
        self.report["remarks"] = _told_anew(self.report["remarks"], before, now)
        self.report["posts"] += len(comes) - len(goes)
        self._keep(saved, comes)
        self.edited = [_why(edit) for edit in found]
        self.edited += [say("explain_goes", what=post.shown_path) for post in goes]
        self.edited += [say("explain_talk", what=post.shown_path) for post in self.talk.posts.values()]
        told_now = self.told.told_of([*(edit.post for edit in found), *carded])
        files: dict[str, bytes | None] = {
            **self.moves.files,
            **self.arrivals.buried,
            **self.drawn,
            **self._feeds(found),
        }
        files |= {name: text.encode() for name, text in self.arrivals.led_on().items()}
        files |= self.told.files(
            told_before, told_now, order=self.moves.order, goes=goes,
            comes=[edit.post for edit in comes], moves=self._moved.values(), lists=self.moves.labels.noted,
        )  # fmt: skip
        files |= self.cards.files | self.moves.sitemap.files()
        files |= self.talk.files(self.renamed)
        files |= {name: path.read_bytes() for name, path in self.build.coming.items()}
        said = [edit.post for edit in saved.edits if edit.size is not None]
        self.search.prepare([*said, *self.talk.posts.values()], [edit.post for edit in comes], goes)
        return {name: held for name, held in files.items() if _held(self.output / name) != held}

    def _draw(self, names: Iterable[str]) -> None:
        """Draw these pages, but those that are no more."""
        pages = self.moves.changes.pages
        TextEdits(self).draw_pages(name for name in names if pages.get(name, True) is not None)

    def _showing_whole(self, post: KeptPost) -> list[str]:
        return [*self.showing(post, WHOLE), post.save_as]

    def _go(self, edit: Edit) -> None:
        """Let a post be nowhere any more."""
        assert edit.before.record
        post = edit.post
        self.moves.labels.respell(uses_of(edit.before.record, self.build), {})
        self.moves.go(post)
        self.cards.move(post, comes=False)
        self._note(post, comes=False)
        self.moves.changes.lost |= {f"feeds of {post.number}", f"entry {post.number}"}

    def _come(self, edit: Edit, goes: Sequence[KeptPost]) -> Edit:
        """Let a post be there that was not."""
        record = edit.now.record
        assert record
        path = self.arrivals.paths[record.shown_path]
        post = self.arrivals.post(path, edit.now, goes)
        self.moves.labels.respell({}, uses_of(record, self.build))
        self.change(post, edit.now, {})
        self.talk.begin(post)
        self.arrivals.publish(post, path)
        if self.arrangement.find("given blog_json_ld"):
            schema.describe_posts([post], self.build)
        if moved.old_files(self.told.addresses, [post])[post.save_as]:
            self.moves.cannot("edit_address")
        self.moves.come(post)
        self.cards.move(post, comes=True)
        self.cards.say(post)
        self._note(post, comes=True)
        return edit._replace(post=post)

    def _note(self, post: Any, *, comes: bool) -> None:
        """Note who has an Id, an address and a talk, with *post* or without it."""
        numbers, talks = (dict(self.arrangement.value(name)) for name in ("numbers", "talks"))
        slugs = {slug: list(urls) for slug, urls in self.arrangement.value("slugs").items()}
        without = set(self.arrangement.value("without ids"))
        key, slug, talk = f"{post.id} {post.lang}", post.slug.lower(), name_of(post)
        if comes:
            numbers[key] = talks[talk] = post.number
            slugs.setdefault(slug, []).append(post.url)
            without |= set() if post.has_id else {post.shown_path}
        else:
            del numbers[key], talks[talk]
            slugs[slug].remove(post.url)
            without.discard(post.shown_path)
        for name, value in (("numbers", numbers), ("talks", talks), ("slugs", slugs), ("without ids", sorted(without))):
            self.arrangement.leave(name, value)

    def _keep(self, saved: Saved, comes: Iterable[Edit]) -> None:
        """Note what the next edit has to know."""
        found = [edit.now for edit in (*saved.edits, *comes, *saved.drafts, *saved.goes)]
        self.due = next_due(found, self.build.reader.now)
        if self.due and self.due <= self.build.reader.now:  # nobody knows when
            raise NeedsBuildError(say("edit_undated"))
        looked = {looked_for(one.written) for reading in found for one in reading.looked if one.written}
        if looked - (known := self.arrangement.value("looked for")):
            self.arrangement.leave("looked for", known | looked)
        build = self.build
        values = {"report": self.report, "buried": build.buried, "led on": build.led_on, **self.talk.values()}
        for name, value in values.items():
            self.arrangement.leave(name, value)

    def _said_last(self) -> Iterable[str]:
        """Let pages tell what was said last under any post; those where that is another now."""
        if self.talk.posts and (told := self.arrangement.find("given latest_said")) is not None:
            self.arrangement.give("latest_said", self.talk.latest(told))
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
        written = [*files, *self.search.put()]
        self.moves.changes.lost |= self.search.lost
        self.arrangement.change((self.moves.touched | self.touched).values(), self.moves.changes)
        if self._relations:
            self.build.state.keep_value(related_kept.NOTE, self._relations)
        self.search.note()
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
        shows, showed = (draw.published([one.content], pictures_url(self.build.settings)) for one in (now, before))
        to_files = leads_to_file(before.content) or leads_to_file(now.content)
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
        anchored = self.arrangement.value("anchored")
        for name in {*self.drawn, *(post.save_as for post in posts)} & anchored:
            old = _held(self.output / name) or b""
            if set(_ID.findall(self.drawn.get(name, old))) != set(_ID.findall(old)):
                raise NeedsBuildError(say("edit_arranged", path=name))

    def _refuse_lost(self, posts: Iterable[KeptPost], goes: Iterable[KeptPost]) -> None:
        """
        Look whether other posts lead to what is no more, or led nowhere and lead to what is there now.

        Raises:
            NeedsBuildError: one does.
        """
        looked_at = {post.number for post in (*posts, *goes)}
        files = {**self.moves.changes.pages, **self.moves.files}
        lost = [name for name, held in files.items() if held is None and name not in self.drawn]
        for name in lost:
            if self.arrangement.leading_to(name) - looked_at:
                raise NeedsBuildError(say("edit_led_to", path=name))
        new = {name for name in self.drawn if not (self.output / name).exists()}
        self.arrivals.refuse_addresses(lost, new)
        self.arrivals.refuse_links(self.arrangement.value("broken"), new, posts)

    def _complaints(self, edits: Sequence[Edit], readings: Sequence[Reading]) -> list[Problem]:
        """Return what is wrong with files that read as *readings*, and with the links of their posts as they are."""
        found = [problem for reading in readings for problem in reading.problems]
        told: dict[str, list[str]] = {}
        for problem in found:
            told.setdefault(problem.path, []).append(problem.what)
        check = broken_links.LinkCheck(
            self.output,
            self.build.settings,
            lambda: broken_links.only_ones(self.arrangement.value("slugs")),
            told,
            self.build.buried,
            tell=found.append,
        )
        check.made = {**dict.fromkeys(self.drawn, True), **dict.fromkeys(self.build.coming, True)}
        check.made |= {name: held is not None for name, held in self.moves.files.items() if name not in check.made}
        for name, page in self.drawn.items():
            check.read(self.output / name, page.decode())
        links = list(broken_links.internal_links(edit.post for edit in edits))
        check.check(links)
        if without := self.arrangement.value("without ids"):
            found.append(no_ids(without))
        self.arrangement.leave("anchored", self.arrangement.value("anchored") | set(with_places(check, links)))
        self.arrangement.leave("broken", self.arrangement.value("broken") | check.broken)
        leads = self.moves.changes.leads
        leads |= {edit.post.number: set() for edit in edits}
        for number, file in files_led_to(check, links):
            leads[number].add(file)
        return found

    def _related_anew(self, edits: Sequence[Edit], goes: Sequence[KeptPost]) -> list[Any]:
        """
        Let each post be related to those that it is related to now; the posts for which these are others.

        Raises:
            NeedsBuildError: it has to be worked out for all of them.
        """
        most, numbers = self.build.settings.get("RELATED_POSTS"), self.arrangement.value("numbers")
        keys = {f"{edit.post.id} {edit.post.lang}": edit.post for edit in edits if _is_compared(edit)}
        if not most or not (keys or goes):
            return []
        state = self.build.state
        compared: dict[str, related_kept.ToRelate] = {
            key: related_kept.as_compared(key, post, state) for key, post in keys.items()
        }
        gone = {f"{post.id} {post.lang}": post.lang for post in goes}
        try:
            now, self._relations = related_kept.change(
                self.folder / related_kept.KEPT, state.value(related_kept.NOTE), compared, gone, most
            )
        except LookupError as error:
            path = Path([*(edit.post for edit in edits), *goes][0].shown_path)
            raise NeedsBuildError(say("edit_related", path=path.name)) from error
        found = []
        for key, others in now.items():
            post: Any = self.arrangement.post(numbers[key])
            if [f"{other.id} {other.lang}" for other in post.related] != others:
                post.related = [self.arrangement.post(numbers[other]) for other in others]
                self.moves.changes.shown |= {(post.save_as, other): LINK for other in post.related if other is not post}
                self.touched[post.number] = post
                found.append(post)
        return found

    def _feeds(self, edits: Sequence[Edit]) -> dict[str, bytes]:
        """Return the files of the feeds that the posts stand in."""
        from tertulia.site import feeds, post_feeds

        folders: set[str] = set(self.moves.feeds.others)
        for edit in edits if any(edit.size is not None for edit in edits) else ():
            with contextlib.suppress(LookupError):
                folders.update(self.arrangement.value(f"feeds of {edit.post.number}"))
        edited = {edit.post.number for edit in edits}

        def prepared_of(post: KeptPost) -> feeds.Prepared:
            name = f"entry {post.number}"
            entry = None if post.number in edited else self.arrangement.find(name)
            if entry is None:  # of others, the first edit that asks works it out for those after it
                entry = post_feeds.entry(post, self.build)
                self.arrangement.leave(name, entry)
            return feeds.prepare(entry)

        prepared: dict[int, feeds.Prepared] = {}
        files = {}
        for place in sorted(folders):
            folder, about, posts = self.arrangement.value(f"feed {place}")
            for post in posts:
                if post.number not in prepared:
                    prepared[post.number] = prepared_of(post)
            for name, held in feeds.write(about, [prepared[post.number] for post in posts]).items():
                files[f"{folder}{name}"] = held.encode() if isinstance(held, str) else held
        return files


def _told_anew(
    remarks: Sequence[tuple[str, str]], before: Sequence[Problem], now: Sequence[Problem]
) -> list[tuple[str, str]]:
    """Return the *remarks* of a build with those on a file *before* replaced by those of *now*."""
    old, new = ([(one.severity, str(one)) for one in problems] for problems in (before, now))
    kept = [one for one in remarks if tuple(one) not in old]
    return list(dict.fromkeys([*kept, *new]))


def _why(edit: Edit) -> str:
    if edit.before.record is None:
        return say("explain_comes", what=edit.post.shown_path)
    return say("explain_link" if edit.size == LINK else "explain_text", what=edit.post.shown_path)


def _held(path: Path) -> bytes | None:
    """Return what is in the file at *path*; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _is_compared(edit: Edit) -> bool:
    """Whether an *edit* may relate its post to others: it is listed, and says other words."""
    return not edit.post.is_page and not edit.post.mark and edit.size is not None


def _of_pelican(*_: object) -> str:
    """Stand for what templates of ours never call; compiled ones are kept by the names of all that there is."""
    return ""
