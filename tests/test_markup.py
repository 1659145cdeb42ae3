"""Headings that continue the page's, and links to other files of the blog."""

import random
import re
from html import unescape
from pathlib import Path

import markdown
import pytest

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render.autolinks import AutolinksExtension
from tertulia.render.converter import converter
from tertulia.render.markup import NEEDS, Headings, OwnLinks, QuoteSources, SkipPatterns

TEXTS = sorted(Path(__file__).parent.glob("**/*.md"))
EXTENSIONS = [
    *("pymdownx.saneheaders", AutolinksExtension(), "pymdownx.tilde", "footnotes", "tables", "def_list"),
    *("fenced_code", "attr_list", "md_in_html", "abbr", "sane_lists"),
]


def render(text, siteurl=""):
    md = markdown.Markdown(extensions=["pymdownx.saneheaders", "toc", Headings(), OwnLinks(siteurl)])
    return md.convert(text), md.toc_tokens


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n\n## b", "h2 h3"),
        ("## a\n\n### b", "h2 h3"),
        ("### a\n\n### b", "h2 h2"),
        ("# a\n\n#### b\n\n# c", "h2 h3 h2"),
        ("## a\n\n#### b\n\n### c", "h2 h3 h3"),
        ("#### a\n\n## b", "h2 h2"),
        ("# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f", "h2 h3 h4 h5 h6 h6"),
    ],
)
def test_headings_start_at_h2_and_skip_no_level(text, levels):
    """Whatever levels the author used, the page's outline has no hole."""
    html, _ = render(text)
    assert levels == " ".join(line[1:3] for line in html.splitlines())


def test_the_table_of_contents_sees_the_published_levels():
    """The contents nest as the headings of the page do."""
    _, toc = render("### Uno\n\n##### Dos")
    assert (2, "Uno", [3]) == (toc[0]["level"], toc[0]["name"], [child["level"] for child in toc[0]["children"]])


@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("otra.md", "{filename}otra.md"),
        ("../2024/otra.md#fin", "{filename}../2024/otra.md#fin"),
        ("/acerca-de/", "/blog/acerca-de/"),
        ("/blog/acerca-de/", "/blog/acerca-de/"),
        ("//otro.example/x.md", "//otro.example/x.md"),
        ("https://otro.example/x.md", "https://otro.example/x.md"),
        ("#nota", "#nota"),
        ("{filename}otra.md", "{filename}otra.md"),
    ],
)
def test_links_inside_the_blog(written, href):
    """A file's name is a link to its post; a path of the blog works in a folder too; the rest is left alone."""
    html, _ = render(f"[x]({written})", "/blog")
    assert f'<p><a href="{href}">x</a></p>' == html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "> Pite usted.\n>\n> — Ana, *El silbato*",
            "<figure><blockquote><p>Pite usted.</p></blockquote>"
            "<figcaption>Ana, <cite>El silbato</cite></figcaption></figure>",
        ),
        (
            "> Uno.\n>\n> — [Ana](https://ana.example/)\n\nDos.",
            '<figure><blockquote><p>Uno.</p></blockquote><figcaption><a href="https://ana.example/">Ana</a></figcaption>'
            "</figure><p>Dos.</p>",
        ),
        ("> — Hola, dijo.", "<blockquote><p>— Hola, dijo.</p></blockquote>"),
        ("> Uno.\n>\n> —Y dos, dijo.", "<blockquote><p>Uno.</p><p>—Y dos, dijo.</p></blockquote>"),
        ("> — Uno.\n>\n> — Dos.", "<blockquote><p>— Uno.</p><p>— Dos.</p></blockquote>"),
        ("> Uno.\n>\n> Dos — tres.", "<blockquote><p>Uno.</p><p>Dos — tres.</p></blockquote>"),
    ],
)
def test_the_source_of_a_quotation_stands_under_it(text, expected):
    """A last paragraph that begins with a dash is the source; a dialogue of one paragraph is none."""
    html = markdown.Markdown(extensions=[QuoteSources()]).convert(text)
    assert expected == html.replace("\n", "")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_sparing_changes_no_byte(path):
    """Patterns that are not tried would not have matched."""
    text = path.read_text("utf-8", "replace")
    plain, sparing = (markdown.Markdown(extensions=[*EXTENSIONS, *more]) for more in ((), (SkipPatterns(),)))
    assert plain.convert(text) == sparing.convert(text)


def test_every_pattern_is_known():
    """A pattern without its entry is always tried: right, but slow; a new one deserves a line in the table."""
    md = markdown.Markdown(extensions=EXTENSIONS)
    assert [] == [item.name for item in md.inlinePatterns._priority if item.name not in NEEDS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\<b> \&copy; \$ \~ \/ \ñ", r"<p>&lt;b&gt; &amp;copy; $ ~ / \ñ</p>"),
        (
            "Un Map<String, Integer>, <foo.bar> y <m:abc>",
            "<p>Un Map&lt;String, Integer&gt;, &lt;foo.bar&gt; y &lt;m:abc&gt;</p>",
        ),
        ('Un <b title="\\">sí</b><o:p></o:p>', '<p>Un <b title="\\">sí</b><o:p></o:p></p>'),
        (r"<https://a.example/\[x>", r'<p><a href="https://a.example/\[x">https://a.example/\[x</a></p>'),
        ("[a]\n\n[a]: https://a.example/x\\_y", '<p><a href="https://a.example/x_y">a</a></p>'),
    ],
)
def test_signs_and_tags_as_commonmark_has_them(text, expected):
    """A backslash frees any sign of ASCII, and what is neither tag nor address in angle brackets is not lost."""
    md = converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())
    assert expected == md.convert(text)


def test_no_letter_is_lost_between_signs_that_cross():
    """Whatever stands in ``*`` and ``_``, closed or not, is read."""
    md = converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())
    chance = random.Random(5)
    signs, words = ["", "", "*", "**", "***", "_", "__"], ["uno", "ñu", "«a»", "x.", "(y)", "¿z?", "w_b"]
    for _ in range(600):
        parts = [
            chance.choice(signs) + chance.choice(words) + chance.choice(signs) for _ in range(chance.randint(2, 6))
        ]
        text = "a " + chance.choice(["", " "]).join(parts)
        md.reset()
        shown = unescape(re.sub("<[^>]+>", "", md.convert(text)))
        assert re.sub(r"[\W_]", "", text) == re.sub(r"[\W_]", "", shown), text
