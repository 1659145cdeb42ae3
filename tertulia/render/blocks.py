"""The blocks of a text as CommonMark has them, in the tree of Python-Markdown.

What is a list, a quotation, a table or code is decided by markdown-it's rules of blocks
(https://spec.commonmark.org/0.31.2/, tables of https://github.github.com/gfm/); what stands inside a block, and all
that comes after, is Python-Markdown's and its extensions'. Code is taken out of the text before anybody looks for HTML
in it. Each paragraph, and what is indented below it, is first offered to the block processors of extensions
(footnotes, definition lists, embeds, whatever ``MARKDOWN`` adds), so that they go on working.

HTML is a block from its opening tag to its closing one, as ever; a blank line in it lets Markdown begin, as in
CommonMark, unless more HTML or an indented line follows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, reduce
from textwrap import dedent, indent
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor, ReferenceProcessor
from markdown.preprocessors import NormalizeWhitespace
from markdown.util import ETX, STX, AtomicString, code_escape
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from tertulia.core import lazy_re
from tertulia.render import kramdown, unclosed
from tertulia.render.callouts import CalloutBlocks, CalloutQuotes
from tertulia.render.code import highlighted

# Processors of Python-Markdown whose work is done here.
_REPLACED = ("empty", "indent", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote", "table")
_FENCE = lazy_re.compile(r"(`{3,}(?!.*`)|~{3,})")
_HARD_MARK = lazy_re.compile(r"^([ >]*(?:[-*+]|\d{1,9}[.)]|#{1,6}))\xa0+")
_TAB = "\ue009"  # of those for private use: a tab while all others are made blanks
# Deeper than any text nests: what lies below would be left out.
_DEPTH = 100

# What may stay open over blank lines: fences, HTML, call-outs, formulas, what other generators would replace.
_OPENS = lazy_re.compile(r"```|~~~|<[a-z/!?]|:::|!!!|\?\?\?|\$\$|\\[\[b]|\{[{%:]", re.IGNORECASE)
_PLAIN = lazy_re.compile(r"(?:(?<=\n\n)|\A)(?:[^\W\d_][^\n]*(?:\n|\Z))+(?=[ \t]*(?:\n|\Z))")
_RAW_TEXT = lazy_re.compile(r"<(script|pre|style|textarea)(?=[\s>]|$)", re.I)
_MARKS = ((lazy_re.compile(r"<!--"), "-->"), (lazy_re.compile(r"<\?"), "?>"), (lazy_re.compile(r"<!\[CDATA\["), "]]>"))
_DECLARATION = lazy_re.compile(r"<![a-z]", re.I)
_TAG = lazy_re.compile(r"<(/?)([a-z][a-z0-9-]*)(?=[\s/>]|$)", re.I)
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "source", "track", "wbr"))
_OPENING = lazy_re.compile(r"<[a-z][a-z0-9-]*(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>", re.I)
_MARKDOWN_INSIDE = lazy_re.compile(r"\s+markdown(?:\s*=\s*(?:\"\w*\"|'\w*'|\w+))?(?=[\s>])", re.I)


class BlocksExtension(Extension):
    """Blocks by CommonMark. Must come first: the extensions after it register with its parser."""

    def extendMarkdown(self, md: Markdown) -> None:
        self.md = md
        md.registerExtension(self)
        parser = CommonMarkParser(md)
        parser.blockprocessors = md.parser.blockprocessors
        parser.blockprocessors.register(_DefinitionsAtOnce(parser), "reference", 15)
        for processor in parser.blockprocessors:
            processor.parser = parser
        md.parser = parser
        md.preprocessors.register(_Whitespace(md), "normalize_whitespace", 30)  # in the place of Markdown's own
        md.treeprocessors.register(CalloutQuotes(md), "callouts", 25)  # before what stands in them is read (20)

    def reset(self) -> None:
        """Before each text: no extension that came later takes HTML or fences out of it before code is known."""
        for name in ("html_block", "fenced_code_block"):
            if name in self.md.preprocessors:
                self.md.preprocessors.deregister(name)


class _Whitespace(NormalizeWhitespace):
    """Markdown's own, but a tab in code stays one, as in what it was copied from: a Makefile is none without."""

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines) + "\n"
        if "\xa0" in text:
            lines = _with_plain_marks(lines)
            text = "\n".join(lines) + "\n"
        if "\t" not in text:
            is_clean = not any(sign in text for sign in ("\r", " \n", STX, ETX))  # nearly always
            return [*lines, "", ""] if is_clean else super().run(lines)
        kept = "\n".join(lines).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        fence = ""
        for number, line in enumerate(kept):
            bare = line.lstrip(" \t>")
            if fence:
                fence = "" if bare.rstrip().startswith(fence) and not bare.strip(" \t" + fence[0]) else fence
            elif opening := _FENCE.match(bare):
                fence = opening[1]
                continue
            indented = len(line) - len(bare) if line.startswith(("\t", "    ")) else 0
            if not fence and "\t" in line:
                kept[number] = line[:indented].expandtabs(4) + bare if indented else line.expandtabs(self.md.tab_length)
        hidden = super().run("\n".join(kept).replace("\t", _TAB).split("\n"))
        return [line.replace(_TAB, "\t") for line in hidden]


def _with_plain_marks(lines: list[str]) -> list[str]:
    """*lines* with a plain blank behind the signs of lists and headings: Macs type ⌥ and blank where one is meant."""
    made, fence = [], ""
    for line in lines:
        bare = line.lstrip(" \t>")
        if fence:
            fence = "" if bare.rstrip().startswith(fence) else fence
        elif opening := _FENCE.match(bare):
            fence = opening[1]
        made.append(line if fence else _HARD_MARK.sub(r"\1 ", line))
    return made


class _DefinitionsAtOnce(ReferenceProcessor):
    """Markdown's own, but definitions that follow each other are taken at once: where they end is known already."""

    def run(self, parent: Element, blocks: list[str]) -> bool:
        block, start, end = blocks[0], -1, 0
        for found in self.RE.finditer(block):
            if start < 0:
                start = found.start()
            elif block[end : found.start()].strip("\n"):
                break
            name, address = found[1].strip().lower(), found[2].lstrip("<").rstrip(">")
            self.parser.md.references[name] = (address, found[5] or found[6])
            end = found.end()
        if start < 0:
            return False
        blocks[:1] = [rest for rest in (block[:start].rstrip("\n"), block[end:].lstrip("\n")) if rest.strip()]
        return True


class CommonMarkParser(BlockParser):
    """
    Python-Markdown's parser of blocks, asking markdown-it where they begin and end.

    Extensions may add rules to its ``grammar``, to ``reviews`` what is to be done to the blocks of a text once they are
    known, to ``rewrites`` what is to be done to each text that is no code, and to ``drawn`` what a fence of some
    language becomes instead of code, by its name.
    """

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.reviews: list[Callable[[Sequence[Token]], Sequence[Token]]] = []
        self.rewrites: list[Callable[[str], str]] = []
        self.drawn: dict[str, Callable[[str], str]] = {}
        self.grammar = MarkdownIt("commonmark", {"maxNesting": _DEPTH}).enable("table").disable("reference")
        rule = _HtmlBlocks(md)
        self.grammar.block.ruler.at("html_block", rule, {"alt": ["paragraph", "reference", "blockquote"]})
        self.grammar.block.ruler.before("fence", "kramdown", kramdown.find_braces, {"alt": ["paragraph", "blockquote"]})
        self.grammar.block.ruler.before(
            "fence", "callout", CalloutBlocks(md), {"alt": ["paragraph", "reference", "blockquote", "list"]}
        )

    @cached_property
    def extended(self) -> list[BlockProcessor]:
        """The processors of extensions and of paragraphs, in the order in which they are asked."""
        replaced = [self.blockprocessors[name] for name in _REPLACED if name in self.blockprocessors]
        return [processor for processor in self.blockprocessors if processor not in replaced]

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:
        text = "\n\n".join(blocks)
        blocks.clear()
        self.parseChunk(parent, text)

    def parseChunk(self, parent: Element, text: str) -> None:
        """
        Put the blocks of *text* under *parent*.

        Raises:
            RecursionError: it nests too deep.
        """
        tokens: list[Token] = []
        for stretch, plain in _stretches(text):
            if plain:
                tokens += _paragraph_tokens(stretch)
            else:
                self.grammar.block.parse(stretch, self.grammar, {}, tokens)
        if any(token.level >= _DEPTH - 1 for token in tokens):
            raise RecursionError
        self._build(parent, tokens)

    def _build(self, root: Element, tokens: Sequence[Token]) -> None:
        tokens = reduce(lambda blocks, review: review(blocks), self.reviews, tokens)
        for token in tokens:
            if token.type == "inline":
                token.content = unclosed.as_text(token.content)
            if token.type in ("inline", "html_block"):
                token.content = reduce(lambda text, rewrite: rewrite(text), self.rewrites, token.content)
        around = [root]
        waiting: list[tuple[Element, int, str]] = []  # attributes of what comes next: below what, in which place
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            parent = around[-1]
            if token.type == "paragraph_open":
                below = _indented(tokens, at + 2)
                at += 2 + self._paragraph(parent, tokens[at].content, below, token.hidden, parent is root)
            elif token.type == "code_block":
                below = _indented(tokens, at - 1)
                taken = self._offered(parent, below)
                if taken:
                    at += taken - 1
                else:
                    _add_code(parent, token.content)
            elif token.type == kramdown.TOKEN:
                if token.meta["above"] and len(parent):
                    kramdown.assign(parent[-1], token.content, self.md)
                else:
                    waiting.append((parent, len(parent), token.content))
            elif token.type == "inline":
                parent.text = token.content
            elif token.type == "fence":
                draw = self.drawn.get(token.info.strip())
                html = draw(token.content) if draw else highlighted(token.content, token.info, self.md)
                self._add_raw(parent, html)
            elif token.type in ("html_block", "html_drawn"):  # the latter by a rule of an extension, whole
                self._add_raw(parent, token.content)
            elif token.nesting < 0:
                around.pop()
            else:
                element = SubElement(parent, token.tag)
                _set_attributes(element, token)
                if token.nesting:
                    around.append(element)
        for parent, place, attributes in waiting:
            if place < len(parent):
                kramdown.assign(parent[place], attributes, self.md)

    def _paragraph(self, parent: Element, content: str, below: list[str], tight: bool, outermost: bool) -> int:
        """Add one paragraph; how many of the indented blocks *below* went with it."""
        if outermost and not tight:
            return self._run(parent, [content, *below], below)
        self.state.set("list" if tight else "blockquote" if parent.tag == "blockquote" else "looselist")
        try:
            return self._run(parent, [content, *below], below)
        finally:
            self.state.reset()

    def _run(self, parent: Element, blocks: list[str], below: list[str]) -> int:
        """Have the processors work off the first block, and what they make of it."""
        while blocks and not (len(blocks) <= len(below) and blocks[0] is below[-len(blocks)]):
            for processor in self.extended:
                if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                    break
        return len(below) - len(blocks)

    def _offered(self, parent: Element, blocks: list[str]) -> int:
        """How many of these indented *blocks* an extension takes, as the second paragraph of something of its own."""
        before = len(blocks)
        if len(parent) and parent[-1].tag in ("ul", "ol"):  # it would have been in the list by its indentation
            return 0
        paragraph = self.blockprocessors["paragraph"]
        for processor in self.extended:
            asked = processor is not paragraph and processor.test(parent, blocks[0])
            if asked and processor.run(parent, blocks) is not False:
                break
        return before - len(blocks)

    def _add_raw(self, parent: Element, html: str) -> None:
        SubElement(parent, "p").text = AtomicString(self.md.htmlStash.store(html))


def _stretches(text: str) -> Iterator[tuple[str, bool]]:
    """
    *text* in pieces that can be read apart, and whether a piece is a plain paragraph.

    Between two blank lines, lines that all begin with a letter are a paragraph whatever stands around them, unless
    something may be open that only its own end closes: then the text is one piece.
    """
    if _OPENS.search(text):
        yield text, False
        return
    read = 0
    for found in _PLAIN.finditer(text):
        if before := text[read : found.start()]:
            yield before, False
        yield found[0], True
        read = found.end()
    if after := text[read:]:
        yield after, False


def _paragraph_tokens(text: str) -> list[Token]:
    """Return what markdown-it makes of a plain paragraph."""
    content = Token("inline", "", 0, content=text.strip(), level=1)
    return [Token("paragraph_open", "p", 1), content, Token("paragraph_close", "p", -1)]


def _indented(tokens: Sequence[Token], at: int) -> list[str]:
    """Return the texts of the code blocks that stand in *tokens* from *at* on, indented as they were written."""
    texts = []
    while at < len(tokens) and tokens[at].type == "code_block":
        texts.append(indent(tokens[at].content.rstrip("\n"), "    "))
        at += 1
    return texts


def _add_code(parent: Element, content: str) -> None:
    code = SubElement(SubElement(parent, "pre"), "code")
    code.text = AtomicString(code_escape(content.strip("\n").rstrip()) + "\n")


def _set_attributes(element: Element, token: Token) -> None:
    for name, value in token.attrs.items():
        element.set(name, f"{value};".replace(":", ": ") if name == "style" else str(value))


class _HtmlBlocks:
    """The rule that finds HTML at the beginning of a line, for markdown-it."""

    def __init__(self, md: Markdown) -> None:
        self.md = md

    def __call__(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        line = _line(state, start)
        if not line.startswith("<") or state.is_code_block(start):
            return False
        stop = self._stop(state, start, end, line)
        if stop is None:
            return False
        if silent:
            return True
        state.line = stop
        text = state.getLines(start, stop, state.blkIndent, False).strip()
        opening = _OPENING.match(text)
        if opening and _MARKDOWN_INSIDE.search(opening[0]):
            self._markdown_inside(state, text, opening)
        else:
            self._with_what_follows(state, text)
        return True

    def _stop(self, state: StateBlock, start: int, end: int, line: str) -> int | None:
        """Return the line after the block that begins with *line*; None when that is no block of HTML."""
        if raw := _RAW_TEXT.match(line):
            return _line_with(state, start, end, f"</{raw[1]}") or end
        for opening, closing in _MARKS:
            if opening.match(line):
                return _line_with(state, start, end, closing)
        if _DECLARATION.match(line):
            return _line_with(state, start, end, ">")
        tag = _TAG.match(line)
        if not tag or not self.md.is_block_level(tag[2].lower()):
            return None
        return self._element_end(state, start, end, tag[2].lower())

    def _element_end(self, state: StateBlock, start: int, end: int, name: str) -> int:
        same = re.compile(rf"<(/?){name}(?=[\s/>]|$)", re.I)
        depth = 0
        for number in range(start, end):
            line = _line(state, number)
            if line and state.sCount[number] < state.blkIndent:
                return number
            if not line and not self._goes_on(state, number, end):
                return number
            if name not in _VOID:
                depth += sum(-1 if slash else 1 for slash in same.findall(line))
            if line and depth <= 0:
                return number + 1
        return end

    def _goes_on(self, state: StateBlock, blank: int, end: int) -> bool:
        """Whether what follows a blank line is HTML too, or indented as HTML is and as prose is not."""
        following = next((n for n in range(blank + 1, end) if not state.isEmpty(n)), end)
        if following == end or state.sCount[following] < state.blkIndent:
            return False
        tag = _TAG.match(_line(state, following))
        return state.is_code_block(following) or bool(tag and self.md.is_block_level(tag[2].lower()))

    def _with_what_follows(self, state: StateBlock, text: str) -> None:
        """Add a block whose last line may go on as prose behind the closing tag."""
        tag = _TAG.match(text)
        after = re.search(rf"</{tag[2]}\s*>[ \t]*(?=[^\s<])[^\n]*\Z", text, re.I) if tag else None
        end = text.index(">", after.start()) + 1 if after else len(text)
        _push(state, text[:end])
        if end < len(text):
            state.md.block.parse(text[end:].lstrip(), state.md, state.env, state.tokens)

    def _markdown_inside(self, state: StateBlock, text: str, opening: re.Match[str]) -> None:
        inner, closing, rest = text[opening.end() :].rpartition("</")
        if not closing:
            inner, rest = rest, ""
        _push(state, _MARKDOWN_INSIDE.sub("", opening[0]))
        state.md.block.parse(dedent(inner).strip("\n"), state.md, state.env, state.tokens)
        if closing:
            _push(state, closing + rest)


def _push(state: StateBlock, html: str) -> None:
    # Python-Markdown knows a block by its name, which it reads up to a space.
    state.push("html_block", "", 0).content = re.sub(r"^(<[\w-]+)\n", r"\1 ", html)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _line_with(state: StateBlock, start: int, end: int, wanted: str) -> int | None:
    """Return the line after the first one that holds *wanted*, within what stands around; None when there is none."""
    last: dict[tuple[str, str], int] = state.env.setdefault("last", {})
    key = wanted, state.src
    if key not in last:  # many that never close take no longer than one
        last[key] = state.src.lower().rfind(wanted.lower())
    if last[key] < state.bMarks[start]:
        return None
    for number in range(start, end):
        line = _line(state, number)
        if line and state.sCount[number] < state.blkIndent:
            return None
        if wanted.lower() in line.lower():
            return number + 1
    return None
