"""The words of an announcement: counted as each network counts, cut where a reader would not mind."""

import tomllib
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tertulia.content.posts import Post, PostCredit
from tertulia.core import settings
from tertulia.core.cuts import count_graphemes, shorten, split
from tertulia.syndication import summary
from tertulia.syndication.networks import (
    bluesky,
    linkedin,
    mastodon,
    telegram,
    threads,
    x,
)
from tertulia.syndication.summary import Style, hashtag, links_in, words_for
from tests.fakes import read_little_text
from tests.house import POST

VECTORS = tomllib.loads((Path(__file__).parent / "examples/counting/vectors.toml").read_text("utf-8"))["text"]
COUNTS = {
    "mastodon": mastodon.count,
    "bluesky": bluesky.count,
    "x": x.count,
    "threads": threads.count,
    "telegram": telegram.count,
    "linkedin": linkedin.count,
}
CASES = [(network, each["say"], each[network]) for each in VECTORS for network in COUNTS if network in each]

PLAIN = Style(limit=500, count=count_graphemes)
TEXTS = st.text(alphabet=st.sampled_from("aeñú ¿?.,…«»\n👩\u200d👧\u0303🇪🇸#@/:日"), max_size=200)


def test_there_are_enough_vectors():
    """Two hundred at least, over all networks that count in their own way."""
    assert len(CASES) >= 200


@pytest.mark.parametrize(("network", "text", "expected"), CASES)
def test_length_is_the_networks_own(network, text, expected):
    """Each vector of ``examples/counting/vectors.toml``."""
    assert COUNTS[network](text) == expected


def test_a_note_of_anothers_words_says_none_of_them():
    """A note without a word of its author's is called after what it quotes; that is not said in the author's name."""
    note = replace(POST, title="Palabras de otra persona", summary="", is_note=True, tags=(), credits=(), question="")
    assert (note.url,) == words_for(note, "mastodon", PLAIN).parts
    titled = replace(note, is_note=False)
    assert (f"{note.title}\n\n{note.url}",) == words_for(titled, "mastodon", PLAIN).parts


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Hola", 4, "Hola"),
        ("Hola mundo", 9, "Hola…"),
        ("Uno dos tres cuatro.", 14, "Uno dos tres…"),
        ("Primera frase entera. Segunda que no cabe", 30, "Primera frase entera."),
        ("Dijo «que no» y se fue", 15, "Dijo «que no»…"),
        ("Dijo «que no", 8, "Dijo…"),
        ("Mira #ClientePitero", 12, "Mira…"),
        ("Ve a https://example.com/una/muy/larga", 20, "Ve…"),
        ("supercalifragilístico", 10, "supercali…"),
        ("ñ" * 20, 5, "ññññ…"),
        ("👩\u200d👧" * 9, 3, "👩\u200d👧👩\u200d👧…"),
        ("Sube un 50\u00a0% este año", 12, "Sube…"),
        ("Haciendo lo que vine a dejar", 23, "Haciendo lo que vine…"),
        ("The end of the whole matter is here", 16, "The end…"),
    ],
)
def test_shorten_cuts_where_a_reader_would(text, limit, expected):
    """At a sentence if that keeps most, else at a word; never inside a grapheme, a link, a tag or "50 %"."""
    assert shorten(text, limit) == expected


def test_shorten_says_when_nothing_fits():
    """A limit without room for a letter and the "…" is an error."""
    with pytest.raises(ValueError, match="no text fits"):
        shorten("largo", 1)


@given(TEXTS, st.integers(min_value=4, max_value=60))
def test_shorten_always_fits_and_breaks_no_grapheme(text, limit):
    """Whatever the text, the cut fits, and what is left of it is a run of whole graphemes."""
    for count in (count_graphemes, x.count, bluesky.count, threads.count):
        if limit >= count("👩\u200d👧…"):
            cut = shorten(text, limit, count)
            assert count(cut) <= limit
            kept = regex.findall(r"\X", cut.removesuffix("…"))[:-1]
            assert cut == text or kept == regex.findall(r"\X", text)[: len(kept)]


@given(TEXTS, st.integers(min_value=20, max_value=80))
def test_split_loses_nothing_but_blanks(text, limit):
    """The parts of a thread hold every letter, in order, each within the limit."""
    pieces = split(text, limit)
    assert all(count_graphemes(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("ClientePitero", "#ClientePitero"),
        ("clientepitero", "#clientepitero"),
        ("Atención al cliente", "#AtenciónAlCliente"),
        ("I+D", "#ID"),
        ("año", "#año"),
        ("2026", ""),
        ("3D", "#3D"),
        ("8M", "#8M"),
        ("25N", "#25N"),
        ("15 de mayo", "#15DeMayo"),
        ("2026 27", ""),
        ("¿?", ""),
        ("redes-sociales", "#RedesSociales"),
    ],
)
def test_hashtags_join_words_in_capitals(label, expected):
    """Words are joined in CamelCase; what no network would link is left out."""
    assert hashtag(label) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mira https://a.example/b.", ["https://a.example/b"]),
        ("(https://a.example)", ["https://a.example"]),
        ("https://es.wikipedia.org/wiki/Voto_(acto), dice", ["https://es.wikipedia.org/wiki/Voto_(acto)"]),
        ("«https://a.example»", ["https://a.example"]),
        ("nada", []),
    ],
)
def test_links_end_before_punctuation(text, expected):
    """A full stop, a bracket or a quotation mark after an address is no part of it."""
    assert [text[start:end] for start, end in links_in(text)] == expected


def test_words_in_order():
    """Summary, question, credits, hashtags, link; people by the handle that the network knows."""
    style = Style(limit=500, count=count_graphemes, handle=lambda credit: "@" + credit.handles["mastodon"])
    assert words_for(POST, "mastodon", style).parts == (
        "¿Qué tal, ñandú? 👩\u200d👧 Votar no es pitar falta. O sí & <no>.\n\n"
        "¿A quién votas cuando no votas a nadie?\n\n"
        "Vía @ana@mas.example\n\n"
        "#ClientePitero #AtenciónAlCliente\n\n"
        "https://blog.example/2026/11/el-voto-util/",
    )


def test_what_matters_least_gives_way_first():
    """Short of room, hashtags but one go, then credits, then the question; the link never does."""
    long = replace(POST, summary="Una frase que no se acaba nunca, " * 20, question="¿" + "qué " * 20 + "?")
    for limit in (400, 300, 200, 150):
        text = words_for(long, "x", replace_style(limit)).parts[0]
        assert count_graphemes(text) <= limit
        assert text.endswith(POST.url)
    assert text.count("#") == 1
    assert "¿" not in text
    assert "Vía" not in text


def replace_style(limit):
    return Style(limit=limit, count=count_graphemes)


def test_all_of_the_summary_is_worth_a_second_hashtag():
    """When the summary fits whole without some hashtags, it is not cut for them."""
    post = replace(POST, summary="Una frase entera que se lee de corrido y bien.", question="", credits=())
    full = count_graphemes(words_for(post, "x", PLAIN).parts[0])
    text = words_for(post, "x", replace_style(full - 5)).parts[0]
    assert text == f"{post.summary}\n\n#ClientePitero\n\n{post.url}"


@pytest.mark.parametrize(
    ("lang", "credits", "expected"),
    [
        ("es", [("thanks", "Ana"), ("thanks", "Luis"), ("thanks", "Eva")], "Gracias a Ana, Luis y Eva"),
        ("es", [("thanks", "Ana"), ("thanks", "Íñigo")], "Gracias a Ana e Íñigo"),
        ("es", [("thanks", "Ana"), ("thanks", "Iago")], "Gracias a Ana y Iago"),
        ("en", [("via", "Ana"), ("via", "Iris")], "Via Ana and Iris"),
        ("es", [("via", "Lola"), ("photo", "Lola"), ("thanks", "Reme")], "Foto: Lola · Gracias a Reme"),
        ("es", [("thanks", "Curro"), ("thanks", "Eva"), ("photo", "Curro")], "Gracias a Eva · Foto: Curro"),
    ],
)
def test_credits_read_as_a_person_says_them(lang, credits, expected):
    """Each person once, for what they are owed most; the last name after "y", "e" or "and"."""
    post = replace(POST, lang=lang, credits=tuple(PostCredit(*credit) for credit in credits))
    assert expected in words_for(post, "x", PLAIN).parts[0].split("\n\n")


def test_telegram_calls_nobody_by_another_servers_handle():
    """ "@ana@mas.example" would be the Telegram user @ana."""
    post = replace(POST, credits=(PostCredit("via", "@ana@mas.example"),))
    style = telegram.Telegram.style(telegram.Telegram.__new__(telegram.Telegram))
    assert "Vía ana@mas.example" in words_for(post, "telegram", style).parts[0]


def test_a_source_named_by_its_address_is_no_second_link():
    """Credits that are addresses stay on the page."""
    post = replace(POST, credits=(PostCredit("source", "ana.example/notas"), PostCredit("photo", "Luis Gil")))
    assert "ana.example" not in words_for(post, "x", PLAIN).parts[0]
    assert "Foto: Luis Gil" in words_for(post, "x", PLAIN).parts[0]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Lee esto", "Lee esto\n\nhttps://b.example/1/"),
        ("Lee {link} ya", "Lee https://b.example/1/ ya"),
        ("{title}: {question} {tags}", "T & más: ¿Q? #Uno\n\nhttps://b.example/1/"),
        ("{otra}", "{otra}\n\nhttps://b.example/1/"),
    ],
)
def test_the_authors_own_words_go_first(said, expected):
    """Own words are kept, their {names} filled in, and the link added when it is missing."""
    post = Post(
        id="1", lang="es", title="T & más", url="https://b.example/1/", date=POST.date, question="¿Q?", tags=("Uno",),
        said={"mastodon": said},
    )  # fmt: skip
    found = words_for(post, "mastodon", PLAIN)
    assert found.parts == (expected,)
    assert found.own


@pytest.mark.parametrize("said", ["hilo", "Hilo:", "thread"])
def test_a_thread_of_the_post_itself(said):
    """``Mastodon: hilo`` makes a numbered thread of the whole post, link first and hashtags last."""
    post = replace(POST, said={"mastodon": said}, text="Un párrafo que dice algo. " * 40)
    parts = words_for(post, "mastodon", Style(limit=300, count=count_graphemes)).parts
    assert len(parts) > 3
    assert all(count_graphemes(part) <= 300 for part in parts)
    assert parts[0].endswith(post.url)
    assert f"(1/{len(parts)})" in parts[0]
    assert parts[-1].endswith("#ClientePitero #AtenciónAlCliente")


@given(st.text(alphabet="abñ ()[]{}<>#@*_~|\\\n", max_size=80))
def test_little_text_is_shown_as_written(text):
    """What LinkedIn shows of our little text is the text, whatever signs are in it."""
    assert read_little_text(linkedin.little_text(text)) == text


@given(st.text(alphabet="aeñú👩\u200d👧🇪 #@.", max_size=60))
def test_facets_are_byte_spans_of_what_they_mark(text):
    """A Bluesky facet's bytes are the hashtag or link itself."""
    text = f"{text} #Año https://example.com/ñ"
    network = bluesky.Bluesky.__new__(bluesky.Bluesky)
    network._did = lambda handle: ""
    data = text.encode()
    for facet in network._facets(text):
        piece = data[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        feature = facet["features"][0]
        said = feature.get("uri", f"#{feature.get('tag')}")
        assert piece in (said, said.removeprefix("https://"))  # a bare name leads where its address does


def test_record_keys_sort_and_differ():
    """A TID has 13 letters of its alphabet, and two posts of one second have two keys."""
    keys = {bluesky.record_key(POST.date, f"k{number}") for number in range(2000)}
    assert len(keys) == 2000
    assert all(regex.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key) for key in keys)
    assert bluesky.record_key(POST.date, "k") == bluesky.record_key(POST.date, "k")


@pytest.mark.parametrize(("text", "cents"), [("Hola", 1.5), ("Hola https://b.example", 20.0), ("Lee elpais.com", 20.0)])
def test_a_link_makes_a_post_on_x_dear(text, cents):
    """A post costs 1.5 cents, and 20 with a link, also a bare one."""
    network = x.X.__new__(x.X)
    network.settings = settings.Settings()
    message = x.Message(text=text, lang="es", link="", title="", date=POST.date)
    assert network.price_cents(message) == cents
    network.settings = settings.Settings({"X_POST_CENTS": "2", "X_LINK_CENTS": "30"})
    assert network.price_cents(message) == {1.5: 2.0, 20.0: 30.0}[cents]


def test_left_out_in_both_languages():
    """ "no" leaves a network out; "No sé qué decir" is a text."""
    assert summary.left_out(replace(POST, said={"x": " No "}), "x")
    assert not summary.left_out(replace(POST, said={"x": "No sé"}), "x")


LINKED = Post(
    id="1", lang="es", title="Título", url="https://b.example/1/", date=POST.date, summary="El resumen. " * 40,
    question="¿Quién va?", tags=("Uno", "8M", "Tres"), credits=(PostCredit("via", "Ana"),),
)  # fmt: skip
LONG_WORDS = "Palabras propias del autor que no se acaban nunca. " * 6


@pytest.mark.parametrize("limit", [90, 140, 280])
@pytest.mark.parametrize(
    "said",
    [
        LONG_WORDS,
        LONG_WORDS + "{link}",
        "Lo cuento en {link}. " + LONG_WORDS,
        LONG_WORDS + "{link} y más: " + LONG_WORDS,
        LONG_WORDS + "{link} {tags}",
        LONG_WORDS + "{tags} {link} {credits}",
        "{summary} {link}",
        LONG_WORDS + "\n\nhttps://b.example/1/",
    ],
)
def test_the_link_survives_in_the_authors_own_words(said, limit):
    """Wherever it stands; the words are cut, and the author is told."""
    found = words_for(replace(LINKED, said={"x": said}), "x", replace_style(limit))
    assert LINKED.url in found.parts[0]
    assert count_graphemes(found.parts[0]) <= limit
    assert found.shortened


def test_what_was_asked_for_by_name_gives_way_in_the_documented_order():
    """Hashtags but one, credits, the question, the last hashtag, the summary; by no means by its place."""
    said = "{credits} {question} {tags} Voy yo. {link}"
    post = replace(LINKED, said={"x": said}, summary="")
    seen = [words_for(post, "x", replace_style(limit)).parts[0] for limit in range(80, 27, -1)]
    assert list(dict.fromkeys(seen)) == [
        "Vía Ana ¿Quién va? #Uno #8M #Tres Voy yo. https://b.example/1/",
        "Vía Ana ¿Quién va? #Uno #8M Voy yo. https://b.example/1/",
        "Vía Ana ¿Quién va? #Uno Voy yo. https://b.example/1/",
        "¿Quién va? #Uno Voy yo. https://b.example/1/",
        "#Uno Voy yo. https://b.example/1/",
        "Voy yo. https://b.example/1/",
    ]


def test_a_mention_written_last_stays():
    """The words before it are cut."""
    post = replace(LINKED, said={"x": LONG_WORDS + "{link} @ana@mas.example #Voto"})
    assert words_for(post, "x", replace_style(120)).parts[0].endswith("https://b.example/1/ @ana@mas.example #Voto")


@pytest.mark.parametrize(
    ("post", "tags"),
    [
        ({"said": {"m": "Nos vemos el #8M {tags}"}}, ["#8M", "#25N", "#HuelgaFeminista"]),
        ({"said": {"m": "Nos vemos el #8m, #Huelgafeminista: {tags}"}}, ["#8m", "#Huelgafeminista", "#25N"]),
        ({"said": {"m": "{summary} {tags}"}, "summary": "Hoy #25N."}, ["#25N", "#8M", "#HuelgaFeminista"]),
        ({"said": {"m": "hilo: El #8M fue largo."}}, ["#8M", "#25N", "#HuelgaFeminista"]),
        ({"summary": "Hoy es #8M."}, ["#8M", "#25N", "#HuelgaFeminista"]),
        ({"summary": "Lean https://a.example/#8M y a#25N."}, ["#8M", "#25N", "#HuelgaFeminista"]),
    ],
)
def test_a_hashtag_that_is_said_is_not_said_again(post, tags):
    """Whoever wrote it, however it is written; as many as readers like, those that stand there counted."""
    about = replace(POST, **{"question": "", "credits": (), "tags": ("8M", "25N", "huelga feminista")} | post)
    text = " ".join(words_for(about, "m", PLAIN).parts).replace("https://a.example/#8M", "").replace("a#25N", "")
    assert tags == regex.findall(r"#\w+", text)


def test_a_thread_that_fits_one_part_keeps_its_hashtags():
    """GoToSocial's 5,000 letters hold most posts."""
    post = replace(LINKED, said={"x": "hilo"}, text="Uno.\n\nDos {title}.")
    assert words_for(post, "x", PLAIN).parts == ("Uno.\n\nDos {title}.\n\n#Uno #8M #Tres\n\nhttps://b.example/1/",)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#8M y #25N", ["8M", "25N"]),
        ("#2026 no", []),
        ("(#España) «#Voto», #e-mail.", ["España", "Voto", "e-mail"]),
        ("#C++ #l'Hospitalet #I❤️NY #🎉fiesta", ["C++", "l'Hospitalet", "I❤️NY", "🎉fiesta"]),
    ],
)
def test_bluesky_marks_the_tags_that_its_own_program_would(text, tags):
    """As RichText, but for the signs that open before them."""
    network = bluesky.Bluesky.__new__(bluesky.Bluesky)
    assert [facet["features"][0]["tag"] for facet in network._facets(text)] == tags


def test_bluesky_links_bare_names():
    """ "elpais.com/espana" leads there; "fin.Luego" is a full stop forgotten."""
    network = bluesky.Bluesky.__new__(bluesky.Bluesky)
    (facet,) = network._facets("Mira elpais.com/espana, y fin.Luego")
    assert facet["features"][0]["uri"] == "https://elpais.com/espana"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mira bar.cafe hoy", 32), ("hola.madrid", 23), ("Visita EL-PAÍS.es", 30), ("ana@bar.cafe", 12),
        ("bar.cafe.nada", 28), ("fin.Luego", 9), ("https://a.example\u200e", 25), ("\u2067https://a.example\u2069", 27),
    ],
)  # fmt: skip
def test_x_counts_bare_names_and_marks_of_direction(text, expected):
    """Every top-level domain makes a link of 23; a mark of direction weighs 2 and belongs to no link."""
    assert x.count(text) == expected
