"""The metadata of a post, typed: what the fields of its header mean.

``interpret`` makes ``Metadata`` of what ``header.split`` found. It never raises for what an author may have written:
it leaves ``Problem``s. Whoever is not sure whether a post may be seen keeps it back: a state that nobody knows, or a
key that looks like one, makes a draft.
"""

import datetime as dt
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tertulia.content.dates import is_ambiguous, parse_date
from tertulia.content.fields import Field
from tertulia.content.header import Header, is_held
from tertulia.content.keys import (
    ADDRESS_KEY,
    CREDIT_KEYS,
    REPEATABLE_KEYS,
    STATE_KEYS,
    fold,
    is_foreign,
    is_network_key,
)  # fmt: skip
from tertulia.core.languages import current, normal, say, spoken
from tertulia.core.models import Problem, Severity

# What WordPress, Ghost and others call their states; beside ours, which are language data.
_STATUSES = {
    "published": "publish public live post scheduled future final done true",
    "draft": "private pending auto-draft inherit trash trashed members paid tiers archived sent password"
    " deleted unpublished wip false",
}
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|amp);", re.I)  # WordPress exports "It&#8217;s"
_RANKS = ("", "published", "unlisted", "hidden", "draft")  # of two states the stricter holds
_YES = frozenset(["true", "yes", "y", "on", "t", "1", "x"])
_NO = frozenset(["false", "no", "n", "off", "f", "0", "never", "none", "null", "~"])


@dataclass(slots=True)
class Metadata:
    """What the author says of a post, typed. ``lines`` tells where each key stands."""

    title: str = ""
    date: dt.datetime | None = None  # aware
    is_date_of_name: bool = False  # the header says none, the file's name does
    modified: dt.datetime | None = None  # aware
    publish_date: dt.datetime | None = None  # aware; Hugo's: not to be seen before
    expiry_date: dt.datetime | None = None  # aware; Hugo's: not to be seen after
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
    old_addresses: list[str] = field(default_factory=list)  # where another generator had it
    credits: list[tuple[str, str]] = field(default_factory=list)  # (kind, what the author wrote)
    updates: list[tuple[dt.datetime, str]] = field(default_factory=list)  # (when, Markdown)
    question: str = ""
    toc: bool | None = None  # None: by length
    embeds: str = ""
    template: str = ""
    networks: dict[str, str] = field(default_factory=dict)  # network → text, "no" leaves it out
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


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


def interpret(header: Header, path: str, zone: ZoneInfo, allowed: Iterable[str] | None = None) -> Metadata:
    """
    The typed metadata of a post.

    Args:
        header: What ``split`` gave.
        path: As shown to the author in problems.
        zone: The blog's time zone: that of every moment, and of dates without an offset.
        allowed: The languages that the blog may be written in, all if not told; another one is a problem.
    """
    meta = Metadata(problems=list(header.problems))
    languages = tuple(current().codes() if allowed is None else allowed)
    seen: set[str] = set()
    # Another program's word for a key never beats our own, wherever it stands.
    late = [f for f in header.fields if is_foreign(f.name) and f.key not in REPEATABLE_KEYS]
    for f in [*(f for f in header.fields if f not in late), *late]:
        if not f.key:
            if is_held(f):
                _hold(meta, "draft")
            continue
        if f.key in STATE_KEYS:
            _take_state(meta, f, path, zone)
            continue
        if f.key in seen and f.key not in (*REPEATABLE_KEYS, ADDRESS_KEY):
            if f not in late:
                _report(meta, path, f, "twice", severity="warning")
            continue
        if f.value:
            seen.add(f.key)
            meta.lines.setdefault(f.key, f.line)
        if f.value or is_network_key(f.key):
            _take(meta, f, path, zone, languages)
    meta.date = meta.date or (meta.publish_date if "date" not in meta.lines else None)
    return meta


def _report(meta: Metadata, path: str, f: Field, phrase: str, *, severity: Severity, **values: object) -> None:
    what = say(phrase, key=f.name, value=f.value[:60], **values)
    meta.problems.append(Problem(path, f.line, what, say(f"{phrase}_fix", key=f.name, **values), severity))


def _take(meta: Metadata, f: Field, path: str, zone: ZoneInfo, languages: tuple[str, ...]) -> None:
    """Put one field where it belongs in *meta*."""
    value = f.value if is_network_key(f.key) else " ".join(f.value.split())
    if f.key in ("date", "modified"):
        setattr(meta, f.key, _moment(meta, f, path, zone))
    elif f.key == "status":
        _take_status(meta, f, path)
    elif f.key == "lang":
        _take_language(meta, f, path, languages)
    elif f.key == "update":
        _take_update(meta, f, path, zone)
    elif f.key == ADDRESS_KEY:
        _take_address(meta, value)
    elif f.key in CREDIT_KEYS:
        if not is_foreign(f.name) or re.match("https?://", value):
            meta.credits += [(f.key, item) for item in ([value] if f.whole else listed(value))]
    elif f.key in ("tags", "category", "author", "aliases"):
        into = {"tags": meta.tags, "category": meta.categories, "author": meta.authors, "aliases": meta.aliases}
        into[f.key] += [item for item in _items(f, value) if item and item not in into[f.key]]
    elif f.key == "toc":
        meta.toc = _flag(value) is True
    elif is_network_key(f.key):
        meta.networks[f.key] = value
    elif f.key in ("title", "summary"):
        setattr(meta, f.key, _ENTITY.sub(lambda found: html.unescape(found[0]), value))
    elif f.key != "cover" or _flag(value) is None:  # "cover: true" names no picture
        setattr(meta, f.key, value)


def _items(f: Field, value: str) -> list[str]:
    """The items of a list; Pelican parts authors and tags by semicolons, Obsidian's tags by their ``#``."""
    if f.whole:
        items = [value]
    elif f.key in ("author", "tags") and ";" in value:
        items = [item.strip() for item in value.split(";")]
    elif f.key == "tags" and re.fullmatch(r"#[^\s,]+(?:\s+#[^\s,]+)+", value):
        items = value.split()
    else:
        items = listed(value)
    if f.key == "aliases":  # Obsidian's are names, not addresses
        items = [item for item in items if "/" in item or "." in item or " " not in item]
    return [item.lstrip("#") for item in items] if f.key == "tags" else items


def _moment(meta: Metadata, f: Field, path: str, zone: ZoneInfo) -> dt.datetime | None:
    """The moment that *f* says; told when it makes no sense, or two."""
    moment = parse_date(f.value, zone)
    if moment is None:
        _report(meta, path, f, "bad_date", severity="error")
    elif spoken().partition("-")[0] == "en" and is_ambiguous(f.value):
        day = moment.date().isoformat()
        _report(meta, path, f, "two_way_date", severity="warning", day=day)
    return moment


def _take_language(meta: Metadata, f: Field, path: str, languages: tuple[str, ...]) -> None:
    code = normal(f.value) or f.value.casefold()
    known = next((one for one in (code, code.partition("-")[0]) if one in languages), "")
    if not known:
        _report(meta, path, f, "bad_lang", severity="warning", languages=", ".join(languages))
    meta.lang = known


def _take_address(meta: Metadata, value: str) -> None:
    """Keep where another generator had the post; a pattern, ``/:year/:title``, is no address."""
    if _flag(value) is False:
        _hold(meta, "draft")  # Eleventy: the file is read and not written
        return
    old = re.sub(r"(^|/)index\.html?$", r"\1", value.split("#")[0].split("?")[0])
    if old.strip("/") and not re.search(r"[{}%<>]|(?<!https)(?<!http):|\s", old):
        meta.old_addresses.append(old if "://" in old else "/" + old.lstrip("/"))


# ── May it be seen? ──────────────────────────────────────────────────────────────────────────────────────────────────


def _hold(meta: Metadata, status: str) -> None:
    """Let *status* count, unless a stricter one does."""
    meta.status = max(meta.status, status, key=_RANKS.index)


def _flag(value: str) -> bool | None:
    """Whether *value* says yes or no, in any language we have or as YAML does; None for anything else."""
    word = fold(value.strip("\"' "))
    if word in _YES or word in current().words("yes"):
        return True
    return False if word in _NO or word in current().words("never") else None


def _status_of(value: str) -> str:
    folded = fold(value.strip("\"' "))
    statuses = current().written("statuses").items()
    ours = next((status for status, names in statuses if folded in (status, *map(fold, names))), "")
    return ours or next((status for status, names in _STATUSES.items() if folded in names.split()), "")


def _take_status(meta: Metadata, f: Field, path: str) -> None:
    status = _status_of(f.value)
    if not status:
        _report(meta, path, f, "bad_status", severity="warning")
    _hold(meta, status or "draft")  # rather unseen than seen too soon


def _take_state(meta: Metadata, f: Field, path: str, zone: ZoneInfo) -> None:
    """Other generators' ways to keep a post back."""
    flag, value = _flag(f.value), f.value
    if f.key in ("publish_date", "expiry_date"):
        if value and flag is not False:
            setattr(meta, f.key, _moment(meta, f, path, zone))
    elif f.key == "standing":
        _take_status(meta, f, path)
    elif f.key == "published":
        if flag is None and value and (moment := parse_date(value, zone)):
            meta.publish_date = meta.publish_date or moment
            if "date" not in meta.lines:
                meta.date = meta.date or moment
        elif flag is None:
            _take_status(meta, f, path)
        elif not flag:
            _hold(meta, "draft")
    elif value and flag is not False:
        _hold(meta, {"concealed": "hidden", "unlisted": "unlisted"}.get(f.key, "draft"))


def _take_update(meta: Metadata, f: Field, path: str, zone: ZoneInfo) -> None:
    """An ``Actualización: FECHA texto``; the date is the longest beginning that reads as one, its hour too."""
    words = f.value.split()
    moments = [parse_date(" ".join(words[:count]).rstrip(":,.—–-"), zone) for count in range(min(9, len(words)))]
    for count in range(len(moments) - 1, 0, -1):
        moment, text = moments[count], " ".join(words[count:]).lstrip("—–-: ")
        # "2026-03-20 El plazo": a word without which the date is the same is the text's own.
        idle = moment == moments[count - 1] and not any(sign.isdigit() for sign in words[count - 1])
        if moment is not None and text and not idle:
            meta.updates.append((moment, text))
            return
    _report(meta, path, f, "bad_update", severity="warning")
