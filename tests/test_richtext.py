"""Bluesky's text and labels, read in one way for what is quoted and for what comes home."""

import pytest

from tertulia.embeds.richtext import HIDING, labels, marked_up

LINK = "app.bsky.richtext.facet#link"


def facet(start, end, **feature):
    """One facet as the lexicon has it."""
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": LINK, **feature}]}


def test_places_are_bytes():
    """A link is where its bytes are, whatever stands before it; lines and paragraphs are kept."""
    words = "ñandú aquí\n\n<b>y</b> 👩‍👧 allí"
    start = len(words[: words.index("aquí")].encode())
    html = marked_up(words, [facet(start, start + len("aquí".encode()), uri="https://a.example/?x=1&y=2")])
    assert '<p>ñandú <a href="https://a.example/?x=1&amp;y=2"' in html
    assert ">aquí</a></p>" in html
    assert "<p>&lt;b&gt;y&lt;/b&gt; 👩‍👧 allí</p>" in html


@pytest.mark.parametrize(
    "odd",
    [
        facet(1, 3, uri="https://a.example/"),  # cuts the ñ
        facet(2, 2, uri="https://a.example/"),
        facet(3, 2, uri="https://a.example/"),
        facet(-1, 2, uri="https://a.example/"),
        facet(0, 999, uri="https://a.example/"),
        facet("0", 2, uri="https://a.example/"),
        facet(0, 2, uri="javascript:alert(1)"),
        facet(0, 2, uri="https://a.example/\u202egpj.exe"),
        facet(0, 2, uri=["https://a.example/"]),
        {"index": None, "features": [{}]},
        {"index": {"byteStart": 0, "byteEnd": 2}, "features": 7},
        {"index": {"byteStart": 0, "byteEnd": 2}, "features": ["x", {"$type": "#mention"}]},
        {"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": "#tag", "tag": 1}]},
        "facet",
        None,
    ],
)  # fmt: skip
def test_an_odd_facet_is_no_link(odd):
    """What makes no sense, lies outside, cuts a letter or leads to no web address marks nothing up."""
    assert "<p>ñoño</p>" == marked_up("ñoño", [odd])
    assert "<p>ñoño</p>" == marked_up("ñoño", odd)


def test_of_two_that_overlap_the_first_counts():
    """No link stands inside another, however often a place is named."""
    facets = [facet(2, 5, uri="https://b.example/"), facet(0, 3, uri="https://a.example/")]
    assert 1 == marked_up("abcdef", facets).count("<a ")
    assert "a.example" in marked_up("abcdef", facets)
    assert 1 == marked_up("abcdef", facets[:1] * 9).count("<a ")


def test_half_a_character_is_text():
    """A lone surrogate, which no UTF-8 knows, ends nothing."""
    assert "<p>a?b</p>" == marked_up("a\ud800b", [])


@pytest.mark.parametrize(
    ("thing", "told"),
    [
        ({"labels": [{"val": "!hide"}, {"val": "spam", "neg": True}]}, {"!hide"}),
        ({"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!takedown"}]}}, {"!takedown"}),
        *(({"labels": odd}, set()) for odd in (None, "x", 7, ["x"], {"values": "x"}, {"values": [None]})),
        (None, set()),
    ],
)
def test_labels_of_others_and_its_own(thing, told):
    """Labels that a service put on, and those that a record puts on itself; one taken back does not count."""
    assert told == labels(thing)
    assert told <= HIDING
