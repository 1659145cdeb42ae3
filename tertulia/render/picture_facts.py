"""What is known of a picture without decoding it, and which files are published of it.

Apart from who decodes (``images``): most builds only ask what pictures are, and Pillow takes long to load.
"""

import hashlib
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from tertulia.core.errors import ContentError
from tertulia.core.languages import say

Reason = Literal["unreadable", "heavy", "large", "unknown", "damaged", "unsafe"]

WIDTHS_PX = (480, 720, 1080, 1600)  # most telephones are 360 to 412 px wide, and show two or three dots for each
FULL_WIDTH_PX = 2560  # what a link to a picture opens
# A smaller copy is worth its bytes only when it is clearly smaller than the next.
WORTH_IT = 0.85

MAX_WEBP_SIDE_PX = 16383
# An author's own, the most that is read; and a stranger's.
MAX_BYTES = 60_000_000
MAX_STRANGE_BYTES = 12_000_000
STRANGE_WIDTH_PX = 1200  # twice the measure of the text, for sharp screens
# Part of every published name: change it when the way of making files changes, and browsers fetch them again.
RECIPE = "2"
SUFFIXES = {"jpeg": ".jpg", "png": ".png", "gif": ".gif", "webp": ".webp", "avif": ".avif", "svg": ".svg"}
# What is a picture by its name, also those that we refuse: none of them is ever copied as it is.
_PICTURE_SUFFIXES = """
    .jpg .jpeg .jpe .jfif .png .apng .gif .webp .avif .svg .svgz .heic .heif .hif .tif .tiff .bmp .dng .jxl .jp2 .psd
    .raw .cr2 .cr3 .nef .arw .orf .rw2 .raf .mpo
"""
PICTURE_SUFFIXES = frozenset(_PICTURE_SUFFIXES.split())


class Facts(Struct, frozen=True):
    """What is known of a picture without decoding its pixels."""

    digest: str  # SHA-256 of the file
    kind: str  # a key of SUFFIXES: what it is, whatever its name says
    width_px: int  # as it is seen, the camera's turn applied
    height_px: int
    moving: bool  # an animation
    transparent: bool  # may have transparency
    photo: bool  # soft tones rather than flat colours

    def name(self, stem: str, variant: "Variant", *, main: bool) -> str:
        """
        Return the published file name: readable, and new whenever the picture is.

        ``plaza.3f9a1c02.jpg``, and for its other sizes ``plaza-480.3f9a1c02.webp``.
        """
        mark = hashlib.sha256(f"{self.digest}{RECIPE}".encode()).hexdigest()[:8]
        return f"{stem}{'' if main else f'-{variant.width_px}'}.{mark}{SUFFIXES[variant.kind]}"


class Variant(Struct, frozen=True):
    """One file made of a picture."""

    width_px: int
    height_px: int
    kind: str  # a key of SUFFIXES


class PictureError(ContentError):
    """A picture that cannot be published; ``what`` and ``fix`` are for the author, ``reason`` for the program."""

    def __init__(self, reason: Reason, name: str = "", **values: object) -> None:
        self.reason = reason
        self._said = (reason, name, values)
        self.what = say(f"picture_{reason}", name=name, **values)
        self.fix = say(f"picture_{reason}_fix", name=name)
        super().__init__(f"{name}: {self.what}; {self.fix}")

    def __reduce__(self) -> tuple[Callable[..., "PictureError"], tuple[object, ...]]:
        return _said_again, self._said  # so that it can come from another process


def _said_again(reason: Reason, name: str, values: dict[str, object]) -> PictureError:
    return PictureError(reason, name, **values)


def too_heavy(name: str, size_bytes: int, limit_bytes: int) -> PictureError:
    """Return the error of a file that is larger than we read."""
    return PictureError("heavy", name, size=f"{size_bytes / 1e6:.1f}", limit=f"{limit_bytes / 1e6:.0f}")


def variants(facts: Facts) -> tuple[Variant, ...]:
    """
    Return the files to publish of a picture: first the one for ``src``, then those for ``srcset``, narrowest first.
    """
    if facts.kind == "svg" or facts.moving:
        return (Variant(facts.width_px, facts.height_px, facts.kind),)
    main = scaled(facts, min(facts.width_px, WIDTHS_PX[-1]), _safe_kind(facts))
    if main.width_px <= WIDTHS_PX[0]:  # small enough for every screen
        return (main,)
    widths = [w for w in WIDTHS_PX if w <= main.width_px * WORTH_IT] + [main.width_px]
    webp = [scaled(facts, width_px, "webp") for width_px in widths]
    return (main, *(v for v in webp if v.height_px <= MAX_WEBP_SIDE_PX))


def full(facts: Facts) -> Variant:
    """Return the file that a link to the picture opens: large, in the kind that everything reads."""
    if facts.kind == "svg" or facts.moving:
        return Variant(facts.width_px, facts.height_px, facts.kind)
    return scaled(facts, min(facts.width_px, FULL_WIDTH_PX), _safe_kind(facts))


def _safe_kind(facts: Facts) -> str:
    """JPEG for photographs, PNG for the rest: what everything that is no browser reads."""
    if facts.photo and not facts.transparent:
        return "jpeg"
    return "png"


def scaled(facts: Facts, width_px: int, kind: str) -> Variant:
    """Return the file of *kind* that is so wide."""
    return Variant(width_px, max(1, round(facts.height_px * width_px / facts.width_px)), kind)
