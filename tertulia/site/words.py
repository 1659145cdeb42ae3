"""What readers read around the posts of one build: phrases, settings by language, dates in words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from tertulia.core import languages
from tertulia.core.languages import Languages


class SiteWords:
    """
    The words of one blog.

    Args:
        spoken: The languages that it can use, its own first among them.
    """

    def __init__(self, spoken: Languages) -> None:
        self.languages = spoken
        self._dates: dict[tuple[int, int, int, str, str], str] = {}
        self._texts: dict[tuple[str, str], str] = {}

    def text(self, key: str, lang: str, /, n: Any = None, **values: object) -> str:
        """Return the phrase *key* in *lang*; *n* chooses the plural form."""
        if n is not None or values:
            return self.languages.text(key, lang, n=n, **values)
        if (key, lang) not in self._texts:
            self._texts[key, lang] = self.languages.text(key, lang)
        return self._texts[key, lang]

    def native_name(self, lang: str) -> str:
        """Return what the speakers of *lang* call it: "Español"."""
        return self.languages.get(lang).name

    def local(self, value: Any, lang: str) -> Any:
        """Return a setting as it is; of one that is a dict by language the entry of *lang*, else the blog's own."""
        return languages.local(value, lang, self.languages.blog)

    def setting(self, settings: Mapping[str, Any], name: str, lang: str) -> str:
        """Return the setting *name* in *lang*, "" when there is none."""
        return str(self.local(settings.get(name), lang))

    def date(self, date: dt.date | str, lang: str, form: str = "long") -> str:
        """*date* (a date, or ISO 8601 text) in words of *lang*; *form* is Babel's: "long", "MMMM", "d MMM"."""
        if isinstance(date, str):
            date = dt.date.fromisoformat(date)
        key = (date.year, date.month, date.day, form, lang)
        if key not in self._dates:
            self._dates[key] = languages.date_words(dt.date(*key[:3]), lang, form)
        return self._dates[key]

    def month(self, date: dt.date, lang: str) -> str:
        """ "noviembre de 2026", in *lang*."""
        return languages.month_words(date, lang)
