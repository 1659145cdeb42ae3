"""Pages, which "writer" has begun, are waited for, and pictures: what stands after this may look at them."""

from pelican import Pelican, signals

from tertulia.edits import site_left
from tertulia.site.build import SiteBuild
from tertulia.site.post_feeds import write_feeds


def finish_pages(pelican: Pelican) -> None:
    build = SiteBuild.of(pelican.settings)
    site_left.begin(build)
    build.finish_pages()
    if build.lacks_pictures and build.articles:
        write_feeds(build, build.articles)  # as if all pictures were there they were written meanwhile


def register() -> None:
    signals.finalized.connect(finish_pages)
