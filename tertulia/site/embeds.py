"""Pictures of embeds: published when a page shows them.

Settings:
    EMBEDS_URL   where they are published, under the site. Default "embeds".
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tertulia.core.errors import ContentError
from tertulia.core.files import is_inside, link_same, write_if_changed
from tertulia.embeds import draw
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.link_table import LinkTable

log = logging.getLogger(__name__)


def load_links(content: Path) -> LinkTable:
    """Return what is known of the links in posts; a table that cannot be read is told and counts as empty."""
    try:
        return LinkTable.load(content / "links.toml")
    except ContentError as error:
        log.warning("%s", error)
        return LinkTable()


def pictures_url(settings: Mapping[str, Any]) -> str:
    """Where a page finds the pictures: "/blog/embeds"."""
    return f"{settings['SITEURL']}/{settings.get('EMBEDS_URL', 'embeds')}"


def publish_pictures(pages: Iterable[str], settings: Mapping[str, Any]) -> None:
    """Publish the pictures that *pages*, HTML, show, and no others."""
    source = CaptureStore(Path(settings["PATH"])).path
    folder = settings.get("EMBEDS_URL", "embeds")
    target = Path(settings["OUTPUT_PATH"], folder)
    before = Path(settings["KEPT_OUTPUT"], folder) if settings.get("KEPT_OUTPUT") else None
    for name in sorted(draw.published(pages, pictures_url(settings))):
        file = target / name
        if not is_inside(source / name, Path(settings["PATH"])):
            continue
        data = (source / name).read_bytes()
        if file.exists() or not (before and link_same(before / name, file, data)):
            write_if_changed(file, data, durable=False)
