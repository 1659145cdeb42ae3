"""Posts of a blog in two languages are shown in place after edits, as a full build shows them."""

import pytest

from tests.editing import TAGGED, WITHOUT_SCHEMA, Blog, blog, gone, new, saying, shown

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture
WORDS = "Nothing but this."
MORE = {"LANGUAGES": ["es", "en"], "RELATED_POSTS": 0}


@pytest.fixture
def translated(blog: Blog) -> Blog:
    """Two posts have translations, one with a tag of its own, and one post is in English alone."""
    for at in range(6):
        blog.add(f"otro-{at}", at + 7, TAGGED)
        saying(blog, TAGGED, f"otro-{at}", Etiquetas="Redes, Colas", Categoría="Barrio")()
    for name, tags in (("dos", "Redes, Colas"), ("tres", "Colas"), ("seis", "Redes")):
        saying(blog, TAGGED, name, Etiquetas="Redes", Categoría="Opinión")()
        if name != "seis":
            blog.add(f"{name}-en", 2, WORDS)
            header = {"Id": f"id-{name}", "Slug": f"{name}-in-english", "Etiquetas": tags, "Categoría": "Opinión"}
            saying(blog, WORDS, f"{name}-en", **header, Idioma="en")()
    blog.add("solo", 3, WORDS)
    saying(blog, WORDS, "solo", Idioma="en", Etiquetas="Redes, Colas")()
    return blog


@pytest.fixture
def english(translated: Blog) -> Blog:
    """The same with a post in English in each of their lists, which neither begin nor end with those of a test."""
    translated.add("stays", 1, WORDS)
    saying(translated, WORDS, "stays", Idioma="en", Etiquetas="Redes, Colas", Categoría="Opinión, Barrio")()
    return translated


@pytest.mark.parametrize("turns", [
    [{"Etiquetas": "Redes, Colas"}, {"Etiquetas": "Redes"}, {"Etiquetas": "Recién nacida, Colas"}],  # and it stands in
    [{"Categoría": "Barrio"}, {"Autor": "Luis Gil"}, {"Categoría": "Opinión", "Título": "Otro"}],
    [{"Fecha": "2026-11-20"}, {"Slug": "otra"}, {"Fecha": "2026-10-20", "Etiquetas": "Redes, Colas"}],
])  # fmt: skip
@pytest.mark.parametrize("more", [{}, {"DEFAULT_PAGINATION": 2, "TAG_FEED_MIN_POSTS": 1}])
def test_a_post_with_a_translation_moves(translated, turns, more):
    """In each list stands one of the two; the other's page leads to where it is now."""
    written = shown(
        translated, *((["dos"], [saying(translated, TAGGED, "dos", **turn)]) for turn in turns), **MORE, **more
    )
    assert all(written)


LISTS = [{}, {"DEFAULT_PAGINATION": 2, "TAG_FEED_MIN_POSTS": 1}, {"PLUGINS": WITHOUT_SCHEMA}]


@pytest.mark.parametrize(("name", "turns"), [
    ("solo", [{"Fecha": "2026-11-20"}, {"Etiquetas": "Colas"}, {"Modificado": "2026-11-21", "Título": "Another"}]),
    ("solo", [{"Categoría": "Barrio"}, {"Slug": "other"}, {"Estado": "borrador"}, {"Estado": ""}]),
    ("dos-en", [{"Etiquetas": "Colas"}, {"Fecha": "2026-11-20"}, {"Etiquetas": "Redes, Colas", "Slug": "other"}]),
    ("dos-en", [{"Fecha": "2026-11-21"}, {"Fecha": "2026-11-01", "Título": "Another"}, {"Estado": "borrador"}]),
])  # fmt: skip
@pytest.mark.parametrize("more", LISTS)
def test_a_post_of_another_language_moves(english, name, turns, more):
    """In the lists of its language and of the blog; where it translates another, in those where that is not."""
    edits = ((([name], [saying(english, english.texts[name], name, **turn)])) for turn in turns)
    assert all(shown(english, *edits, **MORE, **more))


@pytest.mark.parametrize("more", [*LISTS, {"SEARCH": True, "SOCIAL_CARDS": True}])
def test_a_post_of_another_language_comes_and_goes(english, more):
    """One of its own, and a translation; also the two of a pair that change together."""
    if more.get("SEARCH"):
        more = {**more, "INPUTS_PATH": str(english.root / "inputs")}
    there = {"Idioma": "en", "Etiquetas": "Redes, Colas", "Categoría": "Opinión"}

    def come(name: str, **header: str):
        return new(english, name, WORDS, **there, **header)

    written = shown(
        english,
        (["new-en"], [come("new-en", Fecha="2026-11-21")]),
        (["otro-0-en"], [come("otro-0-en", Id="id-otro-0")]),
        (["otro-0", "otro-0-en"], [
            saying(english, TAGGED, "otro-0", Etiquetas="Redes", Fecha="2026-11-19"),
            saying(english, WORDS, "otro-0-en", Etiquetas="Colas"),
        ]),
        (["otro-0-en", "otro-0"], [
            saying(english, TAGGED, "otro-0", Etiquetas="Colas"),
            saying(english, WORDS, "otro-0-en", Etiquetas="Redes"),
        ]),
        (["otro-0"], [saying(english, TAGGED, "otro-0", Título="Otro", Slug="otra-vez")]),
        (["otro-0-en"], [gone(english, "otro-0-en")]),
        (["new-en"], [gone(english, "new-en")]),
        (["otro-1-en", "otro-1"], [come("otro-1-en", Id="id-otro-1"), saying(english, f"{TAGGED} Ya.", "otro-1")]),
        **MORE,
        **more,
    )  # fmt: skip
    assert all(written)


@pytest.mark.parametrize("more", LISTS)
@pytest.mark.parametrize("turns", [
    [("solo", {"Etiquetas": "News"}), ("stays", {"Etiquetas": "News, Colas"}), ("solo", {"Etiquetas": "Redes"})],
    [("solo", {"Etiquetas": "News"}), ("cinco", {"Etiquetas": "News"}), ("cinco", {"Etiquetas": ""})],
    [("dos-en", {"Fecha": "2026-10-02"}), ("tres", {"Fecha": "2026-10-03"}), ("dos-en", {"Fecha": "2026-11-02"})],
    [("solo", {"Fecha": "2025-10-02"}), ("cinco", {"Fecha": "2025-10-03"}), ("solo", {"Fecha": "2026-11-02"})],
    [("cinco", {"Fecha": "2025-10-02"}), ("solo", {"Fecha": "2025-10-03"}), ("cinco", {"Fecha": "2026-11-02"})],
    [("solo", {"Categoría": "Trade"}), ("dos-en", {"Categoría": "Trade, Barrio"}), ("solo", {"Categoría": "Opinión"})],
    [("solo", {"Autor": "Eve"}), ("solo", {"Autor": "Eve", "Etiquetas": "Colas"}), ("solo", {"Autor": "Ana Ruiz"})],
])  # fmt: skip
def test_a_list_of_another_language_begins_and_ends(english, turns, more):
    """Those of the blog lead to it and back, the posts in it too; the blog's own may be of that language alone."""
    for name in ("solo", "stays", "dos-en"):
        english.texts[name] += " #News and #Colas."
        english.save(name)
    edits = (([name], [saying(english, english.texts[name], name, **turn)]) for name, turn in turns)
    assert all(shown(english, *edits, **MORE, **more))


def test_what_was_changed_last_may_be_a_translation(english):
    """The sitemap tells it of all lists that are of all languages, also when an original leaves that was newer."""
    saying(english, english.texts["dos-en"], "dos-en", Fecha="2026-11-20")()
    saying(english, TAGGED, "otro-5", Fecha="2026-11-21")()
    edit = saying(english, TAGGED, "otro-5", Fecha="2026-11-02")
    assert all(
        shown(
            english, (["otro-5"], [edit]), (["dos-en"], [saying(english, WORDS, "dos-en", Fecha="2026-11-02")]), **MORE
        )
    )


@pytest.mark.parametrize(("name", "header"), [
    ("dos", {"Estado": "borrador"}), ("otro-0", {"Id": "id-dos"}), ("dos", {"Serie": "Colas"}),
    ("solo", {"Idioma": "es"}), ("solo", {"Idioma": "fr"}),
])  # fmt: skip
def test_what_arranges_lists_of_another_language_is_for_a_build(translated, name, header):
    """Those that begin there, too; and who translates whom."""
    saying(translated, WORDS, "tres-en", Fecha="2026-09-03")()
    assert [[]] == shown(translated, ([name], [saying(translated, translated.texts[name], name, **header)]), **MORE)


def test_a_series_whose_translation_ends_is_for_a_build(translated):
    """The page of the series in the other language leads to it no more, though no post of that one was touched."""
    saying(translated, TAGGED, "dos", Serie="Colas largas")()
    saying(translated, WORDS, "dos-en", Serie="Queues", Idioma="en", Id="id-dos")()
    edit = saying(translated, WORDS, "dos-en", Estado="borrador")
    assert [[]] == shown(translated, (["dos-en"], [edit]), **MORE)


def test_an_address_that_a_translation_leads_to_is_told_of_in_both(translated):
    """On its page, which names the other, in what it says to programs, and in the sitemap."""
    (written,) = shown(translated, (["tres"], [saying(translated, TAGGED, "tres", Slug="otra")]), **MORE)
    assert {"2026/11/otra/index.html", "en/2026/11/tres-in-english/index.html", "sitemap.xml"} <= set(written)


def test_a_summary_names_posts_by_their_files(translated):
    """It is led to their pages wherever it is shown, and from then on they are looked for."""
    edit = saying(translated, WORDS, "dos-en", Resumen="A [summary]({filename}/posts/tres.md).")
    move = saying(translated, TAGGED, "tres", Slug="otra")
    written, moved = shown(translated, (["dos-en"], [edit]), (["tres"], [move]), **MORE)
    assert "en/index.html" in written
    assert [] == moved
    assert 'A <a href="/2026/11/tres/">summary' in (translated.root / "one/en/index.html").read_text("utf-8")
