"""Lists of tags, topics and authors that begin or end with an edit are shown in place, as a full build shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pelican.contents import Author, Category
from pelican.settings import DEFAULT_CONFIG

from tertulia.edits.label_edits import pelican_slug
from tertulia.site import archives
from tests.editing import (
    TAGGED,
    Blog,
    blog,
    gone,
    new,
    picture,
    saying,
    shown,
)

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture

WORDS = "Nada más que esto."


@pytest.fixture
def plain(blog: Blog) -> Blog:
    """A blog whose posts say nothing that anybody looks for."""
    for name in blog.posts:
        saying(blog, TAGGED if name in ("dos", "seis") else WORDS, name)()
    return blog


@pytest.mark.parametrize(("header", "page", "more"), [
    ({"Etiquetas": "Redes, Nueva etiqueta"}, "etiqueta/nuevaetiqueta/index.html", {"TAG_FEED_MIN_POSTS": 1}),
    ({"Etiquetas": "C++, Redes"}, "c++.html", {"TAG_SAVE_AS": "{slug}.html", "TAG_URL": "{slug}.html"}),
    ({"Categoría": "Ópera & más"}, "tema/opera-mas/index.html", {}),
    ({"Categoría": "Барахолка"}, "tema/barakholka/index.html", {"PAGINATED_TEMPLATES": {"index": None}}),
    ({"Autor": "Luis Gil"}, "autor/luis-gil/index.html", {"DEFAULT_PAGINATION": False}),
    ({"Autor": "ana, Luis Gil"}, "autor/ana-ruiz/index.html", {}),
])  # fmt: skip
def test_a_list_begins_and_ends_with_a_post(plain, header, page, more):
    """Its page, feeds and card in what tells of all lists come, what follows begins with those, and then they go."""
    before = {key: plain.posts["dos"].get(key, "") for key in header}
    plain.file("tags.toml", '[nuevaetiqueta]\nlabel = "LaNueva"\ndescription = "De lo nuevo."\n')
    first, *others = shown(
        plain,
        (["dos"], [saying(plain, TAGGED, "dos", **header)]),
        (["nuevo"], [new(plain, "nuevo", **header)]),
        (["dos", "nuevo"], [saying(plain, TAGGED, "dos", **before), gone(plain, "nuevo")]),
        **more,
    )
    assert all(others)
    assert page in first


def test_an_archive_names_months_while_its_posts_are_many(plain, monkeypatch):
    """One that is short again knows whose titles it shows."""
    monkeypatch.setattr(archives, "MOST_LISTED", 5)
    pages = {"archivo/index.html", "archivo/2026/index.html"}
    turns = [
        (["dos"], [saying(plain, TAGGED, "dos", Título="Uno")]),
        (["tres"], [gone(plain, "tres")]),
        (["dos"], [saying(plain, TAGGED, "dos", Título="Otro")]),
        (["nuevo"], [new(plain, "nuevo", Fecha="2026-10-12")]),
        (["dos"], [saying(plain, TAGGED, "dos", Título="Y otro más")]),
    ]
    written = [pages & set(files) for files in shown(plain, *turns)]
    assert [set(), pages, pages, pages, set()] == written


def test_the_only_topic_of_a_blog_becomes_another(plain):
    """And its last tag goes; a first one comes, and a first series."""
    names = sorted(plain.posts)
    barrio, nothing = (
        [saying(plain, WORDS, name, **header) for name in names]
        for header in ({"Categoría": "Barrio"}, {"Etiquetas": ""})
    )
    first = [saying(plain, WORDS, "uno", Etiquetas="Redes", Serie="Colas")]
    assert all(shown(plain, (names, barrio), (names, nothing), (["uno"], first)))


@pytest.mark.parametrize("edit", ["begins", "ends", "has another file"])
@pytest.mark.parametrize("state", ["", "Estado: sin listar\n"])
def test_a_tag_that_a_page_has_is_told_as_a_build_tells_it(plain, state, edit):
    """Which the page leads to while posts have it, and whose spelling of it is noted: a build looks where it is new."""
    plain.file("pages/acerca.md", f"Título: Acerca\n{state}\nDe #Redes y de otras cosas.\n")
    for name in ("uno", "dos", "seis", "tres"):
        saying(plain, WORDS, name, Etiquetas="redes" if (name, edit) == ("tres", "ends") else "")()
    posts = plain.root / "content" / "posts"
    if edit == "has another file":
        saying(plain, WORDS, "tres", Etiquetas="redes")()
        assert all(shown(plain, (["tres", "bis"], [lambda: (posts / "tres.md").rename(posts / "bis.md")])))
    else:
        assert [[]] == shown(plain, (["tres"], [saying(plain, WORDS, "tres", Etiquetas="redes" * (edit == "begins"))]))


def test_pictures_go_with_the_last_who_shows_them(plain):
    """In all their sizes, or in those that nobody asks for any more; from texts, and with posts that go."""
    images = plain.root / "content" / "images"
    for at, name in enumerate(("a", "b", "c", "d")):
        picture(images / f"{name}.png", at)
    both, big = "![B](/images/b.png) y ![D](/images/d.png)", "[A](/images/a.png)"
    saying(plain, f"![A](/images/a.png), ![C](/images/c.png), {both}", "dos")()
    saying(plain, f"{big}, {both}", "tres")()
    assert all(shown(
        plain,
        (["dos"], [saying(plain, both, "dos")]),
        (["cuatro"], [saying(plain, "![C](/images/c.png)", "cuatro")]),
        (["dos", "tres"], [gone(plain, "tres"), saying(plain, "![B](/images/b.png)", "dos")]),
        (["dos", "cuatro"], [gone(plain, "dos"), gone(plain, "cuatro")]),
    ))  # fmt: skip


@pytest.mark.parametrize("name", ["posts/a.png", "images/a.png"])
def test_a_picture_that_is_told_is_for_a_build(plain, name):
    """It lies among the posts, where one that nobody shows is told; what was made of one that is lost is known."""
    picture(plain.root / "content" / name, 9)
    saying(plain, f"![A]({'/images/' if name.startswith('images') else ''}a.png)", "dos")()
    edits = [saying(plain, WORDS, "dos"), *([(plain.root / "content" / name).unlink] if name[0] == "i" else [])]
    (written,) = shown(plain, (["dos"], edits))
    assert bool(written) == (name[0] == "i")


def test_a_feed_has_again_what_was_edited_while_it_was_not_there(plain):
    """It is worked out anew, though an edit before that has left it worked out."""
    assert all(shown(
        plain,
        (["seis"], [saying(plain, f"{TAGGED} Ya.", "seis")]),
        (["nuevo"], [new(plain, "nuevo")]),
        (["seis"], [saying(plain, f"{TAGGED} Otra.", "seis", Título="Otro")]),
        (["nuevo"], [gone(plain, "nuevo")]),
        FEED_MAX_ITEMS=1,
    ))  # fmt: skip


@pytest.mark.parametrize("name", ["dos", "nuevo"])
def test_lists_of_a_blog_in_two_languages_begin_and_end(plain, name):
    """Those that only posts in its own have, and what posts of the other have had alone."""
    for other in ("tres", "cuatro"):
        saying(plain, WORDS, other, Idioma="en", Etiquetas="Colas, Redes")()
    header = {"Etiquetas": "Nueva, Redes", "Categoría": "Barrio", "Fecha": "2025-10-02", "Autor": "Luis Gil"}
    edit = new(plain, name, **header) if name == "nuevo" else saying(plain, TAGGED, name, **header)
    before = {**dict.fromkeys(header, ""), "Etiquetas": "Redes", "Fecha": "2026-11-02"}
    back = gone(plain, name) if name == "nuevo" else saying(plain, TAGGED, name, **before)
    one, two, three = shown(
        plain, ([name], [edit]), ([name], [back]), (["uno"], [saying(plain, WORDS, "uno", Etiquetas="Colas")]),
        LANGUAGES=["es", "en"],
    )  # fmt: skip
    assert all((one, two, three))


@pytest.mark.parametrize("others", [[], ["uno", "cinco"]])
def test_a_post_of_a_series_whose_file_has_another_name(plain, others):
    """Alone in it, or among others; it is where it was, and its page and what it is for search engines say so."""
    for name in ("tres", *others):
        saying(plain, WORDS, name, Serie="Colas")()
    old = plain.root / "content" / "posts" / "tres.md"
    edit = ["tres", "bis"], [lambda: old.rename(old.with_name("bis.md"))]
    assert all(shown(plain, edit))
    assert "/serie/colas/" in (plain.root / "one" / "2026/11/tres/index.html").read_text("utf-8")


def test_a_series_begins_changes_and_ends(plain):
    """Its page, and each of its posts, say which are in it and where this one stands."""
    for name in ("uno", "dos", "tres"):
        saying(plain, WORDS, name, Serie="Colas")()
    assert all(shown(
        plain,
        (["cuatro"], [saying(plain, WORDS, "cuatro", Serie="Otra")]),
        (["cinco"], [saying(plain, WORDS, "cinco", Serie="colas")]),
        (["uno"], [saying(plain, WORDS, "uno", Modificado="2026-11-19")]),
        (["uno", "nuevo"], [saying(plain, WORDS, "uno", Fecha="2026-11-20"), new(plain, "nuevo", Serie="Colas")]),
        (["dos", "uno"], [gone(plain, "dos"), saying(plain, WORDS, "uno", Slug="primero", Título="Otro & más")]),
        (["uno", "cuatro"], [saying(plain, WORDS, "uno", Serie=""), saying(plain, WORDS, "cuatro", Serie="")]),
    ))  # fmt: skip


@pytest.mark.parametrize(("was", "now"), [
    ({"dos": {"Slug": "uno"}, "cinco": {"Estado": "borrador"}}, None),  # the other waits for its address
    ({"dos": {"Alias": "/etiqueta/reseñas/"}}, {"cinco": {"Etiquetas": ""}}),
    ({"dos": {"Categoría": "Ópera"}, "tres": {"Categoría": "opera"}}, {"dos": {"Categoría": ""}}),
    ({"dos": {"Categoría": "Ópera"}, "tres": {"Categoría": "O-pera"}}, {"dos": {"Categoría": "O pera"}}),
    ({"dos": {"Categoría": "Ópera"}}, {"tres": {"Categoría": "opera"}}),
    ({"dos": {"Etiquetas": "Sola", "Estado": "sin listar"}}, {"tres": {"Etiquetas": "Sola"}}),
    ({"dos": {"Etiquetas": "Sola", "Estado": "sin listar"}, "uno": {"Etiquetas": "Sola"}}, {"uno": {"Etiquetas": ""}}),
    ({"dos": {"Etiquetas": "Colas", "Estado": "sin listar"}}, {"tres": {"Etiquetas": "colas"}}),
    ({}, {"tres": {"Etiquetas": "redes, Colas"}}),
    ({"dos": {"Id": "id-uno"}}, {}), ({"dos": {"Id": "", "Slug": "uno"}, "uno": {"Id": "", "Fecha": "2026-10-02"}}, {}),
])  # fmt: skip
def test_what_hangs_on_other_posts_is_for_a_build(plain, was, now):
    """Who waits for an address or Id that is free now, whose name a topic has, how most spell a tag, and who has it."""
    for name, header in was.items():
        saying(plain, WORDS, name, **header)()
    edits = [saying(plain, WORDS, name, **header) for name, header in (now or {}).items()] or [gone(plain, "dos")]
    assert [[]] == shown(plain, (sorted(now or ["dos"]), edits))


@pytest.mark.parametrize("to", ["/etiqueta/nueva/", "etiqueta/colas", "/2026/11/nuevo/"])
def test_what_an_old_site_leads_to_is_for_a_build(plain, to):
    """A way of ``redirects.toml`` is there while what it leads to is."""
    plain.file("redirects.toml", f'[redirects]\n"/viejo/" = "/{to.lstrip("/")}"\n')
    edits = {"etiqueta/colas": saying(plain, WORDS, "tres", Etiquetas="")}
    edit = edits.get(to) or new(plain, "nuevo", Etiquetas="Nueva")
    assert [[]] == shown(plain, (["tres" if edits.get(to) else "nuevo"], [edit]))


@given(st.text(min_size=1), st.sampled_from([{}, {"SLUGIFY_USE_UNICODE": True}, {"SLUGIFY_PRESERVE_CASE": True}]))
def test_a_name_has_the_address_that_pelican_gives_it(name, more):
    """Which is not asked, for it takes longer to load than all that an edit does."""
    settings = {**DEFAULT_CONFIG, **more}
    for kind in (Category, Author):
        assert kind(name, settings).slug == pelican_slug(name, kind.__name__, settings)
