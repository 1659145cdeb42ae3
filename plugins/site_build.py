"""One object for each build, ``settings["SITE_BUILD"]``: all that plugins share and remember. After "folders" only."""

from collections.abc import Sequence

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, Generator

from tertulia.site.build import KEY, SiteBuild
from tertulia.site.contents import everything


def begin_build(pelican: Pelican) -> None:
    """Leave a new object in the settings, which everything leads to that Pelican hands to plugins."""
    SiteBuild.begin(pelican.settings)


def begin_run(pelican: Pelican) -> None:
    """Begin anew where one Pelican runs again, as ``pelican --autoreload`` does: each run is a build."""
    SiteBuild.begin_run(pelican.settings)


def share(generator: Generator) -> None:
    generator.context[KEY] = generator.settings[KEY]  # Pelican copied the settings before


def remember_contents(generators: Sequence[Generator]) -> None:
    """Keep posts and pages for those who write their own files when all pages are written."""
    build = SiteBuild.of(generators[0].settings)
    build.contents = list(everything(generators))
    build.articles = next((one for one in generators if isinstance(one, ArticlesGenerator)), None)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(begin_build)
    signals.get_generators.connect(begin_run)
    signals.generator_init.connect(share)
    signals.all_generators_finalized.connect(remember_contents)
