"""Posts that come, go, or move: each leaves its lists and comes into others, and what tells of those is told anew.

A post that is new comes into its lists, one that was deleted or is a draft now leaves them, and one of another date,
topic, author or tag does both. Lists begin and end with them. Posts in other languages than the blog's own, or with
translations, are for a build.
"""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.site import schema, sitemap
from tertulia.site.arrangement import LINK, WHOLE, Arrangement, Changes, KeptPost, KeptPosts
from tertulia.site.build import SiteBuild
from tertulia.site.editions import PERIODS
from tertulia.site.feed_edits import FeedEdits
from tertulia.site.label_edits import LABELS, MOST_RENAMED, LabelEdits, ReadingOf
from tertulia.site.list_edits import ALL, Key, ListEdit, ListPages, Page
from tertulia.site.series_edits import SeriesEdits
from tertulia.site.sitemap_edits import SitemapEdits
from tertulia.site.text_edits import NeedsBuildError, home_of


class PostPlace(NamedTuple):
    """Where a post stands."""

    lists: tuple[Key, ...]
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
        self.series = SeriesEdits(build, arrangement, self.pages, self.sitemap, self.cannot)
        self.feeds = FeedEdits(build, arrangement, self.changes, self.pages.claim)
        self._lists: dict[Key, ListEdit] = {}
        self._held: dict[Key, Sequence[KeptPost]] = {}  # as the build left them
        self.asked = Path()  # the file that is looked at
        self.respelled: dict[int, KeptPost] = {}  # posts of tags that are called otherwise now
        self.spelled: tuple[list[Problem], list[Problem]] = [], []  # what is told of tags, before and now

    def page(self, name: str) -> Page:
        """Return the page with that file, as it is now."""
        return self.changes.pages.get(name) or self.arrangement.page(name)

    def cannot(self, phrase: str = "edit_arranged") -> NoReturn:
        """Say that it takes a build."""
        raise NeedsBuildError(say(phrase, path=self.asked.name))

    @property
    def order(self) -> Sequence[KeptPost] | None:
        """All posts as lists have them, where any came, went or moved."""
        return self._lists[ALL].now if ALL in self._lists else None

    # ── where posts stand ────────────────────────────────────────────────────────────────────────────────────

    def place_of(self, post: Any) -> PostPlace:
        """Return where *post* stands."""
        self.asked = Path(post.shown_path)
        lists: list[Key] = [ALL]
        lists += [(kind, label.slug) for kind, name in LABELS.items() for label in getattr(post, name)]
        for period, number in PERIODS.items():
            if self.build.settings.get(f"{period.upper()}_ARCHIVE_SAVE_AS"):
                key = number(post)
                lists.append((period, key if isinstance(key, tuple) else (key,)))
        return PostPlace(tuple(dict.fromkeys(lists)), post.date, post.id, sitemap.newest([post]))

    def refuse(self, post: Any) -> None:
        """
        See that *post* is one whose lists are known here.

        Raises:
            NeedsBuildError: it is not.
        """
        self.asked = Path(post.shown_path)
        settings, build = self.build.settings, self.build
        usual = {"ARTICLE_ORDER_BY": "reversed-date", "NEWEST_FIRST_ARCHIVES": True, "REVERSE_CATEGORY_ORDER": False}
        is_plain = not post.is_page and post.status != "hidden" and not post.translations and not post.mark
        if not is_plain or post.lang != settings["DEFAULT_LANG"] or build.reads is not None:
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
        stays = was is not None and now is not None and was[1:] == now[1:]
        for key in was.lists if was else ():
            if not (stays and now and key in now.lists):
                self._list(key).leave(post, was.when if was else None)
        for key in now.lists if now else ():
            if not (stays and was and key in was.lists):
                self._list(key).come(post, now.when if now else None)
        if not (was and now and was[1:3] == now[1:3]):
            self._set_neighbours(post, comes=now is not None)
        self.touched[post.number] = post

    def _list(self, key: Key) -> ListEdit:
        if key not in self._lists:
            label, held = self._find(key)
            self._held[key], posts = held, list(held)
            self._lists[key] = ListEdit(key, label, posts, list(posts))
        return self._lists[key]

    def _find(self, key: Key) -> tuple[Any, Sequence[KeptPost]]:
        kind, name = key
        if key == ALL:
            return None, self._given("articles")
        if kind in LABELS:
            return next((one for one in self.labels.given(kind) if one[0].slug == name), None) or (
                self.labels.begun[kind, str(name)],
                [],
            )
        period = next((one for one in self._periods(kind) if one["period_num"] == name), None)
        return (period, period["articles"]) if period else (None, [])

    def _given(self, name: str) -> Any:
        try:
            return self.arrangement.value(f"given {name}")
        except LookupError:
            self.cannot()

    def _periods(self, kind: str) -> list[dict[str, Any]]:
        return list(self._given("period_archives").get(kind, ()))

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
        posts = self._lists[ALL].now
        at = next(number for number, one in enumerate(posts) if one is post)
        around: list[KeptPost] = [post]
        for walk in (posts[:at][::-1], posts[at + 1 :]):
            dates = {post.date}  # its own, and the next: of one day the lists have another order
            for one in (one for one in walk if one.lang == post.lang):
                if one.date not in dates and len(dates) > 1:
                    break
                dates.add(one.date)
                around.append(one)
        around.sort(key=lambda one: (one.date, one.id))
        place = around.index(post)
        return around[place - 1] if place else None, around[place + 1] if place + 1 < len(around) else None

    # ── what tells of it ─────────────────────────────────────────────────────────────────────────────────────

    def finish(self, moved: Iterable[KeptPost], renamed: Iterable[KeptPost], reading: ReadingOf) -> list[str]:
        """
        Let everything tell of where the posts *moved* to, and of those *renamed*.

        Args:
            reading: Gives what the file at a path has read as.

        Returns:
            The pages that are others then.
        """
        names: list[str] = []
        self.spelled = self.labels.settle(self._tagged, reading)
        names += self.series.finish()
        self.touched |= self.series.touched
        for edit in self._lists.values():
            names += self._relist(edit)
        for label in self.labels.renamed:
            names += self._call(label)
        names += self._count()
        names += self._describe_blog({post.number for post in renamed})
        for post in moved:
            if self.sitemap.is_there:
                self.sitemap.post(post)
        names += [one.save_as for one in self.touched.values() if one not in self.changes.gone]
        self.files |= self.pages.files | self.feeds.files
        return [name for name in names if self.changes.pages.get(name, "") is not None]

    def _relist(self, edit: ListEdit) -> Iterator[str]:
        """Let all that shows a list show it as it is now."""
        kind, build = str(edit.key[0]), self.build
        is_period, begins_or_ends = kind in PERIODS, edit.is_new or edit.is_gone
        if begins_or_ends and (edit.key == ALL or (is_period and not self._periods(kind))):
            self.cannot("edit_begins")
        if build.editions.others:
            self._refuse_others(edit)
        held = self._hold(self._held[edit.key], edit)
        if edit.key == ALL:
            yield from self._of_all(edit, held)
        elif is_period:
            yield from self._of_period(edit, held)
        elif edit.before or edit.now:
            yield from self._of_label(edit, held)

    def _refuse_others(self, edit: ListEdit) -> None:
        """
        See that a list of a blog in several languages is there in the same ones as before.

        Raises:
            NeedsBuildError: it begins or ends where those of others stay.
        """
        own, kind = self.build.settings["DEFAULT_LANG"], str(edit.key[0])
        begins_or_ends = edit.is_new or edit.is_gone
        if begins_or_ends and any(one.lang != own for one in (*edit.before, *edit.now)):
            self.cannot("edit_begins")
        if not begins_or_ends and not all(any(one.lang == own for one in posts) for posts in (edit.before, edit.now)):
            self.cannot("edit_begins")
        # Where no list had a post in it, all lists of others are told of (``with_own_posts``).
        told = self.labels.given(kind) if kind in LABELS and begins_or_ends else ()
        if told and not any(one.lang == own for label, posts in told if label is not edit.label for one in posts):
            self.cannot("edit_begins")

    def _of_label(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        """Let all that shows the list of a tag, category or author show it as it is now."""
        kind, label = str(edit.key[0]), edit.label
        given, base = self.labels.given(kind), None
        self.labels.refuse(edit)
        if edit.is_new and label.save_as:
            name = self.labels.page_name(kind, label)
            base = self.pages.begin(kind, **{kind: label, "page_name": name, "blog": True})
        others = [(label, held) if one[0] is label else one for one in given if not (edit.is_gone and one[0] is label)]
        others += [(label, held)] if edit.is_new else []
        self.arrangement.give(LABELS[kind], others if kind == "tag" else sorted(others, key=lambda one: one[0].slug))
        if label.save_as:
            yield from self.pages.share_out(kind, (label.url, label.save_as), edit, held, base)
        self._tell_sitemap(label.url, edit)
        if self.feeds.is_there:
            self.feeds.list(edit)

    def _hold(self, before: Sequence[KeptPost], edit: ListEdit) -> Sequence[KeptPost]:
        """Return what pages are given as the list: the same long one, with other posts in it."""
        if not isinstance(before, KeptPosts):
            return list(edit.now)
        own = self.build.settings["DEFAULT_LANG"]
        languages = set(before.languages) - {own}
        if any(one.lang == own for one in edit.now):
            languages.add(own)
        self.arrangement.leave(before.name, (tuple(one.number for one in edit.now), tuple(sorted(languages))))
        return before

    def _of_all(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        build, settings = self.build, self.build.settings
        dates = self._hold(self._given("dates"), edit)
        self.arrangement.give("articles", held)
        self.arrangement.give("dates", dates)
        home = home_of(settings["DEFAULT_LANG"], build)
        yield from self.pages.share_out("index", ("", home), edit, held)
        archives = str(settings.get("ARCHIVES_SAVE_AS") or "")
        if archives and self.arrangement.has_page(archives):
            yield from self.pages.share_out("archives", (settings.get("ARCHIVES_URL", ""), archives), edit, held)
        kind, names, given = self.changes.pages.get(archives) or ("", [], {})
        if "dates" in given:
            self.changes.pages[archives] = kind, names, {**given, "dates": dates}
        self._tell_sitemap("", edit)
        for template in settings["DIRECT_TEMPLATES"]:
            if (url := settings.get(f"{template.upper()}_URL")) and template not in sitemap.UNLISTED_TEMPLATES:
                self._tell_sitemap(url, edit)
        if self.feeds.is_there:
            self.feeds.hold("feeds/", self._newest("", self.feeds.most))
            own = settings["DEFAULT_LANG"]
            self.feeds.hold(f"{own}/", self._newest(own, self.feeds.most))

    def _of_period(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        kind, number = edit.key
        settings, known = self.build.settings, self._periods(str(kind))
        period = edit.label or self._new_period(str(kind), number, edit.now[0])
        dates = self._hold(period["dates"], edit) if edit.label else list(edit.now)
        period_now = {**period, "articles": held, "dates": dates}
        if edit.is_new:
            others = sorted([*known, period_now], key=lambda one: one["period_num"], reverse=True)
        else:
            others = [period_now if one is edit.label else one for one in known]
            others = [one for one in others if not (edit.is_gone and one is period_now)]
        self.arrangement.give("period_archives", {**self._given("period_archives"), kind: others})
        base = None
        if edit.is_new:
            of_another, names, given = self.page(known[0]["save_as"])
            base = of_another, names, {**given, **{one: period[one] for one in ("period", "period_num")}}
        yield from self.pages.share_out("period_archives", (period["url"], period["save_as"]), edit, held, base)
        page, names, given = self.changes.pages.get(period["save_as"]) or ("", [], {})
        if "dates" in given:
            self.changes.pages[period["save_as"]] = page, names, {**given, "dates": dates}
        if kind in ("year", "month") and settings[f"{str(kind).upper()}_ARCHIVE_URL"]:
            self._tell_sitemap(period["url"], edit)

    def _new_period(self, kind: str, number: Any, post: KeptPost) -> dict[str, Any]:
        """Return a year, month or day as Pelican gives it to its templates."""
        named = number if kind == "year" else (number[0], calendar.month_name[number[1]], *number[2:])
        places = {
            name: self.build.settings[f"{kind.upper()}_ARCHIVE_{name.upper()}"].format(date=post.date)
            for name in ("save_as", "url")
        }
        return {"dates": [], "articles": [], **places, "period": named, "period_num": number}

    def _tagged(self, slug: str) -> Sequence[KeptPost]:
        """Return the posts of the tag of that *slug*, as they are now."""
        if ("tag", slug) in self._lists:
            return self._lists["tag", slug].now
        return next((posts for label, posts in self.labels.given("tag") if label.slug == slug), ())

    def _call(self, label: Any) -> Iterator[str]:
        """Let all that names a tag, and each post of it, call it what it is called now."""
        posts = list(self._tagged(label.slug))
        if len(posts) > MOST_RENAMED:
            self.cannot("edit_spelled")
        self.respelled |= {post.number: post for post in posts}
        for post in posts:
            self.touched[post.number] = post
            if not self.arrangement.find(f"feeds of {post.number}"):
                self.changes.lost.add(f"entry {post.number}")
            if post.json_ld:
                schema.describe_posts([post], self.build)
        if self.feeds.is_there:
            self.feeds.call(label)
        yield from self._following(label.save_as)

    def _count(self) -> Iterator[str]:
        """Yield the pages that tell how many posts are in lists where that is another number now."""
        settings = self.build.settings
        counted = {edit.key[0] for edit in self._lists.values() if len(edit.before) != len(edit.now)}
        counted |= {"tag"} if self.labels.renamed else set()
        places = [f"{name.upper()}_SAVE_AS" for kind, name in LABELS.items() if kind in counted]
        if not counted.isdisjoint(("tag", "year")):
            places += ["SEARCH_SAVE_AS", "404_SAVE_AS"]
        names = (settings.get(place) for place in places)
        yield from (name for name in names if name and self.arrangement.has_page(name))
        if "year" in counted:
            for periods in self._given("period_archives").values():
                for one in periods:
                    yield from self._following(one["save_as"])

    def _following(self, name: str | None) -> Iterator[str]:
        while name:
            yield name
            following = self.page(name)[2].get("articles_next_page")
            name = following and following.save_as

    def _describe_blog(self, renamed: set[int]) -> Iterator[str]:
        """Let the home page tell of the newest posts to those who read no page."""
        lang = self.build.settings["DEFAULT_LANG"]
        known = {name[len("newest ") :] for name in self.arrangement.names("newest ")}
        for one in sorted(known | ({lang} if ALL in self._lists else set())):
            before: list[int] = self.arrangement.find(f"newest {one}") or []
            now = before
            if one == lang and ALL in self._lists:
                now = [post.number for post in self._newest(lang, schema.POSTS_LISTED)]
                self.arrangement.leave(f"newest {one}", now)
            told = self.arrangement.find("given blog_json_ld")
            if told and (now != before or not renamed.isdisjoint(now)):
                posts: list[Any] = [self.arrangement.post(number) for number in now]
                self.arrangement.give("blog_json_ld", {**told, one: schema.describe_blog_in(one, posts, self.build)})
                yield home_of(one, self.build)

    def _newest(self, lang: str, most: int | None) -> list[KeptPost]:
        """Return the newest of all posts in *lang*, or in any."""
        found: list[KeptPost] = []
        for post in self._lists[ALL].now:
            if most and len(found) >= most and post.date != found[-1].date:
                break
            if not post.mark and lang in ("", post.lang):
                found.append(post)
        return sorted(found, key=lambda one: (one.date, one.id, one.lang), reverse=True)[:most]

    def _tell_sitemap(self, url: str, edit: ListEdit) -> None:
        if not self.sitemap.is_there:
            return
        if edit.is_new:
            self.sitemap.new_list(url, edit.now)
        elif edit.is_gone:
            self.sitemap.lose(url)
        else:
            self.sitemap.list(url, edit.now, edit.moves)

    # ── posts that come, and go ──────────────────────────────────────────────────────────────────────────────

    def come(self, post: Any) -> None:
        """
        Let *post*, which was not there, have its page and come into its lists.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        now = self.place_of(post)
        others: Sequence[Any] = self._given("articles")
        model = next((one for one in others if one.template == post.template and one.lang == post.lang), None)
        if model is None or not self.arrangement.has_page(model.save_as):
            self.cannot("edit_begins")
        kind, names, given = self.arrangement.page(model.save_as)
        own = {"article": post, "category": post.category}
        self.pages.claim(post.save_as)
        self.changes.pages[post.save_as] = kind, names, {name: own.get(name, value) for name, value in given.items()}
        self.changes.shown[post.save_as, post] = WHOLE
        self.move(post, None, now)
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
        self.series.move(post, is_there=False)
        self.changes.gone.append(post)
        self.changes.pages[post.save_as] = self.pages.files[post.save_as] = None
        if self.sitemap.is_there:
            self.sitemap.lose(post.url, post.date.year)
