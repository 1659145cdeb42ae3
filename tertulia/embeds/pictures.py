"""Strangers' pictures, written anew by ``render.images.reencode`` and given a name of ours."""

import hashlib

from tertulia.embeds.types import Image
from tertulia.render.picture_facts import MAX_WEBP_SIDE_PX, STRANGE_WIDTH_PX

WIDTH_PX = STRANGE_WIDTH_PX
AVATAR_PX = 96
# A screenshot of a long conversation is a hand wide and as high as a door: its width is what makes it readable.
TALLEST = 12


def encode(data: bytes, *, name: str, alt: str = "", width_px: int = WIDTH_PX) -> tuple[Image, bytes] | None:
    """
    Return *data* as WebP: pixels and nothing else.

    Args:
        name: The item's file stem; the picture's name begins with it.
        width_px: Widest it may become; its height may be ``TALLEST`` times that.

    Returns:
        The picture's description and its bytes, an animation's marked as a film's first picture; None when it is no
        picture, or one made to do harm.
    """
    from tertulia.render.images import reencode  # Pillow: whoever draws what was captured needs none

    made = reencode(data, width_px, min(width_px * TALLEST, MAX_WEBP_SIDE_PX), kind="webp")
    if not made.data:
        return None
    file = f"{name}-{hashlib.sha256(made.data).hexdigest()[:12]}{made.suffix}"
    return Image(file=file, width_px=made.width_px, height_px=made.height_px, alt=alt, video=made.moving), made.data
