"""Files that nobody reads are told: see ``tertulia/site/strays.py``."""

from pathlib import Path

from pelican import signals
from pelican.generators import StaticGenerator
from pelican.readers import Readers

from tertulia.site import problems, strays
from tertulia.site.build import SiteBuild


def forget_other_readers(readers: Readers) -> None:
    """Of Pelican's other formats, only those that ``READERS`` asks for are read."""
    for name in strays.OTHER_ENDINGS - (readers.settings.get("READERS") or {}).keys():
        readers.reader_classes.pop(name, None)


def tell(generator: StaticGenerator) -> None:
    """Tell of each; by now all that posts use has been asked for."""
    settings, build = generator.settings, SiteBuild.of(generator.settings)
    folders = dict.fromkeys([*settings["ARTICLE_PATHS"], *settings["PAGE_PATHS"]])
    read, used = generator.readers.extensions, build.pictures.used
    for problem in strays.problems(Path(settings["PATH"]), folders, read, used, settings["IGNORE_FILES"]):
        problems.report(problem)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.readers_init.connect(forget_other_readers)
    signals.static_generator_finalized.connect(tell)
