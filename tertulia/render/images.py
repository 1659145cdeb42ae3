"""Pictures made ready to publish: turned upright, without camera data, in the sizes that screens need.

A photograph knows where it was taken, when, and with whose telephone. Nothing of that survives here: every published
file is written anew from the pixels alone, so there is no list of fields to strip that could miss one (EXIF, XMP,
IPTC, comments, thumbnails, maker notes). Colours are brought to sRGB, as the profile goes too.

What is published of one picture, see ``variants``:

- ``src``: one JPEG (PNG for drawings and for transparency) of at most 1600 px. Feed readers, mail and the networks'
  link previews read it; several of them still want no WebP.
- ``srcset``: WebP at 480, 720, 1080 and 1600 px, never enlarged, which every browser of today takes instead. A picture
  of 480 px or less needs none.
- An animation is one file, its frames as they were. A drawing (SVG) is one file, shapes only (see ``svg``).

Finished files are kept by ``image_cache``. Strangers' pictures go through ``reencode``, and what networks take of ours
through ``jpeg_within``: nothing else in the house decodes a picture.
"""

import hashlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image, ImageSequence

from tertulia.render import heic, svg
from tertulia.render.decoding import MAX_PIXELS, ON_ITS_SIDE, is_animated, kind_of, moves, opened, orientation, pixels
from tertulia.render.picture_facts import (
    MAX_STRANGE_BYTES,
    STRANGE_WIDTH_PX,
    SUFFIXES,
    Facts,
    PictureError,
    Variant,
    scaled,
    too_heavy,
)

# A drawing, and a stranger's picture.
MAX_SVG_BYTES = 5_000_000
MAX_STRANGE_PIXELS = 50_000_000  # the largest that telephones take

# Below 45 the blocks of a JPEG are seen by everybody; then rather a smaller picture.
_QUALITIES = (88, 80, 70, 60, 45)

# A PNG with more than this per pixel is a photograph that someone saved as PNG.
PHOTO_BYTES_PER_PIXEL = 1.0


class Reencoded(NamedTuple):
    """What became of a stranger's picture."""

    verdict: Literal["kept", "refused"]
    reason: str  # "" when kept, else a Reason
    data: bytes = b""
    suffix: str = ""  # ".jpg", ".png" or ".webp"
    width_px: int = 0
    height_px: int = 0
    moving: bool = False  # this is the first picture of an animation


def look(data: bytes, name: str = "", max_pixels: int = MAX_PIXELS) -> Facts:
    """
    Return what *data* is, from its head alone.

    Raises:
        PictureError: not a picture that we publish, or too large.
    """
    digest = hashlib.sha256(data).hexdigest()
    if svg.looks_like_svg(data):
        if len(data) > MAX_SVG_BYTES:
            raise too_heavy(name, len(data), MAX_SVG_BYTES)
        try:
            width_px, height_px = svg.size(data)
        except svg.UnsafeDrawingError as error:
            raise PictureError("unsafe", name) from error
        return Facts(digest, "svg", width_px, height_px, False, True, False)
    with opened(data, name, max_pixels) as image:
        return _facts(image, data, digest, moving=moves(image, kind_of(image), name))


def _facts(image: Image.Image, data: bytes, digest: str, *, moving: bool) -> Facts:
    kind = kind_of(image)
    width_px, height_px = image.size
    per_pixel = len(data) / (width_px * height_px)
    if orientation(image) in ON_ITS_SIDE:
        width_px, height_px = height_px, width_px
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    photo = kind in ("jpeg", "webp", "avif") or (kind == "png" and per_pixel > PHOTO_BYTES_PER_PIXEL)
    return Facts(digest, kind, width_px, height_px, moving, transparent, photo)


def render(data: bytes, wanted: Sequence[Variant], name: str = "") -> Iterator[bytes]:
    """
    Yield the bytes of each of *wanted*, in that order; the picture is decoded once.

    Raises:
        PictureError: the pixels cannot be decoded.
    """
    if svg.looks_like_svg(data):
        yield from (_drawing(data, name) for _ in wanted)
        return
    facts = look(data, name)
    if facts.moving:
        yield from (_animation(data, name) for _ in wanted)
        return
    image = pixels(data, max(v.width_px for v in wanted), name)
    for variant in wanted:
        size = (variant.width_px, variant.height_px)
        sized = image if image.size == size else _made_smaller(image, size)
        # Flat colours pack best as they are; made smaller they are soft, and pack as a photograph does.
        yield _encoded(sized, variant.kind, photo=facts.photo or variant.width_px != facts.width_px)


def clean(data: bytes, name: str = "") -> bytes:
    """
    Return the same picture at the same size and of the same kind, written anew from its pixels.

    Raises:
        PictureError: see ``look`` and ``render``.
    """
    facts = look(data, name)
    return next(render(data, [Variant(facts.width_px, facts.height_px, facts.kind)], name))


def reencode(
    data: bytes,
    width_px: int = STRANGE_WIDTH_PX,
    height_px: int = 0,
    *,
    kind: str = "",
    max_bytes: int = MAX_STRANGE_BYTES,
    max_pixels: int = MAX_STRANGE_PIXELS,
) -> Reencoded:
    """
    Return a stranger's picture written anew, or the reason why not.

    An animation becomes its first picture, and ``moving`` says so; drawings (SVG) are refused. Never raises.

    Args:
        width_px: The widest that may come back; smaller ones are not enlarged.
        height_px: The tallest; as much as the width when none is told.
        kind: "jpeg", "png" or "webp"; without one JPEG, and PNG where there is transparency.
        max_bytes: A larger file is refused unread.
        max_pixels: A picture with more is refused undecoded.
    """
    try:
        if len(data) > max_bytes:
            return Reencoded("refused", "heavy")
        if svg.looks_like_svg(data) or heic.is_heic(data):
            return Reencoded("refused", "unknown")
        # Only the first picture is ever decoded, so the others need no counting: a file may hold a million.
        with opened(data, "", max_pixels) as image:
            facts = _facts(image, data, "", moving=is_animated(image))
        smaller = min(1.0, width_px / facts.width_px, (height_px or width_px) / facts.height_px)
        variant = scaled(
            facts, max(1, round(facts.width_px * smaller)), kind or ("png" if facts.transparent else "jpeg")
        )
        image = pixels(data, variant.width_px, "")
        sized = _made_smaller(image, (variant.width_px, variant.height_px))
        made = _encoded(sized, variant.kind, photo=facts.photo or smaller < 1)
    except PictureError as error:
        return Reencoded("refused", error.reason)
    return Reencoded("kept", "", made, SUFFIXES[variant.kind], variant.width_px, variant.height_px, facts.moving)


def jpeg_within(data: bytes, max_bytes: int, max_side_px: int) -> Reencoded:
    """
    Return a picture of ours as a JPEG that fits, on white where it is transparent; smaller until it does. Never raises.

    Args:
        max_bytes: Of what comes back; a thousand are always enough for something.
        max_side_px: The longer side of what comes back.
    """
    try:
        facts = look(data)
        if facts.kind == "svg":
            return Reencoded("refused", "unknown")
        decoded = pixels(data, max_side_px, "").convert("RGBA")
    except PictureError as error:
        return Reencoded("refused", error.reason)
    ground = Image.new("RGB", decoded.size, "white")
    ground.paste(decoded, mask=decoded.getchannel("A"))
    side_px = max_side_px
    while side_px:
        ground.thumbnail((side_px, side_px))
        for quality in _QUALITIES:
            made = _jpeg(ground, quality)
            if len(made) <= max_bytes:
                return Reencoded("kept", "", made, SUFFIXES["jpeg"], *ground.size, facts.moving)
        side_px = max(ground.size) * 3 // 4
    return Reencoded("refused", "heavy")


def _made_smaller(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """*image* in *size*. Hamming, as sharp as bicubic for this, takes half the time of Lanczos (Pillow's handbook)."""
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _encoded(image: Image.Image, kind: str, *, photo: bool) -> bytes:
    if kind == "jpeg":
        return _jpeg(image.convert("RGB" if image.mode != "L" else "L"), 82)
    made = BytesIO()
    if kind == "png":
        image.save(made, "PNG", compress_level=7)
    elif kind == "webp":
        # Method 2 takes half the time of the usual 4 and gives files about 6 % larger.
        image.convert("RGBA" if image.mode == "RGBA" else "RGB").save(
            made, "WEBP", quality=80, method=2, lossless=not photo
        )
    elif kind == "gif":
        image.save(made, "GIF")
    else:
        image.save(made, "AVIF", quality=70, speed=8)
    return made.getvalue()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    made = BytesIO()
    image.save(made, "JPEG", quality=quality, progressive=True, optimize=True)
    return made.getvalue()


def _drawing(data: bytes, name: str) -> bytes:
    try:
        return svg.clean(data, _embedded)
    except svg.UnsafeDrawingError as error:
        raise PictureError("unsafe", name) from error


def _embedded(data: bytes) -> bytes:
    """Return a photograph inside a drawing."""
    try:
        return clean(data) if not svg.looks_like_svg(data) else b""
    except PictureError as error:
        raise ValueError(error.reason) from error


def _animation(data: bytes, name: str) -> bytes:
    """Return the frames, their times and how often they repeat; nothing else."""
    made = BytesIO()
    with opened(data, name) as image:
        try:
            times = []
            for frame in ImageSequence.Iterator(image):
                frame.load()  # a WebP knows the time of a frame only then
                times.append(frame.info.get("duration", 100))
            image.seek(0)
            options = {"loop": image.info["loop"]} if "loop" in image.info else {}  # a GIF without one plays once
            nothing = {"exif": b"", "xmp": b"", "icc_profile": None, "comment": b""}
            image.save(made, image.format, save_all=True, duration=times, **options, **nothing)
        except Exception as error:  # as in opened
            raise PictureError("damaged", name) from error
    return made.getvalue()
