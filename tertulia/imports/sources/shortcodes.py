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

Handler = Callable[[dict[str, str], str], str]  # attributes, what stands between → HTML

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
_VERBATIM = ("pre", "code", "script", "style", "textarea")
_OURS = re.compile("[\ufdd2\ufdd3]")  # signs that mean nothing in any text: noncharacters hold the places
_KEPT = re.compile("\ufdd2(\\d+)\ufdd3")
_LEFT_OPEN = re.compile(rf"\[/(?P<name>{_NAME})\s*\]")

# Names under which plugins show code: https://wordpress.org/plugins/syntaxhighlighter/ and its like.
CODE = frozenset(
    [
        "code",
        "sourcecode",
        "source",
        "highlight",
        "crayon",
        "cc",
        "codigo",
        "actionscript",
        "bash",
        "shell",
        "c",
        "cpp",
        "csharp",
        "css",
        "delphi",
        "diff",
        "erlang",
        "fsharp",
        "go",
        "groovy",
        "html",
        "java",
        "javafx",
        "javascript",
        "js",
        "less",
        "matlab",
        "objc",
        "perl",
        "php",
        "plain",
        "powershell",
        "python",
        "py",
        "r",
        "ruby",
        "rails",
        "rust",
        "sass",
        "scala",
        "scss",
        "sql",
        "swift",
        "text",
        "ts",
        "typescript",
        "vb",
        "xml",
        "yaml",
        "json",
    ]
)
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


def replaced(text: str, handlers: Mapping[str, Handler], unknown: Callable[[str], None]) -> str:
    """
    *text* with its shortcodes replaced; what stands in code is code.

    Args:
        handlers: By name, in lower case.
        unknown: Called with the name of each that nobody handles.
    """
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\ufdd2{len(kept) - 1}\ufdd3"

    def one(found: regex.Match[str]) -> str:
        name = found["name"].lower()
        if found["left"] and found["right"]:
            return keep(found[0][1:-1])
        inner = found["inner"]
        given = attributes_of(found["attributes"])
        if name in CODE and inner is not None:
            made = keep(_code_of(name, given, inner))
        elif name in handlers:
            made = handlers[name](given, expanded(inner or ""))
        elif inner is not None or "=" in found["attributes"]:
            unknown(name)
            if inner is not None and _names_code(given):
                made = keep(_code_of("code", given, inner))
            else:
                made = builders.shown(name, given, expanded(inner or ""))
                made = f"\n\n{made}\n\n" if made.strip() and _stands_alone(found) else made
        else:
            return found[0]
        return found["left"] + made + found["right"]

    def expanded(inner: str) -> str:
        return _SHORTCODE.sub(one, inner) if "[" in inner else inner

    text = _OURS.sub("", text)
    if "[" not in text:
        return text
    # Code by its shortcodes first: what stands in it may look like anything.
    text = _SHORTCODE.sub(lambda found: one(found) if found["name"].lower() in CODE else found[0], text)
    text = spans.replaced(text, _VERBATIM, lambda _, piece: keep(piece))
    text = expanded(text)
    while _KEPT.search(text):
        text = _KEPT.sub(lambda found: kept[int(found[1])], text)
    return text


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
    language = given.get("language") or given.get("lang") or ("" if name in ("code", "sourcecode", "source") else name)
    if name in ("plain", "text", "highlight", "crayon", "cc", "codigo"):
        language = given.get("language") or given.get("lang") or ""
    return code(inner, language)


def code(inner: str, language: str = "") -> str:
    """A block of code of what a plugin keeps as it was typed, or with its signs escaped."""
    if not re.search(r"[<>]|&(?!#?\w+;)", inner):
        inner = unescape(inner)
    inner = inner.strip("\r\n").replace("\r\n", "\n")
    named = f' class="language-{escape(language)}"' if re.fullmatch(r"[\w+#.-]+", language) else ""
    return f"\n\n<pre><code{named}>{escape(inner, quote=False)}</code></pre>\n\n"
