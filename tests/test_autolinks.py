"""Bare addresses: where they begin and where they end."""

import re

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.render.autolinks import AutolinksExtension, trimmed


def links(text):
    """The addresses that *text* links to."""
    html = markdown.markdown(text, extensions=["pymdownx.tilde", AutolinksExtension()])
    return [href.replace("&amp;", "&") for href in re.findall(r'<a href="([^"]*)"', html)]


A = "https://a.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"Lean {A}/M_(planeta)", "/M_(planeta)"),
        (f"Lean {A}/M_(planeta), y", "/M_(planeta)"),
        (f"**{A}/M_(planeta)**", "/M_(planeta)"),
        (f"- {A}/M_((a)b)", "/M_((a)b)"),
        (f"(véase {A}/X_(y))", "/X_(y)"),
        (f"(véase {A}/X_(y)).", "/X_(y)"),
        (f"({A}/x)", "/x"),
        (f"[{A}/x]", "/x"),
        (f"«{A}/x»", "/x"),
        (f'"{A}/x"', "/x"),
        (f"¿{A}/x?", "/x"),
        (f"~~{A}/x~~", "/x"),
        (f"{A}/x…", "/x"),
        (f"{A}/x; y", "/x"),
        (f"{A}/?a=1&b=(2)&c", "/?a=1&b=(2)&c"),
        (f"{A}/?a=1&amp;b=2", "/?a=1&b=2"),
        (f"{A}/x&copy;", "/x"),
        (f"{A}/a\\_b\\_c", "/a_b_c"),
        (f"{A}:8080/a*b*c#Órbita_(x)", ":8080/a*b*c#Órbita_(x)"),
        (f"{A}. Fin", ""),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text, address):
    """A closing bracket belongs to the address while brackets balance; punctuation at its end does not."""
    assert [A + address] == links(text)


def test_addresses_without_a_scheme():
    """``www.`` begins an address; inside another it does not."""
    assert ["http://www.a.example/x"] == links("En www.a.example/x.")
    assert [] == links("x@www.a.example a.www.b.example")


def test_other_schemes_stand_in_brackets():
    """``<scheme:…>`` is a link, unless it would run."""
    assert ["tel:+34600", "https://a.example/("] == links("<tel:+34600> <https://a.example/(>")
    assert [] == links("<javascript:alert(1)> <https://a b>")


def test_a_link_holds_no_link():
    """In a link, written in Markdown or in HTML, the address is its text."""
    assert ["https://b.example"] == links(f"[{A}](https://b.example)")
    assert ["/b"] == links(f'x <a href="/b">{A}</a>')
    assert ["/b", A] == links(f'x <a href="/b">b</a> {A}')


@given(st.text(alphabet="a)(][}{.,;&x_*~'!:", max_size=60))
def test_an_address_never_ends_in_the_sentences_signs(tail):
    """What is cut off is the end, and no more can be cut."""
    address = trimmed(f"{A}/{tail}")
    assert f"{A}/{tail}".startswith(address)
    assert address == trimmed(address)
    for opening, closing in ("()", "[]", "{}"):
        assert not address.endswith(closing) or address.count(closing) <= address.count(opening)
