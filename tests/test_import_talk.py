"""Services for comments come over to the posts that are here."""

import gzip
import json
import sqlite3

import pytest

from tertulia.core.errors import ContentError
from tests.importing import SITE, blog, everything, item, words, wxr

__all__ = ["blog"]  # a fixture


def disqus(path, *posts, link=f"{SITE}/2019/05/uno/", more=""):
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
    blog.take(disqus(tmp_path / "d.xml", said(3, "Hola."), link=f"{SITE}/antes/aqui.html"))
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
    other += f'<thread dsq:id="3"><link>{SITE}/nada/</link><isDeleted>false</isDeleted></thread>'
    other += f'<thread dsq:id="4"><link>{SITE}/2019/05/uno/</link><isDeleted>true</isDeleted></thread>'
    posts = [said(number + 10, f"N{number}.", thread=str(number)) for number in (1, 2, 3, 4, 99)]
    with_post.take(disqus(tmp_path / "d.xml", *posts, more=other))
    assert ["N1."] == list(words(with_post))
    told = with_post.report_path.read_text("utf-8")
    assert all(what in told for what in ("localhost:4000/uno/", f"{SITE}/nada/", "(comment) 99"))


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
    with_post.take(path, old_site=SITE)
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
            | {"locator": {"site": "r", "url": f"{SITE}/2019/05/uno/"}, "score": 0, "votes": {}}
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
