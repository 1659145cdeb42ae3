"""Pictures, made small and anonymous while all else goes on: see ``tertulia/site/pictures.py``.

No other part copies pictures: one that Pelican would copy as it is (``STATIC_PATHS``) is replaced by its clean copy.
"""

from pelican import signals
from pelican.generators import ArticlesGenerator, StaticGenerator

from tertulia.site import pictures
from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything


def begin(generator: ArticlesGenerator) -> None:
    SiteBuild.of(generator.settings).pictures.image_cache.begin()


def add_portraits(generator: ArticlesGenerator) -> None:
    signers = [author for post in everything([generator]) for author in post.authors]
    pictures.add_portraits(
        [*(author for author, _ in generator.authors), *signers], SiteBuild.of(generator.settings).pictures
    )


def take_over_static(generator: StaticGenerator) -> None:
    files = pictures.without_pictures(generator.context["staticfiles"], SiteBuild.of(generator.settings).pictures)
    generator.staticfiles = generator.context["staticfiles"] = files


def register() -> None:
    signals.article_generator_pretaxonomy.connect(begin)
    signals.article_generator_finalized.connect(add_portraits)
    signals.static_generator_finalized.connect(take_over_static)
