"""Answers that are given often, kept in ``content/answers.toml`` under a name each::

    gracias = "Gracias, {nombre}: me alegra que «{entrada}» te sirva."
    thanks = "Thanks, {name}. There is more at {blog}."

Between braces stands what each answer puts there: ``{nombre}`` or ``{name}``, whom it answers; ``{entrada}``,
``{post}``, the title of the post; ``{enlace}``, ``{link}``, its address; ``{blog}``. Anything else stays as it is.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tertulia.core import toml
from tertulia.core.errors import ContentError
from tertulia.core.languages import say

FILE_NAME = "answers.toml"
_SYNONYMS = {"nombre": "name", "entrada": "post", "enlace": "link"}
_PLACE = re.compile(r"\{(\w+)\}")
_MARKUP = re.compile(r"([\\`*_\[\]<>])")


def read(content: Path) -> dict[str, str]:
    """
    The saved answers of the blog whose content is there, by name, in the file's order.

    Raises:
        ContentError: the file is no TOML, or an answer in it is no text.
    """
    found: dict[str, Any] = dict(toml.read(content / FILE_NAME).entries)
    for name, text in found.items():
        if not isinstance(text, str):
            raise ContentError(f"content/{FILE_NAME}: {say('answers_not_text', name=name)}")
    return {name: text.strip() for name, text in found.items()}


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
