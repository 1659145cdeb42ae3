"""Addresses last: what a post had before leads to what it has now."""

import json
import shutil

import pytest

POST = "Título: {title}\n{id}Fecha: {date}\n{more}\nTexto.\n"
QUICK = {"SEARCH": False, "SOCIAL_CARDS": False, "DELETE_OUTPUT_DIRECTORY": True}
PUBLIC = {"title": "El voto", "id": "Id: voto\n", "date": "2026-10-02", "more": ""}


class Rebuilt:
    """A blog of one post, built again and again into the same output."""

    def __init__(self, root, build):
        self.root, self.build = root, build
        self.content, self.output = root / "content", root / "output"
        for folder in ("posts", "pages"):
            (self.content / folder).mkdir(parents=True)

    def write(self, name="posts/voto.md", **changed):
        (self.content / name).write_text(POST.format(**{**PUBLIC, **changed}), "utf-8")

    def again(self, **settings):
        self.build(self.content, self.output, **{**QUICK, **settings})

    def leads(self, path):
        """Where the page at *path* sends its readers."""
        page = (self.output / path / "index.html").read_text("utf-8")
        return page.partition('content="0; url=')[2].partition('"')[0]


@pytest.fixture
def blog(tmp_path, build):
    return Rebuilt(tmp_path, build)


@pytest.mark.parametrize(
    ("changed", "settings", "new"),
    [
        ({"title": "El voto útil"}, {}, "/2026/10/el-voto-util/"),
        ({"more": "Slug: voto\n"}, {}, "/2026/10/voto/"),
        ({"date": "2026-09-30"}, {}, "/2026/09/el-voto/"),
        ({"more": "Idioma: en\n"}, {}, "/en/2026/10/el-voto/"),
        ({}, {"ARTICLE_URL": "{slug}/", "ARTICLE_SAVE_AS": "{slug}/index.html"}, "/el-voto/"),
        ({"title": "El voto útil", "id": ""}, {}, "/2026/10/el-voto-util/"),
        ({"title": "Otra"}, {"DELETE_OUTPUT_DIRECTORY": False}, "/2026/10/otra/"),
        ({"title": "Otra", "more": "Estado: sin listar\n"}, {}, "/2026/10/otra/"),
    ],
)
def test_the_address_of_before_leads_on(blog, changed, settings, new):
    """A corrected title, slug, date, language or setting; with an Id and without; once and twice."""
    blog.write(**{"id": changed.get("id", PUBLIC["id"])})
    blog.again()
    blog.write(**changed)
    for _ in range(2):
        blog.again(**settings)
        assert new == blog.leads("2026/10/el-voto")
    assert f"/2026/10/el-voto/ {new} 301" in (blog.output / "_redirects").read_text("utf-8")


def test_a_page_leaves_a_way_too(blog):
    """A page is linked to as posts are."""
    blog.write("pages/quien.md", title="Quién soy", id="Id: quien\n")
    blog.again()
    blog.write("pages/quien.md", title="Acerca de", id="Id: quien\n")
    blog.again()
    assert "/acerca-de/" == blog.leads("quien-soy")


def test_who_has_the_address_now_keeps_it(blog):
    """Another post at the old address stays, and going back leaves no circle."""
    blog.write()
    blog.again()
    blog.write(title="Nuevo")
    blog.write("posts/otra.md", id="Id: otra\n")
    blog.again()
    assert "" == blog.leads("2026/10/el-voto")
    blog.write("posts/otra.md", title="Tercera", id="Id: otra\n")
    blog.again()
    assert "/2026/10/tercera/" == blog.leads("2026/10/el-voto")
    blog.write("posts/otra.md", id="Id: otra\n")
    blog.again()
    assert "" == blog.leads("2026/10/el-voto")


@pytest.mark.parametrize("status", ["borrador", "oculta"])
def test_what_was_never_public_leaves_nothing(blog, status):
    """A draft may change its name as often as it likes; a preview is no publication."""
    blog.write(more=f"Estado: {status}\n")
    blog.again(SHOW_UNPUBLISHED=True)
    blog.write(title="Otra")
    blog.again()
    assert not (blog.output / "2026/10/el-voto").exists()


def test_a_broken_note_only_forgets(blog):
    """No build fails for what only spares readers a dead end."""
    blog.write()
    blog.again()
    (blog.root / "var").mkdir()
    (blog.root / "var/addresses.json").write_text("[", "utf-8")
    shutil.rmtree(blog.output)
    blog.write(title="Otra")
    blog.again()
    assert not (blog.output / "2026/10/el-voto").exists()


def test_a_list_that_moves_leaves_a_way(blog):
    """Another setting for the addresses of tags, topics or authors; one that is gone leads nowhere."""
    blog.write(more="Etiquetas: voto, C#\nCategoría: Política\nAutora: Ana\n")
    blog.again()
    blog.write(more="Etiquetas: C#\nCategoría: Política\nAutora: Ana\n")
    moved = {
        "TAG_URL": "tag/{slug}/", "TAG_SAVE_AS": "tag/{slug}/index.html",
        "CATEGORY_URL": "topic/{slug}/", "CATEGORY_SAVE_AS": "topic/{slug}/index.html",
        "AUTHOR_URL": "author/{slug}/", "AUTHOR_SAVE_AS": "author/{slug}/index.html",
    }  # fmt: skip
    for _ in range(2):
        blog.again(**moved)
        assert "/tag/csharp/" == blog.leads("etiqueta/csharp")
        assert "/topic/politica/" == blog.leads("tema/politica")
        assert "/author/ana/" == blog.leads("autor/ana")
        assert not (blog.output / "etiqueta/voto/index.html").exists()


def test_a_tag_of_signs_leads_on_from_where_it_first_stood(blog):
    """Before anybody took note, "C#" stood at "c"; where "C" stands now nothing is replaced."""
    blog.write(more="Etiquetas: C#, 4.0\n")
    blog.again()
    note = blog.output / "posts.json"
    known = json.loads(note.read_text("utf-8"))
    known["addresses"] = {}
    note.write_text(json.dumps(known), "utf-8")
    blog.write("posts/c.md", id="Id: c\n", title="C", more="Etiquetas: C\n")
    blog.again(DELETE_OUTPUT_DIRECTORY=False)
    assert "/etiqueta/4.0/" == blog.leads("etiqueta/40")
    assert "" == blog.leads("etiqueta/c") and (blog.output / "etiqueta/csharp/index.html").is_file()
