"""What comes before and after a post: its neighbours in time, and its place in a series.

Each post gets ``previous`` and ``next`` (older and newer, in its own language) and, when the author names one,
``series``: a ``Series`` shared by its posts, with a page of its own.

Settings:
    SERIES_URL, SERIES_SAVE_AS   where a series has its page, with ``{slug}``.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field, replace

from pelican import signals

from tertulia.core.text import slugify


@dataclass(frozen=True)
class Series:
    """A post's place in a series: ``index`` counts from 1, ``articles`` are all of it, oldest first."""

    name: str
    slug: str
    lang: str
    url: str
    save_as: str
    index: int = 0
    articles: list = field(default_factory=list, repr=False, compare=False)


def all_posts(generator):
    """Every listed post of every language, oldest first; the same order on every machine."""
    return sorted([*generator.articles, *generator.translations], key=lambda post: (post.date, post.id, post.lang))


def add_neighbours(generator):
    """Set ``previous`` and ``next`` within each language."""
    by_language = defaultdict(list)
    for post in all_posts(generator):
        by_language[post.lang].append(post)
    for posts in by_language.values():
        for older, newer in itertools.pairwise(posts):
            older.next, newer.previous = newer, older


def add_series(generator):
    """Set ``series`` on every post that names one, and list all series in the context."""
    settings = generator.settings
    by_series = defaultdict(list)
    for post in all_posts(generator):
        if post.series_name:
            by_series[slugify(post.series_name), post.lang].append(post)
    generator.context["all_series"] = []
    for (slug, lang), posts in sorted(by_series.items()):
        folder = "" if lang == settings["DEFAULT_LANG"] else f"{lang}/"
        address = [folder + settings[key].format(slug=slug) for key in ("SERIES_URL", "SERIES_SAVE_AS")]
        whole = Series(posts[0].series_name, slug, lang, *address, articles=posts)
        generator.context["all_series"].append(whole)
        for index, post in enumerate(posts, 1):
            post.series = replace(whole, index=index)


def write_series(generator, writer):
    """Write a page for each series."""
    template = generator.get_template("series")
    for series in generator.context["all_series"]:
        writer.write_file(
            series.save_as, template, generator.context, series=series, articles=series.articles,
            page_lang=series.lang, page_name=series.url, url=series.url, override_output=False,
        )  # fmt: skip


def register():
    signals.article_generator_finalized.connect(add_neighbours)
    signals.article_generator_finalized.connect(add_series)
    signals.article_writer_finalized.connect(write_series)
