"""Links to posts by their files after an edit: which are led to their pages, and which are for a build."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from tertulia.edits.file_links import FileLinks
from tertulia.edits.text_edits import NeedsBuildError

CONTENT = Path("/blog/content")
HERE = CONTENT / "posts" / "dos.md"
FILES = ("uno.md", "con espacio.md", "a:b.md", "a&amp;b.md", "cien%25.md")
POSTS = {
    str(CONTENT / "posts" / name): SimpleNamespace(number=number, url=f"2026/{number}/")
    for number, name in enumerate(FILES, 1)
}
LINK = '<a href="{filename}uno.md">'


def links(**settings):
    """The links of a blog with those posts."""
    build = SimpleNamespace(settings={"PATH": str(CONTENT), "SITEURL": "https://b.example/blog/", **settings})
    return FileLinks(build, SimpleNamespace(post_at=POSTS.get))


@pytest.mark.parametrize(
    ("html", "led"),
    [
        (LINK, '<a href="https://b.example/blog/2026/1/">'),
        ("<a class='x' href='{filename}/posts/uno.md'>", "<a class='x' href='https://b.example/blog/2026/1/'>"),
        ('<a href="|filename|../posts/uno.md?a=b#fin">', '<a href="https://b.example/blog/2026/1/?a=b#fin">'),
        ('<a href="{filename}con%20espacio.md#x">', '<a href="https://b.example/blog/2026/2/#x">'),
        ('<a href="{filename}con espacio.md">', '<a href="https://b.example/blog/2026/2/">'),
        ('<a href="{filename}cien%25.md">', '<a href="https://b.example/blog/2026/5/">'),
        (f"<p>{{filename}}uno.md {LINK}</p>", '<p>{filename}uno.md <a href="https://b.example/blog/2026/1/"></p>'),
        ("<p>Nada</p>", "<p>Nada</p>"),
    ],
)
def test_a_post_that_is_named_by_its_file_is_led_to(html, led):
    """From the folder of the text or from the content folder; what stands behind the file stays behind its page."""
    assert led == links().followed(html, HERE)


@pytest.mark.parametrize(
    "address",
    [
        "{filename}nada.md", "{filename}/uno.md", "{filename}//posts/uno.md", "{filename}/posts/../posts/uno.md",
        "{static}uno.md", "{static}/images/x.png", "{tag}redes", "{filename}uno.md?", "{filename}uno.md#",
        "{filename}a:b.md", "{filename}a&amp;b.md", "{filename}uno.md?a#",
    ],
)  # fmt: skip
def test_what_else_is_named_is_for_a_build(address):
    """What is no post, is not followed here, or may be read as something else: the file that names it is told."""
    with pytest.raises(NeedsBuildError, match=r"dos\.md"):
        links().followed(f'<a href="{address}">', HERE)


@pytest.mark.parametrize(("html", "is_followed"), [("<p>Nada</p>", True), (LINK, False)])
def test_a_blog_that_writes_such_links_in_its_own_way_is_built(html, is_followed):
    """Where a text has any."""
    with nullcontext() if is_followed else pytest.raises(NeedsBuildError):
        assert html == links(INTRASITE_LINK_REGEX="<(?P<what>.*?)>").followed(html, HERE)


@pytest.mark.parametrize(("content", "summary"), [("{tag}x", ""), ("", "{tag}x")])
def test_what_was_broken_is_for_a_build(content, summary):
    """In the text or in its summary: what was told of it is to be told no more."""
    text, short = (f'<a href="{one}">' if one else LINK for one in (content, summary))
    with pytest.raises(NeedsBuildError, match=r"dos\.md"):
        links().refuse_broken(SimpleNamespace(content=text, summary=short), HERE)
    links().refuse_broken(SimpleNamespace(content=LINK, summary=LINK), HERE)


def test_what_names_a_post_that_moves_is_for_a_build():
    """The post that names it is told; another that moves is no matter."""
    here = links()
    here.refuse_moved([1, 2])
    here.followed(LINK, HERE)
    here.refuse_moved([2, 3])
    with pytest.raises(NeedsBuildError, match=r"dos\.md"):
        here.refuse_moved([2, 1])
