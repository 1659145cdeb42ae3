"""Notes to oneself, which are never published, in the blocks of a text.

    Lo importante. %%comprobar la fecha%%

    %%
    Un párrafo entero, una lista, código:
    - todo lo que hay entre las dos marcas
    %%

A note goes on over blocks until it is closed, so it is looked for once the blocks of a text are known: what is code
there is code. What is a note is in ``tertulia.content.private``; the author is told of it, and warned of one that is
never closed.
"""

from collections.abc import Sequence

from markdown import Extension, Markdown
from markdown_it.token import Token

from tertulia.content.private import Note, Screen, may_hold_note
from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.core.models import Severity
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.document import Document
from tertulia.render.foreign import shortened

_BLANK_LINES = lazy_re.compile(r"\n\s*\n")
_ONE_LINE = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "th", "td"))  # what stands there begins no line
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
        self.screen = Screen()
        self.left_out = 0  # how many pieces so far

    def public(self) -> list[Token]:
        """Return the blocks without notes, and without what is empty because there was nothing but a note in it."""
        if not any(may_hold_note(token.content) for token in self.tokens if token.content):
            return list(self.tokens)
        kept: list[Token] = []
        around: list[tuple[int, int, bool]] = []  # of each block that is open: its place in kept, and how it began
        for token in self.tokens:
            is_hidden = self.screen.hidden is not None
            if token.nesting > 0:
                around.append((len(kept), self.left_out, is_hidden))
                kept.append(token)
            elif token.nesting < 0:
                place, before, was_hidden = around.pop()
                is_empty = len(kept) == place + 1 and self.left_out > before and token.tag not in _CELLS
                if is_empty or (was_hidden and is_hidden):
                    del kept[place:]
                else:
                    kept.append(token)
            elif self._is_shown(token, of_lines=not around or kept[around[-1][0]].tag not in _ONE_LINE):
                kept.append(token)
            else:
                self.left_out += 1
        for note in self.screen.notes:
            self._tell(note)
        return kept

    def _is_shown(self, token: Token, *, of_lines: bool) -> bool:
        """Whether something is left of *token* without what is for nobody; that is taken out of it."""
        written = token.content
        self.screen.of_lines = of_lines
        if token.type in ("inline", "html_block"):
            token.content = self.screen.public(written, is_html=token.type == "html_block")
            if token.content == written:
                return True
            self.left_out += 1
            token.content = _BLANK_LINES.sub("\n", token.content.strip())
        elif self.screen.hidden:  # what is indented may be the next paragraph of a footnote
            token.content = self.screen.rest_of_code(written) if token.type == "code_block" else ""
        else:
            return True
        return bool(token.content.strip())

    def _tell(self, note: Note) -> None:
        document: Document = getattr(self.md, "document", None) or Document()
        if note.is_plain and note.is_closed:
            return
        lines = note.written.split("\n")
        needle = next((each for each in ("\n".join(lines[:2]), lines[0]) if each in document.body), "")
        phrase = "private_note" if note.is_closed else "private_note_open"
        severity: Severity = "hint" if note.is_closed and not note.is_doubtful else "warning"
        fix = "private_note_doubtful_fix" if note.is_doubtful else f"{phrase}_fix"
        document.report(say(phrase, code=shortened(note.written)), say(fix), needle=needle, severity=severity)
