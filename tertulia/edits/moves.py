"""Posts that come, go, or move: each leaves its lists and comes into others, and what tells of those is told anew.

A post that is new comes into its lists, one that was deleted or is a draft now leaves them, and one of another date,
topic, author or tag does both. Lists begin and end with them. Posts in other languages than the blog's own stand in the
lists of their edition as well. An original that comes or goes and has translations is for a build.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tertulia.core.languages import say
from tertulia.edits.arrangement import LINK, WHOLE, Arrangement, Changes, KeptPost
from tertulia.edits.feed_edits import FeedEdits
from tertulia.edits.label_edits import LABELS, LabelEdits
from tertulia.edits.list_edits import ALL, Key, ListPages, Page
from tertulia.edits.lists_told import ListsTold
from tertulia.edits.series_edits import SeriesEdits
from tertulia.edits.sitemap_edits import SitemapEdits
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.site import schema, sitemap
from tertulia.site.build import SiteBuild
from tertulia.site.editions import PERIODS, lead_tags_home


class PostPlace(NamedTuple):
    """Where a post stands."""

    lists: tuple[Key, ...]
    of_edition: tuple[Key, ...]  # those of its language, where it is not the blog's own
    date: datetime
    id: str
    when: datetime | None  # it was changed last


class Moves:
    """
    Posts that stand elsewhere than one build knew.

    Args:
        build: As it was left.
        output: What it has written.
        rules: How further pages of a list are called.
    """

    def __init__(
        self, build: SiteBuild, arrangement: Arrangement, output: Path, rules: Sequence[tuple[int, str, str]]
    ) -> None:
        self.build, self.arrangement, self.output = build, arrangement, output
        self.changes = Changes()
        self.touched: dict[int, KeptPost] = {}
        self.files: dict[str, bytes | None] = {}  # of feeds that are no more, and of ways to lists
        self.sitemap = SitemapEdits(build, output)
        self.pages = ListPages(build, self.changes, rules, self.page, self.cannot)
        self.labels = LabelEdits(build, arrangement, self.cannot)
        self.series = SeriesEdits(build, arrangement, self.pages, self.sitemap)
        self.feeds = FeedEdits(build, arrangement, self.changes, self.pages.claim)
        told: dict[str, Any] = {"labels": self.labels, "feeds": self.feeds, "sitemap_edits": self.sitemap}
        self.editions = {
            lang: ListsTold(build, arrangement, self.pages, lang=lang, **told) for lang in build.editions.others
        }
        self.lists = ListsTold(build, arrangement, self.pages, others=self.editions, **told)
        self.asked = Path()  # the file that is looked at

    def page(self, name: str) -> Page:
        """Return the page with that file, as it is now."""
        return self.changes.pages.get(name) or self.arrangement.page(name)

    def cannot(self, phrase: str = "edit_arranged") -> NoReturn:
        """Say that it takes a build."""
        raise NeedsBuildError(say(phrase, path=self.asked.name))

    # ── where posts stand ────────────────────────────────────────────────────────────────────────────────────

    def place_of(self, post: Any) -> PostPlace:
        """Return where *post* stands."""
        self.asked = Path(post.shown_path)
        lists: list[Key] = [ALL]
        for period, number in PERIODS.items():
            if self.build.settings.get(f"{period.upper()}_ARCHIVE_SAVE_AS"):
                key = number(post)
                lists.append((period, key if isinstance(key, tuple) else (key,)))
        labels: list[Key] = [(kind, label.slug) for kind, name in LABELS.items() for label in getattr(post, name)]
        whole = tuple(dict.fromkeys([*lists, *labels]))
        if original := self._original(post):  # it stands where that does not
            there = {(kind, label.slug) for kind, name in LABELS.items() for label in getattr(original, name)}
            lists, labels = [], [key for key in labels if key not in there]
        of_edition = whole if post.lang in self.editions else ()
        return PostPlace(
            tuple(dict.fromkeys([*lists, *labels])), of_edition, post.date, post.id, sitemap.newest([post])
        )

    def _original(self, post: Any) -> Any:
        """Return the post in the blog's own language that *post* translates; None where it translates none."""
        own = self.build.settings["DEFAULT_LANG"]
        others = () if post.lang == own else post.translations
        return next((other for other in others if other.lang == own), None)

    def refuse(self, post: Any) -> None:
        """
        See that *post* is one whose lists are known here.

        Raises:
            NeedsBuildError: it is not.
        """
        self.asked = Path(post.shown_path)
        settings, build = self.build.settings, self.build
        usual = {"ARTICLE_ORDER_BY": "reversed-date", "NEWEST_FIRST_ARCHIVES": True, "REVERSE_CATEGORY_ORDER": False}
        own = settings["DEFAULT_LANG"]
        is_plain = not post.is_page and post.status != "hidden" and not post.mark
        if post.lang == own:
            is_known = all(other.lang != own for other in post.translations)
        else:
            is_known = post.lang in self.editions and [other.lang for other in post.translations] in ([], [own])
        if not is_plain or not is_known or build.reads is not None:
            self.cannot("edit_other_language")
        if any(settings.get(name, value) != value for name, value in usual.items()):
            self.cannot()

    def move(self, post: KeptPost, was: PostPlace | None, now: PostPlace | None) -> None:
        """
        Let *post* leave where it *was* and come where it is *now*; None where it was, or is, nowhere.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        self.refuse(post)
        stays = was is not None and now is not None and was[2:] == now[2:]
        is_original = self._original(post) is None
        for key in was.lists if was else ():
            if not (stays and now and key in now.lists):
                self.lists.edit(key).leave(post, was.when if was else None)
                if is_original and (now is None or key not in now.lists):
                    self._stand_in(post, key, comes=True)
        for key in now.lists if now else ():
            if not (stays and was and key in was.lists):
                if is_original and (was is None or key not in was.lists):
                    self._stand_in(post, key, comes=False)
                self.lists.edit(key).come(post, now.when if now else None)
        self._move_in_edition(post, was, now)
        if not (was and now and was[2:4] == now[2:4]):
            self._set_neighbours(post, comes=now is not None)
        self.touched[post.number] = post

    def _move_in_edition(self, post: KeptPost, was: PostPlace | None, now: PostPlace | None) -> None:
        """Do the same in the lists of its language; of a translation, the sitemap tells in the blog's, too."""
        stays = was is not None and now is not None and was[2:] == now[2:]
        moves = [(was, now, False)] if was else []
        moves += [(now, was, True)] if now else []
        for place, other, comes in moves:
            for key in place.of_edition:
                if stays and other and key in other.of_edition:
                    continue
                edit = self.editions[post.lang].edit(key)
                (edit.come if comes else edit.leave)(post, place.when)
                if key not in place.lists and (key == ALL or key[0] in PERIODS):
                    self.lists.edit(key).moves.append((place.when, comes))

    def _stand_in(self, post: Any, key: Key, *, comes: bool) -> None:
        """Let what translates *post* come into a list where the post is not, or leave it (``taxonomy.group``)."""
        kind, slug = key
        several = LABELS.get(kind, "")
        others = [one for one in post.translations if any(label.slug == slug for label in getattr(one, several, ()))]
        if len(others) > 1:
            self.cannot("edit_other_language")
        for other in others:
            edit = self.lists.edit(key)
            (edit.come if comes else edit.leave)(other, sitemap.newest([other]))

    def _set_neighbours(self, post: Any, *, comes: bool) -> None:
        """Let *post* stand between others, or those beside it stand together."""
        older: Any
        newer: Any
        older, newer = post.previous, post.next
        if older:
            older.next = newer
        if newer:
            newer.previous = older
        post.previous = post.next = None
        beside = [older, newer]
        if comes:
            older, newer = post.previous, post.next = self._beside(post)
            if older:
                older.next = post
            if newer:
                newer.previous = post
            beside += [older, newer]
        for one in filter(None, beside):
            self.touched[one.number] = one
            for other in filter(None, (one.previous, one.next)):
                self.changes.shown[one.save_as, other] = LINK
                self.changes.shown.setdefault((other.save_as, one), LINK)

    def _beside(self, post: KeptPost) -> tuple[KeptPost | None, KeptPost | None]:
        """Return the posts before and after *post* in time, in its language (``tertulia/site/series.py``)."""
        posts = self.editions.get(post.lang, self.lists).edits[ALL].now
        at = posts.numbers.index(post.number)
        around: list[KeptPost] = [post]
        for walk in (range(at - 1, -1, -1), range(at + 1, len(posts))):
            dates = {post.date}  # its own, and the next: of one day the lists have another order
            for one in (one for one in map(posts.__getitem__, walk) if one.lang == post.lang):
                if one.date not in dates and len(dates) > 1:
                    break
                dates.add(one.date)
                around.append(one)
        around.sort(key=lambda one: (one.date, one.id))
        place = around.index(post)
        return around[place - 1] if place else None, around[place + 1] if place + 1 < len(around) else None

    # ── what tells of it ─────────────────────────────────────────────────────────────────────────────────────

    def finish(self, moved: Iterable[KeptPost], renamed: Iterable[KeptPost]) -> list[str]:
        """
        Let everything tell of where the posts *moved* to, and of those *renamed*.

        Returns:
            The pages that are others then.
        """
        self.labels.settle()
        self._switch()
        names, numbers = list(self.series.finish()), {post.number for post in renamed}
        for lists in (self.lists, *self.editions.values()):
            names += lists.finish(numbers)
        self.touched |= self.series.touched
        for post in moved:
            if self.sitemap.is_there:
                self.sitemap.post(post)
        names += [one.save_as for one in self.touched.values() if one not in self.changes.gone]
        self.files |= self.pages.files | self.feeds.files
        return [name for name in names if self.changes.pages.get(name, "") is not None]

    def _switch(self) -> None:
        """Let lists, and the posts in them, lead to those that begin in their language, and to none that ends there."""
        all_lists = [self.lists, *self.editions.values()]
        for lists in all_lists:
            for key in list(lists.switched()):
                for others in all_lists:
                    others.leading.add(key)
                for post in lists.posts(key) if lists.lang else ():
                    self._lead_home(post)

    def _lead_home(self, post: Any) -> None:
        """Let a post whose list begins in its language lead there."""
        before, siteurl = post._content, self.build.settings["SITEURL"]
        lead_tags_home([post], self.build.editions, siteurl)
        if post.content == before:
            post.content = post._content
        elif post._content != before:  # it names files besides
            self.cannot("edit_begins")
        if post.json_ld:
            schema.describe_posts([post], self.build)

    def lead_translations(self, post: Any) -> None:
        """Let what translates *post* lead to where it is now."""
        for other in post.translations:
            self.touched[other.number] = other
            if other.json_ld:
                schema.describe_posts([other], self.build)
            if self.sitemap.is_there and not other.mark:
                self.sitemap.post(other)

    # ── posts that come, and go ──────────────────────────────────────────────────────────────────────────────

    def come(self, post: Any) -> None:
        """
        Let *post*, which was not there, have its page and come into its lists.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        for other in post.translations:
            if other.mark or other.translations:
                self.cannot("edit_other_language")
            other.translations = [post]
            self.changes.shown |= {(other.save_as, post): LINK, (post.save_as, other): LINK}
        now = self.place_of(post)
        others: Sequence[Any] = self.editions.get(post.lang, self.lists).given("articles")
        model = next((one for one in others if one.template == post.template and one.lang == post.lang), None)
        if model is None or not self.arrangement.has_page(model.save_as):
            self.cannot("edit_begins")
        kind, names, given = self.arrangement.page(model.save_as)
        own = {"article": post, "category": post.category}
        self.pages.claim(post.save_as)
        self.changes.pages[post.save_as] = kind, names, {name: own.get(name, value) for name, value in given.items()}
        self.changes.shown[post.save_as, post] = WHOLE
        self.move(post, None, now)
        self.lead_translations(post)
        self.series.move(post)

    def comes_again(self, post: KeptPost) -> None:
        """Let *post*, which went, be there by another file."""
        self.changes.gone.remove(post)
        self.changes.lost.discard(f"feeds of {post.number}")

    def go(self, post: Any) -> None:
        """Let *post* be nowhere any more."""
        was = self.place_of(post)
        self.move(post, was, None)
        self.touched.pop(post.number)
        for other in post.translations:
            other.translations = [one for one in other.translations if one is not post]
        self.lead_translations(post)
        self.series.move(post, is_there=False)
        self.changes.gone.append(post)
        self.changes.pages[post.save_as] = self.pages.files[post.save_as] = None
        if self.sitemap.is_there:
            self.sitemap.lose(post.url, post.date.year)
