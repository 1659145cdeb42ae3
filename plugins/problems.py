"""The mistakes that only show when all files are known: see ``tertulia/site/problems.py``."""

from pathlib import Path

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator

from tertulia.site import problems
from tertulia.site.contents import POST_LISTS, posts


def skip_link_loops(pelican: Pelican) -> None:
    """Leave out folders that are links to a folder above them: Pelican would walk them for ever."""
    settings = pelican.settings
    loops = list(problems.link_loops(Path(settings["PATH"])))
    for key in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
        settings[key] = [*settings[key], *loops]


def drop_same_addresses(generator: ArticlesGenerator) -> None:
    """Keep one post for each address, the one whose file comes first."""
    dropped = {id(post) for post in problems.same_addresses(posts(generator))}
    for name in POST_LISTS:
        setattr(generator, name, [post for post in getattr(generator, name) if id(post) not in dropped])


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(skip_link_loops)
    signals.article_generator_pretaxonomy.connect(drop_same_addresses)
