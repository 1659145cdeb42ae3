"""Plain text: counting, cutting, folding."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.core.text import (
    _WORD,
    fold,
    fold_for_search,
    graphemes,
    one_line,
    plain,
    reading_minutes,
    shorten,
    slugify,
    strip_controls,
    tally,
    visible,
    words,
)
from tests.patience import little_work

FAMILY = "👩‍👧"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ñ", 1), ("n\u0303", 1), (FAMILY, 1), ("🇪🇸🇲🇽", 2), ("á\r\né", 3), ("", 0)],
)
def test_graphemes_are_what_a_reader_counts(text: str, expected: int):
    """A letter with its accent, a family and a flag are one character each."""
    assert expected == len(graphemes(text))


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Hola", 4, "Hola"),
        ("Hola, mundo cruel", 17, "Hola, mundo cruel"),
        ("Hola, mundo cruel", 16, "Hola, mundo…"),
        ("Hola, mundo cruel", 12, "Hola, mundo…"),
        ("Hola, mundo cruel", 11, "Hola…"),
        ("Hola, mundo cruel", 5, "Hola…"),
        ("Dijo: «No» y calló", 8, "Dijo…"),
        ("Fin. (Y sigue)", 8, "Fin. (Y…"),
        ("Fin. (Yo sigo)", 7, "Fin…"),
        ("Ya... pero no", 7, "Ya…"),
        ("¿Qué ¿quién es?", 8, "¿Qué…"),
        ("an\u0303o nuevo aquí", 4, "an\u0303o…"),
        (f"{FAMILY} {FAMILY} {FAMILY}", 4, f"{FAMILY} {FAMILY}…"),
        ("uno  dos   tres", 8, "uno…"),
        ("uno\n\ndos tres", 9, "uno\n\ndos…"),
    ],
)
def test_shorten_cuts_at_a_word(text: str, limit: int, expected: str):
    """The cut leaves whole words, no dangling punctuation, and room for the "…"."""
    assert expected == shorten(text, limit)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Otorrinolaringólogo", 10, "Otorrinol…"),
        ("Hola mundo", 4, "Hol…"),
        ("https://ejemplo.example/" + "a" * 1600, 30, "https://ejemplo.example/aaaaa…"),
        ("日本語の文章には空白がない", 6, "日本語の文…"),
        (FAMILY * 9, 4, FAMILY * 3 + "…"),
        ("Hola", 1, "…"),
        ("Hola", 0, ""),
        ("Hola", -1, ""),
        ("¿¡ hola", 3, "…"),
    ],
)
def test_shorten_never_gives_up(text: str, limit: int, expected: str):
    """An endless word, a writing without spaces and a tiny limit are cut between two characters."""
    assert expected == shorten(text, limit)


@given(st.text(max_size=300), st.integers(-2, 60))
def test_shorten_keeps_its_limit(text: str, limit: int):
    """Whatever the text, what comes out fits, and is the text or a beginning of it with "…"."""
    short = shorten(text, limit)
    assert len(graphemes(short)) <= max(0, limit) or short == text
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.text(max_size=300), st.integers(-2, 60))
def test_one_line_keeps_its_limit(text: str, limit: int):
    """One line stays one, within its limit, and made twice it is the same."""
    line = one_line(text, limit)
    assert len(line) <= max(0, limit)
    assert not set(line) & {"\n", "\t", "\x1b", "\x9b", "\u202e"}
    assert one_line(text, 10_000) == one_line(one_line(text, 10_000), 10_000)


def test_one_line_leaves_families_together():
    """The cut of a name never takes a sign apart."""
    assert one_line(FAMILY * 3, 7) == FAMILY * 2 + "…"


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("Muñoz", "munoz"),
        ("BARÇA", "barca"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("ﬁn", "fin"),
        ("Ἀθῆναι", "αθηναι"),
    ],
)
def test_fold_for_search_finds_what_people_type(written: str, sought: str):
    """Neither case nor any mark on a letter keeps a name from being found."""
    assert fold_for_search(written) == fold_for_search(sought)


@given(st.text(max_size=100))
def test_folded_twice_is_folded_once(text: str):
    """Both ways of folding bear any text."""
    assert fold_for_search(fold_for_search(text)) == fold_for_search(text)
    assert isinstance(fold(text), str)
    assert visible(visible(text)) == visible(text)
    assert isinstance(plain(text), str)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text("hola ñ\u0303👩‍👧,.¿(\n", max_size=40), st.integers(1, 40))
def test_shorten_always_fits(text: str, limit: int):
    """What comes back fits, and begins like the text."""
    try:
        found = shorten(text, limit)
    except ValueError:
        assert len(graphemes(text)) > limit
        return
    assert len(graphemes(found)) <= limit
    assert text.startswith(found.removesuffix("…")) or found == text


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Uno <em>d</em>os</p><p>tres</p>", "Uno dos tres"),
        ("<p>A&ntilde;o &lt;b&gt; &amp;amp; 5&nbsp;%</p>", "Año <b> &amp; 5\u00a0%"),
        ("uno<br>dos<hr>tres", "uno dos tres"),
        ('<p title="a > b">x</p><!-- no <b> -->y', "x y"),
        ("<style>p { color: red }</style><script>1 < 2</script>z", "z"),
        ("<ul>\n<li>uno</li>\n<li>dos</li>\n</ul>", "uno dos"),
        ('<a href="/x" rel="tag">#<span class="p-category">tag</span></a>.', "#tag."),
        ("1 < 2 y 3 > 2", "1 < 2 y 3 > 2"),
        ("<pre><code>a\n  b</code></pre>", "a b"),
        ("", ""),
    ],
)
def test_plain_is_what_is_read(markup: str, expected: str):
    """Tags and entities go, words in different blocks stay apart, words in one stay together."""
    assert expected == plain(markup)


@pytest.mark.parametrize("hostile", ["<", "<a ", '<a "', "<a '\"", "<!--", "<script>", "</", "&"])
def test_plain_takes_time_in_proportion(hostile: str):
    """HTML that never closes does not take for ever."""
    with little_work():
        plain(hostile * (100_000 // len(hostile)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hola, mundo.", 2),
        ("d’Artagnan pagó 3,5 euros al ex-ministro", 6),
        ("¿Qué? — ¡No! … 2026", 3),
        ("an\u0303o", 1),
        ("", 0),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, expected: int):
    """Punctuation is no word, an apostrophe or a hyphen makes no second one."""
    assert expected == words(tally(text))


@given(st.text())
def test_words_are_counted_between_spaces(text: str):
    """No word goes on beyond a space of any kind, so each stretch between two is counted once and remembered."""
    assert len(_WORD.findall(text)) == words(tally(text))


@given(st.text(st.sampled_from("aé ñ“—…́🇪👩‍\u00ad~"), max_size=40), st.integers(2, 30))
def test_text_is_cut_alike_however_its_characters_are_counted(text: str, limit: int):
    """The quicker way, for text where nothing combines, cuts where the careful one does."""
    try:
        cut = shorten(text, limit)
    except ValueError:
        return
    assert len(graphemes(cut)) <= limit or cut == text


@pytest.mark.parametrize(("count", "expected"), [(0, 1), (100, 1), (660, 3), (2200, 10)])
def test_reading_takes_a_minute_at_least(count: int, expected: int):
    """Whole minutes, rounded, and never none."""
    assert expected == reading_minutes(count)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El voto útil", "el-voto-util"),
        ("¿Año ñandú? ¡Sí!", "ano-nandu-si"),
        ("  ya -- está...  ", "ya-esta"),
        ("d’Artagnan's", "dartagnans"),
        ("Straße, œuvre, Łódź, İstanbul", "strasse-oeuvre-lodz-istanbul"),
        ("Cap. 3/4: 50 %", "cap-3-4-50"),
        ("日本語", ""),
    ],
)
def test_a_slug_is_ascii(text: str, expected: str):
    """An address has lower-case letters, digits and single hyphens."""
    assert expected == slugify(text)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_clean_slug_and_one_only(text: str):
    """Whatever the title, the slug is clean, and the slug of a slug is itself."""
    slug = slugify(text)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug)
    assert slug == slugify(slug)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("POLÍTICA", "politica"),
        ("AÑO", "año"),
        ("an\u0303o", "año"),
        ("Pingüino Ça va", "pinguino ca va"),
        ("Straße", "strasse"),
    ],
)
def test_folding_keeps_only_the_tilde_of_the_enye(text: str, expected: str):
    """Case and accents go; ñ is a letter."""
    assert expected == fold(text)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str):
    """What is folded stays as it is."""
    assert fold(text) == fold(fold(text))


def test_controls_are_stripped():
    """What XML refuses goes, tabs and lines stay."""
    assert "a\tb\nc\r\nñ👩‍👧" == strip_controls("\x00a\tb\x0b\n\x1bc\r\n\x9fñ\ufffe👩‍👧\ud800")
