"""Long lists are numbered from the oldest: a new post leaves their pages alone, and no address is lost."""

import shutil

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from tertulia.site.pagination import Paginator
from tests.editing import Blog, built

RULES = ((1, "{url}", "{save_as}"), (2, "{base_name}/pagina/{number}/", "{base_name}/pagina/{number}/index.html"))
NOW = "2027-01-22T12:00:00+01:00"


def shared(count: int, per_page: int) -> Paginator:
    return Paginator("tag/a/index.html", "tag/a/", range(count, 0, -1), per_page, RULES)


@given(st.integers(0, 300), st.integers(0, 12))
def test_every_post_stands_on_one_page_and_older_leads_through_all(count, per_page):
    """From the first page on, "older" meets each post once, newest first; "newer" is the same way back."""
    paginator, met, number, before = shared(count, per_page), [], 1, None
    while number:
        assert before == paginator.newer(number)
        met += paginator.page(number).object_list
        before, number = number, paginator.older(number)
    assert list(range(count, 0, -1)) == met
    assert paginator.num_pages == 1 or not paginator.page(paginator.num_pages).has_next() or before == 2


@given(st.integers(0, 300), st.integers(1, 12))
def test_a_page_of_older_posts_stays_what_it_is(count, per_page):
    """One post more changes the first page, and never what another holds."""
    before, after = shared(count, per_page), shared(count + 1, per_page)
    for number in range(2, before.num_pages + 1):
        assert list(before.page(number).object_list) == list(after.page(number).object_list)
        assert per_page == len(after.page(number).object_list)


@given(st.integers(0, 300), st.integers(1, 12))
def test_the_first_page_is_about_as_long_as_the_others(count, per_page):
    """From half of what a page holds to half as much again, unless there are no more."""
    held = len(shared(count, per_page).page(1).object_list)
    assert min(count, per_page / 2) <= held < max(1.5 * per_page, 2)


@given(st.integers(0, 300), st.integers(1, 12))
def test_each_address_of_old_is_still_one(count, per_page):
    """What there was when pages were counted from the newest is a page, or leads to the first."""
    paginator = shared(count, per_page)
    now = {paginator.page(number).save_as for number in range(1, paginator.num_pages + 1)}
    pages = range(2, -(-count // per_page) + 1)
    assert {f"tag/a/pagina/{number}/index.html" for number in pages} <= now | set(paginator.on_first())
    assert not now & set(paginator.on_first())


@pytest.fixture
def blog():
    """Eight posts and a page, three in a list."""
    made = Blog()
    for at in (6, 7):
        made.add(f"mas-{at}", at, "Otra más, y la cola sigue.")
    for name in made.posts:
        made.posts[name]["Etiquetas"] = "Redes"
        made.save(name)
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


def test_a_new_post_draws_no_page_of_older_ones(blog):
    """In any list; until the first is too long: then there is a new page, and the one that it now stands before."""
    drawn = []
    for at, names in enumerate(((), ("nueva",), ("otra", "ultima"))):
        for name in names:
            blog.add(name, 20 + at, "Una nueva.")
            blog.posts[name]["Etiquetas"] = "Redes"
            blog.save(name)
        kept = blog.root / str(at - 1) if at else None
        said = built(blog.root, blog.root / str(at), NOW, state=blog.root / "state", kept=kept)
        drawn.append({line.partition(":")[0] for line in said if not line.startswith("told:")})
    older = [{name for name in pages if "/pagina/" in f"/{name}"} for pages in drawn]
    lists = ("", "etiqueta/redes/", "tema/opinion/", "autor/remedios-alcaide/")
    assert set() == older[1]
    assert {f"{where}pagina/{number}/index.html" for where in lists for number in (3, 4)} == older[2]
    assert {f"{where}index.html" for where in lists} <= drawn[1] & drawn[2]


def test_where_older_posts_moved_to_the_first_page_its_number_leads_there(blog):
    """Seven posts, three a page, were three pages; the third is the first page now."""
    (blog.root / "content" / "posts" / "uno.md").unlink()
    built(blog.root, blog.root / "one", NOW)
    for folder, home in ((blog.root / "one", "/"), (blog.root / "one" / "etiqueta" / "redes", "/etiqueta/redes/")):
        page = BeautifulSoup((folder / "pagina" / "3" / "index.html").read_text("utf-8"), "lxml")
        assert f"0; url={home}" == page.find("meta", {"http-equiv": "refresh"})["content"]
        first, second = (BeautifulSoup((folder / name).read_text("utf-8"), "lxml") for name in (
            "index.html", "pagina/2/index.html"))  # fmt: skip
        assert (4, 3) == (len(first.select("main .h-entry")), len(second.select("main .h-entry")))
        assert home + "pagina/2/" == first.find("a", rel="next")["href"]
        assert home == second.find("a", rel="prev")["href"]
