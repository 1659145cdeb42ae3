"""Whom to tell of a hole in the blog's security: see ``tertulia/site/security_txt.py``.

Must stand after "extra": a file of the author's own wins.
"""

from pelican import Pelican, signals

from tertulia.site import security_txt
from tertulia.site.build import SiteBuild


def write(pelican: Pelican) -> None:
    """Write it once the author's own files are there."""
    build = SiteBuild.of(pelican.settings)
    security_txt.write(build.settings, build.output, build.reader.now)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.finalized.connect(write)
