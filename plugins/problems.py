"""The mistakes that only show when all files are known: see ``tertulia/site/problems.py``."""

from pathlib import Path

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, Generator, PelicanTemplateNotFound

from tertulia.content.folder import refuse_links_out
from tertulia.site import problems
from tertulia.site.contents import everything, posts


def look_at_links(pelican: Pelican) -> None:
    """Refuse links out of the folder; leave out those to a folder above, which Pelican would walk for ever."""
    settings = pelican.settings
    refuse_links_out(Path(settings["PATH"]))
    loops = list(problems.link_loops(Path(settings["PATH"])))
    for key in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
        settings[key] = [*settings[key], *loops]


def use_known_templates(generator: Generator) -> None:
    problems.use_known_templates(everything([generator]), generator.get_template, PelicanTemplateNotFound)


def tell_same_ids(generator: ArticlesGenerator) -> None:
    problems.same_ids(posts(generator))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(look_at_links)
    signals.article_generator_pretaxonomy.connect(tell_same_ids)
    signals.article_generator_finalized.connect(use_known_templates)
    signals.page_generator_finalized.connect(use_known_templates)
