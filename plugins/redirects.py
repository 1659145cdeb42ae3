"""Old addresses that lead on: see ``tertulia/site/redirects.py``."""

from collections.abc import Sequence

from pelican import Pelican, signals
from pelican.generators import Generator

from tertulia.site import redirects
from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything
from tertulia.site.problems import same_ids_of_pages


def tell_same_ids(generators: Sequence[Generator]) -> None:
    same_ids_of_pages(everything(generators))


def write_redirects(pelican: Pelican) -> None:
    """Write a page for each alias, when all pages are written."""
    build = SiteBuild.of(pelican.settings)
    redirects.write_redirects(build, build.contents)


def register() -> None:
    signals.all_generators_finalized.connect(tell_same_ids)
    signals.finalized.connect(write_redirects)
