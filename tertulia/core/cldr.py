"""What CLDR knows of a language by its code, through Babel: names, directions, months, plural forms.

A code is written as files are named, "pt-br"; one that CLDR does not know gets an answer that does for any language.
Babel is imported when it is first needed. https://cldr.unicode.org/index/cldr-spec
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

# What it says of the languages that we ship we know by heart: Babel takes longer to load than a text to be drawn.
# Of all numbers below a million 1 alone has a form of its own in these:
_ONE_AND_OTHER, _MILLION = frozenset({"en", "es"}), 1_000_000
_MONTHS = {
    "es_ES": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "en_GB": "January February March April May June July August September October November December",
}
_DATES = {
    "es_ES": {"long": "{day} de {month} de {year}", "yMMMM": "{month} de {year}", "LLLL": "{month}"},
    "en_GB": {"long": "{day} {month} {year}", "yMMMM": "{month} {year}", "LLLL": "{month}"},
}


@cache
def native_name(code: str) -> str:
    """Return what the speakers of *code* call it, "Català"; *code* itself where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(code, sep="-").display_name or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


@cache
def direction(code: str) -> str:
    """Return the direction in which *code* is read, "ltr" or "rtl"; "ltr" where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


@cache
def likely_locale(code: str) -> str:
    """Language and most likely country of *code*, "ca_ES"; *code* itself where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    try:
        asked = Locale.parse(code, sep="-")
        likely = asked if asked.territory else Locale.parse(get_global("likely_subtags").get(str(asked), str(asked)))
    except (UnknownLocaleError, ValueError):
        return code
    return f"{likely.language}_{likely.territory}" if likely.territory else likely.language


@cache
def locale_of(*names: str) -> Any:
    """Babel's locale of the first of *names* that CLDR knows, "en_GB" or "pt-br"; None where it knows none."""
    from babel import Locale, UnknownLocaleError

    for name in names:
        try:
            return Locale.parse(name.replace("_", "-"), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


@cache
def months(language: str) -> Mapping[int, str]:
    """Return the months by number, as *language* names them in a date; empty where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import get_month_names

    try:
        return dict(get_month_names("wide", "format", Locale.parse(language, sep="-")))
    except (UnknownLocaleError, ValueError):
        return {}


@cache
def weekdays(language: str) -> tuple[str, ...]:
    """Return the days of the week, long and short, as *language* names them in a date; none where CLDR knows none."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import get_day_names

    try:
        locale = Locale.parse(language, sep="-")
        return tuple(
            name for width in ("wide", "abbreviated") for name in get_day_names(width, "format", locale).values()
        )
    except (UnknownLocaleError, ValueError):
        return ()


def date_by_heart(day: dt.date, locale: str, form: str) -> str:
    """Return *day* in words of a *locale*, in the *form* that CLDR calls so; "" where Babel has to be asked."""
    pattern = _DATES.get(locale, {}).get(form, "")
    return pattern and pattern.format(day=day.day, month=_MONTHS[locale].split()[day.month - 1], year=day.year)


@lru_cache(maxsize=4096)
def plural(code: str, n: float) -> str:
    """Return the plural form of *n* in *code*: "one", "few", "other"…"""
    if isinstance(n, int) and 0 <= n < _MILLION and code.partition("-")[0] in _ONE_AND_OTHER:
        return "one" if n == 1 else "other"
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code, sep="-").plural_form(n)
    except (UnknownLocaleError, ValueError):
        return "one" if n == 1 else "other"
