"""Pictures: nothing of the camera survives, sizes fit screens, hostile files are refused."""

import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from tertulia.core.files import copy_whole
from tertulia.render import images, picture_facts, svg
from tertulia.render.image_cache import ImageCache, is_whole
from tertulia.render.picture_facts import Facts, PictureError, Variant

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


def heic(image: Image.Image) -> bytes:
    """*image* as a telephone keeps it."""
    import pillow_heif

    made = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = MARKER
    pillow_heif.from_pillow(image).save(made, quality=50, exif=exif.tobytes())
    return made.getvalue()


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


def test_the_same_picture_gives_the_same_bytes_with_any_number_of_threads(tmp_path):
    """One thread or four, first or last: every file of the cache is the same."""
    for number in range(6):
        photo(700 + number * 20, 400).save(tmp_path / f"{number}.jpg")

    def cold(threads: int, numbers: list[int]) -> dict[str, bytes]:
        folder = tmp_path / f"cache{threads}"
        image_cache = ImageCache(folder, threads)
        for number in numbers:
            path = tmp_path / f"{number}.jpg"
            facts = image_cache.facts(path)
            image_cache.enqueue(path, facts, picture_facts.variants(facts))
        assert {} == image_cache.finish()
        return {p.name: p.read_bytes() for p in folder.rglob("*") if p.suffix != ".json" and p.is_file()}

    one = cold(1, [0, 1, 2, 3, 4, 5])
    assert 6 * 3 == len(one)
    assert one == cold(4, [5, 3, 1, 4, 2, 0])


def test_an_unchanged_picture_is_neither_read_nor_made_again(tmp_path, monkeypatch):
    """The second build knows a picture by its ``stat`` and finds its files."""
    path = tmp_path / "foto.jpg"
    photo().save(path)
    first = ImageCache(tmp_path / "cache")
    facts = first.facts(path)
    first.enqueue(path, facts, picture_facts.variants(facts))
    first.finish()
    monkeypatch.setattr(images, "look", None)
    monkeypatch.setattr(images, "render", None)
    second = ImageCache(tmp_path / "cache")
    assert facts == second.facts(path)
    second.enqueue(path, facts, picture_facts.variants(facts))
    assert {} == second.finish()


@pytest.mark.parametrize("cut", [lambda size: 0, lambda size: size // 2, lambda size: size - 1])
def test_what_a_power_cut_left_of_a_picture_is_made_again(tmp_path, cut):
    """Of any kind and at any length: what is kept between builds is not waited for when it is written."""
    original = tmp_path / "foto.png"
    photo().save(original)
    cache = ImageCache(tmp_path / "cache")
    facts = cache.facts(original)
    wanted = picture_facts.variants(facts)
    cache.enqueue(original, facts, wanted)
    cache.finish()
    for variant in wanted:
        path = cache.path_for(facts, variant)
        whole = path.read_bytes()
        path.write_bytes(whole[: cut(len(whole))])
        again = ImageCache(tmp_path / "cache")
        again.enqueue(original, facts, wanted)
        again.finish()
        assert whole == path.read_bytes()
    for kind in ("jpeg", "png", "webp", "gif"):
        path = tmp_path / f"x{picture_facts.SUFFIXES[kind]}"
        photo().save(path)
        assert is_whole(path)
        path.write_bytes(path.read_bytes()[: cut(path.stat().st_size)])
        assert not is_whole(path)


def test_a_changed_picture_has_another_name(tmp_path):
    """A browser that kept the old picture asks for the new one."""
    path = tmp_path / "foto.jpg"
    image_cache = ImageCache(tmp_path / "cache")
    names = []
    for width_px in (300, 301):
        photo(width_px).save(path)
        facts = image_cache.facts(path)
        names.append(facts.name("foto", picture_facts.variants(facts)[0], main=True))
    assert names[0] != names[1]


def test_a_broken_index_only_costs_time(tmp_path):
    """What is not ours in the cache is made again, not believed."""
    path = tmp_path / "foto.jpg"
    photo().save(path)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "index.json").write_text('{"recipe": ')
    assert 640 == ImageCache(tmp_path / "cache").facts(path).width_px


def test_a_picture_that_cannot_be_decoded_is_named_and_leaves_no_file(tmp_path):
    """``finish`` gives the originals that failed; nothing half made stays."""
    path = tmp_path / "foto.jpg"
    path.write_bytes(saved(photo(), "JPEG")[:-400])
    image_cache = ImageCache(tmp_path / "cache")
    facts = image_cache.facts(path)
    image_cache.enqueue(path, facts, picture_facts.variants(facts))
    assert {path: "damaged"} == {p: error.reason for p, error in image_cache.finish().items()}
    assert ["index.json"] == [p.name for p in (tmp_path / "cache").rglob("*") if p.is_file()]


SVG_HEAD = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">'
HOSTILE_SVG = [
    b"<script>evil()</script>",
    b'<rect onclick="evil()" width="1" height="1"/>',
    b'<a href="javascript:evil()"><rect width="1" height="1"/></a>',
    b'<a xlink:href="javascript:evil()"><rect width="1" height="1"/></a>',
    b'<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="//evil.example"/></foreignObject>',
    b'<image href="https://evil.example/pixel.png"/>',
    b'<image xlink:href="data:image/svg+xml;base64,ZXZpbA=="/>',
    b'<use href="https://evil.example/a.svg#b"/>',
    b"<style>@import 'https://evil.example/a.css';</style>",
    b"<style>rect { fill: url(https://evil.example/a.svg#b) }</style>",
    b"<style>rect { fill: u\\72l(https://evil.example/) }</style>",
    b'<rect style="fill:url( &quot;//evil.example/a#b&quot; )" width="1" height="1"/>',
    b'<rect fill="url(https://evil.example/a)" width="1" height="1"/>',
    b'<animate attributeName="href" to="javascript:evil()"/>',
    b'<set attributeName="onclick" to="evil()"/>',
    b"<!-- evil -->",
    b"<?xml-stylesheet href='https://evil.example/a.css'?>",
    b'<metadata>evil</metadata><g inkscape:path="/home/evil" xmlns:inkscape="urn:inkscape"/>',
    b'<handler xmlns="http://www.w3.org/2001/xml-events">evil()</handler>',
    b'<g xml:base="https://evil.example/"/>',
]


@pytest.mark.parametrize("inside", HOSTILE_SVG)
def test_a_drawing_keeps_its_shapes_and_nothing_that_acts(inside):
    """Scripts, handlers, addresses of other hosts and what an editor left are gone; the shapes stay."""
    made = images.clean(SVG_HEAD + inside + b'<circle r="3"/></svg>')
    assert b"evil" not in made
    assert b'<circle r="3"/>' in made


def test_a_drawing_that_only_draws_is_left_as_it_was():
    """Gradients, uses and styles that stay inside the file are kept."""
    inside = b'<style>rect{fill:url(#g)}</style><g id="g"/><use xlink:href="#g"/><rect style="fill:url(\'#g\')"/>'
    assert SVG_HEAD + inside + b"</svg>\n" == images.clean(SVG_HEAD + inside + b"</svg>")


def test_a_photograph_inside_a_drawing_loses_its_camera_data():
    """Editors embed photographs whole, place and all."""
    from base64 import b64decode, b64encode

    data = saved(photo(), "JPEG")
    made = images.clean(SVG_HEAD + b'<image href="data:image/jpeg;base64,' + b64encode(data) + b'"/></svg>')
    inside = b64decode(made.partition(b"base64,")[2].partition(b'"')[0])
    assert MARKER.encode() not in inside
    assert (640, 480) == opened(inside).size


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="40" height="20"', (40, 20)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('width="30pt" height="1pc"', (40, 16)),
        ('viewBox="0 0 120 60"', (120, 60)),
        ('viewBox="0,0,120,60"', (120, 60)),
        ('width="100%" height="100%" viewBox="0 0 120 60"', (120, 60)),
        ('width="240" viewBox="0 0 120 60"', (240, 120)),
        ('height="30" viewBox="-5 -5 120 60"', (60, 30)),
        ('viewBox="a b c d"', (300, 150)),
        ("", (300, 150)),
    ],
)
def test_a_drawing_has_the_size_a_browser_gives_it(attributes, size):
    """As written, else by its viewBox, else 300 × 150."""
    assert size == svg.size(f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>'.encode())


def test_copies_are_made_once(tmp_path):
    """A file that is there already, of the same size and no older, is left alone."""
    kept, target = tmp_path / "kept", Path(tmp_path, "out", "a")
    kept.write_bytes(b"uno")
    copy_whole(kept, target)
    first = target.stat().st_ino
    copy_whole(kept, target)
    assert (b"uno", first) == (target.read_bytes(), target.stat().st_ino)
    kept.write_bytes(b"otro")
    copy_whole(kept, target)
    assert b"otro" == target.read_bytes()
    assert ["a"] == [p.name for p in target.parent.iterdir()]


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
