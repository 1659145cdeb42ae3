"""The mistakes that only show when all files are known: see ``tertulia/site/problems.py``."""

from pathlib import Path

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, Generator, PelicanTemplateNotFound

from tertulia.site import problems
from tertulia.site.contents import everything, posts


def skip_link_loops(pelican: Pelican) -> None:
    """Leave out folders that are links to a folder above them: Pelican would walk them for ever."""
    settings = pelican.settings
    loops = list(problems.link_loops(Path(settings["PATH"])))
    for key in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
        settings[key] = [*settings[key], *loops]


def use_known_templates(generator: Generator) -> None:
    problems.use_known_templates(everything([generator]), generator.get_template, PelicanTemplateNotFound)


def tell_same_ids(generator: ArticlesGenerator) -> None:
    problems.same_ids(posts(generator))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(skip_link_loops)
    signals.article_generator_pretaxonomy.connect(tell_same_ids)
    signals.article_generator_finalized.connect(use_known_templates)
    signals.page_generator_finalized.connect(use_known_templates)
