"""What a blog chose of what the theme offers: its design, where things stand, and the extras.

    DESIGN = "portada"                     another design than the theme's own
    LAYOUT = {"home": "magazine"}          where things stand; what is not named stays as it is
    EXTRAS = ["switch", "author"]          what not everybody wants; each is useful, or absent, without JavaScript

Each choice is a small sheet in ``theme/choices/`` or ``theme/designs/``, and is part of the site's style sheet only
where it was chosen: a reader fetches nothing that is not used.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from tertulia.core import paths
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.core.public_kinds import shown
from tertulia.site.problems import in_settings

# By design: the fonts that it is made for.
DESIGNS = {
    "tertulia": {"text": "alegreya", "titles": "alegreya"},
    "portada": {"text": "newsreader", "titles": "archivo"},
}
# Of each thing where it may stand, the usual place first.
LAYOUT = {
    "home": ("lead", "list", "magazine", "whole"),
    "dates": ("margin", "above"),
    "captions": ("margin", "below"),
}
EXTRAS = ("switch", "author", "covers", "contents", "copy", "progress")
SCRIPTS = ("switch", "copy")  # the extras that have one


class Choices(Struct):
    """What one blog chose."""

    design: str = "tertulia"
    layout: dict[str, str] = field(default_factory=lambda: {thing: places[0] for thing, places in LAYOUT.items()})
    extras: frozenset[str] = frozenset()

    @property
    def fonts(self) -> Mapping[str, str]:
        """The fonts that the design is made for, by role."""
        return DESIGNS[self.design]

    @property
    def design_sheet(self) -> Path | None:
        """The design's own style sheet; None for the theme's own design."""
        return folder_of(self.design) / "design.css" if self.design != "tertulia" else None

    def sheets(self) -> Iterator[Path]:
        """Yield the style sheets of what was chosen, without the design's."""
        usual = {thing: places[0] for thing, places in LAYOUT.items()}
        chosen = [f"{thing}-{place}" for thing, place in self.layout.items() if place != usual[thing]]
        for name in (*chosen, *sorted(self.extras)):
            sheet = paths.THEME / "choices" / f"{name}.css"
            if sheet.is_file():
                yield sheet

    def scripts(self) -> Iterator[Path]:
        """Return the scripts of what was chosen."""
        return (paths.THEME / "choices" / f"{name}.js" for name in SCRIPTS if name in self.extras)


def folder_of(design: Any) -> Path:
    """Where the files of *design* lie; there is no such folder where there is no such design."""
    return paths.THEME / "designs" / str(design if isinstance(design, str) and design in DESIGNS else "")


def chosen(settings: Mapping[str, Any], conf: Path) -> tuple[Choices, list[Problem]]:
    """
    Return what a blogger chose, as far as there is such a thing, and what is wrong with the rest, by its line of
    *conf*.
    """
    choices = Choices()
    problems = []

    def refuse(setting: str, name: object, among: Iterable[str]) -> None:
        what = say("no_such_choice", setting=setting, name=shown(name))
        problems.append(in_settings(conf, setting, str(name), what, say("no_such_choice_fix", names=", ".join(among))))

    if settings.get("HOME_WHOLE_POSTS"):
        choices.layout["home"] = "whole"
    if (design := settings.get("DESIGN") or "tertulia") in tuple(DESIGNS):
        choices.design = design
    else:
        refuse("DESIGN", design, DESIGNS)
    layout = settings.get("LAYOUT") or {}
    if not isinstance(layout, Mapping):
        refuse("LAYOUT", layout, (f'{{"{thing}": "{places[-1]}"}}' for thing, places in LAYOUT.items()))
        layout = {}
    for thing, place in layout.items():
        if thing not in LAYOUT:
            refuse("LAYOUT", thing, LAYOUT)
        elif place not in LAYOUT[thing]:
            refuse("LAYOUT", place, LAYOUT[thing])
        else:
            choices.layout[thing] = place
    extras = settings.get("EXTRAS") or ()
    extras = [extras] if isinstance(extras, str) else list(extras) if isinstance(extras, Iterable) else [extras]
    for name in extras:
        if name not in EXTRAS:
            refuse("EXTRAS", name, EXTRAS)
    choices.extras = frozenset(name for name in EXTRAS if name in extras)
    return choices, problems
