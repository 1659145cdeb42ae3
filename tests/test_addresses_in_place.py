"""A post that has another address is shown in place, as a full build shows it that remembers who had which."""

import json
import shutil

import pytest

from tertulia.edits.site_left import leave_site
from tertulia.site import search
from tests.editing import (
    NOW,
    REPORT,
    TAGGED,
    WITHOUT_SCHEMA,
    Blog,
    arranged,
    assert_same,
    blog,
    built,
    gone,
    in_place,
    new,
    saying,
    tree,
)
from tests.test_lists_in_place import WORDS, plain, shown

pytestmark = pytest.mark.slow
__all__ = ["blog", "plain"]  # fixtures

OLD = "2026/11/dos/index.html"


def followed(blog: Blog, *turns: tuple[list[str], list], **more: object) -> list[dict[str, bytes]]:
    """Show each of *turns* in place, beside builds that find the output before each: what there is after them."""
    more = {"RELATED_POSTS": 0, "PREVIOUS_OUTPUT": str(blog.root / "before"), **more}
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    found = []
    for names, edits in turns:
        shutil.copytree(blog.root / "one", blog.root / "before")
        for edit in edits:
            edit()
        assert in_place(blog.root, blog.root / "one", *names)
        built(blog.root, blog.root / "whole", NOW, **more)
        found.append(tree(blog.root / "one"))
        assert_same(tree(blog.root / "whole"), found[-1])
        shutil.rmtree(blog.root / "whole")
        shutil.rmtree(blog.root / "before")
    return found


def test_an_old_address_leads_on_and_on(plain):
    """Once to the new one, to a third from both, and back again; another post comes where nobody is, with a tag."""
    one, two, three, four = followed(
        plain,
        (["dos"], [saying(plain, TAGGED, "dos", Slug="otro")]),
        (["dos"], [saying(plain, TAGGED, "dos", Slug="tercero", Fecha="2026-10-09", Título="Otro & más")]),
        (["dos"], [saying(plain, TAGGED, "dos", Slug="dos", Fecha="2026-11-02")]),
        (["dos", "tres", "nuevo"], [
            saying(plain, TAGGED, "dos", Slug="x", Etiquetas="X"), gone(plain, "tres"), new(plain, "nuevo"),
        ]),
    )  # fmt: skip
    assert b"/2026/11/otro/" in one[OLD]
    assert b"/2026/10/tercero/" in two[OLD]
    assert b"/2026/10/tercero/" in two["2026/11/otro/index.html"]
    assert b"h-entry" in three[OLD]
    assert b"/2026/11/dos/ 301" in three["_redirects"]
    assert b"/2026/11/x/" in four[OLD]


@pytest.mark.parametrize("more", [{}, {"PLUGINS": WITHOUT_SCHEMA}, {"SITEURL": "/blog"}])
def test_an_address_that_an_author_names_leads_on(plain, more):
    """With the title that the post has now, to where it is now; beside those that it had."""
    edits = [
        {"Alias": "/viejo/"}, {"Título": "Otro & más"}, {"Alias": "/viejo/, /más viejo.html, 2019/x"},
        {"Slug": "otro"}, {"Slug": "tercero", "Título": "Y otro", "Alias": "/viejo/, /más viejo.html, 2019/x, /y/"},
    ]  # fmt: skip
    saying(plain, WORDS, "cuatro", Alias="/cuarto/")()
    saying(plain, WORDS, "cinco", Estado="sin listar")()
    turns = [(["dos"], [saying(plain, TAGGED, "dos", **edit)]) for edit in edits]
    turns.append((["cuatro", "cinco"], [
        saying(plain, WORDS, "cuatro", Slug="4"), saying(plain, WORDS, "cinco", Alias="/quinto/"),
    ]))  # fmt: skip
    found = followed(plain, *turns, **more)
    assert "Otro &amp; más".encode() in found[1]["viejo/index.html"]
    assert b"/2026/11/otro/" in found[3]["2019/x/index.html"]
    assert b"/2026/11/4/" in found[5]["cuarto/index.html"]


@pytest.mark.parametrize("more", [
    {"SOCIAL_CARDS": True}, {"ARTICLE_URL": "{slug}.html", "ARTICLE_SAVE_AS": "{slug}.html"},
    {"ARTICLE_URL": "{date:%Y/%m/%d}/{slug}/", "ARTICLE_SAVE_AS": "{date:%Y/%m/%d}/{slug}/index.html"},
])  # fmt: skip
def test_an_address_that_nobody_noted_is_just_left(plain, more):
    """Its page is gone from there, wherever it is shown; what was published leads on though the output is lost."""
    addresses = {"2026/11/seis/index.html": ["id-seis.es"], "seis.html": ["id-seis.es"]}
    (plain.root / "addresses.json").write_text(json.dumps(addresses), "utf-8")
    assert all(shown(
        plain,
        (["dos", "seis"], [saying(plain, TAGGED, name, Slug=f"{name}-x") for name in ("dos", "seis")]),
        (["dos", "seis"], [saying(plain, TAGGED, name, Slug=name, Fecha="2025-11-09") for name in ("dos", "seis")]),
        **more,
    ))  # fmt: skip


@pytest.mark.parametrize("name", ["dos", "seis"])
def test_a_post_is_searched_where_it_is(plain, monkeypatch, name):
    """In the part of the index that it was in, however many those are."""
    monkeypatch.setattr(search, "LEAST_PARTED", 3)
    monkeypatch.setattr(search, "SETTLED", 2)
    more = {"SEARCH": True, "INPUTS_PATH": str(plain.root / "inputs")}
    (written,) = shown(plain, ([name], [saying(plain, TAGGED, name, Slug=f"{name}-x")]), **more)
    assert name == "dos" or [file for file in written if file.startswith("pagefind/")]


@pytest.mark.parametrize(("was", "edit"), [
    ({"tres": "Mira [eso](/2026/11/dos/)."}, {"Slug": "x"}),  # somebody leads there
    ({"tres": "Mira [eso](/2026/11/nuevo/)."}, {"Slug": "nuevo"}),  # or led nowhere
    ({"tres": "Mira [eso]({filename}/posts/dos.md)."}, {"Slug": "x"}),
    ({}, {"Slug": "tres"}),  # another is there
    ({"dos": {"Alias": "/2026/11/x/"}}, {"Slug": "x"}),  # it waits for it itself
    ({"dos": {"Alias": "/viejo/"}}, {"Alias": ""}),
    ({"dos": {"Alias": "/viejo/"}}, {"Alias": "/otro/"}),
    ({"tres": {"Alias": "/viejo/"}}, {"Alias": "/viejo/"}),
    ({}, {"Alias": "/2026/11/tres/"}),
    ({}, {"Alias": "/../x/"}),
    ({"tres": "Mira [eso](/viejo/)."}, {"Alias": "/viejo/"}),  # it led nowhere
    ({"dos": {"Id": "id-cinco"}}, {"Slug": "x"}),  # its address stands for an Id
    ({"tres": {"Alias": "/2026/11/dos/"}}, {"Slug": "x"}),  # another waits for it
])  # fmt: skip
def test_what_hangs_on_an_address_is_for_a_build(plain, was, edit):
    """Links, names and the wishes of others."""
    for name, held in was.items():
        saying(plain, held if isinstance(held, str) else WORDS, name, **(held if isinstance(held, dict) else {}))()
    assert [[]] == shown(plain, (["dos"], [saying(plain, TAGGED, "dos", **edit)]))
