"""``output/posts.json``: what publishing and collecting read of this build. See ``tertulia/site/posts_json.py``."""

from pelican import Pelican, signals

from tertulia.content.posts import Post
from tertulia.site.build import SiteBuild
from tertulia.site.contents import listed
from tertulia.site.posts_json import write_posts
from tertulia.syndication.summary import said_for


def wants_thread(post: Post, network: str) -> bool:
    return said_for(post, network)[1]


def write(pelican: Pelican) -> None:
    """Write the file, beside the pages that it describes."""
    build = SiteBuild.of(pelican.settings)
    write_posts(build, listed(build.articles) if build.articles else [], wants_thread)


def register() -> None:
    signals.finalized.connect(write)
