"""Files that nobody reads are told: see ``tertulia/site/strays.py``."""

from pathlib import Path

from pelican import signals
from pelican.generators import StaticGenerator

from tertulia.site import problems, strays
from tertulia.site.build import SiteBuild


def tell(generator: StaticGenerator) -> None:
    """Tell of each; by now all that posts use has been asked for."""
    settings, build = generator.settings, SiteBuild.of(generator.settings)
    folders = dict.fromkeys([*settings["ARTICLE_PATHS"], *settings["PAGE_PATHS"]])
    read, used = generator.readers.extensions, build.pictures.used
    for problem in strays.problems(Path(settings["PATH"]), folders, read, used, settings["IGNORE_FILES"]):
        problems.report(problem)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.static_generator_finalized.connect(tell)
