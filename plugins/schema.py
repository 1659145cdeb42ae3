"""JSON-LD: what a post and the blog are, for search engines. See ``tertulia/site/schema.py``.

Leaves it on ``article.json_ld``, and for each home page in ``context["blog_json_ld"]``, ``{language: JSON-LD}``.
"""

from pelican import signals
from pelican.generators import ArticlesGenerator

from tertulia.site import schema
from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed, posts


def describe(generator: ArticlesGenerator) -> None:
    """Describe every post, and the blog in each of its languages."""
    build = SiteBuild.of(generator.settings)
    schema.describe_posts(posts(generator), build)
    generator.context["blog_json_ld"] = schema.describe_blog(listed(generator), build)


def register() -> None:
    signals.article_generator_finalized.connect(describe)
