"""Covers and pictures that are others after an edit are shown in place, as a full build shows them."""

import shutil
from contextlib import closing

import pytest

from tertulia.edits.arrangement import Arrangement
from tertulia.edits.site_left import leave_site
from tests.editing import ANA, NOW, REPORT, TAGGED, arranged, blog, built, gone, in_place, new, picture, saying, shown

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


BAR, OTHER = "images/bar.png", "images/otra.png"
SHOWN = f"{TAGGED}\n\n![El bar](/images/bar.png)"


def exchanged(blog, name=BAR, colour=77):
    return lambda: picture(blog.root / "content" / name, colour)


@pytest.mark.parametrize("more", [{}, {"SOCIAL_CARDS": True}, {"SEARCH": True}])
def test_a_picture_is_exchanged_under_its_name(blog, more):
    """In every post and page that shows it, in the text, as a cover or by a link; what was made of the old one goes."""
    if more.get("SEARCH"):
        more = {**more, "INPUTS_PATH": str(blog.root / "inputs")}
    saying(blog, SHOWN)()
    saying(blog, TAGGED, "uno", Portada=BAR)()
    saying(blog, f"{TAGGED} [El bar](/images/bar.png)", "cinco")()
    blog.file("pages/acerca.md", "Título: Acerca\n\n![El bar](/images/bar.png)\n")
    before = set((blog.root / "one").glob("images/bar*"))
    written = shown(
        blog,
        ([BAR], [exchanged(blog)]),
        (["dos"], [saying(blog, f"{SHOWN} Ya.")]),
        ([BAR, "dos"], [exchanged(blog, colour=99), saying(blog, TAGGED)]),
        ([BAR], [exchanged(blog, colour=200)]),
        ([BAR], [lambda: blog.file(BAR, "no picture")]),
        ([BAR], [exchanged(blog, colour=200)]),
        **more,
    )
    pages = {f"2026/11/{name}/index.html" for name in ("uno", "dos", "cinco")} | {"acerca/index.html"}
    assert pages <= set(written[0])
    assert "2026/11/dos/index.html" not in written[3]
    assert all(written)
    assert before.isdisjoint((blog.root / "one").glob("images/bar*"))


def test_a_picture_comes_that_was_missed(blog):
    """Also one that is more like what another post misses; it goes again, and one comes beside the post."""
    saying(blog, f"{TAGGED}\n\n![Otra](/images/otra.png)")()
    saying(blog, f"{TAGGED}\n\n![Otro](/images/otra1.png)", "uno")()
    content = blog.root / "content"
    written = shown(
        blog,
        ([OTHER], [exchanged(blog, OTHER)]),
        (["dos"], [saying(blog, f"{TAGGED}\n\n![Otra](/images/otra.png)\n\n![Otra](/images/otra2.png)")]),
        ([OTHER], [(content / OTHER).unlink]),
        (["images/otra2.png"], [exchanged(blog, "images/otra2.png", 3)]),
        (["posts/otra1.png"], [exchanged(blog, "posts/otra1.png", 8)]),
        (["nuevo"], [new(blog, "nuevo", f"{TAGGED}\n\n![Otra](/images/otra3.png)")]),
        (["images/otra3.png"], [exchanged(blog, "images/otra3.png", 5)]),
    )
    assert all(written[:4] + written[5:])


def test_a_picture_comes_that_the_second_of_two_with_one_id_missed(blog):
    """Which goes on with an Id of its own, and is otherwise what it read as."""
    saying(blog, f"{TAGGED}\n\n![Otra](/images/otra.png)", "seis", Id="id-dos")()
    assert "2026/11/seis/index.html" in shown(blog, ([OTHER], [exchanged(blog, OTHER)]))[0]


def test_of_what_is_missed_the_nearest_is_told(blog):
    """As a build tells it, after another picture came or went."""
    saying(blog, f"{TAGGED}\n\n![Otra](/images/colas.png)")()
    said, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", RELATED_POSTS=0)
    told = [line.removeprefix("told: ") for line in said if "colas.png" in line]
    leave_site(one, "mark", {**REPORT, "remarks": [("warning", line) for line in told]})
    near = blog.root / "content/images/cola.png"
    for edit in (exchanged(blog, "images/cola.png"), near.unlink):
        edit()
        in_place(blog.root, blog.root / "one", "images/cola.png")
        with closing(Arrangement(blog.root / "state")) as left:
            remarks = [line for _, line in left.value("report")["remarks"]]
        said = built(blog.root, blog.root / "whole", NOW, RELATED_POSTS=0)
        shutil.rmtree(blog.root / "whole")
        assert [line.removeprefix("told: ") for line in said if "colas.png" in line] == remarks
        assert (edit == near.unlink) == (remarks == told)


def test_two_pictures_of_one_name_that_are_the_same(blog):
    """In two folders: the file that is made of both stays for as long as one is shown."""
    for folder in ("a", "b"):
        exchanged(blog, f"images/{folder}/bar.png", 31)()
    saying(blog, f"{TAGGED}\n\n![El bar](/images/a/bar.png)")()
    saying(blog, f"{TAGGED}\n\n![El bar](/images/b/bar.png)", "uno")()
    written = shown(
        blog, (["dos"], [saying(blog, TAGGED)]), (["images/b/bar.png"], [exchanged(blog, "images/b/bar.png", 9)])
    )
    assert all(written)


@pytest.mark.parametrize("goes", [gone, lambda blog, name: saying(blog, TAGGED, name)])
def test_the_portrait_of_an_author_stays_when_no_post_shows_it_any_more(blog, goes):
    """A picture that is there for two reasons is there until both are gone."""
    blog.file("people.toml", f'{ANA}[r]\nname = "Remedios Alcaide"\nphoto = "{BAR}"\n')
    saying(blog, TAGGED, "seis", Autor="r")()
    saying(blog, f"{TAGGED}\n\n![El bar](/{BAR})", "tres")()
    assert all(shown(blog, (["tres"], [goes(blog, "tres")])))
    assert [*(blog.root / "one").glob("images/bar.*")]


@pytest.mark.parametrize("lang", ["", "en"])
def test_the_portrait_of_an_author_who_writes_no_more_is_for_a_build(blog, lang):
    """It goes with the last post of theirs, and stays for another."""
    blog.file("people.toml", f'{ANA}[luis]\nname = "Luis Gil"\nphoto = "{BAR}"\n')
    for name in ("tres", "seis"):
        saying(blog, TAGGED, name, Autor="luis", Idioma=lang)()
    first, last = shown(blog, (["tres"], [gone(blog, "tres")]), (["seis"], [saying(blog, TAGGED, "seis", Autor="ana")]))
    assert first
    assert not last


@pytest.mark.parametrize("case", ["portrait", "theme"])
def test_some_pictures_are_for_a_build(blog, case):
    """A portrait, which stands on pages of lists; and those of the blog's own looks."""
    name = "theme/static/x.png" if case == "theme" else BAR
    saying(blog, SHOWN)()
    if case == "portrait":
        blog.file("people.toml", '[ana]\nname = "Ana Ruiz"\nphoto = "images/bar.png"\n')
    assert [[]] == shown(blog, ([name], [exchanged(blog, name)]))
