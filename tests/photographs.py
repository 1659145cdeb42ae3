"""Pictures as telephones, printers and programs write them, with their camera data."""

import struct
from io import BytesIO

from PIL import Image, PngImagePlugin

MARKER = "Calle-Mayor-7"  # stands in every kind of metadata of the pictures made here
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><p>{MARKER}</p></x:xmpmeta>'.encode()


def photo(width_px=640, height_px=480, mode="RGB") -> Image.Image:
    """A picture whose four quarters differ: red, green, blue and grey, from the top left on."""
    picture = Image.new("RGB", (width_px, height_px), "grey")
    half = (width_px // 2, height_px // 2)
    picture.paste("red", (0, 0, *half))
    picture.paste("green", (half[0], 0, width_px, half[1]))
    picture.paste("blue", (0, half[1], half[0], height_px))
    return picture.convert(mode)


def camera(orientation=1) -> Image.Exif:
    """What a telephone writes: maker, owner, place, and how it was held."""
    exif = Image.Exif()
    exif[0x010F] = f"Camera {MARKER}"
    exif[0x0112] = orientation
    exif[0xA430] = f"Owner {MARKER}"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = MARKER
    return exif


def saved(picture: Image.Image, kind: str, orientation: int | None = 1, **options) -> bytes:
    """*picture* as a file with camera data in every place that the format has for it."""
    if orientation is not None:
        options["exif"] = camera(orientation).tobytes()
        if kind in ("JPEG", "WEBP", "AVIF"):
            options["xmp"] = XMP
        if kind == "JPEG":
            options["comment"] = MARKER.encode()
        if kind == "PNG":
            options["pnginfo"] = PngImagePlugin.PngInfo()
            options["pnginfo"].add_text("Author", MARKER)
            options["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    made = BytesIO()
    picture.save(made, kind, **options)
    data = made.getvalue()
    if kind == "JPEG" and orientation is not None:  # IPTC, which Pillow does not write
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", 18) + b"\x1c\x02\x69\0\x0d" + MARKER.encode()
        data = data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:]
    return data


def animation(kind="GIF", **options) -> bytes:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    made = BytesIO()
    frames[0].save(made, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=2, **options)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def heic(image: Image.Image) -> bytes:
    """*image* as a telephone keeps it."""
    import pillow_heif

    made = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = MARKER
    pillow_heif.from_pillow(image).save(made, quality=50, exif=exif.tobytes())
    return made.getvalue()
