"""Atom, RSS and JSON Feed for the site and its sections: see ``tertulia/site/post_feeds.py``."""

from pelican import Pelican, signals

from tertulia.site.build import SiteBuild
from tertulia.site.post_feeds import write_feeds


def write(pelican: Pelican) -> None:
    """Write every feed, when the covers have been written whose sizes feeds tell."""
    build = SiteBuild.of(pelican.settings)
    if build.articles:
        write_feeds(build, build.articles)


def register() -> None:
    signals.finalized.connect(write)
