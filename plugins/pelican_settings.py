"""Pelican's settings in this house: see ``tertulia/site/pelican_settings.py``."""

from pelican import Pelican, signals
from pelican.settings import DEFAULT_CONFIG

from tertulia import defaults
from tertulia.site.pelican_settings import check_kinds, tell_not_obeyed


def look(pelican: Pelican) -> None:
    """Name those that do nothing here, and keep what Pelican's ``MARKDOWN`` is when nobody sets it."""
    check_kinds(pelican.settings, {name: usual for name, usual in vars(defaults).items() if name.isupper()})
    pelican.settings["PELICAN_MARKDOWN"] = DEFAULT_CONFIG["MARKDOWN"]
    tell_not_obeyed(pelican.settings, vars(defaults), DEFAULT_CONFIG)
    pelican.settings |= {"TYPOGRIFY": False, "DEFAULT_DATE": None}  # Pelican would do it over what we have done


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(look)
