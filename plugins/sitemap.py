"""``sitemap.xml`` and ``robots.txt``: see ``tertulia/site/sitemap.py``."""

from pelican import Pelican, signals

from tertulia.site import sitemap
from tertulia.site.build import SiteBuild


def write_sitemap(pelican: Pelican) -> None:
    """Write both files."""
    build = SiteBuild.of(pelican.settings)
    if build.articles:
        sitemap.write_sitemap(build, build.articles)


def register() -> None:
    signals.finalized.connect(write_sitemap)
