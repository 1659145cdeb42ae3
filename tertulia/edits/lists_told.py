"""Lists that posts came into or left, and all that tells of them: pages, counts, feeds, the sitemap, the home page."""

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NoReturn

from tertulia.edits.arrangement import Arrangement, KeptPost, KeptPosts, PostsByNumber, given_in
from tertulia.edits.feed_edits import FeedEdits
from tertulia.edits.label_edits import LABELS, LabelEdits
from tertulia.edits.list_edits import ALL, Key, ListEdit, ListPages, Page
from tertulia.edits.sitemap_edits import SitemapEdits
from tertulia.edits.text_edits import home_of
from tertulia.site import schema, sitemap
from tertulia.site.build import SiteBuild
from tertulia.site.editions import PERIODS, single_lists


class ListsTold:
    """
    Lists since one build: those of the whole blog, or of one edition.

    Args:
        build: As it was left.
        pages: Those of lists.
        labels: Tags, topics and authors, of which lists are.
        feeds: Those of lists.
        sitemap_edits: Where lists are told of.
        lang: Of the edition; "" for the whole blog.
        others: The lists of all editions, where these are those of the blog.
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
        lang: str = "",
        others: Mapping[str, "ListsTold"] | None = None,
    ) -> None:
        self.lang, self._others, self._folder = lang, others or {}, f"{lang}/" if lang else ""
        self.build, self.arrangement, self.pages, self.changes = build, arrangement, pages, pages.changes
        self.labels, self.feeds, self.sitemap = labels, feeds, sitemap_edits
        self.edits: dict[Key, ListEdit] = {}
        self.leading: set[Key] = set()  # lists that others in other languages lead to, and have another of these now
        self._held: dict[Key, Sequence[KeptPost]] = {}  # as the build left them

    def cannot(self, phrase: str = "edit_arranged") -> NoReturn:
        """Say that it takes a build."""
        self.pages.cannot(phrase)

    def finish(self, renamed: set[int]) -> Iterator[str]:
        """
        Let everything tell of the lists as they are now, and of the posts *renamed*; the pages that are others then.
        """
        for edit in self.edits.values():
            yield from self._relist(edit)
        yield from self._lead_to_languages()
        yield from self._count()
        yield from self._describe_blog(renamed)

    def edit(self, key: Key) -> ListEdit:
        """Return the list of that *key*, which posts come into or leave."""
        if key not in self.edits:
            label, held = self._find(key)
            numbers = held.numbers if isinstance(held, KeptPosts) else tuple(post.number for post in held)
            self._held[key], posts = held, PostsByNumber(self.arrangement, numbers)
            self.edits[key] = ListEdit(key, label, posts, posts, lang=self.lang)
        return self.edits[key]

    def posts(self, key: Key) -> Sequence[KeptPost]:
        """Return the posts that the list of that *key* has now, nothing where there is no such list."""
        return self.edits[key].now if key in self.edits else self._find(key)[1]

    def _find(self, key: Key) -> tuple[Any, Sequence[KeptPost]]:
        kind, name = key
        if key == ALL:
            return None, self.given("articles")
        if kind in LABELS:
            there = (one for one in self._every(kind) if one[0].slug == name)
            return next(there, (self.labels.of_slug(kind, str(name)), []))
        period = next((one for one in self._periods(kind) if one["period_num"] == name), None)
        return (period, period["articles"]) if period else (None, [])

    def given(self, name: str) -> Any:
        """
        Return what pages are given by that *name*.

        Raises:
            NeedsBuildError: they are given nothing so called.
        """
        try:
            return self.arrangement.value(given_in(name, self.lang))
        except LookupError:
            self.cannot()

    def _give(self, name: str, value: object) -> None:
        self.arrangement.leave(given_in(name, self.lang), value)

    def _every(self, kind: str) -> list[tuple[Any, Any]]:
        """Return each tag, category or author with its posts, also those that pages are not given."""
        return list(self.given(LABELS[kind])) if self.lang else self.labels.every(kind)

    def _periods(self, kind: str) -> list[dict[str, Any]]:
        return list(self.given("period_archives").get(kind, ()))

    def _relist(self, edit: ListEdit) -> Iterator[str]:
        """Let all that shows a list show it as it is now."""
        kind = str(edit.key[0])
        is_period, begins_or_ends = kind in PERIODS, edit.is_new or edit.is_gone
        if edit.is_new and edit.is_gone:  # it has, at most, translations, which stand in no list by days
            if is_period and len([one for one in self._others.values() if one.posts(edit.key)]) > 1:
                self.cannot("edit_begins")
            return
        if begins_or_ends and (edit.key == ALL or (is_period and not self._periods(kind))):
            self.cannot("edit_begins")
        held = self._hold(self._held[edit.key], edit)
        if edit.key == ALL:
            yield from self._of_all(edit, held)
        elif is_period:
            yield from self._of_period(edit, held)
        else:
            yield from self._of_label(edit, held)

    def switched(self) -> Iterator[Key]:
        """
        Yield the lists that begin or end in this language, and let the others know; it takes several.

        Raises:
            NeedsBuildError: what no edit tells of would lead to one.
        """
        own, editions = self.build.settings["DEFAULT_LANG"], self.build.editions
        for edit in self.edits.values() if editions.others else ():
            lang = self.lang or own
            had, has = (any(one.lang == lang for one in posts) for posts in (edit.before, edit.now))
            if had != has:
                self._refuse_switched(edit)
                url = self._url(edit).removeprefix(self._folder)
                editions.set_list(url, lang, is_there=has)
                self.arrangement.leave("editions", editions)
                yield edit.key
            elif not has and edit.before and edit.now and _languages(edit.before) != _languages(edit.now):
                self.cannot("edit_begins")  # where the list belongs is told on all of its pages

    def _refuse_switched(self, edit: ListEdit) -> None:
        """
        See that what begins or ends is one list among others, which no menu names.

        Raises:
            NeedsBuildError: it is not.
        """
        own, kind = self.lang or self.build.settings["DEFAULT_LANG"], str(edit.key[0])
        menu = self.build.words.local(self.build.settings.get("MENU"), own) or ()
        if edit.key == ALL or self._url(edit).removeprefix(self._folder) in {
            str(target).strip("/") for _, target in menu
        }:
            self.cannot("edit_begins")
        # Where no list has a post in it, all of others are told of (``with_own_posts``), or there is no page of all.
        told = self._every(kind) if kind in LABELS else ()
        if told and not any(one.lang == own for label, posts in told if label is not edit.label for one in posts):
            self.cannot("edit_begins")

    def _lead_to_languages(self) -> Iterator[str]:
        """Let each page of a list that begins or ends in another language lead there, and the sitemap tell so."""
        for key in self.leading:
            posts = self.posts(key)
            if not posts:
                continue
            edit = self.edits.get(key) or ListEdit(key, self._find(key)[0], posts, posts, lang=self.lang)  # type: ignore[arg-type]
            if key[0] in PERIODS or edit.label.save_as:
                yield from self._following(self._file(edit))
            if self.sitemap.is_there and (self.lang or key[0] != "day"):
                self.sitemap.lose(self._url(edit))
                self.sitemap.new_list(self._url(edit), list(self._told(edit)))

    def _file(self, edit: ListEdit) -> str:
        """Return the file of the first page of a list."""
        if edit.key[0] in PERIODS:
            period = next(one for one in self._periods(str(edit.key[0])) if one["period_num"] == edit.key[1])
            return str(period["save_as"])
        return f"{self._folder}{edit.label.save_as}"

    def _url(self, edit: ListEdit) -> str:
        """Return the address of a list, which may be new."""
        kind = str(edit.key[0])
        if kind in PERIODS:
            period: dict[str, Any] = edit.label or self._new_period(kind, edit.key[1], edit.now[0])
            return str(period["url"])
        return f"{self._folder}{edit.label.url}"

    def _of_label(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        """Let all that shows the list of a tag, category or author show it as it is now."""
        kind, label = str(edit.key[0]), edit.label
        every, base = self._every(kind), None
        self.labels.refuse(edit)
        place = f"{self._folder}{label.url}", f"{self._folder}{label.save_as}"
        if edit.is_new and label.save_as:
            base = self._page_of_edition(kind, every, label, place[0]) if self.lang else self._page(kind, label)
        others = [(label, held) if one[0] is label else one for one in every if not (edit.is_gone and one[0] is label)]
        others += [(label, held)] if edit.is_new else []
        others = others if kind == "tag" else sorted(others, key=lambda one: one[0].slug)
        if not self.lang and self.build.editions.others:
            self.arrangement.leave(f"every {LABELS[kind]}", others)
            named = {one.number for one, _ in self.labels.given(kind)} - {label.number}
            if any(one.lang == self.build.settings["DEFAULT_LANG"] for one in edit.now):
                named.add(label.number)
            others = [one for one in others if one[0].number in named]
        self._give(LABELS[kind], others)
        if label.save_as:
            yield from self.pages.share_out(kind, place, edit, held, base)
        self._tell_sitemap(place[0], edit)
        if self.feeds.is_there:
            self.feeds.list(edit)

    def _page(self, kind: str, label: Any) -> Page:
        """Return a page of a list of the blog that was not there."""
        name = self.labels.page_name(kind, label)
        return self.pages.begin(kind, **{kind: label, "page_name": name, "blog": True})

    def _page_of_edition(self, kind: str, others: Iterable[tuple[Any, Any]], label: Any, url: str) -> Page:
        """Return the same of an edition, as another of its lists has it."""
        model = next((one.save_as for one, _ in others if one is not label and one.save_as), None)
        if model is None:
            self.cannot("edit_begins")
        of_another, names, given = self.pages.page_of(f"{self._folder}{model}")
        return of_another, names, {**given, **{kind: label, "url": url, "page_name": url}}

    def _hold(self, before: Sequence[KeptPost], edit: ListEdit) -> Sequence[KeptPost]:
        """Return what pages are given as the list: the same long one, with other posts in it."""
        if not isinstance(before, KeptPosts):
            return list(edit.now)
        languages = set(before.languages) - edit.languages
        languages |= {lang for lang in edit.languages if any(one.lang == lang for one in edit.now)}
        self.arrangement.leave(before.name, (edit.now.numbers, tuple(sorted(languages))))
        return before

    def _of_all(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        if self.lang:
            yield from self._of_edition(edit, held)
            return
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

    def _of_edition(self, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        """Let all that shows all posts of an edition show them."""
        lang, home = self.lang, (self._folder, home_of(self.lang, self.build))
        self._give("articles", held)
        yield from self.pages.share_out("language", home, edit, held)
        single = dict(single_lists(self.build.settings, lang))
        if "archives" in single:
            yield from self.pages.share_out("archives", single["archives"], edit, held)
        self._tell_sitemap(home[0], edit)
        for template, (url, _) in single.items():
            if template not in sitemap.UNLISTED_TEMPLATES:
                self._tell_sitemap(url, edit)
        if self.feeds.is_there:
            self.feeds.hold(self._folder, self.newest(lang, self.feeds.most))

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
        self._give("period_archives", {**self.given("period_archives"), kind: others})
        base = None
        if edit.is_new:
            of_another, names, given = self.pages.page_of(known[0]["save_as"])
            own = {"page_name": period["url"], "url": period["url"]} if self.lang else {}
            base = of_another, names, {**given, **{one: period[one] for one in ("period", "period_num")}, **own}
        yield from self.pages.share_out("period_archives", (period["url"], period["save_as"]), edit, held, base)
        page, names, given = self.changes.pages.get(period["save_as"]) or ("", [], {})
        if "dates" in given:
            self.changes.pages[period["save_as"]] = page, names, {**given, "dates": dates}
        if self.lang or (kind in ("year", "month") and settings[f"{str(kind).upper()}_ARCHIVE_URL"]):
            self._tell_sitemap(period["url"], edit)

    def _new_period(self, kind: str, number: Any, post: KeptPost) -> dict[str, Any]:
        """Return a year, month or day as Pelican gives it to its templates."""
        named = number if kind == "year" or self.lang else (number[0], calendar.month_name[number[1]], *number[2:])
        places = {
            name: self._folder + self.build.settings[f"{kind.upper()}_ARCHIVE_{name.upper()}"].format(date=post.date)
            for name in ("save_as", "url")
        }
        return {"dates": [], "articles": [], **places, "period": named, "period_num": number}

    def _count(self) -> Iterator[str]:
        """Yield the pages that tell which years there are, or how many posts a list has, where that is another now."""
        settings = self.build.settings
        counted = {edit.key[0] for edit in self.edits.values() if len(edit.before) != len(edit.now)}
        counted |= {key[0] for key in self.leading}
        places = [f"{name.upper()}_SAVE_AS" for kind, name in LABELS.items() if kind in counted]
        if not counted.isdisjoint(("tag", "year")):
            places += ["SEARCH_SAVE_AS", "404_SAVE_AS"]
        names = (f"{self._folder}{settings[place]}" for place in places if settings.get(place))
        yield from (name for name in names if self.arrangement.has_page(name))
        if any(edit.is_new or edit.is_gone for edit in self.edits.values() if edit.key[0] == "year"):
            for periods in self.given("period_archives").values():
                for one in periods:
                    yield from self._following(one["save_as"])

    def _following(self, name: str | None) -> Iterator[str]:
        while name and self.changes.pages.get(name, ()) is not None:
            yield name
            following = self.pages.page_of(name)[2].get("articles_next_page")
            name = following and following.save_as

    def _describe_blog(self, renamed: set[int]) -> Iterator[str]:
        """Let the home page tell of the newest posts to those who read no page."""
        lang = self.lang or self.build.settings["DEFAULT_LANG"]
        known = {name[len("newest ") :] for name in self.arrangement.names("newest ")}
        known = {lang} & known if self.lang else known - self.build.editions.others.keys()
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
            self.sitemap.list(url, self._told(edit), edit.moves)

    def _told(self, edit: ListEdit) -> Iterable[KeptPost]:
        """Return the posts of which a sitemap tells in a list: by days, and in those of all posts, in any language."""
        if edit.key != ALL and edit.key[0] not in PERIODS:
            return edit.now
        return chain(edit.now, *(other.posts(edit.key) for other in self._others.values()))


def _languages(posts: Iterable[KeptPost]) -> set[str]:
    return {post.lang for post in posts}
