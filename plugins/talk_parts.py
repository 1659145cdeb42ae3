"""The older parts of long talks, each a page below its post: see ``tertulia/site/talk_parts.py``."""

from pelican import signals
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.writers import Writer

from tertulia.site.contents import everything


def write_parts(generator: ArticlesGenerator | PagesGenerator, writer: Writer) -> None:
    """Write a page for each part."""
    for post in everything([generator]):
        for part in post.talk_parts:
            writer.write_file(
                part.save_as, generator.get_template("talk"), generator.context, article=post, part=part,
                page_name=part.url, url=part.url, override_output=False,
            )  # fmt: skip


def register() -> None:
    """Connect to Pelican's signals."""
    signals.article_writer_finalized.connect(write_parts)
    signals.page_writer_finalized.connect(write_parts)
