"""Words that a block of a plugin keeps among its values and draws when a page is asked for: ACF and its like.

https://www.advancedcustomfields.com/resources/blocks/. What reads as a sentence, or is called a title, is shown as it
was typed; numbers, colours, addresses and names of fields are not.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape

_TITLES = re.compile(
    r"titl|titul|head|question|pregunta|nombre|name$|autor|author|cite|label|etiqueta|^body$|^text$|caption",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(
    r"class|style|color|align|size|font|icon|anchor|slug|mode|layout|format|mail|phone|key|token|query", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:|//|#|field_)\S*$")
_MOST = 50  # of one block


def shown(values: Mapping[str, object]) -> str:
    """Return the words among *values*, as HTML."""
    data = values.get("data")
    found = list(_words(data if isinstance(data, dict) else values, 0))[:_MOST]
    return "".join(one if one.lstrip().startswith("<") else f"<p>{one}</p>" for one in found)


def _words(values: Mapping[str, object], depth: int) -> Iterator[str]:
    for key, value in values.items():
        if key.startswith("_") or _NO_WORDS.search(key):
            continue
        if isinstance(value, str) and _is_said(key, value):
            yield value if "<" in value else escape(value)
        elif isinstance(value, dict) and depth < 5:
            yield from _words(value, depth + 1)
        elif isinstance(value, list) and depth < 5:
            for one in value:
                if isinstance(one, dict):
                    yield from _words(one, depth + 1)


def _is_said(key: str, value: str) -> bool:
    words = value.strip()
    if (
        key in ("name", "id", "ref")
        or re.match(r"(?:https?:|//|#|field_)\S*$", words)
        or not re.search(r"[^\W\d_]{2}", words)
    ):
        return False
    return " " in words or bool(_TITLES.search(key))
