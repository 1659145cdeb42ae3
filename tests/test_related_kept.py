"""Related posts are the same whether they were kept or worked out from nothing, whatever becomes of the file."""

import sqlite3
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.core import parallel
from tertulia.site import related_kept
from tertulia.site.related_kept import ToRelate, related
from tertulia.site.state import BuildState

WORDS = "abcdefghijkl"
POSTS = st.tuples(st.sampled_from(["es", "en"]), st.dictionaries(st.sampled_from(WORDS), st.integers(1, 3), max_size=8))
NAMES = st.text("abc", min_size=1, max_size=3)


def to_relate(posts: dict[str, tuple[str, dict[str, int]]]) -> dict[str, ToRelate]:
    return {
        name: ToRelate(lang, repr(sorted(counts.items())).encode(), partial(dict, counts))
        for name, (lang, counts) in posts.items()
    }


@pytest.fixture
def many():
    """Twenty posts on five matters."""
    return {f"{n}": ("es", {"abcde"[n % 5]: 2, "fghij"[n % 5]: 1, WORDS[n % 12]: 1}) for n in range(20)}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(NAMES, POSTS, min_size=8, max_size=20),
    st.lists(st.dictionaries(NAMES, POSTS | st.none(), max_size=3), max_size=5),
)
def test_what_was_kept_gives_what_beginning_anew_gives(tmp_path_factory, posts, edits):
    """Posts that change, come, go, and are in another language from one build to the next."""
    path, stamp = tmp_path_factory.mktemp("kept") / "related", None
    for edit in ({}, *edits):
        posts = {name: post for name, post in {**posts, **edit}.items() if post}
        found, stamp = related(path, stamp, to_relate(posts), 3)
        assert related(None, None, to_relate(posts), 3)[0] == found


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(NAMES, POSTS, min_size=4, max_size=20),
    st.lists(st.dictionaries(NAMES, POSTS | st.none(), max_size=3), max_size=5),
)
def test_an_edit_gives_what_beginning_anew_gives(tmp_path_factory, posts, edits):
    """In a small blog, where it makes words rarer in most posts; and so do an edit and a build after it."""
    path = tmp_path_factory.mktemp("kept") / "related"
    found, stamp = related(path, None, to_relate(posts), 3)
    for edit in edits:
        gone = {name: posts[name][0] for name in posts.keys() & edit.keys()}  # maybe in another language now
        posts = {name: post for name, post in {**posts, **edit}.items() if post}
        came = to_relate({name: posts[name] for name in posts.keys() & edit.keys()})
        others, stamp = related_kept.change(path, stamp, came, gone, 3)
        found = {name: others.get(name, found.get(name)) for name in posts}
        assert related(None, None, to_relate(posts), 3)[0] == found
    assert found == related(path, stamp, to_relate(posts), 3)[0]


def test_all_of_many_are_worked_out_anew_by_a_build(tmp_path, many, monkeypatch):
    """Not by an edit that makes words rarer in most of them."""
    monkeypatch.setattr(related_kept, "MOST_ANEW", 19)
    _, stamp = related(tmp_path / "r", None, to_relate(many), 3)
    new = to_relate({name: ("es", dict.fromkeys(WORDS, 1)) for name in "xyzuvw"})
    with pytest.raises(LookupError):
        related_kept.change(tmp_path / "r", stamp, new, {}, 3)


def test_an_edit_counts_the_words_of_that_post_alone(tmp_path, many):
    """Nothing is worked out from nothing, and no other post's words are asked for."""
    _, stamp = related(tmp_path / "r", None, to_relate(many), 3)
    asked = []
    many["7"] = ("es", {"a": 3, "z": 1})
    posts = {
        name: post._replace(counts=lambda name=name, post=post: asked.append(name) or post.counts())
        for name, post in to_relate(many).items()
    }
    found, _ = related(tmp_path / "r", stamp, posts, 3)
    assert (["7"], related(None, None, to_relate(many), 3)[0]) == (asked, found)


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(bytes(9000)),
    lambda path: path.unlink(),
    lambda path: sqlite3.connect(path, isolation_level=None).execute("delete from posts where number = 3"),
])  # fmt: skip
def test_a_file_that_is_not_what_was_left_is_none(tmp_path, many, damage):
    """Cut short, empty, of zeros, gone, or changed by a build that never said that it was done."""
    path = tmp_path / "r"
    expected, stamp = related(path, None, to_relate(many), 3)
    damage(path)
    found, stamp = related(path, stamp, to_relate(many), 3)
    assert (expected, related_kept.stamp_of(path)) == (found, stamp)


def test_while_another_build_has_the_file_nothing_is_kept(tmp_path, many):
    """It is worked out all the same."""
    path = tmp_path / "r"
    expected, stamp = related(path, None, to_relate(many), 3)
    with related_kept._opened(path):
        assert (expected, None) == related(path, stamp, to_relate(many), 3)


@pytest.mark.parametrize(
    ("count", "now", "forks", "asides"),
    [
        (20, True, True, 0),
        (20, False, True, 0),
        (parallel.WORTH_FORKING, True, True, 0),
        (parallel.WORTH_FORKING, False, True, 1),
        (parallel.WORTH_FORKING, False, False, 0),
    ],
)
def test_relatives_are_given_when_they_are_asked_for(tmp_path, monkeypatch, count, now, forks, asides):
    """Many are worked on aside where that is a process; what was found is kept for the next build."""
    begun, begin = [], parallel.Aside
    monkeypatch.setattr(parallel, "Aside", lambda work: begun.append(work) or begin(work))
    monkeypatch.setattr(parallel, "CAN_FORK", forks and parallel.CAN_FORK)
    posts = [
        SimpleNamespace(
            id=f"{n}", lang="es", title=f"De {'abcde'[n % 5] * 5}", tags=(), shown_path=f"{n}.md", related=(),
            stems={"fghij"[n % 5] * 4: 3, WORDS[n % 12] * 4: 1},
        )
        for n in range(count)
    ]  # fmt: skip
    state = BuildState(tmp_path)
    finish = related_kept.relate(posts, 3, state, now=now)
    assert {()} == {one.related for one in posts}
    finish()
    assert asides * parallel.CAN_FORK == len(begun)
    compared = {f"{one.id} es": related_kept.as_compared(f"{one.id} es", one, state) for one in posts}
    expected, _ = related(None, None, compared, 3)
    assert expected == {f"{one.id} es": [f"{other.id} es" for other in one.related] for one in posts}
    assert any(expected.values())
    assert related_kept.stamp_of(tmp_path / related_kept.KEPT) == state.value(related_kept.NOTE)


def test_nobody_is_related_where_none_are_wanted(tmp_path):
    """Nothing is worked out, nor kept."""
    related_kept.relate([], 0, BuildState(tmp_path), now=False)()
    assert [] == list(tmp_path.iterdir())
