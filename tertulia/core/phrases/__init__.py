"""What the program says to the blogger, in the blog's language.

Each ``*.toml`` beside this file holds the phrases of one area, Spanish and English side by side::

    [bad_date]
    es = "la fecha «{value}» no se entiende"
    en = "the date “{value}” makes no sense"

``say("bad_date", value="ayer")`` picks the language set by ``speak("es")``. Keys are unique over all files.
"""

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("es", "en")
_language = "es"


def speak(language: str) -> None:
    """Choose the language of every later ``say``; one we lack gives English."""
    global _language
    _language = language if language in LANGUAGES else "en"


def spoken() -> str:
    """The language chosen by ``speak``."""
    return _language


@cache
def _phrases() -> dict[str, dict[str, str]]:
    phrases: dict[str, dict[str, str]] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        for key, texts in tomllib.loads(file.read_text("utf-8")).items():
            if key in phrases:
                raise KeyError(f"{file}: the phrase {key} exists already in another file")
            phrases[key] = texts
    return phrases


def say(phrase: str, /, **values: object) -> str:
    """The *phrase* of that key in the chosen language, its ``{names}`` filled in."""
    return _phrases()[phrase][_language].format(**values)
