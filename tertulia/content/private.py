"""What an author writes for nobody to read: notes to oneself, in the notation of whichever program they were made with.

    %%a note%%   <!-- a note -->     Obsidian; HTML
    {% comment %} … {% endcomment %}   {# … #}   {{/* … */}}   {{!-- … --}}   {/* … */}   {>> … <<}   <%# … %>
    % a note     ###. a note         MyST, Textile: up to the end of the line, or of the paragraph
    #+begin_comment … #+end_comment  ::: comment … :::   \\begin{comment} … \\end{comment}   {::comment} … {:/comment}

Whoever reads a text for the public reads it through a ``Screen``. A note that is never closed hides what follows:
what was hidden too much can be shown again, and what was published cannot be taken back. Code is shown as it is, and
so is what a backslash stands before.

https://help.obsidian.md/syntax#Comments, https://html.spec.whatwg.org/#comments, https://jinja.palletsprojects.com,
https://shopify.dev/docs/api/liquid/tags/comment, https://gohugo.io/templates/introduction/#comments,
https://handlebarsjs.com/guide/#template-comments, https://mdxjs.com/docs/what-is-mdx, https://fletcher.github.io,
https://mystmd.org/guide/syntax-overview, https://textile-lang.com/doc/textile-comments, https://orgmode.org/manual,
https://kramdown.gettalong.org/syntax.html#extensions, https://quarto.org/docs/authoring/conditional.html
"""

import re
from bisect import bisect_right
from collections import defaultdict
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from tertulia.core import lazy_re

# Call-outs, ``:::NAME``, that are for nobody: https://github.com/remarkjs and Quarto's, and how people call them.
HIDDEN_CALLOUTS = frozenset(("comment", "comentario", "hidden", "oculto", "content-hidden", "private", "privado"))

# Where the summary ends: WordPress, Hugo, Jekyll, Hexo, Zola; Docusaurus, Eleventy, Nikola, Pelican's plugins.
SUMMARY_ENDS = lazy_re.compile(
    r"<!--\s*(?:more|read[ _-]?more|truncate|excerpt|teaser_end|pelican_end_summary|end[ _-](?:excerpt|summary))\b"
    r".*?-->",
    re.IGNORECASE | re.DOTALL,
)


class Notation(Struct, frozen=True):
    """One way to write a note."""

    opens: str
    closes: re.Pattern[str]
    of_lines: bool = False  # it begins a line of a text
    needs_end: bool = False  # without one it is text
    is_plain: bool = False  # everybody knows that it is not seen: nobody is told
    is_doubtful: bool = False  # whoever never heard of it may have meant a text


def _notation(
    opens: str, closes: str, *, of_lines: bool = False, needs_end: bool = False, is_doubtful: bool = False
) -> Notation:
    return Notation(opens, lazy_re.compile(closes, re.I | re.M), of_lines, needs_end, is_doubtful=is_doubtful)


_PERCENTS = _notation(r"%%", r"%%")
_HTML = Notation("<!--", lazy_re.compile(r"(?<=<!--)-?>|--!?>"), is_plain=True)
_NOTATIONS = (
    _PERCENTS,
    _HTML,
    _notation(r"\{%-?\s*comment\b[^%]*%\}", r"\{%-?\s*endcomment\s*-?%\}"),
    _notation(r"\{%-?[ \t]*#", r"%\}"),
    _notation(r"\{\{[<%]\s*comment\s*[%>]\}\}", r"\{\{[<%]\s*/\s*comment\s*[%>]\}\}"),
    _notation(r"\{\{-?\s*/\*", r"\*/\s*-?\}\}"),
    _notation(r"\{\{~?!--", r"--~?\}\}"),
    _notation(r"\{\{~?!(?!--)", r"\}\}", needs_end=True),
    _notation(r"\{#-?\s", r"#\}"),
    _notation(r"\{#(?![\w:.-]+(?:[ \t][^{}\n]*)?(?<!#)\})", r"#\}", needs_end=True),  # "{#id .class}" is no note
    _notation(r"\{/\*", r"\*/\s*\}"),
    _notation(r"\{>>", r"<<\}"),
    _notation(r"<%--", r"--%>"),
    _notation(r"<%#", r"%>"),
    _notation(r"\{::comment\}", r"\{:/(?:comment)?\}"),
    _notation(r"\\begin\{comment\}", r"\\end\{comment\}"),
    _notation(r"^[ \t]*\#\+begin_comment\b", r"^[ \t]*\#\+end_comment\b[^\n]*(?:\n|\Z)", of_lines=True),
    _notation(
        rf"^:{{3,}}[ \t]*(?:\{{[ \t]*)?\.?(?:{'|'.join(sorted(HIDDEN_CALLOUTS))})\b", r"^:{3,}[ \t]*$", of_lines=True
    ),
    # "50\n% de" is an amount, and so is "**50**\n% de".
    _notation(
        r"(?<![\d½¼¾]\n)(?<!\d[\s*_)`]\n)(?<!\d[*_]{2}\n)^%(?=[ \t\w])", r"\n|\Z", of_lines=True, is_doubtful=True
    ),
    _notation(r"\A###\.(?=\s)", r"\Z", of_lines=True),
    _notation(r"\A###\.\.(?=\s)", r"\A(?=(?:p|h[1-6]|bq|bc|pre|notextile|fn\d+)\.{1,2}\s)", of_lines=True),
)
# One of these is in every note.
_SIGNS = ("%", "<!--", "\\begin", "#+", ":::", "###.")
_SIGNS_IN_BRACES = ("{#", "{{", "{/*", "{>>", "{::")
_CODE = ("script", "style", "textarea", "pre", "code")
_SAME_TAG = {name: lazy_re.compile(rf"</?{name}\b", re.I) for name in _CODE}
_END_OF_RAW = lazy_re.compile(r"\{%-?\s*endraw\b", re.I)
_SCAN = lazy_re.compile(
    "|".join(
        (
            *(f"(?P<n{number}>{notation.opens})" for number, notation in enumerate(_NOTATIONS) if number),
            r"(?P<percents>%{2,})",
            r"\\(?s:.)",
            r"(?P<ticks>`+)",
            rf"<(?P<tag>{'|'.join(_CODE)})\b",
            r"(?P<raw>\{%-?\s*raw\s*-?%\})",
        )
    ),
    re.I | re.M,
)
# "20%%" and "5 %%" are a slip of the keyboard, where the marks that are none of these are even.
_AMOUNT = lazy_re.compile(r"(?<=\d)%%(?![^\W\d_])|(?<=\d\s)%%(?![^\W\d_])")
_TICKS = lazy_re.compile("`+")
_ESCAPED = lazy_re.compile(r"\\(?=%%|<!--|<%[#-]|\{[#%{/>:])")


class Note(Struct, frozen=True):
    """A note that was left out."""

    written: str  # what of it stands in the piece in which it begins
    is_closed: bool
    is_plain: bool
    is_doubtful: bool


def may_hold_note(piece: str) -> bool:
    """Whether it is worth reading *piece* for notes: in most texts there is none, and this is quickly seen."""
    for sign in _SIGNS:  # no any(): it would cost more than what it asks
        if sign in piece:
            return True
    return "{" in piece and any(sign in piece for sign in _SIGNS_IN_BRACES)


class Screen:
    """
    Leaves out what is for nobody, of a text that is read in pieces; a note goes on until it is closed.

    Args:
        of_lines: The pieces are lines, so that what begins a line may be a note. A value of a header is none.
    """

    def __init__(self, *, of_lines: bool = True) -> None:
        self.of_lines = of_lines
        self.hidden: Notation | None = None  # the notation of the note in which the next piece begins
        self.notes: list[Note] = []

    def public(self, piece: str, *, is_html: bool = False) -> str:
        """Return what of the next *piece* is for readers; in HTML, backticks make no code."""
        if self.hidden is None and not may_hold_note(piece):
            return piece
        return _Scan(self, piece, is_html).shown()

    def rest_of_code(self, code: str) -> str:
        """Return what stands in *code* behind the end of the note that is open; "" when it does not end there."""
        end = self.hidden.closes.search(code) if self.hidden else None
        if not end:
            return ""
        self.close()
        return code[end.end() :]

    def open(self, notation: Notation, written: str, *, is_closed: bool) -> None:
        """Leave out a note."""
        self.notes.append(Note(written, is_closed, notation.is_plain, notation.is_doubtful))
        self.hidden = None if is_closed else notation

    def close(self) -> None:
        """Show what comes next."""
        self.notes[-1] = replace(self.notes[-1], is_closed=True)
        self.hidden = None


class _Scan:
    """One piece, read once from its beginning to its end: what was looked for in vain is not looked for again."""

    def __init__(self, screen: Screen, piece: str, is_html: bool) -> None:
        self.screen, self.piece, self.is_html = screen, piece, is_html
        self.missing: set[re.Pattern[str]] = set()

    def shown(self) -> str:
        """Return what is left of the piece."""
        at = 0
        if self.screen.hidden:
            end = self.screen.hidden.closes.search(self.piece)
            if not end:
                return ""
            self.screen.close()
            at = end.end()
        kept = at
        made: list[str] = []
        while found := _SCAN.search(self.piece, at):
            notation = self._notation(found)
            if notation is None:
                at, kept = self._over(found, kept, made)
                continue
            end = self._find(notation.closes, found.end())
            if end is None and notation.needs_end:
                at = found.end()
                continue
            at = end.end() if end else len(self.piece)
            made.append(self.piece[kept : found.start()])
            kept = at
            written = self.piece[found.start() : at]
            if notation is _HTML and SUMMARY_ENDS.fullmatch(written):
                made.append("<!--more-->")
            else:
                self.screen.open(notation, written, is_closed=end is not None)
        return "".join((*made, self.piece[kept:]))

    def _notation(self, found: re.Match[str]) -> Notation | None:
        """Return the notation of the note that begins with *found*; None where none does."""
        name = found.lastgroup or ""
        if name == "percents":
            return _PERCENTS if found[0] == "%%" and not self._is_amount(found) else None
        notation = _NOTATIONS[int(name[1:])] if name[:1] == "n" else None
        return notation if notation and (self.screen.of_lines or not notation.of_lines) else None

    def _is_amount(self, found: re.Match[str]) -> bool:
        if not _AMOUNT.match(self.piece, found.start()):
            return False
        return (len(self._marks) - bisect_right(self._marks, found.start())) % 2 == 0

    @cached_property
    def _marks(self) -> list[int]:
        """Where the marks stand that are no amounts."""
        amounts = {found.start() for found in _AMOUNT.finditer(self.piece)}
        return [found.start() for found in _PERCENTS.closes.finditer(self.piece) if found.start() not in amounts]

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """Where each run of backticks ends, by its length."""
        runs: dict[int, list[int]] = defaultdict(list)
        for found in _TICKS.finditer(self.piece):
            runs[len(found[0])].append(found.end())
        return runs

    def _over(self, found: re.Match[str], kept: int, made: list[str]) -> tuple[int, int]:
        """Go over what is code or no note: where to look on, and from where nothing is in *made* yet."""
        end = found.end()
        if found["ticks"] and not self.is_html:
            ends = self._runs[len(found[0])]
            place = bisect_right(ends, end)
            return (ends[place] if place < len(ends) else end), kept
        if found["raw"]:
            closing = self._find(_END_OF_RAW, end)
            return (closing.end() if closing else end), kept
        if tag := found["tag"]:
            closing = self._find(_SAME_TAG[tag.lower()], end)
            if closing and closing[0].startswith("</"):
                if tag.lower() in ("pre", "code"):  # a comment is one there too
                    made += [self.piece[kept:end], _without_comments(self.piece[end : closing.start()])]
                    kept = closing.start()
                return closing.end(), kept
        return end, kept

    def _find(self, wanted: re.Pattern[str], at: int) -> re.Match[str] | None:
        """Return the next place of *wanted* from *at* on."""
        found = None if wanted in self.missing else wanted.search(self.piece, at)
        if not found:
            self.missing.add(wanted)
        return found


def unescaped(text: str) -> str:
    """*text* that is no Markdown, without the backslash that keeps a notation from being one."""
    return _ESCAPED.sub("", text) if "\\" in text else text


def _without_comments(code: str) -> str:
    made, at = [], 0
    while (start := code.find("<!--", at)) >= 0 and (end := _HTML.closes.search(code, start + 4)):
        made.append(code[at:start])
        at = end.end()
    return "".join((*made, code[at:]))
