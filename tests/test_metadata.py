"""The metadata block: both ways to write it, both languages, every mistake on its line."""

import datetime as dt
from pathlib import PurePath
from zoneinfo import ZoneInfo

import pytest

from tertulia.content import header
from tertulia.content.dates import from_name, parse_date
from tertulia.content.header import split
from tertulia.content.key_names import key_names, nearest
from tertulia.content.keys import KEYS, Kind
from tertulia.content.metadata import EXTRA_KEYS, interpret, listed
from tertulia.core import languages
from tertulia.core.errors import SettingError
from tertulia.site.contents import DEFAULTS, Content
from tertulia.site.reading import policy_of
from tertulia.site.records import PostRecord

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
    assert ("Uno: dos", ["a", "b, c"], []) == (meta.title, meta.tags, meta.problems)


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
        ("2026-11-21 09:30:15.250 +0000 UTC", dt.datetime(2026, 11, 21, 9, 30, 15, 250000, tzinfo=dt.UTC)),
        ("20261121T093015Z", dt.datetime(2026, 11, 21, 9, 30, 15, tzinfo=dt.UTC)),
        ("2026-11-21T09:30[America/Mexico_City]", dt.datetime(2026, 11, 21, 15, 30, tzinfo=dt.UTC)),
        ("Sat, 21 Nov 2026 09:30:00 +0100", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("Sat, 21 Nov 26 09:30 GMT", dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)),
        ("Sat Nov 21 2026 09:30:00 GMT+0100 (CET)", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("Sat Nov 21 09:30:00 CET 2026", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("2026/11/21 9:30 p. m.", dt.datetime(2026, 11, 21, 21, 30, tzinfo=MADRID)),
        ("Nov. 21st, 2026 at 12:05 AM", dt.datetime(2026, 11, 21, 0, 5, tzinfo=MADRID)),
        ("Sept 5, 2026", dt.datetime(2026, 9, 5, tzinfo=MADRID)),
        ("5 ene. 2026", dt.datetime(2026, 1, 5, tzinfo=MADRID)),
        ("sábado, 21 de noviembre de 2026, 9.30 h", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("11/21/2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21.11.2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("1795426200", dt.datetime(2026, 11, 23, 10, 30, tzinfo=MADRID)),
        ("21 de xaneiro de 2026", dt.datetime(2026, 1, 21, tzinfo=MADRID)),
        ("2026ko urtarrilaren 21a", dt.datetime(2026, 1, 21, tzinfo=MADRID)),
        ("1º de março de 2026", dt.datetime(2026, 3, 1, tzinfo=MADRID)),
        ("1er août 2026", dt.datetime(2026, 8, 1, tzinfo=MADRID)),
        ("٢١ يناير ٢٠٢٦", dt.datetime(2026, 1, 21, tzinfo=MADRID)),
        ("2026-11-21 9:30 hs", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("2026-11-21 09:30 UTC-3", dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)),
        ("2026-11-21T09:30:00−03:00", dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)),
        ("[[2026-11-21]]", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("<2026-11-21 Sat 09:30>", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("20261121093015", dt.datetime(2026, 11, 21, 9, 30, 15, tzinfo=MADRID)),
        ("202611210930", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("21/nov/2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21-XI-2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21. 11. 2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21–11–2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("«primero de mayo de 2026»", dt.datetime(2026, 5, 1, tzinfo=MADRID)),
        ("1ero de mayo de 2026", dt.datetime(2026, 5, 1, tzinfo=MADRID)),
        ("21 de noviembre de 2026 a las 5 de la tarde", dt.datetime(2026, 11, 21, 17, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 10:30 de la noche", dt.datetime(2026, 11, 21, 22, 30, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 12 de la noche", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 12 de la mañana", dt.datetime(2026, 11, 21, 12, tzinfo=MADRID)),
        ("21 de noviembre de 2026 a mediodía", dt.datetime(2026, 11, 21, 12, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 5 pm", dt.datetime(2026, 11, 21, 17, tzinfo=MADRID)),
        ("21 de noviembre de 2026 a las 10 horas", dt.datetime(2026, 11, 21, 10, tzinfo=MADRID)),
        ("mar, 3 nov 2026", dt.datetime(2026, 11, 3, tzinfo=MADRID)),
        ("mar, 3 mar 2026", dt.datetime(2026, 3, 3, tzinfo=MADRID)),
        ("dissabte, 1r de maig de 2026 a les 10 h", dt.datetime(2026, 5, 1, 10, tzinfo=MADRID)),
        ("mércores, 2 de decembro de 2026", dt.datetime(2026, 12, 2, tzinfo=MADRID)),
        ("asteazkena, 2026(e)ko azaroaren 21a", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("2026ko urtarrilaren 5ean", dt.datetime(2026, 1, 5, tzinfo=MADRID)),
        ("samedi 21 févr. 2026 à 10 h 30", dt.datetime(2026, 2, 21, 10, 30, tzinfo=MADRID)),
        ("sexta-feira, 21 de dez. de 2026 às 10h30", dt.datetime(2026, 12, 21, 10, 30, tzinfo=MADRID)),
        ("۱۴۰۵/۰۸/۳۰", None),
        ("2026-11", None),
        ("2026-11-21 y algo", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("ayer", None),
        ("2026-02-30", None),
        ("2026-11-21 25:00", None),
        ("30 de febrerillo de 2026", None),
    ],
)
def test_dates(value, expected):
    """A date is read as people write it, in the blog's zone when it names none."""
    assert expected == parse_date(value, MADRID)


def test_a_moment_is_told_in_the_blogs_zone():
    """An offset says the instant; year and month are those of the blog."""
    assert dt.datetime(2025, 12, 31, 16, 30) == parse_date("2026-01-01T00:30+09:00", MADRID).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("name", "day", "words"),
    [
        ("2016-09-19-hola.md", "2016-09-19", "hola"),
        ("2018-3-9_x y.md", "2018-03-09", "x y"),
        ("2016/09/19/hola.md", "2016-09-19", "hola"),
        ("2016/09/hola.md", "2016-09-01", "hola"),
        ("2016/09/19-hola.md", "2016-09-19", "hola"),
        ("2016/2016-09-19-hola/index.md", "2016-09-19", "hola"),
        ("2016-09-19.md", "2016-09-19", ""),
        ("2016-02-31-hola.md", "None", "2016-02-31-hola"),
        ("2016-memoria.md", "None", "2016-memoria"),
        ("2016/hola.md", "None", "hola"),
    ],
)
def test_the_place_of_a_file_tells_its_day(name, day, words):
    """As Jekyll, Hugo and Eleventy name files; a day that no calendar has is a name."""
    assert (day, words) == (str(from_name(PurePath(name)).day), from_name(PurePath(name)).words)


def test_updates_are_dated_notes():
    """Each ``Actualización:`` begins with its date; the rest is its text."""
    meta = read(
        "Título: x\nActualización: 2026-03-20 Contestaron con *prisa*.\n"
        "Actualización: 21 de marzo de 2026: Y se disculparon.\n\n"
    )
    days = [dt.datetime(2026, 3, 20, tzinfo=MADRID), dt.datetime(2026, 3, 21, tzinfo=MADRID)]
    assert list(zip(days, ["Contestaron con *prisa*.", "Y se disculparon."], strict=True)) == meta.updates


def test_an_update_may_say_its_hour():
    """The hour is the date's, not the text's."""
    (update,) = read("Título: x\nActualización: 2026-11-25 12:00 Texto de 2 líneas\n\n").updates
    assert (dt.datetime(2026, 11, 25, 12, tzinfo=MADRID), "Texto de 2 líneas") == update


@pytest.mark.parametrize("day", ["2026-03-20", "20 de marzo de 2026", "March 20, 2026", "2026-03-20 10:30"])
@pytest.mark.parametrize(
    "text", ["La exposición", "El plazo", "A word", "The end", "Domingo de sol", "De la A a la Z", "de"]
)
@pytest.mark.parametrize("between", [" ", ": ", " — "])
def test_an_update_keeps_its_first_word(day, text, between):
    """A word that may also stand in a date is the text's own when the date is whole without it."""
    assert [text] == [said for _, said in read(f"Título: x\nActualización: {day}{between}{text}\n\n").updates]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Título: x\nFecha: ayer\n\n", 2, "the date “ayer” makes no sense"),
        ("Título: x\nFecha: 21/11/26\n\n", 2, "the date “21/11/26” makes no sense"),
        ("Título: x\nEtiquetes: a\n\n", 2, "unknown key “Etiquetes”"),
        ("Título: x\nEstado: casi\n\n", 2, "“casi” is not a status"),
        ("Título: x\nIdioma: eo\n\n", 2, "the blog is not written in “eo”"),
        ("Título: x\nTítulo: y\n\n", 2, "“Título” is there twice"),
        ("Título: x\nActualización: pronto\n\n", 2, "the update “pronto” does not begin with its date"),
        ("Título: x\nesto no es nada\n\n", 2, "“esto no es nada” is not “Key: value”"),
        ("\n---\nTítulo: x\nTexto que sigue", 4, "the header opens with “---” and never ends"),
        ("---\ntítulo: x\nfecha: [2026\n---\n", 3, "the header is not YAML on this line, or the one before"),
        ("+++\ntitle = 'x'\ndate = 2026-13-01\n+++\n", 3, "the header between “+++” is not TOML on this line"),
        ("+++\ntitle = 'x'\n\nTexto", 1, "the header opens with “+++” and never ends"),
        ('{\n "title": "x",\n "date": \n}\n', 4, "the header in braces is not JSON on this line"),
        ("Título: x\nFecha: 05/06/2026\n\n", 2, "the date “05/06/2026” can be read in two ways; here it is 2026-06-05"),
        (
            "Título: x\nReview status: no\n\n",
            2,
            "unknown key “Review status”, which looks like a status; the post stays a draft",
        ),
    ],
)
def test_mistakes_are_told_on_their_line(text, line, what):
    """Every mistake names its line and what to do."""
    problem = read(text).problems[0]
    assert (line, what) == (problem.line, problem.what)
    assert problem.fix


def test_an_unknown_key_names_the_nearest():
    """A slip of the finger gets the key that was meant."""
    (problem,) = read("Título: x\nEtiquetes: a\n\n").problems
    assert "did you mean “Tags”?" == problem.fix
    for slip, meant in (("Foo", "remove it"), ("Sumary", "“Summary”"), ("Titel", "“Title”")):
        assert meant in read(f"Título: x\n{slip}: a\n\n").problems[0].fix, slip


@pytest.mark.parametrize(
    ("line", "what"),
    [("Toc: perhaps", "yes"), ("Embeds: perhaps", "keep"), ("Índice: quizá", "yes"), ("Incrustados: x", "quitar")],
)
def test_a_value_that_is_none_is_told_on_its_line(line, what):
    """What may stand there is said, and the blog does as if the key were not there."""
    meta = read(f"Título: x\nFecha: 2026-01-02\n{line}\n\nHola.")
    (problem,) = meta.problems
    assert (3, True, None, "") == (problem.line, what in problem.fix, meta.toc, meta.embeds)


def test_what_a_page_cannot_have_is_told():
    """A series, a question, words for a network: they mean something on a post alone; another program's may stay."""
    text = "Título: x\nSerie: Uno\nPregunta: ¿Sí?\nMastodon: Hola\nPortada: a.jpg\n\nHola."
    told = interpret(split(text, "p.md"), "p.md", MADRID, is_page=True).problems
    assert [(2, "hint"), (3, "hint"), (4, "hint")] == [(one.line, one.severity) for one in told]
    assert [] == read(text).problems


def test_each_key_has_its_place():
    """Whatever is declared is read, understood under every name, and stands somewhere in the metadata."""
    sample = {Kind.MOMENT: "2026-01-02", Kind.FLAG: "yes", Kind.LANGUAGE: "es", Kind.STATUS: "draft"}
    sample |= {Kind.UPDATE: "2026-01-02 x", Kind.STATE: "2026-01-02"}
    for key in KEYS:
        plain = {"shown": "no", "kept": "yes"}.get(key.name)
        value = plain or next(iter(key.choices), sample.get(key.kind, "a/b"))
        for name in (*key.names("es"), *key.names("en"), *key.theirs.split()):
            empty, meta = read("Title: x\n\n"), read(f"Title: x\n{name}: {value}\n\nHola.")
            assert [] == [one for one in meta.problems if one.severity == "error"], name
            told = key.name in ("title", "published", "via", "source", "photo", "thanks") or meta != empty
            assert told, name


def test_no_key_of_the_theme_takes_anothers_name():
    """What only the theme asks for is an attribute of an article, as much else is; none hides another."""
    taken = {*PostRecord.__struct_fields__, *Content.__annotations__, *DEFAULTS, "category", "author", "status"}
    assert [] == [key.name for key in EXTRA_KEYS if key.name in taken or not key.name.isidentifier()]


def test_a_policy_that_is_none_is_told():
    """EMBEDS_POLICY takes the words that a post's header takes; another one stops the build in one line."""
    assert ["keep", "text", "remove"] == [policy_of(word) for word in ("conservar", "text", "quitar")]
    for odd in ("borrar", "", None, 3):
        with pytest.raises(SettingError, match=r"EMBEDS_POLICY.*conservar, keep, texto"):
            policy_of(odd)


def test_networks_keep_their_own_words():
    """A text for one network, or ``no``, is kept as written."""
    meta = read("Título: x\nMastodon: Dicho de otro modo #hola\nX: no\n\n")
    assert {"mastodon": "Dicho de otro modo #hola", "x": "no"} == meta.networks


# ── what other programs write ────────────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize(
    "text",
    [
        "title: x\nusual: &u\n  draft: true\n<<: *u", "title: x\nparams: &p {draft: true}\nextra:\n  <<: *p",
        "title: x\n<<: [{a: 1}, {draft: yes}]", "title: x\n  draft: true\ndate: 2026-01-01",
        "title: x\ntags: [a, b\n  published: false",
    ],
)  # fmt: skip
def test_a_draft_by_another_line_is_one(text):
    """What a merge key brings along, and what an indentation that nobody meant hides in another value."""
    assert "draft" == read(f"---\n{text}\n---\n\nText").status
    assert "" == read("---\ntitle: x\nu: &u {draft: true}\n<<: *u\ndraft: false\n---\n\nText").status


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


@pytest.mark.parametrize("fence", ["---\n", ""])
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("draft: true", "draft"), ("draft: false", ""), ("Draft: Yes", "draft"), ('draft: "true"', "draft"),
        ("draft: 'no'", ""), ("draft: ON", "draft"), ("is_draft: y", "draft"), ("draft: maybe", "draft"),
        ("published: false", "draft"), ("published: true", ""), ("published: No", "draft"), ("publish: off", "draft"),
        ("private: true", "draft"), ("hidden: true", "hidden"), ("hidden: false", ""), ("visibility: private", "draft"),
        ("visibility: public", "published"), ("status: publish", "published"), ("status: pending", "draft"),
        ("post_status: private", "draft"), ("password: abc", "draft"), ("permalink: false", "draft"),
        ("eleventyExcludeFromCollections: true", "unlisted"), ("publishState: whatever", "draft"),
        ("darft: true", "draft"), ("Rascunho: sim", "draft"), ("Zirriborroa: bai", "draft"), ("Rascunho: não", ""),
        ("Egoera: zirriborroa", "draft"), ("Entwurf: ja", "draft"), ("مسودة: نعم", "draft"), ("approved: no", "draft"),
        ("approved: true", ""), ("published_at:", "draft"), ("draft:: true", "draft"),
        ("workflow: draft", "draft"),
        ("type: draft", "draft"), ("reading_time: 5", ""), ("hideMeta: true", ""), ("published_by: x", "draft"),
        ("sí_publicado: no", "draft"), ("status: hidden\ndraft: false", "hidden"),
        ("status: published\nstatus: draft", "draft"), ("Estado: publicado\nStatus: draft", "draft"),
        ("active: false", "draft"), ("active: menu", ""), ("skip: true", "draft"),
        ("skip: 3", ""), ("live: no", "draft"),
        ("post_password: x", "draft"), ("access: subscribers", "draft"), ("access: public", "published"),
        ("audience: only_paid", "draft"), ("audience: everyone", ""),
        ("**Estado**: borrador", "draft"), ("**Estado: borrador**", "draft"), ("_Estado: sin listar_", "unlisted"),
        ("**Estado: publicado**", "published"), ("Estado：borrador", "draft"), ("Estado\u00a0: borrador", "draft"),
        ("\u200bEstado: borrador", "draft"), ("Est\u200bado: borrador", "draft"),
        ("Est\u00adado: borrador", "draft"), ("Estado = borrador", "draft"), ("Borrador", "draft"), ("draft", "draft"),
        ("Published?: No", "draft"), ("¿Publicado?: No", "draft"), ("✅ Publicado: No", "draft"), ("draft:", "draft"),
        ("mostrar: no", "draft"), ("in progress: yes", "draft"), ("contraseña: abc", "draft"),
        ("final: false", "draft"),
        ("status: published,featured", "published"), ("status: published, hidden", "hidden"),
        ("status: published,odd", "draft"), ("build: {render: never}", "draft"), ("params: {private: true}", "draft"),
        ("flags: [draft]", "draft"), ("flags: {draft: true}", "draft"), ("flags: {draft: no}", ""),
        ("state: {draft: true}", "draft"), ("options: {draft: true}", "draft"), ("comments: {published: false}", ""),
    ],
)  # fmt: skip
def test_who_keeps_a_post_back(line, status, fence):
    """Other generators' states in every spelling; what only looks like one keeps the post back too."""
    assert status == read(f"{fence}title: x\n{line}\n{fence}\nText").status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("draft:\n  value: true", "draft"),
        ("draft:\n  value: false", ""),
        ("params:\n  draft: true", "draft"),
        ("extra:\n  deep:\n    a: 1\n  private: yes", "draft"),
        ("cover:\n  hidden: true", ""),
        ("meta: {published: no}", "draft"),
    ],
)
def test_what_stands_in_a_table_keeps_a_post_back_too(lines, status):
    """A state may be a table, or stand in one of its author's own; what hides a part of the page is no state."""
    assert status == read(f"---\ntitle: x\n{lines}\n---\nText").status


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "date:\n  created: 2026-01-02\n  updated: 2026-02-03",
            {"date": "2026-01-02", "modified": "2026-02-03"},
        ),  # MkDocs
        ("date: {published: 2026-01-02, lastmod: 2026-02-03}", {"date": "2026-01-02", "modified": "2026-02-03"}),
        ("date: {created: 2026-01-02, updated: 2026-02-03}\nlastmod: 2026-03-04", {"modified": "2026-03-04"}),
        ("last_update:\n  date: 2026-02-03\n  author: Ana", {"modified": "2026-02-03", "authors": "[]"}),  # Docusaurus
        ("authors:\n- name: Ana\n  url: https://a.example\n- luis", {"authors": "['Ana', 'luis']"}),
        ("tags:\n- label: Uno\n  permalink: /u\n- dos", {"tags": "['Uno', 'dos']"}),
        ("author: {name: Ana, email: a@b.example}", {"authors": "['Ana']"}),  # Jekyll
        ("image: {path: a.jpg, alt: Una plaza}", {"cover": "a.jpg", "cover_alt": "Una plaza"}),
        ("heroImage: {src: a.jpg, alt: Una plaza}", {"cover": "a.jpg", "cover_alt": "Una plaza"}),  # Astro
        ("images:\n- url: a.jpg\n  alt: Una plaza\n- b.jpg", {"cover": "a.jpg", "cover_alt": "Una plaza"}),
        (
            "params: {author: Ana, summary: Dos, cover: {image: a.jpg}}",
            {"authors": "['Ana']", "summary": "Dos"},
        ),  # Hugo
        ("author: Luis\nparams: {author: Ana}", {"authors": "['Luis']"}),
        (
            "extra: {author: Ana, url: /a/}\ntaxonomies: {tags: [a, b]}",
            {"authors": "['Ana']", "tags": "['a', 'b']"},
        ),  # Zola
        ("categories:\n- [a, b]\n- [c]", {"categories": "['a', 'b', 'c']"}),  # Hexo
        ("permalink: {build: /a/b/}", {"old_addresses": "['/a/b/']"}),  # Eleventy
        ("summary: {en: Two, es: Dos}", {"summary": "Two"}),
        ("slug: {current: uno}\nseries: {name: S, order: 1}", {"slug": "uno", "series": "S"}),  # Sanity
    ],
)
def test_tables_of_well_known_keys_are_understood(lines, expected):
    """As each program nests them; what the header says itself counts before what a table says beside."""
    meta = read(f"---\ntitle: x\n{lines}\n---\nText")
    assert expected == {name: str(getattr(meta, name))[: len(said)] for name, said in expected.items()}
    assert [] == [p for p in meta.problems if p.severity != "hint"]


@pytest.mark.parametrize(
    "lines", ["date: {day: 2}", "cover: {width: 3}", "tags:\n- {weight: 1}", "summary: {html: {a: 1}}"]
)
def test_a_table_without_a_value_is_told_on_its_line(lines):
    """Nothing that an author wrote under a key of ours is dropped without a word."""
    assert (3, "warning") in [(p.line, p.severity) for p in read(f"---\ntitle: x\n{lines}\n---\nText").problems]


@pytest.mark.parametrize(
    ("lines", "later"),
    [
        ("Fecha: 2026-01-02\nFecha: 2027-01-02", 2027),
        ("Fecha: 2026-01-02\nDate: 2027-01-02", 2027),
        ("date: 2026-01-02\npubDate: 2027-01-02", 2027),
        ("date: 2026-01-02\nnot_before: 2027-01-02", 2027),
        ("date: 2026-01-02\ncreated: 2020-01-02", 2020),
    ],
)
def test_of_two_days_the_later_is_waited_for(lines, later):
    """A post keeps its first date, and is not shown before the other."""
    meta = read(f"Título: x\n{lines}\n\nText")
    assert (2026, later) == (meta.date.year, meta.publish_date.year)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("Mastodon: No.", "no"),
        ("Mastodon: «no»", "no"),
        ("mastodon: false", "no"),
        ("Mastodon: nunca", "no"),
        ("Mastodon: Hola\nMastodon: no", "no"),
        ("Mastodon: No pito.", "No pito."),
        ("Mastodon: Uno\nMastodon: Dos", "Uno"),
    ],
)
def test_a_network_is_left_out_however_it_is_written(lines, said):
    """A "no" with its full stop is no announcement, and the second of two holds where it is one."""
    assert said == read(f"Título: x\n{lines}\n\nText").networks["mastodon"]


def test_other_names_for_our_keys():
    """The keys of Hugo, Jekyll, Ghost, Astro and Obsidian mean what ours do, and ours win."""
    meta = read(
        "---\ndescription: theirs\nsummary: ours\nlastmod: 2026-01-02\nfeature_image: /a.jpg\nauthors: [Ann, 'B, C']\n"
        "permalink: /2012/old/\nredirect_from:\n  - /older/\nlayout: post\nlang: es-ES\ncreated: 2020-01-01\n"
        "date: 2026-01-01\ncover:\n  image: b.jpg\n  alt: A bee\n---\n"
    )
    assert ("ours", 2, ["Ann", "B, C"], "es", 2026) == (
        meta.summary, meta.modified.day, meta.authors, meta.lang, meta.date.year,
    )  # fmt: skip
    assert (["/2012/old/"], ["/older/"], "b.jpg", "A bee") == (
        meta.old_addresses, meta.aliases, meta.cover, meta.cover_alt,
    )  # fmt: skip
    assert [("hint", 10)] == [(problem.severity, problem.line) for problem in meta.problems]


def test_authors_between_semicolons():
    """Pelican's way to name two people."""
    assert ["Ann", "Bob"] == read("Title: x\nAuthors: Ann; Bob\n\n").authors


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("كتب، سفر ،موسيقى", ["كتب", "سفر", "موسيقى"]), ("كتب؛ سفر", ["كتب", "سفر"]),
        ("本、旅，音楽", ["本", "旅", "音楽"]), ("a; b，c", ["a", "b,c"]), ('"本、旅", 音楽', ["本、旅", "音楽"]),
    ],
)  # fmt: skip
def test_commas_of_any_script_part_tags(line, tags):
    """Arabic, Chinese and Japanese ones as ours; between quotes, and in an item of a YAML list, they stay."""
    for key, names in (("tags", "tags"), ("categories", "categories"), ("authors", "authors")):
        assert tags == getattr(read(f"Title: x\n{key}: {line}\n\n"), names)
    assert ["a、b"] == read("---\ntitle: x\ntags:\n  - a、b\n---\n\nx\n").tags


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


def test_small_habits_of_other_programs():
    """Entities in WordPress's titles, dates of MkDocs in a table, names that Obsidian calls aliases."""
    meta = read(
        "---\ntitle: It&#8217;s AT&amp;T &nbsp;\ndate:\n  created: 2026-01-02\n  updated: 2026-01-03\n"
        "aliases: [Nota vieja, /vieja/]\n---\n"
    )
    assert ("It’s AT&T &nbsp;", 2, ["/vieja/"]) == (meta.title, meta.date.day, meta.aliases)


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


@pytest.mark.parametrize(
    ("key", "meant"),
    [("Subtítulo", ""), ("subcategory", ""), ("Fecha_de_compra", ""), ("Titulo2", "Título"), ("Ttulo", "Título"),
     ("Etiquetass", "Etiquetas"), ("Pie de portada", "Texto de portada")],
)  # fmt: skip
def test_a_word_made_of_a_key_and_more_is_no_slip(key, meant):
    """Themes have keys of their own: a slip adds a letter or two."""
    languages.speak("es")
    assert meant == nearest(key)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1898-12-10", "1898-12-10T00:00:00-00:15"), ("1898-12-10 20:30", "1898-12-10T20:30:00-00:15"),
        ("1898-12-10T20:30Z", "1898-12-10T20:15:16-00:15"), ("1950-07-18", "1950-07-18T00:00:00+01:00"),
    ],
)  # fmt: skip
def test_a_day_before_the_clocks_agreed_has_an_offset_that_feeds_may_hold(written, told):
    """Whole minutes: the day and the hour stay as they were written."""
    assert told == parse_date(written, ZoneInfo("Europe/Madrid")).isoformat()
