"""Text that stays text: what Markdown, and ours in particular, would read as something else is escaped.

``#word`` and ``@name`` are links here, ``{`` begins attributes and shortcodes, ``[`` a link or a note. Whatever a
sentence needs not is left unescaped, for people will read it. The promise: what is rendered of ``text(words)`` is
*words*, for every printable sign at any place of a line.
"""

import re
from dataclasses import dataclass
from html import escape

from tertulia.core.text import strip_controls

_SPACES = re.compile(r"[ \t\n\r\f]+")
# What would become a link by itself, up to the blank, and the form in which it may.
_ADDRESS = re.compile(r"(?:(?:https?|ftp)://|(?<![\w/.@-])www\.)[^\s<>\"«»“”]*", re.IGNORECASE)
_BEGINS_ADDRESS = re.compile(r"(?:https?|ftp)://|www\\?\.", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"(?:https?://|www\.)[a-z0-9.-]+(?:/[A-Za-z0-9/._=?%-]*)?(?<=[A-Za-z0-9/])")
_ENDS_SENTENCE = re.compile(r"[.,;:)]?(?=\s)")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_MARK_BEFORE_BLANK = re.compile(r"([-+])(?=\s|$)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_RULE = re.compile(r"[-=_*|:+\s]*[-=][-=_*|:+\s]*$")
_SPECIAL = re.compile(r"[\\`*\[{\]_<#@~!&$=%]")
# What of other generators is looked for in the text: "[gallery]", "[box type=…]".
_SHORTCODE = re.compile(r"\[(?:[a-z][\w-]*\s[^\[\]=]*=|gallery\]|playlist\]|embed\])")


def collapsed(words: str) -> str:
    """*words* with runs of blanks as one, as a browser shows them."""
    return _SPACES.sub(" ", strip_controls(words))


def text(words: str, *, in_link: bool = False) -> str:
    """*words* for the middle of a paragraph."""
    if in_link or not _ADDRESS.search(words):
        return _text(words, in_link=in_link)
    made, at = [], 0
    for found in _ADDRESS.finditer(words):
        # A bare address is a link as far as it goes, and takes along what it touches: only a plain one may stand so.
        if _PLAIN_ADDRESS.fullmatch(found[0]) and _ENDS_SENTENCE.match(words, found.end()):
            made += [_text(words[at : found.start()]), found[0]]
        else:
            made += [_text(words[at : found.start()]), _BEGINS_ADDRESS.sub(_cut, _text(found[0]))]
        at = found.end()
    return "".join((*made, _text(words[at:])))


def _cut(found: re.Match[str]) -> str:
    """Return the beginning of an address so that none is seen in it."""
    return found[0].replace("://", "&#58;//").replace(".", "&#46;")


def _text(words: str, *, in_link: bool = False) -> str:
    if not _SPECIAL.search(words):
        return words
    words = _ENTITY.sub("&amp;", words)
    made = []
    last = len(words) - 1
    around = _Around(bool(_SHORTCODE.search(words)), "begin" in words, words.count("$") > 1, in_link)
    for at, sign in enumerate(words):
        if sign.isalnum() or sign == " ":
            made.append(sign)
        else:
            before, after = words[at - 1] if at else "", words[at + 1] if at < last else ""
            made.append(_escaped(sign, before, after, around))
    return "".join(made)


@dataclass(frozen=True, slots=True)
class _Around:
    """What of the whole text decides how a sign is written."""

    has_shortcode: bool
    has_begin: bool  # of a formula
    has_dollars: bool
    in_link: bool


def _escaped(sign: str, before: str, after: str, around: _Around) -> str:
    """*sign* as it has to be written between *before* and *after*; at an end of a text nobody knows what follows."""
    goes_on = after.isalnum() or after in ("_", "ª", "º") or after > "\x7f"
    match sign:
        case "{" if after in ("{", "%"):  # as other generators' shortcodes begin
            return "&#123;"
        case "[" if around.has_shortcode:
            return "&#91;"
        case "%" if "%" in (before, after):  # a note to oneself
            return "&#37;"
        case "=" if "=" in (before, after) or not before or not after:  # marked
            return "&#61;"
        case "`" | "*" | "[" | "{":
            return f"\\{sign}"
        case "]" if around.in_link:
            return "\\]"
        case "\\":  # before a letter it is one, but for what begins a formula
            return "\\" if after == " " or (after.isalnum() and not around.has_begin) else "&#92;"
        case "_":
            return "_" if before.isalnum() and after.isalnum() else "\\_"
        case "<":
            return "<" if after == " " else "&lt;"
        case "#":
            return "\\#" if goes_on else "#"
        case "@":
            return "\\@" if (goes_on or not after) and not before.isalnum() else "@"
        case "~":
            return "\\~" if "~" in (before, after) or not before or not after else "~"
        case "$":  # a formula begins with one that a word follows
            return "\\$" if after != " " and (not after.isdigit() or around.has_dollars) else "$"
        case "!":
            return "\\!" if after in ("", "[") else "!"
    return sign


def line(written: str) -> str:
    """Return a line of a paragraph, whose beginning would make it something else."""
    first = written[:1]
    if not first:
        return written
    if written.startswith("\\["):  # a formula, at the beginning of a line
        return f"&#91;{written[2:]}"
    if _RULE.fullmatch(written):
        return f"&#{ord(first)};{written[1:]}"
    if _MARK_BEFORE_BLANK.match(written) or first == ">" or re.match(r"#{1,6}(?:\s|$)|###\.|#\+", written):
        return f"\\{written}"
    if found := _NUMBER.match(written):
        return f"{found[1]}\\{written[found.end(1) :]}"
    if re.match(r":(?:\s|:|$)|%[\s\w]|\?\?\?|!!!|[•·▪◦‣](?=\s)|\.\.\.\s*$|\+\+\+", written):
        return f"&#{ord(first)};{written[1:]}"
    return written


def paragraph(written: str) -> str:
    """Return a paragraph, made of lines that are broken on purpose."""
    return "\n".join(line(one) for one in written.split("\n"))


def alternative(words: str) -> str:
    """Return what a picture shows, for between ``![`` and ``]``."""
    words = collapsed(words).strip()
    if not words:
        return '""'
    words = re.sub(r"([\\`\[\]{])", r"\\\1", words)
    return words.replace("&", "&amp;").replace("<", "&lt;")


def title(words: str) -> str:
    """Return a caption, for between ``"`` and ``"``."""
    return re.sub(r"([\\`{])", r"\\\1", escape(collapsed(words).strip()))


def address(target: str) -> str:
    """Where a link leads, for between ``(`` and ``)``."""
    target = "".join(f"%{ord(sign):02X}" if sign in ' "`<>\\{}[]' or ord(sign) < 33 else sign for sign in target)
    return f"<{target}>" if re.search(r"[()]", target) else target


def code(words: str) -> str:
    """*words* as code in a line; "" where backticks cannot hold them as they are."""
    if not words.strip() or words != words.strip() or "  " in words or "\n" in words or "{{" in words or "{%" in words:
        return ""
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    marks = "`" * (longest + 1)
    pad = " " if "`" in (words[0], words[-1]) else ""
    return f"{marks}{pad}{words}{pad}{marks}"
