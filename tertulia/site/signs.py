"""The pictures of a blog's own looks: its icons of every size, its logo, the picture across its home page.

icon.svg, icon.png   the blog's sign: icons and manifest are made of it
logo.svg, logo.png   stands for the blog's name at the top of each page
header.jpg, …        across the home page, below the name
"""

import base64
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import IcoImagePlugin, Image, ImageOps  # noqa: F401 (or Pillow would load all its formats for one icon)

from tertulia.core import paths
from tertulia.core.files import write_whole
from tertulia.core.languages import say
from tertulia.core.models import Picture, Problem
from tertulia.render import svg
from tertulia.site.palette import DEFAULT, Palette
from tertulia.site.problems import report

Files = dict[str, bytes]  # by name

# Icons by file: 180 is Apple's, 192 and 512 are those of a manifest. https://www.w3.org/TR/appmanifest/#icons-member
ICON_SIZES_PX = {"icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512}
LARGEST_PX = 512
READY = paths.THEME / "icons"  # of our own icon in our own colours, as most blogs begin
FAVICON = "favicon.ico"  # browsers ask for it at the root, whatever a page says
MANIFEST = "manifest.webmanifest"
LOGO_HEIGHT_PX = 64
HEADER_ENDINGS = (".svg", ".webp", ".avif", ".jpg", ".jpeg", ".png")
HEADER_WIDTHS_PX = (900, 2000)
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # Pillow takes a length for syntax


def logo(content: Path, static: str) -> tuple[Picture | None, Files]:
    """
    Return the blog's name as a picture, as high as a line of the header, with its file; None where none can be read.
    """
    path = paths.own_file(content, "logo.svg", "logo.png")
    if not path:
        return None, {}
    try:
        data = path.read_bytes()
        width, height = svg.size(data) if path.suffix == ".svg" else _opened(data).size
    except UNREADABLE as error:
        _tell(path, error)
        return None, {}
    shown = Picture(f"{static}/{path.name}", max(1, round(width * LOGO_HEIGHT_PX / height)), LOGO_HEIGHT_PX)
    return shown, {path.name: data}


def _opened(data: bytes) -> Image.Image:
    """Return the picture, decoded to its end: of one that was cut short, the head is whole."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def header(content: Path, settings: Mapping[str, Any]) -> tuple[Picture | None, Files]:
    """
    Return the picture across the home page, with its files in two sizes; None where there is none that can be read.

    What a camera wrote beside the picture (place, owner) is not in them.
    """
    path = paths.own_file(content, *(f"header{ending}" for ending in HEADER_ENDINGS))
    if not path:
        return None, {}
    try:
        data = path.read_bytes()
        made, size = _header_files(data, path.suffix, Path(settings["CACHE_PATH"], "header"))
    except UNREADABLE as error:
        _tell(path, error)
        return None, {}
    static, siteurl = settings["THEME_STATIC_DIR"], settings.get("SITEURL", "")
    largest = list(made)[-1]
    srcset = ", ".join(f"{siteurl}/{static}/{name} {width}w" for name, width in made.items()) if len(made) > 1 else ""
    files = {name: (Path(settings["CACHE_PATH"], "header") / name).read_bytes() for name in made}
    return Picture(f"{static}/{largest}", *size, srcset=srcset), files


def _header_files(data: bytes, ending: str, cache: Path) -> tuple[dict[str, int], tuple[int, int]]:
    """
    Return the header's files by name, each with its width, smallest first, and the size of the largest; they are in
    *cache*.

    Raises:
        OSError, ValueError, Image.DecompressionBombError: *data* is no picture, or one too large to open.
    """
    mark = hashlib.sha256(data).hexdigest()[:8]
    if ending == ".svg":
        width, height = svg.size(data)
        write_whole(cache / f"header-{mark}.svg", data, durable=False)
        return {f"header-{mark}.svg": HEADER_WIDTHS_PX[-1]}, (max(1, round(width)), max(1, round(height)))
    with Image.open(io.BytesIO(data)) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGBA" if opened.has_transparency_data else "RGB")
    widths = sorted({min(width, picture.width) for width in HEADER_WIDTHS_PX})
    made = {}
    for width in widths:
        name = f"header-{mark}-{width}.webp"
        height = max(1, round(picture.height * width / picture.width))
        if not (cache / name).is_file():
            small = picture.resize((width, height), Image.Resampling.LANCZOS)
            write_whole(cache / name, _saved(small, "WEBP", quality=80), durable=False)
        made[name] = width
    return made, (width, height)


def icons(content: Path, settings: Mapping[str, Any], palette: Palette, name: str) -> tuple[Files, Files]:
    """
    Return the icons of every size and the manifest, of the blogger's picture or of the theme's in the blog's colours.

    Returns:
        Files of the theme's static folder, and of the root of the site.
    """
    files: Files = {}
    root: Files = {}
    own = paths.own_file(content, "icon.svg", "icon.png")
    theirs = paths.theme_file(content, "static/icon.svg", settings["THEME"])
    for source in filter(None, (own, theirs)):
        try:
            data = source.read_bytes()
            if source == theirs and theirs.is_relative_to(settings["THEME"]):
                data = _in_colours(data, palette)
            made = made_icons(data, palette["paper"].light, Path(settings["CACHE_PATH"], "icons"))
        except UNREADABLE as error:
            _tell(source, error)
            continue
        if source.suffix == ".svg" and data != (theirs.read_bytes() if theirs.is_file() else b""):
            files["icon.svg"] = data
        elif source.suffix == ".png" and made:
            files["icon.svg"] = _framed(made["icon-192.png"])
        if made:
            if not (content / "extra" / FAVICON).exists():
                root[FAVICON] = made[FAVICON]
            files |= {icon: made[icon] for icon in ICON_SIZES_PX}
            files[MANIFEST] = _manifest(name, settings["SITEURL"], palette)
        break
    return files, root


def _tell(path: Path, error: Exception) -> None:
    # What a decoder says is English, and names where in memory the picture was.
    why = error if isinstance(error, OSError) and error.errno else say("reason_damaged")
    report(Problem(f"content/theme/{path.name}", None, say("bad_icon", why=why), say("bad_icon_fix")))


def _in_colours(data: bytes, palette: Palette) -> bytes:
    """Return the theme's icon in the blog's colours."""
    text = data.decode()
    for name in ("accent", "paper"):
        text = text.replace(DEFAULT[name].light, palette[name].light)
    return text.encode()


def made_icons(data: bytes, paper: str, cache: Path) -> dict[str, bytes]:
    """
    Icons by file; those of the same picture are kept in *cache*, and those of our theme as it is lie beside it.

    Raises:
        OSError, ValueError: *data* is no picture.
    """
    mark, names = mark_of(data, paper), (*ICON_SIZES_PX, FAVICON)
    folder = cache / mark
    for kept in (folder, READY / mark):
        if all((kept / name).is_file() for name in names):
            return {name: (kept / name).read_bytes() for name in names}
    drawn = _drawn(data)
    made = {}
    for name, size_px in ICON_SIZES_PX.items():
        small = drawn.resize((size_px, size_px), Image.Resampling.LANCZOS)
        if name == "icon-180.png":  # Apple shows black where a touch icon is transparent
            ground = Image.new("RGBA", small.size, paper)
            small = Image.alpha_composite(ground, small).convert("RGB")
        made[name] = _saved(small, "PNG", optimize=True)
    made[FAVICON] = _saved(drawn, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    for name, content in made.items():
        write_whole(folder / name, content, durable=False)
    return made


def mark_of(data: bytes, paper: str) -> str:
    """Return what names the icons of the picture *data* on *paper*."""
    return hashlib.sha256(data + paper.encode()).hexdigest()[:16]


def _drawn(data: bytes) -> Image.Image:
    """Return the picture on a square, in the middle."""
    if svg.looks_like_svg(data):
        import resvg_py  # by blogs with a drawing for an icon alone, and once for each

        svg.size(data)  # refuses what is no drawing
        data = bytes(resvg_py.svg_to_bytes(svg_string=data.decode("utf-8-sig"), width=LARGEST_PX))
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGBA")
    picture.thumbnail((LARGEST_PX, LARGEST_PX))
    side = max(picture.size)
    square = Image.new("RGBA", (side, side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


def _saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def _framed(png: bytes) -> bytes:
    """Return a PNG as the SVG that pages name."""
    picture = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 192">'
        f'<image width="192" height="192" href="data:image/png;base64,{picture}"/></svg>'
    ).encode()


def _manifest(name: str, siteurl: str, palette: Palette) -> bytes:
    """Return what a telephone asks that puts the blog among its programs."""
    manifest = {
        "name": name,
        "start_url": f"{siteurl}/",
        "display": "browser",
        "background_color": palette["paper"].light,
        "theme_color": palette["paper"].light,
        "icons": [
            {"src": icon, "sizes": f"{size}x{size}", "type": "image/png"}
            for icon, size in ICON_SIZES_PX.items()
            if size != ICON_SIZES_PX["icon-180.png"]
        ],
    }
    return json.dumps(manifest, ensure_ascii=False).encode()
