"""Folders of Markdown come over, whichever generator built a site of them, and Tumblr's and Micro.blog's exports."""

import contextlib
import json
import re
import tomllib
import zipfile

import pytest

from tertulia.core.errors import TertuliaError
from tertulia.imports import importing, rewritten
from tertulia.imports.types import OldComment, OldSite
from tests.embedding import png
from tests.importing import NOW, blog
from tests.patience import little_work

__all__ = ["blog"]  # a fixture


@pytest.fixture
def folder(tmp_path):
    """Writes files into a folder, by name."""

    def write(files):
        for name, data in files.items():
            path = tmp_path / "old" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return tmp_path / "old"

    return write


HUGO = {
    "hugo.toml": 'baseURL = "https://old.example/"\ndefaultContentLanguage = "es"\ntimeZone = "Europe/Madrid"\n',
    "content/posts/uno.md": '+++\ntitle = "Uno"\ndate = 2019-05-03T18:30:00+02:00\ntags = ["A b"]\n'
    'aliases = ["/viejo/"]\n'
    "+++\n"
    'Ve a [dos]({{< ref "dos.md" >}}).\n\n![Alt](/img/a.png)\n\n```\n[x](/posts/dos/)\n```\n',
    "content/posts/dos.md": "---\ntitle: Dos\ndate: 2019-05-04\n---\n[uno](../uno/) y [nada](/gone/)\n",
    "content/posts/tres/index.md": "---\ntitle: Tres\ndate: 2019-05-05\ndraft: true\n---\n![](foto.png)\n",
    "content/posts/tres/foto.png": png(),
    "content/posts/_index.md": "---\ntitle: Lista\n---\n",
    "content/acerca.md": "---\ntitle: Acerca\n---\nYo.\n",
    "static/img/a.png": png(),
    "README.md": "# x\n",
}
JEKYLL = {
    "_config.yml": "url: https://old.example\nbaseurl: /blog\ntimezone: Europe/Madrid\n",
    "_posts/2019-05-03-uno.md": "---\nlayout: post\ntitle: Uno\ncategories: [Viajes]\n---\n"
    "[dos]({% post_url 2019-05-04-dos %}) ![Alt]({{ site.baseurl }}/assets/a.png)\n",
    "_posts/2019-05-04-dos.md": "---\ntitle: Dos\nredirect_from: /viejo/\n---\nDos.\n",
    "_drafts/tres.md": "---\ntitle: Tres\n---\nFalta.\n",
    "acerca.md": "---\ntitle: Acerca\npermalink: /acerca/\n---\nYo.\n",
    "_includes/x.md": "---\ntitle: no\n---\n",
    "assets/a.png": png(),
}
ELEVENTY = {
    "package.json": '{"dependencies": {"@11ty/eleventy": "3"}}',
    "src/posts/2019-05-03-uno.md": "---\ntitle: Uno\ntags: [post, viajes]\n---\n[dos](/posts/dos/)\n",
    "src/posts/dos.md": "---\ntitle: Dos\ndate: 2019-05-04\npermalink: /d/dos/\n---\nDos.\n",
    "src/posts/tres.md": "---\ntitle: Tres\ndate: 2019-05-05\npermalink: false\n---\nFalta.\n",
    "node_modules/x/readme.md": "---\ntitle: no\n---\n",
}
PELICAN = {
    "pelicanconf.py": "import os\nSITEURL = 'https://old.example'\nTIMEZONE = 'Europe/Madrid'\n"
    "os.system('touch never')\n",
    "content/uno.md": "Title: Uno\nDate: 2019-05-03 18:30\nCategory: Viajes\n\n"
    "[dos]({filename}dos.md) ![Alt]({static}images/a.png)\n",
    "content/dos.md": "Title: Dos\nDate: 2019-05-04\nStatus: draft\n\nFalta.\n",
    "content/pages/acerca.md": "Title: Acerca\n\nYo.\n",
    "content/viejo.rst": "Viejo\n=====\n",
    "content/images/a.png": png(),
}
PELICAN_OF_MANY = {
    "pelicanconf.py": "SITEURL = 'https://old.example'\nTIMEZONE = 'Europe/Madrid'\nDEFAULT_LANG = 'es'\n"
    "FILENAME_METADATA = r'(?P<date>\\d{4}-\\d{2}-\\d{2})-(?P<slug>.*)'\nUSE_FOLDER_AS_CATEGORY = False\n"
    "DEFAULT_CATEGORY = 'varios'\nARTICLE_URL = 'blog/{category}/{slug}.html'\nSLUGIFY_SOURCE = 'basename'\n"
    "FEED_ALL_ATOM = 'todo.xml'\nFEED_ALL_RSS = None\n",
    "content/blog/2019-05-03-el-puente.md": "Title: El puente de hierro\nSlug: puente\nAuthor: Ana Ruiz\n\n"
    "[plano]({static}/files/plano.pdf)\n",
    "content/blog/2019-05-03-bridge.md": "Title: The bridge\nSlug: puente\nLang: en\n\nx\n",
    "content/blog/2019-05-04-la-grua.md": "Title: La grúa: historia\n\nx\n",
    "content/blog/2019-06-01-otra.md": "Title: Otra\nSlug: dos\n\nx\n",
    "content/blog/2019-07-01-otra-mas.md": "Title: Otra más\nSlug: dos\n\nx\n",
    "content/pages/yo.md": "Title: Acerca de mí\n\nYo.\n",
    "content/files/plano.pdf": b"%PDF-1.4 x",
}
NIKOLA = {
    "conf.py": "BLOG_TITLE = 'x'\nSITE_URL = 'https://old.example/'\nDEFAULT_LANG = 'es'\n",
    "posts/uno.md": "<!--\n.. title: Uno\n.. slug: uno\n.. date: 2019-05-03 18:30:00 UTC+02:00\n"
    ".. tags: viajes\n-->\n\nHola.\n",
    "posts/dos.md": "Dos.\n",
    "posts/dos.meta": ".. title: Dos\n.. slug: dos\n.. date: 2019-05-04 10:00:00 UTC\n.. tags: private\n",
    "pages/acerca.md": ".. title: Acerca\n.. slug: acerca\n\nYo.\n",
}


def test_hugo_comes_over(blog, folder):
    """References are links, bundles keep their pictures, code is untouched, what led nowhere is words."""
    blog.take(folder(HUGO))
    assert "Ve a [dos](/2019/05/dos/).\n\n![Alt](/images/a.png)\n\n```\n[x](/posts/dos/)\n```\n" == blog.post(
        "2019-05-03_uno.md"
    )
    assert "Fecha: 2019-05-03 18:30:00+02:00" in blog.header("2019-05-03_uno.md")
    assert "[uno](/2019/05/uno/) y nada\n" == blog.post("2019-05-04_dos.md")
    assert "Fecha: 2019-05-04 00:00:00+02:00" in blog.header("2019-05-04_dos.md")
    assert "Estado: borrador" in blog.header("2019-05-05_tres.md")
    assert blog.post("2019-05-05_tres.md").startswith('![""](/images/')
    assert "pages/acerca.md" in blog.files() and 4 == sum(name.endswith(".md") for name in blog.files())
    redirects = blog.files()["redirects.toml"]
    assert all(f'"{old}" = "post:' in redirects for old in ("/posts/uno", "/viejo", "/posts/dos"))


def test_jekyll_comes_over(blog, folder):
    """Dates of names, folders of drafts, a base path, names of posts in links."""
    blog.take(folder(JEKYLL))
    text = blog.post("2019-05-03_uno.md")
    assert "[dos](/2019/05/dos/)" in text and "![Alt](/images/" in text
    assert "Categoría: Viajes" in blog.header("2019-05-03_uno.md")
    assert "Estado: borrador" in blog.header("tres.md") and "pages/acerca.md" in blog.files()
    redirects = blog.files()["redirects.toml"]
    assert '"/blog/viajes/2019/05/03/uno.html"' in redirects and '"/blog/2019/05/04/dos.html"' in redirects


def test_eleventy_comes_over(blog, folder):
    """Its collections are no tags, and what it did not write stays unseen."""
    blog.take(folder(ELEVENTY), old_site="https://old.example")
    header = blog.header("2019-05-03_uno.md")
    assert "Etiquetas: viajes\n" in f"{header}\n" and "Estado: borrador" in blog.header("2019-05-05_tres.md")
    assert '"/d/dos" = "post:' in blog.files()["redirects.toml"]
    assert not any("node_modules" in name or "readme" in name for name in blog.files())


def test_pelican_comes_over(blog, folder):
    """Its settings are read, not run; what is no Markdown is told."""
    blog.take(folder(PELICAN))
    text = blog.post("2019-05-03_uno.md")
    assert text.startswith("dos ![Alt](/images/") and "Fecha: 2019-05-03 18:30:00+02:00" in blog.header(
        "2019-05-03_uno.md"
    )
    assert "Estado: borrador" in blog.header("2019-05-04_dos.md")
    assert '"/uno.html" = "post:' in blog.files()["redirects.toml"]
    assert "content/viejo.rst" in blog.report_path.read_text("utf-8")


def test_old_addresses_of_pelican_are_those_of_its_settings(blog, folder):
    """Slugs of files, categories, translations by their slug, authors, feeds and files lead to what is there now."""
    blog.take(folder(PELICAN_OF_MANY))
    redirects = tomllib.loads(blog.files()["redirects.toml"])["redirects"]
    old = ("blog/varios/puente.html", "puente-en.html", "blog/varios/la-grua.html", "pages/yo.html")
    assert ["post:"] * 4 == [redirects[f"/{one}"][:5] for one in old]
    puente, bridge = (redirects[f"/{one}"].rpartition(".")[0] for one in old[:2])
    assert puente == bridge
    others = {"/author/ana-ruiz.html", "/todo.xml", "/files/plano.pdf", "/category/varios.html"}
    assert set() == others - redirects.keys()
    assert not {"/feeds/all.rss.xml", "/content/files/plano.pdf"} & redirects.keys()
    headers = [text for name, text in blog.files().items() if name.startswith("posts/2019")]
    assert (5, 4) == (len(headers), len({re.search(r"^Id: (.*)$", text, re.M)[1] for text in headers}))


def test_nikola_comes_over(blog, folder):
    """A header in a comment, and one in a file beside; a tag that holds a post back is a state."""
    blog.take(folder(NIKOLA))
    assert "Hola.\n" == blog.post("2019-05-03_uno.md")
    assert "Estado: borrador" in blog.header("2019-05-04_dos.md") and "Dos.\n" == blog.post("2019-05-04_dos.md")
    assert '"/posts/uno" = "post:' in blog.files()["redirects.toml"]


@pytest.mark.parametrize("files", [HUGO, JEKYLL, PELICAN, NIKOLA])
def test_a_second_import_of_a_folder_changes_nothing(blog, folder, files):
    """No file."""
    blog.take(folder(files))
    before = blog.files()
    blog.take(folder(files))
    assert before == blog.files()


@pytest.mark.parametrize(
    "header",
    ["---\ntitle: [\ndate: 2019-05-03\ndraft: true\n---\n", "---\ntitle: x\ndate: 2019-05-03\nstatus: odd\n---\n",
     "---\ntitle: x\ndate: 2019-05-03\nexpiryDate: 2020-01-01\n---\n", "+++\ntitle = \n+++\n"],
)  # fmt: skip
def test_a_header_that_may_hold_a_post_back_holds_it(blog, folder, header):
    """Also one that nobody can read."""
    blog.take(folder({"hugo.toml": HUGO["hugo.toml"], "content/posts/2019-05-03-x.md": f"{header}Hola.\n"}))
    posts = [text for name, text in blog.files().items() if name.endswith(".md")]
    assert 1 == len(posts) and "Estado: borrador" in posts[0]


def test_a_link_out_of_the_folder_is_not_followed(blog, folder, tmp_path):
    """Neither a post nor a file of it comes from elsewhere."""
    (tmp_path / "key.pdf").write_bytes(b"SECRET")
    root = folder({**HUGO, "content/posts/x.md": "---\ntitle: X\ndate: 2019-05-03\n---\n[k](/k.pdf)\n"})
    (root / "static" / "k.pdf").symlink_to(tmp_path / "key.pdf")
    blog.take(root)
    assert not any("SECRET" in text for text in blog.files().values())


# Text of another program


class Meanings:
    """Everything is at /new now, but what is gone."""

    def __init__(self):
        self.lost = []

    def link(self, address):
        return "" if "gone" in address or address.startswith("javascript") else f"/new{address}"

    picture = file = link

    def lose(self, kind, what=""):
        self.lost.append(kind)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[a](/b) `[a](/b)`", "[a](/new/b) `[a](/b)`"),
        ('[![x](/p.png)](/b "t")', '[![x](/new/p.png)](/new/b "t")'),
        ("[a](/gone) ![x](/gone)", "a *x*"),
        ("[a]: /b", "[a]: /new/b"),
        ('[a]: </b> "t"', '[a]: /new/b "t"'),
        ("x[^1]\n\n[^1]: La nota.\n[^2]: Una", "x[^1]\n\n[^1]: La nota.\n[^2]: Una"),
        ("[ojo]: no es un enlace", "[ojo]: no es un enlace"),
        ('{{< figure src="/p.png" caption="x" >}}', '{{< figure src="/new/p.png" caption="x" >}}'),
        ("    [a](/b)\n\ntext [a](/b)", "    [a](/b)\n\ntext [a](/new/b)"),
        ("- x\n\n    [a](/b)", "- x\n\n    [a](/new/b)"),
        ("~~~\n[a](/b)\n```\n~~~\n[a](/b)", "~~~\n[a](/b)\n```\n~~~\n[a](/new/b)"),
        ('<img src="/p.png" onerror="alert(1)">', '<img src="/new/p.png" alt="">'),
        ("<script>alert(1)</script>x <a href='javascript:alert(1)'>y</a>", "x <a>y</a>"),
        ("[a](javascript:alert(1)) [b](#c)", "a [b](#c)"),
    ],
)
def test_links_of_a_text_lead_where_they_are_now(written, expected):
    """In text, not in code; what runs in a page goes."""
    assert expected == rewritten.with_new_links(written, Meanings())


@pytest.mark.parametrize("piece", ["[", "![", "`", "``a", "<a ", "[a](", "[a]: ", '<a b="', "<script>", "\n```\n"])
def test_a_text_that_attacks_takes_no_longer_than_any(piece):
    """A hundred thousand characters of one beginning."""
    with little_work():
        rewritten.with_new_links(piece * (100_000 // len(piece)), Meanings())


def test_notes_series_changes_and_pictures_of_shortcodes_come_over(blog, folder):
    """A note is no link, and a figure finds its picture."""
    head = "---\ntitle: Uno\ndate: 2019-05-03\nseries: [Viajes]\nlastmod: 2020-01-02\n---\n"
    text = head + '{{< figure src="a.png" >}}\n\nx[^1]\n\n[^1]: La nota.'
    settings = 'baseURL = "https://h.example/blog/"'
    blog.take(folder({"hugo.toml": settings, "content/posts/uno/index.md": text, "content/posts/uno/a.png": png()}))
    text = next(text for name, text in blog.files().items() if name.endswith("_uno.md"))
    assert '{{< figure src="/images/' in text and "[^1]: La nota." in text
    assert "Serie: Viajes" in text and "Modificado: 2020-01-02" in text


def test_jekyll_parts_words_at_blanks(blog, folder):
    """Where they stand in no list, without quotes and commas."""
    head = "---\ntitle: Dos\ntags: uno dos\ncategories: [a b]\n---\nx"
    blog.take(folder({"_config.yml": "url: https://j.example", "_posts/2019-05-04-dos.md": head}))
    text = next(text for name, text in blog.files().items() if name.endswith("_dos.md"))
    assert "Etiquetas: uno, dos" in text and "Categoría: a b" in text


def test_a_path_on_a_site_in_a_folder_counts_from_its_host():
    """As services for talk write it; one that counts from the folder is led there."""
    said = [OldComment(id=path, post=path, published=NOW) for path in ("/blog/x/", "/x/", "/blogs/x/")]
    site = importing._completed(OldSite(comments=tuple(said)), "https://h.example/blog")
    assert ["https://h.example/blog/x/", "https://h.example/blog/x/", "https://h.example/blog/blogs/x/"] == [
        one.post for one in site.comments
    ]


# Tumblr and Micro.blog


def test_tumblr_comes_over(blog, tmp_path):
    """Its moment and tags stand at the foot; a picture that its post forgets is there all the same."""
    page = "<html><body><h1>Uno</h1><p>Hola.</p>{}"
    page += '<div id="footer"><span id="timestamp"> May 3rd, 2019 4:30pm </span>{}</div>'
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("posts/html/111222.html", page.format("", '<span class="tag">a b</span>'))
        archive.writestr("posts/html/111223.html", page.format('<img src="../../media/111223_0.png">', ""))
        archive.writestr("media/111222.png", png())
        archive.writestr("media/111223_0.png", png())
    blog.take(tmp_path / "t.zip", old_site="https://x.tumblr.example")
    header = next(text for name, text in blog.files().items() if name.endswith("_uno.md"))
    assert "Fecha: 2019-05-03 18:30:00+02:00" in header and "Etiquetas: a b" in header and "(/images/" in header
    assert '"/post/111222" = "post:tumblr-111222.es"' in blog.files()["redirects.toml"]


def test_micro_blog_comes_over(blog, tmp_path):
    """A note has no title."""
    item = {"id": "https://old.example/2019/05/03/a.html", "url": "https://old.example/2019/05/03/a.html"}
    item |= {"content_html": '<p>Hola <img src="https://old.example/uploads/2019/a.png" alt="A"></p>', "tags": ["x"]}
    item |= {"date_published": "2019-05-03T18:30:00+02:00"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://old.example/", "items": [item, 7]}
    with zipfile.ZipFile(tmp_path / "a.bar", "w") as archive:
        archive.writestr("feed.json", json.dumps(feed))
        archive.writestr("uploads/2019/a.png", png())
    blog.take(tmp_path / "a.bar")
    assert "Hola ![A](/images/2019/a.png)\n" == blog.post("2019-05-03_a.md")


def test_a_json_feed_says_text_sounds_drafts_and_where_else(blog, tmp_path):
    """Plain text is text; what has no date, or says that it is a draft, is one; a link of a link post is told."""
    day = {"date_published": "2019-05-03T18:30:00+02:00"}
    items = [
        day | {"id": "1", "url": "https://m.example/uno.html", "content_text": "Un *texto* <b>\n\ncon #dos",
               "attachments": [{"url": "https://m.example/a.mp3", "mime_type": "audio/mpeg"}]},
        day | {"id": "2", "content_html": "SECRETO", "_microblog": {"is_draft": True}},
        {"id": "3", "content_html": "Sin fecha", "external_url": "https://otro.example/"},
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1", "home_page_url": "https://m.example/", "items": items}
    (tmp_path / "feed.json").write_text(json.dumps(feed), "utf-8")
    report = blog.take(tmp_path / "feed.json")
    assert "Un \\*texto\\* &lt;b>\n\ncon \\#dos" == blog.post("2019-05-03_uno.md").strip()
    assert {"public": 1, "unseen": 2, "left_out": 0} == dict(report.sums()[0].parts)
    assert "https://otro.example/" in report.markdown() and "a.mp3" in report.markdown()


@pytest.mark.parametrize(
    ("name", "data"),
    [("hugo.toml", b"\xff\xfe"), ("_config.yml", b"a: &a [*a, *a]\n"), ("pelicanconf.py", b"(" * 5000),
     ("conf.py", b"NIKOLA="),     ("package.json", b'{"@11ty/eleventy": ' + b"[" * 9000)],
)  # fmt: skip
def test_settings_that_cannot_be_read_are_none(blog, folder, name, data):
    """The posts come over, or it is told in one line."""
    root = folder({name: data, "content/posts/2019-05-03-x.md": "---\ntitle: X\ndate: 2019-05-03\n---\nHola.\n",
                   "_posts/2019-05-03-x.md": "---\ntitle: X\n---\nHola.\n"})  # fmt: skip
    with contextlib.suppress(TertuliaError):
        blog.take(root, old_site="https://old.example")


def test_two_files_whose_names_read_alike_are_two_posts(folder, blog):
    """What the sums count is what is there; a second run changes nothing."""
    pair = {"2019/a": "Uno aquí.", "2019-a": "Otro allí."}
    texts = {f"content/posts/{name}.md": f"---\ntitle: {name}\ndate: 2019-05-03\n---\n{pair[name]}\n" for name in pair}
    old = folder({"hugo.toml": HUGO["hugo.toml"], **texts})
    report = blog.take(old)
    before = blog.files()
    blog.take(old)
    assert 2 == report.sums()[0].read and before == blog.files()
    assert all(any(words in text for text in before.values()) for words in pair.values())


def test_items_that_only_a_query_tells_apart_are_two_and_a_state_in_any_spelling_holds(blog, tmp_path):
    """As plugins of WordPress name and mark them."""
    marks = [
        {},
        {"_x": {"is_draft": "true"}},
        {"_x": {"post-status": "pending"}},
        {"draft": 1},
        {"visibility": "private"},
        {"_x": {"post-status": "Publish"}},
    ]
    items = [
        {"id": f"https://m.example/?p={at}", "url": f"https://m.example/{at}/", "content_text": f"TEXTO{at}",
         "date_published": "2019-05-03T10:00:00Z", **mark} for at, mark in enumerate(marks)
    ]  # fmt: skip
    path = tmp_path / "feed.json"
    path.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}), "utf-8")
    report = blog.take(path)
    public = "".join(text for text in blog.files().values() if "Estado: borrador" not in text)
    assert 6 == report.sums()[0].read
    assert [0, 5] == [at for at in range(6) if f"TEXTO{at}" in public]
