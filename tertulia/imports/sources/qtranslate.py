"""qTranslate and its heirs: several languages in one text, each behind its mark.

``[:es]Hola[:en]Hello[:]`` since qTranslate-X, ``<!--:es-->Hola<!--:--><!--:en-->Hello<!--:-->`` before. What stands
behind no mark is of every language. https://github.com/qtranslate/qtranslate-xt/wiki/Multilingual-tags
"""

import re

_MARK = re.compile(r"\[:([a-z]{2}(?:-[a-z]{2})?)?\]|<!--:([a-z]{2}(?:-[a-z]{2})?)?-->", re.IGNORECASE)


def languages(*texts: str) -> tuple[str, ...]:
    """Return the languages that stand in *texts*, in their order; none where no mark does."""
    found = (name.lower() for text in texts for name in map(_named, _MARK.finditer(text)) if name)
    return tuple(dict.fromkeys(found))


def said_in(text: str, language: str) -> str:
    """Return what of *text* is said in *language*."""
    made, at, now = [], 0, ""
    for found in _MARK.finditer(text):
        if now in ("", language):
            made.append(text[at : found.start()])
        at, now = found.end(), _named(found).lower()
    if now in ("", language):
        made.append(text[at:])
    return "".join(made)


def _named(found: re.Match[str]) -> str:
    return found[1] or found[2] or ""
