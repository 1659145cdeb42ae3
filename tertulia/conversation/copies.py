"""Telling a copy of what we said from words about it.

"El voto útil, por @blog https://…", "RT @blog: …" and the text of a share button say nothing of their own: they count
as shares. What we said is taken out as it was said, by whole parts and in their order; so are addresses, handles, the
blog's name and a closed list of words that say nothing ("vía", "read this"). Whatever is left, be it "no", is
somebody's.
"""

import re
from collections.abc import Collection, Iterable
from itertools import accumulate, takewhile

import regex

from tertulia.core import languages
from tertulia.core.addresses import SHORTENERS
from tertulia.core.text import fold

# What programs add to a text that is shared, in every language; the rest is the words "sharing" of each.
_ADDED = frozenset(("rt", "mt", "ht", "via", "fyi", "cc"))
# Arrows, hands and leaves of paper point at a link. Any other picture is an opinion.
_POINTING = frozenset("👉👇➡⬇⤵↘↓→▶►🔗📎📌📍📝📰📄📖✍🔁🔄♻🆕")
# A text that was cut short begins as ours does; so many words in a row are ours wherever they stood.
_QUOTED_WORDS = 5
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@[\w-]+(?:[.@][a-z0-9][\w-]*)*")
_HASHTAG = re.compile(r"#\w+")
_TOKEN = regex.compile(
    r"(?P<word>[\p{L}\p{M}\p{N}]+)|(?P<cut>…|\.{3,})|(?P<sign>(?<!\w)[:;=][-'o]?[()DPp/\\|](?!\w)|[?!]{2,})"
    r"|(?P<picture>\p{Emoji_Presentation}|\p{So}|[\u2190-\u21ff])"
)
_PART = re.compile(r"[:;.?!¡¿|()\[\]«»“”\"\n]|\s[-–—/]+\s|[–—]")


def is_copy(text: str, ours: Iterable[str], *, hosts: Collection[str] = ()) -> bool:
    """Whether *text* says nothing but what we said; see ``own_words``."""
    return not own_words(text, ours, hosts=hosts)


def own_words(text: str, ours: Iterable[str], *, hosts: Collection[str] = ()) -> list[str]:
    """
    Return what *text* says of its own, folded.

    Args:
        ours: Title, summary, question and announcements of the article, its tags, and the blog's name.
        hosts: Whose addresses may stand in it without a scheme, besides those of shorteners: the blog's own.
    """
    told = [_without_links(one, hosts) for one in ours]
    tags = {fold(tag) for one in told for tag in _HASHTAG.findall(one)}
    bare = _HASHTAG.sub(lambda tag: " " if fold(tag[0]) in tags else f" {tag[0]} ", _without_links(text, hosts))
    signs = _POINTING | {fold(found[0]) for one in told for found in _TOKEN.finditer(one) if found.lastgroup != "word"}
    tokens = [(found.lastgroup or "", fold(found[0])) for found in _TOKEN.finditer(bare)]
    said = [one for one in tokens if one[0] in ("word", "cut") or one[1] not in signs]
    phrases = [words for one in told if (words := _words(_HASHTAG.sub(" ", one)))]
    parts = [words for one in told for words in map(_words, _PART.split(_HASHTAG.sub(" ", one))) if words[1:]]
    whole = {"".join(words) for words in (*phrases, *parts)}
    empty = _ADDED | languages.current().words("sharing")
    left, at = [], 0
    while at < len(said):
        kind, word = said[at]
        length = _ours(said[at:], whole, phrases) if kind == "word" else 0
        if not length and kind != "cut" and word not in empty:
            left.append(word)
        at += length or 1
    return left


def _ours(said: list[tuple[str, str]], whole: Collection[str], phrases: Iterable[list[str]]) -> int:
    """How many words at the beginning of *said* are ours: the longest run of all that they may be; 0 for none."""
    words = [word for _, word in takewhile(lambda one: one[0] == "word", said)]
    is_cut = len(words) > 1 and len(words) < len(said) and said[len(words)][0] == "cut"
    # Hyphens and spaces come and go, the letters stay.
    runs = [length for length, letters in enumerate(accumulate(words), 1) if letters in whole]
    runs += [len(words) for phrase in phrases if is_cut and _begins(phrase, words)]
    runs += [_quoted(phrase, words) for phrase in phrases]
    return max(runs, default=0)


def _begins(phrase: list[str], words: list[str]) -> bool:
    """Whether *words*, the last of which may be cut, are how *phrase* begins."""
    last = len(words) - 1
    return phrase[:last] == words[:last] and len(phrase) > last and phrase[last].startswith(words[last])


def _quoted(phrase: list[str], words: list[str]) -> int:
    """How many of *words*, from the first on, stand in a row somewhere in *phrase*; 0 for few."""
    most = 0
    for start in range(len(phrase)):
        same = 0
        while same < len(words) and start + same < len(phrase) and phrase[start + same] == words[same]:
            same += 1
        most = max(most, same)
    return most if most >= _QUOTED_WORDS else 0


def _words(text: str) -> list[str]:
    return [fold(found[0]) for found in _TOKEN.finditer(text) if found.lastgroup == "word"]


def _without_links(text: str, hosts: Collection[str]) -> str:
    bare = _ADDRESS.sub(" ", text)
    known = "|".join(map(re.escape, sorted({*SHORTENERS, *hosts}, key=len, reverse=True)))
    bare = re.sub(rf"(?i)(?<![\w@.-])(?:www\.)?(?:{known})(?:/\S*|(?![\w.-]*\w))", " ", bare)
    return _HANDLE.sub(" ", bare)
