"""Posts of a blog in two languages are shown in place after edits, as a full build shows them."""

import pytest

from tests.editing import TAGGED, Blog, blog, saying, shown

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


@pytest.mark.parametrize(("name", "header"), [
    ("otro-0", {"Fecha": "2026-09-10"}),  # the month is in English alone, of a translation
    ("dos", {"Estado": "borrador"}), ("dos-en", {"Etiquetas": "Colas"}), ("solo", {"Fecha": "2026-11-20"}),
    ("otro-0", {"Id": "id-dos"}), ("dos", {"Serie": "Colas"}),
])  # fmt: skip
def test_what_arranges_lists_of_another_language_is_for_a_build(translated, name, header):
    """Those that begin there, too; and who translates whom."""
    saying(translated, WORDS, "tres-en", Fecha="2026-09-03")()
    assert [[]] == shown(translated, ([name], [saying(translated, translated.texts[name], name, **header)]), **MORE)


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
