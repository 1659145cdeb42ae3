"""What somebody seems to want: an answer, amends, nothing but to say thanks. A guess, with the words it went by.

Four rules, the first that speaks wins, and nothing is ever hidden by them:

1. *question*: a question mark that ends a sentence, or a word that asks where a sentence begins.
2. *complaint*: a word or two of those that people complain with.
3. *praise*: a word or two of those that people thank and praise with.
4. *noise*: no word at all, or so few of them that nothing was said ("jajaja", "👏👏", "+1", "first").

Whatever none speaks of is *talk*. Spanish and English are known, both in one text too; of another language the signs.
"""

from enum import StrEnum
from typing import NamedTuple

from tertulia.core import lazy_re
from tertulia.core.text import fold_for_search

_LINKS = lazy_re.compile(r"https?://\S+")
# "?" at the end of a sentence, not that of an address or of a doubt in brackets: "(?)".
_QUESTION = lazy_re.compile(r"¿|(?<=[^\W_])[\"'»”)\]]*\?+(?=[\s\"'»”)\]!?…]|$)")
_ASKING = lazy_re.compile(
    r"(?:^|[.!\n:;]\s*)(?:(?:hola|buenas|oye|hey|hi|hello)\W+)?"
    r"(como|cuando|donde|por que|cual(?:es)?|cuant[oa]s?|quien(?:es)?|alguien sabe|se puede|podrias|me puedes|"
    r"how|when|where|why|which|who|does anybody|does anyone|can you|could you|is there|do you)\s+\w+[^.!\n]*\?"
)
_COMPLAINT = (
    "no funciona|no me funciona|no va|no anda|no carga|no se ve|no abre|esta roto|esta rota|error|fallo|falla|fallan|"
    "queja|quejo|reclamo|reclamacion|decepcion|decepcionad[oa]|verguenza|vergonzoso|mentira|mentis|mientes|falso|"
    "manipula\\w*|indignad[oa]|indignante|inaceptable|lamentable|fatal|horrible|pesimo|harto|harta|estafa|timo|"
    "te equivocas|os equivocais|esta equivocado|no es cierto|no es verdad|rectifi\\w+|correg\\w+|"
    "broken|does not work|doesn t work|not working|won t load|bug|wrong|complain\\w*|complaint|disappoint\\w*|shame|"
    "shameful|lie|lies|lying|false|mislead\\w*|unacceptable|awful|terrible|horrible|fed up|scam|rip off|untrue|"
    "not true|incorrect|inaccurate"
)
_PRAISE = (
    "gracias|enhorabuena|felicidades|felicito|bravo|excelente|estupend[oa]|magnific[oa]|genial|fantastic[oa]|"
    "maravillos[oa]|brillante|me encanta|me ha encantado|me gusta mucho|me ha gustado|gran articulo|gran texto|"
    "buen articulo|buen texto|muy bueno|muy buena|muy bien|chapo|de acuerdo contigo|"
    "thanks|thank you|congratulations|congrats|great post|great article|great read|great piece|excellent|wonderful|"
    "brilliant|fantastic|amazing|love this|loved this|well said|well done|nice post|good read|so true"
)
_WORDS_OF_COMPLAINT = lazy_re.compile(rf"\b(?:{_COMPLAINT})\b")
_WORDS_OF_PRAISE = lazy_re.compile(rf"\b(?:{_PRAISE})\b")
_LAUGHS = lazy_re.compile(
    r"^(?:(?:ja|je|ji|ha|he|hi|lo)+[jhl]?|x+d+|l+o+l+|ok(?:ay)?|up|first|jo+|ah+|oh+|m+h*m*|\+?1)$"
)
_WORD = lazy_re.compile(r"[^\W_]+")


class Tone(StrEnum):
    """What somebody seems to want."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    PRAISE = "praise"
    NOISE = "noise"
    TALK = "talk"  # anything else


class ToneGuess(NamedTuple):
    """A guess, and the words that it went by; "" where it is what is not there."""

    tone: Tone
    by: str = ""


def tone_of(text: str) -> ToneGuess:
    """
    Return what whoever wrote *text* seems to want.

    Args:
        text: Plain, as it was written.
    """
    bare = _LINKS.sub(" ", text)
    folded = fold_for_search(bare)
    if found := _QUESTION.search(bare):
        return ToneGuess(Tone.QUESTION, found[0])
    if found := _ASKING.search(folded):
        return ToneGuess(Tone.QUESTION, found[1])
    spoken = " ".join(_WORD.findall(folded))
    if found := _WORDS_OF_COMPLAINT.search(spoken):
        return ToneGuess(Tone.COMPLAINT, found[0])
    if found := _WORDS_OF_PRAISE.search(spoken):
        return ToneGuess(Tone.PRAISE, found[0])
    words = [word for word in spoken.split() if not _LAUGHS.match(word)]
    return ToneGuess(Tone.TALK if words else Tone.NOISE)
