"""A small export of each source, as it writes them, for what all of them promise alike.

Each holds a post with a title and a text, an unseen one with the words SECRETO, where there is talk a comment and an
answer, and the e-mail address ``SECRET_MAIL`` where that source has one.
"""

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from tests.importing import comment, item, wxr

SECRET_MAIL = "luis@secret.example"
WHERE = "https://old.example"
DAY = "2019-05-03T16:30:00.000Z"


@dataclass(frozen=True)
class Words:
    """What an export says."""

    title: str = "Uno"
    text: str = "Hola."  # of the post
    said: str = "Digo."
    name: str = "Luis"
    again: str = ""  # a third comment, of the same person
    markup: str = ""  # HTML in the place of text and comment

    @property
    def html(self) -> str:
        """The post."""
        return self.markup or f"<p>{escape(self.text)}</p>"

    @property
    def said_html(self) -> str:
        """The comment."""
        return self.markup or f"<p>{escape(self.said)}</p>"


def _zip(path: Path, files: dict[str, str]) -> list[Path]:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return [path]


def _folder(path: Path, files: dict[str, str]) -> list[Path]:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(data, "utf-8")
    return [path]


def _cdata(words: str) -> str:
    return words.replace("]]>", "]]]]><![CDATA[>")


def _rows(words: Words, ids: tuple) -> list[tuple]:
    """Number, what it answers, words and name of each comment."""
    rows = [(ids[0], None, words.markup or words.said, words.name), (ids[1], ids[0], "Contesto.", "Ana")]
    return [*rows, (ids[2], None, words.again, words.name)] if words.again else rows


def wordpress(path: Path, words: Words) -> list[Path]:
    talk = comment(1, _cdata(words.said_html), author=_cdata(escape(words.name)))
    talk += comment(2, "Contesto.", parent=1, author="Ana", author_email="ana@secret.example")
    talk += comment(3, words.again, author=_cdata(escape(words.name))) if words.again else ""
    title, body = _cdata(escape(words.title)), f"<!-- wp:paragraph -->{words.html}<!-- /wp:paragraph -->"
    posts = item(1, _cdata(body), title=title, more=talk) + item(2, "SECRETO", slug="dos", status="private")
    return [wxr(path.with_suffix(".xml"), posts)]


def _atom(kind: str, number: int, title: str, body: str, more: str = "", name: str = "Ana") -> str:
    blog = "tag:blogger.com,1999:blog-9"
    kinds = "http://schemas.google.com/blogger/2008/kind"
    return (
        f"<entry><id>{blog}.post-{number}</id><published>{DAY}</published><title>{escape(title)}</title>"
        f'<category scheme="http://schemas.google.com/g/2005#kind" term="{kinds}#{kind}"/>{more}'
        f'<content type="html">{escape(body)}</content><author><name>{escape(name)}</name>'
        f"<uri>https://www.blogger.com/profile/{len(name)}</uri><email>{SECRET_MAIL}</email></author></entry>"
    )


def blogger(path: Path, words: Words) -> list[Path]:
    about = '<thr:in-reply-to ref="tag:blogger.com,1999:blog-9.post-1"/>'
    answers = f'{about}<link rel="related" href="http://x/feeds/9/1/comments/default/11"/>'
    spaces = 'xmlns:thr="http://purl.org/syndication/thread/1.0" xmlns:app="http://purl.org/atom/app#"'
    entries = [
        _atom("post", 1, words.title, words.html, f'<link rel="alternate" href="{WHERE}/2019/05/uno.html"/>'),
        _atom("post", 2, "Dos", "SECRETO", "<app:control><app:draft>yes</app:draft></app:control>"),
        _atom("comment", 11, "", words.said_html, about, words.name),
        _atom("comment", 12, "", "Contesto.", answers, "Eva"),
        *([_atom("comment", 13, "", words.again, about, words.name)] if words.again else []),
    ]
    path = path.with_suffix(".xml")
    path.write_text(
        f'<feed xmlns="http://www.w3.org/2005/Atom" {spaces}><id>tag:blogger.com,1999:blog-9.archive</id>'
        f"{''.join(entries)}</feed>", "utf-8",
    )  # fmt: skip
    return [path]


def disqus(path: Path, words: Words) -> list[Path]:
    def post(number: int, text: str, name: str, parent: str = "") -> str:
        return (
            f'<post dsq:id="{number}"><message><![CDATA[{_cdata(text)}]]></message>'
            f"<createdAt>{DAY}</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam><author>"
            f"<email>{name.encode().hex()}@secret.example</email><name>{escape(name)}</name></author>"
            f'<thread dsq:id="1"/>{parent}</post>'
        )

    answers = '<parent dsq:id="1"/>'
    path = path.with_suffix(".xml")
    path.write_text(
        '<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"><thread dsq:id="1">'
        f"<link>{WHERE}/2019/05/uno/</link></thread>{post(1, words.said_html, words.name)}"
        f"{post(2, 'Contesto.', 'Ana', answers)}{post(3, words.again, words.name) if words.again else ''}</disqus>",
        "utf-8",
    )  # fmt: skip
    return [path]


def isso(path: Path, words: Words) -> list[Path]:
    path = path.with_suffix(".db")
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR, title VARCHAR)")
    columns = (
        "created FLOAT, modified FLOAT, mode INTEGER, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR"
    )
    database.execute(f"CREATE TABLE comments (tid INTEGER, id INTEGER PRIMARY KEY, parent INTEGER, {columns})")
    database.execute("INSERT INTO threads VALUES (1, '/2019/05/uno/', 'x')")
    for number, parent, text, name in _rows(words, (1, 2, 3)):
        row = (number, parent, text, name, f"{name.encode().hex()}@secret.example")
        database.execute("INSERT INTO comments VALUES (1, ?, ?, 1559376000, NULL, 1, ?, ?, ?, '')", row)
    database.commit()
    database.close()
    return [path]


def remark42(path: Path, words: Words) -> list[Path]:
    lines = [{"version": 1, "users": [], "posts": []}]
    for number, parent, text, name in _rows(words, ("a", "b", "c")):
        user = {"name": name, "id": f"email_{name.encode().hex()}", "ip": "203.0.113.9"}
        shown = text if words.markup else f"<p>{escape(text)}</p>"
        lines.append({"id": number, "pid": parent, "text": shown, "orig": text, "user": user,
                      "time": DAY, "locator": {"site": "r", "url": f"{WHERE}/2019/05/uno/"}})  # fmt: skip
    path = path.with_suffix(".gz")
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode(), mtime=0))
    return [path]


def ghost(path: Path, words: Words) -> list[Path]:
    post = {"status": "published", "visibility": "public", "type": "post", "published_at": DAY, "author_id": "u"}
    said = {"post_id": "g1", "status": "published", "created_at": DAY}
    tables = {
        "posts": [post | {"id": "g1", "slug": "uno", "title": words.title, "html": words.html},
                  post | {"id": "g2", "slug": "dos", "title": "Dos", "html": "<p>SECRETO</p>", "visibility": "paid"}],
        "users": [{"id": "u", "name": "Ana", "slug": "ana", "email": "ana@secret.example"}],
        "members": [{"id": "m1", "name": words.name, "email": SECRET_MAIL}, {"id": "m2", "name": "Ana"}],
        "comments": [said | {"id": "c1", "member_id": "m1", "html": words.said_html},
                     said | {"id": "c2", "member_id": "m2", "html": "<p>Contesto.</p>", "parent_id": "c1"},
                     *([said | {"id": "c3", "member_id": "m1", "html": words.again}] if words.again else [])],
    }  # fmt: skip
    path = path.with_suffix(".json")
    path.write_text(json.dumps({"db": [{"meta": {"exported_on": 1}, "data": tables}]}), "utf-8")
    return [path]


def medium(path: Path, words: Words) -> list[Path]:
    def story(title: str, body: str, foot: str) -> str:
        return (
            f'<article class="h-entry"><h1 class="p-name">{escape(title)}</h1><section class="e-content">'
            f'<h3 class="graf graf--title">{escape(title)}</h3><p class="graf graf--p">{body}</p></section>'
            f"{foot}</article>"
        )

    foot = (
        f'<a class="p-canonical" href="{WHERE}/@ana/uno-abcdef123456">x</a><time class="dt-published" datetime="{DAY}">'
    )
    files = {
        "posts/2019-05-03_Uno-abcdef123456.html": story(words.title, words.markup or escape(words.text), foot),
        "posts/draft_Dos-aaaaaaaaaaaa.html": story("Dos", "SECRETO", ""), "profile/profile.html": SECRET_MAIL,
    }  # fmt: skip
    return _zip(path.with_suffix(".zip"), files)


def substack(path: Path, words: Words) -> list[Path]:
    title = words.title.replace('"', '""')
    rows = ["post_id,post_date,is_published,type,audience,title", f'1.uno,{DAY},true,newsletter,everyone,"{title}"',
            f"2.dos,{DAY},true,newsletter,only_paid,Dos"]  # fmt: skip
    files = {"posts.csv": "\n".join(rows), "posts/1.uno.html": words.html, "posts/2.dos.html": "<p>SECRETO</p>",
             "email_list.csv": SECRET_MAIL}  # fmt: skip
    return _zip(path.with_suffix(".zip"), files)


def tumblr(path: Path, words: Words) -> list[Path]:
    def page(body: str, stamp: str) -> str:
        return f'<html><body>{body}<div id="footer"><span id="timestamp">{stamp}</span></div></body></html>'

    files = {
        "posts/html/1001.html": page(f"<h1>{escape(words.title)}</h1>{words.html}", "May 3rd, 2019 4:30pm"),
        "posts/html/1002.html": page("<p>SECRETO</p>", ""), "messages/html/1.html": SECRET_MAIL,
        "posts/posts.xml": f'<tumblr><posts><post id="1001" url="{WHERE}/post/1001" slug="uno"/></posts></tumblr>',
    }  # fmt: skip
    return _zip(path.with_suffix(".zip"), files)


def microblog(path: Path, words: Words) -> list[Path]:
    one = {"id": f"{WHERE}/2019/05/03/uno.html", "url": f"{WHERE}/2019/05/03/uno.html", "title": words.title}
    one |= {"content_html": words.html, "date_published": DAY}
    feed = {"version": "https://jsonfeed.org/version/1.1", "home_page_url": f"{WHERE}/", "items": [one]}
    return _zip(path.with_suffix(".bar"), {"feed.json": json.dumps(feed)})


def _post(words: Words, state: str = "") -> str:
    head = f"title: {json.dumps(words.title)}\ndate: 2019-05-03 18:30:00+02:00\n{state}"
    return f"---\n{head}---\n\n{words.markup or words.text}\n"


def _folders(settings: dict[str, str], post: str, draft: str, state: str) -> Callable[[Path, Words], list[Path]]:
    def made(path: Path, words: Words) -> list[Path]:
        files = {**settings, post: _post(words), draft: _post(Words("Dos", "SECRETO"), state)}
        return _folder(path, files)

    return made


EXPORTS: dict[str, Callable[[Path, Words], list[Path]]] = {
    "wordpress": wordpress, "blogger": blogger, "disqus": disqus, "isso": isso, "remark42": remark42, "ghost": ghost,
    "medium": medium, "substack": substack, "tumblr": tumblr, "microblog": microblog,
    "nikola": _folders({"conf.py": f'BLOG_TITLE = "x"\nSITE_URL = "{WHERE}/"\n'}, "posts/uno.md", "posts/dos.md",
                       "tags: draft\n"),
    "pelican": _folders({"pelicanconf.py": f'SITEURL = "{WHERE}"\n'}, "content/uno.md", "content/dos.md",
                        "status: draft\n"),
    "hugo": _folders({"hugo.toml": f'baseURL = "{WHERE}/"\n'}, "content/posts/uno.md", "content/posts/dos.md",
                     "draft: true\n"),
    "eleventy": _folders({".eleventy.js": "", "package.json": '{"dependencies":{"@11ty/eleventy":"3"}}',
                          "_data/metadata.json": f'{{"url":"{WHERE}"}}'}, "posts/uno.md", "posts/dos.md",
                         "draft: true\n"),
    "jekyll": _folders({"_config.yml": f"url: {WHERE}\n"}, "_posts/2019-05-03-uno.md", "_drafts/dos.md", ""),
}  # fmt: skip
TALK_ALONE = ("disqus", "isso", "remark42")
WITH_TALK = ("wordpress", "blogger", *TALK_ALONE, "ghost")
IN_MARKDOWN = ("nikola", "pelican", "hugo", "eleventy", "jekyll")


def export_of(kind: str, folder: Path, words: Words | None = None) -> list[Path]:
    """The export of *kind*, written into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    return EXPORTS[kind](folder / kind, words or Words())


def bring(blog, kind: str, folder: Path, words: Words | None = None, **options):
    """Import it into *blog*: behind the post that it is about, where a source holds talk alone."""
    if kind in TALK_ALONE:
        folder.mkdir(parents=True, exist_ok=True)
        blog.take(wxr(folder / "posts.xml", item(1)))
    return blog.take(*export_of(kind, folder, words), kind=kind, old_site=WHERE, **options)
