"""What an edit reads and draws does not grow with the posts that it does not touch."""

import datetime as dt
import shutil

import pytest

from tertulia.edits import arrangement, list_edits
from tertulia.edits.site_left import leave_site
from tertulia.site import archives
from tests.editing import FIRST_DAY, NOW, REPORT, Blog, arranged, assert_same, built, gone, in_place, new, saying, tree

pytestmark = pytest.mark.slow

POSTS = 48
SETTINGS = {"RELATED_POSTS": 0, "FEED_MAX_ITEMS": 4}


@pytest.fixture
def many():
    """A blog of several months, all of whose posts have one tag, topic and author; as its first build left it."""
    blog = Blog(6)
    for at in range(POSTS):
        day = FIRST_DAY - dt.timedelta(3 * at)
        blog.posts[f"viejo-{at}"] = {"Título": f"Viejo {at}", "Fecha": str(day), "Id": f"v{at}", "Etiquetas": "Redes"}
        blog.texts[f"viejo-{at}"] = "Nada más que esto."
        blog.save(f"viejo-{at}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(archives, "MOST_LISTED", 9)
        patched.setattr(arrangement, "TOGETHER", 12)
        _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **SETTINGS)
        assert "" == leave_site(one, "mark", REPORT)
        yield blog
    shutil.rmtree(blog.root, ignore_errors=True)


@pytest.fixture
def cost(monkeypatch):
    """How many posts are read whole, and how many pages of lists are looked at."""
    counted = {"read": 0, "shared": 0}
    read, share = arrangement.Arrangement._read_post, list_edits.parts

    def reading(self, number):
        counted["read"] += 1
        return read(self, number)

    def sharing(*given, **more):
        found = list(share(*given, **more))
        counted["shared"] += len(found)
        return found

    monkeypatch.setattr(arrangement.Arrangement, "_read_post", reading)
    monkeypatch.setattr(list_edits, "parts", sharing)
    return counted


def test_an_edit_of_a_new_post_reads_few_others(many, cost):
    """Those beside it, in feeds and on the pages that it stands on; each list has many more pages."""
    for edit in (
        new(many, "nuevo", Fecha="2026-11-18"),
        saying(many, "Otra cosa.", "nuevo", Fecha="2026-11-19"),
        saying(many, "Otra cosa.", "nuevo", Título="Otro"),
        gone(many, "nuevo"),
        new(many, "nuevo", Fecha="2026-11-20"),
    ):
        cost.update(read=0, shared=0)
        edit()
        assert in_place(many.root, many.root / "one", "nuevo")
        assert cost["read"] < POSTS / 2
        assert cost["shared"] < POSTS / 2
    built(many.root, many.root / "whole", NOW, **SETTINGS)
    assert_same(tree(many.root / "whole"), tree(many.root / "one"))
