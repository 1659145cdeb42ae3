"""Every Markdown file is read by ``tertulia/site/reading.py``; Pelican gets what came of it in its own terms."""

from pelican import signals
from pelican.contents import Author, Category, Tag
from pelican.generators import ArticlesGenerator
from pelican.readers import BaseReader, HTMLReader, Readers, RstReader

from tertulia.site.build import SiteBuild
from tertulia.site.contents import attributes, fill_defaults
from tertulia.site.taxonomy import with_slug


class MarkdownReader(BaseReader):  # type: ignore[misc]  # Pelican has no types
    # As every system writes them: Windows is fond of capitals.
    file_extensions = tuple(
        written
        for name in ("md", "markdown", "mkd", "mkdn", "mdown", "mdwn", "mdtxt", "mdtext")
        for written in (name, name.upper(), name.capitalize())
    )

    def read(self, source_path: str) -> tuple[str, dict[str, object]]:
        record = SiteBuild.of(self.settings).reading_of(source_path).record
        if record is None:
            return "", {"status": "skip"}
        values = attributes(record)
        for key, kind in (("tags", Tag), ("categories", Category), ("authors", Author)):
            values[key] = [with_slug(kind(name, self.settings)) for name in values[key]]
        return record.content, values | {"category": values["categories"][0], "author": values["authors"][0]}


def add_reader(readers: Readers) -> None:
    """Read all Markdown, and of Pelican's other formats those that ``READERS`` asks for: they know nothing of ours."""
    asked = readers.settings.get("READERS") or {}
    for name in (*RstReader.file_extensions, *HTMLReader.file_extensions):
        if name not in asked and readers.reader_classes.get(name) in (RstReader, HTMLReader):
            del readers.reader_classes[name]
    readers.reader_classes |= dict.fromkeys(MarkdownReader.file_extensions, MarkdownReader)


def read_ahead(generator: ArticlesGenerator) -> None:
    paths, exclude = (generator.settings[key] for key in ("ARTICLE_PATHS", "ARTICLE_EXCLUDES"))
    names = generator.get_files(paths, exclude, MarkdownReader.file_extensions)
    SiteBuild.of(generator.settings).read_ahead(generator.path, names)


def register() -> None:
    signals.readers_init.connect(add_reader)
    signals.article_generator_init.connect(read_ahead)
    signals.content_object_init.connect(fill_defaults)
