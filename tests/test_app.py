"""The one composition root: opening a blog costs nothing, and what was opened is given back."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tertulia.app import Blog
from tertulia.core import settings
from tertulia.core.errors import ContentError, SettingError

ROOT = Path(__file__).resolve().parent.parent
# What takes long to import, and what only some commands need.
HEAVY = ("sqlalchemy", "flask", "requests", "PIL", "msgspec", "pelican", "limits")


@pytest.fixture
def blog(tmp_path):
    """A folder with nothing in it, opened."""
    with Blog(tmp_path, settings=settings.load(tmp_path, {})) as opened:
        yield opened


def test_opening_a_blog_imports_and_makes_nothing(tmp_path):
    """A command pays only for what it uses."""
    code = (
        f"import sys; from pathlib import Path; from tertulia.app import Blog\nwith Blog(Path({str(tmp_path)!r})): pass"
    )
    code += f"\nprint([name for name in {HEAVY} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert ("[]\n", []) == (said, list(tmp_path.iterdir()))


def test_telling_where_everything_is_imports_nothing_that_builds_or_draws():
    """``status`` and ``doctor`` ask the store and the networks: no Markdown, no pictures, no site."""
    code = "import sys, tertulia.commands.status, tertulia.syndication.networks as networks; networks.per_reader()"
    unwanted = ("PIL", "markdown", "pelican", "pygments", "tertulia.site.build")
    code += f"\nprint([name for name in {unwanted} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "[]\n" == said


def test_a_blog_that_used_no_store_makes_none_when_it_is_closed(blog):
    """Looking at settings and networks leaves the folder as it was."""
    assert blog.networks(with_store=False)
    blog.close()
    assert not (blog.root / "var" / "tertulia.db").exists()


def test_every_part_is_made_once(blog):
    """Two that ask get the same store, and the moderator works on it."""
    assert blog.store is blog.store and blog.moderator.store is blog.store is blog.notices.store


def test_the_store_is_closed_when_a_command_fails(tmp_path, monkeypatch):
    """An error leaves no connection behind, and closing again does no harm."""
    closed = []

    def close(store):
        closed.append(store)

    blog = Blog(tmp_path, settings=settings.load(tmp_path, {}))
    monkeypatch.setattr(type(blog.store), "close", close)
    with pytest.raises(ContentError), blog:
        blog.published()
    assert [blog.store] == closed


def test_a_blog_without_settings_says_what_to_set(blog):
    """No pelicanconf.py is no traceback."""
    with pytest.raises(SettingError, match="ANNOUNCE_SINCE"):
        blog.since()


def test_nobody_else_puts_the_parts_together():
    """Commands and web pages take the store, the networks and the moderator from the open blog."""
    makers = {"open_store", "Moderator", "Notices", "Outbox", "Signer", "BackgroundWorker", "Receiver"}
    for room in ("commands", "web"):
        for path in sorted((ROOT / "tertulia" / room).rglob("*.py")):
            calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            assert [] == [one.func.id for one in calls if isinstance(one.func, ast.Name) and one.func.id in makers], (
                path
            )
