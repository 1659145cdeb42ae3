"""The file that proves to search engines who may tell them of changes: ``KEY.txt`` at the root of the site.

``publish`` tells them, by IndexNow (https://www.indexnow.org/documentation); the key is public by design.

Settings:
    INDEXNOW_KEY   8 to 128 letters and digits of the owner's choice; no file without.
"""

import logging
import re
from pathlib import Path

from pelican import Pelican, signals

from tertulia.core.languages import say

log = logging.getLogger(__name__)


def write_key(pelican: Pelican) -> None:
    """Leave the key where search engines look for it."""
    key = pelican.settings.get("INDEXNOW_KEY", "")
    if key and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", key):
        log.warning("%s", say("indexnow_key"))
    elif key:
        Path(pelican.settings["OUTPUT_PATH"], f"{key}.txt").write_text(key, "ascii")


def register() -> None:
    signals.finalized.connect(write_key)
