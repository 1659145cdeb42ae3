"""Signed words: good for what they were signed for, for whom and so long; a key that can be guessed is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from tertulia.core import settings
from tertulia.core.errors import SettingError
from tertulia.core.secret import Secret
from tertulia.core.tokens import RowToken, Signer, keyed, secret_of

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
OURS = Signer(Secret("a long and random text"))
THEIRS = Signer(Secret("another long and random text"))


@pytest.mark.parametrize(
    ("purpose", "later", "signer", "is_good"),
    [
        ("moderate", timedelta(0), OURS, True),
        ("moderate", WEEK, OURS, True),
        ("moderate", WEEK + timedelta(seconds=1), OURS, False),
        ("leave", timedelta(0), OURS, False),
        ("moderate", timedelta(0), THEIRS, False),
    ],
)
def test_a_word_is_good_for_its_purpose_its_time_and_its_signer(purpose, later, signer, is_good):
    """And tells when it was signed."""
    word = OURS.sign("moderate", {"n": 7}, NOW)
    assert (({"n": 7}, NOW) if is_good else None) == signer.read(purpose, word, WEEK, NOW + later)


@pytest.mark.parametrize("word", ["", "x", "a.b.c", "ñ", OURS.sign("moderate", 7, NOW) + "x"])
def test_what_we_did_not_sign_says_nothing(word):
    """Whatever it is made of."""
    assert None is OURS.read("moderate", word, WEEK, NOW)


def test_a_link_acts_for_whom_it_was_signed_alone():
    """Stores give numbers again; a link of before marks were written is about nobody."""
    row = OURS.read_row("letter", OURS.sign_row("letter", "leave", 7, "ana@a.example", NOW), WEEK, NOW)
    assert (RowToken("leave", 7, OURS.mark("ana@a.example")), True) == (row, OURS.is_about(row, "ana@a.example"))
    assert not OURS.is_about(row, "luis@l.example")
    old = OURS.read_row("letter", OURS.sign("letter", ["leave", 7], NOW), WEEK, NOW)
    assert RowToken("leave", 7, "") == old and not OURS.is_about(old, "ana@a.example")


@pytest.mark.parametrize("data", [7, ["leave"], ["leave", "7"], [7, 7, "m"], ["leave", 7, 8], ["leave", 7, "m", "x"]])
def test_another_word_of_ours_is_no_link(data):
    """Signed for the purpose, but saying something else."""
    assert None is OURS.read_row("letter", OURS.sign("letter", data, NOW), WEEK, NOW)


def test_names_by_a_key_are_the_keys_own():
    """The same for the same, another by another key, purpose or text."""
    assert 1 == len({OURS.mark("a"), Signer(Secret("a long and random text")).mark("a")})
    assert 3 == len({OURS.mark("a"), OURS.mark("b"), THEIRS.mark("a")})
    assert 4 == len({OURS.sign_bytes(*one) for one in (("a", b"x"), ("b", b"x"), ("a", b"y"))} | {keyed(b"k", "x")})


@pytest.mark.parametrize(
    ("key", "is_good"),
    [("x" * 15, False), ("abcdefgh" * 2, True), ("abcdefg" * 3, False), ("x" * 40, False), ("a1b2c3d4e5f6g7h", False)],
)
def test_a_key_that_could_be_guessed_is_refused(tmp_path, key, is_good):
    """Too short, or too much of the same."""
    given = settings.load(tmp_path, {"SECRET_KEY": key})
    if is_good:
        assert key == secret_of(given, tmp_path).reveal()
    else:
        with pytest.raises(SettingError, match="SECRET_KEY"):
            secret_of(given, tmp_path)
