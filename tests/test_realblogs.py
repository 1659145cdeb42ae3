"""A blog of all that real blogs hold, each kind as often as it is found: it comes out as its authors meant."""

import logging
import re
from collections import Counter

import pytest
from lxml import html
from PIL import Image

from tertulia.commands import advice
from tests import realblogs

pytestmark = pytest.mark.slow

COUNT = 600
COUNTED = frozenset(
    ("p", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "th", "td", "math", "details", "audio", "figure")
)
WORD = re.compile(r"[^\W_]+")


def of_page(page):
    """Words and elements of a post's text."""
    (text,) = html.fromstring(page).find_class("e-content")[:1]
    tags = ("h" if re.fullmatch("h[1-6]", each.tag) else each.tag for each in text.iter() if isinstance(each.tag, str))
    return WORD.findall(text.text_content()), Counter(tag for tag in tags if tag in COUNTED or tag == "h")


def test_a_blog_of_all_that_is_found(tmp_path, build):
    """Of 600 posts 99 in 100 come out, drafts do not, words agree in 999 of 1,000, elements in 99 of 100 posts."""
    posts = realblogs.posts(COUNT)
    folder = tmp_path / "content" / "posts"
    folder.mkdir(parents=True)
    for post in posts:
        (folder / post.name).write_text(post.source, "utf-8")
    Image.new("RGB", (60, 40), "red").save(folder / "foto.png")
    records = build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, TAG_FEED_MIN_POSTS=99)

    shown = {}
    for path in (tmp_path / "output").glob("20*/*/*/index.html"):
        page = path.read_text("utf-8")
        if "e-content" in page:
            words, elements = of_page(page)
            shown[next(word for word in words if word.startswith("Marca"))] = words, elements
    meant = {f"Marca{number}": post for number, post in enumerate(posts) if not post.is_draft}
    alike, most, same_elements, odd = 0, 0, 0, []
    for mark, post in meant.items():
        words, elements = shown.get(mark, ([], Counter()))
        expected = WORD.findall(" ".join(post.words))
        wanted = Counter({tag: n for tag, n in post.elements.items() if tag in COUNTED or tag == "h"})
        alike += sum((Counter(expected) & Counter(words)).values())
        most += max(len(expected), len(words))
        same_elements += wanted == elements
        if (wanted, Counter(expected)) != (elements, Counter(words)):
            odd.append(
                (
                    post.source,
                    wanted - elements,
                    elements - wanted,
                    (Counter(expected) - Counter(words), Counter(words) - Counter(expected)),
                )
            )
    assert [] == sorted(set(shown) - set(meant))  # no draft
    assert len(shown) >= 0.99 * len(meant), sorted(set(meant) - set(shown))
    assert alike >= 0.999 * most, odd[:5]
    assert same_elements >= 0.99 * len(meant), odd[:5]

    told = [r.getMessage() for r in records if r.levelno >= logging.WARNING or getattr(r, "hint", False)]
    kinds = Counter(re.sub(r"«[^»]*»|content/\S+|\d+", "…", line) for line in advice.gathered(told))
    assert max(kinds.values()) <= advice.MANY, kinds.most_common(3)
