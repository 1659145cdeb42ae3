"""A small naive Bayes that learns from the owner's own decisions, and shows the words it went by.

Each comment teaches each of its words once. Before anything is learnt a word is worth what ``spam_model`` says of it;
while it is rarely seen it is drawn towards that (Robinson's correction), and the owner's decisions soon weigh more. So
each word has one number, whoever taught it. Of the words learnt only those that say most are counted, as in
https://www.paulgraham.com/better.html.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tertulia.conversation import spam_model
from tertulia.conversation.shown import links_in
from tertulia.core.addresses import site_of
from tertulia.core.text import without_marks

ENOUGH = 10  # comments of each kind before what was learnt counts
SHOWN = 5
_MOST_WORDS = 400  # of one comment
_TELLING = 20  # learnt words that are counted
_STRENGTH = 1.0  # how many sightings the prior is worth
_TWICE = 2  # seen once, a word may be anybody's
_WORD = re.compile(r"[^\W_]{3,30}")
_LINK = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely it is spam, from 0 to 1, and the words that spoke loudest for what was found."""

    spam: float
    words: tuple[str, ...]
    is_learnt: bool = True  # the owner's decisions had a part in it


def words_of(text: str, name: str = "", site: str = "", html: str = "") -> list[str]:
    """
    Return what a comment teaches: its words without accents, each once; where its links lead; what its writer is
    called.

    Args:
        html: What is shown of it, whose links may lead where no word of *text* says.
    """
    found = [link.host for link in links_in(html, text)]
    kept = dict.fromkeys(_plain(_LINK.sub(" ", text)))
    kept |= dict.fromkeys(f"host:{host}" for host in [*found, site_of(site)] if host)
    kept |= dict.fromkeys(f"name:{word}" for word in _plain(name))
    kept |= {f"links:{min(len(found), 5)}": None}
    return [word[:60] for word in kept][:_MOST_WORDS]


def opinion(
    words: Iterable[str], counts: Mapping[str, tuple[int, int]], counted: Collection[str] = (), text: str = ""
) -> Opinion:
    """
    Return what the filter makes of a comment.

    Args:
        words: As ``words_of`` gives them.
        counts: (spam, ham) of each known word, and under "" how many comments of each kind were learnt.
        counted: Words that a rule went by already: they are not counted again.
        text: As it was written, for which words stand side by side.
    """
    all_spam, all_ham = counts.get("", (0, 0))
    is_ready = min(all_spam, all_ham) >= ENOUGH
    left = [word for word in words if word not in counted]
    priors = spam_model.weigh(left, counted)
    innate, learnt = [], []
    for word in left:
        spam, ham = counts.get(word, (0, 0)) if is_ready else (0, 0)
        if spam + ham >= _TWICE:
            share = (spam / all_spam) / (spam / all_spam + ham / all_ham)
            prior = _chance(priors.get(word, 0.0))
            mixed = (_STRENGTH * prior + (spam + ham) * share) / (_STRENGTH + spam + ham)
            learnt.append((math.log(mixed / (1 - mixed)), word))
        elif word in priors:
            innate.append((priors[word], word))
    spoken_for = {*counted, *(word for _, word in learnt)}
    innate += [(odds, pair) for pair, odds in spam_model.weigh_pairs(text, spoken_for).items()]
    learnt = sorted(learnt, key=_loudest_first)[:_TELLING]
    telling = sorted(innate + learnt, key=_loudest_first)
    chance = _chance(spam_model.bias() + sum(odds for odds, _ in telling))
    shown = [word for odds, word in telling if (odds > 0) == (chance > 0.5)]
    return Opinion(chance, tuple(shown[:SHOWN]), bool(learnt))


def _chance(odds: float) -> float:
    """Return a chance between 0 and 1 out of its log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def _loudest_first(weighed: tuple[float, str]) -> tuple[float, str]:
    return -abs(weighed[0]), weighed[1]


def _plain(text: str) -> list[str]:
    return _WORD.findall(without_marks(text))
