"""Posts that talk about the same things, at the end of each post: see ``tertulia/site/related.py``."""

from pelican import signals
from pelican.generators import ArticlesGenerator

from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed
from tertulia.site.related_kept import add_related


def add_related_posts(generator: ArticlesGenerator) -> None:
    """Give every post its ``related``, closest first."""
    add_related(listed(generator), generator.settings.get("RELATED_POSTS", 3), SiteBuild.of(generator.settings).state)


def register() -> None:
    signals.article_generator_finalized.connect(add_related_posts)
