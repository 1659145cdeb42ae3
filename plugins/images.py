"""Pictures: found for posts, made small and anonymous, and put into the output.

No other part copies pictures: one that Pelican would copy as it is (``STATIC_PATHS``) is replaced by its clean copy.
The reader asks here for its Markdown extension and for covers; an author's ``portrait`` is the photo in people.toml.

Settings:
    IMAGE_CACHE_PATH  where finished copies are kept from build to build. Default ``var/cache/images``.
    IMAGE_SIZES       the ``sizes`` attribute of pictures in the text, when a theme's column is of another width.
"""

import logging
from pathlib import Path

from pelican import signals

from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.render.images import PICTURE_SUFFIXES, ImageCache, PictureError
from tertulia.render.pictures import SIZES, PicturesExtension
from tertulia.render.resolver import ImageResolver, PictureNotFoundError

log = logging.getLogger(__name__)


def resolver(settings):
    """The pictures of this build."""
    if "IMAGES" not in settings:
        image_cache = ImageCache(Path(settings.get("IMAGE_CACHE_PATH") or "var/cache/images"))
        address = settings.get("SITE_ADDRESS", "")
        settings["IMAGES"] = ImageResolver(
            Path(settings["PATH"]), image_cache, siteurl=settings.get("SITEURL", ""), site_address=address
        )
    return settings["IMAGES"]


def markdown_extension(settings):
    """What understands pictures in posts."""
    return PicturesExtension(resolver(settings), sizes=settings.get("IMAGE_SIZES", SIZES))


def cover(meta, document, settings):
    """The cover that a post's metadata names, or None; what is wrong with it is left on *document*."""
    if not meta.cover:
        return None
    pictures, beside = resolver(settings), Path(settings["PATH"]) / document.path.removeprefix("content/")

    def report(what, fix):
        document.problems.append(Problem(document.path, meta.lines.get("cover", 1), what, fix))

    if pictures.is_elsewhere(meta.cover):
        report(say("picture_elsewhere", host=meta.cover), say("picture_elsewhere_fix"))
        return None
    try:
        picture = pictures.resolve(meta.cover, beside, meta.cover_alt)
    except (PictureNotFoundError, PictureError) as error:
        report(error.what, error.fix)
        return None
    if not meta.cover_alt:
        report(say("cover_no_alt", name=meta.cover), say("cover_no_alt_fix"))
    document.files.setdefault((str(pictures.find(meta.cover, beside)), "shown"), meta.lines.get("cover"))
    return picture


def order_pictures(content):
    """Ask for what a post shows; it may have been read by another process."""
    document = getattr(content, "source_text", None)
    if document and document.files:
        pictures = resolver(content.settings)
        for (path, use), line in document.files.items():
            pictures.request(Path(path), use, Path(content.source_path), line)


def add_portraits(generator):
    """Give every author the ``portrait`` that people.toml names, or None."""
    pictures, people = resolver(generator.settings), Path(generator.settings["PATH"]) / "people.toml"
    for author, _articles in generator.authors:
        person = getattr(author, "person", None)
        author.portrait = None
        if person and person.photo:
            try:
                author.portrait = pictures.resolve(person.photo, people, person.name)
                pictures.request(pictures.find(person.photo, people), "shown", people)
            except (PictureNotFoundError, PictureError) as error:
                log.warning("%s", Problem("content/people.toml", None, error.what, error.fix), extra={"hint": False})


def take_over_static_pictures(generator):
    """Keep Pelican from copying pictures as they are."""
    kept = []
    for file in generator.context["staticfiles"]:
        path = Path(file.source_path)
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            kept.append(file)
            continue
        try:
            resolver(generator.settings).keep_place(path, file.save_as)
        except PictureError as error:
            log.warning("%s", Problem(str(path), None, error.what, error.fix), extra={"hint": False})
    generator.staticfiles = generator.context["staticfiles"] = kept


def begin_pictures(generator):
    """Make what posts show, while all else goes on."""
    resolver(generator.settings).image_cache.begin()


def publish_pictures(pelican):
    """Put everything that posts use into the output, and tell of what could not be made."""
    settings = pelican.settings
    pictures, content = resolver(settings), Path(settings["PATH"])
    del settings["IMAGES"]  # the next build of this process looks again
    pictures.add_files()
    for path, line, error in pictures.publish(Path(settings["OUTPUT_PATH"])):
        shown = f"content/{path.relative_to(content).as_posix()}"
        log.warning("%s", Problem(shown, line, error.what, error.fix), extra={"hint": False})


def register():
    signals.content_object_init.connect(order_pictures)
    signals.article_generator_pretaxonomy.connect(begin_pictures)
    signals.article_generator_finalized.connect(add_portraits)
    signals.static_generator_finalized.connect(take_over_static_pictures)
    signals.finalized.connect(publish_pictures)
