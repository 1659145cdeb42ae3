"""The mistakes that only show when all files are known: see ``tertulia/site/problems.py``."""

from pathlib import Path

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, Generator, PelicanTemplateNotFound

from tertulia.site import problems
from tertulia.site.contents import everything, posts


def look_at_links(pelican: Pelican) -> None:
    """Leave out links that lead out of the folder, and those to a folder above: Pelican would walk them for ever."""
    settings = pelican.settings
    content = Path(settings["PATH"])
    loops = [*problems.links_out(content), *problems.link_loops(content)]
    for key in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
        settings[key] = [*settings[key], *loops]


def use_known_templates(generator: Generator) -> None:
    problems.use_known_templates(everything([generator]), generator.get_template, PelicanTemplateNotFound)


def leave_links_out(generator: Generator) -> None:
    generator._include_path = problems.inside_only(generator._include_path, Path(generator.path))


def count_without_ids(generator: ArticlesGenerator) -> None:
    problems.without_ids(posts(generator))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(look_at_links)
    signals.generator_init.connect(leave_links_out)
    signals.article_generator_pretaxonomy.connect(count_without_ids)
    signals.article_generator_finalized.connect(use_known_templates)
    signals.page_generator_finalized.connect(use_known_templates)
