"""Atom, RSS and JSON Feed for the site and its sections: see ``tertulia/site/post_feeds.py``."""

from pelican import Pelican, signals

from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed
from tertulia.site.post_feeds import write_feeds


def write(pelican: Pelican) -> None:
    """Write every feed, when the covers have been written whose sizes feeds tell; else pictures may take their time."""
    build = SiteBuild.of(pelican.settings)
    if build.articles:
        if any(post.cover for post in listed(build.articles)):
            build.publish_pictures()
        write_feeds(build, build.articles)


def register() -> None:
    signals.finalized.connect(write)
