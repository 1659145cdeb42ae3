"""A text longer than a file may be, cut into parts that lose nothing.

A part ends between two blocks. One block that is longer than a whole part is cut at a line: code goes on in a fence of
its own. Each part holds the footnotes that it refers to.
"""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"(`{3,}|~{3,})([^`]*)$")
_NOTE = re.compile(r"\[\^(\d+)\]: ")
_MARK = re.compile(r"\[\^(\d+)\]")


def parts(markdown: str, largest_bytes: int) -> list[str]:
    """*markdown* in parts of at most *largest_bytes* each."""
    if len(markdown.encode()) <= largest_bytes:
        return [markdown]
    blocks = list(_blocks(markdown))
    notes = _notes(blocks)
    if sum(len(note.encode()) for note in notes.values()) > largest_bytes // 2:
        notes = {}  # they are most of it: parts of their own
    room = largest_bytes - sum(len(note.encode()) + 2 for note in notes.values())
    written = set(notes.values())
    made: list[list[str]] = [[]]
    size = 0
    for block in blocks:
        if block in written:
            continue
        for piece in _pieces(block, room):
            length = len(piece.encode()) + 2
            if made[-1] and size + length > room:
                made.append([])
                size = 0
            made[-1].append(piece)
            size += length
    return ["\n\n".join((*part, *_referred("\n".join(part), notes))) for part in made]


def _blocks(markdown: str) -> Iterator[str]:
    """Yield what blank lines part, code kept whole; what is indented goes with what stands above it."""
    block: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        if block and not fence and not block[-1].strip() and line.strip() and line[0] not in " \t":
            yield "\n".join(block).rstrip("\n")
            block = []
        block.append(line)
        found = _FENCE.match(line)
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif found:
            fence = found[1]
    yield "\n".join(block).rstrip("\n")


def _pieces(block: str, largest_bytes: int) -> Iterator[str]:
    """*block*, in pieces where it is longer than a part."""
    if len(block.encode()) <= largest_bytes:
        yield block
        return
    lines = block.split("\n")
    fence = _FENCE.match(lines[0])
    opened, closed = "", ""
    if fence and len(lines) > 1 and lines[-1].rstrip() == fence[1]:
        opened, closed, lines = f"{lines[0]}\n", f"\n{fence[1]}", lines[1:-1]
    room = max(1, largest_bytes - len(opened.encode()) - len(closed.encode()))
    piece: list[str] = []
    size = 0
    for line in (short for long in lines for short in _short_lines(long, room)):
        length = len(line.encode()) + 1
        if piece and size + length > room:
            yield opened + "\n".join(piece) + closed
            piece, size = [], 0
        piece.append(line)
        size += length
    yield opened + "\n".join(piece) + closed


def _short_lines(line: str, room: int) -> Iterator[str]:
    """*line* in pieces of at most *room* bytes, cut at blanks where it has any."""
    while len(line.encode()) >= room:
        head = line.encode()[: max(4, room - 1)].decode(errors="ignore")
        at = head.rfind(" ") + 1
        head = head[:at] if at > len(head) // 2 else head
        yield head
        line = line[len(head) :]
    yield line


def _notes(blocks: list[str]) -> dict[str, str]:
    """Return the footnotes at the end of a text: number → block."""
    notes: dict[str, str] = {}
    for block in reversed(blocks):
        found = _NOTE.match(block)
        if not found:
            break
        notes[found[1]] = block
    return notes


def _referred(text: str, notes: dict[str, str]) -> list[str]:
    """Return the notes to which *text* refers, and those to which they do."""
    found: dict[str, str] = {}
    asked = _MARK.findall(text)
    while asked:
        number = asked.pop(0)
        if number in notes and number not in found:
            found[number] = notes[number]
            asked += _MARK.findall(notes[number][len(f"[^{number}]") :])
    return sorted(found.values(), key=lambda note: int(_MARK.match(note)[1]))  # type: ignore[index]
