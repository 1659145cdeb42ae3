"""The pictures of the looks that the documentation shows: each blog is made by what is written there, and photographed.

``docs/looks/N/`` holds what the Nth lays into its folder besides its settings. Where there are posts among it, they
are all that it has; else it has those of the sample.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tertulia.commands import build, check, documentation, photographs
from tertulia.core import conf
from tertulia.core.errors import TertuliaError

EXAMPLES = Path("docs/looks-examples.md")
FILES = Path("docs/looks")
_EXAMPLE = re.compile(r"^## [^\n]*\n.*?```python\n(?P<settings>.*?)```.*?\]\((?P<picture>[^)]*)\)", re.M | re.S)

# Home and post of each: of the sample, and of the one that has posts of its own.
OF_SAMPLE = ("", "2021/03/el-silbato-de-don-anselmo/")
OF_ITS_OWN = ("ar/", "ar/2026/11/cafe/")
GROUND = (136, 137, 130)
GAP_PX, HEIGHT_PX = 12, 510


class Viewport(NamedTuple):
    """A browser window that pages are seen in, and how wide it is in the picture."""

    width_px: int
    height_px: int
    shown_px: int


SCREENS = (Viewport(1440, 1500, 490), Viewport(390, 1200, 166))


class Example(NamedTuple):
    """One blog of the documentation."""

    settings: str  # Python
    picture: Path
    files: Path  # what lies in its folder


def examples(root: Path) -> Iterator[Example]:
    """Yield the blogs of the documentation of *root*, in order."""
    for number, found in enumerate(_EXAMPLE.finditer((root / EXAMPLES).read_text("utf-8")), 1):
        picture = root / EXAMPLES.parent / found["picture"]
        yield Example(found["settings"], picture, root / FILES / str(number))


def draw(root: Path) -> None:
    """
    Take the picture of each example anew.

    Raises:
        TertuliaError: there is no browser, or one of them cannot be built.
    """
    tools = photographs.camera(root)
    for example in examples(root):
        with build.workshop(root, ".output-") as folder:
            write(root, example, folder / "blog")
            kept = {"IMAGE_CACHE_PATH": str(root / "var" / "cache" / "images")}
            report = build.run(folder / "blog", folder / "site", conf.NAME, kept, documentation.with_this_clone)
            if report.failure:
                raise TertuliaError(report.failure)
            pages = OF_ITS_OWN if (example.files / "content/posts").is_dir() else OF_SAMPLE
            with check.served(folder / "site", "") as origin:
                photographs.take(_shots([f"{origin}/{page}" for page in pages], folder), tools, folder)
            _together(folder).save(example.picture, "WEBP", quality=80, method=6)


def write(root: Path, example: Example, blog: Path) -> None:
    """Make the blog of *example* in the new folder *blog*."""
    if not (example.files / "content/posts").is_dir():
        shutil.copytree(root / "content", blog / "content")
    shutil.copytree(example.files, blog, dirs_exist_ok=True)
    more = "SEARCH = SOCIAL_CARDS = False\n"
    (blog / conf.NAME).write_text(f"{(root / conf.NAME).read_text('utf-8')}\n{example.settings}{more}", "utf-8")


def _cells() -> list[tuple[str, Viewport, int]]:
    """Return scheme, screen and page (0, the home) of each part of a picture, from left to right and down."""
    return [(scheme, screen, page) for scheme in ("light", "dark") for screen in SCREENS for page in (0, 1)]


def _shots(addresses: list[str], folder: Path) -> Iterator[photographs.Shot]:
    """Yield what to take of each cell: ``0.png``, ``1.png``… in *folder*."""
    for number, (scheme, screen, page) in enumerate(_cells()):
        yield photographs.Shot(addresses[page], folder / f"{number}.png", screen.width_px, screen.height_px, scheme)


def _together(folder: Path) -> Any:
    """Return the pictures of all cells as one."""
    from PIL import Image

    width = GAP_PX + sum(2 * (screen.shown_px + GAP_PX) for screen in SCREENS)
    whole = Image.new("RGB", (width, 3 * GAP_PX + 2 * HEIGHT_PX), GROUND)
    x, y = GAP_PX, GAP_PX
    for number, (_scheme, screen, _page) in enumerate(_cells()):
        with Image.open(folder / f"{number}.png") as taken:
            height = round(taken.height * screen.shown_px / taken.width)
            small = taken.convert("RGB").resize((screen.shown_px, height), Image.Resampling.LANCZOS)
        whole.paste(small.crop((0, 0, screen.shown_px, HEIGHT_PX)), (x, y))
        x += screen.shown_px + GAP_PX
        if x >= width:
            x, y = GAP_PX, y + HEIGHT_PX + GAP_PX
    return whole
