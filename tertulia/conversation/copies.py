"""Telling a copy of an announcement from words about it.

"El voto útil, por @blog https://…", "RT @blog: …" and the text of a share button say nothing of their own: they count
as shares. As soon as somebody adds a few words, they are somebody's words.
"""

import re
from collections.abc import Iterable

from tertulia.core import languages
from tertulia.core.text import fold

# As many words of one's own are no comment: "via", "leído en", "read this".
MOST_OWN_WORDS = 2
# What programs add to a text that is shared, in every language; the rest is the words "sharing" of each.
_ADDED = frozenset(("rt", "via"))
_ADDRESS = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_HANDLE = re.compile(r"[@#][\w.@-]+")
_WORD = re.compile(r"[^\W_]+")


def is_copy(text: str, ours: Iterable[str], own_words: int = MOST_OWN_WORDS) -> bool:
    """
    Whether *text* says hardly anything but what we said.

    Args:
        ours: Title, summary, question and announcements of the article.
        own_words: How many words of one's own are still none.
    """
    said = set(_ADDED | languages.current().words("sharing"))
    for one in ours:
        said |= set(_words(one))
    own = [word for word in _words(text) if word not in said]
    return len(own) <= own_words


def _words(text: str) -> list[str]:
    bare = _HANDLE.sub(" ", _ADDRESS.sub(" ", text))
    return [fold(word) for word in _WORD.findall(bare)]
