"""A row of bars as a picture of lines and no script: how much of each whole is done."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT, GAP, TEXT = 24, 96, 4, 16  # units of the picture; it takes the width that there is


class Bar(NamedTuple):
    """One column."""

    label: str
    whole: int
    part: int
    told: str  # what is read out, and shown where a pointer rests


def bars(columns: Sequence[Bar], title: str) -> str:
    """*columns* side by side as an ``<svg>``, each *part* drawn over its *whole*, in the colour of the text."""
    most = max([one.whole for one in columns], default=0) or 1
    drawn = []
    for number, one in enumerate(columns):
        left = number * (WIDTH + GAP)
        whole, part = (round(HEIGHT * min(value, most) / most, 1) for value in (one.whole, one.part))
        drawn.append(
            f"<g><title>{escape(one.told)}</title>"
            f'<rect x="{left}" y="{HEIGHT - whole:g}" width="{WIDTH}" height="{whole:g}" fill-opacity="0.3"/>'
            f'<rect x="{left}" y="{HEIGHT - part:g}" width="{WIDTH}" height="{part:g}"/>'
            f'<text x="{left + WIDTH / 2:g}" y="{HEIGHT + TEXT - 3}" text-anchor="middle" font-size="11">'
            f"{escape(one.label)}</text></g>"
        )
    size = f"0 0 {max(len(columns) * (WIDTH + GAP) - GAP, 1)} {HEIGHT + TEXT}"
    name = escape(title, quote=True)
    return f'<svg viewBox="{size}" role="img" aria-label="{name}" fill="currentColor">{"".join(drawn)}</svg>'
