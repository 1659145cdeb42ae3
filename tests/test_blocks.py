"""Blocks by CommonMark's rules: code that stays code, lists, quotations, tables, HTML."""

import re

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.preprocessors import NormalizeWhitespace

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render import blocks
from tertulia.render.blocks import BlocksExtension
from tertulia.render.converter import converter
from tertulia.render.document import Document
from tests.patience import little_work

MARKDOWN = converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())
ACTIVE = "<script>alert(1)</script>"


def render(text):
    """The HTML of *text*, without the space between its tags."""
    MARKDOWN.document = Document(body=text)
    MARKDOWN.reset()
    return re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", MARKDOWN.convert(text))


@pytest.mark.parametrize(
    "text",
    [
        "```js {1,3}\n@\n```",
        "```{hl_lines=[1]}\n@\n```",
        '```python title="a.py"\n@\n```',
        "```js:src/app.js\n@\n```",
        "```bash session\n@\n```",
        "   ```html\n   @\n   ```",
        "```\n@\n``````",
        "```\n@\n  ```  ",
        "~~~ a `b` ~ c\n@\n~~~~",
        "```\n@",
        "> ```html\n> @\n> ```",
        "- a\n\n  ```html\n  @\n  ```",
        "1. a\n   - b\n\n     ```html\n     @\n     ```",
        "> - ```html\n>   @\n>   ```",
        "Texto[^1]\n\n[^1]: Nota\n\n    ```html x\n    @\n    ```",
        "Término\n:   Uno\n\n    ~~~ html\n    @\n    ~~~",
        "````\n```\n@\n```\n````",
        "- a\n\n      @",
    ],
)
def test_no_part_of_code_is_html_of_the_page(text):
    """Whatever stands behind a fence, however it is closed and in whatever it stands, what is in it is shown."""
    html = render(text.replace("@", ACTIVE) + "\n")
    assert "<script" not in html
    assert "<script>alert(1)</script>" in re.sub(r"&lt;", "<", re.sub(r"&gt;", ">", re.sub(r"<[^>]*>", "", html)))


@pytest.mark.parametrize(
    "name", ["extra", "fenced_code", "md_in_html", "admonition", "sane_lists", "pymdownx.superfences"]
)
def test_extensions_of_the_bloggers_own_do_not_undo_it(name):
    """Those that bring fences, lists or HTML of their own find that done."""
    md = markdown.Markdown(extensions=[BlocksExtension(), "codehilite", "attr_list", name])
    text = f"```js {{1,3}}\n{ACTIVE}\n```\n\n```\n{ACTIVE}\n```\n\n<div markdown='1'>*a*</div>\n\n- a\n  - b\n"
    for html in (md.convert(text), md.reset().convert(text)):
        assert "<script" not in html and "<em>a</em>" in html and 2 == html.count("<ul>")


@settings(deadline=None)  # the first loads the colours of code
@given(
    st.text(st.characters(exclude_characters="`\n\r\f\v\x85\u2028\u2029\x1c\x1d\x1e", exclude_categories=("Cs",))),
    st.sampled_from(["```", "````", "  ```"]),
)
def test_any_info_string_opens_a_fence(info, fence):
    """The info string is free text, of which nothing is shown and nothing runs; what follows the fence is prose."""
    html = render(f"{fence}{info}\n{ACTIVE}\n# no\n````\n\nfin\n")
    assert "<script" not in html and "<h" not in html
    assert html.endswith("<p>fin</p>")


def test_the_first_word_of_a_fence_gives_the_colours():
    """Whatever follows the language, the code has its colours."""
    for info in ("python", "python title='a.py'", "{.python .x}", "python:a.py", ".python", "python {1}"):
        assert '<span class="k">def</span>' in render(f"```{info}\ndef f(): pass\n```\n"), info


def test_lines_are_marked():
    """``hl_lines`` as codehilite and as Hugo have it."""
    for info in ('python hl_lines="2"', "python {hl_lines=[2]}", '{.python hl_lines="2-2"}'):
        assert '<span class="hll">' in render(f"```{info}\na\nb\n```\n"), info


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n  - b\n    - c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("1. a\n   - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("- a\n    - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("Motivos:\n- a\n- b", "<p>Motivos:</p><ul><li>a</li><li>b</li></ul>"),
        ("Motivos:\n1. a\n2. b", "<p>Motivos:</p><ol><li>a</li><li>b</li></ol>"),
        ("Nació en\n1986. Y luego", "<p>Nació en\n1986. Y luego</p>"),
        ("- a\n\n  b\n- c", "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>"),
        ("3) a\n4) b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> a\n\n> b", "<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>"),
        (
            "> a\n>\n> — Ana\n\n> b\n>\n> — Eva",
            "<figure><blockquote><p>a</p></blockquote><figcaption>Ana</figcaption></figure>"
            "<figure><blockquote><p>b</p></blockquote><figcaption>Eva</figcaption></figure>",
        ),
        ("Dos\nlíneas\n---", '<h2 id="dos-lineas">Dos\nlíneas</h2>'),
    ],
)
def test_lists_and_quotations(text, expected):
    """What belongs to an item is indented by its marker; a list may follow a line; two quotations stay two."""
    assert expected == render(text)


@pytest.mark.parametrize(
    "text",
    [
        "Año | Lluvia\n| --- | --- |\n| 2024 | poca |",
        "| Año | Lluvia |\n|---|---|\n2024 | poca",
        "Sigue la tabla:\n| Año | Lluvia |\n| --- | --- |\n| 2024 | poca",
    ],
)
def test_tables(text):
    """The outer pipes may be missing in any row, and a table may follow a line."""
    row = "<tr><td>2024</td><td>poca</td></tr>"
    bare = render(text).replace(' class="number"', "")  # columns of numbers: tests/test_markup.py
    assert f"<th>Año</th><th>Lluvia</th></tr></thead><tbody>{row}</tbody></table>" in bare


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<details>\n<summary>Más</summary>\n\n*a*\n\n- b\n\n</details>\n\nfin",
            "<details><summary>Más</summary><p><em>a</em></p><ul><li>b</li></ul></details><p>fin</p>",
        ),
        ("<div>\n\n    <p>a</p>\n\n</div>", "<div><p>a</p></div>"),
        ('<div class="x" markdown="1">\n*a*\n</div>', '<div class="x"><p><em>a</em></p></div>'),
        ("<div>\n*a*\n</div>\n*b*", "<div>*a*</div><p><em>b</em></p>"),
        ("<p>a</p> *b*", "<p>a</p><p><em>b</em></p>"),
        ("- a\n\n  <div>*b*</div>\n- c", "<ul><li><p>a</p><div>*b*</div></li><li><p>c</p></li></ul>"),
        ("<!-- *a*\n\n*b* -->\n\nfin", "<p>fin</p>"),
        ("\\<!-- sin cerrar\n\nfin", "<p>&lt;!— sin cerrar</p><p>fin</p>"),
    ],
)
def test_html(text, expected):
    """HTML stays as it is, up to its closing tag; after a blank line in it, Markdown goes on."""
    assert expected == render(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b\n\n{: .x}", '<ul class="x"><li>a</li><li>b</li></ul>'),
        ("```\na\n```\n{: .haskell}\n\nfin", "<p>fin</p>"),
        ("{::options parse_block_html='true' /}\n\nfin", "<p>fin</p>"),
    ],
)
def test_braces_of_kramdown_are_not_shown(text, expected):
    """Attributes alone in a paragraph belong to the block above; kramdown's options to nobody."""
    assert render(text).endswith(expected) and "{:" not in render(text)


@pytest.mark.parametrize(
    "hostile",
    [
        *("<div>\n", "<!-- a\n", "<details>\n\n", "</div>\n", "::: a\n", ":::\n", "!!! a\n    b\n", "```\n", "> a\n\n"),
        *(
            "- a\n",
            "1. a\n\n",
            "{% highlight a %}\n",
            "{{< a >}} ",
            "https://a.example/(",
            "https://a.example/)) ",
            "&a;",
        ),
        *("| a | b |\n| --- | --- |\n", "[^1]: a\n\n    b\n\n", "a\n:   b\n\n", "a\\\n", "<a>", "`` a "),
    ],
)
def test_it_takes_time_in_proportion(hostile):
    """A text of nothing but one construction, open or closed, does not take for ever."""
    with little_work():
        render(hostile * (20_000 // len(hostile)))


PIECES = (
    *(
        "- ",
        "1. ",
        "  ",
        "    ",
        "> ",
        "\n",
        "\n\n",
        "```",
        "~~~",
        "<div>",
        "</div>",
        "<details>",
        "<!--",
        "-->",
        ":::",
        "::: a",
    ),
    *(
        "!!! note\n",
        "[^1]",
        "[^1]: ",
        ": ",
        "| a | b |\n",
        "|---|---|\n",
        "# ",
        "---",
        "{: .x}",
        "{{< a >}}",
        "[!NOTE]",
        "[x] ",
    ),
    *("a", "ñ", "*", "`", "<b>", "https://a.example/(b)", "\\", "&amp;", "*[A]: b", "[a]: /b", "<pre>", "</pre>", "\t"),
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_text_stops_it_and_no_word_is_lost(text):
    """Whatever stands beside whatever, it is rendered, and what is a word before and after is still there."""
    html = render(f"antes\n\n{text}\n\n</pre></div>-->\n\ndespués\n")
    assert "antes" in html and "después" in html


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```\nall:\n\tcc\ta.c\n```", "all:\n\tcc\ta.c\n"),
        ("- a\n\n\t```\n\tx\ty\n\t```", "x\ty\n"),
        ("    a\tb", "a\tb\n"),
        ("> ~~~\n> \ta\n> ~~~", "\ta\n"),
    ],
)
def test_a_tab_in_code_stays_a_tab(text, code):
    """So that what is copied from the page works; around code it is blanks."""
    MARKDOWN.document = Document(body=text)
    MARKDOWN.reset()
    html = re.sub(r"</?span[^>]*>", "", MARKDOWN.convert(text))
    assert f"<code>{code}</code>" in html


def test_a_note_of_no_words_stops_nothing():
    """It has its place and its way back."""
    assert "footnote-backref" in render("a[^1]\n\n[^1]: ")


PIECES = st.sampled_from(
    (
        *(
            "Una línea",
            "otra línea  ",
            "\n",
            "\n\n",
            "\n \n",
            "    ",
            "  ",
            "- lista",
            "1. uno",
            "> cita",
            "# Título",
            "---",
            "===",
        ),
        *(
            "| a | b |",
            "|---|---|",
            "[^1]: nota",
            "*[X]: abreviatura",
            ": definición",
            "\t",
            "a | b",
            "***",
            "[x]: /y",
            "(b) c",
        ),
        *(
            "```",
            "~~~",
            "<div>",
            "</div>",
            "<!--",
            ":::nota",
            "!!! aviso",
            "$$",
            "\\[",
            "{% x %}",
            "{: .a}",
            "{::comment}",
            "é",
        ),
    )
)


@given(st.lists(PIECES, max_size=24))
@settings(max_examples=600, deadline=None)
def test_plain_paragraphs_are_read_as_all_others(pieces):
    """What is cut out and read apart, for speed, is what the grammar makes of the whole text."""
    parser, text = MARKDOWN.parser, "".join(pieces)
    whole, apart = [], []
    parser.grammar.block.parse(text, parser.grammar, {}, whole)
    for stretch, plain in blocks._stretches(text):
        if plain:
            apart += blocks._paragraph_tokens(stretch)
        else:
            parser.grammar.block.parse(stretch, parser.grammar, {}, apart)
    assert text == "".join(stretch for stretch, _ in blocks._stretches(text))
    kept = ("type", "tag", "nesting", "level", "content", "hidden", "info", "attrs", "meta")
    assert [[getattr(t, k) for k in kept] for t in whole] == [[getattr(t, k) for k in kept] for t in apart]


@given(st.text("a \n\r\x02\x03", max_size=30))
def test_white_space_without_tabs_is_markdowns_own(text):
    """What is passed over where there is nothing to do gives what doing it gives."""
    lines = text.split("\n")
    expected = NormalizeWhitespace(MARKDOWN).run(lines)
    assert expected == MARKDOWN.preprocessors["normalize_whitespace"].run(lines)
