"""The blog's own looks, from ``content/theme/`` and ``COLORS``: see ``tertulia/site/looks.py``.

Settings:
    COLORS   the theme's colours that the blog changes, each a pair for light and dark. Default: none.
"""

from pelican import Pelican, signals
from pelican.generators import Generator

from tertulia.site import looks
from tertulia.site.build import SiteBuild
from tertulia.site.problems import report


def check_templates(generator: Generator) -> None:
    """Tell, once, of the blogger's templates that cannot be read: each of Pelican's generators would find them."""
    told = SiteBuild.of(generator.settings).told
    for problem in looks.check_templates(generator.env, generator.settings):
        if problem.path not in told:
            told[problem.path] = [problem.what]
            report(problem)


def publish(pelican: Pelican) -> None:
    """Put styles, icons and manifest into the output, over the theme's."""
    build = SiteBuild.of(pelican.settings)
    looks.publish(build.looks, build.output, pelican.settings["THEME_STATIC_DIR"])


def register() -> None:
    """Connect to Pelican's signals."""
    signals.generator_init.connect(check_templates)
    signals.finalized.connect(publish)
