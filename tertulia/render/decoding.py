"""Pictures as they come: opened by the few decoders that we trust, their limits, and their pixels upright and in sRGB.

Everything that is wrong with a picture is a ``PictureError``, whatever a decoder raised.
"""

import warnings
from io import BytesIO

from PIL import AvifImagePlugin, Image, ImageCms, WebPImagePlugin  # noqa: F401 (see FORMATS)

from tertulia.render import heic
from tertulia.render.picture_facts import PictureError

# An author's own: above what telephones write, below what would fill the memory of a small machine.
MAX_PIXELS = 89_478_485  # Pillow's own limit, a quarter of a gigabyte as RGB
MAX_MOVING_PIXELS = 400_000_000  # width × height × frames
# A progressive JPEG of a few kilobytes may ask for thousands of passes over all its pixels; cameras use about ten.
# https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf
MAX_SCANS = 60

MAX_JPEG_SIDE_PX = 65535

# Only these decoders are ever asked: the rarer a decoder, the less it has been attacked by people who mean well. Those
# that Pillow does not load by itself are loaded above: asked for one that it has not, it would load all of its forty.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF")
MOVING_FORMATS = ("png", "gif", "webp")

# https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E tag 0x0112: how the camera was held
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = (5, 6, 7, 8)

# What Pillow would say in English on standard error of bombs and broken camera data, we say or need not be said.
warnings.filterwarnings("ignore", module=r"PIL\.")


def opened(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Return the picture with its head read and nothing decoded."""
    formats: tuple[str, ...] = FORMATS
    try:
        if heic.is_heic(data):
            heic.have_pillow_read_it()
            formats = (*FORMATS, "HEIF")
        image = Image.open(BytesIO(data), formats=formats)
    except Image.DecompressionBombError as error:
        raise PictureError("large", name, width="?", height="?") from error
    except (
        Exception
    ) as error:  # decoders raise whatever a broken file makes them: ValueError, struct.error, IndexError…
        broken = data.startswith(_BEGINNINGS) or heic.is_heic(data)
        raise PictureError("damaged" if broken else "unknown", name) from error
    if image.width * image.height > max_pixels or max(image.size) > MAX_JPEG_SIDE_PX:
        raise PictureError("large", name, width=image.width, height=image.height)
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError("damaged", name)
    return image


def kind_of(image: Image.Image) -> str:
    # Telephones write a second picture (depth, brightness) after the JPEG; Pillow calls both together MPO.
    return "jpeg" if image.format in ("MPO", "HEIF") else str(image.format).lower()


def is_animated(image: Image.Image) -> bool:
    try:
        return kind_of(image) != "jpeg" and bool(getattr(image, "is_animated", False))
    except Exception:  # as in opened; the first picture may be good
        return False


def moves(image: Image.Image, kind: str, name: str) -> bool:
    if kind not in MOVING_FORMATS:
        return False
    try:
        frames = int(getattr(image, "n_frames", 1))
    except Exception as error:  # as in opened
        raise PictureError("damaged", name) from error
    if frames * image.width * image.height > MAX_MOVING_PIXELS:
        raise PictureError("large", name, width=image.width, height=f"{image.height} × {frames}")
    return frames > 1


def orientation(image: Image.Image) -> int:
    """How the camera was held, 1 when it does not say."""
    # A PNG may say so after its pixels; asking would decode them all, and no camera writes such a file.
    if image.format == "PNG" and not {"exif", "xmp", "XML:com.adobe.xmp"} & image.info.keys():
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken camera data is no camera data
        return 1


def pixels(data: bytes, width_px: int, name: str) -> Image.Image:
    """
    Return the first picture in *data*, upright, in sRGB, at least *width_px* wide where it has that many; no metadata.
    """
    with opened(data, name) as image:
        turn = orientation(image)
        if image.format in ("JPEG", "MPO"):
            # The decoder halves while it decodes: four times faster from twelve megapixels to one.
            shown_px = image.height if turn in ON_ITS_SIDE else image.width
            scale = min(1.0, 2 * width_px / shown_px)
            image.draft(None, (int(image.width * scale), int(image.height * scale)))
        try:
            image.load()
            shown = _to_srgb(_plain(image), image.info.get("icc_profile"))
            shown = shown.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else shown
        except PictureError:
            raise
        except Exception as error:  # as in opened; here it is mostly a file that was cut short
            raise PictureError("damaged", name) from error
    shown.info = {}
    return shown


def _plain(image: Image.Image) -> Image.Image:
    """*image* in one of the modes L, RGB, RGBA, CMYK."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel: Pillow's own conversion would cut, not scale
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("L", "RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image
    if image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """*image* in the colours that every screen assumes, mode L, RGB or RGBA."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    if profile and b"sRGB" not in profile[:512] and image.mode != "L":
        try:
            colours = image.convert("RGB") if alpha else image
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted if converted is not None else image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # a broken profile: the colours as they are
            pass
    if alpha:
        image = image.convert("RGB")
        image.putalpha(alpha)
        return image
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
