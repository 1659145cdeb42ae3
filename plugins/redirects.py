"""Old addresses that lead on: see ``tertulia/site/redirects.py``."""

from pelican import Pelican, signals

from tertulia.site import redirects
from tertulia.site.build import SiteBuild


def write_redirects(pelican: Pelican) -> None:
    """Write a page for each alias, when all pages are written."""
    build = SiteBuild.of(pelican.settings)
    redirects.write_redirects(build, build.contents)


def register() -> None:
    signals.finalized.connect(write_redirects)
