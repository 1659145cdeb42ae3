"""A blog comes over whole: its posts, its talk, its addresses; a second time nothing changes."""

import re
from types import SimpleNamespace

import pytest

from tertulia.core.errors import ContentError, FetchError
from tertulia.core.fetch import Fetched
from tertulia.imports.fetching import OldFiles
from tertulia.imports.sources import shortcodes
from tertulia.store.said import Status, Trust, Who
from tests.embedding import png
from tests.importing import NOW, SITE, blog, comment, item, wxr

__all__ = ["blog"]  # a fixture


def test_a_post_comes_over_as_its_author_would_have_written_it(blog, tmp_path):
    """Moment with its offset, author's key, text; the same Id in every import."""
    blog.take(wxr(tmp_path / "e.xml", item(7, "Uno <strong>dos</strong>\nlínea.\n\nOtro.", title="Tres &amp; más")))
    assert "Título: Tres & más\nFecha: 2019-05-03 18:30:00+02:00\nId: wp-7\nSlug: uno\nAutor: ana" in blog.header(
        "2019-05-03_uno.md"
    )
    assert "Uno **dos**\\\nlínea.\n\nOtro.\n" == blog.post("2019-05-03_uno.md")
    assert '[ana]\nname = "Ana Ruiz"' in blog.files()["people.toml"]


@pytest.mark.parametrize("status", ["draft", "private", "pending", "inherit", "something-of-a-plugin"])
def test_what_was_not_public_is_a_draft(blog, tmp_path, status):
    """A state that nobody knows counts as one that was not public."""
    blog.take(wxr(tmp_path / "e.xml", item(status=status)))
    assert "Estado: borrador" in blog.header("2019-05-03_uno.md")


def test_a_password_hides_a_post_and_is_nowhere(blog, tmp_path):
    """A published post with a password was not public."""
    blog.take(wxr(tmp_path / "e.xml", item(more="<wp:post_password>abrete</wp:post_password>")))
    assert "Estado: borrador" in blog.header("2019-05-03_uno.md")
    assert not any("abrete" in text for text in blog.files().values())


@pytest.mark.parametrize("name", ["luis@secret.example", "Luis <luis@secret.example>", "203.0.113.9", "2001:db8::9"])
def test_who_signed_with_an_address_is_known_by_none(blog, tmp_path, name):
    """Many do, and log in with one: it is in no file, no row and no report."""
    export = wxr(tmp_path / "e.xml", item(more=comment(3, author=name) + comment(4, author=name, approved="trash")))
    written = export.read_text("utf-8").replace(">ana<", f">{name}<".replace(" <", "").replace("><", "<"))
    export.write_text(written.replace("Ana Ruiz", "") if "<luis" not in name else written, "utf-8")
    blog.take(export)
    kept = b"".join(path.read_bytes() for path in blog.root.rglob("*") if path.is_file())
    assert not [one for one in (b"secret.example", b"203.0.113", b"2001:db8") if one in kept]
    assert blog.said()[0].name == ("Luis" if "Luis" in name else "luis" if "luis" in name else "")


def test_two_who_log_in_with_addresses_that_begin_alike_stay_two(blog, tmp_path):
    """And the list of each is found where WordPress had it."""
    authors = "".join(
        f"<wp:author><wp:author_id>{number}</wp:author_id><wp:author_login>ana@{host}.example</wp:author_login>"
        f"<wp:author_display_name>{host}</wp:author_display_name></wp:author>"
        for number, host in ((7, "Uno"), (8, "Dos"))
    )
    items = item(1).replace(">ana<", ">ana@Uno.example<") + item(2, slug="dos").replace(">ana<", ">ana@Dos.example<")
    blog.take(wxr(tmp_path / "e.xml", items, head=authors))
    files = blog.files()
    assert ["Dos", "Uno"] == sorted(re.findall('name = "(.*)"', files["people.toml"]))
    assert '"/author/anauno-example" = "/autor/uno/"' in files["redirects.toml"]


def test_a_second_import_changes_nothing(blog, tmp_path):
    """Neither a file nor a row."""
    export = wxr(tmp_path / "e.xml", item(more=comment(3) + comment(4, parent=3)))
    blog.take(export)
    before = blog.files(), blog.said()
    report = blog.take(export)
    assert before == (blog.files(), blog.said())
    assert (0, 2) == (report.taken.new, report.taken.same)


def test_a_newer_export_never_touches_an_edited_post(blog, tmp_path):
    """What is new of it lies beside; what nobody touched is brought up to date; what was deleted stays away."""
    blog.take(wxr(tmp_path / "a.xml", *(item(n, "Antes.", slug=f"n{n}") for n in (1, 2, 3))))
    posts = blog.root / "content" / "posts" / "2019"
    (posts / "2019-05-03_n1.md").write_text("Título: Mío\n\nMío.\n", "utf-8")
    (posts / "2019-05-03_n3.md").unlink()
    blog.take(wxr(tmp_path / "b.xml", *(item(n, "Después.", slug=f"n{n}") for n in (1, 2, 3, 4))))
    assert "Mío.\n" == blog.post("2019-05-03_n1.md")
    assert "Después.\n" == blog.post("2019-05-03_n1.md.new")
    assert "Después.\n" == blog.post("2019-05-03_n2.md")
    assert not (posts / "2019-05-03_n3.md").exists()
    assert "Después.\n" == blog.post("2019-05-03_n4.md")


def test_what_lay_beside_an_edited_post_and_was_thrown_away_does_not_come_back(blog, tmp_path):
    """A second run changes nothing; only a still newer export has something to say again."""
    blog.take(wxr(tmp_path / "a.xml", item(1, "Antes.", slug="n1")))
    edited = blog.root / "content" / "posts" / "2019" / "2019-05-03_n1.md"
    beside = edited.with_name(f"{edited.name}.new")
    edited.write_text("Título: Mío\n\nMío.\n", "utf-8")
    newer = wxr(tmp_path / "b.xml", item(1, "Después.", slug="n1"))
    blog.take(newer)
    beside.unlink()
    blog.take(newer)
    assert not beside.exists()
    blog.take(wxr(tmp_path / "c.xml", item(1, "Al fin.", slug="n1")))
    assert "Al fin." in beside.read_text("utf-8")


def test_an_interrupted_import_is_run_again(blog, tmp_path, monkeypatch):
    """What was about to be written when the machine went down is written, and nothing of it counts as deleted."""
    export = wxr(tmp_path / "e.xml", *(item(n, slug=f"n{n}", more=comment(n + 10)) for n in (1, 2, 3)))

    class PulledPlugError(BaseException):
        pass

    from tertulia.imports import writing

    whole = writing.write_whole

    def until_the_second(path, data, **more):
        if path.name.endswith("n2.md"):
            raise PulledPlugError
        whole(path, data, **more)

    monkeypatch.setattr(writing, "write_whole", until_the_second)
    with pytest.raises(PulledPlugError):
        blog.take(export)
    monkeypatch.undo()
    blog.take(export)
    assert {"2019-05-03_n1.md", "2019-05-03_n2.md", "2019-05-03_n3.md"} == {
        name.rpartition("/")[2] for name in blog.files() if name.startswith("posts/")
    }
    assert 3 == len(blog.said())


def test_comments_keep_their_thread_state_and_moment_and_no_address(blog, tmp_path):
    """A reply hangs where it hung, though it stands first in the file; no e-mail or IP address is kept anywhere."""
    talk = comment(4, "Respuesta.", parent=3) + comment(3, "Primero.") + comment(5, "Compra.", approved="spam")
    talk += comment(6, "Espero.", approved="0") + comment(7, "Tirado.", approved="trash")
    blog.take(wxr(tmp_path / "e.xml", item(more=talk)))
    said = {one.text: one for one in blog.said()}
    assert said["Respuesta."].parent == said["Primero."].id
    assert ["approved", "approved", "spam", "waiting"] == [
        said[text].status for text in ("Primero.", "Respuesta.", "Compra.", "Espero.")
    ]
    assert "2019-06-01T08:00" == said["Primero."].published_at[:16]
    assert not any("secret.example" in repr(one) or "203.0.113" in repr(one) for one in said.values())


def test_comments_that_answer_each_other_in_a_circle_are_all_there(blog, tmp_path):
    """A circle is broken somewhere, and nobody waits for ever."""
    blog.take(wxr(tmp_path / "e.xml", item(more=comment(3, "A.", parent=4) + comment(4, "B.", parent=3))))
    assert {"A.", "B."} == {one.text for one in blog.said()}


def test_who_was_erased_does_not_come_back(blog, tmp_path):
    """Nor does what they said, in a newer export that holds more of them."""
    blog.take(wxr(tmp_path / "a.xml", item(more=comment(3, "Mío."))))
    blog.store.conversation.erase(
        blog.said()[0].person, __import__("datetime").datetime.now(__import__("datetime").UTC)
    )
    report = blog.take(wxr(tmp_path / "b.xml", item(more=comment(3, "Mío.") + comment(9, "Otra vez."))))
    assert (2, []) == (report.taken.refused, blog.said())


def test_bare_ampersands_and_control_characters_cut_nothing_short(blog, tmp_path):
    """WordPress writes such files; a parser that recovers would lose the rest of the post."""
    export = wxr(tmp_path / "e.xml", item(body="Antes \x07 después.", more=comment(3, author_url="x")))
    broken = export.read_text("utf-8").replace("<![CDATA[x]]>", "https://a.example/?a=1&b=2")
    export.write_text(broken, "utf-8")
    blog.take(export)
    assert "Antes después.\n" == blog.post("2019-05-03_uno.md")
    assert "https://a.example/?a=1&b=2" == blog.said()[0].author_url


def test_what_is_no_xml_is_told_with_its_line(blog, tmp_path):
    """What, where, and what to do."""
    export = wxr(tmp_path / "e.xml", item())
    export.write_text(export.read_text("utf-8").replace("</item>", "</itm>"), "utf-8")
    with pytest.raises(ContentError, match=r"e\.xml:\d+: .*; "):
        blog.take(export)


@pytest.mark.parametrize("charset", ["ISO-8859-1", "windows-1252", "punycode", "undefined"])
def test_only_the_webs_own_encodings_are_read(blog, tmp_path, charset):
    """An export says which it is in; one that only Python knows, or nobody, is UTF-8."""
    file = wxr(tmp_path / "e.xml", item(title="“año” \ufffe"))
    text = file.read_text("utf-8").replace('encoding="UTF-8"', f'encoding="{charset}"')
    is_known = charset not in ("punycode", "undefined")
    file.write_bytes(text.replace("\ufffe", "").encode("cp1252") if is_known else text.encode())
    blog.take(file)
    assert "“año”" in blog.header("2019-05-03_uno.md")


def test_why_it_is_no_xml_is_one_line(blog, tmp_path):
    """Whatever of the file stands in the parser's own words."""
    file = wxr(tmp_path / "e.xml", item(body="]]> <![CDATA[\n<x>\n"))
    file.write_text(file.read_text("utf-8").rpartition("]]>")[0], "utf-8")
    with pytest.raises(ContentError) as told:
        blog.take(file, kind="wordpress")
    assert 1 == len(str(told.value).splitlines())


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_version_of_the_format_is_read(blog, tmp_path, version, scheme):
    """WordPress.com writes https."""
    blog.take(wxr(tmp_path / "e.xml", item(), version=f"{scheme}://wordpress.org/export/{version}/"))
    assert "Hola.\n" == blog.post("2019-05-03_uno.md")


def test_an_old_address_leads_on_and_links_lead_where_it_leads(blog, tmp_path):
    """By number, by http, with www; a look-alike host is left alone; a link to a draft keeps its words."""
    body = (
        '<a href="http://www.old.example/2019/05/dos/#comment-9">a</a> <a href="/?p=2">b</a> '
        '<a href="https://old.example.evil.example/2019/05/dos/">c</a> <a href="https://old.example/?p=3">d</a>'
    )
    draft = item(3, slug="tres", status="draft")
    report = blog.take(wxr(tmp_path / "e.xml", item(1, body), item(2, slug="dos"), draft))
    assert (
        "[a](/2019/05/dos/#comment-9) [b](/2019/05/dos/) [c](https://old.example.evil.example/2019/05/dos/) d\n"
        == blog.post("2019-05-03_uno.md")
    )
    assert '"/?p=2" = "post:wp-2.es"' in blog.files()["redirects.toml"]
    assert ["link_unseen"] == [loss.kind for loss in report.plan.places["1"].losses]


def test_a_line_added_to_the_redirects_stays(blog, tmp_path):
    """The file is the blogger's: a later import adds, and changes nothing."""
    blog.take(wxr(tmp_path / "a.xml", item(1)))
    path = blog.root / "content" / "redirects.toml"
    path.write_text(
        path.read_text("utf-8").replace('"/?p=1" = "post:wp-1.es"', '"/?p=1" = "/mi-sitio/"') + '"/x" = "/y/"\n',
        "utf-8",
    )
    blog.take(wxr(tmp_path / "b.xml", item(1), item(2, slug="dos")))
    written = blog.files()["redirects.toml"]
    assert '"/?p=1" = "/mi-sitio/"' in written and '"/x" = "/y/"' in written and '"/?p=2" = "post:wp-2.es"' in written


def test_text_in_brackets_is_text(blog, tmp_path):
    """Only what has attributes, or is closed, is a shortcode; what stood in it stays."""
    told = []
    made = shortcodes.Shortcodes({}, told.append).replaced(
        '[sic] a[0] [[gallery]] [box a="1"]dentro[/box] [x]y[/x] [caja tipo="a"]'
    )
    assert ("[sic] a[0] [gallery] dentro y ", ["box", "x", "caja"]) == (made, told)


def test_code_stays_code_to_the_letter(blog, tmp_path):
    """Whatever shows it: a block, a shortcode, a pre; indentation, angles, shortcodes and Markdown in it."""
    code = 'if (1 < 2 && a_b[0]) {\n\n    return "[gallery] `x` **y**";\n}'
    blog.take(wxr(tmp_path / "e.xml", item(body=f'Antes.\n\n[code language="c"]\n{code}\n[/code]\n\nDespués.')))
    assert f"Antes.\n\n```c\n{code}\n```\n\nDespués.\n" == blog.post("2019-05-03_uno.md")


def test_a_dry_run_writes_its_report_and_nothing_else(blog, tmp_path):
    """Not even a ledger."""
    blog.take(wxr(tmp_path / "e.xml", item(more=comment(3))), dry=True)
    assert ({}, []) == (blog.files(), blog.said())
    assert [blog.report_path.name] == [path.name for path in (blog.root / "var" / "import").iterdir()]


def test_a_dry_run_tells_what_the_old_site_will_be_asked_for(blog, tmp_path):
    """It asks for nothing itself, and what is at another's is not said to be fetched."""
    body = f'<img src="{SITE}/wp-content/uploads/2019/04/a.png" alt="A">'
    export = wxr(tmp_path / "e.xml", item(body=body), item(2, "Dos.", slug="dos"))
    web = OldWeb({})
    kinds = [
        [loss.kind for place in blog.take(export, dry=True, web=given).plan.places.values() for loss in place.losses]
        for given in (web, None)
    ]
    assert ([["picture_later"], ["picture"]], []) == (kinds, web.asked)


def test_feeds_go_on_calling_a_post_what_they_called_it(blog, tmp_path):
    """A draft, a page and what is to come were in no feed, and are announced when their day comes."""
    later = item(3, slug="tres", status="future", date="2031-01-01 08:00:00", gmt="2031-01-01 07:00:00")
    items = [item(1), item(2, slug="dos", status="draft"), later, item(4, slug="cuatro", kind="page")]
    blog.take(wxr(tmp_path / "e.xml", *items))
    assert "Guid: https://old.example/?p=1" in blog.header("2019-05-03_uno.md")
    names = ("2019-05-03_dos.md", "2031-01-01_tres.md", "cuatro.md")
    assert not any("Guid:" in blog.header(name) for name in names)


def test_parts_of_one_export_find_each_other_whenever_they_come(blog, tmp_path):
    """A link, a gallery's picture and a reusable block of a part that came later, or before."""
    body = '<!-- wp:block {"ref":9} /-->\n\n<a href="https://old.example/2019/05/dos/">b</a>'
    blog.take(wxr(tmp_path / "a.xml", item(1, body)))
    assert "b\n" == blog.post("2019-05-03_uno.md")
    blog.take(wxr(tmp_path / "b.xml", item(2, slug="dos"), item(9, "Aviso.", kind="wp_block", slug="nueve")))
    assert "Aviso.\n\n[b](/2019/05/dos/)\n" == blog.post("2019-05-03_uno.md")


def test_reusable_blocks_in_a_circle_end(blog, tmp_path):
    """What shows itself is shown as deep as anybody would look, and is told."""
    block = 'Yo. <!-- wp:block {"ref":9} /--><!-- wp:block {"ref":9} /-->'
    report = blog.take(
        wxr(tmp_path / "e.xml", item(1, '<!-- wp:block {"ref":9} /-->'), item(9, block, kind="wp_block"))
    )
    assert "reusable" in [loss.kind for loss in report.plan.places["1"].losses]


def test_what_posts_quote_waits_for_capture_and_stops_no_build(blog, tmp_path):
    """Each address is marked as still to be asked for, once; one that was had already is left alone."""
    export = wxr(tmp_path / "e.xml", item(1, "A.\n\nhttps://www.youtube.com/watch?v=aB3_dE-fG1h\n\nB."))
    blog.take(export)
    (name, written), *more = [pair for pair in blog.files().items() if pair[0].startswith("embeds/")]
    assert [] == more and '"again": true' in written
    (blog.root / "content" / name).write_text(written.replace("unavailable", "removed"), "utf-8")
    blog.take(export)
    assert "removed" in blog.files()[name]


class OldWeb:
    """An old site that gives what it has, and counts who asks."""

    def __init__(self, files):
        self.files, self.asked = files, []

    def get(self, url, *, accept=(), max_bytes=0):
        self.asked.append(url)
        if url not in self.files:
            return Fetched(url, 404, {}, b"")
        return Fetched(url, 200, {"content-type": "image/png"}, self.files[url])


def test_pictures_nobody_has_a_copy_of_are_asked_for_once_at_their_full_size(blog, tmp_path):
    """The old site is asked for the original; another site is not asked at all."""
    web = OldWeb({"https://old.example/wp-content/uploads/2019/04/a.png": png(8, 6)})
    smaller = "https://old.example/wp-content/uploads/2019/04/a-300x200.png"
    body = f'<img src="{smaller}" alt="A"> <img src="https://x.example/b.png" alt="B">'
    export = wxr(tmp_path / "e.xml", item(1, body))
    for _ in range(2):
        blog.take(export, web=web)
    assert "![A](/images/2019/04/a.png) [B](https://x.example/b.png)\n" == blog.post("2019-05-03_uno.md")
    assert ["https://old.example/wp-content/uploads/2019/04/a.png"] == web.asked
    assert (blog.root / "content/images/2019/04/a.png").is_file()


def test_a_source_of_ones_own_is_an_installed_package(blog, tmp_path, monkeypatch):
    """An importer by an entry point is found by what is inside, and by its name; what it gives is counted for it."""
    beside = tmp_path / "installed"
    (beside / "my_diary-1.dist-info").mkdir(parents=True)
    (beside / "my_diary-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: my-diary\nVersion: 1\n", "utf-8"
    )
    (beside / "my_diary-1.dist-info" / "entry_points.txt").write_text(
        "[tertulia.importers]\ndiary = my_diary:DIARY\n", "utf-8"
    )
    (beside / "my_diary.py").write_text(
        "from datetime import datetime\n"
        "from tertulia.imports.registry import Importer\n"
        "from tertulia.imports.types import OldPost, OldSite\n"
        "def read(export):\n"
        "    post = OldPost(id='1', address='https://d.example/1', published=datetime(2020, 1, 2), title='Uno',\n"
        "                   body='*Hola*', body_format='markdown', slug='uno')\n"
        "    return OldSite(address='https://d.example', posts=(post,))\n"
        "DIARY = Importer('diary', 'Diary', 'di', lambda export: bool(export.named('.diary')), read)\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(beside))
    (tmp_path / "e.diary").write_text("x", "utf-8")
    report = blog.take(tmp_path / "e.diary")
    assert [1, 0] == [one.read for one in report.sums()[:2]]
    assert "*Hola*\n" == blog.post("2020-01-02_uno.md")
    assert "Id: di-1" in blog.header("2020-01-02_uno.md")


def test_a_host_that_fails_three_times_in_a_row_is_left_alone(tmp_path):
    """One that fails now and then is asked on; so is every other host; nothing is asked for twice."""
    asked = []

    class Moody:
        def get(self, url, **more):
            asked.append(url)
            if "good" in url:
                return SimpleNamespace(ok=True, body=b"x")
            raise FetchError(url)

    files = OldFiles(tmp_path, Moody())
    first = [f"https://a.example/{name}" for name in ("1", "2", "good", "3", "4", "5")]
    assert [bool(files.get(url)) for url in first] == [False, False, True, False, False, False]
    assert not files.get("https://a.example/good2") and files.get("https://b.example/good")
    assert files.get("https://a.example/good") and not files.get("https://a.example/1")
    assert [*first, "https://b.example/good"] == asked


def test_a_picture_that_is_not_to_be_had_keeps_its_words(blog, tmp_path):
    """Alone and in a gallery: what it shows, what is said of it, and a line in the report."""
    image = '<img src="https://old.example/wp-content/uploads/2019/04/a.png" alt="Una plaza">'
    gallery = f'<figure class="wp-block-gallery"><figure>{image}<figcaption>Pie dos</figcaption></figure></figure>'
    body = f'[caption width="1"]{image} Pie uno[/caption]\n\n{gallery}'
    report = blog.take(wxr(tmp_path / "e.xml", item(1, body)))
    words = blog.post("2019-05-03_uno.md")
    assert (2, True, True) == (words.count("*Una plaza*"), "Pie uno" in words, "Pie dos" in words)
    assert "picture" in [loss.kind for loss in report.plan.places["1"].losses]


@pytest.mark.parametrize(
    "body",
    [
        "\n\n".join(f"Párrafo {n} <em>así</em>." for n in range(9000)),
        "<pre>" + "\n".join(f"línea {n} &lt;b&gt;" for n in range(9000)) + "</pre>",
        "<p>" + " ".join(f"palabra{n}" for n in range(15000)) + "</p>",
        "<p>" + "ñandú" * 40_000 + "</p>",
        "<ul>" + "".join(f"<li><p>Uno {n}</p><p>Dos {n}</p></li>" for n in range(5000)) + "</ul>",
    ],
    ids=["paragraphs", "code", "one paragraph", "one word", "list"],
)
def test_a_post_too_long_for_one_file_goes_on_in_others(blog, tmp_path, body):
    """Every word is in one of them, each as unseen as the whole; the report tells it under its old address."""
    report = blog.take(wxr(tmp_path / "e.xml", item(7, body, status="private")), conf={"MAX_POST_BYTES": 130_000})
    files = {name: text for name, text in blog.files().items() if name.startswith("posts/")}
    assert len(files) > 1 and all(len(text.encode()) <= 130_000 for text in files.values())
    assert all("Estado: borrador" in text for text in files.values())
    texts = [text.partition("\n\n")[2].strip() for _, text in sorted(files.items(), key=lambda one: number_of(one[0]))]
    whole = "".join(re.sub(r"\n\n\[Sigue en.*$", "", text) for text in texts)
    told = re.findall(r"\d+|ñandú", re.sub("<[^>]+>", " ", body))
    assert told == re.findall(r"\d+|ñandú", whole)
    assert "2019/05/uno/ →" in report.markdown() and "no cabía en un archivo" in report.markdown()
    assert re.search(r"posts/2019/2019-05-03_uno\.md:\d+: no cabía", report.markdown())


def number_of(name):
    return int((re.search(r"-(\d+)\.md$", name) or [0, 1])[1])


def test_the_parts_of_a_long_post_are_quiet_and_change_nothing_the_second_time(blog, tmp_path):
    """Each has an Id and a Guid of its own, the notes that it refers to, and a link to the next."""
    body = "\n\n".join(f"Texto {n} " + "x" * 500 for n in range(400)) + "\n\nFin<sup data-fn='a' class='fn'>1</sup>."
    export = wxr(tmp_path / "e.xml", item(7, body))
    report = blog.take(export, conf={"MAX_POST_BYTES": 130_000})
    assert "Id: wp-7.part-2" in blog.header("2019-05-03_uno-2.md")
    assert f"Guid: {SITE}/?p=7#2" in blog.header("2019-05-03_uno-2.md")
    assert "[Sigue en «Uno (2)»](/2019/05/uno-2/)" in blog.post("2019-05-03_uno.md")
    assert (1, ("public", 1)) == (report.sums()[0].read, report.sums()[0].parts[0])
    before = blog.files()
    blog.take(export, conf={"MAX_POST_BYTES": 130_000})
    assert before == blog.files()


def test_what_a_header_cannot_hold_whole_is_told(blog, tmp_path):
    """A title of a thousand words keeps its beginning, and the report says so."""
    report = blog.take(wxr(tmp_path / "e.xml", item(title="palabra " * 200)))
    assert "un dato de su cabecera era demasiado largo" in report.markdown()


def test_two_files_of_one_name_are_both_read_and_what_is_no_export_is_told(blog, tmp_path):
    """Nothing that was given is passed over in silence."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    other = tmp_path / "notes.xml"
    other.write_text("<notes/>", "utf-8")
    first = wxr(tmp_path / "a" / "e.xml", item(1, slug="uno"))
    report = blog.take(first, wxr(tmp_path / "b" / "e.xml", item(2, slug="dos")), other)
    assert 2 == report.sums()[0].read
    assert "WordPress: notes.xml" in report.markdown()


def test_a_newer_export_brings_what_became_of_comments_and_their_new_words(blog, tmp_path):
    """Approved there, approved here; found to be spam there, spam here; the filter learns it over again."""
    first = comment(3, "Espero aquí fuera.", approved="0") + comment(4, "Digo.") + comment(5, "Rebajas.")
    blog.take(wxr(tmp_path / "a.xml", item(more=first)))
    second = comment(3, "Espero aquí fuera.") + comment(4, "Digo mejor.") + comment(5, "Rebajas.", approved="spam")
    report = blog.take(wxr(tmp_path / "b.xml", item(more=second)))
    assert [("Espero aquí fuera.", "approved"), ("Digo mejor.", "approved"), ("Rebajas.", "spam")] == [
        (one.text, one.status) for one in blog.said()
    ]
    assert (0, 3, 0) == (report.taken.new, report.taken.updated, report.taken.same)
    learnt = blog.store.words.counts(["espero", "rebajas"])
    assert ((1, 2), (0, 1), (1, 0)) == (learnt[""], learnt["espero"], learnt["rebajas"])
    shown = (blog.root / "var" / "conversation" / "wp-1.es.json").read_text("utf-8")
    assert "Espero aquí" in shown and "Digo mejor" in shown and "Rebajas" not in shown
    assert 3 == blog.take(tmp_path / "b.xml").taken.same


@pytest.mark.parametrize("then", ["reject", "edit", "block"])
def test_what_was_decided_here_since_stands(blog, tmp_path, then):
    """The owner's word on a comment, or on who says it, is not undone by a newer export."""
    blog.take(wxr(tmp_path / "a.xml", item(more=comment(3, "Antes.", approved="0"))))
    talk, (said,) = blog.store.conversation, blog.said()
    if then == "reject":
        talk.decide(said.key, Status.REJECTED, Who.OWNER, NOW, version=said.version)
    elif then == "edit":
        talk.edit(said.key, "Mejor.", "<p>Mejor.</p>", Who.OWNER, NOW, version=said.version)
    else:
        talk.trust(said.key, Trust.BLOCKED, NOW, version=said.version)
    (decided,) = blog.said()
    report = blog.take(wxr(tmp_path / "b.xml", item(more=comment(3, "Después.") + comment(4, "También."))))
    assert decided == blog.said()[0]
    assert (1, 0, 1) == (report.taken.new, report.taken.updated, report.taken.same)
    assert ("spam" if then == "block" else "approved") == blog.said()[1].status


def test_an_answer_finds_what_it_answers_when_that_comes_later(blog, tmp_path):
    """What lay in the bin when the first export was made is back in the second."""
    blog.take(wxr(tmp_path / "a.xml", item(more=comment(3, "A.", approved="trash") + comment(4, "B.", parent=3))))
    blog.take(wxr(tmp_path / "b.xml", item(more=comment(3, "A.") + comment(4, "B.", parent=3))))
    said = {one.text: one for one in blog.said()}
    assert said["A."].id == said["B."].parent
