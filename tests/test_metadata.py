"""What a header means: both languages, the keys of other programs, every mistake on its line."""

import datetime as dt

import pytest

from tertulia.commands import new
from tertulia.content.header import split
from tertulia.content.key_names import key_names, nearest
from tertulia.content.keys import KEYS, Kind
from tertulia.content.metadata import EXTRA_KEYS, interpret, listed
from tertulia.core import languages
from tertulia.core.errors import SettingError
from tertulia.site.contents import DEFAULTS, Content
from tertulia.site.reading import policy_of
from tertulia.site.records import PostRecord
from tests.reading import MADRID, read


@pytest.fixture(autouse=True)
def _english():
    languages.speak("en")
    yield
    languages.speak("es")


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


def test_a_new_post_has_the_keys_that_most_want():
    """Each by its name in the blog's language; other programs' keys have none of ours, and none is guessed."""
    wanted = ["Title: A", "Date:", "Id:", "Lang:", "Author:", "Category:", "Tags:", "Summary:", "Status:"]
    assert wanted == new.header({"title": "A"}).splitlines()
    assert not {"address", "draft"} & key_names().keys()


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
    """A series, a question, all of an announcement: they mean something on a post alone; another program's may stay."""
    of_posts = ("Serie: Uno", "Pregunta: ¿Sí?", "Mastodon: Hola", "Guid: a", "Aviso: fuerte", "Audiencia: todos",
                'Imágenes: a.jpg "Una"', "Texto de portada en Mastodon: Una")  # fmt: skip
    text = "\n".join(("Título: x", *of_posts, "Portada: a.jpg", "Índice: no", "Vía: @ana", "", "Hola."))
    told = interpret(split(text, "p.md"), "p.md", MADRID, is_page=True).problems
    assert [(line, "hint") for line, _ in enumerate(of_posts, 2)] == [(one.line, one.severity) for one in told]
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
    ("written", "read_as"),
    [
        ("one\n    two, three\n    four", ["one", "two", "three", "four"]),
        ("one,\n    two", ["one", "two"]),
        ("one;\n    two", ["one", "two"]),
        ("one, two\n    three", ["one", "two", "three"]),
    ],
)
def test_one_on_each_line(written, read_as):
    """Pelican's way with several: the lines below are items too, but a comma at the end of one says it goes on."""
    meta = read(f"Title: x\nAuthors: {written}\nTags: {written}\n\nText")
    assert (read_as, read_as) == (meta.authors, meta.tags)


def test_one_address_on_each_line():
    """Where the post was before."""
    assert ["/one/", "/two/"] == read("Title: x\nAliases: /one/\n    /two/\n\nText").aliases


def test_what_is_no_list_goes_on_in_the_next_line():
    """A title, and a category, whose name may be long."""
    meta = read("Title: one\n    two\nCategory: La vida\n    en común\n\nText")
    assert ("one two", ["La vida en común"]) == (meta.title, meta.categories)


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


def test_small_habits_of_other_programs():
    """Entities in WordPress's titles, dates of MkDocs in a table, names that Obsidian calls aliases."""
    meta = read(
        "---\ntitle: It&#8217;s AT&amp;T &nbsp;\ndate:\n  created: 2026-01-02\n  updated: 2026-01-03\n"
        "aliases: [Nota vieja, /vieja/]\n---\n"
    )
    assert ("It’s AT&T &nbsp;", 2, ["/vieja/"]) == (meta.title, meta.date.day, meta.aliases)


@pytest.mark.parametrize(
    ("key", "meant"),
    [("Subtítulo", ""), ("subcategory", ""), ("Fecha_de_compra", ""), ("Titulo2", "Título"), ("Ttulo", "Título"),
     ("Etiquetass", "Etiquetas"), ("Pie de portada", "Texto de portada")],
)  # fmt: skip
def test_a_word_made_of_a_key_and_more_is_no_slip(key, meant):
    """Themes have keys of their own: a slip adds a letter or two."""
    languages.speak("es")
    assert meant == nearest(key)
