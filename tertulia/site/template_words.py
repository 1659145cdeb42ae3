"""The words, names and dates that the templates ask for, in the language of the page or in another."""

import datetime as dt
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tertulia.core import languages
from tertulia.site.build import SiteBuild


@pass_context
def language(context: Context) -> str:
    """Return the language of the page being written; ``base.html`` asks first and keeps the answer as ``lang``."""
    if known := context.get("lang"):
        return str(known)
    content = context.get("article") or context.get("page")
    return str(context.get("page_lang") or getattr(content, "lang", None) or context["DEFAULT_LANG"])


class LargeNumber(int):
    """A number that a phrase writes in groups of three digits, as its language does: "10.234"."""

    language: str

    @classmethod
    def of(cls, n: Any, language: str) -> Any:
        """*n* itself, or where it has five digits or more, what is written in groups."""
        if not isinstance(n, int) or -10_000 < n < 10_000:
            return n
        large = cls(n)
        large.language = language
        return large

    def __format__(self, form: str) -> str:
        return languages.decimal(int(self), "#,##0", self.language)


@pass_context
def t(context: Context, key: str, n: Any = None, lang: str | None = None, **values: object) -> str:
    """Return the phrase *key* in the page's language, or in *lang*; *n* chooses the plural form."""
    code = lang or language(context)
    return SiteBuild.of(context).words.text(key, code, LargeNumber.of(n, code), **values)


@pass_context
def native_name(context: Context, lang: str) -> str:
    """Return what the speakers of *lang* call it: "Español"."""
    return SiteBuild.of(context).words.native_name(lang)


@pass_context
def og_locale(context: Context, lang: str) -> str:
    """Language and country, as Open Graph wants them."""
    return SiteBuild.of(context).words.languages.get(lang).locale


@pass_context
def direction(context: Context, lang: str) -> Markup:
    """Return the attribute that a page in *lang* needs when it is not read from left to right."""
    known = SiteBuild.of(context).words.languages
    return Markup("" if known.get(lang).direction == "ltr" else ' dir="rtl"')


@pass_context
def marked(context: Context, lang: str, around: str) -> Markup:
    """
    Return the attributes of something in *lang* on a page in *around*: its language and direction, where they differ.
    """
    if lang == around:
        return Markup("")
    known = SiteBuild.of(context).words.languages
    turns = known.get(lang).direction != known.get(around).direction
    return Markup(' lang="{}"').format(lang) + (Markup(' dir="{}"').format(known.get(lang).direction) if turns else "")


@pass_context
def local(context: Context, value: Any) -> Any:
    """*value* as it is; of a dict by language, the entry of the page's language."""
    return SiteBuild.of(context).words.local(value, language(context))


@pass_context
def date_words(context: Context, date: dt.date | str, lang: str | None = None, form: str = "long") -> str:
    """*date* (a date, or ISO 8601 text) in words; *form* is Babel's: "long", "MMMM", "d MMM"."""
    return SiteBuild.of(context).words.date(date, lang or language(context), form)


@pass_context
def month_year(context: Context, date: dt.date) -> str:
    """ "noviembre de 2026", in the language of the page."""
    lang = language(context)
    return SiteBuild.of(context).words.month(date, lang)


@pass_context
def conjunction(context: Context, name: str, lang: str) -> str:
    """How a list goes on to its last *name*: "y Luis", but "e Inés"; "and" in English."""
    return SiteBuild.of(context).words.languages.conjunction(name, lang)
