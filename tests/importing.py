"""A blog into which something is imported, and exports as WordPress writes them."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tertulia.core import languages
from tertulia.core.conf import DEFAULTS
from tertulia.core.conf import read as read_conf
from tertulia.imports.export import Export
from tertulia.imports.importing import Job, run
from tertulia.imports.plan import Layout
from tertulia.imports.registry import importer_of
from tertulia.store import open_store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SITE = "https://old.example"


class Blog:
    """An empty blog in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "content" / "posts").mkdir(parents=True, exist_ok=True)
        self.store = open_store("sqlite:///talk.db", root)

    def take(self, *paths: Path, kind: str = "", conf: dict[str, object] | None = None, **options: object):
        """Import *paths* into a blog that has set *conf*; the report."""
        export = Export(paths)
        values = {**read_conf(DEFAULTS), "SITE_ADDRESS": "https://new.example", "DEFAULT_LANG": "es", **(conf or {})}
        languages.speak(str(values["DEFAULT_LANG"]))  # as the command does
        layout = Layout.of(values, ZoneInfo("Europe/Madrid"))
        job = Job(root=self.root, layout=layout, store=lambda: self.store, key=b"k" * 32, now=NOW, **options)
        report, self.report_path = run(export, importer_of(export, kind), job)
        return report

    def files(self) -> dict[str, str]:
        """Every file of content/ as text."""
        found = sorted(path for path in (self.root / "content").rglob("*") if path.is_file())
        return {
            path.relative_to(self.root / "content").as_posix(): path.read_text("utf-8", "replace") for path in found
        }

    def post(self, name: str) -> str:
        """The text of the one post whose file is called *name*, its header left out."""
        text = next(text for path, text in self.files().items() if path.rpartition("/")[2] == name)
        return text.partition("\n\n")[2]

    def header(self, name: str) -> str:
        """The header of the one post whose file is called *name*."""
        return next(text for path, text in self.files().items() if path.rpartition("/")[2] == name).partition("\n\n")[0]

    def said(self):
        """Every comment, the oldest first."""
        return sorted(self.store.conversation.find(limit=100_000), key=lambda one: one.id)


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[Blog]:
    """An empty blog."""
    made = Blog(tmp_path / "blog")
    yield made
    made.store.close()


def words(blog: Blog):
    """What was said → the comment."""
    return {one.text: one for one in blog.said()}


def everything(blog: Blog) -> str:
    """All that an import wrote but its own memory, as one text."""
    return "\n".join([*blog.files(), *blog.files().values(), *(repr(one) for one in blog.said())])


def zipped(path: Path, **files: str | bytes) -> Path:
    """A zip of *files*, "a__b.html" for a/b.html."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def item(
    number: int = 1,
    body: str = "Hola.",
    *,
    title: str = "Uno",
    status: str = "publish",
    kind: str = "post",
    slug: str = "uno",
    more: str = "",
    date: str = "2019-05-03 18:30:00",
    gmt: str = "2019-05-03 16:30:00",
) -> str:
    """One item of an export."""
    return f"""<item><title><![CDATA[{title}]]></title><link>{SITE}/2019/05/{slug}/</link><dc:creator>ana</dc:creator>
<guid isPermaLink="false">{SITE}/?p={number}</guid><content:encoded><![CDATA[{body}]]></content:encoded>
<excerpt:encoded></excerpt:encoded><wp:post_id>{number}</wp:post_id><wp:post_date>{date}</wp:post_date>
<wp:post_date_gmt>{gmt}</wp:post_date_gmt><wp:post_name>{slug}</wp:post_name><wp:status>{status}</wp:status>
<wp:post_type>{kind}</wp:post_type>{more}</item>"""


def comment(
    number: int, text: str = "Digo.", *, parent: int = 0, approved: str = "1", kind: str = "", **more: str
) -> str:
    """One comment of an export."""
    fields = {
        "author": "Luis",
        "author_email": "luis@secret.example",
        "author_url": "",
        "author_IP": "203.0.113.9",
        **more,
    }
    told = "".join(f"<wp:comment_{name}><![CDATA[{value}]]></wp:comment_{name}>" for name, value in fields.items())
    return f"""<wp:comment><wp:comment_id>{number}</wp:comment_id>{told}
<wp:comment_date>2019-06-01 10:00:00</wp:comment_date><wp:comment_date_gmt>2019-06-01 08:00:00</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>
<wp:comment_type>{kind}</wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent>
<wp:comment_user_id>0</wp:comment_user_id></wp:comment>"""


def wxr(path: Path, *items: str, head: str = "", version: str = "http://wordpress.org/export/1.2/") -> Path:
    """Write an export of *items* to *path*."""
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="{version}excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="{version}"><channel><title>Viejo</title><link>{SITE}</link>
<wp:base_blog_url>{SITE}</wp:base_blog_url>
<wp:author><wp:author_id>2</wp:author_id><wp:author_login>ana</wp:author_login>
<wp:author_email>ana@secret.example</wp:author_email>
<wp:author_display_name>Ana Ruiz</wp:author_display_name></wp:author>
{head}{"".join(items)}</channel></rss>""",
        encoding="utf-8",
    )
    return path
