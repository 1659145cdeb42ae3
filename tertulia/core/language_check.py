"""What is wrong with a blog's languages: one that has no file, a phrase of the blogger's own that will not be read."""

import string
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tertulia.core import languages, toml
from tertulia.core.errors import ContentError
from tertulia.core.languages import AUDIENCES, LAST, Languages, Phrase
from tertulia.core.models import Problem

# What may stand on top of such a file.
_SECTIONS = frozenset((
    *AUDIENCES, "name", "locale", "direction", "fallback", "quotes", "dash", "elided", "conjunction", "words",
    "written", "env_example",
))  # fmt: skip


def problems(spoken: Languages, codes: Iterable[str], asked: Collection[str] = ()) -> list[Problem]:
    """
    Return what the blogger should look at; each is told in the blog's language and does no harm to the rest.

    Args:
        codes: The languages that the blog says it is written in.
        asked: The phrases that its own templates ask for, which may be its own.
    """
    there = spoken.codes()
    found = [_unknown(spoken, code) for code in dict.fromkeys(codes) if not set(_ways_to_say(code)) & set(there)]
    for code in there if spoken.own else ():
        found += _own_problems(spoken, code, asked)
    return found


def _ways_to_say(code: str) -> tuple[str, str]:
    code = languages.normal(code)
    return code, code.partition("-")[0]


def _unknown(spoken: Languages, code: str) -> Problem:
    what = spoken.text("language_unknown", language=code, blog=spoken.get(spoken.blog).name)
    return Problem("pelicanconf.py", None, what, spoken.text("language_unknown_fix", language=code), "hint")


def _own_problems(spoken: Languages, code: str, asked: Collection[str]) -> list[Problem]:
    assert spoken.own is not None
    path = spoken.own / f"{code}.toml"
    shown = f"content/theme/languages/{code}.toml"
    try:
        table = toml.read(path)
    except ContentError as error:
        where, _, what = str(error).partition(": ")
        number = where.rpartition(":")[2]
        return [Problem(shown, int(number) if number.isdigit() else None, what)]
    mine = languages.phrases_of(table.entries)
    ours = languages.read(languages.FOLDER, LAST).phrases
    alone = [name for name in table.alone if name in AUDIENCES or name not in _SECTIONS]
    outside = [*(name for name in table.entries if name not in _SECTIONS), *alone]
    found = [
        Problem(
            shown, table.line_of(key), spoken.text("language_outside", key=key), spoken.text("language_outside_fix")
        )
        for key in outside
    ]
    for key in _not_text({name: table.entries.get(name, {}) for name in AUDIENCES}):
        fix = spoken.text("not_words_fix", key=key)
        found.append(Problem(shown, table.line_of(key), spoken.text("not_words", key=key), fix))
    for key, phrase in mine.items():
        line = table.line_of(key)
        if key not in ours and key not in asked:
            from difflib import get_close_matches  # only who wrote a key wrong waits for it

            near = get_close_matches(key, ours, 1)
            fix = spoken.text("unknown_field_near", near=near[0]) if near else spoken.text("language_key_fix")
            found.append(Problem(shown, line, spoken.text("language_key", key=key), fix))
        elif key in ours and not _names(phrase) <= _names(ours[key]):
            names = ", ".join(f"{{{name}}}" for name in sorted(_names(ours[key]))) or "–"
            what = spoken.text("language_names", key=key)
            found.append(Problem(shown, line, what, spoken.text("language_names_fix", names=names)))
    return found


def _not_text(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of phrases that are no text: a number, a list."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from _not_text(value)
        elif not isinstance(value, str):
            yield name


def _names(phrase: Phrase) -> frozenset[str]:
    """Return the ``{names}`` in *phrase*; what cannot be filled in has one that no phrase of ours has."""
    texts = phrase.values() if not isinstance(phrase, str) else (phrase,)
    try:
        return frozenset(name for one in texts for _, name, _, _ in string.Formatter().parse(one) if name is not None)
    except ValueError:
        return frozenset("{")
