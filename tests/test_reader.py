"""From files to a site: what is published, what is not, and what templates are given."""

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
        "PATH": str(tmp_path), "PAGE_PATHS": ["pages"], "TIMEZONE": "Europe/Madrid", "DEFAULT_LANG": "es",
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
