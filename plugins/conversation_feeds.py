"""The conversation as feeds, for each post and the site: see ``tertulia/site/conversation_feeds.py``."""

from pelican import Pelican, signals

from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed
from tertulia.site.conversation_feeds import write_conversation_feeds


def write(pelican: Pelican) -> None:
    """Write the feed of each post that has a conversation, and the site's."""
    build = SiteBuild.of(pelican.settings)
    if build.articles:
        write_conversation_feeds(build, listed(build.articles))


def register() -> None:
    signals.finalized.connect(write)
