"""Pictures: nothing of the camera survives, sizes fit screens, hostile files are refused."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tertulia.render import images, picture_facts
from tertulia.render.image_cache import ImageCache
from tertulia.render.picture_facts import Facts, PictureError, Variant
from tests.photographs import MARKER, XMP, animation, camera, heic, opened, photo, saved


def all_of(data: bytes) -> list[bytes]:
    """Every file that is published of a picture."""
    facts = images.look(data)
    return [*images.render(data, [*picture_facts.variants(facts), picture_facts.full(facts)]), images.clean(data)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_no_camera_data_is_published(kind):
    """EXIF with the place, XMP, IPTC, comments and profiles: none is in any file made of a picture."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(photo(1800, 900), kind, orientation=6, icc_profile=profile)
    assert MARKER.encode() in data
    for made in all_of(data):
        picture = opened(made)
        assert MARKER.encode() not in made
        assert {} == dict(picture.getexif())
        assert [] == [key for key in ("exif", "xmp", "icc_profile", "comment", "photoshop") if key in picture.info]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_keeps_its_frames_and_times_and_loses_its_comment(kind):
    """Frames, how long each is shown and how often they repeat stay; what is written between them goes."""
    hidden = {"GIF": {"comment": MARKER.encode()}, "WEBP": {"xmp": XMP, "exif": camera().tobytes()}}
    data = animation(kind, **hidden.get(kind, {"exif": camera().tobytes()}))
    assert MARKER.encode() in data
    facts = images.look(data)
    assert facts.moving
    assert (Variant(60, 40, kind.lower()),) == picture_facts.variants(facts)
    for made in all_of(data):
        picture = Image.open(BytesIO(made))
        durations = []
        for frame in range(picture.n_frames):
            picture.seek(frame)
            picture.load()
            durations.append(picture.info["duration"])
        assert [100, 200, 300] == durations
        assert picture.info.get("loop") == Image.open(BytesIO(data)).info.get("loop")
        assert MARKER.encode() not in made


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_published_upright(orientation):
    """However the camera was held, red is at the top left, and the size known beforehand is the size made."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = photo().transpose(undo[orientation]) if orientation in undo else photo()
    data = saved(held, "JPEG", orientation, quality=95)
    facts = images.look(data)
    assert (640, 480) == (facts.width_px, facts.height_px)
    made = opened(next(images.render(data, picture_facts.variants(facts)[:1])))
    assert (640, 480) == made.size
    red, _green, blue = made.getpixel((20, 20))
    assert red > 200 > 60 > blue
    assert made.getpixel((20, 460))[2] > 200


@pytest.mark.parametrize(
    ("width_px", "widths"),
    [
        (300, []),
        (480, []),
        (500, [500]),
        (600, [480, 600]),
        (1000, [480, 720, 1000]),
        (1599, [480, 720, 1080, 1599]),
        (4000, [480, 720, 1080, 1600]),
    ],
)
def test_sizes_are_never_above_the_original_nor_nearly_alike(width_px, widths):
    """One file for ``src`` of at most 1600 px; WebP at fixed widths below the original's own."""
    main, *smaller = picture_facts.variants(Facts("0" * 64, "jpeg", width_px, width_px // 2, False, False, True))
    assert (min(width_px, 1600), "jpeg") == (main.width_px, main.kind)
    assert widths == [v.width_px for v in smaller]
    assert all(v.kind == "webp" for v in smaller)
    assert all(abs(v.height_px - v.width_px / 2) <= 1 for v in smaller)


def test_a_very_tall_picture_has_no_webp_that_the_format_cannot_hold():
    """WebP ends at 16383 px a side."""
    variants = picture_facts.variants(Facts("0" * 64, "png", 1600, 20000, False, False, False))
    assert [("png", 20000), ("webp", 6000), ("webp", 9000), ("webp", 13500)] == [
        (v.kind, v.height_px) for v in variants
    ]


def test_transparency_is_kept():
    """A PNG with holes stays a PNG, and its WebP copies have the holes too."""
    picture = photo(1000, 500, "RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))
    for made in all_of(saved(picture, "PNG")):
        assert 0 == opened(made).getpixel((5, 5))[3]


def test_a_palette_with_a_transparent_colour_is_kept():
    """The colour that a PNG palette declares transparent is transparent in every copy."""
    picture = Image.new("P", (700, 300), 1)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    data = saved(picture, "PNG", transparency=1)
    assert all(0 == opened(made).convert("RGBA").getpixel((5, 5))[3] for made in all_of(data))


def test_a_sixteen_bit_picture_keeps_its_tones():
    """A 16-bit grey of the middle is a grey of the middle, not white."""
    data = saved(Image.new("I;16", (600, 300), 32768), "PNG", orientation=None)
    made = opened(next(images.render(data, picture_facts.variants(images.look(data))[:1])))
    assert 128 == made.convert("L").getpixel((5, 5))


def test_a_printers_jpeg_becomes_rgb():
    """CMYK is for ink; screens get RGB."""
    data = saved(photo(600, 300, "CMYK"), "JPEG")
    assert {"RGB"} == {opened(made).mode for made in all_of(data)}


def wide_profile() -> bytes:
    """An ICC profile whose red, green and blue are those of Display P3: https://www.color.org/icc32.pdf"""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 78 + b"\0"
    tags = {
        b"desc": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", at + len(body), len(tag))
        body += tag + b"\0" * (-len(tag) % 4)
    white = struct.pack(">iii", 63190, 65536, 54061)
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + white
    return head.ljust(128, b"\0") + table + body


def test_wide_colours_are_brought_to_srgb_before_the_profile_goes():
    """A green that is duller in sRGB numbers than in the camera's is given sRGB's numbers."""
    data = saved(Image.new("RGB", (600, 400), (180, 120, 120)), "PNG", icc_profile=wide_profile())
    red, green, blue = opened(images.clean(data)).getpixel((5, 5))
    assert red > 184
    assert green < 120
    assert abs(blue - 120) < 5


def test_what_a_file_is_counts_and_not_its_name(tmp_path):
    """A PNG called foto.jpg is published as a PNG."""
    (tmp_path / "foto.jpg").write_bytes(saved(photo(), "PNG"))
    facts = ImageCache(tmp_path / "cache").facts(tmp_path / "foto.jpg")
    assert "png" == facts.kind
    assert picture_facts.variants(facts)[0].kind == "png"


def huge_png(width_px=60_000, height_px=60_000) -> bytes:
    """A PNG of a few bytes that says it holds 3,600 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def many_scans() -> bytes:
    """A progressive JPEG that asks for its last pass again and again."""
    data = saved(photo(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * 200 + data[-2:]


REFUSED = [
    ("unknown", b""),
    ("unknown", b"Querida Ana:"),
    ("damaged", b"\xff\xd8\xff"),
    ("unknown", b"II*\0" + b"\0" * 40),
    ("unknown", b"%PDF-1.7"),
    ("unknown", b"<html><svg"[:6]),
    ("large", huge_png()),
    ("large", huge_png(70_000, 1)),
    ("large", huge_png(10_000, 10_000)),
    ("damaged", many_scans()),
    ("damaged", saved(photo(), "JPEG")[:-400]),
    ("damaged", saved(photo(), "PNG")[:-400]),
    ("damaged", saved(photo(), "WEBP")[:-400]),
    ("unsafe", b"<svg xmlns='http://www.w3.org/2000/svg'><g></svg>"),
    ("unsafe", b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>"),
    ("unsafe", b"<x><svg xmlns='http://www.w3.org/2000/svg'/></x>"),
]


@pytest.mark.parametrize(("reason", "data"), REFUSED)
def test_an_authors_file_that_cannot_be_published_says_why(reason, data):
    """Each is refused with its reason and a sentence on what to do."""
    with pytest.raises(PictureError) as caught:
        all_of(data)
    assert reason == caught.value.reason
    assert caught.value.what
    assert caught.value.fix


def test_a_heic_of_the_authors_is_a_photograph():
    """It becomes a JPEG in all sizes, or a PNG, without camera data; a stranger's, or half of one, becomes nothing."""
    for mode, kind in (("RGB", "jpeg"), ("RGBA", "png")):
        data = heic(photo(1000, 500).convert(mode))
        facts = images.look(data, "movil.heic")
        main, *smaller = picture_facts.variants(facts)
        assert (1000, 500, kind) == (main.width_px, main.height_px, main.kind)
        assert [480, 720, 1000] == [each.width_px for each in smaller]
        made = next(images.render(data, [main]))
        assert (1000, 500) == opened(made).size and MARKER.encode() not in made
        assert "refused" == images.reencode(data).verdict
        with pytest.raises(PictureError) as caught:
            all_of(data[:300])
        assert "damaged" == caught.value.reason


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        *((r if r != "unsafe" else "unknown", d) for r, d in REFUSED if b"<x>" not in d),
        ("heavy", b"\xff\xd8" * 9_000_000),
    ],
)
def test_a_strangers_file_is_refused_without_an_exception(reason, data):
    """A bomb, a drawing, a page that pretends: the verdict is "refused", with the reason."""
    got = images.reencode(data)
    assert ("refused", reason, b"") == (got.verdict, got.reason, got.data)


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".jpg"), ("WEBP", ".jpg"), ("AVIF", ".jpg"), ("GIF", ".png")]
)
def test_a_strangers_picture_is_written_anew_and_small(kind, suffix):
    """What is kept fits the size asked for, is upright and holds no byte of metadata."""
    data = animation() if kind == "GIF" else saved(photo(1800, 900), kind, orientation=6)
    got = images.reencode(data, 300)
    assert ("kept", "") == (got.verdict, got.reason)
    assert max(opened(got.data).size) <= 300
    assert (got.width_px, got.height_px) == opened(got.data).size
    assert (".jpg" if kind != "GIF" else got.suffix) == got.suffix
    assert MARKER.encode() not in got.data
    assert got.suffix in (suffix, ".jpg")


def test_a_strangers_picture_can_be_had_as_webp():
    """``kind`` chooses the format."""
    got = images.reencode(saved(photo(), "JPEG"), 200, kind="webp")
    assert (".webp", "WEBP") == (got.suffix, opened(got.data).format)


STRANGE = [saved(photo(90, 60), kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF")] + [animation()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(0, len(STRANGE) - 1), seed=st.integers(0, 2**32), cut=st.booleans())
def test_no_broken_file_raises(which, seed, cut):
    """Whatever bytes of a picture are changed or lost, the answer is a picture or a reason."""
    chance = random.Random(seed)
    data = bytearray(STRANGE[which])
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if cut:
        del data[chance.randrange(len(data)) :]
    got = images.reencode(bytes(data))
    assert got.verdict in ("kept", "refused")
    assert bool(got.data) == (got.verdict == "kept")


def test_a_strangers_picture_keeps_the_colours_that_are_seen():
    """A profile goes, so the colours are brought to sRGB first; sixteen bits a pixel are scaled, not cut."""
    dull = saved(Image.new("RGB", (60, 40), (180, 120, 120)), "PNG", icc_profile=wide_profile())
    red, green, _ = opened(images.reencode(dull, kind="webp").data).convert("RGB").getpixel((5, 5))
    assert red > 186 > 119 > green
    deep = BytesIO()
    Image.new("I;16", (60, 40), 0x4000).save(deep, "PNG")
    grey = opened(images.reencode(deep.getvalue(), kind="webp").data).convert("L").getpixel((5, 5))
    assert abs(grey - 0x40) < 4


def test_a_strangers_animation_is_its_first_picture_and_says_so():
    """Of a film one picture is kept; a single picture is no film, whatever format it has."""
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        got = images.reencode(animation(kind))
        assert ("kept", True) == (got.verdict, got.moving)
        assert not images.reencode(saved(photo(60, 40), kind, None)).moving


@pytest.mark.parametrize(("height_px", "size"), [(0, (60, 40)), (20, (30, 20)), (90, (60, 40))])
def test_a_strangers_picture_is_made_smaller_and_never_larger(height_px, size):
    """A small portrait stays as small as it came; one that is too tall keeps its shape."""
    assert size == opened(images.reencode(saved(photo(60, 40), "PNG", None), 300, height_px).data).size


def test_frames_without_end_cost_nothing():
    """A file of four hundred thousand frames is its first one, at once: none of the others is looked at."""
    frame = b"\x21\xf9\x04\x00\x01\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"
    got = images.reencode(animation()[:-1] + frame * 400_000 + b";")
    assert ("kept", True) == (got.verdict, got.moving)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF", "JPEG"])
def test_what_a_network_gets_fits(kind):
    """However few bytes a network takes, what it gets is a JPEG of no more, on white where there was nothing."""
    noise = Image.effect_noise((300, 200), 90).convert("RGBA" if kind != "JPEG" else "RGB")
    got = images.jpeg_within(saved(noise, kind, None), 3000, 250)
    assert "JPEG" == opened(got.data).format
    assert len(got.data) <= 3000
    assert max(opened(got.data).size) <= 250
    clear = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear, "PNG")
    assert (255, 255, 255) == opened(images.jpeg_within(clear.getvalue(), 9000, 250).data).getpixel((9, 9))
    assert "refused" == images.jpeg_within(many_scans(), 3000, 250).verdict
