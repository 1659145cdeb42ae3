"""The mistakes that only show when all files are known: see ``tertulia/site/problems.py``."""

from pathlib import Path

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, Generator, PelicanTemplateNotFound, StaticGenerator

from tertulia.site import problems, strays
from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything, posts


def skip_link_loops(pelican: Pelican) -> None:
    """Leave out folders that are links to a folder above them: Pelican would walk them for ever."""
    settings = pelican.settings
    loops = list(problems.link_loops(Path(settings["PATH"])))
    for key in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
        settings[key] = [*settings[key], *loops]


def tell_strays(generator: StaticGenerator) -> None:
    """Tell of files that nobody reads; by now all that posts use has been asked for."""
    settings, build = generator.settings, SiteBuild.of(generator.settings)
    folders = dict.fromkeys([*settings["ARTICLE_PATHS"], *settings["PAGE_PATHS"]])
    read, used = generator.readers.extensions, build.pictures.used
    for problem in strays.problems(Path(settings["PATH"]), folders, read, used, settings["IGNORE_FILES"]):
        problems.report(problem)


def use_known_templates(generator: Generator) -> None:
    """Give the usual template to what asks for one that is not there."""
    for content in everything([generator]):
        try:
            generator.get_template(content.template)
        except (PelicanTemplateNotFound, OSError, ValueError):
            problems.report_line(content, "template", "no_template", name=content.template)
            content.template = content.default_template


def tell_same_ids(generator: ArticlesGenerator) -> None:
    problems.same_ids(posts(generator))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(skip_link_loops)
    signals.article_generator_pretaxonomy.connect(tell_same_ids)
    signals.article_generator_finalized.connect(use_known_templates)
    signals.page_generator_finalized.connect(use_known_templates)
    signals.static_generator_finalized.connect(tell_strays)
