"""Tertulia's domain: all that is true whether or not Pelican runs. Never imports Pelican."""

__version__ = "0.1.0"
