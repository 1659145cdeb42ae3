"""Strangers' HTML: what stays, what goes, and what can never come through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.core.sanitise import clean, one_line, plain


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


@given(st.text(alphabet="<>/=\"'&;:! aonclickscriptimgsrjvdhef\u202e\n", max_size=200))
def test_clean_never_lets_anything_active_through(dirty):
    """Whatever goes in, no tag comes out that is not on the list, and no attribute but href, rel and start."""
    for tag, rest in re.findall(r"<(\w+)([^>]*)>", clean(dirty)):
        assert tag in {*"p br a em strong b i u s del code pre blockquote ul ol li".split()}  # noqa: SIM905
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
