"""A blog's own looks: what its ``content/theme/``, settings make of the theme.

    site.css               the blogger's own styles, linked last: they win over the theme's
    icon.svg, icon.png     the blog's sign: icons of every size and the manifest are made of it
    logo.svg, logo.png     stands for the blog's name at the top of each page
    header.jpg, .png…      a picture across the home page, below the name
    head.html, foot.html   put at the end of every page's ``<head>`` and of its foot
    templates/, static/    win over the theme's, file by file (``plugins/folders.py``)

What is wrong with one of them is told in one line, and the theme's own stands in for it.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, TemplateNotFound, TemplateSyntaxError, meta
from msgspec import Struct, field

from tertulia.core import paths
from tertulia.core.files import is_inside, read_regular, write_whole
from tertulia.core.languages import say, system_words
from tertulia.core.models import Picture, Problem
from tertulia.site import fonts
from tertulia.site.choices import Choices, chosen
from tertulia.site.fonts import Fonts
from tertulia.site.palette import DEFAULT, Palette, palette_of, recoloured, without_colours
from tertulia.site.palette import chosen as chosen_colors
from tertulia.site.problems import report
from tertulia.site.themes import is_for_us, templates_above

OWN_CSS = "own.css"
STYLES = ("site.css", "feed.css")  # those that name colours and fonts


class Looks(Struct):
    """How one blog looks, where it differs from its theme."""

    palette: Palette = field(default_factory=lambda: dict(DEFAULT))
    files: dict[str, bytes] = field(default_factory=dict)  # of the theme's static folder, made or changed here
    root_files: dict[str, bytes] = field(default_factory=dict)  # of the root of the site
    fonts: Fonts | None = None  # None for a theme of somebody else's
    choices: Choices = field(default_factory=Choices)
    logo: Picture | None = None
    has_icons: bool = False  # of all sizes
    header: Picture | None = None  # across the home page
    head: str = ""
    foot: str = ""

    @property
    def has_own_css(self) -> bool:
        """Whether the blogger has styles of their own."""
        return OWN_CSS in self.files

    @property
    def layout(self) -> dict[str, str]:
        """Where things stand."""
        return self.choices.layout

    def has(self, extra: str) -> bool:
        """Whether the blog wants that *extra*."""
        return extra in self.choices.extras

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
    Return the looks of a blog; what is wrong with them is told.

    Args:
        name: The blog's name, for whoever puts it on a telephone.
    """
    from tertulia.site import signs  # Pillow: an edit of a text has no use for it

    content, theme = Path(settings["PATH"]), settings.get("THEME")
    if not theme or not is_for_us(Path(theme)):
        return Looks()  # a theme of somebody else's
    conf = content.parent / "pelicanconf.py"
    choices, problems = chosen(settings, conf)
    sheets = {style: paths.theme_file(content, f"static/{style}", theme).read_text("utf-8") for style in STYLES}
    design = choices.design_sheet.read_text("utf-8") if choices.design_sheet else ""
    known = {**DEFAULT, **palette_of(sheets["site.css"]), **palette_of(design)}
    own, told = chosen_colors(settings.get("COLORS"), known, conf)
    families, more = fonts.chosen(settings.get("FONTS"), content, choices.fonts)
    for problem in (*problems, *told, *more):
        report(problem)
    looks = Looks({**known, **own}, fonts=families, choices=choices)
    sheets["site.css"] += "\n".join(["", without_colours(design), *map(_read, choices.sheets())])
    header, files = signs.header(content, settings)
    if header:
        sheets["site.css"] += "\n" + _read(paths.THEME / "choices" / "header.css")
    for style, css in sheets.items():
        looks.files[style] = (recoloured(css, looks.palette) + families.css).encode()
    looks.files |= {**files, **families.files, **{script.name: script.read_bytes() for script in choices.scripts()}}
    looks.header = header
    if css := _text(content, "site.css"):
        looks.files[OWN_CSS] = css.encode()
        if open_end := unfinished(css, "content/theme/site.css"):
            report(open_end)
    looks.head, looks.foot = _text(content, "head.html"), _text(content, "foot.html")
    looks.logo, files = signs.logo(content, settings["THEME_STATIC_DIR"])
    icons, looks.root_files = signs.icons(content, settings, looks.palette, name)
    looks.files |= {**files, **icons}
    looks.has_icons = signs.MANIFEST in icons
    return looks


def publish(looks: Looks, output: Path, static: str) -> None:
    """Put what was made into *output*; a file of the blogger's in the root of the site stays."""
    for name, data in looks.files.items():
        write_whole(output / static / name, data, durable=False)
    for name, data in looks.root_files.items():
        write_whole(output / name, data, durable=False)


def unfinished(css: str, shown: str) -> Problem | None:
    """Return what is open or closed once too often in *css*, with its line: a browser would drop all that follows."""
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
            source = read_regular(path).decode()
            environment.compile(source, name)
            why = _missing_part(environment, source)
        except TemplateSyntaxError as error:
            line, why = error.lineno, str(error.message)
        except UnicodeDecodeError:
            why = say("toml_not_utf8")
        except OSError as error:
            why = system_words(error) or say("reason_other")
        if not why:
            continue
        below = (folder / name for folder in (*templates_above(settings), Path(settings["THEME"], "templates")))
        theirs = next((file for file in below if file.is_file()), None)
        instead[name] = theirs.read_text("utf-8") if theirs else ""
        yield Problem(f"content/theme/templates/{name}", line, say("bad_template", why=why), say("bad_template_fix"))
    if instead and environment.loader:
        environment.loader = ChoiceLoader([DictLoader(instead), environment.loader])


def _missing_part(environment: Environment, source: str) -> str:
    """Return what *source* includes or extends that is not there, by name; else ""."""
    for name in meta.find_referenced_templates(environment.parse(source)):
        try:
            if name and environment.loader:
                environment.loader.get_source(environment, name)
        except TemplateNotFound:
            return name or ""
    return ""


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def _text(content: Path, name: str) -> str:
    path = paths.own_file(content, name)
    try:
        return path.read_text("utf-8-sig") if path else ""
    except (OSError, UnicodeDecodeError):
        report(Problem(f"content/theme/{name}", None, say("toml_not_utf8"), say("toml_not_utf8_fix")))
        return ""
