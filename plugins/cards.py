"""Social cards: a picture for shared links of posts that have no cover.

``article.card`` is a ``Picture`` (1200 × 630) for a post without a cover, None for the others. A second process draws
what is not kept from earlier builds while Pelican writes the pages.

Settings:
    SOCIAL_CARDS         True to draw them.
    SOCIAL_CARDS_FONT    a font variable in its weight. Default Alegreya, from our theme.
    SOCIAL_CARDS_COLORS  paper, ink and accent, "#fbf8f2" and so on. Default those of our theme.
"""

import logging
from pathlib import Path

from babel.dates import format_date
from pelican import signals

from tertulia import cards
from tertulia.images import copy_whole
from tertulia.phrases import say
from tertulia.types import Picture

log = logging.getLogger(__name__)

FONT = Path(__file__).parent.parent / "theme" / "static" / "fonts" / "alegreya.woff2"
COLORS = (cards.PAPER, cards.INK, cards.ACCENT)
# Drawn for this build: name under the site's root → the finished card.
_drawn: dict[str, Path] = {}
_artists: list[cards.Artist] = []


def add_cards(generator):
    """Give every article without a cover its ``card``, and begin to draw."""
    _drawn.clear()
    _artists.clear()
    settings = generator.settings
    lists = (generator.articles, generator.translations, generator.hidden_articles, generator.hidden_translations)
    articles = [article for kind in lists for article in kind]
    for article in articles:
        article.card = None
    if not settings.get("SOCIAL_CARDS"):
        return
    wanted = []
    try:
        font = Path(settings.get("SOCIAL_CARDS_FONT") or FONT)
        artist = cards.Artist(Path(settings["IMAGE_CACHE_PATH"]), font)
        for article in (article for article in articles if not article.cover):
            card = card_of(article, settings)
            name = f"cards/{article.lang}/{article.slug}.{card.digest()[:8]}.png"
            article.card = Picture(name, cards.WIDTH_PX, cards.HEIGHT_PX, alt=f"{card.title}. {card.site}")
            _drawn[name] = artist.kept(card)
            wanted.append(card)
        artist.start(wanted)
        _artists.append(artist)
    except OSError as error:
        warn(error)


def card_of(article, settings):
    """What stands on the card of *article*."""
    site = settings["SITENAME"]
    site = site.get(article.lang) or next(iter(site.values())) if isinstance(site, dict) else site
    names = ", ".join(author.name for author in article.authors)
    byline = f"{names} · {format_date(article.date, 'long', locale=article.lang)}"
    return cards.Card(site, article.title, byline, *settings.get("SOCIAL_CARDS_COLORS", COLORS))


def publish_cards(pelican):
    """Put the cards into the output once they are all drawn."""
    try:
        for artist in _artists:
            artist.finish()
    except cards.CardsFailed as error:
        warn(error)
    for name, kept in _drawn.items():
        if kept.exists():
            copy_whole(kept, Path(pelican.output_path) / name)


def warn(error):
    """Tell that there are no cards; the rest of the site is whole."""
    log.warning("%s; %s", say("cards_failed", reason=error), say("cards_failed_fix"))


def register():
    signals.article_generator_finalized.connect(add_cards)
    signals.finalized.connect(publish_cards)
