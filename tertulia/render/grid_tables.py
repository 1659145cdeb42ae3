"""Tables drawn with ``+---+``, as Pandoc, reStructuredText and Emacs write them, and what tables are called below them.

+-------+-----+       each cell holds blocks: paragraphs, lists, code
| Fruta | Año |
+=======+=====+       https://pandoc.org/MANUAL.html#extension-grid_tables
| Pera  | 2   |
+-------+-----+

: Pie de tabla
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from textwrap import dedent

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from tertulia.core import lazy_re
from tertulia.render import kramdown

_BORDER = lazy_re.compile(r"\+(?:[-=:]+\+)+")
_CAPTION = lazy_re.compile(
    r"(?::[ \t]+|(?:Table|Tabla|Cuadro):[ \t]*)(?P<words>.*?)(?:[ \t]*\{(?P<attributes>[^{}]*)\})?[ \t]*", re.S
)


def find_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Return the rule for a grid, for markdown-it; one whose lines do not meet is text."""
    first = _line(state, start)
    if not first.startswith("+") or state.is_code_block(start) or not _BORDER.fullmatch(first):
        return False
    lines = []
    for number in range(start, end):
        line = _line(state, number)
        if not line.startswith(("+", "|")) or state.sCount[number] < state.blkIndent:
            break
        lines.append(line)
    corners = [at for at, sign in enumerate(first) if sign == "+"]
    if len(lines) < 3 or not all(_fits(line, corners) for line in lines) or not _is_border(lines[-1], corners):
        return False
    if not silent:
        _draw(state, lines, corners)
        state.line = start + len(lines)
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _is_border(line: str, corners: list[int]) -> bool:
    return bool(_BORDER.fullmatch(line)) and [at for at, sign in enumerate(line) if sign == "+"] == corners


def _fits(line: str, corners: list[int]) -> bool:
    is_row = len(line) == corners[-1] + 1 and all(line[at] == "|" for at in corners)
    return is_row or _is_border(line, corners)


def _draw(state: StateBlock, lines: list[str], corners: list[int]) -> None:
    """Put the rows as tokens; what stands above ``+===+`` is the head."""
    heads = next((n for n, line in enumerate(lines) if n and line.startswith("+") and "=" in line), 0)
    sides = _sides(lines[heads], corners)
    state.push("table_open", "table", 1)
    part, row = "", list[str]()
    for number, line in enumerate(lines[1:], 1):
        if line.startswith("|"):
            row.append(line)
            continue
        wanted = "thead" if number <= heads else "tbody"
        if wanted != part:
            if part:
                state.push(f"{part}_close", part, -1)
            state.push(f"{wanted}_open", wanted, 1)
            part = wanted
        if row:
            _draw_row(state, row, corners, sides, "th" if part == "thead" else "td")
            row = []
    state.push(f"{part}_close", part, -1)
    state.push("table_close", "table", -1)


def _draw_row(state: StateBlock, row: list[str], corners: list[int], sides: list[str], tag: str) -> None:
    state.push("tr_open", "tr", 1)
    for column, side in enumerate(sides):
        text = dedent("\n".join(line[corners[column] + 1 : corners[column + 1]].rstrip() for line in row)).strip("\n")
        cell = state.push(f"{tag}_open", tag, 1)
        if side:
            cell.attrs["style"] = f"text-align:{side}"
        inside: list[Token] = []
        state.md.block.parse(text, state.md, state.env, inside)
        is_plain = len(inside) == 3 and inside[0].type == "paragraph_open"
        state.tokens += inside[1:2] if is_plain else inside
        state.push(f"{tag}_close", tag, -1)
    state.push("tr_close", "tr", -1)


def _sides(border: str, corners: list[int]) -> list[str]:
    """To which side each column is set, by the colons of the line below the head, or of the first."""
    cells = [border[left + 1 : right] for left, right in pairwise(corners)]
    ends = {(True, True): "center", (False, True): "right", (True, False): "left"}
    return [ends.get((cell.startswith(":"), cell.endswith(":")), "") for cell in cells]


def captioned(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return *tokens* with the paragraph ``: Pie`` or ``Table: Pie`` right below a table as what that is called."""
    if not any(token.type == "table_close" for token in tokens):
        return tokens
    made: list[Token] = []
    opens: list[int] = []  # where each table that is open begins in made
    at = 0
    while at < len(tokens):
        token = tokens[at]
        made.append(token)
        at += 1
        if token.type == "table_open":
            opens.append(len(made))
        elif token.type == "table_close" and opens:
            place = opens.pop()
            is_paragraph = at + 1 < len(tokens) and tokens[at].type == "paragraph_open"
            found = _CAPTION.fullmatch(tokens[at + 1].content) if is_paragraph else None
            if found and found["words"]:
                caption = [Token("caption_open", "caption", 1), tokens[at + 1], Token("caption_close", "caption", -1)]
                tokens[at + 1].content = found["words"]
                made[place:place] = caption
                at += 3
                if found["attributes"]:
                    made.append(Token(kramdown.TOKEN, "", 0, content=found["attributes"], meta={"above": True}))
    return made
