"""Text of an old blog stays text, whatever Markdown would read in it."""

import html
import re
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.imports import markdown
from tertulia.render.converter import converter
from tertulia.render.document import Document

# Every sign of a keyboard, a few of other kinds, and words between them.
SIGNS = "".join(map(chr, range(32, 127)))
PIECES = st.one_of(
    st.sampled_from(list(SIGNS)),
    st.sampled_from(["==", "%%", "[gallery]", '[a b="c"]', "[[x]]", "[embed]", "{: .a}", "$a$", "\\begin{align}"]),
    st.sampled_from(
        [
            "--",
            "---",
            "- ",
            "1. ",
            "2) ",
            "# ",
            "#a",
            "@b",
            "**",
            "__",
            "~~",
            "[^1]",
            "](",
            "{{",
            "{%",
            "{:",
            "&amp;",
            "&#35;",
        ]
    ),
    st.sampled_from(
        [
            ":::",
            "!!!",
            "???",
            "```",
            "~~~",
            "> ",
            "| ",
            "|-|",
            "===",
            "<b>",
            "</b>",
            "<!--",
            "http://x.example/a_b_c",
            "www.x.example",
        ]
    ),
    st.sampled_from(
        [
            "{#",
            "#}",
            "{% comment %}",
            "{% raw %}",
            "{>>",
            "<<}",
            "{/*",
            "*/}",
            "<%#",
            "%>",
            "<%--",
            "{::comment}",
            "{:/}",
            "#+begin_comment",
            "% ",
            "###. ",
            "###..",
            "::: comment",
            "\\begin{comment}",
            "<!-->",
            "-->",
            "{{!",
        ]
    ),
    st.sampled_from(
        ["palabra", "ñ", "a", " ", "  ", "$$", "\\(", "[x] ", "[TOC]", "*[a]: b", "[a]: b", ": b", "•", "…", "«", "»"]
    ),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map("".join)


class Nowhere:
    """Links and pictures stay as they are."""

    def link(self, address):
        return address

    picture = file = link

    def title(self, address):
        return ""

    def lose(self, kind, what=""):
        raise AssertionError(kind)


@pytest.fixture(scope="module")
def render():
    made = converter(siteurl="", tag_url="t/{slug}/", mention_network="x", people=People(), tags=Tags())

    def rendered(text):
        made.document = Document()
        made.reset()
        return made.convert(text)

    return rendered


def shown(markup):
    """What a browser shows of *markup*, quotes and dashes as they were typed."""
    words = lxml_html.fragment_fromstring(markup, create_parent="div").text_content()
    words = unicodedata.normalize("NFC", words)
    for found, typed in (("[«»“”„‘’']", '"'), ("…", "..."), ("—", "---"), ("–", "--"), ("\u00a0", " ")):
        words = re.sub(found, typed, words)
    return " ".join(re.sub("-{2,}", "--", words).split())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example("1984. Fue un mal año")
@example("#1 en ventas, y #no_es @nadie")
@example("[^1] y {#llaves} y {{ x }} y {% y %}")
@example("% de abstención")
@example("###. a")
@example("#+begin_comment a")
@example("{# a #} {>> b <<} {/* c */} <%# d %> {::comment} e")
@example("C:\\temp\\nuevo\\")
def test_words_of_a_paragraph_are_the_words_of_the_page(render, words):
    """Every printable sign at the beginning, in the middle and at the end of a line."""
    page = f"<p>{html.escape(words)}</p>"
    if not words.strip() or re.fullmatch(r"\s*https?://\S+\s*", words):  # nothing to say; an address alone is an embed
        return
    made = render(markdown.convert(page, Nowhere()))
    assert shown(page) == shown(made)
    assert "<li" not in made and "<table" not in made and "<h2" not in made and "<blockquote" not in made
    assert 'rel="tag"' not in made and 'class="h-card"' not in made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("```", "%%", "code")
@example("``", "{# a #}", "code")
@example("`", "`<!-- a -->`", "code")
@example("a\\", "%% a %%", "code")
@given(TEXTS, TEXTS, st.sampled_from(["strong", "em", "del", "a", "code", "sub", "q", "span"]))
def test_words_inside_and_around_an_element_stay(render, around, inside, tag):
    """Emphasis, links and code hold words, in a list, a quotation, a cell and a heading as in a paragraph."""
    opening = '<a href="https://x.example/">' if tag == "a" else f"<{tag}>"
    line = f"{html.escape(around)}{opening}{html.escape(inside)}</{tag}>{html.escape(around)}"
    for page in (
        f"<p>{line}</p>",
        f"<ul><li>{line}</li><li>b</li></ul>",
        f"<blockquote><p>{line}</p></blockquote>",
        f"<h3>{line}</h3>",
    ):
        made = render(markdown.convert(page, Nowhere()))
        quote = '"' if inside.strip() else ""  # a quotation of nothing is nothing
        expected = page.replace("<q>", quote).replace("</q>", quote)
        assert shown(expected).replace(" ", "") == shown(made).replace(" ", ""), page
