"""Posts that come, go or move are shown in place, as a full build shows them; links between them stay right."""

import shutil

import pytest

from tertulia.edits.site_left import leave_site
from tertulia.site import search
from tests.editing import (
    NOW,
    REPORT,
    TAGGED,
    TEXTS,
    WITHOUT_SCHEMA,
    arranged,
    assert_same,
    blog,
    built,
    edited,
    gone,
    in_place,
    new,
    picture,
    saying,
    shown,
    tree,
)

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture


@pytest.fixture
def longer(blog):
    """A blog whose lists have several pages."""
    for at in range(8):
        new(blog, f"otro-{at}", Fecha=f"2026-11-{at + 7:02}")()
    for name in ("uno", "tres", "cuatro", "cinco", "seis"):
        blog.texts[name] = TAGGED
        blog.posts[name]["Etiquetas"] = "Redes"
        blog.save(name)
    return blog


@pytest.mark.parametrize("more", [
    {}, {"SOCIAL_CARDS": True}, {"HOME_WHOLE_POSTS": True}, {"TAG_FEED_MIN_POSTS": 15, "DEFAULT_PAGINATION": 4},
    {"SEARCH": True, "SOCIAL_CARDS": True}, {"PLUGINS": WITHOUT_SCHEMA}, {"DEFAULT_PAGINATION": False},
])  # fmt: skip
def test_a_post_comes_moves_and_goes_without_a_build(longer, more):
    """It has its page, stands between its neighbours, in every list and feed, on as many pages as they take then."""
    more = {"RELATED_POSTS": 0, **more}  # in so small a blog they are soon worked out for all
    if more.get("SEARCH"):
        more["INPUTS_PATH"] = str(longer.root / "inputs")
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    for names, *edits in (
        (["nuevo"], new(longer, "nuevo")),
        (["nuevo"], saying(longer, TAGGED, "nuevo", Fecha="2026-11-10")),  # the day of another
        (["nuevo"], saying(longer, f"{TAGGED} Ya.", "nuevo", Título="Otro", Fecha="2026-11-02 10:00")),
        (
            ["nuevo-2", "nuevo-3"],
            new(longer, "nuevo-2", Fecha="2026-10-02"),
            new(longer, "nuevo-3", Fecha="2025-01-02"),
        ),
        (["nuevo"], saying(longer, TAGGED, "nuevo", Estado="borrador")),
        (["nuevo"], saying(longer, TAGGED, "nuevo", Estado="")),
        (["dos"], saying(longer, TAGGED, "dos", Modificado="2026-11-20")),
        (["nuevo", "nuevo-3", "tres"], *(gone(longer, name) for name in ("nuevo", "nuevo-3", "tres"))),
        (["nuevo-2"], gone(longer, "nuevo-2")),
    ):
        for edit in edits:
            edit()
        assert in_place(longer.root, longer.root / "one", *names)
        built(longer.root, longer.root / "whole", NOW, **more)
        assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))
        shutil.rmtree(longer.root / "whole")


@pytest.mark.parametrize(("names", "change"), [
    (["otro-0", "bis"], "renamed, an old one"),
    (["otro-7"], {"otro-7": "2026-11-18"}),  # among the newest, before and after
    (["otro-0"], {"otro-0": "2026-11-02 10:00"}),  # among the others
    (["otro-0"], {"otro-0": "2026-11-20"}),  # from the others to the newest: one of these becomes one of the others
    (["otro-7"], {"otro-7": "2026-11-01 10:00"}),
    (["otro-0", "otro-7"], {"otro-0": "2026-11-20", "otro-7": "2026-11-01 10:00"}),
    (["otro-0", "nuevo"], "an old one for another"),
    (["otro-0"], "an old one of fifteen"),
])  # fmt: skip
def test_a_post_is_searched_in_the_part_that_a_build_has_it_in(longer, monkeypatch, names, change):
    """Those that stay may be in another part of the index then, and what is made anew are these parts alone."""
    for name, value in (("LEAST_PARTED", 4), ("SETTLED", 4), ("LARGEST_PART", 4)):
        monkeypatch.setattr(search, name, value)
    more = {"RELATED_POSTS": 0, "SEARCH": True, "INPUTS_PATH": str(longer.root / "inputs")}
    if "fifteen" in change:
        new(longer, "otra", Fecha="2026-11-16")()
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    old = longer.root / "content" / "posts" / "otro-0.md"
    if isinstance(change, dict):
        for name, date in change.items():
            saying(longer, longer.texts[name], name, Fecha=date)()
    elif change.startswith("renamed"):
        old.rename(old.with_name("bis.md"))
    else:
        old.unlink()
        if "nuevo" in names:
            new(longer, "nuevo", Fecha="2026-11-03")()
    assert in_place(longer.root, longer.root / "one", *names)
    built(longer.root, longer.root / "whole", NOW, **more)
    assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))


@pytest.mark.parametrize("what", ["parts", "languages", "the last of a language"])
def test_what_pages_tell_of_the_parts_of_the_index_is_for_a_build(longer, monkeypatch, what):
    """Which there are, and which languages are in each: readers' browsers ask for those alone."""
    for name, value in (("LEAST_PARTED", 4), ("SETTLED", 4), ("LARGEST_PART", 4)):
        monkeypatch.setattr(search, name, value)
    more = {"RELATED_POSTS": 0, "SEARCH": True, "INPUTS_PATH": str(longer.root / "inputs")}
    for name in {"languages": ["otro-2"], "the last of a language": ["otro-6", "otro-7"]}.get(what, ()):
        saying(longer, longer.texts[name], name, Idioma="en")()
    if what == "the last of a language":  # among the newest, where no page is
        new(longer, "otra", Fecha="2026-11-15")()
        (longer.root / "content" / "pages" / "acerca.md").unlink()
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    name = "otra" if what == "the last of a language" else "otro-0"
    edit = saying(longer, TAGGED, name, Fecha="2026-11-20") if what == "languages" else gone(longer, name)
    edit()
    assert not in_place(longer.root, longer.root / "one", name)


def test_a_post_of_a_small_blog_is_related_at_once(longer):
    """Though with it most posts are related to others: they are worked out anew, and drawn."""
    assert edited(
        longer,
        new(longer, "nuevo", "Las reclamaciones se contestan por escrito, y la factura espera. #Redes"),
        gone(longer, "nuevo"),
        name="nuevo",
    )


def test_a_post_comes_with_its_pictures(longer):
    """One in the text that nobody has seen yet, and a cover, whose size feeds tell; a card is drawn for none."""
    content = longer.root / "content"

    def edit() -> None:
        picture(content / "images" / "otra.png", 10)
        picture(content / "posts" / "tapa.png", 30)
        new(longer, "nuevo", f"{TAGGED}\n\n![Otra](/images/otra.png)", Portada="tapa.png")()

    written = edited(longer, edit, name="nuevo", RELATED_POSTS=0, SOCIAL_CARDS=True)
    assert 2 <= len([name for name in written if name.startswith("images/")])


def test_a_text_shows_more_pictures(blog):
    """One that nobody has seen yet, and one that came to lie beside the post, from where one goes with a build."""

    def edit() -> None:
        picture(blog.root / "content" / "images" / "otra.png", 10)
        picture(blog.root / "content" / "posts" / "tapa.png", 30)
        saying(blog, f"{TAGGED}\n\n![Otra](/images/otra.png)\n\n![Tapa](tapa.png)")()

    written = edited(blog, edit, RELATED_POSTS=0)
    assert 2 <= len([name for name in written if name.startswith("images/")])
    saying(blog, TAGGED)()
    assert [] == in_place(blog.root, blog.root / "one", "dos")


def test_a_picture_that_nobody_showed_is_for_a_build(blog):
    """It lies among the posts, and was told."""
    picture(blog.root / "content" / "posts" / "tapa.png", 30)
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", RELATED_POSTS=0)
    leave_site(one, "mark", {**REPORT, "remarks": [("hint", "content/posts/tapa.png: x")]})
    saying(blog, f"{TAGGED}\n\n![Tapa](tapa.png)")()
    assert [] == in_place(blog.root, blog.root / "one", "dos")


def test_a_file_of_another_name_is_the_same_post(longer):
    """Nothing but what tells of its file is written."""

    def edit() -> None:
        posts_folder = longer.root / "content" / "posts"
        (posts_folder / "dos.md").rename(posts_folder / "dos-bis.md")

    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", RELATED_POSTS=0)
    leave_site(one, "mark", REPORT)
    edit()
    assert ["posts.json"] == in_place(longer.root, longer.root / "one", "dos", "dos-bis")
    built(longer.root, longer.root / "whole", NOW, RELATED_POSTS=0)
    assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))


@pytest.mark.parametrize("header", [
    {"Alias": "/viejo/"},
    {"Idioma": "en"}, {"Id": "id-dos"}, {"Slug": "dos", "Fecha": "2026-11-05"}, {"Estado": "oculto"},
])  # fmt: skip
def test_a_post_that_is_more_than_one_is_for_a_build(longer, header):
    """Nothing is written of it."""
    if header == {"Estado": "oculto"}:
        header = {"Estado": "sin listar"}
    assert [] == edited(longer, new(longer, "nuevo", "Nada.", **header), name="nuevo", RELATED_POSTS=0)


def test_a_published_post_that_goes_leaves_word(longer):
    """What stands in its place then says so, to people and hosts; with it go no others."""
    (longer.root / "addresses.json").write_text('{"2026/11/tres/index.html": ["id-tres.es"]}', "utf-8")
    written = edited(longer, gone(longer, "tres"), name="tres", RELATED_POSTS=0)
    assert {"2026/11/tres/index.html", "_redirects"} <= set(written)


def test_an_older_page_of_a_short_list_knows_who_is_in_it(longer):
    """Also where it says nothing else: it is drawn again one day, and a post that is gone is asked nothing then."""
    for name in ("uno", *(f"otro-{at}" for at in range(8))):
        longer.posts[name]["Etiquetas"] = "Redes, Corta"
        longer.save(name)
    saying(longer, TAGGED, "dos", Idioma="en")()
    _, one = arranged(
        longer.root, longer.root / "one", NOW, state=longer.root / "state", RELATED_POSTS=0, LANGUAGES=["es", "en"]
    )
    assert "" == leave_site(one, "mark", REPORT)
    gone(longer, "otro-7")()
    assert "etiqueta/corta/index.html" in (written := in_place(longer.root, longer.root / "one", "otro-7"))
    assert "etiqueta/corta/pagina/2/index.html" not in written
    saying(longer, longer.texts["otro-0"], "otro-0", Título="Otro")()
    assert "etiqueta/corta/pagina/2/index.html" in in_place(longer.root, longer.root / "one", "otro-0")
    built(longer.root, longer.root / "whole", NOW, RELATED_POSTS=0, LANGUAGES=["es", "en"])
    assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))


@pytest.mark.parametrize("lang", ["", "en"])
def test_a_post_that_says_other_things_in_a_file_of_another_name(longer, lang):
    """Each list that shows it says so, where it stands as it stood, and what stands beside it."""
    for name in ("otro-0", "tres"):
        saying(longer, TAGGED, name, Idioma=lang, Serie="Colas")()
    posts = longer.root / "content" / "posts"

    def edit() -> None:
        saying(longer, f"Otra cosa. {TAGGED}", "otro-0", Título="Otro", Gracias="Ana Ruiz")()
        (posts / "otro-0.md").rename(posts / "bis.md")

    assert all(shown(longer, (["otro-0", "bis"], [edit]), LANGUAGES=["es", "en"]))


@pytest.mark.parametrize("goes", ["deleted", "borrador"])
def test_a_post_that_goes_takes_its_broken_links_along(longer, goes):
    """Nothing else leads there, so no build is needed to tell them no more."""
    longer.texts["tres"] = "[Nada](/no-hay/) y [otra](/tampoco/). #Redes"
    longer.save("tres")
    change = gone(longer, "tres") if goes == "deleted" else saying(longer, longer.texts["tres"], "tres", Estado=goes)
    assert [] != edited(longer, change, name="tres", RELATED_POSTS=0)


@pytest.mark.parametrize("change", ["is sought", "was a draft", "is renamed", "goes"])
def test_links_to_files_are_right_wherever_they_stand(longer, change):
    """Which address a file has is looked for by a build, where another post names it that comes, goes or moves."""
    file = "nuevo" if change == "is sought" else "tres"
    longer.texts["uno"] = f"Mira [aquello]({{filename}}/posts/{file}.md). #Redes"
    longer.save("uno")
    if change == "was a draft":
        saying(longer, TAGGED, "tres", Estado="borrador")()
    post = longer.root / "content" / "posts" / "tres.md"
    name, edit = {
        "is sought": ("nuevo", new(longer, "nuevo")),
        "was a draft": ("tres", saying(longer, TAGGED, "tres", Estado="")),
        "is renamed": ("tres", lambda: post.rename(post.with_name("otro.md"))),
        "goes": ("tres", gone(longer, "tres")),
    }[change]
    names = [name, "otro"] if change == "is renamed" else [name]
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", RELATED_POSTS=0)
    assert "" == leave_site(one, "mark", REPORT)
    edit()
    assert [] == in_place(longer.root, longer.root / "one", *names)


def test_links_that_a_post_mends_or_breaks_are_for_a_build(longer):
    """Who has written them is told by a build."""
    longer.texts["uno"] = "Mira [la nueva](/2026/11/nuevo/) y [esta](/2026/11/tres/). #Redes"
    longer.save("uno")
    assert [] == edited(longer, new(longer, "nuevo"), name="nuevo", RELATED_POSTS=0)
    (longer.root / "content" / "posts" / "nuevo.md").unlink()
    shutil.rmtree(longer.root / "one")
    assert [] == edited(longer, gone(longer, "tres"), name="tres", RELATED_POSTS=0)


FILES = (
    "Mira [[uno]]. #Redes", f"{TEXTS[4]} [B]({{static}}/images/bar.png) #Redes",
    "Mira [esto]({filename}uno.md?a=b#fin) y [[tres#Fin]]. #Redes",
    "[La página]({filename}../pages/acerca.md) y <a class='x' href='{filename}/posts/uno.md'>esto</a>. #Redes",
)  # fmt: skip


@pytest.mark.parametrize("text", FILES)
def test_a_text_names_posts_by_their_files(blog, text):
    """They are led to where these are now, from a summary too; and then to others, and to none."""
    saying(blog, blog.texts["uno"], "uno", Slug="ñu")()
    header = {"Resumen": "Un [resumen]({filename}/posts/tres.md)."}
    assert edited(
        blog, saying(blog, TAGGED, Resumen=""), saying(blog, f"{FILES[0]} Ya.", Etiquetas="Redes, Colas"),
        saying(blog, text, **header),
    )  # fmt: skip


def test_a_post_that_comes_names_others_by_their_files(longer):
    """And from then on these are named: who goes then is looked for."""
    edit = new(longer, "nuevo", f"Mira [[seis]] y [esto]({{filename}}/posts/cinco.md). {TAGGED}")
    assert edited(longer, edit, name="nuevo", RELATED_POSTS=0)
    gone(longer, "cinco")()
    assert [] == in_place(longer.root, longer.root / "one", "cinco")
    saying(longer, longer.texts["cinco"], "cinco", Slug="otro")()
    assert [] == in_place(longer.root, longer.root / "one", "cinco")


@pytest.mark.parametrize("text", [
    "Mira [[nada]]. #Redes", "Mira [esto]({filename}/posts/nada.md). #Redes",
    "Mira [esto]({tag}redes). #Redes", "Mira [esto]({filename}//posts/uno.md). #Redes",
    "Mira <a href='|filename|/posts/uno.md;x'>esto</a>. #Redes",
])  # fmt: skip
@pytest.mark.parametrize("is_before", [False, True])
def test_what_else_a_text_names_is_for_a_build(blog, text, is_before):
    """What is no post; also where it was named, and told."""
    if is_before:
        saying(blog, text)()
    edit = saying(blog, TAGGED if is_before else text)
    written = edited(blog, edit)
    assert ([] == written) == ("[[" not in text)


def test_a_post_that_is_named_moves_with_the_next_build(blog):
    """Where it is named by a text that was saved at the same time."""
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", RELATED_POSTS=0)
    leave_site(one, "mark", REPORT)
    saying(blog, f"{FILES[0]} {FILES[1]}")()
    saying(blog, blog.texts["uno"], "uno", Slug="otro")()
    assert [] == in_place(blog.root, blog.root / "one", "dos", "uno")


def test_a_place_that_others_lead_to_does_not_go_unseen(blog):
    """Who leads there is told by a build that the place is gone."""
    blog.texts["tres"] = "Mira [el final](/2026/11/dos/#fin)."
    blog.texts["dos"] = f"{TAGGED}\n\n## Fin\n\nYa."
    blog.save("tres")
    blog.save("dos")
    assert [] == edited(blog, saying(blog, TAGGED))


@pytest.mark.parametrize("header", [
    {"Fecha": "2026-11-24"}, {"Estado": "borrador"}, {"Estado": "oculto"}, {"Estado": "sin listar"},
])  # fmt: skip
def test_a_preview_relates_and_tells_of_what_waits_as_a_build_does(blog, header):
    """It shows drafts and what is scheduled among the others, in all but its feeds."""
    saying(blog, TAGGED, **header)()
    answered = f"{TAGGED} El bar contesta por escrito a las reclamaciones."
    assert edited(blog, saying(blog, answered), SHOW_UNPUBLISHED=True)
