"""Which posts talk about the same things, by their words.

Each post is described by the few words that set it apart from the others (TF-IDF: often here, seldom elsewhere), and
posts that share such words are close. Nothing is learnt and nothing is installed for it: 1,000 posts take well under
a second, and ten times as many take ten times as long, because each word remembers a bounded number of posts.

Words are compared without accents or endings: "reclamación", "reclamaciones" and "Reclamar" count as one.

Settings:
    RELATED_POSTS   how many at most, always in the post's own language; 0 for none. Default 3.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from tertulia.core import languages
from tertulia.core.text import Remembered, fold, tally
from tertulia.site.contents import Content

# What describes a post: more words find more distant relatives, and take longer.
WORDS_PER_POST = 25
# Of all the posts that share a word, those of which it says most. This is what keeps the work linear.
POSTS_PER_WORD = 60
# A word in the title counts as if it were said so many times more; so does a tag.
TITLE_WEIGHT = 3
TAG_WEIGHT = 4
# Below this a coincidence. Among the sample posts two on one matter score 0.15 and more, two on nothing in common 0.05.
LEAST_LIKENESS = 0.04

_TAG = re.compile(r"<[^>]*>|&[a-z0-9#]+;")
_WORD = re.compile(r"[^\W\d_]{4,}")

# Endings, longest first, that tell forms of one word apart and not one word from another. A stem keeps four letters.
# A light stemmer on purpose: it merges singular and plural, genders and the commonest derivations, and no more; why
# not Snowball's is in docs/decisions.md.
ENDINGS = {
    "es": """
        amientos imientos amiento imiento aciones iciones uciones adores adoras amente ciones siones ancias encias
        idades mente acion icion ucion cion sion ancia encia idad adora ador ados adas idos idas ando iendo ables ibles
        able ible aron ieron aban aba ado ada ido ida aras eras ivos ivas ivo iva osos osas oso osa ales eles ismos
        istas ismo ista icos icas ico ica ar er ir an en os as es a e o s
    """,
    "en": """
        ations ation ments ment nesses ness ingly ings ing edly ions ion ities ity ables able ers er ed ies es ly s y e
    """,
}


@dataclass(frozen=True, slots=True)
class Text:
    """
    A post as it is compared. *key* names it in the answer and decides between equals, so it must sort.

    Its text is *html*, or *stems* where somebody has counted them already.
    """

    key: str
    lang: str
    title: str
    html: str = ""
    tags: tuple[str, ...] = ()
    stems: Mapping[str, int] | None = None


def add_related(posts: Iterable[Content], count: int) -> None:
    """Give every one of *posts* its ``related``, at most *count*, closest first; 0 for none."""
    if not count:
        return
    by_key = {f"{post.id} {post.lang}": post for post in posts}
    texts = [
        Text(key, post.lang, post.title, tags=tuple(tag.name for tag in post.tags), stems=post.stems)
        for key, post in by_key.items()
    ]
    for key, found in related(texts, count).items():
        by_key[key].related = [by_key[other] for other in found]


def related(texts: Iterable[Text], count: int = 3) -> dict[str, list[str]]:
    """
    Return the closest posts of each post, closest first.

    Args:
        texts: All posts; only those in one language are compared with each other.
        count: Most relatives a post may have.

    Returns:
        Key → keys; a post that resembles no other has an empty list.
    """
    by_language: dict[str, list[Text]] = defaultdict(list)
    for text in sorted(texts, key=lambda text: text.key):
        by_language[text.lang].append(text)
    found: dict[str, list[str]] = {}
    for posts in by_language.values():
        found |= _closest(posts, count)
    return found


def _closest(posts: Sequence[Text], count: int) -> dict[str, list[str]]:
    described = _described([_counted(post) for post in posts])
    remembered = _remembered(described)

    likeness = [0.0] * len(posts)  # to the post that is being looked at; clean again after each

    def nearest(at: int) -> list[int]:
        met: set[int] = set()
        for word, weight in described[at].items():
            others, weights = remembered[word]
            met.update(others)
            for other, other_weight in zip(others, weights, strict=True):
                likeness[other] += weight * other_weight
        met.discard(at)
        best = sorted([(-likeness[other], other) for other in met if likeness[other] >= LEAST_LIKENESS])
        for other in (*met, at):
            likeness[other] = 0.0
        return [other for _, other in best[:count]]

    return {post.key: [posts[other].key for other in nearest(at)] for at, post in enumerate(posts)}


def _counted(post: Text) -> Counter[str]:
    """How often each stem stands in *post*; a tag is a word of its own, "#opinion"."""
    counts = Counter(stems(tally(_TAG.sub(" ", post.html)), post.lang) if post.stems is None else post.stems)
    for word in words_of(post.title):
        counts[stem(word, post.lang)] += TITLE_WEIGHT
    for tag in post.tags:
        counts["#" + fold(tag)] += TAG_WEIGHT
    counts.pop("", None)
    return counts


def stems(tallied: Mapping[str, int], lang: str) -> dict[str, int]:
    """How often each stem stands in a text without markup that was tallied."""
    counts: dict[str, int] = defaultdict(int)
    stems_of = _stems_of(lang, _stop_words(lang))
    for forms, times in zip(map(stems_of.__getitem__, tallied), tallied.values(), strict=True):
        for form in forms:
            counts[form] += times
    return dict(counts)


@lru_cache(maxsize=16)
def _stems_of(lang: str, stop_words: frozenset[str]) -> Remembered[tuple[str, ...]]:
    """
    Return the stems between two spaces, none for a stop word: "«Reclamar»," and "«reclamar" are looked into once each.
    """
    return Remembered(
        lambda written: tuple(_cut(word, lang) for word in map(fold, words_of(written)) if word not in stop_words)
    )


def _described(counts: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """Of each post its most telling words, their weights as a vector of length 1."""
    in_posts = Counter(chain.from_iterable(counts))
    rarity = {word: math.log(len(counts) / posts) for word, posts in in_posts.items() if posts > 1}
    # The logarithm: a word said ten times is not ten times as telling. Negative: the most telling sort first.
    weight_of = {times: -1 - math.log(times) for count in counts for times in set(count.values())}
    described = []
    for count in counts:
        telling = [(weight_of[times] * rarity[word], word) for word, times in count.items() if word in rarity]
        telling.sort()
        del telling[WORDS_PER_POST:]
        length = math.sqrt(sum(weight * weight for weight, _ in telling)) or 1.0
        described.append({word: -weight / length for weight, word in telling})
    return described


def _remembered(described: Sequence[Mapping[str, float]]) -> Mapping[str, tuple[tuple[int, ...], tuple[float, ...]]]:
    """For each word the posts it tells most of, at most ``POSTS_PER_WORD``, and how much of each."""
    posts: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, words in enumerate(described):
        for word, weight in words.items():
            posts[word].append((at, weight))
    remembered = {}
    for word, found in posts.items():
        kept = found
        if len(found) > POSTS_PER_WORD:
            kept = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:POSTS_PER_WORD]
        others, weights = zip(*kept, strict=True)
        remembered[word] = (others, weights)
    return remembered


def words_of(text: str) -> list[str]:
    """Return the words of *text* in small letters."""
    return _WORD.findall(text.lower())


def _stop_words(lang: str) -> frozenset[str]:
    """Words that say nothing about what a text is about; a blogger may have added some, so no cache keeps them."""
    return languages.current().get(lang).words("stop")


@cache
def _endings(lang: str) -> tuple[str, ...]:
    return tuple(sorted(ENDINGS.get(lang, "").split(), key=lambda ending: (-len(ending), ending)))


def stem(word: str, lang: str) -> str:
    """*word* without accents (the ñ stays) and without its ending; "" for a word that says nothing."""
    folded = fold(word)
    return "" if folded in _stop_words(lang) else _cut(folded, lang)


@lru_cache(maxsize=1 << 16)
def _cut(folded: str, lang: str) -> str:
    for ending in _endings(lang):
        if folded.endswith(ending) and len(folded) - len(ending) >= 4:
            return folded[: -len(ending)]
    return folded
