"""The site as the last build left it, for edits of texts and talks: no more of it is read than the edits touch.

A process that has built nothing finds what was arranged (``tertulia/edits/site_left.py``), has pages drawn by the same
templates, and writes beside them what else shows the texts: feeds, ``posts.json``, related posts, the search. Posts may
come, go and move (``tertulia/edits/moves.py``). Whatever it cannot show it leaves to a build.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment
from msgspec.structs import replace

from tertulia.core.files import remove_empty, write_whole
from tertulia.core.languages import say
from tertulia.edits import kept_build
from tertulia.edits.address_edits import AddressEdits
from tertulia.edits.arrangement import LINK, WHOLE, Arrangement, KeptPost
from tertulia.edits.arrivals import Arrivals
from tertulia.edits.capture_edits import CaptureEdits
from tertulia.edits.card_edits import CardEdits
from tertulia.edits.file_links import FileLinks
from tertulia.edits.kept_search import KeptSearch
from tertulia.edits.label_edits import uses_of
from tertulia.edits.link_edits import LinkEdits, bytes_at, told_anew
from tertulia.edits.moves import Moves, PostPlace
from tertulia.edits.picture_edits import PictureEdits
from tertulia.edits.picture_edits import uses_of as uses_of_files
from tertulia.edits.posts_json_edits import PostsJsonEdits
from tertulia.edits.related_edits import RelatedEdits
from tertulia.edits.saved_texts import Saved, sorted_out
from tertulia.edits.talk_edits import TalkEdits, name_of
from tertulia.edits.text_edits import Edit, NeedsBuildError, TextEdits, set_text
from tertulia.site import moved, posts_json, schema
from tertulia.site.build_inputs import next_due
from tertulia.site.records import PostRecord, Reading
from tertulia.site.state import digest_of, reading_at

_OF_HEADER = frozenset({"files", "cover", "cover_alts", "extra"})  # what may be another, and moves nothing


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
        self.report: dict[str, Any] = self.arrangement.value("report")
        build = self.build = kept_build.opened(self.arrangement, folder, output)
        self.moves = Moves(build, self.arrangement, output, self.arrangement.value("site")["page_rules"])
        self.arrivals = Arrivals(build, self.arrangement, self.moves)
        self.file_links = FileLinks(build, self.arrangement)
        self.captures = CaptureEdits(build, self.arrangement)
        self.cards = CardEdits(build, self.arrangement)
        self.talk = TalkEdits(build, self.arrangement, nest)
        self.search = KeptSearch(build, self.arrangement, output)
        self.told = PostsJsonEdits(build, output, wants_text)
        self.addresses = AddressEdits(build, self.arrangement, self.moves.pages, lambda: self.told.addresses)
        self.pictures = PictureEdits(build, self.arrangement, self.moves.cannot)
        self.related = RelatedEdits(build, self.arrangement, self.moves.changes, folder)
        self.due: datetime | None = None  # when the clock alone makes a file that was saved another
        self.drawn: dict[str, bytes] = {}
        self.links = LinkEdits(
            build,
            self.arrangement,
            output,
            self.drawn,
            moves=self.moves,
            addresses=self.addresses,
            arrivals=self.arrivals,
        )
        self.renamed: list[KeptPost] = []
        self.edited: list[str] = []  # why anything was drawn
        self.touched: dict[int, KeptPost] = {}
        self._led_on = build.led_on  # as the build left it
        self._moved: dict[int, KeptPost] = {}  # in lists

    finds_files = True
    movable = _OF_HEADER | {"aliases", "tags", "date", "categories", "authors", "slug", "series_name"}

    def close(self) -> None:
        """Let go of what is kept."""
        self.arrangement.close()
        self.search.close()

    @cached_property
    def environment(self) -> Environment:
        """Where templates are found."""
        return kept_build.environment_of(self.build)

    # ── what ``TextEdits`` asks for ──────────────────────────────────────────────────────────────────────────

    def post(self, path: str) -> KeptPost | None:
        """Return the post whose file is at *path*, or None."""
        return self.arrangement.post_at(path)

    def reading(self, path: str) -> Reading | None:
        """Return what that file has read as; None where nobody knows."""
        try:
            found: Reading | None = self.arrangement.value(f"reading {path}")
        except LookupError:
            found = reading_at(self.folder, self.build.state.epoch, path)
        if found and found.record and found.record.is_page and "date" not in found.record.header_lines:
            now = self.build.reader.now  # it is given that of each build, and shows it nowhere
            found = replace(found, due=now, record=replace(found.record, date=now))
        return found

    def change(self, post: Any, reading: Reading, values: Mapping[str, Any]) -> None:
        """Let *post*, which has these *values* now, have the text that was read."""
        assert reading.record
        set_text(post, reading.record.content, self.build)
        path = Path(str(post.source_path))
        post.content = self.file_links.followed(post._content, path)
        post.summary = self.file_links.followed(reading.record.summary, path)
        known, post.files = uses_of_files(post.files), reading.record.files
        if uses_of_files(post.files) - known or self.pictures.are_other(post.files):
            self.arrivals.publish(post, str(path))
        else:
            self.arrivals.publish_quoted(post)
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
        self.moves.asked, save_as = Path(post.shown_path), post.save_as
        if (before.cover, before.cover_alts) != (now.cover, now.cover_alts):
            self.cards.cover(post, now)
        for name in before.extra.keys() - now.extra.keys():
            if hasattr(post, name):  # which has all of it read
                delattr(post, name)
        if any(getattr(before, name) != getattr(now, name) for name in self.movable - _OF_HEADER - {"aliases"}):
            self.moves.refuse(post)
            self.moves.labels.respell(uses_of(before, self.build), uses_of(now, self.build))
            for name, value in self.arrivals.labels(now).items():
                setattr(post, name, value)
            post.date, post.series_name = now.date, now.series_name
            self._place(post, before, now)
        if before.aliases != now.aliases:
            self.addresses.alias(post, now.aliases)
        place = self.moves.place_of(post)
        if place != was or before.series_name != now.series_name:
            self.moves.series.move(post)
        if place != was:
            self.moves.move(post, was, place)
            self._moved[post.number] = post
        if (before.date, before.authors) != (now.date, now.authors):
            self.cards.say(post)
        if before.date != now.date:
            self.cards.move(post, comes=True)
        if before.date != now.date or post.save_as != save_as:
            self.search.moved.append((before.date, save_as, post))

    def _place(self, post: Any, before: PostRecord, now: PostRecord) -> None:
        """Let *post* have the address that it has *now*."""
        url, save_as = self.arrivals.place_of(now)
        is_other = (url, save_as) != (post.url, post.save_as)
        if (is_other or before.date.year != now.date.year) and self.moves.sitemap.is_there:
            self.moves.sitemap.lose(post.url, before.date.year)
        if is_other or before.slug != now.slug:
            if post.id != now.id:  # another has its Id, and its address stands for one
                self.moves.cannot("edit_same_id")
            self.arrivals.refuse_named([str(post.source_path)])
            self._note(post, comes=False)
            self.addresses.move(post, now.slug, url, save_as)
            self._note(post, comes=True)
            self._moved[post.number] = post
            self.renamed.append(post)
            self.cards.say(post)
            self.moves.lead_translations(post)

    def rename(self, post: KeptPost) -> list[str]:
        """Let *post*, which has another title now, have the card that says so, and the blog tell of it."""
        self.renamed.append(post)
        self.cards.say(post)
        self.moves.asked = Path(post.shown_path)
        if post.number not in self.addresses.posts:
            self.addresses.rename(post)
        return []

    def is_named_elsewhere(self, post: KeptPost) -> bool:
        """Whether the title of *post* stands in the menu, on all pages."""
        return bool(post.is_page)

    def draw(self, name: str) -> None:
        """Draw the page; it is written with all the others."""
        kind, names, values = self.moves.page(name)
        given = self.arrangement.given(names, values.get("page_lang") or "")
        context = {**self.build.settings, **given, "output_file": name, **values}
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
        try:
            texts = self.captures.quoting(path for path in paths if not self.talk.is_of(path))
            saved = sorted_out(self.pictures.looking(texts), TextEdits(self), self.arrivals)
            return self._prepare(saved, [path for path in paths if self.talk.is_of(path)])
        except LookupError as error:
            raise NeedsBuildError(say("edit_arranged", path=Path(paths[0]).name)) from error

    def _prepare(self, saved: Saved, talks: Sequence[str]) -> dict[str, bytes | None]:
        edits, goes = TextEdits(self), [edit.post for edit in saved.goes]
        for edit in (*saved.edits, *saved.goes):  # a complaint names the line
            if was := edit.before.record:
                edit.post.body, edit.post.body_line = was.body, was.body_line
                self.file_links.refuse_broken(was, Path(str(edit.post.source_path)))
        before = self.links.complaints([*saved.edits, *saved.goes], [edit.before for edit in saved.all])
        told_before = self.told.told_of(edit.post for edit in (*saved.edits, *saved.goes))
        for edit in saved.goes:
            self._go(edit)
        names = edits.change(saved.edits)
        comes = [self._come(edit, goes) for edit in saved.comes]
        for post in (edit.post for edit in comes if edit.post in goes):  # by another file, maybe with another title
            names += [*self.rename(post), *self.showing(post, LINK)]
        for post in self.moves.changes.gone:
            self.arrivals.bury(post)
        self.arrivals.refuse_beside()
        self.file_links.refuse_moved([*self.addresses.posts, *(post.number for post in goes)])
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
        led_on = self.addresses.finish()
        self._draw(names)
        self.links.refuse_pages([*(edit.post for edit in found), *self.talk.posts.values()])
        self.links.refuse_lost([edit.post for edit in found], goes)
        self._draw(name for post in self.related.change(found, goes) for name in self._showing_whole(post))
        now = self.links.complaints(found, [edit.now for edit in saved.all])
        self.report["remarks"] = told_anew(self.report["remarks"], before, now)
        self.report["posts"] += len(comes) - len(goes)
        self._keep(saved, comes)
        self.edited = [_why(edit) for edit in found]
        self.edited += [say("explain_goes", what=post.shown_path) for post in goes]
        self.edited += [say("explain_talk", what=post.shown_path) for post in self.talk.posts.values()]
        told_now = self.told.told_of([*(edit.post for edit in found), *carded])
        files: dict[str, bytes | None] = {
            **self.moves.files,
            **self.arrivals.buried,
            **led_on,
            **self.drawn,
            **self.moves.feeds.rewritten(found),
        }
        files |= self._told_to_hosts()
        files |= self.told.files(
            told_before, told_now, comes=[edit.post for edit in comes], goes=goes,
            noted={**self.moves.labels.noted, **self.addresses.noted()},
        )  # fmt: skip
        for edit in saved.all:
            self.pictures.show(*(one.record.files if one.record else () for one in (edit.before, edit.now)))
        files |= self.pictures.finish()
        files |= self.cards.files | self.moves.sitemap.files()
        files |= self.talk.files(self.renamed)
        files |= {name: path.read_bytes() for name, path in self.build.coming.items()}
        said = [edit.post for edit in saved.edits if edit.size is not None]
        self.search.prepare([*said, *self.talk.posts.values()], [edit.post for edit in comes], goes)
        return {name: held for name, held in files.items() if bytes_at(self.output / name) != held}

    def _told_to_hosts(self) -> dict[str, bytes | None]:
        """Return what tells hosts of old addresses and of what is gone, where they are others now."""
        before, now = self._led_on, self.build.led_on
        if not (before and now) or now is before:
            return {}
        told = {name: text.encode() for name, text in now.files().items()}
        return {**dict.fromkeys(before.files()), **told}

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
        if post.id in self.arrangement.value("shared ids"):  # whoever shares it has it now
            self.moves.cannot("edit_same_id")
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
        changed = {str(edit.post.source_path): edit.now for edit in (*saved.edits, *comes, *saved.goes)}
        self.arrivals.note_named(changed)
        for path, reading in changed.items():
            self.captures.note(path, reading)
            self.pictures.note(path, reading)
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
        self.arrangement.change((self.moves.touched | self.touched | self.related.touched).values(), self.moves.changes)
        self.related.note()
        self.search.note()
        return written


def _why(edit: Edit) -> str:
    if edit.before.record is None:
        return say("explain_comes", what=edit.post.shown_path)
    return say("explain_link" if edit.size == LINK else "explain_text", what=edit.post.shown_path)
