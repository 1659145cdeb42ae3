"""Quotes, dashes and spaces: a table of Markdown cases, and what holds for any text at all."""

import html
import re
from pathlib import Path

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.render.autolinks import AutolinksExtension
from tertulia.render.document import Document
from tertulia.render.linkify import LinkifyExtension
from tertulia.render.typography import TypographyExtension, plain
from tests.patience import little_work

EXAMPLES = Path(__file__).parent / "examples" / "typography"
CASES = sorted(EXAMPLES.glob("*.md"))
EXTENSIONS = (
    "pymdownx.saneheaders", AutolinksExtension(), "footnotes", "tables", "def_list", "fenced_code", "attr_list", "abbr",
)  # fmt: skip


def render(text: str, lang: str, *more: markdown.Extension) -> str:
    md = markdown.Markdown(extensions=[*EXTENSIONS, *more])
    md.document = Document(body=text, lang=lang)
    return md.convert(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_example(case: Path):
    """Each Markdown file gives exactly the HTML beside it, in the language that its name ends in."""
    links = LinkifyExtension(tag_url=lambda slug: f"/etiqueta/{slug}/")
    found = render(case.read_text("utf-8"), case.stem.rpartition(".")[2], TypographyExtension(), links)
    assert case.with_suffix(".html").read_text("utf-8").strip() == found


def test_there_are_enough_examples():
    """No example is lost without anybody noticing."""
    assert len(CASES) >= 30
    assert [case.stem for case in CASES] == [case.stem for case in sorted(EXAMPLES.glob("*.html"))]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("es", "«a “b”»"), ("es-MX", "«a “b”»"), ("en", "“a ‘b’”"), ("en-GB", "“a ‘b’”"), ("fr", "«a “b”»")],
)
def test_a_title_is_set_in_its_language(lang: str, expected: str):
    """Plain text, where there is no Markdown, is set the same way."""
    assert expected == plain('"a "b""', lang)


def test_without_a_document_the_language_is_the_extensions():
    """A line rendered apart from any post has the language it was asked for."""
    assert "<p>“a”</p>" == markdown.markdown('"a"', extensions=[TypographyExtension("en")])


@pytest.mark.parametrize("hostile", ['"a ', "'a ", 'a" ', "«", '"a" ', "“'\"", "'a\" ", 'www.a.es "x" '])
def test_it_takes_time_in_proportion(hostile: str):
    """A text of nothing but quotes does not take for ever."""
    with little_work():
        plain(hostile * (200_000 // len(hostile)), "es")


# ── for any text ──────────────────────────────────────────────────────────────────────────────────────────────

PIECES = (
    '"', '"', '"', "'", "'", "«", "»", "“", "”", "‘", "’", "--", "---", "...", " %", "5 %", "n.º 3", "*", "**", "_",
    "`", "`", "[", "](/x)", "<b>", "</b>", "<code>", "</code>", "&quot;", "\\", "https://x.example/a--b", "#tag", " ",
    " ", "\n", "\n\n", "\n> ", "\n    ", "hola", "ñ", "1", ".", ",", "¿", "?", "(", ")", "—", "\u00a0",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
MARKUP = settings(max_examples=300, derandomize=True, deadline=None)
STRAIGHT = str.maketrans("«»“”‘’—–…\u00a0", '""""\'\'--. ')


def undone(text: str) -> str:
    """*text* with everything that typography may change made the same again."""
    return re.sub(r"-+", "-", re.sub(r"\.+", ".", text.translate(STRAIGHT).replace("'", '"').replace("\n", " ")))


class Escapes(markdown.Extension):
    """What TypographyExtension asks of Markdown, and no typography."""

    def extendMarkdown(self, md):
        md.ESCAPED_CHARS.extend("\"'")


@MARKUP
@given(texts, st.sampled_from(["es", "en"]))
def test_only_quotes_dashes_dots_and_spaces_change(text: str, lang: str):
    """Apart from those the page is the same, tags and attributes too."""
    before = html.unescape(render(text, lang, Escapes()))
    after = html.unescape(render(text, lang, TypographyExtension()))
    assert undone(before) == undone(after)


@MARKUP
@given(texts, st.sampled_from(["es", "en"]))
def test_code_and_addresses_are_never_touched(text: str, lang: str):
    """The same code and the same addresses stand in the page with typography and without."""
    untouched = re.compile(r"<code[^>]*>.*?</code>|<[^>]*>|https?://[^\s<\"'«»“”‘’]*[a-z]", re.S)
    before = untouched.findall(render(text, lang, Escapes()))
    after = untouched.findall(render(text, lang, TypographyExtension()))
    assert before == after


@MARKUP
@given(st.text("\"'«»“”‘’a1 .,-%¿?()\n", max_size=30), st.sampled_from(["es", "en"]))
def test_the_authors_own_quotes_stay(text: str, lang: str):
    """No quote that was right already is changed, moved or lost."""
    found = plain(text, lang)
    own = [mark for mark in text if mark in "«»“”‘’"]
    remaining = iter(found)
    assert all(mark in remaining for mark in own)
    assert len(found) <= len(text)


@MARKUP
@given(st.lists(st.sampled_from(["hola", '"', "«", "»", "(", ")", " ", "*"]), max_size=12).map("".join))
def test_what_opens_closes(text: str):
    """Whole quotations give as many opening as closing marks."""
    found = plain(f'Dijo "uno" y "{re.sub(r"[^a-z ]", "", text).strip() or "dos"}" y "tres".', "es")
    assert found.count("«") == found.count("»") == 3
