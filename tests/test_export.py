"""Nobody is locked in: what a blog says goes out whole, and comes in again elsewhere."""

import json
import os
import re
from dataclasses import replace
from html import escape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from tertulia.core.conf import DEFAULTS, read
from tertulia.core.errors import ContentError
from tertulia.exports import blog as exported
from tertulia.exports import folder, wxr
from tertulia.store.said import Status
from tests.embedding import png
from tests.importing import NOW, Blog, comment, item
from tests.importing import wxr as written_wxr

HOME = "https://new.example"
POST = """\
Título: Trenes & «andenes»
Fecha: 2026-03-14 18:30:00+01:00
Id: trenes
Slug: trenes-y-andenes
Categoría: Viajes, Opinión
Etiquetas: tren, "uno, dos"
Autor: ana, Luis Pérez
Resumen: Lo que se *ve* pasar.
Portada: plaza.png
Texto alternativo de portada: La plaza

Un "texto" con **fuerza**, un [enlace](otra.md#final) y un código `[gallery]`...

## Apartado

- uno
- dos

> Lo dijo alguien.
>
> — Charo

```python
if a < b and "[caption]":
    print("á")
```

https://mas.to/@ana/1134

![La plaza](plaza.png "Foto de *Ana*")

| a | b |
|---|---|
| 1 | 2 |

Una nota[^1]. Y #Etiqueta, que es palabra.

[^1]: Lo que *dice* la nota.
"""
OTHER = "Título: Otra\nFecha: 2026-03-15 10:00:00+01:00\nId: otra\n\nTexto ]]> de otra.\n\n## Final\n\nYa.\n"
UNSEEN = {
    "draft.md": "Título: Borrador\nFecha: 2026-03-16\nEstado: borrador\n\nSecreto.\n",
    "hidden.md": "Título: Oculta\nFecha: 2026-03-16\nEstado: oculto\n\nSecreto.\n",
    "later.md": "Título: Futura\nFecha: 2030-03-16\n\nSecreto.\n",
    "broken.md": "Título: Rota\nFecha: ayer\n\nSecreto.\n",
}


@pytest.fixture
def blog(tmp_path):
    made = Blog(tmp_path / "blog")
    (made.root / "content" / "images").mkdir()
    (made.root / "content" / "images" / "plaza.png").write_bytes(png())
    (made.root / "content" / "people.toml").write_text(
        '[ana]\nname = "Ana Ruiz"\nemail = "ana@secret.example"\n', "utf-8"
    )
    yield made
    made.store.close()


@pytest.fixture
def other(tmp_path):
    made = Blog(tmp_path / "other")
    yield made
    made.store.close()


def write(blog, posts):
    for name, text in posts.items():
        path = blog.root / "content" / "posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


MORE = {}  # further settings of the blog


def taken_out(blog, statuses=(Status.APPROVED,)):
    conf = {**read(DEFAULTS), **MORE, "SITE_ADDRESS": HOME, "SITENAME": "Nuevo & bueno", "AUTHOR": "Ana Ruiz"}
    said = blog.store.conversation.find(statuses, limit=1000)
    counted = blog.store.conversation.reactions()
    return exported.read(blog.root, conf, ZoneInfo("Europe/Madrid"), NOW, said, reactions=counted)


def brought_in(other, blog, tmp_path, statuses=(Status.APPROVED,)):
    """Export *blog* and import that into *other*, with a copy of its pictures as they are published."""
    file = tmp_path / "export.xml"
    file.write_text(wxr.write(taken_out(blog, statuses)), "utf-8")
    uploads = tmp_path / "site"
    for name in re.findall(f"<wp:attachment_url>{HOME}/([^<]+)", file.read_text("utf-8")):
        (uploads / name).parent.mkdir(parents=True, exist_ok=True)
        (uploads / name).write_bytes(png())
    return other.take(file, uploads=uploads if uploads.exists() else None)


def test_a_post_comes_back_as_it_was(blog, other, tmp_path):
    """Text, code, notes, quotations, pictures and what stands on top of it; addresses lead where they led."""
    write(blog, {"trenes.md": POST, "otra.md": OTHER})
    brought_in(other, blog, tmp_path)
    (picture,) = (name.removeprefix("images") for name in other.files() if name.endswith(".png"))
    body = POST.partition("\n\n")[2].replace("otra.md#final", "/2026/03/otra/#final")
    body = body.replace("(plaza.png", f"(/images{picture}")
    assert body.replace("Y #Etiqueta", "Y \\#Etiqueta") == other.post("2026-03-14_trenes-y-andenes.md")
    head = other.header("2026-03-14_trenes-y-andenes.md")
    for line in (
        "Título: Trenes & «andenes»", "Fecha: 2026-03-14 18:30:00+01:00", "Categoría: Viajes, Opinión",
        'Etiquetas: tren, "uno, dos", Etiqueta', "Autor: ana, luis_perez", "Resumen: Lo que se ve pasar.",
        f"Portada: /images{picture}", "Texto de portada: La plaza",
    ):  # fmt: skip
        assert line in head.splitlines()
    assert "Texto ]]> de otra.\n\n## Final\n\nYa.\n" == other.post("2026-03-15_otra.md")


def test_translations_and_pages_stay_what_they_are(blog, other, tmp_path):
    """A pair is a pair there too; a page is a page."""
    english = OTHER.replace("Otra", "Other").replace("Id: otra", "Id: otra\nIdioma: en\nSlug: other")
    write(blog, {"otra.md": OTHER, "otra.en.md": english, "../pages/quien.md": "Título: Quién\n\nYo.\n"})
    brought_in(other, blog, tmp_path)
    assert {"posts/2026/2026-03-15_otra.md", "posts/2026/2026-03-15_other.en.md", "pages/quien.md"} <= set(
        other.files()
    )
    ids = {
        other.header(name).partition("Id: ")[2].split()[0] for name in ("2026-03-15_otra.md", "2026-03-15_other.en.md")
    }
    assert 1 == len(ids)


def test_what_is_not_seen_here_is_not_seen_there(blog, other, tmp_path):
    """Drafts, hidden and broken posts are unseen; what is to come waits for its day."""
    write(blog, UNSEEN)
    states = {post.file.rpartition("/")[2]: post.mark for post in taken_out(blog).posts}
    assert {"draft.md": "draft", "hidden.md": "hidden", "later.md": "scheduled", "broken.md": "draft"} == states
    brought_in(other, blog, tmp_path)
    seen = [name for name, text in other.files().items() if "Secreto" in text and "Estado: borrador" not in text]
    assert ["posts/2030/2030-03-16_futura.md"] == seen


def talked_about(blog, tmp_path):
    talk = comment(4, "Respuesta [gallery] &amp; más.", parent=9) + comment(
        9, "Primero.", author_url="https://luis.example/"
    )
    talk += comment(5, "Compra.", approved="spam") + comment(6, "Espero.", approved="0")
    talk += comment(7, "Citado en otra web.", kind="pingback", author_url="https://otra.example/cita/")
    blog.take(written_wxr(tmp_path / "first.xml", item(7, more=talk)))


def test_the_talk_comes_back_as_it_was(blog, other, tmp_path):
    """Names, sites, moments, threads and states; what is answered has the lower number, as WordPress needs it."""
    talked_about(blog, tmp_path)
    everything = (Status.APPROVED, *exported.UNDECIDED)
    report = brought_in(other, blog, tmp_path, everything)
    assert 5 == report.taken.new
    assert sorted(told(blog)) == sorted(told(other))
    found = etree.fromstring(wxr.write(taken_out(blog, everything)).encode())
    space = "{http://wordpress.org/export/1.2/}"
    pairs = [
        (int(one.findtext(f"{space}comment_parent")), int(one.findtext(f"{space}comment_id")))
        for one in found.iter(f"{space}comment")
    ]
    assert any(parent for parent, _ in pairs) and all(parent < own for parent, own in pairs)


def told(blog):
    said = {one.id: one for one in blog.said()}
    return [
        (
            one.name,
            one.author_url,
            one.text,
            one.kind,
            one.status,
            one.published_at,
            said[one.parent].text if one.parent else "",
        )
        for one in said.values()
    ]


def test_only_what_is_public_goes_out_unasked_and_no_address_ever(blog, tmp_path):
    """What waits and spam come with --all; what its owner took away never does; e-mail addresses nowhere."""
    talked_about(blog, tmp_path)
    write(blog, {"trenes.md": POST})
    asked = wxr.write(taken_out(blog, (Status.APPROVED, *exported.UNDECIDED)))
    unasked = wxr.write(taken_out(blog))
    assert "Espero." not in unasked and "Compra." not in unasked and "Primero." in unasked
    assert "<wp:comment_approved>0<" in asked and "<wp:comment_approved>spam<" in asked
    assert not any(word in asked for word in ("secret.example", "203.0.113.9"))


@pytest.mark.parametrize("words", ["]]>", "a\x00b", "<b>&amp;", "\u202e", "🚂 ñ \uffff"])
def test_whatever_is_written_the_file_is_xml(blog, words):
    """In a title, a name, a tag or a text."""
    write(
        blog, {"p.md": f"Título: T {words}\nFecha: 2026-03-15\nEtiquetas: x {words}\nAutor: Y {words}\n\nZ {words}.\n"}
    )
    blog_ = taken_out(blog)
    if blog_.posts:  # a file with a NUL is no text, and told
        etree.fromstring(wxr.write(replace(blog_, name=words)).encode())
    else:
        assert ["content/posts/p.md"] == [line.partition(":")[0] for line in blog_.unread]


@pytest.mark.parametrize("name", ["nada.png", "rota.png", "../fuera.png", "tubo.png"])
def test_a_picture_that_is_missing_or_damaged_stops_no_export(blog, name):
    """In the text, behind a link and as a cover: what is written stays, and the blog goes out whole."""
    images = blog.root / "content" / "images"
    (images / "rota.png").write_bytes(png()[:40])
    if hasattr(os, "mkfifo"):
        os.mkfifo(images / "tubo.png")
    head = f"Título: Uno\nFecha: 2026-03-14\nId: uno\nPortada: images/{name}\nTexto de portada: x\n\n"
    write(blog, {"uno.md": f"{head}![x](/images/{name}) y [y](/images/{name}).\n", "otra.md": OTHER})
    (post,) = (one for one in taken_out(blog).posts if one.title == "Uno")
    assert name.rpartition("/")[2] in post.html
    assert 2 == len(taken_out(blog).posts)


def test_a_folder_holds_the_files_as_they_are_and_the_talk(blog, tmp_path):
    """What lies there already is not touched, and a link out of the blog is not followed."""
    talked_about(blog, tmp_path)
    write(blog, {"trenes.md": POST})
    (tmp_path / "secret.md").write_text("secret", "utf-8")
    (blog.root / "content" / "posts" / "out.md").symlink_to(tmp_path / "secret.md")
    target = tmp_path / "out"
    folder.write(taken_out(blog), blog.root / "content", target)
    assert POST == (target / "content" / "posts" / "trenes.md").read_text("utf-8")
    assert png() == (target / "content" / "images" / "plaza.png").read_bytes()
    assert not (target / "content" / "posts" / "out.md").exists()
    (talk,) = json.loads((target / "talk.json").read_text("utf-8"))
    first = next(one for one in talk["comments"] if one["text"] == "Primero.")
    assert first["id"] == next(one["parent"] for one in talk["comments"] if "Respuesta" in one["text"])
    assert "https://luis.example/" == first["site"]
    with pytest.raises(ContentError):
        folder.write(taken_out(blog), blog.root / "content", target)
    with pytest.raises(ContentError):
        folder.write(taken_out(blog), blog.root / "content", blog.root / "content" / "export")


def test_categories_are_in_others_as_they_were(blog, other, tmp_path):
    """A category stands in the one in which it stood at the site it came from, and that comes first."""
    lines = [("buses", "transporte"), ("transporte", "servicios"), ("servicios", "")]
    head = "".join(
        f"<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{slug}</wp:category_nicename>"
        f"<wp:category_parent>{above}</wp:category_parent><wp:cat_name>{slug.title()}</wp:cat_name></wp:category>"
        for number, (slug, above) in enumerate(lines, 1)
    )
    terms = '<category domain="category" nicename="buses">Buses</category>'
    blog.take(written_wxr(tmp_path / "first.xml", item(7, more=terms), head=head))
    found = etree.fromstring(wxr.write(taken_out(blog)).encode())
    space = "{http://wordpress.org/export/1.2/}"
    pairs = [
        (one.findtext(f"{space}category_nicename"), one.findtext(f"{space}category_parent"))
        for one in found.iter(f"{space}category")
    ]
    assert [("servicios", ""), ("transporte", "servicios"), ("buses", "transporte")] == pairs
    brought_in(other, blog, tmp_path)
    assert "Categoría: Buses, Transporte, Servicios" in other.header("2019-05-03_uno.md")


def test_an_own_category_is_in_none():
    """Only the addresses of old lists tell, and a circle of them tells nothing."""
    post = exported.ExportedPost(
        file="a.md", id="a", lang="es", address="", slug="a", mark="", is_page=False, title="", date=None, summary="",
        html="", notes={}, authors=(), categories=("Uno", "Dos"), tags=(), cover="", cover_alt="", guid="",
    )  # fmt: skip
    circle = {"/c/uno": "/tema/uno/", "/c/uno/dos": "/tema/dos/", "/d/dos": "/tema/dos/", "/d/dos/uno": "/tema/uno/"}
    assert {} == exported._hierarchy([post], {}, "tema/{slug}/")
    assert {"Dos": "Uno"} == exported._hierarchy([post], circle, "tema/{slug}/")


def test_likes_and_mentions_come_back(blog, other, tmp_path):
    """How many, not who; a mention keeps both its page and its writer's; the folder says them too."""
    meta = "<wp:meta_key>webmention_source_url</wp:meta_key><wp:meta_value>https://otra.example/cita/</wp:meta_value>"
    mention = comment(7, "Lo cuenta.", kind="webmention", author_url="https://otra.example/")
    mention = mention.replace("</wp:comment>", f"<wp:commentmeta>{meta}</wp:commentmeta></wp:comment>")
    talk = mention + comment(8, kind="like") + comment(9, kind="like", author="Eva") + comment(10, kind="repost")
    blog.take(written_wxr(tmp_path / "first.xml", item(7, more=talk + comment(11))))
    said = next(one for one in blog.said() if one.kind == "comment")
    blog.store.conversation.count("wp-7", "es", "like", "mastodon", "x", number=4, now=NOW, comment=said.key)
    brought_in(other, blog, tmp_path)
    assert sorted(told(blog)) == sorted(told(other))
    assert [("https://otra.example/cita/", "https://otra.example/")] == [
        (one.url, one.author_url) for one in other.said() if one.kind == "mention"
    ]
    totals = [(post, bool(key), kind, number) for post, _, key, kind, number in other.store.conversation.reactions()]
    assert [("wp-7", False, "like", 2), ("wp-7", False, "repost", 1), ("wp-7", True, "like", 4)] == totals
    folder.write(taken_out(blog), blog.root / "content", tmp_path / "out")
    (talk,) = json.loads((tmp_path / "out" / "talk.json").read_text("utf-8"))
    assert ({"like": 2, "repost": 1}, [0, 4]) == (talk["counts"], sorted(one["likes"] for one in talk["comments"]))
    assert "Eva" not in (tmp_path / "out" / "talk.json").read_text("utf-8") + wxr.write(taken_out(blog))


def test_former_slugs_and_captions_go_along(blog):
    """WordPress sends who asks for a former slug to the post, and its library knows what a picture says below it."""
    write(blog, {"trenes.md": POST.replace("Slug: trenes-y-andenes", "Slug: el-ñu\nAlias: /2020/01/antes/, /?p=3")})
    written = wxr.write(taken_out(blog))
    assert "<wp:post_name><![CDATA[el-%c3%b1u]]></wp:post_name>" in written
    assert ["antes"] == re.findall(r"_wp_old_slug\]\]></wp:meta_key><wp:meta_value><!\[CDATA\[(.*?)\]\]>", written)
    assert "<excerpt:encoded><![CDATA[Foto de <em>Ana</em>]]></excerpt:encoded>" in written


def test_changes_series_and_the_order_of_pages_go_along_and_come_back(blog, other, tmp_path, monkeypatch):
    """What its author told of a change, and when a comment was edited; the order is what the report says to write."""
    changed = POST.replace("Id: trenes", "Id: trenes\nModificado: 2026-04-01 09:00\nSerie: Viajes en tren")
    pages = {f"../pages/{name}.md": f"Título: {name}\nSlug: {name}\n\nYo.\n" for name in ("a", "b", "c")}
    write(blog, {"trenes.md": changed, **pages})
    edited = "<wp:commentmeta><wp:meta_key>tertulia_edited</wp:meta_key><wp:meta_value>2020-01-02T03:04:05+00:00"
    said = comment(11).replace("</wp:comment>", f"{edited}</wp:meta_value></wp:commentmeta></wp:comment>")
    blog.take(written_wxr(tmp_path / "first.xml", item(7, more=said)))
    monkeypatch.setitem(MORE, "MENU", [("C", "c/"), ("Archivo", "archivo/"), ("A", "/a")])
    report = brought_in(other, blog, tmp_path)
    head = other.header("2026-03-14_trenes-y-andenes.md").splitlines()
    assert {"Modificado: 2026-04-01 09:00:00+02:00", "Serie: Viajes en tren"} <= set(head)
    assert "Modificado" not in other.header("2019-05-03_uno.md")
    assert ["2020-01-02T03:04:05"] == [one.edited_at[:19] for one in other.said()]
    assert 'MENU = [("b", "b/"), ("c", "c/"), ("a", "a/")]' in report.markdown()


def test_what_wordpress_reads_of_a_comment_has_its_paragraphs(blog, tmp_path):
    """It takes ``<p>`` out of what strangers say: blank lines stay."""
    blog.take(written_wxr(tmp_path / "first.xml", item(7, more=comment(11, "Uno.\n\nDos."))))
    assert "<![CDATA[Uno.\n\nDos.]]></wp:comment_content>" in wxr.write(taken_out(blog))


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # each takes a second
@given(
    title=WORDS, words=WORDS, said=st.lists(st.tuples(WORDS, WORDS, st.sampled_from(["1", "0", "spam"])), max_size=4),
    status=st.sampled_from(["publish", "draft", "private", "pending", "future"]),
)  # fmt: skip
def test_what_came_from_wordpress_goes_there_and_comes_back(tmp_path_factory, title, words, said, status):
    """Posts, their state and talk are the same after import, export and import, whatever anybody wrote."""
    folder_ = tmp_path_factory.mktemp("trip")
    talk = "".join(
        comment(number, _cdata(text), author=_cdata(name), approved=state, parent=number - 1)
        for number, (name, text, state) in enumerate(said, 1)
    )
    date = "2031-05-03 18:30:00" if status == "future" else "2019-05-03 18:30:00"
    one, two = Blog(folder_ / "one"), Blog(folder_ / "two")
    body, terms = f"<p>{escape(words)}</p>", '<category domain="category" nicename="v">Viajes</category>'
    told_ = {"title": _cdata(escape(title)), "status": status, "date": date, "gmt": date, "more": terms + talk}
    one.take(written_wxr(folder_ / "e.xml", item(7, _cdata(body), **told_)))
    brought_in(two, one, folder_, (Status.APPROVED, *exported.UNDECIDED))
    first, second = ([text for path, text in made.files().items() if path.endswith(".md")] for made in (one, two))
    assert [_same(text) for text in first] == [_same(text) for text in second]
    assert sorted(told(one)) == sorted(told(two))
    one.store.close()
    two.store.close()


def _cdata(text):
    return text.replace("]]>", "]]]]><![CDATA[>")


def _same(text):
    """A file without what says where it came from."""
    return re.sub(r"^(?:Guid|Autor): .*\n", "", text, flags=re.M)
