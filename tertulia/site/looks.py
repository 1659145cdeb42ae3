"""A blog's own looks: what its ``content/theme/``, ``COLORS`` and ``FONTS`` make of the theme.

    site.css               the blogger's own styles, linked last: they win over the theme's
    icon.svg, icon.png     the blog's sign: icons of every size and the manifest are made of it
    logo.svg, logo.png     stands for the blog's name at the top of each page
    head.html, foot.html   put at the end of every page's ``<head>`` and of its foot
    templates/, static/    win over the theme's, file by file (``plugins/folders.py``)

What is wrong with one of them is told in one line, and the theme's own stands in for it.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, TemplateNotFound, TemplateSyntaxError, meta
from PIL import Image

from tertulia.core import paths
from tertulia.core.files import is_inside, write_whole
from tertulia.core.languages import say
from tertulia.core.models import Picture, Problem
from tertulia.render import svg
from tertulia.site import fonts
from tertulia.site.fonts import Fonts
from tertulia.site.palette import Pair, Palette, chosen, palette_of, recoloured
from tertulia.site.problems import report

# Icons by file: 180 is Apple's, 192 and 512 are those of a manifest. https://www.w3.org/TR/appmanifest/#icons-member
ICON_SIZES_PX = {"icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512}
LARGEST_PX = 512
FAVICON = "favicon.ico"  # browsers ask for it at the root, whatever a page says
MANIFEST = "manifest.webmanifest"
OWN_CSS = "own.css"
LOGO_HEIGHT_PX = 64
STYLES = ("site.css", "feed.css")  # those that name colours and fonts
DEFAULT = Palette(paper=Pair("#fbf8f2", "#1b1815"), ink=Pair("#231c17", "#e8dfd3"), accent=Pair("#9a2622", "#ef8a70"))


@dataclass(slots=True)
class Looks:
    """How one blog looks, where it differs from its theme."""

    palette: Palette = field(default_factory=lambda: dict(DEFAULT))
    files: dict[str, bytes] = field(default_factory=dict)  # of the theme's static folder, made or changed here
    root_files: dict[str, bytes] = field(default_factory=dict)  # of the root of the site
    fonts: Fonts | None = None  # None for a theme of somebody else's
    logo: Picture | None = None
    head: str = ""
    foot: str = ""

    @property
    def has_own_css(self) -> bool:
        """Whether the blogger has styles of their own."""
        return OWN_CSS in self.files

    @property
    def has_icons(self) -> bool:
        """Whether icons of all sizes could be made."""
        return MANIFEST in self.files

    @property
    def card_colors(self) -> tuple[str, str, str]:
        """Paper, ink and accent of social cards."""
        paper, ink, accent = (self.palette[name].light for name in ("paper", "ink", "accent"))
        return paper, ink, accent

    @property
    def card_font(self) -> Path | None:
        """The font of social cards: that of titles, where there is a file of it."""
        return self.fonts.titles.first if self.fonts else None


def load(settings: Mapping[str, Any], name: str) -> Looks:
    """
    The looks of a blog; what is wrong with them is told.

    Args:
        name: The blog's name, for whoever puts it on a telephone.
    """
    content, theme = Path(settings["PATH"]), settings.get("THEME")
    if not theme or not Path(theme, "templates", "language.html").is_file():
        return Looks()  # a theme of somebody else's
    sheet = paths.theme_file(content, "static/site.css", theme)
    known = palette_of(sheet.read_text("utf-8"))
    own, problems = chosen(settings.get("COLORS"), known, content.parent / "pelicanconf.py")
    for problem in problems:
        report(problem)
    looks = Looks({**DEFAULT, **known, **own})
    looks.fonts, problems = fonts.chosen(settings.get("FONTS"), content, dict.fromkeys(fonts.ROLES, fonts.DEFAULT))
    for problem in problems:
        report(problem)
    for style in STYLES:
        source = paths.theme_file(content, f"static/{style}", theme).read_text("utf-8")
        looks.files[style] = (recoloured(source, looks.palette) + looks.fonts.css).encode()
    looks.files |= looks.fonts.files
    if css := _text(content, "site.css"):
        looks.files[OWN_CSS] = css.encode()
        if open_end := unfinished(css, "content/theme/site.css"):
            report(open_end)
    looks.head, looks.foot = _text(content, "head.html"), _text(content, "foot.html")
    looks.logo = _logo(content, looks, settings["THEME_STATIC_DIR"])
    _add_icons(content, looks, settings, name)
    return looks


def publish(looks: Looks, output: Path, static: str) -> None:
    """Put what was made into *output*; a file of the blogger's in the root of the site stays."""
    for name, data in looks.files.items():
        write_whole(output / static / name, data, durable=False)
    for name, data in looks.root_files.items():
        write_whole(output / name, data, durable=False)


def unfinished(css: str, shown: str) -> Problem | None:
    """What is open or closed once too often in *css*, with its line: a browser would drop all that follows."""
    opened: list[int] = []
    for token in re.finditer(r"/\*.*?(\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[{}]", css, re.DOTALL):
        line = css.count("\n", 0, token.start()) + 1
        if token[0].startswith("/*") and not token[1]:
            return Problem(shown, line, say("css_comment"), say("css_comment_fix"))
        if token[0] == "{":
            opened.append(line)
        elif token[0] == "}" and not opened:
            return Problem(shown, line, say("css_closed"), say("css_closed_fix"))
        elif token[0] == "}":
            opened.pop()
    return Problem(shown, opened[-1], say("css_open"), say("css_open_fix")) if opened else None


def check_templates(environment: Environment, settings: Mapping[str, Any]) -> Iterable[Problem]:
    """Each template of the blogger's own that cannot be read; the theme's stands in for it in *environment*."""
    own = paths.own_theme(settings["PATH"]) / "templates"
    instead = {}
    for path in sorted(own.rglob("*.html")):
        if not is_inside(path, Path(settings["PATH"])):
            continue
        name = path.relative_to(own).as_posix()
        line: int | None = None
        try:
            source = path.read_text("utf-8")
            environment.compile(source, name)
            why = _missing_part(environment, source)
        except TemplateSyntaxError as error:
            line, why = error.lineno, str(error.message)
        except (OSError, UnicodeDecodeError):
            why = say("toml_not_utf8")
        if not why:
            continue
        theirs = Path(settings["THEME"], "templates", name)
        instead[name] = theirs.read_text("utf-8") if theirs.is_file() else ""
        yield Problem(f"content/theme/templates/{name}", line, say("bad_template", why=why), say("bad_template_fix"))
    if instead and environment.loader:
        environment.loader = ChoiceLoader([DictLoader(instead), environment.loader])


def _missing_part(environment: Environment, source: str) -> str:
    """What *source* includes or extends that is not there, by name; else ""."""
    for name in meta.find_referenced_templates(environment.parse(source)):
        try:
            if name and environment.loader:
                environment.loader.get_source(environment, name)
        except TemplateNotFound:
            return name or ""
    return ""


def _own_file(content: Path, *names: str) -> Path | None:
    for name in names:
        path = paths.own_theme(content) / name
        if path.is_file() and is_inside(path, content):
            return path
    return None


def _text(content: Path, name: str) -> str:
    path = _own_file(content, name)
    try:
        return path.read_text("utf-8-sig") if path else ""
    except (OSError, UnicodeDecodeError):
        report(Problem(f"content/theme/{name}", None, say("toml_not_utf8"), say("toml_not_utf8_fix")))
        return ""


def _logo(content: Path, looks: Looks, static: str) -> Picture | None:
    """The blog's name as a picture, as high as a line of the header; None when there is none, or it cannot be read."""
    path = _own_file(content, "logo.svg", "logo.png")
    if not path:
        return None
    try:
        data = path.read_bytes()
        width, height = svg.size(data) if path.suffix == ".svg" else Image.open(io.BytesIO(data)).size
    except (OSError, ValueError) as error:
        report(Problem(f"content/theme/{path.name}", None, say("bad_icon", why=error), say("bad_icon_fix")))
        return None
    looks.files[path.name] = data
    return Picture(f"{static}/{path.name}", max(1, round(width * LOGO_HEIGHT_PX / height)), LOGO_HEIGHT_PX)


def _add_icons(content: Path, looks: Looks, settings: Mapping[str, Any], name: str) -> None:
    """The icons of every size and the manifest, of the blogger's picture or of the theme's in the blog's colours."""
    own = _own_file(content, "icon.svg", "icon.png")
    theirs = paths.theme_file(content, "static/icon.svg", settings["THEME"])
    for source in filter(None, (own, theirs)):
        try:
            data = source.read_bytes()
            if source == theirs and theirs.is_relative_to(settings["THEME"]):
                data = _in_colours(data, looks.palette)
            made = _icons(data, looks.palette["paper"].light, Path(settings["CACHE_PATH"], "icons"))
        except (OSError, ValueError) as error:
            report(Problem(f"content/theme/{source.name}", None, say("bad_icon", why=error), say("bad_icon_fix")))
            continue
        if source.suffix == ".svg" and data != (theirs.read_bytes() if theirs.is_file() else b""):
            looks.files["icon.svg"] = data
        elif source.suffix == ".png" and made:
            looks.files["icon.svg"] = _framed(made["icon-192.png"])
        if made:
            if not (content / "extra" / FAVICON).exists():
                looks.root_files[FAVICON] = made[FAVICON]
            looks.files |= {icon: made[icon] for icon in ICON_SIZES_PX}
            looks.files[MANIFEST] = _manifest(name, settings["SITEURL"], looks.palette)
        return


def _in_colours(data: bytes, palette: Palette) -> bytes:
    """The theme's icon in the blog's colours."""
    text = data.decode()
    for name in ("accent", "paper"):
        text = text.replace(DEFAULT[name].light, palette[name].light)
    return text.encode()


def _icons(data: bytes, paper: str, cache: Path) -> dict[str, bytes]:
    """
    Icons by file; those of the same picture are kept in *cache*.

    Raises:
        OSError, ValueError: *data* is no picture.
    """
    folder = cache / hashlib.sha256(data + paper.encode()).hexdigest()[:16]
    names = (*ICON_SIZES_PX, FAVICON)
    if all((folder / name).is_file() for name in names):
        return {name: (folder / name).read_bytes() for name in names}
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


def _drawn(data: bytes) -> Image.Image:
    """The picture on a square, in the middle."""
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
    """A PNG as the SVG that pages name."""
    picture = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 192">'
        f'<image width="192" height="192" href="data:image/png;base64,{picture}"/></svg>'
    ).encode()


def _manifest(name: str, siteurl: str, palette: Palette) -> bytes:
    """What a telephone asks that puts the blog among its programs."""
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
