"""Files that are served as they are: see ``tertulia/site/extra.py``."""

from pelican import Pelican, signals

from tertulia.site import extra
from tertulia.site.build import SiteBuild


def copy(pelican: Pelican) -> None:
    """Copy them once all pages are written."""
    build = SiteBuild.of(pelican.settings)
    extra.copy(build.reader.content, build.output, build.owners)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.finalized.connect(copy)
