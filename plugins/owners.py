"""One owner for each address of the site: see ``tertulia/site/owners.py``."""

from pelican import signals
from pelican.generators import ArticlesGenerator, PagesGenerator, StaticGenerator

from tertulia.site import owners
from tertulia.site.build import SiteBuild
from tertulia.site.contents import PAGE_LISTS, POST_LISTS, by_date, posts


def claim_posts(generator: ArticlesGenerator) -> None:
    """Keep for the blog what it makes itself, and one post for each other address."""
    build = SiteBuild.of(generator.settings)
    owners.claim_own(build.owners, generator.settings, by_date(generator))
    owners.leave_out(generator, POST_LISTS, owners.without_taken(build.owners, posts(generator), build.output))


def claim_pages(generator: PagesGenerator) -> None:
    build = SiteBuild.of(generator.settings)
    pages = [page for name in PAGE_LISTS for page in getattr(generator, name)]
    owners.leave_out(generator, PAGE_LISTS, owners.without_taken(build.owners, pages, build.output))
    generator._update_context(("pages", "hidden_pages"))


def claim_files(generator: StaticGenerator) -> None:
    kept = owners.without_taken_files(SiteBuild.of(generator.settings).owners, generator.context["staticfiles"])
    generator.staticfiles = generator.context["staticfiles"] = kept


def register() -> None:
    """Connect to Pelican's signals."""
    signals.article_generator_pretaxonomy.connect(claim_posts)
    signals.page_generator_finalized.connect(claim_pages)
    signals.static_generator_finalized.connect(claim_files)
