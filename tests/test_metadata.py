"""The metadata block: both ways to write it, both languages, every mistake on its line."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tertulia.content.metadata import interpret, key_names, listed, parse_date, split
from tertulia.core import languages

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture(autouse=True)
def _english():
    languages.speak("en")
    yield
    languages.speak("es")


def read(text):
    return interpret(split(text, "p.md"), "p.md", MADRID)


def test_a_block_on_top_ends_at_the_blank_line():
    """The body begins after the blank line, and remembers on which line."""
    header = split("Título: Uno\nFecha: 2026-03-14\n\nHola: esto ya es texto.\n", "p.md")
    assert ["title", "date"] == [f.key for f in header.fields]
    assert ("Hola: esto ya es texto.\n", 4) == (header.body, header.body_line)


def test_a_fenced_block_takes_quotes_comments_and_dashes():
    """Between ``---`` lines values may be quoted and lists stand one item a line."""
    meta = read('---\n# mine\ntitle: "Uno: dos"\ntags:\n  - a\n  - "b, c"\n---\n\nTexto')
    assert ("Uno: dos", ["a", "b", "c"], []) == (meta.title, meta.tags, meta.problems)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Vía", "via"),
        ("via", "via"),
        ("ACTUALIZACIÓN", "update"),
        ("Categorías", "category"),
        ("Autora", "author"),
        ("cover_alt", "cover_alt"),
        ("Texto de portada", "cover_alt"),
        ("Twitter", "x"),
    ],
)
def test_keys_are_known_by_every_name(written, key):
    """Spanish or English, with or without accents and capitals."""
    assert key == split(f"Título: x\n{written}: y\n\n", "p.md").fields[1].key


def test_all_keys_have_a_name_of_their_own():
    """No name leads to two keys."""
    names = [name.casefold() for names in key_names().values() for name in names]
    assert sorted(set(names)) == sorted(names)


def test_a_value_goes_on_in_indented_lines():
    """An indented line belongs to the value above."""
    assert "una frase que no cabe" == read("Título: x\nResumen: una frase\n   que no cabe\n\n").summary


def test_a_first_paragraph_with_a_colon_is_text():
    """Metadata needs a key that we know; a sentence with a colon is no header."""
    header = split("Nota: hoy no escribo.\n\nMañana sí.\n", "p.md")
    assert ((), 1) == (header.fields, header.body_line)


def test_text_after_via_stays_metadata():
    """The keys after a non-ASCII one are read too."""
    meta = read("Título: x\nVía: @ana\nFecha: 2026-03-14\n\nTexto")
    assert ([("via", "@ana")], 14) == (meta.credits, meta.date.day)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a, b", ["a", "b"]),
        ("[a, b]", ["a", "b"]),
        ("a,b,,c ,", ["a", "b", "c"]),
        ('["a, b", c]', ["a, b", "c"]),
        ("@ana, https://x.example/a,b, Luis (el del bar)", ["@ana", "https://x.example/a,b", "Luis (el del bar)"]),
        ("", []),
        ("a, a", ["a"]),
    ],
)
def test_lists(value, expected):
    """Lists come as ``a, b`` or ``[a, b]``."""
    assert expected == listed(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("2026-11-21 09:30", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("2026-11-21T09:30:15+00:00", dt.datetime(2026, 11, 21, 9, 30, 15, tzinfo=dt.UTC)),
        ("2026-11-21T09:30Z", dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)),
        ("21/11/2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21 de noviembre de 2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("1 de Setiembre del 2021, a las 8:05", dt.datetime(2021, 9, 1, 8, 5, tzinfo=MADRID)),
        ("November 21, 2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("ayer", None),
        ("2026-02-30", None),
        ("2026-11-21 25:00", None),
        ("30 de febrerillo de 2026", None),
    ],
)
def test_dates(value, expected):
    """A date is read as people write it, in the blog's zone when it names none."""
    assert expected == parse_date(value, MADRID)


def test_updates_are_dated_notes():
    """Each ``Actualización:`` begins with its date; the rest is its text."""
    meta = read(
        "Título: x\nActualización: 2026-03-20 Contestaron con *prisa*.\n"
        "Actualización: 21 de marzo de 2026: Y se disculparon.\n\n"
    )
    assert [("2026-03-20", "Contestaron con *prisa*."), ("2026-03-21", "Y se disculparon.")] == meta.updates


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Título: x\nFecha: ayer\n\n", 2, "the date “ayer” makes no sense"),
        ("Título: x\nEtiquetes: a\n\n", 2, "unknown key “Etiquetes”"),
        ("Título: x\nEstado: casi\n\n", 2, "“casi” is not a status"),
        ("Título: x\nIdioma: eo\n\n", 2, "the blog is not written in “eo”"),
        ("Título: x\nTítulo: y\n\n", 2, "“Título” is there twice"),
        ("Título: x\nActualización: pronto\n\n", 2, "the update “pronto” does not begin with its date"),
        ("Título: x\nesto no es nada\n\n", 2, "“esto no es nada” is not “Key: value”"),
        ("\n---\nTítulo: x\n\nTexto", 2, "the header opens with “---” and never ends"),
    ],
)
def test_mistakes_are_told_on_their_line(text, line, what):
    """Every mistake names its line and what to do."""
    (problem,) = read(text).problems
    assert (line, what) == (problem.line, problem.what)
    assert problem.fix


def test_an_unknown_key_names_the_nearest():
    """A slip of the finger gets the key that was meant."""
    (problem,) = read("Título: x\nEtiquetes: a\n\n").problems
    assert "did you mean “Etiquetas”?" == problem.fix


def test_networks_keep_their_own_words():
    """A text for one network, or ``no``, is kept as written."""
    meta = read("Título: x\nMastodon: Dicho de otro modo #hola\nX: no\n\n")
    assert {"mastodon": "Dicho de otro modo #hola", "x": "no"} == meta.networks
