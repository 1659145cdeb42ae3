"""The templates get the words, dates and addresses that they ask for: see ``tertulia/site/templates.py``."""

from pelican import Pelican, signals
from pelican.generators import Generator

from tertulia.site import reads, templates
from tertulia.site.build import SiteBuild


def equip_templates(generator: Generator) -> None:
    """Give the templates their functions, and what every one of them may ask for."""
    build, settings = SiteBuild.of(generator.settings), generator.settings
    theme = build.theme
    theme.know(generator.env)
    settings["DIRECT_TEMPLATES"] = [name for name in settings["DIRECT_TEMPLATES"] if theme.has(name)]
    whole = theme.is_ours and build.reads is None
    templates.equip(generator.env, settings, escape=theme.is_ours, whole=whole)
    reads.watch(generator.env, build.reads)
    build.environments.append(generator.env)
    generator.context |= theme.context(settings)
    for name, value in templates.common_context(settings).items():
        generator.context.setdefault(name, value)


def show_patterns(pelican: Pelican) -> None:
    """In a preview, write the page that shows every element once: ``patrones/``."""
    if pelican.settings["SHOW_UNPUBLISHED"]:
        pelican.settings["DIRECT_TEMPLATES"] = [*pelican.settings["DIRECT_TEMPLATES"], "patterns"]


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(show_patterns)
    signals.generator_init.connect(equip_templates)
