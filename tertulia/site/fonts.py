"""The blog's fonts, from ``FONTS``: one family for the text, perhaps another for titles.

The theme brings six families (SIL Open Font License, ``theme/fonts/``), each a style sheet that declares its files, the
letters of Central Europe, the Baltic, Turkey and Romania apart, and what stands in while they are on their way. Only
the chosen are published. ``system-serif`` and ``system-sans`` are the reader's own, with nothing to fetch.

A family of the blogger's is files in ``content/theme/static/fonts/``: ``mine.woff2``, and where there are such,
``mine-italic.woff2``, ``mine-bold.woff2`` and ``mine-bold-italic.woff2``.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from tertulia.core import paths
from tertulia.core.files import is_inside
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.site.problems import in_settings

ROLES = ("text", "titles")
FOLDER = "fonts"  # of the files, beside the sheet that names them
LICENCE = "OFL.txt"
OWN_STYLES = {"": "", "-italic": " font-style: italic;", "-bold": "", "-bold-italic": " font-style: italic;"}
REGULAR, BOLD = 400, 700


class Family(Struct, frozen=True):
    """
    A family of type.

    Attributes:
        name: As style sheets call it.
        stack: What to take, in order.
        measure: How many of its ems hold some 66 letters.
        css: Its ``@font-face`` rules.
        files: What those name, by path beside the sheet.
        first: The file that every page needs at once; "" for none.
    """

    name: str
    stack: str
    measure: float = 25
    css: str = ""
    files: tuple[Path, ...] = ()
    first: Path | None = None


OURS = {  # by name in the settings: the name, what it is, how many of its ems make a line
    "alegreya": ("Alegreya", "ui-serif, serif", 28),
    "literata": ("Literata", "ui-serif, serif", 26.5),
    "newsreader": ("Newsreader", "ui-serif, serif", 25.5),
    "open-sans": ("Open Sans", "system-ui, sans-serif", 27),
    "atkinson": ("Atkinson", "system-ui, sans-serif", 26.5),
    "archivo": ("Archivo", "system-ui, sans-serif", 28),
}
SYSTEM = {
    "system-serif": Family("", 'ui-serif, Charter, "Iowan Old Style", Georgia, serif'),
    "system-sans": Family("", "system-ui, sans-serif"),
}
DEFAULT = "alegreya"


class Fonts(Struct):
    """The families in use."""

    text: Family
    titles: Family

    @property
    def families(self) -> list[Family]:
        """Each once."""
        return [self.text] if self.titles == self.text else [self.text, self.titles]

    @property
    def first_files(self) -> list[str]:
        """What to fetch beside the style sheet, by path beside it."""
        return [f"{FOLDER}/{family.first.name}" for family in self.families if family.first]

    @property
    def files(self) -> dict[str, bytes]:
        """All files of the families in use, with their licence."""
        found = {f"{FOLDER}/{file.name}": file.read_bytes() for family in self.families for file in family.files}
        if any(file.parent == _ours() for family in self.families for file in family.files):
            found[f"{FOLDER}/{LICENCE}"] = (_ours() / LICENCE).read_bytes()
        return found

    @property
    def css(self) -> str:
        """Their rules, and the tokens that name them where those are not the theme's own."""
        rules = "\n".join(family.css for family in self.families)
        return f"\n{rules}\n@layer tokens {{ {self.tokens} }}\n"

    @property
    def tokens(self) -> str:
        """Which family stands where."""
        return (
            f":root {{ --text: {self.text.stack}; --titles: {self.titles.stack};"
            f" --measure: calc({self.text.measure:g} * var(--step-0)); }}"
        )


def chosen(fonts: Any, content: Path, default: Mapping[str, str]) -> tuple[Fonts, list[Problem]]:
    """
    Return the families that a blogger chose, as far as they can be used, and what is wrong with the choice.

    Args:
        fonts: The setting ``FONTS``: the name of a family, or names by role; nothing for *default*.
        default: The design's own, by role.
    """
    conf, problems = content.parent / "pelicanconf.py", []
    names = dict(default)
    if isinstance(fonts, str) and fonts:
        fonts = dict.fromkeys(ROLES, fonts)
    if fonts and not isinstance(fonts, Mapping):
        problems.append(in_settings(conf, "FONTS", "", say("fonts_form"), say("fonts_form_fix")))
    elif fonts:
        if "titles" not in fonts and default["titles"] == default["text"] and fonts.get("text"):
            names["titles"] = fonts["text"]
        for role, name in fonts.items():
            if role not in ROLES:
                what = say("no_such_role", name=role)
                problems.append(in_settings(conf, "FONTS", str(role), what, say("fonts_form_fix")))
            else:
                names[role] = name
    found = {}
    for role in ROLES:
        try:
            found[role] = _family(names[role], content)
        except (KeyError, TypeError):
            choices = ", ".join(known(content))
            what = say("no_such_font", name=names[role])
            problems.append(in_settings(conf, "FONTS", role, what, say("no_such_font_fix", names=choices)))
        except OSError as error:
            what = say("bad_font", name=names[role], why=error)
            problems.append(in_settings(conf, "FONTS", role, what, say("bad_font_fix")))
        if role not in found:
            found[role] = _family(default[role], content)
    return Fonts(**found), list({problem.what: problem for problem in problems}.values())


def known(content: Path) -> Iterable[str]:
    """Every name that may stand in ``FONTS``: the theme's, the system's, the blogger's own."""
    own = sorted(file.stem for file in _own(content).glob("*.woff2") if _is_regular(file.stem))
    return dict.fromkeys((*OURS, *SYSTEM, *own))


def _family(name: str, content: Path) -> Family:
    if not re.fullmatch(r"[\w-]+", name):
        raise KeyError(name)
    own = {style: _own(content) / f"{name}{style}.woff2" for style in OWN_STYLES}
    own = {style: file for style, file in own.items() if file.is_file() and is_inside(file, content)}
    if "" in own:
        return _own_family(name, own)
    if name in SYSTEM:
        return SYSTEM[name]
    called, kind, measure = OURS[name]
    files = tuple(sorted(_ours().glob(f"{name}*.woff2")))
    quoted = f'"{called}"' if " " in called else called
    css = (_ours() / f"{name}.css").read_text("utf-8")
    first = _ours() / f"{name}.woff2"
    return Family(called, f'{quoted}, "Like {called}", {kind}', measure, css, files, first)


def _own_family(name: str, files: Mapping[str, Path]) -> Family:
    """
    Return a family of the blogger's files.

    Raises:
        OSError: one of them is no font.
    """
    rules = []
    for style, file in files.items():
        least, most = weights(file) or ((BOLD, BOLD) if style.startswith("-bold") else (REGULAR, REGULAR))
        weight = f"{least} {most}" if least != most else str(least)
        rules.append(
            f'@font-face {{ font-family: "{name}"; src: url("{FOLDER}/{file.name}") format("woff2");'
            f" font-weight: {weight};{OWN_STYLES[style]} font-display: swap; }}"
        )
    return Family(name, f'"{name}", ui-serif, serif', 26, "\n".join(rules), tuple(files.values()), files[""])


def weights(file: Path) -> tuple[int, int] | None:
    """
    Return the least and the greatest weight of a font that is variable in it; None for any other.

    Raises:
        OSError: it is no font.
    """
    from PIL import ImageFont  # by who has fonts of their own, and for each new epoch

    font = ImageFont.truetype(str(file), 20)
    try:
        axes = font.get_variation_axes()
    except OSError:
        return None
    for axis in axes:
        if axis["name"] in (b"Weight", "Weight"):
            return int(axis["minimum"] or REGULAR), int(axis["maximum"] or REGULAR)
    return None


def _is_regular(stem: str) -> bool:
    return not any(style and stem.endswith(style) for style in OWN_STYLES)


def _own(content: Path) -> Path:
    return paths.own_theme(content) / "static" / FOLDER


def _ours() -> Path:
    return paths.THEME / FOLDER
