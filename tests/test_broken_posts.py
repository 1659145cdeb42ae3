"""Thirty posts that are broken each in its own way: every one is told on its line, and the rest is built."""

import logging
import os
import sys

import pytest
from pelican.readers import RstReader
from PIL import Image

from tertulia.content import snapshot
from tertulia.core.errors import ContentError
from tests.conftest import ROOT

GOOD = "Título: La buena\nId: buena\nFecha: 2026-01-02\n\nUn texto que se lee.\n"
HEAD = "Título: Una\nId: una\nFecha: 2026-01-02\n"
LEFT_OUT, BUILT = "left out", "built"

# name: (the file's bytes, the line that is told, words of what is told, whether the post is built all the same)
BROKEN = {
    "empty": (b"", 1, "el archivo está vacío", LEFT_OUT),
    "blank": (b"\n \n\t\n", 1, "el archivo está vacío", LEFT_OUT),
    "latin1": ("Título: Año\n\nniño".encode("latin-1"), 1, "no está en UTF-8", LEFT_OUT),
    "latin1-below": (b"Title: x\nDate: 2026-01-02\n\nbien\n\ncig\xfce\xf1a\n", 6, "no está en UTF-8", LEFT_OUT),
    "utf16": (HEAD.encode("utf-16"), 1, "no está en UTF-8", LEFT_OUT),
    "cut-in-half": (HEAD.encode() + "\nñ".encode()[:-1], 5, "no está en UTF-8", LEFT_OUT),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, "no es un archivo de texto", LEFT_OUT),
    "rich-text": (b"{\\rtf1\\ansi T\\u237?tulo: Una\\par}", 1, "texto sin formato", LEFT_OUT),
    "zeros": (HEAD.encode() + b"\nhola\0\n", 1, "no es un archivo de texto", LEFT_OUT),
    "huge": (HEAD.encode() + b"\n" + b"palabra " * 650_000, 1, "pesa 5.2 MB", LEFT_OUT),
    "unclosed": (b"---\ntitle: Una\ndate: 2026-01-02\ntexto\n", 4, "no acaba", BUILT),
    "no-title-no-date": (b"Etiquetas: a, b\n\ntexto\n", 1, "no tiene título", LEFT_OUT),
    "no-header": (b"Solo texto, sin cabecera.\n", 1, "no tiene título", LEFT_OUT),
    "no-text": (HEAD.encode(), 1, "no tiene texto", LEFT_OUT),
    "only-a-comment": ((HEAD + "\n<!-- luego -->\n").encode(), 1, "no tiene texto", LEFT_OUT),
    "placeholder": ((HEAD + "\nEscribe aquí.\n").encode(), 5, "la frase que pone «new»", LEFT_OUT),
    "placeholder-above": ((HEAD + "\nWrite here.\n\nUn texto.\n").encode(), 5, "la frase que pone", LEFT_OUT),
    "state-in-the-text": ((HEAD + "\nEstado: borrador\n\nUn texto.\n").encode(), 5, "dice que es", LEFT_OUT),
    "second-header": (b"---\ntitle: U\ndate: 2026-1-2\n---\n---\ndraft: true\n---\n\nx\n", 5, "dice que es", LEFT_OUT),
    "blank-date": ("Título: Una\nFecha:\n\ntexto\n".encode(), 1, "no tiene fecha", LEFT_OUT),
    "date-of-what": (b"---\ntitle: Una\ndate: {x: 2026-01-02}\n---\n\ntexto\n", 1, "no tiene fecha", LEFT_OUT),
    "expired": ((HEAD + "expiryDate: 2026-01-03\n\ntexto\n").encode(), 1, "caducó", LEFT_OUT),
    "unlisted-without-a-date": (
        "Título: Una\nId: a\nEstado: sin listar\n\ntexto\n".encode(), 1, "no tiene fecha", LEFT_OUT,
    ),
    "no-date": ("Título: Una\nId: a\n\ntexto\n".encode(), 1, "no tiene fecha", LEFT_OUT),
    "bad-date": ("Título: Una\nFecha: mañana\n\ntexto\n".encode(), 2, "no entiendo la fecha «mañana»", LEFT_OUT),
    "no-such-day": ("Título: Una\nFecha: 2026-02-30\n\ntexto\n".encode(), 2, "no entiendo la fecha", LEFT_OUT),
    "bad-modified": ((HEAD + "Modificado: luego\n\ntexto\n").encode(), 4, "no entiendo la fecha «luego»", LEFT_OUT),
    "bad-status": ((HEAD + "Estado: casi listo\n\ntexto\n").encode(), 4, "no es un estado", LEFT_OUT),
    "bad-language": ((HEAD + "Idioma: klingon\n\ntexto\n").encode(), 4, "no se escribe en «klingon»", BUILT),
    "unknown-key": ((HEAD + "Etiquetes: a, b\n\ntexto\n").encode(), 4, "¿quisiste decir «Etiquetas»?", BUILT),
    "twice": ((HEAD + "Título: Dos\n\ntexto\n").encode(), 4, "«Título» está dos veces", BUILT),
    "not-a-field": ((HEAD + "esto no es nada\n\ntexto\n").encode(), 4, "no es «Clave: valor»", BUILT),
    "bad-update": ((HEAD + "Actualización: pronto diré\n\ntexto\n").encode(), 4, "no empieza con su fecha", BUILT),
    "no-alt": ((HEAD + "\ntexto\n\n![](/images/plaza.jpg)\n").encode(), 7, "texto alternativo", BUILT),
    "no-picture": ((HEAD + "\ntexto\n\n![Un perro](perro.jpg)\n").encode(), 7, "perro.jpg", BUILT),
    "no-cover": ((HEAD + "Portada: perro.jpg\nTexto de portada: Un perro\n\ntexto\n").encode(), 4, "perro.jpg", BUILT),
    "dead-path": ((HEAD + "\ntexto\n\n[la otra](/2020/01/no-hay/)\n").encode(), 7, "/2020/01/no-hay/", BUILT),
    "dead-file": ((HEAD + "\n[la otra]({filename}no-hay.md)\n").encode(), 5, "no-hay.md", BUILT),
    "dead-sibling": ((HEAD + "\n\n[la otra](no-hay.md)\n").encode(), 6, "no-hay.md", BUILT),
    "deep": (HEAD.encode() + b"\n" + b"> " * 1200 + b"hondo\n", 0, "metidas unas en otras", LEFT_OUT),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """An empty blog with one good post."""
    posts = tmp_path / "content" / "posts"
    posts.mkdir(parents=True)
    (tmp_path / "content" / "pages").mkdir()
    (tmp_path / "content" / "images").mkdir()
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "content" / "images" / "plaza.jpg")
    (posts / "buena.md").write_text(GOOD, "utf-8")
    return tmp_path


def told(records):
    return [r.getMessage() for r in records if r.levelno >= logging.WARNING or getattr(r, "hint", False)]


def built(folder):
    return {path.parent.name for path in (folder / "output").glob("20*/*/*/index.html")}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_post_is_told_on_its_line_and_stops_nothing(name, folder, build):
    """One line names file, line and mistake; the good post beside it is there; no traceback is."""
    data, line, words, fate = BROKEN[name]
    (folder / "content" / "posts" / "mala.md").write_bytes(data)
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    place = f"content/posts/mala.md:{line}: " if line else ""
    about = [message for message in told(records) if message.startswith(place) and words in message]
    assert about or not words, told(records)
    assert not [r for r in records if r.exc_info], "a traceback"
    assert ({"la-buena", "una"} if fate is BUILT else {"la-buena"}) == built(folder)


@pytest.mark.parametrize(
    "line",
    [
        "Slug: ../../..",
        "Slug: /etc/passwd",
        "Template: /etc/passwd",
        "Plantilla: ../../.env",
        "Plantilla: no-hay",
        "Plantilla: page",
        "Template: tag",
        "Plantilla: parts/head",
        "Plantilla: ./page",
        "Plantilla: parts//head",
    ],
)
def test_odd_slugs_and_templates_are_told_and_stop_nothing(line, folder, build):
    """What leads out, or is not there, is one line; the post is built all the same, and so are the others."""
    (folder / "content" / "posts" / "mala.md").write_text(f"Título: Una\nFecha: 2026-11-18\n{line}\n\nHola.\n", "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert [message for message in told(records) if message.startswith("content/posts/mala.md:3: ")]
    assert not [r for r in records if r.exc_info], "a traceback"
    assert 2 == len(built(folder))
    assert "la-buena" in built(folder)


@pytest.mark.parametrize("kind", ["posts", "pages"])
def test_no_template_of_ours_asked_for_by_name_stops_a_build(folder, build, kind):
    """Whatever it is for, one of a list or a part of a page: all is built."""
    templates = ROOT / "theme" / "templates"
    names = [path.relative_to(templates).as_posix().removesuffix(".html") for path in templates.rglob("*.html")]
    (folder / "content" / kind).mkdir(exist_ok=True)
    for at, name in enumerate(names):
        text = f"Título: N {at}\nSlug: n-{at}\nFecha: 2026-11-18\nPlantilla: {name}\n\nHola.\n"
        (folder / "content" / kind / f"n-{at}.md").write_text(text, "utf-8")
    build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert len(names) == len(list((folder / "output").rglob("n-*/index.html")))


def test_an_unreadable_file_is_told(folder, build):
    """A link to itself cannot be opened by anybody; it is one line."""
    os.symlink("mala.md", folder / "content" / "posts" / "mala.md")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert any("mala.md" in message for message in told(records))
    assert {"la-buena"} == built(folder)


def test_a_folder_that_links_to_its_parent_is_told_and_not_followed(folder, build):
    """A loop of folders would be walked for ever."""
    os.symlink("..", folder / "content" / "posts" / "vuelta")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert any(message.startswith("content/posts/vuelta: ") for message in told(records)), told(records)
    assert {"la-buena"} == built(folder)


def test_two_posts_with_one_address(folder, build):
    """The first file keeps the address; the other is told, with the line of its slug, and left out."""
    for name in ("a", "b"):
        text = f"Título: {name}\nId: {name}\nFecha: 2026-01-02\nSlug: mismo\n\ntexto {name}\n"
        (folder / "content" / "posts" / f"{name}.md").write_text(text, "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert any(m.startswith("content/posts/b.md:4: ") and "content/posts/a.md" in m for m in told(records))
    assert {"la-buena", "mismo"} == built(folder)


def test_broken_tables_of_people_and_tags(folder, build):
    """A mistake in people.toml or tags.toml is one line with its place; the task for it builds no site then."""
    (folder / "content" / "people.toml").write_text('[ana]\nname = "Ana\n', "utf-8")
    (folder / "content" / "tags.toml").write_text("[a\n", "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert any("content/people.toml:2" in message for message in told(records)), told(records)
    assert any("content/tags.toml:1" in message for message in told(records)), told(records)
    assert {"la-buena"} == built(folder)


ODD = {
    "posts/a.mkd": (HEAD.replace("una", "mkd").replace("Una", "Mkd") + "\nx\n", ""),
    "posts/B.MD": (HEAD.replace("una", "caps").replace("Una", "Caps") + "\nx\n", ""),
    "posts/c.rst": ("T\n=\n\n:date: 2026-01-01\n\nx\n", "no se lee"),
    "posts/d.txt": ("Unas notas", "no se lee"),
    "pages/e.html": ("<title>e</title>", "no se lee"),
    "posts/f.xyz": ("?", "no se lee"),
    "posts/_index.md": ("---\ntitle: Todo\n---\n", "sección de Hugo"),
    "posts/g.md": (
        HEAD.replace("una", "g").replace("Una", "Ge") + "Plantilla: /etc/passwd\n\nx\n",
        "no tiene la plantilla",
    ),
    "posts/h.md": (
        HEAD.replace("una", "h").replace("Una", "Hache") + "Plantilla: ../../x\n\nx\n",
        "no tiene la plantilla",
    ),
    "posts/foto.jpg": ("no es una foto", None),
    "posts/nota.md.txt": (GOOD, "llámalo «nota.md»"),
    "posts/.oculto.md": ("x", None),
    "posts/copia.md~": ("x", None),
}


def test_a_file_of_any_kind_is_read_or_told(folder, build):
    """Markdown by any of its endings is read; what is not read is told on its line, pictures and copies apart."""
    for name, (text, _) in ODD.items():
        (folder / "content" / name).write_text(text, "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    for name, (_, words) in ODD.items():
        about = [message for message in told(records) if f"content/{name}" in message and "sin «Id:»" not in message]
        assert bool(about) == bool(words), (name, about)
        assert not words or words in about[0]
    assert {"la-buena", "mkd", "caps", "ge", "hache"} == built(folder)


def test_pelicans_other_readers_work_for_who_asks(folder, build):
    """``READERS`` brings them back; what they read is built beside ours."""
    text = "Otra\n====\n\n:date: 2026-01-01\n:tags: x\n\nTexto.\n"
    (folder / "content" / "posts" / "c.rst").write_text(text, "utf-8")
    build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False, READERS={"rst": RstReader})
    assert {"la-buena", "otra"} == built(folder)


def test_files_are_served_as_they_are(folder, build):
    """``content/extra/`` is the root of the site, dots and all; what the blog makes itself stays."""
    extra = folder / "content" / "extra"
    names = {"CNAME", "favicon.ico", ".well-known/security.txt", "robots.txt", "2026/x.html"}
    for name in (*names, "index.html"):
        (extra / name).parent.mkdir(parents=True, exist_ok=True)
        (extra / name).write_text(f"mine: {name}", "utf-8")
    (extra / "passwd").symlink_to("/etc/passwd")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert {f"mine: {name}" for name in names} == {(folder / "output" / name).read_text("utf-8") for name in names}
    assert "mine" not in (folder / "output" / "index.html").read_text("utf-8")
    assert any(message.startswith("content/extra/index.html: en /index.html") for message in told(records))
    assert not (folder / "output" / "passwd").exists()


def test_nothing_of_the_authors_desk_is_served(folder, build):
    """Sources, tables and captures that a link names, keys and backups wherever they lie: told, and not published."""
    content = folder / "content"
    desk = [
        "posts/borrador.md",
        "posts/.nota.md",
        "people.toml",
        "embeds/x.json",
        ".env",
        "extra/.env",
        "extra/clave.pem",
        "extra/.ssh/id_rsa",
        "images/plano.bak",
        "images/.env",
        "images/notas.txt~",
        "extra/Thumbs.db",
    ]
    for name in desk:
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text("[ana]\n# SECRETO" if name == "people.toml" else "SECRETO", "utf-8")
    (content / "posts/borrador.md").write_text(HEAD.replace("una", "otra") + "Estado: borrador\n\nSECRETO\n", "utf-8")
    links = [f"[x]({{{how}}}/{name})" for how in ("static", "attach", "filename") for name in desk]
    (content / "posts/mala.md").write_text(HEAD + "\n" + "\n\n".join(links), "utf-8")
    records = build(content, folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    served = [path for path in (folder / "output").rglob("*") if path.is_file() and b"SECRETO" in path.read_bytes()]
    assert ([], {"la-buena", "una"}) == (served, built(folder))
    # Pelican's filter of repeated lines is there or not, as modules were imported; what a build says has each once.
    (line,) = {message for message in told(records) if message.startswith("content/extra/clave.pem")}
    assert "no se publica" in line


@pytest.mark.parametrize(
    "place", ["_idea.md", "_drafts/idea.md", "2026/borradores/idea.md", "Drafts/x/idea.md", "privado/idea.md"]
)
def test_what_was_put_away_is_a_draft(folder, build, place):
    """A folder of drafts by any of its names, or a name that begins with a low line, as other generators have it."""
    path = folder / "content" / "posts" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "\nx\n", "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert {"la-buena"} == built(folder)
    assert [message for message in told(records) if f"{place}:1: lo que está en una carpeta" in message]


def test_a_fault_of_ours_stops_nothing(folder, build, monkeypatch):
    """An exception nobody thought of leaves out its post, in one line without its name."""
    from tertulia.site import reading

    real = reading.header.split
    monkeypatch.setattr(reading.header, "split", lambda text, path: 1 / 0 if "mala" in path else real(text, path))
    (folder / "content" / "posts" / "mala.md").write_text(HEAD + "\nx\n", "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert [message for message in told(records) if message.startswith("content/posts/mala.md: no se ha podido leer")]
    assert {"la-buena"} == built(folder)


def test_pages_with_one_id_are_told(folder, build):
    """Two pages, a page and a post: the Id would name both; a translation shares it."""
    pages = folder / "content" / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for name, head in {"a": "Id: uno", "b": "Id: uno", "c": "Id: buena", "d": "Id: uno\nIdioma: en"}.items():
        (pages / f"{name}.md").write_text(f"Título: {name}\n{head}\n\nTexto.\n", "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    told = [record.getMessage() for record in records if "mismo «Id:»" in record.getMessage()]
    assert ["content/pages/b.md:2:", "content/pages/c.md:2:"] == sorted(line.partition(" ")[0] for line in told)


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names are text there")
def test_a_file_whose_name_is_no_text_is_told(folder, build):
    """As old zips hold them: it is left out, and all else is built."""
    for place in ("posts", "pages"):
        name = os.path.join(os.fsencode(folder / "content" / place), b"a\xf1o.md")
        with open(name, "wb") as file:
            file.write("Título: Año\nFecha: 2026-01-02\n\nHola.\n".encode())
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    lines = [line for line in told(records) if "su nombre no está en UTF-8" in line]
    assert ["content/pages/a?o.md", "content/posts/a?o.md"] == sorted(line.partition(":")[0] for line in lines)
    assert {"la-buena"} == built(folder)


@pytest.mark.parametrize(("day", "expected"), [
    ("2026-01-03", "content/posts/b.md:1: tiene la misma dirección"),
    ("2026-02-03", "content/posts/b.md:1: no tiene «Id:», y sí el slug «una»"),
])  # fmt: skip
def test_one_slug_twice_without_an_id_is_told_once(folder, build, day, expected):
    """By its address where that is one too, else by the Id that it lacks; of an Id that nobody wrote, nothing."""
    for name, date in {"a": "2026-01-02", "b": day}.items():
        text = f"Título: Una\nFecha: {date}\n\nTexto.\n"
        (folder / "content" / "posts" / f"{name}.md").write_text(text, "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    (line,) = (one for one in told(records) if one.startswith("content/posts/b.md"))
    assert line.startswith(expected)


def test_a_picture_that_cannot_be_made_is_told_once(folder, build):
    """Its own addresses, which nobody wrote, are no links that lead nowhere."""
    posts, images = folder / "content" / "posts", folder / "content" / "images"
    images.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((900, 700), 80).save(images / "rota.jpg")
    (images / "rota.jpg").write_bytes((images / "rota.jpg").read_bytes()[:9000])
    (posts / "rota.md").write_text(
        "Título: Rota\nId: rota\nFecha: 2026-01-02\n\nHola.\n\n![La plaza](rota.jpg)\n", "utf-8"
    )
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    told = [record.getMessage() for record in records if record.getMessage().startswith("content/posts/rota.md")]
    assert 1 == len(told) and ":7: la imagen «rota.jpg» está dañada" in told[0]


@pytest.mark.parametrize("kind", ["posts", "pages"])
def test_one_id_twice_is_one_line_and_ours(folder, build, kind):
    """Of three files with one Id two go on with their slugs; no library says it again in English."""
    where = folder / "content" / kind
    where.mkdir(parents=True, exist_ok=True)
    for name in ("ba", "bb", "bc"):
        (where / f"{name}.md").write_text(f"Título: {name}\nFecha: 2026-01-02\nId: uno\n\nTexto.\n", "utf-8")
    records = build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    warned = [record.getMessage() for record in records if record.levelname == "WARNING"]
    assert [f"content/{kind}/bb.md:3:", f"content/{kind}/bc.md:3:"] == sorted(line.split(" ")[0] for line in warned)


def test_a_text_that_lies_where_no_posts_are_is_told(tmp_path, build):
    """On top of content/ or in a folder that nobody reads; what belongs to other folders is left alone."""
    content = tmp_path / "content"
    for name in ("posts/a.md", "suelta.md", "blog/2026/b.md", "images/leeme.md", "extra/c.md", "README.md"):
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(f"Título: {name}\nFecha: 2026-01-02\nId: {name[0]}\n\nHola.\n", "utf-8")
    told = [r.getMessage() for r in build(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)]
    words = [line.partition(": no se lee")[0] for line in told if ": no se lee" in line]
    assert ["content/suelta.md", "content/blog/2026/b.md"] == words
    records = build(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, ARTICLE_PATHS=["blog"])
    (about,) = [r.getMessage() for r in records if "content/posts/a.md: no se lee" in r.getMessage()]
    assert "content/blog, content/pages" in about


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
@pytest.mark.parametrize(
    "name", ["posts/tubo.md", "pages/tubo.md", "people.toml", "tags.toml", "links.toml", "theme/templates/index.html"]
)
def test_a_pipe_is_told_and_not_waited_for(folder, build, name):
    """Nobody writes into it, and whoever opened it would wait without end."""
    path = folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    told = [r.getMessage() for r in build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False)]
    assert [line for line in told if "tubería" in line and path.name in line]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_a_pipe_in_the_place_of_a_snapshot_says_how_to_have_it_anew(tmp_path):
    """So does a folder."""
    for make in (os.mkfifo, os.mkdir):
        make(tmp_path / f"{make.__name__}.es.json")
        with pytest.raises(ContentError, match="snapshot"):
            snapshot.read(tmp_path, make.__name__, "es")
