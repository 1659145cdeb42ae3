"""Moments as people and programs write them on top of a post, all told in the blog's own zone.

One zone for all of them is what makes order, archives and addresses agree: ``2026-01-01T00:30+09:00`` is a moment of
2025 in Madrid, so it stands in 2025 there. The instant itself stays what the author wrote.

Read: ISO 8601 and RFC 3339 in every form that ``datetime.fromisoformat`` knows, RFC 9557's zone in brackets, RFC 5322
(letters, RSS), what Go, Ruby, Python, ``date`` and JavaScript print, numbers of a day with ``-``, ``/`` or ``.``, days
in words in every language of the program, clocks of 24 and of 12 hours, seconds since 1970.
"""

import datetime as dt
import re
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tertulia.content.key_names import fold
from tertulia.core import cldr, languages, lazy_re
from tertulia.core.languages import Languages, current

LONGEST = 100  # characters; no way to write a moment needs more

# Zones by name that mean one thing: RFC 5322 §4.3 and those of Europe. https://www.rfc-editor.org/rfc/rfc5322
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2,
    "eet": 2, "eest": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_CLOCK = lazy_re.compile(
    r"(?<![\d:.])(\d{1,2})(?:[:h.](\d{2})(?:[:](\d{2})(?:[.,](\d{1,9}))?)?)?\s*(?:h(?:rs?|s|oras)?\b\.?|(?=[ap]\.?\s?m))?"
    r"\s*([ap])?(?:\.?\s?m\b\.?)?(?![\d:])"
)
_OFFSET = lazy_re.compile(
    r"(?:utc|gmt)?\s*([+-])(\d{2}|(?<=(?:utc|gmt)[+-])\d|(?<=(?:utc|gmt)\s[+-])\d):?(\d{2})?(?!\d)"
)
# What parts a day from a month: an elision, the ending of an ordinal, a sign between figures and letters.
_BETWEEN = lazy_re.compile(
    r"(?<=[a-z])['’]|(?<=\d)(?:st|nd|rd|th|er|e?ro|r|\.?o|º|ª|-?ko|\.?eko|a|an|ean)\b|(?<=\d)[-/](?=[a-z])|(?<=[a-z])[-/](?=\d)"
)
_YEAR_FIRST = lazy_re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_YEAR_LAST = lazy_re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_ELSEWHERE = ("gl", "pt", "eu", "fr", "it", "de", "ca", "ast", "oc", "ro", "nl", "ar", "es", "en")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_FIRST = frozenset(("primero", "primer", "primeiro", "premier", "primo", "first"))
_LINKING = frozenset((
    "de", "del", "d", "of", "the", "a", "las", "la", "les", "el", "at", "on", "t", "dia", "le", "as", "ore", "do", "um",
))  # fmt: skip
# The clock in words: "5 de la tarde", "10 h 30", "5 p. m.", "10 horas".
_PART_OF_DAY = lazy_re.compile(
    r"\b(\d{1,2})(?:[:.h](\d\d))?\s*(?:h(?:oras|ores)?\.?)?\s*(?:de la|de l['’]|del|da|du|de|in the|of the)\s*"
    r"(?P<part>manana|madrugada|mati|matinada|manha|matin|tarde|tarda|noche|nit|noite|soir|vespre|migdia)\b"
)
_CLOCK_IN_WORDS = (
    (lazy_re.compile(r"\b(\d{1,2})\s*h\s*(\d\d)\b"), r"\1:\2"),
    (lazy_re.compile(r"\b(\d{1,2})\s+(?=[ap]\.?\s?m\b)"), r"\1"),
    (lazy_re.compile(r"\bmediodia\b|\bmigdia\b|\bnoon\b"), "12:00"),
    (lazy_re.compile(r"(?<![\d:.])(\d{1,2})\s*(?:h|hs|hrs|horas?|h(?:eu|o)res?|uhr)\b\.?(?!\s*\d)"), r"\1:00"),
)
_FILE_NAME = lazy_re.compile(r"(\d{4})([-_.])(\d{1,2})\2(\d{1,2})(?:[-_. ]+(.*))?", re.S)


@lru_cache(maxsize=8)
def _months(spoken: Languages) -> dict[str, int]:
    """Every beginning of three letters or more of a month's name, where it is one month's only."""
    names = [(fold(name), int(number)) for number, more in spoken.written("months").items() for name in more]
    for code in spoken.codes():
        names += [(fold(name), number) for number, name in cldr.months(code).items()]
    found: dict[str, set[int]] = {}
    for written, number in names:
        name = written.removeprefix("de ").removeprefix("d’").removeprefix("d'")
        for length in range(3, len(name) + 1):
            found.setdefault(name[:length], set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@lru_cache(maxsize=1)
def _months_elsewhere() -> dict[str, int]:
    """
    Return the months in languages of blogs that the program does not speak, by every beginning that is one month's
    only; Basque without its endings. And the Roman numbers of letters.
    """
    found: dict[str, set[int]] = {}
    for code in _ELSEWHERE:
        for number, name in cldr.months(code).items():
            whole = _BASQUE_ENDING.sub("", fold(name)) if code == "eu" else fold(name)
            for length in range(min(3, len(whole)), len(whole) + 1):
                found.setdefault(whole[:length], set()).add(number)
    months = {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}
    return months | {name: number for number, name in enumerate(_ROMAN, 1)}


_BASQUE_ENDING = lazy_re.compile(r"(?:aren|ak|a)$")


def _month_elsewhere(word: str) -> int:
    months = _months_elsewhere()
    return months.get(word) or (months.get(_BASQUE_ENDING.sub("", word), 0) if len(word) > 4 else 0)


@lru_cache(maxsize=8)
def _weekdays(spoken: Languages) -> frozenset[str]:
    names: set[str] = set()
    for code in {*spoken.codes(), "en"}:
        for day in range(7):
            for form in ("EEEE", "EEE"):
                names.add(fold(languages.date_words(dt.date(2024, 1, 1 + day), code, form)).strip("."))
    names.update(fold(name).strip(".") for code in _ELSEWHERE for name in cldr.weekdays(code))
    return frozenset(names | {name[:3] for name in names} | {part for name in names for part in name.split("-")})


def parse_date(value: str, zone: ZoneInfo) -> dt.datetime | None:
    """
    Return the moment that an author wrote, in the blog's *zone*; None when it makes no sense.

    A day alone begins at midnight; without an offset the clock is the blog's.
    """
    value = " ".join(value.split()).strip("\"'«»“”‘’").replace("−", "-")
    value = re.sub(r"(?<=\d)[‐‑‒–](?=\w)|(?<=\w)[‐‑‒–](?=\d)", "-", value)
    if value[:1] in ("[", "<"):  # Obsidian's link to a day, Org's
        value = value.strip("[]<> ")
    if not value or len(value) > LONGEST:
        return None
    try:
        if m := re.search(r"\s?\[?([A-Z][A-Za-z]+/[A-Z][\w/]+)\]?$", value):  # an IANA zone; RFC 9557
            value, zone_told = value[: m.start()], ZoneInfo(m[1])
        else:
            zone_told = zone
        moment = _exact(value) or _loose(fold(value))
        if moment is None:
            return None
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone_told)).astimezone(zone)
        if (offset := moment.utcoffset()) and offset % dt.timedelta(minutes=1):
            # Clocks went by the sun once, in Madrid until 1901: no feed or page has an offset with seconds in it.
            # https://www.rfc-editor.org/rfc/rfc3339#section-4.4
            moment = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=round(offset / dt.timedelta(minutes=1)))))
        is_other_calendar = moment.year < 1700 and not value.isascii()  # ۱۴۰۲ is a year of Persia's
        return moment if 2 <= moment.year <= 9998 and not is_other_calendar else None
    except (ValueError, OverflowError, OSError, LookupError):
        return None


def is_ambiguous(value: str) -> bool:
    """Whether *value* begins with a day and a month that may change places: ``05/06/2026``."""
    match = _YEAR_LAST.search(value)
    return match is not None and match[1] != match[3] and max(int(match[1]), int(match[3])) <= 12


def _exact(value: str) -> dt.datetime | None:
    """Return what programs write."""
    if re.fullmatch(r"\d{10}|\d{13}", value):  # seconds, or thousandths of them
        return dt.datetime.fromtimestamp(int(value[:10]), dt.UTC)
    if m := re.fullmatch(r"(\d{8})(\d{4})(\d\d)?", value):  # what databases and slip boxes name things by
        return dt.datetime.fromisoformat(f"{m[1]}T{m[2]}{m[3] or '00'}")
    if re.fullmatch(r"\d{4}(?:-\d\d)?|.*\s\d{1,2}\.\d{2}", value):
        return None  # a year or a month is no day; "10.30" is an hour
    try:
        return dt.datetime.fromisoformat(re.sub(r"(?<=\d)z$", "Z", value))
    except ValueError:
        return None


def _loose(value: str) -> dt.datetime | None:
    """Return what people write, and programs for people; *value* is folded."""
    value = re.sub(r"(?<=\d)\(e\)(?=ko\b)", "", value)
    value = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", value).strip()
    value = _PART_OF_DAY.sub(_twelve_hours, value)
    for written, plain in _CLOCK_IN_WORDS:
        value = written.sub(plain, value)
    day, rest = _day(value)
    if day is None:
        return None
    return _clock(day, rest)


def _twelve_hours(found: re.Match[str]) -> str:
    """Return "5:30pm" for "5:30 de la tarde"; twelve "de la noche" is midnight, and "de la mañana" is noon."""
    is_morning = found["part"].startswith(("ma",))
    if found["part"] == "migdia" or (int(found[1]) == 12 and not found["part"].startswith("madrugada")):
        is_morning = found["part"] in ("noche", "nit", "noite")
    return f"{found[1]}:{found[2] or '00'}{'am' if is_morning else 'pm'}"


def _day(value: str) -> tuple[dt.date | None, str]:
    """Return the day in *value*, and what is left without it."""
    if m := _YEAR_FIRST.search(value):
        return dt.date(int(m[1]), int(m[3]), int(m[4])), value[: m.start()] + " " + value[m.end() :].removeprefix("t")
    if m := _YEAR_LAST.search(value):
        day, month = int(m[1]), int(m[3])
        if month > 12 >= day:  # it can be read in one way only
            day, month = month, day
        return dt.date(int(m[4]), month, day), value[: m.start()] + " " + value[m.end() :]
    return _day_in_words(value)


def _day_in_words(value: str) -> tuple[dt.date | None, str]:
    """Return the day of ``21 de noviembre de 2026``, ``Nov 21st, 2026``, ``Thu Nov 26 10:00:00 CET 2026``."""
    months = _months(current())
    numbers: list[int] = []
    rest: list[str] = []
    month = year = 0
    name = ""  # of the month, as it is written
    for word in _BETWEEN.sub(" ", value).replace(",", " ").split():
        bare = word.strip(".")
        asks = bare not in _LINKING and (not month or name in _weekdays(current()))  # "mar, 3 nov 2026"
        if asks and (found := months.get(bare) or _month_elsewhere(bare)):
            month, name = found, bare
        elif not year and re.fullmatch(r"\d{4}", bare):
            year = int(bare)
        elif len(numbers) < 2 and re.fullmatch(r"\d{1,2}", bare):
            numbers.append(int(bare))
        elif not numbers and bare in _FIRST:
            numbers.append(1)
        else:
            rest.append(word)
    if not year and len(numbers) == 2:  # RFC 822
        year = numbers.pop() + 2000
        year -= 100 if year >= 2070 else 0
    if not (month and year and len(numbers) == 1):
        return None, value
    return dt.date(year, month, numbers[0]), " ".join(rest)


def _clock(day: dt.date, rest: str) -> dt.datetime | None:
    """*day* at the hour that *rest* says, at its offset if it has one; None when more is said than that."""
    offset = None
    if m := _OFFSET.search(rest):
        offset = (1 if m[1] == "+" else -1) * dt.timedelta(hours=int(m[2]), minutes=int(m[3] or 0))
        rest = rest[: m.start()] + " " + rest[m.end() :]
    hour = minute = second = micro = 0
    m = next((m for m in _CLOCK.finditer(rest) if m[2] or m[5]), None)
    if m:
        hour, minute, second = int(m[1]), int(m[2] or 0), int(m[3] or 0)
        micro = int((m[4] or "0").ljust(6, "0")[:6])
        if m[5]:
            hour = hour if hour > 12 else hour % 12 + (12 if m[5] == "p" else 0)
        rest = rest[: m.start()] + " " + rest[m.end() :]
    for word in re.sub(r"[,;·—–-]", " ", rest).split():
        bare = word.strip(".")
        if bare in _ZONES:
            offset = dt.timedelta(hours=_ZONES[bare]) if offset is None else offset
        elif bare and bare not in _LINKING and bare not in _weekdays(current()):
            return None
    zone = dt.timezone(offset) if offset is not None else None
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, micro, zone)


class FromName(NamedTuple):
    """What the place of a file says: its day, when it says one, and the rest of its name."""

    day: dt.date | None
    words: str


def from_name(path: PurePath) -> FromName:
    """
    Day and name of a file as Jekyll, Hugo and Eleventy read them.

    ``2016-09-19-hola.md``, ``2018-3-9_hola.md``, ``2016/09/19/hola.md``, ``2016/09/hola.md`` (the first of the month),
    and ``hola/index.md``, which is its folder's. A day that no calendar has is a name.

    Args:
        path: Relative to the folder of posts.
    """
    name = path.stem
    folders = list(path.parts[:-1])
    if fold(name) in ("index", "readme") and folders:
        name = folders.pop()
    if (m := _FILE_NAME.fullmatch(name)) and (day := _valid(m[1], m[3], m[4])):
        return FromName(day, (m[5] or "").strip())
    numbers = [part for part in folders if part.isascii() and part.isdigit()]
    if m := re.fullmatch(r"(\d{1,2})[-_](\D.*)", name):  # 2016/09/19-hola.md
        inside = numbers[-2:]
        if len(inside) == 2 and len(inside[0]) == 4 and (day := _valid(inside[0], inside[1], m[1])):
            return FromName(day, m[2])
    for count in (3, 2):
        tail = folders[-count:]
        is_date = len(tail) == count and all(part in numbers for part in tail) and len(tail[0]) == 4
        if is_date and (day := _valid(tail[0], tail[1], tail[2] if count == 3 else "1")):
            return FromName(day, name)
    return FromName(None, name)


def _valid(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
