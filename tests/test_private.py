"""Notes to oneself, in any program's notation and at any place, are never published."""

import pytest

from tertulia.content.people import People
from tertulia.content.private import Screen
from tertulia.content.tags import Tags
from tertulia.render.converter import converter
from tertulia.render.document import Document

NOTES = {
    "obsidian": "%%\nSECRETO\n\n- SECRETO\n\n%%",
    "obsidian in a line": "%% SECRETO %%",
    "html": "<!-- SECRETO\n\n# SECRETO\n\n- SECRETO -- SECRETO\n-->",
    "html in a line": "<!--SECRETO-->",
    "html with its other end": "<!-- SECRETO --!>",
    "liquid": "{% comment %}\nSECRETO\n\n> SECRETO\n\n{% endcomment %}",
    "liquid in a line": '{%- comment "x" -%}SECRETO{%- endcomment -%}',
    "liquid, short": "{% # SECRETO %}",
    "jinja": "{# SECRETO\n\nSECRETO #}",
    "jinja, tight": "{#SECRETO#}",
    "hugo": "{{/* SECRETO\n\nSECRETO */}}",
    "hugo, trimmed": "{{- /* SECRETO */ -}}",
    "hugo's shortcode": "{{< comment >}}\nSECRETO\n\nSECRETO\n{{< /comment >}}",
    "handlebars": "{{!-- SECRETO }} SECRETO --}}",
    "handlebars, short": "{{! SECRETO }}",
    "mdx": "{/*\nSECRETO\n\nSECRETO\n*/}",
    "criticmarkup": "{>>SECRETO\n\nSECRETO<<}",
    "erb": "<%# SECRETO %>",
    "jsp": "<%-- SECRETO\n\nSECRETO --%>",
    "kramdown": "{::comment}\nSECRETO\n\n- SECRETO\n{:/}",
    "kramdown in a line": "{::comment}SECRETO{:/comment}",
    "latex": "\\begin{comment}\nSECRETO\n\nSECRETO\n\\end{comment}",
    "org": "#+BEGIN_COMMENT\nSECRETO\n\nSECRETO\n#+END_COMMENT",
    "pandoc": "::: {.comment}\nSECRETO\n\nSECRETO\n:::",
    "call-out": ":::comentario\nSECRETO\n:::",
    "myst": "% SECRETO\n% SECRETO",
    "textile": "###. SECRETO\nSECRETO",
    "textile, long": "###.. SECRETO\n\nSECRETO\n\np. fin",
}
OPEN = (
    "%%",
    "<!--",
    "{% comment %}",
    "{#",
    "{{/*",
    "{/*",
    "{>>",
    "<%--",
    "{::comment}",
    "#+begin_comment",
    ":::comment",
)
OF_LINES = ("org", "pandoc", "call-out", "myst", "textile")


def _indented(note, indent):
    return "\n".join(indent + line if line else "" for line in note.split("\n"))


PLACES = {
    "paragraph": lambda note: f"antes\n\n{note}\n\nfin",
    "item": lambda note: f"- antes\n\n{_indented(note, '  ')}\n\n  fin",
    "quotation": lambda note: "> antes\n>\n" + "\n".join(f"> {line}" for line in note.split("\n")) + "\n>\n> fin",
    "details": lambda note: f"<details>\n<summary>a</summary>\n\n{note}\n\nfin\n</details>",
    "footnote": lambda note: f"a[^1]\n\n[^1]: nota\n\n{_indented(note, '    ')}\n\nfin",
    "definition": lambda note: f"a\n:   b\n\n{_indented(note, '    ')}\n\nfin",
    "call-out": lambda note: f"!!! note\n    a\n\n{_indented(note, '    ')}\n\nfin",
    "windows": lambda note: f"antes\n\n{note}\n\nfin".replace("\n", "\r\n"),
}
IN_LINE = {
    "words": lambda note: f"a {note} fin",
    "heading": lambda note: f"## a {note}\n\nfin",
    "cell": lambda note: f"| a | b |\n|---|---|\n| {note} | fin |",
    "summary": lambda note: f"<details>\n<summary>a {note}</summary>\n\nfin\n</details>",
    "caption": lambda note: f'![b](a.png "a {note}")\n\nfin',
    "what a picture shows": lambda note: f"![a {note}](a.png)\n\nfin",
    "link": lambda note: f"[a {note}](/x) fin",
    "abbreviation": lambda note: f"*[HTML]: a {note}\n\nHTML fin",
    "html": lambda note: f'<p title="{note}">a {note}</p>\n\nfin',
    "footnote": lambda note: f"a[^1]\n\n[^1]: nota {note}\n\nfin",
    "emphasis": lambda note: f"~~a **b {note} c** d~~ fin",
}


@pytest.fixture(scope="module")
def md():
    return converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())


def render(md, text):
    md.document = Document("content/posts/a.md", "es", text, 1)
    md.reset()
    return md.convert(text), md.document.problems


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_for_nobody_wherever_it_stands(md, name):
    """Not even in the page's source; what stands around it is there, and its author is told, but for HTML's own."""
    note = NOTES[name]
    places = PLACES | (IN_LINE if "\n" not in note and name not in OF_LINES else {})
    for place, written in places.items():
        html, problems = render(md, written(note))
        assert "SECRETO" not in html and "fin" in html, (place, html)
        assert problems or "html" in name, place


@pytest.mark.parametrize("opening", OPEN)
def test_what_follows_a_note_that_is_never_closed_is_kept_back(md, opening):
    """And that is a warning: it fails a build that is to be published."""
    for place in ("paragraph", "item", "quotation"):
        html, problems = render(md, PLACES[place](f"{opening}\nSECRETO\n\n# SECRETO\n\nSECRETO"))
        assert "SECRETO" not in html and "antes" in html, (place, html)
        assert ["warning"] == [problem.severity for problem in problems], place


def test_a_line_that_begins_with_a_percent_sign_is_asked_about(md):
    """MyST's note is a text of anybody else: it is kept back, and a build to be published waits for its author."""
    html, (problem,) = render(md, "Se sabe.\n\n% de votos\n\nfin")
    assert "votos" not in html and "fin" in html
    assert ("warning", 3) == (problem.severity, problem.line)
    html, problems = render(md, "Se sabe.\n\n\\% de votos")
    assert ("<p>Se sabe.</p>\n<p>% de votos</p>", []) == (html, problems)


@pytest.mark.parametrize(
    "text",
    [
        "`%% a %%`",
        "``a ` %% b %%``",
        "\\%% a \\%%",
        "20%% y 30%%",
        "un 5 %% más y un 7 %% menos",
        "## Título {#id}\n\na",
        "## Título {#id .clase}\n\na",
        "{#if x} a",
        "{{! a",
        "\\<!-- a",
        "50\n% de los votos",
        "un **50**\n% de los votos",
        "(unos 50)\n% de los votos",
        "#+title: a",
        "### a",
        "{% raw %}{% comment %}a{% endcomment %}{% endraw %}",
        "<script>a = '<!-- a -->'</script>",
        "<textarea>%% a %%</textarea>",
    ],
)
def test_code_and_what_only_looks_like_a_note_is_shown(text):
    """So is what a backslash stands before, which is how an author says that it is none."""
    assert text == Screen().public(text)


def test_blocks_of_code_are_shown(md):
    """Whatever stands in them."""
    html, problems = render(md, "    {# a #}\n\n```\n<!-- b -->\n% c\n```\n\n~~~\n%% d %%\n~~~")
    assert [] == problems and all(word in html for word in ("{# a #}", "&lt;!-- b --&gt;", "% c", "%% d %%"))


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("2024%%SECRETO%%", "2024"),
        ("2024%% SECRETO %%.", "2024."),
        ("un 5%% y %%SECRETO%%", "un 5%% y "),
        ("un 5 %% y %%SECRETO%% b", "un 5 %% y  b"),
        ("\\\\%%SECRETO%%", "\\\\"),
        ("`a %%SECRETO%%", "`a "),
        ("a <pre>b<!-- SECRETO --></pre>", "a <pre>b</pre>"),
        ("a <!-- more: SECRETO --> b", "a <!--more--> b"),
        ("<!-->a<!--->b", "ab"),
        ("{#id} {#SECRETO#}", "{#id} "),
    ],
)
def test_amounts_escapes_and_code_do_not_open_what_is_closed(text, public):
    """Neither a digit nor a backtick before a note shows it."""
    assert public == Screen().public(text)


def test_notes_are_in_nothing_that_is_published(tmp_path, build):
    """Title, summary, caption, pictures' words, tags, what is said on a network: no file that is made holds them."""
    posts = tmp_path / "content" / "posts"
    posts.mkdir(parents=True)
    (tmp_path / "content" / "pages").mkdir()
    note = "%% SECRETO %%<!-- SECRETO -->{# SECRETO #}{% comment %}SECRETO{% endcomment %}{{/* SECRETO */}}"
    (posts / "a.md").write_text(
        f"Título: Uno {note}\nFecha: 2026-01-02\nResumen: Dos {note}\nEtiquetas: tres {note}, cuatro\n"
        f"Categoría: Cinco {note}\nPregunta: ¿Seis? {note}\nMastodon: siete {note}\nVía: Ana {note}\n"
        f"Serie: Ocho {note}\nActualización: 2026-01-03 nueve {note}\n\n# Diez {note}\n\nonce {note}\n\n"
        "%%\nSECRETO\n\nSECRETO\n%%\n",
        "utf-8",
    )
    (posts / "b.md").write_text(
        f"Fecha: 2026-01-02\n\n# Doce {note}\n\ntrece\n\n<!-- SECRETO\n\nSECRETO -->\n", "utf-8"
    )
    (posts / "c.md").write_text("Fecha: 2026-01-02\n\n# Catorce %% SECRETO\n\nSECRETO %%\n\nquince\n", "utf-8")
    (posts / "d.md").write_text("Título: Vacía\nFecha: 2026-01-02\n\n%%\nSECRETO\n%%\n", "utf-8")
    records = build(tmp_path / "content", tmp_path / "output", SOCIAL_CARDS=False)
    files = [path for path in (tmp_path / "output").rglob("*") if path.is_file()]
    assert [] == [path.name for path in files if b"SECRETO" in path.read_bytes()]
    shown = "".join(path.read_text("utf-8") for path in files if path.suffix in (".html", ".json", ".atom"))
    for word in ("Uno", "Dos", "tres", "Cinco", "siete", "Ocho", "nueve", "once", "Doce", "trece"):
        assert word in shown, word
    assert any("d.md:1" in record.getMessage() for record in records)
