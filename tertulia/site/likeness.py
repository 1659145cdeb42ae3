"""How alike the posts of one language are, kept so that an edit costs a few words and not all posts.

Each word remembers the posts of which it says most, each post its most telling words: an edit changes some of these,
and only posts that share one of them can get other relatives. All is counted in whole numbers and in steps, so that it
does not matter in which order it was added up, nor whether it was worked out from what was known or from nothing.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from functools import lru_cache, partial
from typing import Protocol

import msgspec

# What describes a post: more words find more distant relatives, and take longer.
WORDS_PER_POST = 25
# Of all the posts that share a word, those of which it says most. This is what keeps the work linear.
POSTS_PER_WORD = 60
# What a vector of length 1 counts: weights are whole numbers.
LENGTH = 256
# Below this a coincidence. Among the sample posts two on one matter score 0.15 and more, two on nothing in common 0.05.
LEAST_LIKENESS = int(0.04 * LENGTH**2)
# From which part of all posts on it is quicker to begin anew.
MANY = 0.25
_pack, _unpack = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(dict[str, int]).decode


class Stem(msgspec.Struct):
    """A word, by posts as their numbers."""

    # In which it stands: of the most usual words nearly all, so this is bytes that an edit only adds to or takes from.
    holders: "array[int]" = msgspec.field(default_factory=partial(array, "I"))
    told: dict[int, int] = msgspec.field(default_factory=dict)  # those that it describes, and how much


class Described(msgspec.Struct, array_like=True):
    """A post."""

    counts: dict[str, int]  # how often each word stands in it
    words: dict[str, int] = msgspec.field(default_factory=dict)  # the most telling ones, and how much they tell
    least: float = 0.0  # how telling the last of them is; 0 where another word has room
    found: list[tuple[int, int]] = msgspec.field(default_factory=list)  # likeness and number of its relatives

    @property
    def bounds(self) -> tuple[int, float]:
        """How often its most frequent word stands in it, and how telling a word must be to describe it."""
        return max(self.counts.values(), default=1), self.least


class Rows(Protocol):
    """Where words and posts are kept; what is got from here and changed must be set again."""

    names: dict[int, str]  # the posts by number; the name decides between equals

    def held(self, word: str) -> int:
        """Return in how many posts a word stands."""

    def word(self, word: str) -> Stem:
        """Return what is known of a word; of a new one nothing."""

    def set_word(self, word: str, known: Stem) -> None:
        """Keep it; nothing needs to be kept of one that stands nowhere."""

    def post(self, number: int) -> Described:
        """Return a post that is known."""

    def bounds(self, number: int) -> tuple[int, float]:
        """Return those of a post that is known."""

    def relatives(self, number: int) -> list[tuple[int, int]]:
        """Return those of a post that is known."""

    def set_post(self, number: int, post: Described | None) -> None:
        """Keep a post; None forgets it."""

    def set_relatives(self, number: int, found: list[tuple[int, int]]) -> None:
        """Keep the relatives of a post of which nothing else is another."""


class InMemory:
    """Rows that nobody keeps."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.words: dict[str, Stem] = defaultdict(Stem)
        self.posts: dict[int, Described] = {}

    def held(self, word: str) -> int:
        return len(self.words[word].holders) if word in self.words else 0

    def word(self, word: str) -> Stem:
        return self.words[word]

    def set_word(self, word: str, known: Stem) -> None:
        self.words[word] = known

    def post(self, number: int) -> Described:
        return self.posts[number]

    def bounds(self, number: int) -> tuple[int, float]:
        return self.posts[number].bounds

    def relatives(self, number: int) -> list[tuple[int, int]]:
        return self.posts[number].found

    def set_post(self, number: int, post: Described | None) -> None:
        if post is None:
            self.posts.pop(number, None)
        else:
            self.posts[number] = post

    def set_relatives(self, number: int, found: list[tuple[int, int]]) -> None:
        self.posts[number].found = found


def relate(rows: Rows, counts: Mapping[int, Mapping[str, int]], most: int) -> None:
    """
    Work out the relatives of all posts from nothing.

    Args:
        rows: Empty but for the names.
        counts: How often each word stands in each post; each is asked for once.
        most: How many relatives a post may have.
    """
    packed: dict[int, bytes] = {}  # of a large blog the words themselves would be most of what a build holds
    holders: dict[str, array[int]] = defaultdict(partial(array, "I"))
    for number, held in counts.items():
        packed[number] = _pack(held)
        for word in held:
            holders[word].append(number)
    rarity = {word: _rarity(len(numbers), len(packed)) for word, numbers in holders.items()}
    told: dict[str, dict[int, int]] = defaultdict(dict)
    described: dict[int, tuple[dict[str, int], float]] = {}
    same = {word: word for word in holders}  # one string for all posts
    for number in packed:
        words, least = _described(_unpack(packed[number]), rarity.__getitem__)
        described[number] = {same[word]: weight for word, weight in words.items()}, least
        for word, weight in described[number][0].items():
            told[word][number] = weight
    tellers = {word: _tellers(known, rows.names) for word, known in told.items()}
    for number, (words, least) in described.items():
        found = _nearest(number, words, tellers, rows.names, most)
        rows.set_post(number, Described(_unpack(packed.pop(number)), words, least, found))
    for word, numbers in holders.items():
        rows.set_word(word, Stem(numbers, told.get(word, {})))


def change(rows: Rows, changed: Mapping[int, Mapping[str, int] | None], new: Set[int], most: int) -> set[int] | None:
    """
    Let the posts *changed* hold other words, be *new* or be gone: as if all had been worked out from nothing.

    Args:
        rows: What is known of all posts, but for those that are new; its names are of all, also of those that go.
        changed: By number how often each word stands in it now; None of one that is gone.

    Returns:
        Those whose relatives, or how alike these are, are others now; None where it is quicker to begin anew, and what
        *rows* gave is no more to be trusted.
    """
    return _Change(rows, changed, new, most).apply()


class _Change:
    def __init__(self, rows: Rows, changed: Mapping[int, Mapping[str, int] | None], new: Set[int], most: int) -> None:
        self.rows, self.changed, self.new, self.most = rows, changed, new, most
        self.gone = {number for number, counts in changed.items() if counts is None}
        self.before = len(rows.names) - len(new)
        self.total = len(rows.names) - len(self.gone)
        self._words: dict[str, Stem] = {}
        self._posts: dict[int, Described] = {}
        self._found: dict[int, list[tuple[int, int]]] = {}
        self._held: dict[str, int] = {}
        self._tellers: dict[str, dict[int, int]] = {}
        self._new_words: set[str] = set()

    def apply(self) -> set[int] | None:
        if not self.before or _step(self.total) != _step(self.before):
            return None
        around = self._around(self._hold())
        if len(around) + len(self.changed) > max(8, MANY * self.total):
            return None
        differ = self._describe((*self.changed, *around))
        moved = self._tell(differ)
        anew = (set().union(*differ.values()) | self.new) - self.gone
        others = self._relate(anew, moved)
        whole = (self.changed.keys() | anew) - self.gone
        for number in whole:
            post = self._post(number)
            post.found = self._relatives(number)
            self.rows.set_post(number, post)
        for number in others - whole:
            self.rows.set_relatives(number, self._found[number])
        for number in self.gone:
            self.rows.set_post(number, None)
        for word in self._new_words:
            self.rows.set_word(word, self._words[word])
        return others

    def _hold(self) -> dict[str, float]:
        """Note which words stand where now; those whose rarity is another, and the greater of what it was and is."""
        before: dict[str, int] = {}
        for number, counts in self.changed.items():
            post = self._post(number)
            for word in post.counts.keys() ^ (counts or {}).keys():
                known = self._word(word)
                before.setdefault(word, len(known.holders))
                (known.holders.remove if word in post.counts else known.holders.append)(number)
                self._held[word] = len(known.holders)
            post.counts = dict(counts or {})
        self._new_words |= before.keys()
        return {
            word: max(_rarity(held, self.total), _rarity(self._held[word], self.total))
            for word, held in before.items()
            if _step(held) != _step(self._held[word])
        }

    def _around(self, rarities: Mapping[str, float]) -> set[int]:
        """
        Return the posts that are what they were, and that words of other *rarities* described, or do so now.

        Most of those that hold such a word have others that tell more than it ever did.
        """
        around: set[int] = set()
        bounds: dict[int, tuple[int, float]] = {}
        for word, rarity in rarities.items():
            for number in set(self._word(word).holders) - self.changed.keys() - around:
                most, least = bounds.get(number) or bounds.setdefault(number, self.rows.bounds(number))
                if rarity * _loudness(most) < least:  # however often it is said there
                    continue
                if rarity * _loudness(self._post(number).counts[word]) >= least:
                    around.add(number)
        return around

    def _describe(self, numbers: Iterable[int]) -> dict[str, set[int]]:
        """Describe the posts *numbers* anew; word → those of which it says otherwise than before."""
        differ: dict[str, set[int]] = defaultdict(set)
        for number in numbers:
            post = self._post(number)
            before = post.words
            post.words, post.least = _described(post.counts, self._rarity)
            for word in before.keys() | post.words.keys():
                if before.get(word) != post.words.get(word):
                    differ[word].add(number)
        return differ

    def _tell(self, differ: Mapping[str, Iterable[int]]) -> dict[int, dict[str, int]]:
        """Let words tell of posts as they do now; post → the words that remember it otherwise, and how before."""
        moved: dict[int, dict[str, int]] = defaultdict(dict)
        for word, numbers in differ.items():
            known = self._word(word)
            before = _tellers(known.told, self.rows.names)
            weights = {number: self._post(number).words.get(word, 0) for number in numbers}
            for number, weight in weights.items():
                known.told.pop(number, None)
                if weight:
                    known.told[number] = weight
            is_full = len(before) == POSTS_PER_WORD and before.keys().isdisjoint(weights)
            if is_full and max(weights.values()) < min(before.values()):  # none of them came or comes into question
                self._tellers[word] = before
                continue
            after = self._tellers[word] = _tellers(known.told, self.rows.names)
            for number in before.keys() | after.keys():
                if before.get(number) != after.get(number):
                    moved[number][word] = before.get(number, 0)
        self._new_words |= differ.keys()
        return moved

    def _relate(self, anew: set[int], moved: Mapping[int, Mapping[str, int]]) -> set[int]:
        """
        Find the relatives of those *anew*, and what becomes of those of others now that words remember some otherwise.
        """
        before = {number: self._relatives(number) for number in anew}
        unknown = set(anew)
        for number, words in moved.items():
            now = self._likeness_to(number)
            for other, was in self._likeness_before(number, words, now).items():
                likeness = now.get(other, 0)
                if was == likeness or max(was, likeness) < LEAST_LIKENESS or other == number or other in unknown:
                    continue
                known = self._relatives(other)
                found = self._with(known, number, likeness)
                if found == known:
                    continue
                before.setdefault(other, known)
                if found is None:
                    unknown.add(other)
                else:
                    self._found[other] = found
        for number in unknown:
            post = self._post(number)
            tellers = {word: self._remembered(word) for word in post.words}
            self._found[number] = _nearest(number, post.words, tellers, self.rows.names, self.most)
        return {number for number, found in before.items() if found != self._found[number]}

    def _with(self, found: list[tuple[int, int]], other: int, likeness: int) -> list[tuple[int, int]] | None:
        """Return the relatives *found* when *other* is so alike; None where one who was none of them may be now."""
        was = next((known for known, number in found if number == other), 0)
        if likeness < was and len(found) >= self.most:
            return None
        others = [one for one in found if one[1] != other]
        if likeness >= LEAST_LIKENESS:
            others.append((likeness, other))
        return _closest(others, self.rows.names, self.most)

    def _likeness_to(self, number: int) -> dict[int, int]:
        """How much each post is like the post *number*, seen from there; of one that is gone, nothing."""
        alike: dict[int, int] = defaultdict(int)
        for word in self._post(number).words:
            weight = self._remembered(word).get(number, 0)
            for other, told in self._word(word).told.items() if weight else ():
                alike[other] += told * weight
        return alike

    def _likeness_before(self, number: int, words: Mapping[str, int], now: dict[int, int]) -> dict[int, int]:
        """Return the same when these *words* remembered that post so, and all the others as *now*."""
        alike = now.copy()
        for word, weight in words.items():
            more = weight - self._remembered(word).get(number, 0)
            for other, told in self._word(word).told.items():
                alike[other] += told * more
        return alike

    def _remembered(self, word: str) -> dict[int, int]:
        if (found := self._tellers.get(word)) is None:
            found = self._tellers[word] = _tellers(self._word(word).told, self.rows.names)
        return found

    def _rarity(self, word: str) -> float:
        if (held := self._held.get(word)) is None:
            held = self._held[word] = self.rows.held(word)
        return _rarity(held, self.total)

    def _word(self, word: str) -> Stem:
        if (found := self._words.get(word)) is None:
            found = self._words[word] = self.rows.word(word)
        return found

    def _post(self, number: int) -> Described:
        if (found := self._posts.get(number)) is None:
            found = self._posts[number] = Described({}) if number in self.new else self.rows.post(number)
        return found

    def _relatives(self, number: int) -> list[tuple[int, int]]:
        if (found := self._found.get(number)) is None:
            found = self._found[number] = [] if number in self.new else self.rows.relatives(number)
        return found


def _step(count: int) -> int:
    """*count* in steps, of which there are two from one power of two to the next; a word needs two posts to tell."""
    rest = max(0, count.bit_length() - 2)
    return count >> rest << rest if count > 1 else 0


@lru_cache(maxsize=1 << 12)
def _rarity(held: int, total: int) -> float:
    """How much a word tells that stands in *held* of *total* posts."""
    return math.log(_step(total) / _step(held)) if held > 1 else 0.0


@lru_cache(maxsize=1 << 10)
def _loudness(times: int) -> float:
    """How much a word tells that is said so many *times*: one said ten times is not ten times as telling."""
    return 1 + math.log(times)


def _described(counts: Mapping[str, int], rarity: Callable[[str], float]) -> tuple[dict[str, int], float]:
    """Of a post its most telling words, their weights a vector of length ``LENGTH``; and how telling the last is."""
    # Negative: the most telling sort first.
    telling = [(-rare * _loudness(times), word) for word, times in counts.items() if (rare := rarity(word))]
    telling.sort()
    del telling[WORDS_PER_POST:]
    least = -telling[-1][0] if len(telling) == WORDS_PER_POST else 0.0
    length = math.sqrt(sum(weight * weight for weight, _ in telling)) or 1.0
    weighed = ((word, round(-weight / length * LENGTH)) for weight, word in telling)
    return {word: weight for word, weight in weighed if weight}, least


def _tellers(told: dict[int, int], names: Mapping[int, str]) -> dict[int, int]:
    """Return the posts that a word remembers: those it says most of, at most ``POSTS_PER_WORD``."""
    if len(told) <= POSTS_PER_WORD:
        return dict(told)
    least = sorted(told.values(), reverse=True)[POSTS_PER_WORD - 1]
    kept = {number: weight for number, weight in told.items() if weight > least}
    last = sorted((number for number, weight in told.items() if weight == least), key=names.__getitem__)
    return kept | dict.fromkeys(last[: POSTS_PER_WORD - len(kept)], least)


def _nearest(
    number: int, words: Mapping[str, int], tellers: Mapping[str, Mapping[int, int]], names: Mapping[int, str], most: int
) -> list[tuple[int, int]]:
    alike: dict[int, int] = defaultdict(int)
    for word, weight in words.items():
        for other, told in tellers[word].items():
            alike[other] += weight * told
    alike.pop(number, None)
    return _closest([(one, other) for other, one in alike.items() if one >= LEAST_LIKENESS], names, most)


def _closest(found: list[tuple[int, int]], names: Mapping[int, str], most: int) -> list[tuple[int, int]]:
    return sorted(found, key=lambda one: (-one[0], names[one[1]]))[:most]
