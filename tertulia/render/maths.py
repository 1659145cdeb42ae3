r"""Formulas as MathML, which browsers draw without a script: https://www.w3.org/TR/mathml-core/

    Es $E = mc^2$, y \(a\) también.      as TeX and Pandoc have them; \\(a\\) too, as in the posts of Jekyll and Hugo
    $$ E = mc^2 $$   \[ E = mc^2 \]      on lines of their own: displayed
    \begin{align} … \end{align}
    $`E = mc^2`$   ```math               GitHub and GitLab

Money stays money: a dollar opens a formula only where no blank follows and no letter or digit stands before, closes it
only where no blank stands before, and what is between them must look like one. ``\$`` is always a dollar. Where the
blog's ``MARKDOWN`` names an extension for formulas, they are left to it.
"""

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, tostring

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown_it.rules_block import StateBlock

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.render.blocks import CommonMarkParser
from tertulia.render.document import Document

# No formula is longer; many that never close would each be looked for to the end.
_LONGEST = 5000
_WIDE = 60  # letters of LaTeX that may not fit on a telephone
_ENVIRONMENTS = (
    "align alignat aligned alignedat array bmatrix cases displaymath eqnarray equation flalign gather gathered"
)
_ENVIRONMENTS += " math matrix multline pmatrix smallmatrix split vmatrix Bmatrix Vmatrix"
_BEGIN = rf"\\begin\{{(?P<environment>(?:{'|'.join(_ENVIRONMENTS.split())})\*?)\}}"
_INLINE = (
    r"(?<![\\\w$])(?:"
    r"\$\$(?P<double>(?:\\.|[^$\\])+?)\$\$(?!\$)"
    r"|\$(?![\s$])(?P<single>(?:\\.|[^$\\])+?)(?<!\s)\$(?:(?![\w$])|(?=(?:th|st|nd|rd|s)\b))"
    rf"|(?P<slash>\\\\?)\((?P<round>(?:(?!(?P=slash)[()]).){{1,{_LONGEST}}})(?P=slash)\)"
    rf"|{_BEGIN}.{{0,{_LONGEST}}}?\\end\{{(?P=environment)\}})"
)
_CODE = lazy_re.compile("\x02klzzwxh:(\\d+)\x03")
_OPENS = lazy_re.compile(rf"(?P<dollars>\$\$)(?!\$)|(?P<square>\\\\?\[)|{_BEGIN}")
_OTHER_PATTERNS = ("mathjax_inlined", "arithmatex-inline", "math")

_SIGNS = lazy_re.compile(r"\\[a-zA-Z,;!]|[\^_={}<>+*/|]")
_WORD, _NOT_TEX = lazy_re.compile(r"[^\W\d_]{3}"), lazy_re.compile(r"(?<!\\)[#\"«»“”\x02]|\n\s*\n")
# What the converter knows under another name, and what says nothing to a reader; like MathJax we number no equation.
_ALIGNED = lazy_re.compile(
    r"\\(begin|end)\{(?:align|aligned|alignat|alignedat|eqnarray|flalign|split)\*?\}(?:\{\d+\})?"
)
_CENTRED = lazy_re.compile(r"\\(begin|end)\{(?:gather|gathered|multline)\*?\}")
_SILENT = lazy_re.compile(
    r"\\(?:label|nonumber|notag)(?![a-zA-Z])(?:\{[^{}]*\})?|\\(?:begin|end)\{(?:math|displaymath|equation)\*?\}"
)
_UNSAFE = lazy_re.compile(r"href|src|style|class|id|on\w+", re.I)


class MathsExtension(Extension):
    """Formulas in the text, on lines of their own, and in fences."""

    def extendMarkdown(self, md: Markdown) -> None:
        if any(name in md.inlinePatterns for name in _OTHER_PATTERNS):
            return
        # After code (190); before a backslash at the end of a line (185) and escapes (180).
        md.inlinePatterns.register(_Formula(_INLINE, md), "formula", 188)
        if isinstance(md.parser, CommonMarkParser):
            md.parser.drawn["math"] = lambda latex: block(latex, md)
            md.parser.grammar.block.ruler.before("fence", "formula", _Displayed(md), {"alt": ["paragraph"]})


class _Formula(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[str | None, int | None, int | None]:
        latex = next(filter(None, (m["double"], m["single"], m["round"])), m[0])
        if m["single"] and (code := _CODE.fullmatch(latex)):
            kept = self.md.treeprocessors["inline"].stashed_nodes.get(code[1])  # type: ignore[attr-defined]
            latex = html.unescape(kept.text or "") if isinstance(kept, Element) and kept.tag == "code" else ""
        elif (m["single"] or m["round"]) and not _is_formula(latex):
            return None, None, None
        if not latex or "\x02" in latex:
            return None, None, None
        alone = not data[: m.start()].rpartition("\n")[2].strip() and not data[m.end() :].partition("\n")[0].strip(
            " .,;"
        )
        drawn = mathml(latex, self.md, displayed=alone and not m["single"] and not m["round"])
        if not (data[: m.start()] + data[m.end() :]).strip():  # by itself Markdown would take it for a block
            drawn = f"<span>{drawn}</span>"
        return self.md.htmlStash.store(drawn), m.start(), m.end()


class _Displayed:
    """The rule for formulas that begin a line, for markdown-it: nothing in them is a list or a heading."""

    def __init__(self, md: Markdown) -> None:
        self.md = md

    def __call__(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        begin = state.bMarks[start] + state.tShift[start]
        if state.src[begin : begin + 1] not in ("$", "\\") or state.is_code_block(start):
            return False
        found = _OPENS.match(state.src, begin, state.eMarks[start])
        if not found:
            return False
        closing = "$$" if found["dollars"] else found[0].replace("[", "]").replace("begin", "end")
        stop = None
        for line, text in _lines(state, start, end, found.end()):
            if text.endswith(closing):
                stop = line
            if stop is not None or (line > start and text.lstrip().startswith(found[0])):  # one in another never closes
                break
        if stop is None:
            return False
        text = state.getLines(start, stop + 1, state.sCount[start], False).strip().rstrip(".,; ")
        latex = text if found["environment"] else text.removeprefix(found[0]).removesuffix(closing)
        if (
            closing in latex.removesuffix(closing)
            or not latex.strip()
            or (found["square"] and not _SIGNS.search(latex))
        ):
            return False
        if not silent:
            state.push("html_drawn", "", 0).content = block(latex, self.md)
            state.line = stop + 1
        return True


def _lines(state: StateBlock, start: int, end: int, behind: int) -> Iterator[tuple[int, str]]:
    """Yield the lines from *start* to the next blank one, the first from *behind* its opening."""
    for number in range(start, end):
        if state.isEmpty(number) or state.sCount[number] < state.blkIndent or state.eMarks[number] - behind > _LONGEST:
            return
        yield number, state.src[max(behind, state.bMarks[number]) : state.eMarks[number]].rstrip(" \t.,;")


def _is_formula(latex: str) -> bool:
    """Whether what stands between two dollars is more likely a formula than the price of something."""
    if _NOT_TEX.search(latex):
        return False
    if re.search(r"\\[a-zA-Z]|[\^_{]", latex):
        return True
    if _WORD.search(latex):
        return False
    return not latex[0].isdigit() or latex.isdigit() or bool(_SIGNS.search(latex))


def block(latex: str, md: Markdown) -> str:
    """Return the paragraph of a displayed formula."""
    # A long one may scroll, and then by the keyboard too.
    opening = '<p tabindex="0">' if len(latex) > _WIDE else "<p>"
    return f"{opening}{mathml(latex, md, displayed=True)}</p>"


def mathml(latex: str, md: Markdown, *, displayed: bool) -> str:
    """*latex* as a ``math`` element; as it is, and told, when it cannot be read."""
    # Slow to load, and few posts hold formulas.
    from latex2mathml.converter import convert_to_element

    document: Document = getattr(md, "document", None) or Document()
    needle = latex.strip().partition("\n")[0]
    known = _SILENT.sub("", _CENTRED.sub(r"\\\1{matrix}", _ALIGNED.sub(r"\\\1{align*}", latex)))
    try:
        math = convert_to_element(known, display="block" if displayed else "inline")
        odd = _cleaned(math)
    except Exception:  # the converter has no error of its own above the twelve that it raises, and raises others
        odd, math = latex.strip(), None
    if odd:
        document.report(say("bad_formula", code=odd[:40]), say("bad_formula_fix"), needle=needle)
    if math is None:
        return f"<code>{html.escape(latex.strip(), quote=False)}</code>"
    math.attrib.pop("xmlns", None)
    math.set("alttext", " ".join(latex.split()))
    if not displayed:
        math.attrib.pop("display", None)
    return tostring(math, encoding="unicode")


def _cleaned(math: Element) -> str:
    """Leave in *math* what draws, its text as text; the first command in it that the converter did not know."""
    odd = ""
    for element in math.iter():
        for name in [name for name in element.attrib if _UNSAFE.fullmatch(name)]:
            del element.attrib[name]
        element.text = html.unescape(element.text or "")
        if element.tag != "mtext" and (element.text == "&" or re.match(r"\\[a-zA-Z]", element.text)):
            odd = odd or element.text
    return odd
