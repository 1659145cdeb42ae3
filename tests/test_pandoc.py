"""Markdown as Pandoc, Quarto and note-taking programs have it, and slips that are told."""

import re

import pytest

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render.converter import converter
from tertulia.render.document import Document


@pytest.fixture(scope="module")
def md(tmp_path_factory):
    """What renders a blog of one other post, with a full stop in its name."""
    content = tmp_path_factory.mktemp("blog") / "content"
    (content / "posts").mkdir(parents=True)
    (content / "posts" / "blog.post.otra.md").write_text("Título: x\n\nx\n", "utf-8")
    return converter(
        siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags(), content=content
    )


def render(md, text):
    """The HTML of *text* without the space between its tags, and what was told."""
    md.document = Document("content/posts/esta.md", "es", text, 5)
    md.reset()
    html = re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", md.convert(text))
    return html, [(problem.line, problem.what) for problem in md.document.problems]


def notes(html):
    """The words of the notes, in the order in which they are called."""
    return re.findall(r'<li id="fn:[^"]*"><p>(.*?)&#160;<a', html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a^[Una *nota*, con [enlace](/x/).] b^[otra]", ['Una <em>nota</em>, con <a href="/x/">enlace</a>.', "otra"]),
        ("- a^[de lista]\n\n> b^[de cita]", ["de lista", "de cita"]),
        ("a[^1] b^[en línea]\n\n[^1]: De las de siempre.", ["De las de siempre.", "en línea"]),
        ("`a^[b]` \\^[c] a^[1] a^[sin cerrar $x^[2]$", []),
    ],
)
def test_notes_where_they_are_called(md, text, expected):
    """``^[…]`` is a note, with Markdown inside; in code, behind a backslash and never closed it is text."""
    assert expected == notes(render(md, text)[0])


def test_a_note_may_hold_another(md):
    """Both are called, the outer one first."""
    html, told = render(md, "a^[b^[c]d]")
    assert (3, 2, []) == (html.count('role="doc-noteref"') + 1, html.count("<li id="), told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b/ (Un título)) ![c](<d e.png> (Pie))", '<a href="b/" title="Un título">a</a>'),
        ('[a](b/ (di "ya"))', '<a href="b/" title="di &quot;ya&quot;">a</a>'),
        ("[un *dos*]{.clase lang=en}", '<span class="clase" lang="en">un <em>dos</em></span>'),
        ("[a]{.underline} [b]{.mark}", "<u>a</u> <mark>b</mark>"),
        ("CO~2~, n^o^ y 1^er^", "CO<sub>2</sub>, n<sup>o</sup> y 1<sup>er</sup>"),
        ("`<b>a</b>`{=html}", "<p><b>a</b></p>"),
        ("```{=html}\n<b>a</b>\n```", "<b>a</b>"),
        ("| uno\n|   dos\n|\n| tres", "<p>uno<br>dos<br><br>tres</p>"),
        ("A\n\n~ uno\n\nB\n~ dos", "<dl><dt>A</dt><dd><p>uno</p></dd><dt>B</dt><dd>dos</dd></dl>"),
        ("Un verso\n\n~ Ana", "<p>Un verso</p><p>~ Ana</p>"),
        ("::: {.callout-note}\n## Ojo\na\n:::", 'note"><p class="admonition-title">Ojo</p><p>a</p></div>'),
        ("::: {.callout-tip collapse=true}\na\n:::", '<details class="admonition tip">'),
        (":::: {.columns}\n::: {.column #b}\na\n:::\n::::", '<div class="columns"><div class="column" id="b"><p>a</p>'),
        ("[toc]\n\n# A", '<div class="toc">'),
        ("[[_TOC_]]\n\n# A", '<div class="toc">'),
        ("a ^b1\n\n[[#^b1]]", '<p>a<span id="b1"></span></p><p><a href="#b1">^b1</a></p>'),
        ("- a\n  id:: 6634a1b2\n  collapsed:: true", "<ul><li>a</li></ul>"),
        ('/foto.png "Un pie"', 'title="Un pie"'),
        ("`youtube: abc`", "https://www.youtube.com/watch?v=abc"),
        ("a\n\nREADMORE\n\nb", "<p>a</p><!--more--><p>b</p>"),
        ("a\n\n===\n\nb", "<p>a</p><!--more--><p>b</p>"),
        ("![a](f.png =100x50)", '<img alt="a" height="50" src="f.png" width="100">'),
        ("![b|20](g.png)", '<img alt="b" src="g.png" width="20">'),
        ("[[otra|blog.post.otra]] [[blog.post.otra]]", '<a href="{filename}/posts/blog.post.otra.md">otra</a>'),
        ("[a](__GHOST_URL__/x/) ![b](@site/static/c.png)", '<a href="/x/">a</a> <img alt="b" src="/c.png">'),
        ("{% raw %}{{ a }} `{{ b }}`{% endraw %}", "&#123;&#123; a }} <code>{{ b }}</code>"),
    ],
)  # fmt: skip
def test_what_other_programs_add(md, text, expected):
    """Each is drawn as the program it comes from draws it, and nothing is told."""
    html, told = render(md, text)
    assert expected in html
    assert [] == told


GRID = """
+-------+------:+
| Fruta | Kilos |
+=======+======:+
| Pera  | 2     |
+-------+-------+
| Kiwi  | - a   |
|       | - b   |
+-------+-------+

: Lo de hoy {#tabla}
"""


def test_tables_drawn_as_a_grid(md):
    """Cells hold blocks, columns have sides, and the table a caption and a name."""
    html, told = render(md, GRID)
    assert "<table" in html and '<table id="tabla"><caption>Lo de hoy</caption><thead><tr><th>Fruta</th>' in html
    assert 'style="text-align: right;"' in html and "<ul><li>a</li><li>b</li></ul>" in html
    assert [] == told


@pytest.mark.parametrize("text", ["+--+\n| a |\n+--+", "+--+--+\n| a   |\n+--+--+", "+--+\n|a |", "+ a\n+ b"])
def test_a_grid_whose_lines_do_not_meet_is_text(md, text):
    """Nothing of it is lost."""
    assert "<table" not in render(md, text)[0]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\nescribe <nombre> aquí", 6, "«<nombre>» no es una etiqueta"),
        ("<Tabs>\n\na\n\n</Tabs>", 5, "«<Tabs>» no es una etiqueta"),
        ("a [^1] b", 5, "«[^1]» llama a una nota"),
        ("a) uno\nb) dos", 5, "«a) uno» y lo que sigue"),
        ("1.- uno\n2.- dos", 5, "«1.- uno» y lo que sigue"),
        ("(@) uno\n(@) dos", 5, "«(@) uno» y lo que sigue"),
        ("##Título\n\na", 5, "«##Título» no es un título"),
        ("[a] (https://a.example)", 5, "«[a] (https://a.example)» no es un enlace"),
        ("(a)[https://a.example]", 5, "«(a)[https://a.example]» no es un enlace"),
        ("| a | b |\n|---|\n| 1 | 2 |", 6, "«|---|» no hace tabla"),
        ("  A     B\n----- -----\n  1     2\n", 6, "«----- -----» parece una tabla"),
        ("import A from './a'", 5, "«import A from './a'» lo habría cambiado"),
        ("a <%= b %>", 5, "«<%= b %>» lo habría cambiado"),
        ("a [@ruiz2019, p. 3]", 5, "«[@ruiz2019, p. 3]» lo habría cambiado"),
        ("a @fig-plaza", 5, "«@fig-plaza» lo habría cambiado"),
    ],
)
def test_slips_are_told(md, text, line, words):
    """What seems to be meant and is not said, with its line, and once."""
    told = render(md, text)[1]
    assert [(line, True)] == [(where, what.startswith(words)) for where, what in told], told


@pytest.mark.parametrize(
    "text",
    [
        "`<nombre>` \\<nombre> <https://a.example> <ana@a.example> <em>a</em> <x-y>b</x-y>",
        "<svg><path d='M0 0'/><circle r='1'/></svg>",
        "1. uno\n2. dos",
        "a) uno, y b) dos",
        "a [b](c/ 'd') (https://a.example)",
        "de [@ana55]\n\n[@ana55]: https://a.example",
        "En [1] (véase)",
        "#uno ##dos",
        "```\na) uno\nb) dos\n<nombre>\n```",
        "Línea\n---\n\na",
    ],
)
def test_what_is_meant_as_it_stands_is_not_told(md, text):
    """Code, addresses, names of elements that authors make, sentences."""
    assert [] == render(md, text)[1]
