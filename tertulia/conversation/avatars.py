"""Portraits of who spoke: a small copy of our own, so that no reader's browser asks another host.

They lie in ``avatars`` beside the snapshots, named by a hash of where they came from: another address is another
picture, and the same one is fetched once.
"""

import hashlib
import logging
from collections.abc import Collection
from pathlib import Path

from tertulia.core.addresses import is_web_address
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetcher
from tertulia.core.files import write_whole
from tertulia.render.images import reencode

log = logging.getLogger(__name__)

FOLDER = "avatars"  # beside the snapshots
SIDE_PX = 96  # shown at 48, sharp on dense screens
MAX_BYTES = 3_000_000


def keep(url: str, snapshots: Path, web: Fetcher) -> str:
    """Return the file name of a small copy of the picture at *url*; "" when there is none to be had."""
    if not is_web_address(url):
        return ""
    name = f"{hashlib.sha256(url.encode()).hexdigest()[:20]}.webp"
    file = snapshots / FOLDER / name
    if file.exists():
        return name
    try:
        answer = web.get(url, accept=("image/",), max_bytes=MAX_BYTES, timeout_seconds=10.0)
    except FetchError as error:
        log.debug("no avatar: %s", error)
        return ""
    made = reencode(answer.body, SIDE_PX, kind="webp") if answer.ok else None
    if made is None or not made.data:
        return ""
    write_whole(file, made.data, durable=False)
    return name


def prune(snapshots: Path, used: Collection[str]) -> int:
    """Delete the pictures of nobody in *used*; how many."""
    loose = [file for file in sorted((snapshots / FOLDER).glob("*.webp")) if file.name not in used]
    for file in loose:
        file.unlink(missing_ok=True)
    return len(loose)
