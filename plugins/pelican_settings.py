"""Pelican's settings in this house: see ``tertulia/site/pelican_settings.py``."""

from pelican import Pelican, signals
from pelican.settings import DEFAULT_CONFIG

from tertulia import defaults
from tertulia.core import public_kinds
from tertulia.site.pelican_settings import FEEDS, same_places, tell_not_obeyed


def look(pelican: Pelican) -> None:
    """Refuse what makes no sense, name what does nothing here, and keep what ``MARKDOWN`` is when nobody sets it."""
    ours = {name: usual for name, usual in vars(defaults).items() if name.isupper()}
    public_kinds.refuse(pelican.settings, DEFAULT_CONFIG | ours)
    pelican.settings |= same_places(pelican.settings, ours)
    pelican.settings["PELICAN_MARKDOWN"] = DEFAULT_CONFIG["MARKDOWN"]
    tell_not_obeyed(pelican.settings, ours, DEFAULT_CONFIG)
    pelican.settings["PELICAN_FEEDS"] = {name: place for name in FEEDS if (place := pelican.settings.get(name))}
    # Pelican would do it over what we have done.
    undone = ("TYPOGRIFY", "ARTICLE_TRANSLATION_ID", "PAGE_TRANSLATION_ID", "RELATIVE_URLS")
    pelican.settings |= {name: ours[name] for name in undone}
    pelican.settings["CHECK_MODIFIED_METHOD"] = DEFAULT_CONFIG["CHECK_MODIFIED_METHOD"]  # of a cache that is not kept
    pelican.settings |= dict.fromkeys((*FEEDS, "DEFAULT_DATE", "CACHE_CONTENT"))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(look)
