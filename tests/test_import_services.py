"""Services for blogs come over with all that they export: Blogger, Medium, Substack."""

import csv
import io
import json
import re

import pytest

from tertulia.core.errors import ContentError
from tests.embedding import png
from tests.importing import blog, everything, words, zipped
from tests.test_import_ghost import ghost

__all__ = ["blog"]  # a fixture


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
