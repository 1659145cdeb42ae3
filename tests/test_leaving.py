"""What a build leaves for the next edit is begun while its pages are drawn, and is there whole or not at all."""

import os
from contextlib import closing

import pytest

from tertulia.edits import site_left
from tertulia.edits.arrangement import NAME, Arrangement
from tests.editing import NOW, REPORT, Blog, arranged, blog

__all__ = ["blog"]
pytestmark = pytest.mark.slow


def left(blog: Blog) -> list[str]:
    return sorted(path.name for path in (blog.root / "state").glob(f"{NAME}*"))


def test_of_two_builds_at_once_one_is_left(blog, monkeypatch):
    """Who began later has swept what the other had begun: nobody's half is taken for the whole."""
    builds = []
    for number in (1, 2):
        monkeypatch.setattr(os, "getpid", lambda number=number: number)
        builds.append(arranged(blog.root, blog.root / str(number), NOW, state=blog.root / "state")[1])
    first, second = builds
    assert site_left.leave_site(first, "first", REPORT)
    assert [f"{NAME}.2"] == left(blog)
    assert "" == site_left.leave_site(second, "second", REPORT)
    assert [NAME] == left(blog)


def test_what_the_build_before_has_left_stays_until_all_is_told(blog):
    """A build that dies meanwhile takes nothing along; the next one sweeps what it had begun."""
    state = blog.root / "state"
    site_left.leave_site(arranged(blog.root, blog.root / "one", NOW, state=state)[1], "mark", REPORT)
    before = (state / NAME).read_bytes()
    (state / f"{NAME}.99").write_text("killed")
    build = arranged(blog.root, blog.root / "two", NOW, state=state)[1]
    assert [NAME, f"{NAME}.{os.getpid()}"] == left(blog)
    assert before == (state / NAME).read_bytes()
    site_left.drop(build)
    assert [NAME] == left(blog)


def test_what_may_not_be_left_leaves_nothing_beside(blog):
    """Pages of the blog's own templates, say."""
    build = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")[1]
    build.written = {}
    assert site_left.leave_site(build, "mark", REPORT)
    assert [] == left(blog)


def test_a_text_is_read_when_its_own_page_asks_for_it(blog):
    """A list shows hundreds of posts, and of none of them the text."""
    state = blog.root / "state"
    site_left.leave_site(arranged(blog.root, blog.root / "one", NOW, state=state)[1], "mark", REPORT)
    with closing(Arrangement(state)) as arrangement:
        post = arrangement.post_at(str(blog.root / "content" / "posts" / "dos.md"))
        assert post.minutes and post.summary
        assert not {"content", "_content"} & post.__dict__.keys()
        assert "otra" in post.content and post.content == post._content
