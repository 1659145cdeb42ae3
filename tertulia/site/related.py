"""By which words posts are compared: those that talk about the same things are related.

Each post is described by the few words that set it apart from the others (TF-IDF: often here, seldom elsewhere), and
posts that share such words are close (``tertulia/site/likeness.py``). Nothing is learnt and nothing is installed for
it: 1,000 posts take well under a second, and ten times as many take ten times as long, because each word remembers a
bounded number of posts. After an edit only its own words are looked at (``tertulia/site/related_kept.py``).

Words are compared without accents or endings: "reclamación", "reclamaciones" and "Reclamar" count as one.

Settings:
    RELATED_POSTS   how many at most, always in the post's own language; 0 for none. Default 3.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from msgspec import Struct

from tertulia.core import languages, lazy_re
from tertulia.core.text import Remembered, fold, tally
from tertulia.site import likeness

# A word in the title counts as if it were said so many times more; so does a tag.
TITLE_WEIGHT = 3
TAG_WEIGHT = 4

_TAG = lazy_re.compile(r"<[^>]*>|&[a-z0-9#]+;")
_WORD = lazy_re.compile(r"[^\W\d_]{4,}")

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


class Text(Struct, frozen=True):
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
    for text in texts:
        by_language[text.lang].append(text)
    found: dict[str, list[str]] = {}
    for posts in by_language.values():
        rows = likeness.InMemory()
        rows.names = {at: post.key for at, post in enumerate(posts)}
        likeness.relate(rows, {at: counted(post) for at, post in enumerate(posts)}, count)
        found |= {rows.names[at]: [rows.names[other] for _, other in post.found] for at, post in rows.posts.items()}
    return found


def counted(post: Text) -> Counter[str]:
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
