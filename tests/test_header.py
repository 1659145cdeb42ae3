"""Where the header of a post begins and ends, in each of the ways to write one."""

import pytest

from tertulia.content import header
from tertulia.content.header import split
from tertulia.content.metadata import interpret
from tests.reading import MADRID, read


def test_a_block_on_top_ends_at_the_blank_line():
    """The body begins after the blank line, and remembers on which line."""
    header = split("Título: Uno\nFecha: 2026-03-14\n\nHola: esto ya es texto.\n", "p.md")
    assert ["title", "date"] == [f.key for f in header.fields]
    assert ("Hola: esto ya es texto.\n", 4) == (header.body, header.body_line)


def test_a_fenced_block_takes_quotes_comments_and_dashes():
    """Between ``---`` lines values may be quoted and lists stand one item a line."""
    meta = read('---\n# mine\ntitle: "Uno: dos"\ntags:\n  - a\n  - "b, c"\n---\n\nTexto')
    assert ("Uno: dos", ["a", "b, c"], []) == (meta.title, meta.tags, meta.problems)


def test_a_value_goes_on_in_indented_lines():
    """An indented line belongs to the value above."""
    assert "una frase que no cabe" == read("Título: x\nResumen: una frase\n   que no cabe\n\n").summary


def test_a_first_paragraph_with_a_colon_is_text():
    """Metadata needs a key that we know; a sentence with a colon is no header."""
    header = split("Nota: hoy no escribo.\n\nMañana sí.\n", "p.md")
    assert ((), 1) == (header.fields, header.body_line)


def test_yaml_is_read_as_yaml():
    """Doubled quotes, folded text, comments behind a value, items with commas, dates and booleans as they stand."""
    meta = read(
        "---\ntitle: 'It''s \"here\"'  # no\ndate: 2026-03-14 10:00:00 +0100\ntags:\n- \"two, three\"\n- C#\n"
        "summary: >\n  one\n  two\n\ncategories: [a, 'b, c']\nlastmod: 2026-03-15\n...\n\nText"
    )
    assert ('It\'s "here"', ["two, three", "C#"], "one two") == (meta.title, meta.tags, meta.summary)
    assert (["a", "b, c"], 15, []) == (meta.categories, meta.modified.day, meta.problems)


def test_a_value_that_wants_quotes_is_given_them():
    """What YAML refuses for a colon is read as it was meant, the table and the list below it too."""
    meta = read(
        '---\ntitle: Uno: dos\nsummary: "x": y\nvia: @ana\ncover:\n  image: a.png\n  alt: A bee\ntags: [a, b]\n---\n\nT'
    )
    assert ("Uno: dos", '"x": y', "a.png", "A bee") == (meta.title, meta.summary, meta.cover, meta.cover_alt)
    assert (["a", "b"], [("via", "@ana")], []) == (meta.tags, meta.credits, meta.problems)


def test_what_is_no_yaml_is_read_line_by_line():
    """A colon or an @ in a value is no mistake between dashes."""
    meta = read("---\nTítulo: Uno: dos\nVía: @ana\nEtiquetas: #uno, #dos\n---\n\nTexto")
    assert ("Uno: dos", [("via", "@ana")], ["uno", "dos"]) == (meta.title, meta.credits, meta.tags)
    assert [] == meta.problems


def test_a_hashtag_is_no_comment():
    """YAML's comments have a blank behind their sign; a hashtag of ours has none."""
    meta = read(
        "---\ntitle: Lo de #clientepitero\nmastodon: Hoy, #uno y #dos # mine\nsummary: x # no\ntags: #a, #b\n---\n"
    )
    assert ("Lo de #clientepitero", "Hoy, #uno y #dos", "x") == (meta.title, meta.networks["mastodon"], meta.summary)
    assert ["a", "b"] == meta.tags


def test_toml_and_json():
    """Hugo's other two ways, tables within tables."""
    toml = read(
        "+++\ntitle = 'x'\ndate = 2026-03-14T10:00:00Z\ndraft = false\n[taxonomies]\ntags = ['a', 'b']\n+++\nText"
    )
    assert ("x", 11, ["a", "b"], "") == (toml.title, toml.date.hour, toml.tags, toml.status)
    header = split('{\n  "title": "x",\n  "tags": ["a"],\n  "draft": true\n}\n\nText', "p.md")
    assert ("Text", 7, [2, 3, 4]) == (header.body, header.body_line, [f.line for f in header.fields])
    assert "draft" == interpret(header, "p.md", MADRID).status


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("---\ntitle: x\ndate: 2026-01-01\n\nText.\n\n---\n\nMore.", "x", "Text.\n\n---\n\nMore."),
        ("---\ntitle: x\n\nNota: hoy llueve.\n\n---\n\nMore.", "x", "Nota: hoy llueve.\n\n---\n\nMore."),
        ("---\ntitle: x\n\ndate: 2026-01-01\n---\nText", "x", "Text"),
        ("---\ntitle: x\n\ntags:\n\n- a\n\n- b\n---\nText", "x", "Text"),
        ("---\ntitle: x\n...\n\nText\n\n---\n", "x", "Text\n\n---\n"),
        ("---\n\nText\n\n---\n\nMore", "", "---\n\nText\n\n---\n\nMore"),
        ("---\nText: it goes\non and on\n\nMore", "", None),
        ("---\n---\n\nText", "", "Text"),
        ("---\ntitle: x\n\n- a\n- b\n\n---\nMore", "x", "- a\n- b\n\n---\nMore"),
        ("---\ntitle: x\n\n    code\n\n---\nMore", "x", "    code\n\n---\nMore"),
        ("---\ntitle: x\n\n# Heading\n\nText\n\n---\nMore", "x", "# Heading\n\nText\n\n---\nMore"),
        ("---\ntitle: x\nsummary: >\n  a\n\n  b\n\nText\n\n---\nMore", "x", "Text\n\n---\nMore"),
        ("---\nNota: es texto\n---\n\nMore", "", "---\nNota: es texto\n---\n\nMore"),
        ("---\ntitle: x\n----\nText", "x", "Text"),
        ("Title: x\n---\nText", "x", "Text"),
        ("A heading\n---\n\nText", "", "A heading\n---\n\nText"),
        ("Title: x\nFecha:2026-01-01\n\nText", "x", "Text"),
        ("---\ntitle: x\nsummary: |\n  one\n\n  two\n---\nText", "x", "Text"),
        ("{{< figure >}}\n\nText", "", "{{< figure >}}\n\nText"),
    ],
)
def test_where_a_header_ends(text, title, body):
    """Text is never taken for header, nor header for text."""
    header = split(text, "p.md")
    assert title == interpret(header, "p.md", MADRID).title
    if body is not None:
        assert body == header.body


def test_a_tangled_header_is_told_and_ends():
    """Anchors that name each other, endless brackets and a header of megabytes cost no time."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for top in (f"---\n{bomb}title: x\n---\n", "---\ntitle: " + "[" * 5000 + "\n---\n", '{"title": ' + "[" * 50000):
        assert read(top).problems
    assert "error" == read("---\ntitle: x\nsummary: " + "a " * 90_000 + "\n---\n").problems[0].severity


def test_a_colon_in_one_value_costs_no_list_of_another():
    """A fenced header that is no YAML, for a colon in its words, is read line by line without a word."""
    source = "---\nTítulo: La queja\nFecha: 2025-03-01\nEtiquetas: [uno, dos]\nResumen: Corrijo: fue antes.\n---\n\nx\n"
    read = header.split(source, "content/posts/a.md")
    assert () == tuple(read.problems)
    broken = header.split(source.replace("[uno, dos]", "[uno, dos"), "content/posts/a.md")
    assert 1 == len(broken.problems)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("**Título: X**", "X"), ("__Título: X__  ", "X"), ("***Título：X***", "X"), ("_Título: X_", "X"),
        ("**Título: Un *gran* día**", "Un *gran* día"), ("**Título: X** y", "X** y"),
        ("Título: *Rayuela*", "*Rayuela*"),
        ("**Título:** **X**", "**X**"), ("_título_: a_b_", "a_b_"),
    ],
)  # fmt: skip
def test_a_line_in_bold_leaves_none_of_its_marks_in_the_value(line, title):
    """What an export puts around a whole line goes; what stands around a value alone is its author's."""
    assert title == read(f"{line}\n**Fecha: 2026-11-01**\n\nTexto").title
