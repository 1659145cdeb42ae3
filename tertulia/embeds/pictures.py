"""Strangers' pictures, written anew by ``render.images.reencode`` and given a name of ours."""

import hashlib

from tertulia.embeds.types import Image
from tertulia.render.images import STRANGE_WIDTH_PX, reencode

WIDTH_PX = STRANGE_WIDTH_PX
AVATAR_PX = 96


def encode(data: bytes, *, name: str, alt: str = "", width_px: int = WIDTH_PX) -> tuple[Image, bytes] | None:
    """
    *data* as WebP: pixels and nothing else.

    Args:
        name: The item's file stem; the picture's name begins with it.
        width_px: Widest it may become; its height may be twice that.

    Returns:
        The picture's description and its bytes, an animation's marked as a film's first picture; None when it is no
        picture, or one made to do harm.
    """
    made = reencode(data, width_px, width_px * 2, kind="webp")
    if not made.data:
        return None
    file = f"{name}-{hashlib.sha256(made.data).hexdigest()[:12]}{made.suffix}"
    return Image(file=file, width_px=made.width_px, height_px=made.height_px, alt=alt, video=made.moving), made.data
