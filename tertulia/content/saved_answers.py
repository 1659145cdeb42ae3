"""Answers that are given often, kept in ``content/answers.toml`` under a name each::

    [gracias]
    text.es = "Gracias, {nombre}: me alegra que «{entrada}» te sirva."
    text.en = "Thanks, {name}: I am glad that “{post}” is of use."

Between braces stands what each answer puts there: ``{nombre}`` or ``{name}``, whom it answers; ``{entrada}``,
``{post}``, the title of the post; ``{enlace}``, ``{link}``, its address; ``{blog}``. Anything else stays as it is.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from tertulia.core import lazy_re, toml
from tertulia.core.errors import ContentError

FILE_NAME = "answers.toml"
_SYNONYMS = {"nombre": "name", "entrada": "post", "enlace": "link"}
_PLACE = lazy_re.compile(r"\{(\w+)\}")
_MARKUP = lazy_re.compile(r"([\\`*_\[\]<>])")


def read(content: Path, lang: str) -> dict[str, str]:
    """
    Return the saved answers of the blog whose content is there, by name, in the file's order.

    Args:
        lang: Of the post that is answered under; an answer without it is taken in the first language that it has.

    Raises:
        ContentError: the file is no TOML, or an answer in it is no text.
    """
    table = toml.read(content / FILE_NAME)
    found = {}
    for name in table.entries:
        table.report_unknown(name, ("text",), {"texto": "text"})
        texts = table.translations(name, "text")
        found[name] = texts.get(lang) or next(iter(texts.values()), "")
    for problem in table.problems:
        raise ContentError(str(problem))
    return {name: text for name, text in found.items() if text}


def fill(text: str, values: Mapping[str, str]) -> str:
    """
    Put *values* into a saved answer, as words: no sign of theirs is markup, or a place to be filled.

    Args:
        values: By English name: "name", "post", "link", "blog".
    """

    def filled(place: re.Match[str]) -> str:
        name = _SYNONYMS.get(place[1].lower(), place[1].lower())
        if name not in values:
            return place[0]
        return values[name] if name == "link" else _MARKUP.sub(r"\\\1", values[name])

    return _PLACE.sub(filled, text)
