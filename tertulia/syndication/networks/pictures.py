"""A picture of the output, made small enough for a network."""

from pathlib import Path

from tertulia.core.languages import say
from tertulia.syndication.networks.base import Attachment, RefusedError

# Enough to know that a picture can be decoded.
TRIAL_BYTES, TRIAL_SIDE_PX = 1_000_000, 64

_KINDS = {"jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif"}


def load(
    output: Path, picture: Attachment, *, max_bytes: int, max_side_px: int = 2048
) -> tuple[bytes, str, tuple[int, int]]:
    """
    Return the bytes of *picture*, its media type and its (width, height).

    JPEG, PNG and GIF that fit go as they are, since the build wrote them from their pixels; everything else becomes a
    JPEG, smaller until it fits: not every network takes WebP and AVIF.

    Raises:
        RefusedError: the file is missing or no picture.
    """
    from tertulia.render.images import jpeg_within, look
    from tertulia.render.picture_facts import PictureError  # Pillow: only who sends something waits for it

    path = output / picture.path
    try:
        data = path.read_bytes()
        facts = look(data)
    except (OSError, PictureError) as error:
        raise RefusedError(say("net_picture", path=path)) from error
    size = facts.width_px, facts.height_px
    if facts.kind in _KINDS and len(data) <= max_bytes and max(size) <= max_side_px:
        return data, _KINDS[facts.kind], size
    made = jpeg_within(data, max_bytes, max_side_px)
    if not made.data:
        raise RefusedError(say("net_picture", path=path))
    return made.data, _KINDS["jpeg"], (made.width_px, made.height_px)


def is_usable(output: Path, picture: Attachment) -> bool:
    """Whether *picture* is there and can be decoded to its end: whatever a network wants, it can be made of it."""
    try:
        data = (output / picture.path).read_bytes()
    except OSError:
        return False
    from tertulia.render.images import jpeg_within

    return bool(jpeg_within(data, TRIAL_BYTES, TRIAL_SIDE_PX).data)
