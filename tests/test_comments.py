"""Readers' Markdown, the form, the threads, the letters and the words that the filter learns."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.content.snapshot import Comment
from tertulia.conversation import bayes, form
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.thread import CommentNode, nest
from tertulia.core import sanitise
from tests.patience import little_work

EXAMPLES = sorted((Path(__file__).parent / "examples" / "comments").glob("*.md"))
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_markup(path):
    """Each .md gives the .html beside it."""
    assert path.with_suffix(".html").read_text("utf-8").rstrip("\n") == to_html(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "> " * 10_000 + "x",
        "[" * 20_000,
        "![[" * 6_000,
        "*" * 20_000,
        "- " * 10_000 + "x",
        "<" * 20_000,
        "(http://" * 2_000,
    ],
)
def test_no_text_takes_long(text):
    """Ten thousand nested quotes, twenty thousand brackets."""
    with little_work():
        to_html(text)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_what_comes_out_holds_only_what_a_comment_may_hold(text):
    """Whatever goes in, cleaning it once more changes nothing."""
    from tertulia.core.sanitise import clean

    made = to_html(text)
    assert clean(made).strip() == made


# Threads -------------------------------------------------------------------------------------------------------------


def said(key: str, parent: str = "") -> Comment:
    return Comment(id=key, parent=parent, date=NOW, author=key, html="")


def drawn(turns: list[CommentNode]) -> str:
    return " ".join(turn.said.id + (f"({drawn(turn.replies)})" if turn.replies else "") for turn in turns)


@pytest.mark.parametrize(
    ("depth", "expected"),
    [(1, "a b c d e f"), (2, "a(b c d e) f"), (3, "a(b(c d) e) f"), (4, "a(b(c(d)) e) f"), (9, "a(b(c(d)) e) f")],
)
def test_deep_threads_are_flat_beyond_the_setting(depth, expected):
    """What lies deeper stands on the last level, in the order in which it was said."""
    comments = [said("a"), said("b", "a"), said("c", "b"), said("d", "c"), said("e", "a"), said("f")]
    assert expected == drawn(nest(comments, depth=depth))


def test_a_flattened_answer_says_whom_it_answers():
    """Its place does not say it any more."""
    turns = nest([said("a"), said("b", "a"), said("c", "b")], depth=2)
    below = turns[0].replies
    assert [None, "b"] == [turn.answers.id if turn.answers else None for turn in below]


def test_circles_and_the_unknown_stand_at_the_top():
    """Nothing is lost, whatever the parents say."""
    assert "a b c" == drawn(nest([said("a", "b"), said("b", "a"), said("c", "nobody")]))


def test_an_answer_may_come_before_what_it_answers():
    """Clocks differ between networks."""
    assert "a(b)" == drawn(nest([said("b", "a"), said("a")]))


@given(st.integers(1, 40), st.integers(1, 6), st.integers())
@settings(max_examples=100, deadline=None)
def test_every_comment_is_drawn_once_and_no_deeper_than_asked(number, depth, seed):
    """For any tree."""
    draw = random.Random(seed)
    comments = [said(str(n), str(draw.randrange(number)) if draw.random() < 0.8 else "") for n in range(number)]

    def walk(turns, level):
        assert not turns or level <= depth
        for turn in turns:
            yield turn.said.id
            yield from walk(turn.replies, level + 1)

    assert sorted(one.id for one in comments) == sorted(walk(nest(comments, depth=depth), 1))


def test_two_thousand_answers_in_a_row_are_threaded_soon():
    """Each to the one before."""
    comments = [said(str(n), str(n - 1)) for n in range(2_000)]
    with little_work():
        nest(comments)


# The form ------------------------------------------------------------------------------------------------------------


def test_a_form_is_read_in_one_way():
    """One kind of line end, one line for a name, a scheme for a site."""
    draft = form.read({"text": "a\r\nb\x00", "name": "  Ana\n Ruiz ", "site": "ana.example", "post": "p", "lang": "es"})
    assert ("a\nb", "Ana Ruiz", "https://ana.example") == (draft.text, draft.name, draft.site)


@given(
    st.dictionaries(st.sampled_from(["post", "lang", "text", "name", "email", "site", "parent", "phone"]), st.text())
)
@settings(max_examples=200, deadline=None)
def test_no_form_is_an_exception(fields):
    """A stranger's bad input is a list of mistakes."""
    draft = form.read(fields)
    assert isinstance(form.mistakes(draft), list)


@pytest.mark.parametrize(
    "site", ["https://[::1", "https://x:99999/", "https://a b.example", 'https://x.example/"onx', "https://x"]
)
def test_odd_sites_are_mistakes(site):
    """Addresses that a link must not hold."""
    draft = form.read({"post": "p", "lang": "es", "text": "hola", "name": "Ana", "site": site})
    assert ["comment_bad_site"] == [one.key for one in form.mistakes(draft)]


# The filter ----------------------------------------------------------------------------------------------------------


def test_nothing_counts_as_learnt_until_there_is_enough():
    """Ten of each kind."""
    nothing = bayes.opinion(["vecinal"], {})
    assert nothing == bayes.opinion(["vecinal"], {"": (9, 50), "vecinal": (9, 0)})
    learnt = bayes.opinion(["vecinal"], {"": (10, 50), "vecinal": (9, 0)})
    assert (False, True, True) == (nothing.is_learnt, learnt.is_learnt, learnt.spam > nothing.spam)


def test_the_filter_shows_the_words_it_went_by():
    """Those that speak for what it found."""
    counts = {"": (20, 20), "casino": (15, 0), "bonus": (9, 1), "vecina": (0, 2)}
    found = bayes.opinion(["casino", "bonus", "vecina", "nueva"], counts)
    assert ("casino", "bonus") == found.words


def test_a_rare_word_says_little():
    """Seen once, it is no hint; twice, a small one."""
    never, once, twice, often = (
        bayes.opinion(["raro"], {"": (20, 20), "raro": (times, 0)}).spam for times in (0, 1, 2, 15)
    )
    assert never == once < twice < often


def test_words_are_learnt_and_unlearnt(tmp_path):
    """A changed mind leaves no trace."""
    from tertulia.store import open_store

    store = open_store("sqlite:///t.db", tmp_path)
    store.words.learn(["uno"], spam=True, undo=True)  # learnt by another store, if at all
    assert {} == store.words.counts(["uno"])
    store.words.learn(["uno", "dos"], spam=True)
    store.words.learn(["dos"], spam=False)
    assert {"": (1, 1), "uno": (1, 0), "dos": (1, 1)} == store.words.counts(["uno", "dos", "tres"])
    store.words.learn(["tres", "tres"], spam=True)
    store.words.learn(["uno", "dos", "nunca"], spam=True, undo=True)
    left = {"": (1, 1), "dos": (0, 1), "tres": (1, 0)}
    assert left == store.words.counts(["uno", "dos", "tres", "nunca"])
    store.words.learn(["dos"], spam=False, undo=True)
    store.words.learn(["tres"], spam=True, undo=True)
    assert {"": (0, 0)} == store.words.counts(left)
    many = [f"palabra{number}" for number in range(1_100)]
    store.words.learn(many, spam=False)
    assert {"": (0, 1)} | dict.fromkeys(many, (0, 1)) == store.words.counts(many)
    assert {"": (0, 1), "palabra7": (0, 1)} == store.words.counts(["palabra7"])
    store.close()


def test_a_thing_is_used_once(tmp_path):
    """And forgotten when nobody would take it anyway."""
    from tertulia.store import open_store

    store = open_store("sqlite:///t.db", tmp_path)
    until = NOW + timedelta(hours=1)
    assert [True, False] == [store.once.use("x", until, NOW), store.once.use("x", until, NOW)]
    assert [True, False] == [store.once.was_used(name) for name in ("x", "y")]
    assert not store.once.use("x", until, until), "to the last moment"
    assert store.once.use("y", until + timedelta(days=1), NOW + timedelta(hours=2))
    assert [False, True] == [store.once.was_used(name) for name in ("x", "y")]
    assert store.once.use("x", until, NOW + timedelta(hours=2))
    store.once.release("x")
    assert [False, True] == [store.once.was_used(name) for name in ("x", "y")]
    store.close()


@pytest.mark.parametrize("mark", ["[*", "\\[*", "[", "[a", "\\\\["])
def test_too_many_brackets_are_brackets(mark):
    """They link nothing and cost little; a reader sees what was written, and the links before them."""
    written = f"[una](https://ejemplo.example/) {mark * 3_000} ]"
    shown = to_html(written)
    assert 3_000 <= shown.count("[")
    assert '<a href="https://ejemplo.example/"' in shown
    assert sanitise.plain(shown).count("\\") == 3_000 * (mark.count("\\") // 2)
