"""Other people's posts, videos and pages, drawn from what ``capture`` kept of them.

A thin door: the Markdown extension that draws an address alone on its line, the one that sends readers of short and
rotten links where ``content/links.toml`` says, and the copying of the pictures that published pages use. A site without
embeds pays one string search a page.

Settings:
    EMBEDS_POLICY   what to do with an item that its author has deleted: "keep" (the default), "text" or "remove".
                    A post's own "Incrustados:" wins.
    EMBEDS_URL      where the pictures are published, under the site. Default "embeds".
"""

import filecmp
import logging
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from pelican import signals

from tertulia.core.errors import ContentError
from tertulia.embeds import draw
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.links import LinksExtension, LinkTable
from tertulia.embeds.markdown import POLICIES, EmbedsExtension

log = logging.getLogger(__name__)

# Where Pelican's generators keep what they will write.
KINDS = ("articles", "translations", "drafts", "drafts_translations", "hidden_articles", "pages", "hidden_pages")


def table(settings):
    """What is known of the links in posts, read once a build."""
    if "LINKS" not in settings:
        try:
            settings["LINKS"] = LinkTable.load(Path(settings["PATH"], "links.toml"))
        except ContentError as error:
            log.warning("%s", error)
            settings["LINKS"] = LinkTable()
    return settings["LINKS"]


def links_extension(settings):
    """The extension that sends readers where the table says; the reader adds it to Markdown."""
    return LinksExtension(table(settings))


def markdown_extension(settings):
    """The extension that the reader adds to Markdown."""
    return EmbedsExtension(
        CaptureStore(Path(settings["PATH"])),
        draw.Page(settings["DEFAULT_LANG"], pictures_url(settings), ZoneInfo(settings["TIMEZONE"])),
        policy=POLICIES[settings.get("EMBEDS_POLICY", "keep")],
        resolve=table(settings).target,
        own=settings.get("SITE_ADDRESS", ""),
    )


def pictures_url(settings):
    """Where a page finds the pictures: "/blog/embeds"."""
    return f"{settings['SITEURL']}/{settings.get('EMBEDS_URL', 'embeds')}"


def copy_pictures(generators):
    """Publish the pictures that pages use, and no others."""
    settings = generators[0].settings
    source = CaptureStore(Path(settings["PATH"])).path
    target = Path(settings["OUTPUT_PATH"], settings.get("EMBEDS_URL", "embeds"))
    for name in sorted(draw.published(written(generators), pictures_url(settings))):
        file = target / name
        if not file.exists() or not filecmp.cmp(source / name, file, shallow=False):
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, file)


def written(generators):
    """The HTML of everything that will be written."""
    for generator in generators:
        for kind in KINDS:
            for content in getattr(generator, kind, []):
                yield content._content or ""


def register():
    signals.all_generators_finalized.connect(copy_pictures)
