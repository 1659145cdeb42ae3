"""What readers read around the posts: phrases of the theme's ``strings.toml``, settings by language, dates in words."""

import datetime as dt
import tomllib
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date


class ThemeStrings:
    """
    The phrases of one theme.

    Args:
        file: ``{key: {language: text, or {one, other}}}``; read when the first phrase is asked for.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    @cached_property
    def texts(self) -> dict[str, dict[str, Any]]:
        """Every phrase in every language."""
        return tomllib.loads(self.file.read_text("utf-8"))

    def text(self, key: str, /, lang: str, n: int | None = None, **values: object) -> str:
        """The phrase *key* in *lang*; *n* chooses singular or plural."""
        texts = self.texts[key]
        text = texts.get(lang) or texts["en"]
        if isinstance(text, dict):
            text = text["one" if n == 1 else "other"]
        phrase = str(text)
        return phrase.format(n=n, **values) if "{" in phrase else phrase


def localised(value: Any, lang: str, default_lang: str) -> Any:
    """A setting as it is; of one that is a dict by language the entry of *lang*, else of the blog's own, else any."""
    if not isinstance(value, dict):
        return value or ""
    return value.get(lang) or value.get(default_lang) or next(iter(value.values()), "")


def in_words(date: dt.date | str, lang: str, form: str = "long") -> str:
    """*date* (a date, or ISO 8601 text) in words of *lang*; *form* is Babel's: "long", "MMMM", "d MMM"."""
    if isinstance(date, str):
        date = dt.date.fromisoformat(date)
    return _in_words(date.year, date.month, date.day, form, lang)


@lru_cache(maxsize=1 << 14)
def _in_words(year: int, month: int, day: int, form: str, lang: str) -> str:
    return format_date(dt.date(year, month, day), form, locale=lang)
