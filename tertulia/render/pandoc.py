"""Pandoc's Markdown, as Quarto, R Markdown, Zettlr and whoever exports with it write: https://pandoc.org/MANUAL.html

    Hola^[una nota].                a note where it is called; Obsidian's and markdown-it's too
    [palabra]{.clase}, x^2^, H~2~O  a span, what stands above and below the line
    [a](b (Un título))              a link's title in parentheses, which is CommonMark's
    `<b>a</b>`{=html}               HTML as it is, in a line and in a fence
    | El verso                      lines that stay lines
    Término ⏎ ~ Definición          a definition, where a text has two such lines: one may be a signature
    +---+ tables                    in ``grid_tables``; those of blanks and dashes are told

All of it is read once the blocks of a text are known, so that none of it is looked for in code.
"""

import html
import re
from collections.abc import Iterator, Sequence

from markdown import Extension, Markdown
from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.extensions.footnotes import FootnoteExtension
from markdown_it.token import Token

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.render import grid_tables
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.document import Document
from tertulia.render.foreign import shortened

# What keeps its signs: code, formulas, tags, addresses, and what a backslash stands before.
_KEPT = (
    r"(?P<code>(?P<ticks>`+)(?!`)(?P<inside>.*?)(?<!`)(?P=ticks)(?!`))(?:\{=(?P<raw>[\w-]+)\})?"
    r"|\$\$.*?\$\$|\$(?![\s$])[^$\n]*?(?<!\s)\$(?![\w$])|\\\((?:(?!\\\()[^\n])*?\\\)|\\."
    r"|<[a-zA-Z/!][^<>]*>|https?://[^\s<>)\]]+"
)
_ATTRIBUTE = r"(?:[.#][\w-]+|(?:lang|dir|title)=(?:\"[^\"{}]*\"|[\w-]+))"
_PIECE = lazy_re.compile(
    _KEPT
    + r"|(?P<link>\]\(\s*(?:<[^<>\n]*>|[^\s()<>]+(?:\([^\s()]*\)[^\s()]*)*))\s+\((?P<title>[^()]*)\)\s*\)"
    + rf"|(?<![!\]\\])\[(?P<words>[^\[\]]+)\]\{{(?P<attributes>(?:\s*{_ATTRIBUTE})+\s*)\}}"
    + r"|(?<=[^\W_])(?P<mark>[\^~])(?P<shifted>[^\W_]{1,12})(?P=mark)(?![\^~])"
    + r"|(?P<note>\^\[)|(?P<opens>\[)|(?P<closes>\])",
    re.DOTALL,
)
_MAY_HOLD = ("^", "~", "]{", "{=")
# A link with a title in brackets.
_TITLED = lazy_re.compile(r"\]\(\s*(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)\s+\(")
_HTML = frozenset(("html", "html5", "html4"))
_DEFINITION = lazy_re.compile(r"^[ ]{0,3}~[ \t]+(?=\S)", re.M)
_VERSE = lazy_re.compile(r"\|(?: (?P<verse>.*[^|\s]))?[ \t]*")
_DASHES = lazy_re.compile(r"^ *-{2,}(?: +-{2,})+ *$", re.M)
_TAGS = {"underline": "u", "ul": "u", "mark": "mark"}


def _may_hold(content: str) -> bool:
    """Whether it is worth reading *content* sign by sign: most paragraphs hold nothing of Pandoc's."""
    for sign in _MAY_HOLD:  # a loop, because `any` takes three times as long for the few signs of many paragraphs
        if sign in content:
            return True
    return "](" in content and _TITLED.search(content) is not None


class PandocExtension(Extension):
    """Reads what Pandoc adds. Must come after ``BlocksExtension``, private notes and footnotes."""

    def __init__(self, footnotes: FootnoteExtension) -> None:
        super().__init__()
        self.footnotes = footnotes

    def extendMarkdown(self, md: Markdown) -> None:
        parser = md.parser
        assert isinstance(parser, CommonMarkParser)
        parser.grammar.block.ruler.before("fence", "grid_table", grid_tables.find_table)
        parser.reviews.append(_Review(md, self.footnotes).reviewed)
        for name in _HTML:
            parser.drawn[f"{{={name}}}"] = str


class _Review:
    """One reading of the blocks of a text."""

    def __init__(self, md: Markdown, footnotes: FootnoteExtension) -> None:
        self.md, self.footnotes = md, footnotes

    def reviewed(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """Return *tokens* with what is Pandoc's in the words of our Markdown."""
        self._read_definitions(tokens)
        for token in tokens:
            if token.type != "inline":
                continue
            if token.content.startswith("| ") and (verses := _verses(token.content)):
                token.content = verses
            if _may_hold(token.content):
                token.content = self._inline(token.content)
        self._tell_tables(tokens)
        return grid_tables.captioned(tokens)

    def _inline(self, text: str) -> str:
        """Return *text* with its notes put among the footnotes, the inner ones first."""
        made: list[list[str]] = [[]]
        opened: list[bool] = []  # of each bracket that is open, whether it is a note's
        at = 0
        for found in _PIECE.finditer(text):
            made[-1].append(text[at : found.start()])
            at = found.end()
            if found["note"]:
                opened.append(True)
                made.append([])
            elif found["opens"]:
                opened.append(False)
                made[-1].append("[")
            elif (found["closes"] or found["link"]) and opened and opened.pop():
                words = "".join(made.pop())
                made[-1].append(self._note(words) + found[0][1:])
            else:
                made[-1].append(self._piece(found))
        rest = text[at:]
        while len(made) > 1:  # a note that is never closed is text
            rest = "^[" + "".join(made.pop()) + rest
        return "".join(made[0]) + rest

    def _note(self, words: str) -> str:
        if not words.strip() or words.strip().isdigit():  # "^[1]": a mark, no note
            return f"^[{words}]"
        name = f"inline-{len(self.footnotes.footnotes) + 1}"
        self.footnotes.setFootnote(name, words.strip())
        return f"[^{name}]"

    def _piece(self, found: re.Match[str]) -> str:
        if found["raw"]:
            if found["raw"] in _HTML:
                return found["inside"].strip()
            self._tell(found[0], "foreign_syntax")
            return found[0]
        if found["link"]:
            return f'{found["link"]} "{html.escape(" ".join(found["title"].split()))}")'
        if found["words"]:
            return _span(self._inline(found["words"]), found["attributes"])
        if found["mark"]:
            tag = "sup" if found["mark"] == "^" else "sub"
            return f"<{tag}>{found['shifted']}</{tag}>"
        return found[0]

    def _read_definitions(self, tokens: Sequence[Token]) -> None:
        """Let ``~`` begin a definition as ``:`` does, where more than one line does below a term."""
        found = list(_definitions(tokens))
        if len(found) > 1 or (found and len(_DEFINITION.findall(found[0].content)) > 1):
            for token in found:
                token.content = _DEFINITION.sub(": ", token.content)

    def _tell_tables(self, tokens: Sequence[Token]) -> None:
        if not any(token.type in ("hr", "heading_open") and len(token.markup) > 1 for token in tokens):
            return
        body = self._document().body
        for found in _DASHES.finditer(body):
            before, after = body[: found.start()].rstrip(" \t"), body[found.end() :].strip(" \t")
            if before.endswith("\n") and not before.endswith("\n\n") and not after.startswith("\n\n"):
                self._tell(found[0], "dashed_table")
                return

    def _tell(self, piece: str, phrase: str) -> None:
        self._document().report(say(phrase, code=shortened(piece)), say(f"{phrase}_fix"), needle=piece)

    def _document(self) -> Document:
        return getattr(self.md, "document", None) or Document()


def _definitions(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the paragraphs that hold ``~ a definition``, below a term of one line in them or before them."""
    term = ""
    for token in tokens:
        if token.type != "inline":
            continue
        if "~" in token.content and (found := _DEFINITION.search(token.content)):
            above = token.content[: found.start()].strip("\n") or term
            if above and "\n" not in above and not above.endswith((".", ":", ",", ";")):
                yield token
                continue
        term = token.content


def _verses(content: str) -> str:
    """Return lines that each begin with a bar, and have no other, as lines that stay so; "" for any other paragraph."""
    verses: list[str] = []
    for line in content.split("\n"):
        found = _VERSE.fullmatch(line)
        if found:
            verse = found["verse"] or ""
            verses.append("\u00a0" * (len(verse) - len(verse.lstrip())) + verse.lstrip())
        elif verses and line.startswith(" "):
            verses[-1] += f" {line.strip()}"
        else:
            return ""
    return "\\\n".join(verses) if len(verses) > 1 and not any(" | " in verse for verse in verses) else ""


def _span(words: str, attributes: str) -> str:
    pairs, _ = get_attrs_and_remainder(attributes)
    classes = [value for name, value in pairs if name == "."]
    tag = next((_TAGS[name] for name in classes if name in _TAGS), "span")
    rest = [name for name in classes if name not in _TAGS]
    said = [("class", " ".join(rest))] if rest else []
    said += [(name, value) for name, value in pairs if name != "." and value]
    return f"<{tag}{''.join(f' {name}={chr(34)}{html.escape(value)}{chr(34)}' for name, value in said)}>{words}</{tag}>"
