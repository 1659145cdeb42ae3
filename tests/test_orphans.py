"""Talk under an Id that no post has is told with both Ids, held back from being lost, and brought over."""

import msgspec
import pytest

from tertulia.commands import orphans, publish, status
from tertulia.commands import talk as tasks
from tertulia.content import snapshot
from tertulia.content.posts import Published
from tertulia.core.errors import TertuliaError
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.tables import Origin
from tests.house import write_posts
from tests.talking import ENGLISH, NOW, POST, SITE, Talk

OTHER = msgspec.structs.replace(POST, id="otro-asunto")
RENAMED = msgspec.structs.replace(POST, id="voto-2")


@pytest.fixture
def blog(tmp_path):
    """A post with an approved comment, a like and an announcement, whose Id was changed then."""
    talk = Talk(tmp_path / "a")
    said = talk.said()
    talk.blog.moderator.decide(said.key, "approved", said.version)
    talk.browser.post("/comments/like", data={"post": "voto", "lang": "es", "comment": said.key})
    row = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message="{}", words="h")
    remote = '{"id":"1","url":"https://mas.example/1"}'
    talk.store.deliveries.adopt([row], remote, "", NOW, origin=Origin.MADE)
    talk.store.conversation.show_all(talk.blog.snapshots)
    talk.blog.outbox().show_all()
    built(talk, RENAMED, ENGLISH, OTHER)
    return talk


def built(talk, *published, addresses=None):
    made = Published(site=SITE, title="Blog", lang="es", posts=published, addresses=addresses or {})
    write_posts(talk.folder / "output", made)


def test_both_ids_are_named_and_nothing_is_published(blog, capsys):
    """By what build and status say; and no comment counts as gone on purpose."""
    (line,) = orphans.told(blog.folder, blog.folder / "output")
    assert "«voto» (es)" in line and "comments move voto voto-2" in line
    assert not status._tell(blog.blog)
    assert "voto-2" in capsys.readouterr().err
    (comment,) = snapshot.read(blog.blog.snapshots, "voto", "es").comments
    assert not publish._on_purpose(blog.blog, blog.blog.published(), comment.id)


def test_what_is_brought_over_is_all_there(blog):
    """Comments, likes and announcements; then nothing is told, and nothing is left behind."""
    before = snapshot.read(blog.blog.snapshots, "voto", "es")
    tasks.move(blog.blog, ["voto", "voto-2"])
    blog.blog.moderator.show_all()
    after = snapshot.read(blog.blog.snapshots, "voto-2", "es")
    assert (before.comments, before.counts, before.syndication) == (after.comments, after.counts, after.syndication)
    assert [] == orphans.told(blog.folder, blog.folder / "output")
    left = snapshot.read(blog.blog.snapshots, "voto", "es")
    assert ((), ()) == (left.comments, left.syndication)
    assert ["voto-2"] == [row.post for row in blog.store.deliveries.all()]
    assert "moved" == blog.store.conversation.audit(before.comments[0].id, limit=1)[0][2]


def test_a_post_that_changed_its_language_is_told_of_too(blog):
    """And moved by Id and language."""
    built(blog, msgspec.structs.replace(POST, lang="ca"))
    (line,) = orphans.told(blog.folder, blog.folder / "output")
    assert "voto.ca" in line
    tasks.move(blog.blog, ["voto.es", "voto.ca"])
    blog.blog.moderator.show_all()
    assert 1 == len(snapshot.read(blog.blog.snapshots, "voto", "ca").comments)


def test_the_talk_of_a_post_that_is_held_back_waits_with_it(blog):
    """Nobody is told to put what was said under a draft under another post; a draft in another language is another."""
    content = blog.folder / "content" / "posts"
    content.mkdir(parents=True, exist_ok=True)
    file = content / "voto.md"
    draft = "Id: voto\nEstado: borrador\nTítulo: El voto"
    for text, told in (("Título: voto", 1), (f"{draft}\nIdioma: ca", 1), (draft, 0), (f"{draft}\nIdioma: es", 0)):
        file.write_text(f"{text}\nFecha: 2026-11-01\n\nSin más.\n", "utf-8")
        assert told == len(orphans.told(blog.folder, blog.folder / "output"))


def test_talk_on_a_page_is_no_orphan(blog):
    """A page that is not a post shows its talk as well; a way to another page shows none."""
    page = blog.folder / "output" / "sobre/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<!doctype html><title>Sobre</title>")
    built(blog, OTHER, addresses={"sobre/index.html": ("voto.es",)})
    assert [] == orphans.told(blog.folder, blog.folder / "output")
    page.write_text('<meta http-equiv="refresh" content="0; url=/x/">')
    assert 1 == len(orphans.told(blog.folder, blog.folder / "output"))


@pytest.mark.parametrize("ids", [[], ["voto"], ["voto", "voto"], ["nada", "voto-2"], ["voto", "nada"]])
def test_what_cannot_be_moved_is_said(blog, ids):
    """In one line, and nothing moves."""
    with pytest.raises(TertuliaError):
        tasks.move(blog.blog, ids)
    assert 1 == len(blog.store.conversation.find(post="voto"))
