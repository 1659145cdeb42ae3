"""What is said, in which language: each language is one file of data, and nothing here knows any of them.

``tertulia/languages/xx.toml`` holds all that depends on a language: its native name, its quotes, how a list ends, and
every phrase, for readers and for bloggers. ``content/theme/languages/xx.toml`` is the blogger's own: the same shape,
any part of it, and what it says wins. A file that is there is a language::

    name = "Español"
    quotes = ["«»", "“”", "‘’"]

    [readers.post]
    minutes = { one = "{n} minuto", other = "{n} minutos" }

    [blogger.metadata]
    bad_date = "la fecha «{value}» no se entiende"

Sections are for people: a key is unique over a whole file. A phrase is looked for in the language asked for, in the
one that its file names as ``fallback``, in the blog's, in English; at last the key itself is said, so that nobody ever
meets an error for a word. Plural forms are the names of CLDR (zero, one, two, few, many, other), chosen by Babel:
https://cldr.unicode.org/index/cldr-spec/plural-rules

``speak("es", content)`` sets the blog's language, with its own phrases, for this thread of work; ``say("bad_date",
value="ayer")`` uses it. It is a context variable: forked children inherit it, and a thread is given it by ``carried``.
"""

import contextlib
import datetime as dt
import errno
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import cache, lru_cache
from json import JSONDecodeError
from pathlib import Path, PurePath
from typing import Any, ParamSpec, TypeVar

from tertulia.core import cldr, lazy_re, paths
from tertulia.core.visible import visible

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Phrase = str | Mapping[str, str]

FOLDER = paths.PACKAGE / "languages"
DEFAULT = "es"  # what a blog speaks that does not say
IN_A_CLONE = "python3 tasks.py"
LAST = "en"  # the one language that is always complete
PLURALS = ("zero", "one", "two", "few", "many", "other")
AUDIENCES = ("readers", "blogger")

# BCP 47, as far as a file may be named by it: "es", "pt-br", "zh-hant-tw". Strangers may ask for a language.
_CODE = lazy_re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Language:
    """One language as its files have it; a language without a file has a code and nothing else."""

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)  # all that is no phrase
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    _words: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What its speakers call it: "Català"."""
        return str(self.data.get("name") or cldr.native_name(self.code))

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", the values of HTML's ``dir``."""
        return str(self.data.get("direction") or cldr.direction(self.code))

    @property
    def locale(self) -> str:
        """Language and country, as Open Graph wants them: "ca_ES"."""
        return str(self.data.get("locale") or cldr.likely_locale(self.code))

    def words(self, name: str) -> frozenset[str]:
        """Return the list of words *name* of the section ``words``; empty when its file has none."""
        if name not in self._words:
            self._words[name] = frozenset(str(self.table("words").get(name, "")).split())
        return self._words[name]

    def table(self, name: str) -> Mapping[str, Any]:
        """Return the section *name* of its file, empty when there is none."""
        found = self.data.get(name)
        return found if isinstance(found, Mapping) else {}

    def fill(self, phrase: Phrase, n: Any, values: Mapping[str, object]) -> str:
        """
        *phrase* in the right number, its ``{names}`` filled in.

        Raises:
            LookupError, ValueError, AttributeError, TypeError: the phrase asks for what it does not get.
        """
        if isinstance(phrase, Mapping):
            form = cldr.plural(self.code, n) if isinstance(n, int | float) else "other"
            phrase = phrase.get(form) or phrase["other"]
        if "{" not in phrase:
            return phrase
        return phrase.format(n=n, **{name: _seen(value) for name, value in values.items()})


class Languages:
    """
    The languages that one blog can use: what their files say, read when it is first asked for.

    Args:
        blog: The blog's own language: that of the terminal, and of what a language lacks.
        content: The blog's ``content`` folder; without one there are just the languages that we ship.
    """

    def __init__(self, blog: str = DEFAULT, content: Path | None = None) -> None:
        self.blog = normal(blog) or DEFAULT
        self.content = content
        self.own = paths.own_theme(content) / "languages" if content else None
        self._codes: tuple[str, ...] | None = None
        self._known: dict[str, Language] = {}
        self._chains: dict[str, tuple[Language, ...]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._written: dict[str, dict[str, tuple[str, ...]]] = {}

    def codes(self) -> tuple[str, ...]:
        """Every language that has a file, by code."""
        if self._codes is None:
            folders = (FOLDER, self.own) if self.own else (FOLDER,)
            names = {file.stem for folder in folders for file in folder.glob("*.toml")}
            self._codes = tuple(sorted(filter(normal, names)))
        return self._codes

    def get(self, code: str) -> Language:
        """Return the language *code*, the blogger's own words over ours."""
        code = normal(code) or code
        if code not in self._known:
            found = read(FOLDER, code)
            mine = read(self.own, code) if self.own else Language(code)
            data = {name: _over(found.data.get(name), mine.data.get(name)) for name in {**found.data, **mine.data}}
            self._known[code] = Language(code, data, {**found.phrases, **mine.phrases})
        return self._known[code]

    def fallbacks(self, code: str = "") -> tuple[Language, ...]:
        """Return the languages that are asked for a phrase in *code*, first to last."""
        code = normal(code)
        if code not in self._chains:
            found: dict[str, Language] = {}
            for first in (code, self.blog, LAST):
                wanted = first
                while wanted and wanted not in found:
                    found[wanted] = self.get(wanted)
                    wanted = normal(str(found[wanted].data.get("fallback", ""))) or wanted.rpartition("-")[0]
            self._chains[code] = tuple(found.values())
        return self._chains[code]

    def text(self, key: str, code: str = "", /, n: Any = None, **values: object) -> str:
        """
        Return the phrase *key* in the language *code*, or in the next one that has it; *n* chooses the plural form.
        """
        for name, value in values.items():
            if isinstance(value, Exception) and (reason := _reason(value)):
                values[name] = self.text(reason, code)
        for language in self.fallbacks(code):
            if phrase := language.phrases.get(key):
                try:
                    return language.fill(phrase, n, values)
                except (LookupError, ValueError, AttributeError, TypeError):
                    continue  # a blogger's own with a slip in it: the next language says it
        return key

    def quotes(self, code: str) -> tuple[str, ...]:
        """Return the pairs of quotes of *code*, or of the next language that has some, outermost first."""
        for language in self.fallbacks(code):
            pairs = language.data.get("quotes")
            if isinstance(pairs, list) and len(pairs) > 1 and all(isinstance(p, str) and len(p) == 2 for p in pairs):
                return tuple(pairs)
        return "“”", "‘’"

    def sign(self, key: str, code: str) -> str:
        """Return what *code*, or the next language that says it, has at its top for *key*: ``dash``, ``elided``."""
        found = (language.data.get(key) for language in self.fallbacks(code))
        return next((value for value in found if isinstance(value, str)), "")

    def conjunction(self, name: str, code: str) -> str:
        """How a list in *code* goes on to its last *name*: "y Luis", but "e Inés"; "and" in English."""
        from tertulia.core.text import fold

        rules = next((rules for one in self.fallbacks(code) if (rules := one.table("conjunction")).get("word")), {})
        with contextlib.suppress(re.error, AttributeError):  # a slip in the blogger's own
            for start, word in rules.get("before", {}).items():
                if re.match(start, fold(name)):
                    return str(word)
        return str(rules.get("word", ","))

    def written(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """
        Return what a blogger may write for each entry of the table *name* of the section ``written``.

        Returns:
            Entry → names in every language, those of the blog's own first.
        """
        if name not in self._written:
            found: dict[str, dict[str, None]] = {}
            spoken = [language.code for language in self.fallbacks()]
            for code in dict.fromkeys([*spoken, *self.codes()]):
                table = self.get(code).table("written").get(name)
                for entry, names in table.items() if isinstance(table, Mapping) else ():
                    found.setdefault(entry, {}).update(
                        dict.fromkeys(map(str, names if isinstance(names, list) else ()))
                    )
            self._written[name] = {entry: tuple(names) for entry, names in found.items()}
        return self._written[name]

    def words(self, name: str) -> frozenset[str]:
        """Return the words *name* of all languages together, for what a person may have written in any."""
        if name not in self._words:
            self._words[name] = frozenset().union(*(self.get(code).words(name) for code in self.codes()))
        return self._words[name]


_spoken: ContextVar[Languages] = ContextVar("languages")


def current() -> Languages:
    """Return the languages of the blog that this thread works for."""
    return _spoken.get(None) or _unspoken()


@cache
def _unspoken() -> Languages:
    return Languages()


def use(languages: Languages) -> None:
    """Work for the blog of these *languages* from here on."""
    _spoken.set(languages)


def speak(language: str, content: Path | None = None) -> None:
    """Choose the language of every later ``say``; the blogger's own phrases are under *content*, or where they were."""
    use(Languages(language, content or current().content))


def spoken() -> str:
    """Return the language chosen by ``speak``."""
    return current().blog


def say(phrase: str, /, n: Any = None, **values: object) -> str:
    """Return the *phrase* of that key in the blog's language."""
    return current().text(phrase, n=n, **values)


def text(phrase: str, language: str, /, n: Any = None, **values: object) -> str:
    """Return the *phrase* of that key for someone who reads *language*."""
    return current().text(phrase, language, n=n, **values)


def carried(work: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """*work*, which will speak as this thread does, in whichever thread it runs."""
    context = copy_context()

    def in_context(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return context.copy().run(work, *args, **kwargs)

    return in_context


def local(value: Any, language: str, blog: str) -> Any:
    """
    Return what a setting says to those who read *language*.

    Args:
        value: A plain value, or a dict of values by language.
        blog: The language that stands in for one that the dict lacks.
    """
    if not isinstance(value, Mapping):
        return value or ""
    return value.get(language) or value.get(blog) or ""


def date_words(day: dt.date, language: str, form: str = "long") -> str:
    """*day* as it is written in *language*, "21 de noviembre de 2026"; *form* is Babel's: "long", "MMMM", "d MMM"."""
    for known in current().fallbacks(language):
        if said := cldr.date_by_heart(day, known.locale, form):
            return said
        from babel.dates import format_date

        if locale := cldr.locale_of(known.locale, known.code):
            return format_date(day, form, locale=locale)
    return day.isoformat()


def month_words(day: dt.date, language: str) -> str:
    """Return the month of *day*: "noviembre de 2026"."""
    for known in current().fallbacks(language):
        if said := cldr.date_by_heart(day, known.locale, "yMMMM"):
            return said
        from babel.dates import format_skeleton

        if locale := cldr.locale_of(known.locale, known.code):
            return format_skeleton("yMMMM", day, locale=locale)
    return f"{day:%Y-%m}"


def decimal(number: float, form: str = "0.####", language: str = "") -> str:
    """Return *number* as *language*, or the blog's, writes it: "1,5"; *form* is a pattern of CLDR."""
    from babel import Locale, UnknownLocaleError
    from babel.numbers import format_decimal

    for known in current().fallbacks(language):
        try:
            return format_decimal(number, form, locale=Locale.parse(known.code, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return f"{number:g}"


@lru_cache(maxsize=256)
def normal(code: str) -> str:
    """*code* as files are named: "pt-br" for "pt_BR"; "" for what is no language code."""
    code = code.strip().lower().replace("_", "-")
    return code if _CODE.fullmatch(code) else ""


# What the system says in English → our own phrase for it.
_REASONS = {
    errno.ENOENT: "reason_absent", errno.EACCES: "reason_denied", errno.EPERM: "reason_denied",
    errno.ELOOP: "reason_loop", errno.EISDIR: "reason_folder", errno.ENOSPC: "reason_full", errno.EDQUOT: "reason_full",
    errno.EADDRINUSE: "reason_taken", errno.EEXIST: "reason_exists", errno.ENOTDIR: "reason_not_folder",
    errno.EROFS: "reason_read_only", errno.ESPIPE: "reason_no_file",
}  # fmt: skip


def system_words(error: OSError) -> str:
    """Return our own words for what the system says; "" where we have none."""
    reason = _REASONS.get(error.errno or 0)
    return say(reason) if reason else ""


def _reason(error: Exception) -> str:
    """Return the phrase for what a library or the system says in English; "" for what is said in our own words."""
    if isinstance(error, OSError) and error.errno:
        return _REASONS.get(error.errno, "reason_other")
    if isinstance(error, ImportError):
        return "reason_not_installed"
    is_format = isinstance(error, UnicodeError | tomllib.TOMLDecodeError | JSONDecodeError)
    # Known by its name: a clone's first start speaks before anything is installed.
    return "reason_damaged" if is_format or type(error.__cause__).__module__ == "msgspec" else ""


def _seen(value: object) -> object:
    """*value* for a phrase: of words, which may be a stranger's, what can be seen."""
    return visible(str(value)) if isinstance(value, str | BaseException | PurePath) else value


def _over(ours: Any, mine: Any) -> Any:
    """*mine* instead of *ours*; of two tables, entry by entry."""
    if isinstance(ours, Mapping) and isinstance(mine, Mapping):
        return {name: _over(ours.get(name), mine.get(name)) for name in {**ours, **mine}}
    return ours if mine is None else mine


def command(installed: bool = paths.INSTALLED, system: str = os.name) -> str:
    """Return how the program is called here; phrases say it as it is called in most clones."""
    return "tertulia" if installed else "py tasks.py" if system == "nt" else IN_A_CLONE


def read(folder: Path, code: str) -> Language:
    """Return what one file says; nothing when it is not there, or cannot be read."""
    path = folder / f"{code}.toml"
    try:
        if not normal(code):  # a stranger may ask for "../../secret"
            return Language(code)
        stamp = path.stat()
    except OSError:
        return Language(code)
    return _parsed(path, code, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=64)
def _parsed(path: Path, code: str, _mtime: int, _size: int) -> Language:
    """Return the file *path*, read once for as long as it does not change; one that cannot be read says nothing."""
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig").replace(IN_A_CLONE, command()))
    except (OSError, ValueError, RecursionError):  # told by ``language_check``
        return Language(code)
    data = {name: value for name, value in tables.items() if name not in AUDIENCES}
    return Language(code, data, phrases_of(tables))


def phrases_of(tables: Mapping[str, Any]) -> dict[str, Phrase]:
    """Every phrase by its key, whatever section it stands in."""
    found: dict[str, Phrase] = {}

    def gather(table: Mapping[str, Any]) -> None:
        for key, value in table.items():
            if isinstance(value, str):
                found[key] = value
            elif isinstance(value, Mapping) and value and set(value) <= set(PLURALS):
                found[key] = {form: str(words) for form, words in value.items()}
            elif isinstance(value, Mapping):
                gather(value)

    for audience in AUDIENCES:
        if isinstance(tables.get(audience), Mapping):
            gather(tables[audience])
    return found
