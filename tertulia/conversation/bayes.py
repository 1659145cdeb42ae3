"""A small naive Bayes that learns from the owner's own decisions, and shows the words it went by.

Each comment teaches each of its words once. A word's spamminess is drawn towards one half while it is rarely seen
(Robinson's correction), and only the words that say most are counted, as in
https://www.paulgraham.com/better.html. It keeps silent until it has seen enough of both kinds.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tertulia.conversation.shown import links_in
from tertulia.core.addresses import site_of
from tertulia.core.text import without_marks

ENOUGH = 10  # comments of each kind before it says anything
SHOWN = 5
_MOST_WORDS = 400  # of one comment
_TELLING = 20  # words that are counted
_STRENGTH = 1.0  # how many sightings the prior is worth
_WORD = re.compile(r"[^\W_]{3,30}")
_LINK = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely it is spam, from 0 to 1, and the words that spoke loudest for what was found."""

    spam: float
    words: tuple[str, ...]


def words_of(text: str, name: str = "", site: str = "", html: str = "") -> list[str]:
    """
    What a comment teaches: its words without accents, each once; where its links lead; what its writer is called.

    Args:
        html: What is shown of it, whose links may lead where no word of *text* says.
    """
    found = [link.host for link in links_in(html, text)]
    kept = dict.fromkeys(_plain(_LINK.sub(" ", text)))
    kept |= dict.fromkeys(f"host:{host}" for host in [*found, site_of(site)] if host)
    kept |= dict.fromkeys(f"name:{word}" for word in _plain(name))
    kept |= {f"links:{min(len(found), 5)}": None}
    return [word[:60] for word in kept][:_MOST_WORDS]


def opinion(words: Iterable[str], counts: Mapping[str, tuple[int, int]]) -> Opinion | None:
    """
    What the filter makes of a comment; None while it has learnt too little.

    Args:
        counts: (spam, ham) of each known word, and under "" how many comments of each kind were learnt.
    """
    all_spam, all_ham = counts.get("", (0, 0))
    if min(all_spam, all_ham) < ENOUGH:
        return None
    scored = []
    for word in words:
        spam, ham = counts.get(word, (0, 0))
        if spam + ham:
            share = (spam / all_spam) / (spam / all_spam + ham / all_ham)
            scored.append(((_STRENGTH * 0.5 + (spam + ham) * share) / (_STRENGTH + spam + ham), word))
    scored.sort(key=lambda pair: (-abs(pair[0] - 0.5), pair[1]))
    telling = scored[:_TELLING]
    odds = sum(math.log(share / (1 - share)) for share, _ in telling)
    spam_chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
    shown = [word for share, word in telling if (share > 0.5) == (spam_chance > 0.5)]
    return Opinion(spam_chance, tuple(shown[:SHOWN]))


def _plain(text: str) -> list[str]:
    return _WORD.findall(without_marks(text))
