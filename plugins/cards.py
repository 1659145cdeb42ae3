"""Social cards: a picture for shared links of posts that have no cover. See ``tertulia/site/cards.py``.

``article.card`` is a ``Picture`` (1200 × 630) for a post without a cover, None for the others; ``site_card`` in every
template holds the blog's own by language, for the home page.
"""

from pelican import signals
from pelican.generators import ArticlesGenerator

from tertulia.site.build import SiteBuild
from tertulia.site.cards import card_set
from tertulia.site.contents import posts


def add_cards(generator: ArticlesGenerator) -> None:
    """Give every article without a cover its ``card``, and begin to draw."""
    build = SiteBuild.of(generator.settings)
    build.cards = card_set(generator.settings, build.words, build.looks.card_colors, build.looks.card_font)
    generator.context["site_card"] = build.cards.of_site if build.cards else {}
    if build.cards:
        build.cards.add_to(posts(generator))
        build.cards.start()


def register() -> None:
    signals.article_generator_finalized.connect(add_cards)
