"""What a blog knows of spam before its owner has decided on anything: how much each word speaks for it.

A logistic regression on the words that the filter sees too (``bayes.words_of``), cut to their beginnings so that one
form stands for the others, and on pairs of neighbours («visita mi»). Its weights are in ``spam_model.json``, made by
``python3 tasks.py spam-train`` from labelled comments of our own; 0 says nothing, above it is spam.
https://en.wikipedia.org/wiki/Logistic_regression
"""

from collections.abc import Collection, Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

import regex

from tertulia.core import strict_json
from tertulia.core.text import without_marks

PATH = Path(__file__).with_name("spam_model.json")
BEGINNING = 6  # letters of a word that count: "préstamo" and "préstamos" are one
ANY_COMMENT = "*"  # the weight of every comment, before any of its words
_MOST_PAIRS = 400
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+")
_LINK = regex.compile(r"https?://\S++", regex.IGNORECASE)
_NEIGHBOUR = regex.compile(r"[^\W\d_]{2,30}")
# Parts of addresses, and the words that hold sentences together: whoever writes long sentences writes them.
_EMPTY = frozenset(
    word
    for line in (
        "www com example http https",
        "ante aqui como con cuando del desde donde ella ellos entre era eran esa ese eso esta estas este esto estos",
        "fue hay las les los mas mis muy ninguna nos otra otro para pero poco por porque que quien",
        "ser sin sobre son soy sus tan tiene toda todas todo todos una unas uno unos vez",
        "about all also and any are been but can could did does down even ever for from get had has have her here",
        "him his how into its just like more most much not now off one only our out over say she some",
        "such than that the their them then there these they this those too under until was were what when",
        "where which while who whom why will with would yet",
    )
    for word in line.split()
)


def features_of(word: str) -> frozenset[str]:
    """
    Return what the model looks at in one *word* of those that ``bayes.words_of`` gives.

    A host is the words that it is made of and its last part; a name counts as words do; writings without spaces are
    read two signs at a time. Numbers say nothing.
    """
    kind, _, said = word.rpartition(":")
    if kind == "links":
        return frozenset()
    if kind == "host":
        *parts, last = said.split(".")
        inside = regex.findall(r"[^\W\d_]{3,}", " ".join(parts))
        return _beginnings(inside) | ({f".{last}"} - {".example"})
    if pairs := [run[at : at + 2] for run in _UNSPACED.findall(said) for at in range(len(run) - 1)]:
        return frozenset(pairs)
    return _beginnings([said] if said.isalpha() else [])


def pairs_of(text: str) -> dict[str, tuple[str, str]]:
    """Return the words of *text* that stand side by side: what the model calls a pair, and the two words themselves."""
    words = _NEIGHBOUR.findall(without_marks(_LINK.sub(" ", text)))[:_MOST_PAIRS]
    return {f"{one[:BEGINNING]} {other[:BEGINNING]}": (one, other) for one, other in pairwise(words)}


def bias() -> float:
    """Return what is said of every comment, before any of its words: log-odds."""
    return _weights().get(ANY_COMMENT, 0.0)


def weigh(words: Iterable[str], counted: Collection[str] = ()) -> dict[str, float]:
    """
    How much each of *words* speaks for spam, in log-odds; a feature counts for the first word that shows it.

    Args:
        counted: Words that something else went by: what they show is said already.
    """
    seen = {feature for word in counted for feature in features_of(word)}
    found = {}
    for word in words:
        new = features_of(word) - seen
        seen |= new
        if said := sum(_weights().get(feature, 0.0) for feature in sorted(new)):
            found[word] = said
    return found


def weigh_pairs(text: str, counted: Collection[str]) -> dict[str, float]:
    """How much the pairs of *text* speak for spam, in log-odds, beyond their words; none with a word of *counted*."""
    pairs = {pair: both for pair, both in pairs_of(text).items() if pair in _weights()}
    return {" ".join(both): _weights()[pair] for pair, both in pairs.items() if not {*both} & {*counted}}


@cache
def _weights() -> dict[str, float]:
    return strict_json.decode(PATH.read_bytes(), dict[str, float])


def _beginnings(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:BEGINNING] for word in words if word not in _EMPTY)
