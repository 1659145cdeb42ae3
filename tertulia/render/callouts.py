"""Call-outs, in whichever way the author's last tool wrote them.

    > [!NOTE]              :::tip[Title]           !!! warning "Title"
    > Text                 Text                        Text
                           :::

GitHub (five kinds, https://docs.github.com/get-started/writing-on-github) and Obsidian (more, with a title behind);
Docusaurus, VitePress and Pandoc; MkDocs and Python-Markdown, whose classes the page gets: ``admonition``. ``??? note``
and ``:::details`` are closed until somebody opens them; ``:::comment`` is for nobody. Shortcodes that hold blocks are
read as these: ``{{% notice tip %}} … {{% /notice %}}`` of Hugo's themes, ``{{< details >}}``, Hexo's
``{% blockquote Ana %}``, ``{% quote(author="Ana") %} … {% end %}`` of Zola.
"""

import re
from bisect import bisect_right
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.treeprocessors import Treeprocessor
from markdown_it.rules_block import StateBlock

from tertulia.content.private import HIDDEN_CALLOUTS
from tertulia.core import languages, lazy_re
from tertulia.core.languages import say
from tertulia.render.document import Document

# Kinds that have a word in each language; another's own name is its title.
KINDS = frozenset(("note", "tip", "important", "warning", "caution", "info", "danger", "example"))
# Obsidian's and MkDocs' kinds that hold somebody else's words.
QUOTES = frozenset(("quote", "cite", "cita"))

_IN_QUOTE = lazy_re.compile(r"\[!([A-Za-z][\w-]*)\][+-]?[ \t]*([^\n]*)(?:\n|\Z)")
_FENCED = lazy_re.compile(
    r"(?P<fence>:{3,})\s*(?:\{(?P<braced>[^{}]*\S[^{}]*)\}|(?P<bare>[A-Za-z][\w-]*))"
    r"(?:\[(?P<label>.*)\])?(?:\{[^}]*\})?(?:\s+(?P<title>.*?))?[\s:]*"
)
_SHORTCODE = lazy_re.compile(
    r"(?:\{\{[<%]\s*(?P<hugo>[a-z][\w-]*)(?P<of_hugo>[^{}]*?)[>%]\}\}|\{%-?\s*(?P<liquid>[a-z]\w*)(?P<of_liquid>[^{}%]*?)-?%\})",
    re.I,
)
_ARGUMENT = lazy_re.compile(
    r"(?:(?P<name>[\w-]+)\s*=\s*)?(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s,()\"'=]+))"
)
# What the shortcodes of themes are called that hold blocks.
_SHORTCODES = {
    **dict.fromkeys(("details", "expand", "collapse", "spoiler", "accordion"), "details"),
    **dict.fromkeys(("blockquote", "quote", "pullquote", "epigraph", "cita"), "quote"),
    **dict.fromkeys(("notice", "alert", "admonition", "callout", "hint"), "note"),
    **{kind: kind for kind in KINDS},
    **dict.fromkeys(("rawhtml", "raw_html", "html", "unsafe"), ""),
}
_TITLES, _SOURCES = ("title", "summary", "header"), ("author", "source", "attribution", "cite", "by", "link")
# Pandoc's and Quarto's boxes that are no call-out but a place on the page; a name of several words is one, too.
_PLACES = frozenset(("columns", "column", "aside", "incremental", "nonincremental", "panel", "layout", "row", "grid"))
_HEADING = lazy_re.compile(r"#{1,6}[ \t]+(\S.*?)[ \t]*")
_FENCE_ALONE = lazy_re.compile(r"^[ \t>]*:{3,}[ \t]*$", re.MULTILINE)
_INDENTED = lazy_re.compile(
    r"(?P<mark>!!!|\?\?\?\+?)\s*(?P<kind>[A-Za-z][\w-]*)(?P<more>(?: +[\w-]+)*)(?:\s+\"(?P<title>.*)\")?\s*"
)

# No call-out is longer; many that never close would each be looked for to the end.
_MOST_LINES = 1000


def title_of(kind: str, md: Markdown) -> str:
    """Return what a call-out is called that has no title of its own, in the language of the post."""
    document = getattr(md, "document", None)
    if kind.lower() in KINDS:
        return languages.text(f"callout_{kind.lower()}", document.lang if document else languages.DEFAULT)
    return kind.replace("-", " ").capitalize()


class CalloutBlocks:
    """The rule for ``:::`` and ``!!!``, for markdown-it."""

    def __init__(self, md: Markdown) -> None:
        self.md = md

    def __call__(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
        if line[:2] in ("{{", "{%") and not state.is_code_block(start):
            return self._shortcode(state, start, end, silent, line.rstrip())
        if line[:3] not in (":::", "!!!", "???") or state.is_code_block(start):
            return False
        if found := _FENCED.fullmatch(line):
            return self._fenced(state, start, end, silent, found)
        if found := _INDENTED.fullmatch(line):
            return self._indented(state, start, end, silent, found)
        return False

    def _fenced(self, state: StateBlock, start: int, end: int, silent: bool, found: re.Match[str]) -> bool:
        stop = _closing(state, start, end, len(found["fence"]))
        if stop is None:
            return False
        classes, named = _attributes(found["braced"]) if found["braced"] else ([found["bare"].lower()], {})
        kind = next(iter(classes), "").removeprefix("callout-")
        if HIDDEN_CALLOUTS & set(classes):
            return self._left_out(state, stop, silent, found[0])
        if silent:
            return True
        title = found["label"] or found["title"] or named.get("title")
        is_callout = kind in KINDS or not (found["braced"] and ("-" in kind or kind in _PLACES or not kind))
        if kind not in classes and title is None and (heading := _HEADING.fullmatch(_line(state, start + 1))):
            title, start = heading[1], start + 1  # Quarto's
        tag = "details" if "collapse" in named else kind
        if is_callout:
            self._open(state, tag, "" if kind == "details" else kind, title)
        else:
            box = state.push("box_open", "div", 1)
            said = {"class": " ".join(classes), **{name: named.get(name, "") for name in ("id", "lang", "dir")}}
            box.attrs.update({name: value for name, value in said.items() if value})
        _inside(state, start + 1, stop)
        if is_callout:
            _close(state, tag)
        else:
            state.push("box_close", "div", -1)
        state.line = stop + 1
        return True

    def _shortcode(self, state: StateBlock, start: int, end: int, silent: bool, line: str) -> bool:
        found = _SHORTCODE.fullmatch(line)
        name = (found["hugo"] or found["liquid"]).lower() if found else ""
        if not found or name not in _SHORTCODES:
            return False
        stop = _end_of_shortcode(state, start, end, name)
        if stop is None or silent:
            return stop is not None
        kind, said = _SHORTCODES[name], (found["of_hugo"] or found["of_liquid"] or "").strip()
        named, words = _arguments(said)
        title = next((named[key] for key in _TITLES if key in named), None)
        if kind == "note":
            told = (*(named[key] for key in ("type", "kind", "context", "color", "level") if key in named), *words)
            kind = next((one.lower() for one in told if one.lower() in KINDS), "note")
        if kind == "details":
            title = title or next(iter(words), None)
        if kind:
            self._open(state, kind, "" if kind in ("details", "quote") else kind, "" if kind == "quote" else title)
        _inside(state, start + 1, stop)
        if kind == "quote" and (
            source := ", ".join(named[key] for key in _SOURCES if key in named) or _bare(said, named)
        ):
            state.push("paragraph_open", "p", 1)
            state.push("inline", "", 0).content = f"— {source}"
            state.push("paragraph_close", "p", -1)
        if kind:
            _close(state, kind)
        state.line = stop + 1
        return True

    def _left_out(self, state: StateBlock, stop: int, silent: bool, line: str) -> bool:
        """Go over a call-out that is for nobody."""
        if not silent:
            document: Document = getattr(self.md, "document", None) or Document()
            fix = say("private_note_fix")
            document.report(say("private_note", code=line), fix, needle=line, severity="hint")
            state.line = stop + 1
        return True

    def _indented(self, state: StateBlock, start: int, end: int, silent: bool, found: re.Match[str]) -> bool:
        stop = start + 1
        while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= state.blkIndent + 4):
            stop += 1
        if stop == start + 1 or state.isEmpty(start + 1):
            return False
        if not silent:
            kind = found["kind"].lower()
            tag = "details" if found["mark"].startswith("?") else kind
            self._open(state, tag, f"{kind}{found['more']}", found["title"], opened=found["mark"].endswith("+"))
            state.blkIndent += 4
            _inside(state, start + 1, stop)
            state.blkIndent -= 4
            _close(state, tag)
            state.line = stop
        return True

    def _open(self, state: StateBlock, tag: str, classes: str, title: str | None, *, opened: bool = False) -> None:
        """Begin a call-out; *title* is None when the author said none, "" when there is to be none."""
        kind = classes.split(" ")[0]
        box = state.push("callout_open", _element(tag), 1)
        if classes:
            box.attrs["class"] = f"admonition {classes}"
        if opened:
            box.attrs["open"] = "open"
        if title == "" and tag != "details":
            return
        name = "summary" if tag == "details" else "p"
        heading = state.push("callout_title_open", name, 1)
        if classes:
            heading.attrs["class"] = "admonition-title"
        state.push("inline", "", 0).content = title or title_of(kind or "info", self.md)
        state.push("callout_title_close", name, -1)


def _attributes(braced: str) -> tuple[list[str], dict[str, str]]:
    """Return the classes between braces, a bare first word as one of them, and what else is said there."""
    pairs, _ = get_attrs_and_remainder(braced)
    classes = [value.lower() for name, value in pairs if name == "." and value]
    bare = re.match(r"\s*([A-Za-z][\w-]*)(?=\s|$)", braced)
    named = {name: value for name, value in pairs if name != "." and value}
    return ([bare[1].lower()] if bare else []) + classes, named


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _inside(state: StateBlock, start: int, stop: int) -> None:
    """Read the lines of a call-out as blocks that end where it ends."""
    last, state.lineMax = state.lineMax, stop
    state.md.block.tokenize(state, start, stop)
    state.lineMax = last


def _close(state: StateBlock, tag: str) -> None:
    state.push("callout_close", _element(tag), -1)


def _arguments(said: str) -> tuple[dict[str, str], list[str]]:
    """Return what a shortcode is given by name, and what only by place."""
    named, words = {}, []
    for found in _ARGUMENT.finditer(said):
        value = next(one for one in (found["double"], found["single"], found["bare"]) if one is not None)
        if found["name"]:
            named[found["name"].lower()] = value
        else:
            words.append(value)
    return named, words


def _bare(said: str, named: dict[str, str]) -> str:
    return "" if named else said.strip("\"' ")


def _end_of_shortcode(state: StateBlock, start: int, end: int, name: str) -> int | None:
    """Return the line that closes the shortcode of *start*; one of that name that opened inside it closes first."""
    ends: dict[tuple[str, str], dict[int, int]] = state.env.setdefault("ends_of_shortcodes", {})
    if (name, state.src) not in ends:  # thousands of them take no longer than their length
        ends[name, state.src] = _pairs_of(name, state.src)
    place = ends[name, state.src].get(state.bMarks[start] + state.tShift[start])
    number = end if place is None else bisect_right(state.bMarks, place) - 1
    inside = range(start + 1, number) if state.blkIndent and number < end else ()
    is_cut = any(not state.isEmpty(one) and state.sCount[one] < state.blkIndent for one in inside)
    return None if number >= end or is_cut else number


def _pairs_of(name: str, text: str) -> dict[int, int]:
    """Where each shortcode called *name* begins that stands on a line of its own, and where that one is closed."""
    opens = rf"\{{\{{[<%]\s*{name}\b[^{{}}]*[>%]\}}\}}|\{{%-?\s*{name}\b[^{{}}%]*-?%\}}"
    closes = rf"\{{\{{[<%]\s*/\s*{name}\s*[%>]\}}\}}|\{{%-?\s*end_?(?:{name})?\s*-?%\}}"
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for found in re.finditer(rf"^[ \t>]*(?:({opens})|({closes}))[ \t]*$", text, re.I | re.M):
        if found[1]:
            waiting.append(found.start(1))
        elif waiting:
            pairs[waiting.pop()] = found.start(2)
    return pairs


def _element(kind: str) -> str:
    return "details" if kind == "details" else "blockquote" if kind in QUOTES else "div"


def _closing(state: StateBlock, start: int, end: int, length: int) -> int | None:
    """Return the line that closes the call-out of *start*; one that opened inside it closes first."""
    depth = 1
    if state.src not in state.env:  # where the last fence of this text stands, looked for once
        state.env[state.src] = max((found.start() for found in _FENCE_ALONE.finditer(state.src)), default=-1)
    if state.env[state.src] < state.eMarks[start]:
        return None
    for number in range(start + 1, min(end, start + _MOST_LINES)):
        line = state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
        if line and state.sCount[number] < state.blkIndent:
            return None
        if not line.startswith(":::"):
            continue
        if line.strip(":"):
            depth += bool(_FENCED.fullmatch(line)) and line.startswith(":" * length)
        elif len(line) >= length:
            depth -= 1
            if not depth:
                return number
    return None


class CalloutQuotes(Treeprocessor):
    """Quotations that say on top what they are: ``> [!NOTE]``."""

    def run(self, root: Element) -> None:
        for quote in list(root.iter("blockquote")):
            first = quote[0] if len(quote) and quote[0].tag == "p" else None
            found = _IN_QUOTE.match(first.text or "") if first is not None else None
            if first is None or found is None:
                continue
            kind = found[1].lower()
            quote.tag = _element(kind)
            quote.set("class", f"admonition {kind}")
            heading = Element("p", {"class": "admonition-title"})
            heading.text = found[2].strip() or title_of(kind, self.md)
            first.text = (first.text or "")[found.end() :]
            if not first.text and not len(first):
                quote.remove(first)
            quote.insert(0, heading)
