"""From files to a site: what is published, what is not, and what templates are given."""

import json
import logging
import pickle
import re
import subprocess
import sys

import msgspec
import pytest

from tertulia.site.build import SiteBuild


@pytest.fixture
def blog(tmp_path, build):
    """``blog({name: text}, **settings)`` builds those posts; gives the output and what was told."""

    def write(posts, **settings):
        for name, text in posts.items():
            path = tmp_path / "content" / "posts" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        (tmp_path / "content" / "pages").mkdir(exist_ok=True)
        records = build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, **settings)
        return tmp_path / "output", [r.getMessage() for r in records if r.levelno >= logging.WARNING]

    return write


def post(title, *lines, body="Un texto."):
    return "\n".join([f"Título: {title}", f"Id: {title}", *lines, "", body, ""])


UNPUBLISHED = {
    "draft.md": post("Secretoborrador", "Fecha: 2026-01-02", "Estado: borrador", "Etiquetas: solosecreta"),
    "dateless.md": post("Secretosinfecha"),
    "hidden.md": post("Secretooculto", "Fecha: 2026-01-02", "Estado: oculto"),
    "future.md": post("Secretofuturo", "Fecha: 2030-01-02"),
    "published.md": post("Publicada", "Fecha: 2026-01-03"),
}


def everything(output):
    names = " ".join(path.as_posix() for path in output.rglob("*"))
    return names + "".join(path.read_text("utf-8", "replace") for path in output.rglob("*") if path.is_file())


def test_what_is_not_due_is_nowhere_in_the_output(blog):
    """Drafts, hidden and future posts leave no page, no feed entry, no tag, no address."""
    output, told = blog(UNPUBLISHED)
    assert "Publicada" in (output / "index.html").read_text("utf-8")
    assert not re.findall(r"(?i)secreto\w+|solosecreta", everything(output))
    assert [] == told


def test_a_preview_shows_them_marked(blog):
    """With SHOW_UNPUBLISHED they are pages and in lists, each with its mark."""
    output, _ = blog(UNPUBLISHED, SHOW_UNPUBLISHED=True)
    home = (output / "index.html").read_text("utf-8")
    for title, mark in (("borrador", "draft"), ("sinfecha", "draft"), ("oculto", "hidden"), ("futuro", "scheduled")):
        assert f"Secreto{title}" in home
        (page,) = output.glob(f"20*/*/secreto{title}/index.html")
        assert f'data-mark="{mark}"' in page.read_text("utf-8"), title


def test_a_future_post_appears_at_its_time(blog):
    """The same files, built when the time has come, hold the post."""
    output, _ = blog(UNPUBLISHED, NOW="2030-01-02T00:00:00+01:00")
    assert (output / "2030" / "01" / "secretofuturo" / "index.html").is_file()


def addresses(output):
    return {path.parent.relative_to(output).as_posix() for path in output.glob("20*/*/*/index.html")}


def test_other_generators_keep_their_posts_back(blog):
    """A post whose hour has not come, or has gone, by Hugo's keys."""
    output, _ = blog({
        "later.md": post("Luego", "Fecha: 2026-01-01", "publishDate: 2026-11-25"),
        "gone.md": post("Caducada", "Fecha: 2026-01-01", "expiryDate: 2026-11-01"),
        "due.md": post("Debida", "Fecha: 2026-01-01", "publishDate: 2026-11-01", "expiryDate: 2026-12-01"),
        "unlisted.md": post("Sin prisa", "Fecha: 2026-11-25", "Estado: sin listar"),
    })  # fmt: skip
    assert {"2026/01/debida"} == addresses(output)


def test_a_date_in_the_name_of_the_file(blog, caplog):
    """Jekyll's way: the name says day and address, and whoever updates is told; a header that says a date wins."""
    output, _ = blog({
        "2016-9-19-hola-mundo.md": "title: Hola\n\nUn texto.\n",
        "2016-09-20-otra.md": "title: Con fecha\nFecha: 2026-01-01\n\nUn texto.\n",
        "2016-02-31-nada.md": "title: Sin fecha\n\nUn texto.\n",
    })  # fmt: skip
    assert {"2016/09/hola-mundo", "2026/01/con-fecha"} == addresses(output)
    told = [record.getMessage() for record in caplog.records if getattr(record, "hint", False)]
    assert any("2016-9-19-hola-mundo.md:1: la fecha es la del nombre" in line for line in told), told


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("a/_index.md", "---\ntitle: A\ncascade:\n  draft: true\n---\n"),
        ("a/_index.md", "+++\ntitle = 'A'\n[cascade]\ndraft = true\n+++\n"),
        ("a/a.json", '{"layout": "post", "draft": true}'), ("a/a.11tydata.json", '{"permalink": false}'),
        ("a/b/b.yaml", "published: no\n"),
    ],
)  # fmt: skip
def test_a_folder_keeps_its_posts_back(blog, file, data):
    """What Hugo and Eleventy say once for all that lies in a folder, and below it."""
    output, _ = blog({
        file: data,
        "a/b/secreto.md": post("Secreto", "Fecha: 2026-01-02"),
        "otra.md": post("Otra", "Fecha: 2026-01-02"),
    })  # fmt: skip
    assert {"2026/01/otra"} == addresses(output)
    for read in ('{"layout": "post"}', '{"draft": false}', "[", '{"draft": tr'):
        output, _ = blog({file: read if file.endswith("json") else "---\ntitle: A\ndraft: false\n---\n"})
        assert {"2026/01/otra", "2026/01/secreto"} == addresses(output)


def test_a_note_in_a_file_of_signs_has_an_address(blog):
    """Whatever its name is made of."""
    output, _ = blog({"😀.md": "date: 2026-02-02\n\nHola.\n", "¡!.md": "date: 2026-02-02\n\nAdiós.\n"})
    assert {"2026/02/u1f600", "2026/02/ua1u21"} == addresses(output)


def test_a_note_needs_no_title(blog):
    """Its address is its Id or its moment, lists show its first words, feeds have none."""
    output, _ = blog({
        "nota.md": "date: 2026-02-02 10:00\nid: n1\n\nUna frase *corta* y nada más.\n",
        "2026-02-03.md": '---\ntitle: ""\ndate: 2026-02-03 10:00\n---\n\nOtra.\n',
    })  # fmt: skip
    assert {"2026/02/n1", "2026/02/2026-02-03-100000"} == addresses(output)
    page = (output / "2026/02/n1/index.html").read_text("utf-8")
    assert "<title>Una frase corta y nada más" in page
    assert 'p-name">Una frase' not in page
    items = json.loads((output / "feeds/feed.json").read_text("utf-8"))["items"]
    assert [("", True), ("", True)] == [(item.get("title", ""), bool(item["content_html"])) for item in items]
    told = json.loads((output / "posts.json").read_text("utf-8"))["posts"]
    assert [True, True] == [one["is_note"] for one in told]


@pytest.mark.parametrize(
    "text",
    [
        "> Palabras ajenas.\n",
        "> [!quote] Ana\n> Palabras ajenas.\n",
        "::: quote\nPalabras ajenas.\n:::\n",
        "- > Palabras ajenas.\n",
        "<figure><blockquote><p>Palabras ajenas.</p></blockquote><figcaption>Ana</figcaption></figure>\n",
        '<blockquote class="twitter-tweet"><p>Palabras ajenas.</p>&mdash; <a href="https://x.com/a/status/1">1</a></blockquote>',
    ],
)
def test_a_note_that_only_quotes_is_not_named_for_what_it_quotes(blog, text):
    """Nowhere does a stranger speak as the author: not in titles, cards, feeds, nor in what is announced."""
    output, _ = blog({"nota.md": f"date: 2026-02-02 10:00\nid: n1\nlang: en\n\n{text}"})
    page = (output / "en/2026/02/n1/index.html").read_text("utf-8")
    head, _, rest = page.partition("</head>")
    assert "<title>2 February 2026" in head and "ajenas" not in head
    assert "ajenas" in rest
    (told,) = json.loads((output / "posts.json").read_text("utf-8"))["posts"]
    assert told["title"] == "2 February 2026" and "summary" not in told


@pytest.mark.parametrize("title", ["¿?", "🙂", "…", "المقهى", "漢字", "!!!"])
def test_a_title_of_any_signs_has_an_address_of_its_own(tmp_path, build, title):
    """No part of it is empty; where no letter tells two posts of one month apart, their files do."""
    (tmp_path / "content" / "posts").mkdir(parents=True)
    names = ("uno",) if any(letter.isalpha() for letter in title) else ("uno", "dos")
    for name in names:
        post = f"Título: {title}\nFecha: 2026-02-0{1 + (name == 'dos')}\nId: {name}\n\nTexto.\n"
        (tmp_path / "content" / "posts" / f"{name}.md").write_text(post, "utf-8")
    build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    month = tmp_path / "output" / "2026" / "02"
    assert len(names) == len(list(month.glob("*/index.html"))) and not (month / "index.html").is_file()
    assert "/02//" not in (tmp_path / "output" / "sitemap.xml").read_text("utf-8")


def test_the_first_heading_may_be_the_title(blog):
    """A body that opens with a heading needs no title above, and shows it once."""
    output, _ = blog({
        "a.md": "---\ndate: 2026-02-02\n---\n\n# Un *título* #\n\nTexto.\n",
        "b.md": "Fecha: 2026-02-02\n\nOtro\n====\n\nTexto.\n",
    })  # fmt: skip
    for slug, title in (("un-titulo", "Un título"), ("otro", "Otro")):
        page = (output / f"2026/02/{slug}/index.html").read_text("utf-8")
        assert page.count("<h1") == 1
        assert f'<h1 class="p-name">{title}</h1>' in page


def test_one_zone_decides_order_archive_and_address(blog):
    """Offsets around New Year name the same instant everywhere; the year is the blog's."""
    output, _ = blog({
        "a.md": post("Antes", "Fecha: 2025-12-31 23:59"),
        "b.md": post("Lejos", "Fecha: 2026-01-01T00:30:00+09:00"),
        "c.md": post("Luego", "Fecha: 2026-01-02 10:00"),
    })  # fmt: skip
    assert {"2025/12/antes", "2025/12/lejos", "2026/01/luego"} == addresses(output)
    assert "lejos" in (output / "archivo/2025/12/index.html").read_text("utf-8")


def test_where_another_generator_had_it_leads_on(blog):
    """A permalink is an alias, unless it is where the post stands or a pattern."""
    output, told = blog({
        "a.md": post("Uno", "Fecha: 2026-01-01", "permalink: /2012/03/28/uno/"),
        "b.md": post("Dos", "Fecha: 2026-01-01", "url: /2026/01/dos/"),
        "c.md": post("Tres", "Fecha: 2026-01-01", "permalink: /:year/:title/"),
    })  # fmt: skip
    assert "/2026/01/uno/" in (output / "2012/03/28/uno/index.html").read_text("utf-8")
    assert [] == told


def test_a_summary_takes_inline_markdown(blog):
    """Asterisks are emphasis in the page and gone from the plain text."""
    output, _ = blog({"a.md": post("Uno", "Fecha: 2026-01-01", "Resumen: Hay que *escuchar*")})
    page = (output / "2026/01/uno/index.html").read_text("utf-8")
    assert '<p class="p-summary">Hay que <em>escuchar</em></p>' in page
    assert 'content="Hay que escuchar"' in page


def test_what_lies_in_the_future_does_not_count_yet(blog):
    """A dated note and a last change wait for their time."""
    lines = ("Fecha: 2026-01-01", "Modificado: 2027-05-01", "Actualización: 2027-05-01 10:00 Aún no.")
    output, _ = blog({"a.md": post("Uno", *lines)})
    page = (output / "2026/01/uno/index.html").read_text("utf-8")
    assert "2027" not in page
    assert "Aún no" not in page


def test_an_unlisted_post_is_a_page_and_nothing_else(blog):
    """Whoever has the address reads it; lists, feeds, sitemap and search engines do not know it."""
    output, _ = blog({**UNPUBLISHED, "u.md": post("Secretosinlistar", "Fecha: 2026-01-02", "Estado: sin listar")})
    page = output / "2026" / "01" / "secretosinlistar" / "index.html"
    assert "noindex" in page.read_text("utf-8")
    page.unlink()
    assert "ecretosinlistar" not in re.sub(r"20\d\d/\d\d/secretosinlistar", "", everything(output))


def test_tags_of_text_and_metadata_are_one(blog):
    """One page for all spellings, with the label used most; ñ is a letter of its own."""
    output, _ = blog(
        {
            "a.md": post("Una", "Fecha: 2026-01-02", "Etiquetas: ClientePitero, año", body="Pita el #clientepitero."),
            "b.md": post("Dos", "Fecha: 2026-01-03", body="#ClientePitero y\n#CLIENTEPITERO y #ano"),
        }
    )
    tags = sorted(path.name for path in (output / "etiqueta").iterdir())
    assert ["ano", "año", "clientepitero"] == tags
    page = (output / "etiqueta" / "clientepitero" / "index.html").read_text("utf-8")
    assert "Una" in page and "Dos" in page and "ClientePitero" in page


def test_a_post_stands_in_each_of_its_categories(blog):
    """Pelican knows one category a post; this blog several."""
    output, _ = blog({"a.md": post("Una", "Fecha: 2026-01-02", "Categoría: Redes, Atención al cliente")})
    for slug in ("redes", "atencion-al-cliente"):
        assert "Una" in (output / "tema" / slug / "index.html").read_text("utf-8")


def test_a_tag_of_a_translation_has_its_page(blog):
    """A tag or category that only the translation carries lists the translation; a shared one the original alone."""
    output, told = blog(
        {
            "a.md": "Título: La queja\nId: q\nFecha: 2026-01-02\nEtiquetas: radio\nCategoría: Redes\n\nTexto.\n",
            "a.en.md": "Title: The complaint\nId: q\nLang: en\nDate: 2026-01-02\nTags: shops, radio\n"
            "Category: Networks\n\nText.\n",
        }
    )
    titles = {
        name: re.findall(r'class="p-name u-url"[^>]*>([^<]*)', (output / name / "index.html").read_text("utf-8"))
        for name in ("etiqueta/shops", "etiqueta/radio", "tema/networks", "tema/redes")
    }
    assert [["The complaint"], ["La queja"], ["The complaint"], ["La queja"]] == list(titles.values())
    assert [] == told


def test_translations_find_each_other_by_their_id(blog):
    """Two languages of one Id link to each other, whatever their slugs."""
    output, told = blog(
        {
            "a.md": "Título: La queja\nId: q\nFecha: 2026-01-02\n\nTexto.\n",
            "a.en.md": "Title: The complaint\nId: q\nLang: en\nDate: 2026-01-02\n\nText.\n",
        }
    )
    spanish = (output / "2026" / "01" / "la-queja" / "index.html").read_text("utf-8")
    english = (output / "en" / "2026" / "01" / "the-complaint" / "index.html").read_text("utf-8")
    assert '/en/2026/01/the-complaint/" hreflang="en"' in spanish or 'hreflang="en" href="' in spanish
    assert '<html lang="en"' in english and "/2026/01/la-queja/" in english
    assert "The complaint" in (output / "en" / "index.html").read_text("utf-8")
    assert [] == told


def test_a_blog_in_a_folder_links_into_it(blog):
    """With an address of https://x.example/blog every internal link starts with /blog/."""
    output, told = blog(
        {
            "a.md": post("Una", "Fecha: 2026-01-02", body="[otra](/2026/01/dos/) #hola"),
            "b.md": post("Dos", "Fecha: 2026-01-03", body="[una](a.md)"),
        },
        SITE_ADDRESS="https://x.example/blog",
        SITEURL="/blog",
    )
    links = re.findall(r'(?:href|src)="(/[^"]*)"', (output / "2026" / "01" / "una" / "index.html").read_text("utf-8"))
    assert links and not [link for link in links if not link.startswith("/blog/")]
    assert [] == told


def test_a_build_loads_neither_the_web_nor_the_store(tmp_path):
    """What runs inside Pelican reads files only; the libraries that could do else are not even imported."""
    import subprocess
    import sys

    from tests.conftest import NOW, ROOT

    (tmp_path / "content" / "posts").mkdir(parents=True)
    (tmp_path / "content" / "posts" / "a.md").write_text(post("Una", "Fecha: 2026-01-02"), "utf-8")
    script = (
        "import sys; from pelican import Pelican; from pelican.settings import read_settings\n"
        f"Pelican(read_settings('pelicanconf.py', override={{'PATH': {str(tmp_path / 'content')!r},"
        f" 'OUTPUT_PATH': {str(tmp_path / 'output')!r}, 'SEARCH': False, 'NOW': {NOW!r}}})).run()\n"
        "print([name for name in ('requests', 'urllib3', 'sqlalchemy', 'flask') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip().splitlines()[-1]


def test_a_post_is_read_to_a_frozen_record_without_pelican(tmp_path):
    """Reading gives plain values that travel between processes and that nobody changes; what is wrong comes along."""
    (tmp_path / "posts").mkdir()
    path = tmp_path / "posts" / "uno.md"
    path.write_text("Título: Uno\nFecha: 2026-03-01\nEstado: ni idea\n\n## Dos\n\nTres #cuatro.\n", "utf-8")
    settings = {
        "PATH": str(tmp_path), "ARTICLE_PATHS": ["posts"], "PAGE_PATHS": ["pages"],
        "TIMEZONE": "Europe/Madrid", "DEFAULT_LANG": "es",
        "LANGUAGES": ("es", "en"), "SITEURL": "", "TAG_URL": "etiqueta/{slug}/", "MENTION_NETWORK": "",
        "MAX_POST_BYTES": 10_000, "SHOW_UNPUBLISHED": True, "DEFAULT_CATEGORY": "Opinión", "AUTHOR": "Ana",
        "TOC_WORDS": 1, "NOW": "2026-11-22T12:00:00+01:00",
    }  # fmt: skip
    reading = SiteBuild.begin(settings).reading_of(str(path))
    assert reading == pickle.loads(pickle.dumps(reading))
    record = reading.record
    found = (record.title, record.mark, record.tags, record.authors, record.toc[0].text, record.body_line)
    assert ("Uno", "draft", ("cuatro",), ("Ana",), "Dos", 5) == found
    assert ["content/posts/uno.md"] == [problem.path for problem in reading.problems if problem.line == 3]
    with pytest.raises(AttributeError):
        record.title = "Otro"
    assert msgspec.json.encode(record)


def test_the_library_builds_without_pelican():
    """All of the site's parts can be imported where Pelican is not."""
    code = "import sys; sys.modules['pelican'] = None; import tertulia.site.build, tertulia.site.templates"
    code += ", tertulia.site.posts_json, tertulia.site.sitemap, tertulia.site.redirects, tertulia.site.schema"
    subprocess.run([sys.executable, "-c", code], check=True)
