"""Strangers' pictures: decoded, made smaller, written anew as WebP under a name of ours.

What comes out holds pixels and nothing else: no camera data, no colour profile, no bytes of the original file. A
picture that claims more pixels than any screen shows is refused before it is decoded.
"""

import hashlib
import io

from PIL import Image as Pillow
from PIL import ImageOps

from tertulia.embeds.types import Image

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MAX_PIXELS = 50_000_000
WIDTH_PX = 1200  # twice the measure of the text, for sharp screens
AVATAR_PX = 96


def encode(data: bytes, *, name: str, alt: str = "", width_px: int = WIDTH_PX) -> tuple[Image, bytes] | None:
    """
    Decode *data* and encode it as WebP.

    Args:
        name: The item's file stem; the picture's name begins with it.
        width_px: Widest it may become; its height may be twice that.

    Returns:
        The picture's description and its bytes; None when it is no picture, or one made to do harm.
    """
    try:
        with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS or min(opened.size) < 1:
                return None
            opened.draft("RGB", (width_px, width_px * 2))
            picture = ImageOps.exif_transpose(opened)
            seen_through = "A" in picture.getbands() or "transparency" in picture.info
            picture = picture.convert("RGBA" if seen_through else "RGB")
            picture.thumbnail((width_px, width_px * 2))
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, Pillow.DecompressionBombError, ArithmeticError):
        return None
    out = io.BytesIO()
    # A fresh canvas: thumbnails keep the info dictionary of the file they came from.
    clean = Pillow.new(picture.mode, picture.size)
    clean.paste(picture)
    clean.save(out, "WEBP", quality=80, method=4)
    encoded = out.getvalue()
    file = f"{name}-{hashlib.sha256(encoded).hexdigest()[:12]}.webp"
    return Image(file=file, width_px=clean.width, height_px=clean.height, alt=alt), encoded
