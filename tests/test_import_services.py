"""Services for comments come over to the posts that are here; those for blogs with all that they export."""

import csv
import gzip
import io
import json
import re
import sqlite3
import zipfile

import pytest

from tertulia.core.errors import ContentError
from tests.embedding import png
from tests.importing import Blog, item, wxr

HOME = "https://old.example"


@pytest.fixture
def blog(tmp_path):
    made = Blog(tmp_path / "blog")
    yield made
    made.store.close()


def words(blog):
    """What was said → the comment."""
    return {one.text: one for one in blog.said()}


def everything(blog):
    """All that an import wrote but its own memory, as one text."""
    return "\n".join([*blog.files(), *blog.files().values(), *(repr(one) for one in blog.said())])


def zipped(path, **files):
    """A zip of *files*, "a__b.html" for a/b.html."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


# Disqus


def disqus(path, *posts, link=f"{HOME}/2019/05/uno/", more=""):
    """An export of one thread."""
    path.write_text(
        '<?xml version="1.0"?><disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">'
        f'<thread dsq:id="1"><link>{link}</link><isDeleted>false</isDeleted>'
        f"<author><name>Ana</name><username>ana</username></author></thread>{more}{''.join(posts)}</disqus>",
        "utf-8",
    )
    return path


def said(number, text, *, parent="", deleted=False, spam=False, thread="1", user="", name="Luis"):
    """One comment of it."""
    return (
        f'<post dsq:id="{number}"><message><![CDATA[<p>{text}</p>]]></message>'
        f"<createdAt>2019-06-01T08:00:00Z</createdAt><isDeleted>{str(deleted).lower()}</isDeleted>"
        f"<isSpam>{str(spam).lower()}</isSpam><author><name>{name}</name>"
        f"<email>l@secret.example</email><username>{user}</username></author><ipAddress>203.0.113.9</ipAddress>"
        f'<thread dsq:id="{thread}"/>' + (f'<parent dsq:id="{parent}"/>' if parent else "") + "</post>"
    )


@pytest.fixture
def with_post(blog, tmp_path):
    """A blog into which a post came already."""
    blog.take(wxr(tmp_path / "posts.xml", item(7)))
    return blog


def test_talk_of_a_service_finds_the_posts_that_came_before(with_post, tmp_path):
    """By the old address, however it is spelled: another scheme, a query that says nothing."""
    with_post.take(disqus(tmp_path / "d.xml", said(3, "Hola."), link="http://old.example/2019/05/uno/?utm_source=x"))
    assert ("wp-7", "approved") == (words(with_post)["Hola."].post, words(with_post)["Hola."].status)
    assert "secret.example" not in everything(with_post) and "203.0.113" not in everything(with_post)


def test_talk_of_a_service_finds_posts_that_were_always_here(blog, tmp_path):
    """By their own address, and by the old ones that their author wrote down."""
    (blog.root / "content" / "posts" / "a.md").write_text(
        "Título: Aquí\nFecha: 2020-01-02 10:00\nAlias: /antes/aqui.html\n\nx\n", "utf-8"
    )
    blog.take(disqus(tmp_path / "d.xml", said(3, "Hola."), link=f"{HOME}/antes/aqui.html"))
    blog.take(disqus(tmp_path / "e.xml", said(4, "Otra."), link="https://new.example/2020/01/aqui/"))
    assert ["aqui", "aqui"] == [one.post for one in blog.said()]


def test_what_answered_a_removed_comment_answers_what_that_answered(with_post, tmp_path):
    """Nothing of the removed one comes over, and a circle of removed ones ends."""
    posts = said(3, "Uno.") + said(4, "Fuera.", parent="3", deleted=True) + said(5, "Dos.", parent="4")
    posts += (
        said(6, "", parent="7", deleted=True) + said(7, "", parent="6", deleted=True) + said(8, "Tres.", parent="7")
    )
    with_post.take(disqus(tmp_path / "d.xml", posts))
    found = words(with_post)
    assert {"Uno.", "Dos.", "Tres."} == set(found)
    assert (found["Uno."].id, None) == (found["Dos."].parent, found["Tres."].parent)


def test_disqus_knows_spam_and_the_blogs_own_voice(with_post, tmp_path):
    """Whoever only has the name of the owner is not the owner."""
    posts = said(3, "Compra.", spam=True) + said(4, "Yo.", user="ana") + said(5, "Otra Ana.", name="Ana", user="ana2")
    with_post.take(disqus(tmp_path / "d.xml", posts))
    found = words(with_post)
    assert ["spam", "approved", "approved"] == [found[text].status for text in ("Compra.", "Yo.", "Otra Ana.")]
    assert [False, True, False] == [found[text].is_owner for text in ("Compra.", "Yo.", "Otra Ana.")]


def test_what_is_about_no_known_page_is_told(with_post, tmp_path):
    """A page that is gone, a machine at home, a thread that is not in the file, and one that was deleted."""
    other = '<thread dsq:id="2"><link>http://localhost:4000/uno/</link><isDeleted>false</isDeleted></thread>'
    other += f'<thread dsq:id="3"><link>{HOME}/nada/</link><isDeleted>false</isDeleted></thread>'
    other += f'<thread dsq:id="4"><link>{HOME}/2019/05/uno/</link><isDeleted>true</isDeleted></thread>'
    posts = [said(number + 10, f"N{number}.", thread=str(number)) for number in (1, 2, 3, 4, 99)]
    with_post.take(disqus(tmp_path / "d.xml", *posts, more=other))
    assert ["N1."] == list(words(with_post))
    told = with_post.report_path.read_text("utf-8")
    assert all(what in told for what in ("localhost:4000/uno/", f"{HOME}/nada/", "(comment) 99"))


# Isso


def isso(path, *rows, wal=False):
    """A database of comments: (thread, id, parent, mode, text, author, website)."""
    database = sqlite3.connect(path)
    if wal:
        database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR, title VARCHAR)")
    database.execute(
        "CREATE TABLE comments (tid INTEGER, id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT, modified FLOAT,"
        " mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR,"
        " likes INTEGER, dislikes INTEGER, voters BLOB)"
    )
    database.execute("INSERT INTO threads VALUES (1, '/2019/05/uno/', 'x')")
    for number, parent, mode, text, author, site in rows:
        database.execute(
            "INSERT INTO comments VALUES (1, ?, ?, 1559376000.5, NULL, ?, '203.0.113.9', ?, ?, 'l@secret.example', ?,"
            " 2, 1, x'00')",
            (number, parent, mode, text, author, site),
        )
    database.commit()
    database.close()
    return path


@pytest.mark.parametrize("wal", [False, True])
def test_isso_is_read_from_its_database(with_post, tmp_path, wal):
    """Markdown is shown as such, markup is text, what waited waits, and the file is left as it was."""
    rows = [
        (1, None, 1, "Con **fuerza** <script>x</script>", "Luis", "https://luis.example/"),
        (2, 1, 2, "Espero.", "Eva", "javascript:alert(1)"),
        (3, None, 4, "", None, None),
        (4, 3, 1, "Respondo.", None, None),
        (5, None, 9, "Raro.", None, None),
    ]
    path = isso(tmp_path / "comments.db", *rows, wal=wal)
    before = path.read_bytes()
    with_post.take(path, old_site=HOME)
    assert before == path.read_bytes()
    first, second, fourth, fifth = with_post.said()
    assert "<strong>fuerza</strong>" in first.html and "<script" not in first.html
    assert ("approved", "waiting", "approved", "waiting") == tuple(one.status for one in (first, second, fourth, fifth))
    assert (first.id, None, "") == (second.parent, fourth.parent, second.author_url)
    assert "secret.example" not in everything(with_post)


def test_a_broken_database_is_told_in_one_line(with_post, tmp_path):
    """What, and what to do."""
    path = isso(tmp_path / "comments.db", (1, None, 1, "x", None, None))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ContentError, match="comments"):
        with_post.take(path, kind="isso")


# Remark42


def remark(path, *comments, users=()):
    """A backup."""
    lines = [{"version": 1, "users": list(users), "posts": []}]
    for number, text, more in comments:
        user = {"name": "Luis", "id": f"u{number}", "ip": "0a1b2c3d", "admin": False} | more.pop("user", {})
        lines.append(
            {
                "id": number,
                "pid": "",
                "text": text,
                "orig": text,
                "user": user,
                "time": "2024-01-02T10:11:12.123456789+01:00",
            }
            | {"locator": {"site": "r", "url": f"{HOME}/2019/05/uno/"}, "score": 0, "votes": {}}
            | more
        )
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    return path


def test_remark42_keeps_threads_votes_and_the_owner(with_post, tmp_path):
    """What was deleted stays away; a blocked person's words are spam; votes against are told."""
    comments = [
        ("a", "Uno.", {"votes": {"x": True, "y": True, "z": False}}),
        ("b", "", {"pid": "a", "delete": True}),
        ("c", "Dos.", {"pid": "b", "user": {"admin": True}}),
        ("d", "Malo.", {"user": {"id": "bad"}}),
    ]
    users = [{"id": "bad", "blocked": {"status": True}}]
    with_post.take(remark(tmp_path / "backup-remark.gz", *comments, users=users))
    found = words(with_post)
    assert {"Uno.", "Dos.", "Malo."} == set(found)
    assert (found["Uno."].id, True, "spam") == (found["Dos."].parent, found["Dos."].is_owner, found["Malo."].status)
    assert "2024-01-02T09:11" == found["Uno."].published_at[:16]
    assert "0a1b2c3d" not in everything(with_post)
    assert "votos en contra" in with_post.report_path.read_text("utf-8")


def test_a_broken_line_loses_no_other(with_post, tmp_path):
    """It is counted, with its line."""
    path = remark(tmp_path / "backup.gz", ("a", "Uno.", {}), ("b", "Dos.", {}))
    lines = gzip.decompress(path.read_bytes()).split(b"\n")
    path.write_bytes(gzip.compress(b"\n".join([*lines[:2], b'{"id": "x", ', *lines[2:]])))
    with_post.take(path)
    assert {"Uno.", "Dos."} == set(words(with_post))
    assert "backup:3" in with_post.report_path.read_text("utf-8")


# Blogger

FEED = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'>"
TAG = "tag:blogger.com,1999:blog-1"


def takeout_entry(number, kind="POST", status="LIVE", *, title="Uno", body="Hola.", more="", name="Ana", uri=""):
    """One entry of Takeout."""
    return (
        f"<entry><id>{TAG}.post-{number}</id><blogger:type>{kind}</blogger:type>"
        f"<blogger:status>{status}</blogger:status>"
        f"<author><name>{name}</name><uri>{uri}</uri></author><title>{title}</title>"
        f"<content type='html'><![CDATA[{body}]]></content><published>2019-05-03T16:30:00Z</published>"
        f"<blogger:filename>/2019/05/n{number}.html</blogger:filename>{more}</entry>"
    )


def takeout(path, *entries, **files):
    """The zip that Google gives."""
    feed = f"{FEED}<id>{TAG}</id><title>Viejo</title>{''.join(entries)}</feed>"
    rows = "blog_id,blog_name,blog_hostname\n1,Viejo,old.example\n"
    return zipped(
        path,
        **{"Takeout__Blogger__Blogs__Viejo__feed.atom": feed, "Takeout__Blogger__Blogs__Viejo__settings.csv": rows},
        **files,
    )


@pytest.mark.parametrize("status", ["DRAFT", "SOMETHING_NEW", "PRIVATE", ""])
def test_what_blogger_did_not_show_is_a_draft(blog, tmp_path, status):
    """A state that nobody knows counts as one that was not public."""
    blog.take(takeout(tmp_path / "t.zip", takeout_entry(5, status=status)))
    assert "Estado: borrador" in blog.header("2019-05-03_n5.md")


def test_blogger_comes_over_from_takeout(blog, tmp_path):
    """The host stands beside the feed, titles are escaped twice, a caption is a table, a picture is in Albums."""
    body = (
        '<table class="tr-caption-container"><tr><td><a href="https://1.bp.blogspot.com/x/s1600/plaza.png">'
        '<img src="https://1.bp.blogspot.com/x/s320/plaza.png"/></a></td></tr>'
        '<tr><td class="tr-caption">Pie</td></tr></table>Antes<a name="more"></a> después.'
        ' <a href="http://old.example/2019/05/n6.html?m=1">otra</a>'
    )
    entries = (
        takeout_entry(5, title="A &amp;amp; B", body=body) + takeout_entry(6) + takeout_entry(9, status="SOFT_TRASHED")
    )
    blog.take(
        takeout(
            tmp_path / "t.zip",
            entries,
            Takeout__Blogger__Albums__Viejo__plaza=b"",
            **{"Takeout__Blogger__Albums__Viejo__plaza.png": png()},
        )
    )
    assert "Título: A & B\nFecha: 2019-05-03 18:30:00+02:00\nId: blogger-5\nSlug: n5" in blog.header("2019-05-03_n5.md")
    text = blog.post("2019-05-03_n5.md")
    assert "Pie" in text and "<table" not in text and "](/images/" in text and "(/2019/05/n6/)" in text
    assert not any("n9" in name for name in blog.files())
    redirects = blog.files()["redirects.toml"]
    assert '"/2019/05/n5.html" = "post:blogger-5.es"' in redirects and '"/feeds/posts/default"' in redirects


def test_bloggers_comments_keep_their_thread_and_state(blog, tmp_path):
    """Two who gave no name are two people; only who writes the blog is its owner, whatever others call themselves."""
    entries = [takeout_entry(5, uri="https://www.blogger.com/profile/1")]
    rows = [
        (11, "LIVE", "Anonymous", "", "Uno."),
        (12, "LIVE", "Anonymous", "", "Dos."),
        (13, "SPAM_COMMENT", "x", "", "Compra."),
        (14, "PENDING", "x", "", "Espero."),
        (15, "GHOSTED", "", "", "Fuera."),
        (16, "LIVE", "Ana", "https://www.blogger.com/profile/1", "Yo."),
        (17, "LIVE", "Ana", "https://www.blogger.com/profile/2", "Otra Ana."),
    ]
    for number, status, name, uri, text in rows:
        more = f"<blogger:parent>{TAG}.post-5</blogger:parent>"
        more += f"<blogger:inReplyTo>{TAG}.post-11</blogger:inReplyTo>" if number == 16 else ""
        entries.append(takeout_entry(number, "COMMENT", status, body=text, more=more, name=name, uri=uri))
    blog.take(takeout(tmp_path / "t.zip", *entries))
    found = words(blog)
    assert ["approved", "approved", "spam", "waiting"] == [
        found[text].status for text in ("Uno.", "Dos.", "Compra.", "Espero.")
    ]
    assert found["Uno."].person != found["Dos."].person and "Fuera." not in found
    assert (True, False, found["Uno."].id) == (found["Yo."].is_owner, found["Otra Ana."].is_owner, found["Yo."].parent)


# Ghost


def ghost(path, *posts, **tables):
    """An export of Ghost."""
    rows = []
    for number, post in enumerate(posts):
        rows.append(
            {"id": f"g{number}", "slug": f"n{number}", "title": "Uno", "status": "published", "visibility": "public"}
            | {"type": "post", "html": "<p>Hola.</p>", "published_at": "2019-05-03T16:30:00.000Z"}
            | post
        )
    tables = {
        "posts": rows,
        "users": [{"id": "u", "name": "Ana", "slug": "ana", "email": "a@secret.example"}],
        **tables,
    }
    path.write_text(json.dumps({"db": [{"meta": {"exported_on": 1, "version": "5.9"}, "data": tables}]}), "utf-8")
    return path


@pytest.mark.parametrize(
    "state",
    [{"visibility": "members"}, {"visibility": "paid"}, {"visibility": "tiers"}, {"status": "sent"},
     {"status": "draft"}, {"visibility": "something"}, {"visibility": ["members"]}, {"status": "something"}],
)  # fmt: skip
def test_what_ghost_showed_only_to_some_is_a_draft(blog, tmp_path, state):
    """Those who paid, members, receivers of a letter."""
    blog.take(ghost(tmp_path / "g.json", state), old_site=HOME)
    assert "Estado: borrador" in blog.header("2019-05-03_n0.md")


def test_what_stands_behind_ghosts_public_preview_is_kept_unseen(blog, tmp_path):
    """It is neither shown nor thrown away."""
    blog.take(
        ghost(tmp_path / "g.json", {"html": "<p>Para todos.</p><!--members-only--><p>Pagado.</p>"}), old_site=HOME
    )
    assert "Para todos.\n" == blog.post("2019-05-03_n0.md")
    assert ("Pagado.\n", True) == (
        blog.post("2019-05-03_n0-members.md"),
        "Estado: borrador" in blog.header("2019-05-03_n0-members.md"),
    )


@pytest.mark.parametrize("written", ["html", "lexical"])
def test_what_ghost_showed_only_to_members_inside_a_post_is_kept_unseen(blog, tmp_path, written):
    """A card, or any piece between Ghost's own marks; what is for all on the site stays."""
    html = (
        '<p>Antes.</p><!--kg-gated-block:begin nonMember:false memberSegment:"status:free" --><p>Pagado.</p>'
        "<!--kg-gated-block:end--><!--kg-gated-block:begin nonMember:true --><p>Todos.</p><!--kg-gated-block:end-->"
    )
    cards = [
        {"type": "html", "html": words, "visibility": {"web": {"nonMember": not is_paid}}}
        for words, is_paid in (("<p>Antes.</p>", False), ("<p>Pagado.</p>", True), ("<p>Todos.</p>", False))
    ]
    post = {"html": html} if written == "html" else {"html": None, "lexical": json.dumps({"root": {"children": cards}})}
    blog.take(ghost(tmp_path / "g.json", post), old_site=HOME)
    seen = [text for name, text in blog.files().items() if name.endswith(".md") and "Estado: borrador" not in text]
    kept = [text for name, text in blog.files().items() if name.endswith(".md") and "Estado: borrador" in text]
    assert "Antes." in seen[0] and "Todos." in seen[0] and not any("Pagado." in text for text in seen)
    assert "Pagado." in kept[0]


def test_ghosts_editors_are_read_where_there_is_no_html(blog, tmp_path):
    """Lexical and mobiledoc."""
    lexical = {"root": {"children": [
        {"type": "extended-heading", "tag": "h2", "children": [{"type": "extended-text", "text": "Alto", "format": 0}]},
        {"type": "paragraph", "children": [{"type": "extended-text", "text": "a < b", "format": 1},
         {"type": "link", "url": "https://x.example/", "children": [{"type": "text", "text": "c"}]}]},
        {"type": "codeblock", "language": "py", "code": "x = 1 < 2"}, {"type": "what-is-this"}]}}  # fmt: skip
    mobiledoc = {"version": "0.3.1", "atoms": [["soft-return", "", {}]], "cards": [["code", {"code": "y"}]],
        "markups": [["strong"], ["a", ["href", "https://x.example/"]]],
        "sections": [[1, "p", [[0, [0], 0, "f"], [0, [1], 2, "g"], [1, [], 0, 0], [0, [], 0, "h"]]], [10, 0],
                     [3, "ul", [[[0, [], 0, "uno"]]]], [99]]}  # fmt: skip
    blog.take(
        ghost(tmp_path / "g.json", {"html": None, "lexical": json.dumps(lexical)},
              {"html": "", "mobiledoc": json.dumps(mobiledoc)}, {"html": None, "lexical": "[" * 3000}),
        old_site=HOME,
    )  # fmt: skip
    assert "## Alto\n\n**a < b**[c](https://x.example/)\n\n```py\nx = 1 < 2\n```\n" == blog.post("2019-05-03_n0.md")
    assert "**f[g](https://x.example/)**\\\nh\n\n```\ny\n```\n\n- uno\n" == blog.post("2019-05-03_n1.md")
    assert "what-is-this" in blog.report_path.read_text("utf-8")


def test_ghosts_own_addresses_and_pictures_come_over(blog, tmp_path):
    """Whatever the host is; nobody's mail address or password does."""
    uploads = tmp_path / "images"
    (uploads / "2019").mkdir(parents=True)
    (uploads / "2019" / "a.png").write_bytes(png())
    body = (
        '<p><a href="__GHOST_URL__/n1/">otra</a></p>'
        '<img src="__GHOST_URL__/content/images/size/w600/2019/a.png" alt="A">'
    )
    post = {"html": body, "feature_image": "__GHOST_URL__/content/images/2019/a.png"}
    blog.take(
        ghost(tmp_path / "g.json", post, {}, posts_authors=[{"post_id": "g0", "author_id": "u"}]),
        uploads=uploads, old_site="https://g.example",
    )  # fmt: skip
    assert "[otra](/2019/05/n1/)" in blog.post("2019-05-03_n0.md") and "(/images/2019/a.png)" in blog.post(
        "2019-05-03_n0.md"
    )
    assert "Portada: /images/2019/a.png" in blog.header("2019-05-03_n0.md")
    assert 'name = "Ana"' in blog.files()["people.toml"] and "secret.example" not in everything(blog)


def test_a_link_to_a_place_that_is_gone_leads_to_its_page(blog, tmp_path):
    """To a heading it leads on."""
    body = '<p><a href="__GHOST_URL__/n1/#pie">a</a> <a href="__GHOST_URL__/n1/#alto">b</a></p>'
    posts = ({"html": body}, {"html": '<h2 id="alto">Alto</h2><p id="pie">x</p>'})
    blog.take(ghost(tmp_path / "g.json", *posts), old_site="https://g.example")
    assert "[a](/2019/05/n1/) [b](/2019/05/n1/#alto)\n" == blog.post("2019-05-03_n0.md")


# Medium and Substack


def story(title, body, *, address="", summary=""):
    """One story of Medium's export."""
    foot = (
        '<a href="https://medium.com/@ana" class="p-author h-card">Ana</a>'
        f'<time class="dt-published" datetime="2019-05-03T16:30:00.123Z">x</time>'
        f'<a href="{address}" class="p-canonical">c</a>'
        if address
        else ""
    )
    return (
        f'<html><body><article class="h-entry"><h1 class="p-name">{title}</h1>'
        f'<section data-field="subtitle" class="p-summary">{summary}</section>'
        f'<section data-field="body" class="e-content">'
        f'{body}</section><footer>{foot}<p>Exported from <a href="https://medium.com">Medium</a></p></footer></article>'
    )


def test_a_story_of_medium_comes_over_without_its_title_twice(blog, tmp_path):
    """Code keeps its lines, links to others' stories stay, those to one's own are new ones."""
    body = (
        '<h3 class="graf graf--h3 graf--title">Uno</h3><h4 class="graf graf--h4 graf--subtitle">Dos</h4>'
        '<p class="graf">Hola <a href="https://medium.com/@ana/otra-bbbbbbbbbbbb">mía</a>'
        ' <a href="https://medium.com/@luis/cosa-cccccccccccc">suya</a></p>'
        '<pre class="graf" data-code-block-lang="python">a = 1<br>  b = 2</pre>'
        '<figure class="graf"><script src="https://gist.github.com/ana/0123456789abcdef.js"></script></figure>'
    )
    files = {
        "posts__2019-05-03_Uno-aaaaaaaaaaaa.html": story(
            "Uno", body, address="https://medium.com/@ana/uno-aaaaaaaaaaaa", summary="Dos"
        ),
        "posts__2019-05-03_Otra-bbbbbbbbbbbb.html": story(
            "Otra", '<p class="graf">Aquí.</p>', address="https://medium.com/@ana/otra-bbbbbbbbbbbb"
        ),
        "posts__draft_Medio-dddddddddddd.html": story("Medio", '<p class="graf">Falta.</p>'),
        "posts__2019-05-03_De-acuerdo-eeeeeeeeeeee.html": story(
            "De acuerdo", '<p class="graf">De acuerdo, sí.</p>', address="https://medium.com/@ana/de-eeeeeeeeeeee"
        ),
        "ips__ips-0001.html": '<p class="h-entry p-name graf">203.0.113.9</p>',
    }
    blog.take(zipped(tmp_path / "m.zip", **files))
    assert (
        "Hola [mía](/2019/05/otra/) [suya](https://medium.com/@luis/cosa-cccccccccccc)\n\n"
        "```python\na = 1\n  b = 2\n```\n\n"
        "https://gist.github.com/ana/0123456789abcdef\n" == blog.post("2019-05-03_uno.md")
    )
    assert "Resumen: Dos" in blog.header("2019-05-03_uno.md")
    drafts = [text for text in blog.files().values() if "Estado: borrador" in text]
    assert 2 == len(drafts) and any("De acuerdo, sí." in text for text in drafts)
    assert "203.0.113" not in everything(blog)


def substack(path, *rows, **files):
    """An export of Substack: (post_id, published, type, audience, title)."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["post_id", "post_date", "is_published", "type", "audience", "title", "subtitle", "podcast_url"])
    for known, published, kind, audience, title in rows:
        writer.writerow([known, "2019-05-03T16:30:00.000Z", published, kind, audience, title, "", ""])
    return zipped(path, **{"posts.csv": table.getvalue(), "email_list.x.csv": "email\nl@secret.example\n"}, **files)


def test_substack_comes_over_with_its_notes_and_without_its_asking(blog, tmp_path):
    """Who subscribed is not read."""
    body = (
        '<p>Hola<a class="footnote-anchor" href="#footnote-1">1</a></p>'
        '<div class="subscription-widget-wrap"><p>SUSCRÍBETE</p></div>'
        '<div class="pullquote"><p>Cita.</p></div>'
        '<div class="tweet" data-attrs="{&quot;url&quot;:&quot;https://twitter.com/a/status/12&quot;}">x</div>'
        '<div class="youtube-wrap" data-attrs="{&quot;videoId&quot;:&quot;aB3_dE-fG1h&quot;}">'
        '<iframe src="https://x.example"></iframe></div>'
        '<div class="footnote"><a id="footnote-1" class="footnote-number">1</a>'
        '<div class="footnote-content"><p>Nota.</p></div></div>'
    )
    rows = [("1.uno", "true", "newsletter", "everyone", "Uno"), ("2.dos", "true", "newsletter", "only_paid", "Dos"),
            ("3.tres", "false", "newsletter", "everyone", "Tres"), ("", "", "newsletter", "everyone", "")]  # fmt: skip
    files = {"posts__1.uno.html": body, "posts__2.dos.html": "<p>Pagado.</p>", "posts__3.tres.html": "<p>Falta.</p>"}
    blog.take(substack(tmp_path / "s.zip", *rows, **files), old_site="https://s.example")
    assert (
        "Hola[^1]\n\n> Cita.\n\nhttps://twitter.com/a/status/12\n\nhttps://www.youtube.com/watch?v=aB3_dE-fG1h\n\n"
        "[^1]: Nota.\n" == blog.post("2019-05-03_uno.md")
    )
    assert ["borrador", "borrador"] == [
        blog.header(name).partition("Estado: ")[2][:8] for name in ("2019-05-03_dos.md", "2019-05-03_tres.md")
    ]
    assert (
        "secret.example" not in everything(blog) and '"/p/uno" = "post:substack-1.es"' in blog.files()["redirects.toml"]
    )


def test_all_that_follows_substacks_wall_is_kept_unseen_wherever_the_wall_stands(blog, tmp_path):
    """Inside something, what follows that is paid for too."""
    body = (
        '<p>Antes.</p><div><p>Dentro.</p><div><div class="paywall-jump"></div><p>Pagado uno.</p></div>Pagado dos.'
        "<p>Pagado tres.</p></div><p>Pagado cuatro.</p>"
    )
    rows = [("1.uno", "true", "newsletter", "everyone", "Uno")]
    blog.take(substack(tmp_path / "s.zip", *rows, **{"posts__1.uno.html": body}), old_site="https://s.example")
    seen, kept = blog.post("2019-05-03_uno.md"), blog.post("2019-05-03_uno-members.md")
    assert "Antes.\n\nDentro.\n" == seen
    assert ["uno", "dos", "tres", "cuatro"] == re.findall(r"Pagado (\w+)\.", kept)


# Whatever the source


def test_every_source_that_cannot_tell_its_host_asks_for_it(blog, tmp_path):
    """In one line that says what to do."""
    with pytest.raises(ContentError, match="--old-site"):
        blog.take(ghost(tmp_path / "g.json", {}))


@pytest.mark.parametrize(
    ("html", "read"),
    [
        (
            '<figure class="kg-card kg-gallery-card"><div><img src="/no.png" alt="Una plaza">'
            "</div><figcaption>Pie</figcaption></figure>",
            "*Una plaza*\n\nPie",
        ),
        (
            '<figure class="kg-card kg-bookmark-card"><a href="https://x.example/">'
            '<div class="kg-bookmark-title">X</div></a>'
            "<figcaption>Pie</figcaption></figure>",
            "[X](https://x.example/)\n\nPie",
        ),
        (
            '<p>A.</p><div class="kg-card kg-audio-card"><div>Voz</div><div class="kg-audio-player">'
            "<span>0:00</span></div></div>",
            "A.\n\nVoz",
        ),
        ("<p>A.</p><!--kg-card-begin: email--><p>Hola {nombre}</p><!--kg-card-end: email--><p>B.</p>", "A.\n\nB."),
    ],
)
def test_cards_of_ghost_keep_their_words_and_letters_their_own(blog, tmp_path, html, read):
    """Captions stay though a picture is missing; buttons and clocks of players do not; nor what only letters said."""
    blog.take(ghost(tmp_path / "g.json", {"html": html}), old_site=HOME)
    assert read == blog.post("2019-05-03_n0.md").strip()


@pytest.mark.parametrize(
    ("card", "read"),
    [
        ({"type": "video", "src": "", "caption": "Pie <i>v</i>"}, "Pie *v*"),
        ({"type": "bookmark", "url": "https://x.example/", "caption": "Pie"}, "[https://x.example/](https://x.example/)\n\nPie"),
        ({"type": "header", "header": "Arriba", "subheader": "Abajo"}, "## Arriba\n\nAbajo"),
        ({"type": "product", "productTitle": "Taza", "productDescription": "<p>Blanca</p>"}, "#### Taza\n\nBlanca"),
        ({"type": "call-to-action", "textValue": "Ven", "buttonUrl": "https://x.example/", "buttonText": "Ya"}, "Ven\n\n[Ya](https://x.example/)"),
        ({"type": "email", "html": "<p>Solo carta</p>"}, ""),
    ],
)  # fmt: skip
def test_cards_that_only_ghosts_editor_keeps_say_their_words(blog, tmp_path, card, read):
    """Where an export has no HTML; but not what was for letters alone."""
    lexical = json.dumps({"root": {"children": [{**card, "version": 1}]}})
    blog.take(ghost(tmp_path / "g.json", {"html": None, "lexical": lexical}), old_site=HOME)
    assert read == blog.post("2019-05-03_n0.md").strip()


def test_anothers_letter_that_is_linked_is_not_taken_for_the_own_site(blog, tmp_path):
    """Only a link to a post of the export, or to subscribe, tells where it was."""
    other = (
        '<p><a href="https://otra.substack.com/p/suya">Suya</a> <a href="https://otra.substack.com/p/mas">Más</a></p>'
    )
    own = '<p><a href="https://mia.substack.com/p/uno">Mía</a></p>'
    row = ("1.uno", "true", "newsletter", "everyone", "Uno")
    report = blog.take(substack(tmp_path / "s.zip", row, **{"posts__1.uno.html": other + own}))
    assert "https://mia.substack.com" == report.site.address
    assert "[Suya](https://otra.substack.com/p/suya)" in blog.post("2019-05-03_uno.md")


def test_what_substacks_page_would_have_drawn_stays_as_words(blog, tmp_path):
    """Another letter that is shown, and pictures that stand together, are in attributes alone."""
    shown = {"title": "Otra carta", "canonical_url": "https://otra.substack.com/p/suya"}
    pictures = {
        "gallery": {"images": [{"src": "https://bucket.s3.amazonaws.com/a.png"}], "caption": "Pie", "alt": "Alt"}
    }
    body = "".join(
        f"<div class=\"{name}\" data-attrs='{json.dumps(given)}'></div>"
        for name, given in (("digest-post-embed", shown), ("image-gallery-embed", pictures))
    )
    row = ("1.uno", "true", "newsletter", "everyone", "Uno")
    blog.take(substack(tmp_path / "s.zip", row, **{"posts__1.uno.html": body}), old_site="https://s.example")
    text = blog.post("2019-05-03_uno.md")
    assert "[Otra carta](https://otra.substack.com/p/suya)" in text
    assert "[Alt](https://bucket.s3.amazonaws.com/a.png)\n\nPie" in text
