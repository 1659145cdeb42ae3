"""Every Markdown file is read by ``tertulia/site/reading.py``; Pelican gets what came of it in its own terms."""

from pelican import signals
from pelican.contents import Author, Category, Tag
from pelican.generators import Generator, PagesGenerator
from pelican.readers import BaseReader, Readers

from tertulia.site.build import SiteBuild
from tertulia.site.contents import attributes
from tertulia.site.strays import ENDINGS
from tertulia.site.taxonomy import labelled


class MarkdownReader(BaseReader):  # type: ignore[misc]  # Pelican has no types
    file_extensions = ENDINGS

    def read(self, source_path: str) -> tuple[str, dict[str, object]]:
        build = SiteBuild.of(self.settings)
        if not (record := build.reading_of(source_path).record):
            return "", {"status": "skip"}
        make = {"tags": Tag, "categories": Category, "authors": Author}
        known = {} if build.others_plugins else build.labels  # those may say something of the one of a post
        return build.texts[source_path].html, labelled(attributes(record), make, self.settings, known)


def add_reader(readers: Readers) -> None:
    readers.reader_classes |= dict.fromkeys(MarkdownReader.file_extensions, MarkdownReader)


def read_ahead(generator: Generator) -> None:
    kind = "PAGE" if isinstance(generator, PagesGenerator) else "ARTICLE"
    SiteBuild.of(generator.settings).read_ahead(kind, generator.path, generator.get_files, generator.env)


def register() -> None:
    signals.readers_init.connect(add_reader)
    signals.article_generator_init.connect(read_ahead)
    signals.page_generator_init.connect(read_ahead)
    signals.content_object_init.connect(SiteBuild.complete)
