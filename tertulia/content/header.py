"""The block on top of a file: where it ends, and what stands in it.

Four ways to write it:

- ``Clave: valor`` lines that a blank line ends, or ``---`` or ``...``; an indented line goes on with the value above.
  Ours, Pelican's and MultiMarkdown's. Python-Markdown's own reader knows ASCII keys only: ``Vía:`` and all after it
  would become text.
- YAML between two ``---`` (or ``...``), read by PyYAML. Its values are taken as they are written: a date stays text,
  ``yes`` stays ``yes``. What is no YAML but ``Clave: valor`` all the same (``Vía: @ana``) is read line by line. A
  header that is never closed ends where its fields end.
- TOML between two ``+++``; JSON in braces.

What is no header is text: nothing that an author wrote between the two is ever lost.
"""

import json
import re
import tomllib
from itertools import islice
from typing import Any

from msgspec import Struct

from tertulia.content.fields import MOST_FIELDS, Field, RawField, composed, flat, inline_table, plain_tree, yaml_fields
from tertulia.content.key_names import advice, fold, is_ignored, is_known, key_of, looks_like_state, nearest
from tertulia.content.keys import Kind, key_named
from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.core.models import Problem, Severity

LARGEST_YAML = 100_000  # characters; the longest header of thousands of blogs is a tenth of it

_OPEN = lazy_re.compile(r"---[ \t]*(?:yaml|toml|json)?[ \t]*", re.I)
_CLOSE = lazy_re.compile(r"(?:-{3,}|\.\.\.)[ \t]*")
_TOML_FENCE = lazy_re.compile(r"\+\+\+[ \t]*")
# "::" is Logseq's.
_FIELD = lazy_re.compile(r"""((?:\.\. )?["']?[^\W\d][\w \-.]{0,40}?["']?)[ \t]*::?(?:[ \t]+(.*)|[ \t]*)""")
# What a paste leaves around a name: "**Estado**:", a full-width colon, a blank that does not break, marks of no width.
_DRESSED = lazy_re.compile(
    r"[\s*_\u200b-\u200f\u2060\ufeff]*([^:：*]{1,50}?)[\s*_\u200b-\u200f\u2060\ufeff]*([:：])[*_]*(.*)", re.DOTALL
)
# A whole line in bold or italics, "**Título: X**": its marks are none of the value's.
_WRAPPED = lazy_re.compile(r"\s*([*_]{1,3})(?![*_])((?:(?!\1).)+)\1\s*")
_TIGHT = lazy_re.compile(r"((?:\.\. )?[^\W\d][\w \-]{0,40}?):(?!//)(\S.*)")
_AT_LINE = lazy_re.compile(r"\(at line (\d+), column \d+\)$")
_HELD = frozenset(("draft", "borrador", "unpublished", "private", "privado", "pending", "pendiente", "wip"))
# Tags of older versions that hold a post.
_NIKOLA_HELD = lazy_re.compile(r"(?:^|[,\s])(?:draft|private)\s*(?:,|$)", re.I)
_BRACKETS = {"[": "]", "{": "}"}


class Header(Struct, frozen=True):
    """A file cut in two: its fields and its body, each with its place."""

    fields: tuple[Field, ...]
    body: str
    body_line: int
    problems: tuple[Problem, ...]


def split(text: str, path: str) -> Header:
    """
    Cut *text* into metadata fields and body; never raises.

    Args:
        text: The whole file, decoded; any newline convention.
        path: As shown to the author in problems.
    """
    try:
        return _split(text, path)
    except RecursionError:  # brackets in brackets in brackets
        return _unreadable([text], 0, path, "huge_header")


def _split(text: str, path: str) -> Header:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    top = lines[first] if first < len(lines) else ""
    if _OPEN.fullmatch(top):
        return _fenced(lines, first, path)
    if _TOML_FENCE.fullmatch(top):
        end = next((n for n in range(first + 1, len(lines)) if _TOML_FENCE.fullmatch(lines[n])), None)
        if end is not None:
            return _toml(lines, first + 1, end, path)
        if first + 1 < len(lines) and re.match(r"\s*[\w\"'\[][^=]*=|\s*\[", lines[first + 1]):
            return _unreadable(lines, first, path, "unclosed_toml")
        return _all_text(lines)
    if re.match(r'"[\w-]+"\s*:', top):
        return _semicolons(lines, first, path) or _plain(lines, first, path)
    if re.match(r"\{\s*(?:\"|$)", top):
        return _json(lines, first, path) or _all_text(lines)
    return _plain(lines, first, path)


def _all_text(lines: list[str]) -> Header:
    return Header((), "\n".join(lines), 1, ())


def _unreadable(lines: list[str], n: int, path: str, phrase: str, start: int | None = None) -> Header:
    """Return a header that cannot be read; whether it holds the post back nobody knows, so it is left out."""
    problem = Problem(path, n + 1, say(phrase), say(f"{phrase}_fix"), "error")
    start = len(lines) if start is None else start
    return Header((), "\n".join(lines[start:]), start + 1, (problem,))


def _finish(fields: list[Field], problems: list[Problem], lines: list[str], start: int, path: str) -> Header:
    """Return the header of *fields*, its unknown keys told, and the body from the line *start* on."""
    for f in fields:
        if f.is_unread:
            what = say("nested_value", key=f.name)
            problems.append(Problem(path, f.line, what, say("nested_value_fix", key=f.name)))
        if f.key:
            continue
        if is_held(f):
            problems.append(Problem(path, f.line, say("unknown_state", key=f.name), say("unknown_state_fix")))
        elif is_ignored(f.name):
            problems.append(Problem(path, f.line, say("foreign_key", key=f.name), say("foreign_key_fix"), "hint"))
        else:
            severity: Severity = "warning" if nearest(f.name) else "hint"  # else a theme of one's own may ask for it
            problems.append(Problem(path, f.line, say("unknown_key", key=f.name), advice(f.name), severity))
    while start < len(lines) and not lines[start].strip():
        start += 1
    return Header(tuple(fields), "\n".join(lines[start:]), start + 1, tuple(problems))


def is_held(f: Field) -> bool:
    """Whether a field that nobody knows keeps its post back: its name looks like a state, or its value is one."""
    if f.key:
        return False
    if any(fold(word) in _HELD for word in f.value.strip("[]")[:80].split(",")):
        return True
    return not is_ignored(f.name) and looks_like_state(f.name) and fold(f.value) != "published"


# ── Key: value ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _plain(lines: list[str], first: int, path: str) -> Header:
    start = first + 1 if lines[first : first + 1] in (["<!--"], ["/*"]) else first  # Nikola's and Pico's: comments
    end = next((n for n in range(start, len(lines)) if _ends_plain(lines[n])), len(lines))
    if not _is_header(lines[start:end]):
        return _below_title(lines, first, path) or _all_text(lines)
    closed = end < len(lines) and lines[end].strip()
    if closed and any(line.startswith("- ") for line in lines[start:end]):  # Hexo's YAML needs no fence above
        fields, problems = _yaml(lines, start, end, path)
    else:
        fields, problems = _read_lines(lines, start, end, path, fenced=False)
    return _finish(fields, problems, lines, end + 1 if closed else end, path)


def _below_title(lines: list[str], first: int, path: str) -> Header | None:
    """Return Notion's header: the title as a heading, and below it, line by line, when it is of and whether it is."""
    start = next((n for n in range(first + 1, len(lines)) if lines[n].strip()), len(lines))
    end = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
    if not lines[first : first + 1] or not lines[first].startswith("# ") or start == first + 1:
        return None
    keys = [key_named(key_of(_name(match))) if (match := _field(line)) else None for line in lines[start:end]]
    if None in keys or not any(key and key.kind in (Kind.MOMENT, Kind.STATUS, Kind.STATE) for key in keys):
        return None
    fields, problems = _read_lines(lines, start, end, path, fenced=False)
    title = Field("title", "#", lines[first].strip("# \t"), first + 1)
    return _finish([title, *(f for f in fields if f.key != "title")], problems, lines, end, path)


def _ends_plain(line: str) -> bool:
    return not line.strip() or bool(_CLOSE.fullmatch(line)) or line.strip() in ("-->", "*/")


def _field(line: str) -> re.Match[str] | None:
    """``Clave: valor``; ``Clave:valor`` too, where the key is known."""
    wrapped = _WRAPPED.fullmatch(line)
    if wrapped and (match := _field(wrapped[2])) and key_of(_name(match)):
        return match
    match = _FIELD.fullmatch(line.rstrip())
    if match:
        return match
    tight = _TIGHT.fullmatch(line.rstrip())
    if tight and key_of(tight[1].removeprefix(".. ")):
        return tight
    dressed = _DRESSED.fullmatch(line)
    bare = dressed and _TIGHT.fullmatch(f"{dressed[1].strip()}:{dressed[3].strip()}")
    return bare if bare and key_of(bare[1]) else None


def _name(match: re.Match[str]) -> str:
    return match[1].removeprefix(".. ").strip("\"'").strip()


def _is_header(block: list[str]) -> bool:
    """Whether a first paragraph is metadata: it opens with ``Clave: valor`` and holds a key that we know."""
    matches = map(_field, block)  # mostly the first says enough
    first = next(matches, None)
    return first is not None and (bool(key_of(_name(first))) or any(m and key_of(_name(m)) for m in matches))


def _read_lines(
    lines: list[str], start: int, end: int, path: str, *, fenced: bool
) -> tuple[list[Field], list[Problem]]:
    """Return the fields of lines that each say ``Clave: valor``."""
    fields: list[Field] = []
    problems: list[Problem] = []
    for n in range(start, end):
        line = lines[n]
        indented = line[:1] in (" ", "\t")
        match = None if fields and indented else _field(line.strip() if indented else line)
        if match:
            name = _name(match)
            fields += inline_table(line, n, lines) or [Field(key_of(name), name, (match[2] or "").strip(), n + 1)]
            if line.startswith(".. ") and name.casefold() == "tags" and _NIKOLA_HELD.search(match[2] or ""):
                fields.append(Field("private", name, "true", n + 1))
        elif fields and line.strip() and (indented or (fenced and line.startswith("- "))):
            _continue(fields, line.strip(), n + 1)
            inside = _field(line.strip().removeprefix("- "))
            if inside and key_named(key := key_of(_name(inside))).kind in (Kind.STATUS, Kind.STATE):
                fields.append(
                    Field(key, _name(inside), _unquoted((inside[2] or "").strip()), n + 1)
                )  # a slip of blanks
        elif _speaks_of_state(line):
            fields.append(Field("", line.strip()[:40], "draft", n + 1))
        elif line.strip() and not (fenced and line.lstrip().startswith("#")):
            problems.append(Problem(path, n + 1, say("not_a_field", line=line.strip()[:40]), say("not_a_field_fix")))
    if fenced:
        fields = [f if f.whole else Field(f.key, f.name, _unquoted(f.value), f.line) for f in fields]
    return fields, problems


def _speaks_of_state(line: str) -> bool:
    """Whether a line that is no ``Clave: valor`` may keep its post back: ``Borrador``, ``draft = true``."""
    words = re.findall(r"\w+", fold(line))
    kinds = (Kind.STATUS, Kind.STATE)
    return 0 < len(words) <= 4 and (words[0] in _HELD or key_named(key_of(words[0])).kind in kinds)


def _continue(fields: list[Field], more: str, line: int) -> None:
    """Add one more line to the last of *fields*: an item of a list, or more of the same value."""
    last = fields[-1]
    key = key_named(last.key)
    if more.startswith("- ") and key.takes_several:
        if not last.value:
            fields.pop()
        fields.append(Field(last.key, last.name, _unquoted(more[2:].strip()), line, whole=True))
    elif key.by_line and last.value and not last.value.endswith((",", ";")):
        fields.append(Field(last.key, last.name, more, line))  # Pelican: each line is an item
    else:
        fields[-1] = Field(last.key, last.name, f"{last.value} {more}".strip(), last.line)


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]:
        return value[1:-1]
    return value


# ── Between "---" ────────────────────────────────────────────────────────────────────────────────────────────────────


def _fenced(lines: list[str], opening: int, path: str) -> Header:
    kind = lines[opening].strip().strip("-").strip().casefold()
    start = opening + 1
    if kind in ("toml", "json"):
        end = next((n for n in range(start, len(lines)) if _CLOSE.fullmatch(lines[n])), None)
        if end is None:
            return _unreadable(lines, opening, path, "unclosed_header")
        return _toml(lines, start, end, path) if kind == "toml" else _json_between(lines, start, end, path)
    end, closed = _end_of_yaml(lines, start)
    if end is None:
        return _all_text(lines)  # a rule, and text below it
    fields, problems = _yaml(lines, start, end, path)
    if not closed and end < len(lines) and lines[end].strip():
        problems.append(Problem(path, end + 1, say("unclosed_header"), say("unclosed_header_fix")))
    return _finish(fields, problems, lines, end + 1 if closed else end, path)


def _end_of_yaml(lines: list[str], start: int) -> tuple[int | None, bool]:
    """
    Where a header that begins at *start* ends, and whether a fence ends it.

    Returns:
        The line of the fence, or of the first that is no header any more; None when there is no header at all.
    """
    last = start - 1  # of the lines that are certainly header
    blank = False  # one stood since
    is_open = False  # the last field's value is not whole yet
    is_ours = False  # some key is one that a program or a person would write here
    for n in range(start, len(lines)):
        line = lines[n]
        if _CLOSE.fullmatch(line):
            is_empty = not any(one.strip() for one in lines[start:n])
            return (n, True) if is_ours or is_empty else (None, False)
        if not line.strip():
            blank = True
            continue
        match = _field(line) if line[:1] not in (" ", "\t") else None
        if match:
            name = _name(match)
            is_likely = is_known(name) or bool(re.fullmatch(r"[a-z_][\w\-]*", name))
            if blank and last >= start and not is_likely:
                break
            last, is_open, is_ours = n, _is_open((match[2] or "").strip()), is_ours or is_likely
        elif line.startswith("#"):
            last = n if last >= start and not blank else last
        elif line[:1] in (" ", "\t") or (line.startswith("-") and is_open):
            if blank and not is_open:
                break
            last = n if last >= start else last
        elif re.match(r"[\]}]", line) or (not blank and last >= start and _goes_on(lines, n)):
            last = n
        else:
            break
        blank = blank and last != n
    return (last + 1, False) if is_ours else (None, False)


def _is_open(value: str) -> bool:
    """Whether what stands below *value* may be more of it, after a blank line too: YAML's lists, blocks and quotes."""
    return not value or value[0] in "|>&!" or _is_cut(value)


def _goes_on(lines: list[str], n: int) -> bool:
    """Whether a line that is no field stands in a header all the same: a fence comes before any blank line."""
    for line in lines[n + 1 :]:
        if _CLOSE.fullmatch(line):
            return True
        if not line.strip():
            return False
    return False


def _yaml(lines: list[str], start: int, end: int, path: str) -> tuple[list[Field], list[Problem]]:
    source = "\n".join(lines[start:end]).replace("\t", "    ")
    if len(source) > LARGEST_YAML:
        return [], [Problem(path, start, say("huge_header"), say("huge_header_fix"), "error")]
    import yaml  # by blogs that write it alone

    try:
        root = composed(source)
        if root is None:
            return [], []
        if isinstance(root, yaml.MappingNode):
            entries = list(islice(yaml_fields(root, start, lines), MOST_FIELDS + 1))
            fields = list(islice(flat(entries), MOST_FIELDS + 1))
            if len(fields) <= MOST_FIELDS:
                return fields, []
            return [], [Problem(path, start, say("huge_header"), say("huge_header_fix"), "error")]
        at = start
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = start + (min(mark.line, end - start - 1) if mark else 0)
    fields, problems = _read_lines(lines, start, end, path, fenced=True)
    if problems or not fields or any(_is_cut(f.value) for f in fields):
        problems.insert(0, Problem(path, at + 1, say("bad_yaml"), say("bad_yaml_fix")))
    return fields, problems


def _is_cut(value: str) -> bool:
    """Whether a value that was read line by line opens what it does not close."""
    if value[:1] in _BRACKETS:
        return not value.endswith(_BRACKETS[value[0]])
    return value[:1] in ("|", ">", "&") or (value[:1] in ("'", '"') and value.count(value[0]) % 2 == 1)


# ── TOML and JSON ────────────────────────────────────────────────────────────────────────────────────────────────────


def _toml(lines: list[str], start: int, end: int, path: str) -> Header:
    try:
        table = tomllib.loads("\n".join(lines[start:end]))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        where = _AT_LINE.search(str(error))
        at = start + int(where[1]) - 1 if where else end - 1
        return _unreadable(lines, at, path, "bad_header_toml", end + 1)
    return _from_table(table, lines, start, end, path)


def _json(lines: list[str], first: int, path: str) -> Header | None:
    """Hugo's JSON; None when what begins with a brace is text."""
    text = "\n".join(lines[first:])
    try:
        table, length = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        opens = re.match(r'\{\s*"[^"\n]*"\s*:', text)
        at = getattr(error, "lineno", 1)
        return _unreadable(lines, first + at - 1, path, "bad_json") if opens else None
    end = first + text.count("\n", 0, length)
    rest = text[length:].split("\n", 1)[0]
    if not isinstance(table, dict) or not any(is_known(str(name)) for name in table):
        return None
    if rest.strip():
        lines = [*lines[: end + 1], rest, *lines[end + 1 :]]
    return _from_table(table, lines, first, end, path)


def _semicolons(lines: list[str], first: int, path: str) -> Header | None:
    """Hexo's JSON, without braces and ended by ``;;;``; None when no such line comes."""
    end = next((n for n in range(first + 1, len(lines)) if lines[n].strip() == ";;;"), None)
    if end is None:
        return None
    braced = [*lines[:first], "{" + lines[first], *lines[first + 1 : end]]
    braced[-1] += "}"
    return _json_between([*braced, *lines[end:]], first, end, path)


def _json_between(lines: list[str], start: int, end: int, path: str) -> Header:
    try:
        table = json.loads("\n".join(lines[start:end]))  # noqa: TID251  (the line of the mistake is told, and RecursionError answered)
        if isinstance(table, dict):
            return _from_table(table, lines, start, end, path)
        at = 1
    except (ValueError, RecursionError) as error:
        at = getattr(error, "lineno", 1)
    return _unreadable(lines, start + at - 1, path, "bad_json", end + 1)


def _from_table(table: dict[str, Any], lines: list[str], start: int, end: int, path: str) -> Header:
    entries = []
    for name, value in table.items():
        sign = rf"""\s*(?:\[+\s*)?["']?{re.escape(name)}["']?\s*[=:.\]]"""
        line = next((n for n in range(start, end) if re.match(sign, lines[n])), start)
        entries.append(RawField(name, plain_tree(value, line + 1), line + 1))
    fields = list(islice(flat(entries), MOST_FIELDS))
    return _finish(fields, [], lines, end + 1, path)
