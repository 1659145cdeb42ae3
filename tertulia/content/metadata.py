"""The metadata of a post: the block on top of its file, in the words of any language we have.

Two ways to write it. A block of ``Clave: valor`` lines that a blank line ends (an indented line goes on with the
value above), or the same between two ``---`` lines, where values may also stand in quotes, as YAML has them, and
lists one item a line after a dash. Python-Markdown's own reader knows ASCII keys only: ``Vía:`` and all after it
would become text.

``split`` cuts a file into fields and body and keeps the line of each; ``interpret`` makes ``Metadata`` of the
fields. Neither raises for what an author may have written: they leave ``Problem``s.
"""

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from tertulia.content.networks import NETWORKS, is_network
from tertulia.core import languages
from tertulia.core.languages import Languages, current, say
from tertulia.core.models import Problem, Severity

# Each key by its one name in code. What authors call it is said by the section ``written`` of each language.
KEYS = (
    "title", "date", "modified", "id", "slug", "status", "lang", "category", "tags", "author", "summary", "cover",
    "cover_alt", "series", "aliases", "via", "source", "photo", "thanks", "update", "question", "toc", "embeds",
    "template",
    *NETWORKS,
)  # fmt: skip
CREDIT_KEYS = ("via", "source", "photo", "thanks")
LIST_KEYS = ("category", "tags", "author", "aliases", *CREDIT_KEYS)
REPEATABLE_KEYS = (*LIST_KEYS, "update")

_FENCE = re.compile(r"---[ \t]*")
_FIELD = re.compile(r"([^\W\d_][\w \-]{0,30}?)[ \t]*:(?:[ \t]+(.*)|[ \t]*)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?)\s*(Z|[+-]\d{2}:?\d{2})?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}:\d{2}))?")
_DAY_MONTH = re.compile(
    r"(\d{1,2}) (?:de |d['’])(\w+) (?:de |del )?(\d{4})(?:,? (?:a las |a les )?(\d{1,2}:\d{2}))?", re.I
)
_MONTH_DAY = re.compile(r"(\w+) (\d{1,2}),? (\d{4})", re.I)


@dataclass(frozen=True, slots=True)
class Field:
    """One ``Clave: valor`` as it stands in the file."""

    key: str  # the name in code, "" when unknown
    name: str  # as the author wrote it
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """A file cut in two: its fields and its body, each with its place."""

    fields: tuple[Field, ...]
    body: str
    body_line: int
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Metadata:
    """What the author says of a post, typed. ``lines`` tells where each key stands."""

    title: str = ""
    date: dt.datetime | None = None  # aware
    modified: dt.datetime | None = None  # aware
    id: str = ""  # "" when the author gave none: the slug serves
    slug: str = ""
    status: str = ""  # published, draft, hidden, unlisted; "" when the author does not say
    lang: str = ""
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    summary: str = ""
    cover: str = ""
    cover_alt: str = ""
    series: str = ""
    aliases: list[str] = field(default_factory=list)
    credits: list[tuple[str, str]] = field(default_factory=list)  # (kind, what the author wrote)
    updates: list[tuple[str, str]] = field(default_factory=list)  # (ISO date, Markdown)
    question: str = ""
    toc: bool | None = None  # None: by length
    embeds: str = ""
    template: str = ""
    networks: dict[str, str] = field(default_factory=dict)  # network → text, "no" leaves it out
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def fold(name: str) -> str:
    """*name* without accents, capitals or doubled blanks, as keys are compared."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).replace("_", " ").split())


def key_names() -> dict[str, tuple[str, ...]]:
    """What an author may call each key, the blog's language first."""
    written = current().written("keys")
    return {key: NETWORKS[key].metadata_keys if key in NETWORKS else written.get(key, (key,)) for key in KEYS}


@lru_cache(maxsize=8)
def _by_name(_spoken: Languages) -> dict[str, str]:
    return {fold(name): key for key, names in key_names().items() for name in (*names, key)}


@lru_cache(maxsize=8)
def _months(spoken: Languages) -> dict[str, int]:
    names = {fold(name): int(number) for number, more in spoken.written("months").items() for name in more}
    return {fold(name): number for code in spoken.codes() for number, name in languages.months(code).items()} | names


def _key_of(name: str) -> str:
    """The key that an author means by *name*; "" when there is none such."""
    folded = fold(name)
    if key := _by_name(current()).get(folded):
        return key
    underscored = folded.replace(" ", "_")
    return underscored if is_network(underscored) else ""


def _is_network(key: str) -> bool:
    return key in NETWORKS or key not in KEYS  # what ``_key_of`` knows and KEYS does not is somebody else's network


def split(text: str, path: str) -> Header:
    """
    Cut *text* into metadata fields and body.

    Args:
        text: The whole file, decoded; any newline convention.
        path: As shown to the author in problems.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    if first < len(lines) and _FENCE.fullmatch(lines[first]):
        end = next((n for n in range(first + 1, len(lines)) if _FENCE.fullmatch(lines[n])), None)
        if end is None:
            problem = Problem(path, first + 1, say("unclosed_header"), say("unclosed_header_fix"), "error")
            return Header((), "", len(lines), (problem,))
        fields, problems = _fields(lines, first + 1, end, path, fenced=True)
        start = end + 1
    else:
        end = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
        if not _is_header(lines[first:end]):
            return Header((), "\n".join(lines), 1, ())
        fields, problems = _fields(lines, first, end, path, fenced=False)
        start = end
    while start < len(lines) and not lines[start].strip():
        start += 1
    return Header(tuple(fields), "\n".join(lines[start:]), start + 1, tuple(problems))


def _is_header(block: list[str]) -> bool:
    """Whether a first paragraph is metadata: it opens with ``Clave: valor`` and holds a key that we know."""
    matches = [_FIELD.fullmatch(line) for line in block]
    return bool(matches and matches[0]) and any(m and fold(m[1]) in _by_name(current()) for m in matches)


def _fields(lines: list[str], start: int, end: int, path: str, *, fenced: bool) -> tuple[list[Field], list[Problem]]:
    fields: list[Field] = []
    problems: list[Problem] = []
    for n in range(start, end):
        line = lines[n]
        match = _FIELD.fullmatch(line.rstrip())
        if match:
            fields.append(Field(_key_of(match[1]), match[1].strip(), (match[2] or "").strip(), n + 1))
        elif fields and (line[:1] in " \t" or (fenced and line.startswith("- "))):
            fields[-1] = _continued(fields[-1], line.strip())
        elif line.strip() and not (fenced and line.lstrip().startswith("#")):
            problems.append(Problem(path, n + 1, say("not_a_field", line=line.strip()[:40]), say("not_a_field_fix")))
    if fenced:
        fields = [Field(f.key, f.name, _unquoted(f.value), f.line) for f in fields]
    for f in fields:
        if not f.key:
            problems.append(Problem(path, f.line, say("unknown_key", key=f.name), _nearest(f.name)))
    return fields, problems


def _continued(f: Field, more: str) -> Field:
    """*f* with one more line: a list item after a dash, or more of the same value."""
    if more.startswith("- ") and f.key in LIST_KEYS:
        item = _unquoted(more[2:].strip())
        value = f"{f.value}, {item}" if f.value else item
    else:
        value = f"{f.value} {more}".strip()
    return Field(f.key, f.name, value, f.line)


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]:
        return value[1:-1]
    return value


def _nearest(name: str) -> str:
    """The advice for an unknown key: the nearest known one, or how to get rid of it."""
    near = difflib.get_close_matches(fold(name), _by_name(current()), n=1, cutoff=0.6)
    if not near:
        return say("unknown_key_fix")
    key = _by_name(current())[near[0]]
    shown = next((n for n in key_names()[key] if fold(n) == near[0]), key_names()[key][0])
    return say("unknown_key_near", key=shown)


def listed(value: str) -> list[str]:
    """
    The items of ``a, b`` or ``[a, b]``, each once.

    Quotes around an item keep its commas, and a comma with no blank behind it stays in an address.
    """
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    parts = re.findall(r"""\s*(?:"([^"]*)"|(https?://[^\s]+?(?=,?\s|,?$))|([^,]+))\s*(?:,|$)""", value)
    items = [(quoted or address or plain).strip() for quoted, address, plain in parts]
    return list(dict.fromkeys(item for item in items if item))


def parse_date(value: str, zone: ZoneInfo) -> dt.datetime | None:
    """
    The moment that an author wrote, or None when it makes no sense.

    Understood: ``2026-11-21``, ``2026-11-21 09:30``, ``2026-11-21T09:30:00+01:00``, ``21/11/2026``,
    ``21 de noviembre de 2026``, ``November 21, 2026``. Without an offset it is the blog's *zone*.
    """
    value = " ".join(value.split())
    offset = None
    if m := _ISO.fullmatch(value):
        year, month, day, clock, offset = int(m[1]), int(m[2]), int(m[3]), m[4], m[5]
    elif m := _DAY_FIRST.fullmatch(value):
        year, month, day, clock = int(m[3]), int(m[2]), int(m[1]), m[4]
    elif m := _DAY_MONTH.fullmatch(value):
        year, month, day, clock = int(m[3]), _months(current()).get(fold(m[2]), 0), int(m[1]), m[4]
    elif m := _MONTH_DAY.fullmatch(value):
        year, month, day, clock = int(m[3]), _months(current()).get(fold(m[1]), 0), int(m[2]), None
    else:
        return None
    hour, minute, second = (*(int(part) for part in (clock or "0:0").split(":")), 0)[:3]
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if offset:
            moment = moment.replace(tzinfo=dt.datetime.strptime(offset, "%z").tzinfo)
    except ValueError:
        return None
    return moment


def interpret(header: Header, path: str, zone: ZoneInfo, allowed: Iterable[str] | None = None) -> Metadata:
    """
    The typed metadata of a post.

    Args:
        header: What ``split`` gave.
        path: As shown to the author in problems.
        zone: The blog's time zone, for dates without an offset.
        allowed: The languages that the blog may be written in, all if not told; another one is a problem.
    """
    meta = Metadata(problems=list(header.problems))
    seen: set[str] = set()
    for f in header.fields:
        if not f.key:
            continue
        if f.key in seen and f.key not in REPEATABLE_KEYS:
            _report(meta, path, f, "twice", severity="warning")
            continue
        seen.add(f.key)
        meta.lines.setdefault(f.key, f.line)
        if f.value or _is_network(f.key):
            _take(meta, f, path, zone, tuple(current().codes() if allowed is None else allowed))
    return meta


def _report(meta: Metadata, path: str, f: Field, phrase: str, *, severity: Severity, **values: object) -> None:
    what = say(phrase, key=f.name, value=f.value[:60], **values)
    meta.problems.append(Problem(path, f.line, what, say(f"{phrase}_fix", key=f.name), severity))


def _take(meta: Metadata, f: Field, path: str, zone: ZoneInfo, languages: tuple[str, ...]) -> None:
    """Put one field where it belongs in *meta*."""
    if f.key in ("date", "modified"):
        moment = parse_date(f.value, zone)
        if moment is None:
            _report(meta, path, f, "bad_date", severity="error")
        setattr(meta, f.key, moment)
    elif f.key == "status":
        meta.status = _status_of(f.value)
        if not meta.status:
            meta.status = "draft"  # rather unseen than seen too soon
            _report(meta, path, f, "bad_status", severity="warning")
    elif f.key == "lang":
        meta.lang = f.value.casefold()
        if meta.lang not in languages:
            _report(meta, path, f, "bad_lang", severity="warning", languages=", ".join(languages))
            meta.lang = ""
    elif f.key == "update":
        _take_update(meta, f, path, zone)
    elif f.key in CREDIT_KEYS:
        meta.credits += [(f.key, item) for item in listed(f.value)]
    elif f.key in ("tags", "category", "author", "aliases"):
        into = {"tags": meta.tags, "category": meta.categories, "author": meta.authors, "aliases": meta.aliases}
        items = (item.lstrip("#") if f.key == "tags" else item for item in listed(f.value))
        into[f.key] += [item for item in items if item and item not in into[f.key]]
    elif f.key == "toc":
        meta.toc = f.value.casefold() in current().words("yes") | {"true", "1"}
    elif _is_network(f.key):
        meta.networks[f.key] = f.value
    else:
        setattr(meta, f.key, f.value)


def _status_of(value: str) -> str:
    statuses = current().written("statuses").items()
    return next((status for status, names in statuses if fold(value) in (status, *map(fold, names))), "")


def _take_update(meta: Metadata, f: Field, path: str, zone: ZoneInfo) -> None:
    """An ``Actualización: FECHA texto``; the date is the longest beginning that reads as one."""
    words = f.value.split(" ")
    for count in (5, 3, 1):
        moment = parse_date(" ".join(words[:count]).rstrip(":,."), zone)
        if moment is not None and len(words) > count:
            text = " ".join(words[count:]).lstrip("—–-: ")
            meta.updates.append((moment.date().isoformat(), text))
            return
    _report(meta, path, f, "bad_update", severity="warning")
