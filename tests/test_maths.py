"""Formulas become MathML; prices, variables of a shell and escaped brackets do not."""

import re

import pytest

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render.converter import converter
from tertulia.render.document import Document
from tests.patience import little_work


@pytest.fixture(scope="module")
def md():
    return converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())


def render(md, text):
    """The HTML of *text* with each formula as ⟨LaTeX⟩, a displayed one as ⟪LaTeX⟫; and the lines that were told."""
    md.document = Document("content/posts/a.md", "es", text, 5)
    md.reset()
    html = re.sub(r"\n(?=<)", "", md.convert(text))
    html = re.sub(r'<math display="block" alttext="(.*?)">.*?</math>', r"⟪\1⟫", html)
    html = re.sub(r'<math alttext="(.*?)">.*?</math>', r"⟨\1⟩", html)
    return html, [problem.line for problem in md.document.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Es $E=mc^2$, el $n$-ésimo.", "<p>Es ⟨E=mc^2⟩, el ⟨n⟩-ésimo.</p>"),
        ("the $n$th, **$x_1 * x_2$**", "<p>the ⟨n⟩th, <strong>⟨x_1 * x_2⟩</strong></p>"),
        ("$$\nx\n= y\n- 1\n$$", "<p>⟪x = y - 1⟫</p>"),
        ("a:\n$$x$$\nb", "<p>a:</p><p>⟪x⟫</p><p>b</p>"),
        ("a $$x^2$$ b", "<p>a ⟨x^2⟩ b</p>"),
        (r"\(a_1\) y \\(b_1\\)", "<p>⟨a_1⟩ y ⟨b_1⟩</p>"),
        (r"\[ x = y \]", "<p>⟪x = y⟫</p>"),
        ("\\begin{align}\na &= b\n\\end{align}", r"<p>⟪\begin{align} a &amp;= b \end{align}⟫</p>"),
        ("$`a^2`$", "<p><span>⟨a^2⟩</span></p>"),
        ("```math\nx^2\n```", "<p>⟪x^2⟫</p>"),
        ("- $x^2$\n- a", "<ul><li><span>⟨x^2⟩</span></li><li>a</li></ul>"),
        ("> $$\n> x\n> $$", "<blockquote><p>⟪x⟫</p></blockquote>"),
    ],
)
def test_formulas(md, text, expected):
    """Whichever way they are written, wherever they stand."""
    assert (expected, []) == render(md, text)


@pytest.mark.parametrize(
    "text",
    [
        "Cuesta $5 y $10.", "US$5 o A$6", "entre 5$ y 10$ al mes", "$5-$10", "de $5 a 10$", "cobran $5/mes y dan 2$",
        "$HOME/bin:$PATH y ${x} o ${y}", "?a=$x&amp;b=$y", "$x\n\ny$", "$ x $", "solo un $", "$$", "$$$$",
        "a $$ b",
    ],
)  # fmt: skip
def test_what_is_no_formula(md, text):
    """Prices, variables and lone dollars stay as they are."""
    html, told = render(md, text)
    assert not re.search("[⟨⟪]", html) and [] == told


def test_brackets_that_were_escaped_stay_brackets(md):
    """As turndown and Pandoc escape them."""
    assert "<p>[sic], [1] y (nota mía)</p>" == render(md, r"\[sic\], \[1\] y \(nota mía\)")[0]
    assert "<p>[1]</p>" == render(md, r"\[1\]")[0]


def test_a_dollar_can_be_escaped_and_code_is_code(md):
    """Nothing is drawn there."""
    html = render(md, "\\$x^2\\$ `$x^2$`\n\n    $x^2$\n\n```\n$$x^2$$\n```")[0]
    assert "⟨" not in html and "⟪" not in html and "<p>$x^2$ <code>$x^2$</code></p>" in html


@pytest.mark.parametrize("latex", [r"\foo{x}", "x^", r"\left( x"])
def test_what_cannot_be_read_is_told_on_its_line(md, latex):
    """And shown as it is, or as far as it is known; the build goes on."""
    html, told = render(md, f"a\n\nb $x_1 + {latex}$")
    assert [7] == told and latex.partition("{")[0] in html


def test_no_formula_becomes_html_of_the_page(md):
    """Neither its text nor its attributes."""
    md.document = Document()
    html = md.convert(r"$\text{<script>alert(1)</script>}$ $\href{javascript:alert(1)}{x_1}$ $\style{x}{y_1}$")
    assert "<script" not in html and "href=" not in html and "style=" not in html


def test_the_words_of_a_post_hold_its_formulas_as_they_were_written():
    """So that a summary does not lose its object."""
    from tertulia.render import prose

    content = (
        '<p>Es <math alttext="E=mc^2"><mi>E</mi></math> para todos.</p><p><math display="block" alttext="x"></math></p>'
    )
    assert "Es E=mc^2 para todos." == prose.plain(prose.blocks(content))


def test_an_extension_for_formulas_that_the_blog_asks_for_keeps_them():
    """Ours stands aside."""
    asked = {"siteurl": "", "tag_url": "", "mention_network": "", "people": People(), "tags": Tags()}
    md = converter(**asked, asked=["pymdownx.arithmatex"])
    assert "<math" not in md.convert("$x^2$")


@pytest.mark.parametrize(
    "hostile", ["$a ", "$a$ ", "$$a ", "$$\n", "\\(a ", "\\begin{align}a ", "\\begin{align}\n", "\\[a\n"]
)
def test_formulas_that_never_close_take_no_longer(md, hostile):
    """In proportion to the text, as everything else."""
    with little_work():
        render(md, hostile * (20_000 // len(hostile)))
