"""Names of sites that networks make links of, though nobody wrote "https://": "elpais.com/espana", "bar.cafe".

As twitter-text finds them (https://github.com/twitter/twitter-text, js/src/regexp, read 2026-11), with the domains of
the root zone: letters with accents count, what follows "@", "#", "$" or a piece of an address does not.
"""

from functools import cache
from importlib.resources import files

import regex

_SIGNS = "a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253-\u028b\u0300-\u036f\u1e00-\u1eff"
_TAIL = regex.compile(r"[.,;:!?'’…)\]]+$")


@cache
def _pattern() -> regex.Pattern[str]:
    """
    Return the pattern of such names, with more than a thousand domains in it: made when the first text is looked at.
    """
    listed = files("tertulia.syndication").joinpath("top_level_domains.txt").read_text("utf-8").split("\n")
    return regex.compile(
        rf"(?<![\p{{L}}\p{{M}}\p{{N}}_@#$./-])(?:[{_SIGNS}](?:[{_SIGNS}_-]*[{_SIGNS}])?\.)+\L<domains>(?![0-9a-z@+-])"
        r"(?:[/?][^\s«»“”<>\"]*)?",
        regex.IGNORECASE,
        domains=[name for line in listed if not line.startswith("#") for name in line.split()],
    )


def bare_links(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where such names stand in *text*, as (start, end), outside the whole addresses *taken*."""
    found = []
    for match in _pattern().finditer(text):
        start, end = match.start(), match.start() + len(_TAIL.sub("", match[0]))
        if not any(start < stop and end > begin for begin, stop in taken):
            found.append((start, end))
    return found
