"""Other forms in which services write what they export: each comes over, and no more public than it was."""

import zipfile

import pytest

from tests.embedding import png
from tests.importing import blog, everything, item, words, wxr
from tests.test_import_ghost import ghost
from tests.test_import_talk import disqus, isso
from tests.test_import_talk import said as disqus_said

__all__ = ["blog"]  # a fixture

SITE = "https://x.tumblr.example"


def packed(path, **files):
    """A zip of *files*, "a__b.html" for a/b.html."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("DOT", "."), data)
    return path


# Tumblr


def page(body, stamp="May 3rd, 2019 4:30pm"):
    return f'<html><body>{body}<div id="footer"><span id="timestamp"> {stamp} </span></div></body></html>'


def tumblr(path, posts, table="", **files):
    return packed(
        path,
        **{f"posts__html__{number}DOThtml": text for number, text in posts.items()},
        **({"posts__postsDOTxml": f"<tumblr><posts>{table}</posts></tumblr>"} if table else {}),
        **files,
    )


@pytest.mark.parametrize(
    ("state", "stamp"),
    [('private="true"', "May 3rd, 2019 4:30pm"), ('state="queue"', "May 3rd, 2019 4:30pm"),
     ('state="something new"', "May 3rd, 2019 4:30pm"), ("", "")],
)  # fmt: skip
def test_what_tumblr_did_not_show_is_a_draft(blog, tmp_path, state, stamp):
    """Private, queued, in a state that nobody knows, or without a moment."""
    blog.take(tumblr(tmp_path / "t.zip", {1001: page("SECRETO", stamp)}, f'<post id="1001" {state}/>'), old_site=SITE)
    (text,) = (text for name, text in blog.files().items() if name.endswith(".md"))
    assert "SECRETO" in text and "Estado: borrador" in text


def test_what_tumblrs_table_does_not_name_is_a_draft(blog, tmp_path):
    """Where there is one: it leaves out what was private."""
    posts = {1001: page("Hola."), 1002: page("SECRETO")}
    blog.take(tumblr(tmp_path / "t.zip", posts, '<post id="1001"/>'), old_site=SITE)
    texts = blog.files().values()
    assert ["Hola.", "SECRETO"] == [
        word for word, is_draft in (("Hola.", False), ("SECRETO", True))
        if any(word in text and is_draft == ("Estado: borrador" in text) for text in texts)
    ]  # fmt: skip


def test_tumblrs_table_tells_where_and_when_to_the_second(blog, tmp_path):
    """And which site it was; a zip in the zip is looked into; messages are not."""
    table = f'<post id="1001" url-with-slug="{SITE}/post/1001/uno" date-gmt="2019-05-03 16:30:07 GMT" slug="uno"/>'
    inner = tumblr(tmp_path / "posts.zip", {1001: page("<h1>Uno</h1>Hola.")}, table)
    export = packed(tmp_path / "t.zip", postsDOTzip=inner.read_bytes(), messages__html__1DOThtml=page("SECRETO"))
    blog.take(export)
    assert "Fecha: 2019-05-03 18:30:07+02:00" in blog.header("2019-05-03_uno.md")
    redirects = blog.files()["redirects.toml"]
    assert '"/post/1001" =' in redirects and '"/post/1001/uno" =' in redirects
    assert "SECRETO" not in everything(blog)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('<div class="question"><p>¿Qué?</p><cite>ana</cite></div><p>Esto.</p>', "> ¿Qué?\n>\n> — ana\n\nEsto."),
        ('<ul class="conversation"><li><span class="label">Ana:</span> Hola</li></ul>', "- Ana: Hola"),
        ('<a href="https://href.li/?https://a.example/b">x</a>', "[x](https://a.example/b)"),
        ('<a href="https://t.umblr.com/redirect?z=https%3A%2F%2Fa.example%2Fb&t=1">x</a>', "[x](https://a.example/b)"),
        ('<figure class="tmblr-embed" data-url="https%3A%2F%2Fvimeo.com%2F123"><iframe src="https://x.example"></iframe>'
         "</figure>", "https://vimeo.com/123"),
        ('<div data-npf=\'{"type":"poll","question":"¿A?","answers":[{"answer_text":"Sí"}]}\'></div>', "¿A?\n\n- Sí"),
        ('<div class="npf_row"><img src="../../media/1001_0.png" alt="A"><img src="../../media/1001_1.png" alt="B">'
         "</div>",
         "![A](/images/1001_0.png)\n![B](/images/1001_1.png)"),
        ('<img src="https://64.media.tumblr.com/a/x.jpg" alt="A">'
         '<img src="https://64.media.tumblr.com/b/y.jpg" alt="B">',
         "![A](/images/1001_0.png)![B](/images/1001_1.png)"),
    ],
)  # fmt: skip
def test_what_tumblrs_editors_write_is_what_readers_saw(blog, tmp_path, written, read):
    """Asks, chats, links through its own hosts, embeds, polls, photosets, pictures by their order."""
    media = {"media__1001_0DOTpng": png(), "media__1001_1DOTpng": png()} if "img" in written else {}
    blog.take(tumblr(tmp_path / "t.zip", {1001: page(written)}, **media), old_site=SITE)
    assert read == blog.post("2019-05-03_1001.md").strip()


# Talk


def test_services_that_call_a_page_by_its_path_or_by_wordpress_number_find_it(blog, tmp_path):
    """Disqus' relative links and its plugin's names; Remark42's paths; Isso's whole addresses."""
    blog.take(wxr(tmp_path / "e.xml", item(1)))
    for place, link in (
        ("a", "/2019/05/uno/"),
        ("b", "1 https://old.example/?p=1"),
        ("c", "//old.example/2019/05/uno"),
    ):
        blog.take(disqus(tmp_path / f"{place}.xml", disqus_said(ord(place), f"Digo {place}."), link=link),
                  old_site="https://old.example")  # fmt: skip
    assert {"Digo a.", "Digo b.", "Digo c."} == set(words(blog))


def test_the_bits_of_an_isso_comment_decide(blog, tmp_path):
    """Deleted in any mixture is deleted; only what was accepted is shown; two databases lose nothing."""
    blog.take(wxr(tmp_path / "e.xml", item(1)))
    rows = [(number, None, mode, f"Modo {mode}.", "Ana", "") for number, mode in enumerate((1, 2, 4, 5, 0), 1)]
    first = isso(tmp_path / "a.db", *rows)
    second = isso(tmp_path / "b.db", (1, None, 1, "De la otra.", "Luis", ""))
    blog.take(first, second, old_site="https://old.example")
    found = {text: one.status for text, one in words(blog).items()}
    assert {"Modo 1.": "approved", "Modo 2.": "waiting", "Modo 0.": "waiting", "De la otra.": "approved"} == found


def test_ghosts_talk_comes_over_where_the_export_holds_it(blog, tmp_path):
    """Hidden ones wait, deleted ones stay away and what answered them hangs higher; likes count."""
    said = [
        {"id": "c1", "status": "published", "html": "<p>Uno.</p>", "member_id": "m"},
        {"id": "c2", "status": "deleted", "html": "<p>Dos.</p>", "parent_id": "c1"},
        {"id": "c3", "status": "hidden", "html": "<p>Tres.</p>", "parent_id": "c1", "in_reply_to_id": "c2"},
    ]
    told = [{"post_id": "g0", "created_at": "2020-01-01T10:00:00.000Z"} | one for one in said]
    members = [{"id": "m", "name": "Luis", "email": "luis@secret.example"}]
    export = ghost(tmp_path / "g.json", {}, comments=told, members=members, comment_likes=[{"comment_id": "c1"}])
    blog.take(export, old_site="https://g.example")
    found = words(blog)
    assert {"Uno.": "approved", "Tres.": "waiting"} == {text: one.status for text, one in found.items()}
    assert found["Tres."].parent == found["Uno."].id and "Luis" == found["Uno."].name
    assert "secret.example" not in everything(blog)


# Letters


def test_the_notes_of_a_letter_with_a_wall_are_kept_with_what_is_behind_it(blog, tmp_path):
    """Nobody else was shown them; the report says which is missing above, and no number is left over there."""
    mark = '<a class="footnote-anchor" id="footnote-anchor-1" href="#footnote-1">1</a>'
    note = '<div class="footnote"><a id="footnote-1" href="#footnote-anchor-1" class="footnote-number">1</a>'
    note += '<div class="footnote-content"><p>LA NOTA</p></div></div>'
    body = f'<p>Libre{mark}.</p><div class="paywall-jump"></div><p>PAGO</p>{note}'
    report = substack_taken(blog, tmp_path, body)
    assert "Libre.\n" == blog.post("2019-05-03_uno.md")
    assert "PAGO\n\n[^1]\n\n[^1]: LA NOTA\n" == blog.post("2019-05-03_uno-members.md")
    assert "footnote-1" in report.markdown()


def test_what_a_letters_page_would_have_drawn_keeps_its_words(blog, tmp_path):
    """And is told."""
    body = '<p>A</p><div class="comment" data-attrs=\'{"body":"Lo citado aquí","url":"https://z.example/c"}\'></div>'
    report = substack_taken(blog, tmp_path, body)
    assert "A\n\nLo citado aquí\n\n[https://z.example/c](https://z.example/c)\n" == blog.post("2019-05-03_uno.md")
    assert "comment" in report.markdown()


def substack_taken(blog, tmp_path, body):
    table = (
        "post_id,post_date,is_published,type,audience,title\n1.uno,2019-05-03T16:30:00Z,true,newsletter,everyone,Uno"
    )
    export = packed(tmp_path / "s.zip", postsDOTcsv=table, posts__1DOTunoDOThtml=body)
    return blog.take(export, old_site="https://x.substack.com")


def test_a_text_that_nobody_escaped_is_read_all_the_same(blog, tmp_path):
    """Atom may hold XHTML."""
    entry = (
        '<entry><id>tag:blogger.com,1999:blog-9.post-1</id><published>2019-05-03T18:30:00.123+02:00</published>'
        '<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#post"/>'
        '<title>Uno</title><content type="xhtml"><div>Hola &amp; <b>adiós</b><br/>fin</div></content>'
        '<link rel="alternate" href="https://x.blogspot.com/2019/05/uno.html"/></entry>'
    )  # fmt: skip
    (tmp_path / "b.xml").write_text(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:blogger.com,1999:blog-9.archive</id>{entry}</feed>', "utf-8"
    )
    blog.take(tmp_path / "b.xml", old_site="https://x.blogspot.com")
    assert "Hola & **adiós**\\\nfin\n" == blog.post("2019-05-03_uno.md")
    assert "Fecha: 2019-05-03 18:30:00+02:00" in blog.header("2019-05-03_uno.md")
