"""Text that stays text: what Markdown, and ours in particular, would read as something else is escaped.

``#word`` and ``@name`` are links here, ``{`` begins attributes and shortcodes, ``[`` a link or a note. Whatever a
sentence needs not is left unescaped, for people will read it. The promise: what is rendered of ``text(words)`` is
*words*, for every printable sign at any place of a line.
"""

import re
from html import escape

from tertulia.core.text import strip_controls

_SPACES = re.compile(r"[ \t\n\r\f]+")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_MARK_BEFORE_BLANK = re.compile(r"([-+])(?=\s|$)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_RULE = re.compile(r"[-=_*|:+\s]*[-=][-=_*|:+\s]*$")
_SPECIAL = re.compile(r"[\\`*\[\]{_<#@~!&]")
_MARKS = "`*[{"


def collapsed(words: str) -> str:
    """*words* with runs of blanks as one, as a browser shows them."""
    return _SPACES.sub(" ", strip_controls(words))


def text(words: str, *, in_link: bool = False) -> str:
    """*words* for the middle of a paragraph."""
    if not _SPECIAL.search(words):
        return words
    words = _ENTITY.sub("&amp;", words)
    made = []
    last = len(words) - 1
    for at, sign in enumerate(words):
        if sign.isalnum() or sign == " ":
            made.append(sign)
            continue
        before, after = words[at - 1] if at else "", words[at + 1] if at < last else ""
        if sign == "{" and after in ("{", "%"):  # as other generators' shortcodes begin
            made.append("&#123;")
        elif sign in _MARKS or (sign == "]" and in_link):
            made.append(f"\\{sign}")
        elif sign == "\\":
            made.append("\\" if after.isalnum() or after == " " else "\\\\")
        elif sign == "_":
            made.append("_" if before.isalnum() and after.isalnum() else "\\_")
        elif sign == "<":
            made.append("<" if after == " " else "&lt;")
        elif sign == "#":
            made.append(
                "\\#"
                if after and not after.isspace() and (after.isalnum() or after in "_ªº" or ord(after) > 127)
                else "#"
            )
        elif sign == "@":
            made.append("\\@" if (after.isalnum() or after == "_" or not after) and not before.isalnum() else "@")
        elif sign == "~":
            made.append("\\~" if "~" in (before, after) or not before or not after else "~")
        elif sign == "!":
            made.append("\\!" if after in ("", "[") else "!")
        else:
            made.append(sign)
    return "".join(made)


def line(written: str) -> str:
    """A line of a paragraph, whose beginning would make it something else."""
    first = written[:1]
    if not first:
        return written
    if _RULE.fullmatch(written):
        return f"&#{ord(first)};{written[1:]}"
    if _MARK_BEFORE_BLANK.match(written) or first == ">" or re.match(r"#{1,6}(?:\s|$)", written):
        return f"\\{written}"
    if found := _NUMBER.match(written):
        return f"{found[1]}\\{written[found.end(1) :]}"
    if re.match(r":(?:\s|:|$)|\?\?\?|!!!|[•·▪◦‣](?=\s)|\.\.\.\s*$|\+\+\+", written):
        return f"&#{ord(first)};{written[1:]}"
    return written


def paragraph(written: str) -> str:
    """A paragraph, made of lines that are broken on purpose."""
    return "\n".join(line(one) for one in written.split("\n"))


def alternative(words: str) -> str:
    """What a picture shows, for between ``![`` and ``]``."""
    words = collapsed(words).strip()
    if not words:
        return '""'
    words = re.sub(r"([\\`\[\]{])", r"\\\1", words)
    return words.replace("&", "&amp;").replace("<", "&lt;")


def title(words: str) -> str:
    """A caption, for between ``"`` and ``"``."""
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
