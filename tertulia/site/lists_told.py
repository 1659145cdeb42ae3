"""Lists that posts came into or left, and all that tells of them: pages, counts, feeds, the sitemap, the home page."""

import calendar
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from tertulia.site import schema, sitemap
from tertulia.site.arrangement import Arrangement, KeptPost, KeptPosts, PostsByNumber
from tertulia.site.build import SiteBuild
from tertulia.site.editions import PERIODS
from tertulia.site.feed_edits import FeedEdits
from tertulia.site.label_edits import LABELS, LabelEdits
from tertulia.site.list_edits import ALL, Key, ListEdit, ListPages
from tertulia.site.sitemap_edits import SitemapEdits
from tertulia.site.text_edits import home_of


class ListsTold:
    """
    Lists since one build.

    Args:
        build: As it was left.
        pages: Those of lists.
        labels: Tags, topics and authors, of which lists are.
        feeds: Those of lists.
        sitemap_edits: Where lists are told of.
    """

    def __init__(
        self,
        build: SiteBuild,
        arrangement: Arrangement,
        pages: ListPages,
        *,
        labels: LabelEdits,
        feeds: FeedEdits,
        sitemap_edits: SitemapEdits,
    ) -> None:
        self.build, self.arrangement, self.pages, self.changes = build, arrangement, pages, pages.changes
        self.labels, self.feeds, self.sitemap = labels, feeds, sitemap_edits
        self.edits: dict[Key, ListEdit] = {}
        self._held: dict[Key, Sequence[KeptPost]] = {}  # as the build left them

    def cannot(self, phrase: str = "edit_arranged") -> NoReturn:
        """Say that it takes a build."""
        self.pages.cannot(phrase)

    def finish(self, renamed: set[int]) -> Iterator[str]:
        """
        Let everything tell of the lists as they are now, and of the posts *renamed*; the pages that are others then.
        """
        self.labels.settle()
        for edit in self.edits.values():
            yield from self._relist(edit)
        yield from self._count()
        yield from self._describe_blog(renamed)

    def edit(self, key: Key) -> ListEdit:
        """Return the list of that *key*, which posts come into or leave."""
        if key not in self.edits:
            label, held = self._find(key)
            numbers = held.numbers if isinstance(held, KeptPosts) else tuple(post.number for post in held)
            self._held[key], posts = held, PostsByNumber(self.arrangement, numbers)
            self.edits[key] = ListEdit(key, label, posts, posts)
        return self.edits[key]

    def _find(self, key: Key) -> tuple[Any, Sequence[KeptPost]]:
        kind, name = key
        if key == ALL:
            return None, self.given("articles")
        if kind in LABELS:
            return next((one for one in self.labels.given(kind) if one[0].slug == name), None) or (
                self.labels.begun[kind, str(name)],
                [],
            )
        period = next((one for one in self._periods(kind) if one["period_num"] == name), None)
        return (period, period["articles"]) if period else (None, [])

    def given(self, name: str) -> Any:
        """
        Return what pages are given by that *name*.

        Raises:
            NeedsBuildError: they are given nothing so called.
        """
        try:
            return self.arrangement.value(f"given {name}")
        except LookupError:
            self.cannot()

    def _periods(self, kind: str) -> list[dict[str, Any]]:
        return list(self.given("period_archives").get(kind, ()))

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
        if begins_or_ends and self.build.editions.is_elsewhere(self._url(edit)):
            self.cannot("edit_begins")
        if not begins_or_ends and not all(any(one.lang == own for one in posts) for posts in (edit.before, edit.now)):
            self.cannot("edit_begins")
        # Where no list had a post in it, all lists of others are told of (``with_own_posts``).
        told = self.labels.given(kind) if kind in LABELS and begins_or_ends else ()
        if told and not any(one.lang == own for label, posts in told if label is not edit.label for one in posts):
            self.cannot("edit_begins")

    def _url(self, edit: ListEdit) -> str:
        """Return the address of a list of its own, which may be new."""
        kind = str(edit.key[0])
        if kind in PERIODS:
            period: dict[str, Any] = edit.label or self._new_period(kind, edit.key[1], edit.now[0])
            return str(period["url"])
        return str(edit.label.url)

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
        if edit.is_mixed:
            languages = {one.lang for one in edit.now}
        else:
            languages = set(before.languages) - {own}
            if any(one.lang == own for one in edit.now):
                languages.add(own)
        self.arrangement.leave(before.name, (edit.now.numbers, tuple(sorted(languages))))
        return before

    def _of_all(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        build, settings = self.build, self.build.settings
        dates = self._hold(self.given("dates"), edit)
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
            self.feeds.hold("feeds/", self.newest("", self.feeds.most))
            own = settings["DEFAULT_LANG"]
            self.feeds.hold(f"{own}/", self.newest(own, self.feeds.most))

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
        self.arrangement.give("period_archives", {**self.given("period_archives"), kind: others})
        base = None
        if edit.is_new:
            of_another, names, given = self.pages.page_of(known[0]["save_as"])
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

    def _count(self) -> Iterator[str]:
        """Yield the pages that tell which years there are, or how many posts a list has, where that is another now."""
        settings = self.build.settings
        counted = {edit.key[0] for edit in self.edits.values() if len(edit.before) != len(edit.now)}
        places = [f"{name.upper()}_SAVE_AS" for kind, name in LABELS.items() if kind in counted]
        if not counted.isdisjoint(("tag", "year")):
            places += ["SEARCH_SAVE_AS", "404_SAVE_AS"]
        names = (settings.get(place) for place in places)
        yield from (name for name in names if name and self.arrangement.has_page(name))
        if any(edit.is_new or edit.is_gone for edit in self.edits.values() if edit.key[0] == "year"):
            for periods in self.given("period_archives").values():
                for one in periods:
                    yield from self._following(one["save_as"])

    def _following(self, name: str | None) -> Iterator[str]:
        while name:
            yield name
            following = self.pages.page_of(name)[2].get("articles_next_page")
            name = following and following.save_as

    def _describe_blog(self, renamed: set[int]) -> Iterator[str]:
        """Let the home page tell of the newest posts to those who read no page."""
        lang = self.build.settings["DEFAULT_LANG"]
        known = {name[len("newest ") :] for name in self.arrangement.names("newest ")}
        for one in sorted(known | ({lang} if ALL in self.edits else set())):
            before: list[int] = self.arrangement.find(f"newest {one}") or []
            now = before
            if one == lang and ALL in self.edits:
                now = [post.number for post in self.newest(lang, schema.POSTS_LISTED)]
                self.arrangement.leave(f"newest {one}", now)
            told = self.arrangement.find("given blog_json_ld")
            if told and (now != before or not renamed.isdisjoint(now)):
                posts: list[Any] = [self.arrangement.post(number) for number in now]
                self.arrangement.give("blog_json_ld", {**told, one: schema.describe_blog_in(one, posts, self.build)})
                yield home_of(one, self.build)

    def newest(self, lang: str, most: int | None) -> list[KeptPost]:
        """Return the newest of all posts in *lang*, or in any."""
        found: list[KeptPost] = []
        for post in self.edits[ALL].now:
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
