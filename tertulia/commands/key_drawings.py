"""The drawings of ``docs/keys.md``: what is pressed, ticked and copied at each step, drawn from the step's own words.

No pictures of other people's sites: those move with every season, and would have to be taken signed in. Here a way
through menus (``*A → B*``) is a row of them with the last one to press, ``code`` is a right to tick or something to
write, an address is the top of a window, and what comes of it goes into ``.env``.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

from tertulia.commands.drawings import ACCENT, INK, PAPER, QUIET

PAGES = {"en": "docs/keys.md", "es": "docs/es/keys.md"}
WIDTH_PX, BAR_PX, ROW_PX, GAP_PX, INDENT_PX = 380, 30, 30, 14, 18
SHORTEST = 3  # letters of a piece of a name: "bot", "sub"
_STEP = re.compile(r"^(?:\d+\. )(.+?)(?=^\d+\. |^```|\Z|\n\n)", re.M | re.S)
_PIECE = re.compile(r"<(?P<address>https?://[^>]+)>|\*(?P<way>[^*]+)\*(?: → \*(?P<then>[^*]+)\*)?|`(?P<code>[^`]+)`")
_KEY = re.compile(r"^([A-Z_]+)=", re.M)


class Step(NamedTuple):
    """What one step asks for."""

    address: str  # of the site, "" where the step is in its menus or goes on where the one before was
    rows: tuple[tuple[int, str, str], ...]  # how far in, which kind and which words each is, from above


def networks(text: str) -> Iterator[tuple[str, list[Step], list[str]]]:
    """Yield the title of each network that has steps, the steps, and the keys that come of them."""
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        body = body.strip()
        told = _STEP.findall(body) or [body.partition("\n\n")[0]]
        steps = [step for one in told if any(step := _read(" ".join(one.split())))]
        if any(kind == "press" for step in steps for _, kind, _ in step.rows):
            yield title.strip(), steps, _KEY.findall(body)


def _read(text: str) -> Step:
    address, rows = "", []
    for piece in _PIECE.finditer(text):
        if piece["address"]:
            address = address or re.sub(r"^https?://(www\.)?", "", piece["address"])
        elif piece["way"]:
            way = [words for part in (piece["way"], piece["then"]) if part for words in re.split(r"\s*→\s*", part)]
            rows += [(indent, "menu", words) for indent, words in enumerate(way[:-1])]
            rows.append((len(way) - 1, "press", way[-1]))
        elif len(piece["code"]) > SHORTEST:
            kind = "tick" if re.fullmatch("[a-z_]+", piece["code"]) else "write"
            rows.append((0, kind, piece["code"]))
    return Step(address, tuple(dict.fromkeys(rows)))


def name_of(keys: list[str], lang: str) -> str:
    """Return the file below ``docs/`` of the network whose first key this is: ``keys-mastodon.svg``."""
    return f"keys-{keys[0].partition('_')[0].lower()}{'' if lang == 'en' else f'.{lang}'}.svg"


def drawn(root: Path) -> Mapping[str, str]:
    """Return every drawing, by its file in the repository."""
    return {
        f"docs/{name_of(keys, lang)}": _picture(title, steps, keys)
        for lang, page in PAGES.items()
        for title, steps, keys in networks((root / page).read_text("utf-8"))
    }


def _picture(title: str, steps: list[Step], keys: list[str]) -> str:
    lines, y = [], GAP_PX
    for number, step in enumerate(steps, 1):
        rows = list(step.rows)
        if number == len(steps):
            rows += [(0, "write", f".env  {name}=") for name in keys]
        height = BAR_PX + ROW_PX * len(rows) + GAP_PX
        lines += [
            f'<rect x="1" y="{y}" width="{WIDTH_PX - 2}" height="{height}" rx="6" fill="#fff" stroke="{QUIET}"/>',
            f'<path d="M1 {y + BAR_PX}h{WIDTH_PX - 2}" stroke="{QUIET}" stroke-opacity=".4"/>',
            f'<circle cx="18" cy="{y + BAR_PX // 2}" r="10" fill="{ACCENT}"/>',
            _text(18, y + BAR_PX // 2 + 5, str(number), "#fff", 'text-anchor="middle" font-weight="bold"'),
            _text(38, y + BAR_PX // 2 + 5, step.address, QUIET),
        ]
        for at, (indent, kind, words) in enumerate(rows):
            lines += _row(18 + INDENT_PX * indent, y + BAR_PX + 8 + ROW_PX * at, kind, words)
        y += height + GAP_PX
    top = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {y}" width="{WIDTH_PX}" height="{y}"'
        ' font-family="sans-serif" font-size="14">'
    )
    return "\n".join([top, f"<title>{escape(title)}</title>", _box(0, 0, WIDTH_PX, y, PAPER), *lines, "</svg>", ""])


def _row(x: int, y: int, kind: str, words: str) -> list[str]:
    wide = 16 + 8 * len(words)
    if kind == "press":
        return [_box(x, y - 2, wide, 24, ACCENT, rounded=4), _text(x + 8, y + 15, words, "#fff", 'font-weight="bold"')]
    if kind == "menu":
        return [_text(x, y + 15, f"{words}  ▾", INK)]
    if kind == "tick":
        tick = f'<path d="M{x + 3} {y + 10}l4 4 7-9" fill="none" stroke="{ACCENT}" stroke-width="2"/>'
        box = f'<rect x="{x}" y="{y + 2}" width="16" height="16" rx="2" fill="none" stroke="{INK}"/>'
        return [box, tick, _text(x + 26, y + 15, words, INK, 'font-family="monospace"')]
    return [
        _box(x, y - 2, WIDTH_PX - 2 * 18, 24, PAPER, rounded=4),
        _text(x + 8, y + 15, words, INK, 'font-family="monospace"'),
    ]


def _box(x: int, y: int, width: int, height: int, fill: str, *, rounded: int = 0) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{rounded}" fill="{fill}"/>'


def _text(x: int, y: int, words: str, fill: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" fill="{fill}" {more}>{escape(words)}</text>'
