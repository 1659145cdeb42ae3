"""Strangers' HTML: what stays, what goes, and what can never come through."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tertulia.core.sanitise import clean, one_line, parse_html, plain
from tests.patience import little_work


@pytest.mark.parametrize(
    ("dirty", "safe"),
    [
        ("<p>Hola <b>y</b> <em>adiós</em></p>", "<p>Hola <b>y</b> <em>adiós</em></p>"),
        ("<script>alert(1)</script>Hola", "Hola"),
        ("<style>p{}</style>Hola", "Hola"),
        ("<p onclick=x style=y class=z id=w>Hola", "<p>Hola</p>"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<iframe src=//evil></iframe><object data=x></object>", ""),
        ("<svg><script>alert(1)</script></svg>", ""),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="nofollow ugc noopener">x</a>'),
        ('<a href="JaVaScRiPt:alert(1)">x</a>', '<a rel="nofollow ugc noopener">x</a>'),
        ('<a href="&#106;avascript:alert(1)">x</a>', '<a rel="nofollow ugc noopener">x</a>'),
        ('<a href="data:text/html,x">x</a>', '<a rel="nofollow ugc noopener">x</a>'),
        ('<a href="/aquí">x</a>', '<a rel="nofollow ugc noopener">x</a>'),
        ('<a href="//evil.example">x</a>', '<a rel="nofollow ugc noopener">x</a>'),
        (
            '<a href="https://a.example/?b=1&c=2" target="_blank" onmouseover="x">x</a>',
            '<a href="https://a.example/?b=1&amp;c=2" rel="nofollow ugc noopener">x</a>',
        ),
        ("<h1>Grande</h1><form><input name=a><button>B</button></form>", "GrandeB"),
        ("a<!-- x --><b>b", "a<b>b</b>"),
        ("<ol start=3><li>Tres</ol>", '<ol start="3"><li>Tres</li></ol>'),
        ("\u202eoculto\u202c", "oculto"),
        ("<<p>script>alert(1)<</p>/script>", "&lt;<p>script&gt;alert(1)&lt;</p>/script&gt;"),
    ],
)
def test_clean(dirty, safe):
    """Words, emphasis, lists and links stay; everything that does something goes."""
    assert safe == clean(dirty)


_KEPT = {*"p br a em strong b i u s del code pre blockquote ul ol li details summary".split()}  # noqa: SIM905


@example("<details onToggle=alert(1) open>")
@example("<summary id=x>")
@given(st.text(alphabet="<>/=\"'&;:! aonclickscriptimgsrjvdhef\u202e\n", max_size=200))
def test_clean_never_lets_anything_active_through(dirty):
    """Whatever goes in, no tag comes out that is not on the list, and no attribute but href, rel and start."""
    for tag, rest in re.findall(r"<(\w+)([^>]*)>", clean(dirty)):
        assert tag in _KEPT
        assert re.fullmatch(r'( (href="(https?://|mailto:)[^"]*"|rel="[a-z ]+"|start="[^"]*"))*', rest)


@given(st.text(max_size=100))
def test_clean_twice_is_clean_once(dirty):
    """Cleaning what is clean changes nothing."""
    assert clean(dirty) == clean(clean(dirty))


def test_plain_keeps_words_and_lines():
    """Paragraphs and breaks become lines, entities become characters, scripts vanish."""
    assert plain("<p>Uno<br>dos &amp; tres &lt;b&gt;</p><p>ñ</p><script>x</script>") == "Uno\ndos & tres <b>\nñ"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Ana\n\tRuiz ", "Ana Ruiz"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200bb\u2060c\ufeffd", "abcd"),
        ("nin\u0303o", "niño"),
        ("👩‍👧", "👩‍👧"),
        ("nul\x00\x1b[31m", "nul[31m"),
        ("\ud800", ""),
    ],
)
def test_one_line(text, line):
    """A name is one line that reads as it is."""
    assert line == one_line(text)


def test_one_line_is_cut_with_an_ellipsis():
    """A name without end ends."""
    assert one_line("a" * 1000, 5) == "aaaa…"


# What a hostile page may hold, each of its kind: depth, attributes, tags without end, in and out of order.
BOMBS = {
    "depth": "<div>" * 40_000,
    "formatting": "".join(f"<b id={number}>" for number in range(20_000)),
    "misnested": "<div></b>" * 22_000,
    "tables": "<table><tr><td>" * 13_000,
    "lists": "<ul><li>" * 25_000,
    "attributes": "<a " + " ".join(f"a{number}" for number in range(28_000)) + ">",
    "attributes by slash": "<a/" + "/".join(f"a{number}" for number in range(28_000)) + ">",
    "attributes with tags": "<a " + "".join(f"a{number}='>'" for number in range(20_000)) + ">",
    "no end": "<br" * 66_000,
    "quotes": "<a a='x\"" * 25_000,
    "comments": "<!--" * 50_000,
    "blank": "\n" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_markup_costs_no_more_than_its_length(name):
    """200 kB of anything are cleaned, read and parsed in well under a second of the processor's."""
    with little_work():
        clean(BOMBS[name])
        plain(BOMBS[name])
        parse_html(BOMBS[name])


def test_long_honest_markup_keeps_all_of_it():
    """A long text with a thousand tags comes out as a short one would."""
    one = '<p>Año <b>uno</b>, <a href="https://a.example/?b=1&amp;c">dos</a></p>\n'
    assert clean(one * 400) == clean(one) * 400


@pytest.mark.parametrize("sign", ["&#x202e;", "&#8238;", "&#x200b;", "&#173;", "&#x9b;", "&#xE0041;", "\u202e", "\x9b"])
def test_what_turns_or_hides_text_goes_however_it_is_written(sign):
    """Overrides, hidden signs and C1 controls do not come back as entities."""
    assert clean(f"<p>a{sign}b</p>") in ("<p>ab</p>", "<p>a›b</p>")  # HTML reads &#x9b; as "›"
    assert plain(f"<p>a{sign}b</p>") in ("ab", "a›b")


@pytest.mark.parametrize("tag", ["svg", "math", "template", "textarea", "script", "iframe", "xmp", "object"])
@pytest.mark.parametrize("sign", ["\x0b", "\x1b", "\x00", "&#11;", "&#x1b;", "\ud800", "\uffff"])
def test_a_tree_can_be_changed_whatever_controls_it_held(tag, sign):
    """A control character, also as an entity, never makes lxml refuse its own words."""
    for page in (f"{sign}<{tag}></{tag}>p{sign}", f"<p title='{sign}'>a{sign}<{tag}>x{sign}</{tag}>{sign}b</p>"):
        tree = parse_html(page)
        for element in list(tree.iter(tag)):
            element.drop_tree()
        assert "p" in tree.text_content() or "b" in tree.text_content()


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_anything_is_a_page(page):
    """Whatever comes, a tree with words comes out."""
    assert isinstance(parse_html(page).text_content(), str)


@given(st.text(alphabet="<>/=\"'&;#x0:! abpdiv\u202e\x0b\n\ud800", max_size=200))
def test_plain_bears_anything(markup):
    """Words come out, and nothing that hides."""
    assert not set(plain(markup)) & {"\u202e", "\x0b", "\ud800"}
