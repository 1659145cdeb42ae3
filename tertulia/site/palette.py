"""The blog's colours: those of its stylesheet, and the blogger's own over them, from ``COLORS``.

A colour has a name by its role (paper, ink, accent…) and a value for light and one for dark; they stand in ``site.css``
as ``--accent: light-dark(#9a2622, #ef8a70)``. ``COLORS = {"accent": ("#0a5c4a", "#7fd1b9")}`` changes them there, and
with that on every page, in feeds, on cards, icons and the service's pages.

Words must be read: https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

import colorsys
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tertulia.core import lazy_re
from tertulia.core.languages import decimal, say
from tertulia.core.models import Problem
from tertulia.site.problems import in_settings

LEAST_CONTRAST = 4.5
GROUNDS = ("paper", "raised")
TEXTS = ("ink", "quiet", "accent", "visited", "code-word", "code-text", "code-name")
SCHEMES = ("light", "dark")

_TOKEN = lazy_re.compile(r"--([\w-]+): light-dark\((#[0-9a-fA-F]{3,6}), (#[0-9a-fA-F]{3,6})\)")
_HEX = lazy_re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


class Pair(NamedTuple):
    """One colour in both schemes, each as ``#rrggbb``."""

    light: str
    dark: str


Palette = dict[str, Pair]
# Of the theme's own design; for what is made where there is no style sheet of it.
DEFAULT = Palette(paper=Pair("#fbf8f2", "#1b1815"), ink=Pair("#231c17", "#e8dfd3"), accent=Pair("#9a2622", "#ef8a70"))


def palette_of(css: str) -> Palette:
    """Return the colours that a stylesheet names, each as it stands first: what follows is for special cases."""
    found: Palette = {}
    for name, light, dark in _TOKEN.findall(css):
        found.setdefault(name, Pair(_long(light), _long(dark)))
    return found


def recoloured(css: str, palette: Palette) -> str:
    """*css* with the colours of *palette*, where it names them first."""
    seen: set[str] = set()

    def value(token: re.Match[str]) -> str:
        name = token[1]
        if name in seen or name not in palette:
            return token[0]
        seen.add(name)
        if (_long(token[2]), _long(token[3])) == palette[name]:
            return token[0]
        return f"--{name}: light-dark({palette[name].light}, {palette[name].dark})"

    return _TOKEN.sub(value, css)


def without_colours(css: str) -> str:
    """*css* without those that it names: a design's are written where the theme's own stand."""
    return re.sub(_TOKEN.pattern + r";\s*", "", css)


def chosen(colors: Any, known: Palette, conf: Path) -> tuple[Palette, list[Problem]]:
    """
    Return what a blogger chose, as far as it can be used, and what is wrong with it.

    Args:
        colors: The setting ``COLORS``.
        known: The colours of the theme.
        conf: The file of settings, for the lines of what is told.
    """
    if not isinstance(colors, Mapping):
        return {}, [in_settings(conf, "COLORS", "", say("colors_form"), say("colors_form_fix"))] if colors else []
    own: Palette = {}
    problems = []
    for name, pair in colors.items():
        if name not in known:
            what = say("no_such_color", name=name)
            problems.append(in_settings(conf, "COLORS", name, what, say("no_such_color_fix", names=", ".join(known))))
        elif not (isinstance(pair, list | tuple) and len(pair) == 2 and all(_is_hex(one) for one in pair)):
            default = f'("{known[name].light}", "{known[name].dark}")'
            problems.append(
                in_settings(conf, "COLORS", name, say("bad_color", name=name), say("bad_color_fix", pair=default))
            )
        else:
            own[name] = Pair(*map(_long, pair))
    return own, problems + list(faint(own, {**known, **own}, conf))


def faint(own: Palette, palette: Palette, conf: Path) -> Iterator[Problem]:
    """Every colour of words that is hard to read since *own* colours were chosen, with the nearest that is not."""
    for number, scheme in enumerate(SCHEMES):
        for text in TEXTS:
            grounds = [ground for ground in GROUNDS if ground in palette and (text in own or ground in own)]
            if text not in palette or not grounds:
                continue
            colour, others = palette[text][number], [palette[ground][number] for ground in grounds]
            least = min(contrast(colour, other) for other in others)
            if least < LEAST_CONTRAST:
                what = say("faint_color", name=text, scheme=say(f"scheme_{scheme}"), color=colour,
                           ratio=decimal(int(least * 100) / 100))  # fmt: skip
                fix = say("faint_color_fix", least=decimal(LEAST_CONTRAST), near=nearest(colour, others))
                yield in_settings(conf, "COLORS", text if text in own else grounds[0], what, fix)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colour: str, grounds: list[str]) -> str:
    """Return the colour most like *colour* that can be read on all *grounds*: lighter or darker, of the same hue."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    for step in range(1, 256):
        for moved in (lightness - step / 255, lightness + step / 255):
            parts = colorsys.hls_to_rgb(hue, min(max(moved, 0), 1), saturation)
            other = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
            if all(contrast(other, ground) >= LEAST_CONTRAST for ground in grounds):
                return other
    return max(("#000000", "#ffffff"), key=lambda one: min(contrast(one, ground) for ground in grounds))


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def _long(colour: str) -> str:
    return (colour if len(colour) > 4 else "#" + "".join(sign * 2 for sign in colour[1:])).lower()
