"""Cuts that an editor would make: no sentence ends at "Sr.", no quotation and no name is cut in two."""

import pytest

from tertulia.core.cuts import count_graphemes, ends_sentence, shorten, split

GO_ON = [
    "incluido el Sr. Ortega", "y también la Dra. Ruiz", "los Sres. Gil", "D. Benito", "Dña. Perfecta", "Excmo. Señor",
    "a Ud. Mismo", "Sto. Tomás", "la Avda. América", "la Pza. Mayor", "el art. 14", "los arts. 14", "pág. 3", "págs. 3",
    "cap. XX", "vol. II", "fig. 2", "núm. 3", "n.º 3", "p. ej. Madrid", "a. m. Nadie", "EE. UU. Nadie", "FF. AA. Nadie",
    "CC. OO. Nadie", "J. R. R. Tolkien", "M. Rajoy", "S. M. El", "Mr. Smith", "Mrs. Dalloway", "Prof. Oak", "St. Louis",
    "e.g. Paris", "U.S. Nobody", "Gen. Lee", "No. 10", "vs. Holanda", "Fco. Umbral", "Gral. Prim", "op. cit. Madrid",
    "ed. 2", "Apdo. 4", "Cía. Ltda. Madrid", "EL SR. ORTEGA", "dice que no. pero", "Ph.D. Thesis",
]  # fmt: skip
ENDS = [
    "la UE. Nadie", "en 2026. Después", "el PP. Nadie", "el Getafe CF. Nadie", "«que no». Nadie", "¿Sí? Nadie",
    "y más. ¿Nadie", "el mar. Nadie", "etc. Nadie", "3,5. Nadie", "elpais.com. Nadie", "que no. Nadie", "(dijo). Nadie",
    "la col. Nadie", "Bueno… Nadie", "se acabó. #Fin", "se acabó. 👩", "the end. Nobody", "said no. Nobody",
    "gen. Nadie",
]  # fmt: skip


@pytest.mark.parametrize("text", GO_ON)
def test_an_abbreviation_ends_no_sentence(text):
    """Titles, places, works, "p. ej.", hours, doubled plurals, initials, in both languages."""
    assert not ends_sentence(text, text.rindex(" "))


@pytest.mark.parametrize("text", ENDS)
def test_a_real_end_still_does(text):
    """Acronyms, years, words that look like an abbreviation."""
    assert ends_sentence(text, text.rindex(" "))


LONG = (
    "En aquella sala, donde nadie había abierto la boca en toda la tarde, se dijo que sí, que fue él, y que quien"
    " lo negara, incluido el Sr. Ortega, tendría que explicarlo delante de todos los demás vecinos. Y nadie lo explicó."
)


@pytest.mark.parametrize("limit", range(20, 230, 3))
def test_no_cut_makes_a_sentence_of_half_a_name(limit):
    """Whatever the room, "incluido el Sr." stands at no end, alone or before "…"."""
    cut = shorten(LONG, limit)
    assert not cut.removesuffix("…").rstrip(".").endswith("Sr")
    assert not [piece for piece in split(LONG, limit) if piece.endswith("Sr.")]


QUOTED = (
    "El ministro Juan Carlos Gil dijo «no vamos a subir los impuestos este año ni el que viene» y se marchó de allí."
)


@pytest.mark.parametrize("limit", range(45, 110))
def test_a_quotation_and_a_name_stay_whole(limit):
    """Cut before or after them."""
    cut = shorten(QUOTED, limit)
    assert cut.count("«") == cut.count("»")
    assert ("«" in cut) == ("viene»" in cut)
    assert "Juan" not in cut or "Gil" in cut


def test_what_is_one_long_quotation_is_closed_again():
    """There is nowhere else to cut."""
    assert shorten("«No vamos a subir los impuestos este año ni el que viene», dijo.", 40) == (
        "«No vamos a subir los impuestos este…»"
    )


def test_a_thread_breaks_no_quotation_at_its_full_stop():
    """«Una. Dos.» stays in one part when it fits in one."""
    text = "Lo contó así la vecina del quinto: «Yo no fui. Fue él.» Y se marchó."
    assert split(text, 56) == ["Lo contó así la vecina del quinto: «Yo no fui. Fue él.»", "Y se marchó."]


def test_every_count_is_kept():
    """In titles of capitals alone too, where everything is a name."""
    for limit in range(10, 60):
        cut = shorten("TODO EL TITULAR EN MAYÚSCULAS DE UN PERIÓDICO Muy Dado A Ellas Y A Gritar", limit)
        assert count_graphemes(cut) <= limit


def test_the_full_stop_of_an_abbreviation_stays_before_the_dots():
    """«EE. UU.…», as the Academy has it; that of a sentence gives way."""
    assert "Venían de los EE. UU.…" == shorten("Venían de los EE. UU. y no pensaban volver sin una respuesta", 26)
