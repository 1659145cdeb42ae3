"""Before and after a post, and its series with a page of its own: see ``tertulia/site/series.py``."""

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from tertulia.site import series
from tertulia.site.build import SiteBuild
from tertulia.site.contents import by_date


def add_neighbours(generator: ArticlesGenerator) -> None:
    """Set ``previous``, ``next`` and ``series`` on posts; all series are in the context as ``all_series``."""
    posts = by_date(generator)
    series.add_neighbours(posts)
    generator.context["all_series"] = series.add_series(posts, generator.settings)


def write_series(generator: ArticlesGenerator, writer: Writer) -> None:
    """Write a page for each series."""
    if not SiteBuild.of(generator.settings).theme.has("series"):
        return
    template = generator.get_template("series")
    for one in generator.context["all_series"]:
        writer.write_file(
            one.save_as, template, generator.context, series=one, articles=one.articles,
            page_lang=one.lang, page_name=one.url, url=one.url, override_output=False,
        )  # fmt: skip


def register() -> None:
    signals.article_generator_finalized.connect(add_neighbours)
    signals.article_writer_finalized.connect(write_series)
