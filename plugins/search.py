"""Search in the browser: see ``tertulia/site/search.py``.

Must stand after the plugins that make pages: it waits for Pagefind, which is at work since the posts were read.
"""

from collections.abc import Sequence

from pelican import Pelican, signals
from pelican.generators import Generator

from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything
from tertulia.site.search import begin_index


def begin(generators: Sequence[Generator]) -> None:
    """Start Pagefind on all that is published."""
    build = SiteBuild.of(generators[0].settings)
    build.search = begin_index(everything(generators), build)


def finish(pelican: Pelican) -> None:
    """Wait for Pagefind."""
    build = SiteBuild.of(pelican.settings)
    if build.search:
        build.search.finish()


def register() -> None:
    signals.all_generators_finalized.connect(begin)
    signals.finalized.connect(finish)
