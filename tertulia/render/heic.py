"""HEIC, in which telephones keep photographs: libheif reads it, for pictures of the author's own.

Browsers and feed readers do not show it, so what is published is a JPEG (a PNG where it is transparent), as of any
photograph. The decoder is large and rare, so a stranger's HEIC is refused unread.
"""

from functools import cache

# Brands of still pictures coded by HEVC, and the common one: https://nokiatech.github.io/heif/technical.html
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def is_heic(data: bytes) -> bool:
    """Whether the head of *data* says that it is; an AVIF may say so too, by the brand that both share."""
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


@cache
def have_pillow_read_it() -> None:
    """Have Pillow know the format "HEIF": once a process, and only where there is such a file."""
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
