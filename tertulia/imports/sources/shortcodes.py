"""WordPress' shortcodes, as the HTML that they stood for.

The grammar is WordPress' own: https://developer.wordpress.org/reference/functions/get_shortcode_regex/ (read 2026-11).
``[[name]]`` is the way to write one without meaning it. ``[sic]``, ``[0]`` and ``[2026]`` are text: an unknown word in
brackets is a shortcode only where it has attributes or a closing one. Of those what stands between is kept, and they
are told.
"""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

import regex

from tertulia.imports import spans
from tertulia.imports.sources import builders

# Attributes, what stands between → HTML; None where it says nothing that anybody understands.
Handler = Callable[[dict[str, str], str], str | None]

_NAME = r"[a-zA-Z][\w-]*"
# Not by ``re``: that of Python before 3.11.5 loses its way in a possessive group that names another.
_SHORTCODE = regex.compile(
    rf"\[(?P<left>\[?)(?P<name>{_NAME})(?![\w-])(?P<attributes>(?:\"[^\"\n]*\"|'[^'\n]*'|[^\[\]/\"']|/(?!\])|[\"'])*)"
    r"(?:(?P<self>/)\]|\](?:(?P<inner>(?:(?!\[/?(?P=name)[\s\]]).)*+)\[/(?P=name)\s*\])?)(?P<right>\]?)",
    regex.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([\w-]+)\s*=\s*\"([^\"]*)\"|([\w-]+)\s*=\s*'([^']*)'|([\w-]+)\s*=\s*([^\s'\"]+)|\"([^\"]*)\"|(\S+)"
)
VERBATIM = ("pre", "code", "script", "style", "textarea")
_OURS = re.compile("[\ufdd2\ufdd3]")  # signs that mean nothing in any text: noncharacters hold the places
_KEPT = re.compile("\ufdd2(\\d+)\ufdd3")
_CLOSING = re.compile(rf"\[/(?P<name>{_NAME})\s*\]")
_PLUGIN = re.compile(r"\w[_-]\w")  # nobody writes "[mc4wp_form]" for readers
_COLORER = re.compile(r"cc(?:b|e|i|ie|n|ne|w|we)?_([a-z0-9#+]+)")  # CodeColorer: [cc_php], [ccie_php]

# Names under which plugins show code: https://wordpress.org/plugins/syntaxhighlighter/ and its like.
CODE = frozenset((
    "code", "sourcecode", "source", "highlight", "crayon", "cc", "codigo", "actionscript", "bash", "shell", "c",
    "cpp", "csharp", "css", "delphi", "diff", "erlang", "fsharp", "go", "groovy", "html", "java", "javafx",
    "javascript", "js", "less", "matlab", "objc", "perl", "php", "plain", "powershell", "python", "py", "r", "ruby",
    "rails", "rust", "sass", "scala", "scss", "sql", "swift", "text", "ts", "typescript", "vb", "xml", "yaml", "json",
))  # fmt: skip
_NO_LANGUAGES = ("code", "sourcecode", "source", "plain", "text", "highlight", "crayon", "cc", "codigo")
NOTES = frozenset(["footnote", "ref", "note", "fn", "efn_note", "mfn", "simple_tooltip", "sidenote"])


def attributes_of(written: str) -> dict[str, str]:
    """``a="1" b=2 c`` as a mapping; what has no name is numbered: "0", "1"…"""
    found: dict[str, str] = {}
    for groups in _ATTRIBUTE.findall(unescape(written.replace("\u201d", '"').replace("\u2033", '"'))):
        for name, value in ((groups[0], groups[1]), (groups[2], groups[3]), (groups[4], groups[5])):
            if name:
                found[name.lower()] = value
        bare = groups[6] or groups[7]
        if bare and bare not in ("=", "/"):
            found[str(sum(key.isdigit() for key in found))] = bare
    return found


class Shortcodes:
    """
    Replaces the shortcodes of one post, whatever pieces its text comes in.

    Args:
        handlers: By name, in lower case.
        unknown: Called with the name of each that nobody handles.
    """

    def __init__(self, handlers: Mapping[str, Handler], unknown: Callable[[str], None]) -> None:
        self._handlers, self._unknown = handlers, unknown
        self._met: set[str] = {*handlers, *CODE}  # whose closing may stand in another piece
        self._kept: list[str] = []

    def replaced(self, text: str) -> str:
        """*text* with its shortcodes replaced; what stands in code is code."""
        text = _OURS.sub("", text)
        if "[" not in text:
            return text
        self._kept = []
        # Code by its shortcodes first: what stands in it may look like anything.
        text = _SHORTCODE.sub(lambda found: self._one(found) if is_code(found["name"]) else found[0], text)
        text = spans.replaced(text, VERBATIM, lambda _, piece: self._keep(piece))
        text = self._expanded(text)
        text = _CLOSING.sub(lambda found: "" if found["name"].lower() in self._met else found[0], text)
        while _KEPT.search(text):
            text = _KEPT.sub(lambda found: self._kept[int(found[1])], text)
        return text

    def _keep(self, piece: str) -> str:
        self._kept.append(piece)
        return f"\ufdd2{len(self._kept) - 1}\ufdd3"

    def _expanded(self, inner: str) -> str:
        return _SHORTCODE.sub(self._one, inner) if "[" in inner else inner

    def _one(self, found: regex.Match[str]) -> str:
        name, inner = found["name"].lower(), found["inner"]
        if found["left"] and found["right"]:
            return self._keep(found[0][1:-1])
        given = attributes_of(found["attributes"])
        made = self._known(name, given, inner)
        if made is None:
            if inner is None and "=" not in found["attributes"] and not (_PLUGIN.search(name) and _stands_alone(found)):
                return found[0]
            self._unknown(name)
            self._met.add(name)
            made = self._unknown_one(name, given, found)
        return found["left"] + made + found["right"]

    def _known(self, name: str, given: dict[str, str], inner: str | None) -> str | None:
        if is_code(name) and inner is not None:
            return self._keep(_code_of(name, given, inner))
        return self._handlers[name](given, self._expanded(inner or "")) if name in self._handlers else None

    def _unknown_one(self, name: str, given: dict[str, str], found: regex.Match[str]) -> str:
        inner = found["inner"]
        if inner is not None and _names_code(given):
            return self._keep(_code_of("code", given, inner))
        made = builders.shown(name, given, self._expanded(inner or ""))
        return f"\n\n{made}\n\n" if made.strip() and _stands_alone(found) else made


def is_code(name: str) -> bool:
    """Whether a shortcode of that *name* shows code."""
    return name.lower() in CODE or bool(_COLORER.fullmatch(name.lower()))


def _names_code(given: Mapping[str, str]) -> bool:
    """Whether attributes name a language of programs: nothing else does."""
    return any(given.get(key, "").lower() in CODE - {"r", "c", "source", "text"} for key in ("lang", "language"))


def _stands_alone(found: regex.Match[str]) -> bool:
    """Whether a shortcode is no part of a sentence: between two others there was room on the page."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    begins = before[-1:] == "]" or before.rstrip(" \t")[-1:] in ("", "\n", ">")
    ends = after[:1] == "[" or after.lstrip(" \t")[:1] in ("", "\n", "<")
    return begins and ends


def _code_of(name: str, given: Mapping[str, str], inner: str) -> str:
    colorer = _COLORER.fullmatch(name)
    named = "" if name in _NO_LANGUAGES else colorer[1] if colorer else name
    language = given.get("language") or given.get("lang") or named
    if name == "highlight" and not language and "\n" not in inner.strip():  # a marker pen: themes call it so
        return inner
    return code(inner, language)


def code(inner: str, language: str = "") -> str:
    """Return a block of code of what a plugin keeps as it was typed, or with its signs escaped."""
    if not re.search(r"[<>]|&(?!#?\w+;)", inner):
        inner = unescape(inner)
    inner = inner.strip("\r\n").replace("\r\n", "\n")
    named = f' class="language-{escape(language)}"' if re.fullmatch(r"[\w+#.-]+", language) else ""
    return f"\n\n<pre><code{named}>{escape(inner, quote=False)}</code></pre>\n\n"
