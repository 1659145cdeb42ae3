"""What was brought from another site was announced there: nothing goes out for it here, and all of it is to be seen."""

from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace

from lxml import html as lxml_html
from PIL import Image

from tertulia.commands.publish import ping
from tertulia.content.posts import Post, Published
from tertulia.conversation.webmention import send
from tertulia.conversation.webmention.pages import Pages
from tertulia.core.errors import FetchError
from tertulia.syndication.drafts import due
from tests.importing import blog, comment, item, wxr

__all__ = ["blog"]  # a fixture

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
SITE = "https://b.example"


def post(id_, **more):
    return Post(
        id=id_, lang="es", title=id_, url=f"{SITE}/{id_}/", date=datetime(2026, 11, 20, tzinfo=UTC), **more
    )  # fmt: skip


BROUGHT = post("dos", guid="https://a.example/?p=2")


def test_a_post_brought_from_elsewhere_is_not_announced_unless_it_is_asked_for():
    """However young it is."""
    published = Published(site=SITE, title="B", lang="es", posts=(post("uno"), BROUGHT))
    assert ["uno"] == [one.id for one in due(published, since=SINCE, now=NOW)]
    assert ["dos"] == [one.id for one in due(published, since=SINCE, now=NOW, only="dos")]


class Web:
    """A way out that leads nowhere, and remembers who wanted to use it."""

    def __init__(self):
        self.asked = []

    def request(self, method, url, **more):
        self.asked.append((url, more))
        raise FetchError("nobody there")


def told(posts):
    """What hub and search engines are told when all of *posts* are new on the site."""
    web = Web()
    here = SimpleNamespace(
        conf={"WEBSUB_HUB": "https://hub.example/", "INDEXNOW_KEY": "k" * 16}, fetcher=web, now=lambda: NOW
    )
    put = ("feeds/atom.xml", "index.html", *(f"{one.id}/index.html" for one in posts))
    ping(here, Published(site=SITE, title="B", lang="es", posts=posts), SimpleNamespace(put=put))
    return web.asked


def test_hub_and_search_engines_hear_nothing_of_what_was_brought():
    """A blog of imported posts alone is silent; beside a post of its own, only that one is told."""
    assert [] == told((BROUGHT,))
    asked = told((post("uno"), BROUGHT))
    assert ["hub.example", "api.indexnow.org"] == [url.split("/")[2] for url, _ in asked]
    assert "/uno/" in repr(asked) and "/dos/" not in repr(asked)


def test_whom_a_brought_post_links_to_is_not_told_again(blog, tmp_path):
    """Until its author changes it here."""
    output = tmp_path / "output"
    for id_ in ("uno", "dos"):
        (output / id_).mkdir(parents=True)
        page = '<article class="h-entry"><div class="e-content"><a href="https://c.example/x">x</a></div></article>'
        (output / id_ / "index.html").write_text(page, "utf-8")
    pages = Pages(SITE, lambda: output, lambda: None)

    def linking(*posts):
        return [one.id for one, _ in send.linking(blog.store.sent, pages, posts, SINCE)]

    assert ["uno"] == linking(post("uno"), BROUGHT)
    assert ["dos"] == linking(post("dos", guid="https://a.example/?p=2", modified=NOW))


def test_old_comments_are_found_where_they_were_under_posts_and_pages(blog, tmp_path, build):
    """An address with "#comment-3" still leads to what it led to."""
    blog.take(
        wxr(
            tmp_path / "e.xml",
            item(1, more=comment(3, "Bajo la entrada.")),
            item(2, kind="page", slug="quien", title="Quién", more=comment(4, "Bajo la página.")),
        )
    )
    build(
        blog.root / "content", tmp_path / "output", CONVERSATION_PATH=str(blog.root / "var" / "conversation"),
        SEARCH=False, SOCIAL_CARDS=False,
    )  # fmt: skip
    for name, anchor, words in (("2019/05/uno", 3, "Bajo la entrada."), ("quien", 4, "Bajo la página.")):
        page = (tmp_path / "output" / name / "index.html").read_text("utf-8")
        assert f'id="comment-{anchor}"' in page and words in page
        shown = lxml_html.fromstring(page).xpath(f"//article[descendant::*[@id='comment-{anchor}']]/p[1]")
        assert [] == list(shown[-1].itersiblings(preceding=True))  # who said it stands on top, as the styles expect


def test_pictures_come_over_without_what_the_camera_noted(blog, tmp_path):
    """Neither where it was taken nor whose it is."""
    exif = Image.Exif()
    exif[0x010E] = "calle del Secreto, 3"
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    Image.new("RGB", (60, 40), (9, 9, 9)).save(out, "JPEG", exif=exif, comment=b"secreto")
    (tmp_path / "uploads" / "2019").mkdir(parents=True)
    (tmp_path / "uploads" / "2019" / "foto.jpg").write_bytes(out.getvalue())
    body = '<img src="https://old.example/wp-content/uploads/2019/foto.jpg" alt="Una foto">'
    blog.take(wxr(tmp_path / "e.xml", item(body=body)), uploads=tmp_path / "uploads")
    (copied,) = (blog.root / "content" / "images").rglob("*.jpg")
    assert Image.open(copied).size == (60, 40) and not dict(Image.open(copied).getexif())
    assert not [word for word in (b"ecreto", b"Exif") if word in copied.read_bytes()]
