"""What is worked out from an edit is what would be worked out from nothing."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.site import likeness
from tertulia.site.likeness import InMemory, Stem, change, relate

WORDS = "abcdefghijkl"
POSTS = st.dictionaries(st.sampled_from(WORDS), st.integers(1, 3), max_size=8)
EDITS = st.lists(st.dictionaries(st.integers(0, 40), POSTS | st.none(), min_size=1, max_size=4), max_size=6)


@pytest.fixture
def cramped(monkeypatch):
    """Words and posts that remember few, so that the bounds are met by small examples; and none is too many."""
    monkeypatch.setattr(likeness, "WORDS_PER_POST", 4)
    monkeypatch.setattr(likeness, "POSTS_PER_WORD", 3)
    monkeypatch.setattr(likeness, "MANY", 10)


def anew(posts: dict[int, dict[str, int]]) -> InMemory:
    rows = InMemory()
    rows.names = {number: f"{number * 7 % 10}-{number}" for number in posts}
    relate(rows, posts, 3)
    return rows


def told_of(words: dict[str, Stem]) -> dict[str, tuple[list[int], dict[int, int]]]:
    """What is known of each word that stands anywhere."""
    return {word: (sorted(known.holders), known.told) for word, known in words.items() if known.holders}


@pytest.mark.usefixtures("cramped")
@settings(max_examples=400, deadline=None)
@given(st.lists(POSTS, min_size=4, max_size=30), EDITS)
def test_edits_come_to_the_same_as_beginning_anew(posts, edits):
    """Texts changed, posts added and taken away, in any order: words, weights and relatives."""
    posts = dict(enumerate(posts))
    rows = anew(posts)
    for wanted in edits:
        edit = {number: counts for number, counts in wanted.items() if counts is not None or number in posts}
        before = {number: [other for _, other in post.found] for number, post in rows.posts.items()}
        new = edit.keys() - posts.keys()
        posts |= edit
        rows.names |= {number: f"{number * 7 % 10}-{number}" for number in new}
        told = change(rows, edit, new, 3)
        for number in [number for number, counts in posts.items() if counts is None]:
            del posts[number], rows.names[number]
        expected = anew(posts)
        if told is None:  # so few that their number alone makes all words tell more or less
            rows = copy.deepcopy(expected)
            continue
        assert expected.posts == rows.posts
        assert told_of(expected.words) == told_of(rows.words)
        after = {number: [other for _, other in post.found] for number, post in rows.posts.items()}
        assert {number for number in after if after[number] != before.get(number, [])} <= told


@pytest.mark.usefixtures("cramped")
@given(st.dictionaries(st.integers(0, 9), st.integers(1, 3)))
def test_a_word_remembers_those_it_says_most_of(told):
    """Of those that it says as much of, the first by name."""
    names = {number: f"{number * 7 % 10}" for number in told}
    most = sorted(told, key=lambda number: (-told[number], names[number]))[:3]
    assert {number: told[number] for number in most} == likeness._tellers(told, names)


def test_a_usual_word_that_grows_more_usual_leaves_alone_whom_it_does_not_describe(monkeypatch):
    """Half of a blog holds it, and each of these has words that tell more: none of them is described anew."""
    monkeypatch.setattr(likeness, "WORDS_PER_POST", 2)
    posts = {n: {f"a{n // 2}": 1, f"b{n // 2}": 2} | ({"common": 3} if n < 31 else {}) for n in range(60)}
    rows, described = anew(posts), []
    posts[40] = posts[40] | {"common": 1}
    monkeypatch.setattr(rows, "post", lambda number: described.append(number) or rows.posts[number])
    assert set() == change(rows, {40: posts[40]}, set(), 3)
    assert [40] == described
    assert anew(posts).posts == rows.posts


def test_who_is_alike_neither_before_nor_after_is_not_asked_for_relatives(monkeypatch):
    """A word that many share says little of each: of those that hold it, only who has more in common is looked at."""
    posts = {n: {f"a{n // 2}": 5, f"b{n // 2}": 5} | ({"shared": 1} if n < 20 else {}) for n in range(60)}
    rows, asked = anew(posts), []
    posts[0] = posts[0] | {"a0": 2}
    monkeypatch.setattr(rows, "relatives", lambda number: asked.append(number) or rows.posts[number].found)
    assert {0, 1} == change(rows, {0: posts[0]}, set(), 3)
    assert {0, 1} == set(asked)
    assert anew(posts).posts == rows.posts
