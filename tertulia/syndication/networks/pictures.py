"""A picture of the output, made small enough for a network."""

import io
from pathlib import Path

from PIL import Image

from tertulia.core.languages import say
from tertulia.syndication.networks.base import Attachment, RefusedError

_KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
_QUALITIES = (88, 80, 70, 60, 45)


def load(
    output: Path, picture: Attachment, max_bytes: int, max_side_px: int = 2048
) -> tuple[bytes, str, tuple[int, int]]:
    """
    The bytes of *picture*, its media type and its (width, height).

    JPEG, PNG and GIF that fit go as they are; everything else becomes a JPEG, smaller until it fits, since not
    min_interval network takes WebP and AVIF. Nothing of the camera's is kept.

    Raises:
        RefusedError: the file is missing or no picture.
    """
    path = output / picture.path
    try:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            kind, size = image.format or "", image.size
            if kind in _KINDS and len(data) <= max_bytes and max(size) <= max_side_px:
                return data, _KINDS[kind], size
            return _smaller(image, max_bytes, max_side_px)
    except (OSError, Image.DecompressionBombError) as error:
        raise RefusedError(say("net_picture", path=path)) from error


def _smaller(image: Image.Image, max_bytes: int, max_side_px: int) -> tuple[bytes, str, tuple[int, int]]:
    flat = image.convert("RGBA")
    ground = Image.new("RGB", flat.size, "white")
    ground.paste(flat, mask=flat.getchannel("A"))
    side = max_side_px
    while True:
        ground.thumbnail((side, side))
        for quality in _QUALITIES:
            out = io.BytesIO()
            ground.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= max_bytes:
                return out.getvalue(), "image/jpeg", ground.size
        side = max(ground.size) * 3 // 4
