"""Notes to oneself as Obsidian has them, ``%% … %%``, which are never published.

    Lo importante. %%comprobar la fecha%%

    %%
    Un párrafo entero, una lista, código:
    - todo lo que hay entre las dos marcas
    %%

A note goes on over blocks until it is closed, so it is looked for once the blocks of a text are known: what is code
there is code. One that is never closed hides what follows, as in Obsidian, and the author is warned: what was hidden
too much can be shown again, and what was published cannot be taken back. https://help.obsidian.md/syntax#Comments
"""

import re
from collections.abc import Sequence

from markdown import Extension, Markdown
from markdown_it.token import Token

from tertulia.core.languages import say
from tertulia.core.models import Severity
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.document import Document
from tertulia.render.foreign import shortened

_MARK = "%%"
_OPENS = re.compile(
    r"(?P<text>(?<!`)(`+)(?!`).*?(?<!`)\2(?!`)"
    r"|<(script|style|pre|code|textarea)\b(?:(?!</?\3\b).)*</\3|<!--(?:(?!<!--).)*?-->|%{3,})"
    r"|(?<![\d\\])%%",
    re.DOTALL | re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d\s\Z")  # "5 %% más" is a slip of the keyboard
_CELLS = frozenset(("th", "td", "tr", "thead", "tbody"))


class PrivateNotesExtension(Extension):
    """Leaves out what stands between ``%%``. Must come after ``BlocksExtension``."""

    def extendMarkdown(self, md: Markdown) -> None:
        assert isinstance(md.parser, CommonMarkParser)
        md.parser.reviews.append(lambda tokens: _PrivateNotes(md, tokens).public())


class _PrivateNotes:
    """One reading of the blocks of a text."""

    def __init__(self, md: Markdown, tokens: Sequence[Token]) -> None:
        self.md, self.tokens = md, tokens
        self.last = max(
            (n for n, token in enumerate(tokens) if _is_written(token) and _MARK in token.content), default=-1
        )
        self.hidden = False
        self.left_out = 0  # how many pieces so far

    def public(self) -> list[Token]:
        """The blocks without notes, and without what is empty because there was nothing but a note in it."""
        if self.last < 0:
            return list(self.tokens)
        kept: list[Token] = []
        around: list[tuple[int, int, bool]] = []  # of each block that is open: its place in kept, and how it began
        for number, token in enumerate(self.tokens):
            if token.nesting > 0:
                around.append((len(kept), self.left_out, self.hidden))
                kept.append(token)
            elif token.nesting < 0:
                place, before, was_hidden = around.pop()
                is_empty = len(kept) == place + 1 and self.left_out > before and token.tag not in _CELLS
                if is_empty or (was_hidden and self.hidden):
                    del kept[place:]
                else:
                    kept.append(token)
            elif _is_written(token):
                before = self.left_out
                token.content = self._shown(token.content, number)
                if self.left_out > before:
                    token.content = token.content.strip()
                if self.left_out == before or token.content:
                    kept.append(token)
            elif self.hidden:
                self.left_out += 1
            else:
                kept.append(token)
        return kept

    def _shown(self, content: str, number: int) -> str:
        """What is public of the *content* of block *number*."""
        shown, at = "", 0
        self.left_out += self.hidden
        while at < len(content):
            if self.hidden:
                end = content.find(_MARK, at)
                if end < 0:
                    break
                self.hidden, at = False, end + len(_MARK)
            opening = self._opening(content, at, number)
            if not opening:
                return shown + content[at:]
            shown += content[at : opening.start()]
            self.left_out += 1
            self.hidden, at = True, self._told(content, opening, number)
        return shown

    def _opening(self, content: str, at: int, number: int) -> re.Match[str] | None:
        """The next mark with which a note begins."""
        for found in _OPENS.finditer(content, at):
            is_amount = _AMOUNT.search(content, max(0, found.start() - 2), found.start())
            if found["text"] is None and not (is_amount and content.find(_MARK, found.end()) < 0):
                return found
        return None

    def _told(self, content: str, opening: re.Match[str], number: int) -> int:
        """Tell the author of a note; where its own text begins."""
        end = content.find(_MARK, opening.end())
        is_closed = end >= 0 or number < self.last
        piece = content[opening.start() : end + len(_MARK) if end >= 0 else len(content)]
        document: Document = getattr(self.md, "document", None) or Document()
        lines = piece.split("\n")
        needle = next((each for each in ("\n".join(lines[:2]), lines[0]) if each in document.body), "")
        phrase = "foreign_note" if is_closed else "foreign_note_open"
        severity: Severity = "hint" if is_closed else "warning"
        document.report(say(phrase, code=shortened(piece)), say(f"{phrase}_fix"), needle=needle, severity=severity)
        return opening.end()


def _is_written(token: Token) -> bool:
    return token.type in ("inline", "html_block")
