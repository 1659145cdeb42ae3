"""Series after an edit: which posts are in each, in which order; with them a series begins or ends.

Shared out by the same function as in a build, by what little of each post it asks for.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import Struct

from tertulia.core import addresses
from tertulia.edits.arrangement import CARD, LINK, Arrangement, KeptPost
from tertulia.edits.list_edits import ListPages
from tertulia.edits.sitemap_edits import SitemapEdits
from tertulia.site import schema, sitemap
from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed
from tertulia.site.series import Series, group_series, place_of, series_counterparts


class SeriesPart(Struct, frozen=True, order=True):
    """What it takes of a post to know where it stands."""

    date: datetime
    id: str
    lang: str
    number: int
    series_name: str


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the series of *build*."""
    numbers = {id(post): number for number, post in enumerate(build.contents)}
    posts = listed(build.articles) if build.articles else ()
    parts = [
        SeriesPart(post.date, post.id, post.lang, numbers[id(post)], post.series_name)
        for post in posts
        if post.series_name and id(post) in numbers
    ]
    return {"series": sorted(parts)}


class SeriesEdits:
    """
    Series since one build.

    Args:
        build: As it was left.
        pages: Those that come and go.
        sitemap_edits: Where series are told of.
    """

    def __init__(
        self,
        build: SiteBuild,
        arrangement: Arrangement,
        pages: ListPages,
        sitemap_edits: SitemapEdits,
    ) -> None:
        self.build, self.arrangement, self.pages = build, arrangement, pages
        self.sitemap = sitemap_edits
        self.touched: dict[int, KeptPost] = {}
        self._moved: dict[int, Any] = {}  # posts that may be in another place now; None for one that is gone

    def move(self, post: Any, *, is_there: bool = True) -> None:
        """Let *post* stand in the series that it names, at its date; or in none."""
        self._moved[post.number] = post if is_there else None

    def finish(self) -> Iterator[str]:
        """
        Let each post of a series know its place; the pages that show it.

        Raises:
            NeedsBuildError: it takes a build.
        """
        known: list[SeriesPart] = self.arrangement.value("series")
        parts = [part for part in known if part.number not in self._moved]
        parts += [
            SeriesPart(post.date, post.id, post.lang, number, post.series_name)
            for number, post in self._moved.items()
            if post and post.series_name
        ]
        parts.sort()
        self.arrangement.leave("series", parts)
        before, now = _grouped(known), _grouped(parts)
        languages: dict[str, set[str]] = {}
        for part in (*known, *parts):
            languages.setdefault(part.id, set()).add(part.lang)
        for number in {part.number for part in known} - {part.number for part in parts}:
            if self._moved[number]:
                self._put(self._moved[number], None)
        for key in sorted(before.keys() | now.keys()):
            moved = [self._moved[part.number] for part in now.get(key, ()) if part.number in self._moved]
            if before.get(key) != now.get(key) or not all(post.series for post in moved):  # it comes by another file
                if any(len(languages[part.id]) > 1 for part in (*before.get(key, ()), *now.get(key, ()))):
                    self.pages.cannot("edit_other_language")  # the series of another language leads to this one
                yield from self._show(key, now.get(key, []), is_new=key not in before)
            elif moved:
                self._tell_sitemap(self._whole(key, now[key]))

    def _show(self, key: tuple[str, str], parts: list[SeriesPart], *, is_new: bool) -> Iterator[str]:
        """Let the posts of a series, and its page, say what it is now."""
        if not parts:
            url, save_as = place_of(*key, self.build.settings)
            self.pages.changes.pages[save_as] = self.pages.files[save_as] = None
            if self.sitemap.is_there:
                self.sitemap.lose(url)
            return
        whole = self._whole(key, parts)
        posts: list[Any] = whole.articles
        for index, post in enumerate(posts, 1):
            self._put(post, replace(whole, index=index))
            self.pages.changes.shown |= {(post.save_as, one): LINK for one in posts if one is not post}
        if self.build.theme.has("series"):
            yield self._draw(whole, is_new=is_new)

    def _draw(self, whole: Series, *, is_new: bool) -> str:
        """Let the page of a series show it; the file of that page."""
        name = whole.save_as
        if is_new:
            self.pages.claim(name)
        own = {"articles": whole.articles, "page_lang": whole.lang, "page_name": whole.url, "url": whole.url}
        self.pages.changes.pages[name] = self.pages.begin("series", series=whole, **own)
        self.pages.changes.shown |= {(name, post): CARD for post in whole.articles}  # type: ignore[misc]
        self._tell_sitemap(whole)
        return name

    def _whole(self, key: tuple[str, str], parts: list[SeriesPart]) -> Series:
        posts: list[Any] = [self.arrangement.post(part.number) for part in parts]
        if any(post.translations for post in posts):
            self.pages.cannot("edit_other_language")
        return Series(parts[0].series_name, *key, *place_of(*key, self.build.settings), articles=posts)

    def _tell_sitemap(self, whole: Series) -> None:
        if self.sitemap.is_there and self.build.theme.has("series"):
            site, when = self.build.settings["SITE_ADDRESS"], sitemap.newest(whole.articles)
            languages = tuple((one.lang, addresses.whole(site, one.url)) for one in series_counterparts(whole))
            self.sitemap.put(sitemap.SitemapEntry(addresses.whole(site, whole.url), when, languages))

    def _put(self, post: Any, series: Series | None) -> None:
        post.series = series
        self.touched[post.number] = post
        if post.json_ld:
            schema.describe_posts([post], self.build)


def _grouped(parts: list[SeriesPart]) -> dict[tuple[str, str], list[SeriesPart]]:
    grouped: Any = group_series(parts)  # type: ignore[arg-type]  # they have what it asks for
    return dict(grouped)
