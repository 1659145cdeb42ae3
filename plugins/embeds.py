"""Pictures of other people's posts, published with the pages that show them: see ``tertulia/site/embeds.py``."""

from collections.abc import Sequence

from pelican import signals
from pelican.generators import Generator

from tertulia.site.contents import everything
from tertulia.site.embeds import publish_pictures


def copy_pictures(generators: Sequence[Generator]) -> None:
    """Publish the pictures that pages use, and no others."""
    publish_pictures((content._content for content in everything(generators)), generators[0].settings)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.all_generators_finalized.connect(copy_pictures)
