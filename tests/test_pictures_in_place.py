"""Covers that are others after an edit are shown in place, as a full build shows them."""

import pytest

from tests.editing import TAGGED, blog, picture, saying, shown

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture


@pytest.mark.parametrize("more", [
    {"SOCIAL_CARDS": True}, {"SOCIAL_CARDS": True, "SOCIAL_CARDS_MAX": 1}, {"LAYOUT": {"home": "magazine"}},
])  # fmt: skip
@pytest.mark.parametrize("header", [{}, {"Idioma": "en"}])
def test_a_post_has_a_cover_and_none(blog, header, more):
    """On its page, in lists, feeds, and what is told to programs; the card of its own goes, and comes again."""
    picture(blog.root / "content" / "images" / "otra.png", 10)
    saying(blog, TAGGED, "seis", **header)()
    covers = ({"Portada": "images/bar.png"}, {"Texto de portada": "Un bar"}, {"Portada": "images/otra.png"})
    turns = [
        *covers, {"Portada": "images/bar.png", "Título": "Otro"}, {"Portada": "", "Texto de portada": ""},
        {"Portada": "images/no.png"}, {"Portada": "images/bar.png", "Fecha": "2026-11-07"}, {"Portada": ""},
    ]  # fmt: skip
    edits = [saying(blog, TAGGED, "seis", **turn) for turn in turns if not (header and "Fecha" in turn)]
    written = shown(blog, *((["seis"], [edit]) for edit in edits), LANGUAGES=["es", "en"], **more)
    assert all(written[:5])
    assert any(name.startswith("images/otra.") for name in written[2])


def test_the_cover_of_a_page_is_for_a_build(blog):
    """Nothing is written of it."""
    edit = blog.file
    turn = ["pages/acerca.md"], [lambda: edit("pages/acerca.md", "Título: Acerca\nPortada: images/bar.png\n\nNada.\n")]
    assert [[]] == shown(blog, turn)
