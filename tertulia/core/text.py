"""Plain text: how long it is, where to cut it, and what is left when case and accents do not count.

Length is counted in graphemes, what a reader would call characters (https://www.unicode.org/reports/tr29/): "ñ" is
one however it is encoded, and so is "👩‍👧".
"""

import html
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import filterfalse, islice
from operator import mul
from typing import Literal, TypeVar

from tertulia.core import lazy_re
from tertulia.core.visible import visible

# Adults read simple Spanish aloud at 218 ± 28 words a minute, English at 228 ± 30: Trauzettel-Klosinski and Dietz,
# Invest Ophthalmol Vis Sci 53 (2012), https://doi.org/10.1167/iovs.11-8284. Silent readers are faster, screens slower.
WORDS_PER_MINUTE = 220

ELLIPSIS = "…"

Result = TypeVar("Result")

_GRAPHEME = lazy_re.compile_unicode(r"\X")
# Letters with their accents, quotes, dashes: each is a character for a reader too, and nothing combines them.
_ONE_EACH = lazy_re.compile("[ -~\xa0-\u02ff\u2010-\u2027\u2030-\u205e]*")
_WORD = lazy_re.compile_unicode(r"[\p{L}\p{M}\p{N}]+(?:['’.,·-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*")
# What looks wrong before "…": spaces, weak punctuation and anything that opens.
_DANGLING = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace()) + ".,;:…-–—¿¡([«“‘\"'"
_WORD_ENDS = lazy_re.compile_unicode(r"[.,;:…]*(?:\s|$)")
# On decomposed text; the tilde of ñ stays.
_ACCENTS = lazy_re.compile_unicode(r"(?<!n)\u0303|[\u0300-\u0302\u0304-\u036f]")
# Allowed in XML 1.0: https://www.w3.org/TR/xml/#charsets. C1 controls are allowed there, and useless.
_CONTROLS = lazy_re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What an address leaves out of a word, and what it puts a hyphen for.
_UNWRITTEN = lazy_re.compile_unicode(r"\p{M}|['’]")
_NO_SLUG = lazy_re.compile("[^a-z0-9]+")
# Letters that are no letter plus accent, so that decomposing does not help.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})

_REST_OF_TAG = r"(?:\"[^\"]*+\"|'[^']*+'|[^\"'<>]++)*>"
_UNSEEN = lazy_re.compile(
    rf"(?is)<!--.*?(?:-->|\Z)|<(script|style|template|title)(?=[\s/>]){_REST_OF_TAG}.*?(?:</\1\s*>|\Z)"
)
_INLINE = "a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var|wbr"
_INLINE_TAG = lazy_re.compile(rf"(?i)</?(?:{_INLINE})(?=[\s/>]){_REST_OF_TAG}")
_ANY_TAG = lazy_re.compile(rf"</?[a-zA-Z]{_REST_OF_TAG}")
# What is not one plain space already; the non-breaking one is no space to throw away.
_SPACES = lazy_re.compile(r"[\t\r\n\f][ \t\r\n\f]*+| [ \t\r\n\f]++")


# Latin letters and the usual marks: none joins its neighbour, so that each is a character of its own.
_LONE = lazy_re.compile("[\\x00-\\x0c\\x0e-\\u02ff\\u2010-\\u2027\\u2030-\\u205e\\u20ac]*+")


def graphemes(text: str) -> list[str]:
    """Return the characters of *text* as a reader counts them."""
    return list(text) if are_alone(text) else _GRAPHEME.findall(text)


def are_alone(text: str) -> bool:
    """Whether each code point of *text* is a character by itself, so that any piece of it has as many as it is long."""
    return bool(_LONE.fullmatch(text))


def shorten(text: str, limit: int) -> str:
    """
    Cut *text* at a word so that it fits in *limit*; it never raises.

    Args:
        text: Plain text, no HTML, in any writing.
        limit: Most graphemes allowed, the "…" included. "ñ" is one, "👩‍👧" is one.

    Returns:
        *text* untouched when it fits. A single word that is too long, or text of a writing without spaces, is cut
        between two graphemes. "" when nothing is allowed.
    """
    # A grapheme is one code point or more, so short text needs no counting.
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    room = limit - len(ELLIPSIS)
    if _ONE_EACH.fullmatch(text):
        characters = list(text[: room + 4])  # as many as are looked at
    else:
        characters = [found[0] for found in islice(_GRAPHEME.finditer(text), room + 4)]
    if len(characters) <= limit:
        return text
    kept = "".join(characters[:room])
    if not _WORD_ENDS.match("".join(characters[room : room + 4])):
        at_word = kept[: _last_space(kept)].rstrip(_DANGLING)
        kept = at_word or kept
    return kept.rstrip(_DANGLING) + ELLIPSIS


def _last_space(text: str) -> int:
    """Where the last word of *text* begins; 0 when it is the only one."""
    return next((at for at in range(len(text), 0, -1) if text[at - 1].isspace()), 0)


def plain(markup: str) -> str:
    """
    Return the words of our own, well-formed HTML on one line: no tags, no entities, one space between blocks.

    Strangers' HTML is read by ``tertulia.core.sanitise`` instead.
    """
    bare = _ANY_TAG.sub(" ", _INLINE_TAG.sub("", _UNSEEN.sub(" ", markup)))
    return _SPACES.sub(" ", html.unescape(bare)).strip()


def tally(text: str) -> Mapping[str, int]:
    """Return what stands between the spaces of plain *text*, and how often: half of it stands there more than once."""
    return Counter(text.split())


def words(tallied: Mapping[str, int]) -> int:
    """How many words a text holds that was tallied; "d’Artagnan", "3,5" and "ex-ministro" are one each."""
    return sum(map(mul, tallied.values(), map(_counted_words().__getitem__, tallied)))


class Remembered(dict[str, Result]):
    """
    What *work* makes of a text, by the text: ``lru_cache`` for the many short ones, at a third of its price.

    When it is full it begins anew.
    """

    def __init__(self, work: Callable[[str], Result]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, text: str) -> Result:
        if len(self) >= 1 << 16:
            self.clear()
        made = self[text] = self._work(text)
        return made


@cache
def _counted_words() -> Remembered[int]:
    return Remembered(lambda written: len(_WORD.findall(written)))


def reading_minutes(count: int, words_per_minute: int = WORDS_PER_MINUTE) -> int:
    """Whole minutes, one at least, that *count* words take to read."""
    return max(1, round(count / words_per_minute))


@lru_cache(maxsize=1 << 16)
def slugify(text: str) -> str:
    """*text* as part of an address: lower-case ASCII letters, digits and single hyphens; "" when none is left."""
    lower = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _NO_SLUG.sub("-", _UNWRITTEN.sub("", lower)).strip("-")


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """
    *text* as what names a thing: without case and accents, composed (NFC).

    ñ is a letter of its own and stays, so the tags "año" and "ano" are two. For what people look for, see
    ``fold_for_search``.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def fold_for_search(text: str) -> str:
    """
    *text* as people type what they look for: NFKD, without case and without any mark above or below a letter.

    "munoz" finds "Muñoz", "barca" finds "Barça", "strasse" finds "Straße", "1o" finds "1º" and "fi" finds "ﬁ".
    """
    if text.isascii():
        return text.lower()
    bare = without_marks(text, "NFKD")
    return unicodedata.normalize("NFKC", bare.translate(_LETTERS).casefold())


def without_marks(text: str, form: Literal["NFD", "NFKD"] = "NFD") -> str:
    """*text* decomposed, without case and without any mark above or below a letter: "ñ" and "Ñ" are "n"."""
    decomposed = unicodedata.normalize(form, text.casefold())
    return "".join(filterfalse(unicodedata.combining, decomposed))


def strip_controls(text: str) -> str:
    """*text* without the characters that XML refuses and nobody sees; tabs and line ends stay."""
    return _CONTROLS.sub("", text)


def one_line(text: str, limit: int = 300) -> str:
    """*text* on one line, NFC, without control, hidden or direction-turning characters, at most *limit* long."""
    line = " ".join(visible(unicodedata.normalize("NFC", text)).split())
    if len(line) <= limit:
        return line
    if limit < 1:
        return ""
    ends = [found.end() for found in _GRAPHEME.finditer(line[:limit]) if found.end() < limit]
    return line[: max(ends, default=limit - 1)].rstrip() + ELLIPSIS
