"""Tags, categories and authors as the blog's lists show them: see ``tertulia/site/taxonomy.py``."""

from pelican import signals
from pelican.contents import Tag
from pelican.generators import ArticlesGenerator

from tertulia.site import taxonomy
from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed, posts


def join_names(generator: ArticlesGenerator) -> None:
    """Give all posts the same ``Tag`` for the same tag, and every author the ``person`` of people.toml."""
    build = SiteBuild.of(generator.settings)

    def make(slug: str, label: str, description: dict[str, str]) -> Tag:
        tag = Tag(label, generator.settings)
        tag.slug, tag.description = slug, description
        return tag

    taxonomy.join_tags(posts(generator), build.tags, generator.settings["DEFAULT_LANG"], make)
    taxonomy.settle_slugs(posts(generator))
    taxonomy.know_authors(posts(generator), build.people)
    generator._build_period_archives = taxonomy.periods


def list_posts(generator: ArticlesGenerator) -> None:
    """Rebuild the lists of tags, categories and authors, which Pelican makes of originals and of one category each."""
    generator.tags, categories, authors = taxonomy.group(listed(generator))
    generator.categories, generator.authors = sorted(categories.items()), sorted(authors.items())
    generator._update_context(("tags", "categories", "authors"))
    found = [*generator.tags, *categories, *authors]
    taxonomy.know_pages(posts(generator), found, generator.settings["SITEURL"])


def register() -> None:
    signals.article_generator_pretaxonomy.connect(join_names)
    signals.article_generator_finalized.connect(list_posts)
