"""Where a text may be cut: as an editor would, at the end of a sentence, never inside a quotation or a name.

Which words with a full stop end no sentence ("Sr.", "p. ej.", "núm. 3") is written in the file of each language,
section ``words``: ``abbreviations``, and ``numbered`` for those that are so before a figure only. Those with a capital
are abbreviations only with a capital. Whoever counts says how: a network's own units, or graphemes.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from tertulia.core import languages, lazy_re
from tertulia.core.text import ELLIPSIS, are_alone, graphemes

Count = Callable[[str], int]

# A cut at the end of a sentence reads better than "…" as long as it keeps this much of the room.
SENTENCE_SHARE = 0.5
# A cut that keeps quotations and names whole is worth this much of the room.
WHOLE_SHARE = 0.25
# So many words between marks are what somebody said.
SPOKEN_WORDS = 3
# A heading and what follows it: a part of a thread never ends there. https://www.unicode.org/charts/PDF/U2000.pdf
NO_BREAK_LINE = "\u2028"

# No-break spaces hold "50 %" together, also when a text is cut.
_SPACE = r"[^\S\u00a0\u202f\u2028]"
_PARAGRAPHS = lazy_re.compile(r"\n\s*\n")
_BLANK = lazy_re.compile_unicode(f"{_SPACE}+")
_FULL_STOP = lazy_re.compile_unicode(r"""[.!?…]+["»”’)\]]*$""")
_SENTENCE_BREAK = lazy_re.compile_unicode(rf"""(?<=[.!?…]["»”’)\]]*){_SPACE}+|[^\S\n]*\n\s*""")
# After a real end comes no small letter, whatever opens before it.
_GOES_ON = lazy_re.compile_unicode(r"""[\s"«“‘(\[]*\p{Ll}""")
_ENDS_WITH_DOT = lazy_re.compile_unicode(r"""([\p{L}\p{M}\p{N}.ºª]+)\.["»”’)\]]*$""")
# "EE.", "UU.", "J.", "a.", "p.": a letter, or a doubled capital. "U.S.", "a.m.", "p.ej.", "Ph.D.": more of them.
_LETTERS = lazy_re.compile_unicode(r"\p{L}|(?!PP)(\p{Lu})\1|(?:\p{L}{1,2}\.)+\p{L}{1,2}")
_FIGURE = lazy_re.compile_unicode(r"\s*[\p{N}IVXLCDM]+\b")
_LIST_NUMBER = lazy_re.compile_unicode(r"(?:^|\n)\s*\p{N}{1,3}\.$")
_QUOTATION = lazy_re.compile_unicode(
    r"""«[^«»]*(?:«[^«»]*»[^«»]*)*»|[“„][^“”„]*”|(?<![\p{L}\p{N}])"[^"\n]*"(?![\p{L}\p{N}])|‘[^‘’\n]*’(?!\p{L})"""
)
_CAPITALISED = r"\p{Lu}[\p{L}\p{M}\p{N}’'-]*"
_PARTICLES = r"(?:(?:de|del|las?|los|el|y|e|i|da|do|dos|di|van|von|der|den|of|the) ){0,3}"
_NAME = lazy_re.compile_unicode(rf"{_CAPITALISED}(?:[ \u00a0]{_PARTICLES}{_CAPITALISED})+")
_SPOKEN = lazy_re.compile_unicode(r"\p{L}{2,}")
_DANGLING = lazy_re.compile_unicode(r"""[\s,;:·«“‘"(¿¡\[—–-]+$""")
# "…exactamente lo…" reads worse than "…exactamente…": nothing is cut after one of these.
_SMALL = lazy_re.compile_unicode(
    r"(?:[^\S\u00a0\u202f]+(?:an?|al?|and|but|by|como|con|cuando|de|del|el|en|for|from|her|his|in|is|its|las?|les?|los?"
    r"|me|mi|mis|muy|ni|no|nos|not|o|of|on|or|os|para?|pero|por|que|se|sin|su|sus|te|that|the|their|to|una?|unos|unas"
    r"|was|with|y|e|u))+$",
    re.IGNORECASE,
)
_WHOLE = lazy_re.compile_unicode(r"https?://|[#@]\w", re.IGNORECASE)  # words that are kept whole or left out


def count_graphemes(text: str) -> int:
    """How many characters a person sees: "ñ" is one however it is encoded, "👩‍👧" is one."""
    return len(text) if are_alone(text) else len(graphemes(text))


def shorten(text: str, limit: int, count: Count = count_graphemes) -> str:
    """
    Cut *text* at a word so that it fits in *limit*.

    Args:
        text: Plain text.
        limit: The most that *count* may give, the "…" included.
        count: How the network counts.

    Returns:
        *text* untouched when it fits; else as many whole sentences as fill most of the room; else words and "…",
        quotations and names whole. What is one long quotation is cut inside, and closed again.

    Raises:
        ValueError: *limit* leaves no room for one grapheme and the "…".
    """
    if count is count_graphemes and are_alone(text):
        count = len
    if count(text) <= limit:
        return text
    if limit < count("a" + ELLIPSIS):
        raise ValueError(f"no text fits in {limit}")
    ends = _ends(text)
    sentences = _fitting(ends, lambda end: text[:end], limit, count)
    is_whole = _whole_at(text, sentences)
    sentence = text[: _last(sentences, lambda end: ends_sentence(text, end) and is_whole(end))]
    if sentence and count(sentence) >= limit * SENTENCE_SHARE:
        return sentence
    words = _fitting(ends, lambda end: _closed(text[:end]), limit, count)
    kept = _closed(text[: _last(words, _whole_at(text, words))])
    if kept and count(kept) >= limit * WHOLE_SHARE:
        return kept
    words = _fitting(ends, lambda end: _closed(text[:end], text), limit, count)
    kept = (_closed(text[: words[-1]], text) if words else "") or kept
    if kept and count(kept) >= limit * WHOLE_SHARE:
        return kept
    return _cut_word(text, limit, count) or kept or ELLIPSIS


def split(text: str, limit: int, count: Count = count_graphemes) -> list[str]:
    """*text* in pieces that fit in *limit*, broken between paragraphs if possible, else sentences, else words."""
    pieces: list[str] = []
    for paragraph in _PARAGRAPHS.split(text.strip()):
        for glue, piece in _sized(paragraph.strip(), limit, count):
            if pieces and count(pieces[-1] + glue + piece) <= limit:
                pieces[-1] += glue + piece
            else:
                pieces.append(piece)
    return pieces


def ends_sentence(text: str, end: int) -> bool:
    """Whether a sentence ends at *end*, right after its full stop and what closes behind it."""
    before = text[max(0, end - 40) : end]
    if not _FULL_STOP.search(before) or _GOES_ON.match(text, end):
        return False
    if not (found := _ENDS_WITH_DOT.search(before)):
        return True
    return not (_is_abbreviation(found[1], text[end : end + 20]) or _LIST_NUMBER.search(text[max(0, end - 8) : end]))


def _is_abbreviation(word: str, following: str) -> bool:
    """Whether *word*, before its full stop, is short for another."""
    if _LETTERS.fullmatch(word):
        return True
    if word.isupper() and not following.lstrip()[:3].isupper():  # the CF, the PP, but "EL SR. ORTEGA"
        return False
    known, forms = languages.current(), {word, word.casefold()}
    if forms & known.words("abbreviations"):
        return True
    return bool(forms & known.words("numbered")) and bool(_FIGURE.match(following))


def _ends(text: str) -> list[int]:
    """Where *text* may be cut: after each of its words but the last."""
    return [match.start() for match in _BLANK.finditer(text)]


def _whole_at(text: str, ends: Sequence[int]) -> Callable[[int], bool]:
    """
    Return what tells of each of *ends*, in order, whether it stands in no quotation, in no name, and not behind "Sr.".
    """
    last = ends[-1] if ends else 0
    inside = bytearray(last + 1)
    for pattern in (_QUOTATION, _NAME):
        for found in pattern.finditer(text):
            start, stop = found.start() + 1, min(found.end(), last + 1)
            if start > last:
                break
            inside[start:stop] = b"\1" * (stop - start)
    return lambda end: not inside[end] and not _holds_on(text, end)


def _holds_on(text: str, end: int) -> bool:
    """Whether what stands before *end* is an abbreviation of what comes after."""
    found = _ENDS_WITH_DOT.search(text, max(0, end - 40), end)
    return found is not None and _is_abbreviation(found[1], text[end : end + 20])


def _fitting(ends: list[int], cut: Callable[[int], str], limit: int, count: Count) -> list[int]:
    """Those of *ends* whose cut fits, found by halves: a longer text never counts less at the end of a word."""
    return ends[: bisect_right(ends, limit, key=lambda end: count(cut(end)))]


def _last(ends: Sequence[int], is_good: Callable[[int], bool]) -> int:
    """Return the last of *ends* that is good, 0 when none is; a long text is not looked through for it."""
    return next(filter(is_good, reversed(ends)), 0)


def _closed(text: str, whole: str = "") -> str:
    """*text* without what dangles at its end, and "…"; a quotation of *whole* that is cut inside is closed."""
    bare = _DANGLING.sub("", _SMALL.sub("", _DANGLING.sub("", text)))
    if not bare:
        return ""
    # The full stop of an abbreviation stays before "…": https://www.rae.es/ortografía/los-puntos-suspensivos
    kept = bare if _holds_on(bare, len(bare)) else bare.rstrip(".")
    cut = bare if bare.endswith(ELLIPSIS) else kept + ELLIPSIS
    for quotation in _QUOTATION.finditer(whole):
        is_inside = quotation.start() < len(bare) < quotation.end()
        if is_inside and len(_SPOKEN.findall(bare, quotation.start())) >= SPOKEN_WORDS:
            cut += quotation[0][-1]
    return cut


def _cut_word(text: str, limit: int, count: Count) -> str:
    """*text* cut inside its first long word, at a grapheme; "" when that word must stay whole."""
    kept = ""
    for grapheme in graphemes(text):
        if count(kept + grapheme + ELLIPSIS) > limit:
            break
        kept += grapheme
    last = _BLANK.split(kept)[-1]
    return "" if _WHOLE.search(last) else _closed(kept)


def _sentence_breaks(text: str) -> list[tuple[int, int]]:
    """Where a sentence or a line ends and where the next begins, outside quotations."""
    found = [match.span() for match in _SENTENCE_BREAK.finditer(text)]
    is_whole = _whole_at(text, [start for start, _ in found])
    return [
        (start, stop)
        for start, stop in found
        if "\n" in text[start:stop] or (ends_sentence(text, start) and is_whole(start))
    ]


def _sized(paragraph: str, limit: int, count: Count) -> list[tuple[str, str]]:
    """*paragraph* in pieces none of which is too long, each with what joins it to the one before."""
    sized: list[tuple[str, str]] = []
    at, glue = 0, "\n\n"
    for stop, after in [*_sentence_breaks(paragraph), (len(paragraph), len(paragraph))]:
        rest = paragraph[at:stop]
        while count(rest) > limit:
            head = _head(rest, limit, count)
            sized.append((glue, head))
            rest, glue = rest[len(head) :].lstrip(), " "
        if rest:
            sized.append((glue, rest))
        at, glue = after, "\n" if "\n" in paragraph[stop:after] else " "
    return sized


def _head(text: str, limit: int, count: Count) -> str:
    """
    Return the longest beginning of *text* that ends with a word and fits; inside a word only if it alone is too long.
    """
    ends = _fitting(_ends(text), lambda end: text[:end], limit, count)
    kept = text[: _last(ends, _whole_at(text, ends))]
    if ends and (not kept or count(kept) < limit * WHOLE_SHARE):
        kept = text[: ends[-1]] or kept
    if kept:
        return kept
    for grapheme in graphemes(text):
        if kept and count(kept + grapheme) > limit:
            break
        kept += grapheme
    return kept
