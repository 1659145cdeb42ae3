"""Posts that talk about the same things, at the end of each post: see ``tertulia/site/related.py``."""

from pelican import signals
from pelican.generators import ArticlesGenerator

from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed
from tertulia.site.related_kept import relate


def begin(generator: ArticlesGenerator) -> None:
    """Work it out while all else is arranged; at once, where a plugin of others may ask a post for it."""
    build = SiteBuild.of(generator.settings)
    count, now = generator.settings.get("RELATED_POSTS", 3), bool(build.others_plugins)
    build.relate = relate(listed(generator), count, build.state, now=now)
    if now:
        finish(generator)


def finish(generator: ArticlesGenerator, **_: object) -> None:
    """Give every post its ``related``, closest first, before the first page is drawn."""
    build = SiteBuild.of(generator.settings)
    if build.relate:
        build.relate()
        build.relate = None


def register() -> None:
    signals.article_generator_finalized.connect(begin)
    signals.article_writer_finalized.connect(finish)
