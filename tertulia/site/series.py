"""What comes before and after a post: its neighbours in time, and its place in a series.

Each post gets ``previous`` and ``next`` (older and newer, in its own language) and, when the author names one,
``series``: a ``Series`` shared by its posts, with a page of its own.

Settings:
    SERIES_URL, SERIES_SAVE_AS   where a series has its page, with ``{slug}``.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tertulia.core.slugs import distinct
from tertulia.core.text import slugify
from tertulia.site.contents import Content
from tertulia.site.editions import Counterpart


@dataclass(frozen=True)
class Series:
    """A post's place in a series: ``index`` counts from 1, ``articles`` are all of it, oldest first."""

    name: str
    slug: str
    lang: str
    url: str
    save_as: str
    index: int = 0
    articles: list[Content] = field(default_factory=list, repr=False, compare=False)


def add_neighbours(posts: Iterable[Content]) -> None:
    """Set ``previous`` and ``next`` within each language; *posts* come oldest first."""
    by_language: dict[str, list[Content]] = defaultdict(list)
    for post in posts:
        by_language[post.lang].append(post)
    for of_one_language in by_language.values():
        for older, newer in itertools.pairwise(of_one_language):
            older.next, newer.previous = newer, older


def add_series(posts: Iterable[Content], settings: Mapping[str, Any]) -> list[Series]:
    """Set ``series`` on every post that names one; all series. *posts* come oldest first."""
    found = []
    for (slug, lang), parts in sorted(group_series(posts).items()):
        url, save_as = place_of(slug, lang, settings)
        whole = Series(parts[0].series_name, slug, lang, url, save_as, articles=parts)
        found.append(whole)
        for index, post in enumerate(parts, 1):
            post.series = replace(whole, index=index)
    return found


def group_series(posts: Iterable[Content]) -> dict[tuple[str, str], list[Content]]:
    """
    Return the posts of each series by its slug and language; *posts* come oldest first, and the older keeps its slug.
    """
    parts = [post for post in posts if post.series_name]
    found: dict[tuple[str, str], list[Content]] = defaultdict(list)
    for lang in dict.fromkeys(post.lang for post in parts):
        names = [post.series_name for post in parts if post.lang == lang]
        slugs = distinct((name, slugify(name)) for name in names)
        for post in parts:
            if post.lang == lang:
                found[slugs[post.series_name], lang].append(post)
    return found


def place_of(slug: str, lang: str, settings: Mapping[str, Any]) -> tuple[str, str]:
    """Address and file of the page of a series."""
    folder = "" if lang == settings["DEFAULT_LANG"] else f"{lang}/"
    return folder + settings["SERIES_URL"].format(slug=slug), folder + settings["SERIES_SAVE_AS"].format(slug=slug)


def series_counterparts(series: Series) -> list[Counterpart]:
    """Return the page of *series* in every language that its parts are translated to; nothing where it stands alone."""
    found = [Counterpart(series.lang, series.url)]
    for lang, url in _translated(series).items():
        other = next(
            one.series for post in series.articles for one in post.translations if one.series and one.series.url == url
        )
        if _translated(other).get(series.lang) == series.url:  # hreflang counts where both say it
            found.append(Counterpart(lang, url))
    return sorted(found) if len(found) > 1 else []


def _translated(series: Series) -> dict[str, str]:
    """Language → address of the series that the first translated part stands in."""
    found: dict[str, str] = {}
    for post in series.articles:
        for other in post.translations:
            if other.series:
                found.setdefault(other.lang, other.series.url)
    return found
