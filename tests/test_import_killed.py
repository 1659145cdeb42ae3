"""An import that is killed, wherever it was, is run again, and the same comes of it."""

import os

import pytest
from sqlalchemy import Engine, event

from tests.embedding import png
from tests.importing import SITE, Blog, comment, item, wxr

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the machine cannot make a process to be killed"),
]
BODY = f'<img src="{SITE}/wp-content/uploads/2019/a.png" alt="A">\n\nhttps://www.youtube.com/watch?v=dQw4w9WgXcQ'
KILLED = 9


class Plug:
    """Is pulled when something was done so many times: before a file takes its place, after it did, or at a commit."""

    def __init__(self, moment: str, number: int) -> None:
        self.moment, self.left = moment, number
        self._replace = os.replace
        os.replace = self.replace
        event.listen(Engine, "commit", lambda _connection: self.pull("commit"))

    def pull(self, moment: str) -> None:
        if moment == self.moment:
            self.left -= 1
            if not self.left:
                os._exit(KILLED)

    def replace(self, *paths, **more) -> None:
        self.pull("before")
        self._replace(*paths, **more)
        self.pull("after")


@pytest.fixture
def export(tmp_path):
    uploads = tmp_path / "uploads" / "2019"
    uploads.mkdir(parents=True)
    (uploads / "a.png").write_bytes(png())
    talk = comment(1, "Uno.") + comment(2, "Dos.", parent=1) + comment(3, "Compra.", approved="spam")
    talk += comment(4, kind="like")
    return wxr(tmp_path / "e.xml", item(1, BODY, more=talk), item(2, "Otro.", slug="dos", title="Dos"))


@pytest.mark.parametrize("moment", ["before", "after", "commit"])
def test_whenever_an_import_is_killed_the_next_one_finishes_it(tmp_path, export, moment):
    """Files, snapshots, talk, likes and what was noted of it are those of an import that nothing stopped."""
    wanted = taken(tmp_path / "whole", export)
    number = 1
    while is_killed(tmp_path / f"cut{number}", export, moment, number):
        assert wanted == taken(tmp_path / f"cut{number}", export)
        number += 1
    assert number > 2  # there were moments to be killed at


def is_killed(root, export, moment, number):
    """Whether an import into *root* came so far as to be killed."""
    process = os.fork()
    if not process:
        try:
            blog = Blog(root)
            Plug(moment, number)
            blog.take(export, uploads=export.parent / "uploads")
        finally:
            os._exit(0)
    return KILLED == os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def taken(root, export):
    """All that is there after an import into *root*."""
    blog = Blog(root)
    blog.take(export, uploads=export.parent / "uploads")
    said = [(one.key, one.text, one.status, one.parent) for one in blog.said()]
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("content", "var/conversation")
        for path in (root / folder).rglob("*")
        if path.is_file() and not path.name.endswith(".part")  # what was only half there when it was killed
    }
    noted = (root / "var" / "import" / "wordpress-old-example.json").read_bytes()
    counted = blog.store.conversation.reactions()
    blog.store.close()
    return files, noted, said, counted
