"""Exports that attack: nothing of them gets through, and none ends in a traceback."""

import gzip
import zipfile

import pytest

from tertulia.core.errors import TertuliaError
from tertulia.imports.export import Export
from tests.importing import blog, comment, item, wxr
from tests.patience import little_work

__all__ = ["blog"]  # a fixture

BOMB = """<!DOCTYPE x [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY f SYSTEM "file:///etc/passwd">]>"""


def everything(blog):
    """All that an import wrote, as one text."""
    files = "\n".join([*blog.files(), *blog.files().values()])
    return files + "\n".join(repr((one.html, one.name, one.author_url, one.url)) for one in blog.said())


def test_entities_grow_into_nothing_and_read_no_file(blog, tmp_path):
    """An entity of the export's own is no text."""
    export = wxr(tmp_path / "e.xml", item(title="x").replace("<![CDATA[x]]>", "a&c;&f;b"))
    export.write_text(export.read_text("utf-8").replace("<rss", BOMB + "<rss"), "utf-8")
    blog.take(export)
    assert "root:" not in everything(blog) and "aaaaaaaaaa" not in everything(blog)


@pytest.mark.parametrize(
    "slug",
    ["../../../x", "..", ".", "/etc/passwd", "a/../../b", "%2e%2e%2fx", "con\x00tilde", "x" * 500, "", "🐌", "CON"],
)
def test_a_slug_leads_out_of_no_folder(blog, tmp_path, slug):
    """Every file is among the posts."""
    blog.take(
        wxr(tmp_path / "e.xml", item().replace("<wp:post_name>uno<", f"<wp:post_name>{slug.replace(chr(0), '')}<"))
    )
    posts = [name for name in blog.files() if name.endswith(".md")]
    assert 1 == len(posts) and posts[0].startswith("posts/2019/2019-05-03_") and "../" not in posts[0]
    assert {"blog", "e.xml"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>x",
        '<img src=x onerror="alert(1)">x',
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" jAvAscript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<iframe src="javascript:alert(1)"></iframe>x',
        '<svg onload="alert(1)"></svg>x',
        '<table><tr><td colspan="2" onclick="alert(1)"><script>alert(1)</script>x</td></tr></table>',
        '<form action="https://evil.example"><input name="q"></form>x',
        '<style>@import "https://evil.example/x.css"</style>x',
        '<object data="javascript:alert(1)"></object>x',
        "<math><mtext></mtext><script>alert(1)</script></math>x",
        '<details ontoggle="alert(1)"><summary onclick="alert(1)">x</summary>x</details>',
        '<dl><dt onclick="alert(1)">x</dt></dl>',
        '[caption caption="<script>alert(1)</script>"]<img src="x" onerror="alert(1)">[/caption]x',
        '<pre lang="c"><script>alerta(1)</script></pre>x',
    ],
)
def test_what_runs_in_a_page_does_not_come_over(blog, tmp_path, body):
    """Neither as markup nor as an address."""
    blog.take(
        wxr(
            tmp_path / "e.xml",
            item(1, body, title="<script>alert(1)</script>T", more=comment(3, body, author_url="javascript:alert(1)")),
        )
    )
    post = blog.post("2019-05-03_uno.md").replace("<script>alerta(1)</script>", "")  # code in a fence is code
    for text in (post, blog.header("2019-05-03_uno.md"), *(one.html + one.author_url for one in blog.said())):
        for word in ("<script", "onerror", "onclick", "ontoggle", "onload", "javascript:", "evil.example", "data:text"):
            assert word not in text.lower(), text
    assert "x" in post


def test_a_packed_name_leads_nowhere_and_rubbish_is_left_out(tmp_path):
    """A zip's names are names: nothing is unpacked, and what a Mac adds is nobody's."""
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../evil.xml", "/etc/x.xml", "__MACOSX/._a.xml", "a/b.xml", "..\\\\c.xml"):
            archive.writestr(name, "x")
    assert {"a/b.xml"} == {file.name for file in Export([path])}
    assert ["e.zip"] == [one.name for one in tmp_path.iterdir()]


def test_what_unpacks_without_end_is_not_read(tmp_path, monkeypatch):
    """One line instead of a full memory."""
    from tertulia.imports import export

    monkeypatch.setattr(export, "LARGEST_FILE_BYTES", 1000)
    with gzip.open(tmp_path / "e.xml.gz", "wb") as stream:
        stream.write(b"x" * 100_000)
    with pytest.raises(TertuliaError, match=r"e\.xml"):
        next(iter(Export([tmp_path / "e.xml.gz"]))).read()


def test_more_files_than_anybody_has_are_not_looked_at(tmp_path, monkeypatch):
    """A zip's list is short where its names are many; one line, and as many as may be are read."""
    from tertulia.imports import export

    monkeypatch.setattr(export, "_MOST_FILES", 3)
    for number in (3, 4):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as packed:
            for name in range(number):
                packed.writestr(f"{name}.html", "x")
    assert 3 == len(Export([tmp_path / "3.zip"]).files)
    with pytest.raises(TertuliaError, match=r"4\.zip.*3"):
        Export([tmp_path / "4.zip"])


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04rubbish", b"\x1f\x8bx", b"\x00" * 50, b"<rss>http://wordpress.org/export/1.2/", b"hola"]
)
@pytest.mark.parametrize("name", ["e.xml", "e.zip", "e.gz"])
def test_what_is_no_export_is_one_line(blog, tmp_path, data, name):
    """Whatever it calls itself."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TertuliaError) as told:
        blog.take(tmp_path / name)
    assert "\n" not in str(told.value)


def test_long_deep_and_odd_things_are_taken_in_one_by_one(blog, tmp_path):
    """A comment of 65,000 signs, a date that is none, thousands of open brackets and elements."""
    odd = [
        item(1, "[" * 5000, more=comment(3, "a" * 65_000)),
        item(2, "<b>" * 3000 + "x", slug="dos"),
        item(3, "<blockquote>" * 3000 + "x", slug="tres"),
        item(4, "[a b=c]" * 3000, slug="cuatro"),
        item(5, "<!-- wp:x {" * 2000, slug="cinco"),
        item(6, "x", slug="seis", date="2019-99-99 00:00:00", gmt="0000-00-00 00:00:00"),
        item(7, "&" * 5000 + "\ufdd0" + "1\ufdd1\ufdd20\ufdd3", slug="siete"),
    ]
    report = blog.take(wxr(tmp_path / "e.xml", *odd))
    assert 7 == len(report.written.outcomes)
    assert 1 == len(blog.said())


@pytest.mark.parametrize(
    "piece",
    ["[", "[a ", "[a b=c]", "<!-- wp:x {", '<pre lang="x">', "<!--", "[code]", "[caption]<img src=x>", "<br>", "<a ",
     " ", '<sup data-fn="a">', "http://", "$latex a", "&a;", "<em>a", '"a ', "<ul><li>", "\n\nx"],
)  # fmt: skip
def test_no_piece_repeated_takes_longer_than_its_length(piece):
    """Twice as much takes about twice as long: nothing is looked for to the end again and again."""
    from tertulia.imports import markdown
    from tertulia.imports.sources.wordpress_body import Body

    class Nowhere:
        def link(self, address):
            return address

        picture = file = link

        def title(self, address):
            return ""

        def lose(self, kind, what=""):
            pass

    with little_work():
        markdown.convert(Body().html(piece * 20_000), Nowhere())
