"""Social cards: a picture for shared links of posts that have no cover.

``article.card`` is a ``Picture`` (1200 × 630) for a post without a cover, None for the others; ``site_card`` in every
template holds the blog's own by language, for the home page. A second process draws what is not kept from earlier
builds while Pelican writes the pages.

A card takes 5 ms of a processor: little for one post, five seconds for the first build of a thousand. So the newest
posts get one each, and the older ones, which few people share, the blog's own.

Settings:
    SOCIAL_CARDS         True to draw them.
    SOCIAL_CARDS_MAX     how many posts, the newest, get a card of their own. Default 100.
    SOCIAL_CARDS_FONT    a font variable in its weight. Default Alegreya, from our theme.
    SOCIAL_CARDS_COLORS  paper, ink and accent, "#fbf8f2" and so on. Default those of our theme.
"""

import logging
from pathlib import Path

from babel.dates import format_date
from pelican import signals

from tertulia.core.languages import say
from tertulia.core.models import Picture
from tertulia.render.images import copy_whole
from tertulia.site import cards

log = logging.getLogger(__name__)

FONT = Path(__file__).parent.parent / "theme" / "static" / "fonts" / "alegreya.woff2"
MAX = 100
COLORS = (cards.PAPER, cards.INK, cards.ACCENT)
# Drawn for this build: name under the site's root → the finished card.
_drawn: dict[str, Path] = {}
_artists: list[cards.Artist] = []


def add_cards(generator):
    """Give every article without a cover its ``card``, and begin to draw."""
    _drawn.clear()
    _artists.clear()
    settings, site_cards = generator.settings, {}
    generator.context["site_card"] = site_cards
    lists = (generator.articles, generator.translations, generator.hidden_articles, generator.hidden_translations)
    articles = [article for kind in lists for article in kind]
    for article in articles:
        article.card = None
    if not settings.get("SOCIAL_CARDS"):
        return
    try:
        artist = cards.Artist(Path(settings["IMAGE_CACHE_PATH"]), Path(settings.get("SOCIAL_CARDS_FONT") or FONT))
        drawn = [site_card(lang, settings) for lang in settings["LANGUAGES"]]
        for lang, card in zip(settings["LANGUAGES"], drawn, strict=True):
            site_cards[lang] = picture(card, f"{lang}/blog", artist)
        newest = sorted(articles, key=lambda article: (article.date, article.source_path), reverse=True)
        for number, article in enumerate(article for article in newest if not article.cover):
            if number < settings.get("SOCIAL_CARDS_MAX", MAX):
                drawn.append(card_of(article, settings))
                article.card = picture(drawn[-1], f"{article.lang}/{article.slug}", artist)
            else:
                article.card = site_cards.get(article.lang)
        artist.start(drawn)
        _artists.append(artist)
    except OSError as error:
        warn(error)


def picture(card, name, artist):
    """Where *card* is published, and what it says to those who do not see it."""
    src = f"cards/{name}.{card.digest()[:8]}.png"
    _drawn[src] = artist.kept(card)
    alt = ". ".join(part for part in (card.title, card.site) if part)
    return Picture(src, cards.WIDTH_PX, cards.HEIGHT_PX, alt=alt)


def card_of(article, settings):
    """What stands on the card of *article*."""
    names = ", ".join(author.name for author in article.authors)
    byline = f"{names} · {format_date(article.date, 'long', locale=article.lang)}"
    return cards.Card(local(settings["SITENAME"], article.lang), article.title, byline, *colors(settings))


def site_card(lang, settings):
    """What stands on the blog's own card."""
    name, tagline = (local(settings.get(key, ""), lang) for key in ("SITENAME", "TAGLINE"))
    return cards.Card("", name, tagline, *colors(settings))


def colors(settings):
    """Paper, ink and accent."""
    return settings.get("SOCIAL_CARDS_COLORS") or COLORS


def local(value, lang):
    """The text of a setting that may be a dict by language."""
    return value.get(lang) or next(iter(value.values()), "") if isinstance(value, dict) else value


def publish_cards(pelican):
    """Put the cards into the output once they are all drawn."""
    try:
        for artist in _artists:
            artist.finish()
    except cards.CardsFailedError as error:
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
